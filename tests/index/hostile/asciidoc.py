"""AsciiDoc whose names stand for ever more, and whose marks are sought an end for."""

from tests.index.hostile.making import Traps


def _nested_blocks() -> bytes:
    marks = (kind * (4 + depth) for depth in range(200) for kind in "=*_")
    return "".join(f"* tea\n+\n{mark}\n" for mark in marks).encode() + b"* tea\n" * 10_000


ASCIIDOC: Traps = {
    "AsciiDoc that includes /etc/passwd": (
        "adoc",
        lambda: b"tea\n\ninclude::/etc/passwd[]\n\n|===\n|tea\ninclude::/etc/passwd[]\n|===\n",
    ),
    "AsciiDoc blocks 600 deep": ("adoc", _nested_blocks),
    "AsciiDoc blocks that never end": ("adoc", lambda: b"----\n|===\n====\ntea\n" * 20_000),
    "20,000 AsciiDoc list items": ("adoc", lambda: b"* tea\n" * 20_000),
    "an attribute that stands for itself twice": (
        "adoc",
        lambda: b":a: tea\n" + b":a: {a}{a}\n" * 20 + b"\ntea\n\n" + b"{a}" * 200_000,
    ),
    "an attribute of 500 letters, 40,000 times": (
        "adoc",
        lambda: b":a: " + b"tea " * 125 + b"\n\n" + b"{a}{a}{a}{a}\n\n" * 10_000,
    ),
    "an attribute of 200,000 lines": ("adoc", lambda: b":a: b \\\n" + b"b \\\n" * 200_000 + b"\n\ntea"),
    "a title of 16 kB, 15,000 times": (
        "adoc",
        lambda: b"[#a]\n== " + b"tea " * 4_000 + b"\n\n" + (b"<<a>>" * 3_000 + b"\n\n") * 5,
    ),
    "30,000 anchors over nothing": ("adoc", lambda: b"[#a]\n" * 30_000 + b"\ntea"),
    "a title of 50,000 spaces": ("adoc", lambda: b"= a" + b" " * 50_000 + b"b"),
    "macros that never end": ("adoc", lambda: b"\n\n".join([b"a:[" * 6_000, b"pass:[" * 3_000])),
    "links that never end": ("adoc", lambda: (b"https://a[" * 2_000 + b"\n\n") * 5),
    "a cell for 999 columns, 2,000 times": ("adoc", lambda: b"|===\n" + b"999*|tea\n" * 2_000 + b"|===\n"),
    "a cell of 200 kB between commas": ("adoc", lambda: b",===\n" + b"t" * 200_000 + b",b\n,===\n"),
}
