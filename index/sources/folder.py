"""A folder of files, with all its subfolders."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import ClassVar
from urllib.parse import quote

from index.errors import DocumentTooLarge, DocumentUnreadable, SourceUnavailable
from index.ports import Entry
from index.readers.decoding import MAX_DOCUMENT_BYTES, too_large
from index.sources.moments import EPOCH, since_1970
from index.sources.options import Options

PAGES = frozenset({"htm", "html", "xhtml"})
TEXTS = frozenset({"adoc", "asciidoc", "rest", "rst", "text", "txt"})
SPHINX = "_sources"
SPHINX_FORMATS = frozenset({"md", "rst"})


class FolderSource:
    """The files of a folder whose format has a reader; hidden files and folders are left alone.

    So is a text file that is the raw source of a web page beside it: it would say all of it again.

    A subfolder that cannot be listed is an entry, so that fetching it names it.
    Links are followed to files inside the folder only: whoever allowed the folder allowed no more.
    """

    OPTIONS: ClassVar[Options] = {}

    def __init__(
        self, origin: str, *, formats: frozenset[str], options: Mapping[str, str], base_url: str = ""
    ) -> None:
        self._root = Path(origin)
        self._formats = formats
        self._base_url = base_url.rstrip("/")
        self._paths: dict[str, Path] = {}
        self._unlisted: dict[str, OSError] = {}

    def entries(self) -> Iterator[Entry]:
        """List the files by path. Raises SourceUnavailable."""
        if not self._root.is_dir():
            raise SourceUnavailable(
                f"The folder {self._root} does not exist. Check its path, or remove the source."
            )
        self._unlisted.clear()
        paths = sorted(_walk(self._root, self._miss))
        yield from (_folder_entry(uri) for uri in self._unlisted)
        paths = [path for path in paths if file_format(path) in self._formats]
        pages = {path.with_suffix("") for path in paths if file_format(path) in PAGES}
        for path in paths:
            if not pages.intersection(self._pages_made_of(path)):
                yield self._entry(path)

    def fetch(self, entry: Entry) -> bytes:
        """Return a file's bytes. Raises DocumentUnreadable."""
        error = self._unlisted.get(entry.uri)
        if error is not None:
            raise DocumentUnreadable(
                f"The folder could not be listed ({error.strerror}). What was read of it before stays."
            ) from error
        path = self._paths.get(entry.uri, self._root / entry.uri)
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise DocumentUnreadable(
                "It is a link out of the folder. Add what it leads to as a source of its own."
            )
        return read_file(path)

    def _miss(self, error: OSError) -> None:
        folder = Path(error.filename)
        if folder == self._root:
            raise SourceUnavailable(f"The folder {folder} could not be read ({error.strerror}).") from error
        self._unlisted[printable(folder.relative_to(self._root).as_posix()) + "/"] = error

    def _pages_made_of(self, path: Path) -> Iterator[Path]:
        """Yield where a page would lie, without its ending, whose raw source a text file is."""
        if path.suffix.lower().removeprefix(".") not in TEXTS:
            return
        yield path.with_suffix("")
        parts = path.relative_to(self._root).parts
        if SPHINX in parts:  # it keeps the source of a/guide.html as _sources/a/guide.rst.txt
            at = parts.index(SPHINX)
            page = self._root.joinpath(*parts[:at], *parts[at + 1 :])
            yield page.with_suffix("")
            yield page.with_suffix("").with_suffix("")

    def _entry(self, path: Path) -> Entry:
        uri = printable(path.relative_to(self._root).as_posix())
        self._paths[uri] = path
        url = f"{self._base_url}/{quote(uri)}" if self._base_url else ""
        return file_entry(path, uri=uri, url=url)


def file_entry(path: Path, *, uri: str, url: str) -> Entry:
    """List one file; a file that cannot be looked at gets an entry too, so that fetching names it."""
    try:
        stat = path.stat()
        # Size and both times: a copy may keep the modification time, an edit may keep the size.
        version, seconds = f"{stat.st_mtime_ns}-{stat.st_size}-{stat.st_ctime_ns}", stat.st_mtime
    except OSError:
        version, seconds = "", 0.0
    return Entry(
        uri=uri,
        name=printable(path.name),
        format=file_format(path),
        version=version,
        updated_at=since_1970(seconds) or EPOCH,
        url=url,
    )


def read_file(path: Path, *, most: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Return a file's bytes, at most so many. Raises DocumentUnreadable."""
    try:
        if not path.is_file():
            raise DocumentUnreadable("It does not exist, or is not a regular file.")
        if (size := path.stat().st_size) > most:
            raise DocumentTooLarge(too_large(size, most))  # before it fills the memory
        return path.read_bytes()
    except OSError as error:
        raise DocumentUnreadable(
            f"It could not be read ({error.strerror}). Check its permissions."
        ) from error


def file_format(path: PurePath) -> str:
    """Return a file's format: its ending in lower case, without the dot.

    Sphinx publishes its sources as ``guide.rst.txt``, which are of the format before the last.
    """
    endings = [ending.lower().removeprefix(".") for ending in path.suffixes[-2:]] or [""]
    return endings[0] if endings[0] in SPHINX_FORMATS and endings[1:] == ["txt"] else endings[-1]


def printable(name: str) -> str:
    """Return a file name as text that any encoding can carry; undecodable bytes are spelt out."""
    return name.encode("utf-8", "backslashreplace").decode()


def _folder_entry(uri: str) -> Entry:
    return Entry(uri=uri, name=uri, format="", version="", updated_at=EPOCH)


def _walk(root: Path, miss: Callable[[OSError], None]) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(root, onerror=miss):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        yield from (Path(folder) / name for name in files if not name.startswith("."))
