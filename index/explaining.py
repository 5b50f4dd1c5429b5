"""Why a passage was found, in words of the query and of the passage."""

import numpy as np

from index.passages import Explanation, Hit
from index.ports import Embedding
from index.ranking import NEAR, SIGNALS, WORD, Evidence, Query, standardised
from index.tokens import unit


def explanation(
    query: Query, evidence: Evidence, at: int, *, hit: Hit, passage: Embedding, second: Hit | None
) -> Explanation:
    """Explain the candidate in row ``at`` of the evidence; ``passage`` is its text, embedded alone."""
    text = hit.passage.text
    standing = {word.lower() for word in WORD.findall(text)}
    shared, kindred, missing = [], [], []
    for word, tokens in _telling_words(query).items():
        near, likeness = _nearest(query, tokens, passage, text)
        if word.lower() in standing:
            shared.append(word)
        elif likeness >= NEAR and near:
            kindred.append((word, near))
        else:
            missing.append(word)
    deviations = standardised(evidence.signals)[at]
    signals = sorted(zip(SIGNALS, deviations.tolist(), strict=True), key=lambda pair: -pair[1])
    return Explanation(
        hit=hit,
        shared=tuple(shared),
        kindred=tuple(kindred),
        missing=tuple(missing),
        signals=tuple(signals),
        second=second,
    )


def _telling_words(query: Query) -> dict[str, list[int]]:
    """Return the tokens of each telling word of the query, the same word in any case once."""
    words: dict[str, list[int]] = {}
    spelt: dict[str, str] = {}
    for token in np.flatnonzero(query.telling):
        word = query.word(int(token))
        if WORD.fullmatch(word):
            words.setdefault(spelt.setdefault(word.lower(), word), []).append(int(token))
    return words


def _nearest(query: Query, tokens: list[int], passage: Embedding, text: str) -> tuple[str, float]:
    """Return the passage's word that is nearest to a word of the query, and the cosine of the two."""
    if not len(passage.tokens):
        return "", 0.0
    likeness = unit(query.embedding.tokens[tokens].mean(axis=0)) @ passage.tokens.T
    best = int(likeness.argmax())
    start, end = (int(at) for at in passage.spans[best])
    word = next((m[0] for m in WORD.finditer(text) if m.start() < end and m.end() > start), "")
    return word, float(likeness[best])
