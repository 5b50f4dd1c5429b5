"""Whether two texts are nearly the same: by the word triples that they share."""

import re
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.ports import Ids

Shingles: TypeAlias = frozenset[tuple[str, ...]]
"""The triples of neighbouring words of a text."""

WORD = re.compile(r"\w+")

RESEMBLANCE = 0.9
"""The share of common triples (Jaccard; Broder 1997) from which on two texts say the same."""

TOKENS_RESEMBLANCE = 0.93
"""The same where triples are of tokens: there are half as many again, and one word changes no more."""


def shingles(text: str) -> Shingles:
    """Return a text's word triples, without regard to case and marks; of a shorter text, all its words."""
    words = WORD.findall(text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset({tuple(words)})


def resemble(first: Shingles, second: Shingles) -> bool:
    """Whether two texts are nearly the same."""
    shorter, longer = sorted((len(first), len(second)))
    if shorter < RESEMBLANCE * longer:
        return False
    common = len(first & second)
    return common >= RESEMBLANCE * (shorter + longer - common)


def resembling(texts: Sequence[Ids]) -> NDArray[np.bool_]:
    """Return (n, n): which of n texts, given by the ids of their tokens, are nearly the same."""
    triples = [_triples(ids) for ids in texts]
    owners = np.repeat(np.arange(len(texts)), [len(each) for each in triples])
    kinds, numbers = np.unique(np.concatenate(triples), return_inverse=True)
    held = np.zeros((len(texts), len(kinds)), np.float32)
    held[owners, numbers] = 1
    common = held @ held.T
    own = common.diagonal()
    return np.asarray(common >= TOKENS_RESEMBLANCE * (own[:, None] + own - common))


def _triples(ids: Ids) -> NDArray[np.int64]:
    """Return the triples of neighbouring tokens, each as one number; of a shorter text, that of all."""
    wide = np.zeros(max(3, len(ids)), np.int64)
    wide[len(wide) - len(ids) :] = ids
    wide[len(wide) - len(ids) :] += 1
    return np.asarray(wide[:-2] << 42 | wide[1:-1] << 21 | wide[2:])  # ids have 21 bits at most
