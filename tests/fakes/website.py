"""A website on this machine: pages by path, each with what a real server would say along with it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

Write: TypeAlias = Callable[[bytes], object]


@dataclass
class Served:
    """An answer. ``body`` may also write for itself, as slowly or as endlessly as it likes."""

    body: bytes | Callable[[Write], None] = b""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class Website:
    """Serves ``pages`` and remembers what was asked; a path of several answers gives one after another."""

    def __init__(self, address: str) -> None:
        self.url = address
        self.pages: dict[str, Served | list[Served]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def serve(self, path: str, body: str | bytes, **said: object) -> None:
        """Serve a page."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Served(data, **said)  # type: ignore[arg-type]

    def paths(self) -> list[str]:
        """Return what was asked for, robots.txt left out."""
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def answer(self, path: str, headers: Mapping[str, str]) -> Served:
        """Return what is said to a request."""
        self.asked.append((path, {name.lower(): value for name, value in headers.items()}))
        found = self.pages.get(path, Served(b"not here", status=404))
        served = (found.pop(0) if len(found) > 1 else found[0]) if isinstance(found, list) else found
        given = {name.lower(): value for name, value in served.headers.items()}
        for validator, condition in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")):
            if validator in given and headers.get(condition) == given[validator]:
                return Served(status=304, headers=served.headers)
        return served


@contextmanager
def website(host: str = "127.0.0.1") -> Iterator[Website]:
    """Serve a website while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served = site.answer(self.path, dict(self.headers))
            self.send_response(served.status)
            self.send_header("Content-Type", served.type)
            for name, value in served.headers.items():
                self.send_header(name, value)
            if isinstance(served.body, bytes):
                self.send_header("Content-Length", str(len(served.body)))
            self.end_headers()
            try:
                if isinstance(served.body, bytes):
                    self.wfile.write(served.body)
                else:
                    served.body(self.wfile.write)
            except OSError:  # whoever asked has left
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    site = Website(f"http://{host}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
