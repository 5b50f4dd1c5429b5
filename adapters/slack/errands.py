"""What the core wants said or changed unasked, done in Slack."""

from collections.abc import Callable
from typing import assert_never

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blocks import Json, mention, rich_text, section
from adapters.slack.failures import FOREIGN, code_of, fate_of
from adapters.slack.outlets import ThreadOutlet
from adapters.slack.render import render
from adapters.slack.translate import Home
from bot.messages import Answer, Closest, Errand, Fate, Offer, Post, Posting, Reply, Revise, Tell, Withdraw
from bot.ports import Core

GONE = "message_not_found"

_log = structlog.get_logger("quoth.slack")


class ErrandRunner:
    """Does one errand after the other, and says what became of it.

    Slack has no way to tell a message that is posted again from a new one: what is said may be said
    twice if the process dies, or the connection breaks, before Slack's answer has come.
    """

    def __init__(self, core: Core, client: AsyncWebClient, home: Home, clock: Callable[[], float]) -> None:
        self._core = core
        self._client = client
        self._workspace = f"slack:{home.team}"
        self._clock = clock

    async def run(self) -> None:
        """Do errands until cancelled."""
        await self._core.errands("slack", self._do)

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
        match errand:
            case Post():
                return await self._post(errand)
            case Tell():
                # Slack takes a person for the channel of direct messages with them.
                await self._outlet(errand.actor_id).send(render(errand.reply))
            case Revise(posting=at):
                await self._client.chat_update(channel=at.channel, ts=at.message, **render(errand.reply))
            case Withdraw(posting=at):
                await self._client.chat_delete(channel=at.channel, ts=at.message)
            case _:
                assert_never(errand)
        return Fate.DONE

    async def _post(self, errand: Post) -> Fate:
        if errand.workspace != self._workspace:
            _log.warning("An errand names no workspace that is served here.", workspace=errand.workspace)
            return Fate.REFUSED
        message = calling(errand.mention, render(errand.reply)) if errand.mention else render(errand.reply)
        shown = await self._outlet(errand.channel, errand.thread).send(message)
        await report(self._core, errand.workspace, errand.channel, errand.reply, shown)
        return Fate.DONE

    def _outlet(self, channel: str, thread: str = "") -> ThreadOutlet:
        return ThreadOutlet(self._client, channel, thread, self._clock)


def calling(id: str, message: Json) -> Json:
    """Return the message below a line that mentions a user group or a person."""
    return message | {"blocks": [rich_text(section(mention(id))), *message["blocks"]]}


async def report(core: Core, workspace: str, channel: str, reply: Reply, shown: str) -> None:
    """Tell the core where a card now stands for a whole channel to see; ``shown`` is empty if it does not."""
    card = reply.answer if isinstance(reply, Offer) else reply
    if not shown or not isinstance(card, Answer | Closest):
        return
    await core.posted(
        Posting(
            platform="slack",
            workspace=workspace,
            channel=channel,
            message=shown,
            answer_id=card.id,
            offset=card.offset,
        )
    )
