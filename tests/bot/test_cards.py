"""What the buttons of a card do: reading on in the document, and deleting."""

from dataclasses import replace

import pytest

from bot.messages import (
    Actor,
    Answer,
    Continuation,
    Conversation,
    Delete,
    Deleted,
    NoAnswer,
    ReadOn,
    Refused,
    RemoveSource,
    Reply,
)
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, TEA_TEXT, Bench

GREEN, BLACK = TEA_TEXT.split("\n\n")


@pytest.fixture
def tea(bench: Bench) -> Bench:
    bench.read_tea()
    return bench


def read_on(bench: Bench, answer: Answer, step: int = 1, conversation: Conversation = HERE) -> Reply:
    request = ReadOn(
        actor=BOB, conversation=conversation, answer_id=answer.id, offset=answer.offset, step=step
    )
    return bench.handle(request)


def delete(bench: Bench, answer: Answer, actor: Actor, conversation: Conversation = HERE) -> Reply:
    return bench.handle(Delete(actor=actor, conversation=conversation, answer_id=answer.id, offset=0))


# Reading on


def test_what_follows_is_quoted_word_for_word_with_nothing_marked(tea: Bench) -> None:
    answer = tea.answer("green tea")
    assert (GREEN, True) == (answer.quote.text, answer.goes_on)
    found = read_on(tea, answer)
    assert isinstance(found, Continuation)
    assert (BLACK, False, 1) == (found.quote.text, found.goes_on, found.step)
    assert not any(segment.bold for segment in found.quote.segments)
    cited = found.quote.citation
    assert BLACK == TEA_TEXT[cited.start : cited.end]


def test_the_last_passage_does_not_go_on_and_its_end_is_said(tea: Bench) -> None:
    answer = tea.answer("black boiling")
    assert not answer.goes_on
    assert Refused(text="That was the end of the document.") == read_on(tea, answer)


def test_what_follows_stays_within_the_document(tea: Bench) -> None:
    tea.upload("Cats sleep on roofs.", "cats")
    assert isinstance(read_on(tea, tea.answer("green tea"), step=2), Refused)


@pytest.mark.parametrize("step", [0, -1, 10**30])
def test_a_step_that_no_button_has_leads_nowhere(tea: Bench, step: int) -> None:
    assert isinstance(read_on(tea, tea.answer("green tea"), step), Refused)


def test_nobody_reads_on_from_another_workspace(tea: Bench) -> None:
    assert isinstance(read_on(tea, tea.answer("green tea"), conversation=ELSEWHERE), Refused)


def test_what_was_removed_since_is_not_read_on(tea: Bench) -> None:
    answer = tea.answer("green tea")
    tea.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert isinstance(read_on(tea, answer), NoAnswer)


# Deleting


def test_the_asker_and_moderators_may_delete_and_nobody_else(tea: Bench) -> None:
    answer = tea.answer("green tea", ANN)
    assert isinstance(delete(tea, answer, ANN), Deleted)
    assert isinstance(delete(tea, answer, MODERATOR), Deleted)
    refused = delete(tea, answer, BOB)
    assert isinstance(refused, Refused)
    assert "Only the person who asked, or a moderator" in refused.text


def test_of_a_forgotten_answer_only_moderators_delete_the_message(tea: Bench) -> None:
    answer = replace(tea.answer("green tea", ANN), id="long-ago")
    assert isinstance(delete(tea, answer, ANN), Refused)
    assert isinstance(delete(tea, answer, MODERATOR), Deleted)


def test_whoever_asked_here_may_not_delete_elsewhere(tea: Bench) -> None:
    assert isinstance(delete(tea, tea.answer("green tea"), ANN, ELSEWHERE), Refused)
