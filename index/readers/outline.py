"""Collects the blocks of one document and keeps track of the headings that they stand under."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from index.errors import DocumentEmpty
from index.passages import Block, BlockKind, Extract

# Leading spaces are part of what code and nested list items say; elsewhere they are noise.
_INDENTED = (BlockKind.CODE, BlockKind.ITEM)

_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")

_LONGEST_TABLE = 600
"""Characters: what surely fits into one passage."""

_LOWEST_HEADING = 6
"""Terms that are defined stand below every level of heading."""


class Outline:
    """Blocks in the order of reading. ``heading`` and ``add`` fill it, ``extract`` hands it over.

    A reader of pages, slides, rows or minutes says with ``turn_to`` which of them comes next.

    The heading that is the document's title is a block like any other, but stays out of the
    paths: the title is shown beside the path anyway. ``title`` is one that the format gives.
    """

    def __init__(self, title: str = "") -> None:
        self._given = " ".join(title.split())
        self._title = ""
        self._place = ""
        self._place_anchor = ""
        self._open: list[tuple[int, str, str]] = []
        self._blocks: list[Block] = []

    @property
    def anchor(self) -> str:
        """The anchor of the place that was turned to, else of the nearest heading above."""
        return self._place_anchor or (self._open[-1][2] if self._open else "")

    def turn_to(self, place: str, *, anchor: str = "") -> None:
        """Say where what is added from now on stands: "page 12", with the anchor that leads there."""
        self._place, self._place_anchor = place, anchor

    def heading(self, level: int, text: str, *, anchor: str = "", titles: bool = False) -> None:
        """Add a heading. The first with ``titles`` names the document and is left out of paths."""
        text = " ".join(text.split())
        if not text:
            return
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self._append(BlockKind.HEADING, text, anchor or self.anchor)
        self._open.append((level, "" if self._is_title(text, titles) else text, anchor or self.anchor))

    def term(self, text: str, *, anchor: str = "") -> None:
        """Open a definition: until ``end_term``, its term stands at the end of every block's path."""
        depth = sum(1 for level, _, _ in self._open if level > _LOWEST_HEADING)
        text = " ".join(text.split())
        self._open.append((_LOWEST_HEADING + depth + 1, text, anchor or self.anchor))

    def end_term(self) -> None:
        """Close the innermost definition, unless a heading inside has closed it."""
        if self._open and self._open[-1][0] > _LOWEST_HEADING:
            self._open.pop()

    def add(self, kind: BlockKind, text: str, *, anchor: str = "") -> None:
        """Add a block that is no heading, unless it is blank."""
        text = text.rstrip().strip("\n")
        text = _BLANK_LINES.sub("", text) if kind in _INDENTED else text.strip()
        for part in _tables(text) if kind is BlockKind.TABLE else [text]:
            if part:
                self._append(kind, part, anchor or self.anchor)

    def extract(self, *, name: str) -> Extract:
        """Return the title and the blocks. Raises DocumentEmpty when there is no block."""
        if not self._blocks:
            raise DocumentEmpty
        return Extract(title=self._given or self._title or title_from(name), blocks=tuple(self._blocks))

    def _is_title(self, text: str, titles: bool) -> bool:
        if not titles or self._title:
            return False
        self._title = text
        return self._given in ("", text)

    def _append(self, kind: BlockKind, text: str, anchor: str) -> None:
        path = tuple(heading for _, heading, _ in self._open if heading)
        self._blocks.append(Block(kind=kind, text=text, heading=path, anchor=anchor, place=self._place))


def _tables(text: str) -> Iterator[str]:
    """Part a long table into several, each under the first row: no row is read without its header.

    A first row that is longer than that is no header, and would only be said again and again.
    """
    header, *rows = text.split("\n")
    part = [header]
    again = [header] if len(header) <= _LONGEST_TABLE else []
    for row in rows:
        if len(part) > len(again) and len("\n".join((*part, row))) > _LONGEST_TABLE:
            yield "\n".join(part)
            part = [*again]
        part.append(row)
    yield "\n".join(part)


def title_from(name: str) -> str:
    """Return a readable title made of a file's name.

    >>> title_from("opening_hours-2025.md")
    'Opening hours 2025'
    """
    stem = PurePosixPath(name.replace("\\", "/")).stem
    words = "".join(c if c.isprintable() else " " for c in stem).replace("_", " ").replace("-", " ").split()
    title = " ".join(words)
    return title[:1].upper() + title[1:] or "Untitled"
