"""Calling a human, and being told when one has seen to it."""

from dataclasses import replace

import pytest

from bot.escalation import (
    CALLED,
    CALLED_ALREADY,
    NOBODY_TO_CALL,
    ONLY_MODERATORS,
    ONLY_PRIVATELY,
    RESOLVED_ALREADY,
    UNKNOWN,
)
from bot.messages import (
    Actor,
    Conversation,
    Errand,
    Escalate,
    ForgetMe,
    HelpWanted,
    MyData,
    NoAnswer,
    Notice,
    PersonalData,
    Post,
    Prefer,
    Refused,
    Reply,
    Resolve,
    Tell,
)
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench

ASKED = "who sells tea pots in Rome?"
LINK = "https://chat.example.com/1/2"


def choose(bench: Bench, name: str, value: str) -> Reply:
    return bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name=name, value=value))


@pytest.fixture
def desk(bench: Bench) -> Bench:
    """A community with a channel in which humans help."""
    bench.read_tea()
    choose(bench, "human.channel", "help")
    choose(bench, "human.group", "mods")
    return bench


def unanswered(bench: Bench, actor: Actor = ANN) -> str:
    reply = bench.ask(ASKED, actor)
    assert isinstance(reply, NoAnswer)
    assert reply.id
    return reply.id


def call(bench: Bench, id: str, actor: Actor = ANN, at: Conversation = HERE, link: str = LINK) -> Reply:
    return bench.handle(Escalate(actor=actor, conversation=at, answer_id=id, link=link))


def posted(bench: Bench) -> Post:
    errand = bench.errands.take("discord")
    assert isinstance(errand, Post)
    return errand


def wanted(bench: Bench) -> HelpWanted:
    reply = posted(bench).reply
    assert isinstance(reply, HelpWanted)
    return reply


def resolve(bench: Bench, id: str, actor: Actor = MODERATOR, at: Conversation = HERE) -> Reply:
    return bench.handle(Resolve(actor=actor, conversation=at, call_id=id))


def errand(bench: Bench) -> Errand | None:
    return bench.errands.take("discord")


# Calling


def test_a_human_is_called_with_who_asks_what_where_and_the_near_misses(desk: Bench) -> None:
    assert Notice(text=CALLED) == call(desk, unanswered(desk))
    post = posted(desk)
    assert ("discord:1", "help", "", "mods") == (post.workspace, post.channel, post.thread, post.mention)
    reply = post.reply
    assert isinstance(reply, HelpWanted)
    assert ("Ann", ASKED, "general", LINK) == (reply.name, reply.question, reply.channel, reply.link)
    assert ["Tea"] == [near.title for near in reply.nearest]


def test_a_human_can_be_called_to_an_answer_too(desk: Bench) -> None:
    assert Notice(text=CALLED) == call(desk, desk.answer("green tea").id, BOB)
    assert "Bob" == wanted(desk).name


def test_where_nobody_was_named_to_be_called_that_is_said_kindly(bench: Bench) -> None:
    bench.read_tea()
    assert Refused(text=NOBODY_TO_CALL) == call(bench, unanswered(bench))
    assert errand(bench) is None


def test_what_was_asked_privately_is_not_told_to_the_channel_where_it_was_asked(bench: Bench) -> None:
    bench.read_tea()
    choose(bench, "human.group", "mods")
    id = unanswered(bench)
    public = Escalate(actor=ANN, conversation=HERE, answer_id=id, link=LINK)
    private = (
        replace(public, link=""),
        replace(public, external=True),
        replace(public, conversation=replace(HERE, channel="dm", private=True)),
    )
    assert [Refused(text=ONLY_PRIVATELY)] * 3 == [bench.handle(request) for request in private]
    assert errand(bench) is None
    bench.clock.advance(60)
    choose(bench, "human.channel", "help")
    assert Notice(text=CALLED) == bench.handle(private[0])
    assert ("help", "") == (posted(bench).channel, private[0].link)


def test_a_group_without_a_channel_is_called_where_the_question_was_asked(bench: Bench) -> None:
    bench.read_tea()
    choose(bench, "human.group", "mods")
    call(bench, unanswered(bench), at=replace(HERE, thread="t1"))
    post = posted(bench)
    assert ("general", "t1", "mods") == (post.channel, post.thread, post.mention)


def test_a_channel_without_a_group_is_told_without_calling_anybody(bench: Bench) -> None:
    bench.read_tea()
    choose(bench, "human.channel", "help")
    call(bench, unanswered(bench))
    assert "" == posted(bench).mention


def test_a_direct_message_is_not_named_as_a_channel(desk: Bench) -> None:
    call(desk, unanswered(desk), at=replace(HERE, channel="dm", private=True), link="")
    assert "" == wanted(desk).channel


def test_a_question_calls_once(desk: Bench) -> None:
    id = unanswered(desk)
    call(desk, id)
    assert Refused(text=CALLED_ALREADY) == call(desk, id, BOB)
    assert isinstance(errand(desk), Post)
    assert errand(desk) is None


def test_calls_count_as_questions_against_the_limit(desk: Bench) -> None:
    ids = [unanswered(desk), unanswered(desk)]
    call(desk, ids[0])
    call(desk, ids[1])
    refused = call(desk, unanswered(desk, BOB))
    assert isinstance(refused, Refused)
    assert "faster" in refused.text


def test_a_question_whose_words_are_gone_calls_nobody(desk: Bench) -> None:
    id = unanswered(desk)
    for refused in (call(desk, id, at=ELSEWHERE), call(desk, "unknown")):
        assert isinstance(refused, Refused)
        assert "then call a human" in refused.text
    desk.restart()
    assert isinstance(call(desk, id), Refused)
    assert errand(desk) is None


def test_what_is_no_id_cannot_be_called(desk: Bench) -> None:
    for name in ("human.channel", "human.group"):
        assert isinstance(choose(desk, name, "the help desk"), Refused)


# Resolving


def test_whoever_called_is_told_when_it_is_resolved(desk: Bench) -> None:
    call(desk, unanswered(desk))
    done = resolve(desk, wanted(desk).id)
    assert isinstance(done, HelpWanted)
    assert ("Mo", "Ann", ASKED) == (done.resolved_by, done.name, done.question)
    told = errand(desk)
    assert isinstance(told, Tell)
    assert ("ann", "discord:1") == (told.actor_id, told.workspace)
    assert isinstance(told.reply, Notice)
    assert f"Mo has seen to the question for which you called a human: “{ASKED}”." == told.reply.text
    assert (LINK,) == told.reply.details


def test_a_call_is_resolved_after_a_restart_though_its_words_are_gone(desk: Bench) -> None:
    call(desk, unanswered(desk))
    id = wanted(desk).id
    desk.restart()
    done = resolve(desk, id)
    assert isinstance(done, HelpWanted)
    assert ("", "Ann") == (done.question, done.name)


def test_only_moderators_resolve_only_once_and_only_here(desk: Bench) -> None:
    call(desk, unanswered(desk))
    id = wanted(desk).id
    assert Refused(text=ONLY_MODERATORS) == resolve(desk, id, ANN)
    assert Refused(text=UNKNOWN) == resolve(desk, id, at=ELSEWHERE)
    resolve(desk, id)
    assert Refused(text=RESOLVED_ALREADY) == resolve(desk, id, replace(MODERATOR, id="mo2"))
    assert isinstance(errand(desk), Tell)
    assert errand(desk) is None


def test_who_wished_to_be_forgotten_is_not_told(desk: Bench) -> None:
    call(desk, unanswered(desk))
    id = wanted(desk).id
    data = desk.handle(MyData(actor=ANN, conversation=HERE))
    assert isinstance(data, PersonalData)
    assert "1 call of yours for a human: when and where, for 90 days" in data.lines
    desk.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    assert Refused(text=UNKNOWN) == resolve(desk, id)
    assert errand(desk) is None
