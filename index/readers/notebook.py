"""Reads Jupyter notebooks: Markdown cells as Markdown, code cells as code with what they printed."""

import json
import re
from collections.abc import Iterator
from typing import Any

from index.errors import DocumentDamaged
from index.passages import BlockKind, Extract
from index.readers.decoding import clean, decode
from index.readers.foreign import refusing_damage
from index.readers.markdown import MarkdownReader
from index.readers.outline import Outline

LONGEST_OUTPUT = 600
"""Characters of what a cell printed: enough for a result, too little for a log."""

_COLOURS = re.compile("\x1b\\[[0-9;]*[A-Za-z]")


class NotebookReader:
    """Reads Jupyter notebooks. The first heading of level one is the title."""

    def __init__(self) -> None:
        self._markdown = MarkdownReader()

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        with refusing_damage():
            notebook = json.loads(decode(data))
        if not isinstance(notebook, dict) or "nbformat" not in notebook:
            raise DocumentDamaged("The document is no Jupyter notebook. Save it anew in Jupyter.")
        outline = Outline(_title(notebook))
        for cell in _cells(notebook):
            self._add(cell, outline)
        return outline.extract(name=name)

    def _add(self, cell: dict[str, Any], outline: Outline) -> None:
        source = clean(_joined(cell.get("source", cell.get("input"))))
        match cell.get("cell_type"):
            case "markdown":
                self._markdown.add(source, outline, slug=_anchor)
            case "heading":  # of notebooks before 2015
                level = cell.get("level")
                text = f"{'#' * (level if isinstance(level, int) and 0 < level < 7 else 1)} {source}"
                self._markdown.add(text, outline, slug=_anchor)
            case "code":
                outline.add(BlockKind.CODE, source)
                for output in _dictionaries(cell.get("outputs")):
                    outline.add(BlockKind.CODE, _printed(output))


def _title(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    title = metadata.get("title") if isinstance(metadata, dict) else ""
    return clean(title) if isinstance(title, str) else ""


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _dictionaries(notebook.get("cells"))
    for sheet in _dictionaries(notebook.get("worksheets")):
        yield from _dictionaries(sheet.get("cells"))


def _dictionaries(found: Any) -> Iterator[dict[str, Any]]:
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict):
            yield each


def _joined(text: Any) -> str:
    """Return text, which notebooks keep whole or line by line."""
    parts = text if isinstance(text, list) else [text]
    return "".join(part for part in parts if isinstance(part, str))


def _anchor(heading: str) -> str:
    """Return the id that Jupyter gives to a heading."""
    return "-".join(heading.split(" "))


def _printed(output: dict[str, Any]) -> str:
    """Return what a cell printed, or resulted in, as far as whole lines of it are short."""
    found = output.get("data")
    data = found if isinstance(found, dict) else {}
    if any(kind.startswith("image/") for kind in data):
        return ""  # what is said beside a picture only names it
    text = _joined(output.get("text")) or _joined(data.get("text/plain"))
    if output.get("output_type") in ("error", "pyerr"):
        text = f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}"
    text = clean(_COLOURS.sub("", text))
    return text if len(text) <= LONGEST_OUTPUT else text[:LONGEST_OUTPUT].rpartition("\n")[0]
