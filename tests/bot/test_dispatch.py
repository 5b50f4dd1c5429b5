"""The core as adapters on an event loop see it."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from structlog.testing import capture_logs

from bot.dispatch import LONG_THREADS, QUICK_THREADS, STOPPING, ThreadedCore
from bot.errands import Errands
from bot.messages import Ask, Notice, Progress, Reindex, Reply, Request, Verify
from bot.records import Records
from bot.testing import FakeClock
from tests.bot.conftest import ANN, HERE, MODERATOR

SECONDS = 10  # only ever waited for when a test fails

QUESTION = Ask(actor=ANN, conversation=HERE, question="tea?")
REINDEX = Reindex(actor=MODERATOR, conversation=HERE)

Report = Callable[[Progress], None]


def queue() -> Errands:
    return Errands(Records(Path(":memory:")), FakeClock())


def step(done: int) -> Progress:
    return Progress(text="Reading", done=done, total=3)


async def all_of(core: ThreadedCore, request: Request) -> list[Reply]:
    return [reply async for reply in core.replies(request)]


def test_a_question_gets_one_reply() -> None:
    core = ThreadedCore(lambda request, report: Notice(text="done"), errands=queue())
    assert [Notice(text="done")] == asyncio.run(all_of(core, QUESTION))
    core.close()


def test_what_runs_is_answered_before_the_end_and_what_comes_then_is_refused() -> None:
    began, may_end = threading.Event(), threading.Event()

    def handle(request: Request, report: Report) -> Reply:
        began.set()
        assert may_end.wait(SECONDS)
        return Notice(text="done")

    async def stop(core: ThreadedCore) -> tuple[list[Reply], list[Reply], bool]:
        running = asyncio.create_task(all_of(core, QUESTION))
        await asyncio.to_thread(began.wait, SECONDS)
        draining = asyncio.create_task(core.drain(SECONDS))
        await asyncio.sleep(0)
        late, is_waiting = await all_of(core, QUESTION), not draining.done()
        may_end.set()
        await draining
        return await running, late, is_waiting

    core = ThreadedCore(handle, errands=queue())
    assert ([Notice(text="done")], [STOPPING], True) == asyncio.run(stop(core))
    core.close()


def test_the_end_does_not_wait_for_what_takes_long() -> None:
    began, may_end = threading.Event(), threading.Event()

    def handle(request: Request, report: Report) -> Reply:
        began.set()
        assert may_end.wait(SECONDS)
        return Notice(text="done")

    async def stop(core: ThreadedCore) -> bool:
        running = asyncio.create_task(all_of(core, QUESTION))
        await asyncio.to_thread(began.wait, SECONDS)
        await core.drain(0.01)
        is_running = not running.done()
        may_end.set()
        await running
        return is_running

    core = ThreadedCore(handle, errands=queue())
    assert asyncio.run(stop(core))
    core.close()


def test_only_the_newest_progress_is_shown() -> None:
    reported, shown = threading.Event(), threading.Event()

    def handle(request: Request, report: Report) -> Reply:
        for done in (1, 2, 3):
            report(step(done))
        reported.set()
        assert shown.wait(SECONDS)
        return Notice(text="done")

    async def watch(core: ThreadedCore) -> list[Reply]:
        asyncio.get_running_loop().call_soon(reported.wait, SECONDS)  # the platform is slow
        seen: list[Reply] = []
        async for reply in core.replies(REINDEX):
            seen.append(reply)
            shown.set()
        return seen

    core = ThreadedCore(handle, errands=queue())
    assert [step(3), Notice(text="done")] == asyncio.run(watch(core))
    core.close()


def test_the_last_reply_is_never_progress() -> None:
    def handle(request: Request, report: Report) -> Reply:
        for done in range(100):
            report(step(done))
        return Notice(text="done")

    core = ThreadedCore(handle, errands=queue())
    *progress, last = asyncio.run(all_of(core, REINDEX))
    core.close()
    assert Notice(text="done") == last
    assert all(isinstance(reply, Progress) for reply in progress)


def test_a_question_does_not_wait_behind_syncs() -> None:
    gate = threading.Event()

    def handle(request: Request, report: Report) -> Reply:
        if isinstance(request, Reindex):
            assert gate.wait(SECONDS)
        return Notice(text=type(request).__name__)

    async def ask(core: ThreadedCore) -> list[Reply]:
        syncs = [asyncio.ensure_future(all_of(core, REINDEX)) for _ in range(LONG_THREADS + 2)]
        answered = await all_of(core, QUESTION)
        gate.set()
        await asyncio.gather(*syncs)
        return answered

    core = ThreadedCore(handle, errands=queue())
    assert [Notice(text="Ask")] == asyncio.run(ask(core))
    core.close()


def test_a_sync_goes_on_when_whoever_asked_for_it_has_gone() -> None:
    begun, gate, ended = threading.Event(), threading.Event(), threading.Event()

    def handle(request: Request, report: Report) -> Reply:
        begun.set()
        assert gate.wait(SECONDS)
        report(step(1))
        ended.set()
        return Notice(text="done")

    async def leave(core: ThreadedCore) -> None:
        asking = asyncio.ensure_future(all_of(core, REINDEX))
        await asyncio.to_thread(begun.wait, SECONDS)
        asking.cancel()

    core = ThreadedCore(handle, errands=queue())
    asyncio.run(leave(core))
    gate.set()
    assert ended.wait(SECONDS)
    core.close()


def test_a_step_that_fails_is_logged_and_the_next_is_taken() -> None:
    steps: list[int] = []
    enough = threading.Event()

    def take() -> None:
        steps.append(len(steps))
        if len(steps) == 1:
            raise ValueError("odd")
        enough.set()

    async def repeat(core: ThreadedCore) -> None:
        going = asyncio.ensure_future(core.repeat(take, 0.0))
        await asyncio.to_thread(enough.wait, SECONDS)
        going.cancel()

    core = ThreadedCore(lambda request, report: Notice(text=""), errands=queue())
    with capture_logs() as lines:
        asyncio.run(repeat(core))
    core.close()
    assert [0, 1] == steps[:2]
    assert ["A step of the core's own work failed"] == [line["event"] for line in lines]


def test_a_question_does_not_wait_behind_quotes_being_verified_or_the_core_at_work() -> None:
    gate = threading.Event()

    def handle(request: Request, report: Report) -> Reply:
        if isinstance(request, Verify):
            assert gate.wait(SECONDS)
        return Notice(text=type(request).__name__)

    async def ask(core: ThreadedCore) -> list[Reply]:
        verify = Verify(actor=ANN, conversation=HERE, receipt="k3v7qa")
        busy = [asyncio.ensure_future(all_of(core, verify)) for _ in range(QUICK_THREADS + 1)]
        working = [asyncio.ensure_future(core.repeat(at_work, 0.0)) for _ in range(QUICK_THREADS + 1)]
        await asyncio.sleep(0)
        answered = await all_of(core, QUESTION)
        for each in working:
            each.cancel()
        gate.set()
        await asyncio.gather(*busy)
        return answered

    def at_work() -> None:
        assert gate.wait(SECONDS)

    core = ThreadedCore(handle, errands=queue())
    assert [Notice(text="Ask")] == asyncio.run(ask(core))
    core.close()
