"""Reads PDF with PDFium: the text of each page, with the headings that outline or print size tell."""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_low
from typing import Any, TypeAlias

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from index.errors import DocumentEmpty, DocumentNotText, DocumentTooLarge, DocumentUnreadable
from index.passages import BlockKind, Extract
from index.readers.decoding import MAX_DOCUMENT_BYTES, clean, too_large
from index.readers.outline import Outline
from index.readers.printed import HYPHEN, Bookmarks, Kind, Line, Part, bare, parts, title_of

Textpage: TypeAlias = Any
"""PDFium's text of one page; pypdfium2 ships no types."""

NO_PDF = (
    "The document is no PDF, whatever its name says: it does not begin as one. It may be damaged, or only "
    "named so. Open it in its program and save it anew as PDF, or give it the ending of what it is."
)
DAMAGED = "The document is damaged: PDFium cannot open it. Save it anew in its program."
PROTECTED = "The document is protected by a password. Save it without one."
SCANNED = (
    "The document is a scan: pictures of pages without text. Have its text recognized (OCR), for example "
    "with ocrmypdf, and add what comes of it."
)
NO_LETTERS = (
    "The document does not say which letters its fonts show. Save it anew in its program, or have its text "
    "recognized (OCR)."
)

MAX_PAGES = 10_000
MAX_LETTERLESS_SHARE = 0.3
_HEADER_WITHIN = 1024

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st", "\x02": HYPHEN}
)
_LETTERLESS = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_NO_TITLE = re.compile(
    r"^(?:\(?(?:untitled|anonymous|unspecified|unknown|none)\)?|(?:title|document|no title)\d*"
    r"|.*\.(?:docx?|indd|tex|dvi|odt|pdf|qxd|pptx?|xlsx?))$",
    re.IGNORECASE,
)
_PROGRAM = re.compile(r"^Microsoft \w+ - ")
_FIXED = re.compile(rb"mono|courier|typewriter|cmtt|consol|menlo", re.IGNORECASE)
_BOLD = re.compile(rb"bold|black|heavy|cmbx", re.IGNORECASE)
_SAMPLES = 5
"""Letters of a line that are looked at: the fonts of a line differ in a word or two."""

_FIXED_PITCH = 1
_FORCED_BOLD = 1 << 18
_BOLD_WEIGHT = 600
_KINDS = {Kind.PARAGRAPH: BlockKind.PARAGRAPH, Kind.ITEM: BlockKind.ITEM, Kind.CODE: BlockKind.CODE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Font:
    is_bold: bool
    is_fixed: bool


class PdfReader:
    """Reads PDF. The title is the one in its properties, else what the first page shows largest."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        document = _opened(data)
        try:
            pages = [_lines(document, at) for at in range(len(document))]
            outline = Outline(_title(document) or title_of(pages))
            _refuse_letterless(pages)
            for part in parts(pages, _bookmarks(document)):
                _add(outline, part)
        except (pdfium.PdfiumError, ValueError) as error:
            raise DocumentUnreadable(DAMAGED) from error
        finally:
            document.close()
        try:
            return outline.extract(name=name)
        except DocumentEmpty as error:
            raise DocumentEmpty(SCANNED) from error


def _opened(data: bytes) -> Any:
    if len(data) > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(too_large(len(data)))
    if not data.strip(b" \n\r\t\xef\xbb\xbf"):
        raise DocumentEmpty
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        raise DocumentNotText(NO_PDF)
    try:
        document = pdfium.PdfDocument(data)
        if not 0 < len(document) <= MAX_PAGES:
            raise DocumentUnreadable(DAMAGED)
        return document
    except pdfium.PdfiumError as error:
        raise DocumentUnreadable(PROTECTED if "assword" in str(error) else DAMAGED) from error


def _add(outline: Outline, part: Part) -> None:
    first, last = part.pages
    place = f"page {first}" if first == last else f"pages {first}–{last}"
    outline.turn_to(place, anchor=f"page={first}")
    if part.kind is Kind.HEADING:
        outline.heading(part.level, part.text, titles=part.level == 1)
    else:
        outline.add(_KINDS[part.kind], part.text)


def _title(document: Any) -> str:
    title = _PROGRAM.sub("", clean(document.get_metadata_value("Title")).strip())
    return "" if _NO_TITLE.match(title) else title


def _bookmarks(document: Any) -> Bookmarks:
    found: Bookmarks = {}
    for mark in document.get_toc():
        target = mark.get_dest()
        page = target.get_index() if target else None
        if page is not None and (words := bare(clean(mark.get_title()))):
            found.setdefault(page + 1, {}).setdefault(words, min(mark.level + 1, 6))
    return found


def _refuse_letterless(pages: list[list[Line]]) -> None:
    text = "".join(line.text for page in pages for line in page)
    if len(_LETTERLESS.findall(text)) > MAX_LETTERLESS_SHARE * max(len(text), 1):
        raise DocumentNotText(NO_LETTERS)


# From PDFium's characters to lines


def _lines(document: Any, at: int) -> list[Line]:
    page = document[at]
    textpage = page.get_textpage()
    try:
        return list(_page_lines(textpage))
    finally:
        textpage.close()
        page.close()


def _page_lines(textpage: Textpage) -> Iterator[Line]:
    start, units = 0, list[int]()
    for at in range(raw.FPDFText_CountChars(textpage)):
        unit = raw.FPDFText_GetUnicode(textpage, at)
        if unit in (0x0A, 0x0D):
            yield from _line(textpage, start, units)
            start, units = at + 1, []
        else:
            units.append(unit)
    yield from _line(textpage, start, units)


def _line(textpage: Textpage, start: int, units: list[int]) -> Iterator[Line]:
    written = [index for index, unit in enumerate(units) if not chr(unit).isspace()]
    if not written:
        return
    text = "".join(map(chr, units)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    first, last = (_box(textpage, start + index) for index in (written[0], written[-1]))
    letters = [index for index in written if chr(units[index]).isalnum()] or written
    samples = [start + index for index in letters[:: max(len(letters) // _SAMPLES, 1)]]
    sizes = [box.top - box.bottom for box in (_box(textpage, at) for at in samples)]
    fonts = [_font(textpage, at) for at in samples]
    yield Line(
        text=" ".join(text.translate(_LIGATURES).split()),
        size=max(median_low(sizes), 1.0),
        left=first.left,
        right=last.right,
        bottom=last.bottom,
        bold=all(font.is_bold for font in fonts),
        fixed=all(font.is_fixed for font in fonts),
    )


def _box(textpage: Textpage, at: int) -> Any:
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, at, box)
    return box


def _font(textpage: Textpage, at: int) -> "_Font":
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, at, name, len(name), flags)
    weight = raw.FPDFText_GetFontWeight(textpage, at)
    return _Font(
        is_bold=weight >= _BOLD_WEIGHT or bool(flags.value & _FORCED_BOLD) or bool(_BOLD.search(name.value)),
        is_fixed=bool(flags.value & _FIXED_PITCH) or bool(_FIXED.search(name.value)),
    )
