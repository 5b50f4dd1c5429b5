"""A sandbox whose parsers fall into the traps that they are given, for sources to survive."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from index.ports import Parse, Record
from index.sandbox import Limits, Sandbox
from tests.index.traps import trap

TRAPS = {
    "aborts": "crash",
    "computes without end": "takes far longer",
    "takes all memory": "more than 500 MB of memory",
}
"""What goes wrong, and what is said of it."""

on_unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has a limit of time alone")


@contextmanager
def trapping() -> Iterator[Parse]:
    """Parse in the sandbox, where what holds the comment of a trap falls into it."""
    sandbox = Sandbox({}, Limits(memory_bytes=500_000_000, cpu_seconds=1, patience=2.0))

    def parse(
        record: type[Record], parser: Callable[..., Iterable[Record]], data: bytes, *given: str
    ) -> list[Record]:
        fallen: Any = trap
        return sandbox.parse(record, fallen if b"<!-- trap:" in data else parser, data, *given)

    yield parse
    sandbox.close()
