"""A small document of every format that has a reader, made by the test that wants one."""

from collections.abc import Callable

TEXTS = frozenset(
    {"adoc", "asciidoc", "htm", "html", "markdown", "md", "rest", "rst", "text", "txt", "xhtml"}
)
"""Formats in which a bare sentence is a document already."""

_MAKERS: dict[str, Callable[[str], bytes]] = {}


def document(format: str, sentence: str) -> bytes:
    """Return a document of a format that says one sentence."""
    return sentence.encode() if format in TEXTS else _MAKERS[format](sentence)
