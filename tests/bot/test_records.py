"""The core's own file."""

import sqlite3
from pathlib import Path

import pytest

from bot.errors import RecordsUnavailable
from bot.records import Records

SCHEMA = "CREATE TABLE IF NOT EXISTS cups (tea TEXT PRIMARY KEY) STRICT;"


def cups(records: Records) -> list[str]:
    with records.read() as db:
        return [row[0] for row in db.execute("SELECT tea FROM cups")]


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    for expected in ([], ["green"]):
        records = Records(tmp_path / "data" / "ledger.sqlite")
        records.define(SCHEMA)
        assert expected == cups(records)
        with records.write() as db:
            db.execute("INSERT INTO cups VALUES ('green')") if not expected else None
        records.close()


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    records = Records(tmp_path / "ledger.sqlite")
    records.define(SCHEMA)
    with pytest.raises(sqlite3.IntegrityError), records.write() as db:
        db.executemany("INSERT INTO cups VALUES (?)", [("green",), ("green",)])
    assert [] == cups(records)
    records.close()


def test_a_damaged_file_is_put_aside_and_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"this was a database once" * 100)
    records = Records(path)
    records.define(SCHEMA)
    assert [] == cups(records)
    records.close()
    assert (tmp_path / "ledger.damaged").exists()


def test_a_file_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(RecordsUnavailable, match="data folder"):
        Records(tmp_path / "data" / "ledger.sqlite")


def test_a_table_takes_a_new_shape_and_keeps_its_rows(tmp_path: Path) -> None:
    shape = """
    CREATE TABLE IF NOT EXISTS cups (
        id INTEGER PRIMARY KEY AUTOINCREMENT, tea TEXT NOT NULL, is_hot INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE INDEX IF NOT EXISTS cups_by_tea ON cups (tea);
    """
    records = Records(tmp_path / "ledger.sqlite")
    records.define(SCHEMA)
    with records.write() as db:
        db.execute("INSERT INTO cups VALUES ('green')")
    for _ in range(2):
        records.reshape("cups", shape)
        with records.read() as db:
            assert [(1, "green", 1)] == db.execute("SELECT * FROM cups").fetchall()
            assert ("cups_by_tea",) in db.execute("SELECT name FROM sqlite_master").fetchall()
            assert ("cups_before",) not in db.execute("SELECT name FROM sqlite_master").fetchall()
    records.close()
