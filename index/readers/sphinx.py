"""What Sphinx adds to reStructuredText: its directives and roles, kept as text.

Every project has some of its own, too. None is unknown here: a directive's text is read as text,
and a role's as it is shown on the page that Sphinx makes of it.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives, roles

UNREAD = frozenset(
    "autosummary bibliography blockdiag codeauthor cssclass default-domain digraph graph graphviz "
    "highlight highlightlang index inheritance-diagram literalinclude mermaid moduleauthor plantuml "
    "plot raw rst-class sectionauthor tabularcolumns toctree uml video youtube".split()
)
"""Directives that steer the page, or draw: nothing in them is read."""

_CODE = frozenset(
    "code code-block console doctest ipython productionlist prompt sourcecode testcode testoutput".split()
)

_HEADED = frozenset("card centered dropdown grid-item-card group-tab tab tab-item".split())
"""Directives whose argument is read, even if it is one word."""

_TITLES = {
    "seealso": "See also",
    "todo": "Todo",
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "versionremoved": "Removed in version",
    "deprecated": "Deprecated since version",
    "deprecated-removed": "Deprecated since version",
}

_OBJECTS = frozenset(
    "attribute class classmethod cmdoption command confval data decorator decoratormethod describe "
    "django-admin django-admin-option envvar event exception fieldlookup function macro member "
    "method module-attribute object opcode option pdbcommand property setting staticmethod "
    "templatefilter templatetag type var".split()
)
"""Directives that define what they name; so do those of a domain, such as c:function."""

_OVERRULED = _CODE | {"class"}
"""Directives that docutils has too, but which mean more in Sphinx, or take options there."""

_NUMBERED = frozenset({"pep", "rfc"})
SCOPES = frozenset({"currentmodule", "module", "program"})
"""Directives that say to what the following ones belong."""

_WITH_PARENTHESES = frozenset({"func", "function", "meth", "method"})
_EXPLICIT = re.compile(r"^(.+?)\s*(?<!\x00)<([^<>]*?)>$", re.DOTALL)
_CONTINUED = re.compile(r"\\\n\s*")
_BRACES = re.compile(r"[{}]")

_lock = threading.Lock()


class described(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801  a tag
    """What a directive defines: ``names`` and ``kind``, with the description as its content."""


@contextmanager
def sphinx_names() -> Iterator[None]:
    """Let docutils know every directive and role for as long as one document is parsed.

    Its registries belong to the process: what a document registers in them ends with it.
    """
    with _lock:
        known, known_roles = (directives.directive, roles.role), dict(roles._roles)
        directives.directive, roles.role = _directive, _role
        try:
            yield
        finally:
            directives.directive, roles.role = known
            roles._roles.clear()
            roles._roles.update(known_roles)


_docutils_directive, _docutils_role = directives.directive, roles.role


def _directive(name: str, language: Any, document: Any) -> tuple[Any, list[Any]]:
    if name.lower() in UNREAD:
        return _Unread, []
    if name.lower() in _OVERRULED:
        return _Read, []
    found, _ = _docutils_directive(name, language, document)
    return found or _Read, []


def _role(name: str, language: Any, line: int, reporter: Any) -> tuple[Any, list[Any]]:
    if name.lower() in _NUMBERED:
        return _read_role, []
    found, _ = _docutils_role(name, language, line, reporter)
    return found or _read_role, []


class _AnyOptions(dict[str, Any]):
    """Takes every option, whatever its value."""

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        return directives.unchanged


class _Read(Directive):  # type: ignore[misc]
    """A directive that docutils does not know."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = _AnyOptions()

    def run(self) -> list[Any]:
        name, kind = self.name.lower(), self.name.lower().rpartition(":")[2]
        if name in _CODE:
            return [nodes.literal_block("", self._code())]
        if name in _TITLES:
            return self._titled(name)
        if kind in SCOPES:
            return [described(names=self.arguments, kind=kind)]
        if ":" in name or name in _OBJECTS:
            return self._described(name)
        return [*self._argument(), *self._parsed()]

    def _code(self) -> str:
        lines = list(self.content)
        # Without a blank line in between, docutils takes the first lines for an argument.
        if self.arguments and self.block_text.split("\n", 1)[0].rstrip().endswith("::"):
            lines = [*self.arguments[0].split("\n"), "", *lines]
        return "\n".join(lines)

    def _argument(self) -> list[Any]:
        # An argument of one word steers; one of several is most likely a title.
        if not self.arguments or (len(self.arguments[0].split()) < 2 and self.name.lower() not in _HEADED):
            return []
        inline, _ = self.state.inline_text(self.arguments[0], self.lineno)
        return [nodes.paragraph("", "", *inline)]

    def _parsed(self) -> list[Any]:
        parent = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, parent, match_titles=True)
        return list(parent.children)

    def _titled(self, name: str) -> list[Any]:
        title = _TITLES[name]
        words = " ".join("".join(self.arguments).split())
        if title.endswith("version"):
            version, _, words = words.partition(" ")
            title = f"{title} {version}".strip(" ,:")
        found = nodes.admonition("", nodes.title("", title))
        if words:
            inline, _ = self.state.inline_text(words, self.lineno)
            found += nodes.paragraph("", "", *inline)
        found.extend(self._parsed())
        return [found]

    def _described(self, name: str) -> list[Any]:
        lines = _CONTINUED.sub("", "".join(self.arguments)).split("\n")
        names = [line.strip() for line in lines if line.strip()]
        unlisted = not {"no-index", "noindex"}.isdisjoint(self.options)
        found = described(names=names, kind=name, scope=self.options.get("module") or "", unlisted=unlisted)
        found.extend(self._parsed())
        # In plain docutils, a class without a description dresses what comes next.
        is_dress = name == "class" and not self.content and "(" not in "".join(names)
        return [] if is_dress else [found]


class _Unread(_Read):
    """A directive whose content is nothing to read."""

    def run(self) -> list[Any]:
        return []


def _read_role(
    name: str,
    rawtext: str,
    text: str,
    lineno: int,
    inliner: Any,
    options: Any = None,
    content: Any = None,
) -> tuple[list[Any], list[Any]]:
    return [nodes.inline(rawtext, role_text(name, text.replace("\x00", "")))], []


def role_text(name: str, text: str) -> str:
    """Return what a reader of the page sees of a role.

    >>> role_text("py:func", "~os.path.join")
    'join()'
    >>> role_text("ref", "the list <options>")
    'the list'
    """
    kind = name.lower().rpartition(":")[2]
    if kind in ("samp", "file"):
        return _BRACES.sub("", text)
    if found := _EXPLICIT.match(text):
        return found[1].lstrip("!")
    if kind in _NUMBERED:
        return f"{kind.upper()} {text.partition('#')[0]}"
    if kind in ("kbd", "abbr", "command", "program", "guilabel"):
        return text
    shown = text.lstrip("!")
    if shown.startswith("~"):
        shown = shown[1:].rpartition(".")[2]
    return f"{shown}()" if kind in _WITH_PARENTHESES and not shown.endswith(")") else shown
