"""Every way in which someone could try to read or touch another workspace's documents."""

from dataclasses import replace

import pytest

from bot.messages import (
    Actor,
    Answer,
    More,
    NoAnswer,
    Rate,
    Refused,
    Reindex,
    RemoveSource,
    Share,
    SourceList,
    Sources,
    Status,
    StatusReport,
    Why,
)
from index.passages import Audience
from tests.bot.conftest import ANN, ELSEWHERE, MODERATOR, Bench


@pytest.fixture
def answer(bench: Bench) -> Answer:
    bench.read_tea()
    return bench.answer("tea wants water")


def test_a_question_does_not_reach_over(bench: Bench, answer: Answer) -> None:
    reply = bench.ask("tea wants water", ANN, ELSEWHERE)
    assert isinstance(reply, NoAnswer)
    assert () == reply.nearest


@pytest.mark.parametrize("offset", [0, 1])
def test_more_of_a_foreign_answer_is_unknown(bench: Bench, answer: Answer, offset: int) -> None:
    more = More(actor=ANN, conversation=ELSEWHERE, answer_id=answer.id, offset=offset)
    assert isinstance(bench.handle(more), Refused)


@pytest.mark.parametrize("actor", [ANN, MODERATOR])
def test_a_foreign_answer_cannot_be_shared_even_by_its_asker(
    bench: Bench, answer: Answer, actor: Actor
) -> None:
    share = Share(actor=actor, conversation=ELSEWHERE, answer_id=answer.id)
    assert isinstance(bench.handle(share), Refused)


def test_a_foreign_answer_cannot_be_rated(bench: Bench, answer: Answer) -> None:
    rate = Rate(actor=ANN, conversation=ELSEWHERE, answer_id=answer.id, offset=0, helpful=False)
    assert isinstance(bench.handle(rate), Refused)
    assert (0, 0) == bench.ledger.ratings("discord:1")


def test_a_foreign_and_an_invented_answer_are_refused_alike(bench: Bench, answer: Answer) -> None:
    replies = [
        bench.handle(More(actor=ANN, conversation=ELSEWHERE, answer_id=answer_id, offset=1))
        for answer_id in (answer.id, "invented")
    ]
    assert replies[0] == replies[1]


def test_an_answer_of_ones_own_does_not_open_foreign_passages(bench: Bench, answer: Answer) -> None:
    foreign = bench.searcher.search("tea", k=5, audience=Audience(workspace="discord:1"))
    forged = bench.ledger.remember("discord:2", "ann", "tea", foreign).id
    reply = bench.handle(More(actor=ANN, conversation=ELSEWHERE, answer_id=forged, offset=0))
    assert isinstance(reply, NoAnswer)


def test_foreign_places_of_the_same_text_are_not_named(bench: Bench, answer: Answer) -> None:
    bench.read_tea(ELSEWHERE)
    assert () == bench.answer("tea wants water", ANN, ELSEWHERE).also
    [own, *_] = bench.searcher.search("tea", k=5, audience=Audience(workspace="discord:2"))
    [foreign, *_] = bench.searcher.search("tea", k=5, audience=Audience(workspace="discord:1"))
    forged = bench.ledger.remember("discord:2", "ann", "tea", [replace(own, also=(foreign.passage,))])
    reply = bench.handle(More(actor=ANN, conversation=ELSEWHERE, answer_id=forged.id, offset=0))
    assert isinstance(reply, Answer)
    assert () == reply.also


def test_why_reveals_nothing_of_a_question_asked_elsewhere(bench: Bench, answer: Answer) -> None:
    bench.read_tea(ELSEWHERE)
    replies = [
        bench.handle(Why(actor=ANN, conversation=ELSEWHERE, answer_id=answer_id, offset=0))
        for answer_id in (answer.id, "invented")
    ]
    assert isinstance(replies[0], Refused)
    assert replies[0] == replies[1]
    assert not [word for word in answer.question.split() if word in replies[0].text]


def test_foreign_passages_are_not_explained(bench: Bench, answer: Answer) -> None:
    foreign = bench.searcher.search("tea", k=5, audience=Audience(workspace="discord:1"))
    forged = bench.ledger.remember("discord:2", "ann", "tea", foreign)
    reply = bench.handle(Why(actor=ANN, conversation=ELSEWHERE, answer_id=forged.id, offset=0))
    assert isinstance(reply, Refused)


def test_foreign_sources_are_not_listed_or_counted(bench: Bench, answer: Answer) -> None:
    listed = bench.handle(Sources(actor=MODERATOR, conversation=ELSEWHERE))
    status = bench.handle(Status(actor=MODERATOR, conversation=ELSEWHERE))
    assert SourceList(sources=()) == listed
    assert isinstance(status, StatusReport)
    assert (0, 0, 0) == (status.sources, status.documents, status.passages)


def test_a_moderator_cannot_manage_foreign_sources(bench: Bench, answer: Answer) -> None:
    for request in (
        RemoveSource(actor=MODERATOR, conversation=ELSEWHERE, name="tea", confirmed=True),
        Reindex(actor=MODERATOR, conversation=ELSEWHERE, name="tea"),
    ):
        assert isinstance(bench.handle(request), Refused)
    assert isinstance(bench.ask("green tea"), Answer)
