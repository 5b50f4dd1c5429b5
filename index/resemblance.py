"""Whether two texts are nearly the same: by the word triples that they share."""

import re
from collections.abc import Hashable
from typing import TypeAlias

import numpy as np

from index.ports import Ids

Shingles: TypeAlias = frozenset[Hashable]
"""The triples of neighbouring words of a text, or of its tokens."""

WORD = re.compile(r"\w+")

RESEMBLANCE = 0.9
"""The share of common triples (Jaccard; Broder 1997) from which on two texts say the same."""

TOKENS_RESEMBLANCE = 0.93
"""The same where triples are of tokens: there are half as many again, and one word changes no more."""


def shingles(text: str) -> Shingles:
    """Return a text's word triples, without regard to case and marks; of a shorter text, all its words."""
    words = WORD.findall(text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset({tuple(words)})


def token_shingles(ids: Ids) -> Shingles:
    """Return the triples of a text's tokens, each as one number; of a shorter text, all its tokens."""
    if len(ids) < 3:
        return frozenset({tuple(ids.tolist())})
    wide = ids.astype(np.int64)  # ids of tokens have 21 bits at most
    return frozenset((wide[:-2] << 42 | wide[1:-1] << 21 | wide[2:]).tolist())


def resemble(first: Shingles, second: Shingles, *, share: float = RESEMBLANCE) -> bool:
    """Whether two texts are nearly the same."""
    shorter, longer = sorted((len(first), len(second)))
    if shorter < share * longer:
        return False
    common = len(first & second)
    return common >= share * (shorter + longer - common)
