"""The unmodified discord.py against a Discord on this machine: posts that are tagged as answered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.messages import Hindrance, Offer, Overhear, Rate, Refused
from tests.adapters.replies import answer
from tests.fakes.core import ScriptedCore, running
from tests.fakes.discord import FakeDiscord, Message
from tests.fakes.discord_gateway import MESSAGE_CONTENT
from tests.fakes.discord_payloads import (
    ANSWERED_TAG,
    FORUM,
    GENERAL,
    GUILD,
    MANAGE_THREADS,
    snowflake,
    tag_object,
)
from tests.integration.test_discord import build

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def core() -> ScriptedCore:
    core = ScriptedCore()
    core.replies_to[Overhear] = [Offer(answer=answer(), private=False)]
    return core


@pytest.fixture
async def bot(core: ScriptedCore, tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    """A Discord whose bot offers an answer in each new post, and may tag posts."""
    async with FakeDiscord() as discord:
        discord.gateway.granted = MESSAGE_CONTENT
        async with running(build(discord, tmp_path, message_content=True), core):
            await discord.allow(MANAGE_THREADS)
            yield discord


async def post(bot: FakeDiscord, user: str = "Ann", *, parent: str = FORUM) -> tuple[str, Message]:
    """Open a post, and return its id and the bot's card in it."""
    before = len(bot.messages)
    id = await bot.open_post(user, "Leave", "How long is it?", parent=parent)
    await bot.until(lambda: len(bot.messages) > before)
    return id, bot.messages[before]


async def settled(bot: FakeDiscord) -> None:
    """Wait until another post was tagged: what was pressed before is done with then."""
    await bot.offer_tags(tag_object(ANSWERED_TAG, "Answered"))
    id, card = await post(bot, "Boss")
    await bot.press("Boss", card, "Helpful")
    await bot.until(lambda: bot.posts[id]["applied_tags"])


def edits(bot: FakeDiscord, id: str) -> int:
    return len(bot.requests_of("PATCH", f"/channels/{id}"))


@pytest.mark.parametrize("user", ["Ann", "Boss"])
async def test_a_post_that_its_opener_or_a_moderator_finds_helped_is_tagged(
    bot: FakeDiscord, user: str
) -> None:
    id, card = await post(bot)
    await bot.press(user, card, "Helpful")
    assert [ANSWERED_TAG] == await bot.until(lambda: bot.posts[id]["applied_tags"])


async def test_tags_that_a_post_has_stay(bot: FakeDiscord) -> None:
    id, card = await post(bot)
    windows = bot.forum["available_tags"][0]["id"]
    await bot.apply_tags(id, windows)
    await bot.press("Ann", card, "Helpful")
    await bot.until(lambda: edits(bot, id))
    assert [windows, ANSWERED_TAG] == bot.posts[id]["applied_tags"]


async def test_the_tag_may_be_called_solved_in_any_case(bot: FakeDiscord) -> None:
    solved = tag_object(snowflake(), "SOLVED")
    await bot.offer_tags(tag_object(snowflake(), "Unsolved"), solved)
    id, card = await post(bot)
    await bot.press("Ann", card, "Helpful")
    assert [solved["id"]] == await bot.until(lambda: bot.posts[id]["applied_tags"])


@pytest.mark.parametrize(
    ("opener", "label", "reply"),
    [("Boss", "Helpful", None), ("Ann", "Not it", None), ("Ann", "Helpful", Refused(text="Forgotten."))],
)
async def test_nothing_else_that_ann_presses_tags_a_post(
    bot: FakeDiscord, core: ScriptedCore, opener: str, label: str, reply: Refused | None
) -> None:
    usual = core.replies_to[Rate]
    if reply is not None:
        core.replies_to[Rate] = [reply]
    id, card = await post(bot, opener)
    await bot.press("Ann", card, label)
    core.replies_to[Rate] = usual
    await settled(bot)
    assert 0 == edits(bot, id)


async def test_a_thread_of_an_ordinary_channel_has_no_tags(bot: FakeDiscord) -> None:
    id, card = await post(bot, parent=GENERAL)
    await bot.press("Ann", card, "Helpful")
    await settled(bot)
    assert 0 == edits(bot, id)


async def test_a_forum_without_such_a_tag_is_left_alone(bot: FakeDiscord) -> None:
    await bot.offer_tags(tag_object(snowflake(), "Windows"))
    id, card = await post(bot)
    await bot.press("Ann", card, "Helpful")
    await settled(bot)
    assert 0 == edits(bot, id)


@pytest.mark.parametrize("solved", [True, False])
async def test_a_post_with_five_tags_or_with_such_a_tag_gets_no_other(bot: FakeDiscord, solved: bool) -> None:
    others = [tag_object(snowflake(), "Solved" if solved else f"Tag {number}") for number in range(5)]
    await bot.offer_tags(tag_object(ANSWERED_TAG, "Answered"), *others)
    id, card = await post(bot)
    await bot.apply_tags(id, *(tag["id"] for tag in others[: 1 if solved else 5]))
    await bot.press("Ann", card, "Helpful")
    await settled(bot)
    assert 0 == edits(bot, id)


async def test_a_moderated_tag_is_applied_where_the_bot_may(bot: FakeDiscord) -> None:
    await bot.offer_tags(tag_object(ANSWERED_TAG, "Answered", moderated=True))
    id, card = await post(bot)
    await bot.press("Ann", card, "Helpful")
    assert [ANSWERED_TAG] == await bot.until(lambda: bot.posts[id]["applied_tags"])


@pytest.mark.parametrize("moderated", [True, False])
async def test_moderators_hear_which_permission_the_bot_lacks_to_tag(
    bot: FakeDiscord, core: ScriptedCore, moderated: bool
) -> None:
    await bot.allow(0)
    await bot.offer_tags(tag_object(ANSWERED_TAG, "Answered", moderated=moderated))
    id, card = await post(bot)
    shown = await bot.press("Ann", card, "Helpful")
    met = Hindrance(
        platform="discord",
        workspace=f"discord:{GUILD}",
        place="#help",
        lacking="the permission Manage Threads",
        deed="tag posts",
    )
    assert [met] == await core.hears_of_hindrances()
    assert ("Thank you.", 0 if moderated else 1) == (shown.shown, edits(bot, id))


async def test_a_discord_that_is_out_of_order_is_survived(bot: FakeDiscord, core: ScriptedCore) -> None:
    id, card = await post(bot)
    bot.refuse(f"/channels/{id}", 400, 50083)
    await bot.press("Ann", card, "Helpful")
    await bot.until(lambda: edits(bot, id))
    await settled(bot)
    assert [] == core.hindrances


async def test_a_post_that_the_bot_has_not_heard_of_keeps_its_tags(bot: FakeDiscord) -> None:
    """An interaction need not name the tags of the post that it comes from."""
    id, card = await post(bot)
    kept = bot.forum["available_tags"][0]["id"]
    known = bot.posts[id] | {"applied_tags": [kept]}
    place = {name: known[name] for name in ("id", "guild_id", "parent_id", "type")}
    await bot.gateway.send("THREAD_DELETE", place)
    bot.posts[id] = known
    await bot.press("Ann", card, "Helpful")
    await bot.until(lambda: edits(bot, id))
    assert [kept, ANSWERED_TAG] == bot.posts[id]["applied_tags"]
    assert 1 == len(bot.requests_of("GET", f"/channels/{id}"))
