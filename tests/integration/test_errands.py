"""What the core wants said reaches Discord and Slack, though either of them or the bot fails meanwhile."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dispatch import ThreadedCore
from bot.errands import FIRST_PAUSE, Errands, Waiting
from bot.messages import Errand, Fate, Notice, Post, Posting, Revise, Tell, Withdraw
from bot.ports import Core
from bot.records import Records
from bot.testing import FakeClock
from tests.adapters.replies import HELP_WANTED
from tests.fakes.core import ReadyAdapter
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_payloads import GENERAL, GUILD, MANAGE_THREADS, VIEW_AND_SEND
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_payloads import GENERAL as SLACK_GENERAL, TEAM
from tests.integration.test_discord import build as build_discord
from tests.integration.test_slack import build as build_slack

pytestmark = pytest.mark.anyio
WORKSPACES = {"discord": f"discord:{GUILD}", "slack": f"slack:{TEAM}"}
CHANNELS = {"discord": GENERAL, "slack": SLACK_GENERAL}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Unconfirmed(Errands):
    """Errands of a process that dies when an errand was done, before anybody could write it down."""

    def settle(self, waiting: Waiting, fate: Fate) -> None:
        self._settled.add(waiting.id)
        raise sqlite3.OperationalError("the process is gone")


class House:
    """Errands on the disk, and a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.records = Records(folder / "quoth.sqlite")
        self.errands = Errands(self.records, self.clock)
        self.refused: list[Errand] = []

    @asynccontextmanager
    async def serving(self, adapter: ReadyAdapter, errands: Errands | None = None) -> AsyncIterator[None]:
        core = ThreadedCore(
            lambda request, report: Notice(text=""),
            errands=errands or Errands(self.records, self.clock),
            refused=self.refused.append,
        )
        async with _running(adapter, core):
            yield
        core.close()

    def waiting(self) -> int:
        with self.records.read() as db:
            (waiting,) = db.execute("SELECT count(*) FROM errands").fetchone()
        return int(waiting)

    def tries(self) -> int:
        with self.records.read() as db:
            (tries,) = db.execute("SELECT coalesce(sum(tries), 0) FROM errands").fetchone()
        return int(tries)


@asynccontextmanager
async def _running(adapter: ReadyAdapter, core: Core) -> AsyncIterator[None]:
    serving = asyncio.ensure_future(adapter.run(core))
    try:
        yield
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as fake:
        yield fake


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


def call(platform: str) -> Post:
    return Post(
        platform=platform,
        workspace=WORKSPACES[platform],
        channel=CHANNELS[platform],
        reply=HELP_WANTED,
    )


def posting(platform: str, message: str = "1.1") -> Posting:
    return Posting(
        platform=platform,
        workspace=WORKSPACES[platform],
        channel=CHANNELS[platform],
        message=message,
        answer_id="a1b2",
        offset=0,
    )


async def test_a_call_that_discord_does_not_take_now_is_repeated(discord: FakeDiscord, house: House) -> None:
    discord.refuse("/messages", 503)
    discord.refuse("/messages", 429, retry_after=0.01, times=5)
    house.errands.give(call("discord"))
    async with house.serving(build_discord(discord, house.folder)):
        for tries in (1, 2):
            await until(lambda tries=tries: house.tries() == tries)  # type: ignore[misc]
            house.clock.advance(tries * FIRST_PAUSE.total_seconds())
        await until(lambda: not house.waiting())
    [message] = discord.messages
    assert "needs a human" in message.shown
    assert [] == house.refused


async def test_a_call_that_slack_does_not_take_now_is_repeated(slack: FakeSlack, house: House) -> None:
    slack.refuse("chat.postMessage", status=503, times=2)
    slack.refuse("chat.postMessage", "internal_error")
    house.errands.give(call("slack"))
    async with house.serving(build_slack(slack, house.folder)):
        for tries in (1, 2):
            await until(lambda tries=tries: house.tries() == tries)  # type: ignore[misc]
            house.clock.advance(tries * FIRST_PAUSE.total_seconds())
        await until(lambda: not house.waiting())
    [message] = slack.messages
    assert "needs a human" in message.shown
    assert [] == house.refused


async def test_what_was_said_as_discord_went_is_not_said_twice(discord: FakeDiscord, house: House) -> None:
    house.errands.give(call("discord"))
    dying = Unconfirmed(house.records, house.clock)
    async with house.serving(build_discord(discord, house.folder), dying):
        await discord.until(lambda: discord.messages)
    assert 1 == house.waiting()
    async with house.serving(build_discord(discord, house.folder)):
        await until(lambda: not house.waiting())
    assert 2 == len(discord.requests_of("POST", f"/channels/{GENERAL}/messages"))
    assert 1 == len(discord.messages)


async def test_what_was_said_as_slack_went_is_rather_said_twice_than_never(
    slack: FakeSlack, house: House
) -> None:
    house.errands.give(call("slack"))
    dying = Unconfirmed(house.records, house.clock)
    async with house.serving(build_slack(slack, house.folder), dying):
        await slack.until(lambda: slack.messages)
    assert 1 == house.waiting()
    async with house.serving(build_slack(slack, house.folder)):
        await until(lambda: not house.waiting())
    assert 2 == len(slack.messages)


async def test_what_discord_never_takes_is_given_up(discord: FakeDiscord, house: House) -> None:
    gone = Post(platform="discord", workspace=WORKSPACES["discord"], channel="404", reply=HELP_WANTED)
    lost = Revise(posting=posting("discord", "1"), reply=Notice(text="Withdrawn."))
    mute = Tell(
        platform="discord", workspace=WORKSPACES["discord"], actor_id="7", reply=Notice(text="Hello.")
    )
    discord.refuse("/users/@me/channels", 403, 50007)
    for errand in (gone, mute, lost, Withdraw(posting=posting("discord", "2"))):
        house.errands.give(errand)
    async with house.serving(build_discord(discord, house.folder)):
        await until(lambda: not house.waiting())
    assert [gone, mute, lost] == house.refused


async def test_what_slack_never_takes_is_given_up(slack: FakeSlack, house: House) -> None:
    lost = Revise(posting=posting("slack"), reply=Notice(text="Withdrawn."))
    slack.refuse("chat.postMessage", "channel_not_found")
    for errand in (call("slack"), lost, Withdraw(posting=posting("slack", "2.2"))):
        house.errands.give(errand)
    async with house.serving(build_slack(slack, house.folder)):
        await until(lambda: not house.waiting())
    assert [call("slack"), lost] == house.refused


@pytest.mark.parametrize("permissions", [VIEW_AND_SEND, VIEW_AND_SEND | MANAGE_THREADS])
async def test_a_card_in_an_archived_thread_is_revised(
    discord: FakeDiscord, house: House, permissions: int
) -> None:
    async with house.serving(build_discord(discord, house.folder)):
        await discord.connected()
        post = await discord.open_post("Ann", "Leave", "How long is leave?")
        await discord.allow(permissions)
        house.errands.give(replace(call("discord"), thread=post))
        [message] = await discord.until(lambda: discord.messages)
        discord.posts[post]["thread_metadata"]["archived"] = True
        at = replace(posting("discord", message.raw["id"]), channel=post)
        house.errands.give(Revise(posting=at, reply=Notice(text="Withdrawn.")))
        await until(lambda: not house.waiting())
    assert "Withdrawn." == message.shown
    assert bool(permissions & MANAGE_THREADS) == discord.posts[post]["thread_metadata"]["archived"]
    assert [] == house.refused
