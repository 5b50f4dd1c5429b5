"""One SQLite file with a connection per thread, short write transactions and errors in our words."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.errors import CatalogBusy, CatalogNewer, CatalogUnavailable, DiskFull

BUSY_SECONDS = 5.0

FOREIGN: dict[int, type[CatalogUnavailable]] = {
    sqlite3.SQLITE_BUSY: CatalogBusy,
    sqlite3.SQLITE_LOCKED: CatalogBusy,
    sqlite3.SQLITE_FULL: DiskFull,
}
"""What SQLite's primary result codes mean to people; all others are CatalogUnavailable."""


class Database:
    """A SQLite file in WAL mode whose schema has one version number.

    Readers see the last committed state and never wait for a writer.
    """

    def __init__(self, path: Path, *, schema: str, migrations: Sequence[str] = ()) -> None:
        """Open the file, and create it from ``schema`` when it is new. Raises CatalogUnavailable.

        ``migrations[i]`` turns version ``i + 1`` of the schema into the next.
        """
        self._path = path
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CatalogUnavailable(
                f"The data folder {path.parent} could not be made ({error.strerror}). "
                "Choose another with --data or QUOTH_DATA."
            ) from error
        self._prepare(schema, migrations)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; several statements inside see one state."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for one transaction: all of it is kept, or on an exception nothing."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def compact(self) -> None:
        """Write the file anew, without what was deleted from it, and empty the log beside it."""
        with self._mapped():
            connection = self._connection()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._mapped():
            connection = self._connection()
            connection.execute(begin)
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:  # SQLite itself rolls back when the disk is full
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        # A connection must not be carried across a fork.
        if held is None or held[0] != os.getpid():
            held = (os.getpid(), self._connect())
            self._local.held = held
        return held[1]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            factory=_Connection,
            check_same_thread=False,  # used by one thread, but whichever collects the garbage closes it
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        # Deleted is gone: without it, SQLite leaves the bytes lying where they were.
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    def _prepare(self, schema: str, migrations: Sequence[str]) -> None:
        version = len(migrations) + 1
        with self.write() as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found > version:
                raise CatalogNewer
            for script in [schema] if found == 0 else migrations[found - 1 :]:
                for statement in script.split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._in_our_words(error) from error

    def _in_our_words(self, error: sqlite3.Error) -> CatalogUnavailable:
        code = getattr(error, "sqlite_errorcode", None)
        kind = FOREIGN.get(code & 0xFF) if code is not None else None
        if kind is not None:
            return kind()
        return CatalogUnavailable(
            f"{self._path} could not be used ({error}). Check that its folder is writable and the file whole."
        )


class _Connection(sqlite3.Connection):
    """A connection that closes when its thread ends, so that none is reported as left open."""

    def __del__(self) -> None:
        self.close()
