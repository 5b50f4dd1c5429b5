"""A small document of every format that has a reader, made by the test that wants one."""

import json
from collections.abc import Callable
from typing import Any

TEXTS = frozenset(
    {"adoc", "asciidoc", "htm", "html", "markdown", "md", "rest", "rst", "text", "txt", "xhtml"}
)
"""Formats in which a bare sentence is a document already."""


def notebook(*cells: dict[str, Any]) -> bytes:
    """Return a Jupyter notebook of cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def markdown_cell(text: str) -> dict[str, Any]:
    """Return a cell of Markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


_MAKERS: dict[str, Callable[[str], bytes]] = {
    "ipynb": lambda sentence: notebook(markdown_cell(sentence)),
}


def document(format: str, sentence: str) -> bytes:
    """Return a document of a format that says one sentence."""
    return sentence.encode() if format in TEXTS else _MAKERS[format](sentence)
