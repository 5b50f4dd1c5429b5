"""The web as a polite reader meets it: one request at a time, robots.txt, patience and redirects."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

from protego import Protego

from index.errors import AddressRefused, DocumentGone, DocumentUnreadable, HostRefused
from index.readers.decoding import MAX_DOCUMENT_BYTES
from index.sources.addresses import host_of, joined, root_of
from index.sources.fetching import AGENT, Fetcher, Response, Unreachable

REDIRECTS = 5
ATTEMPTS = 3
LONGEST_WAIT = 60.0
"""Seconds. A server that wants more patience is asked again by the next sync."""

PAUSE = 0.2
"""Seconds between two requests to a host that does not say how many it wants."""

ROBOTS_BYTES = 512_000
ROBOTS_SECONDS = 3600.0

MOVED = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
BUSY = frozenset({429, 502, 503, 504})

VALUED = frozenset({"max-image-preview", "max-snippet", "max-video-preview", "unavailable_after"})
"""Wishes of an X-Robots-Tag that have a value behind a colon, as names of robots have their wishes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave with a page, to be told next time that the page is the same."""

    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """Return what asks for the page only if it has changed."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that was fetched; ``url`` is where the redirects led. ``data`` of an unchanged one is empty.

    ``wishes`` are what its server asks of robots, such as "noindex".
    """

    url: str
    data: bytes
    media_type: str
    charset: str
    wishes: frozenset[str]
    validators: Validators
    is_unchanged: bool
    modified_at: datetime


@dataclass(slots=True)
class _Host:
    """A host's turn, and when it may be asked again."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Rules:
    robots: Protego | None
    expires_at: float


class Web:
    """Fetches pages. Safe to call from several threads."""

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        pause: float = PAUSE,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._pause = pause
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        self._rules: dict[str, _Rules] = {}

    def get(self, url: str, validators: Validators | None = None, *, limit: int = MAX_DOCUMENT_BYTES) -> Page:
        """Return a page; ``url`` is normal. With ``validators`` it may come back as unchanged.

        Raises DocumentGone, AddressRefused, DocumentTooLarge, Unreachable and DocumentUnreadable.
        """
        asked = validators or Validators()
        return _page(self._followed(url, asked.headers(), limit, before=self._ask_robots), asked)

    def sitemaps(self, url: str) -> list[str]:
        """Return the addresses of sitemaps that the host's robots.txt names."""
        rules = self._rules_of(url)
        return list(rules.sitemaps) if rules else []

    def _ask_robots(self, url: str) -> None:
        rules = self._rules_of(url)
        if rules and not rules.can_fetch(url, AGENT):
            raise AddressRefused(f"The robots.txt of {host_of(url)} asks not to read this page.")

    def _rules_of(self, url: str) -> Protego | None:
        root = root_of(url)
        held = self._rules.get(root)
        if held is None or held.expires_at < self._clock():
            held = _Rules(self._robots(root), self._clock() + ROBOTS_SECONDS)
            self._rules[root] = held
        return held.robots

    def _robots(self, root: str) -> Protego | None:
        """Return what a host asks of robots; while nobody knows what it would ask, nothing is read."""
        try:
            response = self._followed(f"{root}/robots.txt", {}, ROBOTS_BYTES)
        except (HostRefused, Unreachable):
            raise
        except DocumentUnreadable as error:
            raise Unreachable(f"The robots.txt of {host_of(root)} could not be read: {error}") from error
        if response.status in BUSY or response.status >= 500:
            raise Unreachable(f"The robots.txt of {host_of(root)} answers {response.status}.")
        if response.status != 200:
            return None
        return Protego.parse(response.data.decode("utf-8", "replace"))

    def _followed(
        self,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        *,
        before: Callable[[str], None] = lambda url: None,
    ) -> Response:
        """Return what stands where redirects lead; ``before`` is called ahead of each request."""
        for _ in range(REDIRECTS + 1):
            before(url)
            response = self._patiently(url, headers, limit)
            if response.status not in MOVED:
                return response
            url = joined(url, response.headers.get("location", ""))
        raise DocumentUnreadable(f"{host_of(url)} sends from one address to the next without end.")

    def _patiently(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        """Ask again, after a while, a server that is busy or away."""
        ask = partial(self._in_turn, url, headers, limit)
        for attempt in range(1, ATTEMPTS):
            wait = 2.0**attempt
            try:
                response = ask()
            except Unreachable:
                response = None
            if response is not None:
                wait = max(wait, _retry_after(response))
                if response.status not in BUSY or wait > LONGEST_WAIT:
                    return response
            self._sleep(wait)
        return ask()

    def _in_turn(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        with self._lock:
            host = self._hosts.setdefault(host_of(url), _Host())
        with host.lock:
            if (wait := host.free_at - self._clock()) > 0:
                self._sleep(wait)
            try:
                return self._fetcher.get(url, headers, limit=limit)
            finally:
                host.free_at = self._clock() + self._pause_of(url)

    def _pause_of(self, url: str) -> float:
        held = self._rules.get(root_of(url))
        delay = held.robots.crawl_delay(AGENT) if held and held.robots else None
        if delay is not None:
            return min(float(delay), LONGEST_WAIT)
        return 0.0 if self._fetcher.allows(url) else self._pause


def open_web(allowed_hosts: Iterable[str]) -> Web:
    """Return the web, in which these hosts alone may stand in a private network."""
    return Web(Fetcher(allowed_hosts=frozenset(allowed_hosts)))


def _page(response: Response, asked: Validators) -> Page:
    host, status = host_of(response.url), response.status
    if status in GONE:
        raise DocumentGone(f"{host} says that there is no such page ({status}).")
    if status in (401, 403):
        raise DocumentUnreadable(f"{host} does not show this page to everybody ({status}).")
    if status not in (200, 304) or (status == 304 and not asked.headers()):
        raise Unreachable(f"{host} answers {status}, so the page could not be read.")
    return Page(
        url=response.url,
        data=response.data,
        media_type=response.media_type,
        charset=_charset(response.headers.get("content-type", "")),
        wishes=frozenset(_wishes(response.headers.get("x-robots-tag", ""))),
        validators=Validators(
            etag=response.headers.get("etag", asked.etag if status == 304 else ""),
            modified=response.headers.get("last-modified", asked.modified if status == 304 else ""),
        ),
        is_unchanged=status == 304,
        modified_at=_date(response.headers.get("last-modified", "")) or datetime.now(UTC),
    )


def _charset(content_type: str) -> str:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    return ""


def _wishes(header: str) -> Iterator[str]:
    """Yield what an X-Robots-Tag asks of all robots or of this one; others are named before a colon."""
    robot = ""
    for part in header.lower().split(","):
        name, colon, rest = part.strip().partition(":")
        if colon and name not in VALUED and " " not in name:
            robot, part = name, rest
        if robot in ("", AGENT.lower()):
            yield part.strip()


def _retry_after(response: Response) -> float:
    given = response.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return float(given[:9])
    date = _date(given)
    return max(0.0, (date - datetime.now(UTC)).total_seconds()) if date else 0.0


def _date(given: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
