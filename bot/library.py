"""The sources of each workspace: added, removed and synced in the catalogue."""

import re
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import count, starmap
from pathlib import Path, PurePath
from tempfile import mkdtemp
from urllib.parse import urlsplit

from bot.disk import kept_on_disk
from bot.messages import DocumentLine, SourceLine, SourceState, address_meant, counted
from bot.ports import NO_OPTIONS, Removal
from index.catalog import Catalog, SourceRecord
from index.errors import (
    AddressRefused,
    SourceExists,
    SourcePaused,
    SourcesUnavailable,
    SourceUnavailable,
    SourceUnknown,
)
from index.languages import uncovered, warning
from index.passages import Failure, Passage, Step, SyncReport
from index.sources.addresses import is_web_address, normal
from index.sources.options import PATH_KINDS, Kinds, check
from index.syncing import Syncer, merged

LONGEST_NAME = 60
PAGE = "page"
CHAT = "chat"
ROWS = "jsonl"
AT_PATHS = frozenset({"csv", "file", "folder", ROWS})
"""Kinds of which no source stands at a web address."""


class CatalogLibrary:
    """Implements ``bot.ports.Library`` and ``Originals`` over a catalogue.

    Uploads are kept below ``uploads``.
    """

    def __init__(
        self,
        catalog: Catalog,
        syncer: Syncer,
        *,
        uploads: Path,
        kinds: Kinds = PATH_KINDS,
        web_kind: Callable[[str], str] = lambda address: PAGE,
        removed: Callable[[SourceRecord], None] = lambda record: None,
        covered: frozenset[str] = frozenset(),
    ) -> None:
        """``kinds`` are those of which people can add sources.

        ``web_kind`` tells which of them a web address is, and raises SourceUnavailable. ``removed``
        is called with each source that was removed. ``covered`` are the languages that the embedding
        model was made for; empty for all.
        """
        self._removed = removed
        self._web_kind = web_kind
        self._catalog = catalog
        self._syncer = syncer
        self._uploads = uploads
        self._kinds = kinds
        self._covered = covered

    def sources(self, workspace: str) -> list[SourceLine]:
        """List the sources by name."""
        return [_line(record, self._covered) for record in self._catalog.sources(workspace)]

    def names(self, workspace: str) -> list[str]:
        """List the names of the sources, in order."""
        return self._catalog.source_names(workspace)

    def add(
        self,
        workspace: str,
        origin: str,
        *,
        name: str,
        base_url: str,
        kind: str = "",
        options: Mapping[str, str] = NO_OPTIONS,
    ) -> str:
        """Record a source and return its name. Does not sync."""
        kind = kind or self.kind_of(origin)
        check(self._kinds, kind, options)
        if is_web_address(origin):
            if kind in AT_PATHS:
                raise SourceUnavailable(f"A web address is no {kind}. Give a path, or leave the kind out.")
            origin = _address(origin)
            stem = address_stem(origin)
        else:
            path = _existing(origin)
            origin, stem = str(path), path.stem
        name = free_name(name, stem, origin, self._origins(workspace, kind))
        self._catalog.add_source(
            workspace, name=name, kind=kind, origin=origin, base_url=base_url, options=options
        )
        return name

    def kind_of(self, origin: str) -> str:
        """Tell of which kind a source of this origin would be, if nobody says so."""
        if is_web_address(origin):
            return self._web_kind(_address(origin))
        path = _existing(origin)
        return "folder" if path.is_dir() else self.kind_of_file(path.name)

    def kind_of_file(self, name: str) -> str:
        """Tell of which kind a file of this name is: one of rows has no other reading."""
        return ROWS if name.lower().endswith(f".{ROWS}") and ROWS in self._kinds else "file"

    def add_upload(
        self,
        workspace: str,
        filename: str,
        data: bytes,
        *,
        name: str,
        base_url: str,
        kind: str = "",
        options: Mapping[str, str] = NO_OPTIONS,
    ) -> str:
        """Keep the bytes, record them as a source and return its name. Does not sync."""
        kind = kind or self.kind_of_file(filename)
        check(self._kinds, kind, options)
        safe = re.sub(r"[^\w.-]+", "-", filename).strip("-.") or "upload.txt"
        name = source_name(name, Path(safe), self._origins(workspace, kind))
        folder = self._new_folder()
        try:
            path = folder / safe[-LONGEST_NAME:]
            with kept_on_disk("The attached file"):
                path.write_bytes(data)
            self._catalog.add_source(
                workspace, name=name, kind=kind, origin=str(path), base_url=base_url, options=options
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return name

    def documents(self, workspace: str, name: str) -> list[DocumentLine]:
        """List a source's documents."""
        source = self._catalog.source(workspace, name)
        return [
            DocumentLine(uri=each.uri, title=each.title, passages=each.passages)
            for each in self._catalog.documents(source)
        ]

    def pause(self, workspace: str, name: str, *, paused: bool) -> None:
        """Leave a source as it was read, or no longer."""
        self._catalog.pause_source(workspace, name, paused=paused)

    def remove(self, workspace: str, name: str) -> Removal:
        """Remove a source. The files of an upload are put aside until they are discarded."""
        removed = self._catalog.remove_source(workspace, name)
        self._removed(removed)
        if folder := self._uploaded(removed.origin):
            shutil.rmtree(_aside(folder), ignore_errors=True)
            with suppress(OSError):  # it is no longer there
                folder.replace(_aside(folder))
        return Removal(
            name=removed.name,
            kind=removed.kind,
            origin=removed.origin,
            base_url=removed.base_url,
            paused=removed.paused,
            passages=removed.passages,
            options=removed.options,
        )

    def restore(self, workspace: str, removal: Removal) -> None:
        """Record a removed source again as it was. Does not sync."""
        self._catalog.add_source(
            workspace,
            name=removal.name,
            kind=removal.kind,
            origin=removal.origin,
            base_url=removal.base_url,
            options=removal.options,
        )
        if folder := self._uploaded(removal.origin):
            with suppress(OSError):  # it was discarded, which the next sync tells
                _aside(folder).replace(folder)
        if removal.paused:
            self._catalog.pause_source(workspace, removal.name, paused=True)

    def discard(self, removal: Removal) -> None:
        """Delete the files of an upload that was removed; no other file is touched."""
        if folder := self._uploaded(removal.origin):
            shutil.rmtree(_aside(folder), ignore_errors=True)

    def accept(self, workspace: str, name: str) -> int:
        """Let the next sync remove the documents that a source is held for; return how many."""
        return self._catalog.accept(workspace, name)

    def revert(self, workspace: str, name: str, *, since: datetime) -> dict[str, int]:
        """Give a source, or every one, back the documents that its last sync has replaced."""
        self._syncer.expire(since)
        sources = [self._catalog.source(workspace, name)] if name else self._catalog.sources(workspace)
        # What people have deleted on their platform does not come back.
        undoable = [source for source in sources if source.kind != CHAT]
        reverted = {source.name: self._syncer.revert(source) for source in undoable}
        return {name: documents for name, documents in reverted.items() if documents}

    def expire(self, before: datetime) -> bool:
        """Forget for good what syncs up to a moment have replaced; whether there was any."""
        return self._syncer.expire(before)

    def sync(
        self,
        workspace: str,
        name: str,
        progress: Callable[[Step], None],
        failed: Callable[[Failure], None] = lambda failure: None,
        looked_at: Callable[[str, SyncReport], SyncReport] = lambda source, report: report,
    ) -> SyncReport:
        """Sync one source, or all with an empty name. A source that is gone does not stop the others."""
        if name:
            source = self._catalog.source(workspace, name)
            if source.paused:
                raise SourcePaused(paused_words(name))
            return looked_at(name, self._syncer.sync(source, progress, failed))
        total, gone = SyncReport(), []
        for record in self._catalog.sources(workspace):
            if record.paused:
                total = replace(total, paused=total.paused + 1)
                continue
            try:
                read = named(record.name, self._syncer.sync(record, progress, failed))
                total = merged(total, looked_at(record.name, read))
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

    def holding(self, workspace: str, content_hash: str) -> list[Passage]:
        """Return the live passages whose text has this hash, in all sources."""
        return self._catalog.passages_holding(workspace, content_hash)

    def titles(self, workspace: str) -> list[tuple[str, str, str]]:
        """List all documents by source and uri: source, uri and title of each."""
        return [
            (record.name, document.uri, document.title)
            for record in self._catalog.sources(workspace)
            for document in self._catalog.documents(record)
        ]

    def revision(self, workspace: str) -> int:
        """Return a number that is another after every change of what the workspace has read."""
        return self._catalog.revision(workspace)

    def _uploaded(self, origin: str) -> Path | None:
        """Return the folder of an upload; None for what stands elsewhere on the machine."""
        folder = Path(origin).parent
        return folder if folder.parent == self._uploads.absolute() else None

    def _new_folder(self) -> Path:
        """Make a folder for one upload: two of one name at once cannot touch each other's file."""
        with kept_on_disk("The attached file"):
            self._uploads.mkdir(parents=True, exist_ok=True)
            return Path(mkdtemp(dir=self._uploads)).absolute()

    def _origins(self, workspace: str, kind: str) -> dict[str, str]:
        """Return the origins of a kind's sources by name; empty ones for others, whose names are taken."""
        sources = self._catalog.sources(workspace)
        return {record.name: record.origin if record.kind == kind else "" for record in sources}


def named(source: str, report: SyncReport) -> SyncReport:
    """Return a report that says in which source each failure was met."""
    failures, as_before = (
        tuple(replace(each, source=source) for each in some) for some in (report.failures, report.as_before)
    )
    return replace(report, failures=failures, as_before=as_before)


def source_name(wished: str, path: PurePath, origins: Mapping[str, str]) -> str:
    """Return the wished name, or one made of the file's that is still free.

    ``origins`` are those of the workspace's sources, by name. Raises SourceExists.
    """
    return free_name(wished, path.stem, str(path), origins)


def free_name(wished: str, stem: str, origin: str, origins: Mapping[str, str]) -> str:
    """Return the wished name, or one made of the stem that is still free.

    Raises SourceExists for an origin that is there already and gets no other name.
    """
    if wished.strip():
        return wished.strip()[:LONGEST_NAME]
    name = re.sub(r"[^\w-]+", "-", stem.lower()).strip("-")[:LONGEST_NAME].rstrip("-") or "source"
    if known := next((known for known, each in origins.items() if each == origin), ""):
        raise SourceExists(
            f"{origin} is already there under the name {known}. `quoth sync {known}`, or reindexing it in "
            "a chat, reads what has changed. To have it read a second time, give it another name."
        )
    if name not in origins:
        return name
    return next(free for number in count(2) if (free := f"{name}-{number}") not in origins)


def _aside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.removed")


def paused_words(name: str) -> str:
    """Return why a paused source is not synced."""
    return f"{name} is paused, so it is not read anew. Resume it first."


def held_words(lost: int) -> tuple[str, ...]:
    """Return what a list of failures says of a source that is held, nothing for one that is not."""
    if not lost:
        return ()
    return (
        f"It suddenly has {counted(lost, 'document')} fewer, which answer until a moderator agrees. "
        "Read it anew to decide.",
    )


def state_of(
    *, paused: bool, failures: Iterable[Failure], synced_at: datetime | None, held: int = 0
) -> SourceState:
    """Return how a source is that is not being synced right now."""
    if paused:
        return SourceState.PAUSED
    if held:
        return SourceState.HELD
    if any(not failure.uri for failure in failures):
        return SourceState.FAILED
    return SourceState.FRESH if synced_at else SourceState.UNREAD


def _existing(origin: str) -> Path:
    """Return an absolute path to something that is there. Raises SourceUnavailable."""
    try:
        path = _located(origin)
        exists = path.exists()
    except (OSError, ValueError, RuntimeError) as error:
        raise SourceUnavailable(
            f"{origin} could not be looked at. Check its path and permissions."
        ) from error
    if exists:
        return path
    if "://" in origin:
        raise SourceUnavailable(
            "Only addresses that begin with http:// or https:// are fetched. "
            "Give such a one, a file or a folder."
        )
    address = address_meant(origin)
    remedy = f"Did you mean {address}?" if address else "Check the path."
    raise SourceUnavailable(f"There is no file or folder {origin}. {remedy}")


def _address(origin: str) -> str:
    """Return a web address as it is always written. Raises SourceUnavailable."""
    try:
        return normal(origin)
    except AddressRefused as error:
        raise SourceUnavailable(str(error)) from error


def address_stem(address: str) -> str:
    """Return what a source at a web address is called after: its host and path, without an ending."""
    parts = urlsplit(address)
    path = re.sub(r"(/index)?\.\w{1,5}$|/$", "", parts.path)
    return (parts.hostname or "").removeprefix("www.") + path


def _located(origin: str) -> Path:
    """Return an absolute path. A link on the way stays one: it may lead to a newer folder tomorrow."""
    path = Path(origin).expanduser().absolute()
    return path.resolve() if ".." in path.parts else path


def _line(record: SourceRecord, covered: frozenset[str]) -> SourceLine:
    return SourceLine(
        name=record.name,
        kind=record.kind,
        origin=record.origin,
        documents=record.documents,
        passages=record.passages,
        failures=(*held_words(record.held), *map(str, record.failures)),
        synced_at=record.synced_at,
        failed_at=record.failed_at,
        state=state_of(
            paused=record.paused,
            failures=record.failures,
            synced_at=record.synced_at,
            held=record.held,
        ),
        warnings=tuple(starmap(warning, uncovered(record.languages, covered).items())),
        options=record.options,
    )
