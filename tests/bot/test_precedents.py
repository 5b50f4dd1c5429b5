"""Which earlier questions an offer names, and which never."""

from dataclasses import replace

import pytest

from bot.messages import (
    Actor,
    Conversation,
    ForgetMe,
    Offer,
    Overhear,
    Posting,
    Precedent,
    Prefer,
    SetMode,
)
from bot.precedents import NAMED
from tests.bot.conftest import ANN, BOB, HERE, MODERATOR, Bench

QUESTION = "does green tea wants water at eighty degrees?"
ALIKE = "green tea wants water at eighty degrees?"
UNLIKE = "black tea wants boiling"
POST = replace(HERE, thread="post")


@pytest.fixture
def keeping(bench: Bench) -> Bench:
    """A bench that has read something, keeps words and answers unasked."""
    bench.read_tea()
    bench.handle(SetMode(actor=MODERATOR, conversation=HERE, mode="answer"))
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="30"))
    return bench


def answered(
    bench: Bench, question: str = ALIKE, actor: Actor = BOB, *, channel: str = "general", within: str = ""
) -> Posting:
    """Let somebody ask, and the answer stand in a channel."""
    answer = bench.answer(question, actor)
    bench.clock.advance(10)
    posting = Posting(
        platform="discord",
        workspace=HERE.workspace,
        channel=channel,
        message=f"m-{answer.id}",
        answer_id=answer.id,
        offset=0,
        within=within,
    )
    bench.living.note(posting)
    bench.router.posted(posting)
    return replace(posting, within="")


def named(bench: Bench, question: str = QUESTION, *, opens: bool = True) -> tuple[Precedent, ...]:
    where: Conversation = POST if opens else HERE
    offer = bench.handle(Overhear(actor=ANN, conversation=where, text=question, opens_thread=opens))
    assert isinstance(offer, Offer)
    return offer.similar


def test_a_similar_question_is_named_with_the_place_of_its_answer(keeping: Bench) -> None:
    posting = answered(keeping)
    answered(keeping, UNLIKE)
    assert (Precedent(question=ALIKE, posting=posting),) == named(keeping)


def test_one_in_a_thread_of_the_channel_is_named(keeping: Bench) -> None:
    posting = answered(keeping, channel="earlier post", within="general")
    assert [posting] == [each.posting for each in named(keeping)]


@pytest.mark.parametrize(
    ("channel", "within"), [("secret", ""), ("thread", "secret"), ("private thread", "")]
)
def test_one_that_others_may_not_read_is_not_named(keeping: Bench, channel: str, within: str) -> None:
    answered(keeping, channel=channel, within=within)
    assert () == named(keeping)


def test_one_whose_answer_was_not_posted_is_not_named(keeping: Bench) -> None:
    keeping.answer(ALIKE, BOB)
    assert () == named(keeping)


def test_at_most_three_are_named_the_most_alike_first(keeping: Bench) -> None:
    for word in ("cup", "pot", "can", "jug"):
        answered(keeping, f"{ALIKE} {word}")
    closest = answered(keeping)
    similar = named(keeping)
    assert NAMED == len(similar)
    assert closest == similar[0].posting


def test_the_same_words_are_named_once(keeping: Bench) -> None:
    answered(keeping)
    latest = answered(keeping, ALIKE.upper())
    assert [latest] == [each.posting for each in named(keeping)]


def test_what_the_person_has_asked_in_the_same_words_is_not_named(keeping: Bench) -> None:
    answered(keeping, QUESTION, ANN)
    assert () == named(keeping)


def test_outside_of_a_new_thread_nothing_is_named(keeping: Bench) -> None:
    answered(keeping)
    assert () == named(keeping, opens=False)


def test_where_no_words_are_kept_nothing_is_named(keeping: Bench) -> None:
    answered(keeping)
    keeping.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="0"))
    assert () == named(keeping)


def test_what_somebody_wants_forgotten_is_not_named(keeping: Bench) -> None:
    answered(keeping)
    keeping.handle(ForgetMe(actor=BOB, conversation=HERE, confirmed=True))
    assert () == named(keeping)


def test_what_was_no_answer_is_not_named(keeping: Bench) -> None:
    posting = answered(keeping)
    with keeping.records.write() as db:
        db.execute("UPDATE answers SET passages = '[[1, 0, 1, 0.4]]' WHERE id = ?", (posting.answer_id,))
    assert () == named(keeping)
