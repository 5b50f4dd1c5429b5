"""Files of rows, each a document of its own: questions with their answers, or titles with their texts."""

import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from index.errors import DocumentUnreadable, SourceUnavailable
from index.ports import Entry, Parse
from index.sources.cells import Cell, objects_in, table_in
from index.sources.curated import body, literal
from index.sources.folder import file_entry, printable, read_file
from index.sources.moments import moment
from index.sources.options import Option, Options, one_of

MAX_ROWS = 50_000

_FIELDS = {
    "title": ("title", "question", "subject", "name"),
    "text": ("text", "answer", "body", "content"),
    "link": ("link", "url"),
    "updated": ("updated", "updated_at", "date"),
    "id": ("id",),
}
"""What a row may hold, and the columns in which it is looked for, in any case of letters."""

_ENDINGS = {"plain": "md", "markdown": "md", "html": "html"}

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A row in its place: its cells by column, or what is wrong with it."""

    number: str
    cells: dict[str, str]
    trouble: str = ""


def _column(name: str) -> str:
    if name.strip() and len(name) <= 100:
        return name
    raise ValueError("the name of a column")


class RowsSource:
    """The rows of one file. A row's own address is its link, else ``base_url`` is that of all."""

    OPTIONS: ClassVar[Options] = {
        "title": Option(about="the column of titles or questions", example="Question", read=_column),
        "text": Option(about="the column of texts or answers", example="Answer", read=_column),
        "link": Option(about="the column of links", example="Link", read=_column),
        "updated": Option(about="the column of dates", example="Changed", read=_column),
        "id": Option(about="the column that names a row for good", example="Number", read=_column),
        "markup": Option(about="how the texts are written", example="markdown", read=one_of(*_ENDINGS)),
    }

    def __init__(
        self,
        origin: str,
        *,
        formats: frozenset[str],
        options: Mapping[str, str],
        parse: Parse,
        base_url: str = "",
    ) -> None:
        self._parse = parse
        self._path = Path(origin)
        self._columns = {
            field: (options[field].lower(),) if field in options else names
            for field, names in _FIELDS.items()
        }
        self._markup = options.get("markup", "plain")
        self._base_url = base_url
        self._rows: dict[str, _Read] = {}

    def entries(self) -> Iterator[Entry]:
        """List the rows in their order. Raises SourceUnavailable."""
        rows = self._read()
        if len(rows) > MAX_ROWS:
            raise SourceUnavailable(
                f"{self._path.name} has more than {MAX_ROWS:,} rows. Split it into several files."
            )
        if rows and not any(self._field(row.cells, "text") for row in rows):
            raise SourceUnavailable(self._no_texts(rows))
        whole = file_entry(self._path, uri="", url=self._base_url)
        self._rows.clear()
        for row in rows:
            uri = self._uri(row)
            self._rows[uri] = row
            yield self._entry(uri, row, whole)

    def fetch(self, entry: Entry) -> bytes:
        """Return a row as a document. Raises DocumentUnreadable."""
        row = self._rows.get(entry.uri)
        if row is None:
            raise DocumentUnreadable("The row is no longer there.")
        text = self._field(row.cells, "text")
        if row.trouble or not text:
            raise DocumentUnreadable(row.trouble or "The row has no text. Fill it in, or delete the row.")
        return self._written(self._field(row.cells, "title"), text).encode()

    def cells(self, data: bytes) -> list[Cell]:
        """Return the cells of the file, blank rows left out. Raises DocumentUnreadable."""
        raise NotImplementedError

    def _read(self) -> list[_Read]:
        try:
            cells = self.cells(read_file(self._path))
        except DocumentUnreadable as error:
            raise SourceUnavailable(f"{self._path.name} could not be read: {error}") from error
        rows: dict[str, _Read] = {}
        for cell in cells:
            row = rows.setdefault(cell.row, _Read(number=cell.row, cells={}, trouble=cell.trouble))
            if not cell.trouble:
                row.cells[cell.column] = cell.text
        return list(rows.values())

    def _field(self, cells: Row, field: str) -> str:
        return next((cells[name] for name in self._columns[field] if cells.get(name)), "")

    def _no_texts(self, rows: list[_Read]) -> str:
        columns = ", ".join(sorted({name for row in rows[:100] for name in row.cells})) or "none"
        wanted = " or ".join(self._columns["text"])
        return (
            f"{self._path.name} has no column {wanted}. It has: {columns}. Name the one of the texts with "
            "the option text, as in text=Answer."
        )

    def _uri(self, row: _Read) -> str:
        id = self._field(row.cells, "id")
        uri = printable(f"{self._path.name}, {id or f'row {row.number}'}")
        return uri if uri not in self._rows else f"{uri} (row {row.number})"

    def _entry(self, uri: str, row: _Read, whole: Entry) -> Entry:
        title = self._field(row.cells, "title")
        version = json.dumps([self._markup, sorted(self._columns.items()), sorted(row.cells.items())])
        return Entry(
            uri=uri,
            name=title or self._path.name,
            format=_ENDINGS[self._markup],
            version=hashlib.sha256(version.encode()).hexdigest(),
            updated_at=moment(self._field(row.cells, "updated")) or whole.updated_at,
            url=_address(self._field(row.cells, "link")) or self._base_url,
            is_whole=False,
        )

    def _written(self, title: str, text: str) -> str:
        match self._markup:
            case "html":
                return f"<h1>{html.escape(title)}</h1>\n{text}"
            case "markdown":
                return f"# {literal(title)}\n\n{text}" if title else text
            case _:
                return f"# {literal(title)}\n\n{body(text)}" if title else body(text)


class JsonlSource(RowsSource):
    """A file with a JSON object on each line."""

    def cells(self, data: bytes) -> list[Cell]:
        """Return the cells of the objects; a line that holds none is a row that cannot be read."""
        return self._parse(Cell, objects_in, data, str(MAX_ROWS + 1))


class CsvSource(RowsSource):
    """A table whose first row names its columns."""

    def cells(self, data: bytes) -> list[Cell]:
        """Return the cells below the header, in rows that are numbered as a spreadsheet does."""
        return self._parse(Cell, table_in, data, str(MAX_ROWS + 1))


def _address(text: str) -> str:
    """Return a link to the web; what leads anywhere else is none."""
    return text if text.startswith(("https://", "http://")) and len(text.split()) == 1 else ""
