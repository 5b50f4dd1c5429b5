"""The one place with threads: lends the blocking core to adapters that live on an event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import structlog

from bot.errands import Errands, Waiting
from bot.messages import (
    AddSource,
    Decide,
    Errand,
    Fate,
    Follow,
    Gathered,
    Hindrance,
    Inspect,
    Posting,
    Progress,
    Refused,
    Reindex,
    Reply,
    Request,
    SaveAnswer,
    Undo,
    Verify,
)

Handle = Callable[[Request, Callable[[Progress], None]], Reply]
T = TypeVar("T")

log = structlog.get_logger()
SYNCING = AddSource | Decide | Follow | Gathered | Reindex | SaveAnswer | Undo
"""Requests that may have to wait for a sync."""

QUICK_THREADS = 4
LONG_THREADS = 4
FETCHING_THREADS = 2
OWN_THREADS = 2
"""For what the core does by itself: errands, and looking after what was posted."""

STOPPING = Refused(text="I am being stopped, or started anew. Ask again in a minute, please.")

LOOK_SECONDS = 1.0
"""Between two looks for an errand that is to be tried again."""


class ThreadedCore:
    """The core as adapters see it. Questions never wait behind longer work."""

    def __init__(
        self,
        handle: Handle,
        *,
        errands: Errands,
        note: Callable[[Posting], None] = lambda posting: None,
        hindered: Callable[[Hindrance], None] = lambda hindrance: None,
        refused: Callable[[Errand], None] = lambda errand: None,
    ) -> None:
        """``note`` is told where passages were shown, ``hindered`` where they could not be.

        ``refused`` is told of errands that a platform will never do.
        """
        self._handle = handle
        self._errands = errands
        self._note = note
        self._hindered = hindered
        self._refused = refused
        self._quick = ThreadPoolExecutor(QUICK_THREADS, thread_name_prefix="ask")
        self._long = ThreadPoolExecutor(LONG_THREADS, thread_name_prefix="sync")
        self._fetching = ThreadPoolExecutor(FETCHING_THREADS, thread_name_prefix="verify")
        self._own = ThreadPoolExecutor(OWN_THREADS, thread_name_prefix="own")
        self._is_stopping = False
        self._answering = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def replies(self, request: Request) -> AsyncIterator[Reply]:
        """Yield the newest Progress whenever the reader is ready for it, then the final reply."""
        if self._is_stopping:
            yield STOPPING
            return
        self._answering += 1
        self._idle.clear()
        try:
            async for reply in self._replies(request):
                yield reply
        finally:  # the reader has shown the final reply when it asks for what comes after it
            self._answering -= 1
            if not self._answering:
                self._idle.set()

    async def _replies(self, request: Request) -> AsyncIterator[Reply]:
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        newest: list[Progress] = []

        def show(progress: Progress) -> None:
            newest[:] = [progress]
            changed.set()

        def report(progress: Progress) -> None:
            # The loop of whoever asked may have closed; the sync goes on for those who joined it.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(show, progress)

        job = loop.run_in_executor(self._pool(request), lambda: self._handle(request, report))
        job.add_done_callback(lambda _: changed.set())
        while not job.done():
            await changed.wait()
            changed.clear()
            if newest and not job.done():
                yield newest.pop()
        yield await job

    async def errands(self, platform: str, do: Callable[[str, Errand], Awaitable[Fate]]) -> None:
        """Have the platform do what it shall say or change unasked, one after the other, for ever.

        ``do`` takes an errand below a key that stays the same when it is tried again.
        """
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has closed; who asks next finds the errand waiting
                loop.call_soon_threadsafe(changed.set)

        self._errands.call(platform, wake)
        while True:
            try:
                is_idle = not await self._carry_out(platform, do)
            except Exception as error:  # the records cannot be read just now, say
                log.error("Errands could not be seen to", platform=platform, exc_info=error)
                await asyncio.sleep(LOOK_SECONDS)
                continue
            if is_idle:
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), LOOK_SECONDS)
                changed.clear()

    async def _carry_out(self, platform: str, do: Callable[[str, Errand], Awaitable[Fate]]) -> bool:
        """Have the next errand done and return whether there was one."""
        waiting = await self._by_itself(self._errands.take, platform)
        if waiting is None:
            return False
        try:
            fate = await do(waiting.key, waiting.errand)
        except Exception as error:  # a fault of ours in one must not keep the others from being done
            name = type(waiting.errand).__name__
            log.error("An errand failed", platform=platform, errand=name, exc_info=error)
            fate = Fate.LATER
        await self._by_itself(self._settle, waiting, fate)
        return True

    def _settle(self, waiting: Waiting, fate: Fate) -> None:
        fate = self._errands.verdict(waiting, fate)
        if fate is Fate.REFUSED:
            self._refused(waiting.errand)
        self._errands.settle(waiting, fate)

    async def posted(self, posting: Posting) -> None:
        """Take note where a passage was shown to a whole channel."""
        await self._by_itself(self._note, posting)

    async def hindered(self, hindrance: Hindrance) -> None:
        """Take note that the platform does not let an answer through."""
        await self._by_itself(self._hindered, hindrance)

    async def repeat(self, step: Callable[[], None], seconds: float) -> None:
        """Take a step every so many seconds, for ever; one that fails is logged and the next is taken."""
        while True:
            try:
                await self._by_itself(step)
            except Exception as error:  # what is not done now may be done in the next step
                log.error("A step of the core's own work failed", exc_info=error)
            await asyncio.sleep(seconds)

    def _pool(self, request: Request) -> ThreadPoolExecutor:
        if isinstance(request, SYNCING):
            return self._long
        return self._fetching if isinstance(request, Inspect | Verify) else self._quick

    async def _by_itself(self, work: Callable[..., T], *told: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._own, work, *told)

    async def drain(self, seconds: float) -> None:
        """Take no new requests, and wait until those that run are answered, but no longer than that."""
        self._is_stopping = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    def close(self) -> None:
        """Let running requests go, and start no new ones."""
        for pool in (self._quick, self._long, self._fetching, self._own):
            pool.shutdown(wait=False, cancel_futures=True)
