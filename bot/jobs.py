"""Syncing at a moderator's wish: once at a time, and whoever asks meanwhile watches the same job."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from bot.errors import Cancelled, Stopping
from bot.messages import Progress
from bot.ports import Clock, Library
from index.passages import Failure, Step, SyncReport

Watch = Callable[[Progress], None]
"""Called with where a job stands."""

LookedAt = Callable[[str, str, SyncReport, Callable[[Step], None]], SyncReport]
"""Called after each source of a sync, with the workspace, the source's name, what was done and whom to
tell of its own steps; returns what is reported."""

NAMED_FAILURES = 5
"""What could not be read and is named while the job goes on: the last ones."""

ESTIMATE_SECONDS = 2.0
"""How long a stage of a job must have gone on before it tells how long it will."""

LOOK_SECONDS = 0.5
"""How often a job that waits for its turn looks whether it was cancelled."""


class _Job:
    """A running sync and those who watch it."""

    def __init__(self, workspace: str, name: str, stopping: threading.Event, clock: Clock) -> None:
        self.workspace = workspace
        self.name = name
        self.done: Future[SyncReport] = Future()
        self._watchers: list[Watch] = []
        self._latest: Progress | None = None
        self._failures: list[Failure] = []
        self._stage = ("", 0.0, 0)
        self._stopping = stopping
        self._cancelled = threading.Event()
        self._clock = clock
        self._lock = threading.Lock()

    def covers(self, workspace: str, name: str) -> bool:
        return self.workspace == workspace and self.name in ("", name)

    def cancel(self) -> None:
        self._cancelled.set()

    def watch(self, watcher: Watch) -> None:
        """Tell the watcher where the job stands, and from then on of every step."""
        with self._lock:
            self._watchers.append(watcher)
            latest = self._latest
        if latest is not None:
            watcher(latest)

    def check(self) -> None:
        """Raise Stopping or Cancelled when the job shall not go on."""
        if self._stopping.is_set():
            raise Stopping
        if self._cancelled.is_set():
            raise Cancelled

    def fail(self, failure: Failure) -> None:
        """Name a document that could not be read with the next step."""
        with self._lock:
            self._failures.append(failure)

    def report(self, step: Step) -> None:
        self.check()
        with self._lock:
            self._latest = Progress(
                text=step.text,
                done=step.done,
                total=step.total,
                read=step.read,
                embedded=step.embedded,
                removed=step.removed,
                failures=tuple(map(str, self._failures[-NAMED_FAILURES:])),
                failed=len(self._failures),
                seconds_left=self._seconds_left(step.text, step.done, step.total),
            )
            latest, watchers = self._latest, list(self._watchers)
        for watcher in watchers:
            watcher(latest)

    def _seconds_left(self, text: str, done: int, total: int) -> float | None:
        now = self._clock.monotonic()
        stage, began, first = self._stage
        if stage != text:
            self._stage = (text, now, done)
            return None
        if done <= first or now - began < ESTIMATE_SECONDS:
            return None
        return (now - began) / (done - first) * (total - done)


class Jobs:
    """Runs syncs in the calling thread, one per workspace and scope, and one at a time in all."""

    def __init__(
        self,
        library: Library,
        clock: Clock,
        *,
        looked_at: LookedAt = lambda workspace, name, report, progress: report,
        stopping: threading.Event | None = None,
    ) -> None:
        """``looked_at`` looks at what each sync has changed, and may take it back.

        ``stopping`` ends every sync as ``stop`` does, once it is set.
        """
        self._library = library
        self._looked_at = looked_at
        self._clock = clock
        self._running: list[_Job] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._stopping = stopping or threading.Event()

    def run(self, workspace: str, name: str, watcher: Watch, *, fresh: bool = False) -> SyncReport:
        """Sync a source, or all with an empty name; joins a job that already covers it.

        A ``fresh`` run joins none: a job that began before a source was recorded may miss it.
        Raises what the sync raises, to everyone who watched; Cancelled when somebody wished so.
        """
        job, mine = self._job(workspace, name, fresh)
        job.watch(watcher)
        if mine:
            self._run(job)
        return job.done.result()

    def stop(self) -> None:
        """Let every sync end with Stopping at its next step; the index stays as it was before it."""
        self._stopping.set()

    def go_on(self) -> None:
        """Raise Stopping when nothing shall go on."""
        if self._stopping.is_set():
            raise Stopping

    def cancel(self, workspace: str) -> int:
        """Let a workspace's syncs end with Cancelled at their next step; return how many there are."""
        with self._lock:
            mine = [job for job in self._running if job.workspace == workspace]
        for job in mine:
            job.cancel()
        return len(mine)

    def is_running(self, workspace: str, name: str = "") -> bool:
        """Say whether a source is being synced, or with an empty name any of the workspace's."""
        with self._lock:
            return any(
                job.covers(workspace, name) if name else job.workspace == workspace for job in self._running
            )

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
            job = _Job(workspace, name, self._stopping, self._clock)
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
            job.report(Step(text="Waiting for another sync to end"))
            while not self._turn.acquire(timeout=LOOK_SECONDS):
                job.check()
        try:
            return self._library.sync(
                job.workspace,
                job.name,
                job.report,
                job.fail,
                lambda name, report: self._looked_at(job.workspace, name, report, job.report),
            )
        finally:
            self._turn.release()

    def _finish(self, job: _Job) -> None:
        with self._lock:
            self._running.remove(job)
