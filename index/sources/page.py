"""One web page, or one document of another format on the web."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from index.errors import DocumentGone, DocumentUnreadable, SourceUnavailable
from index.ports import Entry, Parse
from index.sources.loading import Loader
from index.sources.options import Options
from index.sources.web import Web


class PageSource:
    """A page as a source of one document."""

    OPTIONS: ClassVar[Options] = {}

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
        """``memory`` is the file in which it is remembered what the server said of the page's age."""
        self._url = origin
        self._formats = formats
        self._loader = Loader(web, memory, parse)

    def entries(self) -> Iterator[Entry]:
        """List the one page. Raises SourceUnavailable."""
        with self._loader.listing():
            try:
                seen = self._loader.load(self._url)
            except DocumentGone as error:
                yield self._loader.failed(self._url, error)
                return
            except DocumentUnreadable as error:
                raise SourceUnavailable(str(error)) from error
            if seen.format not in self._formats:
                raise SourceUnavailable("What stands at the address is in no format that I can read.")
            yield self._loader.entry(self._url, seen)

    def find(self, uri: str) -> Entry | None:
        """Return one page, loaded anew; None if it is gone."""
        return self._loader.find(uri)

    def fetch(self, entry: Entry) -> bytes:
        """Return the page. Raises DocumentGone, DocumentUnreadable."""
        return self._loader.fetch(entry)
