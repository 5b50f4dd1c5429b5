"""Loads the pages of one source: each once a sync, and only if it has changed since the last."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO
from weakref import finalize

from index.errors import DocumentGone, DocumentUnreadable
from index.ports import Entry
from index.sources.addresses import file_name, is_below, uri_of
from index.sources.content import HTML, Bearings, as_text, bearings, format_of
from index.sources.web import Page, Validators, Web

EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is remembered of a page: never its text.

    ``url`` is where the redirects led, ``canonical`` where the page says that it stands. ``version``
    is the hash of its bytes, ``listed_as`` what a sitemap said of its age, ``links`` are those that a
    crawl would follow.
    """

    url: str
    canonical: str
    format: str
    version: str
    modified_at: str
    etag: str = ""
    modified: str = ""
    listed_as: str = ""
    links: tuple[str, ...] = ()
    hidden: bool = False


def placed(seen: Seen, prefix: str) -> str:
    """Return where a page stands for people."""
    return seen.canonical if is_below(seen.canonical, prefix) else seen.url


class Memory:
    """What was seen of a source's pages, by address, in a file. Losing it costs requests, nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.seen: dict[str, Seen] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError):
            held = json.loads(path.read_text("utf-8"))
            self.seen = {url: Seen(**{**seen, "links": tuple(seen["links"])}) for url, seen in held.items()}

    def keep(self, urls: frozenset[str]) -> None:
        """Write down what is known of these addresses, and forget all others."""
        self.seen = {url: seen for url, seen in self.seen.items() if url in urls}
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._path.parent, prefix=".", delete=False
            ) as file:
                json.dump({url: asdict(seen) for url, seen in self.seen.items()}, file)
            os.replace(file.name, self._path)


class Loader:
    """Loads pages while a source lists its documents, and hands out their bytes when those are fetched.

    In between they lie in a file without a name, which is gone with the process.
    """

    def __init__(self, web: Web, memory: Path) -> None:
        self._web = web
        self._memory = Memory(memory)
        self._asked: set[str] = set()
        self._failed: dict[str, DocumentUnreadable] = {}
        self._places: dict[str, str] = {}
        self._spool: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it is closed with this object
        self._spooled: dict[str, tuple[int, int]] = {}
        finalize(self, self._spool.close)

    @contextmanager
    def listing(self) -> Iterator[None]:
        """Remember at its end what was seen in a whole listing."""
        self._asked.clear()
        self._failed.clear()
        yield
        self._memory.keep(frozenset(self._asked))

    def known(self, url: str) -> Seen | None:
        """Return what is remembered of a page."""
        return self._memory.seen.get(url)

    def load(self, url: str, *, listed_as: str = "") -> Seen:
        """Look at a page, once a listing.

        Its server is not even asked if the sitemap says that it is as old as before.
        Raises DocumentGone, DocumentUnreadable.
        """
        known = self.known(url)
        if known and (url in self._asked or (listed_as and known.listed_as == listed_as)):
            self._asked.add(url)
            return known
        self._asked.add(url)
        held = Validators(etag=known.etag, modified=known.modified) if known else None
        page = self._web.get(url, held)
        seen = replace(known, listed_as=listed_as) if known and page.is_unchanged else self._look(url, page)
        self._memory.seen[url] = replace(seen, listed_as=listed_as)
        return seen

    def find(self, uri: str, prefix: str = "") -> Entry | None:
        """Load one page anew, whichever address it was loaded from; None if it is gone."""
        places = (url for url, seen in self._memory.seen.items() if uri_of(placed(seen, prefix)) == uri)
        url = next(places, "")
        if not url:
            return None
        try:
            self._asked.discard(url)
            return self.entry(url, self.load(url), prefix)
        except DocumentGone:
            return None
        except DocumentUnreadable as error:
            return self.failed(url, error, prefix)

    def entry(self, url: str, seen: Seen, prefix: str = "") -> Entry:
        """List a page that was loaded, by its canonical address if that is below the prefix."""
        where = placed(seen, prefix)
        self._places[uri_of(where)] = url
        return Entry(
            uri=uri_of(where),
            name=file_name(where),
            format=seen.format,
            version=seen.version,
            updated_at=datetime.fromisoformat(seen.modified_at),
            url=where,
        )

    def failed(self, url: str, error: DocumentUnreadable, prefix: str = "") -> Entry:
        """List a page that could not be loaded, so that fetching it says why.

        A page that is known goes by the name that it had.
        """
        known = self.known(url)
        where = placed(known, prefix) if known else url
        return self.unlisted(uri_of(where), where, error)

    def unlisted(self, uri: str, url: str, error: DocumentUnreadable) -> Entry:
        """List what cannot be fetched under any uri."""
        self._failed[uri] = error
        return Entry(uri=uri, name=file_name(url), format=HTML, version="", updated_at=EPOCH, url=url)

    def fetch(self, entry: Entry) -> bytes:
        """Return the bytes of a listed page. Raises DocumentGone, DocumentUnreadable."""
        if error := self._failed.get(entry.uri):
            raise error
        url = self._places.get(entry.uri, entry.url)
        if url in self._spooled:
            at, size = self._spooled[url]
            self._spool.seek(at)
            return self._spool.read(size)
        return as_text(self._web.get(url))

    def _look(self, url: str, page: Page) -> Seen:
        data, format = as_text(page), format_of(page)
        self._spooled[url] = (self._spool.seek(0, os.SEEK_END), len(data))
        self._spool.write(data)
        found = bearings(page) if format == HTML else Bearings(canonical=page.url, links=(), hidden=False)
        return Seen(
            url=page.url,
            canonical=found.canonical,
            format=format,
            version=hashlib.sha256(data).hexdigest(),
            modified_at=page.modified_at.isoformat(),
            etag=page.validators.etag,
            modified=page.validators.modified,
            links=found.links,
            hidden=found.hidden,
        )
