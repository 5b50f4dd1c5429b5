"""What a person may be about to ask: titles, headings and earlier questions that hold what was typed.

Nothing is embedded here: suggestions come with every letter, and must be there before the next.
"""

import re
from collections.abc import Iterable, Sequence

from bot.messages import path_of

MOST = 25
LONGEST = 100
"""Suggestions, and characters of one: what Discord shows."""

WORD = re.compile(r"\w+")
SIGNATURE = re.compile(
    r"(?:.*, )?\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \d{4}"
)
"""Below what people saved as answers stands who wrote them and when, which asks nothing."""


def suggested(
    typed: str, *, paths: Iterable[Sequence[str]], questions: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return up to MOST texts that hold every word of ``typed``, the likeliest first, each once.

    ``paths`` are titles, with the headings below them; ``questions`` are earlier ones, which come
    before titles that fit as well. Words may be typed half.
    """
    words = WORD.findall(typed.casefold())
    depths = {text: 0 for question in questions if (text := _fitted(question))}
    for path in map(unsigned, paths):
        for end in dict.fromkeys((1, len(path))):
            if text := _text(path[:end]):
                depths.setdefault(text, end)
    folded = {text: text.casefold() for text in depths}
    found = [
        (*_unlikeliness(folded[text], words), depth, len(text), text)
        for text, depth in depths.items()
        if all(word in folded[text] for word in words)
    ]
    return tuple(text for *_, text in sorted(found)[:MOST])


def unsigned(path: Sequence[str]) -> Sequence[str]:
    """Return a path without a last heading that merely says who wrote what stands there, and when."""
    return path[:-1] if path and SIGNATURE.fullmatch(path[-1]) else path


def holds(text: str, typed: str) -> bool:
    """Whether a text holds every word that was typed so far; the last may be typed half."""
    folded = text.casefold()
    return all(word in folded for word in WORD.findall(typed.casefold()))


def _unlikeliness(folded: str, words: list[str]) -> tuple[bool, bool]:
    """Return whether a text does not begin as typed, and whether its words do not."""
    own = WORD.findall(folded)
    begins = all(any(each.startswith(word) for each in own) for word in words)
    return not " ".join(own).startswith(" ".join(words)), not begins


def _text(path: Sequence[str]) -> str:
    """Return a path as a text, or of a long one its last heading, which says most."""
    whole = " ".join(path_of(path[0], tuple(path[1:])).split())
    return whole if len(whole) <= LONGEST else _fitted(path[-1])


def _fitted(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= LONGEST:
        return line
    # A question that lost its last words is still one to choose; half a word would find nothing.
    return line[: LONGEST + 1].rsplit(" ", 1)[0][:LONGEST]
