"""What the commands write to: output, complaints and progress bars."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.messages import counted
from index.passages import SyncReport

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar, moved by what is done, how much of it, and of how much (0: unknown)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        task = bars.add_task("Loading the embedding model", total=None)

        def watch(text: str, done: int, total: int) -> None:
            bars.update(task, description=text, completed=done, total=total or None)

        yield watch


def report(synced: SyncReport, *, to: Console = out) -> None:
    """Say what a sync has read, and what it could not read."""
    documents = counted(synced.added + synced.changed + synced.unchanged, "document")
    to.print(
        f"{counted(synced.passages, 'passage')} in {documents}; {synced.embedded:,} newly embedded.",
        markup=False,
    )
    for failure in synced.failures:
        err.print(f"Left out {failure.uri}: {failure.reason}", markup=False, style="yellow")
