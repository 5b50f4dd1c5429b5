"""A library and a searcher over the same sources, the real ones and the fakes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.library import CatalogLibrary
from bot.ports import Library, Originals, Searcher
from bot.testing import FakeLibrary, FakeSearcher
from index.passages import Audience, Hit, SyncReport
from index.sources.options import Kinds, Option, number
from index.testing import HashingEmbedder
from tests.index.conftest import Bench

KINDS: Kinds = {
    "file": dict,
    "folder": lambda: {"depth": Option(about="how deep to go", example="3", read=number(1, 9))},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Files on a machine, and those who read them.

    ``write`` and ``delete`` take a name below ``folder``; ``remove_folder`` removes it when it is empty.
    """

    folder: Path
    searcher: Searcher
    library: Library
    originals: Originals
    write: Callable[[str, str], object]
    delete: Callable[[str], object]
    remove_folder: Callable[[], object]

    def read(self, name: str = "", *, workspace: str = "w") -> str:
        """Add a file of the folder, or all of it, and sync it; return the source's name."""
        source = self.library.add(workspace, str(self.folder / name), name="", base_url="")
        self.sync(source, workspace=workspace)
        return source

    def sync(self, source: str = "", *, workspace: str = "w") -> SyncReport:
        """Sync one source or all."""
        return self.library.sync(workspace, source, lambda step: None)

    def search(self, query: str, *, k: int = 10, workspace: str = "w") -> list[Hit]:
        """Search a workspace."""
        return self.searcher.search(query, k=k, audience=Audience(workspace=workspace))

    def texts(self, query: str, *, workspace: str = "w") -> list[str]:
        """Return what a search finds, best first."""
        return [hit.passage.text for hit in self.search(query, workspace=workspace)]


def real(folder: Path) -> House:
    """The catalogue with its searcher, over an embedder that needs no model."""
    bench = Bench(folder=folder / "docs", data=folder / "data", embedder=HashingEmbedder())
    library = CatalogLibrary(bench.catalog, bench.syncer, uploads=folder / "uploads", kinds=KINDS)
    return House(
        folder=bench.folder,
        searcher=bench.searcher,
        library=library,
        originals=library,
        write=bench.write,
        delete=lambda name: (bench.folder / name).unlink(),
        remove_folder=bench.folder.rmdir,
    )


def fake(folder: Path) -> House:
    """The stand-ins of ``bot.testing``."""
    searcher = FakeSearcher()
    library = FakeLibrary(searcher, kinds=KINDS)
    folder = folder / "docs"
    return House(
        folder=folder,
        searcher=searcher,
        library=library,
        originals=library,
        write=lambda name, text: library.files.update({str(folder / name): text}),
        delete=lambda name: library.files.pop(str(folder / name)),
        remove_folder=lambda: None,  # a folder without files is none
    )
