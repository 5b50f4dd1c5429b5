"""What is said to the bot without asking anything of its documents."""

from dataclasses import replace

import pytest

from bot.courtesy import ABOUT_ME, READY, WELCOME, is_about_the_bot
from bot.messages import (
    Answer,
    Ask,
    Closest,
    Conversation,
    NoAnswer,
    Notice,
    StatisticsReport,
    Stats,
    Unanswered,
)
from tests.bot.conftest import ANN, HERE, MODERATOR, TERMINAL, Bench

THREAD = replace(HERE, thread="t1")


@pytest.fixture
def read(bench: Bench) -> Bench:
    """A bench that has read about tea, and answers nothing that holds other words."""
    strict = Bench(threshold=0.9, closest=0.1)
    strict.read_tea()
    strict.read_tea(TERMINAL)
    return strict


def told(bench: Bench, words: str, conversation: Conversation = THREAD) -> Notice:
    reply = bench.handle(Ask(actor=ANN, conversation=conversation, question=words))
    assert isinstance(reply, Notice)
    return reply


@pytest.mark.parametrize("words", ["hello", "Good morning everyone", "help", "what can you do?"])
def test_a_greeting_is_told_what_the_bot_is_for(read: Bench, words: str) -> None:
    assert ABOUT_ME == told(read, words).text


@pytest.mark.parametrize("words", ["thanks!", "Thank you so much", "ok ty"])
def test_thanks_are_taken(read: Bench, words: str) -> None:
    assert Notice(text=WELCOME) == told(read, words)


@pytest.mark.parametrize("words", ["ok", "lol", "works like a charm!", "👍 cool"])
def test_what_else_asks_nothing_is_told_that_questions_are_welcome(read: Bench, words: str) -> None:
    assert Notice(text=READY) == told(read, words)


@pytest.mark.parametrize("words", ["help", "what can you do?", "Who are you?", "how do I use this bot"])
def test_who_asks_about_the_bot_does_not_go_on_from_the_question_before(read: Bench, words: str) -> None:
    read.answer("green tea", conversation=THREAD)
    assert ABOUT_ME == told(read, words).text


def test_the_terminal_is_told_its_own_commands(read: Bench) -> None:
    assert any(line.startswith("/help ") for line in told(read, "hello", TERMINAL).details)


def test_chatter_is_no_question_without_an_answer(read: Bench) -> None:
    told(read, "thanks!")
    listing = read.handle(Unanswered(actor=MODERATOR, conversation=HERE))
    assert "without an answer" not in getattr(listing, "text", "")
    numbers = read.handle(Stats(actor=MODERATOR, conversation=HERE))
    assert isinstance(numbers, StatisticsReport)
    assert not any(day.questions for day in numbers.days)


@pytest.mark.parametrize(
    "words", ["help with tea", "what do you know of tea?", "who are the kings of tea", "tea"]
)
def test_what_names_something_is_not_about_the_bot(words: str) -> None:
    assert not is_about_the_bot(words)


def test_a_word_that_may_be_meant_as_a_question_is_searched(read: Bench) -> None:
    assert isinstance(read.ask("time"), Answer | Closest | NoAnswer)
