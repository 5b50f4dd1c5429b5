"""The unmodified Slack libraries against a Slack on this machine: every way in, every way that fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.slack.app import SlackAdapter
from bot.errors import AdapterFailure, SettingInvalid, TokenRejected
from bot.messages import (
    Actor,
    AddGolden,
    AddSource,
    Aliases,
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
    GatherGolden,
    Golden,
    Group,
    Inspect,
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
    Releases,
    RemoveSource,
    Resolve,
    Review,
    Revise,
    Said,
    SaveAnswer,
    Scope,
    Segment,
    SetMode,
    Share,
    ShowSource,
    Sources,
    Standing,
    Stats,
    Status,
    Suggest,
    Tell,
    Unanswered,
    Undo,
    Upload,
    Verify,
    Why,
    Withdraw,
)
from bot.permissions import STRANGER
from tests.adapters.replies import HELP_WANTED, REPLIES, answer, closest, quote
from tests.adapters.slack.test_manifest import MANIFEST
from tests.fakes.core import ScriptedCore, running
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, FakeSlack, Message
from tests.fakes.slack_payloads import BOT_USER, FOREIGN_TEAM, GENERAL, TEAM, direct_channel, user_object
from tests.fakes.slack_transport import SignedHttp, encode, sign

pytestmark = pytest.mark.anyio
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOMB = "<!channel> <!here> <@U0ANN> &amp; <https://evil.example|click> *bold* `code`"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def build(slack: FakeSlack, state: Path, **more: Any) -> SlackAdapter:
    settings: dict[str, Any] = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": slack.api_url}
    return SlackAdapter(**{**settings, "state_dir": state, **more})


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def core() -> ScriptedCore:
    return ScriptedCore()


@pytest.fixture
async def bot(slack: FakeSlack, core: ScriptedCore, tmp_path: Path) -> AsyncIterator[FakeSlack]:
    """A Slack with a bot connected by Socket Mode."""
    async with running(build(slack, tmp_path), core):
        yield slack


# Ways in


async def test_ask_is_answered_to_the_asker_alone(bot: FakeSlack, core: ScriptedCore) -> None:
    message = await bot.command("U0ANN", "/ask", "How long is A &amp; B's leave?")
    assert "U0ANN" == message.only_for
    assert "It lasts sixteen weeks." in message.shown
    assert {"quoth_more", "quoth_share", "quoth_rate", "quoth_why", "quoth_delete", "quoth_human"} == set(
        message.action_ids()
    )
    here = Conversation(platform="slack", workspace=f"slack:{TEAM}", channel=GENERAL)
    ann = Actor(id="U0ANN", name="Ann")
    assert [
        Ask(actor=ann, conversation=here, question="How long is A & B's leave?", whispered=True)
    ] == core.requests


async def test_who_was_answered_in_a_thread_need_not_mention_the_bot_again(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    first = await bot.mention("U0ANN", "how long?")
    payload = bot.message_payload("message", "U0ANN", "and mothers?", GENERAL, thread=first.thread)
    assert first.thread == (await bot._shown_after("events_api", payload)).thread
    await bot.deliver("events_api", bot.message_payload("message", "U0ANN", "lunch?", GENERAL))
    await bot.mention("U0ANN", "last?")
    assert ["how long?", "and mothers?", "last?"] == _asked(core)


async def test_below_a_shared_answer_the_first_who_writes_is_answered_and_a_second_is_not(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    public = await bot.press(await bot.command("U0ANN", "/ask", "how long?"), "quoth_share")
    first = bot.message_payload(
        "message", "U0BOB", "and fathers?", GENERAL, thread=public.ts, parent=BOT_USER
    )
    assert public.ts == (await bot._shown_after("events_api", first)).thread
    for user in ("U0ANN", "U0BOB"):
        later = bot.message_payload("message", user, "I see", GENERAL, thread=public.ts, parent=BOT_USER)
        await bot.deliver("events_api", later)
    await bot.mention("U0ANN", "last?")
    assert ["how long?", "and fathers?", "last?"] == _asked(core)


async def test_people_who_talk_below_a_call_for_a_human_are_left_alone(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    core.unasked.put_nowait(post(HELP_WANTED))
    [call] = await bot.until(lambda: bot.messages)
    talk = bot.message_payload("message", "U0BOB", "I can help", GENERAL, thread=call.ts, parent=BOT_USER)
    await bot.deliver("events_api", talk)
    await bot.mention("U0ANN", "last?")
    assert ["last?"] == _asked(core)


def _asked(core: ScriptedCore) -> list[str]:
    return [request.question for request in core.requests if isinstance(request, Ask)]


async def test_ask_may_name_the_source_to_look_in(bot: FakeSlack, core: ScriptedCore) -> None:
    await bot.command("U0ANN", "/ask", "source=“staff handbook” How long?")
    assert [("How long?", "staff handbook")] == [
        (request.question, request.source) for request in core.requests if isinstance(request, Ask)
    ]


async def test_what_could_be_asked_is_a_command_where_nothing_completes(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    message = await bot.command("U0ANN", "/quoth", "suggest lea")
    assert "Leave › How long?" in message.shown
    assert ["lea"] == [request.typed for request in core.requests if isinstance(request, Suggest)]


async def test_commands_said_in_a_channel_are_answered_to_their_author_alone(bot: FakeSlack) -> None:
    for command in ("sources", "status", "reindex"):
        assert "U0BOSS" == (await bot.mention("U0BOSS", command)).only_for


async def test_a_mention_is_answered_in_its_thread_for_everyone(bot: FakeSlack, core: ScriptedCore) -> None:
    payload = bot.mention_payload("U0ANN", "how long?")
    await bot.deliver("events_api", payload)
    message = (await bot.until(lambda: bot.messages))[0]
    assert ("", payload["event"]["ts"]) == (message.only_for, message.thread)
    assert "quoth_share" not in message.action_ids()
    assert isinstance(core.requests[0], Ask)
    assert "how long?" == core.requests[0].question


async def test_a_direct_message_is_answered_in_its_thread(bot: FakeSlack, core: ScriptedCore) -> None:
    message = await bot.dm("U0ANN", "how long?", thread="1.5")
    assert (direct_channel("U0ANN"), "1.5") == (message.channel, message.thread)
    assert core.requests[0].conversation.private


async def test_the_shortcut_takes_a_message_as_the_question(bot: FakeSlack, core: ScriptedCore) -> None:
    message = await bot.shortcut("U0ANN", "how long is leave, <@U0BOSS|boss>?")
    assert "U0ANN" == message.only_for
    assert isinstance(core.requests[0], Ask)
    assert "how long is leave, @boss?" == core.requests[0].question


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("sources", Sources, "3 sources"),
        ("status", Status, "Quoth 0.1.0"),
        ("review", Review, "1 answer to review"),
        ("unanswered", Unanswered, "1 question without an answer"),
        ("aliases", Aliases, "1 question pointed to a passage"),
        ("golden", Golden, "7 golden questions"),
        ("golden add How long is it?", AddGolden, "Kept."),
        ("golden gather", GatherGolden, "Gathered."),
        ("golden rule", None, "For example: /quoth golden add How long is leave?"),
        ("notify Off", Notify, "Noted."),
        ("notify", None, "Say on or off. For example: /quoth notify off"),
        ("notify never", None, "“never” is neither on nor off."),
        ("answer How long? | Sixteen weeks.", SaveAnswer, "Saved."),
        ("answer How long?", None, "There is no bar |"),
        ("pause", None, "For example: /quoth pause handbook."),
        ("overview", Overview, "How long is parental leave?"),
        ("settings", Preferences, "questions.keep is 30"),
        ("settings questions.keep 7", Prefer, "Chosen."),
        ("add /srv/docs name=hr", AddSource, "Added."),
        ("verify k3v7qa", Verify, "Receipt k3v7qa: match."),
        ("export feedback jsonl", Export, "2 lines of feedback."),
        ("export people", None, "“people” cannot be exported."),
        ("stats", Stats, "Answered: "),
        ("hygiene", Inspect, "2 lines of feedback."),
        ("audit", Audit, "Mo: removed the source tea"),
        ("verify", None, "There is no receipt behind “verify”."),
        ("remove hr", RemoveSource, "Remove source-001 with its 12 documents"),
        ("show hr", ShowSource, "people/leave.md"),
        ("pause hr", PauseSource, "Paused."),
        ("undo", Undo, "Undone."),
        ("cancel", Cancel, "Cancelled."),
        ("help", None, "I answer questions by quoting"),
        ("", None, "I answer questions by quoting"),
        ("dance", None, "There is no command “dance”. /quoth help"),
        ("sorces", None, "Perhaps /quoth sources is meant."),
    ],
)
async def test_quoth(bot: FakeSlack, core: ScriptedCore, text: str, kind: type | None, shown: str) -> None:
    message = await bot.command("U0ANN", "/quoth", text)
    assert "U0ANN" == message.only_for
    assert shown in message.shown
    assert ([kind] if kind else []) == [type(request) for request in core.requests]


async def test_when_somebody_opens_the_bots_messages_the_core_hears_of_it(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    core.replies_to[Arrive] = [Notice(text="I answer by quoting.", details=("First, let me read.",))]
    await bot.open_home("U0BOSS")
    [told] = await bot.until(lambda: bot.messages)
    assert ("U0BOSS", "") == (told.channel, told.thread)
    assert "First, let me read." in told.shown
    await bot.mention("U0ANN", "?")
    arrived = [request for request in core.requests if isinstance(request, Arrive)]
    assert [("U0BOSS", f"slack:{TEAM}")] == [
        (request.actor.id, request.conversation.workspace) for request in arrived
    ]


async def test_opening_the_messages_offers_questions_that_are_answered(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    await bot.open_home("U0ANN")
    await bot.until(lambda: bot.prompts)
    [prompt] = bot.prompts
    assert direct_channel("U0ANN") == prompt["channel_id"]
    assert "thread_ts" not in prompt
    offered = prompt["prompts"]
    assert ["How long is parental leave?", "Handbook: Expenses?"] == [each["message"] for each in offered]
    assert [each["title"] for each in offered] == [each["message"] for each in offered]
    assert "U0ANN" == core.requests[0].actor.id
    core.replies_to[Overview] = [REPLIES["overview_of_nothing"]]
    await bot.open_home("U0ANN")
    await bot.until(lambda: len(bot.prompts) == 2)
    assert ["help", "sources", "status"] == [each["message"] for each in bot.prompts[1]["prompts"]]


async def test_the_home_tab_says_what_is_known_and_how_to_ask(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Overview] = [REPLIES["overview_for_a_moderator"]]
    await bot.open_home("U0BOSS", tab="home")
    home = await bot.until(lambda: bot.homes.get("U0BOSS"))
    assert home is not None
    for words in ("source-001", "What waits for you", "How long is parental leave?", "/ask QUESTION"):
        assert words in home
    assert core.requests[0].actor.manages_workspace
    assert not bot.prompts


async def test_a_home_tab_that_cannot_be_filled_says_why(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Overview] = [Refused(text="Not now.")]
    await bot.open_home("U0ANN", tab="home")
    assert "Not now." in str(await bot.until(lambda: bot.homes.get("U0ANN")))


async def test_a_direct_question_shows_that_it_is_searched_for_and_names_its_thread(bot: FakeSlack) -> None:
    message = await bot.dm("U0ANN", "how long\nis leave?")
    assert [(direct_channel("U0ANN"), message.thread)] == [
        (each["channel_id"], each["thread_ts"]) for each in bot.statuses
    ]
    assert ["how long is leave?"] == [each["title"] for each in bot.titles]
    methods = [call.method for call in bot.calls]
    assert methods.index("assistant.threads.setStatus") < methods.index("chat.postMessage")
    await bot.dm("U0ANN", "and then?", thread=message.thread)
    assert (2, 1) == (len(bot.statuses), len(bot.titles))


async def test_neither_commands_nor_channels_have_a_status(bot: FakeSlack) -> None:
    await bot.dm("U0ANN", "sources")
    await bot.mention("U0ANN", "how long?")
    assert not bot.statuses
    assert not bot.titles


async def test_a_status_that_slack_refuses_costs_no_answer(bot: FakeSlack) -> None:
    bot.refuse("assistant.threads.setStatus", "channel_not_found")
    bot.refuse("assistant.threads.setTitle", retry_after=1, times=5)
    assert "It lasts sixteen weeks." in (await bot.dm("U0ANN", "how long?")).shown


async def test_the_chart_of_the_statistics_goes_to_the_moderator_alone(bot: FakeSlack) -> None:
    shown = await bot.command("U0BOSS", "/quoth", "stats")
    assert "U0BOSS" == shown.only_for
    assert "questions.png follows in our direct messages" in shown.shown
    await bot.until(lambda: bot.uploads)
    assert [(direct_channel("U0BOSS"), "questions.png", b"png")] == bot.uploads


async def test_an_export_goes_to_the_moderator_alone(bot: FakeSlack, core: ScriptedCore) -> None:
    await bot.command("U0BOSS", "/quoth", "export Feedback")
    await bot.until(lambda: bot.uploads)
    [(channel, name, data)] = bot.uploads
    assert (direct_channel("U0BOSS"), "feedback.csv") == (channel, name)
    assert data.startswith(b"answer_id,helpful")
    [request] = core.requests
    assert isinstance(request, Export)
    assert (ExportKind.FEEDBACK, ExportFormat.CSV) == (request.kind, request.format)


async def test_a_file_that_slack_refuses_is_said_to_be_missing(bot: FakeSlack) -> None:
    bot.refuse("files.getUploadURLExternal", "missing_scope")
    await bot.command("U0BOSS", "/quoth", "stats")
    await bot.until(lambda: len(bot.messages) == 3)
    assert ("U0BOSS", True) == (bot.messages[2].only_for, "files:write" in bot.messages[2].shown)


# Buttons


async def test_more_of_a_private_answer_stays_private(bot: FakeSlack, core: ScriptedCore) -> None:
    more = await bot.press(await bot.command("U0ANN", "/ask", "?"), "quoth_more")
    assert "U0ANN" == more.only_for
    assert isinstance(core.requests[1], More)
    assert ("a1b2", 1) == (core.requests[1].answer_id, core.requests[1].offset)


async def test_more_of_a_public_answer_is_for_the_presser_to_share(
    bot: FakeSlack,
) -> None:
    first = await bot.mention("U0ANN", "?")
    more = await bot.press(first, "quoth_more", user="U0BOSS")
    assert (first.thread, "U0BOSS") == (more.thread, more.only_for)
    public = await bot.press(more, "quoth_share", user="U0BOSS")
    assert (first.thread, "") == (public.thread, public.only_for)


async def test_more_in_a_direct_message_follows_in_its_thread(bot: FakeSlack) -> None:
    first = await bot.dm("U0ANN", "?")
    more = await bot.press(first, "quoth_more")
    assert (first.thread, "", False) == (more.thread, more.only_for, "quoth_share" in more.action_ids())


async def test_why_is_answered_to_the_presser_alone_after_a_restart_too(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    async with running(build(slack, tmp_path), core):
        message = await slack.mention("U0ANN", "?")
    async with running(build(slack, tmp_path), core):
        reasons = await slack.press(message, "quoth_why", user="U0BOSS")
    assert "U0BOSS" == reasons.only_for
    assert "How sure: high confidence, 87%" in reasons.shown
    why = core.requests[-1]
    assert isinstance(why, Why)
    assert ("a1b2", 0) == (why.answer_id, why.offset)


async def test_the_closest_has_every_button_but_share(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Ask] = [closest()]
    message = await bot.command("U0ANN", "/ask", "?")
    assert "I am not sure. The closest I have:" in message.shown
    assert {"quoth_more", "quoth_rate", "quoth_why", "quoth_delete", "quoth_human"} == set(
        message.action_ids()
    )


async def test_removing_is_confirmed_by_a_button(bot: FakeSlack, core: ScriptedCore) -> None:
    question = await bot.command("U0BOSS", "/quoth", "remove source-001")
    core.replies_to[RemoveSource] = [Notice(text="Removed.")]
    removed = await bot.press(question, "quoth_remove", user="U0BOSS")
    assert ("U0BOSS", "Removed.") == _seen(removed)
    confirmed = [request.confirmed for request in core.requests if isinstance(request, RemoveSource)]
    assert [False, True] == confirmed


async def test_what_is_being_read_is_cancelled_by_a_button(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Reindex] = [Progress(text="Reading", done=1, total=2)]
    progress = await bot.command("U0BOSS", "/quoth", "reindex")
    cancelled = await bot.press(progress, "quoth_cancel", user="U0BOSS")
    assert ("U0BOSS", "Cancelled.") == _seen(cancelled)
    assert isinstance(core.requests[-1], Cancel)


@pytest.mark.parametrize("helpful", [True, False])
async def test_feedback_is_thanked_for_in_private(bot: FakeSlack, core: ScriptedCore, helpful: bool) -> None:
    thanks = await bot.press(await bot.mention("U0ANN", "?"), "quoth_rate", user="U0BOSS", positive=helpful)
    assert ("U0BOSS", "Thank you.") == (thanks.only_for, thanks.shown)
    rate = core.requests[-1]
    assert isinstance(rate, Rate)
    assert (helpful, "a1b2", 0) == (rate.helpful, rate.answer_id, rate.offset)


async def test_share_posts_the_answer_and_takes_the_private_copy_away(bot: FakeSlack) -> None:
    private = await bot.command("U0ANN", "/ask", "?")
    public = await bot.press(private, "quoth_share")
    await bot.until(lambda: private.deleted)
    assert ("", GENERAL) == (public.only_for, public.channel)
    assert "Ann shared an answer to: How long is parental leave?" in public.shown
    assert "quoth_share" not in public.action_ids()


async def test_share_goes_where_the_bot_is_no_member_by_the_response_url(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    private = await bot.command("U0ANN", "/ask", "?")
    bot.refuse("chat.postMessage", "not_in_channel")
    public = await bot.press(private, "quoth_share")
    await bot.until(lambda: private.deleted)
    assert ("", GENERAL) == (public.only_for, public.channel)
    assert [] == core.postings  # Slack does not tell where it stands


async def test_a_refused_share_is_said_to_the_presser_alone(bot: FakeSlack, core: ScriptedCore) -> None:
    private = await bot.command("U0ANN", "/ask", "?")
    core.replies_to[Share] = [Refused(text="No.")]
    assert ("U0ANN", "No.") == _seen(await bot.press(private, "quoth_share"))
    assert not private.deleted


async def test_buttons_work_after_a_restart(slack: FakeSlack, core: ScriptedCore, tmp_path: Path) -> None:
    async with running(build(slack, tmp_path), core):
        message = await slack.mention("U0ANN", "?")
    async with running(build(slack, tmp_path), core):
        assert "Thank you." == (await slack.press(message, "quoth_rate")).shown


async def test_a_forged_button_is_answered_with_a_hint(bot: FakeSlack, core: ScriptedCore) -> None:
    payload = bot.press_payload(await bot.mention("U0ANN", "?"), "quoth_more")
    payload["actions"][0]["value"] = "nonsense"
    await bot.deliver("interactive", payload)
    await bot.until(lambda: len(bot.messages) == 2)
    assert ("U0ANN", "This button no longer works. Please ask again.") == _seen(bot.messages[1])
    assert 1 == len(core.requests)


async def test_what_follows_in_the_document_is_for_the_presser_alone(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    core.replies_to[Ask] = [answer(goes_on=True)]
    public = await bot.mention("U0ANN", "?")
    first = await bot.press(public, "quoth_on")
    assert (public.thread, "U0ANN", True) == (
        first.thread,
        first.only_for,
        "Carers have four weeks." in first.shown,
    )
    await bot.press(first, "quoth_on")
    assert "U0ANN" == (await bot.press(await bot.command("U0ANN", "/ask", "?"), "quoth_on")).only_for
    assert [("a1b2", 0, 1), ("a1b2", 0, 2), ("a1b2", 0, 1)] == [
        (each.answer_id, each.offset, each.step) for each in core.requests if isinstance(each, ReadOn)
    ]


@pytest.mark.parametrize("refusal", ["", "cant_delete_message"])
async def test_whoever_may_deletes_a_card(bot: FakeSlack, core: ScriptedCore, refusal: str) -> None:
    public, private = await bot.mention("U0ANN", "?"), await bot.command("U0ANN", "/ask", "?")
    if refusal:
        bot.refuse("chat.delete", refusal)
    for message in (public, private):
        await bot.deliver("interactive", bot.press_payload(message, "quoth_delete"))
        await bot.until(lambda message=message: message.deleted)  # type: ignore[misc]
    assert 1 == len(bot.calls_of("chat.delete"))
    assert [f"{GENERAL}/{public.ts}", ""] == [each.message for each in await core.asked(Delete, 2)]


async def test_whoever_may_not_delete_a_card_is_told_why(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Delete] = [Refused(text="Only the person who asked can.")]
    public = await bot.mention("U0ANN", "?")
    refused = await bot.press(public, "quoth_delete", user="U0BOSS")
    assert ("U0BOSS", "Only the person who asked can.") == _seen(refused)
    assert not public.deleted


async def test_a_human_is_called_with_a_link_to_what_all_see(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Ask] = [NoAnswer(text="I found nothing.", id="q1")]
    public, private = await bot.mention("U0ANN", "?"), await bot.command("U0ANN", "/ask", "?")
    for message in (public, private):
        called = await bot.press(message, "quoth_human")
        assert ("U0ANN", "I have called for a human.") == _seen(called)
    [seen, unseen] = [each for each in core.requests if isinstance(each, Escalate)]
    assert ("q1", "q1", "") == (seen.answer_id, unseen.answer_id, unseen.link)
    assert seen.link.startswith("https://")
    assert not seen.external


async def test_a_call_in_a_channel_that_others_read_or_may_read_is_marked_so(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    core.replies_to[Ask] = [NoAnswer(text="I found nothing.", id="q1")]
    message = await bot.mention("U0ANN", "?")
    bot.shared_channels.add(message.channel)
    await bot.press(message, "quoth_human")
    bot.shared_channels.clear()
    bot.refuse("conversations.info", "missing_scope")
    await bot.press(message, "quoth_human")
    assert [True, True] == [each.external for each in core.requests if isinstance(each, Escalate)]


@pytest.mark.parametrize("refusal", ["", "message_not_found"])
async def test_a_call_is_resolved_in_its_place_by_whoever_may(
    bot: FakeSlack, core: ScriptedCore, refusal: str
) -> None:
    core.unasked.put_nowait(post(HELP_WANTED, mention="S0MODS"))
    await bot.until(lambda: bot.messages)
    [call] = bot.messages
    core.replies_to[Resolve], resolved = [Refused(text="Only moderators can.")], core.replies_to[Resolve]
    assert ("U0ANN", "Only moderators can.") == _seen(await bot.press(call, "quoth_resolve"))
    core.replies_to[Resolve] = resolved
    if refusal:
        bot.refuse("chat.update", refusal)
    await bot.deliver("interactive", bot.press_payload(call, "quoth_resolve", "U0BOSS"))
    await bot.until(lambda: call.edits)
    assert "Boss has seen to what Ann asked." in call.shown
    assert "quoth_resolve" not in call.action_ids()


async def test_whoever_resolves_a_call_is_offered_to_save_the_answer(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    given = replace(REPLIES["help_was_given"], offer=REPLIES["help_to_be_saved"])  # type: ignore[arg-type]
    core.replies_to[Resolve] = [given]
    core.unasked.put_nowait(post(HELP_WANTED, mention="S0MODS"))
    await bot.until(lambda: bot.messages)
    [call] = bot.messages
    offer = await bot.press(call, "quoth_resolve", user="U0BOSS")
    assert "U0BOSS" == offer.only_for
    assert "Boss has seen to what Ann asked." in call.shown
    await bot.deliver("interactive", bot.press_payload(offer, "quoth_do:save:c1", "U0BOSS"))
    [view] = await bot.until(lambda: bot.views)
    shown = await bot.submit("U0BOSS", view, "Sixteen weeks.")
    assert ("Decided.", "U0BOSS") == (shown.shown, shown.only_for)
    [saved] = await core.asked(Decide)
    assert (Decision.SAVE, "c1", "Sixteen weeks.") == (saved.decision, saved.item, saved.words)


# Privacy


async def test_a_person_sees_and_erases_what_is_kept_of_them(bot: FakeSlack, core: ScriptedCore) -> None:
    shown = await bot.command("U0ANN", "/quoth", "my-data")
    asked = await bot.mention("U0ANN", "forget-me")
    assert ("U0ANN", "U0ANN") == (shown.only_for, asked.only_for)
    core.replies_to[ForgetMe] = [Notice(text="That is erased.")]
    assert ("U0ANN", "That is erased.") == _seen(await bot.press(asked, "quoth_forget"))
    assert [MyData, ForgetMe, ForgetMe] == [type(request) for request in core.requests]
    assert [False, True] == [each.confirmed for each in core.requests if isinstance(each, ForgetMe)]


# What the core says unasked


def posting(message: Message) -> Posting:
    return Posting(
        platform="slack",
        workspace=f"slack:{TEAM}",
        channel=message.channel,
        message=message.ts,
        answer_id="a1b2",
        offset=0,
    )


def post(reply: Said, **more: str) -> Post:
    fields = {"platform": "slack", "workspace": f"slack:{TEAM}", "channel": GENERAL} | more
    return Post(reply=reply, **fields)


async def test_the_core_hears_where_a_whole_channel_sees_a_card(bot: FakeSlack, core: ScriptedCore) -> None:
    mentioned = await bot.mention("U0ANN", "?")
    shared = await bot.press(await bot.command("U0ANN", "/ask", "?"), "quoth_share")
    await bot.dm("U0ANN", "?")
    reported = await core.hears_of(2)
    assert [posting(mentioned), posting(shared)] == [replace(each, shared_by=None) for each in reported]
    assert ["", "Ann"] == [each.shared_by.name if each.shared_by else "" for each in reported]


@pytest.mark.parametrize("called", ["S0MODS", "U0BOSS"])
async def test_a_post_calls_whom_it_names_and_nobody_else(
    bot: FakeSlack, core: ScriptedCore, called: str
) -> None:
    core.unasked.put_nowait(post(Notice(text=BOMB), mention=called, thread="1.5"))
    await bot.until(lambda: bot.messages)
    message = bot.messages[0]
    assert (GENERAL, "1.5", f"@{called}\n{BOMB}") == (message.channel, message.thread, message.shown)
    assert "<!channel>" not in message.text


async def test_a_card_that_is_posted_is_reported(bot: FakeSlack, core: ScriptedCore) -> None:
    core.unasked.put_nowait(post(answer(), workspace="slack:T0OTHER"))
    core.unasked.put_nowait(post(answer()))
    [reported] = await core.hears_of(1)
    assert posting(bot.messages[0]) == reported


async def test_a_person_is_told_directly(bot: FakeSlack, core: ScriptedCore) -> None:
    reply = Notice(text="Your question was answered.")
    core.unasked.put_nowait(Tell(platform="slack", workspace=f"slack:{TEAM}", actor_id="U0ANN", reply=reply))
    await bot.until(lambda: bot.messages)
    assert ("U0ANN", "Your question was answered.") == (bot.messages[0].channel, bot.messages[0].shown)


async def test_a_card_is_revised_and_withdrawn(bot: FakeSlack, core: ScriptedCore) -> None:
    message = await bot.mention("U0ANN", "?")
    core.unasked.put_nowait(Revise(posting=posting(message), reply=Notice(text="It was withdrawn.")))
    await bot.until(lambda: message.edits)
    assert "It was withdrawn." == message.shown
    core.unasked.put_nowait(Withdraw(posting=posting(message)))
    await bot.until(lambda: message.deleted)


async def test_an_errand_that_slack_refuses_is_survived(bot: FakeSlack, core: ScriptedCore) -> None:
    message = await bot.mention("U0ANN", "?")
    gone = replace(posting(message), message="1.0")
    core.unasked.put_nowait(Revise(posting=gone, reply=Notice(text="Never seen.")))
    core.unasked.put_nowait(Withdraw(posting=gone))
    bot.refuse("chat.postMessage", "channel_not_found")
    core.unasked.put_nowait(post(Notice(text="Never seen."), channel="C0GONE"))
    core.unasked.put_nowait(post(Notice(text="Still here.")))
    await bot.until(lambda: "Still here." == bot.messages[-1].shown)
    # What is gone need not be withdrawn.
    assert [Fate.REFUSED, Fate.DONE, Fate.REFUSED, Fate.DONE] == await core.settles(4)


# What is not for the bot


async def test_other_events_are_acknowledged_and_nothing_more(bot: FakeSlack, core: ScriptedCore) -> None:
    own, edited = bot.mention_payload("U0QUOTH", "?"), bot.mention_payload("U0ANN", "?")
    edited["event"] |= {"type": "message", "subtype": "message_changed", "channel_type": "im"}
    robot, channel = bot.mention_payload("U0ANN", "?"), bot.message_payload("message", "U0ANN", "?", GENERAL)
    robot["event"]["bot_id"] = "B0OTHER"
    reaction = bot.mention_payload("U0ANN", "?")
    reaction["event"]["type"] = "reaction_added"
    for payload in (own, edited, robot, channel, reaction):
        assert (await bot.deliver("events_api", payload)).acked_in_time
    await bot.mention("U0ANN", "real")
    assert ["real"] == [request.question for request in core.requests if isinstance(request, Ask)]


# Unasked


def written(bot: FakeSlack, text: str = "How long is leave?", **more: Any) -> dict[str, Any]:
    return bot.message_payload("message", "U0ANN", text, GENERAL, **more)


async def test_a_mode_is_set_in_private(bot: FakeSlack, core: ScriptedCore) -> None:
    message = await bot.command("U0BOSS", "/quoth", "mode answer")
    assert ("U0BOSS", "The mode here is mention.") == _seen(message)
    request = core.requests[0]
    assert isinstance(request, SetMode)
    assert (GENERAL, "answer") == (request.conversation.channel, request.mode)


@pytest.mark.parametrize(
    ("written", "sources"),
    [
        ("scope", None),
        ("scope Staff handbook, R&amp;D", {"Staff handbook", "R&D"}),
        ("scope all", frozenset()),
    ],
)
async def test_a_channel_is_given_its_sources_in_private(
    bot: FakeSlack, core: ScriptedCore, written: str, sources: set[str] | None
) -> None:
    message = await bot.command("U0BOSS", "/quoth", written)
    assert ("U0BOSS", "I look in all sources here.") == _seen(message)
    request = core.requests[0]
    assert isinstance(request, Scope)
    assert (GENERAL, sources) == (request.conversation.channel, request.sources)


@pytest.mark.parametrize(
    ("written", "group", "sources"),
    [
        ("scope group=<!subteam^S0EDS|@editors> vault, R&amp;D", Group(id="S0EDS", name="@editors"), 2),
        ("scope group=<!subteam^S0EDS> none", Group(id="S0EDS"), 0),
        ("Scope  group=S0EDS", Group(id="S0EDS"), None),
    ],
)
async def test_a_user_group_is_given_its_sources(
    bot: FakeSlack, core: ScriptedCore, written: str, group: Group, sources: int | None
) -> None:
    await bot.command("U0BOSS", "/quoth", written)
    request = core.requests[0]
    assert isinstance(request, Scope)
    assert (group, sources) == (request.group, None if request.sources is None else len(request.sources))


@pytest.mark.parametrize(
    ("written", "sources", "release"),
    [
        ("scope version=3.12", None, "3.12"),
        ("scope version=any all", 0, ""),
        ("scope version=3.12 vault, tea", 2, "3.12"),
    ],
)
async def test_a_channel_is_given_its_version(
    bot: FakeSlack, core: ScriptedCore, written: str, sources: int | None, release: str
) -> None:
    await bot.command("U0BOSS", "/quoth", written)
    request = core.requests[0]
    assert isinstance(request, Scope)
    assert release == request.release
    assert sources == (None if request.sources is None else len(request.sources))


async def test_a_question_is_about_a_version(bot: FakeSlack, core: ScriptedCore) -> None:
    await bot.command("U0ANN", "/ask", "version=3.12 source=“Staff handbook” how long?")
    await bot.mention("U0ANN", "version=3.12 how long?")
    told = await bot.command("U0ANN", "/quoth", "versions tea")
    assert "newest first" in told.shown
    first, second, listed = core.requests
    assert isinstance(first, Ask)
    assert ("how long?", "Staff handbook", "3.12") == (first.question, first.source, first.release)
    assert isinstance(second, Ask)
    assert ("how long?", "", "3.12") == (second.question, second.source, second.release)
    assert isinstance(listed, Releases)
    assert "tea" == listed.source


async def test_whoever_asks_comes_with_their_user_groups(bot: FakeSlack, core: ScriptedCore) -> None:
    bot.groups.append({"id": "S0EDS", "users": ["U0ANN"]})
    await bot.command("U0ANN", "/ask", "how long?")
    await bot.mention("U0ANN", "how long?")
    await bot.deliver("events_api", written(bot))
    await core.is_asked(3)
    assert [{"S0EDS"}] * 3 == [request.actor.groups for request in core.requests]
    assert 1 == len(bot.calls_of("usergroups.list"))


async def test_in_a_channel_that_is_off_a_mention_is_answered_to_its_author_alone(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    core.replies_to[Ask] = [Aside(reply=answer())]
    message = await bot.mention("U0ANN", "how long?")
    assert "U0ANN" == message.only_for
    assert isinstance(core.requests[0], Ask)
    assert not core.requests[0].whispered
    assert "quoth_share" in message.action_ids()


async def test_what_is_said_to_nobody_is_overheard(bot: FakeSlack, core: ScriptedCore) -> None:
    first, addressed = written(bot), written(bot, "How long, <@U0BOSS|boss>?", thread="1.5")
    for payload in (first, addressed, first):
        assert (await bot.deliver("events_api", payload)).acked_in_time
    await bot.mention("U0ANN", "and this?")
    heard = [request for request in core.requests if isinstance(request, Overhear)]
    assert ["How long is leave?", "How long, @boss?"] == [each.text for each in heard]
    assert [(False, True), (True, False)] == [(each.is_addressed, each.opens_thread) for each in heard]
    assert [first["event"]["ts"], "1.5"] == [each.conversation.thread for each in heard]
    assert {f"slack:{TEAM}"} == {each.conversation.workspace for each in heard}
    assert [] == [call for call in bot.calls_of("users.info") if call.args["user"] != "U0ANN"]


async def test_a_mention_comes_twice_and_is_not_overheard(bot: FakeSlack, core: ScriptedCore) -> None:
    mention = bot.mention_payload("U0ANN", "how long?")
    twin = mention | {"event_id": bot.next_event_id()}
    twin["event"] = mention["event"] | {"type": "message", "channel_type": "channel"}
    await bot.deliver("events_api", twin)
    await bot.deliver("events_api", mention)
    await bot.until(lambda: bot.messages)
    assert [Ask] == [type(request) for request in core.requests]


async def test_bots_and_channels_that_others_read_are_not_overheard(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    robot, edited = written(bot), written(bot)
    robot["event"]["bot_id"] = "B0OTHER"
    edited["event"]["subtype"] = "message_changed"
    for payload in (robot, edited, written(bot, external=True)):
        await bot.deliver("events_api", payload)
    await bot.mention("U0ANN", "and this?")
    assert [Ask] == [type(request) for request in core.requests]


async def test_an_offer_to_everyone_is_posted_in_the_messages_thread(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    core.replies_to[Overhear] = [Offer(answer=answer(), private=False)]
    payload = written(bot)
    await bot.deliver("events_api", payload)
    await core.hears_of(1)
    [message] = bot.messages
    assert ("", payload["event"]["ts"]) == (message.only_for, message.thread)
    assert message.shown.startswith("This may answer the question.")
    assert [
        Posting(
            platform="slack",
            workspace=f"slack:{TEAM}",
            channel=GENERAL,
            message=message.ts,
            answer_id="a1b2",
            offset=0,
        )
    ] == await core.hears_of(1)


async def test_an_offer_links_the_answers_to_similar_questions(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Overhear] = [REPLIES["offer_with_similar_questions"]]
    await bot.deliver("events_api", written(bot))
    message = (await bot.until(lambda: bot.messages))[0]
    assert "Answered here before:" in message.shown
    asked = [call for call in bot.calls if call.method == "chat.getPermalink"]
    assert [("2", "3")] * 2 == [(call.args["channel"], call.args["message_ts"]) for call in asked]


async def test_an_offer_in_private_is_seen_by_the_asker_alone(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Overhear] = [Offer(answer=answer(), private=True)]
    await bot.deliver("events_api", written(bot))
    message = (await bot.until(lambda: bot.messages))[0]
    assert "U0ANN" == message.only_for
    assert message.shown.startswith("This may answer the question. Only you see it.")
    assert "quoth_share" in message.action_ids()
    assert [] == core.postings


async def test_a_fault_of_overhearing_is_told_to_nobody(bot: FakeSlack, core: ScriptedCore) -> None:
    core.error = RuntimeError("broken")
    await bot.deliver("events_api", written(bot))
    await core.is_asked(1)
    core.error = None
    message = await bot.mention("U0ANN", "and this?")
    assert [message] == bot.messages


# Repeats


async def test_a_repeated_event_is_answered_once(bot: FakeSlack, core: ScriptedCore) -> None:
    payload = bot.mention_payload("U0ANN", "?")
    for _ in range(3):
        assert (await bot.redeliver("events_api", payload)).acked_in_time
    await bot.mention("U0ANN", "next")
    assert 2 == len(core.requests) == len(bot.messages)


async def test_a_message_that_comes_as_two_events_is_answered_once(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    payload = bot.mention_payload("U0ANN", "?", direct_channel("U0ANN"))
    twin = payload | {"event_id": bot.next_event_id()}
    twin["event"] = payload["event"] | {"type": "message", "channel_type": "im"}
    await bot.deliver("events_api", payload)
    await bot.deliver("events_api", twin)
    await bot.mention("U0ANN", "next")
    assert 2 == len(core.requests)


async def test_a_repeat_after_a_restart_is_not_answered_again(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    payload = slack.mention_payload("U0ANN", "?")
    async with running(build(slack, tmp_path), core):
        await slack.deliver("events_api", payload)
        await slack.until(lambda: slack.messages)
        await slack.mention("U0ANN", "after it, so that the first is done")
    async with running(build(slack, tmp_path), core):
        await slack.redeliver("events_api", payload)
        await slack.mention("U0ANN", "next")
    assert 3 == len(core.requests)


async def test_a_repeat_of_what_died_half_way_is_answered(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    payload = slack.mention_payload("U0ANN", "?")
    core.gate.clear()
    async with running(build(slack, tmp_path), core):
        await slack.deliver("events_api", payload)
    assert not slack.messages
    core.gate.set()
    async with running(build(slack, tmp_path), core):
        await slack.redeliver("events_api", payload)
        await slack.until(lambda: slack.messages)


# The connection


async def test_a_cut_connection_is_made_anew(slack: FakeSlack, core: ScriptedCore, tmp_path: Path) -> None:
    async with running(build(slack, tmp_path, ping_interval=0.2), core):
        await slack.mention("U0ANN", "before")
        await slack.drop_connection()
        await slack.mention("U0ANN", "after")
    assert 2 <= slack.socket.connections
    assert 2 == len(core.requests)


async def test_slacks_wish_for_a_new_connection_is_followed(bot: FakeSlack, core: ScriptedCore) -> None:
    await bot.refresh_connection()
    await bot.mention("U0ANN", "after")
    assert 1 == len(core.requests)


async def test_a_slow_answer_is_acknowledged_in_time(bot: FakeSlack, core: ScriptedCore) -> None:
    core.gate.clear()
    told = [
        await bot.deliver("slash_commands", bot.command_payload("U0ANN", "/ask", "?")),
        await bot.deliver("slash_commands", bot.command_payload("U0ANN", "/quoth", "status")),
        await bot.deliver("events_api", bot.mention_payload("U0ANN", "?")),
    ]
    assert [True] * 3 == [delivery.acked_in_time for delivery in told]
    assert not bot.messages
    core.gate.set()
    await bot.until(lambda: len(bot.messages) == 3)


async def test_slow_lookups_of_people_do_not_delay_the_ack(bot: FakeSlack) -> None:
    bot.refuse("users.info", retry_after=1)
    delivery = await bot.deliver("slash_commands", bot.command_payload("U0ANN", "/ask", "?"))
    assert delivery.acked_in_time
    await bot.until(lambda: bot.messages)


async def test_a_call_that_slack_puts_off_is_made_again(bot: FakeSlack) -> None:
    bot.refuse("chat.postMessage", retry_after=1)
    await bot.mention("U0ANN", "?")
    assert 2 == len(bot.calls_of("chat.postMessage"))


async def test_stopping_leaves_nothing_running(slack: FakeSlack, core: ScriptedCore, tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    core.gate.clear()
    async with running(build(slack, tmp_path), core):
        await slack.deliver("events_api", slack.mention_payload("U0ANN", "?"))
    await slack.until(lambda: not slack.socket.connected)
    mine = {task for task in asyncio.all_tasks() - before if "slack" in repr(task.get_coro())}
    assert set() == mine


# Settings and tokens


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"bot_token": ""}, "SLACK_BOT_TOKEN"),
        ({"app_token": ""}, "SLACK_APP_TOKEN.*SLACK_SIGNING_SECRET"),
        ({"api_url": "https://slack.example/api/"}, "SLACK_API_URL"),
        ({"api_url": "http://127.0.0.1.evil.example/api/"}, "SLACK_API_URL"),
        ({"api_url": "not an address"}, "SLACK_API_URL"),
    ],
)
async def test_a_setting_that_cannot_work_is_named(
    slack: FakeSlack, tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingInvalid, match=named):
        build(slack, tmp_path, **settings)


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"bot_token": "xoxb-wrong"}, "SLACK_BOT_TOKEN"), ({"app_token": "xapp-wrong"}, "SLACK_APP_TOKEN")],
)
async def test_a_wrong_token_is_named(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    with pytest.raises(TokenRejected, match=named):
        await build(slack, tmp_path, **settings).run(core)


async def test_no_slack_at_all_is_a_failure_in_words(core: ScriptedCore, tmp_path: Path) -> None:
    async with FakeSlack() as gone:
        pass
    with pytest.raises(AdapterFailure, match="could not be reached: it takes no connection"):
        await build(gone, tmp_path).run(core)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "Slack takes both tokens and knows the bot as quoth in Home."),
        (
            {"app_token": "", "signing_secret": SECRET},
            "Slack takes the bot token and knows the bot as quoth in Home.",
        ),
    ],
)
async def test_tokens_are_tried_without_serving(
    slack: FakeSlack, tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    assert sentence == await build(slack, tmp_path, **settings).check()
    assert 0 == slack.socket.connections
    assert [] == list(tmp_path.iterdir())


async def test_every_wrong_token_is_named_when_they_are_tried(slack: FakeSlack, tmp_path: Path) -> None:
    wrong = build(slack, tmp_path, bot_token="xoxb-wrong", app_token="xapp-wrong")
    with pytest.raises(AdapterFailure, match=r"SLACK_BOT_TOKEN.*SLACK_APP_TOKEN"):
        await wrong.check()


async def test_a_slack_that_is_away_is_said_once(tmp_path: Path) -> None:
    async with FakeSlack() as gone:
        pass
    with pytest.raises(AdapterFailure) as caught:
        await build(gone, tmp_path).check()
    assert 1 == str(caught.value).count("Slack could not be reached")


async def test_a_state_folder_that_cannot_be_is_a_failure_in_words(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(AdapterFailure, match="Cannot write"):
        await build(slack, tmp_path / "file").run(core)


async def test_stray_variables_change_nothing(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stray = (
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
    )
    for name in stray:
        monkeypatch.setenv(name, "stray")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with running(build(slack, tmp_path), core):
        await slack.command("U0ANN", "/ask", "?")
    assert {BOT_TOKEN, APP_TOKEN} == {call.token for call in slack.calls}


# Signed HTTP


@pytest.fixture
async def web(slack: FakeSlack, core: ScriptedCore, tmp_path: Path) -> AsyncIterator[SignedHttp]:
    """Slack's side of a bot that is connected by signed HTTP."""
    adapter = build(slack, tmp_path, app_token="", signing_secret=SECRET, http_port=0)
    async with running(adapter, core):
        slack.http = SignedHttp(url=f"{adapter.http_url}/slack/events", secret=SECRET)
        yield slack.http


async def test_signed_requests_are_served(web: SignedHttp, slack: FakeSlack) -> None:
    asked = await slack.command("U0ANN", "/ask", "?")
    await slack.mention("U0ANN", "?")
    await slack.dm("U0ANN", "?")
    await slack.shortcut("U0ANN", "?")
    assert "Thank you." == (await slack.press(asked, "quoth_rate")).shown
    assert not slack.socket.connections


async def test_slacks_challenge_is_returned(web: SignedHttp) -> None:
    challenge = {"type": "url_verification", "challenge": "abc", "token": "t"}
    status, text = await web.post(json.dumps(challenge).encode(), "application/json")
    assert (200, "abc") == (status, json.loads(text)["challenge"])


@pytest.mark.parametrize(
    ("timestamp", "signature"),
    [
        (None, "v0=" + "0" * 64),
        (None, ""),
        ("1000000000", None),
        ("", None),
        ("yesterday", None),
        ("1e9", None),
        ("٣", None),  # a digit, but not one of Slack's
        ("9" * 400, None),
    ],
    ids=["forged", "unsigned", "stale", "untimed", "worded", "float", "arabic", "endless"],
)
async def test_what_slack_did_not_sign_just_now_is_turned_away(
    web: SignedHttp, slack: FakeSlack, core: ScriptedCore, timestamp: str | None, signature: str | None
) -> None:
    body, kind = encode("events_api", slack.mention_payload("U0ANN", "?"))
    status, _ = await web.post(body, kind, timestamp=timestamp, signature=signature)
    assert 401 == status
    assert [] == core.requests


async def test_a_replay_is_accepted_but_not_served_again(
    web: SignedHttp, slack: FakeSlack, core: ScriptedCore
) -> None:
    for kind, payload in (
        ("events_api", slack.mention_payload("U0ANN", "?")),
        ("slash_commands", slack.command_payload("U0ANN", "/ask", "?")),
    ):
        for _ in range(2):
            assert 200 == (await slack.deliver(kind, payload)).status
    await slack.mention("U0ANN", "next")
    assert 3 == len(core.requests)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"", b"payload=%7B"])
async def test_junk_is_turned_away_without_a_traceback(
    web: SignedHttp, core: ScriptedCore, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    for signature in ("", "v0=\u00e4"):
        assert 401 == (await web.post(body, "application/json", signature=signature))[0]
    assert [] == caplog.records


async def test_health_is_served_beside(web: SignedHttp) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(web.url.replace("/slack/events", "/healthz")) as response:
            assert 200 == response.status
        async with session.get(web.url) as response:
            assert 405 == response.status


async def test_a_taken_port_is_a_failure_in_words(
    web: SignedHttp, slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    port = int(web.url.split(":")[2].split("/")[0])
    second = build(slack, tmp_path / "b", app_token="", signing_secret=SECRET, http_port=port)
    with pytest.raises(AdapterFailure, match="Cannot listen"):
        await second.run(core)


async def test_the_signature_follows_slacks_documented_example() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert expected == sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body)


# Words that should stay words


async def test_bombs_in_documents_arrive_inert(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Ask] = [answer(quote(Segment(text=BOMB), title=BOMB, source=BOMB))]
    for message in (await bot.command("U0ANN", "/ask", "?"), await bot.mention("U0ANN", "?")):
        assert BOMB in message.shown
        assert not [live for live in ("<!channel", "<@U0ANN", "<https:") if live in message.text]
    posted = bot.calls_of("chat.postMessage")[0].args
    assert (False, False) == (posted["unfurl_links"], posted["unfurl_media"])


async def test_a_bomb_in_a_question_is_passed_on_as_words(bot: FakeSlack, core: ScriptedCore) -> None:
    await bot.mention("U0ANN", "<!channel> &lt;!here&gt; <@U0QUOTH> 🙂" + "x" * 5000)
    assert isinstance(core.requests[0], Ask)
    assert core.requests[0].question.startswith("@channel <!here> 🙂x")


# Files


async def test_an_attached_file_is_added(bot: FakeSlack, core: ScriptedCore) -> None:
    file = bot.attach("leave.md", b"# Leave\n")
    assert "Added." == (await bot.dm("U0BOSS", "add name=hr url=<https://x.example>", files=[file])).shown
    request = core.requests[0]
    assert isinstance(request, AddSource)
    assert Upload(filename="leave.md", data=b"# Leave\n") == request.origin
    assert ("hr", "https://x.example") == (request.name, request.base_url)
    assert request.actor.manages_workspace


async def test_files_attached_to_a_mention_are_added_one_by_one(bot: FakeSlack, core: ScriptedCore) -> None:
    files = [bot.attach("a.md", b"a"), bot.attach("page.html", b"<p>b", "text/html")]
    await bot.mention("U0BOSS", "add", files=files)
    await bot.until(lambda: len(bot.messages) == 2)
    uploads = [request.origin for request in core.requests if isinstance(request, AddSource)]
    assert [Upload(filename="a.md", data=b"a"), Upload(filename="page.html", data=b"<p>b")] == uploads


async def test_a_file_of_another_company_is_looked_up_first(bot: FakeSlack, core: ScriptedCore) -> None:
    file = bot.attach("x", b"shared")
    await bot.dm("U0BOSS", "add", files=[{"id": file["id"], "file_access": "check_file_info"}])
    assert isinstance(core.requests[0], AddSource)
    assert Upload(filename="shared.md", data=b"shared") == core.requests[0].origin


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"size": 10_000_001}, "larger than 10 MB"),
        ({"url_private_download": "https://evil.example/x"}, "not kept by Slack"),
        ({"url_private_download": "http://files.slack.com/x"}, "not kept by Slack"),
        ({"is_external": True}, "not kept by Slack"),
        ({"url_private_download": "", "url_private": ""}, "not kept by Slack"),
    ],
    ids=["large", "elsewhere", "unencrypted", "external", "nowhere"],
)
async def test_a_file_that_cannot_be_had_is_explained(
    bot: FakeSlack, core: ScriptedCore, changed: dict[str, Any], said: str
) -> None:
    file = bot.attach("x.md", b"x") | changed
    assert said in (await bot.dm("U0BOSS", "add", files=[file])).shown
    assert [] == core.requests


async def test_the_login_page_is_not_taken_for_the_file(bot: FakeSlack, core: ScriptedCore) -> None:
    login = bot.attach("x.md", b"<html>log in</html>", "text/html") | {"mimetype": "text/markdown"}
    assert "files:read" in (await bot.dm("U0BOSS", "add", files=[login])).shown
    assert [] == core.requests


async def test_a_file_that_is_larger_than_slack_said_is_not_read_to_the_end(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    file = slack.attach("x.md", b"x" * 200_000) | {"size": 5}
    async with running(build(slack, tmp_path, max_upload_bytes=100_000), core):
        assert "larger than 0.1 MB" in (await slack.dm("U0BOSS", "add", files=[file])).shown
    assert [] == core.requests


async def test_a_lost_file_is_explained(bot: FakeSlack) -> None:
    file = bot.attach("x.md", b"x")
    file["url_private_download"] += "/gone"
    assert "could not be fetched" in (await bot.dm("U0BOSS", "add", files=[file])).shown


async def test_a_file_without_add_is_not_read_unasked(bot: FakeSlack, core: ScriptedCore) -> None:
    file = bot.attach("x.md", b"x")
    assert "write “add”" in (await bot.dm("U0ANN", "", files=[file])).shown
    assert "Attach the file" in (await bot.dm("U0ANN", "add")).shown
    await bot.dm("U0ANN", "what is this?", files=[file])
    assert ["Ask"] == [type(request).__name__ for request in core.requests]


# Progress


async def test_progress_in_a_thread_is_one_message_that_ends_as_the_reply(bot: FakeSlack) -> None:
    await bot.dm("U0BOSS", "reindex handbook")
    await bot.until(lambda: bot.messages[0].shown == "Done.")
    assert 1 == len(bot.messages)
    assert 1 == len(bot.calls_of("chat.postMessage"))
    assert len(bot.calls_of("chat.update")) <= 2


async def test_progress_of_a_command_is_one_message_too(bot: FakeSlack) -> None:
    await bot.command("U0BOSS", "/quoth", "reindex")
    await bot.until(lambda: bot.messages[0].shown == "Done.")
    assert 1 == len(bot.messages)
    assert len(bot.responses) <= 5


async def test_a_reply_after_the_response_url_has_expired_still_arrives(bot: FakeSlack) -> None:
    bot.refuse("response_url", "expired_url", times=9)
    message = await bot.command("U0ANN", "/ask", "?")
    assert "U0ANN" == message.only_for
    assert 1 == len(bot.calls_of("chat.postEphemeral"))


async def test_a_deleted_progress_message_is_replaced(bot: FakeSlack) -> None:
    bot.refuse("chat.update", "message_not_found", times=9)
    await bot.dm("U0BOSS", "reindex")
    await bot.until(lambda: bot.messages[-1].shown == "Done.")
    assert 2 == len(bot.messages)


# People


async def test_the_facts_about_a_moderator_reach_the_core(bot: FakeSlack, core: ScriptedCore) -> None:
    bot.groups = [{"id": "S1", "users": ["U0BOSS", "U0ANN"]}, {"id": "S2", "users": ["U0BOSS"]}]
    for user in ("U0BOSS", "U0ANN", "U0BOSS"):
        await bot.command(user, "/quoth", "status")
    boss = Actor(id="U0BOSS", name="Boss", manages_workspace=True, groups=frozenset({"S1", "S2"}))
    ann = Actor(id="U0ANN", name="Ann", groups=frozenset({"S1"}))
    assert [boss, ann, boss] == [request.actor for request in core.requests]
    assert (2, 1) == (len(bot.calls_of("users.info")), len(bot.calls_of("usergroups.list")))


async def test_a_person_whom_slack_does_not_tell_of_has_no_rights(bot: FakeSlack, core: ScriptedCore) -> None:
    bot.refuse("users.info", "missing_scope")
    bot.refuse("usergroups.list", "paid_teams_only")
    await bot.command("U0BOSS", "/quoth", "status")
    assert Actor(id="U0BOSS", name="boss", standing=Standing.UNKNOWN) == core.requests[0].actor
    await bot.command("U0BOSS", "/quoth", "status")
    assert core.requests[1].actor.manages_workspace


@pytest.mark.parametrize(
    "facts",
    [{"team": FOREIGN_TEAM}, {"team": FOREIGN_TEAM, "is_stranger": True}, {"is_restricted": True}],
    ids=["other company", "without a common channel", "guest"],
)
@pytest.mark.parametrize(
    "way", ["command", "settings", "find", "save", "press", "message", "direct message", "home"]
)
async def test_guests_and_foreigners_are_strangers_by_every_way(
    bot: FakeSlack, core: ScriptedCore, way: str, facts: dict[str, Any]
) -> None:
    bot.users["U0EVE"] = user_object("U0EVE", "Eve", admin=True, **facts)
    bot.groups = [{"id": "S0EDITORS", "users": ["U0EVE"]}]
    message = await bot.mention("U0ANN", "?")

    async def save() -> None:
        await bot.deliver("interactive", bot.shortcut_payload("U0EVE", "Sixteen.", "quoth_save"))
        await bot.submit("U0EVE", (await bot.until(lambda: bot.views))[-1], "How long?")

    ways: dict[str, Callable[[], Awaitable[Any]]] = {
        "command": lambda: bot.command("U0EVE", "/ask", "?"),
        "settings": lambda: bot.command("U0EVE", "/quoth", "settings moderators.ids U0EVE"),
        "find": lambda: bot.shortcut("U0EVE", "?"),
        "save": save,
        "press": lambda: bot.press(message, "quoth_more", user="U0EVE"),
        "message": lambda: bot.mention("U0EVE", "?", external=True),
        "direct message": lambda: bot.dm("U0EVE", "sources"),
        "home": lambda: bot.open_home("U0EVE", "home"),
    }
    await ways[way]()
    eve = Actor(id="U0EVE", name="Eve", standing=Standing.STRANGER)
    assert eve in [request.actor for request in await core.is_asked(2)]
    assert {"U0ANN", "U0EVE"} == {request.actor.id for request in core.requests}


async def test_the_home_tab_of_a_stranger_says_why_it_is_empty(bot: FakeSlack, core: ScriptedCore) -> None:
    core.replies_to[Overview] = [STRANGER]
    await bot.open_home("U0EVE", "home")
    shown = await bot.until(lambda: bot.homes.get("U0EVE"))
    assert STRANGER.text in str(shown)
    assert "How to ask" not in str(shown)


@pytest.mark.parametrize("private", [False, True], ids=["to everyone", "in private"])
async def test_guests_are_offered_nothing(bot: FakeSlack, core: ScriptedCore, private: bool) -> None:
    bot.users["U0EVE"] = user_object("U0EVE", "Eve", is_restricted=True)
    core.replies_to[Overhear] = [Offer(answer=answer(), private=private)]
    await bot.deliver("events_api", bot.message_payload("message", "U0EVE", "How long is leave?", GENERAL))
    await bot.until(lambda: bot.calls_of("users.info"))
    message = await bot.mention("U0ANN", "and this?")
    assert [message] == bot.messages


async def test_in_a_channel_that_others_read_the_answer_is_for_the_asker_to_share(bot: FakeSlack) -> None:
    message = await bot.mention("U0ANN", "?", external=True)
    assert ("U0ANN", True) == (message.only_for, "quoth_share" in message.action_ids())


# Trouble


async def test_blocks_that_slack_refuses_are_replaced_by_their_text(bot: FakeSlack) -> None:
    bot.refuse("chat.postMessage", "invalid_blocks")
    message = await bot.mention("U0ANN", "?")
    assert [] == message.blocks
    assert "It lasts sixteen weeks." in message.text


async def test_every_error_of_slack_is_survived(bot: FakeSlack, core: ScriptedCore) -> None:
    ways: dict[str, Callable[[], Awaitable[Any]]] = {
        "chat.postMessage": lambda: bot.deliver("events_api", bot.mention_payload("U0ANN", "?")),
        "users.info": lambda: bot.deliver("events_api", bot.mention_payload("U0BOSS", "?")),
        "assistant.threads.setSuggestedPrompts": lambda: bot.open_home("U0ANN"),
    }
    for method, way in ways.items():
        for error in [*bot.schema.errors(method), "fatal_error", "new_error"]:
            bot.refuse(method, error)
            await way()
            await bot.until(partial(_is_met, bot, method))
    bot.relent()
    await bot.mention("U0ANN", "the last")
    assert isinstance(core.requests[-1], Ask)
    assert "the last" == core.requests[-1].question


async def test_a_surprise_is_answered_shortly_and_the_bot_goes_on(bot: FakeSlack, core: ScriptedCore) -> None:
    core.error = RuntimeError("surprise")
    for message in (
        await bot.command("U0ANN", "/ask", "?"),
        await bot.mention("U0ANN", "?"),
        await bot.shortcut("U0ANN", "?"),
    ):
        assert message.shown.startswith("Something went wrong on my side. Please try again.\nReference: ")
    core.error = None
    assert "sixteen" in (await bot.mention("U0ANN", "?")).shown


async def test_the_manifest_asks_for_the_scopes_that_the_bot_uses(bot: FakeSlack) -> None:
    await bot.open_home("U0ANN")
    await bot.dm("U0BOSS", "reindex")
    await bot.mention("U0ANN", "?", external=True)
    await bot.until(lambda: bot.prompts and bot.calls_of("chat.update"))
    needed = set().union(*(bot.schema.scopes(call.method) for call in bot.calls))
    assert needed <= set(MANIFEST["oauth_config"]["scopes"]["bot"])


def _is_met(slack: FakeSlack, method: str) -> bool:
    return not slack.still_refuses(method)


def _seen(message: Any) -> tuple[str, str]:
    return message.only_for, message.shown


# Answers that people wrote


async def opened(bot: FakeSlack, text: str = "Leave lasts *sixteen* weeks.", **more: Any) -> dict[str, Any]:
    """Choose "Save as answer" in a message's menu and return the form."""
    payload = bot.shortcut_payload("U0ANN", text, "quoth_save", **more)
    await bot.deliver("interactive", payload)
    await bot.until(lambda: bot.views)
    return bot.views[-1]


async def test_somebodys_message_is_saved_as_the_answer_to_a_question(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    bot.users["U0BOB"] = user_object("U0BOB", "Bob")
    view = await opened(bot, ts="1790000000.000100")
    assert "initial_value" not in view["blocks"][0]["element"]
    message = await bot.submit("U0ANN", view, "How long is leave?")
    assert ("Saved.", "U0ANN") == (message.shown, message.only_for)
    [request] = await core.asked(SaveAnswer)
    assert ("U0ANN", GENERAL, "How long is leave?") == (
        request.actor.id,
        request.conversation.channel,
        request.question,
    )
    assert ("Leave lasts *sixteen* weeks.", "Bob") == (request.remark.text, request.remark.author)
    assert f"{GENERAL}/1790000000.000100" == request.remark.message
    assert f"https://home.slack.com/archives/{GENERAL}/p1790000000.000100" == request.remark.link
    assert 2026 == request.remark.written_at.year


async def test_a_form_that_is_sent_twice_saves_once(bot: FakeSlack, core: ScriptedCore) -> None:
    payload = bot.submit_payload("U0ANN", await opened(bot), "How long is leave?")
    await bot.deliver("interactive", payload)
    await bot.redeliver("interactive", payload)
    await core.asked(SaveAnswer)
    assert "Saved." in (await bot.command("U0ANN", "/quoth", "answer a | b")).shown
    assert 2 == len(core.requests)


async def test_the_form_knows_what_the_thread_began_with(bot: FakeSlack) -> None:
    bot.threads["1789000000.000001"] = f"<@{BOT_USER}> how long &amp; when?"
    view = await opened(bot, thread_ts="1789000000.000001")
    assert "how long & when?" == view["blocks"][0]["element"]["initial_value"]
    await bot.deliver("interactive", bot.shortcut_payload("U0ANN", "x", "quoth_save", thread_ts="1.1"))
    await bot.until(lambda: len(bot.views) > 1)
    assert "initial_value" not in bot.views[-1]["blocks"][0]["element"]


async def test_what_no_person_wrote_and_what_has_no_words_is_not_saved(bot: FakeSlack) -> None:
    await bot.deliver("interactive", bot.shortcut_payload("U0ANN", "x", "quoth_save", bot_id="B1"))
    await bot.until(lambda: bot.messages)
    assert "Only what a person wrote can be saved as an answer." == bot.messages[0].shown
    assert "no words" in (await bot.shortcut("U0ANN", " ", callback_id="quoth_save")).shown


async def test_a_form_that_outlives_the_bot_says_so(slack: FakeSlack, tmp_path: Path) -> None:
    async with running(build(slack, tmp_path), ScriptedCore()):
        view = await opened(slack)
    async with running(build(slack, tmp_path), core := ScriptedCore()):
        assert "once more" in (await slack.submit("U0ANN", view, "How long is leave?")).shown
    assert [] == core.requests


async def test_a_form_that_slack_does_not_open_is_said(bot: FakeSlack) -> None:
    bot.refuse("views.open", "expired_trigger_id")
    assert "open the form" in (await bot.shortcut("U0ANN", "x", callback_id="quoth_save")).shown


async def test_an_answer_without_a_link_is_saved_all_the_same(bot: FakeSlack, core: ScriptedCore) -> None:
    view = await opened(bot)
    bot.refuse("chat.getPermalink", "channel_not_found")
    await bot.submit("U0ANN", view, "How long is leave?")
    [request] = await core.asked(SaveAnswer)
    assert ("", "Someone") == (request.remark.link, request.remark.author)


async def test_what_waits_is_decided_with_its_buttons(bot: FakeSlack, core: ScriptedCore) -> None:
    listing = await bot.command("U0BOSS", "/quoth", "review")
    shown = await bot.press(listing, "quoth_do:approve:3fa2", user="U0BOSS")
    assert "Decided." == shown.shown
    [decided] = await core.asked(Decide)
    assert (Decision.APPROVE, "3fa2", True) == (
        decided.decision,
        decided.item,
        decided.actor.manages_workspace,
    )


async def test_edits_and_deletions_are_followed(bot: FakeSlack, core: ScriptedCore) -> None:
    await bot.change("1.1", "leave &amp; more")
    await bot.change("1.2", None)
    await bot.change("1.3", "This message was deleted.", subtype="tombstone")
    await bot.change("1.4", "mine", user=BOT_USER)
    await core.asked(Follow, 3)
    assert "Quoth" in (await bot.command("U0ANN", "/quoth", "status")).shown
    followed = await core.asked(Follow, 3)
    expected = [("1.1", "leave & more"), ("1.2", None), ("1.3", None)]
    assert [(f"{GENERAL}/{ts}", text) for ts, text in expected] == sorted(
        ((request.message, request.text) for request in followed), key=lambda each: each[0]
    )
    assert {f"slack:{TEAM}"} == {request.conversation.workspace for request in followed}


async def test_what_nothing_answered_is_answered_in_a_form(bot: FakeSlack, core: ScriptedCore) -> None:
    listing = await bot.command("U0BOSS", "/quoth", "unanswered")
    await bot.deliver("interactive", bot.press_payload(listing, "quoth_do:write:3fa2", "U0BOSS"))
    [view] = await bot.until(lambda: bot.views)
    shown = await bot.submit("U0BOSS", view, "Sixteen weeks.")
    assert ("Decided.", "U0BOSS") == (shown.shown, shown.only_for)
    [written] = await core.asked(Decide)
    assert (Decision.WRITE, "3fa2", "Sixteen weeks.", "U0BOSS") == (
        written.decision,
        written.item,
        written.words,
        written.actor.id,
    )
