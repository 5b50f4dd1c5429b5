"""The tag that marks a forum post as answered."""

from collections.abc import Sequence
from typing import Any

import discord
import structlog

from adapters.discord.failures import FOREIGN, NOT_ALLOWED, code_of
from adapters.discord.outlets import Hindered

ANSWERED = frozenset({"answered", "solved"})
"""What the tag is called, in any case."""

MOST_TAGS = 5
"""Discord's limit for one post."""

MANAGE_THREADS = "the permission Manage Threads"

_log = structlog.get_logger("quoth.discord")


async def mark_answered(interaction: discord.Interaction[Any], hindered: Hindered) -> None:
    """Tag the forum post that an interaction came from, if who acts may decide that it is answered.

    Its opener may, and whoever manages threads or the guild on Discord. ``hindered`` is told the forum's name
    and what the bot lacks, where Discord would not have it tagged. Any other refusal is logged.
    """
    try:
        post = await _post(interaction)
        if post is not None and _decides(interaction, post):
            await _tag(post, hindered)
    except FOREIGN as error:
        _log.warning("Discord refused to tag a post.", code=code_of(error))


def answered_tag(
    available: Sequence[discord.ForumTag], applied: Sequence[discord.ForumTag]
) -> discord.ForumTag | None:
    """Return the tag to add, one that anybody may apply first; None where none is, or none is due."""
    if len(applied) >= MOST_TAGS or any(_is_answered(tag) for tag in applied):
        return None
    return min(filter(_is_answered, available), key=lambda tag: tag.moderated, default=None)


async def _post(interaction: discord.Interaction[Any]) -> discord.Thread | None:
    """Return the post as the gateway has it, else as Discord does: an interaction may not name its tags."""
    guild, channel = interaction.guild, interaction.channel
    if guild is None or not isinstance(channel, discord.Thread):
        return None
    if not isinstance(guild.get_channel(channel.parent_id), discord.ForumChannel):
        return None
    post = guild.get_thread(channel.id) or await guild.fetch_channel(channel.id)
    return post if isinstance(post, discord.Thread) else None


def _decides(interaction: discord.Interaction[Any], post: discord.Thread) -> bool:
    allowed = interaction.permissions
    return interaction.user.id == post.owner_id or allowed.manage_threads or allowed.manage_guild


async def _tag(post: discord.Thread, hindered: Hindered) -> None:
    forum = post.parent
    if not isinstance(forum, discord.ForumChannel):
        return
    tag = answered_tag(forum.available_tags, post.applied_tags)
    if tag is None:
        return
    if tag.moderated and not post.permissions_for(post.guild.me).manage_threads:
        await hindered(f"#{forum}", MANAGE_THREADS)
        return
    try:
        await post.add_tags(tag)
    except discord.Forbidden as error:
        if error.code not in NOT_ALLOWED:
            raise
        await hindered(f"#{forum}", MANAGE_THREADS)


def _is_answered(tag: discord.ForumTag) -> bool:
    return tag.name.strip().casefold() in ANSWERED
