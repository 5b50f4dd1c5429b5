"""A reader and a parser that go wrong in every way that they can, for the sandbox to survive."""

import ctypes
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from index.errors import DocumentNotText
from index.passages import Block, BlockKind, Extract

SECRET = Path(__file__)


def _compute() -> None:
    while True:
        pass


def _swell() -> None:
    held = [bytes(50_000_000)]
    while True:
        held.append(held[-1] * 2)


def _recurse() -> None:
    _recurse()


def _refuse() -> None:
    raise DocumentNotText("It is a picture. Describe it.")


FAULTS: dict[str, Callable[[], object]] = {
    "computes without end": _compute,
    "sleeps without end": lambda: time.sleep(1_000),
    "takes all memory": _swell,
    "recurses without end": _recurse,
    "reads a null pointer": lambda: ctypes.string_at(0),
    "aborts": os.abort,
    "exits": lambda: os._exit(0),
    "opens a file": SECRET.read_bytes,
    "writes a file": lambda: Path("made").write_text("x"),
    "connects": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
    "prints": lambda: print("not a reply"),
    "refuses": _refuse,
}


class TrapReader:
    """Does what a document says, and else tells of the process that it is read in."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return the id of the process and its environment."""
        if fault := FAULTS.get(data.decode()):
            fault()
        text = f"{os.getpid()} {sorted(os.environ)}"
        block = Block(kind=BlockKind.ITEM, text=text, heading=("a", "b"), anchor="c", place="page 1")
        return Extract(title=name, blocks=(block,), release="3.12")


class Told(NamedTuple):
    """What a parser tells of itself."""

    process: str
    given: str


def trap(data: bytes, *given: str) -> Iterator[Told]:
    """Do what a page, a feed or a sitemap says in a comment, and else tell of the process."""
    for name, fault in FAULTS.items():
        if trap_of(name).encode() in data:
            fault()
    yield Told(str(os.getpid()), " ".join(given))


def trap_of(fault: str) -> str:
    """Return the comment that makes ``trap`` go wrong."""
    return f"<!-- trap: {fault} -->"
