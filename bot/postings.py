"""Where answers stand on platforms, each bound to the passage that it shows."""

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.messages import Actor, Posting, counted
from bot.ports import Clock, Kept
from bot.records import Records

KEPT = timedelta(days=365)

SCHEMA = """
CREATE TABLE IF NOT EXISTS postings (
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    message TEXT NOT NULL,
    workspace TEXT NOT NULL,
    answer_id TEXT NOT NULL,
    offset_ INTEGER NOT NULL,
    passage_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    uri TEXT NOT NULL,
    heading TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    words TEXT NOT NULL,
    sentence TEXT NOT NULL,
    checked INTEGER NOT NULL,
    posted_at TEXT NOT NULL,
    shared_by TEXT NOT NULL DEFAULT '',
    sharer TEXT NOT NULL DEFAULT '',
    is_searched INTEGER NOT NULL DEFAULT 0,
    is_updated INTEGER NOT NULL DEFAULT 0,
    is_withdrawn INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (platform, channel, message)
) STRICT;
CREATE INDEX IF NOT EXISTS postings_by_workspace ON postings (workspace, posted_at);
CREATE INDEX IF NOT EXISTS postings_by_age ON postings (posted_at);
"""
COLUMNS = (
    "platform, channel, message, workspace, answer_id, offset_, passage_id, source, uri, heading, "
    "content_hash, words, sentence, shared_by, sharer, is_searched, is_updated, is_withdrawn"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A posting and the passage that it shows, as it was then.

    ``words`` and ``sentence`` are fingerprints of the words of the passage and of its answering
    sentence: enough to know the passage again, and nothing that could be read. ``is_updated`` says that
    the text has changed since it was posted, ``is_withdrawn`` that it is not shown any more.
    """

    posting: Posting
    passage_id: int
    source: str
    uri: str
    heading: tuple[str, ...]
    content_hash: str
    words: frozenset[int]
    sentence: frozenset[int]
    is_updated: bool = False
    is_withdrawn: bool = False


class Postings:
    """The answers that were posted in the last year. Safe to use from several threads."""

    def __init__(self, records: Records, clock: Clock) -> None:
        """``records`` hold them. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        records.reshape("postings", SCHEMA)

    def workspaces(self) -> list[str]:
        """Return the workspaces in which anything is posted. Raises sqlite3.Error."""
        with self._records.read() as db:
            return [row[0] for row in db.execute("SELECT DISTINCT workspace FROM postings")]

    def due(self, workspace: str, revision: int, *, since: datetime, count: int) -> list[Binding]:
        """Return what was posted since then and last looked at in another revision, the newest first."""
        with self._records.read() as db:
            rows = db.execute(
                f"""SELECT {COLUMNS} FROM postings WHERE workspace = ? AND checked <> ? AND posted_at > ?
                ORDER BY posted_at DESC LIMIT ?""",
                (workspace, revision, since.isoformat(), count),
            ).fetchall()
        return [_binding(row) for row in rows]

    def put(self, db: sqlite3.Connection, bound: Binding, checked: int) -> None:
        """Write what a posting shows within a transaction; ``checked`` is the revision that was looked at."""
        at, now = bound.posting, self._clock.now()
        sharer = at.shared_by
        db.execute("DELETE FROM postings WHERE posted_at < ?", ((now - KEPT).isoformat(),))
        values = (
            *(at.platform, at.channel, at.message, at.workspace, at.answer_id, at.offset),
            *(bound.passage_id, bound.source, bound.uri, json.dumps(bound.heading), bound.content_hash),
            *(json.dumps(sorted(bound.words)), json.dumps(sorted(bound.sentence))),
            *((sharer.name or sharer.id, sharer.id) if sharer else ("", "")),
            *(at.is_searched, bound.is_updated, bound.is_withdrawn, checked, now.isoformat()),
        )
        names = f"{COLUMNS}, checked"
        renewed = ", ".join(f"{name} = excluded.{name}" for name in names.split(", "))
        db.execute(
            f"""INSERT INTO postings ({names}, posted_at) VALUES ({", ".join("?" * len(values))})
            ON CONFLICT DO UPDATE SET {renewed}""",
            values,
        )

    def drop(self, workspace: str, message: str) -> None:
        """Forget a message that is gone, named as ``channel/message``. Raises sqlite3.Error."""
        with self._records.write() as db:
            drop(db, workspace, message)

    def purge(self) -> None:
        """Forget the headings of what is shown no longer. Raises sqlite3.Error."""
        with self._records.write() as db:
            db.execute("UPDATE postings SET heading = '[]' WHERE is_withdrawn")

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return how many answers are known to have been shared by a person."""
        with self._records.read() as db:
            (shared,) = db.execute(
                "SELECT count(*) FROM postings WHERE workspace = ? AND sharer = ?", (workspace, actor_id)
            ).fetchone()
        line = f"{counted(shared, 'answer')} that you shared: where, and your name, for {KEPT.days} days"
        return Kept(lines=(line,) if shared else ())

    def forget(self, workspace: str, actor_id: str) -> None:
        """Forget who shared an answer. Raises sqlite3.Error."""
        with self._records.write() as db:
            db.execute(
                "UPDATE postings SET sharer = '', shared_by = '' WHERE workspace = ? AND sharer = ?",
                (workspace, actor_id),
            )


def drop(db: sqlite3.Connection, workspace: str, message: str) -> None:
    """Forget a message within a transaction."""
    channel, _, id = message.partition("/")
    db.execute(
        "DELETE FROM postings WHERE workspace = ? AND channel = ? AND message = ?", (workspace, channel, id)
    )


def plain(posting: Posting) -> Posting:
    """Return a posting without what it says of people."""
    return replace(posting, shared_by=None)


def _binding(row: tuple[Any, ...]) -> Binding:
    platform, channel, message, workspace, answer_id, offset, passage_id, source, uri, *rest = row
    heading, content_hash, words, sentence, shared_by, sharer, *flags = rest
    is_searched, is_updated, is_withdrawn = map(bool, flags)
    return Binding(
        posting=Posting(
            platform=platform,
            workspace=workspace,
            channel=channel,
            message=message,
            answer_id=answer_id,
            offset=offset,
            shared_by=Actor(id=sharer, name=shared_by) if sharer else None,
            is_searched=is_searched,
        ),
        passage_id=passage_id,
        source=source,
        uri=uri,
        heading=tuple(json.loads(heading)),
        content_hash=content_hash,
        words=frozenset(json.loads(words)),
        sentence=frozenset(json.loads(sentence)),
        is_updated=is_updated,
        is_withdrawn=is_withdrawn,
    )
