"""What the ledger remembers, for whom and for how long."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.feedback import KEPT, Candidate, Ledger
from bot.questions import Questions
from bot.records import Records
from bot.testing import FakeClock, hit, passage

TWIN = passage("One. Two!", id=9)
HITS = [
    replace(hit(passage("One. Two.", id=7), confidence=0.9, highlight=(5, 9)), also=(TWIN,)),
    hit(passage("Six.", id=8)),
]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    records = Records(tmp_path / "ledger.sqlite")
    yield records
    records.close()


@pytest.fixture
def ledger(records: Records, clock: FakeClock) -> Ledger:
    return ledger_of(records, clock)


def ledger_of(records: Records, clock: FakeClock) -> Ledger:
    return Ledger(records, clock, Questions(records, clock, days=lambda workspace: 0))


def test_an_answer_is_remembered_with_what_it_highlighted(ledger: Ledger) -> None:
    remembered = ledger.recall("w", ledger.remember("w", "ann", "how?", HITS).id)
    assert remembered is not None
    assert ("ann", "how?") == (remembered.actor_id, remembered.question)
    assert Candidate(passage_id=7, highlight=(5, 9), probability=0.9, also=(9,)) == remembered.candidates[0]
    assert () == remembered.candidates[1].also


def test_what_is_remembered_is_what_is_recalled(ledger: Ledger) -> None:
    remembered = ledger.remember("w", "ann", "how?", HITS)
    assert remembered == ledger.recall("w", remembered.id)


def test_the_sources_that_were_searched_outlive_a_restart(tmp_path: Path, ledger: Ledger) -> None:
    sources = frozenset({"tea", "coffee"})
    remembered = ledger.remember("w", "ann", "how?", HITS, sources=sources)
    records = Records(tmp_path / "ledger.sqlite")
    recalled = ledger_of(records, FakeClock()).recall("w", remembered.id)
    records.close()
    assert recalled is not None
    assert sources == remembered.sources == recalled.sources


def test_an_answer_is_unknown_in_another_workspace(ledger: Ledger) -> None:
    answer_id = ledger.remember("w", "ann", "how?", HITS).id
    assert ledger.recall("other", answer_id) is None


def test_after_a_restart_the_answer_is_known_and_the_question_is_not(tmp_path: Path, ledger: Ledger) -> None:
    answer_id = ledger.remember("w", "ann", "a secret question", HITS).id
    records = Records(tmp_path / "ledger.sqlite")
    remembered = ledger_of(records, FakeClock()).recall("w", answer_id)
    records.close()
    assert remembered is not None
    assert ("", 2) == (remembered.question, len(remembered.candidates))


def test_neither_questions_nor_passages_are_written_down(tmp_path: Path, ledger: Ledger) -> None:
    ledger.remember("w", "ann", "a secret question", HITS)
    written = b"".join(path.read_bytes() for path in tmp_path.glob("ledger*"))
    assert b"ann" in written
    assert b"secret" not in written
    assert b"Two." not in written


def test_a_second_rating_replaces_the_first(ledger: Ledger) -> None:
    answer_id = ledger.remember("w", "ann", "how?", HITS).id
    assert ledger.rate(answer_id, 0, "ann", helpful=True) is None
    assert ledger.rate(answer_id, 0, "ann", helpful=False) is True
    assert ledger.rate(answer_id, 0, "ann", helpful=False) is False
    assert (0, 1) == ledger.ratings("w")


def test_ratings_of_each_passage_and_each_person_count(ledger: Ledger) -> None:
    answer_id = ledger.remember("w", "ann", "how?", HITS).id
    for offset, actor in ((0, "ann"), (1, "ann"), (0, "bob")):
        ledger.rate(answer_id, offset, actor, helpful=True)
    assert (3, 0) == ledger.ratings("w")
    assert (0, 0) == ledger.ratings("other")


def test_old_answers_are_forgotten_with_their_ratings(ledger: Ledger, clock: FakeClock) -> None:
    answer_id = ledger.remember("w", "ann", "how?", HITS).id
    ledger.rate(answer_id, 0, "ann", helpful=True)
    clock.advance(KEPT.total_seconds() + 1)
    assert ledger.recall("w", answer_id) is None
    ledger.remember("w", "ann", "and now?", HITS)
    assert (0, 0) == ledger.ratings("w")


def test_a_refused_write_leaves_the_ledger_usable(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        ledger.rate("unknown", 0, "ann", helpful=True)
    assert ledger.recall("w", ledger.remember("w", "ann", "how?", HITS).id) is not None


def test_many_threads_may_remember_at_once(ledger: Ledger) -> None:
    ids: list[str] = []
    threads = [
        threading.Thread(target=lambda: ids.append(ledger.remember("w", "ann", "how?", HITS).id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 8 == len({answer_id for answer_id in ids if ledger.recall("w", answer_id)})


def test_an_answer_that_cannot_be_recorded_is_given_all_the_same(
    tmp_path: Path, records: Records, ledger: Ledger
) -> None:
    holder = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    records._db.execute("PRAGMA busy_timeout = 10")
    id = ledger.remember("discord:1", "ann", "how long?", [hit("Sixteen weeks.")]).id
    holder.execute("ROLLBACK")
    holder.close()
    assert id
    assert ledger.recall("discord:1", id) is None
