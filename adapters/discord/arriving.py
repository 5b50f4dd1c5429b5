"""First contact in a guild: who has added the bot, and where they can be told how to begin."""

from collections.abc import AsyncIterator

import discord
import structlog

from adapters.discord.failures import FOREIGN, code_of
from adapters.discord.outlets import passive
from adapters.discord.render import render
from bot.messages import Notice

LOOKED_THROUGH = 20
"""Entries of the audit log; that of the bot's own arrival is among the newest."""

_log = structlog.get_logger("quoth.discord")


async def added_by(guild: discord.Guild) -> int:
    """Return the id of who added the bot, where the audit log may be read, else of the guild's owner."""
    if guild.me.guild_permissions.view_audit_log:
        try:
            added = discord.AuditLogAction.bot_add
            async for entry in guild.audit_logs(limit=LOOKED_THROUGH, action=added):
                if entry.user_id and entry.target is not None and entry.target.id == guild.me.id:
                    return entry.user_id
        except FOREIGN as error:
            _log.warning("Discord did not tell who added the bot.", code=code_of(error))
    return guild.owner_id or 0


async def introduce(guild: discord.Guild, person: int, introduction: Notice) -> None:
    """Tell the person directly; where that is closed, in the first channel that takes it."""
    async for place in _places(guild, person):
        try:
            await place.send(view=passive(render(introduction)))
        except FOREIGN as error:
            _log.info("Discord took no introduction there.", code=code_of(error))
        else:
            return
    _log.warning("Nobody in the guild could be told how to begin.", guild=guild.id)


async def _places(guild: discord.Guild, person: int) -> AsyncIterator[discord.abc.Messageable]:
    try:
        yield await guild.fetch_member(person)
    except FOREIGN as error:
        _log.info("Discord did not find who added the bot.", code=code_of(error))
    first = [guild.system_channel] if guild.system_channel else []
    for channel in dict.fromkeys((*first, *guild.text_channels)):
        allowed = channel.permissions_for(guild.me)
        if allowed.view_channel and allowed.send_messages:
            yield channel
