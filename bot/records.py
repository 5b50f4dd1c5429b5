"""The core's own SQLite file: what it answered, what it was told, and what communities prefer."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import RecordsUnavailable

# Erased is erased: without secure_delete, SQLite leaves the bytes lying where they were.
PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON")


class Records:
    """One connection, lent to one transaction at a time. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; a damaged one is put aside. Raises RecordsUnavailable."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _opened(path)
        except (OSError, sqlite3.Error) as error:
            raise RecordsUnavailable(
                f"The bot's own records in {path.parent} could not be opened. Check that this data folder "
                "exists and is writable, or choose another with --data or QUOTH_DATA."
            ) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def define(self, schema: str) -> None:
        """Create the tables that are not there yet. Raises RecordsUnavailable."""
        try:
            with self._lock:
                self._db.executescript(schema)
        except sqlite3.Error as error:
            raise RecordsUnavailable from error

    def reshape(self, table: str, schema: str) -> None:
        """Create tables, and give one that stands in an older shape the new one; its rows stay.

        Columns that only one of the two shapes has are left out, or take their default. Raises
        RecordsUnavailable.
        """
        shape = _shape(table, schema)
        try:
            with self.write() as db:
                stored = [
                    row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,))
                ]
                if stored and stored[0] != shape[0]:
                    _replace(db, table, shape)
        except sqlite3.Error as error:
            raise RecordsUnavailable from error
        self.define(schema)

    def compact(self) -> None:
        """Write the file anew, without what was erased, and empty the log beside it.

        Raises RecordsUnavailable.
        """
        try:
            with self._lock:
                self._db.execute("VACUUM")
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise RecordsUnavailable from error

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for reading, all of it as of one moment. Raises sqlite3.Error."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection; what is written counts wholly or, after an exception, not at all."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute(begin)
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._db.execute("ROLLBACK")
                raise


def _shape(table: str, schema: str) -> list[str]:
    """Return how SQLite writes a table and its indexes down, the table first."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(schema)
        rows = db.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC",
            (table,),
        ).fetchall()
    return [row[0] for row in rows]


def _replace(db: sqlite3.Connection, table: str, shape: Sequence[str]) -> None:
    before = f"{table}_before"
    db.execute(f"ALTER TABLE {table} RENAME TO {before}")
    db.execute(shape[0])
    old, new = ([row[1] for row in db.execute(f"PRAGMA table_info({name})")] for name in (before, table))
    columns = ", ".join(column for column in new if column in old)
    db.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {before}")
    db.execute(f"DROP TABLE {before}")
    for index in shape[1:]:
        db.execute(index)


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _connected(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        # Not a database, or no whole one: begin a new one, and leave the old one to be looked at.
        path.replace(path.with_suffix(".damaged"))
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        db.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error:
        db.close()
        raise
    return db
