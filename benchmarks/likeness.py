"""Measure the thresholds by which questions are taken to be alike, and those of speaking up unasked.

    benchmarks/likeness.py [PAIRS]

Prints the tables of docs/channels.md. Pairs are lines of {"a": ..., "b": ..., "kind": ...}: "same" asks
the same in other words, "near" something else about the same, "far" something else altogether. What
would be offered unasked is measured on the seeds, with their own questions and with those of the pairs,
which nothing in the seeds answers.
"""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from bot import aliases, precedents, unanswered
from bot.bootstrap import Application
from bot.evaluating import ask_all, judge_all, read_all
from bot.following import gist
from bot.likeness import EmbedderLikeness
from bot.preferences import PREFERENCES
from bot.settings import SEEDS, load, stay_offline
from index.judging import Judgement
from index.queries import Kind, Query, read_queries

PAIRS = Path(__file__).with_name("pairs.jsonl")
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two questions, what they have to do with each other, and their cosine."""

    kind: str
    cosine: float
    same_words: bool


Holds: TypeAlias = Callable[[Pair, float], bool]


def read(path: Path) -> list[Pair]:
    """Return the pairs of a file, with the cosines of the embedder that the settings name."""
    likeness = EmbedderLikeness(Application(load()).embedder)
    pairs = []
    for line in path.read_text("utf-8").splitlines():
        each = json.loads(line)
        [[cosine]] = likeness.alike([each["a"]], [each["b"]])
        same_words = gist(each["a"]) == gist(each["b"])
        pairs.append(Pair(kind=each["kind"], cosine=cosine, same_words=same_words))
    return pairs


def table(pairs: Sequence[Pair], wanted: frozenset[str], holds: Holds, chosen: float) -> str:
    """Return precision and recall over THRESHOLDS for finding pairs of the wanted kinds."""
    lines = ["| threshold | right of those found | found of all | F1 |", "| --- | --- | --- | --- |"]
    for threshold in THRESHOLDS:
        found = [pair for pair in pairs if holds(pair, threshold)]
        right = sum(pair.kind in wanted for pair in found)
        all_wanted = sum(pair.kind in wanted for pair in pairs)
        precision, recall = right / len(found) if found else 1.0, right / all_wanted
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        mark = "**" if abs(threshold - chosen) < 1e-9 else ""
        figures = f"{right} of {len(found)} ({precision:.0%}) | {right} of {all_wanted} ({recall:.0%})"
        lines.append(f"| {mark}{threshold:.2f}{mark} | {figures} | {f1:.2f} |")
    return "\n".join(lines)


def offers(judged: Sequence[Judgement], chosen: float) -> str:
    """Return what would be offered unasked over THRESHOLDS, and how much of it rightly."""
    lines = [
        "| threshold | right of those offered | offered of all that is answered |",
        "| --- | --- | --- |",
    ]
    answerable = sum(each.query.kind is Kind.ANSWERABLE for each in judged)
    for threshold in (0.3, 0.4, *THRESHOLDS):
        offered = [each for each in judged if each.confidence >= threshold]
        right = sum(each.is_right for each in offered)
        mark = "**" if abs(threshold - chosen) < 1e-9 else ""
        share = right / len(offered) if offered else 1.0
        figures = f"{right} of {len(offered)} ({share:.0%}) | {right} of {answerable}"
        lines.append(f"| {mark}{threshold:.2f}{mark} | {figures} ({right / answerable:.0%}) |")
    return "\n".join(lines)


def overheard(others: Iterable[str]) -> list[Judgement]:
    """Ask the seeds their own questions, and others that they do not answer."""
    queries = read_queries(SEEDS / "questions.jsonl")
    queries += [
        Query(id=f"other-{number}", corpus="seeds", text=text, kind=Kind.UNANSWERABLE)
        for number, text in enumerate(others)
    ]
    with TemporaryDirectory(prefix="quoth-likeness-", ignore_cleanup_errors=True) as data:
        application = Application(load(data=Path(data)))
        read_all(application, {"seeds": SEEDS}, lambda progress: None)
        return judge_all(queries, ask_all(application, queries, lambda progress: None))


def by_cosine(pair: Pair, threshold: float) -> bool:
    """Whether the cosine alone is enough."""
    return pair.cosine >= threshold


def by_words_too(pair: Pair, threshold: float) -> bool:
    """Whether the telling words are the same, too."""
    return pair.same_words and pair.cosine >= threshold


def main(path: Path) -> None:
    """Print the tables."""
    pairs = read(path)
    kinds = ", ".join(
        f"{sum(pair.kind == kind for pair in pairs)} {kind}" for kind in ("same", "near", "far")
    )
    print(f"{len(pairs)} pairs: {kinds}.\n")
    same, related = frozenset({"same"}), frozenset({"same", "near"})
    print(
        f"One question in other words, listed together:\n\n{table(pairs, same, by_cosine, unanswered.SAME)}\n"
    )
    print(f"One question, told and led alike:\n\n{table(pairs, same, by_words_too, aliases.NEAR)}\n")
    print(f"Similar questions:\n\n{table(pairs, related, by_cosine, precedents.ALIKE)}\n")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    others = dict.fromkeys(each[side] for each in lines for side in ("a", "b"))
    chosen = float(PREFERENCES["overhear.threshold"].default)
    print(f"Offered unasked:\n\n{offers(overheard(others), chosen)}")


if __name__ == "__main__":
    stay_offline()
    main(Path(sys.argv[1]) if sys.argv[1:] else PAIRS)
