"""What is kept of people: for as long as their community wants, and erased when they say so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.audit import SOMEONE
from bot.messages import (
    Actor,
    Answer,
    Conversation,
    Delete,
    Deleted,
    ForgetMe,
    More,
    MyData,
    Notice,
    PersonalData,
    Posting,
    Prefer,
    Rate,
    Reasons,
    Refused,
    Reply,
    Share,
    Why,
)
from bot.privacy import BEFOREHAND, ERASED, NOTHING, PUBLISHED, STILL_THERE
from bot.questions import IN_MEMORY, Questions
from bot.records import Records
from bot.testing import FakeClock
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench

ASKED = "green tea water?"
DAY = 86_400.0


@pytest.fixture
def tea(bench: Bench) -> Bench:
    bench.read_tea()
    return bench


def keep(bench: Bench, days: int, conversation: Conversation = HERE) -> None:
    request = Prefer(actor=MODERATOR, conversation=conversation, name="questions.keep", value=str(days))
    assert isinstance(bench.handle(request), Notice)


def data_of(bench: Bench, actor: Actor = ANN, conversation: Conversation = HERE) -> Reply:
    return bench.handle(MyData(actor=actor, conversation=conversation))


def forget(bench: Bench, actor: Actor = ANN, conversation: Conversation = HERE, *, yes: bool = True) -> Reply:
    return bench.handle(ForgetMe(actor=actor, conversation=conversation, confirmed=yes))


def why(bench: Bench, answer_id: str) -> Reply:
    return bench.handle(Why(actor=ANN, conversation=HERE, answer_id=answer_id, offset=0))


def written(bench: Bench) -> list[str]:
    with bench.records.read() as db:
        return [row[0] for row in db.execute("SELECT words FROM questions")]


# How long words are kept


def test_words_are_not_written_down_unless_the_community_wants_it(tea: Bench) -> None:
    tea.answer(ASKED)
    assert [] == written(tea)
    keep(tea, 30, ELSEWHERE)
    tea.answer(ASKED)
    assert [] == written(tea)


def test_why_works_after_a_restart_where_words_are_kept(tea: Bench) -> None:
    forgotten = tea.answer(ASKED).id
    keep(tea, 30)
    kept = tea.answer(ASKED).id
    tea.restart()
    assert isinstance(why(tea, kept), Reasons)
    refused = why(tea, forgotten)
    assert isinstance(refused, Refused)
    assert "the words of questions" in refused.text


def test_words_are_purged_when_they_are_older_than_wanted(tea: Bench) -> None:
    keep(tea, 30)
    answer = tea.answer(ASKED)
    tea.restart()
    tea.clock.advance(29 * DAY)
    tea.questions.purge()
    assert [ASKED] == written(tea)
    tea.clock.advance(DAY)
    assert isinstance(why(tea, answer.id), Refused)  # even before they are erased
    tea.questions.purge()
    assert [] == written(tea)


def test_words_in_memory_grow_no_older_than_those_on_disk(tea: Bench) -> None:
    keep(tea, 30)
    answer = tea.answer(ASKED)
    tea.clock.advance(30 * DAY)
    assert tea.questions.recall("discord:1", answer.id) is None
    data = data_of(tea)
    assert isinstance(data, PersonalData)
    assert () == data.words
    tea.questions.purge()
    keep(tea, 90)
    assert tea.questions.recall("discord:1", answer.id) is None


def test_where_no_words_are_kept_memory_knows_them_until_it_ends(tea: Bench) -> None:
    answer = tea.answer(ASKED)
    tea.clock.advance(30 * DAY)
    tea.questions.purge()
    assert tea.questions.recall("discord:1", answer.id) is not None


def test_words_are_purged_at_once_when_the_community_wants_them_no_longer(tea: Bench) -> None:
    keep(tea, 30)
    tea.answer(ASKED)
    keep(tea, 0)
    assert [] == written(tea)


def test_words_are_unknown_in_another_workspace(tea: Bench) -> None:
    keep(tea, 30)
    answer = tea.answer(ASKED)
    assert tea.questions.recall("discord:1", answer.id) is not None
    assert tea.questions.recall("discord:2", answer.id) is None
    tea.restart()
    assert tea.questions.recall("discord:2", answer.id) is None


def test_memory_holds_the_newest_questions_only(tea: Bench) -> None:
    for number in range(IN_MEMORY + 1):
        tea.questions.keep(str(number), "discord:1", "ann", "how?")
    assert tea.questions.recall("discord:1", "0") is None
    assert tea.questions.recall("discord:1", "1") is not None


# What a person sees of it


def test_of_a_stranger_nothing_is_kept(tea: Bench) -> None:
    assert Notice(text=NOTHING) == data_of(tea) == forget(tea, yes=False)


def test_a_person_sees_all_that_is_kept_of_them_and_nothing_of_others(tea: Bench) -> None:
    keep(tea, 30)
    answer = tea.answer(ASKED)
    tea.handle(Rate(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0, helpful=True))
    tea.answer("black tea?", BOB)
    data = data_of(tea)
    assert isinstance(data, PersonalData)
    assert (ASKED,) == data.words
    assert (
        "1 answer to you: which passages and when, for 90 days",
        "1 rating of yours, for as long as the answer is kept",
        "1 question of yours, for 30 days",
        "what your last question was about, in 1 conversation, in memory only",
        PUBLISHED,
    ) == data.lines
    assert not data.erasing
    assert Notice(text=NOTHING) == data_of(tea, conversation=ELSEWHERE)


def test_words_in_memory_are_shown_too(tea: Bench) -> None:
    tea.answer(ASKED)
    data = data_of(tea)
    assert isinstance(data, PersonalData)
    assert "1 question of yours, until I am started anew" in data.lines
    assert (ASKED,) == data.words


def test_many_and_long_words_are_listed_at_a_glance() -> None:
    data = PersonalData(lines=(), words=("x" * 300, *("how?",) * 20), erasing=False)
    assert (13, 202, "and 9 more") == (len(data.listed), len(data.listed[0]), data.listed[-1])


# Erasing


def test_nothing_is_erased_before_it_is_confirmed(tea: Bench) -> None:
    tea.answer(ASKED)
    asked = forget(tea, yes=False)
    assert isinstance(asked, PersonalData)
    assert asked.erasing
    assert (PUBLISHED, BEFOREHAND) == asked.lines[-2:]
    assert isinstance(data_of(tea), PersonalData)


def test_all_that_is_kept_of_a_person_is_erased_at_once(tea: Bench) -> None:
    keep(tea, 30)
    answer = tea.answer(ASKED)
    tea.handle(Rate(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0, helpful=True))
    done = forget(tea)
    assert isinstance(done, Notice)
    assert Notice(text=ERASED, details=(PUBLISHED, STILL_THERE)) == done
    assert Notice(text=NOTHING) == data_of(tea)
    assert [] == written(tea)
    assert (0, 0) == tea.ledger.ratings("discord:1")
    assert isinstance(why(tea, answer.id), Refused)
    assert isinstance(tea.handle(Share(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0)), Refused)


def test_no_table_that_names_people_is_forgotten_by_those_who_forget(tea: Bench) -> None:
    """A new table that has such a column fails here until a keeper erases it."""
    ids, names = {"actor", "asker", "sharer"}, {"name", "shared_by", "chosen_by", "added_by"}
    with tea.records.write() as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        people = []
        for table in tables:
            columns = db.execute(f"PRAGMA table_info({table})").fetchall()
            if not ids & {column[1] for column in columns}:
                continue
            people.append(table)
            known = {"workspace": "discord:1", **dict.fromkeys(ids, "ann"), **dict.fromkeys(names, "Ann")}
            row = [
                known.get(name, "2026-03-01" if name.endswith("_at") or name == "at" else "77")
                for _, name, *_ in columns
            ]
            db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    assert isinstance(forget(tea), Notice)
    with tea.records.read() as db:
        left = {
            table
            for table in tables
            for row in db.execute(f"SELECT * FROM {table}")
            if {"ann", "Ann"} & {*row}
        }
    assert set() == left
    assert {"answers", "questions", "changes", "offers", "calls"} <= set(people)


def test_what_is_kept_of_others_and_elsewhere_stays(tea: Bench) -> None:
    tea.read_tea(ELSEWHERE)
    theirs = tea.answer(ASKED, BOB)
    tea.handle(Rate(actor=BOB, conversation=HERE, answer_id=theirs.id, offset=0, helpful=True))
    tea.answer(ASKED, conversation=ELSEWHERE)
    tea.answer(ASKED)
    forget(tea)
    assert isinstance(data_of(tea, BOB), PersonalData)
    assert isinstance(data_of(tea, conversation=ELSEWHERE), PersonalData)
    assert (1, 0) == tea.ledger.ratings("discord:1")


def test_in_the_record_of_changes_who_was_forgotten_has_no_name(tea: Bench) -> None:
    assert isinstance(data_of(tea, MODERATOR), PersonalData)
    forget(tea, MODERATOR)
    assert Notice(text=NOTHING) == data_of(tea, MODERATOR)
    [change] = tea.audit.latest("discord:1")
    assert ("", SOMEONE) == (change.actor_id, change.name)
    assert "tea" in change.what


def test_who_was_forgotten_can_no_longer_delete_a_card_and_moderators_can(tea: Bench) -> None:
    answer = tea.answer(ASKED)
    forget(tea)
    request = Delete(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0)
    assert isinstance(tea.handle(request), Refused)
    assert isinstance(tea.handle(replace(request, actor=MODERATOR)), Deleted)


def test_what_only_the_forgotten_person_has_seen_is_gone(tea: Bench) -> None:
    own, posted, others = tea.answer(ASKED), tea.answer(ASKED), tea.answer(ASKED, BOB)
    tea.living.note(
        Posting(
            platform="discord",
            workspace=HERE.workspace,
            channel=HERE.channel,
            message="1",
            answer_id=posted.id,
            offset=0,
        )
    )
    forget(tea)
    shown = [
        tea.handle(More(actor=BOB, conversation=HERE, answer_id=each.id, offset=1))
        for each in (own, posted, others)
    ]
    assert [Refused, Answer, Answer] == [type(reply) for reply in shown]


def test_nobody_can_have_another_person_forgotten(tea: Bench) -> None:
    tea.answer(ASKED)
    forget(tea, replace(MODERATOR, name="Ann"))
    assert isinstance(data_of(tea), PersonalData)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    records = Records(tmp_path / "ledger.sqlite")
    yield records
    records.close()


def test_erased_words_leave_no_trace_in_the_file(tmp_path: Path, records: Records) -> None:
    questions = Questions(records, FakeClock(), days=lambda workspace: 30)
    questions.keep("a", "w", "ann", "a secret question")
    questions.forget("w", "ann")
    with records.read():
        pass
    records._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"secret" not in (tmp_path / "ledger.sqlite").read_bytes()
