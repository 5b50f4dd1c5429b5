"""The chat loop: reads lines, shows replies."""

import asyncio
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as ProgressBar

from adapters.terminal import keyboard
from adapters.terminal.render import render
from adapters.terminal.translate import ACTOR, HELP, HERE, Shown, request_from
from bot.messages import (
    AddSource,
    Answer,
    Ask,
    Cancel,
    Closest,
    Continuation,
    Errand,
    Exported,
    Fate,
    Notice,
    Post,
    Progress,
    Reindex,
    Reply,
    Request,
    Tell,
    Undo,
    visible,
)
from bot.ports import Core

PROMPT = "> "


class TerminalAdapter:
    """Talks to whoever sits at the machine, until they leave or the input ends."""

    def __init__(self, *, console: Console | None = None, lines: TextIO | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._lines = lines or sys.stdin
        self._shown: Shown | None = None
        self._unasked: deque[tuple[Reply, asyncio.Event]] = deque()

    async def run(self, core: Core) -> None:
        """Serve until /quit or the end of input."""
        self._console.print("Ask me something. /help lists what else I can do.", style="dim")
        errands = asyncio.create_task(core.errands("terminal", self._keep))
        try:
            await self._talk(core)
        finally:
            errands.cancel()
            await asyncio.gather(errands, return_exceptions=True)

    async def _talk(self, core: Core) -> None:
        while (line := await self._next_line()) is not None:
            command = line.split()[:1]
            if command in (["/quit"], ["/exit"]):
                return
            if command:
                await self._serve(core, line)
            self._tell()

    async def _keep(self, _key: str, errand: Errand) -> Fate:
        """Wait until it is printed; what was printed once cannot be revised or withdrawn."""
        if not isinstance(errand, Post | Tell):
            return Fate.REFUSED
        is_printed = asyncio.Event()
        self._unasked.append((errand.reply, is_printed))
        await is_printed.wait()
        return Fate.DONE

    def _tell(self) -> None:
        """Print it before the next line is typed, and not into a line that is being typed."""
        while self._unasked:
            reply, is_printed = self._unasked.popleft()
            self._console.print(render(reply))
            is_printed.set()

    async def _next_line(self) -> str | None:
        if self._lines is sys.stdin and keyboard.is_at_hand():
            return await self._typed_line()
        if self._lines.isatty():
            # A thread that waits for a person could not be stopped when a platform's connection fails.
            await _readable(self._lines.fileno())
        line = await asyncio.to_thread(self._lines.readline)
        return line or None

    async def _typed_line(self) -> str | None:
        try:
            return await keyboard.typed(PROMPT)
        except EOFError:
            self._console.print()  # what is printed next, here or by the shell, begins a line of its own
            return None
        except asyncio.CancelledError:
            self._console.print()
            raise

    async def _serve(self, core: Core, line: str) -> None:
        if line.split()[0] == "/help":
            self._console.print(HELP, markup=False)
            return
        request = request_from(line, self._shown)
        if isinstance(request, str):
            self._console.print(request, markup=False)
            return
        reply = await self.reply(core, request)
        if isinstance(reply, Answer | Closest):
            self._shown = Shown(answer_id=reply.id, offset=reply.offset)
        elif isinstance(reply, Continuation):
            self._shown = Shown(answer_id=reply.id, offset=reply.offset, step=reply.step)
        elif isinstance(request, Ask) and not isinstance(reply, Notice):
            self._shown = None  # /helpful must not rate the answer before
        # The lines of an export are for programs, which a wrapped one would break.
        self._console.print(render(reply), soft_wrap=isinstance(reply, Exported))
        if isinstance(reply, Answer | Closest):
            more = "/more for another passage · " if reply.has_more else ""
            onward = "/read-on for what follows in the document · " if reply.goes_on else ""
            self._console.print(f"{more}{onward}/why · /helpful or /not-it", style="dim")
        elif isinstance(reply, Continuation) and reply.goes_on:
            self._console.print("/read-on for what follows", style="dim")

    async def reply(self, core: Core, request: Request) -> Reply:
        """Return the final reply to a request; until then, draw its progress as a bar.

        Ctrl-C cancels what is being read, rather than to end the chat.
        """
        if isinstance(request, AddSource | Reindex | Undo):
            with _first_interrupt(lambda: _told(core, Cancel(actor=ACTOR, conversation=HERE))):
                return await self._reply(core, request)
        return await self._reply(core, request)

    async def _reply(self, core: Core, request: Request) -> Reply:
        final: Reply | None = None
        with ProgressBar(console=self._console, transient=True) as bars:
            task = bars.add_task("", total=None, visible=False)
            async for reply in core.replies(request):
                if isinstance(reply, Progress):
                    bars.update(
                        task,
                        description=_described(reply),
                        completed=reply.done,
                        total=reply.total or None,
                        visible=True,
                    )
                final = reply
        assert final is not None, "a core always replies"
        return final


def _described(progress: Progress) -> str:
    parts = (progress.text, progress.tally, progress.time_left)
    return escape(visible(", ".join(part for part in parts if part)))


async def _told(core: Core, request: Request) -> None:
    async for _ in core.replies(request):
        pass


@contextmanager
def _first_interrupt(act: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
    """Let the first Ctrl-C do something else; the next one is what it always is."""
    if threading.current_thread() is not threading.main_thread():  # signals come to no other
        yield
        return
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)
    acting: list[asyncio.Task[None]] = []

    def restore() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)

    def interrupted() -> None:
        restore()
        acting.append(loop.create_task(act()))

    loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        if not acting:
            restore()


async def _readable(file: int) -> None:
    """Wait until a line (or the end) can be read; a terminal hands out whole lines."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(file, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(file)
