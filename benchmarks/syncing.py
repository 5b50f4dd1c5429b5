"""Measure a sync of many small documents, and of the same again with one line changed.

    benchmarks/syncing.py [--documents 10000] [--passages 10] [--model]

The embedder hashes words: what is measured is everything but the embedding, which takes as long per
passage whatever else there is; ``--model`` takes the real one. Prints times, and the most memory that
was used; below a sync, for how long it was busy with what.
"""

import argparse
import os
import platform
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

from bot import registry
from bot.console import out
from index import gathering, syncing
from index.catalog import Catalog, SourceRecord
from index.passages import Audience, Step, SyncReport
from index.ports import Embedder, Reader, Source
from index.readers.markdown import MarkdownReader
from index.searcher import CatalogSearcher
from index.sources.folder import FolderSource
from index.staging import Staging
from index.syncing import Syncer
from index.testing import HashingEmbedder

DIMENSION = 384
WORDS = 50
VOCABULARY = 30_000
OURS = Audience(workspace="local")


class Phases:
    """For how long a sync was busy with what."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def clock(self, owner: Any, function: str, phase: str) -> None:
        """Count the time of all calls of a function to a phase."""
        called = getattr(owner, function)

        @wraps(called)
        def clocked(*words: Any, **named: Any) -> Any:
            began = time.perf_counter()
            returned = called(*words, **named)
            if isinstance(returned, Iterator):
                returned = list(returned)
            self._seconds[phase] = self._seconds.get(phase, 0.0) + time.perf_counter() - began
            return returned

        setattr(owner, function, clocked)

    def tell(self, total: float) -> None:
        """Print what a sync that took so long altogether consisted of, and begin anew."""
        rest = total - sum(self._seconds.values())
        for phase, seconds in {**self._seconds, "all else": rest}.items():
            out.print(f"    {phase:41} {seconds:8.2f} s")
        self._seconds.clear()


def clocked_phases() -> Phases:
    """Clock what a sync calls. None of these calls another one."""
    phases = Phases()
    for owner, function, phase in (
        (FolderSource, "entries", "listing"),
        (FolderSource, "fetch", "loading"),
        (MarkdownReader, "read", "reading"),
        (gathering, "split", "splitting"),
        (gathering, "language_of", "telling the language"),
        (Staging, "stage", "staging"),
        (syncing, "embed", "embedding, and keeping the vectors"),
        (Staging, "publish", "publishing"),
    ):
        phases.clock(owner, function, phase)
    return phases


class Bench:
    """An index over a folder of made-up documents."""

    def __init__(self, root: Path, embedder: Embedder) -> None:
        self.folder = root / "docs"
        self.catalog = Catalog(root / "data" / "catalog.sqlite")
        self.embedder = embedder
        self.searcher = CatalogSearcher(
            self.catalog, embedder=lambda: self.embedder, folder=root / "data" / "vectors"
        )
        self.syncer = Syncer(
            self.catalog,
            embedder=lambda: self.embedder,
            open_source=self._open_source,
            open_reader=self._open_reader,
            lock_path=root / "data" / "sync.lock",
        )
        self.catalog.add_source("local", name="docs", kind="folder", origin=str(self.folder), base_url="")

    def write(self, documents: int, passages: int) -> None:
        """Write the documents, the same ones every time."""
        chance = random.Random(1)
        for number in range(documents):
            path = self.folder / f"{number % 100}" / f"{number}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            sections = (f"## Part {part}\n\n{_words(chance)}.\n" for part in range(passages))
            path.write_text(f"# Note {number}\n\n" + "\n".join(sections))

    def sync(self) -> SyncReport:
        """Bring the folder up to date."""
        return self.syncer.sync(self.catalog.source("local", "docs"), _ignore)

    def finds(self, query: str, uri: str) -> bool:
        """Whether a query finds a document first."""
        [first, *_] = self.searcher.search(query, k=1, audience=OURS)
        return first.passage.uri == uri

    def _open_source(self, record: SourceRecord) -> Source:
        return FolderSource(record.origin, formats=frozenset({"md"}), options=record.options)

    def _open_reader(self, format: str) -> Reader:
        reader: Reader = registry.load(registry.READERS[format])()
        return reader


def _words(chance: random.Random) -> str:
    return " ".join(f"w{int(chance.paretovariate(0.6)) % VOCABULARY}" for _ in range(WORDS))


def _ignore(step: Step) -> None:
    pass


@contextmanager
def timed(what: str, phases: Phases | None = None) -> Iterator[None]:
    """Print how long it took, and the most memory used so far; and the phases, if it had any."""
    began = time.perf_counter()
    yield
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    out.print(f"{what:45} {seconds:8.2f} s   {memory:6,} MB at most")
    if phases:
        phases.tell(seconds)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--passages", type=int, default=10, help="in each document")
    parser.add_argument("--model", action="store_true", help="embed with the real model")
    chosen = parser.parse_args()
    phases = clocked_phases()
    with tempfile.TemporaryDirectory() as root:
        model = registry.load(registry.EMBEDDER)(folder=Path(root)) if chosen.model else None
        bench = Bench(Path(root), model or HashingEmbedder(dimension=DIMENSION))
        bench.write(chosen.documents, chosen.passages)
        with timed("first sync", phases):
            report = bench.sync()
        with timed("first question"):
            bench.finds("w1", "")
        with timed("sync, nothing changed", phases):
            bench.sync()
        changed = bench.folder / "7" / "7.md"
        changed.write_text(changed.read_text().replace("## Part 0\n\n", "## Part 0\n\nzebra quagga okapi "))
        with timed("sync, one line changed", phases):
            changes = bench.sync()
        with timed("the question that finds the change"):
            assert bench.finds("zebra quagga okapi", "7/7.md")
        assert (1, 1) == (changes.changed, changes.embedded)
    out.print(
        f"{report.added:,} documents, {report.passages:,} passages; {date.today()}; "
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs"
    )


if __name__ == "__main__":
    main()
