"""Scores of runs as tables to read and as a JSON object."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bot.messages import counted
from index.evaluation import MEASURES, Bin, Change, Comparison, Estimate, Score
from index.judging import Judgement
from index.queries import Kind

ALL = "all"


def tables(scores: Mapping[str, Score], comparison: Comparison | None = None) -> Iterator[Table]:
    """Yield the measures of each score, the reliability of the last, which is of all, and a comparison."""
    yield _measures(dict(list(scores.items())[:1]) if len(scores) == 2 else scores)  # one corpus is all
    yield _reliability(scores[ALL].reliability)
    if comparison:
        yield _comparison(comparison)


def as_record(
    scores: Mapping[str, Score], comparison: Comparison | None, missed: Sequence[str]
) -> dict[str, Any]:
    """Return scores by corpus, what became of each changed question, and the sentences about the gate."""
    record: dict[str, Any] = {"scores": {name: asdict(score) for name, score in scores.items()}}
    if comparison:
        record["against"] = {
            "won": [change.after.query.id for change in comparison.won],
            "lost": [change.after.query.id for change in comparison.lost],
            "tied": comparison.tied,
            "p": comparison.p,
        }
    return record | {"missed": list(missed)}


def _measures(scores: Mapping[str, Score]) -> Table:
    table = Table("", box=SIMPLE_HEAD, title="Measures, with 95 % intervals")
    for name, score in scores.items():
        table.add_column(f"{escape(name)}\n{counted(score.questions, 'question')}", justify="right")
    for name in MEASURES:
        table.add_row(name, *(_cell(name, score.measures[name]) for score in scores.values()))
    return table


def _cell(name: str, estimate: Estimate | None) -> Text:
    if estimate is None:
        return Text("–")
    digits = 1 if name.startswith("ms") else 3
    interval = f" {estimate.low:.{digits}f}–{estimate.high:.{digits}f}"
    return Text.assemble((f"{estimate.value:.{digits}f}", "bold"), (interval, "dim"))


def _reliability(bins: Sequence[Bin]) -> Table:
    table = Table("confidence", box=SIMPLE_HEAD, title="Does confidence mean what it says?")
    for heading in ("questions", "mean confidence", "right"):
        table.add_column(heading, justify="right")
    for bin in bins:
        span = f"{bin.low:.1f}–{bin.low + 0.1:.1f}"
        table.add_row(span, f"{bin.queries:,}", f"{bin.confidence:.3f}", f"{bin.right:.3f}")
    return table


def _comparison(comparison: Comparison) -> Table:
    won, lost = len(comparison.won), len(comparison.lost)
    title = f"Against the earlier run: {won} won, {lost} lost, {comparison.tied} tied; p = {comparison.p:.2g}"
    table = Table("", "id", "before", "after", "question", box=SIMPLE_HEAD, title=title)
    for word, changes in (("won", comparison.won), ("lost", comparison.lost)):
        for change in changes:
            table.add_row(word, *map(escape, _told(change)))
    return table


def _told(change: Change) -> tuple[str, str, str, str]:
    query = change.after.query
    return str(query.id), _fate(change.before), _fate(change.after), query.text


def _fate(judged: Judgement) -> str:
    said = "answered" if judged.answered else "silent"
    if judged.query.kind is not Kind.ANSWERABLE:
        return said
    return f"{said}, right at {judged.rank}" if judged.rank else f"{said}, none right"
