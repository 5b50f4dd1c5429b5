"""Documents that are traps, made anew each time, and what becomes of them.

``python -m tests.index.hostile > docs/safety.md`` reads every one with every reader and writes the page.
"""

import gzip
import json
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from bot.registry import READERS
from index.errors import DocumentUnreadable
from index.sandbox import CRASHED, TOO_SLOW, Limits, Sandbox
from tests.fakes.documents import pdf, pdf_of

LIMITS = Limits(cpu_seconds=10)
PREFACE = Path(__file__).with_name("safety.md")
ELSEWHERE = Path(__file__).with_name("elsewhere.md")
HARMLESS = "The kettle boils at noon every day of the week."
FORMATS = sorted({entry: format for format, entry in READERS.items()}.values())
"""One format for each reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a document: how many blocks were read, or why none."""

    blocks: int = 0
    refusal: str = ""
    seconds: float = 0.0

    @property
    def was_stopped(self) -> bool:
        """Whether it took the limits of the sandbox to end it."""
        return self.refusal in (CRASHED, TOO_SLOW) or "MB of memory" in self.refusal

    def __str__(self) -> str:
        """Say it in a cell of a table."""
        told = f"read: {self.blocks:,} block{'' if self.blocks == 1 else 's'}"
        return f"{self.refusal or told}".replace("|", "\\|").replace("\n", " ")


def outcome(sandbox: Sandbox, format: str, data: bytes) -> Outcome:
    """Read a document in the sandbox."""
    began = time.perf_counter()
    try:
        extract = sandbox.reader(format).read(data, name=f"trap.{format}")
    except DocumentUnreadable as error:
        return Outcome(refusal=str(error), seconds=time.perf_counter() - began)
    return Outcome(blocks=len(extract.blocks), seconds=time.perf_counter() - began)


# Archives


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """Return a ZIP archive of these files."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return target.getvalue()


def _nested_archives() -> bytes:
    data = bytes(100_000_000)
    for depth in range(10):
        data = packed((f"{depth}.zip", data))
    return data


def _lying_archive() -> bytes:
    honest = packed(("word/document.xml", bytes(5_000_000)))
    return honest.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


def _overlapping_archive() -> bytes:
    """Return an archive of a thousand entries that are all the same megabyte."""
    data = packed(
        *((f"{number:04}.xml", bytes(1_000_000) if number == 0 else b"") for number in range(1_000))
    )
    directory = data.index(b"PK\x01\x02")
    first = data[directory : directory + 46]
    body = bytearray(data)
    at = directory
    while (at := body.find(b"PK\x01\x02", at)) >= 0:
        body[at + 10 : at + 28] = first[10:28]
        body[at + 42 : at + 46] = first[42:46]
        at += 46
    return bytes(body)


def _linking_archive() -> bytes:
    link = zipfile.ZipInfo("word/document.xml")
    link.external_attr = 0o120777 << 16
    return packed((link, b"/etc/passwd"))


# Markup


def _laughs(ways: int = 10, depth: int = 9) -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * ways}">' for n in range(1, depth + 1))
    return (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">{entities}]>'
        f"<html><body><p>&l{depth};</p></body></html>"
    ).encode()


def _swelling_entity() -> bytes:
    return (
        f'<!DOCTYPE html [<!ENTITY a "{"a" * 100_000}">]><html><body><p>{"&a;" * 100_000}</p></body></html>'
    ).encode()


def _stealing_entity(address: str) -> bytes:
    return f'<!DOCTYPE html [<!ENTITY x SYSTEM "{address}">]><html><body><p>&x;</p></body></html>'.encode()


# PDF


def _stream(data: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    return b"<< /Length %d /Filter %s >>\nstream\n%s\nendstream" % (len(data), filters, data)


def _pdf_bomb() -> bytes:
    once = zlib.compress(bytes(300_000_000), 9)
    bomb = _stream(zlib.compress(once, 9), b"[/FlateDecode /FlateDecode]")
    return pdf_of(b"BT ET", bomb).replace(b"/Contents 5 0 R", b"/Contents 6 0 R")


def _pdf_of_forms() -> bytes:
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >> "
        b"/Length 11 >>\nstream\n/X Do /X Do\nendstream"
    )
    return pdf_of(b"/X Do", form).replace(b"/Font <<", b"/XObject << /X 6 0 R >> /Font <<")


def _pdf_outline_loop() -> bytes:
    around = b" ".join(b"/%s 7 0 R" % way for way in (b"Next", b"Prev", b"First", b"Last"))
    item = b"<< /Title (Tea) /Parent 6 0 R %s /Dest [3 0 R /Fit] >>" % around
    outlines = b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1000000 >>"
    return pdf_of(b"BT /F1 12 Tf (Tea) Tj ET", outlines, item).replace(
        b"/Catalog", b"/Catalog /Outlines 6 0 R"
    )


CORPUS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a ZIP of 180 MB of zeros": ("docx", lambda: packed(("word/document.xml", bytes(180_000_000)))),
    "ten ZIPs in each other": ("docx", _nested_archives),
    "a ZIP whose directory lies about sizes": ("docx", _lying_archive),
    "a ZIP of a thousand entries that are one": ("docx", _overlapping_archive),
    "a ZIP of 20,000 entries": ("docx", lambda: packed(*((f"{n}", b"") for n in range(20_000)))),
    "a ZIP with paths above its folder": ("docx", lambda: packed(("../../etc/passwd", b"x"))),
    "a ZIP with a link to /etc/passwd": ("docx", _linking_archive),
    "half a ZIP": ("docx", lambda: packed(("word/document.xml", b"<a/>" * 1_000))[:60]),
    "an office document of a billion laughs": ("docx", lambda: packed(("word/document.xml", _laughs()))),
    "200 MB of zeros, gzipped": ("txt", lambda: gzip.compress(bytes(200_000_000), 1)),
    "a billion laughs": ("xhtml", _laughs),
    "an entity of 100 kB, 100,000 times": ("xhtml", _swelling_entity),
    "an entity that is /etc/passwd": ("xhtml", lambda: _stealing_entity("file:///etc/passwd")),
    "an entity that is a web page": ("xhtml", lambda: _stealing_entity("http://127.0.0.1:9/")),
    "elements 100,000 deep": ("html", lambda: b"<div>" * 100_000 + b"tea"),
    "lists 20,000 deep": ("html", lambda: b"<ul><li>tea" * 20_000),
    "tables 20,000 deep": ("html", lambda: b"<table><tr><td>tea" * 20_000),
    "bold type 200,000 deep": ("html", lambda: b"<p>" + b"<b>" * 200_000 + b"tea"),
    "headings that never end": ("html", lambda: b"<h1>tea" * 100_000),
    "20,000 attributes": (
        "html",
        lambda: b"<p " + b" ".join(b"a%d=1" % number for number in range(20_000)) + b">tea</p>",
    ),
    "a comment that never ends": ("html", lambda: b"<p>tea</p><!--" + b"- " * 5_000_000),
    "a million entities": ("html", lambda: b"<p>" + b"&amp;&#0;&#xFFFFFFFF;&bogus;" * 300_000),
    "a charset named a thousand times": ("html", lambda: b"<meta charset=utf-7>" * 1_000 + b"+ADw-script"),
    "brackets 100,000 deep": ("md", lambda: b"[" * 100_000),
    "images 50,000 deep": ("md", lambda: b"![" * 50_000 + b"](a)" * 50_000),
    "quotes 100,000 deep": ("md", lambda: b">" * 100_000 + b" tea"),
    "list items 1,500 deep": ("md", lambda: b"".join(b"  " * n + b"- tea\n" for n in range(1_500))),
    "emphasis that never closes": ("md", lambda: b"*a **b _c " * 100_000),
    "backticks in a hundred lengths": ("md", lambda: b" ".join(b"`" * (n % 100) for n in range(50_000))),
    "a table of 20,000 columns": (
        "md",
        lambda: b"\n".join(cell * 20_000 for cell in (b"|a", b"|-", b"|b")),
    ),
    "front matter that never ends": ("md", lambda: b"---\n" + b"a: b\n" * 100_000),
    "10,000 link definitions": (
        "md",
        lambda: b"".join(b"[a%d]: /b\n[a%d]\n\n" % (n, n) for n in range(10_000)),
    ),
    "HTML 50,000 deep in Markdown": ("md", lambda: b"tea\n\n" + b"<div>\n" * 50_000),
    "a file that includes /etc/passwd": (
        "rst",
        lambda: b".. include:: /etc/passwd\n\n.. raw:: html\n   :file: /etc/passwd\n\ntea\n",
    ),
    "reStructuredText lists 300 deep": (
        "rst",
        lambda: b"".join(b"  " * n + b"* tea\n\n" for n in range(300)),
    ),
    "a substitution of itself": ("rst", lambda: b"|a|\n\n.. |a| replace:: |b|\n.. |b| replace:: |a|\n"),
    "a line of 4 MB": ("txt", lambda: b"tea " * 1_000_000),
    "a word of 4 MB": ("txt", lambda: b"t" * 4_000_000),
    "five million empty lines": ("txt", lambda: b"\n" * 5_000_000 + b"tea"),
    "underlines and nothing else": ("txt", lambda: b"=====\n" * 500_000),
    "a million list marks": ("txt", lambda: b"1. " * 1_000_000),
    "numbers and dots": ("txt", lambda: b"1." * 2_000_000 + b"!"),
    "two million spaces and a letter": ("txt", lambda: b" " * 2_000_000 + b"x"),
    "opening brackets and quotes": ("txt", lambda: b"(\"'[{<" * 300_000),
    "null bytes among letters": ("txt", lambda: b"te\x00a " * 1_000),
    "nothing but null bytes": ("txt", lambda: bytes(1_000_000)),
    "UTF-16 cut in the middle of a letter": ("txt", lambda: "kettle".encode("utf-16")[:-1]),
    "UTF-8 that is none": ("txt", lambda: b"\xc3\x28\xa0\xa1\xe2\x28\xa1\xf0\x28\x8c\x28" * 1_000),
    "letters for controls and directions": ("txt", lambda: "te\u202ea\u200b\x1b[2J\x07 ".encode() * 1_000),
    "UTF-7 under another name": ("html", lambda: b"<meta charset=utf-7>+ADw-p+AD4-tea"),
    "JSON 100,000 deep": ("ipynb", lambda: b"[" * 100_000),
    "a number of a million digits": (
        "ipynb",
        lambda: b'{"cells": [], "nbformat": ' + b"9" * 1_000_000 + b"}",
    ),
    "a notebook of cells in cells": (
        "ipynb",
        lambda: json.dumps({"cells": [{"cell_type": "markdown", "source": [[["tea"]]]}]}).encode(),
    ),
    "a PDF whose page is its own parent": (
        "pdf",
        lambda: pdf("tea").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
    ),
    "a PDF that draws itself for ever": ("pdf", _pdf_of_forms),
    "a PDF whose outline leads back to itself": ("pdf", _pdf_outline_loop),
    "a PDF of 300 MB of zeros, packed twice": ("pdf", _pdf_bomb),
    "a PDF that claims a billion pages": (
        "pdf",
        lambda: pdf("tea").replace(b"/Count 1 ", b"/Count 999999999 "),
    ),
    "a PDF whose table leads back to itself": (
        "pdf",
        lambda: pdf("tea").replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 9"),
    ),
    "a PDF of arrays 100,000 deep": ("pdf", lambda: pdf_of(b"[" * 100_000)),
    "a PDF page larger than the earth": ("pdf", lambda: pdf("tea").replace(b"612 792", b"9e37 9e37")),
    "a PDF that runs a program": (
        "pdf",
        lambda: pdf("tea").replace(
            b"/Catalog",
            b"/Catalog /OpenAction << /S /Launch /F (/bin/sh) >> /AA << /O << /S /JavaScript >> >>",
        ),
    ),
    "half a PDF": ("pdf", lambda: pdf("tea")[:300]),
    "a picture": ("md", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100),
    "a program": ("txt", lambda: b"\x7fELF" + bytes(range(256)) * 100),
    "a database": ("html", lambda: b"SQLite format 3\x00" + bytes(4_000)),
    "a web page under the name of a PDF": ("pdf", lambda: b"<html><p>tea</p></html>"),
    "a PDF under the name of a web page": ("html", lambda: pdf("tea")),
    "nothing": ("md", lambda: b""),
}
"""Each trap by its name: the format that it is made for, and what makes it."""


def made_for(name: str) -> str:
    """Return the format that a trap is made for; text, while that has no reader."""
    format = CORPUS[name][0]
    return format if format in READERS else "txt"


def _page(sandbox: Sandbox) -> Iterator[str]:
    yield (
        PREFACE.read_text(encoding="utf-8")
        .rstrip("\n")
        .format(
            memory=f"{LIMITS.memory_bytes // 1_000_000:,}",
            seconds=f"{Limits().cpu_seconds:g}",
            more=f"{LIMITS.cpu_seconds_per_mb:g}",
            patience=f"{LIMITS.patience:g}",
        )
    )
    stopped = others = 0
    for name, (_, make) in CORPUS.items():
        data = make()
        own = outcome(sandbox, made_for(name), data)
        yield f"| {name} | {made_for(name)} | {_size(len(data))} | {own} |"
        for format in FORMATS:
            if READERS[format] != READERS[made_for(name)]:
                other = outcome(sandbox, format, data)
                others += 1
                stopped += other.was_stopped
    yield (
        "\nEach of them was also given to the readers of all other formats, under a name of theirs: of "
        f"these {others:,} readings {stopped:,} had to be stopped by a limit, {others - stopped:,} ended by "
        "themselves. After every one the next document was read as ever."
    )
    yield ELSEWHERE.read_text(encoding="utf-8").rstrip("\n")


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size:,} bytes"


if __name__ == "__main__":
    room = Sandbox(READERS, LIMITS)
    for row in _page(room):
        print(row, flush=True)
    room.close()
