"""What a sitemap lists, as it stands there; runs in the sandbox."""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from index.errors import DocumentTooLarge, DocumentUnreadable
from index.readers.markup import parse_xml
from index.readers.pages import Element

BYTES = 50_000_000
"""What sitemaps.org allows a sitemap, unpacked."""

PAGE, SITEMAP = "url", "sitemap"

GZIP = b"\x1f\x8b"


class Location(NamedTuple):
    """A page, or another sitemap, and when it is said to have been changed; empty if that is not said."""

    kind: str
    address: str
    changed: str


def locations_in(data: bytes) -> list[Location]:
    """Return what a sitemap lists, in its order; one that is damaged lists nothing.

    Raises DocumentTooLarge.
    """
    try:
        root = parse_xml(_unpacked(data))
    except DocumentTooLarge:
        raise
    except DocumentUnreadable:
        return []  # a page that says in HTML that there is no sitemap
    return [
        Location(kind=name, address=_text(child, "loc"), changed=_text(child, "lastmod"))
        for child, name in _children(root)
        if name in (PAGE, SITEMAP)
    ]


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(GZIP):
        return data
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = stream.decompress(data, BYTES + 1)
    except zlib.error as error:
        raise DocumentUnreadable("It is packed, and could not be unpacked.") from error
    if len(plain) > BYTES:
        raise DocumentTooLarge("A sitemap holds more than 50 MB, which is the limit.")
    return plain


def _children(root: Element) -> Iterator[tuple[Element, str]]:
    for child in root:
        if isinstance(child.tag, str):
            yield child, child.tag.rpartition("}")[2]


def _text(element: Element, wanted: str) -> str:
    for child, name in _children(element):
        if name == wanted:
            return (child.text or "").strip()
    return ""
