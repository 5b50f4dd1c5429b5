"""What the core wants said or changed unasked, done in Slack."""

from collections.abc import Callable
from typing import assert_never

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blocks import Json, mention, rich_text, section
from adapters.slack.failures import FOREIGN, code_of, fate_of
from adapters.slack.gathering import Gathering
from adapters.slack.outlets import ThreadOutlet
from adapters.slack.postings import report
from adapters.slack.render import render
from adapters.slack.teams import Teams
from bot.messages import Errand, Fate, Gather, Post, Revise, Tell, Withdraw
from bot.ports import Core

GONE = "message_not_found"

_log = structlog.get_logger("quoth.slack")


class ErrandRunner:
    """Does one errand after the other, and says what became of it.

    Slack has no way to tell a message that is posted again from a new one: what is said may be said
    twice if the process dies, or the connection breaks, before Slack's answer has come.
    """

    def __init__(self, core: Core, teams: Teams, clock: Callable[[], float]) -> None:
        self._core = core
        self._teams = teams
        self._clock = clock
        self._gathering = Gathering(core)

    async def run(self) -> None:
        """Do errands until cancelled."""
        try:
            await self._core.errands("slack", self._do)
        finally:
            await self._gathering.close()

    async def _do(self, key: str, errand: Errand) -> Fate:
        try:
            return await self._done(errand)
        except FOREIGN as error:
            code, fate = code_of(error), fate_of(error)
            if isinstance(errand, Withdraw) and code == GONE:  # what is gone need not be taken away
                fate = Fate.DONE
            _log.warning("Slack refused an errand.", errand=type(errand).__name__, code=code, fate=fate.value)
            return fate

    async def _done(self, errand: Errand) -> Fate:
        client = await self._client_for(errand)
        if client is None:
            _log.warning("An errand names no workspace that is served here.", errand=type(errand).__name__)
            return Fate.REFUSED
        match errand:
            case Gather():
                self._gathering.begin(errand, client)
            case Post():
                await self._post(errand, client)
            case Tell():
                # Slack takes a person for the channel of direct messages with them.
                await self._outlet(client, errand.actor_id).send(render(errand.reply))
            case Revise(posting=at):
                await client.chat_update(channel=at.channel, ts=at.message, **render(errand.reply))
            case Withdraw(posting=at):
                await client.chat_delete(channel=at.channel, ts=at.message)
            case _:
                assert_never(errand)
        return Fate.DONE

    async def _client_for(self, errand: Errand) -> AsyncWebClient | None:
        """Return what speaks to the errand's workspace with its token."""
        workspace = errand.workspace if isinstance(errand, Gather | Post | Tell) else errand.posting.workspace
        served = await self._teams.find(workspace.removeprefix("slack:"))
        return served.client if served and workspace == f"slack:{served.home.team}" else None

    async def _post(self, errand: Post, client: AsyncWebClient) -> None:
        message = calling(errand.mention, render(errand.reply)) if errand.mention else render(errand.reply)
        shown = await self._outlet(client, errand.channel, errand.thread).send(message)
        await report(self._core, errand.workspace, errand.channel, errand.reply, shown)

    def _outlet(self, client: AsyncWebClient, channel: str, thread: str = "") -> ThreadOutlet:
        return ThreadOutlet(client, channel, thread, self._clock)


def calling(id: str, message: Json) -> Json:
    """Return the message below a line that mentions a user group or a person."""
    return message | {"blocks": [rich_text(section(mention(id))), *message["blocks"]]}
