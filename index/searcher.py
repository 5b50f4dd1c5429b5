"""The index's door: a query in, hits out, each read back through the catalogue."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.catalog import Catalog
from index.errors import EmbedderChanged
from index.passages import Audience, Hit, Manifest, Passage, Sentence, content_hash
from index.ports import Embedder, Vectors
from index.ranking import confidence
from index.stores.faiss_store import FaissStore

CACHED_PASSAGES = 20_000
"""Passages whose sentence vectors are kept in memory: about six kilobytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """One workspace's vectors as of a revision of the catalogue."""

    store: FaissStore
    ids: frozenset[int]
    revision: int


class CatalogSearcher:
    """Searches what the catalogue holds. Safe to call from several threads."""

    def __init__(self, catalog: Catalog, *, embedder: Callable[[], Embedder], folder: Path) -> None:
        """``folder`` is where vectors are kept between runs; it may be deleted at any time."""
        self._catalog = catalog
        self._embedder = embedder
        self._folder = folder
        self._snapshots: dict[str, _Snapshot] = {}
        self._sentences: OrderedDict[tuple[int, str], Vectors] = OrderedDict()
        self._refreshing = threading.Lock()
        self._caching = threading.Lock()

    def search(self, query: str, *, k: int, audience: Audience) -> list[Hit]:
        """Return up to ``k`` hits, best first; of the asker's audience only.

        Raises EmbedderUnavailable, EmbedderChanged, CatalogUnavailable.
        """
        snapshot = self._snapshot(audience.workspace)
        if not len(snapshot.store):
            return []
        vector = self._embedder().embed_query(query)
        found = snapshot.store.search(vector, k)
        # The snapshot may be older than the catalogue: what was deleted since is not read back.
        live = self._catalog.passages([passage_id for passage_id, _ in found], audience)
        scored = [(live[passage_id], score) for passage_id, score in found if passage_id in live]
        best = self._best_sentences(vector, [passage for passage, _ in scored])
        return [
            Hit(
                passage=passage,
                score=score,
                confidence=confidence(score, sentence_score),
                highlight=(sentence.start, sentence.end),
            )
            for (passage, score), (sentence, sentence_score) in zip(scored, best, strict=True)
        ]

    def read_back(self, passage_id: int, *, audience: Audience) -> Passage | None:
        """Return the live passage, or None when it is gone or not for this audience."""
        return self._catalog.passages([passage_id], audience).get(passage_id)

    def highlight(self, query: str, passage: Passage) -> tuple[int, int]:
        """Return the span of the passage's best sentence for a query."""
        [(sentence, _)] = self._best_sentences(self._embedder().embed_query(query), [passage])
        return sentence.start, sentence.end

    # Sentences

    def _best_sentences(self, query: Vectors, passages: Sequence[Passage]) -> list[tuple[Sentence, float]]:
        vectors = self._sentence_vectors(passages)
        best = []
        for passage in passages:
            scores = vectors[_cache_key(passage)] @ query
            top = int(np.argmax(scores))
            best.append((passage.sentences[top], float(scores[top])))
        return best

    def _sentence_vectors(self, passages: Sequence[Passage]) -> dict[tuple[int, str], Vectors]:
        with self._caching:
            held = {key: self._sentences[key] for key in map(_cache_key, passages) if key in self._sentences}
        missing = [passage for passage in passages if _cache_key(passage) not in held]
        texts = [passage.text[s.start : s.end] for passage in missing for s in passage.sentences]
        vectors = self._embedder().embed_passages(texts)
        start = 0
        for passage in missing:
            end = start + len(passage.sentences)
            held[_cache_key(passage)] = vectors[start:end].copy()
            start = end
        self._remember(held)
        return held

    def _remember(self, vectors: dict[tuple[int, str], Vectors]) -> None:
        with self._caching:
            for key, rows in vectors.items():
                self._sentences[key] = rows
                self._sentences.move_to_end(key)
            while len(self._sentences) > CACHED_PASSAGES:
                self._sentences.popitem(last=False)

    # Snapshots

    def _snapshot(self, workspace: str) -> _Snapshot:
        revision = self._catalog.revision(workspace)
        held = self._snapshots.get(workspace)
        if held is not None and held.revision == revision:
            return held
        # One thread brings the vectors up to date; the others go on with the old ones, if there are any.
        if not self._refreshing.acquire(blocking=held is None):
            assert held is not None
            return held
        try:
            return self._refresh(workspace, self._snapshots.get(workspace))
        finally:
            self._refreshing.release()

    def _refresh(self, workspace: str, held: _Snapshot | None) -> _Snapshot:
        embedder = self._embedder()
        held = held or self._load(workspace, embedder)
        revision, present, ids, vectors = self._catalog.passage_vectors(
            workspace, embedder=embedder.id, dimension=embedder.dimension, known=set(held.ids)
        )
        if len(present - held.ids) > len(ids):
            raise EmbedderChanged
        fresh = _Snapshot(
            store=held.store.updated(removed=held.ids - present, ids=ids, vectors=vectors),
            ids=frozenset(present),
            revision=revision,
        )
        self._snapshots[workspace] = fresh
        if revision != held.revision:
            self._save(workspace, embedder, fresh)
        return fresh

    def _load(self, workspace: str, embedder: Embedder) -> _Snapshot:
        empty = _Snapshot(store=FaissStore(embedder.dimension), ids=frozenset(), revision=-1)
        folder = self._folder / content_hash(workspace)[:16]
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if (manifest["embedder"], manifest["revision"]) != (
                embedder.id,
                self._catalog.revision(workspace),
            ):
                return empty
            store = FaissStore.load(folder / manifest["vectors"], embedder.dimension)
        except (OSError, ValueError, KeyError, TypeError):
            return empty  # derived data: whatever is wrong with it, the catalogue can make it anew
        ids = frozenset(store.ids())
        if len(store) != manifest["passages"]:
            return empty
        return _Snapshot(store=store, ids=ids, revision=manifest["revision"])

    def _save(self, workspace: str, embedder: Embedder, snapshot: _Snapshot) -> None:
        manifest = Manifest(
            embedder=embedder.id,
            dimension=embedder.dimension,
            revision=snapshot.revision,
            passages=len(snapshot.store),
            built_at=datetime.now(UTC),
        )
        folder = self._folder / content_hash(workspace)[:16]
        name = f"{embedder.id}-{snapshot.revision}.faiss"
        record = asdict(manifest) | {"built_at": manifest.built_at.isoformat(), "vectors": name}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            snapshot.store.save(folder / f"{name}.part")
            (folder / f"{name}.part").replace(folder / name)
            (folder / "manifest.part").write_text(json.dumps(record), encoding="utf-8")
            (folder / "manifest.part").replace(folder / "manifest.json")
            for old in folder.glob("*.faiss*"):
                if old.name != name:
                    old.unlink()
        except (OSError, RuntimeError):
            return  # it only saves time at the next start, as when the disk is full or read-only


def _cache_key(passage: Passage) -> tuple[int, str]:
    return passage.id, passage.content_hash
