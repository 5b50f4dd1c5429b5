"""What is derived from the catalogue for searching: vectors, words and counts of each workspace.

All of it may be deleted at any time; the catalogue makes it anew.
"""

import json
import secrets
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.catalog import Catalog, Fingerprints, Indexable, View
from index.errors import EmbedderChanged, IndexFailure
from index.passages import Audience, Manifest, content_hash
from index.ports import Embedder, Ids, Keys, Vectors
from index.stores.faiss_store import DAMAGE, FaissStore
from index.stores.tantivy_store import LexicalEntry, LexicalSnapshot, TantivyStore
from index.tokens import HEADING, Projection, Tokens, run_vectors, token_ids, unpack

SENTENCES = 256
"""Room for sentences: the id of a sentence's vector is its passage's id times this, plus its number."""

STALE_SHARE = 0.1
"""When more than this share of what was counted has gone, the counts are made anew."""

SAVED_SHARE = 0.01
"""When more than this share has changed since a snapshot was saved, it is saved again; a start catches up."""

TAKEN_IN = 4_000
"""Passages whose vectors are held at once while a snapshot is made."""

AUDIENCES = 50
"""Of how many audiences it is kept at hand what they may search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What of a snapshot is searched: everything, or what an audience may read."""

    passages: FaissStore
    sentences: FaissStore
    words: LexicalSnapshot

    def narrowed(self, passages: Keys) -> "Scope":
        """Return of this what belongs to some passages."""
        return Scope(
            passages=self.passages.narrowed(passages),
            sentences=self.sentences.narrowed(passages),
            words=self.words.narrowed(passages),
        )


@dataclass(frozen=True, kw_only=True)  # without slots, which leave no room for what is derived once
class Snapshot:
    """One workspace as of a revision of the catalogue. Immutable: share it between threads at will.

    ``sentences`` holds projected vectors. ``frequencies[id]`` is in how many passages a token
    stands; ``embedder`` made the vectors; ``keys`` are fingerprints of what was embedded, by passage
    id. ``unsaved`` is how many passages have come or gone since it was saved. ``scopes`` are those that
    were asked for of late, by audience and revision of the catalogue.
    """

    revision: int
    embedder: str
    keys: Fingerprints
    passages: FaissStore
    sentences: FaissStore
    words: LexicalSnapshot
    frequencies: NDArray[np.int64]
    gone: int = 0
    unsaved: int = 0
    scopes: dict[tuple[Audience, int], Scope] = field(default_factory=dict)

    @cached_property
    def rarities(self) -> NDArray[np.float64]:
        """Return each token's inverse document frequency, as in BM25 (Robertson and Zaragoza 2009)."""
        total = max(len(self.keys), 1)
        counts = np.minimum(self.frequencies, total)
        return np.asarray(np.log1p((total - counts + 0.5) / (counts + 0.5)))

    def rarity(self, ids: Ids) -> NDArray[np.float64]:
        """Return the rarity of tokens, which need not stand in any passage."""
        rarities = self.rarities
        known = np.minimum(ids, len(rarities) - 1)
        return np.where(ids < len(rarities), rarities[known], np.log1p((len(self.keys) + 0.5) / 0.5))

    @property
    def recall(self) -> float:
        """How many of the nearest passages and sentences are found, 0 to 1, as measured on a sample."""
        return min(self.passages.recall, self.sentences.recall)

    def scope(self, audience: Audience, revision: int, readable: Callable[[Audience], Keys]) -> Scope:
        """Return what an audience searches; ``readable`` reads its passages, as of a catalogue's revision."""
        whole = Scope(passages=self.passages, sentences=self.sentences, words=self.words)
        if not audience.is_bounded:
            return whole
        found = self.scopes.pop((audience, revision), None) or whole.narrowed(readable(audience))
        self.scopes[audience, revision] = found
        for oldest in list(self.scopes)[:-AUDIENCES]:
            self.scopes.pop(oldest, None)  # another thread may have been here
        return found


class Snapshots:
    """Keeps a snapshot of each workspace up to date. Safe to use from several threads."""

    def __init__(self, catalog: Catalog, *, folder: Path) -> None:
        """``folder`` is where snapshots are kept between runs."""
        self._catalog = catalog
        self._folder = folder
        self._held: dict[str, Snapshot] = {}
        self._lexicons: dict[str, TantivyStore] = {}
        self._refreshing: dict[str, threading.Lock] = {}

    def current(self, workspace: str, embedder: Callable[[], Embedder]) -> Snapshot:
        """Return a workspace's snapshot; while another thread brings it up to date, the one before.

        Raises EmbedderChanged, EmbedderUnavailable, CatalogUnavailable.
        """
        held = self._held.get(workspace)
        if held is not None and held.revision == self._catalog.revision(workspace):
            return held
        refreshing = self._refreshing.setdefault(workspace, threading.Lock())
        if not refreshing.acquire(blocking=held is None):
            assert held is not None
            return held
        try:
            return self._refresh(workspace, embedder())
        finally:
            refreshing.release()

    def recall(self, workspace: str) -> float:
        """Return how many of the nearest the snapshot that was saved last finds, 0 to 1."""
        try:
            manifest = json.loads((self._place(workspace) / "manifest.json").read_text(encoding="utf-8"))
            return float(manifest["recall"])
        except DAMAGE:
            return 1.0  # nothing was saved yet, or before there were groups

    def compact(self, workspace: str, embedder: Embedder) -> None:
        """Make anew what is kept of a workspace, so that nothing of what was removed is left in it.

        Raises EmbedderChanged, CatalogUnavailable, and SyncBusy while another process writes it.
        """
        if not self._place(workspace).exists():
            return
        with self._refreshing.setdefault(workspace, threading.Lock()):
            with self._catalog.view(workspace, embedder.id) as view:
                fresh = self._updated(workspace, _empty(embedder), view, embedder, on_disk=True)
            self._held[workspace] = self._saved(workspace, embedder, fresh)

    def projection(self, embedder: Embedder) -> Projection:
        """Return how the embedder's token vectors were made small. Raises EmbedderChanged."""
        matrix = self._catalog.projection(embedder.id)
        if matrix is None:
            raise EmbedderChanged
        return Projection(matrix)

    def _refresh(self, workspace: str, embedder: Embedder) -> Snapshot:
        with self._catalog.view(workspace, embedder.id) as view:
            held = self._held.get(workspace)
            if held is None or held.embedder != embedder.id:
                held = self._load(workspace, embedder, view.revision)
            is_fresh = view.revision == held.revision
            fresh = held if is_fresh else self._updated(workspace, held, view, embedder)
        if fresh.unsaved > SAVED_SHARE * len(fresh.keys):
            fresh = self._saved(workspace, embedder, fresh)
        self._held[workspace] = fresh
        return fresh

    def _updated(
        self, workspace: str, held: Snapshot, view: View, embedder: Embedder, *, on_disk: bool = False
    ) -> Snapshot:
        changes = view.changes(held.revision)
        keys, new, stale = _compared(held.keys, view, changes)
        gone = held.gone + len(stale)
        is_outdated = gone > STALE_SHARE * (len(held.keys) + held.gone)
        if is_outdated:
            held, gone, changes = _empty(embedder), 0, None
            keys, new, stale = _compared(held.keys, view, None)
        passages, sentences = held.passages, held.sentences
        frequencies, taken, removed = held.frequencies, 0, stale
        for batch in _batches(view.indexables(new.tolist())):
            passages = passages.updated(removed=removed, ids=batch.ids, vectors=np.stack(batch.vectors))
            sentences = _with_sentences(sentences, removed, batch)
            frequencies = _added(frequencies, batch.tokens)
            taken, removed = taken + len(batch.ids), removed[:0]
        if taken < len(new):
            raise EmbedderChanged
        if len(removed):
            passages, sentences = passages.without(removed), sentences.without(removed)
        return Snapshot(
            revision=view.revision,
            embedder=embedder.id,
            keys=keys,
            passages=passages.settled(),
            sentences=sentences.settled(),
            words=self._words(
                workspace, view, len(keys), set(stale.tolist()) if len(held.keys) else None, changes, on_disk
            ),
            frequencies=frequencies,
            gone=gone,
            unsaved=held.unsaved + len(stale) + len(new),
        )

    # Words

    def _words(
        self,
        workspace: str,
        view: View,
        size: int,
        stale: set[int] | None,
        changes: dict[int, str | None] | None,
        on_disk: bool,
    ) -> LexicalSnapshot:
        """Return the words of a view; ``stale`` ids are entered anew, None says that all are.

        With ``changes``, only these are looked at. Where the folder cannot be written, memory serves
        as well, unless they have to be ``on_disk``.
        """
        try:
            store = self._lexicons.get(workspace) or TantivyStore(self._place(workspace) / "words")
            self._lexicons[workspace] = store
            if changes is not None:
                _enter(store, view, removed=changes, added=[id for id, key in changes.items() if key])
            if changes is None or len(store.snapshot()) != size:
                # Nothing is known of how it came to be, or another process has been at it.
                _bring_up_to_date(store, view, stale)
        except IndexFailure:
            if on_disk:
                raise
            # Another process is at it, or the folder is unusable.
            store = TantivyStore(None)
            _bring_up_to_date(store, view, None)
        return store.snapshot()

    # Between runs

    def _place(self, workspace: str) -> Path:
        return self._folder / content_hash(workspace)[:16]

    def _load(self, workspace: str, embedder: Embedder, revision: int) -> Snapshot:
        place = self._place(workspace)
        try:
            manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
            if manifest["embedder"] != embedder.id:
                return _empty(embedder)
            saved, saved_at = place / manifest["saved"], manifest["revision"]
            keys = Fingerprints(*np.load(saved / "keys.npy"))
            store = TantivyStore(place / "words")
            self._lexicons[workspace] = store
            words = store.snapshot()
            # The words may be of a later revision, but not if this is the present one.
            is_usable = saved_at != revision or manifest["words"] == words.version
            passages, sentences = _stores(saved, embedder.dimension, manifest["projected"])
            snapshot = Snapshot(
                revision=saved_at if is_usable or words.ids() == set(keys.ids.tolist()) else -1,
                embedder=embedder.id,
                keys=keys,
                passages=passages,
                sentences=sentences,
                words=words,
                frequencies=np.load(saved / "frequencies.npy"),
                gone=manifest["gone"],
            )
        except (*DAMAGE, IndexFailure):
            return _empty(embedder)  # derived data: whatever is wrong with it, it can be made anew
        is_whole = np.array_equal(np.sort(snapshot.passages.keys()), keys.ids)
        return snapshot if is_whole else _empty(embedder)

    def _saved(self, workspace: str, embedder: Embedder, snapshot: Snapshot) -> Snapshot:
        """Save a snapshot, and return it as it is read from there: its vectors leave the memory."""
        manifest = Manifest(
            embedder=embedder.id,
            dimension=embedder.dimension,
            revision=snapshot.revision,
            passages=len(snapshot.passages),
            built_at=datetime.now(UTC),
        )
        place = self._place(workspace)
        # A name of its own each time: what the manifest still names is not touched.
        saved = place / f"{embedder.id}-{snapshot.revision}-{secrets.token_hex(4)}"
        record = asdict(manifest) | {
            "built_at": manifest.built_at.isoformat(),
            "saved": saved.name,
            "projected": snapshot.sentences.dimension,
            "gone": snapshot.gone,
            "words": snapshot.words.version,
            "recall": snapshot.recall,
        }
        try:
            _save(snapshot, saved)
            (place / "manifest.part").write_text(json.dumps(record), encoding="utf-8")
            (place / "manifest.part").replace(place / "manifest.json")
            for old in place.iterdir():
                if old.suffix == ".faiss":
                    old.unlink()  # as versions before this one kept them
                elif old.is_dir() and old.name not in (saved.name, "words"):
                    shutil.rmtree(old, ignore_errors=True)
            passages, sentences = _stores(saved, embedder.dimension, snapshot.sentences.dimension)
        except (*DAMAGE, RuntimeError):
            return replace(snapshot, unsaved=0)  # it only saves time at the next start; a disk may be full
        return replace(snapshot, unsaved=0, passages=passages, sentences=sentences)


def _save(snapshot: Snapshot, folder: Path) -> None:
    for name, store in (("passages", snapshot.passages), ("sentences", snapshot.sentences)):
        (folder / name).mkdir(parents=True)
        store.save(folder / name)
    np.save(folder / "frequencies.npy", snapshot.frequencies)
    np.save(folder / "keys.npy", np.stack((snapshot.keys.ids, snapshot.keys.values)))


def _stores(folder: Path, dimension: int, projected: int) -> tuple[FaissStore, FaissStore]:
    passages = FaissStore.load(folder / "passages", dimension)
    return passages, FaissStore.load(folder / "sentences", projected, share=SENTENCES)


@dataclass(slots=True)
class _Batch:
    """What the stores take from new passages."""

    ids: list[int] = field(default_factory=list)
    vectors: list[Vectors] = field(default_factory=list)
    tokens: list[NDArray[np.int32]] = field(default_factory=list)
    sentence_ids: list[int] = field(default_factory=list)
    sentence_vectors: list[Vectors] = field(default_factory=list)

    def add(self, indexables: list[Indexable]) -> None:
        """Take in some passages."""
        if not indexables:
            return
        self.ids += [each.id for each in indexables]
        self.vectors += [np.frombuffer(each.vector, np.float32) for each in indexables]
        self.tokens += [np.unique(token_ids(each.tokens)) for each in indexables]
        owners, vectors = sentence_vectors(unpack([each.tokens for each in indexables]))
        self.sentence_ids += [
            indexables[passage].id * SENTENCES + sentence for passage, sentence in owners.tolist()
        ]
        self.sentence_vectors.append(vectors)


def sentence_vectors(tokens: Tokens) -> tuple[NDArray[np.int64], Vectors]:
    """Return (passage, sentence) and the unit vector of each sentence: the mean of its tokens."""
    means, runs = run_vectors(tokens), tokens.runs
    owners = np.stack(
        (np.searchsorted(tokens.starts, runs, side="right") - 1, tokens.sentences[runs].astype(np.int64)),
        axis=1,
    )
    own = owners[:, 1] != HEADING
    return owners[own], means[own]


def _batches(indexables: Iterable[list[Indexable]]) -> Iterator[_Batch]:
    """Yield what the stores take, of some thousand passages at a time."""
    batch = _Batch()
    for some in indexables:
        batch.add(some)
        if len(batch.ids) >= TAKEN_IN:
            yield batch
            batch = _Batch()
    if batch.ids:
        yield batch


def _with_sentences(store: FaissStore, stale: Keys, batch: _Batch) -> FaissStore:
    vectors = np.concatenate(batch.sentence_vectors)
    if vectors.shape[1] != store.dimension:
        store = FaissStore(vectors.shape[1], share=SENTENCES)  # the empty one knew of no projection
    return store.updated(removed=stale, ids=batch.sentence_ids, vectors=vectors)


def _compared(
    held: Fingerprints, view: View, changes: dict[int, str | None] | None
) -> tuple[Fingerprints, Keys, Keys]:
    """Return a view's fingerprints, which passages are to be taken in, and which are held in vain."""
    if changes is None:
        ids = np.union1d(held.ids, view.keys.ids)
        present = view.keys.at(ids)
    else:
        ids = np.array(sorted(changes), np.int64)
        present = Fingerprints.of((id, key) for id, key in sorted(changes.items()) if key is not None).at(ids)
    before = held.at(ids)
    is_stale = (before >= 0) & (before != present)
    is_new = (present >= 0) & (before != present)
    keys = held.updated(removed=ids[is_stale], ids=ids[is_new], values=present[is_new])
    return keys, ids[is_new], ids[is_stale]


def _bring_up_to_date(store: TantivyStore, view: View, stale: set[int] | None) -> None:
    held = store.ids()
    present = set(view.keys.ids.tolist())
    removed = held if stale is None else (held - present) | (held & stale)
    _enter(store, view, removed=removed, added=present - (held - removed))


def _enter(store: TantivyStore, view: View, *, removed: Collection[int], added: Collection[int]) -> None:
    if removed or added:
        store.update(
            removed=removed,
            added=(_entry(each) for indexables in view.indexables(added) for each in indexables),
        )


def _entry(indexable: Indexable) -> LexicalEntry:
    head = "\n".join((indexable.title, *indexable.heading))
    return LexicalEntry(id=indexable.id, head=head, body=indexable.text)


def _added(frequencies: NDArray[np.int64], tokens: list[NDArray[np.int32]]) -> NDArray[np.int64]:
    if not tokens:
        return frequencies
    counts = np.bincount(np.concatenate(tokens), minlength=len(frequencies))
    counts[: len(frequencies)] += frequencies
    return counts


def _empty(embedder: Embedder) -> Snapshot:
    return Snapshot(
        revision=-1,
        embedder=embedder.id,
        keys=Fingerprints.of(()),
        passages=FaissStore(embedder.dimension),
        sentences=FaissStore(1, share=SENTENCES),
        words=TantivyStore(None).snapshot(),
        frequencies=np.zeros(1, np.int64),
    )
