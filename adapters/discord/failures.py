"""Discord's errors, as the operator's: one table of what may come out of its library."""

import aiohttp
import discord

from bot.errors import AdapterFailure, IntentMissing, QuothError, TokenRejected
from bot.messages import Fate

FOREIGN = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)
"""Everything that talking to Discord may raise; what is not in here is a fault of ours."""

REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "its address was not found"),
    (aiohttp.ClientSSLError, "its certificate could not be checked"),
    (TimeoutError, "it did not answer in time"),
    (aiohttp.ClientConnectorError, "it takes no connection"),
    (aiohttp.ClientError, "the connection broke off"),
)
"""What the errors of a connection mean to people, the narrowest first."""

TOKEN_GONE = frozenset({10015, 10062, 50027})
"""An interaction's token has ended: unknown webhook, unknown interaction, invalid webhook token."""

INVALID_FORM = 50035
NOT_ALLOWED = frozenset({50001, 50013})
"""Missing access, missing permissions."""

ARCHIVED = 50083
"""A thread in which nobody wrote for a while: its messages cannot be edited until it is opened again."""

FOR_NOW = frozenset({401, 408, 429})
"""Statuses that another time, or another token, mends; so do all from 500 on."""

GATEWAY_REJECTS_TOKEN = 4004
GATEWAY_REJECTS_INTENTS = (4013, 4014)


def code_of(error: BaseException) -> str:
    """Return Discord's error code, or the error's class where Discord did not answer with one."""
    if isinstance(error, discord.HTTPException):
        return str(error.code or error.status)
    return str(error.code) if isinstance(error, discord.ConnectionClosed) else type(error).__name__


def fate_of(error: BaseException) -> Fate:
    """Return whether it is any use to ask for the same thing later."""
    if not isinstance(error, discord.HTTPException):
        return Fate.LATER
    return Fate.LATER if error.status >= 500 or error.status in FOR_NOW else Fate.REFUSED


def failure_of(error: BaseException) -> QuothError:
    """Say in one sentence why the bot cannot connect."""
    gateway = error.code if isinstance(error, discord.ConnectionClosed) else 0
    if isinstance(error, discord.LoginFailure) or gateway == GATEWAY_REJECTS_TOKEN:
        return TokenRejected(
            "Discord rejects the token in DISCORD_TOKEN."
            " Copy it anew from your application's Bot page on discord.com/developers into .env."
        )
    if isinstance(error, discord.PrivilegedIntentsRequired) or gateway in GATEWAY_REJECTS_INTENTS:
        return IntentMissing(
            "Discord refuses the message-content intent. Switch it on at your application's Bot page on"
            " discord.com/developers, or set discord.message_content to false."
        )
    return AdapterFailure(
        f"Discord could not be reached: {_reason(error)}. Check the network and discordstatus.com."
    )


def _reason(error: BaseException) -> str:
    for kind, reason in REASONS:
        if isinstance(error, kind):
            return reason
    if isinstance(error, discord.HTTPException | discord.ConnectionClosed):
        return f"it answers with the error {code_of(error)}"
    return "there is no connection"
