"""Syncs run once at a time, and whoever asks meanwhile watches the same one."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from bot.errors import Stopping
from bot.jobs import Jobs, Watch
from bot.testing import FakeLibrary, FakeSearcher
from index.errors import SourceUnavailable
from index.passages import SyncReport

SECONDS = 10  # only ever waited for when a test fails


class GatedLibrary(FakeLibrary):
    """Reports that it has begun, then syncs only when its gate opens."""

    def __init__(self) -> None:
        super().__init__(FakeSearcher())
        self.gate = threading.Event()
        self.began: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def sync(self, workspace: str, name: str, progress: Callable[[str, int, int], None]) -> SyncReport:
        self.began.append((workspace, name))
        progress("Reading", 1, 2)
        assert self.gate.wait(SECONDS)
        if self.error:
            raise self.error
        return SyncReport(added=len(self.began))


class Callers:
    """Runs jobs in threads of their own and returns once each has heard of some progress."""

    def __init__(self) -> None:
        self.library = GatedLibrary()
        self.jobs = Jobs(self.library)
        self.heard: list[str] = []
        self._pool = ThreadPoolExecutor(8)

    def run(self, workspace: str, name: str, *, fresh: bool = False) -> Future[SyncReport]:
        heard = threading.Event()

        def watch(text: str, done: int, total: int) -> None:
            self.heard.append(text)
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
    jobs = Jobs(library)
    heard: list[int] = []

    def watch(text: str, done: int, total: int) -> None:
        heard.append(done)
        jobs.stop()

    with pytest.raises(Stopping, match="Nothing is lost"):
        jobs.run("w", "docs", watch)
    assert [0] == heard
    assert jobs.are_idle()
