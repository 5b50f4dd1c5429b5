"""The chat at a real terminal: what a person types and sees."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest

SECONDS = 20  # only ever waited for when a test fails

CHAT = """
import asyncio
from adapters.terminal.chat import TerminalAdapter
from tests.fakes.core import ScriptedCore

try:
    asyncio.run(TerminalAdapter().run(ScriptedCore()))
except KeyboardInterrupt:
    print("interrupted")
else:
    print("left")
"""

UP, LEFT, END_OF_INPUT = "\x1b[A", "\x1b[D", "\x04"


class Terminal:
    """A chat in a terminal of its own."""

    def __init__(self) -> None:
        self._keyboard, self._screen = pty.openpty()
        self.settings = termios.tcgetattr(self._screen)
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHAT],
            stdin=self._screen,
            stdout=self._screen,
            stderr=self._screen,
            env={**os.environ, "TERM": "xterm"},
        )
        self.seen = ""

    def type(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def read_until(self, words: str) -> str:
        """Return what was shown since the last time, up to these words."""
        deadline = time.monotonic() + SECONDS
        while words not in self.seen:
            ready, _, _ = select.select([self._keyboard], [], [], deadline - time.monotonic())
            assert ready, f"never saw {words!r} in {self.seen!r}"
            self.seen += os.read(self._keyboard, 4096).decode()
        shown, _, self.seen = self.seen.partition(words)
        return shown + words

    def is_as_before(self) -> bool:
        """Say whether the program has left the terminal's settings as they were."""
        return self.settings == termios.tcgetattr(self._screen)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._keyboard)
        os.close(self._screen)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    terminal.read_until("> ")
    yield terminal
    terminal.close()


def test_a_line_can_be_edited_and_called_back(terminal: Terminal) -> None:
    terminal.type(f"hw lng?{LEFT * 6}o\n")
    assert "sixteen weeks" in terminal.read_until("/helpful")
    terminal.read_until("> ")
    terminal.type("/quit now and then")
    terminal.type(f"\x15{UP}\n")  # Ctrl-U empties the line
    assert "sixteen weeks" in terminal.read_until("/helpful")


def test_ctrl_d_leaves_and_what_follows_begins_a_line(terminal: Terminal) -> None:
    terminal.type(END_OF_INPUT)
    assert terminal.read_until("left").endswith("\nleft")
    assert 0 == terminal.process.wait(SECONDS)
    assert terminal.is_as_before()


def test_ctrl_c_leaves_at_once_and_the_terminal_as_it_was(terminal: Terminal) -> None:
    terminal.type("half a quest")
    terminal.read_until("quest")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.read_until("interrupted").endswith("\ninterrupted")
    assert 0 == terminal.process.wait(SECONDS)
    assert terminal.is_as_before()
