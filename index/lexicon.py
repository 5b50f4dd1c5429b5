"""Which pieces of a text are meant to the letter: identifiers, and phrases in quotation marks.

Every pattern reads a text in one go: no alternative can give back what it took and take it
another way, so that 100,000 characters of anything cost milliseconds.
"""

import re
from collections.abc import Iterator

_FLAG = r"(?<![\w-])--?(?=[^\W\d_])"
_ROOT = r"(?<![\w./~])(?:[.~]{0,2}/\.?|\.)(?=[^\W\d])"
_JOINT = r"(?:->|::|://|:?\\|/\.?|[.:@-])"
_NAME = re.compile(rf"(?:{_FLAG}|{_ROOT})?\w+(?:{_JOINT}\w+)*")

# `passage(s)` is a plural, `print(x)` a call.
_CALL = r"\((?!e?s\))"
# Plain words are none of it, and most of a text: as many as follow each other are passed over in one go.
_PLAIN = r"(?:[a-z]++[ \n,;]++)++"
_PIECE = re.compile(
    rf"{_PLAIN}|(?<!`)(?P<ticks>`{{1,2}})(?P<quoted>[^`\n]{{1,200}})(?P=ticks)|(?P<name>{_NAME.pattern})(?P<call>{_CALL})?"
)

_PHRASE = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")


def identifiers(text: str) -> list[str]:
    """Return what a text names to the letter, lower-cased, in order, repetitions kept.

    Flags; names with dots, colons, slashes, arrows, hyphens or underscores; words with a capital
    after the first letter; letters mixed with digits; three digits or more; what is called with
    parentheses; every word between backticks. No identifier holds white space.

    >>> identifiers("Does `git commit --amend` change E0382, or str.split()?")
    ['git', 'commit', '--amend', 'e0382', 'str.split']
    """
    return [name.lower() for name in _names(text)]


def phrases(query: str) -> list[str]:
    """Return what stands in straight or typographic double quotes and has two words or more.

    White space within a phrase becomes single spaces.

    >>> phrases('what does "detached HEAD" mean, and “fast forward”, and "rebase"?')
    ['detached HEAD', 'fast forward']
    """
    quoted = (found.split() for found in _PHRASE.findall(query))
    return [" ".join(words) for words in quoted if len(words) > 1]


def _names(text: str) -> Iterator[str]:
    for piece in _PIECE.finditer(text):
        if piece["quoted"]:
            yield from _NAME.findall(piece["quoted"])
        elif piece["name"] and (piece["call"] or _stands_out(piece["name"])):
            yield piece["name"]


def _stands_out(name: str) -> bool:
    if name.isalpha():
        return len(name) >= 3 and name[1:] != name[1:].lower()
    if name.isdigit():
        return len(name) >= 3
    return bool(name.strip("_"))
