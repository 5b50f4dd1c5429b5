"""A single file."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from index.errors import SourceUnavailable
from index.ports import Entry
from index.sources.folder import file_entry, printable, read_file
from index.sources.options import Options


class FileSource:
    """One file as a source of one document; ``base_url`` is the address of that very document."""

    OPTIONS: ClassVar[Options] = {}

    def __init__(
        self, origin: str, *, formats: frozenset[str], options: Mapping[str, str], base_url: str = ""
    ) -> None:
        self._path = Path(origin)
        self._formats = formats
        self._base_url = base_url

    def entries(self) -> Iterator[Entry]:
        """List the one file. Raises SourceUnavailable."""
        if not self._path.exists():
            raise SourceUnavailable(
                f"The file {self._path} does not exist. Check its path, or remove the source."
            )
        entry = file_entry(self._path, uri=printable(self._path.name), url=self._base_url)
        # Somebody chose this very file, so whatever its ending, it is at least tried as text.
        yield entry if entry.format in self._formats else replace(entry, format="txt")

    def fetch(self, entry: Entry) -> bytes:
        """Return the file's bytes. Raises DocumentUnreadable."""
        return read_file(self._path)
