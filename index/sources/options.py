"""The options of a kind of source: which there are, and what may stand in each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from index.errors import SourceOptionInvalid, SourceUnavailable
from index.releases import release_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What an option does, in a few words, an example of a value, and how a value is read.

    ``read`` raises ValueError with what a value must be.
    """

    about: str
    example: str
    read: Callable[[str], object]


Options: TypeAlias = Mapping[str, Option]
"""By name; the class of a source holds those of its kind as OPTIONS."""

Kinds: TypeAlias = Mapping[str, Callable[[], Options]]
"""The kinds of source that people can add, each with what tells its options."""

VERSION = "version"


def release(value: str) -> str:
    """Read the version of a product."""
    if found := release_of(value):
        return found
    raise ValueError("a version")


COMMON: dict[str, Option] = {
    VERSION: Option(about="the version of the product that it describes", example="3.12", read=release)
}
"""The options that a source of any kind has."""

PATH_KINDS: Kinds = {"file": dict, "folder": dict}
"""Those whose origin is a path."""


def number(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number between two."""

    def read(value: str) -> int:
        if value.isascii() and value.isdigit() and least <= int(value[:20]) <= most:
            return int(value)
        raise ValueError(f"a whole number from {least:,} to {most:,}")

    return read


def one_of(*names: str) -> Callable[[str], str]:
    """Return what reads one of a few words."""

    def read(value: str) -> str:
        if value in names:
            return value
        raise ValueError(f"one of {', '.join(names)}")

    return read


def check(kinds: Kinds, kind: str, given: Mapping[str, str]) -> None:
    """Look at the kind and the options of a source to be. Raises SourceUnavailable, SourceOptionInvalid."""
    if kind not in kinds:
        raise SourceUnavailable(f"There is no kind of source {kind}. There are: {', '.join(kinds)}.")
    known = COMMON | dict(kinds[kind]()) if given else {}
    for name, value in given.items():
        if name not in known:
            knows = ", ".join(sorted(known))
            raise SourceOptionInvalid(f"A source of the kind {kind} has no option {name}; it has {knows}.")
        try:
            known[name].read(value)
        except ValueError as error:
            raise SourceOptionInvalid(
                f"The option {name} must be {error}, as in {name}={known[name].example}."
            ) from error
