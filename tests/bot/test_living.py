"""Answers that were posted follow what they were quoted from."""

import pytest

from bot.living import OUTDATED, WITHDRAWN, best_sentence, fingerprints, most_alike
from bot.messages import (
    Answer,
    Errand,
    Notice,
    Posting,
    Prefer,
    Reasons,
    Reindex,
    RemoveSource,
    Reply,
    Revise,
    Why,
)
from bot.testing import passage
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
