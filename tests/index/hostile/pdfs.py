"""PDFs that lead back to themselves, swell, or run what they should not."""

import zlib

from tests.fakes.documents import pdf, pdf_of
from tests.index.hostile.making import Traps


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


def _pdf_of_one_page() -> bytes:
    page = pdf_of(b"BT /F1 12 Tf " + b"(tea) Tj " * 1_000 + b"ET")
    kids = page.replace(b"/Kids [3 0 R]", b"/Kids [" + b"3 0 R " * 300 + b"]")
    return kids.replace(b"/Count 1 ", b"/Count 300 ")


def _pdf_of_zeros_for_objects() -> bytes:
    zeros = zlib.compress(b"7 0 " + bytes(200_000_000), 1)
    head = b"<< /Type /ObjStm /N 100000000 /First 4 /Length %d /Filter /FlateDecode >>" % len(zeros)
    listed = head + b"\nstream\n" + zeros + b"\nendstream"
    return pdf_of(b"BT /F1 12 Tf (tea) Tj ET", listed).replace(b"/Type /Page ", b"/Type /Page /Annots 6 0 R ")


def _pdf_of_long_letter() -> bytes:
    letters = b"begincmap 1 beginbfchar <41> <" + b"00540045" * 5_000 + b"> endbfchar endcmap"
    meant = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(letters), letters)
    shown = b"BT /F1 12 Tf (" + b"A" * 5_000 + b") Tj ET"
    return pdf_of(shown, meant).replace(b"/BaseFont", b"/ToUnicode 6 0 R /BaseFont")


PDFS: Traps = {
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
    "a web page under the name of a PDF": ("pdf", lambda: b"<html><p>tea</p></html>"),
    "a PDF of one page, 300 times": ("pdf", _pdf_of_one_page),
    "a PDF whose list of objects is 200 MB of zeros": ("pdf", _pdf_of_zeros_for_objects),
    "a PDF of a letter that stands for 10,000": ("pdf", _pdf_of_long_letter),
}
