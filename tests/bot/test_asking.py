"""Questions to one source, and what is shown of their answers later."""

from dataclasses import replace

import pytest

from bot.messages import Answer, More, NoAnswer, Reasons, Refused, RemoveSource, Share, Why
from tests.bot.conftest import ANN, ELSEWHERE, HERE, MODERATOR, Bench

MUG = "Green tea in a mug wants water at eighty degrees.\n\nA mug holds more tea than a cup."
POT = "Green tea wants water at eighty degrees in a pot.\n\nGreen tea wants time."


@pytest.fixture
def two(bench: Bench) -> Bench:
    """A bench with two sources, of which the first comes first."""
    bench.upload(POT, name="pot")
    bench.upload(MUG, name="mug")
    return bench


def sources(bench: Bench, answer: Answer) -> set[str]:
    """Return where all that can be seen of an answer stands."""
    seen, following = {answer.quote.citation.source}, answer.has_more
    while following:
        reply = bench.handle(More(actor=ANN, conversation=HERE, answer_id=answer.id, offset=len(seen)))
        assert isinstance(reply, Answer)
        seen.add(reply.quote.citation.source)
        following = reply.has_more
    return seen


def test_only_the_named_source_is_searched(two: Bench) -> None:
    question = "green tea wants water"
    assert "pot" == two.answer(question).quote.citation.source
    assert {"mug"} == sources(two, two.answer(question, source="mug"))


@pytest.mark.parametrize("name", ["MUG", " mug "])
def test_a_name_may_be_written_otherwise(two: Bench, name: str) -> None:
    assert "mug" == two.answer("green tea wants water", source=name).quote.citation.source


def test_an_unknown_source_is_refused_with_those_that_there_are(two: Bench) -> None:
    refused = two.ask("green tea", source="cellar")
    assert Refused(text="There is no source cellar. There are: mug, pot.") == refused


def test_where_nothing_was_read_no_names_are_said(bench: Bench) -> None:
    refused = bench.ask("green tea", source="cellar")
    assert Refused(text="There is no source cellar; I have read nothing yet.") == refused


def test_sources_of_another_workspace_are_neither_searched_nor_said(two: Bench) -> None:
    two.read_tea(ELSEWHERE)
    refused = two.ask("green tea", ANN, ELSEWHERE, source="mug")
    assert Refused(text="There is no source mug. There are: tea.") == refused


def test_of_very_many_names_some_are_said(bench: Bench) -> None:
    for number in range(22):
        bench.upload(f"{MUG} {number}", name=f"s{number:02}")
    refused = bench.ask("green tea", source="cellar")
    assert isinstance(refused, Refused)
    assert refused.text.endswith("s18, s19, and 2 more.")


def test_nothing_is_found_in_the_named_source_where_another_would_answer(two: Bench) -> None:
    reply = two.ask("time", source="mug")
    assert isinstance(reply, NoAnswer)
    assert "I found nothing in mug that answers this." == reply.text
    assert {"Mug"} == {near.title for near in reply.nearest}


def test_why_and_share_stay_within_the_source(two: Bench) -> None:
    answer = two.answer("green tea wants water", source="mug")
    reasons = two.handle(Why(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0))
    assert isinstance(reasons, Reasons)
    assert reasons.second is not None
    assert "mug" == reasons.second.source
    shared = two.handle(Share(actor=ANN, conversation=HERE, answer_id=answer.id))
    assert replace(answer, shared_by=ANN) == shared


def test_places_of_the_same_text_in_other_sources_are_not_named(two: Bench) -> None:
    two.upload(MUG, name="copy")
    assert 1 == len(two.answer("green tea in a mug").also)
    assert () == two.answer("green tea in a mug", source="mug").also


def test_a_source_that_was_removed_since_shows_nothing_more(two: Bench) -> None:
    answer = two.answer("green tea wants water", source="mug")
    two.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="mug", confirmed=True))
    reply = two.handle(More(actor=ANN, conversation=HERE, answer_id=answer.id, offset=1))
    assert isinstance(reply, NoAnswer)
