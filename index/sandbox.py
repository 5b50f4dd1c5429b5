"""Reads and parses in processes of their own: a trap, a crash or an endless loop costs one document."""

import inspect
import json
import math
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from index import errors
from index.errors import DocumentTooLarge, DocumentUnreadable
from index.passages import Block, BlockKind, Extract
from index.ports import Reader, Record

Told = TypeVar("Told")

LENGTH_BYTES = 8

MAX_REPLY_BYTES = 256_000_000

_KEPT_VARIABLES = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT")
"""What Python itself may need; a document finds no token in the environment."""

_REFUSALS = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, DocumentUnreadable)
}

CRASHED = (
    "The document made its reader crash, so it is damaged or a trap. Save it anew in its program, or in "
    "another format."
)

TOO_SLOW = (
    "Reading the document takes far longer than its size explains. Split it into smaller files, or save it "
    "in a simpler format."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost. ``cpu_seconds`` grow by ``cpu_seconds_per_mb``; ``patience`` times as
    many may pass on the clock, as others want to compute, too. Windows knows only these.
    """

    memory_bytes: int = 1_000_000_000
    cpu_seconds: float = 20.0
    cpu_seconds_per_mb: float = 6.0
    patience: float = 3.0

    def cpu_seconds_for(self, size: int) -> float:
        """Return how long a document of ``size`` bytes may compute."""
        return self.cpu_seconds + self.cpu_seconds_per_mb * size / 1_000_000


class Sandbox:
    """Hands out readers that do their work in processes of their own, which are used again and again.

    ``readers`` names each format's reader as "module:class". Safe to call from several threads:
    each has a process to itself while it reads.
    """

    def __init__(self, readers: Mapping[str, str], limits: Limits | None = None) -> None:
        self._readers = readers
        self._limits = limits or Limits()
        self._idle: deque[_Worker] = deque()

    def reader(self, format: str) -> Reader:
        """Return the reader of a format. Raises KeyError."""
        return _SandboxedReader(self, self._readers[format])

    def read(self, entry: str, data: bytes, name: str) -> Extract:
        """Read a document with the reader that ``entry`` names. Raises DocumentUnreadable."""
        return self._ask({"reader": entry, "name": name}, data, _extract)

    def parse(
        self, record: type[Record], parser: Callable[..., Iterable[Record]], data: bytes, *given: str
    ) -> list[Record]:
        """Return the records that a parser finds: an ``index.ports.Parse``. Raises DocumentUnreadable.

        The parser is a function at the top of a module, and its records consist of strings.
        """
        entry = f"{parser.__module__}:{parser.__qualname__}"
        return self._ask({"parser": entry, "given": given}, data, partial(_records, record))

    def _ask(self, request: Mapping[str, Any], data: bytes, told: Callable[[dict[str, Any]], Told]) -> Told:
        worker = self._worker()
        try:
            return worker.ask(request, data, told)
        finally:
            if worker.is_sound:
                self._idle.append(worker)
            else:
                worker.close()

    def _worker(self) -> "_Worker":
        try:
            worker = self._idle.pop()
        except IndexError:
            return _Worker(self._limits)
        return worker if worker.is_alive else self._worker()

    def close(self) -> None:
        """End the processes that wait for work."""
        while self._idle:
            self._idle.pop().close()


class _SandboxedReader:
    def __init__(self, sandbox: Sandbox, entry: str) -> None:
        self._sandbox = sandbox
        self._entry = entry

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        return self._sandbox.read(self._entry, data, name)


class _Worker:
    """One process, asked about one document at a time. It is ``is_sound`` while it may be asked again."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process = _started(limits)
        self._overran = False
        self.is_sound = True
        self.close = weakref.finalize(self, _end, self._process)

    @property
    def is_alive(self) -> bool:
        """Whether it still runs, as it should."""
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], data: bytes, told: Callable[[dict[str, Any]], Told]) -> Told:
        """Return what it tells of a document. Raises DocumentUnreadable."""
        self.is_sound = False
        seconds = self._limits.cpu_seconds_for(len(data))
        line = json.dumps({**request, "size": len(data), "seconds": seconds})
        reply = self._timed(line, data, seconds * self._limits.patience)
        if "memory" in reply:
            raise DocumentTooLarge(_too_much(self._limits.memory_bytes))
        try:
            refusal = _refused(reply)
            answer = None if refusal else told(reply)
        except (KeyError, TypeError, ValueError) as error:
            raise DocumentUnreadable(CRASHED) from error
        self.is_sound = not self._overran
        if answer is None:
            raise refusal or DocumentUnreadable(CRASHED)
        return answer

    def _timed(self, request: str, data: bytes, seconds: float) -> dict[str, Any]:
        watchdog = threading.Timer(seconds, self._stop)
        watchdog.start()
        try:
            return self._exchanged(request, data)
        except (OSError, EOFError, ValueError) as error:
            raise DocumentUnreadable(self._obituary()) from error
        finally:
            watchdog.cancel()
            watchdog.join()

    def _exchanged(self, request: str, data: bytes) -> dict[str, Any]:
        sent, received = self._process.stdin, self._process.stdout
        assert sent
        assert received
        sent.write(request.encode() + b"\n" + data)
        sent.flush()
        length = int.from_bytes(received.read(LENGTH_BYTES), "big")
        if not 0 < length <= MAX_REPLY_BYTES:
            raise EOFError
        reply = json.loads(received.read(length))
        if not isinstance(reply, dict):
            raise ValueError(reply)
        return reply

    def _stop(self) -> None:
        self._overran = True
        self._process.kill()

    def _obituary(self) -> str:
        """Say why there was no reply."""
        self._process.kill()
        ended = self._process.wait()
        is_slow = self._overran or ended == -getattr(signal, "SIGXCPU", math.inf)
        return TOO_SLOW if is_slow else CRASHED


def _started(limits: Limits) -> "subprocess.Popen[bytes]":
    # Nothing is imported from the working folder, which may be full of documents.
    return subprocess.Popen(
        [sys.executable, "-B", "-P", "-m", "index.sandboxed", str(limits.memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,  # Ctrl-C is for the other side, which hangs up then
    )


def _environment() -> dict[str, str]:
    here = str(Path(__file__).resolve().parent.parent)
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        assert stream
        with suppress(OSError):  # what was still to be written has nobody to read it
            stream.close()
    process.wait()


def _refused(reply: dict[str, Any]) -> DocumentUnreadable | None:
    """Return the refusal that a reply is, if it is one."""
    if "broken" in reply:
        return DocumentUnreadable(
            f"The document is more than its reader can handle ({reply['broken']}). "
            "Save it anew in its program, or in another format."
        )
    if "refused" in reply:
        return _REFUSALS.get(_text(reply["refused"]), DocumentUnreadable)(_text(reply["message"]))
    return None


def _extract(reply: dict[str, Any]) -> Extract:
    """Return the extract that a reply is. Trusts nothing in it: raises what a wrong shape raises."""
    updated_at = _text(reply["updated_at"])
    return Extract(
        title=_text(reply["title"]),
        blocks=tuple(_block(*block) for block in reply["blocks"]),
        url=_text(reply["url"]),
        language=_text(reply["language"]),
        release=_text(reply["release"]),
        updated_at=datetime.fromisoformat(updated_at) if updated_at else None,
    )


def _block(kind: str, text: str, heading: list[str], anchor: str, place: str) -> Block:
    return Block(
        kind=BlockKind(kind),
        text=_text(text),
        heading=tuple(_text(each) for each in heading),
        anchor=_text(anchor),
        place=_text(place),
    )


def _records(record: Callable[..., Record], reply: dict[str, Any]) -> list[Record]:
    """Return the records that a reply is. Trusts nothing in it: raises what a wrong shape raises."""
    return [record(*map(_text, fields)) for fields in reply["records"]]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _too_much(memory_bytes: int) -> str:
    return (
        f"Reading the document takes more than {memory_bytes // 1_000_000} MB of memory. "
        "Split it into smaller files."
    )
