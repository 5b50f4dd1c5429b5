"""A small document of every format that has a reader, made by the test that wants one."""

import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from typing import Any

from openpyxl import Workbook

TEXTS = frozenset(
    {"adoc", "asciidoc", "csv", "htm", "html", "markdown", "md", "rest", "rst", "text", "tsv", "txt", "xhtml"}
)
"""Formats in which a bare sentence is a document already."""


def notebook(*cells: dict[str, Any]) -> bytes:
    """Return a Jupyter notebook of cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def markdown_cell(text: str) -> dict[str, Any]:
    """Return a cell of Markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def message(sentence: str) -> bytes:
    """Return an e-mail."""
    made = EmailMessage()
    made["Subject"], made["From"] = "Kettles", "Ann Lee <ann@example.org>"
    made["Date"] = "Tue, 03 Mar 2026 09:12:00 +0100"
    made.set_content(sentence)
    return made.as_bytes()


def workbook(sentence: str) -> bytes:
    """Return an Excel workbook with one filled cell."""
    book, kept = Workbook(), BytesIO()
    book.active.append([sentence])
    book.save(kept)
    return kept.getvalue()


def with_file(archive: bytes, name: str, data: bytes) -> bytes:
    """Return a ZIP archive with another file in the place of one."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as before, zipfile.ZipFile(kept, "w") as after:
        for each in before.namelist():
            after.writestr(each, data if each == name else before.read(each))
    return kept.getvalue()


_MAKERS: dict[str, Callable[[str], bytes]] = {
    "eml": message,
    "ipynb": lambda sentence: notebook(markdown_cell(sentence)),
    "srt": lambda sentence: f"1\n00:00:01,000 --> 00:00:02,000\n{sentence}\n".encode(),
    "vtt": lambda sentence: f"WEBVTT\n\n00:01.000 --> 00:02.000\n{sentence}\n".encode(),
    "xlsm": workbook,
    "xlsx": workbook,
    "mbox": lambda sentence: b"From a@b Tue Mar  3 09:12:00 2026\n" + message(sentence),
}


def document(format: str, sentence: str) -> bytes:
    """Return a document of a format that says one sentence."""
    return sentence.encode() if format in TEXTS else _MAKERS[format](sentence)
