"""One request to a stranger's server: where it may go, how long it may take, how much it may bring."""

import asyncio
import socket
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver

from index.errors import DocumentTooLarge, DocumentUnreadable, HostRefused
from index.readers.decoding import MAX_DOCUMENT_BYTES
from index.sources.addresses import Ip, host_of, ip_of, is_public

AGENT = "Quoth"
USER_AGENT = f"{AGENT}/0.1 (quotes documentation in chats; reads robots.txt)"
CHUNK = 65_536
SECONDS = 30.0
"""From the look-up of the name to the last byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server said: ``data`` is decompressed, ``headers`` are by name in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Unreachable(DocumentUnreadable):
    """No answer came. It may be there in a minute."""


class Fetcher:
    """Makes single requests. Redirects are not followed: each is a request of its own.

    The address of every connection is judged when it is made, by the very number that is connected
    to, so it does not matter what a name meant a moment before. No proxy is used, for behind one
    nobody could tell where a request goes.
    """

    def __init__(
        self,
        *,
        allowed_hosts: frozenset[str] = frozenset(),
        permits: Callable[[Ip], bool] = is_public,
        resolver: Callable[[], AbstractResolver] = ThreadedResolver,
        seconds: float = SECONDS,
    ) -> None:
        """``allowed_hosts`` may stand at any address; all others only where ``permits`` says so."""
        self._allowed_hosts = allowed_hosts
        self._permits = permits
        self._resolver = resolver
        self._seconds = seconds

    def allows(self, url: str) -> bool:
        """Whether the operator has named the host."""
        return host_of(url) in self._allowed_hosts

    def get(self, url: str, headers: Mapping[str, str], *, limit: int = MAX_DOCUMENT_BYTES) -> Response:
        """Return what a server says, whatever its status. ``url`` is normal.

        Raises AddressRefused, DocumentTooLarge, Unreachable and DocumentUnreadable.
        """
        return asyncio.run(self._get(url, headers, limit))

    async def _get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        refused: list[Ip] = []

        def opened(address: Any) -> socket.socket:
            family, type, protocol, _, place = address
            ip = ip_of(place[0])
            if not (self.allows(url) or self._permits(ip)):
                refused.append(ip)
                raise OSError("refused")
            return socket.socket(family, type, protocol)

        connector = aiohttp.TCPConnector(
            resolver=self._resolver(), use_dns_cache=False, force_close=True, socket_factory=opened
        )
        try:
            async with (
                asyncio.timeout(self._seconds),
                aiohttp.ClientSession(
                    connector=connector,
                    trust_env=False,
                    auto_decompress=False,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
                ) as session,
                session.get(url, headers=dict(headers), allow_redirects=False) as response,
            ):
                return await _received(url, response, limit)
        except TimeoutError as error:
            raise Unreachable(f"{host_of(url)} took longer than {self._seconds:g} seconds.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if refused:
                raise HostRefused(host_of(url)) from error
            raise Unreachable(f"{host_of(url)} could not be reached ({_short(error)}).") from error


async def _received(url: str, response: aiohttp.ClientResponse, limit: int) -> Response:
    inflate = _inflater(response.headers.get("Content-Encoding", ""))
    data = bytearray()
    if (response.content_length or 0) > limit:
        raise _too_large(limit)
    async for chunk in response.content.iter_chunked(CHUNK):
        # One byte more than may be: a small file that swells is not swollen any further.
        data += inflate(chunk, limit + 1 - len(data))
        if len(data) > limit:
            raise _too_large(limit)
    return Response(url=url, status=response.status, headers=_headers(response), data=bytes(data))


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Return the headers; one that is given several times is what a list of its values means."""
    names = dict.fromkeys(name.lower() for name in response.headers)
    return {name: ", ".join(response.headers.getall(name)) for name in names}


def _too_large(limit: int) -> DocumentTooLarge:
    return DocumentTooLarge(f"It holds more than {limit / 1_000_000:g} MB, which is the limit.")


def _inflater(encoding: str) -> Callable[[bytes, int], bytes]:
    match encoding.strip().lower():
        case "" | "identity":
            return lambda chunk, most: chunk
        case "gzip" | "x-gzip" | "deflate":
            stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # with either header
            return lambda chunk, most: _inflated(stream, chunk, most)
        case _:
            raise DocumentUnreadable("It is packed in a way that was not asked for.")


def _inflated(stream: Any, chunk: bytes, most: int) -> bytes:
    try:
        return bytes(stream.decompress(chunk, max(1, most)))
    except zlib.error as error:
        raise DocumentUnreadable("It is packed, and could not be unpacked.") from error


def _short(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or error
    return getattr(cause, "strerror", None) or type(cause).__name__
