"""Reads AsciiDoc line by line: no library that reads it in Python is both kept and fast.

Every block ends at a line that says so, so one pass without recursion is enough, whatever is
nested in what; the worst that odd markup can do is to be read as text.
"""

import re
from dataclasses import dataclass, field
from textwrap import shorten

from index.passages import BlockKind, Extract
from index.readers.adoctable import rows_of
from index.readers.adoctext import LONGEST_VALUE, Attributes, inline
from index.readers.decoding import decode
from index.readers.numbering import numeral
from index.readers.outline import Outline

_ATTRIBUTE = re.compile(r"^:(!?[\w][\w-]*!?):(?:\s+(.*))?$")
_SECTION = re.compile(r"^(={1,6}|#{1,6})\s+(\S.*?)(?:\s{1,9}\1)?$")
_UNDERLINES = "=-~^+"
_ANCHOR = re.compile(r"^\[\[([\w:.-]+)(?:,.*)?\]\]$")
_SHORT_ANCHOR = re.compile(r"^\[[^\]\"]*?#([\w:.-]+)")
_BLOCK_ATTRIBUTES = re.compile(r"^\[(?:|[\w.#\"',%*{].*)\]$")
_TITLE = re.compile(r"^\.([^\s.].*)$")
_VERBATIM = re.compile(r"^(-{4,}|\.{4,}|`{3,}|\+{4,}|/{4,})(?:\w[\w+-]*)?$")
_CONTAINER = re.compile(r"^(={4,}|\*{4,}|_{4,}|--|\"\")$")
_TABLE = re.compile(r"^([|,:!])={3,}$")
_RULE = re.compile(r"^(?:'{3,}|<{3,}|-{3}|\*{3}|- - -|\* \* \*)$")
_MACRO = re.compile(r"^(?:image|video|audio|toc|include|xref|icon)::?\S*\[.*\]$")
_CONDITION = re.compile(r"^(ifdef|ifndef|ifeval|endif)::(\S*?)\[(.*)\]$")
_ITEM = re.compile(r"^\s*(\*{1,6}|-|\.{1,6}|\d{1,4}\.|[a-zA-Z]\.|<(?:\d+|\.)>)\s+(\S.*)$")
_TERM = re.compile(r"^\s*(\S.*?)(:{2,4}|;;)(?:\s+(\S.*))?$")
_ADMONITION = re.compile(r"^(NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+(?=\S)")
_ADMONITIONS = frozenset({"NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"})
_CHECKBOX = re.compile(r"^\[[ xX*]\]\s+")
_STYLES = ("", "arabic", "loweralpha", "lowerroman", "upperalpha", "upperroman")
"""How the items of a numbered list are counted, by the dots before them."""

_LONGEST_LABEL = 60
_DEEPEST_INDENT = 12
"""Levels; lists go six deep, of bullets and of numbers each."""


class AsciiDocReader:
    """Reads AsciiDoc. The title is the document's, at its top."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        lines = [line.rstrip() for line in decode(data).expandtabs(4).split("\n")]
        outline = Outline()
        _Reading(lines, outline).run()
        return outline.extract(name=name)


@dataclass(slots=True)
class _About:
    """What lines above a block say about it."""

    words: str = ""
    anchor: str = ""

    @property
    def style(self) -> str:
        return re.split(r"[,#.%]", self.words, maxsplit=1)[0].strip()


@dataclass(slots=True)
class _Place:
    """The list items that are open, outermost first, and the terms that wait for their definition."""

    markers: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    defined: list[bool] = field(default_factory=list)


class _Reading:
    """Goes through the lines of one document and fills its outline."""

    def __init__(self, lines: list[str], outline: Outline) -> None:
        self._lines = lines
        self._at = 0
        self._outline = outline
        self._attributes = Attributes("\n".join(lines))
        self._about = _About()
        self._place = _Place()
        self._containers: list[tuple[str, int]] = []
        self._held = 0  # how many of the open items the container around us belongs to
        self._attached = False
        self._label = ""
        self._lead = ""

    def run(self) -> None:
        """Read all lines."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if line:
                self._take(line)
        self._leave(0)

    def _take(self, line: str) -> None:
        if line.startswith("//") and not line.startswith("///"):
            return
        if found := _CONDITION.match(line):
            self._condition(*found.groups())
        elif found := _ATTRIBUTE.match(line):
            self._attributes.set(found[1], self._whole_value(found[2] or ""))
        elif line == "+":
            self._attached = True
        elif not self._take_about(line) and not self._take_delimited(line):
            self._take_text(line)

    def _whole_value(self, value: str) -> str:
        while value.endswith(" \\") and self._at < len(self._lines):
            # Of a long value the rest is passed by: only its beginning is kept.
            value = f"{value[:-2][:LONGEST_VALUE]} {self._lines[self._at].strip()}"
            self._at += 1
        return value

    def _condition(self, kind: str, names: str, text: str) -> None:
        if kind == "endif":
            return
        known = any(name in self._attributes for name in re.split(r"[,+]", names))
        if kind == "ifeval" or known is (kind == "ifdef"):
            if text and kind != "ifeval":
                self._take_text(text)
        elif not text:
            self._skip_condition()

    def _skip_condition(self) -> None:
        depth = 1
        while depth and self._at < len(self._lines):
            found = _CONDITION.match(self._lines[self._at])
            self._at += 1
            if found and (found[1] == "endif" or not found[3]):
                depth += -1 if found[1] == "endif" else 1

    # Lines about the block that follows

    def _take_about(self, line: str) -> bool:
        if found := _ANCHOR.match(line):
            self._about.anchor = found[1]
        elif _BLOCK_ATTRIBUTES.match(line) and not _CHECKBOX.match(f"{line} x"):
            self._about.words = line[1:-1]
            if found := _SHORT_ANCHOR.match(line):
                self._about.anchor = found[1]
            if self._about.style in _ADMONITIONS:
                self._label = self._about.style.capitalize()
        elif found := _TITLE.match(line):
            self._leave_unattached()
            self._say(self._inline(found[1]))
        else:
            return False
        return True

    # Blocks between delimiters

    def _take_delimited(self, line: str) -> bool:
        if found := _VERBATIM.match(line):
            self._verbatim(found[1])
        elif _TABLE.match(line):
            self._table(line)
        elif _CONTAINER.match(line):
            self._container(line)
        elif _RULE.match(line):
            self._leave_unattached()
        elif not _MACRO.match(line):
            return False
        return True

    def _until(self, delimiter: str) -> list[str]:
        try:
            end = self._lines.index(delimiter, self._at)
        except ValueError:
            end = len(self._lines)
        lines, self._at = self._lines[self._at : end], end + 1
        return lines

    def _verbatim(self, delimiter: str) -> None:
        lines = self._until(delimiter)
        if delimiter[0] in "/+" or self._about.style in ("stem", "latexmath", "asciimath", "plantuml"):
            self._about = _About()
        else:
            self._code("\n".join(lines))

    def _code(self, code: str) -> None:
        self._leave_unattached()
        self._open_terms()
        self._outline.add(BlockKind.CODE, code, anchor=self._about.anchor)
        self._about = _About()

    def _table(self, delimiter: str) -> None:
        self._leave_unattached()
        self._open_terms()
        rows = rows_of(self._until(delimiter), self._about.words, delimiter[0])
        texts = [" | ".join(" ".join(self._inline(cell).split()) for cell in row) for row in rows]
        self._outline.add(BlockKind.TABLE, "\n".join(text for text in texts if text.strip(" |")))
        self._about = _About()

    def _container(self, delimiter: str) -> None:
        """Open or close what holds other blocks; its blocks are read like any others."""
        if any(delimiter == opened for opened, _ in self._containers):
            while self._containers:
                opened, held = self._containers.pop()
                self._leave(self._held)
                self._held = held
                if opened == delimiter:
                    break
        else:
            self._leave_unattached()
            self._containers.append((delimiter, self._held))
            self._held = len(self._place.markers)
        self._about = _About()

    # Text

    def _take_text(self, line: str) -> None:
        if found := _SECTION.match(line):
            self._section(len(found[1]), found[2])
        elif self._is_underlined(line):
            underline, self._at = self._lines[self._at], self._at + 1
            self._section(_UNDERLINES.index(underline[0]) + 1, line)
            self._attributes.compatible = True
        elif found := _ITEM.match(line):
            self._item(found[1], found[2])
        elif found := _TERM.match(line):
            self._term(found[1], found[2], found[3] or "")
        elif line.startswith(" ") and self._about.style not in ("quote", "verse", "normal"):
            self._literal(line)
        else:
            self._paragraph(line)

    def _is_underlined(self, line: str) -> bool:
        below = self._lines[self._at] if self._at < len(self._lines) else ""
        return (
            len(below) > 2
            and below[0] in _UNDERLINES
            and not below.strip(below[0])
            and abs(len(below) - len(line)) <= 2
            and any(character.isalnum() for character in line)
        )

    def _section(self, level: int, markup: str) -> None:
        self._leave(0)
        self._containers, self._held = [], 0
        text = self._inline(markup)
        if self._about.style in ("discrete", "float"):
            anchor = self._about.anchor
        else:
            anchor = self._attributes.section_id(text, self._about.anchor) if level > 1 else ""
        self._outline.heading(level, text, anchor=anchor, titles=level == 1)
        self._about = _About()
        if level == 1:
            self._skip_author()

    def _skip_author(self) -> None:
        """Pass by the lines under the title: author and revision. Attributes stay to be read."""
        while self._at < len(self._lines) and (line := self._lines[self._at]):
            if _ATTRIBUTE.match(line) or line.startswith(("//", "ifdef", "ifndef")):
                return
            self._at += 1

    def _item(self, marker: str, text: str) -> None:
        kind = "1." if marker[0].isdigit() else "a." if marker[0].isalpha() else marker
        kind = "<1>" if marker[0] == "<" else kind
        self._reach(kind)
        self._place.markers.append(kind)
        self._place.defined.append(False)
        count = self._attributes.count(len(self._place.markers), kind, again=self._attached)
        numbered = kind[0] in ".1a<"
        style = _STYLES[len(marker) % len(_STYLES)] if marker[0] == "." else "arabic"
        self._lead = (
            f"{marker if marker[0].isalnum() else f'{numeral(count, style)}.'} " if numbered else "- "
        )
        self._say(self._inline(self._joined(_CHECKBOX.sub("", text))))

    def _term(self, term: str, marker: str, text: str) -> None:
        waiting = self._place.terms if self._place.markers[-1:] == [marker] else []
        self._reach(marker, keep_terms=bool(waiting))
        self._place.markers.append(marker)
        self._place.defined.append(False)
        waiting.append(self._inline(term))
        self._place.terms = waiting
        if not text:
            while self._at < len(self._lines) and not self._lines[self._at]:
                self._at += 1
            text = self._text_of_term()
        if text:
            self._say(self._inline(self._joined(text)))

    def _text_of_term(self) -> str:
        line = self._lines[self._at] if self._at < len(self._lines) else ""
        if not line or self._begins_block(line):
            return ""
        self._at += 1
        return line.strip()

    def _literal(self, line: str) -> None:
        lines = [line]
        while self._at < len(self._lines) and self._lines[self._at] and self._lines[self._at] != "+":
            lines.append(self._lines[self._at])
            self._at += 1
        margin = min(len(each) - len(each.lstrip()) for each in lines)
        # Text that is indented belongs to the item above, with or without a line that says so.
        self._attached = self._attached or bool(self._place.markers)
        self._code("\n".join(each[margin:] for each in lines))

    def _paragraph(self, line: str) -> None:
        self._leave_unattached()
        if found := _ADMONITION.match(line):
            self._label, line = found[1].capitalize(), line[found.end() :]
        if self._about.style in ("source", "listing", "literal"):
            self._code(self._joined(line))
        elif self._about.style == "verse":
            lines = self._joined(line).split("\n")
            self._say("\n".join(self._inline(each) for each in lines))
        else:
            self._say(self._inline(self._joined(line)))

    def _joined(self, line: str) -> str:
        """Return a line with those that go on with it."""
        lines = [line]
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line or line == "+" or self._begins_block(line):
                break
            self._at += 1
            if not line.startswith("//"):
                lines.append(line)
        return "\n".join(lines)

    def _begins_block(self, line: str) -> bool:
        """Tell whether a line ends the paragraph above it."""
        return bool(
            _VERBATIM.match(line)
            or _CONTAINER.match(line)
            or _TABLE.match(line)
            or _CONDITION.match(line)
            or (_BLOCK_ATTRIBUTES.match(line) and self._place.markers)
            or _ANCHOR.match(line)
            or (self._place.markers and (_ITEM.match(line) or _TERM.match(line)))
        )

    # Where in lists and definitions we are

    def _reach(self, marker: str, *, keep_terms: bool = False) -> None:
        """Close the open items down to the one beside which an item with this marker stands."""
        if keep_terms:
            self._place.terms = []
        inner = self._place.markers[self._held :]
        self._leave(self._held + inner.index(marker) if marker in inner else len(self._place.markers))
        self._attached = False

    def _leave_unattached(self) -> None:
        """Leave the list, unless a line said that what follows belongs to its last item."""
        if not self._attached:
            self._leave(self._held)
        self._attached = False

    def _leave(self, count: int) -> None:
        self._open_terms()
        while len(self._place.markers) > count:
            self._place.markers.pop()
            if self._place.defined.pop():
                self._outline.end_term()

    def _open_terms(self) -> None:
        if self._place.terms:
            self._say("")

    def _say(self, text: str) -> None:
        label, self._label = self._label, ""
        terms, self._place.terms = self._place.terms, []
        if terms:
            self._outline.term(
                shorten(", ".join(terms), _LONGEST_LABEL, placeholder=" …"), anchor=self._about.anchor
            )
            self._place.defined[-1] = True
        text = "\n".join(filter(None, (*terms, label, text)))
        depth = sum(marker[0] not in ":;" for marker in self._place.markers)
        if depth and not terms:
            lead, self._lead = self._lead or "  ", ""
            self._outline.add(
                BlockKind.ITEM,
                "  " * min(depth - 1, _DEEPEST_INDENT) + lead + text,
                anchor=self._about.anchor,
            )
        else:
            self._outline.add(BlockKind.PARAGRAPH, text, anchor=self._about.anchor)
        self._about = _About()

    def _inline(self, markup: str) -> str:
        return inline(markup, self._attributes)
