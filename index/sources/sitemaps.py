"""Sitemaps: the pages of a site as the site itself lists them."""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from index.errors import AddressRefused, DocumentGone, DocumentTooLarge, DocumentUnreadable
from index.readers.markup import parse_xml
from index.readers.pages import Element
from index.sources.addresses import is_below, joined, root_of
from index.sources.fetching import Unreachable
from index.sources.web import Web

BYTES = 50_000_000
"""What sitemaps.org allows a sitemap, unpacked."""

SITEMAPS = 200
"""Sitemaps read for one site."""

GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page in a sitemap, and when it says that the page was last changed; empty if it does not."""

    url: str
    changed: str


@dataclass(slots=True)
class Sitemap:
    """The pages of a site, in the order of its sitemaps. ``missed`` says why some may be missing."""

    pages: list[Listed] = field(default_factory=list)
    missed: list[DocumentUnreadable] = field(default_factory=list)


def sitemap_of(web: Web, prefix: str, *, most: int) -> Sitemap:
    """Return the pages below an address that sitemaps list, at most so many. Raises DocumentUnreadable."""
    named = web.sitemaps(prefix)
    guessed = dict.fromkeys((f"{prefix}sitemap.xml", f"{root_of(prefix)}/sitemap.xml"))
    found = Sitemap()
    for addresses in (named, guessed):
        reading = _Reading(web, prefix, found, most)
        for address in addresses:
            with suppress(AddressRefused):
                reading.read(joined(prefix, address))
        if found.pages:
            break
    return found


class _Reading:
    def __init__(self, web: Web, prefix: str, found: Sitemap, most: int) -> None:
        self._web = web
        self._prefix = prefix
        self._found = found
        self._most = most
        self._read: set[str] = set()
        self._urls: set[str] = set()

    def read(self, address: str) -> None:
        """Read a sitemap, or one of sitemaps with all that it names."""
        if address in self._read or len(self._read) >= SITEMAPS or self._is_full():
            return
        self._read.add(address)
        try:
            root = parse_xml(_unpacked(self._web.get(address, limit=BYTES).data))
        except (DocumentGone, AddressRefused):
            return
        except (Unreachable, DocumentTooLarge) as error:
            self._found.missed.append(error)
            return
        except DocumentUnreadable:
            return  # a page that says in HTML that there is no sitemap
        for child, name in _children(root):
            with suppress(AddressRefused):
                if name == "sitemap":
                    self.read(joined(address, _text(child, "loc")))
                elif name == "url":
                    self._note(joined(address, _text(child, "loc")), _text(child, "lastmod"))

    def _note(self, url: str, changed: str) -> None:
        if is_below(url, self._prefix) and url not in self._urls and not self._is_full():
            self._urls.add(url)
            self._found.pages.append(Listed(url=url, changed=changed))

    def _is_full(self) -> bool:
        return len(self._found.pages) >= self._most


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
