"""Syncs run once at a time, and whoever asks meanwhile watches the same one."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from bot.errors import Cancelled, Stopping
from bot.jobs import Jobs, Watch
from bot.messages import Progress
from bot.testing import FakeClock, FakeLibrary, FakeSearcher
from index.errors import SourceUnavailable
from index.passages import Failure, Step, SyncReport

SECONDS = 10  # only ever waited for when a test fails


class GatedLibrary(FakeLibrary):
    """Reports that it has begun, then syncs only when its gate opens."""

    def __init__(self) -> None:
        super().__init__(FakeSearcher())
        self.gate = threading.Event()
        self.began: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def sync(
        self,
        workspace: str,
        name: str,
        progress: Callable[[Step], None],
        failed: Callable[[Failure], None] = lambda failure: None,
        looked_at: Callable[[str, SyncReport], SyncReport] = lambda source, report: report,
    ) -> SyncReport:
        self.began.append((workspace, name))
        progress(Step(text="Reading", done=1, total=2))
        assert self.gate.wait(SECONDS)
        if self.error:
            raise self.error
        return SyncReport(added=len(self.began))


class Callers:
    """Runs jobs in threads of their own and returns once each has heard of some progress."""

    def __init__(self) -> None:
        self.library = GatedLibrary()
        self.clock = FakeClock()
        self.jobs = Jobs(self.library, self.clock)
        self.heard: list[str] = []
        self._pool = ThreadPoolExecutor(8)

    def run(self, workspace: str, name: str, *, fresh: bool = False) -> Future[SyncReport]:
        heard = threading.Event()

        def watch(progress: Progress) -> None:
            self.heard.append(progress.text)
            heard.set()

        running = self._pool.submit(_run, self.jobs, workspace, name, watch, fresh)
        assert heard.wait(SECONDS)
        return running

    def results(self, *running: Future[SyncReport]) -> list[int]:
        self.library.gate.set()
        return [each.result(SECONDS).added for each in running]


def _run(jobs: Jobs, workspace: str, name: str, watch: Watch, fresh: bool) -> SyncReport:
    return jobs.run(workspace, name, watch, fresh=fresh)


def test_two_callers_of_one_source_share_one_sync_and_its_progress() -> None:
    callers = Callers()
    both = callers.run("w", "docs"), callers.run("w", "docs")
    assert [1, 1] == callers.results(*both)
    assert ["Reading", "Reading"] == callers.heard


def test_who_wants_one_source_joins_a_sync_of_all() -> None:
    callers = Callers()
    both = callers.run("w", ""), callers.run("w", "docs")
    callers.results(*both)
    assert [("w", "")] == callers.library.began


def test_who_wants_all_sources_does_not_join_a_sync_of_one() -> None:
    callers = Callers()
    both = callers.run("w", "docs"), callers.run("w", "")
    callers.results(*both)
    assert [("w", "docs"), ("w", "")] == callers.library.began


def test_a_fresh_run_joins_none_and_waits_its_turn() -> None:
    callers = Callers()
    both = callers.run("w", ""), callers.run("w", "new", fresh=True)
    assert [("w", "")] == callers.library.began
    callers.results(*both)
    assert [("w", ""), ("w", "new")] == callers.library.began
    assert "Waiting for another sync to end" in callers.heard


def test_workspaces_do_not_share_syncs() -> None:
    callers = Callers()
    both = callers.run("w", "docs"), callers.run("v", "docs")
    callers.results(*both)
    assert [("w", "docs"), ("v", "docs")] == callers.library.began


def test_a_failure_reaches_everyone_who_waits() -> None:
    callers = Callers()
    callers.library.error = SourceUnavailable()
    both = callers.run("w", "docs"), callers.run("w", "docs")
    callers.library.gate.set()
    for running in both:
        with pytest.raises(SourceUnavailable):
            running.result(SECONDS)


def test_after_a_failure_the_next_sync_runs() -> None:
    callers = Callers()
    callers.library.error = SourceUnavailable()
    failing = callers.run("w", "docs")
    callers.library.gate.set()
    assert isinstance(failing.exception(SECONDS), SourceUnavailable)
    callers.library.error = None
    assert [2] == callers.results(callers.run("w", "docs"))


def test_a_workspace_knows_whether_it_is_being_synced() -> None:
    callers = Callers()
    running = callers.run("w", "docs")
    assert [True, False] == [callers.jobs.is_running("w"), callers.jobs.is_running("v")]
    callers.results(running)
    assert not callers.jobs.is_running("w")


def test_a_stopped_sync_ends_at_its_next_step() -> None:
    library = FakeLibrary(FakeSearcher(), {f"/docs/{number}.txt": "Tea." for number in range(3)})
    library.add("w", "/docs", name="docs", base_url="")
    jobs = Jobs(library, FakeClock())
    heard: list[int] = []

    def watch(progress: Progress) -> None:
        heard.append(progress.done)
        jobs.stop()

    with pytest.raises(Stopping, match="Nothing is lost"):
        jobs.run("w", "docs", watch)
    assert [0] == heard
    assert jobs.are_idle()


def test_a_cancelled_sync_ends_at_its_next_step_and_others_go_on() -> None:
    library = FakeLibrary(FakeSearcher(), {f"/docs/{number}.txt": "Tea." for number in range(3)})
    for workspace in ("w", "v"):
        library.add(workspace, "/docs", name="docs", base_url="")
    jobs = Jobs(library, FakeClock())
    cancelled: list[int] = []

    def watch(progress: Progress) -> None:
        cancelled.append(jobs.cancel("w"))

    with pytest.raises(Cancelled, match="still answers"):
        jobs.run("w", "docs", watch)
    assert [1] == cancelled
    assert 3 == jobs.run("v", "docs", watch).added
    jobs.run("w", "docs", lambda progress: None)  # the next one is not cancelled


def test_a_sync_that_waits_for_its_turn_can_be_cancelled() -> None:
    callers = Callers()
    first, waiting = callers.run("w", "docs"), callers.run("v", "docs")
    assert 1 == callers.jobs.cancel("v")
    assert isinstance(waiting.exception(SECONDS), Cancelled)
    assert [1] == callers.results(first)


def test_progress_tells_how_long_it_will_take_from_how_long_it_took() -> None:
    clock, steps = FakeClock(), list[Progress]()

    class SlowLibrary(FakeLibrary):
        def sync(
            self,
            workspace: str,
            name: str,
            progress: Callable[[Step], None],
            failed: Callable[[Failure], None] = lambda failure: None,
            looked_at: Callable[[str, SyncReport], SyncReport] = lambda source, report: report,
        ) -> SyncReport:
            for text in ("Reading", "Embedding"):
                for done in range(3):
                    progress(Step(text=text, done=done, total=10))
                    clock.advance(30)
            return SyncReport()

    Jobs(SlowLibrary(FakeSearcher()), clock).run("w", "", steps.append)
    assert [None, 270, 240, None, 270, 240] == [step.seconds_left for step in steps]
    assert ["", "about 4 minutes left"] == [steps[0].time_left, steps[1].time_left]


def test_progress_names_what_could_not_be_read() -> None:
    files = {f"/docs/{number}.txt": " " for number in range(7)} | {"/docs/tea.txt": "Tea."}
    library = FakeLibrary(FakeSearcher(), files)
    library.add("w", "/docs", name="docs", base_url="")
    steps: list[Progress] = []
    Jobs(library, FakeClock()).run("w", "docs", steps.append)
    assert (5, 7, 2) == (len(steps[-1].failures), steps[-1].failed, steps[-1].unnamed)
    assert "holds no text" in steps[-1].failures[0]
