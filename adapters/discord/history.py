"""What a channel holds that is worth to be quoted: solved threads and pinned messages."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import TypeAlias

import discord

from adapters.discord.forums import ANSWERED
from bot.messages import Actor, Conversation, Gather, Gathered, Remark, Talk

MOST_THREADS = 200
"""The latest solved threads of a channel. Discord lets a bot ask for about five of them in a second."""

MOST_LOOKED_AT = 2_000
"""Archived threads, solved or not: twenty requests."""

MOST_MESSAGES = 100
"""The first ones of a thread: one request."""

MOST_PINS = 250
"""Discord's limit for one channel."""

SOLVED = re.compile(r"\s*(?:✅|\[(?:solved|answered)\])", re.IGNORECASE)
"""How the name of a thread begins that people call solved where there are no tags."""

NOT_FOR_EVERYONE = "not everyone here can read it. I quote only what whoever asks may read."
FOR_ADULTS = "it is age-restricted, and I answer where everyone reads."
NO_CHANNEL = "it is no text channel and no forum of this server, or I cannot see it."
NO_CONTENT = (
    "Discord does not show me what people write. Whoever runs me can switch that on: the setting "
    "discord.message_content, and the intent in the developer portal."
)
NO_HISTORY = "I lack the permission {lacking} there."

_MENTION = re.compile(r"<(@[!&]?|#)([0-9]+)>")

Place: TypeAlias = discord.TextChannel | discord.ForumChannel


class Historian:
    """Gathers the conversations of channels."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def gather(self, errand: Gather) -> Gathered:
        """Look through a channel. Raises what discord.py raises, all but that it is not to be had."""
        try:
            channel = await self._channel(errand)
            refusal = NO_CHANNEL if channel is None else self._refusal(channel)
            talks = () if channel is None or refusal else tuple([each async for each in _talks(channel)])
        except (discord.NotFound, discord.Forbidden):
            talks, refusal = (), NO_CHANNEL
        return replace(self.nothing(errand), talks=talks, refusal=refusal)

    def nothing(self, errand: Gather) -> Gathered:
        """Return what is handed in of a channel without conversations."""
        where = Conversation(platform="discord", workspace=errand.workspace, channel=errand.channel.id)
        return Gathered(
            actor=Actor(id=""), conversation=where, channel=errand.channel, asked_by=errand.asked_by
        )

    async def _channel(self, errand: Gather) -> Place | None:
        id = int(errand.channel.id)
        channel = self._client.get_channel(id) or await self._client.fetch_channel(id)
        if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
            return None
        return channel if errand.workspace == f"discord:{channel.guild.id}" else None

    def _refusal(self, channel: Place) -> str:
        if not self._client.intents.message_content:
            return NO_CONTENT
        mine = channel.permissions_for(channel.guild.me)
        if not mine.view_channel or not mine.read_message_history:
            lacking = "View Channel" if not mine.view_channel else "Read Message History"
            return NO_HISTORY.format(lacking=lacking)
        if channel.is_nsfw():
            return FOR_ADULTS
        return "" if is_public(channel) else NOT_FOR_EVERYONE


def is_public(channel: Place) -> bool:
    """Whether everyone of the guild can read a channel from its beginning on."""
    theirs = channel.permissions_for(channel.guild.default_role)
    return theirs.view_channel and theirs.read_message_history


def is_solved(thread: discord.Thread) -> bool:
    """Whether people have called a thread solved: by a tag of its forum, or in its name."""
    tagged = any(tag.name.strip().casefold() in ANSWERED for tag in thread.applied_tags)
    return tagged or SOLVED.match(thread.name) is not None


async def _talks(channel: Place) -> AsyncIterator[Talk]:
    told = set[str]()
    async for thread in _solved(channel):
        remarks = [_remark(said) async for said in _said(thread) if is_quotable(said)]
        if remarks:
            told |= {remark.message for remark in remarks}
            yield Talk(id=str(thread.id), title=SOLVED.sub("", thread.name).strip(), remarks=tuple(remarks))
    if isinstance(channel, discord.TextChannel):
        async for message in channel.pins(limit=MOST_PINS):
            if is_quotable(message) and (remark := _remark(message)).message not in told:
                yield Talk(id=str(message.id), remarks=(remark,))


async def _solved(channel: Place) -> AsyncIterator[discord.Thread]:
    """Yield the solved threads that everyone can read, those that people still write in first."""
    found = 0
    async for thread in _threads(channel):
        if is_solved(thread) and not thread.is_private():
            yield thread
            found += 1
        if found == MOST_THREADS:
            return


async def _threads(channel: Place) -> AsyncIterator[discord.Thread]:
    for thread in await channel.guild.active_threads():
        if thread.parent_id == channel.id:
            yield thread
    async for thread in channel.archived_threads(limit=MOST_LOOKED_AT):
        yield thread


async def _said(thread: discord.Thread) -> AsyncIterator[discord.Message]:
    """Yield the messages of a thread, the one of its channel from which it began first."""
    async for message in thread.history(limit=MOST_MESSAGES, oldest_first=True):
        begun = message.reference.resolved if message.reference else None
        if message.type is discord.MessageType.thread_starter_message and isinstance(begun, discord.Message):
            yield begun
        else:
            yield message


def is_quotable(message: discord.Message) -> bool:
    """Whether a person wrote words."""
    is_by_a_person = not (message.author.bot or message.webhook_id or message.is_system())
    return is_by_a_person and bool(message.content.strip())


def _remark(message: discord.Message) -> Remark:
    return Remark(
        text=spelt_out(message),
        author=message.author.display_name,
        author_id=str(message.author.id),
        written_at=message.created_at,
        link=message.jump_url,
        message=f"{message.channel.id}/{message.id}",
    )


def spelt_out(message: discord.Message) -> str:
    """Return what people see of a message: mentions by name."""
    names = dict(_names("@", message.mentions)) | dict(_names("@!", message.mentions))
    if message.guild is not None:
        names |= dict(_names("@&", message.guild.roles)) | dict(_names("#", message.guild.channels))
    return _MENTION.sub(lambda found: names.get(found[0], found[0]), message.content)


def _names(mark: str, known: Iterable[object]) -> Iterable[tuple[str, str]]:
    for each in known:
        name = getattr(each, "display_name", None) or str(each)
        yield f"<{mark}{getattr(each, 'id', '')}>", f"{mark[0]}{name.lstrip('@')}"
