"""The last change to each community's sources, for as long as it can be undone."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import inf

from bot.ports import Clock, Removal
from bot.records import Records

UNDOABLE = timedelta(hours=1)
"""How long a change can be undone, and how long the file of a removed upload is kept for that."""

SYNCED = "synced"
"""Stands in the place of a removal for what a sync has changed."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS source_changes (
    workspace TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    removal TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A source that was added or, with a ``removal``, removed; or what its sync has changed.

    An empty name stands for the sync of all sources.
    """

    name: str
    removal: Removal | None = None
    synced: bool = False


class Changes:
    """Remembers one change for each workspace. Safe to call from several threads."""

    def __init__(self, records: Records, clock: Clock, discard: Callable[[Removal], None]) -> None:
        """``discard`` is called with each removal that can no longer be undone.

        Raises RecordsUnavailable.
        """
        self._records = records
        self._clock = clock
        self._discard = discard
        records.define(SCHEMA)
        self._due = -inf

    def note(self, workspace: str, change: Change) -> None:
        """Remember a change in the place of the one before it."""
        self._drop("workspace = ?", workspace)
        removal = json.dumps(asdict(change.removal)) if change.removal else SYNCED if change.synced else ""
        now = self._clock.now()
        with self._records.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO source_changes VALUES (?, ?, ?, ?)",
                (workspace, change.name, removal, now.isoformat()),
            )

    def last(self, workspace: str) -> Change | None:
        """Return what can be undone."""
        with self._records.read() as db:
            row = db.execute(
                "SELECT name, removal FROM source_changes WHERE workspace = ? AND changed_at > ?",
                (workspace, self.oldest.isoformat()),
            ).fetchone()
        return Change(name=row[0], removal=_removal(row[1]), synced=row[1] == SYNCED) if row else None

    def forget(self, workspace: str) -> None:
        """Forget the change of a workspace without discarding anything: it was undone."""
        with self._records.write() as db:
            db.execute("DELETE FROM source_changes WHERE workspace = ?", (workspace,))

    def sweep(self) -> None:
        """Let go of what can no longer be undone. Cheap to call often: it looks once a minute."""
        if self._clock.monotonic() < self._due:
            return
        self._due = self._clock.monotonic() + 60
        self._drop("changed_at <= ?", self.oldest.isoformat())

    def end(self) -> None:
        """Let go of all that can be undone."""
        self._drop("changed_at <= ?", self._clock.now().isoformat())

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self._clock.now()

    @property
    def oldest(self) -> datetime:
        """From when on changes can be undone."""
        return self._clock.now() - UNDOABLE

    def _drop(self, condition: str, value: str) -> None:
        with self._records.write() as db:
            rows = db.execute(f"SELECT removal FROM source_changes WHERE {condition}", (value,)).fetchall()
            db.execute(f"DELETE FROM source_changes WHERE {condition}", (value,))
        for (written,) in rows:
            if removal := _removal(written):
                self._discard(removal)


def _removal(written: str) -> Removal | None:
    return Removal(**json.loads(written)) if written not in ("", SYNCED) else None
