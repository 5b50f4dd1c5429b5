"""Tables that are far too wide or long, or whose quotes stay open."""

from tests.index.hostile.making import Traps


def _columns(count: int) -> bytes:
    return b",".join(b"c%d" % number for number in range(count)) + b"\n"


TABLES: Traps = {
    "a cell of 5 MB": ("csv", lambda: b"name,remark\ntea," + b"hot " * 1_250_000 + b"\n"),
    "a quote that stays open": ("csv", lambda: b'name,remark\ntea,"' + b"hot,sweet\n" * 200_000),
    "100,000 columns": ("csv", lambda: _columns(100_000) + b"1," * 100_000),
    "100,000 columns over rows of two": ("csv", lambda: _columns(100_000) + b"tea,hot\n" * 40_000),
    "a cell of 200 kB before 2,000 others": (
        "csv",
        lambda: _columns(2_000) + b"t" * 200_000 + b"," + b"teapot," * 1_999 + b"\n",
    ),
    "rows of null bytes": ("csv", lambda: b"tea,hot\n" * 10_000 + b"\x00,\x00\n" * 100_000),
    "a million rows": ("csv", lambda: b"tea,hot\n" * 1_000_000),
    "a million rows of nothing": ("csv", lambda: b"tea,hot\n" + b",\n" * 1_000_000),
    "a separator that is none": ("csv", lambda: b"sep=\n" + b'"' * 100_001),
}
