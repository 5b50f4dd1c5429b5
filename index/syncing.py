"""Bring a source up to date: read what changed, embed what is new, then switch over at once."""

from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from index.ahead import ahead
from index.catalog import Catalog, SourceRecord
from index.embedding import embed, embed_workspace
from index.errors import DocumentUnreadable, SourceUnavailable, SyncBusy
from index.gathering import Gathering
from index.languages import uncovered, warning
from index.passages import BLOCK_SEPARATOR, Failure, Held, Step, SyncReport
from index.ports import DirectSource, Embedder, Entry, Reader, Source
from index.releases import release_in, release_of
from index.sources.options import VERSION
from index.staging import Staging, passages_of

Progress = Callable[[Step], None]
"""Called with where a sync stands."""


@dataclass(slots=True, kw_only=True)
class _Steps:
    """Tells where a sync stands: some documents are read while the passages of others are embedded."""

    progress: Progress
    gathering: Gathering
    text: str
    total: int
    removed: int
    done: int = 0
    embedded: int = 0
    underway: int = 0

    def reach(self, done: int) -> None:
        """Say that so many documents are done."""
        self.done = done
        self._tell()

    def embed(self, underway: int) -> None:
        """Say that so many of the passages that are being embedded are."""
        self.underway = underway
        self._tell()

    def finish(self, embedded: int) -> None:
        """Say that so many more passages are embedded."""
        self.embedded += embedded
        self.underway = 0
        self._tell()

    def _tell(self) -> None:
        self.progress(
            Step(
                text=self.text,
                done=self.done,
                total=self.total,
                read=len(self.gathering.fresh),
                embedded=self.embedded + self.underway,
                removed=self.removed,
            )
        )


class Syncer:
    """Syncs sources into the catalogue, one at a time per data folder."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        embedder: Callable[[], Embedder],
        open_source: Callable[[SourceRecord], Source],
        open_reader: Callable[[str], Reader],
        lock_path: Path,
        published: Callable[[str], None] = lambda workspace: None,
    ) -> None:
        """``embedder`` is called when a sync needs it; ``open_reader`` takes a format.

        ``published`` is called with the workspace after each sync.
        """
        self._catalog = catalog
        self._staging = Staging(catalog)
        self._embedder = embedder
        self._open_source = open_source
        self._open_reader = open_reader
        self._lock_path = lock_path
        self._published = published

    def sync(
        self,
        record: SourceRecord,
        progress: Progress,
        failed: Callable[[Failure], None] = lambda failure: None,
    ) -> SyncReport:
        """Sync one source. Documents that cannot be read are reported; the others go on.

        ``failed`` is called with each of them at once.

        Raises SyncBusy while another process syncs, SourceUnavailable, EmbedderUnavailable and
        CatalogUnavailable; whatever is raised, the index stays as it was. That a source was
        unavailable is kept with it.
        """
        try:
            # The operating system frees the lock of a killed process.
            with FileLock(self._lock_path, timeout=0):
                report = self._sync(record, progress, failed)
        except Timeout as error:
            raise SyncBusy from error
        except SourceUnavailable as error:
            self._catalog.note_unavailable(record, str(error))
            raise
        self._published(record.workspace)
        return report

    def embed_anew(self, workspace: str, progress: Progress) -> int:
        """Embed what was published with another embedder, then search with the present one.

        Until then the former one is searched with. Returns how many passages were embedded; what is
        embedded stays when it is cut short. Raises SyncBusy, EmbedderUnavailable, CatalogUnavailable.
        """
        try:
            with FileLock(self._lock_path, timeout=0):
                return self._embed_anew(workspace, self._embedder(), progress)
        except Timeout as error:
            raise SyncBusy from error

    def _embed_anew(self, workspace: str, embedder: Embedder, progress: Progress) -> int:
        return embed_workspace(
            self._catalog,
            embedder,
            workspace,
            lambda done: progress(Step(text="Embedding anew", embedded=done)),
        )

    def revert(self, record: SourceRecord) -> int:
        """Undo a source's last sync; return how many documents are as before. Raises SyncBusy."""
        try:
            with FileLock(self._lock_path, timeout=0):
                return self._staging.revert(record)
        except Timeout as error:
            raise SyncBusy from error

    def expire(self, before: datetime) -> bool:
        """Forget what syncs up to a moment have replaced; whether there was any."""
        return self._staging.expire(before)

    def live_texts(self, record: SourceRecord, uris: Collection[str]) -> dict[str, str | None]:
        """Read some documents anew, without keeping anything, and return their texts by uri.

        None stands for a document that cannot be read now; one that is gone is left out.
        Raises SourceUnavailable.
        """
        source = self._open_source(record)
        if isinstance(source, DirectSource):
            found = {uri: source.find(uri) for uri in uris}
            return {uri: self._live_text(source, entry) for uri, entry in found.items() if entry}
        entries = list(source.entries())
        unlisted = tuple(entry.uri for entry in entries if entry.uri.endswith("/"))
        texts: dict[str, str | None] = {uri: None for uri in uris if uri.startswith(unlisted)}
        return texts | {entry.uri: self._live_text(source, entry) for entry in entries if entry.uri in uris}

    def _live_text(self, source: Source, entry: Entry) -> str | None:
        try:
            extract = self._open_reader(entry.format).read(source.fetch(entry), name=entry.name)
        except DocumentUnreadable:
            return None
        return BLOCK_SEPARATOR.join(block.text for block in extract.blocks)

    def _sync(
        self, record: SourceRecord, progress: Progress, failed: Callable[[Failure], None]
    ) -> SyncReport:
        embedder = self._embedder()
        anew = self._embed_anew(record.workspace, embedder, progress)
        gathering = Gathering(
            source=self._open_source(record),
            open_reader=self._open_reader,
            embedder=embedder,
            known=self._catalog.document_states(record),
            staged=self._staging.states(record),
            failed=failed,
            release=partial(_release, record),
        )
        embedded = self._stage(record, gathering, progress)
        removed = gathering.removed
        is_suspicious = gathering.is_suspicious(held=record.held > 0, accepted=record.accepted)
        held = len(removed) if is_suspicious else 0
        self._staging.publish(
            record,
            touched=gathering.touched,
            releases=gathering.releases,
            removed=set() if held else removed,
            failures=gathering.failures,
            held=held,
        )
        return self._report(record, gathering, embedded=anew + embedded, held=held)

    def _stage(self, record: SourceRecord, gathering: Gathering, progress: Progress) -> int:
        """Stage with their vectors all documents that have changed; return how many passages were embedded.

        All that was staged when this is cut short is there for the next sync.
        """
        entries = []
        for entry in gathering.source.entries():  # which may take as long as loading a whole site
            entries.append(entry)
            progress(Step(text=f"Looking through {record.name}", done=len(entries)))
        steps = _Steps(
            progress=progress,
            gathering=gathering,
            text=f"Reading {record.name}",
            total=len(entries),
            removed=len(gathering.known.keys() - {entry.uri for entry in entries}),
        )
        with closing(ahead(gathering.windows(entries, steps.reach))) as windows:
            for window in windows:
                self._staging.stage(record, window)
                steps.finish(embed(self._catalog, gathering.embedder, passages_of(window), steps.embed))
        steps.reach(len(entries))
        self._staging.drop(record, gathering.staged.keys() - gathering.fresh)
        for passages in self._staging.unembedded(record, gathering.embedder.id):
            steps.finish(embed(self._catalog, gathering.embedder, passages, steps.embed))
        return steps.embedded

    def _report(self, record: SourceRecord, gathering: Gathering, *, embedded: int, held: int) -> SyncReport:
        added = len(gathering.fresh - gathering.known.keys())
        after = self._catalog.source(record.workspace, record.name)
        covered = gathering.embedder.languages
        before = uncovered(record.languages, covered)
        return SyncReport(
            added=added,
            changed=len(gathering.fresh) - added,
            removed=0 if held else len(gathering.removed),
            unchanged=gathering.unchanged,
            embedded=embedded,
            passages=after.passages,
            failures=tuple(gathering.failures),
            as_before=tuple(each for each in gathering.failures if each in record.failures),
            held=(Held(source=record.name, lost=held, documents=len(gathering.known)),) if held else (),
            warnings=tuple(
                warning(language, count)
                for language, count in uncovered(after.languages, covered).items()
                if language not in before
            ),
        )


def _release(record: SourceRecord, entry: Entry) -> str:
    """Return the release that a source was given, or else the one that a document's address names."""
    return release_of(record.options.get(VERSION, "")) or release_in(entry.url, entry.uri)


def merged(first: SyncReport, second: SyncReport) -> SyncReport:
    """Add up the reports of two sources."""
    return replace(
        first,
        added=first.added + second.added,
        changed=first.changed + second.changed,
        removed=first.removed + second.removed,
        unchanged=first.unchanged + second.unchanged,
        embedded=first.embedded + second.embedded,
        passages=first.passages + second.passages,
        paused=first.paused + second.paused,
        failures=first.failures + second.failures,
        as_before=first.as_before + second.as_before,
        held=first.held + second.held,
        warnings=first.warnings + second.warnings,
        lost=first.lost + second.lost,
        gained=first.gained + second.gained,
    )
