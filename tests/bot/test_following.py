"""When a message leans on the question before it, and what is searched then."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.following import KEPT, MOST_TOPICS, Topic, Topics, chats, follows, gist, in_full, topic_of
from bot.testing import FakeClock
from tests.bot.conftest import ANN, BOB, HERE

INSTALL = topic_of("How do I install the Quoth server on Linux?", ("Set-up", "Installing on Linux"))
REBASE = topic_of("What is an interactive rebase?", ("Rewriting history",))
LEAVE = topic_of("Who may parental leave?", ("Leave",))
TWELVE = topic_of("Which wheels are there for Python 3.11?")


def alike(words: Sequence[str]) -> list[int]:
    """Say that all words are as frequent."""
    return [1] * len(words)


@pytest.mark.parametrize(
    ("topic", "message", "searched"),
    [
        (INSTALL, "and on Windows?", "install Quoth server on Windows"),
        (INSTALL, "And Windows?", "install Quoth server Windows"),
        (INSTALL, "what about macOS", "install Quoth server macOS"),
        (INSTALL, "How about with Docker?", "install Quoth server Linux with Docker"),
        (INSTALL, "on Windows?", "install Quoth server on Windows"),
        (INSTALL, "or from source?", "install Quoth server Linux from source"),
        (INSTALL, "but how do I uninstall it?", "how do I uninstall install Quoth server Linux"),
        (INSTALL, "same for Ubuntu?", "install Quoth server Ubuntu"),
        (INSTALL, "with pip?", "install Quoth server Linux with pip"),
        (INSTALL, "ok and on Windows", "install Quoth server on Windows"),
        (REBASE, "how do I abort it?", "how do I abort interactive rebase"),
        (REBASE, "is that dangerous?", "is interactive rebase dangerous"),
        (REBASE, "why?", "why interactive rebase"),
        (REBASE, "When would I use this?", "When would I use interactive rebase"),
        (REBASE, "can you give an example?", "can you give an example interactive rebase"),
        (REBASE, "and without conflicts?", "interactive rebase without conflicts"),
        (REBASE, "then how do I push?", "how do I push interactive rebase"),
        (REBASE, "and if I already pushed it?", "interactive rebase if I already pushed it"),
        (LEAVE, "for how long?", "parental leave for how long"),
        (LEAVE, "how long?", "how long parental leave"),
        (LEAVE, "and fathers?", "parental leave fathers"),
        (LEAVE, "what about contractors in Berlin?", "parental leave contractors in Berlin"),
        (LEAVE, "is it paid?", "is parental leave paid"),
        (LEAVE, "is it possible?", "is parental leave possible"),
        (LEAVE, "how long does it take?", "how long does parental leave take"),
        (LEAVE, "does it matter?", "does parental leave matter"),
        (LEAVE, "does that apply in Berlin?", "does parental leave apply in Berlin"),
        (LEAVE, "is it possible to extend it?", "is it possible to extend parental leave"),
        (LEAVE, "And is it possible to cancel?", "is it possible to cancel parental leave"),
        (LEAVE, "Are you sure that that applies?", "Are you sure that parental leave applies"),
        (LEAVE, "in which countries?", "parental leave in which countries"),
        (LEAVE, "and how do I apply?", "how do I apply parental leave"),
        (TWELVE, "and for 3.12?", "wheels Python for 3.12"),
        (TWELVE, "and for Rust?", "wheels 3.11 for Rust"),
    ],
)
def test_a_message_that_follows_is_searched_as_what_it_means(
    topic: Topic, message: str, searched: str
) -> None:
    assert follows(message)
    assert searched == in_full(message, topic, alike)


@pytest.mark.parametrize(
    "message",
    [
        "How do I reset my password?",
        "What is a detached HEAD?",
        "install on Windows",
        "On Windows, how do I install the command line client?",
        "For loops in Python: how do they end early?",
        "And how do I configure SAML single sign-on for contractors?",
        "But why does the build fail on macOS with error E0382?",
        "What about the vacation policy for contractors in Germany?",
        "How do I find the commit that deleted this file from the repository?",
        "What does the error E0382 in this function mean?",
        "Android studio setup",
        "Orders that were cancelled",
        "Is it possible to export data?",
        "Is it safe to delete logs?",
        "Does it matter which region?",
        "What if it rains?",
        "Is it raining in Berlin?",
        "How do I know that payment succeeded?",
        "Is there a plan that expires?",
        "For how long are logs retained?",
        "How long does it take to ship?",
        "How much does it cost to ship?",
        "But how do I enable SSO?",
        "And how do I enable SSO?",
        "thanks",
        "ok thanks!",
        "Thank you, that works",
        "yes",
        "nice, it worked",
        "hello",
        "",
        "?",
        "🎉",
    ],
)
def test_a_message_that_stands_for_itself_or_asks_nothing_does_not_follow(message: str) -> None:
    assert not follows(message)


def test_of_many_terms_the_rarest_are_carried_and_the_unknown_last() -> None:
    topic = topic_of("alpha beta gamma delta epsilon zeta eta")
    counts = {"alpha": 90, "beta": 0, "gamma": 3, "delta": 80, "epsilon": 2, "zeta": 5, "eta": 4}
    carried = in_full("why?", topic, lambda words: [counts[word] for word in words])
    assert "why gamma delta epsilon zeta eta" == carried


def test_words_of_the_heading_help_out_where_the_question_has_few() -> None:
    topic = topic_of("How do I start?", ("Tea kitchen", "Kettle"))
    assert "why start Tea" == in_full("why?", topic, alike)


def test_a_term_that_is_said_again_is_not_doubled() -> None:
    assert 1 == in_full("and rebase?", REBASE, alike).casefold().count("rebase")


@pytest.fixture
def topics(clock: FakeClock) -> Topics:
    return Topics(clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


THREAD = replace(HERE, thread="t1")


def test_a_thread_is_about_one_thing_for_all(topics: Topics) -> None:
    topics.remember(ANN, THREAD, REBASE, whispered=False)
    assert REBASE == topics.recall(BOB, THREAD, whispered=False)
    for elsewhere in (HERE, replace(THREAD, thread="t2"), replace(THREAD, workspace="discord:2")):
        assert topics.recall(ANN, elsewhere, whispered=False) is None


def test_what_was_asked_in_private_is_carried_for_nobody_else(topics: Topics) -> None:
    topics.remember(ANN, THREAD, LEAVE, whispered=True)
    assert topics.recall(BOB, THREAD, whispered=False) is None
    assert topics.recall(BOB, THREAD, whispered=True) is None
    assert topics.recall(ANN, THREAD, whispered=False) is None
    assert LEAVE == topics.recall(ANN, THREAD, whispered=True)


def test_who_asks_in_private_may_follow_what_the_thread_says(topics: Topics, clock: FakeClock) -> None:
    topics.remember(ANN, THREAD, LEAVE, whispered=True)
    clock.advance(1)
    topics.remember(BOB, THREAD, REBASE, whispered=False)
    assert REBASE == topics.recall(ANN, THREAD, whispered=True)


def test_in_a_channel_everybody_follows_themselves(topics: Topics) -> None:
    topics.remember(ANN, HERE, REBASE, whispered=False)
    assert REBASE == topics.recall(ANN, HERE, whispered=True)
    assert topics.recall(BOB, HERE, whispered=False) is None


def test_a_direct_message_is_one_thread_whatever_each_message_opens(topics: Topics) -> None:
    first, second = (replace(HERE, private=True, thread=thread) for thread in ("1.1", "2.2"))
    topics.remember(ANN, first, REBASE, whispered=False)
    assert REBASE == topics.recall(ANN, second, whispered=False)


def test_after_a_while_nothing_is_carried(topics: Topics, clock: FakeClock) -> None:
    topics.remember(ANN, THREAD, REBASE, whispered=False)
    clock.advance(KEPT.total_seconds())
    assert REBASE == topics.recall(ANN, THREAD, whispered=False)
    clock.advance(1)
    assert topics.recall(ANN, THREAD, whispered=False) is None


def test_who_wishes_to_be_forgotten_is_carried_no_further(topics: Topics) -> None:
    topics.remember(ANN, THREAD, REBASE, whispered=False)
    topics.remember(BOB, HERE, LEAVE, whispered=False)
    assert 1 == len(topics.kept_of(HERE.workspace, ANN.id).lines)
    topics.forget("discord:2", ANN.id)
    assert REBASE == topics.recall(BOB, THREAD, whispered=False)
    topics.forget(HERE.workspace, ANN.id)
    assert () == topics.kept_of(HERE.workspace, ANN.id).lines
    assert topics.recall(BOB, THREAD, whispered=False) is None
    assert LEAVE == topics.recall(BOB, HERE, whispered=False)


def test_of_very_many_conversations_the_oldest_are_forgotten(topics: Topics) -> None:
    places = [replace(HERE, thread=f"t{number}") for number in range(MOST_TOPICS + 1)]
    for place in places:
        topics.remember(ANN, place, REBASE, whispered=False)
    assert topics.recall(ANN, places[0], whispered=False) is None
    assert all(topics.recall(ANN, place, whispered=False) for place in places[1:])


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Where do I hand in receipts?", "Where should receipts be handed in?", True),
        ("Why is my build failing?", "My build fails, why?", True),
        ("Does it include support?", "Is support included?", True),
        ("How do I set it up?", "Setting it up, how?", True),
        ("What does error 403 mean?", "What does error 404 mean?", False),
        ("How do I add a user?", "How do I remove a user?", False),
        ("What happens before a release?", "What happens after a release?", False),
    ],
)
def test_the_words_that_tell_are_the_same_whatever_their_endings(one: str, other: str, is_same: bool) -> None:
    assert is_same == (gist(one) == gist(other))


@pytest.mark.parametrize("said", ["thanks!", "ok will do", "that makes sense", "👍", ":+1:", "haha nice one"])
def test_thanks_and_laughter_ask_nothing(said: str) -> None:
    assert chats(said)
    assert not follows(said)


@pytest.mark.parametrize(
    "said", ["lol, why?", "vpn setup", "bad gateway", "thanks, how do I reset it", "how long"]
)
def test_what_asks_or_names_something_is_no_chatter(said: str) -> None:
    assert not chats(said)
