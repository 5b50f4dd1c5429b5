"""Finds the lines of a text file on which its blocks begin, whatever markup the file is written in."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.passages import Block

_WORD = re.compile(r"\w+")

_FIRST = 8
"""Words of a block that are looked for; among more of them there may be markup."""

_AHEAD = 200
"""Places of a block's first word that are tried at most, so that common words cost no quadratic time."""


def with_lines(blocks: Iterable[Block], text: str, fragment: str) -> tuple[Block, ...]:
    """Return the blocks, each with the fragment of its line as anchor.

    ``fragment`` has a place for the line's number, counted from one. A block is looked for behind
    the one before it, by its first words; one that is not found gets the line of that one.
    """
    lines, words = [1], [""]
    for number, line in enumerate(text.split("\n"), 1):
        for word in _WORD.findall(line):
            words.append(word)
            lines.append(number)
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words):
        places[word].append(place)
    anchored, at = [], 0
    for block in blocks:
        first = _WORD.findall(block.text[:400])[:_FIRST]
        at = _found(first, words, places, at)
        anchored.append(replace(block, anchor=fragment.format(lines[at])))
    return tuple(anchored)


def _found(first: Sequence[str], words: Sequence[str], places: dict[str, list[int]], at: int) -> int:
    """Return where most of the first words stand in a row, not before ``at``; ``at`` if nowhere."""
    known = places.get(first[0], []) if first else []
    start = bisect_left(known, at)
    candidates = known[start : start + _AHEAD]
    return max(candidates, key=lambda place: _run(first, words, place), default=at)


def _run(first: Sequence[str], words: Sequence[str], place: int) -> int:
    """Return how many of the first words stand in a row from a place on."""
    count = 0
    for word, there in zip(first, words[place : place + len(first)], strict=False):
        if word != there:
            break
        count += 1
    return count
