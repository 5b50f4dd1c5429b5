"""Channels that are quoted: gathered, followed, and gone at once when they are to go."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels import NOT_HERE, Channels
from bot.jobs import Jobs
from bot.messages import (
    Actor,
    AddChannel,
    Answer,
    Channel,
    ChannelChanged,
    Errand,
    Finding,
    Follow,
    ForgetMe,
    Gather,
    Gathered,
    MyData,
    Notice,
    PauseSource,
    PersonalData,
    Posting,
    Refused,
    Reindex,
    Remark,
    RemoveSource,
    Reply,
    Revise,
    Talk,
    Tell,
    Undo,
)
from bot.testing import FakeTranscripts
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, TERMINAL, Bench, taken

HELP = Channel(id="55", name="help")
BOT = Actor(id="")
ORGAN = "How do I tune the organ?"


def remark(id: int, text: str, author: str = "ann") -> Remark:
    return Remark(
        text=text,
        author=author.title(),
        author_id=author,
        written_at=datetime(2026, 3, 1, 12, id, tzinfo=UTC),
        link=f"https://discord.com/channels/1/55/{id}",
        message=f"55/{id}",
    )


TUNING = Talk(id="1", remarks=(remark(1, ORGAN), remark(2, "Tune the organ with a brass sleeve.", "bob")))
FERRY = Talk(id="3", remarks=(remark(3, "The ferry leaves from pier four.", "bob"),))


@pytest.fixture
def bench(bench: Bench) -> Bench:
    """A bench with an adapter that comes for errands."""
    bench.errands.call("discord", lambda: None)
    return bench


def add(bench: Bench, actor: Actor = MODERATOR, where: object = HERE) -> Reply:
    return bench.handle(AddChannel(actor=actor, conversation=where, channel=HELP))  # type: ignore[arg-type]


def gathered(bench: Bench, *talks: Talk, refusal: str = "", asked_by: str = "") -> Reply:
    handed_in = Gathered(
        actor=BOT, conversation=HERE, channel=HELP, talks=talks, refusal=refusal, asked_by=asked_by
    )
    return bench.handle(handed_in)


@pytest.fixture
def read(bench: Bench) -> Bench:
    """A bench that quotes a channel of two conversations."""
    add(bench)
    gathered(bench, TUNING, FERRY)
    errands(bench)
    return bench


def errands(bench: Bench) -> list[Errand]:
    found: list[Errand] = []
    while (errand := taken(bench.errands, "discord")) is not None:
        found.append(errand)
    return found


def follow(bench: Bench, id: int, text: str | None) -> Reply:
    return bench.handle(Follow(actor=BOT, conversation=HERE, message=f"55/{id}", text=text))


def quoted(bench: Bench, question: str) -> str:
    bench.clock.advance(60)
    reply = bench.ask(question)
    return reply.quote.text if isinstance(reply, Finding) else ""


def test_a_moderator_adds_a_channel_and_is_told_when_it_was_looked_through(bench: Bench) -> None:
    assert isinstance(add(bench), Notice)
    gather = Gather(platform="discord", workspace=HERE.workspace, channel=HELP, asked_by=MODERATOR.id)
    assert [gather] == errands(bench)
    gathered(bench, TUNING, FERRY, asked_by=MODERATOR.id)
    [told] = errands(bench)
    assert isinstance(told, Tell)
    assert isinstance(told.reply, Notice)
    assert "Read #help as help: 2 conversations, 3 passages." == told.reply.text
    assert "Tune the organ with a brass sleeve." == quoted(bench, "organ brass sleeve")


def test_nobody_else_adds_a_channel(bench: Bench) -> None:
    assert isinstance(add(bench, ANN), Refused)
    assert NOT_HERE == add(bench, where=TERMINAL)
    assert [] == bench.library.names(HERE.workspace)


def test_a_channel_is_added_once(read: Bench) -> None:
    refused = add(read)
    assert isinstance(refused, Refused)
    assert "is read already, as the source help" in refused.text


def test_an_operator_may_leave_channels_out(bench: Bench) -> None:
    channels = Channels(
        bench.records,
        library=bench.library,
        transcripts=FakeTranscripts(bench.library),
        jobs=Jobs(bench.library, bench.clock),
        errands=bench.errands,
        allowed_kinds=("page",),
    )
    refused = channels.add(AddChannel(actor=MODERATOR, conversation=HERE, channel=HELP))
    assert isinstance(refused, Refused)
    assert "sources.kinds" in refused.text


def test_a_channel_that_cannot_be_read_is_not_added(bench: Bench) -> None:
    add(bench)
    errands(bench)
    gathered(bench, refusal="not everyone can read it.", asked_by=MODERATOR.id)
    [told] = errands(bench)
    assert isinstance(told, Tell)
    assert Notice(text="#help was not added: not everyone can read it.") == told.reply
    assert [] == bench.library.names(HERE.workspace)


def test_a_channel_that_cannot_be_read_any_more_is_quoted_no_more(read: Bench) -> None:
    gathered(read, refusal="not everyone can read it.")
    assert "" == quoted(read, "organ brass sleeve")
    assert ["help"] == read.library.names(HERE.workspace)
    gathered(read, TUNING)
    assert "Tune the organ with a brass sleeve." == quoted(read, "organ brass sleeve")


def test_what_is_not_solved_or_pinned_any_more_is_quoted_no_more(read: Bench) -> None:
    gathered(read, TUNING)
    assert "" == quoted(read, "ferry leaves pier")


def test_however_much_of_a_channel_is_to_go_nobody_is_asked_first(bench: Bench) -> None:
    add(bench)
    talks = [Talk(id=str(id), remarks=(remark(id, f"Rule {id} is kept.", "bob"),)) for id in range(1, 40)]
    gathered(bench, *talks)
    gathered(bench, refusal="not everyone can read it.")
    assert "" == quoted(bench, "rule is kept")


def test_messages_follow_their_edits_and_deletions(read: Bench) -> None:
    follow(read, 3, "The ferry leaves from pier seven.")
    assert "The ferry leaves from pier seven." == quoted(read, "ferry leaves pier")
    follow(read, 2, None)
    assert "" == quoted(read, "organ brass sleeve")
    follow(read, 3, "")
    assert "" == quoted(read, "ferry leaves pier")


def test_a_conversation_goes_with_its_question(read: Bench) -> None:
    follow(read, 1, None)
    assert "" == quoted(read, "organ brass sleeve")
    assert "The ferry leaves from pier four." == quoted(read, "ferry leaves pier")


def test_what_was_deleted_while_it_was_gathered_stays_deleted(read: Bench) -> None:
    follow(read, 3, None)
    gathered(read, TUNING, FERRY)
    assert "" == quoted(read, "ferry leaves pier")


def test_a_channel_is_looked_at_again_when_something_in_it_was_edited(read: Bench) -> None:
    follow(read, 3, "The ferry leaves from pier seven.")
    assert [Gather(platform="discord", workspace=HERE.workspace, channel=HELP)] == errands(read)
    gathered(read, TUNING, replace(FERRY, remarks=(remark(3, "The ferry leaves from pier nine.", "bob"),)))
    assert "The ferry leaves from pier nine." == quoted(read, "ferry leaves pier")


def test_deletions_are_followed_in_a_paused_channel_and_nothing_else_is(read: Bench) -> None:
    read.handle(PauseSource(actor=MODERATOR, conversation=HERE, name="help", paused=True))
    follow(read, 3, None)
    assert "" == quoted(read, "ferry leaves pier")
    gathered(read, TUNING, Talk(id="9", remarks=(remark(9, "Bells ring on Sundays at noon.", "bob"),)))
    assert "" == quoted(read, "bells ring sundays noon")
    assert "Tune the organ with a brass sleeve." == quoted(read, "organ brass sleeve")


def test_a_posted_answer_goes_with_its_message(read: Bench) -> None:
    reply = read.ask("organ brass sleeve")
    assert isinstance(reply, Answer)
    read.living.note(
        Posting(
            platform="discord",
            workspace=HERE.workspace,
            channel="general",
            message="77",
            answer_id=reply.id,
            offset=0,
        )
    )
    follow(read, 2, None)
    read.clock.advance(60)
    read.living.step()
    [revised] = errands(read)
    assert isinstance(revised, Revise)
    assert isinstance(revised.reply, Notice)


def test_who_asks_is_told_how_many_messages_are_kept_and_may_have_them_erased(read: Bench) -> None:
    kept = read.handle(MyData(actor=BOB, conversation=HERE))
    assert isinstance(kept, PersonalData)
    assert "2 messages of yours in channels that I quote" in kept.lines
    read.handle(ForgetMe(actor=BOB, conversation=HERE, confirmed=True))
    assert "" == quoted(read, "organ brass sleeve")
    assert "" == quoted(read, "ferry leaves pier")
    gathered(read, TUNING, FERRY)
    assert "" == quoted(read, "organ brass sleeve")


def test_who_is_forgotten_elsewhere_is_quoted_here(read: Bench) -> None:
    read.handle(ForgetMe(actor=BOB, conversation=ELSEWHERE, confirmed=True))
    assert "Tune the organ with a brass sleeve." == quoted(read, "organ brass sleeve")


def test_other_communities_neither_read_nor_change_a_channel(read: Bench) -> None:
    assert not isinstance(read.ask("organ brass sleeve", conversation=ELSEWHERE), Finding)
    read.handle(Follow(actor=BOT, conversation=ELSEWHERE, message="55/2", text=None))
    read.handle(ChannelChanged(actor=BOT, conversation=replace(ELSEWHERE, channel="55")))
    read.handle(Gathered(actor=BOT, conversation=ELSEWHERE, channel=HELP))
    assert [] == errands(read)
    assert "Tune the organ with a brass sleeve." == quoted(read, "organ brass sleeve")


def test_a_channel_is_looked_at_again_when_it_changes_or_is_read_anew(read: Bench) -> None:
    gather = Gather(platform="discord", workspace=HERE.workspace, channel=HELP)
    for channel, found in (("55", [gather]), ("56", []), ("", [gather])):
        read.handle(ChannelChanged(actor=BOT, conversation=replace(HERE, channel=channel)))
        assert found == errands(read)
    read.handle(Reindex(actor=MODERATOR, conversation=HERE, name="help"))
    assert [gather] == errands(read)
    read.channels.ask_all()
    assert [gather] == errands(read)


def test_a_removed_channel_does_not_come_back(read: Bench) -> None:
    read.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="help", confirmed=True))
    assert isinstance(read.handle(Undo(actor=MODERATOR, conversation=HERE)), Refused)
    gathered(read, TUNING, FERRY)
    assert "" == quoted(read, "organ brass sleeve")
    assert isinstance(add(read), Notice)


def test_what_was_deleted_is_not_undone(read: Bench) -> None:
    follow(read, 3, None)
    read.handle(Undo(actor=MODERATOR, conversation=HERE))
    assert "" == quoted(read, "ferry leaves pier")
