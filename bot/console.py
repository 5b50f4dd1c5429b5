"""What the commands write to: output, complaints and progress bars."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.jobs import Watch
from bot.messages import Progress as Step
from bot.sources import golden, held_for, synced
from index.errors import SourcesUnavailable
from index.passages import SyncReport

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def bar() -> Iterator[Watch]:
    """Show a progress bar, moved by where a job stands; a line for each stage where it could not move."""
    if not err.is_terminal:
        yield _stages()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        task = bars.add_task("Loading the embedding model", total=None)

        def watch(progress: Step) -> None:
            bars.update(
                task, description=progress.text, completed=progress.done, total=progress.total or None
            )

        yield watch


def _stages() -> Watch:
    """Return what prints a stage's name when a job gets there: nothing moves in a log."""
    told = ""

    def watch(progress: Step) -> None:
        nonlocal told
        if progress.text != told:
            told = progress.text
            err.print(f"{told} ...", markup=False)

    return watch


def report(
    read: SyncReport, *, source: str = "", gone: SourcesUnavailable | None = None, to: Console = out
) -> None:
    """Say what a sync has read of the named source, or of all, and what it could not read."""
    name = "Every other source" if gone else source
    to.print(f"{synced(name, read).text} {read.embedded:,} newly embedded.", markup=False)
    for warning in read.warnings:
        err.print(warning, markup=False, style="yellow")
    for failure in read.new_failures:
        err.print(f"Left out {failure}", markup=False, style="yellow")
    if read.as_before:
        shown = f"show {source}` lists" if source else "list` lists"
        count = f"{len(read.as_before):,} as before"
        what = f"and {count}" if read.new_failures else f"Left out {count}"
        err.print(f"{what}; `quoth sources {shown} them.", markup=False, style="yellow")
    for line in golden(read.lost, read.gained):
        err.print(line, markup=False, style="yellow")
    for each in read.held:
        err.print(
            f"{each.source} is held. {held_for(each)} What was read before still answers; "
            f"`quoth sync --accept {each.source}` accepts the change.",
            markup=False,
            style="yellow",
        )
    if gone:
        err.print(str(gone), markup=False, style="red")
