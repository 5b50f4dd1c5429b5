"""A whole index over a temporary folder, with an embedder that needs no model."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from index.catalog import Catalog, SourceRecord
from index.passages import Audience, Hit, SyncReport
from index.ports import Reader, Source
from index.readers.html import HtmlReader
from index.readers.markdown import MarkdownReader
from index.readers.plain import PlainReader
from index.readers.restructured import RstReader
from index.readers.transcript import TranscriptReader
from index.searcher import CatalogSearcher
from index.sources.chat import ChatSource
from index.sources.curated import CuratedSource
from index.sources.file import FileSource
from index.sources.folder import FolderSource
from index.sources.rows import CsvSource
from index.syncing import Syncer
from index.testing import HashingEmbedder
from tests.fakes.parsing import parse_here

READERS: dict[str, Callable[[], Reader]] = {
    "md": MarkdownReader,
    "html": HtmlReader,
    "rst": RstReader,
    "txt": PlainReader,
    "transcript": TranscriptReader,
}


def open_source(record: SourceRecord) -> Source:
    kinds: dict[str, Callable[..., Source]] = {
        "chat": ChatSource,
        "folder": FolderSource,
        "file": FileSource,
        "curated": CuratedSource,
        "csv": partial(CsvSource, parse=parse_here),
    }
    return kinds[record.kind](
        record.origin, formats=frozenset(READERS), options=record.options, base_url=record.base_url
    )


@dataclass
class Bench:
    """An index and the folder it reads."""

    folder: Path
    data: Path
    embedder: HashingEmbedder
    open_source: Callable[[SourceRecord], Source] = open_source

    def __post_init__(self) -> None:
        self.opened: list[str] = []
        self.formers: dict[str, HashingEmbedder] = {}
        self.folder.mkdir(exist_ok=True)
        self.catalog = Catalog(self.data / "catalog.sqlite")
        self.searcher = CatalogSearcher(
            self.catalog,
            embedder=lambda: self.embedder,
            folder=self.data / "vectors",
            former=self.formers.get,
        )
        self.syncer = Syncer(
            self.catalog,
            embedder=lambda: self.embedder,
            open_source=self.open_source,
            open_reader=self.open_reader,
            lock_path=self.data / "sync.lock",
        )

    def open_reader(self, format: str) -> Reader:
        self.opened.append(format)
        return READERS[format]()

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def add(self, workspace: str = "local", name: str = "docs", base_url: str = "") -> SourceRecord:
        self.catalog.add_source(
            workspace, name=name, kind="folder", origin=str(self.folder), base_url=base_url
        )
        return self.catalog.source(workspace, name)

    def sync(self, workspace: str = "local", name: str = "docs") -> SyncReport:
        return self.syncer.sync(self.catalog.source(workspace, name), lambda step: None)

    def search(self, query: str, workspace: str = "local", k: int = 5) -> list[Hit]:
        return self.searcher.search(query, k=k, audience=Audience(workspace=workspace))

    def reopened(self) -> "Bench":
        return Bench(folder=self.folder, data=self.data, embedder=self.embedder)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(folder=tmp_path / "docs", data=tmp_path / "data", embedder=HashingEmbedder())
