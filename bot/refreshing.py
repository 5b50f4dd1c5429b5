"""Read sources anew by their schedules, beside the questions, and tell moderators what has changed."""

from collections.abc import Callable

import structlog

from bot.errands import Errands
from bot.errors import Cancelled, Stopping
from bot.golden import GoldenQuestions
from bot.jobs import Jobs
from bot.messages import Listing, Notice, Post, SourceState
from bot.ports import Library
from bot.preferences import PreferenceBook
from bot.schedules import Schedules
from bot.sources import held, synced
from index.errors import IndexFailure
from index.passages import SyncReport

CHANNEL = "sources.channel"

log = structlog.get_logger()


class Refreshing:
    """Takes one step after the other, each of which reads what is due. For one thread."""

    def __init__(
        self,
        schedules: Schedules,
        *,
        library: Library,
        jobs: Jobs,
        golden: GoldenQuestions,
        preferences: PreferenceBook,
        errands: Errands,
        look_again: Callable[[str, str], None] = lambda workspace, name: None,
    ) -> None:
        """``look_again`` is called with each source that is due, for what platforms have to look at."""
        self._look_again = look_again
        self._schedules = schedules
        self._library = library
        self._jobs = jobs
        self._golden = golden
        self._preferences = preferences
        self._errands = errands

    def step(self) -> None:
        """Read every source that is due. One that fails is tried again later and stops no other."""
        for workspace, name in self._schedules.due():
            if name in self._library.names(workspace):
                self._read(workspace, name)
            else:
                self._schedules.done(workspace, name)  # removed, and back if that is undone

    def _read(self, workspace: str, name: str) -> None:
        was_held = name in self._golden.held(workspace) or any(
            line.name == name and line.state is SourceState.HELD for line in self._library.sources(workspace)
        )
        self._look_again(workspace, name)
        try:
            report = self._jobs.run(workspace, name, lambda progress: None)
        except Stopping:
            return
        except (Cancelled, IndexFailure) as error:
            is_first = self._schedules.failed(workspace, name) == 1
            log.warning("A source could not be read by its schedule", source=name, reason=str(error))
            if is_first:
                self._tell(workspace, Notice(text=f"{name} could not be read: {error} I try again later."))
        else:
            self._schedules.done(workspace, name)
            if said := digest(name, report, held_before=was_held):
                self._tell(workspace, said)

    def _tell(self, workspace: str, reply: Listing | Notice) -> None:
        channel = self._preferences.value(workspace, CHANNEL)
        platform, _, community = workspace.partition(":")
        if channel and community:
            self._errands.give(Post(platform=platform, workspace=workspace, channel=channel, reply=reply))


def digest(name: str, report: SyncReport, *, held_before: bool = False) -> Listing | Notice | None:
    """Say what a sync has changed; None when there is nothing to say, or it was said before."""
    if report.held and not held_before:
        return held(name, report)
    if report.added or report.changed or report.removed:
        return synced(name, report)
    return None
