"""The entries of a feed (RSS or Atom), as they stand there; runs in the sandbox."""

import time
import xml.sax.expatreader  # noqa: F401 - feedparser would import it when no file can be opened any more
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

import feedparser  # type: ignore[import-untyped]

from index.errors import DocumentUnreadable

NO_FEED = "What stands at the address is no feed. Give the address of one."


class FeedItem(NamedTuple):
    """An entry of a feed. ``content`` and ``summary`` are HTML, ``updated`` is ISO 8601 in UTC, or empty."""

    link: str
    title: str
    content: str
    summary: str
    updated: str


def items_in(data: bytes, url: str, media_type: str) -> Iterator[FeedItem]:
    """Yield the entries of the feed at an address, in its order. Raises DocumentUnreadable."""
    # Of bytes it makes a feed; of an address it would fetch one, past all that Web looks after.
    parsed = feedparser.parse(
        BytesIO(data), response_headers={"content-location": url, "content-type": media_type}
    )
    if not parsed.version:
        raise DocumentUnreadable(NO_FEED)
    for entry in parsed.entries:
        written = entry.get("updated_parsed") or entry.get("published_parsed")
        yield FeedItem(
            link=entry.get("link") or entry.get("id") or "",
            title=" ".join(entry.get("title", "").split()),
            content="".join(part["value"] for part in entry.get("content", []) if part.get("value")),
            summary=entry.get("summary", ""),
            updated=time.strftime("%Y-%m-%dT%H:%M:%S", written) if written else "",
        )
