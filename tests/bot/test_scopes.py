"""Which sources a channel is given, who chooses them, and what is quoted there."""

from dataclasses import replace

import pytest

from bot.messages import (
    Actor,
    Answer,
    Ask,
    Audit,
    Conversation,
    Escalate,
    HelpWanted,
    More,
    NoAnswer,
    Notice,
    Offer,
    Overhear,
    Overview,
    OverviewReport,
    Post,
    Prefer,
    Reasons,
    Refused,
    RemoveSource,
    Reply,
    Scope,
    SetMode,
    Silence,
    Suggest,
    Suggestions,
    Undo,
    Why,
    listed_names,
)
from tests.bot.conftest import ANN, ELSEWHERE, HERE, MODERATOR, TERMINAL, Bench, taken

THREAD = replace(HERE, thread="7")
OTHER_CHANNEL = replace(HERE, channel="random")
GREEN = "green tea wants water at eighty degrees"
OOLONG = "oolong stands between green tea and black tea"


@pytest.fixture
def reading(bench: Bench) -> Bench:
    """A bench that has read three sources."""
    bench.read_tea()
    bench.upload("Oolong stands between green tea and black tea.", "oolong")
    bench.upload("Green tea wants water at seventy degrees.", "rumours")
    return bench


def scope(
    bench: Bench, *names: str, actor: Actor = MODERATOR, where: Conversation = HERE, told: bool = False
) -> Reply:
    sources = None if told else frozenset(names)
    return bench.handle(Scope(actor=actor, conversation=where, sources=sources))


def told(bench: Bench, where: Conversation = HERE) -> str:
    reply = scope(bench, where=where, told=True)
    assert isinstance(reply, Notice)
    return reply.text


def remove(bench: Bench, name: str) -> None:
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name=name, confirmed=True))


def source_of(reply: Reply) -> str:
    assert isinstance(reply, Answer)
    return reply.quote.citation.source


def seconds(bench: Bench, answer_id: str) -> set[str]:
    """Return the source of what is told to come second, if anything does."""
    why = bench.handle(Why(actor=ANN, conversation=HERE, answer_id=answer_id, offset=0))
    assert isinstance(why, Reasons)
    return {why.second.source} if why.second else set()


# Choosing


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("", None),
        (" ", None),
        ("all", frozenset()),
        (" ALL ", frozenset()),
        ("tea", {"tea"}),
        ("staff handbook, tea ,,tea", {"staff handbook", "tea"}),
        (",", None),
    ],
)
def test_names_are_parted_by_commas_and_all_stands_for_all(written: str, names: set[str] | None) -> None:
    assert names == listed_names(written)


def test_a_channel_has_all_sources_until_it_is_given_some(reading: Bench) -> None:
    assert "I look in all sources here." == told(reading)
    assert Notice(text="From now on I look only in these sources here: oolong, tea.") == scope(
        reading, "Tea", "oolong"
    )
    scope(reading, "tea")
    assert "I look only in these sources here: tea." == told(reading)
    assert Notice(text="From now on I look in all sources here.") == scope(reading)
    assert "I look in all sources here." == told(reading)


def test_a_scope_is_of_one_channel_of_one_community_with_its_threads(reading: Bench) -> None:
    scope(reading, "tea", where=THREAD)
    assert "I look only in these sources here: tea." == told(reading)
    for other in (ELSEWHERE, OTHER_CHANNEL):
        assert "I look in all sources here." == told(reading, other)


def test_only_moderators_give_a_channel_its_sources(reading: Bench) -> None:
    for refused in (scope(reading, "tea", actor=ANN), scope(reading, actor=ANN, told=True)):
        assert isinstance(refused, Refused)
        assert "Only moderators" in refused.text
    assert "I look in all sources here." == told(reading)


def test_a_source_that_there_is_not_is_refused_with_those_that_there_are(reading: Bench) -> None:
    scope(reading, "tea")
    assert Refused(text="There is no source coffee. There are: oolong, rumours, tea.") == scope(
        reading, "oolong", "coffee"
    )
    assert "I look only in these sources here: tea." == told(reading)


@pytest.mark.parametrize("where", [TERMINAL, replace(HERE, private=True)], ids=["terminal", "private"])
def test_where_there_are_no_channels_there_are_no_scopes(reading: Bench, where: Conversation) -> None:
    for reply in (scope(reading, where=where), scope(reading, where=where, told=True)):
        assert isinstance(reply, Refused)
        assert "no channels here" in reply.text


def test_who_gave_a_channel_its_sources_is_on_record(reading: Bench) -> None:
    scope(reading, "tea", "oolong")
    scope(reading)
    scope(reading, told=True)
    trail = reading.handle(Audit(actor=MODERATOR, conversation=HERE))
    assert isinstance(trail, Notice)
    assert [
        "Mo: gave the channel general all sources",
        "Mo: gave the channel general only the sources oolong, tea",
    ] == [line.partition(", ")[2] for line in trail.details[:2]]


# Asking


def test_a_question_is_answered_from_the_sources_of_its_channel_alone(reading: Bench) -> None:
    assert "oolong" == source_of(reading.ask(OOLONG))
    scope(reading, "tea")
    assert "tea" == source_of(reading.ask("green tea"))
    missed = reading.ask(OOLONG, conversation=THREAD)
    assert not isinstance(missed, Answer)
    assert "oolong" == source_of(reading.ask(OOLONG, conversation=OTHER_CHANNEL))


def test_where_nothing_is_found_the_sources_of_the_channel_are_named_in_order(reading: Bench) -> None:
    scope(reading, "tea", "oolong")
    reply = reading.ask("the painted chapel ceiling")
    assert isinstance(reply, NoAnswer)
    assert "I found nothing in oolong, tea that answers this." == reply.text


def test_more_and_why_stay_within_the_sources_of_the_channel(reading: Bench) -> None:
    scope(reading, "tea")
    answer = reading.answer("green tea")
    more = reading.handle(More(actor=ANN, conversation=HERE, answer_id=answer.id, offset=1))
    assert "tea" == source_of(more)
    beyond = reading.handle(More(actor=ANN, conversation=HERE, answer_id=answer.id, offset=2))
    assert isinstance(beyond, Refused)
    assert {"tea"} == seconds(reading, answer.id)


def test_a_source_outside_is_refused_to_all_but_moderators(reading: Bench) -> None:
    scope(reading, "tea")
    assert "tea" == source_of(reading.ask("green tea", source="TEA"))
    assert Refused(
        text="In this channel I look only in these sources: tea. For oolong ask me elsewhere, "
        "or ask a moderator."
    ) == reading.ask(OOLONG, source="oolong")
    assert "oolong" == source_of(reading.ask(OOLONG, actor=MODERATOR, source="oolong"))


def test_moderators_who_name_no_source_have_those_of_the_channel(reading: Bench) -> None:
    scope(reading, "tea")
    assert not isinstance(reading.ask(OOLONG, actor=MODERATOR), Answer)


def test_suggestions_come_from_the_sources_of_the_channel(reading: Bench) -> None:
    scope(reading, "tea")

    def suggested(where: Conversation, source: str = "") -> Reply:
        return reading.handle(Suggest(actor=ANN, conversation=where, typed="", source=source))

    here, elsewhere = suggested(HERE), suggested(OTHER_CHANNEL)
    assert isinstance(here, Suggestions)
    assert isinstance(elsewhere, Suggestions)
    assert set(here.texts) < set(elsewhere.texts)
    assert isinstance(suggested(HERE, "oolong"), Refused)


def test_an_overview_tells_questions_that_the_channel_answers(reading: Bench) -> None:
    reading.upload("House rules begin at the door.", "house rules")
    reading.upload("Garden rules begin at the gate.", "garden rules")

    def questions(where: Conversation = HERE) -> list[str]:
        overview = reading.handle(Overview(actor=ANN, conversation=where))
        assert isinstance(overview, OverviewReport)
        return sorted(question.casefold() for question in overview.questions)

    both = ["garden rules", "house rules"]
    assert both == questions()
    scope(reading, "house rules")
    assert (["house rules"], both) == (questions(), questions(OTHER_CHANNEL))
    remove(reading, "house rules")
    assert [] == questions()


def test_unasked_only_the_sources_of_the_channel_are_quoted(reading: Bench) -> None:
    reading.handle(SetMode(actor=MODERATOR, conversation=HERE, mode="answer"))
    scope(reading, "tea")

    def heard(text: str) -> Reply:
        request = Overhear(actor=ANN, conversation=THREAD, text=text, is_addressed=False, opens_thread=True)
        return reading.handle(request)

    assert isinstance(heard(f"does {OOLONG}?"), Silence)
    offer = heard(f"does {GREEN}?")
    assert isinstance(offer, Offer)
    assert "tea" == source_of(offer.answer)
    assert {"tea"} == seconds(reading, offer.answer.id)


@pytest.mark.parametrize(("removed", "near"), [("", ["oolong"]), ("oolong", [])])
def test_a_human_is_called_with_the_documents_of_the_channel(
    reading: Bench, removed: str, near: list[str]
) -> None:
    for name, value in (("human.channel", "help"), ("human.group", "mods")):
        reading.handle(Prefer(actor=MODERATOR, conversation=HERE, name=name, value=value))
    scope(reading, "oolong")
    missed = reading.ask("who sells tea pots in Rome?")
    assert isinstance(missed, NoAnswer)
    if removed:
        remove(reading, removed)
    reading.handle(Escalate(actor=ANN, conversation=HERE, answer_id=missed.id))
    errand = taken(reading.errands, "discord")
    assert isinstance(errand, Post)
    assert isinstance(errand.reply, HelpWanted)
    assert near == [document.title.casefold() for document in errand.reply.nearest]


# What was removed since


def test_a_source_that_was_removed_since_is_left_out(reading: Bench) -> None:
    scope(reading, "tea", "oolong")
    remove(reading, "oolong")
    assert "I look only in these sources here: tea." == told(reading)
    assert "tea" == source_of(reading.ask("green tea"))


def test_a_channel_with_no_source_left_answers_nothing_until_it_has_some_again(reading: Bench) -> None:
    scope(reading, "oolong")
    remove(reading, "oolong")
    refused = Refused(
        text="All sources that this channel was given were removed. A moderator can give it others."
    )
    assert refused == reading.ask("green tea")
    assert refused == reading.ask("green tea", source="tea")
    assert refused == reading.handle(Ask(actor=MODERATOR, conversation=THREAD, question="green tea"))
    assert "All sources that this channel was given were removed, so I answer nothing here." == told(reading)
    reading.handle(Undo(actor=MODERATOR, conversation=HERE))
    assert "oolong" == source_of(reading.ask(OOLONG))
