"""Whether two texts are nearly the same: by the word triples that they share."""

import re
from typing import TypeAlias

Shingles: TypeAlias = frozenset[tuple[str, ...]]
"""The triples of neighbouring words of a text."""

WORD = re.compile(r"\w+")

RESEMBLANCE = 0.9
"""The share of common triples (Jaccard; Broder 1997) from which on two texts say the same."""


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
