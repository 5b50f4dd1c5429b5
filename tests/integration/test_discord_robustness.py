"""What Discord and the network do to a bot, and that it lives: nothing is lost, nothing said twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Ask, Rate
from tests.fakes.core import ScriptedCore, running
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_payloads import APPLICATION, GENERAL, GUILD
from tests.integration.test_discord import build

pytestmark = pytest.mark.anyio
CALL = f"<@{APPLICATION}>"
CLICKS = 1_000
UNHURRIED = 60.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def core() -> ScriptedCore:
    return ScriptedCore()


@pytest.fixture
async def bot(core: ScriptedCore, tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord, running(build(discord, tmp_path), core):
        await discord.connected()
        yield discord


def questions(core: ScriptedCore) -> list[str]:
    return [request.question for request in core.requests if isinstance(request, Ask)]


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_server_error_is_tried_again(bot: FakeDiscord, status: int) -> None:
    bot.refuse("/messages", status)
    assert "It lasts sixteen weeks." in (await bot.say("Ann", f"{CALL} how long?")).shown


async def test_a_limit_on_interactions_is_waited_out(bot: FakeDiscord) -> None:
    bot.refuse("/callback", 429, retry_after=0.05)
    bot.refuse("/messages/@original", 429, retry_after=0.05)
    message = await bot.command("Ann", "ask", {"question": "how long?"})
    assert "It lasts sixteen weeks." in message.shown


async def test_an_answer_that_outlives_its_interaction_is_dropped_and_the_bot_goes_on(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    core.gate.clear()
    await bot.interact(2, bot._command_data("ask", {"question": "how long?"}), "Ann", GUILD, "")
    await core.asked(Ask)
    bot.expire_interactions()
    core.gate.set()
    await bot.until(lambda: bot.requests_of("PATCH", "/messages/@original"))
    assert "It lasts" in (await bot.say("Ann", f"{CALL} still there?")).shown


@pytest.mark.parametrize("event", ["MESSAGE_UPDATE", "MESSAGE_DELETE"])
async def test_a_question_that_changes_meanwhile_is_answered_as_it_was_asked(
    bot: FakeDiscord, core: ScriptedCore, event: str
) -> None:
    core.gate.clear()
    asked = await bot.write("Ann", f"{CALL} first")
    await core.asked(Ask)
    changed: dict[str, Any] = {"id": asked["id"], "channel_id": GENERAL, "guild_id": GUILD}
    await bot.gateway.send(event, asked | {"content": f"{CALL} second"} if "UPDATE" in event else changed)
    core.gate.set()
    await bot.until(lambda: bot.messages)
    await bot.say("Ann", f"{CALL} next")
    assert ["first", "next"] == questions(core)


async def test_a_connection_that_is_cut_meanwhile_costs_no_answer(
    bot: FakeDiscord, core: ScriptedCore
) -> None:
    core.gate.clear()
    await bot.write("Ann", f"{CALL} first")
    await core.asked(Ask)
    bot.gateway.cut()
    core.gate.set()
    await bot.until(lambda: bot.messages)
    await bot.say("Ann", f"{CALL} next")
    assert ["first", "next"] == questions(core)
    assert 2 == len(bot.messages)


async def test_a_thousand_late_clicks_are_all_served(core: ScriptedCore, tmp_path: Path) -> None:
    # What is tried is that none is lost; how fast a thousand are depends on the machine.
    async with FakeDiscord(deadline=UNHURRIED) as discord:
        async with running(build(discord, tmp_path), ScriptedCore()):
            message = await discord.say("Ann", f"{CALL} how long?")
        async with running(build(discord, tmp_path), core):
            await asyncio.gather(*(discord.press_only("Ann", message, "Helpful") for _ in range(CLICKS)))
            await discord.until(lambda: len(discord.messages) == CLICKS + 1)
    assert CLICKS == sum(isinstance(request, Rate) for request in core.requests)


@pytest.mark.parametrize("code", [50001, 50013])
async def test_a_permission_that_is_missing_is_reported_by_its_name(
    bot: FakeDiscord, core: ScriptedCore, code: int
) -> None:
    bot.refuse("/messages", 403, code)
    await bot.write("Ann", f"{CALL} how long?")
    [met] = await core.hears_of_hindrances()
    assert ("discord", f"discord:{GUILD}", "#general") == (met.platform, met.workspace, met.place)
    # The role that the bot has in this guild lets it see and send.
    assert "the permission Read Message History" == met.lacking


async def test_a_channel_that_is_gone_is_no_missing_permission(bot: FakeDiscord, core: ScriptedCore) -> None:
    bot.refuse("/messages", 404, 10003)
    await bot.write("Ann", f"{CALL} how long?")
    await bot.say("Ann", f"{CALL} and now?")
    assert [] == core.hindrances
