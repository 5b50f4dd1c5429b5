"""What is right: whether an answer's passages, and the sentence marked in the first, are those wanted."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.queries import Answer, Candidate, Qrel, Query

DEPTH = 10
"""How many passages of an answer are looked at."""

READ_CHARS = 1200
"""How much of a passage is read, so that a longer passage wins nothing."""

HELD = 0.6
"""The share of a snippet's word trigrams that a passage on the right page holds to be a hit."""

HELD_ANYWHERE = 0.95
"""The same for a passage on any page: one text may stand twice."""

SHARED_WORDS = 0.5
"""The share of words that a highlight and a snippet have in common, of the one with fewer."""

LONGEST_HIGHLIGHT = 400
"""In characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of one query.

    ``rank`` is that of the first hit, from 1, or 0 if none is among the first ten. ``highlight``
    says whether the first passage's is right; None where that passage is no hit, or no snippet tells.
    """

    query: Query
    rank: int
    highlight: bool | None
    answered: bool
    confidence: float
    elapsed_ms: float

    @property
    def is_right(self) -> bool:
        """Whether the first passage is a hit."""
        return self.rank == 1

    @property
    def gain(self) -> int:
        """1 for a right answer, 0 for silence, -1 for a wrong answer (CRAG, arXiv 2406.04744)."""
        return (1 if self.is_right else -1) if self.answered else 0

    @property
    def reciprocal_rank(self) -> float:
        """1 / rank, or 0 without a hit."""
        return 1 / self.rank if self.rank else 0.0


def judge(query: Query, answer: Answer) -> Judgement:
    """Judge the answer to one query."""
    passages = answer.passages[:DEPTH]
    rank = next((rank for rank, passage in enumerate(passages, 1) if is_hit(passage, query.qrels)), 0)
    return Judgement(
        query=query,
        rank=rank,
        highlight=is_highlight_right(passages[0], query.qrels) if rank == 1 else None,
        answered=answer.answered,
        confidence=answer.confidence,
        elapsed_ms=answer.elapsed_ms,
    )


def is_hit(passage: Candidate, qrels: Iterable[Qrel]) -> bool:
    """Whether the passage fulfils any of the qrels.

    It must hold three fifths of a snippet's distinct word trigrams, and stand on the page if one is
    named; with nineteen twentieths the page does not matter. Without a snippet the page decides.
    """
    held = _trigrams(words(passage.text[:READ_CHARS]))
    return any(_fulfils(passage, held, qrel) for qrel in qrels)


def _fulfils(passage: Candidate, held: set[tuple[str, ...]], qrel: Qrel) -> bool:
    is_on_page = not qrel.page or _ends_with(passage.uri, qrel.page)
    if not qrel.snippet.strip():
        return is_on_page
    wanted = _trigrams(words(qrel.snippet))
    share = len(wanted & held) / len(wanted)
    return share >= HELD_ANYWHERE or (share >= HELD and is_on_page)


def is_highlight_right(passage: Candidate, qrels: Iterable[Qrel]) -> bool | None:
    """Whether the highlight shares half its words with a snippet and is no longer than 400 characters.

    Half of the snippet's words will do if these are fewer. None when the qrels name only pages.
    """
    snippets = [set(words(qrel.snippet)) for qrel in qrels if qrel.snippet.strip()]
    if not snippets:
        return None
    start, end = passage.highlight or (0, 0)
    marked = set(words(passage.text[start:end]))
    if not marked or end - start > LONGEST_HIGHLIGHT:
        return False
    return any(len(marked & wanted) >= SHARED_WORDS * min(len(marked), len(wanted)) for wanted in snippets)


def is_faint(query: Query) -> bool:
    """Whether a snippet has fewer than three words, so that hardly any passage can be a hit by it."""
    return any(0 < len(qrel.snippet.strip()) and len(words(qrel.snippet)) < 3 for qrel in query.qrels)


def words(text: str) -> list[str]:
    """Return the runs of ASCII letters and digits, in lower case."""
    return re.findall("[a-z0-9]+", text.lower())


def _trigrams(of: Sequence[str]) -> set[tuple[str, ...]]:
    """Return all three words in a row; of fewer than three words, these."""
    return set(zip(of, of[1:], of[2:], strict=False)) or {tuple(of)}


def _ends_with(uri: str, page: str) -> bool:
    """Whether the uri's last steps are those of the page; folders named html do not count in the page."""
    wanted = [step for step in page.split("/") if step not in ("html", ".", "")]
    steps = [step for step in re.split("[/?]", uri.partition("#")[0]) if step]
    return bool(wanted) and wanted == steps[-len(wanted) :]
