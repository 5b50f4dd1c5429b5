"""Discord's connection: checks the token, tells Discord of the commands, then serves."""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.commands import Commands, Press, SourcePress
from adapters.discord.errands import ErrandRunner
from adapters.discord.failures import FOREIGN, failure_of
from adapters.discord.guide import INTENTS, invitation
from adapters.discord.guilds import SharedGuilds
from adapters.discord.listeners import Listeners
from bot.errors import SettingInvalid
from bot.ports import Core

Changed: TypeAlias = discord.abc.GuildChannel | discord.Thread

_log = structlog.get_logger("quoth.discord")


class DiscordAdapter:
    """Serves every guild that has added the bot.

    ``api_url`` and ``gateway_url`` redirect the library to a stand-in on this machine. Settings
    that cannot work raise SettingInvalid here, before anything is connected.
    ``message_content`` asks for the privileged intent to read messages that do not mention the bot.
    ``guild_ready_timeout`` is how many seconds without another guild mean that all have come.
    """

    def __init__(
        self,
        *,
        token: str,
        api_url: str = "",
        gateway_url: str = "",
        state_dir: Path,
        max_upload_bytes: int = 10_000_000,
        message_content: bool = False,
        guild_ready_timeout: float = 2.0,
    ) -> None:
        if not token:
            raise SettingInvalid("DISCORD_TOKEN is not set. It stands on the Bot page of your application.")
        self._token = token
        self._api_url = _loopback("QUOTH_DISCORD_API_URL", api_url, ("http", "https"))
        self._gateway_url = _loopback("QUOTH_DISCORD_GATEWAY_URL", gateway_url, ("ws", "wss"))
        self._state_dir = state_dir
        self._max_upload_bytes = max_upload_bytes
        self._message_content = message_content
        self._guild_ready_timeout = guild_ready_timeout
        self.ready = asyncio.Event()

    async def run(self, core: Core) -> None:
        """Connect and serve until cancelled. Raises AdapterFailure, TokenRejected, IntentMissing."""
        _quieten()
        self._redirect()
        client = _Client(
            core,
            ready=self.ready,
            state_dir=self._state_dir,
            max_upload_bytes=self._max_upload_bytes,
            message_content=self._message_content,
            guild_ready_timeout=self._guild_ready_timeout,
        )
        errands = asyncio.create_task(ErrandRunner(core, client).run(self.ready))
        try:
            async with client:
                await client.start(self._token)
        except FOREIGN as error:
            raise failure_of(error) from error
        finally:
            self.ready.clear()
            errands.cancel()
            await asyncio.gather(errands, return_exceptions=True)
            await client.listeners.close()

    async def check(self) -> str:
        """Log in without serving, and say who Discord takes us for. Raises AdapterFailure, TokenRejected."""
        _quieten()
        self._redirect()
        try:
            async with discord.Client(intents=discord.Intents(**dict.fromkeys(INTENTS, True))) as client:
                await client.login(self._token)
        except FOREIGN as error:
            raise failure_of(error) from error
        assert client.user is not None, "who has logged in is somebody"
        assert client.application_id is not None
        return (
            f"Discord takes the token and knows the bot as {client.user.name}. "
            f"Add it to a server at {invitation(client.application_id)}"
        )

    def _redirect(self) -> None:
        # The library has no settings for these, and no second place where it keeps them.
        if self._api_url:
            Route.BASE = self._api_url
        if self._gateway_url:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._gateway_url)


class _Client(discord.Client):
    """The library's client with our listeners. It reads no more than it must, and keeps nothing."""

    def __init__(
        self,
        core: Core,
        *,
        ready: asyncio.Event,
        state_dir: Path,
        max_upload_bytes: int,
        message_content: bool,
        guild_ready_timeout: float,
    ) -> None:
        super().__init__(
            intents=discord.Intents(**dict.fromkeys(INTENTS, True), message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=guild_ready_timeout,
        )
        self._connected = ready
        self._state_dir = state_dir
        guilds = SharedGuilds(self, time.monotonic)
        self.listeners = Listeners(
            core=core, guilds=guilds, clock=time.monotonic, max_upload_bytes=max_upload_bytes
        )
        self._commands = Commands(self, self.listeners)

    async def setup_hook(self) -> None:
        """Called by the library when the token has proved right, before it connects."""
        self.add_dynamic_items(Press, SourcePress)
        assert self.application_id is not None
        await self._commands.sync_changed(self.application_id, self._state_dir)

    async def on_ready(self) -> None:
        """Called by the library when all guilds have come; again after a connection was lost."""
        _log.info("Connected to Discord.", guilds=len(self.guilds))
        self._connected.set()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Called by the library when somebody has added the bot to a guild."""
        await self.listeners.on_guild_join(guild)

    async def on_message(self, message: discord.Message) -> None:
        """Called by the library for each message that the bot may read."""
        assert self.user is not None
        await self.listeners.on_message(message, self.user.id)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Called by the library when a message was edited, or shown anew for other reasons."""
        await self.listeners.on_edited(event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Called by the library when a message was deleted."""
        await self.listeners.on_deleted(event.guild_id, event.channel_id, [event.message_id])

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Called by the library when many messages were deleted at once."""
        await self.listeners.on_deleted(event.guild_id, event.channel_id, sorted(event.message_ids))

    async def on_raw_thread_update(self, event: discord.RawThreadUpdateEvent) -> None:
        """Called by the library when a thread was named, tagged, locked or archived."""
        await self.listeners.on_channel_changed(event.guild_id, event.parent_id)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Called by the library when a thread was deleted."""
        await self.listeners.on_channel_changed(event.guild_id, event.parent_id)

    async def on_guild_channel_pins_update(self, channel: Changed, last_pin: datetime | None) -> None:
        """Called by the library when a message was pinned or unpinned."""
        await self.listeners.on_channel_changed(channel.guild.id, channel.id)

    async def on_guild_channel_update(self, before: Changed, after: Changed) -> None:
        """Called by the library when a channel, or who may read it, was changed."""
        await self.listeners.on_channel_changed(after.guild.id, after.id)

    async def on_guild_channel_delete(self, channel: Changed) -> None:
        """Called by the library when a channel was deleted."""
        await self.listeners.on_channel_changed(channel.guild.id, channel.id)

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Called by the library when a role was changed; the one of everyone says what they may read."""
        if after.is_default() and before.permissions != after.permissions:
            await self.listeners.on_channel_changed(after.guild.id, None)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Called by the library when a thread begins, before its first message comes."""
        self.listeners.on_thread(thread.id)


def _quieten() -> None:
    """Keep from the log what nobody should read there."""
    # That voice would take more packages; Quoth has no voice.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    # Below INFO the library writes down whole messages, which are people's words.
    logger = logging.getLogger("discord")
    logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))


def _loopback(name: str, url: str, schemes: tuple[str, ...]) -> str:
    """Return the address without a slash at its end. The token goes nowhere but to Discord."""
    if url and not _is_loopback(url, schemes):
        raise SettingInvalid(f"{name} may only name this machine, as in {schemes[0]}://127.0.0.1:8080.")
    return url.rstrip("/")


def _is_loopback(url: str, schemes: tuple[str, ...]) -> bool:
    with suppress(ValueError):
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme in schemes and (host == "localhost" or ip_address(host).is_loopback)
    return False
