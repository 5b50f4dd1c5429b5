"""Documents that were read but are not searched yet, and those that the last sync replaced.

A sync stages what it has read, window by window, so that neither memory nor a crash limits it; then
it publishes all of it at once. What that replaces is kept for a while, so that it can be undone.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from index.catalog import (
    Catalog,
    DocumentState,
    Reading,
    SourceRecord,
    Unembedded,
    read_sentences,
    written_sentences,
)
from index.errors import SourceUnknown
from index.passages import Draft, Failure, content_hash
from index.revisions import advance, prune_vectors, source_id

AT_A_TIME = 100
"""Documents whose images are looked at together."""


@dataclass(slots=True)
class _Difference:
    """Which passages a publication has brought or removed."""

    passages: set[int]
    documents: int = 0


class Staging:
    """The images of documents in a catalogue. Every method is one transaction."""

    def __init__(self, catalog: Catalog) -> None:
        self._database = catalog.database

    def states(self, source: SourceRecord) -> dict[str, DocumentState]:
        """Return what is known of each staged document of a source, by uri."""
        with self._database.read() as db:
            rows = db.execute(
                "SELECT uri, version, revision, pipeline FROM images WHERE source_id = ? AND NOT is_former",
                (source.id,),
            )
            return {
                row["uri"]: DocumentState(
                    version=row["version"], revision=row["revision"], pipeline=row["pipeline"]
                )
                for row in rows
            }

    def stage(self, source: SourceRecord, readings: Iterable[Reading]) -> None:
        """Keep some documents until they are published, each in the place of an earlier image of it.

        Raises SourceUnknown when the source was removed meanwhile.
        """
        with self._database.write() as db:
            _check(db, source)
            for reading in readings:
                _keep(db, source.id, reading.uri, reading, is_former=False)

    def drop(self, source: SourceRecord, uris: Collection[str]) -> None:
        """Forget some staged documents, as when a source no longer lists them."""
        with self._database.write() as db:
            prune_vectors(db, _dropped(db, [(source.id, False, uri) for uri in uris]))

    def unembedded(self, source: SourceRecord, embedder: str) -> Iterator[dict[str, Unembedded]]:
        """Yield the staged passages that have no vector of this embedder, by vector key, some at a time."""
        with self._database.read() as db:
            ids = db.execute(
                """SELECT DISTINCT i.id FROM images i CROSS JOIN image_keys k ON k.image_id = i.id
                WHERE i.source_id = ? AND NOT i.is_former AND NOT EXISTS
                (SELECT 1 FROM vectors v WHERE v.embedder = ? AND v.key = k.key)""",
                (source.id, embedder),
            ).fetchall()
        for at in range(0, len(ids), AT_A_TIME):
            with self._database.read() as db:
                some = [_image(db, row["id"]) for row in ids[at : at + AT_A_TIME]]
            yield passages_of(reading for reading in some if reading is not None)

    def publish(
        self,
        source: SourceRecord,
        *,
        touched: Mapping[str, str],
        releases: Mapping[str, str],
        removed: Collection[str],
        failures: Sequence[Failure],
        held: int = 0,
    ) -> None:
        """Switch a source to its staged documents, in one transaction.

        ``touched`` are new versions, and ``releases`` new releases, by uri of documents whose bytes are
        the same, ``removed`` are uris; ``held`` is how many more are gone but kept. A passage whose
        title, headings and text are unchanged keeps its id.
        Raises SourceUnknown when the source was removed meanwhile.
        """
        with self._database.write() as db:
            _check(db, source)
            db.executemany(
                "UPDATE documents SET version = ? WHERE source_id = ? AND uri = ?",
                [(version, source.id, uri) for uri, version in touched.items()],
            )
            difference = _switch(db, source.id, removed, keeps_former=source.synced_at is not None)
            db.executemany(
                "UPDATE documents SET release = ? WHERE source_id = ? AND uri = ?",
                [(release, source.id, uri) for uri, release in releases.items()],
            )
            db.execute("DELETE FROM failures WHERE source_id = ?", (source.id,))
            db.executemany(
                "INSERT INTO failures (source_id, uri, reason) VALUES (?, ?, ?)",
                [(source.id, failure.uri, failure.reason) for failure in failures],
            )
            now = datetime.now(UTC).isoformat()
            db.execute(
                "UPDATE sources SET synced_at = ?, failed_at = ?, held = ?, accepted = 0 WHERE id = ?",
                (now, now if failures else "", held, source.id),
            )
            if difference.documents:
                db.execute("UPDATE sources SET replaced_at = ? WHERE id = ?", (now, source.id))
            if difference.documents or releases:
                advance(db, source.workspace, difference.passages)

    def revert(self, source: SourceRecord) -> int:
        """Give a source back the documents that its last sync replaced; return how many there were.

        Nothing is embedded for it. Raises SourceUnknown.
        """
        with self._database.write() as db:
            _check(db, source)
            staged = db.execute(
                "SELECT uri FROM images WHERE source_id = ? AND NOT is_former", (source.id,)
            ).fetchall()
            keys = _dropped(db, [(source.id, False, row["uri"]) for row in staged])
            added = db.execute(
                "DELETE FROM images WHERE source_id = ? AND is_former AND reading = '' RETURNING uri",
                (source.id,),
            ).fetchall()
            db.execute("UPDATE images SET is_former = 0 WHERE source_id = ?", (source.id,))
            removed = [row["uri"] for row in added]
            difference = _switch(db, source.id, removed, keeps_former=False)
            if difference.documents:
                advance(db, source.workspace, difference.passages)
            prune_vectors(db, keys)
        return difference.documents

    def expire(self, before: datetime) -> bool:
        """Forget for good what syncs up to a moment have replaced; whether there was any."""
        with self._database.write() as db:
            rows = db.execute(
                """SELECT i.source_id, i.uri FROM images i JOIN sources s ON s.id = i.source_id
                WHERE i.is_former AND s.replaced_at <= ?""",
                (before.isoformat(),),
            ).fetchall()
            prune_vectors(db, _dropped(db, [(row["source_id"], True, row["uri"]) for row in rows]))
        return bool(rows)


def passages_of(readings: Iterable[Reading]) -> dict[str, Unembedded]:
    """Return what is to be embedded of some documents, by vector key."""
    return {
        key: Unembedded(
            title=reading.title, heading=draft.heading, text=draft.text, sentences=draft.sentences
        )
        for reading in readings
        for draft, key in zip(reading.drafts, reading.vector_keys, strict=True)
    }


def _check(db: sqlite3.Connection, source: SourceRecord) -> None:
    if source_id(db, source.workspace, source.name) != source.id:
        raise SourceUnknown(f"The source {source.name!r} was removed while it was synced.")


# Images


def _keep(db: sqlite3.Connection, source: int, uri: str, reading: Reading | None, *, is_former: bool) -> None:
    """Keep the image of a document; none of its reading says that there was no such document."""
    keys = _dropped(db, [(source, is_former, uri)])
    state = (reading.version, reading.revision, reading.pipeline) if reading else ("", "", "")
    row = db.execute(
        """INSERT INTO images (source_id, is_former, uri, version, revision, pipeline, reading)
        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (source, is_former, uri, *state, _written(reading) if reading else ""),
    ).fetchone()
    if reading:
        own = [(row["id"], key) for key in reading.vector_keys]
        db.executemany("INSERT OR IGNORE INTO image_keys VALUES (?, ?)", own)
    prune_vectors(db, keys)  # last, because most of them are also the new image's


def _dropped(db: sqlite3.Connection, images: Iterable[tuple[int, bool, str]]) -> set[str]:
    """Delete images, named by source, kind and uri; return the vectors they needed."""
    keys: set[str] = set()
    for named in images:
        rows = db.execute(
            """SELECT k.key FROM images i JOIN image_keys k ON k.image_id = i.id
            WHERE i.source_id = ? AND i.is_former = ? AND i.uri = ?""",
            named,
        )
        keys.update([row["key"] for row in rows.fetchall()])
        db.execute("DELETE FROM images WHERE source_id = ? AND is_former = ? AND uri = ?", named)
    return keys


def _image(db: sqlite3.Connection, id: int) -> Reading | None:
    row = db.execute("SELECT * FROM images WHERE id = ?", (id,)).fetchone()
    return _read(row) if row and row["reading"] else None


def _written(reading: Reading) -> str:
    passages = [
        (
            draft.position,
            draft.start,
            draft.end,
            draft.heading,
            draft.anchor,
            draft.place,
            written_sentences(draft.sentences),
            key,
        )
        for draft, key in zip(reading.drafts, reading.vector_keys, strict=True)
    ]
    return json.dumps(
        {
            "url": reading.url,
            "title": reading.title,
            "text": reading.text,
            "updated_at": reading.updated_at.isoformat(),
            "release": reading.release,
            "language": reading.language,
            "passages": passages,
        },
        ensure_ascii=False,
    )


def _read(row: sqlite3.Row) -> Reading:
    held = json.loads(row["reading"])
    return Reading(
        uri=row["uri"],
        url=held["url"],
        title=held["title"],
        text=held["text"],
        revision=row["revision"],
        updated_at=datetime.fromisoformat(held["updated_at"]),
        release=held.get("release", ""),  # an earlier Quoth staged none
        language=held.get("language", ""),
        version=row["version"],
        pipeline=row["pipeline"],
        drafts=tuple(
            Draft(
                position=position,
                start=start,
                end=end,
                text=held["text"][start:end],
                heading=tuple(heading),
                anchor=anchor,
                place=place,
                sentences=read_sentences(sentences),
            )
            for position, start, end, heading, anchor, place, sentences, _ in held["passages"]
        ),
        vector_keys=tuple(key for *_, key in held["passages"]),
    )


# Switching over


def _switch(
    db: sqlite3.Connection, source: int, removed: Collection[str], *, keeps_former: bool
) -> _Difference:
    """Let staged documents take the place of those that are searched, and keep what they replace."""
    staged = db.execute(
        "SELECT id, uri FROM images WHERE source_id = ? AND NOT is_former ORDER BY id", (source,)
    ).fetchall()
    difference = _Difference(passages=set())
    if not staged and not removed:
        return difference
    former = db.execute("SELECT uri FROM images WHERE source_id = ? AND is_former", (source,)).fetchall()
    keys = _dropped(db, [(source, True, row["uri"]) for row in former])
    for uri in removed:
        held = _vector_keys(db, source, uri)
        keys.update(() if keeps_former else held.values())
        _set_aside(db, source, uri, keeps_former)
        difference.passages.update(held)
        db.execute("DELETE FROM documents WHERE source_id = ? AND uri = ?", (source, uri))
    for row in staged:
        reading = _image(db, row["id"])
        assert reading is not None
        keys.update(() if keeps_former else _vector_keys(db, source, reading.uri).values())
        _set_aside(db, source, reading.uri, keeps_former)
        difference.passages |= _replace_document(db, source, reading)
        db.execute("DELETE FROM images WHERE id = ?", (row["id"],))
    prune_vectors(db, keys)
    difference.documents = len(staged) + len(removed)
    return difference


def _set_aside(db: sqlite3.Connection, source: int, uri: str, keeps_former: bool) -> None:
    if keeps_former:
        _keep(db, source, uri, _published(db, source, uri), is_former=True)


def _published(db: sqlite3.Connection, source: int, uri: str) -> Reading | None:
    document = db.execute("SELECT * FROM documents WHERE source_id = ? AND uri = ?", (source, uri)).fetchone()
    if document is None:
        return None
    passages = db.execute(
        "SELECT * FROM passages WHERE document_id = ? ORDER BY position", (document["id"],)
    ).fetchall()
    return Reading(
        uri=uri,
        url=document["url"],
        title=document["title"],
        text=document["text"],
        revision=document["revision"],
        updated_at=datetime.fromisoformat(document["updated_at"]),
        release=document["release"],
        language=document["language"],
        version=document["version"],
        pipeline=document["pipeline"],
        drafts=tuple(
            Draft(
                position=row["position"],
                start=row["start"],
                end=row["end"],
                text=row["text"],
                heading=tuple(json.loads(row["heading"])),
                anchor=row["anchor"],
                place=row["place"],
                sentences=read_sentences(json.loads(row["sentences"])),
            )
            for row in passages
        ),
        vector_keys=tuple(row["vector_key"] for row in passages),
    )


def _vector_keys(db: sqlite3.Connection, source: int, uri: str) -> dict[int, str]:
    """Return the vector keys of a document's passages, by their ids."""
    rows = db.execute(
        """SELECT p.id, p.vector_key FROM documents d JOIN passages p ON p.document_id = d.id
        WHERE d.source_id = ? AND d.uri = ?""",
        (source, uri),
    )
    return {row["id"]: row["vector_key"] for row in rows}


def _replace_document(db: sqlite3.Connection, source: int, reading: Reading) -> set[int]:
    """Write a document in the place of the one of its uri; return the passages that came or went."""
    values = {
        "source_id": source,
        "uri": reading.uri,
        "url": reading.url,
        "title": reading.title,
        "text": reading.text,
        "revision": reading.revision,
        "version": reading.version,
        "pipeline": reading.pipeline,
        "updated_at": reading.updated_at.isoformat(),
        "release": reading.release,
        "language": reading.language,
    }
    names = list(values)
    row = db.execute(
        f"""INSERT INTO documents ({", ".join(names)}) VALUES ({", ".join(f":{name}" for name in names)})
        ON CONFLICT (source_id, uri) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in names)}
        RETURNING id""",
        values,
    ).fetchone()
    return _replace_passages(db, row["id"], reading)


def _replace_passages(db: sqlite3.Connection, document: int, reading: Reading) -> set[int]:
    old: dict[str, list[int]] = {}
    rows = db.execute(
        "SELECT id, vector_key FROM passages WHERE document_id = ? ORDER BY position", (document,)
    )
    for row in rows.fetchall():
        old.setdefault(row["vector_key"], []).append(row["id"])
    changed: set[int] = set()
    for draft, key in zip(reading.drafts, reading.vector_keys, strict=True):
        kept = old.get(key)
        if kept:
            _write_passage(db, kept.pop(0), document, draft, key)
        else:
            changed.add(_write_passage(db, None, document, draft, key))
    gone = [passage_id for ids in old.values() for passage_id in ids]
    db.executemany("DELETE FROM passages WHERE id = ?", [(passage_id,) for passage_id in gone])
    return changed.union(gone)


def _write_passage(
    db: sqlite3.Connection, passage_id: int | None, document: int, draft: Draft, key: str
) -> int:
    cursor = db.execute(
        """INSERT OR REPLACE INTO passages
        (id, document_id, position, start, end, text, heading, anchor, place, sentences, content_hash,
        vector_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            passage_id,
            document,
            draft.position,
            draft.start,
            draft.end,
            draft.text,
            json.dumps(draft.heading),
            draft.anchor,
            draft.place,
            json.dumps(written_sentences(draft.sentences)),
            content_hash(draft.text),
            key,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid
