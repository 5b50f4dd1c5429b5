"""Sitemaps: the pages of a site as the site itself lists them."""

from contextlib import suppress
from dataclasses import dataclass, field

from index.errors import AddressRefused, DocumentTooLarge, DocumentUnreadable
from index.ports import Parse
from index.sources.addresses import is_below, joined, root_of
from index.sources.fetching import Unreachable
from index.sources.locations import BYTES, SITEMAP, Location, locations_in
from index.sources.web import Web

SITEMAPS = 200
"""Sitemaps read for one site."""


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


def sitemap_of(web: Web, prefix: str, *, most: int, parse: Parse) -> Sitemap:
    """Return the pages below an address that sitemaps list, at most so many. Raises DocumentUnreadable."""
    named = web.sitemaps(prefix)
    guessed = dict.fromkeys((f"{prefix}sitemap.xml", f"{root_of(prefix)}/sitemap.xml"))
    found = Sitemap()
    for addresses in (named, guessed):
        reading = _Reading(web, parse, prefix, found, most)
        for address in addresses:
            with suppress(AddressRefused):
                reading.read(joined(prefix, address))
        if found.pages:
            break
    return found


class _Reading:
    def __init__(self, web: Web, parse: Parse, prefix: str, found: Sitemap, most: int) -> None:
        self._web = web
        self._parse = parse
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
        for location in self._locations(address):
            with suppress(AddressRefused):
                where = joined(address, location.address)
                if location.kind == SITEMAP:
                    self.read(where)
                else:
                    self._note(where, location.changed)

    def _locations(self, address: str) -> list[Location]:
        try:
            data = self._web.get(address, limit=BYTES).data
        except (Unreachable, DocumentTooLarge) as error:
            self._found.missed.append(error)
            return []
        except DocumentUnreadable:
            return []
        try:
            return self._parse(Location, locations_in, data)
        except DocumentUnreadable as error:
            self._found.missed.append(error)
            return []

    def _note(self, url: str, changed: str) -> None:
        if is_below(url, self._prefix) and url not in self._urls and not self._is_full():
            self._urls.add(url)
            self._found.pages.append(Listed(url=url, changed=changed))

    def _is_full(self) -> bool:
        return len(self._found.pages) >= self._most
