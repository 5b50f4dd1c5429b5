"""Reads reStructuredText, that of Sphinx included."""

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from textwrap import shorten
from typing import Any, TypeAlias

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Parser
from docutils.parsers.rst.states import Inliner

from index.passages import BlockKind, Extract
from index.readers.decoding import MAX_DOCUMENT_BYTES, clean, decode
from index.readers.foreign import refusing_damage
from index.readers.numbering import numeral
from index.readers.outline import Outline
from index.readers.sphinx import SCOPES, described, sphinx_names

Node: TypeAlias = Any
"""A node of docutils, which ships no types."""

MAX_INLINE_CHARACTERS = 10_000
"""Longer paragraphs are taken as they stand: finding markup in one takes quadratic time."""

_SETTINGS = {
    "_disable_config": True,
    "auto_id_prefix": "id",
    "docinfo_xform": False,
    "doctitle_xform": False,
    "file_insertion_enabled": False,
    "halt_level": 5,
    "line_length_limit": MAX_DOCUMENT_BYTES,
    "raw_enabled": False,
    "report_level": 5,
    "syntax_highlight": "none",
    "warning_stream": False,
}

# docutils imports these when a document first wants them; while one is read, no file can be opened.
for _module in (
    "languages.en",
    "parsers.rst.languages.en",
    "readers.standalone",
    "writers.null",
):
    import_module(f"docutils.{_module}")
for _module in "admonitions body images misc parts references tables".split():
    import_module(f"docutils.parsers.rst.directives.{_module}")
for _module in "components frontmatter misc parts peps references universal".split():
    import_module(f"docutils.transforms.{_module}")

_ERROR_LEVEL = 3
_LONGEST_LABEL = 60

_UNSEEN = (
    nodes.comment, nodes.decoration, nodes.image, nodes.math_block, nodes.meta, nodes.pending, nodes.raw,
    nodes.substitution_definition, nodes.target, nodes.transition,
)  # fmt: skip
_UNSAID = (nodes.image, nodes.raw, nodes.system_message, nodes.target)

_ADMONITIONS = (
    nodes.attention, nodes.caution, nodes.danger, nodes.error, nodes.hint, nodes.important, nodes.note,
    nodes.tip, nodes.warning,
)  # fmt: skip

_AUTOMATIC_ID = re.compile(r"id\d+$")
_NAME = re.compile(r"(?:(?:abstract|async|class|final|static|property)\s+)*@?([^\W\d][\w.]*)")
_LAST_NAME = re.compile(r"([\w.]+)\s*(?:[(\[].*)?$")
_NOT_IN_NAME = re.compile(r"[\s,=\[(]")
_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9._]+")
_PYTHON = frozenset(
    "attribute class classmethod data decorator decoratormethod exception function method property "
    "staticmethod type".split()
)
_OPENING = frozenset({"class", "exception", "struct", "type", "union"})
_UNANCHORED = frozenset({"describe", "object"})


class RstReader:
    """Reads reStructuredText. The first section of the highest level is the title."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        text = decode(data)
        outline = Outline()
        with refusing_damage():
            with sphinx_names():
                parser = Parser(inliner=_inliner())
                document = publish_doctree(text, parser=parser, settings_overrides=_SETTINGS)
            _Walk(outline).document(document)
        return outline.extract(name=name)


def _inliner() -> Any:
    """Return what finds the markup in a paragraph, unless it is so long that this would take for ever."""
    inliner = Inliner()
    parse = inliner.parse

    def bounded(text: str, *rest: Any) -> tuple[list[Node], list[Node]]:
        if len(text) > MAX_INLINE_CHARACTERS:
            return [nodes.Text(text)], []
        found: tuple[list[Node], list[Node]] = parse(text, *rest)
        return found

    inliner.parse = bounded  # it looks its patterns up in its own class, so it can have no subclass
    return inliner


class _Walk:
    """Follows the tree of one document and fills its outline."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._level = 0
        self._lists = 0
        self._lead = ""
        self._terms: list[str] = []
        self._anchor = ""
        self._belonging = {"module": "", "program": ""}
        self._scopes: list[str] = []

    def document(self, document: Node) -> None:
        """Take a whole document. Fields at its top are about it, not in it."""
        seen = [child for child in document.children if not isinstance(child, _UNSEEN)]
        if seen and isinstance(seen[0], nodes.field_list):
            seen = seen[1:]
        self._all(seen)

    def _all(self, children: Sequence[Node]) -> None:
        for child in children:
            self._take(child)

    def _take(self, node: Node) -> None:
        match node:
            case nodes.section():
                self._section(node)
            case nodes.bullet_list() | nodes.enumerated_list():
                self._list(node)
            case nodes.definition_list():
                self._definitions(node)
            case described():
                self._object(node)
            case nodes.literal_block() | nodes.doctest_block():
                self._leave_terms()
                self._outline.add(BlockKind.CODE, clean(_text(node)), anchor=self._anchor)
            case nodes.table():
                self._table(node)
            case _:
                self._take_prose(node)

    def _take_prose(self, node: Node) -> None:
        match node:
            case nodes.system_message():
                self._system_message(node)
            case nodes.admonition():
                self._titled(_text(node.children[0]), node.children[1:])
            case nodes.topic() if "contents" in node.get("classes", ()):
                pass
            case nodes.field():
                self._titled(f"{_text(node.children[0])}:", node.children[1].children, joint=" ")
            case nodes.option_list_item():
                options = [_text(option) for option in node.children[0].children]
                self._define([", ".join(options)], node.children[1].children)
            case nodes.footnote() | nodes.citation():
                label, *body = node.children
                self._titled(f"[{_text(label)}]", body, joint=" ")
            case nodes.attribution():
                self._say(f"— {_text(node)}")
            case nodes.line_block():
                self._say("\n".join(_lines(node)))
            case _ if isinstance(node, _ADMONITIONS):
                self._titled(type(node).__name__.capitalize(), node.children)
            case _ if isinstance(node, _UNSEEN):
                pass
            case nodes.TextElement():
                self._say(_text(node))
            case _:
                self._all(node.children)

    def _system_message(self, message: Node) -> None:
        """Keep the text that was not understood, such as a table with a broken edge, as it stands."""
        if message.get("level", 0) >= _ERROR_LEVEL:
            for literal in message.findall(nodes.literal_block):
                self._take(literal)

    def _section(self, section: Node) -> None:
        title, *body = section.children
        self._level += 1
        self._outline.heading(
            self._level, clean(_text(title)), anchor=_anchor(section), titles=self._level == 1
        )
        self._all(body)
        self._level -= 1

    def _list(self, found: Node) -> None:
        self._leave_terms()
        number = found.get("start", 1)
        numbered = isinstance(found, nodes.enumerated_list)
        self._lists += 1
        for at, item in enumerate(found.children):
            self._lead = f"{_marker(found, number + at)} " if numbered else "- "
            self._all(item.children)
        self._lists -= 1
        self._lead = ""

    def _definitions(self, found: Node) -> None:
        for item in found.children:
            terms = [each for each in item.children if isinstance(each, nodes.term)]
            body = [each for each in item.children if isinstance(each, nodes.definition)]
            self._define([_text(term) for term in terms], [each for one in body for each in one.children])

    def _define(self, terms: list[str], body: Sequence[Node], *, anchor: str = "") -> None:
        """Add a definition: what is in it stands under its terms, however many paragraphs it has."""
        self._leave_terms()
        above, self._anchor = self._anchor, anchor or self._anchor
        self._outline.term(shorten(", ".join(terms), _LONGEST_LABEL, placeholder=" …"), anchor=self._anchor)
        self._terms = terms
        self._all(body)
        self._leave_terms()
        self._outline.end_term()
        self._anchor = above

    def _object(self, node: Node) -> None:
        kind = node["kind"]
        if kind in SCOPES:
            self._belonging[kind.removeprefix("current")] = "".join(node["names"]).strip().replace("None", "")
            return
        anchor, scope = self._object_anchor(node)
        self._scopes.append(scope)
        self._define(node["names"], node.children, anchor=anchor)
        self._scopes.pop()

    def _object_anchor(self, node: Node) -> tuple[str, str]:
        """Return the id that Sphinx gives to what is defined, and the scope that it opens."""
        domain, _, kind = node["kind"].rpartition(":")
        names = node["names"][:1]
        inside = self._scopes[-1] if self._scopes else ""
        if domain in ("", "py") and kind in _PYTHON and (found := _NAME.match("".join(names))):
            above = inside or node["scope"] or self._belonging["module"]
            whole = _within(inside, found[1]) if inside else ".".join(filter(None, (above, found[1])))
            return "" if node["unlisted"] else whole, whole if kind in _OPENING else above
        if domain in ("c", "cpp", "js"):
            whole = _within(inside, "".join(_LAST_NAME.findall("".join(names))))
            return f"c.{whole}" if domain == "c" else "", whole if kind in _OPENING else inside
        if domain in ("", "std") and kind in ("option", "cmdoption"):
            return _sphinx_id("cmdoption", self._belonging["program"], *names), inside
        return _sphinx_id(kind, *names) if kind not in _UNANCHORED else "", inside

    def _titled(self, title: str, body: Sequence[Node], *, joint: str = "\n") -> None:
        """Add what has a title of its own, which belongs to its first paragraph."""
        first, *rest = [each for each in body if not isinstance(each, _UNSEEN)] or [nodes.paragraph()]
        if isinstance(first, nodes.paragraph):
            self._say(f"{title}{joint}{_text(first)}".strip())
        else:
            self._say(title)
            self._take(first)
        self._all(rest)

    def _table(self, table: Node) -> None:
        self._leave_terms()
        for title in table.children:
            if isinstance(title, nodes.title):
                self._say(_text(title))
        rows = [" | ".join(_cells(row)) for row in table.findall(nodes.row)]
        self._outline.add(BlockKind.TABLE, clean("\n".join(row for row in rows if row.strip(" |"))))

    def _say(self, text: str) -> None:
        text = clean(text).strip()
        if not text:
            return
        if self._lists and not self._terms:
            lead, self._lead = self._lead or "  ", ""
            self._outline.add(BlockKind.ITEM, "  " * (self._lists - 1) + lead + text, anchor=self._anchor)
        else:
            text, self._terms = "\n".join([*self._terms, text]), []
            self._outline.add(BlockKind.PARAGRAPH, text, anchor=self._anchor)

    def _leave_terms(self) -> None:
        terms, self._terms = "\n".join(self._terms), []
        self._outline.add(BlockKind.PARAGRAPH, clean(terms), anchor=self._anchor)


def _text(node: Node) -> str:
    """Return what is read of an element, on one line unless it is code."""
    text = "".join(_pieces(node))
    code = isinstance(node, nodes.FixedTextElement)
    return text if code else " ".join(text.split())


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node, nodes.Text):
        yield str(node)
    elif isinstance(node, nodes.footnote_reference | nodes.citation_reference):
        yield f"[{node.astext()}]"
    elif isinstance(node, nodes.option_argument):
        yield node.astext()
    elif not isinstance(node, _UNSAID):
        for child in node.children:
            yield from _pieces(child)


def _lines(block: Node, depth: int = 0) -> Iterator[str]:
    for line in block.children:
        if isinstance(line, nodes.line_block):
            yield from _lines(line, depth + 1)
        else:
            yield "  " * depth + _text(line)


def _cells(row: Node) -> Iterator[str]:
    for entry in row.children:
        yield " ".join(filter(None, (_text(child) for child in entry.children)))


def _marker(found: Node, number: int) -> str:
    """Return what stands before an item of a numbered list, as in the source: "a)", "(iv)"."""
    return f"{found.get('prefix', '')}{numeral(number, found['enumtype'])}{found.get('suffix', '.')}"


def _anchor(section: Node) -> str:
    """Return the fragment that leads to a section; numbers that docutils makes up come last."""
    ids = [str(each) for each in section["ids"]]
    named = [each for each in ids if not _AUTOMATIC_ID.match(each)]
    return (named or ids or [""])[0]


def _within(scope: str, name: str) -> str:
    """Return a name with the scope that it stands in, which it may already begin with."""
    name = name.removeprefix(f"{scope.rpartition('.')[2]}." if scope else "")
    return ".".join(filter(None, (scope, name)))


def _sphinx_id(*parts: str) -> str:
    name = _NOT_IN_NAME.split(parts[-1].strip(), maxsplit=1)[0]
    return _NOT_IN_ID.sub("-", "-".join(filter(None, (*parts[:-1], name)))).strip("-")
