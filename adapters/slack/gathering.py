"""Looks through channels beside all else: what people wait for never waits behind it."""

import asyncio
from dataclasses import replace

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import FOREIGN, code_of
from adapters.slack.history import Historian, nothing
from bot.messages import Gather, Gathered
from bot.ports import Core

PAUSES = (15.0, 60.0, 300.0)
"""Seconds before a channel is looked through again that Slack did not show; later the next look will do."""

OUT_OF_REACH = "Slack does not show it to me now. Try again later."

_log = structlog.get_logger("quoth.slack")


class Gathering:
    """Looks through one channel after the other, and hands in what it finds."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._turn = asyncio.Lock()
        self._waiting: set[Gather] = set()
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, errand: Gather, client: AsyncWebClient) -> None:
        """Look through a channel soon, unless that is going to be done anyway."""
        if errand in self._waiting:
            return
        self._waiting.add(errand)
        task = asyncio.create_task(self._run(errand, client))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Stop. All channels are looked through when the bot starts again."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, errand: Gather, client: AsyncWebClient) -> None:
        async with self._turn:
            self._waiting.discard(errand)
            gathered = await self._gathered(errand, Historian(client))
            if gathered is not None:
                async for _ in self._core.replies(gathered):
                    pass

    async def _gathered(self, errand: Gather, historian: Historian) -> Gathered | None:
        """Return what a channel holds; None where that cannot be had, and nobody waits for it."""
        for pause in (*PAUSES, 0.0):
            try:
                return await historian.gather(errand)
            except FOREIGN as error:
                _log.warning("A channel could not be looked through.", code=code_of(error), pause=pause)
                if errand.asked_by:
                    return replace(nothing(errand), refusal=OUT_OF_REACH)
            await asyncio.sleep(pause)
        return None
