"""Opens the ZIP archives that office documents and e-books are, and refuses those that are traps."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from index.errors import DocumentTooLarge, DocumentUnreadable
from index.readers.decoding import MAX_DOCUMENT_BYTES, too_large

MAX_ENTRIES = 10_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 200
"""Text packs to a tenth, spreadsheets to a fiftieth; a thousandth is made of zeros."""

RATIO_FROM_BYTES = 1_000_000
"""Smaller entries do no harm, however well they are packed."""

_PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What office programs use; the others unpack without asking how much is wanted."""

_ENCRYPTED = 0x1

DAMAGED = "The document is damaged: its archive cannot be opened. Save it anew in its program."
PROTECTED = "The document is protected by a password. Save it without one."
TRAP = "The document's archive is made to fill the memory, or to write outside of it. Save it anew."


class Archive:
    """The files in a ZIP archive, in memory; nothing is ever unpacked to disk.

    An archive within an archive is a file like any other: nothing here unpacks it.
    """

    def __init__(
        self,
        data: bytes,
        *,
        most_bytes: int = MAX_DOCUMENT_BYTES,
        most_unpacked: int = MAX_UNPACKED_BYTES,
        most_entries: int = MAX_ENTRIES,
    ) -> None:
        """Open the archive. Raises DocumentUnreadable or DocumentTooLarge."""
        if len(data) > most_bytes:
            raise DocumentTooLarge(too_large(len(data), most_bytes))
        self._data = data
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
            raise DocumentUnreadable(DAMAGED) from error
        _refuse_traps(self._zip.infolist(), most_entries, most_unpacked)
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}

    def __contains__(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the files, in the order of the archive."""
        return (name for name in self._entries if not name.endswith("/"))

    def read(self, name: str) -> bytes:
        """Return the bytes of a file. Raises DocumentUnreadable when it is missing or damaged."""
        try:
            return self._zip.read(self._entries[name])
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
            raise DocumentUnreadable(DAMAGED) from error
        except (NotImplementedError, RuntimeError) as error:  # another packing, or a password after all
            raise DocumentUnreadable(PROTECTED) from error

    def stream(self) -> BytesIO:
        """Return the whole archive, found safe, for a library that opens it itself."""
        return BytesIO(self._data)


def _refuse_traps(entries: list[zipfile.ZipInfo], most_entries: int, most_unpacked: int) -> None:
    """Judge by the directory: what it says is also all that is unpacked of each entry."""
    if len(entries) > most_entries or len({entry.filename for entry in entries}) < len(entries):
        raise DocumentUnreadable(TRAP)
    if sum(entry.file_size for entry in entries) > most_unpacked:
        limit = most_unpacked // 1_000_000
        raise DocumentTooLarge(f"The document unpacks to more than {limit} MB. Split it into smaller files.")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise DocumentUnreadable(PROTECTED)
        if _escapes(entry) or _swells(entry) or entry.compress_type not in _PACKED_BY:
            raise DocumentUnreadable(TRAP)


def _escapes(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").split("/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_link or ".." in parts or not parts[0] or ":" in parts[0]


def _swells(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(RATIO_FROM_BYTES, MAX_RATIO * entry.compress_size)
