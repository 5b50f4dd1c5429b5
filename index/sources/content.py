"""What a fetched page is: its format, and in an HTML page its own address and its links."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from mimetypes import guess_type

from index.errors import AddressRefused
from index.ports import Parse
from index.readers.decoding import as_declared
from index.sources.addresses import ending, joined, root_of
from index.sources.marks import BASE, CANONICAL, LINK, WISHES, Mark, marks_in
from index.sources.web import Page

HTML = "html"

FORMATS = {
    "application/epub+zip": "epub",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/x-ipynb+json": "ipynb",
    "application/xhtml+xml": HTML,
    "message/rfc822": "eml",
    "text/asciidoc": "adoc",
    "text/csv": "csv",
    "text/html": HTML,
    "text/markdown": "md",
    "text/vtt": "vtt",
    "text/x-markdown": "md",
    "text/x-rst": "rst",
}
"""By content type. Of all other types the ending of the address tells the format."""

FEED_TYPES = frozenset({"application/atom+xml", "application/rdf+xml", "application/rss+xml"})
XML_TYPES = frozenset({"application/xml", "text/xml"})
UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
FEED_ROOTS = (b"<rss", b"<feed", b"<rdf:RDF")
SNIFFED = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearings:
    """Where an HTML page says that it stands, and where it leads; ``hidden`` if it wants not to be found."""

    canonical: str
    links: tuple[str, ...]
    hidden: bool


def format_of(page: Page) -> str:
    """Return the format of a page, by which a reader is chosen; empty if nobody can tell."""
    if page.media_type in FORMATS:
        return FORMATS[page.media_type]
    if page.media_type in UNSAID or page.media_type.startswith("text/"):
        return ending(page.url) or ("txt" if page.media_type.startswith("text/") else "")
    return ""


def is_feed(page: Page) -> bool:
    """Whether a page is a feed, by what it says of itself or by what it begins with."""
    if page.media_type in XML_TYPES:
        return any(root in page.data[:SNIFFED] for root in FEED_ROOTS)
    return page.media_type in FEED_TYPES


def as_text(page: Page) -> bytes:
    """Return a page's bytes; a text that is in another encoding, as its server says, comes as UTF-8.

    What a server says of the encoding counts more than what stands in the page, but for a mark.
    """
    is_text = page.media_type.startswith("text/") or page.media_type == "application/xhtml+xml"
    is_said = page.charset and page.charset.replace("_", "-") not in ("utf-8", "utf8")
    if is_text and is_said and not page.data.startswith(BOM_UTF8):
        return BOM_UTF8 + text.encode() if (text := as_declared(page.data, page.charset)) else page.data
    return page.data


def bearings(page: Page, parse: Parse) -> Bearings:
    """Look at an HTML page. Raises DocumentUnreadable."""
    marks = parse(Mark, marks_in, as_text(page))
    own = {wish.strip().lower() for mark in marks if mark.kind == WISHES for wish in mark.value.split(",")}
    wishes = page.wishes | own
    follows = wishes.isdisjoint({"nofollow", "none"})
    return Bearings(
        canonical=_canonical(page.url, marks),
        links=tuple(dict.fromkeys(_links(page.url, marks))) if follows else (),
        hidden=is_hidden(wishes),
    )


def is_hidden(wishes: Set[str]) -> bool:
    """Whether a page wants not to be found."""
    return not wishes.isdisjoint({"noindex", "none"})


def _canonical(url: str, marks: list[Mark]) -> str:
    """Return the page's own address. Another host's is not believed: anybody could speak for anybody."""
    for canonical in _addresses(url, marks, CANONICAL):
        if root_of(canonical) == root_of(url):
            return canonical
    return url


def _links(url: str, marks: list[Mark]) -> Iterator[str]:
    bases = [mark for mark in marks if mark.kind == BASE][:1]
    return _addresses(next(_addresses(url, bases, BASE), url), marks, LINK)


def _addresses(base: str, marks: list[Mark], kind: str) -> Iterator[str]:
    for mark in marks:
        if mark.kind == kind:
            with suppress(AddressRefused):
                yield joined(base, mark.value)


def may_be_read(url: str, formats: frozenset[str]) -> bool:
    """Whether it is worth the trouble to load what a link leads to, as far as its ending tells."""
    type, _ = guess_type(url)
    return type in (None, "text/html") or FORMATS.get(str(type)) in formats or ending(url) in formats
