"""When to speak up unasked, and when to step back again."""

import json
import sqlite3
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot import postings
from bot.errands import Errands
from bot.following import chats
from bot.listening import fingerprint, question_in
from bot.messages import Conversation, Mode, Overhear, Posting, Precedent, Withdraw, counted
from bot.modes import UNASKED, Modes
from bot.ports import Clock, Kept
from bot.precedents import Precedents
from bot.preferences import PreferenceBook
from bot.records import Records

CHANNEL_PAUSE = timedelta(minutes=1)
"""Between two offers in one channel."""

PERSON_PAUSE = timedelta(minutes=5)
"""Between two offers to one person."""

LIKE_PAUSE = timedelta(days=1)
"""Between two offers to the same question; nothing is kept for longer."""

STEP_BACK = timedelta(minutes=1)
"""For how long an offer goes away again when a person answers."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS offers (
    id INTEGER PRIMARY KEY,
    answer_id TEXT NOT NULL DEFAULT '',
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread TEXT NOT NULL,
    actor TEXT NOT NULL,
    likeness TEXT NOT NULL,
    offered_at TEXT NOT NULL,
    stepped_back INTEGER NOT NULL DEFAULT 0,
    posted_in TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS offers_by_place ON offers (workspace, thread);
"""


class Overhearing:
    """Decides on messages that are not for the bot. Safe to call from several threads.

    Of a question it keeps a digest, for a day, and no words.
    """

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        modes: Modes,
        preferences: PreferenceBook,
        errands: Errands,
        precedents: Precedents,
    ) -> None:
        """``records`` hold what was offered. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._modes = modes
        self._preferences = preferences
        self._errands = errands
        self._precedents = precedents
        self._spoke: dict[tuple[str, str], dict[str, datetime]] = {}
        self._lock = threading.Lock()
        records.define(SCHEMA)

    def question(self, heard: Overhear) -> str:
        """Return what to search for, or an empty string when there is nothing to answer unasked.

        A person who answers lets an offer that was just made there go away.
        """
        where = heard.conversation
        if where.private or self._modes.mode(where) not in UNASKED:
            return ""
        if where.thread and not heard.opens_thread:
            self._step_back(heard)
            return ""
        asked = question_in(heard.text)
        if not where.thread:
            self._step_back_in_channel(heard, asks=bool(asked))
        if heard.is_addressed or self._is_quiet(where.workspace):
            return ""
        return asked

    def threshold(self, workspace: str) -> float:
        """Return how probable it must be that a passage answers, 0 to 1."""
        return float(self._preferences.value(workspace, "overhear.threshold"))

    def is_private(self, where: Conversation) -> bool:
        """Whether what is offered here is for the asker alone."""
        return self._modes.mode(where) is Mode.SUGGEST

    def similar(self, heard: Overhear, question: str) -> tuple[Precedent, ...]:
        """Return questions like one that opens a thread, answered before in the same channel."""
        if not heard.opens_thread:
            return ()
        return self._precedents.like(question, actor_id=heard.actor.id, where=heard.conversation)

    def turn(self, heard: Overhear, question: str) -> int | None:
        """Take the turn to offer an answer, and return its number; None when it is not the time."""
        where, now, alike = heard.conversation, self._clock.now(), fingerprint(question)
        with self._lock, self._records.write() as db:
            if self._spoke.get((where.workspace, where.thread), {}).keys() - {heard.actor.id}:
                return None
            db.execute("DELETE FROM offers WHERE offered_at <= ?", ((now - LIKE_PAUSE).isoformat(),))
            channel_free, person_free = ((now - pause).isoformat() for pause in (CHANNEL_PAUSE, PERSON_PAUSE))
            spent = db.execute(
                """SELECT 1 FROM offers WHERE workspace = ? AND (likeness = ?
                OR (channel = ? AND offered_at > ?) OR (actor = ? AND offered_at > ?)) LIMIT 1""",
                (where.workspace, alike, where.channel, channel_free, heard.actor.id, person_free),
            ).fetchone()
            if spent:
                return None
            return db.execute(
                """INSERT INTO offers (workspace, channel, thread, actor, likeness, offered_at)
                VALUES (?, ?, ?, ?, ?, ?)""",
                (where.workspace, where.channel, where.thread, heard.actor.id, alike, now.isoformat()),
            ).lastrowid

    def offered(self, turn: int, answer_id: str) -> None:
        """Take note which answer was offered."""
        with self._records.write() as db:
            db.execute("UPDATE offers SET answer_id = ? WHERE id = ?", (answer_id, turn))

    def posted(self, posting: Posting) -> None:
        """Take note where an answer stands; an offer that comes too late is taken back."""
        self._precedents.posted(posting)
        with self._records.write() as db:
            late = db.execute(
                """UPDATE offers SET posted_in = ?, message = ? WHERE workspace = ? AND answer_id = ?
                RETURNING stepped_back""",
                (posting.channel, posting.message, posting.workspace, posting.answer_id),
            ).fetchall()
            if late == [(1,)]:
                self._take_back(db, posting)

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return how many offers to a person are remembered."""
        with self._records.read() as db:
            (offers,) = db.execute(
                "SELECT count(*) FROM offers WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            ).fetchone()
        line = f"{counted(offers, 'offer')} to you that you had not asked for: when and where, for a day"
        return Kept(lines=(line,) if offers else ())

    def forget(self, workspace: str, actor_id: str) -> None:
        """Erase to whom offers were made. Raises sqlite3.Error."""
        with self._records.write() as db:
            db.execute("DELETE FROM offers WHERE workspace = ? AND actor = ?", (workspace, actor_id))

    def _step_back(self, heard: Overhear) -> None:
        where, now = heard.conversation, self._clock.now()
        since = (now - STEP_BACK).isoformat()
        with self._lock, self._records.write() as db:
            self._hear_out(heard, now)
            rows = db.execute(
                """UPDATE offers SET stepped_back = 1 WHERE workspace = ? AND thread = ? AND actor != ?
                AND offered_at > ? AND NOT stepped_back RETURNING answer_id, posted_in, message""",
                (where.workspace, where.thread, heard.actor.id, since),
            ).fetchall()
            self._withdraw(where, rows, db)

    def _step_back_in_channel(self, heard: Overhear, *, asks: bool) -> None:
        """Take an offer back that stands in no thread, where several may talk of several things.

        Whoever speaks to the asker answers. Whoever says something to nobody in particular is taken to
        do so, too, where there is but a hint to lose: not by a question, nor by thanks and laughter.
        """
        where, since = heard.conversation, (self._clock.now() - STEP_BACK).isoformat()
        is_told = not (heard.is_addressed or asks or chats(heard.text))
        anyone = is_told and self.is_private(where)
        with self._records.write() as db:
            rows = db.execute(
                """UPDATE offers SET stepped_back = 1 WHERE workspace = ? AND channel = ? AND thread = ''
                AND actor != ? AND offered_at > ? AND NOT stepped_back
                AND (? OR actor IN (SELECT value FROM json_each(?)))
                RETURNING answer_id, posted_in, message""",
                (
                    where.workspace,
                    where.channel,
                    heard.actor.id,
                    since,
                    anyone,
                    json.dumps(sorted(heard.to)),
                ),
            ).fetchall()
            self._withdraw(where, rows, db)

    def _withdraw(
        self, where: Conversation, rows: Iterable[tuple[str, str, str]], db: sqlite3.Connection
    ) -> None:
        for answer_id, channel, message in rows:
            if message:
                posting = Posting(
                    platform=where.platform,
                    workspace=where.workspace,
                    channel=channel,
                    message=message,
                    answer_id=answer_id,
                    offset=0,
                )
                self._take_back(db, posting)

    def _take_back(self, db: sqlite3.Connection, posting: Posting) -> None:
        self._errands.give(Withdraw(posting=posting), within=db)
        postings.drop(db, posting.workspace, f"{posting.channel}/{posting.message}")

    def _hear_out(self, heard: Overhear, now: datetime) -> None:
        """Remember for a minute who spoke in a thread: its opener may still be being answered."""
        self._spoke = {
            thread: recent
            for thread, spoke in self._spoke.items()
            if (recent := {actor: at for actor, at in spoke.items() if now - at < STEP_BACK})
        }
        where = heard.conversation
        self._spoke.setdefault((where.workspace, where.thread), {})[heard.actor.id] = now

    def _is_quiet(self, workspace: str) -> bool:
        hours = self._preferences.value(workspace, "quiet.hours")
        if not hours:
            return False
        name = self._preferences.value(workspace, "quiet.zone")
        zone: tzinfo = UTC if name == "UTC" else ZoneInfo(name)  # a machine may lack the list of zones
        start, end = map(int, hours.split("-"))
        hour = self._clock.now().astimezone(zone).hour
        return start <= hour < end if start < end else hour >= start or hour < end
