"""The one place with threads: lends the blocking core to adapters that live on an event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog

from bot.errands import Errands
from bot.messages import (
    AddSource,
    Decide,
    Errand,
    Follow,
    Hindrance,
    Posting,
    Progress,
    Reindex,
    Reply,
    Request,
    SaveAnswer,
    Undo,
)

Handle = Callable[[Request, Callable[[Progress], None]], Reply]

log = structlog.get_logger()
SYNCING = AddSource | Decide | Follow | Reindex | SaveAnswer | Undo
"""Requests that may have to wait for a sync."""

QUICK_THREADS = 4
LONG_THREADS = 4


class ThreadedCore:
    """The core as adapters see it. Questions never wait behind syncs."""

    def __init__(
        self,
        handle: Handle,
        *,
        errands: Errands,
        note: Callable[[Posting], None] = lambda posting: None,
        hindered: Callable[[Hindrance], None] = lambda hindrance: None,
    ) -> None:
        """``note`` is told where passages were shown, ``hindered`` where they could not be."""
        self._handle = handle
        self._errands = errands
        self._note = note
        self._hindered = hindered
        self._quick = ThreadPoolExecutor(QUICK_THREADS, thread_name_prefix="ask")
        self._long = ThreadPoolExecutor(LONG_THREADS, thread_name_prefix="sync")

    async def replies(self, request: Request) -> AsyncIterator[Reply]:
        """Yield the newest Progress whenever the reader is ready for it, then the final reply."""
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        newest: list[Progress] = []

        def show(progress: Progress) -> None:
            newest[:] = [progress]
            changed.set()

        pool = self._long if isinstance(request, SYNCING) else self._quick

        def report(progress: Progress) -> None:
            # The loop of whoever asked may have closed; the sync goes on for those who joined it.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(show, progress)

        job = loop.run_in_executor(pool, lambda: self._handle(request, report))
        job.add_done_callback(lambda _: changed.set())
        while not job.done():
            await changed.wait()
            changed.clear()
            if newest and not job.done():
                yield newest.pop()
        yield await job

    async def errands(self, platform: str) -> AsyncIterator[Errand]:
        """Yield what the platform shall say or change unasked, for ever."""
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has closed; who asks next finds the errand waiting
                loop.call_soon_threadsafe(changed.set)

        self._errands.call(platform, wake)
        while True:
            while (errand := self._errands.take(platform)) is not None:
                yield errand
            await changed.wait()
            changed.clear()

    async def posted(self, posting: Posting) -> None:
        """Take note where a passage was shown to a whole channel."""
        await asyncio.get_running_loop().run_in_executor(self._quick, self._note, posting)

    async def hindered(self, hindrance: Hindrance) -> None:
        """Take note that the platform does not let an answer through."""
        await asyncio.get_running_loop().run_in_executor(self._quick, self._hindered, hindrance)

    async def repeat(self, step: Callable[[], None], seconds: float) -> None:
        """Take a step every so many seconds, for ever; one that fails is logged and the next is taken."""
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(self._quick, step)
            except Exception as error:  # what is not done now may be done in the next step
                log.error("A step of the core's own work failed", exc_info=error)
            await asyncio.sleep(seconds)

    def close(self) -> None:
        """Let running requests go, and start no new ones."""
        self._quick.shutdown(wait=False, cancel_futures=True)
        self._long.shutdown(wait=False, cancel_futures=True)
