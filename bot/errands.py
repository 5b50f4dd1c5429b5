"""What the core wants said or changed unasked, kept until the platform's adapter has seen to it."""

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.messages import Answer, Closest, Errand, Fate, Gather, Post, Revise, Tell, Withdraw, counted
from bot.ports import Clock, Kept
from bot.records import Records
from bot.serial import read, written

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
"""Before an errand is tried again; each pause is twice the last."""

LIFETIME = timedelta(days=7)
"""For how long an errand is tried; then it counts as refused."""

HINT_LIFETIME = timedelta(days=1)
"""For how long an offer is tried to be taken back: nobody looks for it there any more."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS errands (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    key TEXT NOT NULL,
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    is_urgent INTEGER NOT NULL,
    errand TEXT NOT NULL,
    tries INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    given_at TEXT NOT NULL,
    UNIQUE (platform, key)
) STRICT;
CREATE INDEX IF NOT EXISTS errands_by_person ON errands (workspace, actor);
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An errand that is to be done; ``key`` stays the same however often it is tried."""

    id: int
    key: str
    errand: Errand
    tries: int
    given_at: datetime


class Errands:
    """A queue for each platform, which outlives the process. Safe to use from several threads.

    An errand is handed out until somebody has said what became of it: at least once, that is.
    """

    def __init__(self, records: Records, clock: Clock) -> None:
        """``records`` hold what waits. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._lock = threading.Lock()
        self._fetchers: dict[str, Callable[[], None]] = {}
        self._settled: set[int] = set()
        records.define(SCHEMA)

    def give(self, errand: Errand, *, about: str = "", within: sqlite3.Connection | None = None) -> None:
        """Let the platform's adapter do this when it next comes.

        It takes the place of what waits to be done with the same message. ``about`` is whose words it
        holds, ``within`` the transaction on the records that it belongs to. Raises sqlite3.Error.
        """
        now = self._clock.now().isoformat()
        with self._transaction(within) as db:
            db.execute(
                "INSERT OR REPLACE INTO errands (platform, key, workspace, actor, is_urgent, errand, tries, "
                "due_at, given_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
                (
                    errand.platform,
                    _key(errand),
                    errand.workspace,
                    errand.actor_id if isinstance(errand, Tell) else about,
                    isinstance(errand, Post | Tell),
                    written(errand),
                    now,
                    now,
                ),
            )
        with self._lock:
            wake = self._fetchers.get(errand.platform)
        if wake is not None:
            wake()

    def take(self, platform: str) -> Waiting | None:
        """Return what is to be done next: what people wait for first, else what has waited longest.

        It is returned again until it is settled. Raises sqlite3.Error.
        """
        with self._records.read() as db:
            row = db.execute(
                """SELECT id, key, errand, tries, given_at FROM errands WHERE platform = ? AND due_at <= ?
                AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY is_urgent DESC, id LIMIT 1""",
                (platform, self._clock.now().isoformat(), json.dumps(sorted(self._settled))),
            ).fetchone()
        if row is None:
            return None
        id, key, text, tries, given_at = row
        errand = _read(text)
        if errand is None:
            self._erase(id)
            return self.take(platform)
        given = datetime.fromisoformat(given_at)
        return Waiting(id=id, key=key, errand=errand, tries=tries, given_at=given)

    def verdict(self, waiting: Waiting, fate: Fate) -> Fate:
        """Return what became of an errand: one that was put off for too long is refused."""
        is_old = self._clock.now() - waiting.given_at > _lifetime(waiting.errand)
        return Fate.REFUSED if fate is Fate.LATER and is_old else fate

    def settle(self, waiting: Waiting, fate: Fate) -> None:
        """Erase an errand, or put it off. Raises sqlite3.Error, but does not hand it out again then."""
        if fate is Fate.LATER:
            pause = min(FIRST_PAUSE * 2 ** min(waiting.tries, 16), LONGEST_PAUSE)
            with self._records.write() as db:
                db.execute(
                    "UPDATE errands SET tries = tries + 1, due_at = ? WHERE id = ?",
                    ((self._clock.now() + pause).isoformat(), waiting.id),
                )
            return
        self._erase(waiting.id)

    def _erase(self, id: int) -> None:
        self._settled.add(id)
        with self._records.write() as db:
            db.execute("DELETE FROM errands WHERE id = ?", (id,))
        self._settled.discard(id)

    def has_fetcher(self, platform: str) -> bool:
        """Whether an adapter comes for the platform's errands."""
        with self._lock:
            return platform in self._fetchers

    def call(self, platform: str, wake: Callable[[], None]) -> None:
        """Call ``wake``, from any thread, whenever there is something new for the platform."""
        with self._lock:
            self._fetchers[platform] = wake

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return how many errands concern a person."""
        with self._records.read() as db:
            (waiting,) = db.execute(
                "SELECT count(*) FROM errands WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            ).fetchone()
        line = f"{counted(waiting, 'message')} to you or for you still to be sent, for {LIFETIME.days} days"
        return Kept(lines=(line,) if waiting else ())

    def forget(self, workspace: str, actor_id: str) -> None:
        """Erase what waits to be said to a person or for them. Raises sqlite3.Error.

        A card that was wrong is put right all the same, without their words.
        """
        with self._records.write() as db:
            rows = db.execute(
                "SELECT id, errand FROM errands WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            ).fetchall()
            for id, text in rows:
                errand = _read(text)
                if isinstance(errand, Revise | Withdraw):
                    db.execute(
                        "UPDATE errands SET actor = '', errand = ? WHERE id = ?",
                        (written(_anonymous(errand)), id),
                    )
                else:
                    db.execute("DELETE FROM errands WHERE id = ?", (id,))

    @contextmanager
    def _transaction(self, within: sqlite3.Connection | None) -> Iterator[sqlite3.Connection]:
        if within is not None:
            yield within
            return
        with self._records.write() as db:
            yield db


def _read(text: str) -> Errand | None:
    try:
        return read(text)
    except ValueError as error:
        log.warning("An errand could not be read, and is forgotten", reason=str(error))
        return None


def _key(errand: Errand) -> str:
    """Return what makes an errand one with another: a message has one state, whatever is said is said."""
    if isinstance(errand, Revise | Withdraw):
        return f"{errand.posting.channel}/{errand.posting.message}"
    if isinstance(errand, Gather):
        return f"{errand.workspace}/{errand.channel.id}/{errand.asked_by}"
    return secrets.token_urlsafe(9)


def _lifetime(errand: Errand) -> timedelta:
    match errand:
        case Gather() | Post() | Tell() | Revise():
            return LIFETIME
        case Withdraw():
            return HINT_LIFETIME
        case _:
            assert_never(errand)


def _anonymous(errand: Revise | Withdraw) -> Revise | Withdraw:
    if isinstance(errand, Withdraw):
        return errand
    reply = errand.reply
    if isinstance(reply, Answer):
        return replace(errand, reply=replace(reply, question="", searched="", shared_by=None))
    if isinstance(reply, Closest):
        return replace(errand, reply=replace(reply, question="", searched=""))
    return errand
