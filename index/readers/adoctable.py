"""Parts the tables of AsciiDoc into rows and cells."""

import csv
import re
from collections.abc import Sequence

from index.readers.decoding import MAX_DOCUMENT_BYTES

_COLUMNS = re.compile(r"""cols\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w*+.<^>]+))""")
_FORMAT = re.compile(r"""(?:format|separator)\s*=\s*["']?([^\s"',\]]+|,)""")
_REPEATED = re.compile(r"^(\d{1,3})\*")
_CELL = re.compile(
    r"(?:(?<=\s)|^)(?:(\d{1,3})(?:\.\d{1,3})?([+*])|\.\d{1,3}\+)?(?:[<^>]?(?:\.[<^>])?)[aehlmdsv]?(?<!\\)([|!])"
    r"|(?<!\\)([|!])",
    re.MULTILINE,
)
_MOST_CELLS = 100_000
_MOST_REPEATED = 50
_LONGEST_REPEATED = 100
"""Cells and characters: what is written once for several columns is short."""

_SEPARATED = {"csv": ",", "tsv": "\t", "dsv": ":"}


def rows_of(lines: Sequence[str], attributes: str, mark: str) -> list[list[str]]:
    """Return the cells of a table's rows. ``mark`` is the first character of its delimiter."""
    named = _FORMAT.search(attributes)
    separator = {",": ",", ":": ":"}.get(mark) or _SEPARATED.get(named[1] if named else "", "")
    if separator:
        csv.field_size_limit(MAX_DOCUMENT_BYTES)
        return [row for row in csv.reader(lines, delimiter=separator) if row]
    cells = _cells("\n".join(lines), mark)
    width = _width(attributes) or _first_width(lines, mark)
    return _rows(cells, max(width, 1))


def _cells(text: str, mark: str) -> list[tuple[int, str]]:
    """Return each cell with the number of columns that it takes."""
    found = [each for each in _CELL.finditer(text) if mark in (each[3], each[4])]
    cells: list[tuple[int, str]] = []
    for at, each in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        content = text[each.end() : end].replace(f"\\{mark}", mark).strip()
        count = int(each[1] or 1)
        if each[2] == "*":
            cells += [(1, content)] * (min(count, _MOST_REPEATED) if len(content) <= _LONGEST_REPEATED else 1)
        else:
            cells.append((count, content))
    return cells[:_MOST_CELLS]


def _width(attributes: str) -> int:
    found = _COLUMNS.search(attributes)
    if not found:
        return 0
    columns = [column.strip() for column in re.split(r"[,;]", found[1] or found[2] or found[3])]
    return sum(int(times[1]) if (times := _REPEATED.match(column)) else 1 for column in columns)


def _first_width(lines: Sequence[str], mark: str) -> int:
    first = next((line for line in lines if line.strip()), "")
    return sum(count for count, _ in _cells(first, mark))


def _rows(cells: Sequence[tuple[int, str]], width: int) -> list[list[str]]:
    rows: list[list[str]] = []
    room = 0
    for count, content in cells:
        if room <= 0:
            rows.append([])
            room = width
        rows[-1].append(content)
        room -= count
    return rows
