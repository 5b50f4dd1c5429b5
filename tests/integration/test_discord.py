"""The unmodified discord.py against a Discord on this machine: every way in, every way that fails."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.client import DiscordAdapter
from bot.errors import AdapterFailure, IntentMissing, SettingInvalid, TokenRejected
from bot.messages import (
    Actor,
    AddGolden,
    AddSource,
    Arrive,
    Aside,
    Ask,
    Audit,
    Cancel,
    Conversation,
    Decide,
    Decision,
    Delete,
    Escalate,
    Export,
    ExportFormat,
    ExportKind,
    Fate,
    Follow,
    ForgetMe,
    Group,
    Inspect,
    Mode,
    More,
    MyData,
    NoAnswer,
    Notice,
    Notify,
    Offer,
    Overhear,
    Overview,
    PauseSource,
    Post,
    Posting,
    Prefer,
    Preferences,
    Progress,
    Rate,
    ReadOn,
    Refused,
    Reindex,
    RemoveSource,
    Resolve,
    Review,
    Revise,
    Said,
    SaveAnswer,
    ScheduleSource,
    Scope,
    Segment,
    SetMode,
    Share,
    Silence,
    SourceList,
    Sources,
    Stats,
    Status,
    Suggest,
    Suggestions,
    Tell,
    Unanswered,
    Undo,
    Upload,
    Verify,
    Why,
    Withdraw,
)
from tests.adapters.replies import HELP_WANTED, REPLIES, answer, closest, quote
from tests.fakes.core import ScriptedCore, running
from tests.fakes.discord import TOKEN, FakeDiscord, Message
from tests.fakes.discord_gateway import MESSAGE_CONTENT
from tests.fakes.discord_payloads import (
    APPLICATION,
    BOT_ADD,
    FORUM,
    GENERAL,
    GUILD,
    MODS,
    OTHER_GENERAL,
    OTHER_GUILD,
    THREAD,
    VIEW_AND_SEND,
    VIEW_AUDIT_LOG,
    audit_entry,
    guild_object,
    message_object,
    role_object,
    snowflake,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def build(discord: FakeDiscord, state: Path, **more: Any) -> DiscordAdapter:
    settings: dict[str, Any] = {
        "token": TOKEN,
        "api_url": discord.api_url,
        "gateway_url": discord.gateway_url,
        "guild_ready_timeout": 0.05,
    }
    return DiscordAdapter(**{**settings, "state_dir": state, **more})


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as fake:
        yield fake


@pytest.fixture
async def core() -> ScriptedCore:
    return ScriptedCore()


@pytest.fixture
async def bot(discord: FakeDiscord, core: ScriptedCore, tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    """A Discord with a bot connected."""
    async with running(build(discord, tmp_path), core):
        yield discord


def at(
    discord: FakeDiscord, user: str = "Ann", *, channel: str = GENERAL, thread: str = ""
) -> tuple[Actor, Conversation]:
    """Who the core is told asks, and where."""
    moderates = user == "Boss"
    return (
        Actor(
            id=discord.users[user]["id"],
            name=user,
            manages_workspace=moderates,
            groups=frozenset({GUILD, MODS} if moderates else {GUILD}),
        ),
        Conversation(platform="discord", workspace=f"discord:{GUILD}", channel=channel, thread=thread),
    )


# Ways in


async def test_ask_is_answered_to_the_asker_alone(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Ann", "ask", {"question": "How long is leave?"})
    assert "Ann" == message.only_for
    assert "**It lasts sixteen weeks.**" in message.shown
    assert "[Share]" in message.shown
    actor, here = at(bot)
    assert [
        Ask(actor=actor, conversation=here, question="How long is leave?", whispered=True)
    ] == core.requests


async def test_who_has_installed_the_bot_asks_their_shared_guild_from_anywhere(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    foreign = str(int(GUILD) + 7)  # a guild that the bot is not in
    bot.members[foreign] = {"Ann": [MODS]}
    data = bot._command_data("ask", {"question": "how long?"})
    for interaction in (
        await bot.interact(2, data, "Ann", foreign, ""),
        await bot.interact(2, data, "Ann", None, "", context=2),
    ):
        message = await bot._shown_after(interaction)
        assert "Ann" == message.only_for
        assert "[Share]" not in message.shown
    for request in core.requests:
        assert isinstance(request, Ask)
        assert (f"discord:{GUILD}", False) == (request.conversation.workspace, request.conversation.private)
        assert (False, True) == (request.actor.manages_workspace, request.whispered)


async def test_who_shares_no_guild_asks_nowhere_from_anywhere(bot: FakeDiscord, core: ScriptedCore) -> None:
    data = bot._command_data("ask", {"question": "how long?"})
    await bot._shown_after(await bot.interact(2, data, "Stranger", None, "", context=2))
    assert "" == core.requests[0].conversation.workspace


async def test_only_ask_can_be_taken_along(bot: FakeDiscord) -> None:
    elsewhere = [each["name"] for each in bot.commands if 1 in each["integration_types"]]
    assert ["ask"] == elsewhere
    assert ["ask"] == [each["name"] for each in bot.commands if 2 in each["contexts"]]


async def test_ask_may_name_the_source_to_look_in(bot: FakeDiscord, core: ScriptedCore) -> None:
    await bot.command("Ann", "ask", {"question": "How long is leave?", "source": "handbook"})
    actor, here = at(bot)
    whispered = Ask(actor=actor, conversation=here, question="How long is leave?", whispered=True)
    asked = replace(whispered, source="handbook")
    assert [asked] == core.requests
    assert ["source-002"] == await bot.choices("Ann", "ask", "source", "002")


async def test_what_could_be_asked_is_offered_while_one_types(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.replies_to[Suggest] = [Suggestions(texts=("Leave", "🏖" * 51, "Leave › How long?"))]
    assert ["Leave", "Leave › How long?"] == await bot.choices("Ann", "ask", "question", "lea")
    actor, here = at(bot)
    assert [Suggest(actor=actor, conversation=here, typed="lea")] == core.requests
    core.replies_to[Suggest] = [Refused(text="No.")]
    assert [] == await bot.choices("Ann", "ask", "question", "lea")


async def test_a_mention_is_answered_in_its_place_for_everyone(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    assert "" == message.only_for
    assert message.answers_to
    assert "[Share]" not in message.shown
    actor, here = at(bot)
    assert [Ask(actor=actor, conversation=here, question="how long?")] == core.requests


async def test_a_reply_to_the_bot_is_a_question(bot: FakeDiscord, core: ScriptedCore) -> None:
    shown = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    message = await bot.reply("Boss", "and for fathers?", shown)
    assert message.answers_to
    assert ["how long?", "and for fathers?"] == [
        request.question for request in core.requests if isinstance(request, Ask)
    ]


async def test_a_reply_to_somebody_else_is_not_for_the_bot(bot: FakeDiscord, core: ScriptedCore) -> None:
    shown = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    other = shown.raw | {"author": bot.users["Ann"]}
    await bot.write("Boss", "", content_seen="sixteen weeks", type=19, referenced=other)
    await bot.write("Boss", "", content_seen="  ", type=19, referenced=shown.raw)
    await bot.say("Ann", f"<@{APPLICATION}> and this?")
    assert 2 == len([request for request in core.requests if isinstance(request, Ask)])


async def test_a_mention_in_a_thread_names_the_thread(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.say("Ann", f"<@!{APPLICATION}> how long?", channel=THREAD)
    assert THREAD == message.channel
    assert at(bot, thread=THREAD)[1] == core.requests[0].conversation


async def test_what_is_said_to_others_is_not_answered(bot: FakeDiscord, core: ScriptedCore) -> None:
    await bot.write("Ann", "how long is leave?")
    await bot.write("Ann", "", mentions=[bot.bot])  # a reply to the bot, with nothing for it
    await bot.write("Ann", f"<@{APPLICATION}> I am a bot", author=bot.bot)
    await bot.write("Ann", f"<@{APPLICATION}> I am a hook", webhook_id="1")
    await bot.write("Ann", f"<@{APPLICATION}> was pinned", type=6)
    await bot.say("Ann", f"<@{APPLICATION}> and this?")
    assert ["and this?"] == [request.question for request in core.requests if isinstance(request, Ask)]


async def test_a_direct_message_asks_in_the_shared_guild(bot: FakeDiscord, core: ScriptedCore) -> None:
    await bot.say("Ann", "how long?", guild=None)
    conversation = core.requests[0].conversation
    assert (f"discord:{GUILD}", True) == (conversation.workspace, conversation.private)
    await bot.command("Ann", "ask", {"question": "how long?"}, guild=None)
    assert f"discord:{GUILD}" == core.requests[1].conversation.workspace
    assert 2 == len(bot.requests_of("GET", f"/members/{bot.users['Ann']['id']}"))


@pytest.mark.parametrize("memberships", [(), (GUILD, OTHER_GUILD)])
async def test_a_direct_message_without_one_shared_guild_asks_nowhere(
    bot: FakeDiscord, core: ScriptedCore, memberships: tuple[str, ...]
) -> None:
    for guild in memberships:
        bot.members[guild]["Stranger"] = []
    await bot.say("Stranger", "how long?", guild=None)
    assert "" == core.requests[0].conversation.workspace


async def test_the_message_menu_takes_the_message_as_the_question(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    message = await bot.menu("Ann", "Find an answer", "Does anyone know how long leave is?")
    assert "Ann" == message.only_for
    assert isinstance(core.requests[0], Ask)
    assert "Does anyone know how long leave is?" == core.requests[0].question


async def test_statistics_come_with_their_chart(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Boss", "stats")
    assert "Boss" == message.only_for
    assert "**Found helpful:** 9 of 10 (90%)" in message.shown
    assert {"questions.png": b"png"} == bot.uploads
    assert "attachment://questions.png" in json.dumps(message.raw["components"])
    actor, here = at(bot, "Boss")
    assert [Stats(actor=actor, conversation=here)] == core.requests


async def test_what_to_mend_is_attached(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Boss", "hygiene")
    assert "Boss" == message.only_for
    assert [Inspect] == [type(request) for request in core.requests]


async def test_an_export_is_attached(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Boss", "export", {"what": "feedback", "format": "jsonl"})
    assert ("Boss", "2 lines of feedback.") == (message.only_for, message.shown)
    assert ["feedback.csv"] == list(bot.uploads)
    actor, here = at(bot, "Boss")
    feedback, jsonl = ExportKind.FEEDBACK, ExportFormat.JSONL
    assert [Export(actor=actor, conversation=here, kind=feedback, format=jsonl)] == core.requests


async def test_changes_are_listed_to_the_moderator_alone(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Boss", "audit")
    assert "Boss" == message.only_for
    assert "Mo: removed the source tea" in message.shown
    actor, here = at(bot, "Boss")
    assert [Audit(actor=actor, conversation=here)] == core.requests


async def test_a_receipt_is_verified_for_whoever_names_it(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Ann", "verify", {"receipt": "k3v7qa"})
    assert ("Ann", "Receipt k3v7qa: match.") == (message.only_for, message.shown)
    actor, here = at(bot)
    assert [Verify(actor=actor, conversation=here, receipt="k3v7qa")] == core.requests


INTRODUCTION = Notice(text="I answer by quoting.", details=("First, let me read something.",))


async def arrive(bot: FakeDiscord, core: ScriptedCore, *, permissions: int = VIEW_AND_SEND) -> str:
    """Add the bot to a new guild, owned by Boss; return the id of its only channel."""
    core.replies_to[Arrive] = [INTRODUCTION]
    guild, channel = snowflake(), snowflake()
    bot.members[guild] = {"Ann": [], "Boss": []}
    owner = bot.users["Boss"]["id"]
    created = guild_object(guild, owner, channel, bot.bot, permissions=permissions)
    await bot.gateway.send("GUILD_CREATE", created)
    [arrived] = await core.asked(Arrive)
    assert f"discord:{guild}" == arrived.conversation.workspace
    return channel


async def test_when_it_is_added_to_a_guild_its_owner_is_told_how_to_begin(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    await arrive(bot, core)
    [told] = await bot.until(lambda: bot.messages)
    assert "I answer by quoting." in told.shown
    assert bot.direct_channel("Boss") == told.channel
    [arrived] = await core.asked(Arrive)
    assert Actor(id=bot.users["Boss"]["id"], manages_workspace=True) == arrived.actor
    assert [] == bot.requests_of("GET", "audit-logs")


@pytest.mark.parametrize("refusal", [0, 403])
async def test_where_it_may_read_the_audit_log_who_added_it_is_told(
    bot: FakeDiscord, core: ScriptedCore, refusal: int
) -> None:
    other = audit_entry(BOT_ADD, user=bot.users["Stranger"]["id"], target=snowflake())
    own = audit_entry(BOT_ADD, user=bot.users["Ann"]["id"], target=bot.bot["id"])
    bot.audit_log = [other, own]
    if refusal:
        bot.refuse("audit-logs", refusal, 50013)
    await arrive(bot, core, permissions=VIEW_AND_SEND | VIEW_AUDIT_LOG)
    [told] = await bot.until(lambda: bot.messages)
    assert bot.direct_channel("Boss" if refusal else "Ann") == told.channel


async def test_where_direct_messages_are_closed_a_channel_is_told(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    bot.refuse(f"channels/{bot.direct_channel('Boss')}", 403, 50007)
    channel = await arrive(bot, core)
    [told] = await bot.until(lambda: bot.messages)
    assert channel == told.channel
    assert "First, let me read something." in told.shown


async def test_who_is_introduced_already_is_told_nothing(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.replies_to[Arrive] = [Silence()]
    await bot.gateway.send(
        "GUILD_CREATE", guild_object(snowflake(), bot.users["Boss"]["id"], snowflake(), bot.bot)
    )
    await core.asked(Arrive)
    assert "Quoth" in (await bot.command("Ann", "status")).shown
    assert 1 == len(bot.messages)


# Buttons


async def test_buttons_work_after_a_restart(discord: FakeDiscord, tmp_path: Path) -> None:
    async with running(build(discord, tmp_path), ScriptedCore()):
        message = await discord.say("Ann", f"<@{APPLICATION}> how long?")
    core = ScriptedCore()
    actor, here = at(discord)
    async with running(build(discord, tmp_path), core):
        more = await discord.press("Ann", message, "More")
        thanks = await discord.press("Ann", message, "Helpful")
        await discord.press("Ann", message, "Not it")
    assert ("Ann", "Ann") == (more.only_for, thanks.only_for)
    assert "Thank you." in thanks.shown
    assert [
        More(actor=actor, conversation=here, answer_id="a1b2", offset=1),
        Rate(actor=actor, conversation=here, answer_id="a1b2", offset=0, helpful=True),
        Rate(actor=actor, conversation=here, answer_id="a1b2", offset=0, helpful=False),
    ] == core.requests


async def test_why_is_answered_to_the_presser_alone_after_a_restart_too(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    async with running(build(discord, tmp_path), ScriptedCore()):
        message = await discord.say("Ann", f"<@{APPLICATION}> how long?")
    core = ScriptedCore()
    async with running(build(discord, tmp_path), core):
        reasons = await discord.press("Boss", message, "Why this?")
    assert "Boss" == reasons.only_for
    assert "**How sure:** high confidence, 87%" in reasons.shown
    actor, here = at(discord, "Boss")
    assert [Why(actor=actor, conversation=here, answer_id="a1b2", offset=0)] == core.requests


async def test_the_closest_has_every_button_but_share(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.replies_to[Ask] = [closest()]
    message = await bot.command("Ann", "ask", {"question": "how long?"})
    assert "I am not sure. The closest I have:" in message.shown
    assert {"Helpful", "Not it", "More", "Why this?", "Need a human", "Delete"} == set(
        re.findall(r"\[([^][]+)\]$", message.shown, re.M)
    )


async def test_share_posts_the_answer_for_all_and_its_button_goes(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    private = await bot.command("Ann", "ask", {"question": "how long?"})
    await bot.press_only("Ann", private, "Share")
    await bot.until(lambda: private.edits)
    public = bot.messages[-1]
    assert "" == public.only_for
    assert "Shared by Ann" in public.shown
    assert "[Share]" not in private.shown
    assert "It lasts sixteen weeks." in private.shown
    assert isinstance(core.requests[-1], Share)


async def test_a_share_that_is_refused_is_told_to_the_presser(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.replies_to[Share] = [Refused(text="Only the person who asked can share this answer.")]
    private = await bot.command("Ann", "ask", {"question": "how long?"})
    refusal = await bot.press("Boss", private, "Share")
    assert ("Boss", "Only the person who asked can share this answer.") == (refusal.only_for, refusal.shown)


async def test_a_button_of_another_making_is_left_alone(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Ann", "ask", {"question": "how long?"})
    await bot.press_only("Ann", message, "More", custom_id="another:thing")
    await bot.press("Ann", message, "Helpful")
    assert [Ask, Rate] == [type(request) for request in core.requests]


async def test_what_follows_in_the_document_is_shown_to_the_presser(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    core.replies_to[Ask] = [answer(goes_on=True)]
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    first = await bot.press("Boss", message, "More from this document")
    assert ("Boss", True) == (first.only_for, "Carers have four weeks." in first.shown)
    await bot.press("Boss", first, "More from this document")
    assert [("a1b2", 0, 1), ("a1b2", 0, 2)] == [
        (each.answer_id, each.offset, each.step) for each in core.requests if isinstance(each, ReadOn)
    ]


async def test_whoever_may_deletes_a_card_and_others_are_told_why_not(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    public = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    private = await bot.command("Ann", "ask", {"question": "how long?"})
    for message in (public, private):
        await bot.press_only("Ann", message, "Delete")
        await bot.until(lambda message=message: message.deleted)  # type: ignore[misc]
    assert f"{GENERAL}/{public.raw['id']}" == (await core.asked(Delete, 2))[0].message
    core.replies_to[Delete] = [Refused(text="Only the person who asked can.")]
    public = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    refused = await bot.press("Boss", public, "Delete")
    assert ("Boss", "Only the person who asked can.", False) == (
        refused.only_for,
        refused.shown,
        public.deleted,
    )


async def test_a_human_is_called_with_a_link_to_what_all_see(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.replies_to[Ask] = [NoAnswer(text="I found nothing.", id="q1")]
    public = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    called = await bot.press("Ann", public, "Need a human")
    assert ("Ann", "I have called for a human.") == (called.only_for, called.shown)
    private = await bot.command("Ann", "ask", {"question": "how long?"})
    await bot.press("Ann", private, "Need a human")
    actor, here = at(bot)
    link = f"https://discord.com/channels/{GUILD}/{GENERAL}/{public.raw['id']}"
    assert [
        Escalate(actor=actor, conversation=here, answer_id="q1", link=link),
        Escalate(actor=actor, conversation=here, answer_id="q1"),
    ] == [each for each in core.requests if isinstance(each, Escalate)]


async def test_a_call_is_resolved_in_its_place_by_whoever_may(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.unasked.put_nowait(post(HELP_WANTED, mention=MODS))
    await bot.until(lambda: bot.messages)
    [call] = bot.messages
    core.replies_to[Resolve], resolved = [Refused(text="Only moderators can.")], core.replies_to[Resolve]
    assert "Only moderators can." == (await bot.press("Ann", call, "Resolved")).shown
    core.replies_to[Resolve] = resolved
    assert call is await bot.press("Boss", call, "Resolved")
    assert "Boss has seen to what Ann asked." in call.shown
    assert "[Resolved]" not in call.shown
    assert ["c1", "c1"] == [each.call_id for each in core.requests if isinstance(each, Resolve)]


async def test_whoever_resolves_a_call_is_offered_to_save_the_answer(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    given = replace(REPLIES["help_was_given"], offer=REPLIES["help_to_be_saved"])  # type: ignore[arg-type]
    core.replies_to[Resolve] = [given]
    core.unasked.put_nowait(post(HELP_WANTED, mention=MODS))
    await bot.until(lambda: bot.messages)
    [call] = bot.messages
    await bot.press("Boss", call, "Resolved")
    [_, offer] = await bot.until(lambda: bot.messages[1:] and bot.messages)
    assert "Boss" == offer.only_for
    opened = await bot.press_only("Boss", offer, "Save as answer")
    shown = await bot.submit(opened, answer="Sixteen weeks.")
    assert ("Decided.", "Boss") == (shown.shown, shown.only_for)
    [saved] = await core.asked(Decide)
    assert (Decision.SAVE, "c1", "Sixteen weeks.") == (saved.decision, saved.item, saved.words)


# Privacy


async def test_a_person_sees_and_erases_what_is_kept_of_them(bot: FakeDiscord, core: ScriptedCore) -> None:
    shown = await bot.command("Ann", "my-data")
    asked = await bot.command("Ann", "forget-me")
    assert ("Ann", "Ann") == (shown.only_for, asked.only_for)
    core.replies_to[ForgetMe] = [Notice(text="That is erased.")]
    assert "That is erased." == (await bot.press("Ann", asked, "Erase it")).shown
    actor, here = at(bot)
    assert [
        MyData(actor=actor, conversation=here),
        ForgetMe(actor=actor, conversation=here),
        ForgetMe(actor=actor, conversation=here, confirmed=True),
    ] == core.requests


# What the core says unasked


def posting(message: Message) -> Posting:
    return Posting(
        platform="discord",
        workspace=f"discord:{GUILD}",
        channel=message.channel,
        message=message.raw["id"],
        answer_id="a1b2",
        offset=0,
    )


def post(reply: Said, channel: str = GENERAL, **more: str) -> Post:
    fields = {"platform": "discord", "workspace": f"discord:{GUILD}"} | more
    return Post(channel=channel, reply=reply, **fields)


async def test_the_core_hears_where_a_whole_channel_sees_a_card(bot: FakeDiscord, core: ScriptedCore) -> None:
    mentioned = await bot.say("Ann", f"<@{APPLICATION}> how long?", channel=THREAD)
    private = await bot.command("Ann", "ask", {"question": "how long?"})
    await bot.press_only("Ann", private, "Share")
    await bot.until(lambda: private.edits)
    await bot.say("Ann", "how long?", guild=None)
    in_thread = replace(posting(mentioned), within=GENERAL)
    reported = await core.hears_of(2)
    assert [in_thread, posting(bot.messages[2])] == [replace(each, shared_by=None) for each in reported]
    assert [None, at(bot)[0]] == [each.shared_by for each in reported]


async def test_a_post_calls_the_role_that_it_names_and_nobody_else(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    core.unasked.put_nowait(post(Notice(text="@everyone <@&1> help"), mention=MODS))
    message = await bot.until(lambda: bot.messages and bot.messages[0])
    assert isinstance(message, Message)
    assert (GENERAL, f"<@&{MODS}>\n\\@everyone \\<\\@&1> help") == (message.channel, message.shown)
    [sent] = bot.requests_of("POST", f"/channels/{GENERAL}/messages")
    assert {"parse": [], "roles": [int(MODS)]} == sent.body["allowed_mentions"]


async def test_a_post_goes_to_its_thread_and_a_card_is_reported(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.unasked.put_nowait(post(answer(), thread=THREAD))
    [reported] = await core.hears_of(1)
    assert [THREAD] == [message.channel for message in bot.messages]
    assert replace(posting(bot.messages[0]), within=GENERAL) == reported


async def test_a_post_never_leaves_the_guild_of_its_workspace(bot: FakeDiscord, core: ScriptedCore) -> None:
    bot.unseen = {"77": GUILD, "78": OTHER_GUILD}
    for channel in (OTHER_GENERAL, "78", "general", "79", "77"):
        core.unasked.put_nowait(post(Notice(text="Mind this."), channel))
    await bot.until(lambda: bot.messages)
    assert ["77"] == [message.channel for message in bot.messages]


async def test_a_person_is_told_directly(bot: FakeDiscord, core: ScriptedCore) -> None:
    told = Tell(
        platform="discord",
        workspace=f"discord:{GUILD}",
        actor_id=bot.users["Ann"]["id"],
        reply=Notice(text="Your question was answered."),
    )
    core.unasked.put_nowait(told)
    await bot.until(lambda: bot.messages)
    assert (bot.direct_channel("Ann"), "Your question was answered.") == (
        bot.messages[0].channel,
        bot.messages[0].shown,
    )


async def test_a_card_is_revised_and_withdrawn(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    core.unasked.put_nowait(Revise(posting=posting(message), reply=Notice(text="It was withdrawn.")))
    await bot.until(lambda: message.edits)
    assert "It was withdrawn." == message.shown
    core.unasked.put_nowait(Withdraw(posting=posting(message)))
    await bot.until(lambda: message.deleted)


async def test_a_card_is_renewed_in_its_place(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    core.unasked.put_nowait(Revise(posting=posting(message), reply=answer(updated=True)))
    await bot.until(lambda: message.edits)
    assert message.shown.startswith("-# Updated since")
    assert "[Helpful]" in message.shown


async def test_an_errand_that_discord_refuses_is_survived(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    gone = replace(posting(message), message="1")
    core.unasked.put_nowait(Revise(posting=gone, reply=Notice(text="Never seen.")))
    core.unasked.put_nowait(Withdraw(posting=replace(gone, message="no id")))
    bot.refuse("/users/@me/channels", 403, 50007)
    core.unasked.put_nowait(
        Tell(platform="discord", workspace=f"discord:{GUILD}", actor_id="7", reply=Notice(text="Hello."))
    )
    core.unasked.put_nowait(post(Notice(text="Still here.")))
    await bot.until(lambda: "Still here." == bot.messages[-1].shown)
    # The second is no id of Discord's, which is a fault of ours.
    assert [Fate.REFUSED, Fate.LATER, Fate.REFUSED, Fate.DONE] == await core.settles(4)


# Sources


async def test_a_moderator_adds_an_attached_file(bot: FakeDiscord, core: ScriptedCore) -> None:
    options = {"file": ("guide.md", b"# Guide"), "name": "guide", "url": "https://docs.example.com"}
    message = await bot.command("Boss", "source add", options)
    assert ("Boss", "Added.") == (message.only_for, message.shown)
    actor, here = at(bot, "Boss")
    assert [
        AddSource(
            actor=actor,
            conversation=here,
            origin=Upload(filename="guide.md", data=b"# Guide"),
            name="guide",
            base_url="https://docs.example.com",
        )
    ] == core.requests


async def test_a_moderator_adds_a_path_or_is_told_what_is_missing(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    await bot.command("Boss", "source add", {"address": "/srv/docs"})
    neither = await bot.command("Boss", "source add")
    both = await bot.command("Boss", "source add", {"address": "/srv/docs", "file": ("a.md", b"a")})
    assert "Give either a file or an address, so that I know what to read." == neither.shown == both.shown
    assert ["/srv/docs"] == [request.origin for request in core.requests if isinstance(request, AddSource)]


async def test_a_file_that_is_too_large_or_gone_is_named(
    discord: FakeDiscord, core: ScriptedCore, tmp_path: Path
) -> None:
    async with running(build(discord, tmp_path, max_upload_bytes=1_000), core):
        large = await discord.command("Boss", "source add", {"file": ("big.md", b"x" * 1_001)})
        data = discord._command_data("source add", {"file": ("gone.md", b"x")})
        discord.files.clear()
        gone = await discord._shown_after(await discord.interact(2, data, "Boss", GUILD, ""))
    assert "“big.md” is larger than 0.001 MB" in large.shown
    assert "“gone.md” could not be fetched" in gone.shown
    assert [] == core.requests


async def test_sources_are_listed_removed_and_completed(bot: FakeDiscord, core: ScriptedCore) -> None:
    listed = await bot.command("Ann", "sources")
    assert "source-001" in listed.shown
    assert ["source-002"] == await bot.choices("Boss", "source remove", "name", "002")
    assert 3 == len(await bot.choices("Boss", "reindex", "source", ""))
    await bot.command("Boss", "source remove", {"name": "source-002"})
    await bot.command("Ann", "status")
    assert [Sources, Sources, Sources, RemoveSource, Status] == [type(each) for each in core.requests]


async def test_whoever_looks_in_is_told_what_to_ask(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Ann", "overview")
    assert "Ann" == message.only_for
    assert "How long is parental leave?" in message.shown
    actor, here = at(bot)
    assert [Overview(actor=actor, conversation=here)] == core.requests


async def test_reindex_edits_its_progress_into_the_reply(bot: FakeDiscord, core: ScriptedCore) -> None:
    message = await bot.command("Boss", "reindex", {"source": "handbook"})
    assert "0 of 50" in message.shown
    await bot.until(lambda: "Done." == message.shown)
    assert 1 == message.edits  # fifty steps came faster than Discord bears
    actor, here = at(bot, "Boss")
    assert [Reindex(actor=actor, conversation=here, name="handbook")] == core.requests


async def test_a_source_is_shown_paused_and_resumed(bot: FakeDiscord, core: ScriptedCore) -> None:
    assert "people/leave.md" in (await bot.command("Boss", "source show", {"name": "hr"})).shown
    for command in ("source pause", "source resume"):
        await bot.command("Boss", command, {"name": "hr"})
    await bot.command("Boss", "source schedule", {"name": "hr", "schedule": "every 6h"})
    assert "every 6h" == next(each.schedule for each in core.requests if isinstance(each, ScheduleSource))
    assert ["source-002"] == await bot.choices("Boss", "source pause", "name", "002")
    paused = [request.paused for request in core.requests if isinstance(request, PauseSource)]
    assert [True, False] == paused


async def test_removing_is_confirmed_by_a_button_and_undone_by_a_command(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    message = await bot.command("Boss", "source remove", {"name": "source-001"})
    assert "Remove source-001 with its 12 documents and 340 passages?" in message.shown
    core.replies_to[RemoveSource] = [Notice(text="Removed.")]
    assert "Removed." == (await bot.press("Boss", message, "Remove")).shown
    assert "Undone." == (await bot.command("Boss", "undo")).shown
    actor, here = at(bot, "Boss")
    assert [
        RemoveSource(actor=actor, conversation=here, name="source-001"),
        RemoveSource(actor=actor, conversation=here, name="source-001", confirmed=True),
        Undo(actor=actor, conversation=here),
    ] == core.requests


async def test_what_is_being_read_is_cancelled_by_button_or_command(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    core.replies_to[Reindex] = [Progress(text="Reading", done=1, total=2)]
    message = await bot.command("Boss", "reindex")
    assert "Cancelled." == (await bot.press("Boss", message, "Cancel")).shown
    assert "Cancelled." == (await bot.command("Boss", "cancel")).shown
    assert [Cancel, Cancel] == [type(request) for request in core.requests[1:]]


async def outlived(bot: FakeDiscord, core: ScriptedCore) -> Message:
    """Let a job outlive its interaction and return the message in which it goes on."""
    core.gate.clear()
    await bot.interact(2, bot._command_data("reindex", {}), "Boss", GUILD, "")
    await bot.until(lambda: core.requests)
    bot.expire_interactions()
    core.gate.set()
    message = await bot.until(lambda: bot.messages and bot.messages[0])
    assert isinstance(message, Message)
    return message


async def test_a_job_that_outlives_its_interaction_goes_on_in_one_message_of_the_channel(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    message = await outlived(bot, core)
    await bot.until(lambda: "Done." == message.shown)
    assert (GENERAL, "", 1, 1) == (message.channel, message.only_for, message.edits, len(bot.messages))


async def test_a_job_that_may_not_go_on_in_the_channel_goes_on_directly(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    bot.refuse(f"/channels/{GENERAL}/messages", 403, 50013)
    message = await outlived(bot, core)
    await bot.until(lambda: "Done." == message.shown)
    assert bot.direct_channel("Boss") == message.channel


async def test_a_job_whose_message_was_deleted_ends_in_a_new_one(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    core.replies_to[Reindex] = [Progress(text="Reading", done=1, total=2), Notice(text="Done.")]
    bot.refuse("/messages/", 404, 10015)  # of the interaction
    bot.refuse("/messages/", 404, 10008)  # of the message in the channel
    await bot.interact(2, bot._command_data("reindex", {}), "Boss", GUILD, "")
    await bot.until(lambda: len(bot.messages) == 2)
    assert "Done." == bot.messages[1].shown


async def test_settings_are_listed_completed_and_chosen(bot: FakeDiscord, core: ScriptedCore) -> None:
    assert "**questions.keep** is **30**" in (await bot.command("Boss", "settings")).shown
    assert ["moderators.ids"] == await bot.choices("Boss", "settings", "name", "MOD")
    options = {"name": "moderators.ids", "value": f"<@{bot.users['Ann']['id']}>,<@&{MODS}>"}
    assert "Chosen." == (await bot.command("Boss", "settings", options)).shown
    actor, here = at(bot, "Boss")
    chosen = f"{bot.users['Ann']['id']} , {MODS}"
    assert [
        Preferences(actor=actor, conversation=here),
        Preferences(actor=actor, conversation=here),
        Prefer(actor=actor, conversation=here, name="moderators.ids", value=chosen),
    ] == core.requests


async def test_moderators_commands_are_hidden_from_others_and_from_direct_messages(bot: FakeDiscord) -> None:
    hidden = {command["name"]: command for command in bot.commands}
    for name in (
        "source",
        "reindex",
        "review",
        "unanswered",
        "aliases",
        "golden",
        "settings",
        "undo",
        "cancel",
    ):
        assert str(1 << 5) == str(hidden[name]["default_member_permissions"])
        assert [0] == hidden[name]["contexts"], name
    for name in ("ask", "sources", "status", "Find an answer"):
        assert hidden[name]["default_member_permissions"] is None


# Unasked


@pytest.fixture
async def hearing(discord: FakeDiscord, core: ScriptedCore, tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    """A Discord whose bot may read what does not mention it."""
    discord.gateway.granted = MESSAGE_CONTENT
    async with running(build(discord, tmp_path, message_content=True), core):
        yield discord


def overheard(core: ScriptedCore) -> list[Overhear]:
    return [request for request in core.requests if isinstance(request, Overhear)]


async def test_a_mode_is_set_and_told_in_private(bot: FakeDiscord, core: ScriptedCore) -> None:
    told = await bot.command("Ann", "mode")
    await bot.command("Boss", "mode", {"mode": "answer"}, channel=THREAD)
    assert ("Ann", "The mode here is mention.") == (told.only_for, told.shown)
    actor, here = at(bot)
    boss, thread = at(bot, "Boss", thread=THREAD)
    assert [
        SetMode(actor=actor, conversation=here, mode=""),
        SetMode(actor=boss, conversation=thread, mode="answer"),
    ] == core.requests


async def test_a_channel_is_given_its_sources_in_private(bot: FakeDiscord, core: ScriptedCore) -> None:
    told = await bot.command("Ann", "scope")
    await bot.command("Boss", "scope", {"sources": "Staff handbook, tea"}, channel=THREAD)
    await bot.command("Boss", "scope", {"sources": "All"})
    assert ("Ann", "I look in all sources here.") == (told.only_for, told.shown)
    actor, here = at(bot)
    boss, thread = at(bot, "Boss", thread=THREAD)
    assert [
        Scope(actor=actor, conversation=here, sources=None),
        Scope(actor=boss, conversation=thread, sources=frozenset({"Staff handbook", "tea"})),
        Scope(actor=boss, conversation=here, sources=frozenset()),
    ] == core.requests


async def test_a_role_is_given_its_sources(bot: FakeDiscord, core: ScriptedCore) -> None:
    staff = role_object(MODS, "Mods", 0)
    await bot.command("Boss", "scope", {"sources": "vault, tea", "role": staff})
    await bot.command("Boss", "scope", {"sources": "none", "role": staff})
    await bot.command("Boss", "scope", {"role": staff})
    boss, here = at(bot, "Boss")
    mods = Group(id=MODS, name="@Mods")
    assert [
        Scope(actor=boss, conversation=here, sources=frozenset({"vault", "tea"}), group=mods),
        Scope(actor=boss, conversation=here, sources=frozenset(), group=mods),
        Scope(actor=boss, conversation=here, sources=None, group=mods),
    ] == core.requests


async def test_a_question_is_about_a_version_that_is_offered(bot: FakeDiscord, core: ScriptedCore) -> None:
    assert ["3.13", "3.12"] == await bot.choices("Ann", "ask", "version", "3.1")
    await bot.command("Ann", "ask", {"question": "how long?", "version": "3.12"})
    asked = core.requests[-1]
    assert isinstance(asked, Ask)
    assert ("how long?", "3.12") == (asked.question, asked.release)


async def test_a_channel_is_given_its_version(bot: FakeDiscord, core: ScriptedCore) -> None:
    assert ["any", "latest", "3.13", "3.12", "v2"] == await bot.choices("Boss", "scope", "version", "")
    core.requests.clear()
    for version in ("3.12", "any"):
        await bot.command("Boss", "scope", {"version": version})
    boss, here = at(bot, "Boss")
    assert [
        Scope(actor=boss, conversation=here, sources=None, release="3.12"),
        Scope(actor=boss, conversation=here, sources=None, release=""),
    ] == core.requests


async def test_the_role_of_everyone_is_given_nothing(bot: FakeDiscord, core: ScriptedCore) -> None:
    everyone = role_object(GUILD, "@everyone", 0)
    told = await bot.command("Boss", "scope", {"sources": "tea", "role": everyone})
    assert "Everyone has that role" in told.shown
    assert [] == core.requests


@pytest.mark.parametrize("way", ["command", "mention", "directly", "overheard", "press"])
async def test_whoever_asks_comes_with_their_roles(bot: FakeDiscord, core: ScriptedCore, way: str) -> None:
    match way:
        case "command":
            await bot.command("Boss", "ask", {"question": "how long?"})
        case "mention":
            await bot.say("Boss", f"<@{APPLICATION}> how long?")
        case "directly":
            await bot.say("Boss", "how long?", guild=None)
        case "overheard":
            await bot.write("Boss", "how long?")
        case "press":
            await bot.press("Boss", await bot.command("Boss", "ask", {"question": "?"}), "More")
    await core.is_asked(2 if way == "press" else 1)
    assert MODS in core.requests[-1].actor.groups


async def test_names_of_sources_are_completed_one_after_another(bot: FakeDiscord, core: ScriptedCore) -> None:
    names = ("handbook", "holidays", "tea", "x" * 100)
    listed = REPLIES["source_list"]
    assert isinstance(listed, SourceList)
    lines = tuple(replace(listed.sources[0], name=name) for name in names)
    core.replies_to[Sources] = [SourceList(sources=lines)]

    async def completed(typed: str) -> list[str]:
        return await bot.choices("Boss", "scope", "sources", typed)

    assert ["all", *names] == await completed("")
    assert ["handbook", "holidays"] == await completed("H")
    assert ["handbook, holidays", "handbook, tea"] == await completed("handbook,")
    assert ["handbook, tea"] == await completed(" handbook , T")


async def test_the_modes_are_offered_to_choose_from(bot: FakeDiscord) -> None:
    [option] = next(command for command in bot.commands if command["name"] == "mode")["options"]
    assert [*Mode] == [choice["value"] for choice in option["choices"]]


async def test_in_a_channel_that_is_off_a_mention_is_answered_directly(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    core.replies_to[Ask] = [Aside(reply=answer())]
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    assert bot.direct_channel("Ann") == message.channel
    assert "It lasts sixteen weeks." in message.shown
    bot.refuse("/users/@me/channels", 403, 50007)
    await bot.write("Boss", f"<@{APPLICATION}> how long?")
    await bot.until(lambda: bot.requests_of("POST", "/users/@me/channels")[1:])
    assert not [each for each in bot.messages if each.channel == GENERAL]


async def test_what_is_said_to_nobody_is_overheard(hearing: FakeDiscord, core: ScriptedCore) -> None:
    await hearing.write("Ann", "How long is leave?")
    await core.is_asked(1)
    ann, here = at(hearing)
    assert [Overhear(actor=ann, conversation=here, text="How long is leave?")] == core.requests
    await hearing.write("Ann", f"How long, <@{hearing.users['Boss']['id']}>?")
    await hearing.write(
        "Ann", "How long?", type=19, message_reference={"message_id": "1", "channel_id": GENERAL}
    )
    await core.is_asked(3)
    assert [True, True] == [each.is_addressed for each in overheard(core)[1:]]
    assert "How long,  ?" == overheard(core)[1].text
    asked = message_object(channel=GENERAL, author=hearing.users["Ann"], content="How long is leave?")
    await hearing.write("Boss", "Sixteen weeks.", type=19, referenced=asked)
    await core.is_asked(4)
    told = [frozenset(), frozenset({hearing.users["Boss"]["id"]}), frozenset(), frozenset({ann.id})]
    assert told == [each.to for each in overheard(core)]
    assert [] == hearing.messages


async def test_bots_and_hooks_are_not_overheard(hearing: FakeDiscord, core: ScriptedCore) -> None:
    await hearing.write("Ann", "How long is leave?", author=hearing.bot)
    await hearing.write("Ann", "How long is leave?", webhook_id="1")
    await hearing.write("Ann", "How long is leave?", type=6)
    await hearing.say("Ann", f"<@{APPLICATION}> and this?")
    assert [] == overheard(core)


async def test_an_offer_to_everyone_is_posted_as_an_answer(hearing: FakeDiscord, core: ScriptedCore) -> None:
    core.replies_to[Overhear] = [Offer(answer=answer(), private=False)]
    message = await hearing.say("Ann", "How long is leave?")
    assert "" == message.only_for
    assert message.answers_to
    assert "This may answer the question." in message.shown
    assert "**It lasts sixteen weeks.**" in message.shown
    assert [
        Posting(
            platform="discord",
            workspace=f"discord:{GUILD}",
            channel=GENERAL,
            message=message.raw["id"],
            answer_id="a1b2",
            offset=0,
        )
    ] == await core.hears_of(1)


async def test_an_offer_in_private_is_a_button_that_shows_the_answer(
    hearing: FakeDiscord, core: ScriptedCore
) -> None:
    core.replies_to[Overhear] = [Offer(answer=answer(), private=True)]
    message = await hearing.say("Ann", "How long is leave?")
    assert "I may have an answer to this.\n[Show me]" == message.shown
    assert [True] == [posting.is_hint for posting in await core.hears_of(1)]
    shown = await hearing.press("Ann", message, "Show me")
    assert "Ann" == shown.only_for
    assert "**It lasts sixteen weeks.**" in shown.shown
    ann, here = at(hearing)
    assert More(actor=ann, conversation=here, answer_id="a1b2", offset=0) == core.requests[-1]


async def test_a_fault_of_overhearing_is_told_to_nobody(hearing: FakeDiscord, core: ScriptedCore) -> None:
    core.error = RuntimeError("broken")
    await hearing.write("Ann", "How long is leave?")
    await core.is_asked(1)
    core.error = None
    message = await hearing.say("Ann", f"<@{APPLICATION}> and this?")
    assert [message] == hearing.messages


async def test_a_new_post_is_overheard_with_its_title_once_its_first_message_came(
    hearing: FakeDiscord, core: ScriptedCore
) -> None:
    core.replies_to[Overhear] = [Offer(answer=answer(), private=False)]
    post = await hearing.open_post("Ann", "Leave", "How long is it?")
    message = (await hearing.until(lambda: hearing.messages))[0]
    assert post == message.channel
    core.replies_to[Overhear] = [Silence()]
    await hearing.write("Boss", "Sixteen weeks.", channel=post)
    await core.is_asked(2)
    ann, here = at(hearing, channel=FORUM, thread=post)
    boss, _ = at(hearing, "Boss")
    assert [
        Overhear(actor=ann, conversation=here, text="Leave\nHow long is it?", opens_thread=True),
        Overhear(actor=boss, conversation=here, text="Sixteen weeks."),
    ] == core.requests


@pytest.mark.parametrize(("kind", "within"), [(11, FORUM), (12, "")], ids=["public", "private"])
async def test_a_posting_in_a_thread_names_the_channel_whose_people_can_read_it(
    hearing: FakeDiscord, core: ScriptedCore, kind: int, within: str
) -> None:
    core.replies_to[Overhear] = [Offer(answer=answer(), private=False)]
    post = await hearing.open_post("Ann", "Leave", "How long is it?", type=kind)
    [posting] = await core.hears_of(1)
    assert (post, within) == (posting.channel, posting.within)


async def test_an_offer_links_the_answers_to_similar_questions(
    hearing: FakeDiscord, core: ScriptedCore
) -> None:
    core.replies_to[Overhear] = [REPLIES["offer_with_similar_questions"]]
    message = await hearing.say("Ann", "How long is leave?")
    assert "[Is leave paid?](<https://discord.com/channels/1/2/3>)" in message.shown


async def test_a_new_thread_of_a_channel_is_opened_by_its_owners_first_message(
    hearing: FakeDiscord, core: ScriptedCore
) -> None:
    await hearing.open_post("Ann", "Leave", "How long is it?", parent=GENERAL)
    await core.is_asked(1)
    assert [(True, GENERAL)] == [(each.opens_thread, each.conversation.channel) for each in overheard(core)]


async def test_without_the_intent_only_titles_of_posts_are_overheard(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    await bot.open_post("Ann", "How long is leave?", "I could not find it anywhere.")
    await bot.write("Ann", "How long is leave?")
    await core.is_asked(2)
    assert ["How long is leave?", ""] == [each.text for each in overheard(core)]


async def test_an_intent_that_the_portal_lacks_is_named_with_what_to_do(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    with pytest.raises(IntentMissing, match=r"message-content intent.*set discord\.message_content to false"):
        async with running(build(discord, tmp_path, message_content=True), ScriptedCore()):
            pass


# Promises to the platform


async def test_commands_are_told_only_when_they_have_changed(discord: FakeDiscord, tmp_path: Path) -> None:
    for _ in range(2):
        async with running(build(discord, tmp_path), ScriptedCore()):
            pass
    assert 1 == len(discord.requests_of("PUT", "/commands"))
    remembered = tmp_path / "discord-commands.json"
    remembered.write_text(json.dumps({"application": 1, "commands": "of before"}), encoding="utf-8")
    async with running(build(discord, tmp_path), ScriptedCore()):
        pass
    remembered.write_text("torn", encoding="utf-8")
    async with running(build(discord, tmp_path), ScriptedCore()):
        pass
    assert 3 == len(discord.requests_of("PUT", "/commands"))


async def test_nothing_that_is_sent_can_ping(bot: FakeDiscord, core: ScriptedCore) -> None:
    bomb = f"@everyone @here <@{bot.users['Ann']['id']}> <@&{MODS}> **bold** [x](https://evil.example)"
    core.replies_to[Ask] = [Refused(text=bomb)]
    core.replies_to[Reindex] = [Progress(text=bomb, done=0, total=0), Notice(text=bomb, details=(bomb,))]
    shown = await bot.say("Ann", f"<@{APPLICATION}> {bomb}")
    await bot.command("Ann", "ask", {"question": bomb})
    message = await bot.command("Boss", "reindex")
    await bot.until(lambda: message.edits)
    assert "\\@everyone" in shown.shown
    assert "<@" not in shown.shown
    bodies = [
        each.body
        for each in bot.requests
        if each.body and ("messages" in each.path) and isinstance(each.body, dict)
    ]
    assert len(bodies) >= 3
    for body in bodies:
        allowed = body["allowed_mentions"]
        assert [] == allowed["parse"]
        assert not allowed.get("replied_user")


async def test_no_privileged_intent_is_asked_for(bot: FakeDiscord) -> None:
    assert (1 << 0) | (1 << 9) | (1 << 12) == bot.gateway.intents


async def test_a_cut_connection_resumes_and_misses_nothing(bot: FakeDiscord, core: ScriptedCore) -> None:
    await bot.say("Ann", f"<@{APPLICATION}> first")
    bot.gateway.cut()
    message = await bot.say("Ann", f"<@{APPLICATION}> second")
    assert "It lasts sixteen weeks." in message.shown
    assert (1, 1) == (bot.gateway.identified, bot.gateway.resumed)
    assert ["first", "second"] == [each.question for each in core.requests if isinstance(each, Ask)]


async def test_a_rate_limit_is_waited_out(bot: FakeDiscord) -> None:
    bot.refuse("/messages", 429, retry_after=0.05)
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    assert "It lasts sixteen weeks." in message.shown


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10003), (403, 50001)])
async def test_a_refused_message_is_survived(bot: FakeDiscord, status: int, code: int) -> None:
    bot.refuse("/messages", status, code)
    await bot.write("Ann", f"<@{APPLICATION}> how long?")
    await bot.until(lambda: bot.requests_of("POST", "/messages"))
    message = await bot.say("Ann", f"<@{APPLICATION}> how long now?")
    assert "It lasts sixteen weeks." in message.shown


async def test_a_malformed_message_is_owned_up_to(bot: FakeDiscord) -> None:
    bot.refuse("/messages", 400, 50035)
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    assert "Something went wrong on my side. Please try again. (reference" in message.shown
    bot.refuse("/messages/@original", 400, 50035)
    message = await bot.command("Ann", "ask", {"question": "how long?"})
    assert "Something went wrong on my side." in message.shown


async def test_a_late_acknowledgement_is_survived(tmp_path: Path) -> None:
    async with FakeDiscord(deadline=-1.0) as discord:
        core = ScriptedCore()
        async with running(build(discord, tmp_path), core):
            await discord.interact(
                2, discord._command_data("ask", {"question": "how long?"}), "Ann", GUILD, ""
            )
            await discord.until(lambda: discord.requests_of("POST", "/callback"))
            assert "It lasts" in (await discord.say("Ann", f"<@{APPLICATION}> still there?")).shown
    assert 1 == len(core.requests)


async def test_a_fault_of_ours_is_told_to_whoever_waits(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.error = ValueError("a fault in the core, which promises to raise nothing")
    whispered = await bot.command("Ann", "ask", {"question": "how long?"})
    assert "Ann" == whispered.only_for
    assert "Something went wrong on my side." in whispered.shown
    said = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    assert "Something went wrong on my side." in said.shown


async def test_a_long_answer_full_of_markup_is_sent_whole(bot: FakeDiscord, core: ScriptedCore) -> None:
    hard = quote(Segment(text="*" * 600, bold=True), Segment(text="_" * 600), title="[" * 300)
    core.replies_to[Ask] = [answer(hard)]
    message = await bot.say("Ann", f"<@{APPLICATION}> how long?")
    assert "\\*" * 600 in message.shown
    assert "\\_" * 600 in message.shown


# Settings


async def test_a_wrong_token_is_said_in_a_sentence(discord: FakeDiscord, tmp_path: Path) -> None:
    with pytest.raises(TokenRejected, match="Discord rejects the token in DISCORD_TOKEN"):
        async with running(build(discord, tmp_path, token="wrong"), ScriptedCore()):
            pass


async def test_a_token_that_the_gateway_rejects_is_said_too(discord: FakeDiscord, tmp_path: Path) -> None:
    discord.gateway.token = "another"
    with pytest.raises(TokenRejected, match="DISCORD_TOKEN"):
        async with running(build(discord, tmp_path), ScriptedCore()):
            pass


async def test_nothing_is_said_of_voice(
    discord: FakeDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("warn_nacl", "warn_dave"):
        monkeypatch.setattr(f"discord.VoiceClient.{name}", True)
    await build(discord, tmp_path).check()
    assert "voice" not in caplog.text


async def test_a_discord_that_is_away_is_said(discord: FakeDiscord, tmp_path: Path) -> None:
    adapter = build(discord, tmp_path, api_url="http://127.0.0.1:1/api/v10")
    with pytest.raises(AdapterFailure, match="Discord could not be reached: it takes no connection"):
        async with running(adapter, ScriptedCore()):
            pass


async def test_the_token_is_tried_without_serving(discord: FakeDiscord, tmp_path: Path) -> None:
    sentence = await build(discord, tmp_path).check()
    known, link = sentence.split(" Add it to a server at ")
    assert f"Discord takes the token and knows the bot as {discord.bot['username']}." == known
    assert f"client_id={APPLICATION}&" in link
    assert [] == discord.requests_of("PUT", "/commands")
    assert 0 == discord.gateway.identified


async def test_a_token_that_is_tried_may_be_wrong(discord: FakeDiscord, tmp_path: Path) -> None:
    with pytest.raises(TokenRejected, match="Discord rejects the token in DISCORD_TOKEN"):
        await build(discord, tmp_path, token="wrong").check()


async def test_a_discord_that_is_away_is_said_when_the_token_is_tried(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    with pytest.raises(AdapterFailure, match="Discord could not be reached: it takes no connection"):
        await build(discord, tmp_path, api_url="http://127.0.0.1:1/api/v10").check()


@pytest.mark.parametrize(
    "settings",
    [
        {"token": ""},
        {"api_url": "https://discord.example/api"},
        {"api_url": "ftp://127.0.0.1/"},
        {"gateway_url": "ws://192.0.2.1/gateway"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid):
        DiscordAdapter(**{"token": TOKEN, "state_dir": tmp_path, **settings})  # type: ignore[arg-type]


# Answers that people wrote


async def test_somebodys_message_is_saved_as_the_answer_to_a_question(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    opened = await bot.menu_only("Ann", "Save as answer", "Leave lasts **sixteen** weeks.")
    modal = await bot.until(lambda: opened.modal)
    assert "value" not in modal["components"][0]["component"]
    message = await bot.submit(opened, question="How long is leave?")
    assert ("Saved.", "Ann") == (message.shown, message.only_for)
    [request] = await core.asked(SaveAnswer)
    actor, here = at(bot)
    assert (actor, here, "How long is leave?") == (request.actor, request.conversation, request.question)
    assert ("Leave lasts **sixteen** weeks.", "Boss") == (request.remark.text, request.remark.author)
    assert request.remark.link == f"https://discord.com/channels/{GUILD}/{request.remark.message}"
    assert f"{GENERAL}/" in request.remark.message


async def test_the_form_knows_the_question_that_a_message_replies_to(bot: FakeDiscord) -> None:
    asked = {"id": "1", "channel_id": GENERAL, "content": f"<@{APPLICATION}> how long?"}
    replied = message_object(channel=GENERAL, author=bot.users["Ann"]) | asked
    reference = {"message_id": "1", "channel_id": GENERAL}
    opened = await bot.menu_only(
        "Ann", "Save as answer", "Weeks.", type=19, message_reference=reference, referenced_message=replied
    )
    modal = await bot.until(lambda: opened.modal)
    assert "how long?" == modal["components"][0]["component"]["value"]


async def test_the_form_knows_the_title_of_a_thread(bot: FakeDiscord) -> None:
    opened = await bot.menu_only("Ann", "Save as answer", "Weeks.", channel=THREAD)
    modal = await bot.until(lambda: opened.modal)
    assert "a thread" == modal["components"][0]["component"]["value"]


async def test_what_no_person_wrote_and_what_has_no_words_is_not_saved(bot: FakeDiscord) -> None:
    await bot.menu_only("Ann", "Save as answer", "I am a bot.", author=bot.bot)
    message = (await bot.until(lambda: bot.messages))[0]
    assert "Only what a person wrote can be saved as an answer." == message.shown
    assert "no words" in (await bot.menu("Ann", "Save as answer", "  ")).shown


async def test_an_answer_is_written_in_a_command(bot: FakeDiscord, core: ScriptedCore) -> None:
    shown = await bot.command("Ann", "answer", {"question": "How long?", "text": "Sixteen weeks."})
    assert "Saved." == shown.shown
    [request] = await core.asked(SaveAnswer)
    assert ("Sixteen weeks.", "Ann", "", "") == (
        request.remark.text,
        request.remark.author,
        request.remark.link,
        request.remark.message,
    )


async def test_what_waits_is_decided_with_its_buttons(bot: FakeDiscord, core: ScriptedCore) -> None:
    listing = await bot.command("Boss", "review")
    assert "1 answer to review" in listing.shown
    assert "Decided." == (await bot.press("Boss", listing, "Reject")).shown
    actor, here = at(bot, "Boss")
    decided = Decide(actor=actor, conversation=here, decision=Decision.REJECT, item="3fa2")
    assert [Review(actor=actor, conversation=here), decided] == core.requests


async def test_edits_and_deletions_are_followed(bot: FakeDiscord, core: ScriptedCore) -> None:
    first, second, third = [await bot.write("Ann", f"number {n}") for n in range(3)]
    await bot.edit(first, "anew")
    await bot.edit(second, "", edited_at=None)  # an address got its preview
    await bot.edit(second, "", edited_at="2026-01-01T00:00:00+00:00")  # the same, of an edited message
    await bot.edit(second, "")
    [seen, hidden] = await core.asked(Follow, 2)
    assert (f"{GENERAL}/{first['id']}", "anew") == (seen.message, seen.text)
    assert (f"{GENERAL}/{second['id']}", "") == (hidden.message, hidden.text)
    await bot.delete(first)
    await bot.delete(second, third)
    deleted = (await core.asked(Follow, 5))[2:]
    assert [f"{GENERAL}/{each['id']}" for each in (first, second, third)] == [
        request.message for request in deleted
    ]
    assert {None} == {request.text for request in deleted}
    assert {f"discord:{GUILD}"} == {request.conversation.workspace for request in deleted}


async def test_a_change_that_the_core_fails_at_is_survived(bot: FakeDiscord, core: ScriptedCore) -> None:
    core.error = RuntimeError("boom")
    message = await bot.write("Ann", "number one")
    await bot.delete(message)
    await core.asked(Follow)
    core.error = None
    assert "Sixteen" not in (await bot.command("Ann", "status")).shown


async def test_what_nothing_answered_is_answered_in_a_form(bot: FakeDiscord, core: ScriptedCore) -> None:
    listing = await bot.command("Boss", "unanswered")
    opened = await bot.press_only("Boss", listing, "Write answer")
    shown = await bot.submit(opened, answer="Sixteen weeks.")
    assert ("Decided.", "Boss") == (shown.shown, shown.only_for)
    actor, here = at(bot, "Boss")
    written = Decide(
        actor=actor, conversation=here, decision=Decision.WRITE, item="3fa2", words="Sixteen weeks."
    )
    assert [Unanswered(actor=actor, conversation=here), written] == core.requests


async def test_people_choose_whether_they_are_told(bot: FakeDiscord, core: ScriptedCore) -> None:
    for word in ("off", "on"):
        assert "Noted." == (await bot.command("Ann", "notify", {"told": word})).shown
    assert [False, True] == [request.on for request in await core.asked(Notify, 2)]


async def test_golden_questions_are_listed_kept_and_dropped(bot: FakeDiscord, core: ScriptedCore) -> None:
    listing = await bot.command("Boss", "golden list")
    assert "7 golden questions" in listing.shown
    assert "Kept." == (await bot.command("Boss", "golden add", {"question": "How long is leave?"})).shown
    assert "Gathered." == (await bot.command("Boss", "golden gather")).shown
    await bot.press("Boss", listing, "Drop")
    [dropped] = await core.asked(Decide)
    assert (Decision.DROP, "3fa2") == (dropped.decision, dropped.item)
    [kept] = await core.asked(AddGolden)
    assert "How long is leave?" == kept.question


async def test_aliases_are_listed_and_taken_back(bot: FakeDiscord, core: ScriptedCore) -> None:
    listing = await bot.command("Boss", "aliases")
    assert "1 question pointed to a passage" in listing.shown
    await bot.press("Boss", listing, "Forget")
    [forgotten] = await core.asked(Decide)
    assert (Decision.FORGET, "3fa2") == (forgotten.decision, forgotten.item)
