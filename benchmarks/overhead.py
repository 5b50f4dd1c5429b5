"""Measure what a first sync takes beside the embedding of its passages alone.

    benchmarks/overhead.py FOLDER... [--every 10] [--rounds 1]

Every nth HTML page is synced into a new data folder, then the same passages are embedded again, with
nothing else to do: as the embedder likes them best, sorted by length, vectors of tokens and all. Both
take turns, and the best round of each counts: the machine may have other work.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.circumstances import circumstances
from bot.bootstrap import Application
from bot.console import bar, out
from bot.evaluating import read_all
from bot.settings import load
from index.ports import Embedder, Embedding

AT_A_TIME = 64


class Timed:
    """An embedder that notes what passages it was given, and how long it took."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.seconds = 0.0
        self.texts: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.embedder, name)

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed, and note it."""
        self.texts += texts
        start = time.perf_counter()
        embedded = self.embedder.embed_passages(texts)
        self.seconds += time.perf_counter() - start
        return embedded


class Watched(Application):
    """Quoth with an embedder that is watched."""

    def embedder(self) -> Any:
        """Return the one embedder, watched."""
        if not hasattr(self, "timed"):
            self.timed = Timed(super().embedder())
        return self.timed


def sample(folders: Sequence[Path], every: int, into: Path) -> dict[str, Path]:
    """Copy every nth page of each folder, and return the copies by name."""
    copies = {}
    for folder in folders:
        copies[folder.name] = into / folder.name
        for page in sorted(folder.rglob("*.html"))[::every]:
            target = into / folder.name / page.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(page, target)
    return copies


def synced(sources: dict[str, Path], models: Path) -> tuple[float, Timed]:
    """Sync the sources into a new data folder; return the seconds, and the embedder."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        shutil.copytree(models, data / "models") if models.exists() else None
        with closing(Watched(load(data=data))) as application, bar() as watch:
            timed = application.embedder()
            timed.embed_passages(["The model is compiled with the first passage."])
            timed.texts.clear()
            timed.seconds = 0.0
            start = time.perf_counter()
            read_all(application, sources, watch)
            took = time.perf_counter() - start
        if not models.exists():
            shutil.copytree(data / "models", models)
        return took, timed


def embedded(timed: Timed) -> float:
    """Embed the same passages again, sorted by length, and return the seconds."""
    texts = sorted(timed.texts, key=len)
    start = time.perf_counter()
    for at in range(0, len(texts), AT_A_TIME):
        timed.embedder.embed_passages(texts[at : at + AT_A_TIME])
    return time.perf_counter() - start


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1, help="take every nth page")
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    table = Table("", "passages", "sync, s", "in the embedder", "embedding alone, s", "share")
    with tempfile.TemporaryDirectory() as folder:
        sources = sample([each.resolve() for each in chosen.folders], chosen.every, Path(folder) / "pages")
        for done in range(chosen.rounds):
            took, timed = synced(sources, Path(folder) / "models")
            alone = embedded(timed)
            table.add_row(
                str(done + 1),
                f"{len(timed.texts):,}",
                f"{took:.1f}",
                f"{timed.seconds:.1f}",
                f"{alone:.1f}",
                f"{took / alone:.2f}",
            )
    out.print(table, circumstances())


if __name__ == "__main__":
    main()
