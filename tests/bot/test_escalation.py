"""Calling a human, and being told when one has seen to it."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.escalation import (
    CALLED,
    CALLED_ALREADY,
    NOBODY_TO_CALL,
    NOT_REACHED,
    ONLY_PRIVATELY,
    RESOLVED_ALREADY,
    UNKNOWN,
    Escalation,
)
from bot.messages import (
    Actor,
    Conversation,
    Decide,
    Decision,
    Errand,
    Escalate,
    Failed,
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
    Unanswered,
)
from bot.permissions import ONLY_MODERATORS
from bot.records import Records
from bot.routing import CALL_GONE
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench, taken

ASKED = "who sells tea pots in Rome?"
RECEIVED = "Luigi sells tea pots in Rome to who asks."
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
    errand = taken(bench.errands, "discord")
    assert isinstance(errand, Post)
    return errand


def wanted(bench: Bench) -> HelpWanted:
    reply = posted(bench).reply
    assert isinstance(reply, HelpWanted)
    return reply


def resolve(bench: Bench, id: str, actor: Actor = MODERATOR, at: Conversation = HERE) -> Reply:
    return bench.handle(Resolve(actor=actor, conversation=at, call_id=id))


def errand(bench: Bench) -> Errand | None:
    return taken(bench.errands, "discord")


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


def test_a_question_calls_again_when_its_call_was_resolved(desk: Bench) -> None:
    id = unanswered(desk)
    call(desk, id)
    first = wanted(desk).id
    resolve(desk, first)
    assert isinstance(errand(desk), Tell)
    assert Notice(text=CALLED) == call(desk, id)
    second = wanted(desk).id
    assert first != second
    assert Refused(text=CALLED_ALREADY) == call(desk, id, BOB)
    assert Refused(text=RESOLVED_ALREADY) == resolve(desk, first)
    assert isinstance(resolve(desk, second), HelpWanted)


def test_calls_of_an_older_version_stay_and_may_be_made_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as old:
        old.execute(
            """CREATE TABLE calls (id TEXT PRIMARY KEY, workspace TEXT NOT NULL, question_id TEXT NOT NULL,
            actor TEXT NOT NULL, name TEXT NOT NULL, channel TEXT NOT NULL, link TEXT NOT NULL,
            called_at TEXT NOT NULL, is_resolved INTEGER NOT NULL, UNIQUE (workspace, question_id)) STRICT"""
        )
        old.execute(
            "INSERT INTO calls VALUES ('c1', 'discord:1', 'q', 'ann', 'Ann', '', '', '2026-03-01', 1)"
        )
    old.close()
    bench = Bench()
    for _ in range(2):
        records = Records(path)
        Escalation(
            records,
            bench.clock,
            questions=bench.questions,
            preferences=bench.preferences,
            errands=bench.errands,
            hindered=bench.hindrances.note,
        )
        with records.write() as db:
            assert [("c1",)] == db.execute("SELECT id FROM calls WHERE is_resolved").fetchall()
            db.execute(
                "INSERT OR IGNORE INTO calls VALUES "
                "('c2', 'discord:1', 'q', 'ann', 'Ann', '', '', '2026-03-02', 0)"
            )
            assert (2,) == db.execute("SELECT count(*) FROM calls").fetchone()
        records.close()
    bench.records.close()


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


# Saving


def save(bench: Bench, id: str, actor: Actor = MODERATOR, words: str = RECEIVED) -> Reply:
    return bench.handle(Decide(actor=actor, conversation=HERE, decision=Decision.SAVE, item=id, words=words))


def test_whoever_resolved_is_offered_to_save_the_answer_and_it_is_quoted(desk: Bench) -> None:
    choose(desk, "questions.keep", "30")
    call(desk, unanswered(desk))
    assert isinstance(desk.ask(ASKED, BOB), NoAnswer)
    id = wanted(desk).id
    done = resolve(desk, id)
    assert isinstance(done, HelpWanted)
    assert done.offer is not None
    [item] = done.offer.items
    assert (ASKED, [(Decision.SAVE, id)]) == (
        item.title,
        [(choice.decision, choice.item) for choice in item.choices],
    )
    saved = save(desk, item.choices[0].item)
    assert isinstance(saved, Notice)
    assert f"Saved as the answer to “{ASKED}”" in saved.text
    desk.clock.advance(60)
    assert RECEIVED in desk.answer(ASKED).quote.text
    told = [errand(desk) for _ in range(3)]
    assert ["ann", "ann", "bob"] == sorted(each.actor_id for each in told if isinstance(each, Tell))
    assert 0 == len(desk.handle(Unanswered(actor=MODERATOR, conversation=HERE)).items)  # type: ignore[union-attr]


def test_only_moderators_save_it_and_only_while_its_words_are_kept(desk: Bench) -> None:
    call(desk, unanswered(desk))
    id = wanted(desk).id
    resolve(desk, id)
    for refused in (save(desk, id, ANN), save(desk, "unknown"), save(desk, id, words=" ")):
        assert isinstance(refused, Refused)
    desk.restart()
    assert Refused(text=CALL_GONE) == save(desk, id)


def test_without_its_words_nothing_is_offered_to_be_saved(desk: Bench) -> None:
    call(desk, unanswered(desk))
    id = wanted(desk).id
    desk.restart()
    done = resolve(desk, id)
    assert isinstance(done, HelpWanted)
    assert done.offer is None


# When nobody can be called


def test_whoever_called_and_the_moderators_are_told_when_nobody_can_be_called(desk: Bench) -> None:
    choose(desk, "moderators.ids", f"discord:{MODERATOR.id}")
    id = unanswered(desk)
    call(desk, id)
    refused = posted(desk)
    desk.escalation.refused(refused)
    asker, moderator = errand(desk), errand(desk)
    assert isinstance(asker, Tell)
    assert isinstance(moderator, Tell)
    assert (ANN.id, Notice(text=NOT_REACHED)) == (asker.actor_id, asker.reply)
    assert (MODERATOR.id, "I could not call a human in the channel help: ") == (
        moderator.actor_id,
        str(moderator.reply.text)[:46] if isinstance(moderator.reply, Notice) else "",
    )
    desk.clock.advance(60)
    assert Notice(text=CALLED) == call(desk, id)


def test_who_wished_to_be_forgotten_is_not_told_of_that_either(desk: Bench) -> None:
    call(desk, unanswered(desk))
    refused = posted(desk)
    desk.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    desk.escalation.refused(refused)
    desk.escalation.refused(
        Post(platform="discord", workspace="discord:1", channel="c", reply=Notice(text=""))
    )
    assert errand(desk) is None


def test_a_call_that_waits_is_taken_back_when_its_asker_is_forgotten(desk: Bench) -> None:
    call(desk, unanswered(desk))
    desk.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    assert errand(desk) is None


def test_a_call_that_cannot_be_given_to_anybody_was_not_made(desk: Bench) -> None:
    id = unanswered(desk)
    with desk.records.write() as db:
        db.execute("ALTER TABLE errands RENAME TO away")
    assert isinstance(call(desk, id), Failed)
    with desk.records.write() as db:
        db.execute("ALTER TABLE away RENAME TO errands")
    desk.clock.advance(60)
    assert Notice(text=CALLED) == call(desk, id)
