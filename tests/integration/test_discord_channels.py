"""The unmodified discord.py and the whole core: channels that are quoted, and follow what becomes of them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import registry
from bot.bootstrap import Application
from bot.dispatch import ThreadedCore
from bot.messages import Actor, Ask, Conversation, Finding, ForgetMe, MyData, PersonalData
from bot.settings import load
from tests.fakes.core import running
from tests.fakes.discord import FakeDiscord, Json, Message
from tests.fakes.discord_gateway import MESSAGE_CONTENT
from tests.fakes.discord_payloads import ANSWERED_TAG, FORUM, GENERAL, GUILD, READ_HISTORY, channel_object
from tests.fakes.embedder import HASHING
from tests.integration.test_discord import build

pytestmark = pytest.mark.anyio

WORKSPACE = f"discord:{GUILD}"
CHANNEL = channel_object(GENERAL, GUILD)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(slots=True)
class House:
    """A Discord with a bot that has a whole core, of which only the embedder is small."""

    discord: FakeDiscord
    application: Application

    def asked(self, question: str) -> str:
        """Return the passage that a person is shown elsewhere, with its link."""
        ask = Ask(
            actor=Actor(id="someone"),
            conversation=Conversation(platform="discord", workspace=WORKSPACE, channel="9"),
            question=question,
            whispered=True,
        )
        reply = self.application.router.handle(ask)
        return f"{reply.quote.text} {reply.quote.citation.url}" if isinstance(reply, Finding) else ""

    async def until(self, question: str, words: str) -> str:
        """Wait until a question is answered with these words."""
        async with asyncio.timeout(30):
            while words not in (shown := await asyncio.to_thread(self.asked, question)):
                await asyncio.sleep(0.02)
        return shown

    async def until_gone(self, words: str) -> None:
        """Wait until no passage has these words."""
        async with asyncio.timeout(30):
            while any(words in each for each in await asyncio.to_thread(self.passages)):
                await asyncio.sleep(0.02)

    def passages(self) -> list[str]:
        library = self.application.library
        return [
            passage.text
            for source, uri, _ in library.titles(WORKSPACE)
            for passage in library.passages(WORKSPACE, source, uri)
        ]

    async def add(self, channel: Json) -> Message:
        """Add a channel, and return what Boss is told when it was looked through."""
        before = len(self.discord.messages)
        await self.discord.command("Boss", "source channel", {"channel": channel})
        direct = self.discord.direct_channel("Boss")
        told = await self.discord.until(
            lambda: [each for each in self.discord.messages[before:] if each.channel == direct]
        )
        return told[0]


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    monkeypatch.setenv("QUOTH_SOURCES_SEEDS", "")
    application = Application(load(data=tmp_path / "data"))
    core = ThreadedCore(application.router.handle, errands=application.errands, refused=application._refused)
    async with FakeDiscord() as discord:
        discord.gateway.granted = MESSAGE_CONTENT
        async with running(build(discord, tmp_path, message_content=True), core):
            await discord.allow(READ_HISTORY)
            yield House(discord, application)
    core.close()
    application.close()


async def forum(house: House) -> str:
    """Open a post that is solved, one that is not, and let the forum be quoted; return the first's id."""
    solved = await house.discord.open_post("Ann", "Organ pipes", "How do I tune organ pipes?")
    await house.discord.write("Boss", "Tune organ pipes with the brass sleeve.", channel=solved)
    await house.discord.write("Boss", "Beep.", channel=solved, author=house.discord.bot)
    open_ = await house.discord.open_post("Ann", "Unsolved", "Why is the bell cracked?")
    await house.discord.write("Boss", "The bell is perhaps cracked by frost.", channel=open_)
    await house.discord.apply_tags(solved, ANSWERED_TAG)
    told = await house.add(house.discord.forum)
    assert "1 conversation" in told.shown
    return solved


async def test_a_solved_post_is_quoted_with_a_link_to_the_very_message(house: House) -> None:
    solved = await forum(house)
    await house.until("How do I tune organ pipes?", "pipes")
    [answer] = [each for each in house.passages() if "brass sleeve" in each]
    assert "Tune organ pipes with the brass sleeve." == answer
    shown = await house.until("tune organ pipes brass sleeve", "brass sleeve")
    assert f"https://discord.com/channels/{GUILD}/{solved}/" in shown
    assert not any("Beep" in each or "frost" in each for each in house.passages())


async def test_posts_follow_their_tags_and_go_with_their_messages(house: House) -> None:
    await forum(house)
    late = await house.discord.open_post("Ann", "Late", "Where does the ferry leave from?")
    said = await house.discord.write("Boss", "The ferry leaves from pier four.", channel=late)
    await house.discord.apply_tags(late, ANSWERED_TAG)
    await house.discord.archive(late)
    await house.until("ferry leaves from pier four", "pier four")
    await house.discord.edit(said, "The ferry leaves from pier seven.")
    await house.until("ferry leaves from pier", "pier seven")
    assert not any("pier four" in each for each in house.passages())
    await house.discord.delete(said)
    await house.until_gone("pier seven")
    await house.discord.apply_tags(late)
    await house.until_gone("ferry leave from")


async def test_pinned_messages_are_quoted_for_as_long_as_they_are_pinned(house: House) -> None:
    said = await house.discord.write("Ann", "The bakery opens at six o'clock.", channel=GENERAL)
    await house.discord.pin(said, "The bakery opens at six o'clock.")
    house.discord.refuse("/messages/pins", 429, retry_after=0.01)
    assert "1 conversation" in (await house.add(CHANNEL)).shown
    shown = await house.until("When does the bakery opens?", "six o'clock")
    assert shown.endswith(f"https://discord.com/channels/{GUILD}/{GENERAL}/{said['id']}")
    await house.discord.unpin(said)
    await house.until_gone("bakery")


async def test_more_pins_than_a_page_holds_are_all_quoted(house: House) -> None:
    for number in range(60):
        said = await house.discord.write("Ann", f"Rule {number} is kept.", channel=GENERAL)
        house.discord.history.pin(said)
    assert "60 conversations" in (await house.add(CHANNEL)).shown


async def test_what_a_channel_says_is_gone_when_not_everyone_reads_it_any_more(house: House) -> None:
    said = await house.discord.write("Ann", "The bakery opens at six o'clock.", channel=GENERAL)
    house.discord.history.pin(said)
    await house.add(CHANNEL)
    await house.until("When does the bakery opens?", "six o'clock")
    await house.discord.close_to_everyone(CHANNEL)
    await house.until_gone("bakery")


async def test_a_channel_that_not_everyone_reads_is_not_added(house: House) -> None:
    await house.discord.close_to_everyone(CHANNEL)
    said = await house.discord.write("Ann", "The vault's code is four zeros.", channel=GENERAL)
    house.discord.history.pin(said)
    assert "not everyone here can read it" in (await house.add(CHANNEL)).shown
    assert [] == house.application.library.names(WORKSPACE)


async def test_who_is_forgotten_is_quoted_no_more_and_not_gathered_again(house: House) -> None:
    solved = await forum(house)
    where = Conversation(platform="discord", workspace=WORKSPACE, channel=FORUM)
    boss = Actor(id=house.discord.users["Boss"]["id"])
    kept = house.application.router.handle(MyData(actor=boss, conversation=where))
    assert isinstance(kept, PersonalData)
    assert "1 message of yours in channels that I quote" in kept.lines
    house.application.router.handle(ForgetMe(actor=boss, conversation=where, confirmed=True))
    assert not any("brass sleeve" in each for each in house.passages())
    more = await house.discord.write("Ann", "It sounds in tune now, after an hour.", channel=solved)
    await house.discord.apply_tags(solved, ANSWERED_TAG)
    await house.until("sounds in tune now after an hour", more["content"])
    assert not any("brass sleeve" in each for each in house.passages())
