"""How texts are put for people, on every platform alike."""

import re
from collections.abc import Sequence

LISTED_WORDS = 12


def listed(words: Sequence[str]) -> str:
    """Return at most LISTED_WORDS words in a row, and how many more there are."""
    more = len(words) - LISTED_WORDS
    return ", ".join((*words[:LISTED_WORDS], *([f"and {more} more"] if more > 0 else [])))


def first(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """Return at most so many texts, and behind them how many more there are."""
    more = len(texts) - most
    return (*texts[:most], *([f"and {more:,} more"] if more > 0 else []))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun as people say it: "1 passage", "1,234 passages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def path_of(title: str, heading: tuple[str, ...], release: str = "") -> str:
    """Return "Title › Heading › Heading"; a first heading that repeats the title is said once.

    With a ``release`` it is "Title 3.12 › Heading", unless the title says so itself.
    """
    rest = heading[1:] if heading and heading[0] == title else heading
    named = not release or re.search(rf"(?<![\w.]){re.escape(release)}(?![\w.])", title, re.IGNORECASE)
    return " › ".join(part for part in (title if named else f"{title} {release}".strip(), *rest) if part)


def with_place(path: str, place: str) -> str:
    """Return "Title › Heading · page 12", or the path alone where there is no place."""
    return " · ".join(part for part in (path, place) if part)


_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, escape codes among them
    "\u00ad\u180e\u200b\u2060-\u2064\ufeff"  # no width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # direction
    "\u115f\u1160\u3164\uffa0"  # blank letters
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # notes and tags
)


def visible(text: str) -> str:
    """Return a text less the characters that hide, reorder or steer what people see.

    Every adapter shows by it what documents and people say; what is stored stays as it is. The
    joiners stay that emoji, Persian and the scripts of India are written with.
    """
    return _HIDDEN.sub("", text)
