"""Knows what a web page says of itself in its head: its address, its language, its date."""

import re
from datetime import UTC, datetime

from index.readers.pages import Element

_TAG = re.compile(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*$")
_DATES = (
    "//meta[@property='article:modified_time']/@content",
    "//meta[@property='og:updated_time']/@content",
    "//meta[@itemprop='dateModified']/@content",
    "//meta[@name='last-modified' or @name='dcterms.modified']/@content",
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//meta[@name='date' or @name='dcterms.date']/@content",
)
"""Where pages say when they were changed, or at least published, surest first."""


def canonical_of(page: Element) -> str:
    """Return the address that a page gives as its own, if it is a whole one."""
    for address in page.xpath("//link[@rel='canonical']/@href"):
        if address.strip().startswith(("https://", "http://")):
            return str(address.strip())
    return ""


def language_of(page: Element) -> str:
    """Return the language that a page says it is in, as a BCP 47 tag."""
    for tag in page.xpath("/html/@lang | /html/@xml:lang | //meta[@http-equiv='content-language']/@content"):
        if _TAG.match(tag.strip()):
            return str(tag.strip().replace("_", "-"))
    return ""


def updated_at_of(page: Element) -> datetime | None:
    """Return when a page says it was changed."""
    for path in _DATES:
        for given in page.xpath(path):
            try:
                found = datetime.fromisoformat(given.strip())
            except ValueError:
                continue
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None
