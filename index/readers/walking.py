"""Walks an element tree and gathers its text into blocks: paragraphs, items, tables, code."""

import re
from textwrap import shorten

from lxml import etree  # type: ignore[import-untyped]

from index.passages import BlockKind
from index.readers.decoding import clean
from index.readers.outline import Outline
from index.readers.pages import Element, anchor_of, is_furniture

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article blockquote body caption center details dialog div dl fieldset figcaption "
    "figure form frameset header hgroup hr html legend li main menu ol p pre search section "
    "summary table tbody td tfoot th thead tr ul dt dd".split()
).union(_HEADINGS)
_LISTS = ("ul", "ol", "menu", "dir")
_FIELDS = frozenset({"field-list"})
"""Lists of a definition's own parameters and results, which are parts of it and no terms."""

_LONGEST_LABEL = 60
"""Characters: a signature may go on for lines, but what it is of stands in front."""

_UNTABULAR = ("table", "pre", "ul", "ol", "dl", "blockquote", *_HEADINGS)

_SPACES = re.compile(r"[ \t\n\xa0]+")
_SPACES_KEEPING_LINES = re.compile(r" {2,}")


def walk(root: Element, outline: Outline) -> None:
    """Add what stands in an element to the outline, in order. Iterates: depth costs no stack."""
    walker = _Walker(outline)
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "end":
            walker.leave(element)
            walker.say("" if element is root else element.tail)
        elif element is not root and is_furniture(element):
            walker.skip(element)
            events.skip_subtree()
        else:
            walker.enter(element)
            walker.say(element.text)
    walker.flush()


class _Walker:
    """Gathers text between block boundaries and decides what kind of block it makes."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._text: list[str] = []
        self._skipped: Element = None
        self._pre: Element = None
        self._table: Element = None
        self._rows: list[str] = []
        self._cells: list[str] = []
        self._counters: list[int] = []  # one per open list: the next number, or 0 for bullets
        self._lead = ""
        self._terms: list[str] = []
        self._defined: list[Element] = []  # the definitions that are open, outermost first
        self._anchor = ""

    def say(self, text: str | None) -> None:
        """Take in text as it stands in the markup."""
        if text:
            self._text.append(text if self._pre is not None else _SPACES.sub(" ", clean(text)))

    def skip(self, element: Element) -> None:
        """Leave out an element; words on either side of a block of it stay apart."""
        self._skipped = element
        if element.tag in ("nav", "aside", "footer", "form"):
            self._part()

    def enter(self, element: Element) -> None:
        """Open an element."""
        tag = element.tag
        if tag == "br":
            self._text.append("\n")
        elif self._pre is not None:
            if tag in _BLOCKS and self._text and not self._text[-1].endswith("\n"):
                self._text.append("\n")
        elif tag in _BLOCKS:
            self._part()
            self._open(element)

    def leave(self, element: Element) -> None:
        """Close an element."""
        if element is self._skipped:
            self._skipped = None
        elif element is self._pre:
            self._end_pre()
        elif self._pre is None and element.tag in _BLOCKS:
            self._close(element)

    def flush(self) -> None:
        """Make a block of the text so far."""
        text = self._taken()
        if not text:
            return
        if self._counters:
            self._item(text)
        else:
            self._outline.add(BlockKind.PARAGRAPH, self._after_terms(text), anchor=self._anchor)
        self._anchor = ""

    def _open(self, element: Element) -> None:
        tag = element.tag
        if tag in _LISTS or tag in ("dl", "table"):
            self._leave_terms()
        if tag == "pre":
            self._pre = element
        elif tag in _LISTS:
            self._counters.append(_first_number(element) if tag == "ol" else 0)
            self._lead = ""
        elif tag == "li" and self._counters:
            self._lead = self._marker(element)
        elif tag == "table" and self._table is None and _is_tabular(element):
            self._table = element
        elif tag == "dt" and element.get("id"):
            self._anchor = element.get("id")
        elif tag == "dd" and self._terms:
            self._define(element)

    def _close(self, element: Element) -> None:
        tag = element.tag
        if tag in _HEADINGS and self._table is None:
            self._heading(element)
        elif _is_lead(element) and self._table is None and not self._counters:
            self._terms.append(self._taken())
        elif self._table is not None and tag in ("td", "th", "tr", "table", "caption"):
            self._close_in_table(element)
        else:
            self._part()
            self._close_list(element)

    def _close_list(self, element: Element) -> None:
        tag = element.tag
        if tag in _LISTS and self._counters:
            self._counters.pop()
        if tag == "li":
            self._lead = ""
        if tag == "dl":
            self._leave_terms()
        if self._defined and tag == "dd" and element is self._defined[-1]:
            self._defined.pop()
            self._outline.end_term()

    def _define(self, element: Element) -> None:
        """Open a definition: what follows in it is of its terms, however many paragraphs it has."""
        if _FIELDS.isdisjoint((element.getparent().get("class") or "").split()):
            self._outline.term(_label(self._terms), anchor=self._anchor)
            self._defined.append(element)

    def _close_in_table(self, element: Element) -> None:
        if element.tag in ("td", "th"):
            self._cells.append(self._taken().replace("\n", " "))
        elif element.tag == "caption":
            self._outline.add(BlockKind.PARAGRAPH, self._taken())
        elif element.tag == "tr":
            self._end_row()
        elif element is self._table:
            self._end_row()
            self._table = None
            self._outline.add(BlockKind.TABLE, "\n".join(self._rows))
            self._rows = []

    def _end_row(self) -> None:
        # Markup may be broken: what stands in a table outside of its cells is a cell, too.
        cells = [*self._cells, *filter(None, [self._taken()])]
        self._cells = []
        if any(cells):
            self._rows.append(" | ".join(cells))

    def _heading(self, element: Element) -> None:
        level = _HEADINGS[element.tag]
        self._leave_terms()
        text = self._taken().replace("\n", " ")
        if text:
            self._lead = ""
            self._anchor = ""
        self._outline.heading(level, text, anchor=anchor_of(element), titles=level == 1)

    def _item(self, text: str) -> None:
        indent = "  " * (len(self._counters) - 1)
        lead, self._lead = self._lead or "  ", ""
        self._outline.add(BlockKind.ITEM, indent + lead + text, anchor=self._anchor)

    def _marker(self, element: Element) -> str:
        number = _number(element.get("value"), self._counters[-1])
        if not self._counters[-1]:
            return "- "
        self._counters[-1] = number + 1
        return f"{number}. "

    def _end_pre(self) -> None:
        code = clean("".join(self._text))
        self._pre, self._text = None, []
        if self._table is not None:
            self._text.append(code)
        else:
            self._leave_terms()
            self._outline.add(BlockKind.CODE, code, anchor=self._anchor)

    def _part(self) -> None:
        """End a paragraph; inside a table's cell, a space is enough."""
        if self._table is None:
            self.flush()
        else:
            self._text.append(" ")

    def _after_terms(self, text: str) -> str:
        """Return a definition behind the terms that it defines, one a line."""
        lines, self._terms = [*filter(None, self._terms), text], []
        return "\n".join(lines)

    def _leave_terms(self) -> None:
        terms, self._terms = "\n".join(filter(None, self._terms)), []
        self._outline.add(BlockKind.PARAGRAPH, terms, anchor=self._anchor)

    def _taken(self) -> str:
        lines = _SPACES_KEEPING_LINES.sub(" ", "".join(self._text)).split("\n")
        self._text = []
        return "\n".join(line.strip() for line in lines).strip()


def _label(terms: list[str]) -> str:
    """Return the terms of one definition as a heading: on one line, and no longer than one."""
    return shorten(", ".join(filter(None, terms)), _LONGEST_LABEL, placeholder=" …")


def _is_lead(element: Element) -> bool:
    """Tell what names the paragraph behind it: a defined term, or the title of an admonition."""
    return element.tag == "dt" or "admonition-title" in (element.get("class") or "").split()


def _is_tabular(table: Element) -> bool:
    """Tell a table of data from one that merely lays out the page."""
    return sum(1 for _ in zip(table.iter(*_UNTABULAR), range(2), strict=False)) < 2


def _first_number(element: Element) -> int:
    return _number(element.get("start"), 1) or 1


def _number(value: str | None, default: int) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else default
