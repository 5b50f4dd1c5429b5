"""What the core wants said or changed unasked, done in Discord."""

import asyncio
from typing import assert_never

import discord
import structlog

from adapters.discord.failures import FOREIGN, code_of
from adapters.discord.outlets import ChannelOutlet, passive
from adapters.discord.render import render
from bot.messages import Answer, Closest, Errand, Offer, Post, Posting, Reply, Revise, Tell, Withdraw
from bot.ports import Core

_log = structlog.get_logger("quoth.discord")


class ErrandRunner:
    """Does one errand after the other; a Discord that refuses one is logged and survived."""

    def __init__(self, core: Core, client: discord.Client) -> None:
        self._core = core
        self._client = client

    async def run(self, ready: asyncio.Event) -> None:
        """Do errands until cancelled, from the moment on at which the client is connected."""
        await ready.wait()
        async for errand in self._core.errands("discord"):
            name = type(errand).__name__
            try:
                await self._do(errand)
            except FOREIGN as error:
                _log.warning("Discord refused an errand.", errand=name, code=code_of(error))
            except Exception as error:  # a fault of ours in one must not keep the others from being done
                _log.error("An errand for Discord failed.", errand=name, exc_info=error)

    async def _do(self, errand: Errand) -> None:
        match errand:
            case Post():
                await self._post(errand)
            case Tell():
                person = discord.Object(int(errand.actor_id))
                await ChannelOutlet(await self._client.create_dm(person)).say(render(errand.reply))
            case Revise():
                await self._message(errand.posting).edit(view=passive(render(errand.reply)))
            case Withdraw():
                await self._message(errand.posting).delete()
            case _:
                assert_never(errand)

    async def _post(self, errand: Post) -> None:
        channel = await self._channel(errand.thread or errand.channel, errand.workspace)
        if channel is None:
            _log.warning("An errand names no channel of its community.", workspace=errand.workspace)
            return
        role = int(errand.mention) if errand.mention.isdecimal() else None
        message = await ChannelOutlet(channel, role=role).say(render(errand.reply))
        await report(self._core, errand.workspace, errand.reply, message)

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
            is_hint=isinstance(reply, Offer) and reply.private,
            within=_within(message.channel),
        )
    )


def _within(channel: object) -> str:
    """Return the channel of a thread that everyone in it can read."""
    if not isinstance(channel, discord.Thread) or channel.is_private():
        return ""
    return str(channel.parent_id)
