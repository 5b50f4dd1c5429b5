"""Gives the rows of a table as blocks that can be read one by one: each names its columns.

A row becomes lines of "Header: value", as somebody would read it out who sees the sheet; header
and value stand there exactly as they do in its cells.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat

from index.errors import DocumentTooLarge
from index.passages import BlockKind
from index.readers.outline import Outline

MAX_ROWS = 50_000

_HEADER_WITHIN = 20
"""Rows: a header stands at the top, below a title and remarks at most."""

_LONGEST_HEADER = 80
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d.,:/\s-]*\s?[%€$£¥]?\)?$")

TOO_MANY = f"The table has more than {MAX_ROWS:,} rows. Split it into smaller files."

Row = Sequence[str]


def add_rows(rows: Iterable[Row], outline: Outline, *, sheet: str = "") -> None:
    """Add the rows of a table to the outline, each in its place: "row 14", as the sheet counts them."""
    numbered = ((number, [_flat(cell) for cell in row]) for number, row in enumerate(rows, 1))
    filled = ((number, row) for number, row in numbered if any(row))
    top = list(islice(filled, _HEADER_WITHIN))
    head = next((at for at, (_, row) in enumerate(top) if is_header(row)), -1)
    header = top[head][1] if head >= 0 else []
    for at, (number, row) in enumerate(_few_enough(chain(top, filled))):
        outline.turn_to(f"{sheet}row {number}")
        if at != head:
            _add(row, header if at > head else [], outline)
        elif head == len(top) - 1:
            outline.add(BlockKind.TABLE, " | ".join(filter(None, row)))  # a header over nothing


def is_header(row: Row) -> bool:
    """Tell whether a row names the columns: two or more short texts, each but once, and no number."""
    names = [cell for cell in row if cell]
    return (
        len(names) > 1
        and len(set(names)) == len(names)
        and all(len(name) <= _LONGEST_HEADER and not _NUMBER.match(name) for name in names)
    )


def _add(row: Row, header: Row, outline: Outline) -> None:
    if header:
        names = chain(header, repeat(""))
        lines = [f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell]
        outline.add(BlockKind.TABLE, "\n".join(lines))
    else:
        outline.add(BlockKind.TABLE, " | ".join(cell for cell in row if cell))


def _few_enough(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for count, row in enumerate(rows):
        if count > MAX_ROWS:
            raise DocumentTooLarge(TOO_MANY)
        yield row


def _flat(cell: str) -> str:
    return " ".join(cell.split())
