"""Which sentences of a passage answer: the few neighbours that together match the query best."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from index.passages import Passage, SentenceKind
from index.ports import Vectors
from index.ranking import Query

LONGEST = 400
"""Characters that are marked at most."""

MOST = 3
"""Sentences that are marked at most."""

PRICE = 0.005
"""What a further sentence must add to the match, as a share of a perfect one."""

CODE = 0.1
"""What code must match better than prose, as a share of a perfect match: it shows, but seldom says.

Of 0, .1, .2 and .3 the best over seven question sets, by little.
"""

ROW = 0.05
"""The same for the rows of a table, whose header repeats the words of a question and answers none."""


UNSEEN = -1.0
"""The match of what lies beyond the embedder's window: none is lower."""


def span(passage: Passage, sentences: NDArray[np.uint8], matches: Vectors, query: Query) -> tuple[int, int]:
    """Return the span of the sentences that answer.

    ``matches`` is (m, n): how well the query's m tokens match each of n ``sentences``, given by number.
    That is late interaction: of each token of the query, the highest similarity to any token of the
    sentences, half by rarity and half all alike.
    """
    every = np.full((len(matches), len(passage.sentences)), UNSEEN, np.float32)
    every[:, sentences] = matches
    by_length = [every]
    for more in range(1, MOST):
        by_length.append(np.maximum(by_length[-1][:, :-1], every[:, more:]))
    shares = query.shares
    scores = [shares @ each for each in by_length]
    best, chosen = -np.inf, (0, 0)
    for first, last in _windows(passage):
        code = sum(each.kind is SentenceKind.CODE for each in passage.sentences[first : last + 1])
        is_table = _is_row(passage, first)
        price = PRICE * (last - first) + CODE * code / (last - first + 1) + ROW * is_table
        match = float(scores[last - first][first]) - price
        if match > best:
            best, chosen = match, (first, last)
    start, end = passage.sentences[chosen[0]].start, passage.sentences[chosen[1]].end
    return start, min(end, _cut(passage.text, start))


def _windows(passage: Passage) -> Iterator[tuple[int, int]]:
    for first, sentence in enumerate(passage.sentences):
        yield first, first
        for last in range(first + 1, min(first + MOST, len(passage.sentences))):
            is_longer = passage.sentences[last].end - sentence.start > LONGEST
            if is_longer or _is_row(passage, last) != _is_row(passage, first):
                break
            yield first, last


def _is_row(passage: Passage, number: int) -> bool:
    sentence = passage.sentences[number]
    return " | " in passage.text[sentence.start : sentence.end]


def _cut(text: str, start: int) -> int:
    """Return the last end of a line or word within the longest span."""
    limit = start + LONGEST
    if limit >= len(text):
        return len(text)
    end = max(text.rfind("\n", start + 1, limit + 1), text.rfind(" ", start + 1, limit + 1))
    return end if end > start else limit
