"""Syncing at a moderator's wish: once at a time, and whoever asks meanwhile watches the same job."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from bot.ports import Library
from index.passages import SyncReport

Watch = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much (0: unknown)."""


class _Job:
    """A running sync and those who watch it."""

    def __init__(self) -> None:
        self.done: Future[SyncReport] = Future()
        self._watchers: list[Watch] = []
        self._lock = threading.Lock()

    def watch(self, watcher: Watch) -> None:
        with self._lock:
            self._watchers.append(watcher)

    def report(self, text: str, done: int, total: int) -> None:
        with self._lock:
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher(text, done, total)


class Jobs:
    """Runs syncs in the calling thread, one per workspace and scope, and one at a time in all."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._running: dict[tuple[str, str], _Job] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def run(self, workspace: str, name: str, watcher: Watch) -> SyncReport:
        """Sync a source, or all with an empty name; joins a job that already covers it.

        Raises what the sync raises, to everyone who watched.
        """
        with self._lock:
            job = self._running.get((workspace, "")) or self._running.get((workspace, name))
            mine = job is None
            if job is None:
                job = self._running[workspace, name] = _Job()
            job.watch(watcher)
        if mine:
            self._run(job, workspace, name)
        return job.done.result()

    def is_running(self, workspace: str) -> bool:
        """Say whether any of the workspace's sources is being synced."""
        with self._lock:
            return any(running == workspace for running, _ in self._running)

    def _run(self, job: _Job, workspace: str, name: str) -> None:
        try:
            with self._turn:
                report = self._library.sync(workspace, name, job.report)
        except BaseException as error:  # handed on to everyone who waits, this thread among them
            self._finish(workspace, name)
            job.done.set_exception(error)
        else:
            self._finish(workspace, name)
            job.done.set_result(report)

    def _finish(self, workspace: str, name: str) -> None:
        with self._lock:
            del self._running[workspace, name]
