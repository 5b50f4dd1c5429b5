"""Bring a source up to date: read what changed, embed what is new, then switch over at once."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from index.catalog import (
    Catalog,
    DocumentState,
    Reading,
    SourceRecord,
    StoredEmbedding,
    Unembedded,
    VectorsMissing,
)
from index.errors import DocumentUnreadable, SourceUnavailable, SyncBusy
from index.passages import BLOCK_SEPARATOR, Document, Draft, Failure, SyncReport
from index.ports import Embedder, Entry, Reader, Source
from index.splitting import embedding_text, split
from index.tokens import Projection, pack

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much (0: unknown)."""

PIPELINE = 2
"""Raise this when readers or splitting change what they yield, so that documents are read anew."""

EMBED_BATCH = 64
"""Passages embedded between two commits: what a killed sync loses at most."""


@dataclass(slots=True)
class _Changes:
    """What a sync has found so far."""

    readings: list[Reading] = field(default_factory=list)
    touched: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    unchanged: int = 0


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
    ) -> None:
        """``embedder`` is called when a sync needs it; ``open_reader`` takes a format."""
        self._catalog = catalog
        self._embedder = embedder
        self._open_source = open_source
        self._open_reader = open_reader
        self._lock_path = lock_path

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
                return self._sync(record, progress, failed)
        except Timeout as error:
            raise SyncBusy from error
        except SourceUnavailable as error:
            self._catalog.note_unavailable(record, str(error))
            raise

    def live_texts(self, record: SourceRecord, uris: Collection[str]) -> dict[str, str | None]:
        """Read some documents anew, without keeping anything, and return their texts by uri.

        None stands for a document that cannot be read now; one that is gone is left out.
        Raises SourceUnavailable.
        """
        source = self._open_source(record)
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
        pipeline = f"{PIPELINE}-{embedder.window}"
        known = self._catalog.document_states(record)
        changes = self._read_all(record, embedder, known, pipeline, progress, failed)
        # What a folder holds that could not be listed is not gone.
        unlisted = tuple(failure.uri for failure in changes.failures if failure.uri.endswith("/"))
        removed = {uri for uri in set(known) - changes.kept if not uri.startswith(unlisted)}
        embedded = self._embed(record, embedder, changes.readings, progress)
        while not self._published(record, embedder, changes, removed):
            # A source that was removed meanwhile has taken along vectors of text that both had.
            embedded += self._embed(record, embedder, changes.readings, progress)
        return self._report(record, known, changes, removed=len(removed), embedded=embedded)

    def _read_all(
        self,
        record: SourceRecord,
        embedder: Embedder,
        known: dict[str, DocumentState],
        pipeline: str,
        progress: Progress,
        failed: Callable[[Failure], None],
    ) -> _Changes:
        source = self._open_source(record)
        entries = list(source.entries())
        changes = _Changes()
        for done, entry in enumerate(entries):
            progress(f"Reading {record.name}", done, len(entries))
            state = known.get(entry.uri)
            if state and state.pipeline == pipeline and state.version == entry.version and entry.version:
                changes.kept.add(entry.uri)
                changes.unchanged += 1
            else:
                known_failures = len(changes.failures)
                self._read_one(source, entry, embedder, state, pipeline, changes)
                for failure in changes.failures[known_failures:]:
                    failed(failure)
        progress(f"Reading {record.name}", len(entries), len(entries))
        return changes

    def _read_one(
        self,
        source: Source,
        entry: Entry,
        embedder: Embedder,
        state: DocumentState | None,
        pipeline: str,
        changes: _Changes,
    ) -> None:
        try:
            data = source.fetch(entry)
        except DocumentUnreadable as error:
            # It may be back in a minute: what was read of it stays.
            changes.failures.append(Failure(uri=entry.uri, reason=str(error)))
            changes.kept.update({entry.uri} if state else ())
            return
        revision = hashlib.sha256(data).hexdigest()
        if state and state.pipeline == pipeline and state.revision == revision:
            changes.touched[entry.uri] = entry.version
            changes.kept.add(entry.uri)
            changes.unchanged += 1
            return
        try:
            changes.readings.append(self._reading(entry, data, revision, embedder, pipeline))
            changes.kept.add(entry.uri)
        except DocumentUnreadable as error:
            # What it said before stands nowhere any more, so it may not be quoted.
            changes.failures.append(Failure(uri=entry.uri, reason=str(error)))

    def _reading(
        self, entry: Entry, data: bytes, revision: str, embedder: Embedder, pipeline: str
    ) -> Reading:
        extract = self._open_reader(entry.format).read(data, name=entry.name)
        document = Document(
            uri=entry.uri,
            url=entry.url,
            title=extract.title,
            blocks=extract.blocks,
            revision=revision,
            updated_at=entry.updated_at,
        )
        drafts = split(
            document.blocks,
            title=document.title,
            count_tokens=embedder.count_tokens,
            window=embedder.window,
        )
        return Reading(
            document=document,
            version=entry.version,
            pipeline=pipeline,
            drafts=tuple(drafts),
            vector_keys=tuple(_key(document.title, draft) for draft in drafts),
        )

    def _embed(
        self, record: SourceRecord, embedder: Embedder, readings: Iterable[Reading], progress: Progress
    ) -> int:
        # Passages that stay may lack a vector too, when the embedder has changed.
        passages = self._catalog.unembedded(record, embedder.id)
        passages.update(_passages(readings))
        missing = self._catalog.missing_vectors(embedder.id, passages)
        # Like lengths together: a batch costs as much as its longest text.
        keys = sorted(missing, key=lambda key: (len(passages[key].text), key))
        projection = self._projection(embedder) if keys else None
        for done in range(0, len(keys), EMBED_BATCH):
            progress(f"Embedding {record.name}", done, len(keys))
            batch = {key: passages[key] for key in keys[done : done + EMBED_BATCH]}
            assert projection is not None
            self._catalog.add_vectors(embedder.id, list(_embedded(batch, embedder, projection)))
        if keys:
            progress(f"Embedding {record.name}", len(keys), len(keys))
        return len(keys)

    def _published(
        self, record: SourceRecord, embedder: Embedder, changes: _Changes, removed: set[str]
    ) -> bool:
        try:
            self._catalog.publish(
                record,
                readings=changes.readings,
                touched=changes.touched,
                removed=removed,
                failures=changes.failures,
                embedder=embedder.id,
            )
        except VectorsMissing:
            return False
        return True

    def _projection(self, embedder: Embedder) -> Projection:
        if self._catalog.projection(embedder.id) is None:
            self._catalog.keep_projection(embedder.id, Projection.fit(embedder).matrix)
        matrix = self._catalog.projection(embedder.id)
        assert matrix is not None
        return Projection(matrix)

    def _report(
        self,
        record: SourceRecord,
        known: dict[str, DocumentState],
        changes: _Changes,
        *,
        removed: int,
        embedded: int,
    ) -> SyncReport:
        added = sum(reading.document.uri not in known for reading in changes.readings)
        return SyncReport(
            added=added,
            changed=len(changes.readings) - added,
            removed=removed,
            unchanged=changes.unchanged,
            embedded=embedded,
            passages=self._catalog.source(record.workspace, record.name).passages,
            failures=tuple(changes.failures),
        )


def _passages(readings: Iterable[Reading]) -> dict[str, Unembedded]:
    return {
        key: Unembedded(
            title=reading.document.title, heading=draft.heading, text=draft.text, sentences=draft.sentences
        )
        for reading in readings
        for draft, key in zip(reading.drafts, reading.vector_keys, strict=True)
    }


def _embedded(
    passages: dict[str, Unembedded], embedder: Embedder, projection: Projection
) -> Iterator[StoredEmbedding]:
    texts = [embedding_text(passage.title, passage.heading, passage.text) for passage in passages.values()]
    for (key, passage), text, embedding in zip(
        passages.items(), texts, embedder.embed_passages(texts), strict=True
    ):
        prefix = len(text) - len(passage.text)
        yield StoredEmbedding(
            key=key,
            vector=embedding.vector.tobytes(),
            tokens=pack(embedding, projection, prefix=prefix, sentences=passage.sentences),
        )


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
    )


def _key(title: str, draft: Draft) -> str:
    """Return the hash of all that an embedding depends on: the text, and where its sentences are."""
    sentences = [(sentence.start, sentence.end, sentence.kind.value) for sentence in draft.sentences]
    text = embedding_text(title, draft.heading, draft.text)
    return hashlib.sha256(f"{text}\0{sentences}".encode()).hexdigest()
