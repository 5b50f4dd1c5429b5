"""The version of a product that a document describes: where it is said, and which one is newer.

It is called release in here: a document's own revision, and the version of its bytes at its source,
are other things. A release is written as people write it, without a leading "v": 3.12, 2.x, latest.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import urlsplit

MOVING = ("latest", "stable")
"""Releases that are ever the newest one; of the two, stable is what was released."""

UNRELEASED = ("dev", "nightly")

LONGEST = 40
"""Characters."""

_SUFFIX = r"(?:[-.]?(?:a|alpha|b|beta|rc|pre|dev)[-.]?\d{0,3})?"
_DOTTED = rf"(?:0|[1-9]\d{{0,2}})(?:\.\d{{1,3}}){{1,2}}(?:{_SUFFIX}|\.x)"
_WORDS = "|".join((*MOVING, *UNRELEASED))
_SEGMENT = re.compile(rf"v(?:{_DOTTED}|\d{{1,3}}(?:\.x)?)|{_DOTTED}|\d{{1,3}}\.x|{_WORDS}", re.IGNORECASE)
"""A part of a path that names a release: years, days, page numbers and addresses of machines do not."""

_GIVEN = re.compile(rf"v?\d{{1,4}}(?:\.\d{{1,4}}){{0,3}}(?:{_SUFFIX}|\.x)|{_WORDS}", re.IGNORECASE)
"""A release that somebody gives as one: more is taken for it than in a path."""

_PARTS = re.compile(r"(\d+(?:\.\d+)*)(.*)", re.DOTALL)

Rank: TypeAlias = tuple[int, tuple[int, ...], bool, str]


def release_of(value: str) -> str:
    """Return the release that a person or a document gives, as it is kept; empty for what is none."""
    given = value.strip()
    return _kept(given) if len(given) <= LONGEST and _GIVEN.fullmatch(given) else ""


def release_in(*addresses: str) -> str:
    """Return the release that a folder in some addresses or paths names, the outermost of the first."""
    for address in addresses:
        for segment in _folders(address):
            if _SEGMENT.fullmatch(segment):
                return _kept(segment)
    return ""


def shown(release: str) -> str:
    """Return a release as it stands behind a product's name: a number alone gets its "v" back."""
    return f"v{release}" if release.isdecimal() else release


def newest_first(releases: Iterable[str]) -> list[str]:
    """Return releases, each once: those that move with the product, numbers by size, the unreleased."""
    return sorted(set(releases), key=rank, reverse=True)


def rank(release: str) -> Rank:
    """Return what is greater for a newer release; of one that is none, least of all."""
    word = release.casefold()
    if word in MOVING:
        return 3, (MOVING.index(word),), True, ""
    if (found := _PARTS.fullmatch(word)) is None:
        return (1 if word in UNRELEASED else 0), (), True, word
    numbers = _numbers(found[1])
    # 3.13rc1 comes before 3.13, and 2.x after every 2.1.
    return 2, (*numbers, 10_000) if found[2] == ".x" else numbers, found[2] in ("", ".x"), found[2]


def resolved(asked: str, known: Iterable[str]) -> str:
    """Return which of the known releases is meant: 3.12.4 may be 3.12, and 3 the newest of 3.x.

    A moving name that nothing carries is the newest number. Empty where none is meant.
    """
    order, wanted = newest_first(known), release_of(asked)
    if not wanted or wanted in order:
        return wanted
    if wanted in MOVING:
        return next((each for each in order if rank(each)[0] == 2), "")
    numbers = _numbers(wanted)
    if not numbers:
        return ""
    holding = [each for each in order if (own := _numbers(each)) and numbers[: len(own)] == own]
    held = [each for each in order if numbers == _numbers(each)[: len(numbers)]]
    return max(holding, key=lambda each: len(_numbers(each)), default=(held or [""])[0])


def _numbers(release: str) -> tuple[int, ...]:
    found = _PARTS.fullmatch(release)
    numbers = [int(part) for part in found[1].split(".")] if found else []
    while len(numbers) > 1 and not numbers[-1]:  # 2.0 is 2
        numbers.pop()
    return tuple(numbers)


def _folders(address: str) -> list[str]:
    path = urlsplit(address).path if "://" in address else address
    return path.split("/")[:-1]


def _kept(given: str) -> str:
    word = given.casefold()
    return word[1:] if word[:1] == "v" and word[1:2].isdecimal() else word
