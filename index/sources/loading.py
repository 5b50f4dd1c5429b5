"""Loads the pages of one source: each once a sync, and only if it has changed since the last."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from weakref import finalize

from index.errors import DocumentGone, DocumentUnreadable
from index.ports import Entry, Parse
from index.sources.addresses import file_name, is_below, uri_of
from index.sources.content import HTML, Bearings, as_text, bearings, format_of, is_hidden
from index.sources.moments import EPOCH
from index.sources.web import Page, Validators, Web

RESUMED_SECONDS = 6 * 3600.0
"""A listing that was cut short goes on for so long; later its pages are looked at anew."""


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
    """What was seen of a source's pages, by address, in a file. Losing it costs requests, nothing else.

    Beside it lies what an unfinished listing has seen: a line for each page, as it is loaded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun = path.with_suffix(".begun")
        self.seen: dict[str, Seen] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError):
            held = json.loads(path.read_text("utf-8"))
            self.seen = {url: _seen(seen) for url, seen in held.items()}

    def resume(self) -> set[str]:
        """Return the addresses that a listing which was cut short a while ago has loaded."""
        resumed = set[str]()
        with suppress(OSError, ValueError, TypeError):  # the last line may be half a line
            if time.time() - self._begun.stat().st_mtime < RESUMED_SECONDS:
                for line in self._begun.read_text("utf-8").splitlines():
                    url, seen = json.loads(line)
                    self.seen[url] = _seen(seen)
                    resumed.add(url)
        return resumed

    def begin(self, resumed: set[str]) -> None:
        """Begin to write down what a listing sees, or go on doing so."""
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._begun.write_text("".join(self._line(url) for url in resumed), "utf-8")

    def note(self, url: str) -> None:
        """Write down a page of an unfinished listing."""
        with suppress(OSError), self._begun.open("a", encoding="utf-8") as file:
            file.write(self._line(url))

    def keep(self, urls: frozenset[str]) -> None:
        """Write down what is known of these addresses, and forget all others."""
        self.seen = {url: seen for url, seen in self.seen.items() if url in urls}
        with suppress(OSError):
            with NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._path.parent, prefix=".", delete=False
            ) as file:
                json.dump({url: asdict(seen) for url, seen in self.seen.items()}, file)
            os.replace(file.name, self._path)
            self._begun.unlink(missing_ok=True)

    def _line(self, url: str) -> str:
        return json.dumps([url, asdict(self.seen[url])]) + "\n"


def _seen(held: dict[str, Any]) -> Seen:
    return Seen(**{**held, "links": tuple(held["links"])})


class Spool:
    """The bytes of pages between their loading and their reading, each in a file named by their hash.

    They go when they are read, or with the object; those of a killed process wait for the next one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = set[str]()
        finalize(self, _emptied, folder, self._held).atexit = False

    def adopt(self, versions: frozenset[str]) -> None:
        """Keep what a killed process has left of these versions, and remove all else."""
        for file in self._folder.glob("*"):
            if file.name in versions:
                self._held.add(file.name)
            else:
                file.unlink(missing_ok=True)

    def add(self, version: str, data: bytes) -> None:
        """Keep the bytes of a page. Where there is no place for them, they are loaded again."""
        self._held.add(version)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / version).write_bytes(data)

    def take(self, version: str) -> bytes | None:
        """Return the bytes of a page and drop them; None if they are not here, or not whole."""
        if version not in self._held:
            return None
        self._held.discard(version)
        try:
            data = (self._folder / version).read_bytes()
        except OSError:
            return None
        (self._folder / version).unlink(missing_ok=True)
        return data if hashlib.sha256(data).hexdigest() == version else None


def _emptied(folder: Path, versions: set[str]) -> None:
    for version in versions:
        (folder / version).unlink(missing_ok=True)
    with suppress(OSError):  # another process may have pages in it
        folder.rmdir()


class Loader:
    """Loads pages while a source lists its documents, and hands out their bytes when those are fetched.

    A listing that was cut short goes on with the page that it had reached.
    """

    def __init__(self, web: Web, memory: Path, parse: Parse) -> None:
        self._web = web
        self._parse = parse
        self._memory = Memory(memory)
        self._asked: set[str] = set()
        self._failed: dict[str, DocumentUnreadable] = {}
        self._places: dict[str, str] = {}
        self._spool = Spool(memory.with_suffix(".pages"))
        self._is_listing = False

    @contextmanager
    def listing(self) -> Iterator[None]:
        """Remember at its end what was seen in a whole listing."""
        self._asked = self._memory.resume()
        self._failed.clear()
        self._memory.begin(self._asked)
        self._spool.adopt(frozenset(seen.version for seen in self._memory.seen.values()))
        self._is_listing = True
        yield
        self._is_listing = False
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
        seen = replace(known, listed_as=listed_as) if known and page.is_unchanged else self._look(page)
        self._memory.seen[url] = replace(seen, listed_as=listed_as)
        if self._is_listing:
            self._memory.note(url)
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
        self._failed[uri] = error.with_traceback(None)  # which would hold this object, and its pages
        return Entry(uri=uri, name=file_name(url), format=HTML, version="", updated_at=EPOCH, url=url)

    def fetch(self, entry: Entry) -> bytes:
        """Return the bytes of a listed page. Raises DocumentGone, DocumentUnreadable."""
        if error := self._failed.get(entry.uri):
            raise copy(error)
        data = self._spool.take(entry.version)
        return as_text(self._web.get(self._places.get(entry.uri, entry.url))) if data is None else data

    def _look(self, page: Page) -> Seen:
        data, format = as_text(page), format_of(page)
        version = hashlib.sha256(data).hexdigest()
        if format == HTML:
            found = bearings(page, self._parse)
        else:
            found = Bearings(canonical=page.url, links=(), hidden=is_hidden(page.wishes))
        self._spool.add(version, data)
        return Seen(
            url=page.url,
            canonical=found.canonical,
            format=format,
            version=version,
            modified_at=page.modified_at.isoformat(),
            etag=page.validators.etag,
            modified=page.validators.modified,
            links=found.links,
            hidden=found.hidden,
        )
