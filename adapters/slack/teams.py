"""Which workspaces are served, each with connections and memories of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import listeners
from adapters.slack.forms import FORM
from adapters.slack.installations import Installations
from adapters.slack.listeners import Listeners, Payload
from adapters.slack.translate import Home

_log = structlog.get_logger("quoth.slack")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One workspace: who the bot is there, its token, and what is in its memory."""

    home: Home
    client: AsyncWebClient
    listeners: Listeners


Build = Callable[[Home, str], Served]
"""Makes all that serves a workspace, of who the bot is there and its token."""


class Teams(Protocol):
    """Finds who serves a workspace."""

    async def find(self, team: str) -> Served | None:
        """Return who serves what Slack tells of a workspace, or None for one that is not served."""
        ...

    async def close(self) -> None:
        """Stop what is still being answered."""
        ...


class OneTeam:
    """The only workspace of an app that was installed by hand.

    Whatever Slack tells is for it, also where a person of another workspace did it.
    """

    def __init__(self, served: Served) -> None:
        self._served = served

    async def find(self, team: str) -> Served | None:
        """Return who serves the workspace."""
        return self._served

    async def close(self) -> None:
        """Stop what is still being answered."""
        await self._served.listeners.close()


class InstalledTeams:
    """The workspaces that have installed the app, each served from the first time it is heard of."""

    def __init__(self, installations: Installations, build: Build) -> None:
        self._installations = installations
        self._build = build
        self._served: dict[str, Served] = {}

    async def find(self, team: str) -> Served | None:
        """Return who serves a workspace, with a token that is valid."""
        bot = await self._installations.find(team)
        if bot is None:
            await self._leave(team)
            return None
        if team not in self._served:
            self._served[team] = self._build(_home(bot), bot.bot_token)
        self._served[team].client.token = bot.bot_token
        return self._served[team]

    async def close(self) -> None:
        """Stop what is still being answered."""
        await asyncio.gather(*(self._leave(team) for team in list(self._served)))

    async def on_uninstalled(self, body: Payload) -> None:
        """Forget the token of a workspace that has removed the app, and serve it no longer."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        team = body["team_id"]
        if self._installations.forget(team, float(body.get("event_time") or 0)):
            await self._leave(team)
            _log.info("A workspace has removed the app.", team=team)

    async def _leave(self, team: str) -> None:
        served = self._served.pop(team, None)
        if served is not None:
            await served.listeners.close()


def _home(bot: Bot) -> Home:
    return Home(team=str(bot.team_id), user=bot.bot_user_id, bot=bot.bot_id)


async def take_up(teams: Teams, keys: Iterable[str]) -> None:
    """Serve the messages among what was being served when the bot stopped."""
    for key in keys:
        kind, *rest = key.split(":")
        if kind == "message" and len(rest) == len(("team", "channel", "ts")):
            team, channel, ts = rest
            served = await teams.find(team)
            if served and served.home.team == team:
                await served.listeners.take_up(channel, ts)


def register(app: AsyncApp, teams: Teams) -> None:
    """Tell Bolt which method is for what; the first that fits is called, of whoever serves the workspace."""

    def acknowledged(method: Callable[[Listeners, AsyncAck, Payload], Awaitable[None]]) -> Any:
        async def listen(ack: AsyncAck, body: Payload, context: AsyncBoltContext) -> None:
            if served := await teams.find(context.team_id or ""):
                await method(served.listeners, ack, body)

        return listen

    def told(method: Callable[[Listeners, Payload], Awaitable[None]]) -> Any:
        async def listen(body: Payload, context: AsyncBoltContext) -> None:
            if served := await teams.find(context.team_id or ""):
                await method(served.listeners, body)

        return listen

    async def on_error(error: Exception, body: Payload, context: AsyncBoltContext) -> None:
        if served := await teams.find(context.team_id or ""):
            await served.listeners.on_error(error, body)

    async def on_nothing(ack: AsyncAck) -> None:
        await ack()

    app.command(listeners.ASK)(acknowledged(Listeners.on_ask))
    app.command(listeners.QUOTH)(acknowledged(Listeners.on_quoth))
    app.shortcut(listeners.FIND)(acknowledged(Listeners.on_shortcut))
    app.shortcut(listeners.SAVE)(acknowledged(Listeners.on_save))
    app.view(FORM)(acknowledged(Listeners.on_form))
    app.action(listeners.OURS)(acknowledged(Listeners.on_press))
    app.event("app_mention")(told(Listeners.on_message))
    app.event("message")(told(Listeners.on_message))
    app.event("app_home_opened")(told(Listeners.on_home))
    for event in ("pin_added", "pin_removed", "reaction_added", "reaction_removed"):
        app.event(event)(told(Listeners.on_channel_changed))
    if isinstance(teams, InstalledTeams):
        app.event("app_uninstalled")(teams.on_uninstalled)
        app.event("tokens_revoked")(teams.on_uninstalled)
    # Whatever else the app is subscribed to is acknowledged, or Slack would send it again.
    app.event(listeners.ANYTHING)(on_nothing)
    app.action(listeners.ANYTHING)(on_nothing)
    app.error(on_error)
