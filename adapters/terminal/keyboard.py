"""Lines that a person types, with editing and with a history that lasts as long as the chat."""

import asyncio
import sys
import termios
import threading
from concurrent.futures import Future
from contextlib import suppress

with suppress(ImportError):  # some builds of Python lack it; input() then reads without editing
    import readline  # noqa: F401  # importing it gives input() its editing and history


def is_at_hand() -> bool:
    """Say whether a person sits at both ends: typing in, and seeing what is printed."""
    return sys.stdin.isatty() and sys.stdout.isatty()


async def typed(prompt: str) -> str:
    """Return the next line, without its end. Raises EOFError when there is none."""
    line: Future[str] = Future()
    line.set_running_or_notify_cancel()  # whoever stops waiting does not stop the person
    # A daemon: the process must be able to end while nobody types, and leaves the screen as it was.
    settings = termios.tcgetattr(sys.stdin)
    threading.Thread(target=_read, args=(prompt, line), name="keyboard", daemon=True).start()
    try:
        return await asyncio.wrap_future(line)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)


def _read(prompt: str, line: Future[str]) -> None:
    try:
        line.set_result(input(prompt))
    except BaseException as error:  # whoever waits gets it
        line.set_exception(error)
