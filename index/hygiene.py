"""What a writer should mend: texts that stand twice or contradict each other, headings with nothing below."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.catalog import Catalog
from index.passages import BLOCK_SEPARATOR, Audience, Finding, Passage, SentenceKind, Trouble
from index.ports import Vectors
from index.ranking import STOP_WORDS
from index.resemblance import WORD, resemble, shingles

NEIGHBOURS = 8
"""Passages that each one is compared with: those nearest to it in meaning that may be amiss with it."""

ALIKE = 0.75
"""The cosine from which on two passages are compared word by word. What nearly repeats another, or
gives another value for the same thing, lies far above it."""

SAME_WORDS = 0.85
"""The share of common words (Jaccard) from which on two sentences say something of the same thing."""

LEAST_WORDS = 4
"""Sentences that share fewer words leave to their headings what they are about."""

LEAST_WORDS_BELOW_ONE_HEADING = 2

LEAST_REPEATED = 12
"""Words of a text that is worth keeping in one place: shorter ones are signatures and cross references."""

BATCH = 512

Places: TypeAlias = NDArray[np.int64]
"""Where passages stand, shape (n, 3): numbers of their document, their release (0 for none) and their
text in that release."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_VALUE = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NEGATION = re.compile(
    r"(?<![-\[\w])(?:no|not|never|none|nothing|nobody|neither|nor|cannot)(?![-\]\w])|\w*n['’]t\b", re.I
)
"""Not what is part of a name, such as --no-cache or --[no-]cache."""

_MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)


def findings(catalog: Catalog, embedder: str, audience: Audience) -> Iterator[Finding]:
    """Look through all that an audience may read. Raises CatalogUnavailable.

    What stands in several places is found once, with all of them. Passages that have no vector of
    this embedder yet are compared with none.
    """
    ids, vectors = _vectors(catalog, embedder, audience)
    places = _places(catalog, ids, audience)
    repeated = _of_one_text(ids, places)
    told = set()
    for first, second in pairs_alike(ids, vectors, places):
        found = catalog.passages([first, second], audience)
        if len(found) < 2:  # one was removed meanwhile
            continue
        if repeats(found[first], found[second]):
            repeated.append((first, second))
            continue
        for finding in contradictions(found[first], found[second]):
            if frozenset(finding.words) not in told:
                yield finding
            told.add(frozenset(finding.words))
    for group in joined(repeated):
        passages = catalog.passages(group, audience).values()
        if len(passages) > 1 and all(map(_is_worth_keeping_once, passages)):
            yield Finding(trouble=Trouble.TWICE, passages=tuple(passages))
    for document in catalog.document_ids(audience):
        text, own = catalog.whole(document, audience)
        yield from empty_headings(text, own)


def pairs_alike(ids: Sequence[int], vectors: Vectors, places: Places) -> list[tuple[int, int]]:
    """Return the pairs of passages that are near in meaning, the smaller id first, in order.

    ``vectors`` has shape (n, dimension), with rows of unit length. It takes time that grows with
    the square of n, and memory that does not.

    What one and the same document says twice, or of two cases, its writer has seen. Documents of two
    releases are meant to resemble each other, and to differ where the product does. Neither makes a
    pair, nor do passages of one text.
    """
    documents, releases, texts = places.T
    pairs = set()
    for start in range(0, len(ids), BATCH):
        own = slice(start, start + BATCH)
        scores = vectors[own] @ vectors.T
        of_one_release = releases[own, None] == releases
        of_one_release |= (releases[own, None] == 0) | (releases == 0)
        scores[(documents[own, None] == documents) | (texts[own, None] == texts) | ~of_one_release] = -1
        nearest = np.argsort(-scores, axis=1)[:, :NEIGHBOURS]
        near = np.take_along_axis(scores, nearest, axis=1) >= ALIKE
        for row, column in np.argwhere(near):
            pair = ids[start + row], ids[nearest[row, column]]
            pairs.add((min(pair), max(pair)))
    return sorted(pairs)


def repeats(first: Passage, second: Passage) -> bool:
    """Whether two passages say the same in nearly the same words."""
    if first.text == second.text:
        return True
    is_near = resemble(shingles(first.text), shingles(second.text))
    return is_near and not _at_odds(first.text, second.text)


def contradictions(first: Passage, second: Passage) -> Iterator[Finding]:
    """Yield the sentences of two passages that say otherwise about the same thing."""
    below_one_heading = _last_heading(first) == _last_heading(second)
    least = LEAST_WORDS_BELOW_ONE_HEADING if below_one_heading else LEAST_WORDS
    for one, other in product(_statements(first), _statements(second)):
        if _are_about_the_same(one, other, least) and _at_odds(one, other):
            yield Finding(trouble=Trouble.CONTRADICTION, passages=(first, second), words=(one, other))


def joined(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the groups that pairs link together, each in order."""
    groups: dict[int, list[int]] = {}
    for pair in pairs:
        fewer, more = sorted((groups.setdefault(each, [each]) for each in pair), key=len)
        if fewer is not more:
            more += fewer
            groups.update(dict.fromkeys(fewer, more))
    return sorted(sorted(group) for each, group in groups.items() if each == group[0])


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


def _places(catalog: Catalog, ids: Sequence[int], audience: Audience) -> Places:
    """Return where passages stand; what was removed meanwhile stands nowhere, as document 0."""
    releases: dict[str, int] = {"": 0}
    texts: dict[tuple[str, str], int] = {}
    places = np.zeros((len(ids), 3), np.int64)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        found = catalog.passages(batch, audience)
        for row, each in enumerate(map(found.get, batch), start):
            if each is not None:
                release = releases.setdefault(each.release, len(releases))
                text = texts.setdefault((each.content_hash, each.release), len(texts) + 1)
                places[row] = each.document_id, release, text
    return places


def _of_one_text(ids: Sequence[int], places: Places) -> list[tuple[int, int]]:
    """Return pairs that link together the passages of one text in several documents."""
    first: dict[int, int] = {}
    pairs = []
    for row, (document, _, text) in enumerate(places.tolist()):
        known = first.setdefault(text, row)
        if document != places[known, 0]:
            pairs.append((ids[known], ids[row]))
    return pairs


def _is_worth_keeping_once(passage: Passage) -> bool:
    return len(WORD.findall(passage.text)) >= LEAST_REPEATED


def _last_heading(passage: Passage) -> str:
    return (passage.title, *passage.heading)[-1].casefold()


def _statements(passage: Passage) -> list[str]:
    return [
        passage.text[sentence.start : sentence.end].strip()
        for sentence in passage.sentences
        if sentence.kind is SentenceKind.PROSE
    ]


def _are_about_the_same(one: str, other: str, least: int) -> bool:
    first, second = _words(one), _words(other)
    common = len(first & second)
    return common >= least and common >= SAME_WORDS * len(first | second)


def _words(sentence: str) -> frozenset[str]:
    """Return the words of a sentence that say what it is about: not how many, when, or that it is not so."""
    bare = _NEGATION.sub(" ", sentence)
    return frozenset(word.lower() for word in _WORD.findall(bare)) - _MONTHS - STOP_WORDS


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
