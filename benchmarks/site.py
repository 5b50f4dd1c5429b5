"""Reads a folder of HTML pages as a site from a web server on this machine, and looks at every page.

    python -m benchmarks.site DIR

Serves DIR with a sitemap.xml, lists it as a source of the kind site, and reads each page as a sync
would, without embedding it. Prints how many pages were found and read, whether every anchor that a
citation would link to stands in its page, whether the text of any navigation is in what would be
quoted, and what a second look costs. Exit status 1 if anything is missing.
"""

import http.server
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from lxml import etree  # type: ignore[import-untyped]

from index.errors import DocumentUnreadable
from index.passages import Extract
from index.readers.html import HtmlReader
from index.sandbox import Sandbox
from index.sources.site import SiteSource
from index.sources.web import open_web

FURNITURE = "//nav | //*[@role='navigation'] | //*[@class='related'] | //*[@class='sphinxsidebar']"
TELLING = 30
"""Characters that a stretch of navigation has at least, to be told from a heading of the same words."""


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and its sitemap, and counts what it is asked for."""

    pages: ClassVar[list[str]] = []
    asked: ClassVar[dict[int, int]] = {}

    def do_GET(self) -> None:
        if self.path != "/sitemap.xml":
            return super().do_GET()
        host = self.headers["Host"]
        urls = "".join(f"<url><loc>http://{host}/{page}</loc></url>" for page in self.pages)
        data = f"<urlset>{urls}</urlset>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        return None

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Count by status."""
        self.asked[int(code)] = self.asked.get(int(code), 0) + 1

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder while the context lasts."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".htm", ".html"))
    Server.pages = [quote(path.relative_to(folder).as_posix()) for path in paths]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def wrong(data: bytes, extract: Extract) -> list[str]:
    """Return the anchors that the page does not have, and the stretches of its navigation that were read."""
    page = etree.fromstring(data, etree.HTMLParser())
    anchors = {str(name) for name in page.xpath("//@id | //a/@name")}
    missing = {block.anchor for block in extract.blocks if block.anchor} - anchors
    text = "\n".join(" ".join(block.text.split()) for block in extract.blocks)
    menus = {" ".join("".join(each.itertext()).split()) for each in page.xpath(FURNITURE)}
    return [*sorted(missing), *(menu[:60] for menu in menus if len(menu) >= TELLING and menu in text)]


def main(folder: Path) -> int:
    """Look at every page."""
    sandbox = Sandbox({})
    with served(folder) as url, tempfile.TemporaryDirectory() as memory, closing(sandbox):
        read, problems = 0, list[str]()
        for look in ("first look", "second look"):
            site = SiteSource(
                url,
                formats=frozenset({"html", "htm"}),
                options={"max-pages": "50000"},
                web=open_web(["127.0.0.1"]),
                memory=Path(memory) / "site.json",
                parse=sandbox.parse,
            )
            Server.asked.clear()
            started = time.monotonic()
            entries = list(site.entries())
            print(
                f"{look}: {len(Server.pages)} pages in the sitemap, {len(entries)} documents, "
                f"{time.monotonic() - started:.1f} s; answers by status: {dict(Server.asked)}"
            )
            if look == "first look":
                for entry in entries:
                    try:
                        data = site.fetch(entry)
                        problems += [
                            f"{entry.uri}: {each}"
                            for each in wrong(data, HtmlReader().read(data, name=entry.name))
                        ]
                        read += 1
                    except DocumentUnreadable as error:
                        problems.append(f"{entry.uri}: {error}")
        print(
            f"{read} documents read; anchors that are missing and navigation that was read: {len(problems)}"
        )
        print("\n".join(problems[:20]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
