"""Turns the notes, tips and tabs of Markdown's many dialects into paragraphs that begin with their title.

``!!! note "Title"`` (Python-Markdown, MkDocs), ``> [!NOTE]`` (GitHub, Obsidian), ``:::tip`` (Docusaurus,
VitePress, Pandoc, MyST), ```` ```{note} ```` (MyST) and ``=== "Tab"`` (MkDocs). Includes, shortcodes and
whatever else a site's generator would replace stay as they are.
"""

import re
from collections.abc import Iterator, Sequence

KINDS = frozenset(
    "abstract admonition attention bug caution danger error example failure faq hint important info note "
    "question quote seealso success summary tip todo warning".split()
)

_INDENT = 4
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
_BANG = re.compile(r"^(?:!!!|\?\?\?\+?)\s+([\w-]+)(?:\s+[\w-]+)*(?:\s+\"(.*)\")?\s*$")
_TAB = re.compile(r"^===[!+]*\s+\"(.+)\"\s*$")
_ALERT = re.compile(r"^((?:\s{0,3}>)+\s?)\[!([\w-]+)\][+-]?[ \t]*(.*)$")
_COLONS = re.compile(r"^\s{0,3}:{3,}\s*(?:\{\.?([\w-]+)[^}]*\}|([\w-]+))\s*(?:\[(.+)\]|(\S.*?))?\s*:*\s*$")
_COLONS_END = re.compile(r"^\s{0,3}:{3,}\s*$")
_DIRECTIVE = re.compile(r"^\s{0,3}(`{3,}|~{3,})\{([\w-]+)\}[ \t]*(.*)$")
_MARKED = re.compile(r"^\s*(?:[-*+>#|<`~!:=]|\d+[.)]\s|\Z)")
"""How lines begin that cannot go on a paragraph."""


def without_admonitions(text: str) -> str:
    """Return the text with each admonition's body where it stands, behind a line with its title."""
    return "\n".join(_Unfolding(text.split("\n")).lines())


class _Unfolding:
    """Goes through the lines of a document, from the outermost admonition to the innermost."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._indents: list[int] = []  # of the admonitions that are open, by indentation
        self._fence = ""  # what ends the code block under way
        self._directives: list[str] = []  # what ends the directives under way
        self._divisions = 0

    def lines(self) -> Iterator[str]:
        """Yield the lines as plain Markdown has them."""
        for at, whole in enumerate(self._lines):
            line = self._dedented(whole)
            if self._fence:
                self._fence = "" if _closes(line, self._fence) else self._fence
                yield line
            else:
                yield from self._line(line, at)

    def _dedented(self, line: str) -> str:
        """Return a line of a body as it would stand outside of it."""
        indent = len(line) - len(line.lstrip(" "))
        while line.strip() and self._indents and indent < self._indents[-1] + _INDENT:
            self._indents.pop()
            self._fence = ""
        return line[_INDENT * len(self._indents) :] if line.strip() else ""

    def _line(self, line: str, at: int) -> Iterator[str]:
        bare = line.lstrip(" ")
        lead = line[: len(line) - len(bare)]
        if (found := _BANG.match(bare) or _TAB.match(bare)) and self._has_body(at):
            self._indents.append(len(self._lines[at]) - len(self._lines[at].lstrip(" ")))
            title = found[1] if found.re is _TAB else _title(found[1], found[2])
            yield from self._titled(lead, title, at)
        elif found := _ALERT.match(line):
            yield from self._titled(found[1], _title(found[2], found[3] or None), at)
        elif found := _COLONS.match(line):
            self._divisions += 1
            yield from self._titled(lead, _title(found[1] or found[2], found[3] or found[4]), at)
        elif self._divisions and _COLONS_END.match(line):
            self._divisions -= 1
            yield ""
        elif (found := _DIRECTIVE.match(line)) and found[2] in KINDS:
            self._directives.append(found[1])
            yield from self._titled(lead, _title(found[2], found[3] or None), at)
        elif self._directives and _closes(line, self._directives[-1]):
            self._directives.pop()
            yield ""
        else:
            if fence := _FENCE.match(line):
                self._fence = fence[1]
            yield line

    def _titled(self, lead: str, title: str, at: int) -> Iterator[str]:
        """Yield a title, and have the paragraph below it go on from it after a line break."""
        below = self._lines[at + 1] if at + 1 < len(self._lines) else ""
        if ">" in lead:
            below = re.sub(r"^[\s>]*", "", below)
        goes_on = not _MARKED.match(below)
        yield f"{lead}{title}{'  ' if goes_on else ''}" if title else lead.rstrip()
        if title and not goes_on:
            yield lead.rstrip()

    def _has_body(self, at: int) -> bool:
        """Tell whether something stands below a line that is indented below it."""
        own = len(self._lines[at]) - len(self._lines[at].lstrip(" "))
        for line in self._lines[at + 1 : at + 3]:
            if line.strip():
                return len(line) - len(line.lstrip(" ")) >= own + _INDENT
        return False


def _title(kind: str, given: str | None) -> str:
    """Return what heads an admonition: its own title, else its kind if that says something."""
    if given is not None:
        return given.strip()
    return kind.lower().replace("-", " ").capitalize() if kind.lower() in KINDS else ""


def _closes(line: str, fence: str) -> bool:
    found = _FENCE.match(line)
    return bool(found and found[1].startswith(fence) and not line.strip().strip(fence[0]))
