"""A feed (RSS or Atom): each of its entries is a document."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import ClassVar

from index.errors import AddressRefused, DocumentUnreadable, SourceUnavailable
from index.ports import Entry, Parse
from index.sources.addresses import file_name, joined, uri_of
from index.sources.content import HTML
from index.sources.feeditems import FeedItem, items_in
from index.sources.loading import Loader
from index.sources.moments import EPOCH, moment
from index.sources.options import Option, Options, number, one_of
from index.sources.web import Web

MAX_ENTRIES = 200
AS_GIVEN, ENTRIES, PAGES = "as-given", "entries", "pages"


class FeedSource:
    """The entries of a feed, as long as they stand in it.

    By default an entry is what the feed gives as its content, and the page that it links to where
    the feed gives none, or merely a summary.
    """

    OPTIONS: ClassVar[Options] = {
        "max-entries": Option(
            about="how many of the latest entries", example=str(MAX_ENTRIES), read=number(1, 5_000)
        ),
        "read": Option(
            about="read the feed's own entries, or the pages that they link to",
            example=PAGES,
            read=one_of(AS_GIVEN, ENTRIES, PAGES),
        ),
    }

    def __init__(
        self,
        origin: str,
        *,
        formats: frozenset[str],
        options: Mapping[str, str],
        web: Web,
        memory: Path,
        parse: Parse,
        base_url: str = "",
    ) -> None:
        """``memory`` is the file in which it is remembered what servers said of the pages' age."""
        self._url = origin
        self._formats = formats
        self._web = web
        self.max_entries = int(options.get("max-entries", MAX_ENTRIES))
        self._read = options.get("read", AS_GIVEN)
        self._parse = parse
        self._loader = Loader(web, memory, parse)
        self._texts: dict[str, bytes] = {}

    def entries(self) -> Iterator[Entry]:
        """List the entries in the feed's order. Raises SourceUnavailable."""
        items = self._items()
        self._texts.clear()
        with self._loader.listing():
            seen = set[str]()
            for url, item in items[: self.max_entries]:
                entry = self._entry(url, item)
                if entry.uri not in seen:
                    seen.add(entry.uri)
                    yield entry

    def fetch(self, entry: Entry) -> bytes:
        """Return an entry, or its page. Raises DocumentGone, DocumentUnreadable."""
        return self._texts[entry.uri] if entry.uri in self._texts else self._loader.fetch(entry)

    def _items(self) -> list[tuple[str, FeedItem]]:
        """Return the entries that lead somewhere, each with its address."""
        try:
            page = self._web.get(self._url)
            items = self._parse(FeedItem, items_in, page.data, page.url, page.media_type)
        except DocumentUnreadable as error:
            raise SourceUnavailable(str(error)) from error
        found = []
        for item in items:
            with suppress(AddressRefused):
                found.append((joined(page.url, item.link), item))
        return found

    def _entry(self, url: str, item: FeedItem) -> Entry:
        if self._read == ENTRIES or (self._read == AS_GIVEN and item.content):
            return self._own(url, item)
        try:
            seen = self._loader.load(url)
            if seen.format not in self._formats:
                raise DocumentUnreadable("The page that it links to is in no format that I can read.")
        except DocumentUnreadable as error:
            return self._loader.failed(url, error)
        return self._loader.entry(url, seen)

    def _own(self, url: str, item: FeedItem) -> Entry:
        name = item.title or file_name(url)
        title = escape(name)
        data = (
            f'<!doctype html><meta charset="utf-8"><title>{title}</title>'
            f"<main><h1>{title}</h1>{item.content or item.summary}</main>"
        ).encode()
        self._texts[uri_of(url)] = data
        return Entry(
            uri=uri_of(url),
            name=name,
            format=HTML,
            version=hashlib.sha256(data).hexdigest(),
            updated_at=moment(item.updated) or EPOCH,
            url=url,
        )
