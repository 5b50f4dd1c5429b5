"""Archives that fill the memory, lie, or lead out of themselves."""

import gzip
import zipfile

from tests.index.hostile.making import Traps, laughs, packed


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


ARCHIVES: Traps = {
    "a ZIP of 180 MB of zeros": ("docx", lambda: packed(("word/document.xml", bytes(180_000_000)))),
    "ten ZIPs in each other": ("docx", _nested_archives),
    "a ZIP whose directory lies about sizes": ("docx", _lying_archive),
    "a ZIP of a thousand entries that are one": ("docx", _overlapping_archive),
    "a ZIP of 20,000 entries": ("docx", lambda: packed(*((f"{n}", b"") for n in range(20_000)))),
    "a ZIP with paths above its folder": ("docx", lambda: packed(("../../etc/passwd", b"x"))),
    "a ZIP with a link to /etc/passwd": ("docx", _linking_archive),
    "half a ZIP": ("docx", lambda: packed(("word/document.xml", b"<a/>" * 1_000))[:60]),
    "an office document of a billion laughs": ("docx", lambda: packed(("word/document.xml", laughs()))),
    "200 MB of zeros, gzipped": ("txt", lambda: gzip.compress(bytes(200_000_000), 1)),
}
