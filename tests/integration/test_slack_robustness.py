"""What Slack and the network do to a bot, and that it lives: nothing is lost, nothing said twice."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from adapters.slack.app import DELIVERIES_FILE
from adapters.slack.people import People
from adapters.slack.retries import NOT_NOW
from bot.errors import AdapterFailure
from bot.hindrances import sentence
from bot.messages import Ask, Channel, Gather, Hindrance, Posting, Rate, Revise, Withdraw
from tests.adapters.replies import answer
from tests.adapters.slack.test_manifest import METHODS
from tests.fakes.core import ScriptedCore, running
from tests.fakes.slack import BOT_TOKEN, FakeSlack
from tests.fakes.slack_payloads import BOT_USER, GENERAL, TEAM
from tests.fakes.slack_schema import SPECS, SlackSchema
from tests.fakes.slack_transport import SignedHttp
from tests.integration.test_slack import SECRET, build

pytestmark = pytest.mark.anyio
Ways = dict[str, Callable[[], Awaitable[Any]]]
AT_THE_START = ("apps.connections.open", "auth.test")
UNDOCUMENTED = ("fatal_error", "new_error")
CLICKS = 1_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def core() -> ScriptedCore:
    return ScriptedCore()


@pytest.fixture
async def bot(slack: FakeSlack, core: ScriptedCore, tmp_path: Path) -> AsyncIterator[FakeSlack]:
    async with running(build(slack, tmp_path), core):
        yield slack


# Error codes


def ways_to_call(bot: FakeSlack, core: ScriptedCore) -> Ways:
    """Return what makes the bot call each method. Whoever calls another method adds a way."""
    at = Posting(
        platform="slack", workspace=f"slack:{TEAM}", channel=GENERAL, message="1.1", answer_id="a", offset=0
    )
    shared = {"id": "F1", "file_access": "check_file_info"}

    def say(text: str, **more: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: bot.deliver("events_api", bot.mention_payload("U0BOSS", text, **more))

    async def ignored(what: str) -> None:
        pass

    async def list_groups() -> None:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=bot.api_url)
        client.proxy = None
        await People(client, lambda: 0.0, lacks=ignored).look_up("U0ANN")

    async def choose_saving(**more: Any) -> None:
        await bot.deliver("interactive", bot.shortcut_payload("U0ANN", "Sixteen.", "quoth_save", **more))

    async def save() -> None:
        seen = len(bot.views)
        await choose_saving()
        await bot.until(lambda: len(bot.views) > seen)
        await bot.deliver("interactive", bot.submit_payload("U0ANN", bot.views[-1], "How long?"))

    async def call_a_human() -> None:
        message = await bot.mention("U0ANN", "?")
        await bot.press(message, "quoth_human")

    async def export() -> None:
        await bot.command("U0BOSS", "/quoth", "export feedback")

    async def gather() -> None:
        channel = Channel(id=GENERAL, name="general")
        workspace = f"slack:{TEAM}"
        errand = Gather(platform="slack", workspace=workspace, channel=channel, asked_by="U0BOSS")
        await core.unasked.put(errand)

    return {
        "assistant.threads.setStatus": partial(_write_directly, bot),
        "assistant.threads.setSuggestedPrompts": partial(bot.open_home, "U0ANN"),
        "assistant.threads.setTitle": partial(_write_directly, bot),
        "chat.getPermalink": save,
        "chat.delete": lambda: core.unasked.put(Withdraw(posting=at)),
        "chat.postEphemeral": say("?", external=True),
        "chat.postMessage": say("?"),
        "chat.update": lambda: core.unasked.put(Revise(posting=at, reply=answer())),
        "conversations.history": gather,
        "conversations.info": call_a_human,
        "conversations.replies": partial(choose_saving, thread_ts="1.1"),
        "files.completeUploadExternal": export,
        "files.getUploadURLExternal": export,
        "files.info": say("add", files=[shared]),
        "pins.list": gather,
        "usergroups.list": list_groups,
        "users.info": say("?"),
        "views.open": choose_saving,
        "views.publish": partial(bot.open_home, "U0ANN", "home"),
    }


async def _write_directly(bot: FakeSlack) -> None:
    payload = bot.message_payload("message", "U0ANN", "how long?", "D0ANN")
    await bot.deliver("events_api", payload)


@pytest.mark.skipif(not SPECS.exists(), reason="Slack's schemas are not here")
@pytest.mark.parametrize("method", METHODS)
async def test_every_error_that_slack_lists_is_survived(
    bot: FakeSlack, core: ScriptedCore, method: str
) -> None:
    ways = ways_to_call(bot, core)
    assert method in ways, f"Say in ways_to_call what makes the bot call {method}."
    with capture_logs() as logs:
        for error in [*SlackSchema().errors(method), *UNDOCUMENTED]:
            bot.refuse(method, error)
            await ways[method]()
            await bot.until(lambda: not bot.still_refuses(method))
        bot.relent()
        await bot.deliver("events_api", bot.mention_payload("U0ANN", "the last"))
        await bot.until(lambda: "the last" in [ask.question for ask in core.requests if isinstance(ask, Ask)])
    assert [] == [entry for entry in logs if entry["log_level"] == "error" and "blocks" not in entry["event"]]


@pytest.mark.skipif(not SPECS.exists(), reason="Slack's schemas are not here")
@pytest.mark.parametrize("method", AT_THE_START)
async def test_every_error_at_the_start_is_a_sentence_for_the_operator(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path, method: str
) -> None:
    for error in [*SlackSchema().errors(method), *UNDOCUMENTED]:
        slack.refuse(method, error)
        with pytest.raises(AdapterFailure, match=r"Slack .*\."):
            await build(slack, tmp_path).check()


# A Slack that is not well


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_is_tried_again(bot: FakeSlack, status: int) -> None:
    bot.refuse("chat.postMessage", status=status)
    assert "It lasts sixteen weeks." in (await bot.mention("U0ANN", "?")).shown


@pytest.mark.parametrize("error", sorted(NOT_NOW))
async def test_an_answer_that_slack_puts_off_without_saying_for_how_long_is_said_again(
    bot: FakeSlack, error: str
) -> None:
    bot.refuse("chat.postMessage", error)
    assert "It lasts sixteen weeks." in (await bot.mention("U0ANN", "?")).shown


async def test_a_response_url_that_is_broken_is_gone_around(bot: FakeSlack) -> None:
    bot.refuse("response_url", status=503)
    assert "U0ANN" == (await bot.command("U0ANN", "/ask", "?")).only_for
    assert bot.calls_of("chat.postEphemeral")


async def test_a_response_url_that_is_put_off_is_used_again(bot: FakeSlack) -> None:
    bot.refuse("response_url", retry_after=1)
    assert "It lasts sixteen weeks." in (await bot.command("U0ANN", "/ask", "?")).shown
    assert 2 == len(bot.responses)


async def test_a_server_that_stays_down_costs_one_answer_and_not_the_bot(bot: FakeSlack) -> None:
    bot.refuse("chat.postMessage", status=503, times=2)
    await bot.deliver("events_api", bot.mention_payload("U0ANN", "lost"))
    await bot.until(lambda: not bot.still_refuses("chat.postMessage"))
    assert "It lasts sixteen weeks." in (await bot.mention("U0ANN", "?")).shown


# What happens while an answer is being found


async def test_a_connection_that_is_cut_meanwhile_costs_no_answer(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    core.gate.clear()
    async with running(build(slack, tmp_path, ping_interval=0.2), core):
        payload = slack.mention_payload("U0ANN", "?")
        await slack.deliver("events_api", payload)
        await slack.drop_connection()
        await slack.redeliver("events_api", payload)
        core.gate.set()
        await slack.until(lambda: slack.messages)
        await slack.mention("U0ANN", "next")
    assert 2 == len(core.requests) == len(slack.messages)


@pytest.mark.parametrize("subtype", ["message_changed", "message_deleted"])
async def test_a_question_that_changes_meanwhile_is_answered_as_it_was_asked(
    bot: FakeSlack, core: ScriptedCore, subtype: str
) -> None:
    core.gate.clear()
    payload = bot.message_payload("message", "U0ANN", "first", "D0ANN")
    await bot.deliver("events_api", payload)
    change = bot.message_payload("message", "U0ANN", "second", "D0ANN")
    old = payload["event"]
    change["event"] |= {"subtype": subtype, "hidden": True, "previous_message": old, "message": old}
    assert (await bot.deliver("events_api", change)).acked_in_time
    core.gate.set()
    message = (await bot.until(lambda: bot.messages))[0]
    assert old["ts"] == message.thread
    await bot.mention("U0ANN", "next")
    assert ["first", "next"] == [request.question for request in core.requests if isinstance(request, Ask)]


async def test_an_answer_into_a_channel_that_is_gone_is_dropped_quietly(bot: FakeSlack) -> None:
    for error in ("channel_not_found", "is_archived", "thread_not_found"):
        bot.refuse("chat.postMessage", error)
        await bot.deliver("events_api", bot.mention_payload("U0ANN", "?"))
        await bot.until(lambda: not bot.still_refuses("chat.postMessage"))
    assert not bot.messages


@pytest.mark.parametrize("channel", [GENERAL, "D0ANN"])
async def test_a_question_that_was_being_answered_when_the_bot_stopped_is_answered_by_the_next(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path, channel: str
) -> None:
    core.gate.clear()
    kind, text = (
        ("message", "how long?") if channel[0] == "D" else ("app_mention", f"<@{BOT_USER}> how long?")
    )
    payload = slack.message_payload(kind, "U0ANN", text, channel)
    async with running(build(slack, tmp_path), core):
        await slack.deliver("events_api", payload)
        await core.is_asked(1)
    core.gate.set()
    async with running(build(slack, tmp_path), core):
        [message] = await slack.until(lambda: slack.messages)
        await slack.redeliver("events_api", payload)
        await slack.mention("U0ANN", "next")
    assert (channel, payload["event"]["ts"]) == (message.channel, message.thread)
    assert ["how long?", "how long?", "next"] == [each.question for each in await core.asked(Ask)]


async def test_a_question_that_is_gone_meanwhile_is_left(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    core.gate.clear()
    async with running(build(slack, tmp_path), core):
        await slack.deliver("events_api", slack.mention_payload("U0ANN", "?"))
        await core.is_asked(1)
    slack.written.clear()
    core.gate.set()
    async with running(build(slack, tmp_path), core):
        await slack.until(lambda: slack.calls_of("conversations.replies"))
        await slack.mention("U0ANN", "next")
    assert 1 == len(slack.messages)


# Many at once


async def test_a_thousand_late_clicks_are_all_acknowledged_and_served(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    async with running(build(slack, tmp_path), core):
        message = await slack.mention("U0ANN", "?")
    async with running(build(slack, tmp_path), core):
        presses = [slack.press_payload(message, "quoth_rate") for _ in range(CLICKS)]
        told = await asyncio.gather(*(slack.deliver("interactive", press) for press in presses))
        await slack.until(lambda: len(slack.messages) == CLICKS + 1)
    assert all(delivery.ack_seconds is not None for delivery in told)
    assert CLICKS == sum(isinstance(request, Rate) for request in core.requests)


# What is not allowed


async def test_a_bot_that_may_not_look_people_up_tells_moderators_which_scope_it_lacks(
    bot: FakeSlack, core: ScriptedCore
) -> None:
    bot.refuse("users.info", "missing_scope", needed="users:read")
    await bot.mention("U0ANN", "?")
    [met] = await core.hears_of_hindrances()
    assert "I could not tell who belongs to the community in Slack: I lack the scope users:read." == sentence(
        met
    )


async def test_a_whisper_whose_blocks_slack_refuses_is_said_in_text(bot: FakeSlack) -> None:
    bot.refuse("chat.postEphemeral", "invalid_blocks")
    message = await bot.mention("U0ANN", "?", external=True)
    assert ("U0ANN", []) == (message.only_for, message.blocks)
    assert "It lasts sixteen weeks." in message.text


async def test_a_question_that_slack_repeats_an_hour_later_to_a_bot_started_anew_is_answered_once(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    payload = slack.mention_payload("U0ANN", "?")
    for port in range(2):
        adapter = build(slack, tmp_path, app_token="", signing_secret=SECRET, http_port=0)
        async with running(adapter, core):
            slack.http = SignedHttp(f"{adapter.http_url}/slack/events", SECRET)
            told = await slack.deliver("events_api", payload, retry=port)
            assert 200 == told.status
            await slack.until(lambda: slack.messages)
        with sqlite3.connect(tmp_path / DELIVERIES_FILE) as db:
            db.execute("UPDATE served SET at = at - 3600")
        db.close()
    assert 1 == len(core.requests) == len(slack.messages)


@pytest.mark.parametrize(
    ("error", "lacking"),
    [
        ("missing_scope", "the scope chat:write"),
        ("not_in_channel", "a membership: /invite me"),
        ("restricted_action_read_only_channel", "the right to post, which the workspace restricts there"),
    ],
)
async def test_what_the_bot_is_not_allowed_is_reported(
    bot: FakeSlack, core: ScriptedCore, error: str, lacking: str
) -> None:
    bot.refuse("chat.postMessage", error)
    await bot.deliver("events_api", bot.mention_payload("U0ANN", "?"))
    met = Hindrance(
        platform="slack", workspace=f"slack:{TEAM}", place=f"the channel {GENERAL}", lacking=lacking
    )
    assert [met] == await core.hears_of_hindrances()
