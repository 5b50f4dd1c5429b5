"""Which sentences of a passage answer: the best one, and a neighbour without which it is half an answer."""

from index.passages import Passage
from index.ranking import Numbers

LONGEST = 400
"""Characters that are marked at most."""

MOST = 3
"""Sentences that are marked at most."""

ALIKE = 0.9
"""A neighbour that scores nearly as high, this share of the best, is marked, too."""


def span(passage: Passage, scores: Numbers) -> tuple[int, int]:
    """Return the span of the answering sentences; ``scores`` has one number per sentence.

    A sentence without a score lies beyond the embedder's window.
    """
    known = min(len(scores), len(passage.sentences))
    best = int(scores[:known].argmax())
    first = last = best
    while True:
        grown = [
            (float(scores[i]), i)
            for i in (first - 1, last + 1)
            if 0 <= i < known
            and scores[i] >= ALIKE * scores[best]
            and last - first + 2 <= MOST
            and _length(passage, min(first, i), max(last, i)) <= LONGEST
        ]
        if not grown:
            break
        _, i = max(grown)
        first, last = min(first, i), max(last, i)
    start, end = passage.sentences[first].start, passage.sentences[last].end
    return start, min(end, _cut(passage.text, start))


def _length(passage: Passage, first: int, last: int) -> int:
    return passage.sentences[last].end - passage.sentences[first].start


def _cut(text: str, start: int) -> int:
    """Return the last end of a line or word within the longest span."""
    limit = start + LONGEST
    if limit >= len(text):
        return len(text)
    end = max(text.rfind("\n", start + 1, limit + 1), text.rfind(" ", start + 1, limit + 1))
    return end if end > start else limit
