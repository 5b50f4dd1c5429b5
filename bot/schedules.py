"""When each source is read anew by itself: what people wish, and when it is next due."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

from bot.errors import ScheduleInvalid
from bot.ports import Clock
from bot.records import Records

OFF = "off"
"""Stands for no schedule."""

LEAST = timedelta(minutes=5)
"""How long it is at least between two times."""

MOST = timedelta(days=90)

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}

JITTER_SHARE, JITTER_MOST = 0.1, timedelta(minutes=5)
"""By how much of an interval, and by how much at most, a time is put off: not all sources at once."""

FIRST_RETRY = timedelta(minutes=5)
"""When a sync that failed is tried again; twice as long each time, but no later than it is due anyway."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS schedules (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    schedule TEXT NOT NULL,
    next_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, name)
) STRICT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A source's schedule, when it is next due, and how often in a row it has failed."""

    schedule: str
    next_at: datetime
    tries: int = 0


class Schedules:
    """The schedules of all communities. Safe to use from several threads."""

    def __init__(
        self, records: Records, clock: Clock, *, chance: Callable[[], float] = random.random
    ) -> None:
        """``chance`` returns a number from 0 to 1. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._chance = chance
        records.define(SCHEMA)

    def choose(self, workspace: str, name: str, wish: str) -> Scheduled | None:
        """Read a source by this schedule from now on, or by none. Raises ScheduleInvalid."""
        if wish.strip().lower() in ("", OFF):
            self.forget(workspace, name)
            return None
        schedule = normal(wish)
        chosen = Scheduled(schedule=schedule, next_at=self._next(schedule))
        self._keep(workspace, name, chosen)
        return chosen

    def forget(self, workspace: str, name: str) -> None:
        """Read a source by no schedule."""
        with self._records.write() as db:
            db.execute("DELETE FROM schedules WHERE workspace = ? AND name = ?", (workspace, name))

    def of(self, workspace: str) -> dict[str, Scheduled]:
        """Return the schedules of a workspace's sources, by name."""
        with self._records.read() as db:
            rows = db.execute(
                "SELECT name, schedule, next_at, tries FROM schedules WHERE workspace = ?", (workspace,)
            ).fetchall()
        return {
            name: Scheduled(schedule=schedule, next_at=datetime.fromisoformat(next_at), tries=tries)
            for name, schedule, next_at, tries in rows
        }

    def due(self) -> list[tuple[str, str]]:
        """List what is to be read now, as (workspace, source), the longest due first."""
        with self._records.read() as db:
            return db.execute(
                "SELECT workspace, name FROM schedules WHERE next_at <= ? ORDER BY next_at, workspace, name",
                (self._clock.now().isoformat(),),
            ).fetchall()

    def done(self, workspace: str, name: str) -> None:
        """Take note that a source was read: it is next due by its schedule."""
        if (held := self.of(workspace).get(name)) is not None:
            self._keep(workspace, name, Scheduled(schedule=held.schedule, next_at=self._next(held.schedule)))

    def failed(self, workspace: str, name: str) -> int:
        """Take note that a source could not be read; return how often in a row.

        It is tried again before it is next due.
        """
        held = self.of(workspace).get(name)
        if held is not None:
            retry = self._clock.now() + FIRST_RETRY * 2 ** min(held.tries, 16) * (1 + self._chance() / 2)
            next_at = min(retry, self._next(held.schedule))
            self._keep(
                workspace, name, Scheduled(schedule=held.schedule, next_at=next_at, tries=held.tries + 1)
            )
        return held.tries + 1 if held else 0

    def _keep(self, workspace: str, name: str, scheduled: Scheduled) -> None:
        with self._records.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO schedules VALUES (?, ?, ?, ?, ?)",
                (workspace, name, scheduled.schedule, scheduled.next_at.isoformat(), scheduled.tries),
            )

    def _next(self, schedule: str) -> datetime:
        now = self._clock.now()
        due = following(schedule, now)
        return due + min((due - now) * JITTER_SHARE, JITTER_MOST) * self._chance()


def normal(wish: str) -> str:
    """Return a schedule as it is kept: "every 6h", "daily 03:00" or "cron 0 3 * * 1".

    Raises ScheduleInvalid.
    """
    words = wish.lower().split()
    if words[:1] == ["every"] and (found := re.fullmatch(r"(\d{1,5})([mhd])", "".join(words[1:]))):
        if not LEAST <= int(found[1]) * UNITS[found[2]] <= MOST:
            raise ScheduleInvalid("From one time to the next it is five minutes at least, 90 days at most.")
        return f"every {int(found[1])}{found[2]}"
    if words[:1] == ["daily"] and (found := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", "".join(words[1:]))):
        return f"daily {int(found[1]):02}:{found[2]}"
    if words[:1] == ["cron"]:
        return _cron(" ".join(words[1:]))
    raise ScheduleInvalid


def following(schedule: str, now: datetime) -> datetime:
    """Return when a schedule is next due after a moment; hours of the day are those of UTC."""
    kind, _, rest = schedule.partition(" ")
    match kind:
        case "every":
            return now + int(rest[:-1]) * UNITS[rest[-1]]
        case "daily":
            hour, minute = map(int, rest.split(":"))
            today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            return today if today > now else today + timedelta(days=1)
        case _:
            return next(CronSim(rest, now))


def _cron(expression: str) -> str:
    try:
        times = CronSim(expression, datetime(2026, 1, 1))
        first, second = next(times), next(times)
    except (CronSimError, StopIteration) as error:
        raise ScheduleInvalid(
            f"{expression} is no cron expression. Give minute, hour, day of the month, month and day of "
            "the week, as in cron 0 3 * * 1."
        ) from error
    if second - first < LEAST:
        raise ScheduleInvalid("From one time to the next it is five minutes at least, 90 days at most.")
    return f"cron {expression}"
