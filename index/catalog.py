"""The catalogue: workspaces, sources, documents, passages and vectors in SQLite. It is the truth."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from index.database import Database
from index.errors import SourceExists, SourceUnknown, no_source
from index.passages import (
    Audience,
    Draft,
    Failure,
    Passage,
    Sentence,
    SentenceKind,
)
from index.ports import Keys, Vectors
from index.revisions import advance, batches, marks, prune_embedders, prune_vectors, source_id, touch

MIGRATIONS = (
    # Token vectors are new; whatever has none is embedded anew by the next sync.
    """DROP TABLE vectors;
    CREATE TABLE vectors (
        id INTEGER PRIMARY KEY, embedder TEXT NOT NULL, key TEXT NOT NULL, vector BLOB NOT NULL,
        tokens BLOB NOT NULL, UNIQUE (embedder, key)
    ) STRICT;
    CREATE TABLE projections (embedder TEXT PRIMARY KEY, matrix BLOB NOT NULL) STRICT""",
    "ALTER TABLE sources ADD COLUMN paused INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE passages ADD COLUMN place TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sources ADD COLUMN options TEXT NOT NULL DEFAULT '{}'",
    """ALTER TABLE workspaces ADD COLUMN embedder TEXT NOT NULL DEFAULT '';
    CREATE TABLE images (
        id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
        is_former INTEGER NOT NULL, uri TEXT NOT NULL, version TEXT NOT NULL, revision TEXT NOT NULL,
        pipeline TEXT NOT NULL, reading TEXT NOT NULL, UNIQUE (source_id, is_former, uri)
    ) STRICT;
    CREATE TABLE image_keys (
        image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE, key TEXT NOT NULL,
        PRIMARY KEY (image_id, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX image_keys_by_key ON image_keys (key);
    CREATE TABLE revisions (
        id INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL REFERENCES workspaces (name),
        revision INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX revisions_by_workspace ON revisions (workspace, revision);
    CREATE TABLE changes (
        revision_id INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
        passage_id INTEGER NOT NULL, PRIMARY KEY (revision_id, passage_id)
    ) STRICT, WITHOUT ROWID""",
    """ALTER TABLE sources ADD COLUMN replaced_at TEXT NOT NULL DEFAULT '';
    ALTER TABLE sources ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sources ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0""",
    "CREATE INDEX passages_by_content ON passages (content_hash)",
    "CREATE TABLE recipes (embedder TEXT PRIMARY KEY, recipe TEXT NOT NULL) STRICT",
    """ALTER TABLE documents ADD COLUMN release TEXT NOT NULL DEFAULT '';
    CREATE INDEX documents_by_release ON documents (source_id, release)""",
    "ALTER TABLE documents ADD COLUMN language TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sources ADD COLUMN failed_at TEXT NOT NULL DEFAULT ''",
    # To read what stands behind a long text, SQLite goes through all of it.
    """ALTER TABLE documents ADD COLUMN whole TEXT NOT NULL DEFAULT '';
    UPDATE documents SET whole = text;
    ALTER TABLE documents DROP COLUMN text;
    ALTER TABLE documents RENAME COLUMN whole TO text""",
)
"""From each version of schema.sql to the next."""

PASSAGE = """
    SELECT p.*, d.uri, d.url, d.title, d.revision, d.updated_at, d.release, s.name AS source
    FROM passages p
    JOIN documents d ON d.id = p.document_id
    JOIN sources s ON s.id = d.source_id
"""

READABLE = (
    "s.workspace = ? AND (? = '[]' OR s.name IN (SELECT value FROM json_each(?)))"
    " AND (? = '' OR d.release IN ('', ?))"
)
"""What an audience may read; takes what ``_readable`` returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A source as the catalogue holds it. ``synced_at`` is None before its first sync has ended.

    What a ``paused`` one said when it was last read is still found; it is not read anew. ``held`` is
    how many documents it has lost that are kept until a moderator agrees, and ``accepted`` how many
    it may lose. ``languages`` counts its documents by language,
    under "" those whose language is not known. ``failed_at`` is when the last of its ``failures`` was met.
    """

    id: int
    workspace: str
    name: str
    kind: str
    origin: str
    base_url: str
    synced_at: datetime | None
    documents: int
    passages: int
    failures: tuple[Failure, ...]
    paused: bool = False
    held: int = 0
    accepted: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """A document as a list of its source's documents shows it."""

    uri: str
    title: str
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEmbedding:
    """What is kept of an embedding: the vector (float32) and the packed tokens, by vector key."""

    key: str
    vector: bytes
    tokens: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unembedded:
    """What is embedded of a passage, and where its sentences are."""

    title: str
    heading: tuple[str, ...]
    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexable:
    """What the derived indexes take from one passage; ``id`` is the passage's."""

    id: int
    title: str
    heading: tuple[str, ...]
    text: str
    vector: bytes
    tokens: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """What ranking needs of one passage."""

    id: int
    vector: bytes
    tokens: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """What a sync needs to know of a stored document to see whether it has changed."""

    version: str
    revision: str
    pipeline: str
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document that was read anew, with its passages and the key of each passage's vector."""

    uri: str
    url: str
    title: str
    text: str
    revision: str
    updated_at: datetime
    version: str
    pipeline: str
    drafts: tuple[Draft, ...]
    vector_keys: tuple[str, ...]
    release: str = ""
    language: str = ""


class Catalog:
    """All that Quoth has read. Every method is one transaction; safe to call from several threads."""

    def __init__(self, path: Path) -> None:
        """Open or create the catalogue. Raises CatalogUnavailable."""
        schema = (files("index") / "schema.sql").read_text(encoding="utf-8")
        self.database = Database(path, schema=schema, migrations=MIGRATIONS)

    # Workspaces and sources

    def workspaces(self) -> list[str]:
        """List the workspaces that were ever used, by name."""
        with self.database.read() as db:
            return [row["name"] for row in db.execute("SELECT name FROM workspaces ORDER BY name")]

    def is_seeded(self, workspace: str) -> bool:
        """Whether a workspace has had its starter source."""
        with self.database.read() as db:
            row = db.execute("SELECT seeded FROM workspaces WHERE name = ?", (workspace,)).fetchone()
            return row is not None and bool(row["seeded"])

    def mark_seeded(self, workspace: str) -> None:
        """Record that a workspace has had its starter source.

        What a moderator has removed must not come back with the next start.
        """
        with self.database.write() as db:
            touch(db, workspace)
            db.execute("UPDATE workspaces SET seeded = 1 WHERE name = ?", (workspace,))

    def add_source(
        self,
        workspace: str,
        *,
        name: str,
        kind: str,
        origin: str,
        base_url: str,
        options: Mapping[str, str] | None = None,
    ) -> None:
        """Record a source. Raises SourceExists."""
        with self.database.write() as db:
            touch(db, workspace)
            if source_id(db, workspace, name) is not None:
                raise SourceExists(
                    f"A source named {name!r} exists. Choose another name, or remove that one first."
                )
            db.execute(
                """INSERT INTO sources (workspace, name, kind, origin, base_url, options)
                VALUES (?, ?, ?, ?, ?, ?)""",
                (workspace, name, kind, origin, base_url, json.dumps(dict(options or {}))),
            )

    def remove_source(self, workspace: str, name: str) -> SourceRecord:
        """Remove a source with all its documents; return what it was. Raises SourceUnknown."""
        removed = self.source(workspace, name)
        with self.database.write() as db:
            rows = db.execute(
                """SELECT vector_key AS key FROM passages p JOIN documents d ON d.id = p.document_id
                WHERE d.source_id = :source UNION
                SELECT k.key FROM image_keys k JOIN images i ON i.id = k.image_id
                WHERE i.source_id = :source""",
                {"source": removed.id},
            )
            keys = [row["key"] for row in rows.fetchall()]
            db.execute("DELETE FROM sources WHERE id = ?", (removed.id,))
            advance(db, workspace)
            prune_vectors(db, keys)
        return removed

    def sources(self, workspace: str) -> list[SourceRecord]:
        """List a workspace's sources, by name."""
        with self.database.read() as db:
            rows = db.execute("SELECT * FROM sources WHERE workspace = ? ORDER BY name", (workspace,))
            return [_source(db, row) for row in rows.fetchall()]

    def source_names(self, workspace: str) -> list[str]:
        """List the names of a workspace's sources, in order; nothing of what they hold is counted."""
        with self.database.read() as db:
            return _source_names(db, workspace)

    def are_synced(self, workspace: str) -> list[bool]:
        """Say of each source, by name, whether it was ever read to its end; nothing is counted."""
        with self.database.read() as db:
            rows = db.execute("SELECT synced_at FROM sources WHERE workspace = ? ORDER BY name", (workspace,))
            return [bool(row["synced_at"]) for row in rows]

    def source(self, workspace: str, name: str) -> SourceRecord:
        """Return one source. Raises SourceUnknown."""
        with self.database.read() as db:
            found = source_id(db, workspace, name)
            if found is None:
                raise SourceUnknown(no_source(name, _source_names(db, workspace)))
            return _source(db, db.execute("SELECT * FROM sources WHERE id = ?", (found,)).fetchone())

    def pause_source(self, workspace: str, name: str, *, paused: bool) -> None:
        """Record whether a source shall not be read anew. Raises SourceUnknown."""
        source = self.source(workspace, name)
        with self.database.write() as db:
            db.execute("UPDATE sources SET paused = ? WHERE id = ?", (paused, source.id))

    def accept(self, workspace: str, name: str) -> int:
        """Let the next sync remove the documents that a source is held for; return how many.

        Raises SourceUnknown.
        """
        source = self.source(workspace, name)
        with self.database.write() as db:
            db.execute("UPDATE sources SET accepted = held WHERE id = ?", (source.id,))
        return source.held

    def compact(self) -> None:
        """Leave no byte on the disk of what was removed, as far as SQLite has written it."""
        with self.database.write() as db:
            db.execute(
                """DELETE FROM vectors WHERE key NOT IN
                (SELECT vector_key FROM passages UNION ALL SELECT key FROM image_keys)"""
            )
            prune_embedders(db)
        self.database.compact()

    def documents(self, source: SourceRecord) -> list[DocumentRecord]:
        """List a source's documents, by uri."""
        with self.database.read() as db:
            rows = db.execute(
                """SELECT d.uri, d.title, count(p.id) AS passages FROM documents d
                LEFT JOIN passages p ON p.document_id = d.id WHERE d.source_id = ?
                GROUP BY d.id ORDER BY d.uri""",
                (source.id,),
            )
            return [DocumentRecord(**row) for row in rows]

    def kept_text(self, workspace: str, source: str, uri: str) -> str | None:
        """Return the extracted text of a source's document, by names; None if there is none."""
        with self.database.read() as db:
            row = db.execute(
                """SELECT d.text FROM documents d JOIN sources s ON s.id = d.source_id
                WHERE s.workspace = ? AND s.name = ? AND d.uri = ?""",
                (workspace, source, uri),
            ).fetchone()
            return str(row["text"]) if row else None

    def document_passages(self, workspace: str, source: str, uri: str) -> list[Passage]:
        """Return the passages of a source's document, by names, in their order."""
        with self.database.read() as db:
            rows = db.execute(
                f"{PASSAGE} WHERE s.workspace = ? AND s.name = ? AND d.uri = ? ORDER BY p.position",
                (workspace, source, uri),
            )
            return [_passage(row) for row in rows]

    def passages_holding(self, workspace: str, content_hash: str) -> list[Passage]:
        """Return the passages of a workspace whose text has this hash."""
        with self.database.read() as db:
            rows = db.execute(
                f"{PASSAGE} WHERE p.content_hash = ? AND s.workspace = ? ORDER BY p.id",
                (content_hash, workspace),
            )
            return [_passage(row) for row in rows]

    # What a sync reads and writes

    def document_states(self, source: SourceRecord) -> dict[str, DocumentState]:
        """Return what is known of each document of a source, by uri."""
        with self.database.read() as db:
            rows = db.execute(
                "SELECT uri, version, revision, pipeline, release FROM documents WHERE source_id = ?",
                (source.id,),
            )
            return {
                row["uri"]: DocumentState(
                    version=row["version"],
                    revision=row["revision"],
                    pipeline=row["pipeline"],
                    release=row["release"],
                )
                for row in rows
            }

    def embedder(self, workspace: str) -> str:
        """Return the embedder that a workspace is searched with; empty before its first sync."""
        with self.database.read() as db:
            row = db.execute("SELECT embedder FROM workspaces WHERE name = ?", (workspace,)).fetchone()
            return str(row["embedder"]) if row else ""

    def keep_recipe(self, embedder: str, recipe: str) -> None:
        """Keep how an embedder is made, so that it can be used until another one has embedded everything."""
        with self.database.write() as db:
            db.execute("INSERT OR REPLACE INTO recipes VALUES (?, ?)", (embedder, recipe))

    def recipe(self, embedder: str) -> str:
        """Return how an embedder is made, or an empty string."""
        with self.database.read() as db:
            row = db.execute("SELECT recipe FROM recipes WHERE embedder = ?", (embedder,)).fetchone()
            return str(row["recipe"]) if row else ""

    def has_outdated_vectors(self) -> bool:
        """Whether there are vectors that no workspace is searched with any more."""
        with self.database.read() as db:
            row = db.execute(
                """SELECT EXISTS (SELECT 1 FROM (SELECT DISTINCT embedder FROM vectors)
                WHERE embedder NOT IN (SELECT embedder FROM workspaces)) AS has"""
            ).fetchone()
            return bool(row["has"])

    def is_embedded(self, workspace: str, embedder: str) -> bool:
        """Whether all passages of a workspace are known to have vectors of this embedder."""
        with self.database.read() as db:
            row = db.execute("SELECT embedder FROM workspaces WHERE name = ?", (workspace,)).fetchone()
            return row is not None and bool(row["embedder"] == embedder)

    def unembedded(
        self, workspace: str, embedder: str, *, after: int, most: int
    ) -> tuple[int, dict[str, Unembedded]]:
        """Return up to ``most`` passages that have no vector of this embedder, by vector key.

        They come in the order of their ids, beyond ``after``; the last of these is returned, too.
        """
        with self.database.read() as db:
            rows = db.execute(
                f"""{PASSAGE} WHERE s.workspace = ? AND p.id > ? AND NOT EXISTS
                (SELECT 1 FROM vectors v WHERE v.embedder = ? AND v.key = p.vector_key)
                ORDER BY p.id LIMIT ?""",
                (workspace, after, embedder, most),
            ).fetchall()
        found = {
            row["vector_key"]: Unembedded(
                title=row["title"],
                heading=tuple(json.loads(row["heading"])),
                text=row["text"],
                sentences=read_sentences(json.loads(row["sentences"])),
            )
            for row in rows
        }
        return rows[-1]["id"] if rows else after, found

    def settle(self, workspace: str, embedder: str) -> bool:
        """Search a workspace with this embedder from now on, unless one of its vectors is missing.

        Those of the one before stay until the catalogue is compacted: some may still search with them.
        """
        with self.database.write() as db:
            if _lacks_vectors(db, workspace, embedder):
                return False
            touch(db, workspace)
            # What the last sync replaced has no such vectors, so that could be undone no more.
            db.execute(
                """DELETE FROM images WHERE is_former AND source_id IN
                (SELECT id FROM sources WHERE workspace = ?)""",
                (workspace,),
            )
            db.execute("UPDATE workspaces SET embedder = ? WHERE name = ?", (embedder, workspace))
            advance(db, workspace)
        return True

    def missing_vectors(self, embedder: str, keys: Iterable[str]) -> set[str]:
        """Return those keys for which there is no vector of this embedder."""
        wanted = set(keys)
        with self.database.read() as db:
            for batch in batches(sorted(wanted)):
                rows = db.execute(
                    f"SELECT key FROM vectors WHERE embedder = ? AND key IN ({marks(batch)})",
                    (embedder, *batch),
                )
                wanted.difference_update([row["key"] for row in rows.fetchall()])
        return wanted

    def add_vectors(self, embedder: str, embeddings: Sequence[StoredEmbedding]) -> None:
        """Keep some embeddings; a sync that is killed resumes from them."""
        rows = [(embedder, stored.key, stored.vector, stored.tokens) for stored in embeddings]
        with self.database.write() as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors (embedder, key, vector, tokens) VALUES (?, ?, ?, ?)", rows
            )

    def projection(self, embedder: str) -> Vectors | None:
        """Return the matrix (dimension, fewer) that makes an embedder's token vectors small."""
        with self.database.read() as db:
            row = db.execute("SELECT matrix FROM projections WHERE embedder = ?", (embedder,)).fetchone()
        if row is None:
            return None
        rows = int(np.frombuffer(row["matrix"], "<i4", 1)[0])
        return np.frombuffer(row["matrix"], np.float32, offset=4).reshape(rows, -1)

    def keep_projection(self, embedder: str, matrix: Vectors) -> None:
        """Keep an embedder's matrix; the first that is kept stays."""
        blob = np.array([len(matrix)], "<i4").tobytes() + matrix.tobytes()
        with self.database.write() as db:
            db.execute("INSERT OR IGNORE INTO projections VALUES (?, ?)", (embedder, blob))

    def note_unavailable(self, source: SourceRecord, reason: str) -> None:
        """Keep why a source as a whole could not be read, as a failure of no uri, until one succeeds."""
        with self.database.write() as db:
            db.execute("DELETE FROM failures WHERE source_id = ? AND uri = ''", (source.id,))
            db.execute(
                "INSERT INTO failures (source_id, uri, reason) SELECT id, '', ? FROM sources WHERE id = ?",
                (reason, source.id),
            )
            db.execute(
                "UPDATE sources SET failed_at = ? WHERE id = ?", (datetime.now(UTC).isoformat(), source.id)
            )

    # What a search reads

    def revision(self, workspace: str) -> int:
        """Return a number that is another after every change that a search could see."""
        with self.database.read() as db:
            row = db.execute("SELECT revision FROM workspaces WHERE name = ?", (workspace,)).fetchone()
            return int(row["revision"]) if row else 0

    @contextmanager
    def view(self, workspace: str, embedder: str) -> Iterator["View"]:
        """Lend a view of a workspace's passages, all of it as of one moment."""
        with self.database.read() as db:
            row = db.execute("SELECT revision FROM workspaces WHERE name = ?", (workspace,)).fetchone()
            yield View(db, workspace, embedder, revision=row["revision"] if row else 0)

    def passage_ids(self, audience: Audience) -> Keys:
        """Return the ids of all live passages that an audience may read, in order."""
        with self.database.read() as db:
            rows = db.execute(
                f"""SELECT p.id FROM passages p JOIN documents d ON d.id = p.document_id
                JOIN sources s ON s.id = d.source_id WHERE {READABLE} ORDER BY p.id""",
                _readable(audience),
            )
            return np.array([row["id"] for row in rows], dtype=np.int64)

    def releases(self, audience: Audience) -> list[str]:
        """Return each release that a document which this audience may read describes."""
        with self.database.read() as db:
            rows = db.execute(
                f"""SELECT DISTINCT d.release FROM documents d JOIN sources s ON s.id = d.source_id
                WHERE {READABLE} AND d.release <> ''""",
                _readable(audience),
            )
            return [row["release"] for row in rows]

    def paths(self, audience: Audience) -> list[tuple[str, ...]]:
        """Return each (title, heading, ...) that leads to a live passage this audience may read."""
        with self.database.read() as db:
            rows = db.execute(
                f"""SELECT DISTINCT d.title, p.heading FROM passages p
                JOIN documents d ON d.id = p.document_id JOIN sources s ON s.id = d.source_id
                WHERE {READABLE}""",
                _readable(audience),
            )
            return [(row["title"], *json.loads(row["heading"])) for row in rows]

    def candidates(self, ids: Sequence[int], audience: Audience, embedder: str) -> list[CandidateRow]:
        """Return what ranks the live passages among ``ids`` that this audience may read."""
        found: dict[int, CandidateRow] = {}
        with self.database.read() as db:
            for batch in batches(list(ids)):
                rows = db.execute(
                    # CROSS JOIN keeps the order: by itself SQLite would begin with all the vectors.
                    f"""SELECT p.id, v.vector, v.tokens FROM passages p
                    CROSS JOIN documents d ON d.id = p.document_id
                    CROSS JOIN sources s ON s.id = d.source_id
                    CROSS JOIN vectors v ON v.embedder = ? AND v.key = p.vector_key
                    WHERE {READABLE} AND p.id IN ({marks(batch)})""",
                    (embedder, *_readable(audience), *batch),
                )
                found.update({row["id"]: CandidateRow(**row) for row in rows})
        return [found[id] for id in ids if id in found]

    def headings(self, documents: int, audience: Audience) -> list[tuple[str, tuple[str, ...]]]:
        """Return title and heading path of all that stands in the newest documents, in order."""
        with self.database.read() as db:
            rows = db.execute(
                f"""WITH newest AS (
                    SELECT d.id, d.title, d.updated_at FROM documents d JOIN sources s ON s.id = d.source_id
                    WHERE {READABLE} ORDER BY d.updated_at DESC, d.id LIMIT ?
                )
                SELECT n.title, p.heading FROM newest n JOIN passages p ON p.document_id = n.id
                GROUP BY n.id, p.heading ORDER BY n.updated_at DESC, n.id, min(p.position)""",
                (*_readable(audience), documents),
            )
            return [(row["title"], tuple(json.loads(row["heading"]))) for row in rows]

    def passages(self, ids: Sequence[int], audience: Audience) -> dict[int, Passage]:
        """Return the live passages among ``ids`` that this audience may read, by id."""
        found: dict[int, Passage] = {}
        with self.database.read() as db:
            for batch in batches(list(ids)):
                rows = db.execute(
                    f"{PASSAGE} WHERE {READABLE} AND p.id IN ({marks(batch)})",
                    (*_readable(audience), *batch),
                )
                found.update({row["id"]: _passage(row) for row in rows})
        return found

    def following(self, passage_id: int, step: int, audience: Audience) -> Passage | None:
        """Return the passage ``step`` positions after another one, if this audience may read it."""
        with self.database.read() as db:
            row = db.execute(
                f"""{PASSAGE} WHERE {READABLE} AND (p.document_id, p.position) =
                (SELECT document_id, position + ? FROM passages WHERE id = ?)""",
                (*_readable(audience), step, passage_id),
            ).fetchone()
            return _passage(row) if row else None

    def document_ids(self, audience: Audience) -> list[int]:
        """Return the ids of all documents that an audience may read, in order."""
        with self.database.read() as db:
            rows = db.execute(
                f"""SELECT d.id FROM documents d JOIN sources s ON s.id = d.source_id
                WHERE {READABLE} ORDER BY d.id""",
                _readable(audience),
            )
            return [row["id"] for row in rows]

    def whole(self, document_id: int, audience: Audience) -> tuple[str, list[Passage]]:
        """Return a document's extracted text and its passages in order; nothing if it is gone."""
        with self.database.read() as db:
            row = db.execute("SELECT text FROM documents WHERE id = ?", (document_id,)).fetchone()
            rows = db.execute(
                f"{PASSAGE} WHERE {READABLE} AND d.id = ? ORDER BY p.position",
                (*_readable(audience), document_id),
            )
            passages = [_passage(each) for each in rows]
            return (str(row["text"]), passages) if row and passages else ("", [])

    def document_text(self, document_id: int) -> str | None:
        """Return a document's extracted text, on which its passages' spans stand; None if gone."""
        with self.database.read() as db:
            row = db.execute("SELECT text FROM documents WHERE id = ?", (document_id,)).fetchone()
            return str(row["text"]) if row else None


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """A number for what is embedded of each passage: ``values`` by the sorted ``ids``, both (n,)."""

    ids: Keys
    values: Keys

    @classmethod
    def of(cls, keys: Iterable[tuple[int, str] | sqlite3.Row]) -> "Fingerprints":
        """Return those of vector keys, given in the order of their ids."""
        pairs = np.fromiter(((id, int(key[:15], 16)) for id, key in keys), dtype=np.dtype((np.int64, 2)))
        return cls(*np.ascontiguousarray(pairs.reshape(-1, 2).T))

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, ids: Keys) -> Keys:
        """Return the fingerprint of each of some ids, -1 for one that is not there."""
        if not len(self.ids):
            return np.full(len(ids), -1, np.int64)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, self.values[places], -1)

    def updated(self, *, removed: Keys, ids: Keys, values: Keys) -> "Fingerprints":
        """Return those without ``removed`` and with ``ids``, which are not among the rest."""
        kept = ~np.isin(self.ids, removed) if len(removed) else np.ones(len(self.ids), bool)
        together = np.concatenate((self.ids[kept], ids))
        order = np.argsort(together, kind="stable")
        return Fingerprints(together[order], np.concatenate((self.values[kept], values))[order])


class View:
    """A workspace's passages as of one moment."""

    def __init__(self, db: sqlite3.Connection, workspace: str, embedder: str, *, revision: int) -> None:
        self._db = db
        self._workspace = workspace
        self._embedder = embedder
        self.revision = revision

    @cached_property
    def keys(self) -> Fingerprints:
        """The fingerprints of all passages' vector keys."""
        rows = self._db.execute(
            """SELECT p.id, p.vector_key FROM passages p JOIN documents d ON d.id = p.document_id
            JOIN sources s ON s.id = d.source_id WHERE s.workspace = ? ORDER BY p.id""",
            (self._workspace,),
        )
        return Fingerprints.of(rows)

    def changes(self, revision: int) -> dict[int, str | None] | None:
        """Return what came and went since a revision: vector keys by id, None for a passage that is gone.

        It is None as a whole when that is no longer known.
        """
        row = self._db.execute(
            "SELECT id FROM revisions WHERE workspace = ? AND revision = ?", (self._workspace, revision)
        ).fetchone()
        if row is None:
            return None
        rows = self._db.execute(
            """SELECT DISTINCT c.passage_id, p.vector_key FROM revisions r
            CROSS JOIN changes c ON c.revision_id = r.id LEFT JOIN passages p ON p.id = c.passage_id
            WHERE r.workspace = ? AND r.id > ?""",
            (self._workspace, row["id"]),
        )
        return {row["passage_id"]: row["vector_key"] for row in rows}

    def indexables(self, ids: Iterable[int]) -> Iterator[list[Indexable]]:
        """Yield some passages in batches; one that has no vector of the embedder is left out."""
        for batch in batches(sorted(ids)):
            rows = self._db.execute(
                f"""SELECT p.id, d.title, p.heading, p.text, v.vector, v.tokens
                FROM passages p CROSS JOIN documents d ON d.id = p.document_id
                CROSS JOIN vectors v ON v.embedder = ? AND v.key = p.vector_key
                WHERE p.id IN ({marks(batch)}) ORDER BY p.id""",
                (self._embedder, *batch),
            )
            yield [
                Indexable(
                    id=row["id"],
                    title=row["title"],
                    heading=tuple(json.loads(row["heading"])),
                    text=row["text"],
                    vector=row["vector"],
                    tokens=row["tokens"],
                )
                for row in rows
            ]


def _source_names(db: sqlite3.Connection, workspace: str) -> list[str]:
    rows = db.execute("SELECT name FROM sources WHERE workspace = ? ORDER BY name", (workspace,))
    return [row["name"] for row in rows]


def _source(db: sqlite3.Connection, row: sqlite3.Row) -> SourceRecord:
    counts = db.execute(
        """SELECT count(DISTINCT d.id) AS documents, count(p.id) AS passages
        FROM documents d LEFT JOIN passages p ON p.document_id = d.id WHERE d.source_id = ?""",
        (row["id"],),
    ).fetchone()
    failures = db.execute("SELECT uri, reason FROM failures WHERE source_id = ? ORDER BY uri", (row["id"],))
    languages = db.execute(
        """SELECT language, count(*) AS documents FROM documents WHERE source_id = ?
        GROUP BY language ORDER BY documents DESC, language""",
        (row["id"],),
    )
    return SourceRecord(
        id=row["id"],
        workspace=row["workspace"],
        name=row["name"],
        kind=row["kind"],
        origin=row["origin"],
        base_url=row["base_url"],
        synced_at=datetime.fromisoformat(row["synced_at"]) if row["synced_at"] else None,
        documents=counts["documents"],
        passages=counts["passages"],
        failures=tuple(Failure(uri=failure["uri"], reason=failure["reason"]) for failure in failures),
        paused=bool(row["paused"]),
        held=row["held"],
        accepted=row["accepted"],
        options=json.loads(row["options"]),
        failed_at=datetime.fromisoformat(row["failed_at"]) if row["failed_at"] else None,
        languages={each["language"]: each["documents"] for each in languages},
    )


def _lacks_vectors(db: sqlite3.Connection, workspace: str, embedder: str) -> bool:
    row = db.execute(
        """SELECT EXISTS (SELECT 1 FROM passages p JOIN documents d ON d.id = p.document_id
        JOIN sources s ON s.id = d.source_id WHERE s.workspace = ? AND NOT EXISTS
        (SELECT 1 FROM vectors v WHERE v.embedder = ? AND v.key = p.vector_key)) AS lacks""",
        (workspace, embedder),
    ).fetchone()
    return bool(row["lacks"])


def written_sentences(sentences: Iterable[Sentence]) -> list[tuple[int, int, str]]:
    """Return sentences as JSON can hold them."""
    return [(sentence.start, sentence.end, sentence.kind) for sentence in sentences]


def read_sentences(written: Iterable[Sequence[Any]]) -> tuple[Sentence, ...]:
    """Return what ``written_sentences`` was given, after JSON has held it."""
    return tuple(Sentence(start=start, end=end, kind=SentenceKind(kind)) for start, end, kind in written)


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        id=row["id"],
        document_id=row["document_id"],
        position=row["position"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        heading=tuple(json.loads(row["heading"])),
        anchor=row["anchor"],
        place=row["place"],
        sentences=read_sentences(json.loads(row["sentences"])),
        content_hash=row["content_hash"],
        uri=row["uri"],
        url=row["url"],
        title=row["title"],
        revision=row["revision"],
        updated_at=datetime.fromisoformat(row["updated_at"]),
        source=row["source"],
        release=row["release"],
    )


def _readable(audience: Audience) -> tuple[str, str, str, str, str]:
    names = json.dumps(sorted(audience.sources))
    return audience.workspace, names, names, audience.release, audience.release
