"""What a writer should mend: texts that stand twice or contradict each other, headings with nothing below."""

import re
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from index.catalog import Catalog
from index.passages import BLOCK_SEPARATOR, Audience, Finding, Passage, SentenceKind, Trouble
from index.ports import Vectors
from index.resemblance import resemble, shingles

NEIGHBOURS = 8
"""Passages that each one is compared with: those nearest to it in meaning."""

ALIKE = 0.75
"""The cosine from which on two passages are compared word by word. What nearly repeats another, or
gives another value for the same thing, lies far above it."""

SAME_WORDS = 0.8
"""The share of common words (Jaccard) from which on two sentences are about the same thing."""

LEAST_WORDS = 4
"""Sentences of fewer words, values and negations not counted, may be about anything."""

BATCH = 512

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_VALUE = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NEGATION = re.compile(r"\b(?:no|not|never|none|nothing|nobody|neither|nor|without|cannot)\b|n['’]t\b", re.I)
_MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)


def findings(catalog: Catalog, embedder: str, audience: Audience) -> Iterator[Finding]:
    """Look through all that an audience may read. Raises CatalogUnavailable.

    Passages that have no vector of this embedder yet are compared with none.
    """
    ids, vectors = _vectors(catalog, embedder, audience)
    for first, second in pairs_alike(ids, vectors):
        found = catalog.passages([first, second], audience)
        if len(found) == 2:  # neither was removed meanwhile
            yield from compared(found[first], found[second])
    for document in catalog.document_ids(audience):
        text, passages = catalog.whole(document, audience)
        yield from empty_headings(text, passages)


def pairs_alike(ids: Sequence[int], vectors: Vectors) -> list[tuple[int, int]]:
    """Return the pairs of passages that are near in meaning, the smaller id first, in order.

    ``vectors`` has shape (n, dimension), with rows of unit length. It takes time that grows with
    the square of n, and memory that does not.
    """
    pairs = set()
    for start in range(0, len(ids), BATCH):
        scores = vectors[start : start + BATCH] @ vectors.T
        own = np.arange(len(scores))
        scores[own, start + own] = -1
        nearest = np.argsort(-scores, axis=1)[:, :NEIGHBOURS]
        near = np.take_along_axis(scores, nearest, axis=1) >= ALIKE
        for row, column in np.argwhere(near):
            pair = ids[start + row], ids[nearest[row, column]]
            pairs.add((min(pair), max(pair)))
    return sorted(pairs)


def compared(first: Passage, second: Passage) -> Iterator[Finding]:
    """Yield what is wrong between two passages that are near in meaning, if anything is.

    What one and the same document says twice, or of two cases, its writer has seen. Documents of two
    releases are meant to resemble each other, and to differ where the product does.
    """
    if first.document_id == second.document_id or _are_of_two_releases(first, second):
        return
    if first.text == second.text or (
        resemble(shingles(first.text), shingles(second.text)) and not _at_odds(first.text, second.text)
    ):
        yield Finding(trouble=Trouble.TWICE, passages=(first, second))
        return
    for one, other in product(_statements(first), _statements(second)):
        if _are_about_the_same(one, other) and _at_odds(one, other):
            yield Finding(trouble=Trouble.CONTRADICTION, passages=(first, second), words=(one, other))


def empty_headings(text: str, passages: Sequence[Passage]) -> Iterator[Finding]:
    """Yield the headings of a document that no passage stands below. ``passages`` are all of its."""
    at = 0
    for passage in passages:
        path = {passage.title, *passage.heading}
        for heading in _blocks(text[at : passage.start]):
            if heading not in path:
                yield Finding(trouble=Trouble.EMPTY_HEADING, passages=(passage,), words=(heading,))
        at = passage.end
    for heading in _blocks(text[at:]) if passages else ():
        yield Finding(trouble=Trouble.EMPTY_HEADING, passages=(passages[-1],), words=(heading,))


def _vectors(catalog: Catalog, embedder: str, audience: Audience) -> tuple[list[int], Vectors]:
    ids: list[int] = []
    vectors: list[Vectors] = []
    readable = catalog.passage_ids(audience).tolist()
    with catalog.view(audience.workspace, embedder) as view:
        for batch in view.indexables(readable):
            ids += [each.id for each in batch]
            vectors += [np.frombuffer(each.vector, np.float32) for each in batch]
    return ids, np.stack(vectors) if vectors else np.empty((0, 1), np.float32)


def _are_of_two_releases(first: Passage, second: Passage) -> bool:
    return bool(first.release and second.release) and first.release != second.release


def _statements(passage: Passage) -> list[str]:
    return [
        passage.text[sentence.start : sentence.end].strip()
        for sentence in passage.sentences
        if sentence.kind is SentenceKind.PROSE
    ]


def _are_about_the_same(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    shorter = min(len(first), len(second))
    return shorter >= LEAST_WORDS and len(first & second) >= SAME_WORDS * len(first | second)


def _words(sentence: str) -> frozenset[str]:
    """Return the words of a sentence, but for those that only say how many, when, or that it is not so."""
    bare = _NEGATION.sub(" ", sentence)
    return frozenset(word.lower() for word in _WORD.findall(bare)) - _MONTHS


def _at_odds(one: str, other: str) -> bool:
    """Whether one says a number, a date or a no where the other says another, or none."""
    values = [sorted((*_VALUE.findall(text), *_days(text))) for text in (one, other)]
    negations = [len(_NEGATION.findall(text)) % 2 for text in (one, other)]
    both_say_a_value = bool(values[0] and values[1])
    return (both_say_a_value and values[0] != values[1]) or negations[0] != negations[1]


def _days(text: str) -> list[str]:
    return [word for word in map(str.lower, _WORD.findall(text)) if word in _MONTHS]


def _blocks(gap: str) -> list[str]:
    return [block for block in gap.split(BLOCK_SEPARATOR) if block.strip()]
