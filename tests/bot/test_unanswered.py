"""Questions that nothing answered: what is kept, how they are grouped, and who is told."""

import sqlite3
from pathlib import Path

import pytest

from bot.likeness import EmbedderLikeness
from bot.messages import (
    Answer,
    Closest,
    Decide,
    Decision,
    ForgetMe,
    Listing,
    MyData,
    NoAnswer,
    Notice,
    Notify,
    PersonalData,
    Prefer,
    Refused,
    Reply,
    Tell,
    Unanswered,
)
from bot.records import Records
from bot.unanswered import COUNTED, SAME as NEARLY_SAME, SCHEMA, clusters
from index.embedders.sentence_transformer import SentenceTransformerEmbedder
from index.testing import HashingEmbedder
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench, taken

QUESTION = "How long is parental leave here?"
SAME = "how long is the parental leave here"
OTHER = "Where do bicycles go?"


@pytest.fixture
def keeping(bench: Bench) -> Bench:
    """A bench that keeps words for 30 days, and has read something."""
    bench.read_tea()
    keep(bench, 30)
    return bench


def keep(bench: Bench, days: int) -> None:
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value=str(days)))


def listed(bench: Bench) -> Listing:
    reply = bench.handle(Unanswered(actor=MODERATOR, conversation=HERE))
    assert isinstance(reply, Listing)
    return reply


def decide(bench: Bench, decision: Decision, item: str, words: str = "", actor: object = MODERATOR) -> Reply:
    return bench.handle(
        Decide(actor=actor, conversation=HERE, decision=decision, item=item, words=words)  # type: ignore[arg-type]
    )


def first(bench: Bench) -> str:
    return listed(bench).items[0].choices[0].item


def told(bench: Bench) -> list[str]:
    errands = []
    while (errand := taken(bench.errands, "discord")) is not None:
        assert isinstance(errand, Tell)
        errands.append(errand.actor_id)
    return errands


def test_questions_without_an_answer_are_grouped_by_meaning(keeping: Bench) -> None:
    assert isinstance(keeping.ask(QUESTION), NoAnswer)
    keeping.ask(OTHER, BOB)
    keeping.clock.advance(60)
    keeping.ask(SAME, BOB)
    listing = listed(keeping)
    assert "2 questions without an answer." == listing.text
    most, other = listing.items
    assert (SAME, QUESTION) == (most.title, most.text)
    assert ("asked 2 times by 2 people", "in 1 channel", "last on 2026-01-01") == most.facts
    assert (OTHER, "") == (other.title, other.text)
    assert [Decision.WRITE, Decision.POINT, Decision.DISMISS] == [choice.decision for choice in most.choices]


def test_what_is_merely_close_counts_as_unanswered_and_what_is_answered_does_not(keeping: Bench) -> None:
    assert isinstance(keeping.ask("green tea wants what degrees exactly please today now"), Closest)
    assert isinstance(keeping.ask("green tea wants water"), Answer)
    assert 1 == len(listed(keeping).items)


def test_without_leave_to_keep_words_nothing_but_a_count_is_kept(bench: Bench) -> None:
    bench.read_tea()
    bench.ask(QUESTION)
    assert () == listed(bench).items
    assert listed(bench).text.endswith("1 question without an answer, counted only.")
    assert "Set questions.keep to 30 in the settings" in listed(bench).text
    with bench.records.read() as db:
        rows = db.execute("SELECT words, platform, channel, actor FROM open_questions").fetchall()
    assert [("", "", "", "")] == rows
    bench.clock.advance(COUNTED.total_seconds() + 1)
    assert "counted only" not in listed(bench).text


def test_words_go_when_their_days_are_over_or_the_community_thinks_better_of_it(keeping: Bench) -> None:
    keeping.ask(QUESTION)
    keeping.clock.advance(29 * 86_400)
    keeping.ask(OTHER)
    keeping.clock.advance(86_400)
    assert [OTHER] == [item.title for item in listed(keeping).items]
    keep(keeping, 0)
    assert () == listed(keeping).items
    keep(keeping, 30)
    assert () == listed(keeping).items


def written(bench: Bench) -> list[str]:
    with bench.records.read() as db:
        return [row[0] for row in db.execute("SELECT words FROM open_questions ORDER BY id")]


def test_words_leave_the_disk_though_nobody_looks_at_the_list(keeping: Bench) -> None:
    keeping.read_tea(ELSEWHERE)
    keeping.ask(QUESTION)
    keeping.ask(OTHER, conversation=ELSEWHERE)  # of which no words are kept
    keeping.clock.advance(29 * 86_400)
    keeping.router.purge()
    assert [QUESTION, ""] == written(keeping)
    keeping.clock.advance(86_400)
    keeping.router.purge()
    assert [""] == written(keeping)


def test_words_leave_the_disk_as_soon_as_the_community_thinks_better_of_it(keeping: Bench) -> None:
    keeping.ask(QUESTION)
    keep(keeping, 0)
    assert [] == written(keeping)


def test_an_old_button_shows_no_words_whose_days_are_over(keeping: Bench) -> None:
    keeping.ask(QUESTION)
    item = first(keeping)
    keeping.clock.advance(30 * 86_400)
    for decision in (Decision.WRITE, Decision.POINT, Decision.DISMISS):
        assert isinstance(decide(keeping, decision, item, "Sixteen weeks."), Refused)
    assert [] == told(keeping)


def test_an_old_button_never_means_a_newer_question(keeping: Bench) -> None:
    keeping.ask(QUESTION)
    item = first(keeping)
    keeping.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    keeping.ask(OTHER, BOB)
    assert item != first(keeping)
    assert isinstance(decide(keeping, Decision.WRITE, item, "Sixteen weeks."), Refused)


def test_questions_of_an_older_version_stay(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as old:
        old.execute(
            """CREATE TABLE open_questions (id INTEGER PRIMARY KEY, workspace TEXT NOT NULL,
            words TEXT NOT NULL, platform TEXT NOT NULL, channel TEXT NOT NULL, actor TEXT NOT NULL,
            asked_at TEXT NOT NULL) STRICT"""
        )
        old.execute("INSERT INTO open_questions VALUES (7, 'discord:1', 'why?', 'discord', '', 'ann', '')")
    old.close()
    records = Records(path)
    records.reshape("open_questions", SCHEMA)
    with records.write() as db:
        assert [(7, "why?")] == db.execute("DELETE FROM open_questions RETURNING id, words").fetchall()
        [(id,)] = db.execute(
            "INSERT INTO open_questions (workspace, words, platform, channel, actor, asked_at) "
            "VALUES ('discord:1', 'how?', '', '', '', '') RETURNING id"
        ).fetchall()
    assert 8 == id
    records.close()


def test_an_erasure_that_fails_stops_nobody(keeping: Bench) -> None:
    keeping.ask(QUESTION)
    with keeping.records.write() as db:
        db.execute("DROP TABLE open_questions")
    keep(keeping, 0)
    assert keeping.answer("green tea wants water")


def test_a_written_answer_is_quoted_and_those_who_asked_are_told(keeping: Bench) -> None:
    keeping.ask(QUESTION, ANN)
    keeping.ask(QUESTION, ANN)
    keeping.ask(SAME, BOB)
    keeping.ask(SAME, MODERATOR)
    text = "Parental leave here is sixteen weeks long."
    assert isinstance(decide(keeping, Decision.WRITE, first(keeping), text), Notice)
    assert ["ann", "bob"] == sorted(told(keeping))
    assert () == listed(keeping).items
    assert text == keeping.answer("How long is parental leave").quote.text
    [answer] = keeping.shelf.answers(HERE.workspace)
    assert (SAME, "Mo", keeping.clock.now()) == (answer.question, answer.author, answer.written_at)


def test_who_asked_something_near_is_not_told_and_waits_on(keeping: Bench) -> None:
    enable, disable = (
        f"How do I {verb} two-factor authentication for all members here?" for verb in ("enable", "disable")
    )
    keeping.ask(enable, ANN)
    keeping.ask(disable, BOB)
    [both] = listed(keeping).items
    assert (disable, enable) == (both.title, both.text)
    decide(keeping, Decision.WRITE, first(keeping), "Switch it off below Security.")
    assert ["bob"] == told(keeping)
    assert [enable] == [item.title for item in listed(keeping).items]


def test_questions_that_are_merely_near_are_listed_apart(keeping: Bench) -> None:
    keeping.ask("How do I cancel my subscription?")
    keeping.ask("How do I renew my subscription?")
    assert 2 == len(listed(keeping).items)


@pytest.mark.model
def test_the_packaged_embedder_keeps_what_is_merely_near_apart() -> None:
    embedder = SentenceTransformerEmbedder()
    questions = ["How do I cancel my subscription?", "How do I renew my subscription?"]
    assert [[0], [1]] == clusters(EmbedderLikeness(lambda: embedder).alike(questions, questions), NEARLY_SAME)


def test_who_does_not_want_to_be_told_is_not(keeping: Bench) -> None:
    for on in (False, True, False):
        assert isinstance(keeping.handle(Notify(actor=ANN, conversation=HERE, on=on)), Notice)
    keeping.ask(QUESTION, ANN)
    decide(keeping, Decision.WRITE, first(keeping), "Sixteen weeks.")
    assert [] == told(keeping)
    keeping.handle(Notify(actor=ANN, conversation=HERE, on=True))
    keeping.ask(OTHER, ANN)
    decide(keeping, Decision.WRITE, first(keeping), "In the cellar.")
    assert ["ann"] == told(keeping)


def test_no_words_are_no_answer(keeping: Bench) -> None:
    keeping.ask(QUESTION)
    assert isinstance(decide(keeping, Decision.WRITE, first(keeping), " "), Refused)
    assert 1 == len(listed(keeping).items)
    assert [] == told(keeping)


def test_what_is_dismissed_is_gone_in_every_wording(keeping: Bench) -> None:
    keeping.ask(QUESTION)
    keeping.ask(SAME)
    item = first(keeping)
    decide(keeping, Decision.DISMISS, item)
    assert () == listed(keeping).items
    for decision in (Decision.DISMISS, Decision.WRITE):
        assert isinstance(decide(keeping, decision, item, "Sixteen weeks."), Refused)
    assert [] == told(keeping)


def test_only_moderators_of_this_community_see_and_decide(keeping: Bench) -> None:
    keeping.ask(QUESTION)
    item = first(keeping)
    assert isinstance(keeping.handle(Unanswered(actor=ANN, conversation=HERE)), Refused)
    for decision in (Decision.DISMISS, Decision.WRITE):
        assert isinstance(decide(keeping, decision, item, "Sixteen weeks.", ANN), Refused)
        elsewhere = Decide(
            actor=MODERATOR, conversation=ELSEWHERE, decision=decision, item=item, words="Sixteen weeks."
        )
        assert isinstance(keeping.handle(elsewhere), Refused)
    assert 1 == len(listed(keeping).items)


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        ([], []),
        ([[1.0]], [[0]]),
        ([[1, 0.9, 0.1], [0.9, 1, 0.8], [0.1, 0.8, 1]], [[0, 1], [2]]),
        ([[1, 0.1, 0.8], [0.1, 1, 0.1], [0.8, 0.1, 1]], [[0, 2], [1]]),
    ],
)
def test_each_joins_the_first_group_that_it_is_near_to(
    alike: list[list[float]], expected: list[list[int]]
) -> None:
    assert expected == clusters(alike, 0.75)


def test_likeness_is_the_embedders_cosine() -> None:
    likeness = EmbedderLikeness(HashingEmbedder)
    [[same, other]] = likeness.alike(["parental leave"], ["parental leave", "green tea"])
    assert 1.0 == pytest.approx(same)
    assert other < 0.5
    assert [] == likeness.alike([], ["x"])
    assert [[]] == likeness.alike(["x"], [])


def test_what_is_remembered_of_likeness_holds_no_words() -> None:
    likeness = EmbedderLikeness(HashingEmbedder)
    likeness.alike(["parental leave"], ["green tea", "broken \ud800"])
    assert 3 == len(likeness._vectors)
    assert all(isinstance(key, bytes) and b"tea" not in key for key in likeness._vectors)


def test_a_person_sees_and_erases_what_they_asked_in_vain(keeping: Bench) -> None:
    keeping.ask(QUESTION, ANN)
    keeping.ask(OTHER, BOB)
    keeping.handle(Notify(actor=ANN, conversation=HERE, on=False))
    kept = keeping.handle(MyData(actor=ANN, conversation=HERE))
    assert isinstance(kept, PersonalData)
    assert QUESTION in kept.words
    assert "1 question of yours that nothing answered, for 30 days" in kept.lines
    assert "Your wish not to be told of answers" in kept.lines
    keeping.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    assert isinstance(keeping.handle(MyData(actor=ANN, conversation=HERE)), Notice)
    assert [OTHER] == [item.title for item in listed(keeping).items]
