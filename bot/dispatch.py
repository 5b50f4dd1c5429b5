"""The one place with threads: lends the blocking core to adapters that live on an event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from bot.messages import AddSource, Progress, Reindex, Reply, Request

Handle = Callable[[Request, Callable[[Progress], None]], Reply]

QUICK_THREADS = 4
LONG_THREADS = 4


class ThreadedCore:
    """The core as adapters see it. Questions never wait behind syncs."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
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

        pool = self._long if isinstance(request, AddSource | Reindex) else self._quick

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

    def close(self) -> None:
        """Let running requests go, and start no new ones."""
        self._quick.shutdown(wait=False, cancel_futures=True)
        self._long.shutdown(wait=False, cancel_futures=True)
