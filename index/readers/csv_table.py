"""Reads tables of separated values: commas, semicolons, tabs or bars."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from index.passages import Extract
from index.readers.decoding import MAX_DOCUMENT_BYTES, decode
from index.readers.foreign import refusing_damage
from index.readers.outline import Outline
from index.readers.tabular import add_rows

_SEPARATORS = ",;\t|"
_NAMED = re.compile(r"sep=([,;\t|])\n")
"""What Excel writes above a table, and does not show."""

_LOOKED_AT = 30
"""Rows by which the separator is told."""


class CsvReader:
    """Reads tables, one row a block; the first row that looks like one is the header."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        text = decode(data)
        outline = Outline()
        with refusing_damage():
            add_rows(rows_of(text), outline)
        return outline.extract(name=name)


def rows_of(text: str) -> Iterator[list[str]]:
    """Return the rows of a table of separated values. Raises csv.Error."""
    csv.field_size_limit(MAX_DOCUMENT_BYTES)
    named = _NAMED.match(text)
    separator = named[1] if named else _separator(text)
    return csv.reader(StringIO(text[named.end() if named else 0 :]), delimiter=separator)


def _separator(text: str) -> str:
    """Return what parts the cells: what parts most rows into the same number of them."""
    return max(_SEPARATORS, key=lambda separator: _evenness(text, separator))


def _evenness(text: str, separator: str) -> tuple[float, int]:
    reader = csv.reader(StringIO(text), delimiter=separator)
    widths = [len(row) for row, _ in zip(reader, range(_LOOKED_AT), strict=False) if row]
    usual = max(set(widths), key=widths.count, default=1)
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)
