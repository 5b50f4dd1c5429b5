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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passing:
    """A question in memory, and when it was asked."""

    question: Question
    asked_at: str


class Questions:
    """Words by the id of what was answered. Safe to use from several threads."""

    def __init__(self, records: Records, clock: Clock, *, days: Callable[[str], int]) -> None:
        """``days`` says for how many days a workspace keeps words. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._days = days
        self._newest: OrderedDict[str, _Passing] = OrderedDict()
        records.define(SCHEMA)
        self.purge()

    def keep(self, id: str, workspace: str, actor_id: str, words: str) -> None:
        """Keep a question. Words that cannot be written down are kept in memory all the same."""
        try:
            stored, now = self._days(workspace) > 0, self._clock.now().isoformat()
            question = Question(workspace=workspace, actor_id=actor_id, words=words)
            with self._records.write() as db:
                self._newest[id] = _Passing(question=question, asked_at=now)
                while len(self._newest) > IN_MEMORY:
                    self._newest.popitem(last=False)
                if stored:
                    db.execute(
                        "INSERT INTO questions VALUES (?, ?, ?, ?, ?)",
                        (id, workspace, actor_id, words, now),
                    )
        except sqlite3.Error as error:
            log.warning("A question could not be kept", reason=str(error))

    def recall(self, workspace: str, id: str) -> Question | None:
        """Return a question of this workspace; None for one whose words are not known any more."""
        since, oldest = self._since(workspace), self._oldest_in_memory(workspace)
        with self._records.read() as db:
            newest = self._newest.get(id)
            row = db.execute(
                "SELECT actor, words FROM questions WHERE id = ? AND workspace = ? AND asked_at > ?",
                (id, workspace, since),
            ).fetchone()
        if newest is not None and newest.question.workspace == workspace and newest.asked_at > oldest:
            return newest.question
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
        """Erase from the disk, and where words are kept from memory too, what is older than wanted."""
        try:
            with self._records.read() as db:
                stored = {row[0] for row in db.execute("SELECT DISTINCT workspace FROM questions")}
                passing = {each.question.workspace for each in self._newest.values()}
            on_disk = [(workspace, self._since(workspace)) for workspace in stored]
            in_memory = {workspace: self._oldest_in_memory(workspace) for workspace in passing}
            with self._records.write() as db:
                db.executemany("DELETE FROM questions WHERE workspace = ? AND asked_at <= ?", on_disk)
                for id, each in list(self._newest.items()):
                    if each.asked_at <= in_memory.get(each.question.workspace, ""):
                        del self._newest[id]
        except sqlite3.Error as error:
            log.warning("Old questions could not be erased", reason=str(error))

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return what a person asked here, the newest first."""
        since, days = self._since(workspace), self._days(workspace)
        oldest = self._oldest_in_memory(workspace)
        with self._records.read() as db:
            rows = db.execute(
                """SELECT id, words FROM questions WHERE workspace = ? AND actor = ? AND asked_at > ?
                ORDER BY asked_at DESC""",
                (workspace, actor_id, since),
            ).fetchall()
            stored = {row[0] for row in rows}
            passing = [
                each.question.words
                for id, each in reversed(self._newest.items())
                if (each.question.workspace, each.question.actor_id) == (workspace, actor_id)
                and id not in stored
                and each.asked_at > oldest
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
                if (each.question.workspace, each.question.actor_id) == (workspace, actor_id):
                    del self._newest[id]

    def _oldest_in_memory(self, workspace: str) -> str:
        """Return the moment after which memory may know a question; empty where no words are kept.

        There memory alone knows it, until so many newer ones were asked or the process ends.
        """
        return self._since(workspace) if self._days(workspace) else ""

    def _since(self, workspace: str) -> str:
        moment: datetime = self._clock.now() - timedelta(days=self._days(workspace))
        return moment.isoformat()
