"""In which threads one need not mention the bot."""

from typing import Any

import pytest

from adapters.slack.engaged import MOST_THREADS, Engaged
from adapters.slack.translate import Place
from tests.fakes.slack_payloads import BOT_USER, GENERAL, message_event

ANN = Place(user="U0ANN", name="", channel=GENERAL, thread="1.1")


@pytest.fixture
def engaged() -> Engaged:
    return Engaged()


def event(
    user: str = "U0ANN", text: str = "and fathers?", thread: str = "1.1", **more: Any
) -> dict[str, Any]:
    return message_event("message", user, text, "9.9", channel=GENERAL, thread=thread, **more)


def test_who_was_just_answered_goes_on_without_a_mention(engaged: Engaged) -> None:
    assert not engaged.follows(event())
    engaged.note(ANN)
    assert engaged.follows(event())
    assert engaged.follows(event())


def test_when_others_speak_people_talk_to_each_other(engaged: Engaged) -> None:
    engaged.note(ANN)
    assert not engaged.follows(event("U0BOB", "sixteen weeks"))
    assert not engaged.follows(event())


def test_below_a_shared_answer_the_first_who_writes_speaks_to_the_bot(engaged: Engaged) -> None:
    engaged.open(GENERAL, "1.1")
    assert engaged.follows(event("U0BOB", parent=BOT_USER))
    assert engaged.follows(event("U0BOB", parent=BOT_USER))


def test_a_second_person_below_a_shared_answer_ends_the_talk_with_the_bot(engaged: Engaged) -> None:
    engaged.open(GENERAL, "1.1")
    assert engaged.follows(event("U0BOB", parent=BOT_USER))
    assert not engaged.follows(event("U0ANN", parent=BOT_USER))
    assert not engaged.follows(event("U0BOB", parent=BOT_USER))


def test_what_else_the_bot_posts_begins_talks_between_people(engaged: Engaged) -> None:
    assert not engaged.follows(event("U0BOB", parent=BOT_USER))


@pytest.mark.parametrize("text", ["", "  ", "<@U0BOB> what do you think?"])
def test_files_and_words_to_somebody_else_are_not_for_the_bot(engaged: Engaged, text: str) -> None:
    engaged.note(ANN)
    assert not engaged.follows(event(text=text))
    engaged.open(GENERAL, "2.2")
    assert not engaged.follows(event("U0BOB", text, thread="2.2", parent=BOT_USER))


def test_other_threads_and_the_channel_itself_are_left_alone(engaged: Engaged) -> None:
    engaged.note(ANN)
    engaged.note(Place(user="U0ANN", name="", channel="D0ANN", thread="2.2"))
    for thread in ("", "2.2"):
        assert not engaged.follows(event(thread=thread))


def test_of_very_many_threads_the_oldest_are_forgotten(engaged: Engaged) -> None:
    for number in range(MOST_THREADS + 1):
        engaged.note(Place(user="U0ANN", name="", channel=GENERAL, thread=f"{number}"))
    assert not engaged.follows(event(thread="0"))
    assert engaged.follows(event(thread="1"))
