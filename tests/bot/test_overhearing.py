"""When the bot speaks up unasked, and when it steps back again."""

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.messages import (
    Actor,
    Conversation,
    ForgetMe,
    MyData,
    Notice,
    Offer,
    Overhear,
    PersonalData,
    Posting,
    Prefer,
    Reply,
    SetMode,
    Silence,
    Withdraw,
)
from bot.privacy import NOTHING
from bot.testing import FakeSearcher
from index.errors import SyncBusy
from index.passages import Audience, Hit
from tests.bot.conftest import ANN, BOB, HERE, MODERATOR, TEA_TEXT, TERMINAL, Bench, taken

QUESTION = "does green tea wants water at eighty degrees?"
"""The first passage holds seven of its eight words."""

OTHER = "does black tea wants boiling water?"
POST = replace(HERE, thread="post")


@pytest.fixture
def listening(bench: Bench) -> Bench:
    """A bench that has read something, in a channel where the bot answers unasked."""
    bench.read_tea()
    set_mode(bench, "answer")
    return bench


def set_mode(bench: Bench, mode: str) -> None:
    bench.handle(SetMode(actor=MODERATOR, conversation=HERE, mode=mode))


def prefer(bench: Bench, name: str, value: str) -> Reply:
    return bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name=name, value=value))


def overhear(
    bench: Bench, text: str = QUESTION, actor: Actor = ANN, where: Conversation = HERE, **facts: Any
) -> Reply:
    return bench.handle(Overhear(actor=actor, conversation=where, text=text, **facts))


def opened(bench: Bench, text: str = QUESTION, actor: Actor = ANN) -> Offer:
    reply = overhear(bench, text, actor, POST, opens_thread=True)
    assert isinstance(reply, Offer)
    return reply


def posting(offer: Offer) -> Posting:
    return Posting(
        platform="discord",
        workspace="discord:1",
        channel="post",
        message="m1",
        answer_id=offer.answer.id,
        offset=0,
    )


@pytest.mark.parametrize(("mode", "private"), [("suggest", True), ("answer", False)])
def test_a_question_is_answered_unasked_word_for_word(listening: Bench, mode: str, private: bool) -> None:
    set_mode(listening, mode)
    reply = overhear(listening)
    assert isinstance(reply, Offer)
    assert private == reply.private
    citation = reply.answer.quote.citation
    assert TEA_TEXT[citation.start : citation.end] == reply.answer.quote.text


@pytest.mark.parametrize("mode", ["off", "mention"])
def test_nothing_is_said_unasked_in_other_modes(listening: Bench, mode: str) -> None:
    set_mode(listening, mode)
    assert Silence() == overhear(listening)


def test_nothing_is_said_unasked_in_a_direct_message_or_a_terminal(listening: Bench) -> None:
    assert Silence() == overhear(listening, where=replace(HERE, private=True))
    assert Silence() == overhear(listening, where=TERMINAL)


@pytest.mark.parametrize(
    "text", ["", "Green tea wants water at eighty degrees.", "> " + QUESTION, "x" * 9_999]
)
def test_what_asks_nothing_is_not_answered(listening: Bench, text: str) -> None:
    assert Silence() == overhear(listening, text)


def test_what_is_said_to_somebody_is_not_answered(listening: Bench) -> None:
    assert Silence() == overhear(listening, is_addressed=True)


def test_unasked_the_bot_must_be_surer_than_when_asked(listening: Bench) -> None:
    prefer(listening, "overhear.threshold", "0.9")
    assert Silence() == overhear(listening)
    prefer(listening, "overhear.threshold", "0.85")
    assert isinstance(overhear(listening), Offer)


def test_the_threshold_of_answers_holds_unasked_too() -> None:
    strict = Bench(threshold=0.95)
    strict.read_tea()
    set_mode(strict, "answer")
    assert Silence() == overhear(strict)
    strict.records.close()


def test_a_channel_has_a_minute_between_two_offers(listening: Bench) -> None:
    assert isinstance(overhear(listening), Offer)
    listening.clock.advance(59)
    assert Silence() == overhear(listening, OTHER, BOB)
    listening.clock.advance(1)
    assert isinstance(overhear(listening, OTHER, BOB), Offer)


def test_a_person_has_five_minutes_between_two_offers(listening: Bench) -> None:
    assert isinstance(overhear(listening), Offer)
    listening.clock.advance(299)
    assert Silence() == overhear(listening, OTHER)
    listening.clock.advance(1)
    assert isinstance(overhear(listening, OTHER), Offer)


def test_the_same_question_is_answered_once_a_day(listening: Bench) -> None:
    assert isinstance(overhear(listening), Offer)
    listening.clock.advance(86_399)
    assert Silence() == overhear(listening, QUESTION.upper().replace(" ", "  "), BOB)
    listening.clock.advance(1)
    assert isinstance(overhear(listening, actor=BOB), Offer)


def test_silence_costs_nobody_their_turn(listening: Bench) -> None:
    assert Silence() == overhear(listening, "who painted the green chapel ceiling?")
    assert isinstance(overhear(listening), Offer)


@pytest.mark.parametrize(
    ("hours", "zone", "is_quiet"),
    [
        ("12-13", "UTC", True),
        ("11-12", "UTC", False),
        ("22-7", "UTC", False),
        ("22-13", "UTC", True),
        ("13-14", "Europe/Berlin", True),
        ("20-22", "asia/tokyo", True),
        ("12-13", "America/New_York", False),
    ],
)
def test_in_quiet_hours_nothing_is_said_unasked(
    listening: Bench, hours: str, zone: str, is_quiet: bool
) -> None:
    prefer(listening, "quiet.hours", hours)
    prefer(listening, "quiet.zone", zone)
    assert is_quiet == (overhear(listening) == Silence())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quiet.hours", "late"),
        ("quiet.hours", "24-7"),
        ("quiet.zone", "Middle/Earth"),
        ("overhear.threshold", "1.1"),
        ("overhear.threshold", "often"),
    ],
)
def test_what_cannot_be_understood_is_not_taken(listening: Bench, name: str, value: str) -> None:
    before = listening.preferences.value("discord:1", name)
    prefer(listening, name, value)
    assert before == listening.preferences.value("discord:1", name)


def test_offers_leave_no_words_behind(listening: Bench) -> None:
    overhear(listening)
    with listening.records.read() as db:
        assert "tea" not in str(db.execute("SELECT * FROM offers").fetchall())
    listening.clock.advance(86_400)
    overhear(listening, OTHER, BOB)
    with listening.records.read() as db:
        assert [("bob",)] == db.execute("SELECT actor FROM offers").fetchall()


def test_a_person_can_have_their_offers_shown_and_erased(listening: Bench) -> None:
    overhear(listening)
    kept = listening.handle(MyData(actor=ANN, conversation=HERE))
    assert isinstance(kept, PersonalData)
    assert "1 offer to you that you had not asked for: when and where, for a day" in kept.lines
    listening.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    assert Notice(text=NOTHING) == listening.handle(MyData(actor=ANN, conversation=HERE))


class BusySearcher(FakeSearcher):
    """Cannot search just now, for a reason that is no surprise, or for one that is."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def search(self, query: str, *, k: int, audience: Audience) -> list[Hit]:
        raise self._error


@pytest.mark.parametrize("error", [SyncBusy(), RuntimeError()], ids=["expected", "surprise"])
def test_what_goes_wrong_is_not_told_to_those_who_asked_nothing(listening: Bench, error: Exception) -> None:
    listening.router._searcher = BusySearcher(error)
    with capture_logs():
        assert Silence() == overhear(listening)


# Threads


def test_the_first_message_of_a_thread_is_answered_and_no_later_one(listening: Bench) -> None:
    assert isinstance(opened(listening), Offer)
    listening.clock.advance(600)
    assert Silence() == overhear(listening, OTHER, where=POST)
    assert Silence() == overhear(listening, OTHER, BOB, where=POST)


def test_an_offer_goes_away_when_a_person_answers_within_a_minute(listening: Bench) -> None:
    offer = opened(listening)
    listening.living.note(posting(offer))
    listening.router.posted(posting(offer))
    assert [POST.workspace] == listening.postings.workspaces()
    listening.clock.advance(59)
    assert Silence() == overhear(listening, "Eighty degrees.", BOB, POST)
    assert Withdraw(posting=posting(offer)) == taken(listening.errands, "discord")
    assert [] == listening.postings.workspaces()
    overhear(listening, "Yes, eighty.", BOB, POST)
    assert None is taken(listening.errands, "discord")


def test_an_offer_stays_when_a_person_answers_later(listening: Bench) -> None:
    listening.router.posted(posting(opened(listening)))
    listening.clock.advance(60)
    overhear(listening, "Eighty degrees.", BOB, POST)
    assert None is taken(listening.errands, "discord")


def test_an_offer_stays_when_the_asker_adds_something(listening: Bench) -> None:
    listening.router.posted(posting(opened(listening)))
    overhear(listening, "It is for a friend.", ANN, POST)
    assert None is taken(listening.errands, "discord")


def test_an_offer_that_is_posted_after_a_person_answered_goes_away(listening: Bench) -> None:
    offer = opened(listening)
    overhear(listening, "Eighty degrees.", BOB, POST)
    assert None is taken(listening.errands, "discord")
    listening.router.posted(posting(offer))
    assert Withdraw(posting=posting(offer)) == taken(listening.errands, "discord")


@pytest.mark.parametrize(
    ("mode", "text", "facts", "is_answer"),
    [
        ("suggest", "Eighty degrees.", {}, True),
        ("suggest", "Eighty degrees.", {"is_addressed": True, "to": frozenset({"ann"})}, True),
        ("suggest", "Eighty degrees.", {"is_addressed": True, "to": frozenset({"carl"})}, False),
        ("suggest", "does black tea wants boiling water?", {}, False),
        ("suggest", "lol", {}, False),
        ("answer", "Eighty degrees.", {}, False),
        ("answer", "Eighty degrees.", {"is_addressed": True, "to": frozenset({"ann"})}, True),
    ],
)
def test_in_a_channel_an_offer_goes_away_when_a_person_answers_the_asker(
    listening: Bench, mode: str, text: str, facts: dict[str, Any], is_answer: bool
) -> None:
    set_mode(listening, mode)
    offer = overhear(listening)
    assert isinstance(offer, Offer)
    listening.router.posted(replace(posting(offer), channel="general"))
    overhear(listening, text, ANN)
    assert None is taken(listening.errands, "discord")
    overhear(listening, text, BOB, replace(HERE, channel="other"), **facts)
    assert None is taken(listening.errands, "discord")
    overhear(listening, text, BOB, **facts)
    withdrawn = Withdraw(posting=replace(posting(offer), channel="general"))
    assert (withdrawn if is_answer else None) == taken(listening.errands, "discord")


def test_in_a_channel_an_offer_stays_when_a_person_answers_later(listening: Bench) -> None:
    set_mode(listening, "suggest")
    offer = overhear(listening)
    assert isinstance(offer, Offer)
    listening.router.posted(replace(posting(offer), channel="general"))
    listening.clock.advance(60)
    overhear(listening, "Eighty degrees.", BOB)
    assert None is taken(listening.errands, "discord")


def test_nothing_is_offered_where_a_person_was_faster(listening: Bench) -> None:
    overhear(listening, "Eighty degrees.", BOB, POST)
    assert Silence() == overhear(listening, where=POST, opens_thread=True)


def test_a_place_that_cannot_be_noted_is_logged_and_survived(bench: Bench) -> None:
    bench.records.close()
    with capture_logs() as lines:
        bench.router.posted(
            Posting(platform="discord", workspace="w", channel="c", message="m", answer_id="a", offset=0)
        )
    assert ["A posting could not be noted"] == [line["event"] for line in lines]
