"""Turns the bytes of a document into clean text, or says why that cannot be done."""

import codecs
import re

from charset_normalizer import CharsetMatch, from_bytes
from charset_normalizer.constant import IANA_SUPPORTED

from index.errors import DocumentEmpty, DocumentNotText, DocumentTooLarge

MAX_DOCUMENT_BYTES = 20_000_000

SAMPLE_BYTES = 64_000
"""How much is looked at to tell text from binary and to guess an encoding."""

MAX_CONTROL_SHARE = 0.02
"""A text file may hold a stray form feed or NUL; a binary holds many."""

MAX_BROKEN_SHARE = 0.1
"""Above this share of broken among non-ASCII characters, a file was never meant as UTF-8."""

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF87a", "an image"),
    (b"GIF89a", "an image"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"{\\rtf", "an RTF document"),
)

_REMEDIES = {
    "a ZIP archive or an office document": "Give it the ending of its format, such as docx, or unpack it.",
    "an old office document": "Save it as docx, xlsx or pptx.",
}

# Guesses that a short text never means: mainframes, and the wide encodings that are told by their zeros.
_NEVER_GUESSED = [
    "utf_7", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le",
    "cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140", "cp1006",
]  # fmt: skip

_DECLARABLE = frozenset(IANA_SUPPORTED) - {"utf_7"}
"""Python knows codecs that are no encodings of text, or take long; only these are let in."""

_AS_BROWSERS_DO = {
    "ascii": "cp1252",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "shift_jis": "cp932",
    "tis_620": "cp874",
}
"""Encodings that hold less than what is written under their names; https://encoding.spec.whatwg.org."""

_NEWLINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b"))


def decode(data: bytes, *, declared: str = "") -> str:
    """Return the document's text with plain newlines and without control characters.

    ``declared`` is the encoding that the document itself names; a byte order mark and valid UTF-8
    overrule it. Raises DocumentTooLarge, DocumentEmpty or DocumentNotText.
    """
    refuse_extremes(data)
    text = clean(_decoded(data, declared))
    if not text.strip():
        raise DocumentEmpty
    return text


def refuse_extremes(data: bytes) -> None:
    """Raise DocumentTooLarge or DocumentEmpty for bytes that a library need not even look at."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(too_large(len(data)))
    if not data.strip():
        raise DocumentEmpty


def clean(text: str) -> str:
    """Return the text with every kind of line break as a newline, less what cannot be shown."""
    return _UNWANTED.sub("", _NEWLINES.sub("\n", text))


def too_large(size: int, most: int = MAX_DOCUMENT_BYTES) -> str:
    """Say that a document of ``size`` bytes is too large, where it may have ``most``."""
    limit = most // 1_000_000
    return (
        f"The document has {size / 1_000_000:.0f} MB; {limit} MB is the limit. Split it into smaller files."
    )


def _decoded(data: bytes, declared: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    _refuse_magic(data)
    if wide := _wide_encoding(data[:SAMPLE_BYTES]):
        return _strictly(data, wide)
    _refuse_binary(data[:SAMPLE_BYTES])
    return _narrow(data, declared)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError, ValueError) as error:
        raise DocumentNotText from error


def _refuse_magic(data: bytes) -> None:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            remedy = _REMEDIES.get(kind, "Save it as Markdown, HTML or plain text.")
            raise DocumentNotText(f"The document is {kind}, not text. {remedy}")


def _wide_encoding(sample: bytes) -> str:
    """Name the UTF-16 of a text without a mark: every other byte of Western text in it is zero."""
    half = len(sample) // 2
    for first, second, encoding in ((0, 1, "utf-16-be"), (1, 0, "utf-16-le")):
        if half and sample[first::2].count(0) > 0.4 * half and not sample[second::2].count(0):
            return encoding
    return ""


def _refuse_binary(sample: bytes) -> None:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > MAX_CONTROL_SHARE * len(sample):
        raise DocumentNotText(
            "The document is binary data, not text. Save it as Markdown, HTML or plain text."
        )


def _narrow(data: bytes, declared: str) -> str:
    # Valid UTF-8 beyond ASCII is never an accident, whatever the document says of itself.
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return as_declared(data, declared) or _nearly_utf8(data) or _guessed(data)
    return (text.isascii() and as_declared(data, declared)) or text


def as_declared(data: bytes, declared: str) -> str:
    """Return text in the encoding that somebody names, as browsers take it; empty if it is not in it."""
    try:
        name = codecs.lookup(declared).name.replace("-", "_")
        encoding = _AS_BROWSERS_DO.get(name, name)
        return data.decode(encoding) if encoding in _DECLARABLE else ""
    except (LookupError, ValueError):
        return ""


def _nearly_utf8(data: bytes) -> str:
    """Return UTF-8 with a few broken characters, shown as such, or nothing."""
    text = data.decode("utf-8", errors="replace")
    beyond_ascii = sum(1 for byte in data if byte >= 0xC0)
    return text if text.count("\ufffd") <= MAX_BROKEN_SHARE * beyond_ascii else ""


def _guessed(data: bytes) -> str:
    if b"\x00" in data[:SAMPLE_BYTES]:
        raise DocumentNotText
    matches = list(from_bytes(_sample(data), cp_exclusion=_NEVER_GUESSED))
    for match in sorted(matches, key=_doubt):
        try:
            return data.decode(match.encoding)
        except (UnicodeError, LookupError):
            continue  # the sample fits, the rest does not: the next best may
    raise DocumentNotText


def _sample(data: bytes) -> bytes:
    """Return the beginning of the data, ended where no character of several bytes is cut in two."""
    if len(data) <= SAMPLE_BYTES:
        return data
    end = max(data.rfind(b"\n", 0, SAMPLE_BYTES), data.rfind(b" ", 0, SAMPLE_BYTES))
    return data[: end if end > 0 else SAMPLE_BYTES]


def _doubt(match: CharsetMatch) -> tuple[float, float, bool]:
    # Windows-1252 is by far the most common where nothing tells it from its neighbours.
    return (match.chaos, -match.coherence, match.encoding != "cp1252")
