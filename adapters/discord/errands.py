"""What the core wants said or changed unasked, done in Discord."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import assert_never

import discord
import structlog

from adapters.discord.failures import ARCHIVED, FOREIGN, code_of, fate_of
from adapters.discord.gathering import Gathering
from adapters.discord.outlets import ChannelOutlet, passive
from adapters.discord.render import render
from bot.messages import (
    Answer,
    Closest,
    Errand,
    Fate,
    Gather,
    Offer,
    Post,
    Posting,
    Reply,
    Revise,
    Tell,
    Withdraw,
)
from bot.ports import Core

_log = structlog.get_logger("quoth.discord")


class ErrandRunner:
    """Does one errand after the other, and says what became of it."""

    def __init__(self, core: Core, client: discord.Client) -> None:
        self._core = core
        self._client = client
        self._gathering = Gathering(core, client)

    async def run(self, ready: asyncio.Event) -> None:
        """Do errands until cancelled, from the moment on at which the client is connected."""
        await ready.wait()
        try:
            await self._core.errands("discord", self._do)
        finally:
            await self._gathering.close()

    async def _do(self, key: str, errand: Errand) -> Fate:
        try:
            return await self._done(key, errand)
        except discord.NotFound as error:
            # What is gone need not be taken away.
            fate = Fate.DONE if isinstance(errand, Withdraw) else fate_of(error)
            return _told(errand, fate, error)
        except FOREIGN as error:
            return _told(errand, fate_of(error), error)

    async def _done(self, key: str, errand: Errand) -> Fate:
        match errand:
            case Gather():
                self._gathering.begin(errand)
            case Post():
                return await self._post(key, errand)
            case Tell():
                person = await self._client.create_dm(discord.Object(int(errand.actor_id)))
                await ChannelOutlet(person, nonce=key).send(render(errand.reply))
            case Revise():
                await self._revise(errand)
            case Withdraw():
                await self._message(errand.posting).delete()
            case _:
                assert_never(errand)
        return Fate.DONE

    async def _revise(self, errand: Revise) -> None:
        message, view = self._message(errand.posting), passive(render(errand.reply))
        try:
            await message.edit(view=view)
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
            async with self._awake(int(errand.posting.channel)):
                await message.edit(view=view)

    @asynccontextmanager
    async def _awake(self, id: int) -> AsyncIterator[None]:
        """Open a thread that was archived, and close it again where the bot may."""
        thread = await self._client.fetch_channel(id)
        assert isinstance(thread, discord.Thread), "nothing else is archived"
        await thread.edit(archived=False)
        try:
            yield
        finally:
            with suppress(discord.Forbidden):  # it is archived again by itself
                await thread.edit(archived=True)

    async def _post(self, key: str, errand: Post) -> Fate:
        channel = await self._channel(errand.thread or errand.channel, errand.workspace)
        if channel is None:
            _log.warning("An errand names no channel of its community.", workspace=errand.workspace)
            return Fate.REFUSED
        role = int(errand.mention) if errand.mention.isdecimal() else None
        message = await ChannelOutlet(channel, role=role, nonce=key).send(render(errand.reply))
        await report(self._core, errand.workspace, errand.reply, message)
        return Fate.DONE

    async def _channel(self, id: str, workspace: str) -> discord.abc.Messageable | None:
        """Return a channel or thread; None for one that is not in the guild of the workspace."""
        if not id.isdecimal():
            return None
        channel = self._client.get_channel(int(id)) or await self._client.fetch_channel(int(id))
        if isinstance(channel, discord.abc.PrivateChannel) or not isinstance(
            channel, discord.abc.Messageable
        ):
            return None
        return channel if workspace == f"discord:{channel.guild.id}" else None

    def _message(self, posting: Posting) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(int(posting.channel))
        return channel.get_partial_message(int(posting.message))


def _told(errand: Errand, fate: Fate, error: BaseException) -> Fate:
    """Log that Discord has refused an errand, and return what comes of it."""
    _log.warning(
        "Discord refused an errand.", errand=type(errand).__name__, code=code_of(error), fate=fate.value
    )
    return fate


async def report(core: Core, workspace: str, reply: Reply, message: discord.Message | None) -> None:
    """Tell the core where a card now stands for a whole channel to see."""
    shown = reply.answer if isinstance(reply, Offer) else reply
    if message is None or not isinstance(shown, Answer | Closest):
        return
    await core.posted(
        Posting(
            platform="discord",
            workspace=workspace,
            channel=str(message.channel.id),
            message=str(message.id),
            answer_id=shown.id,
            offset=shown.offset,
            shared_by=shown.shared_by if isinstance(shown, Answer) else None,
            is_searched=bool(shown.searched),
            is_hint=isinstance(reply, Offer) and reply.private,
            within=_within(message.channel),
        )
    )


def _within(channel: object) -> str:
    """Return the channel of a thread that everyone in it can read."""
    if not isinstance(channel, discord.Thread) or channel.is_private():
        return ""
    return str(channel.parent_id)
