"""The cells of a file of rows, as they stand there; runs in the sandbox."""

import csv
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from index.errors import DocumentUnreadable
from index.readers.csv_table import rows_of
from index.readers.decoding import clean, decode

NO_OBJECT = "The line is no JSON object. Correct it, or delete it."


class Cell(NamedTuple):
    """A cell of a numbered row, by its column in lower case; the only one if the row is in ``trouble``."""

    row: str
    column: str
    text: str
    trouble: str = ""


def objects_in(data: bytes, most: str) -> Iterator[Cell]:
    """Yield the cells of a file with a JSON object on each line, of the first ``most`` rows.

    Raises DocumentUnreadable.
    """
    lines = ((number, line) for number, line in enumerate(decode(data).split("\n"), 1) if line.strip())
    for number, line in islice(lines, int(most)):
        cells = _object(line)
        if not cells:
            yield Cell(str(number), "", "", NO_OBJECT)
        for column, text in cells.items():
            yield Cell(str(number), column, text)


def table_in(data: bytes, most: str) -> Iterator[Cell]:
    """Yield the cells of a table below its header, of the first ``most`` rows. Raises DocumentUnreadable."""
    try:
        rows = ([cell.strip() for cell in row] for row in rows_of(decode(data)))
        filled = ((number, cells) for number, cells in enumerate(rows, 1) if any(cells))
        _, header = next(filled, (0, []))
        for number, cells in islice(filled, int(most)):
            for column, text in zip(header, cells, strict=False):
                yield Cell(str(number), column.lower(), text)
    except csv.Error as error:
        raise DocumentUnreadable(str(error)) from error


def _object(line: str) -> dict[str, str]:
    try:
        found: Any = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name.strip().lower(): clean(str(value)).strip()
        for name, value in found.items()
        if isinstance(value, str | int | float)
    }
