"""A feed (RSS or Atom): each of its entries is a document."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import feedparser  # type: ignore[import-untyped]

from index.errors import AddressRefused, DocumentUnreadable, SourceUnavailable
from index.ports import Entry, Parse
from index.sources.addresses import file_name, joined, uri_of
from index.sources.content import HTML, is_feed
from index.sources.loading import EPOCH, Loader
from index.sources.options import Option, Options, number, one_of
from index.sources.web import Web

MAX_ENTRIES = 200
AS_GIVEN, ENTRIES, PAGES = "as-given", "entries", "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """An entry of a feed. ``text`` is HTML, and ``is_whole`` if the feed says that it is all of it."""

    url: str
    title: str
    text: str
    is_whole: bool
    updated_at: datetime


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
        self._most = int(options.get("max-entries", MAX_ENTRIES))
        self._read = options.get("read", AS_GIVEN)
        self._loader = Loader(web, memory, parse)
        self._texts: dict[str, bytes] = {}

    def entries(self) -> Iterator[Entry]:
        """List the entries in the feed's order. Raises SourceUnavailable."""
        items = self._items()
        self._texts.clear()
        with self._loader.listing():
            seen = set[str]()
            for item in items[: self._most]:
                entry = self._entry(item)
                if entry.uri not in seen:
                    seen.add(entry.uri)
                    yield entry

    def fetch(self, entry: Entry) -> bytes:
        """Return an entry, or its page. Raises DocumentGone, DocumentUnreadable."""
        return self._texts[entry.uri] if entry.uri in self._texts else self._loader.fetch(entry)

    def _items(self) -> list[_Item]:
        try:
            page = self._web.get(self._url)
        except DocumentUnreadable as error:
            raise SourceUnavailable(str(error)) from error
        # Of bytes it makes a feed; of an address it would fetch one, past all that Web looks after.
        parsed = feedparser.parse(
            BytesIO(page.data),
            response_headers={"content-location": page.url, "content-type": page.media_type},
        )
        if not parsed.version and not is_feed(page):
            raise SourceUnavailable("What stands at the address is no feed. Give the address of one.")
        return [item for each in parsed.entries if (item := _item(page.url, each))]

    def _entry(self, item: _Item) -> Entry:
        if self._read == ENTRIES or (self._read == AS_GIVEN and item.is_whole):
            return self._own(item)
        try:
            seen = self._loader.load(item.url)
            if seen.format not in self._formats:
                raise DocumentUnreadable("The page that it links to is in no format that I can read.")
        except DocumentUnreadable as error:
            return self._loader.failed(item.url, error)
        return self._loader.entry(item.url, seen)

    def _own(self, item: _Item) -> Entry:
        title = escape(item.title)
        data = (
            f'<!doctype html><meta charset="utf-8"><title>{title}</title>'
            f"<main><h1>{title}</h1>{item.text}</main>"
        ).encode()
        self._texts[uri_of(item.url)] = data
        return Entry(
            uri=uri_of(item.url),
            name=item.title or file_name(item.url),
            format=HTML,
            version=hashlib.sha256(data).hexdigest(),
            updated_at=item.updated_at,
            url=item.url,
        )


def _item(feed: str, entry: Any) -> _Item | None:
    with suppress(AddressRefused):
        url = joined(feed, entry.get("link") or entry.get("id") or "")
        whole = [part["value"] for part in entry.get("content", []) if part.get("value")]
        written = entry.get("updated_parsed") or entry.get("published_parsed")
        return _Item(
            url=url,
            title=" ".join(entry.get("title", "").split()) or file_name(url),
            text="".join(whole) or entry.get("summary", ""),
            is_whole=bool(whole),
            updated_at=datetime(*written[:6]).replace(tzinfo=UTC) if written else EPOCH,
        )
    return None
