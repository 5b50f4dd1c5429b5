"""The words of questions: in memory while the process lives, on disk as long as a community wants."""

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.messages import counted
from bot.ports import Clock, Kept
from bot.records import Records

IN_MEMORY = 1_000
"""Questions, the newest of all communities together."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS questions (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    words TEXT NOT NULL,
    asked_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS questions_by_actor ON questions (workspace, actor);
CREATE INDEX IF NOT EXISTS questions_by_age ON questions (workspace, asked_at);
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person asked, word for word."""

    workspace: str
    actor_id: str
    words: str


class Questions:
    """Words by the id of what was answered. Safe to use from several threads."""

    def __init__(self, records: Records, clock: Clock, *, days: Callable[[str], int]) -> None:
        """``days`` says for how many days a workspace keeps words. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._days = days
        self._newest: OrderedDict[str, Question] = OrderedDict()
        records.define(SCHEMA)
        self.purge()

    def keep(self, id: str, workspace: str, actor_id: str, words: str) -> None:
        """Keep a question. Words that cannot be written down are kept in memory all the same."""
        try:
            stored = self._days(workspace) > 0
            with self._records.write() as db:
                self._newest[id] = Question(workspace=workspace, actor_id=actor_id, words=words)
                while len(self._newest) > IN_MEMORY:
                    self._newest.popitem(last=False)
                if stored:
                    db.execute(
                        "INSERT INTO questions VALUES (?, ?, ?, ?, ?)",
                        (id, workspace, actor_id, words, self._clock.now().isoformat()),
                    )
        except sqlite3.Error as error:
            log.warning("A question could not be kept", reason=str(error))

    def recall(self, workspace: str, id: str) -> Question | None:
        """Return a question of this workspace; None for one whose words are not known any more."""
        since = self._since(workspace)
        with self._records.read() as db:
            newest = self._newest.get(id)
            row = db.execute(
                "SELECT actor, words FROM questions WHERE id = ? AND workspace = ? AND asked_at > ?",
                (id, workspace, since),
            ).fetchone()
        if newest is not None and newest.workspace == workspace:
            return newest
        return Question(workspace=workspace, actor_id=row[0], words=row[1]) if row else None

    def often_asked(self, workspace: str, count: int) -> tuple[str, ...]:
        """Return kept questions that several people have asked in the same words, the most frequent first.

        What one person alone has asked is nobody else's business.
        """
        since = self._since(workspace)
        with self._records.read() as db:
            rows = db.execute(
                """SELECT max(words) FROM questions WHERE workspace = ? AND asked_at > ?
                GROUP BY lower(trim(words)) HAVING count(DISTINCT actor) > 1
                ORDER BY count(DISTINCT actor) DESC, max(asked_at) DESC LIMIT ?""",
                (workspace, since, count),
            ).fetchall()
        return tuple(row[0] for row in rows)

    def stored(self, workspace: str, most: int) -> list[tuple[str, Question]]:
        """Return up to ``most`` questions that are kept on disk, with their ids, the newest first."""
        since = self._since(workspace)
        with self._records.read() as db:
            rows = db.execute(
                """SELECT id, actor, words FROM questions WHERE workspace = ? AND asked_at > ?
                ORDER BY asked_at DESC LIMIT ?""",
                (workspace, since, most),
            ).fetchall()
        return [(id, Question(workspace=workspace, actor_id=actor, words=words)) for id, actor, words in rows]

    def purge(self) -> None:
        """Erase from the disk what is older than its community wants."""
        try:
            with self._records.read() as db:
                workspaces = [row[0] for row in db.execute("SELECT DISTINCT workspace FROM questions")]
            oldest = [(workspace, self._since(workspace)) for workspace in workspaces]
            with self._records.write() as db:
                db.executemany("DELETE FROM questions WHERE workspace = ? AND asked_at <= ?", oldest)
        except sqlite3.Error as error:
            log.warning("Old questions could not be erased", reason=str(error))

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return what a person asked here, the newest first."""
        since, days = self._since(workspace), self._days(workspace)
        with self._records.read() as db:
            rows = db.execute(
                """SELECT id, words FROM questions WHERE workspace = ? AND actor = ? AND asked_at > ?
                ORDER BY asked_at DESC""",
                (workspace, actor_id, since),
            ).fetchall()
            stored = {row[0] for row in rows}
            passing = [
                each.words
                for id, each in reversed(self._newest.items())
                if (each.workspace, each.actor_id) == (workspace, actor_id) and id not in stored
            ]
        on_disk = f"{counted(len(rows), 'question')} of yours, for {counted(days, 'day')}"
        in_memory = f"{counted(len(passing), 'question')} of yours, until I am started anew"
        return Kept(
            lines=(*([on_disk] if rows else []), *([in_memory] if passing else [])),
            words=(*passing, *(row[1] for row in rows)),
        )

    def kept_in(self, workspace: str) -> dict[str, str]:
        """Return the words that a workspace keeps, by id, oldest first. Those in memory alone are not."""
        since = self._since(workspace)
        with self._records.read() as db:
            rows = db.execute(
                "SELECT id, words FROM questions WHERE workspace = ? AND asked_at > ? ORDER BY asked_at",
                (workspace, since),
            ).fetchall()
        return dict(rows)

    def forget(self, workspace: str, actor_id: str) -> None:
        """Erase what a person asked here. Raises sqlite3.Error."""
        with self._records.write() as db:
            db.execute("DELETE FROM questions WHERE workspace = ? AND actor = ?", (workspace, actor_id))
            for id, each in list(self._newest.items()):
                if (each.workspace, each.actor_id) == (workspace, actor_id):
                    del self._newest[id]

    def _since(self, workspace: str) -> str:
        moment: datetime = self._clock.now() - timedelta(days=self._days(workspace))
        return moment.isoformat()
