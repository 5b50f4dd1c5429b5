"""Tells from printed lines what a document says: paragraphs, lists, code and headings, page by page."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import chain, pairwise

HYPHEN = "\ufffe"
"""Stands where a word was parted at the end of a line, when whoever took the lines has seen that."""

_EDGE_LINES = 3
"""Headers and footers stand among this many lines from the top and the bottom of a page."""

_SAME_HEIGHT = 4.0
"""Points by which the running head of two pages may differ in height."""

_SMALL = 1.05
"""Running heads are set no larger than the text."""

_HEADING_SIZE = 1.13
"""A line this much larger than the text is a heading; subscripts and small capitals stay below."""

_LONGEST_HEADING = 200
_LONGEST_BOLD_HEADING = 100
_PARAGRAPH_GAP = 1.35
_CODE_GAP = 2.6
_INDENT = 0.8
_MARGIN = 0.95
"""Of the lines of a column, this share ends at its margin or before: a title may run over it."""

_COLUMN = 20.0
"""Points: lines that begin this near each other stand in one column."""


_PAGE_NUMBER = re.compile(
    r"^\W*(?:page|seite|p\.)?\s*(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|von)\s*\d{1,4})?\W*$", re.IGNORECASE
)
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*\w{1,5}$")
"""A line of a table of contents."""

_MARKS = "•‣◦▪●○■"
_BULLET = re.compile(rf"^(?:[-*+–{_MARKS}]\s+|(\d{{1,3}})[.)]\s+)(?=\S)")
_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_HYPHENATED = re.compile(rf"(\w+)(?:{HYPHEN}|-)\n?(\w+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it is printed. Measures are in points, from the lower left corner of the page."""

    text: str
    size: float
    left: float
    right: float
    bottom: float
    bold: bool = False
    fixed: bool = False


class Kind(Enum):
    """What some lines are."""

    HEADING = auto()
    PARAGRAPH = auto()
    ITEM = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some lines that belong together, on one page or on two. ``level`` is a heading's, from 1."""

    kind: Kind
    text: str
    pages: tuple[int, int]
    level: int = 0


Bookmarks = dict[int, dict[str, int]]
"""The levels of the headings that the document's own outline names, by page and by bare words."""


def parts(pages: Sequence[Sequence[Line]], bookmarks: Bookmarks) -> Iterator[Part]:
    """Yield what stands on the pages, in order. Running heads and page numbers are left out."""
    bodies = _without_furniture(pages)
    words = Counter(word for page in bodies for line in page for word in _WORD.findall(line.text.lower()))
    style = _Style(bodies)
    held: Part | None = None
    for number, lines in enumerate(bodies, 1):
        for part in _page(lines, number, bookmarks.get(number, {} if bookmarks else None), style):
            if held and _goes_on(held, part):
                held = replace(held, text=f"{held.text}\n{part.text}", pages=(held.pages[0], number))
                continue
            if held:
                yield _mended(held, words)
            held = part
    if held:
        yield _mended(held, words)


def title_of(pages: Sequence[Sequence[Line]]) -> str:
    """Return what is set largest on the first page, if it is as large as a heading."""
    largest = max((line.size for page in pages[:1] for line in page), default=0.0)
    lines = [line for page in pages[:1] for line in page if line.size > 0.95 * largest]
    text = " ".join(line.text for line in lines)
    return text if lines and _Style(pages).level(lines[0]) and len(text) <= _LONGEST_HEADING else ""


def bare(text: str) -> str:
    """Return the words of a heading as they are compared: without numbering, spacing and case."""
    return re.sub(r"\W+", "", re.sub(r"^[\s\d.]+", "", text) or text).casefold()


# What is not read


def _without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    largest = _SMALL * _body_size(pages)
    edges = [[line for line in _edges(page) if line.size <= largest] for page in pages]
    heads = Counter(_head(line) for lines in edges for line in lines)
    shifts = Counter(
        shift for number, lines in enumerate(edges) for line in lines[:2] for shift in _shifts(line, number)
    )
    often = 3 if len(pages) > 4 else 2
    bodies = []
    for number, (page, lines) in enumerate(zip(pages, edges, strict=True)):
        dropped = {id(line) for line in lines if _times(heads, line) >= often}
        dropped |= {
            id(line)
            for line in lines[:2]
            if _PAGE_NUMBER.match(line.text) or any(shifts[shift] >= 3 for shift in _shifts(line, number))
        }
        bodies.append([line for line in page if id(line) not in dropped and not _LEADERS.search(line.text)])
    return bodies


def _edges(page: Sequence[Line]) -> list[Line]:
    """Return the lines near the edges of a page, the lowest and the highest first."""
    by_height = sorted(page, key=lambda line: line.bottom)
    ends = [line for pair in zip(by_height, reversed(by_height), strict=True) for line in pair]
    return list({id(line): line for line in ends[: 2 * _EDGE_LINES]}.values())


def _head(line: Line) -> tuple[str, int]:
    """Return what a running head is known by: its words and its height."""
    return line.text, round(line.bottom / _SAME_HEIGHT)


def _times(heads: Counter[tuple[str, int]], line: Line) -> int:
    text, height = _head(line)
    return sum(heads[text, near] for near in (height - 1, height, height + 1))


def _shifts(line: Line, page: int) -> set[int]:
    """Return how far the numbers at the ends of a line are from the page's own."""
    ends = line.text.split()[:1] + line.text.split()[-1:]
    return {int(end) - page for end in ends if end.isascii() and end.isdigit() and len(end) < 5}


# How the document is set


class _Style:
    """How a document is set: the size of its text, and from line to line and side to side."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        sizes = {_rounded(line.size) for line in chain.from_iterable(pages)}
        body = _body_size(pages)
        large = sorted((size for size in sizes if size >= _HEADING_SIZE * body), reverse=True)
        self._levels = {size: min(level, 5) for level, size in enumerate(large, 1)}
        self._spacing = _spacing(pages)
        self._rights: dict[int, list[float]] = {}
        for line in chain.from_iterable(pages):
            self._rights.setdefault(_column(line), []).append(line.right)

    def level(self, line: Line) -> int:
        """Return the level of a heading of this size, 0 for the size of the text."""
        return self._levels.get(_rounded(line.size), 0)

    def is_apart(self, above: Line, line: Line) -> bool:
        """Tell whether there is more than a line's distance between two lines."""
        step = above.bottom - line.bottom
        return step > _PARAGRAPH_GAP * max(self._spacing * above.size, 0.9 * above.size)

    def is_full(self, line: Line, after: Line) -> bool:
        """Tell whether the next line's first word would not have fitted behind a line."""
        near = [self._rights.get(_column(line) + step, ()) for step in (-1, 0, 1)]
        rights = sorted(chain.from_iterable(near))
        margin = rights[int(_MARGIN * (len(rights) - 1))]
        width = (after.right - after.left) / max(len(after.text), 1)
        return line.right + width * (len(after.text.split()[0]) + 1) > margin


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    """Return the size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for line in chain.from_iterable(pages):
        sizes[_rounded(line.size)] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _column(line: Line) -> int:
    return round(line.left / _COLUMN)


def _spacing(pages: Iterable[Sequence[Line]]) -> float:
    """Return the least usual distance from line to line, in sizes: that within paragraphs."""
    steps: Counter[float] = Counter()
    for above, line in chain.from_iterable(pairwise(page) for page in pages):
        step = (above.bottom - line.bottom) / line.size
        if 0.7 < step < 2.2 and abs(above.size - line.size) < 0.08 * line.size:
            steps[round(step, 1)] += 1
    usual = [step for step, times in steps.items() if times >= 0.05 * steps.total()]
    return min(usual, default=1.0)


# Headings


def _heading_level(run: Sequence[Line], named: dict[str, int] | None, style: _Style) -> int:
    """Return the level of the heading that some lines are, 0 if they are none."""
    text = " ".join(line.text for line in run)
    if named is not None:
        return named.get(bare(text), 0)
    if any(line.fixed for line in run) or not any(map(str.isalpha, text)):
        return 0
    if level := style.level(run[0]):
        return level if len(text) <= _LONGEST_HEADING else 0
    is_set_off = all(line.bold for line in run) and len(text) <= _LONGEST_BOLD_HEADING
    return 6 if is_set_off and not _SENTENCE_END.search(text) and not _BULLET.match(text) else 0


# Paragraphs


def _page(lines: Sequence[Line], number: int, named: dict[str, int] | None, style: _Style) -> Iterator[Part]:
    for run in _runs(lines, named, style):
        pages = (number, number)
        if level := _heading_level(run, named, style):
            yield Part(kind=Kind.HEADING, text=" ".join(line.text for line in run), pages=pages, level=level)
        elif _is_code(run[0]):
            yield Part(kind=Kind.CODE, text=_code(run), pages=pages)
        elif _BULLET.match(run[0].text):
            yield Part(kind=Kind.ITEM, text=_BULLET.sub(_lead, _joined(run, style)), pages=pages)
        else:
            yield Part(kind=Kind.PARAGRAPH, text=_joined(run, style), pages=pages)


def _runs(lines: Sequence[Line], named: dict[str, int] | None, style: _Style) -> Iterator[list[Line]]:
    run: list[Line] = []
    for line in lines:
        if run and _begins(line, run, named or {}, style):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _begins(line: Line, run: Sequence[Line], named: dict[str, int], style: _Style) -> bool:
    """Tell whether a line begins something new."""
    above = run[-1]
    step = above.bottom - line.bottom
    if _is_code(line) or _is_code(above):
        return _is_code(line) is not _is_code(above) or not 0 < step < _CODE_GAP * line.size
    if abs(line.size - above.size) > 0.08 * above.size or line.bold is not above.bold:
        return True
    if _BULLET.match(line.text) or bare(line.text) in named or bare(above.text) in named:
        return True
    if step < -above.size:  # a new column
        return bool(_SENTENCE_END.search(above.text)) or not line.text[:1].islower()
    if style.is_apart(above, line):
        return True
    is_indented = line.left - above.left > _INDENT * line.size and not _BULLET.match(run[0].text)
    is_short = not style.is_full(above, line)
    return (is_indented and len(run) > 1) or (is_short and bool(_SENTENCE_END.search(above.text)))


def _joined(run: Sequence[Line], style: _Style) -> str:
    text = run[0].text
    for above, line in pairwise(run):
        goes_on = style.is_full(above, line) or _BULLET.match(run[0].text)
        parted = goes_on and text.endswith(("-", HYPHEN)) and line.text[:1].islower()
        text += ("\n" if parted or not goes_on else " ") + line.text
    return text


def _is_code(line: Line) -> bool:
    return line.fixed and line.text[0] not in _MARKS


def _lead(bullet: re.Match[str]) -> str:
    return f"{bullet[1]}. " if bullet[1] else "- "


def _code(run: Sequence[Line]) -> str:
    margin = min(line.left for line in run)
    return "\n".join(
        " " * round((line.left - margin) / max((line.right - line.left) / max(len(line.text), 1), 1))
        + line.text
        for line in run
    )


def _goes_on(held: Part, part: Part) -> bool:
    """Tell whether a page begins in the middle of the sentence that the page before ends in."""
    return (
        held.kind in (Kind.PARAGRAPH, Kind.ITEM)
        and part.kind is Kind.PARAGRAPH
        and part.pages[0] == held.pages[1] + 1
        and not _SENTENCE_END.search(held.text)
        and part.text[:1].islower()
    )


def _mended(part: Part, words: Counter[str]) -> Part:
    """Join the words that line ends have parted; a hyphen that belongs to a word stays."""

    def joined(found: re.Match[str]) -> str:
        first, second = found[1], found[2]
        if HYPHEN not in found[0] and "\n" not in found[0]:
            return found[0]
        whole, compound = (f"{first}{mark}{second}".lower() for mark in ("", "-"))
        keeps = words[compound] > words[whole] or not second[0].islower()
        return f"{first}-{second}" if keeps else f"{first}{second}"

    if part.kind is Kind.CODE:
        return part
    text = _HYPHENATED.sub(joined, part.text).replace(HYPHEN, "-")
    if part.pages[0] != part.pages[1]:
        text = text.replace("\n", " ")
    return replace(part, text=text)
