"""Questions that lean on the one before, put to the whole core."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.messages import Answer, Ask, Closest, Conversation, ForgetMe, NoAnswer, Notice, Reasons, Why
from tests.bot.conftest import ANN, BOB, HERE, TERMINAL, Bench

LINUX = "On Linux, install the server by running its script."
WINDOWS = "On Windows, install the server by opening its setup file."
THREAD = replace(HERE, thread="t1")


@pytest.fixture
def read(bench: Bench) -> Bench:
    """A bench that has read how to install something on two systems, and some tea."""
    for conversation in (HERE, TERMINAL):
        bench.read_tea(conversation)
    bench.upload(LINUX, name="linux")
    bench.upload(WINDOWS, name="windows")
    return bench


def searched(bench: Bench, question: str, conversation: Conversation = THREAD, **more: object) -> str:
    request = Ask(actor=ANN, conversation=conversation, question=question)
    reply = bench.handle(replace(request, **more))  # type: ignore[arg-type]
    assert isinstance(reply, Answer | Closest | NoAnswer | Notice)
    return "" if isinstance(reply, Notice) else reply.searched


def test_a_question_that_follows_is_answered_as_what_it_means_and_says_so(read: Bench) -> None:
    first = read.answer("install the server on Linux", conversation=THREAD)
    assert ("", "linux") == (first.searched, first.quote.citation.source)
    then = read.answer("and on Windows?", BOB, THREAD)
    assert "install server on Windows" == then.searched == then.question
    assert "windows" == then.quote.citation.source


def test_what_follows_twice_is_about_the_same_thing(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    read.ask("and on Windows?", conversation=THREAD)
    assert "install server on macOS" == searched(read, "and on macOS?")


def test_a_question_of_its_own_begins_anew(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    assert "" == searched(read, "which water does green tea want")
    assert "how long water green tea" == searched(read, "how long?")


def test_without_a_question_before_it_a_message_stands_as_it_is(read: Bench) -> None:
    assert "" == searched(read, "and on Windows?")


@pytest.fixture
def strict() -> Iterator[Bench]:
    """A bench that answers only what holds every word."""
    bench = Bench(threshold=0.9, closest=0.9)
    bench.read_tea()
    yield bench
    bench.records.close()


def test_nothing_found_says_what_was_searched_too(strict: Bench) -> None:
    strict.ask("green tea", conversation=THREAD)
    reply = strict.ask("and what about chapels?", conversation=THREAD)
    assert isinstance(reply, NoAnswer)
    assert "green tea chapels" == reply.searched


def test_what_is_answered_only_as_it_stands_is_answered_as_it_stands(strict: Bench) -> None:
    strict.ask("what do chapels cost", conversation=THREAD)
    strict.upload("Wait for boiling water.", name="kettle")
    assert "" == strict.answer("for boiling water", conversation=THREAD).searched


def test_what_is_answered_as_surely_as_it_stands_is_answered_as_it_stands(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    read.upload("This is how do I push branches.", name="push")
    answer = read.answer("then how do I push?", conversation=THREAD)
    assert ("", "push") == (answer.searched, answer.quote.citation.source)
    assert searched(read, "why?").startswith("why push")


def test_a_standalone_question_is_not_searched_with_the_one_before(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    for question in ("Is it possible to export data?", "How do I know that payment succeeded?"):
        assert "" == searched(read, question)


def test_thanks_change_no_topic(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    assert "" == searched(read, "thanks")
    assert "install server on Windows" == searched(read, "and on Windows?")


@pytest.mark.parametrize(
    "said",
    ["works like a charm!", "lmao", "thank you Bob, you rock", "no worries", "ty :+1:", "gotcha", "I see"],
)
def test_chatter_changes_no_topic(read: Bench, said: str) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    assert "" == searched(read, said)
    assert "install server on Windows" == searched(read, "and on Windows?")


def test_thanks_together_with_a_question_are_no_chatter(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    read.ask("thanks! which kettle do chapels have", conversation=THREAD)
    assert "kettle chapels abbeys" == searched(read, "and what about abbeys?")


def test_why_is_told_of_what_was_searched(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    then = read.answer("and on Windows?", conversation=THREAD)
    reasons = read.handle(Why(actor=ANN, conversation=THREAD, answer_id=then.id, offset=0))
    assert isinstance(reasons, Reasons)
    assert {"install", "server", "windows"} <= set(reasons.shared)


def test_a_whispered_question_is_carried_for_its_asker_alone(read: Bench) -> None:
    searched(read, "install the server on Linux", whispered=True)
    assert "" == searched(read, "and on Windows?", actor=BOB)
    assert "" == searched(read, "and on Windows?", actor=BOB, whispered=True)
    assert "install server on Windows" == searched(read, "and on Windows?", whispered=True)


def test_who_had_themselves_forgotten_is_not_followed(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    read.handle(ForgetMe(actor=ANN, conversation=THREAD, confirmed=True))
    assert "" == searched(read, "and on Windows?")


def test_the_terminal_is_one_conversation(read: Bench) -> None:
    read.ask("which water does green tea want", conversation=TERMINAL)
    assert "how long water green tea" == searched(read, "how long?", TERMINAL)


def test_a_question_that_was_refused_is_not_followed(read: Bench) -> None:
    read.ask("install the server on Linux", conversation=THREAD)
    read.ask("x" * 5_000, conversation=THREAD)
    assert "install server on Windows" == searched(read, "and on Windows?")
