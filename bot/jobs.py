"""Syncing at a moderator's wish: once at a time, and whoever asks meanwhile watches the same job."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from bot.errors import Stopping
from bot.ports import Library
from index.passages import SyncReport

Watch = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much (0: unknown)."""


class _Job:
    """A running sync and those who watch it."""

    def __init__(self, workspace: str, name: str, stopping: threading.Event) -> None:
        self.workspace = workspace
        self.name = name
        self.done: Future[SyncReport] = Future()
        self._watchers: list[Watch] = []
        self._latest: tuple[str, int, int] | None = None
        self._stopping = stopping
        self._lock = threading.Lock()

    def covers(self, workspace: str, name: str) -> bool:
        return self.workspace == workspace and self.name in ("", name)

    def watch(self, watcher: Watch) -> None:
        """Tell the watcher where the job stands, and from then on of every step."""
        with self._lock:
            self._watchers.append(watcher)
            latest = self._latest
        if latest is not None:
            watcher(*latest)

    def report(self, text: str, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise Stopping
        with self._lock:
            self._latest = (text, done, total)
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher(text, done, total)


class Jobs:
    """Runs syncs in the calling thread, one per workspace and scope, and one at a time in all."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._running: list[_Job] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._stopping = threading.Event()

    def run(self, workspace: str, name: str, watcher: Watch, *, fresh: bool = False) -> SyncReport:
        """Sync a source, or all with an empty name; joins a job that already covers it.

        A ``fresh`` run joins none: a job that began before a source was recorded may miss it.
        Raises what the sync raises, to everyone who watched.
        """
        job, mine = self._job(workspace, name, fresh)
        job.watch(watcher)
        if mine:
            self._run(job)
        return job.done.result()

    def stop(self) -> None:
        """Let every sync end with Stopping at its next step; the index stays as it was before it."""
        self._stopping.set()

    def is_running(self, workspace: str) -> bool:
        """Say whether any of the workspace's sources is being synced."""
        with self._lock:
            return any(job.workspace == workspace for job in self._running)

    def are_idle(self) -> bool:
        """Say whether nothing at all is being synced."""
        with self._lock:
            return not self._running

    def _job(self, workspace: str, name: str, fresh: bool) -> tuple[_Job, bool]:
        """Return a job to watch, and whether it is the caller's to run."""
        with self._lock:
            for job in self._running:
                if not fresh and job.covers(workspace, name):
                    return job, False
            job = _Job(workspace, name, self._stopping)
            self._running.append(job)
            return job, True

    def _run(self, job: _Job) -> None:
        try:
            report = self._sync(job)
        except BaseException as error:  # handed on to everyone who waits, this thread among them
            self._finish(job)
            job.done.set_exception(error)
        else:
            self._finish(job)
            job.done.set_result(report)

    def _sync(self, job: _Job) -> SyncReport:
        if not self._turn.acquire(blocking=False):
            job.report("Waiting for another sync to end", 0, 0)
            self._turn.acquire()
        try:
            return self._library.sync(job.workspace, job.name, job.report)
        finally:
            self._turn.release()

    def _finish(self, job: _Job) -> None:
        with self._lock:
            self._running.remove(job)
