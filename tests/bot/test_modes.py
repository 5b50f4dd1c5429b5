"""What the bot does in a channel, and who chooses it."""

from dataclasses import replace

import pytest

from bot.messages import (
    Answer,
    Aside,
    Ask,
    Conversation,
    Mode,
    NoAnswer,
    Notice,
    Refused,
    Reply,
    SetMode,
)
from bot.permissions import ONLY_MODERATORS
from tests.bot.conftest import ANN, ELSEWHERE, HERE, MODERATOR, TERMINAL, Bench

SLACK = Conversation(platform="slack", workspace="slack:1", channel="general")


def set_mode(bench: Bench, mode: str, where: Conversation = HERE) -> Reply:
    return bench.handle(SetMode(actor=MODERATOR, conversation=where, mode=mode))


def told(bench: Bench, where: Conversation = HERE) -> str:
    reply = bench.handle(SetMode(actor=ANN, conversation=where, mode=""))
    assert isinstance(reply, Notice)
    return reply.text


def ask_aloud(bench: Bench, question: str = "green tea degrees") -> Reply:
    return bench.handle(Ask(actor=ANN, conversation=HERE, question=question))


def test_a_channel_answers_mentions_until_something_else_is_chosen(bench: Bench) -> None:
    assert "The mode here is mention." == told(bench)
    for mode in Mode:
        reply = set_mode(bench, f" {mode.value.upper()} ")
        assert isinstance(reply, Notice)
        assert f"From now on the mode here is {mode}." == reply.text
        assert f"The mode here is {mode}." == told(bench)


def test_a_mode_is_of_one_channel_of_one_community_with_its_threads(bench: Bench) -> None:
    set_mode(bench, "off")
    assert "The mode here is off." == told(bench, replace(HERE, thread="7"))
    for other in (ELSEWHERE, replace(HERE, channel="random")):
        assert "The mode here is mention." == told(bench, other)


def test_only_moderators_set_a_mode(bench: Bench) -> None:
    reply = bench.handle(SetMode(actor=ANN, conversation=HERE, mode="answer"))
    assert Refused(text=ONLY_MODERATORS) == reply
    assert "The mode here is mention." == told(bench)


def test_a_mode_that_there_is_not_is_refused_with_those_that_there_are(bench: Bench) -> None:
    reply = set_mode(bench, "shout")
    assert Refused(text="There is no mode “shout”. The modes are off, mention, suggest, answer.") == reply


@pytest.mark.parametrize("where", [TERMINAL, replace(HERE, private=True)], ids=["terminal", "private"])
def test_where_there_are_no_channels_there_are_no_modes(bench: Bench, where: Conversation) -> None:
    for mode in ("", "off"):
        reply = set_mode(bench, mode, where)
        assert isinstance(reply, Refused)
        assert "no channels here" in reply.text


@pytest.mark.parametrize(
    ("where", "mode", "is_told"), [(HERE, "answer", True), (HERE, "off", False), (SLACK, "answer", False)]
)
def test_a_platform_that_hides_messages_is_named_as_such(
    bench: Bench, where: Conversation, mode: str, is_told: bool
) -> None:
    reply = set_mode(bench, mode, where)
    assert isinstance(reply, Notice)
    assert is_told == ("discord.message_content" in " ".join(reply.details))


def test_in_mode_off_who_asks_aloud_is_answered_alone(bench: Bench) -> None:
    bench.read_tea()
    set_mode(bench, "off")
    for question, kind in (
        ("green tea degrees", Answer),
        ("the painted chapel ceiling", NoAnswer),
        ("", Refused),
    ):
        reply = ask_aloud(bench, question)
        assert isinstance(reply, Aside)
        assert isinstance(reply.reply, kind)
    whisper = Ask(actor=ANN, conversation=HERE, question="green tea degrees", whispered=True)
    assert isinstance(bench.handle(whisper), Answer)


def test_in_every_other_mode_who_asks_aloud_is_answered_aloud(bench: Bench) -> None:
    bench.read_tea()
    for mode in (Mode.MENTION, Mode.SUGGEST, Mode.ANSWER):
        set_mode(bench, mode)
        assert isinstance(ask_aloud(bench), Answer)
        bench.clock.advance(8)
