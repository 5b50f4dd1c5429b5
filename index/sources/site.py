"""The pages of a site below one address: those of its sitemap, or what a bounded crawl finds."""

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from index.errors import AddressRefused, DocumentGone, DocumentUnreadable, SourceUnavailable
from index.ports import Entry, Parse
from index.sources.addresses import is_below, prefix_of
from index.sources.content import may_be_read
from index.sources.loading import Loader, Seen, placed
from index.sources.options import Option, Options, number
from index.sources.sitemaps import Listed, Sitemap, sitemap_of
from index.sources.web import Web

MAX_PAGES = 2000
DEPTH = 10


class SiteSource:
    """A part of a website. A sitemap decides which pages there are, if one lists any below the address.

    Without one, links are followed that lead to pages below the address and hold no question mark:
    behind those there may be endlessly many. Pages of the same bytes, or of the same canonical
    address, are one document.
    """

    OPTIONS: ClassVar[Options] = {
        "max-pages": Option(about="how many pages at most", example=str(MAX_PAGES), read=number(1, 50_000)),
        "depth": Option(
            about="how many links to follow from the first page, without a sitemap",
            example=str(DEPTH),
            read=number(0, 50),
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
        """``memory`` is the file in which it is remembered what the server said of the pages' age."""
        self._start = origin
        self._formats = formats
        self._web = web
        self._most = int(options.get("max-pages", MAX_PAGES))
        self._depth = int(options.get("depth", DEPTH))
        self._parse = parse
        self._loader = Loader(web, memory, parse)

    def entries(self) -> Iterator[Entry]:
        """List the pages, each when it is loaded. Raises SourceUnavailable."""
        with self._loader.listing():
            prefix, sitemap = self._begin()
            found = self._listed(prefix, sitemap) if sitemap.pages else self._crawled(prefix, sitemap)
            seen_uris, seen_bytes = set[str](), set[str]()
            for entry in found:
                if entry.uri not in seen_uris and (not entry.version or entry.version not in seen_bytes):
                    seen_uris.add(entry.uri)
                    seen_bytes.add(entry.version)
                    yield entry
            if sitemap.missed:  # the rest of the site is not gone, it is only not listed
                yield self._loader.unlisted(prefix, prefix, sitemap.missed[0])

    def find(self, uri: str) -> Entry | None:
        """Return one page, loaded anew; None if it is gone."""
        seen = self._loader.known(self._start)
        return self._loader.find(uri, prefix_of(seen.url if seen else self._start))

    def fetch(self, entry: Entry) -> bytes:
        """Return a page. Raises DocumentGone, DocumentUnreadable."""
        return self._loader.fetch(entry)

    def _begin(self) -> tuple[str, Sitemap]:
        """Return what all pages begin with, once the redirects of the first page are known."""
        where, gone = self._start, None
        try:
            try:
                where = self._loader.load(self._start).url
            except DocumentGone as error:  # a folder needs no page of its own to have pages in it
                gone = error.with_traceback(None)  # which would hold this object, and its pages
            prefix = prefix_of(where)
            sitemap = sitemap_of(self._web, prefix, most=self._most, parse=self._parse)
            if gone and not sitemap.pages:
                raise gone
        except DocumentUnreadable as error:
            raise SourceUnavailable(str(error)) from error
        return prefix, sitemap

    def _listed(self, prefix: str, sitemap: Sitemap) -> Iterator[Entry]:
        for page in sitemap.pages:
            yield from self._listed_page(prefix, page)

    def _listed_page(self, prefix: str, page: Listed) -> Iterator[Entry]:
        try:
            seen = self._loader.load(page.url, listed_as=page.changed)
        except AddressRefused:
            return
        except DocumentUnreadable as error:
            yield self._loader.failed(page.url, error, prefix)
            return
        if self._is_wanted(seen, prefix):
            yield self._loader.entry(page.url, seen, prefix)

    def _crawled(self, prefix: str, sitemap: Sitemap) -> Iterator[Entry]:
        queue, queued, loaded = deque([(self._start, 0)]), {self._start}, 0
        while queue and loaded < self._most:
            url, depth = queue.popleft()
            loaded += 1
            try:
                seen = self._loader.load(url)
            except (AddressRefused, DocumentGone):
                continue  # a link that leads nowhere is the site's own affair
            except DocumentUnreadable as error:
                yield self._loader.failed(url, error, prefix)
                known = self._loader.known(url)
                if known is None:
                    sitemap.missed.append(error)
                    continue
                seen = known
            else:
                if self._is_wanted(seen, prefix):
                    yield self._loader.entry(url, seen, prefix)
            for link in seen.links if depth < self._depth else ():
                if link not in queued and self._leads_on(link, prefix):
                    queued.add(link)
                    queue.append((link, depth + 1))

    def _leads_on(self, link: str, prefix: str) -> bool:
        return is_below(link, prefix) and not urlsplit(link).query and may_be_read(link, self._formats)

    def _is_wanted(self, seen: Seen, prefix: str) -> bool:
        return seen.format in self._formats and not seen.hidden and is_below(placed(seen, prefix), prefix)
