"""Which of Slack's deliveries were served, so that a repeated one is not answered twice.

Slack delivers again what it believes lost: up to about six minutes later, where “Delayed Events” are
switched on hourly for a day, and also after the bot was started anew. So the memory is a small file. A
delivery counts as served only once it was; the repeat of one that died half-way is the only copy left,
and is served. Slack repeats nothing that it believes delivered, so what was begun and not ended when the
bot stopped is remembered, too, by its key alone: no words are kept.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import structlog

KEPT_SECONDS = 25 * 3600.0
TAKEN_UP_SECONDS = 600.0
"""For how long an answer is worth having: who asked before then has asked again, or somebody else."""

_log = structlog.get_logger("quoth.slack")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS served (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS served_at ON served (at);
CREATE TABLE IF NOT EXISTS begun (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
"""


class Deliveries:
    """The deliveries that were served (in the file) and those being served (in memory).

    Looking up one key takes microseconds, so this runs on the event loop; that also makes a claim
    atomic. ``wall_clock`` counts seconds across restarts.
    """

    def __init__(self, path: Path, wall_clock: Callable[[], float]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._wall_clock = wall_clock
        self._claimed: set[str] = set()
        self._file = _open(path)

    def __enter__(self) -> "Deliveries":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @contextmanager
    def claim(self, *keys: str) -> Iterator[bool]:
        """Yield whether this delivery is new, and remember it when the block ends without an error.

        One that ends with an error is over, as whoever waits is told; one that is cancelled is not.
        """
        if any(key in self._claimed or self._was_served(key) for key in keys):
            yield False
            return
        self._claimed.update(keys)
        self._write("INSERT OR REPLACE INTO begun VALUES (?, ?)", keys)
        try:
            yield True
            self._write("INSERT OR REPLACE INTO served VALUES (?, ?)", keys)
            self._end(keys)
        except Exception:
            self._end(keys)
            raise
        finally:
            self._claimed.difference_update(keys)

    def unended(self) -> list[str]:
        """Return the keys of what was begun lately and never ended, and forget what was begun before."""
        try:
            with self._file:
                oldest = self._wall_clock() - TAKEN_UP_SECONDS
                self._file.execute("DELETE FROM begun WHERE at < ?", (oldest,))
                rows = self._file.execute("SELECT key FROM begun ORDER BY at, key").fetchall()
        except sqlite3.Error as error:
            _log.warning("The memory of deliveries cannot be read.", error=str(error))
            return []
        return [key for (key,) in rows]

    def _was_served(self, key: str) -> bool:
        try:
            row = self._file.execute("SELECT 1 FROM served WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            # Answering twice is better than not at all.
            _log.warning("The memory of deliveries cannot be read.", error=str(error))
            return False
        return row is not None

    def _end(self, keys: tuple[str, ...]) -> None:
        try:
            with self._file:
                self._file.execute("DELETE FROM served WHERE at < ?", (self._wall_clock() - KEPT_SECONDS,))
                self._file.executemany("DELETE FROM begun WHERE key = ?", [(key,) for key in keys])
        except sqlite3.Error as error:
            _log.warning("The memory of deliveries cannot be written.", error=str(error))

    def _write(self, sql: str, keys: tuple[str, ...]) -> None:
        now = self._wall_clock()
        try:
            with self._file:
                self._file.executemany(sql, [(key, now) for key in keys])
        except sqlite3.Error as error:
            _log.warning("The memory of deliveries cannot be written.", error=str(error))


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        _log.warning("The memory of deliveries was damaged and starts anew.", path=str(path))
        path.unlink()
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=1.0)
    try:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = NORMAL")
        file.executescript(_SCHEMA)
    except sqlite3.Error:
        file.close()
        raise
    return file
