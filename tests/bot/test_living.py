"""Answers that were posted follow what they were quoted from."""

import re
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.living import OUTDATED, WITHDRAWN, best_sentence, fingerprints, most_alike
from bot.messages import (
    Actor,
    AddSource,
    Answer,
    Delete,
    Deleted,
    Errand,
    Follow,
    ForgetMe,
    MyData,
    Notice,
    PersonalData,
    Posting,
    Prefer,
    Reasons,
    Refused,
    Reindex,
    RemoveSource,
    Reply,
    Revise,
    Scope,
    Undo,
    Why,
)
from bot.postings import SCHEMA, Postings
from bot.records import Records
from bot.testing import NOON, FakeClock, passage
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, TEA, TEA_TEXT, Bench, taken

DAY = 86_400.0


def post(bench: Bench, message: str = "m1", question: str = "green tea degrees", **at: str) -> Answer:
    """Answer a question in public."""
    answer = bench.answer(question, BOB)
    bench.clock.advance(10)
    bench.living.note(
        Posting(
            platform=at.get("platform", "discord"),
            workspace=HERE.workspace,
            channel="general",
            message=message,
            answer_id=answer.id,
            offset=0,
        )
    )
    return answer


def connect(bench: Bench, platform: str = "discord") -> None:
    bench.errands.call(platform, lambda: None)


def revised(bench: Bench, platform: str = "discord", steps: int = 1) -> list[tuple[str, Reply]]:
    """Return what the platform is to change after some steps: messages and what they show then."""
    for _ in range(steps):
        bench.living.step()
    found: list[tuple[str, Reply]] = []
    while (errand := taken(bench.errands, platform)) is not None:
        found.append(revision(errand))
    return found


def revision(errand: Errand) -> tuple[str, Reply]:
    assert isinstance(errand, Revise)
    return errand.posting.message, errand.reply


def rewrite(bench: Bench, text: str, path: str = TEA) -> None:
    bench.library.files[path] = text
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))


@pytest.fixture
def posted(bench: Bench) -> Bench:
    """A bench that has posted an answer on a connected platform."""
    bench.read_tea()
    post(bench)
    connect(bench)
    return bench


def test_what_stands_unchanged_stays_quiet(posted: Bench) -> None:
    assert [] == revised(posted)
    rewrite(posted, "Coffee is ground.", "/docs/coffee.txt")
    posted.handle(Reindex(actor=MODERATOR, conversation=HERE))
    assert [] == revised(posted)


def test_a_text_that_has_only_moved_stays_quiet_and_its_buttons_work(bench: Bench) -> None:
    bench.read_tea()
    answer = post(bench)
    connect(bench)
    rewrite(bench, f"A word about tea.\n\n{TEA_TEXT}")
    assert [] == revised(bench)
    why = bench.handle(Why(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0))
    assert isinstance(why, Reasons)


def test_a_changed_text_is_shown_anew_and_said_to_be(posted: Bench) -> None:
    rewrite(posted, TEA_TEXT.replace("eighty", "seventy"))
    [(message, card)] = revised(posted)
    assert isinstance(card, Answer)
    assert ("m1", True) == (message, card.updated)
    assert "Green tea wants water at seventy degrees. Wait two minutes." == card.quote.text
    assert [segment.text for segment in card.quote.segments if segment.bold] == [
        "Green tea wants water at seventy degrees."
    ]
    assert [] == revised(posted, steps=3)


def test_the_buttons_of_a_renewed_card_are_about_the_new_text(posted: Bench) -> None:
    rewrite(posted, TEA_TEXT.replace("eighty", "seventy"))
    [(_, card)] = revised(posted)
    assert isinstance(card, Answer)
    why = posted.handle(Why(actor=ANN, conversation=HERE, answer_id=card.id, offset=0))
    assert isinstance(why, Reasons)
    assert "seventy" in why.sentence.text


def test_a_text_that_changes_again_is_shown_again(posted: Bench) -> None:
    for degrees in ("seventy", "sixty"):
        rewrite(posted, TEA_TEXT.replace("eighty", degrees))
        [(_, card)] = revised(posted)
        assert isinstance(card, Answer)
        assert degrees in card.quote.text


def test_after_a_restart_the_new_text_is_known_by_its_words(posted: Bench) -> None:
    posted.restart()
    rewrite(posted, f"Of tea in general.\n\n{TEA_TEXT.replace('eighty', 'seventy')}")
    [(_, card)] = revised(posted)
    assert isinstance(card, Answer)
    assert "seventy" in card.quote.text
    assert card.quote.segments[0].bold


def test_what_was_removed_is_withdrawn_once(posted: Bench) -> None:
    posted.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)
    assert [] == revised(posted)


def test_another_text_in_its_place_is_not_taken_for_it(posted: Bench) -> None:
    rewrite(posted, "Black tea wants boiling water.")
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)


def test_an_answer_that_is_forgotten_says_that_its_text_has_changed(posted: Bench) -> None:
    with posted.records.write() as db:
        db.execute("DELETE FROM answers")
    rewrite(posted, TEA_TEXT.replace("eighty", "seventy"))
    assert [("m1", Notice(text=OUTDATED))] == revised(posted)


def test_one_message_a_step_is_revised_on_each_platform_newest_first(bench: Bench) -> None:
    bench.read_tea()
    for message in ("old", "new"):
        bench.clock.advance(60)
        post(bench, message)
        post(bench, message, platform="slack")
    connect(bench)
    connect(bench, "slack")
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert ["new"] == [message for message, _ in revised(bench)]
    assert ["new"] == [message for message, _ in revised(bench, "slack", steps=0)]
    assert ["old"] == [message for message, _ in revised(bench)]


def test_what_changes_while_a_platform_is_away_is_revised_when_it_is_back(bench: Bench) -> None:
    bench.read_tea()
    post(bench)
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert [] == revised(bench, steps=3)
    connect(bench)
    assert [("m1", Notice(text=WITHDRAWN))] == revised(bench)


@pytest.mark.parametrize(("chosen", "days", "follows"), [("", 29, True), ("", 31, False), ("2", 3, False)])
def test_only_postings_of_the_last_days_are_followed(
    posted: Bench, chosen: str, days: int, follows: bool
) -> None:
    posted.handle(Prefer(actor=MODERATOR, conversation=HERE, name="answers.follow", value=chosen))
    posted.clock.advance(days * DAY)
    posted.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert follows == bool(revised(posted))


def test_whoever_chooses_no_days_has_no_answer_followed(posted: Bench) -> None:
    posted.handle(Prefer(actor=MODERATOR, conversation=HERE, name="answers.follow", value="0"))
    posted.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert [] == revised(posted)


def test_a_change_in_one_workspace_is_none_in_another(posted: Bench) -> None:
    posted.read_tea(ELSEWHERE)
    posted.handle(RemoveSource(actor=MODERATOR, conversation=ELSEWHERE, name="tea", confirmed=True))
    assert [] == revised(posted)


@pytest.mark.parametrize(("answer_id", "offset"), [("unknown", 0), ("", 9)])
def test_what_was_never_answered_is_not_followed(bench: Bench, answer_id: str, offset: int) -> None:
    bench.read_tea()
    id = answer_id or bench.answer("green tea").id
    bench.living.note(
        Posting(
            platform="discord",
            workspace=HERE.workspace,
            channel="c",
            message="m",
            answer_id=id,
            offset=offset,
        )
    )
    connect(bench)
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert [] == revised(bench)


def test_a_posting_that_cannot_be_noted_harms_nothing(bench: Bench) -> None:
    bench.read_tea()
    with bench.records.write() as db:
        db.execute("DROP TABLE postings")
    post(bench)


def test_no_words_of_documents_are_written_down(posted: Bench) -> None:
    with posted.records.read() as db:
        written = str(db.execute("SELECT * FROM postings").fetchall())
    assert "tea.txt" in written
    assert "eighty" not in written


def test_the_passage_with_most_of_the_words_is_taken_for_the_old_one() -> None:
    old = fingerprints("Green tea wants water at eighty degrees.")
    near, far = passage("Green tea wants water at sixty."), passage("Coffee is ground.")
    assert near == most_alike(old, [far, near])
    assert most_alike(old, [far]) is None
    assert most_alike(old, []) is None
    assert most_alike(frozenset(), [near]) is None


def test_the_sentence_with_most_of_the_words_is_taken_for_the_answering_one() -> None:
    found = passage("Tea is old. Green tea wants water at sixty degrees. Wait.")
    span = best_sentence(fingerprints("Green tea wants water."), found)
    assert "Green tea wants water at sixty degrees." == found.text[slice(*span)]


# What goes and comes back


def remove(bench: Bench, name: str = "tea") -> None:
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name=name, confirmed=True))


def undo(bench: Bench) -> None:
    bench.handle(Undo(actor=MODERATOR, conversation=HERE))


def card_of(found: list[tuple[str, Reply]]) -> Answer:
    [(_, card)] = found
    assert isinstance(card, Answer)
    return card


def test_a_card_is_restored_when_the_removal_of_its_source_is_undone(posted: Bench) -> None:
    remove(posted)
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)
    undo(posted)
    card = card_of(revised(posted))
    assert ("Green tea wants water at eighty degrees. Wait two minutes.", False) == (
        card.quote.text,
        card.updated,
    )
    why = posted.handle(Why(actor=ANN, conversation=HERE, answer_id=card.id, offset=0))
    assert isinstance(why, Reasons)
    remove(posted)
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)


def test_what_was_withdrawn_is_said_once_however_much_else_changes(posted: Bench) -> None:
    remove(posted)
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)
    for text in ("Coffee is ground.", "Coffee is roasted and ground."):
        posted.upload(text, "coffee")
        posted.handle(Reindex(actor=MODERATOR, conversation=HERE))
        assert [] == revised(posted)


def test_a_card_that_was_updated_is_restored_as_such(posted: Bench) -> None:
    rewrite(posted, TEA_TEXT.replace("eighty", "seventy"))
    assert card_of(revised(posted)).updated
    remove(posted)
    revised(posted)
    undo(posted)
    card = card_of(revised(posted))
    assert "seventy" in card.quote.text
    assert card.updated


def test_nothing_is_restored_after_the_days_for_which_postings_follow(posted: Bench) -> None:
    posted.handle(Prefer(actor=MODERATOR, conversation=HERE, name="answers.follow", value="2"))
    remove(posted)
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)
    posted.clock.advance(3 * DAY)
    posted.read_tea()
    assert [] == revised(posted)


def test_a_withdrawn_card_of_a_forgotten_answer_stays_withdrawn(posted: Bench) -> None:
    remove(posted)
    revised(posted)
    with posted.records.write() as db:
        db.execute("DELETE FROM answers")
    undo(posted)
    assert [] == revised(posted, steps=2)


@pytest.fixture
def folder(bench: Bench) -> Bench:
    """A bench that has posted an answer from a folder."""
    bench.handle(AddSource(actor=MODERATOR, conversation=HERE, origin="/docs", name="docs"))
    post(bench)
    connect(bench)
    return bench


def rename(bench: Bench) -> None:
    bench.library.files["/docs/brewing.txt"] = bench.library.files.pop(TEA)
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))


def test_the_card_of_a_renamed_document_names_the_new_one(folder: Bench) -> None:
    rename(folder)
    card = card_of(revised(folder))
    assert ("brewing.txt", False) == (card.quote.citation.location.rpartition("/")[2], card.updated)
    assert "eighty degrees" in card.quote.text
    assert [] == revised(folder, steps=2)


def test_the_same_text_in_another_source_stands_in_for_a_removed_one(posted: Bench) -> None:
    posted.upload(TEA_TEXT, "copy")
    remove(posted)
    assert "copy" == card_of(revised(posted)).quote.citation.source


def test_a_renamed_document_whose_answer_is_forgotten_keeps_its_card(folder: Bench) -> None:
    with folder.records.write() as db:
        db.execute("DELETE FROM answers")
    rename(folder)
    assert [] == revised(folder, steps=2)
    rewrite(folder, "Coffee.", "/docs/brewing.txt")
    assert [("m1", Notice(text=WITHDRAWN))] == revised(folder)


def test_the_same_text_in_a_source_that_was_not_searched_is_not_shown(bench: Bench) -> None:
    bench.read_tea()
    bench.upload(TEA_TEXT, "copy")
    asked = bench.ask("green tea degrees", source="tea")
    assert isinstance(asked, Answer)
    bench.living.note(posting(asked))
    connect(bench)
    remove(bench)
    assert [("m1", Notice(text=WITHDRAWN))] == revised(bench)


def test_the_same_text_in_a_source_that_the_channel_does_not_have_is_not_shown(posted: Bench) -> None:
    posted.upload(TEA_TEXT, "copy")
    posted.handle(Scope(actor=MODERATOR, conversation=HERE, sources=frozenset({"tea"})))
    remove(posted)
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)


# What a card says besides


def posting(answer: Answer, message: str = "m1", shared_by: Actor | None = None) -> Posting:
    return Posting(
        platform="discord",
        workspace=HERE.workspace,
        channel=HERE.channel,
        message=message,
        answer_id=answer.id,
        offset=answer.offset,
        shared_by=shared_by,
        is_searched=True,
    )


def test_a_renewed_card_says_who_shared_it_and_what_was_searched(bench: Bench) -> None:
    bench.read_tea()
    bench.living.note(posting(bench.answer("green tea degrees", ANN), shared_by=ANN))
    connect(bench)
    rewrite(bench, TEA_TEXT.replace("eighty", "seventy"))
    card = card_of(revised(bench))
    assert (Actor(id="ann", name="Ann"), "green tea degrees") == (card.shared_by, card.searched)


def test_a_renewed_card_does_not_name_whoever_wished_to_be_forgotten(bench: Bench) -> None:
    bench.read_tea()
    bench.living.note(posting(bench.answer("green tea degrees", ANN), shared_by=ANN))
    connect(bench)
    kept = bench.handle(MyData(actor=ANN, conversation=HERE))
    assert isinstance(kept, PersonalData)
    assert any(line.startswith("1 answer that you shared") for line in kept.lines)
    bench.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    rewrite(bench, TEA_TEXT.replace("eighty", "seventy"))
    card = card_of(revised(bench))
    assert (None, "", "") == (card.shared_by, card.searched, card.question)
    with bench.records.read() as db:
        assert "Ann" not in str(db.execute("SELECT * FROM postings").fetchall())


# What is not followed any more


def test_a_card_that_was_deleted_is_not_followed(posted: Bench) -> None:
    with posted.records.read() as db:
        [(answer_id,)] = db.execute("SELECT answer_id FROM postings").fetchall()
    delete = Delete(actor=ANN, conversation=HERE, answer_id=answer_id, offset=0, message="general/m1")
    assert isinstance(posted.handle(delete), Refused)
    assert isinstance(posted.handle(replace(delete, actor=MODERATOR)), Deleted)
    remove(posted)
    assert [] == revised(posted)


def test_a_message_that_was_deleted_on_the_platform_is_not_followed(posted: Bench) -> None:
    posted.handle(Follow(actor=BOB, conversation=HERE, message="general/m1", text="edited"))
    posted.handle(Follow(actor=BOB, conversation=ELSEWHERE, message="general/m1", text=None))
    remove(posted)
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)
    posted.handle(Follow(actor=BOB, conversation=HERE, message="general/m1", text=None))
    undo(posted)
    assert [] == revised(posted)


def test_a_message_that_the_platform_does_not_let_change_is_not_followed(posted: Bench) -> None:
    remove(posted)
    posted.living.step()
    errand = taken(posted.errands, "discord")
    assert errand is not None
    posted.living.refused(errand)
    undo(posted)
    assert [] == revised(posted)


# What may go wrong


def test_a_passage_that_went_while_its_answer_was_on_the_way_is_withdrawn_at_once(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea degrees", BOB)
    remove(bench)
    bench.living.note(posting(answer, shared_by=BOB))
    assert [("m1", Notice(text=OUTDATED))] == revised(bench, steps=0)


def test_a_card_that_could_not_be_given_to_anybody_is_revised_in_the_next_step(posted: Bench) -> None:
    remove(posted)
    with posted.records.write() as db:
        db.execute("ALTER TABLE errands RENAME TO away")
    with pytest.raises(sqlite3.Error):
        posted.living.step()
    with posted.records.write() as db:
        db.execute("ALTER TABLE away RENAME TO errands")
    assert [("m1", Notice(text=WITHDRAWN))] == revised(posted)


def test_postings_of_an_older_version_are_followed_on(tmp_path: Path) -> None:
    records = Records(tmp_path / "ledger.sqlite")
    older = re.sub(r"    (shared_by|sharer|is_\w+) .*\n", "", SCHEMA)
    assert "is_withdrawn" not in older
    records.define(older)
    with records.write() as db:
        db.execute(
            "INSERT INTO postings VALUES "
            "('slack', 'C', '1.1', 'w', 'a', 0, 7, 'tea', 'tea.txt', '[]', '', '[1]', '[1]', 3, '2026-01-01')"
        )
    clock = FakeClock()
    for _ in range(2):
        [bound] = Postings(records, clock).due("w", 4, since=NOON - timedelta(days=9), count=5)
    assert ("1.1", False, None) == (bound.posting.message, bound.is_withdrawn, bound.posting.shared_by)
    records.close()
