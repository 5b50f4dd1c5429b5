"""Looks at what git sends before anything unpacks it: a few bytes may stand for more than memory holds."""

import zlib
from collections.abc import Iterator
from mmap import mmap

LARGEST_OBJECT = 100_000_000
"""Bytes of one object, unpacked; forges refuse larger files themselves."""

HEADER_BYTES = 12
CHUNK = 4_096
UNPACKED = 1_000_000
"""Bytes that are unpacked at a time, and let go."""

_OFFSET_DELTA, _NAMED_DELTA = 6, 7
_DELTAS = (_OFFSET_DELTA, _NAMED_DELTA)
_NAME_BYTES = 20


def has_large_object(pack: mmap) -> bool:
    """Whether a pack holds an object that is too large. Takes no memory to speak of.

    Raises ValueError, IndexError and zlib.error when it is no pack. The format is described in
    git's own gitformat-pack(5).
    """
    return any(size > LARGEST_OBJECT for size in _sizes(pack))


def _sizes(pack: mmap) -> Iterator[int]:
    """Yield how large each object is, or says that it will be; ends with one that is too large."""
    if pack[:4] != b"PACK":
        raise ValueError("it is no pack")
    at = HEADER_BYTES
    for _ in range(int.from_bytes(pack[8:HEADER_BYTES], "big")):
        kind = pack[at] >> 4 & 7
        at = _behind_number(pack, at)
        if kind == _OFFSET_DELTA:
            at = _behind_number(pack, at)
        elif kind == _NAMED_DELTA:
            at += _NAME_BYTES
        begin, size, at = _unpacked(pack, at)
        # A delta begins with the size of what it changes and of what it makes of that.
        yield max(size, _number(begin, _behind_number(begin, 0))) if kind in _DELTAS else size
        if size > LARGEST_OBJECT:
            return


def _unpacked(pack: mmap, at: int) -> tuple[bytes, int, int]:
    """Return how an object begins, how large it is, and where the next one stands."""
    stream = zlib.decompressobj()
    begin, size = b"", 0
    while not stream.eof and size <= LARGEST_OBJECT:
        packed = stream.unconsumed_tail or pack[at : at + CHUNK]
        if not packed:
            raise ValueError("it ends too early")
        at += 0 if stream.unconsumed_tail else len(packed)
        some = stream.decompress(packed, UNPACKED)
        begin = begin or some[:CHUNK]
        size += len(some)
    return begin, size, at - len(stream.unused_data)


def _behind_number(data: mmap | bytes, at: int) -> int:
    """Return where a number ends: seven bits stand in each byte, the eighth says that another follows."""
    while data[at] & 0x80:
        at += 1
    return at + 1


def _number(data: bytes, at: int) -> int:
    number, shift = data[at] & 0x7F, 7
    while data[at] & 0x80:
        at += 1
        number |= (data[at] & 0x7F) << shift
        shift += 7
    return number
