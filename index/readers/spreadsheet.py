"""Reads Excel workbooks: each row with the names of its columns, as its cells show it."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from math import isfinite
from typing import Any, TypeAlias

from openpyxl import load_workbook
from openpyxl.packaging import extended  # noqa: F401 - imported late by openpyxl, when no file can be opened

from index.errors import DocumentEmpty, DocumentTooLarge
from index.passages import Extract
from index.readers.archive import Archive
from index.readers.decoding import clean
from index.readers.foreign import refusing_damage
from index.readers.office import open_office
from index.readers.outline import Outline
from index.readers.tabular import Row, add_rows

Cell: TypeAlias = Any
"""A cell of openpyxl, which ships no types."""

MAX_CELLS = 10_000_000
"""Empty ones between others count, too: a single word in the last column makes 16,384 of them."""

TOO_MANY = (
    f"The workbook has more than {MAX_CELLS:,} cells, counting the empty ones between others. Delete what "
    "stands far out, or save its sheets as CSV."
)
UNCALCULATED = (
    "The workbook holds formulas that were never calculated, and no text. Open it in Excel or LibreOffice "
    "and save it there."
)

_ROWS_OF_A_SHEET = 1_048_576
_LONGEST_FORMAT = 255
"""What Excel allows of a row's number and of a number format."""

_FORMULAS = (b"<f>", b"<f ")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.')
_DIGITS = re.compile(r"[#0?][#0?,.]*")
_LITERAL = "\x00"
_SIGNIFICANT = 15
"""Digits that a spreadsheet keeps of a number."""


class WorkbookReader:
    """Reads .xlsx: what formulas came to when the workbook was saved. Hidden sheets are left out."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        archive = open_office(data, ending="xlsx")
        with refusing_damage():
            book = load_workbook(archive.stream(), read_only=True, data_only=True, keep_links=False)
            outline = Outline(clean(book.properties.title or ""))
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            room = _Room()
            for sheet in sheets:
                title = " ".join(clean(sheet.title).split())
                if len(sheets) > 1:
                    outline.turn_to(f"sheet {title}")
                    outline.heading(1, title)
                add_rows(
                    room.checked(_rows(sheet)), outline, sheet=f"sheet {title}, " if len(sheets) > 1 else ""
                )
        try:
            return outline.extract(name=name)
        except DocumentEmpty as error:
            raise DocumentEmpty(UNCALCULATED if _has_formulas(archive) else "") from error


class _Room:
    """How many cells a workbook may still have."""

    def __init__(self) -> None:
        self._left = MAX_CELLS

    def checked(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield rows while there is room for them. Raises DocumentTooLarge."""
        for row in rows:
            self._left -= len(row)
            if self._left < 0:
                raise DocumentTooLarge(TOO_MANY)
            yield row


def _has_formulas(archive: Archive) -> bool:
    sheets = (archive.read(name) for name in archive if name.startswith("xl/worksheets/"))
    return any(mark in sheet for sheet in sheets for mark in _FORMULAS)


def _rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what a workbook says of its size need not be so
    for row in islice(
        sheet.iter_rows(), _ROWS_OF_A_SHEET
    ):  # one far below would come after as many empty ones
        yield [shown(cell.value, cell.number_format) if cell.value is not None else "" for cell in row]


def shown(value: object, number_format: str) -> str:
    """Return a cell's value as the sheet shows it.

    >>> shown(1200.5, '#,##0.00 "€"')
    '1,200.50 €'
    """
    match value:
        case bool():
            return str(value).upper()
        case int() | float():
            return _number(value, number_format)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes" if value.second == 0 else "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case str() if value.startswith("#") and value.endswith(("!", "?", "/A")):
            return ""  # an error, such as #REF!
        case _:
            return clean(str(value))


def _number(value: float, number_format: str) -> str:
    if len(number_format) > _LONGEST_FORMAT:
        return _general(value)
    section = number_format.split(";")[0].replace(_LITERAL, "")
    literals = iter([found[1] or found[2] or found[3] or "" for found in _QUOTED.finditer(section)])
    pattern = _QUOTED.sub(_LITERAL, section)
    digits = _DIGITS.search(pattern)
    if not digits or "E" in pattern or "/" in pattern or not isfinite(value):
        return _general(value)
    around = pattern[: digits.start()] + _digits(value, pattern, digits[0]) + pattern[digits.end() :]
    text = "".join(next(literals) if each == _LITERAL else each for each in around).strip()
    return f"-{text}" if value < 0 else text


def _digits(value: float, pattern: str, digits: str) -> str:
    decimals = len(digits.partition(".")[2].rstrip(","))
    return f"{abs(value) * (100 if '%' in pattern else 1):{',' if ',' in digits else ''}.{decimals}f}"


def _general(value: float) -> str:
    return f"{value:.{_SIGNIFICANT}g}" if isinstance(value, float) else str(value)
