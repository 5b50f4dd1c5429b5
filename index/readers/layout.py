"""Tells from the shape of plain lines what they are: wrapped prose, verse, lists, tables, code."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

LONG_LINE = 160
"""Nobody wraps lines this wide: a line beyond it is a paragraph, and so are its neighbours."""

_MIN_WRAP_WIDTH = 45
_MIN_WRAPPED_SHARE = 0.7
_MIN_RUNNING_SHARE = 0.4
_MIN_COLUMNS_SHARE = 0.6

_BULLET = re.compile(r"^(\s*)(?:[-*+•‣◦▪–]\s+|(\d{1,3})[.)]\s+)(?=\S)")
_UNDERLINE = re.compile(r"^\s*([=\-~*^#_+])\1{2,}\s*$")
_RULE = re.compile(r"^\s*([=\-~*^#_+.])(\s*\1){2,}\s*$")
_HASHES = re.compile(r"^(#{1,6})\s+(\S.*?)\s*#*$")
_COLUMNS = re.compile(r"\S(?:\t+| {3,}| +\| +)(?=\S)")
_INDENT = "    "


class Shape(Enum):
    """What a stretch of lines is."""

    PROSE = auto()
    LINES = auto()
    ITEM = auto()
    CODE = auto()
    HEADING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some lines that belong together. ``alone`` when blank lines (or long ones) set them apart."""

    shape: Shape
    text: str
    alone: bool = True
    level: int = 0


def stretches(text: str) -> Iterator[Stretch]:
    """Part plain text into stretches, in order."""
    lines = [line.rstrip() for line in text.split("\n")]
    margin = min((_indent(line) for line in lines if line), default=0)
    code: list[str] = []
    for chunk in _chunks([line.expandtabs(4)[margin:] if margin else line for line in lines]):
        if _is_code(chunk):
            code.append("\n".join(chunk))
            continue
        yield from _code(code)
        code = []
        yield from _read(chunk)
    yield from _code(code)


def _code(parts: list[str]) -> Iterator[Stretch]:
    # Blank lines part neighbouring pieces of code, they do not end it.
    if parts:
        yield Stretch(shape=Shape.CODE, text="\n\n".join(parts))


def _chunks(lines: Sequence[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in [*lines, ""]:
        if line:
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


def _is_code(chunk: Sequence[str]) -> bool:
    if all(_indent(line) >= len(_INDENT) for line in chunk):
        return not _BULLET.match(chunk[0]) and max(map(len, chunk)) <= LONG_LINE
    with_columns = sum(1 for line in chunk if _COLUMNS.search(line.strip()))
    return len(chunk) > 1 and with_columns >= _MIN_COLUMNS_SHARE * len(chunk) and not _BULLET.match(chunk[0])


def _read(chunk: list[str]) -> Iterator[Stretch]:
    chunk = _without_overline(chunk)
    if len(chunk) > 1 and _UNDERLINE.match(chunk[1]) and not _RULE.match(chunk[0]):
        yield Stretch(shape=Shape.HEADING, text=chunk[0].strip(), level=1 if "=" in chunk[1] else 2)
        yield from _read(chunk[2:])
    elif chunk and (hashes := _HASHES.match(chunk[0])):
        yield Stretch(shape=Shape.HEADING, text=hashes[2], level=len(hashes[1]))
        yield from _read(chunk[1:])
    elif chunk:
        yield from _read_body([line for line in chunk if not _RULE.match(line)])


def _without_overline(chunk: list[str]) -> list[str]:
    framed = len(chunk) > 2 and _UNDERLINE.match(chunk[0]) and _UNDERLINE.match(chunk[2])
    return chunk[1:] if framed else chunk


def _read_body(chunk: list[str]) -> Iterator[Stretch]:
    first = next((i for i, line in enumerate(chunk) if _BULLET.match(line)), len(chunk))
    if first:
        yield from _read_plain(chunk[:first])
    yield from _read_items(chunk[first:])


def _read_items(lines: Sequence[str]) -> Iterator[Stretch]:
    """Yield bulleted lines, each with the lines that go on with it."""
    item: list[str] = []
    for line in lines:
        if _BULLET.match(line) and item:
            yield _item(item)
            item = []
        item.append(line)
    if item:
        yield _item(item)


def _item(lines: Sequence[str]) -> Stretch:
    found = _BULLET.match(lines[0])
    assert found
    lead = f"{found[2]}. " if found[2] else "- "
    words = [lines[0][found.end() :], *(line.strip() for line in lines[1:])]
    indent = "  " * min(_indent(lines[0]) // 2, 8)
    return Stretch(shape=Shape.ITEM, text=indent + lead + " ".join(words))


def _read_plain(lines: Sequence[str]) -> Iterator[Stretch]:
    stripped = [line.strip() for line in lines]
    if len(lines) > 1 and max(map(len, lines)) > LONG_LINE:
        yield from (Stretch(shape=Shape.PROSE, text=line) for line in stripped)
    elif len(lines) > 2 and _is_set_off(stripped) and _is_wrapped(stripped[1:]):
        yield Stretch(shape=Shape.PROSE, text=stripped[0], alone=False)
        yield Stretch(shape=Shape.PROSE, text=" ".join(stripped[1:]))
    elif _is_wrapped(stripped):
        yield Stretch(shape=Shape.PROSE, text=" ".join(stripped))
    elif len(lines) == 2:
        yield from (
            Stretch(shape=Shape.PROSE, text=stripped[0], alone=False),
            Stretch(shape=Shape.PROSE, text=stripped[1]),
        )
    else:
        yield Stretch(shape=Shape.LINES, text="\n".join(stripped))


def _is_set_off(lines: Sequence[str]) -> bool:
    """Tell whether the first line ends where the next word would still have fitted easily."""
    width = max(map(len, lines[1:]))
    return len(lines[0]) + 1 + len(lines[1].split()[0]) < 0.8 * width


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Tell prose that was broken to fit a width from lines that end where their author ended them."""
    if len(lines) == 1:
        return True
    width = max(map(len, lines))
    pairs = list(itertools.pairwise(lines))
    full = sum(1 for line, after in pairs if len(line) + 1 + len(after.split()[0]) > width)
    running = sum(1 for _, after in pairs if _goes_on(after))
    return (
        width >= _MIN_WRAP_WIDTH
        and full >= _MIN_WRAPPED_SHARE * len(pairs)
        and running >= _MIN_RUNNING_SHARE * len(pairs)
    )


def _goes_on(line: str) -> bool:
    first = line[0]
    return first.isalpha() and not first.isupper()
