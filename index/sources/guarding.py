"""HTTP for libraries that make their own requests: to nobody's inner network, and never without end."""

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Timer
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError
from urllib3.response import BaseHTTPResponse

from index.sources.addresses import Ip, ip_of, is_public
from index.sources.fetching import USER_AGENT

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
SECONDS = 900.0
LIMIT = 500_000_000
"""Bytes of one response: more than the newest commit of all but very few repositories of texts."""

TOO_LONG = "it takes too long"


class Deadline:
    """Cuts connections off when their time is over, however slowly something still comes."""

    def __init__(self, seconds: float) -> None:
        self._is_over = Event()
        self._sockets: list[socket.socket] = []
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def is_over(self) -> bool:
        """Whether the time is over."""
        return self._is_over.is_set()

    def watch(self, made: socket.socket) -> None:
        """Cut off a connection, too, of which TLS may take over the socket."""
        self._sockets.append(made.dup())
        if self.is_over():
            self._cut()

    def clear(self) -> None:
        """Let go of the connections; none is cut off any more."""
        self._timer.cancel()
        while self._sockets:
            self._sockets.pop().close()

    def _cut(self) -> None:
        self._is_over.set()
        for each in tuple(self._sockets):
            with suppress(OSError):  # it has ended by itself
                each.shutdown(socket.SHUT_RDWR)


def guarded_pool(
    *,
    limit: int = LIMIT,
    seconds: float = SECONDS,
    allowed_hosts: frozenset[str] = frozenset(),
    permits: Callable[[Ip], bool] = is_public,
) -> urllib3.PoolManager:
    """Return a pool that connects to ``allowed_hosts`` and to where ``permits`` says so, nowhere else.

    The very address that is connected to is judged, after every redirect too. A response may have
    ``limit`` bytes and everything together may take so many ``seconds``. No proxy is used. Clear the
    pool when it is no longer needed.
    """
    deadline = Deadline(seconds)

    def connected(connection: HTTPConnection) -> socket.socket:
        if deadline.is_over():
            raise NewConnectionError(connection, TOO_LONG)
        made = _connected(connection, lambda ip: connection.host in allowed_hosts or permits(ip))
        deadline.watch(made)
        return made

    class Http(HTTPConnection):
        _new_conn = connected

    class Https(HTTPSConnection):
        _new_conn = connected

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = Https

    opened: list[BaseHTTPResponse] = []

    class Pool(urllib3.PoolManager):
        def clear(self) -> None:
            while opened:
                opened.pop().close()  # what was not read to its end holds its connection
            super().clear()
            deadline.clear()

        def urlopen(self, method: str, url: str, redirect: bool = True, **more: Any) -> BaseHTTPResponse:  # type: ignore[override]
            response = super().urlopen(method, url, redirect=redirect, **more)
            response.read = _bounded(response.read, limit, deadline)  # type: ignore[method-assign]
            opened.append(response)
            return response

    pool = Pool(
        headers={"User-Agent": USER_AGENT},
        retries=urllib3.Retry(connect=1, read=1, redirect=5),
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
    )
    pool.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
    return pool


def _connected(connection: HTTPConnection, permits: Callable[[Ip], bool]) -> socket.socket:
    try:
        found = socket.getaddrinfo(connection.host.strip("[]"), connection.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NewConnectionError(connection, f"{connection.host} is not known") from error
    reason = "it leads to an address that is not on the open internet"
    for family, type, protocol, _, place in found:
        if not permits(ip_of(str(place[0]))):
            continue
        made = socket.socket(family, type, protocol)
        try:
            made.settimeout(CONNECT_SECONDS)
            made.connect(place)
        except OSError as error:
            made.close()
            reason = error.strerror or "it does not answer"
        else:
            return made
    raise NewConnectionError(connection, f"{connection.host}: {reason}")


def _bounded(read: Callable[..., bytes], limit: int, deadline: Deadline) -> Callable[..., bytes]:
    """Return a way to read a response that ends it when it gets too large or too late."""
    total = 0

    def bounded(amount: int | None = None, **more: Any) -> bytes:
        nonlocal total
        try:
            data = read(limit + 1 if amount is None else amount, **more)
        except HTTPError as error:
            if deadline.is_over():
                raise ProtocolError(TOO_LONG) from error
            raise
        total += len(data)
        if total > limit:
            raise ProtocolError(f"it holds more than {limit / 1_000_000:g} MB, which is the limit")
        if deadline.is_over():
            raise ProtocolError(TOO_LONG)
        return data

    return bounded
