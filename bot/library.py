"""The sources of each workspace: added, removed and synced in the catalogue."""

import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path, PurePath
from tempfile import mkdtemp

from bot.messages import SourceLine
from index.catalog import Catalog, SourceRecord
from index.errors import CatalogUnavailable, SourcesUnavailable, SourceUnavailable, SourceUnknown
from index.passages import Failure, Passage, SyncReport
from index.syncing import Syncer, merged

LONGEST_NAME = 60


class CatalogLibrary:
    """Implements ``bot.ports.Library`` and ``Originals`` over a catalogue.

    Uploads are kept below ``uploads``.
    """

    def __init__(self, catalog: Catalog, syncer: Syncer, *, uploads: Path) -> None:
        self._catalog = catalog
        self._syncer = syncer
        self._uploads = uploads

    def sources(self, workspace: str) -> list[SourceLine]:
        """List the sources by name."""
        return [_line(record) for record in self._catalog.sources(workspace)]

    def add(self, workspace: str, origin: str, *, name: str, base_url: str) -> str:
        """Record a folder or file as a source and return its name. Does not sync."""
        try:
            path = _located(origin)
            kind = "folder" if path.is_dir() else "file"
            exists = path.exists()
        except (OSError, ValueError, RuntimeError) as error:
            raise SourceUnavailable(
                f"{origin} could not be looked at. Check its path and permissions."
            ) from error
        if not exists:
            raise SourceUnavailable(f"There is no file or folder {origin}. Check the path.")
        name = self._name(workspace, name, path)
        self._catalog.add_source(workspace, name=name, kind=kind, origin=str(path), base_url=base_url)
        return name

    def add_upload(self, workspace: str, filename: str, data: bytes, *, name: str, base_url: str) -> str:
        """Keep the bytes, record them as a source and return its name. Does not sync."""
        safe = re.sub(r"[^\w.-]+", "-", filename).strip("-.") or "upload.txt"
        name = self._name(workspace, name, Path(safe))
        folder = self._new_folder()
        try:
            path = folder / safe[-LONGEST_NAME:]
            with _kept_on_disk():
                path.write_bytes(data)
            self._catalog.add_source(workspace, name=name, kind="file", origin=str(path), base_url=base_url)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return name

    def remove(self, workspace: str, name: str) -> int:
        """Remove a source; return how many passages went with it."""
        removed = self._catalog.remove_source(workspace, name)
        folder = Path(removed.origin).parent
        if folder.parent == self._uploads.absolute():
            shutil.rmtree(folder, ignore_errors=True)
        return removed.passages

    def sync(self, workspace: str, name: str, progress: Callable[[str, int, int], None]) -> SyncReport:
        """Sync one source, or all with an empty name. A source that is gone does not stop the others."""
        if name:
            return self._syncer.sync(self._catalog.source(workspace, name), progress)
        total, gone = SyncReport(), []
        for record in self._catalog.sources(workspace):
            try:
                total = merged(total, self._syncer.sync(record, progress))
            except (SourceUnavailable, SourceUnknown) as error:
                gone.append(Failure(uri=record.name, reason=str(error)))
        if gone:
            raise SourcesUnavailable(gone, total)
        return total

    def kept(self, workspace: str, source: str, uri: str) -> str | None:
        """Return a document's extracted text as it was last read; None when it is gone."""
        return self._catalog.kept_text(workspace, source, uri)

    def live(self, workspace: str, source: str, uris: Collection[str]) -> dict[str, str | None]:
        """Read documents anew from their source and return their extracted texts by uri."""
        return self._syncer.live_texts(self._catalog.source(workspace, source), uris)

    def passages(self, workspace: str, source: str, uri: str) -> list[Passage]:
        """Return a document's live passages in their order; none when it is gone."""
        return self._catalog.document_passages(workspace, source, uri)

    def revision(self, workspace: str) -> int:
        """Return a number that is another after every change of what the workspace has read."""
        return self._catalog.revision(workspace)

    def _new_folder(self) -> Path:
        """Make a folder for one upload: two of one name at once cannot touch each other's file."""
        with _kept_on_disk():
            self._uploads.mkdir(parents=True, exist_ok=True)
            return Path(mkdtemp(dir=self._uploads)).absolute()

    def _name(self, workspace: str, name: str, path: Path) -> str:
        origins = {record.name: record.origin for record in self._catalog.sources(workspace)}
        return source_name(name, path, origins)


def source_name(wished: str, path: PurePath, origins: Mapping[str, str]) -> str:
    """Return the wished name, or one made of the file's that is still free.

    ``origins`` are those of the workspace's sources, by name. A path that is among them gets no
    second name by itself.
    """
    if wished.strip():
        return wished.strip()[:LONGEST_NAME]
    name = re.sub(r"[^\w-]+", "-", path.stem.lower()).strip("-")[:LONGEST_NAME] or "source"
    if name not in origins or str(path) in origins.values():
        return name
    return next(free for number in count(2) if (free := f"{name}-{number}") not in origins)


def worded(failure: Failure) -> str:
    """Return what could not be read and why; a failure without a uri is of the source as a whole."""
    return f"{failure.uri}: {failure.reason}" if failure.uri else failure.reason


@contextmanager
def _kept_on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogUnavailable(
            f"The attached file could not be kept ({error.strerror}). "
            "Check that the data folder is writable and that its disk has room."
        ) from error


def _located(origin: str) -> Path:
    """Return an absolute path. A link on the way stays one: it may lead to a newer folder tomorrow."""
    path = Path(origin).expanduser().absolute()
    return path.resolve() if ".." in path.parts else path


def _line(record: SourceRecord) -> SourceLine:
    return SourceLine(
        name=record.name,
        kind=record.kind,
        origin=record.origin,
        documents=record.documents,
        passages=record.passages,
        failures=tuple(map(worded, record.failures)),
        synced_at=record.synced_at,
    )
