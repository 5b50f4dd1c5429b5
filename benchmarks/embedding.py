"""Measure how fast passages and questions are embedded, beside plain sentence-transformers in full precision.

    benchmarks/embedding.py [--rounds 3]

All run in turns, on one processor where the system lets one be chosen, and the best round of each counts:
the machine may have other work. The texts are slices of this project's own documentation.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.table import Table
from sentence_transformers import SentenceTransformer

from benchmarks.circumstances import circumstances
from bot.console import out
from index.embedders.choosing import open_embedder
from index.embedders.packaged import packaged_folder
from index.ports import Embedder

DOCS = Path(__file__).resolve().parent.parent / "docs"
LENGTHS = (15, 40, 140, 60, 110, 25, 90, 130)
"""Words of the texts, over and over: about what passages have, from a line to a long paragraph."""

TEXTS = 64
QUESTION = "How hot should the water for green tea be, and for how long is it brewed?"
QUESTIONS = 20

Run = Callable[[], object]


def texts() -> list[str]:
    """Return the passages to embed."""
    words = (word for path in sorted(DOCS.glob("*.md")) for word in path.read_text("utf-8").split())
    return [" ".join(next(words) for _ in range(LENGTHS[at % len(LENGTHS)])) for at in range(TEXTS)]


def best(rounds: int, runs: dict[str, Run]) -> dict[str, float]:
    """Return the seconds of the best round of each, after one that does not count."""
    seconds: dict[str, float] = {}
    for done in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            took = time.perf_counter() - start
            seconds[name] = took if done <= 1 else min(took, seconds[name])
    return seconds


def cosines(embedder: Embedder, exact: Any, given: list[str]) -> tuple[float, float]:
    """Return the least cosines to full precision: of whole passages, and of tokens."""
    pairs = list(zip(embedder.embed_passages(given), exact.embed_exactly(given), strict=True))
    whole = min(float(own.vector @ true.vector) for own, true in pairs)
    return whole, min(float((own.tokens * true.tokens).sum(axis=1).min()) for own, true in pairs)


def asked(embed: Callable[[str], object]) -> Run:
    """Return what asks some questions one after the other."""
    return lambda: [embed(QUESTION) for _ in range(QUESTIONS)]


def rows(rounds: int, folder: Path) -> Iterator[tuple[str, ...]]:
    """Measure, and yield the rows of the table."""
    given = texts()
    plain = SentenceTransformer(str(packaged_folder()), device="cpu")
    ours = {name: open_embedder(runtime=name, folder=folder) for name in ("torch", "openvino")}

    def encode(given: list[str] | str) -> object:
        return plain.encode(given, normalize_embeddings=True, show_progress_bar=False)

    passages: dict[str, Run] = {"plain": lambda: encode(given)}
    questions: dict[str, Run] = {"plain": asked(encode)}
    for name, embedder in ours.items():
        passages[name] = lambda embedder=embedder: embedder.embed_passages(given)  # type: ignore[misc]
        questions[name] = asked(embedder.embed_query)
    batch, single = best(rounds, passages), best(rounds, questions)
    for name in batch:
        exactness = cosines(ours[name], ours["torch"], given) if name in ours else (1.0, 1.0)
        yield (
            f"Quoth, {name}" if name in ours else "plain, fp32",
            f"{TEXTS / batch[name]:.1f}",
            f"{batch['plain'] / batch[name]:.2f}",
            *(f"{cosine:.5f}" for cosine in exactness),
            f"{1000 * single[name] / QUESTIONS:.1f}",
        )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    table = Table("", "passages/s", "times", "cosine", "of tokens", "ms/question")
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(chosen.rounds, Path(folder)):
            table.add_row(*row)
    out.print(table, circumstances())


if __name__ == "__main__":
    main()
