"""The unmodified Bolt and the whole core: channels that are quoted, and follow what becomes of them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import registry
from bot.bootstrap import Application
from bot.dispatch import ThreadedCore
from bot.messages import Actor, Ask, Conversation, Finding, ForgetMe
from bot.settings import load
from tests.fakes.core import running
from tests.fakes.embedder import HASHING
from tests.fakes.slack import FakeSlack, Message
from tests.fakes.slack_payloads import GENERAL, TEAM, direct_channel, user_object
from tests.integration.test_slack import build

pytestmark = pytest.mark.anyio

WORKSPACE = f"slack:{TEAM}"
CHECK = "white_check_mark"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(slots=True)
class House:
    """A Slack with a bot that has a whole core, of which only the embedder is small."""

    slack: FakeSlack
    application: Application

    def link(self, question: str) -> str:
        """Return where the passage stands that a person is shown elsewhere."""
        ask = Ask(
            actor=Actor(id="someone"),
            conversation=Conversation(platform="slack", workspace=WORKSPACE, channel="C9"),
            question=question,
            whispered=True,
        )
        reply = self.application.router.handle(ask)
        return reply.quote.citation.url if isinstance(reply, Finding) else ""

    async def found(self, question: str) -> str:
        """Wait until a question is answered, and return where the passage stands."""
        async with asyncio.timeout(30):
            while not (link := await asyncio.to_thread(self.link, question)):
                await asyncio.sleep(0.02)
        return link

    def passages(self) -> list[str]:
        library = self.application.library
        return [
            passage.text
            for source, uri, _ in library.titles(WORKSPACE)
            for passage in library.passages(WORKSPACE, source, uri)
        ]

    async def until(self, words: str, *, gone: bool = False) -> None:
        """Wait until a passage has these words, or none has."""
        async with asyncio.timeout(30):
            while gone == any(words in each for each in await asyncio.to_thread(self.passages)):
                await asyncio.sleep(0.02)

    async def add(self, channel: str = f"<#{GENERAL}|general>") -> str:
        """Add a channel, and return what Boss is told when it was looked through."""
        before = len(self.slack.messages)
        await self.slack.command("U0BOSS", "/quoth", f"add {channel} name=talk")
        direct = ("U0BOSS", direct_channel("U0BOSS"))
        told = await self.slack.until(
            lambda: [each for each in self.slack.messages[before:] if each.channel in direct]
        )
        message: Message = told[0]
        return message.shown


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    monkeypatch.setenv("QUOTH_SOURCES_SEEDS", "")
    application = Application(load(data=tmp_path / "data"))
    core = ThreadedCore(application.router.handle, errands=application.errands, refused=application._refused)
    async with FakeSlack() as slack:
        slack.users["U0BEN"] = user_object("U0BEN", "Ben")
        slack.users["U0ROBO"] = user_object("U0ROBO", "Robo", is_bot=True)
        async with running(build(slack, tmp_path), core):
            yield House(slack, application)
    core.close()
    application.close()


def thread(slack: FakeSlack) -> tuple[str, str]:
    """Keep a question with an answer, and return their ts."""
    asked = slack.say("U0ANN", "How do I tune the organ?")
    answer = slack.say("U0BEN", "Tune it with the brass sleeve, <@U0ANN> &amp; friends.", thread=asked)
    slack.say("U0ROBO", "Beep.", thread=asked)
    slack.say("U0BEN", "Beep again.", thread=asked, bot_id="B1")
    return asked, answer


async def test_threads_with_a_check_mark_are_quoted_with_a_link_to_the_very_message(house: House) -> None:
    asked, answer = thread(house.slack)
    for number in range(5):
        house.slack.say("U0ANN", f"Idle words {number}.")
    assert "0 conversations" in await house.add()
    await house.slack.react(asked, "eyes")
    await house.slack.react(asked, CHECK)
    await house.until("brass sleeve")
    assert ["Tune it with the brass sleeve, @Ann & friends."] == house.passages()
    page = f"https://home.slack.com/archives/{GENERAL}/p{answer.replace('.', '')}"
    assert f"{page}?thread_ts={asked}&cid={GENERAL}" == await house.found("Tune it with the brass sleeve")
    await house.slack.react(asked, CHECK, added=False)
    await house.until("brass sleeve", gone=True)


async def test_pinned_messages_are_quoted_for_as_long_as_they_are_pinned(house: House) -> None:
    said = house.slack.say("U0BEN", "The bakery opens at six o'clock.")
    house.slack.refuse("pins.list", retry_after=1)
    await house.slack.pin(said)
    assert "1 conversation" in await house.add()
    await house.slack.change(said, "The bakery opens at seven o'clock.", user="U0BEN")
    house.slack.history[0]["text"] = "The bakery opens at seven o'clock."
    await house.until("seven o'clock")
    assert not any("six" in each for each in house.passages())
    await house.slack.pin(said, pinned=False)
    await house.until("bakery", gone=True)


async def test_what_is_deleted_is_gone(house: House) -> None:
    said = house.slack.say("U0BEN", "The bakery opens at six o'clock.")
    await house.slack.pin(said)
    await house.add()
    await house.until("bakery")
    await house.slack.change(said, None)
    await house.until("bakery", gone=True)


@pytest.mark.parametrize(
    ("kind", "why"), [("private_channels", "not everyone"), ("shared_channels", "another company")]
)
async def test_a_channel_that_not_everyone_here_reads_alone_is_not_added(
    house: House, kind: str, why: str
) -> None:
    getattr(house.slack, kind).add(GENERAL)
    await house.slack.pin(house.slack.say("U0BEN", "The vault's code is four zeros."))
    assert why in await house.add()
    assert [] == house.application.library.names(WORKSPACE)


async def test_a_channel_that_turns_private_is_gone_with_the_next_look(house: House) -> None:
    said = house.slack.say("U0BEN", "The bakery opens at six o'clock.")
    await house.slack.pin(said)
    await house.add()
    house.slack.private_channels.add(GENERAL)
    house.application.channels.ask_all()
    await house.until("bakery", gone=True)


async def test_what_the_bot_lacks_is_named(house: House) -> None:
    house.slack.refuse("pins.list", "missing_scope", needed="pins:read")
    assert "pins:read" in await house.add()
    house.slack.refuse("conversations.history", "not_in_channel")
    assert "/invite me" in await house.add()


async def test_who_is_forgotten_is_quoted_no_more(house: House) -> None:
    await house.slack.pin(house.slack.say("U0BEN", "The bakery opens at six o'clock."))
    await house.add()
    where = Conversation(platform="slack", workspace=WORKSPACE, channel=GENERAL)
    house.application.router.handle(ForgetMe(actor=Actor(id="U0BEN"), conversation=where, confirmed=True))
    assert [] == house.passages()
