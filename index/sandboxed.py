"""The process in which documents of unknown origin are read: what goes wrong in it stays in it.

``index.sandbox`` starts it and speaks to it over its standard input and output. A request is a line
of JSON with the bytes of a document behind it; a reply is its length, eight bytes, and JSON. It is no
pickle: whoever takes this process over by a document could write one that runs in the other.

It imports a reader, or a parser of what a source has fetched, when it first needs it, and nothing else
of Quoth: it starts in a moment.
"""

import codecs
import encodings
import json
import math
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from typing import IO, Any

from index.errors import DocumentUnreadable
from index.passages import Extract

try:
    import resource
except ImportError:  # Windows knows no such limits; the time limit of the other side holds there, too
    resource = None  # type: ignore[assignment]

LENGTH_BYTES = 8


def main(memory_bytes: int) -> None:
    """Read documents until the other side hangs up."""
    requests, replies = _pipes()
    _load_encodings()
    _confine(memory_bytes)
    while line := requests.readline():
        request = json.loads(line)
        body = json.dumps(_reply(request, requests.read(request["size"]))).encode()
        replies.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
        replies.flush()


def _reply(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    try:
        work = _reading(request) if "reader" in request else _parsing(request)
        with _nothing_to_open(request["seconds"]):
            return work(data)
    except DocumentUnreadable as error:
        return {"refused": type(error).__name__, "message": str(error)}
    except MemoryError:
        return {"memory": True}
    except Exception as error:  # a fault of a reader; the other side names it and goes on
        return {"broken": f"{type(error).__name__}: {error}"[:200]}


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take the standard streams for the talk alone: what a library prints goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    return requests, replies


def _load_encodings() -> None:
    """Load every encoding now: Python would open a file for each when a document first needs it."""
    for module in pkgutil.iter_modules(encodings.__path__):
        with suppress(LookupError, ImportError):
            codecs.lookup(module.name)


def _confine(memory_bytes: int) -> None:
    """Limit the memory, and writing to files altogether, as far as the system knows such limits."""
    if resource is None:
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


@contextmanager
def _nothing_to_open(cpu_seconds: float) -> Iterator[None]:
    """Let no file and no connection be opened meanwhile, and the computing end in time."""
    if resource is None:
        yield
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    until = math.ceil(used.ru_utime + used.ru_stime + cpu_seconds)
    with suppress(ValueError, OSError):  # whoever started Quoth may have set a lower one
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, files[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, files)


def _reading(request: dict[str, Any]) -> Callable[[bytes], dict[str, Any]]:
    reader, name = _reader(request["reader"]), request["name"]
    return lambda data: _told(reader.read(data, name=name))


def _parsing(request: dict[str, Any]) -> Callable[[bytes], dict[str, Any]]:
    parser, given = _named(request["parser"]), request["given"]
    return lambda data: {"records": list(parser(data, *given))}


@cache
def _reader(entry: str) -> Any:
    return _named(entry)()


def _named(entry: str) -> Any:
    module, attribute = entry.split(":")
    return getattr(import_module(module), attribute)


def _told(extract: Extract) -> dict[str, Any]:
    blocks = [
        (block.kind.value, block.text, block.heading, block.anchor, block.place) for block in extract.blocks
    ]
    return {
        "title": extract.title,
        "blocks": blocks,
        "url": extract.url,
        "language": extract.language,
        "release": extract.release,
        "updated_at": extract.updated_at.isoformat() if extract.updated_at else "",
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
