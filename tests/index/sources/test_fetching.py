"""Where requests may go, how long they may take and how much they may bring."""

import gzip
import socket
import time
import zlib
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import cycle

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from index.errors import AddressRefused, DocumentGone, DocumentTooLarge, DocumentUnreadable
from index.sources.addresses import Ip, is_below, is_public, joined, normal, prefix_of
from index.sources.fetching import Fetcher, Unreachable
from index.sources.web import Validators, Web
from tests.fakes.website import Served, Website, Write, website

PAGE = "<h1>Tea</h1><p>Green tea wants eighty degrees.</p>"


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as served:
        yield served


class Patience:
    """A clock that goes on by as much as is slept, and remembers that."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def web(fetcher: Fetcher | None = None, patience: Patience | None = None) -> Web:
    patience = patience or Patience()
    return Web(fetcher or allowed(), sleep=patience.sleep, clock=patience)


def allowed(seconds: float = 10) -> Fetcher:
    return Fetcher(allowed_hosts=frozenset({"127.0.0.1"}), seconds=seconds)


class Turncoat(AbstractResolver):
    """Says one address first, and the next one after that: what DNS rebinding is made of."""

    def __init__(self, addresses: Iterator[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=next(self._addresses), port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


# Addresses


@pytest.mark.parametrize(
    "ip",
    """127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200
    0.0.0.0 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 203.0.113.1 192.0.0.192
    168.63.129.16 192.88.99.1 ::1 :: fe80::1 fc00::1 fd00:ec2::254 fec0::1 ff02::1 ::ffff:127.0.0.1
    ::ffff:8.8.8.8 ::127.0.0.1 ::8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1::
    2002:808:808::1 2001:0:1::1 2001:db8::1 ::ffff:0:8.8.8.8""".split(),
)
def test_what_is_not_the_open_internet_is_told(ip: str) -> None:
    assert not is_public(ip_address(ip))


@pytest.mark.parametrize("ip", ["1.1.1.1", "8.8.8.8", "185.199.108.153", "2606:4700:4700::1111"])
def test_the_open_internet_is_told(ip: str) -> None:
    assert is_public(ip_address(ip))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("https://example.org:443/a#b", "https://example.org/a"),
        ("http://example.org:8080/a b?q=ü", "http://example.org:8080/a%20b?q=%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://[::1]:80/a", "http://[::1]/a"),
        ("https://example.org/%7Ea", "https://example.org/%7Ea"),
    ],
)
def test_an_address_is_written_in_one_way(given: str, expected: str) -> None:
    assert expected == normal(given)


@pytest.mark.parametrize(
    "given",
    [
        "https://ann:sesame@example.org/",
        "https://sesame@example.org/",
        "ftp://sesame/",
        "file:///etc/sesame",
        "https://",
        "http://sesame:x/",
        "http://[sesame/",
        "https://a b.sesame/",
        "gopher://sesame",
    ],
)
def test_an_address_that_is_refused_is_not_repeated(given: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        normal(given)
    assert "sesame" not in str(refused.value)


def test_what_is_below_a_page_is_its_folder() -> None:
    assert "https://x.example/docs/" == prefix_of("https://x.example/docs/index.html")
    assert "https://x.example/docs/" == prefix_of("https://x.example/docs")
    assert "https://x.example/en/5.0/" == prefix_of("https://x.example/en/5.0")
    assert is_below("https://x.example/docs", "https://x.example/docs/")
    assert not is_below("https://x.example/docs-old/a", "https://x.example/docs/")
    assert "https://x.example/b?c=1" == joined("https://x.example/a/", "../b?c=1#d")


# Where requests go


def test_the_machine_itself_is_not_fetched_from_unless_its_name_is_allowed(site: Website) -> None:
    site.serve("/tea", PAGE)
    port = site.url.rpartition(":")[2]
    for host in (
        "127.0.0.1",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ):
        with pytest.raises((AddressRefused, Unreachable)):
            web(Fetcher()).get(normal(f"http://{host}:{port}/tea"))
    assert [] == site.asked
    assert PAGE.encode() == web().get(f"{site.url}/tea").data


def test_an_address_that_is_refused_says_who_can_allow_it(site: Website) -> None:
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1 leads to .* fetch\.allowed_hosts"):
        web(Fetcher()).get(f"{site.url}/")


def test_a_redirect_to_a_private_address_is_refused(site: Website) -> None:
    site.pages["/tea"] = Served(status=302, headers={"Location": site.url.replace("127.0.0.1", "127.0.0.2")})
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.2"):
        web().get(f"{site.url}/tea")


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x.example/", "http://a:b@127.0.0.1/", ""])
def test_a_redirect_out_of_the_web_is_refused(site: Website, location: str) -> None:
    site.pages["/tea"] = Served(status=302, headers={"Location": location})
    with pytest.raises(DocumentUnreadable):
        web().get(f"{site.url}/tea")
    assert ["/tea"] * len(site.paths()) == site.paths()


def test_a_name_that_changes_its_address_meanwhile_is_refused() -> None:
    def is_elsewhere(ip: Ip) -> bool:
        return str(ip) == "127.0.0.2"  # stands for a public address that this machine can serve

    with website("0.0.0.0") as site:
        site.serve("/robots.txt", "")
        port = site.url.rpartition(":")[2]
        site.pages["/tea"] = Served(status=302, headers={"Location": "/more"})
        site.serve("/more", "what only this machine may see")
        answers = iter(["127.0.0.2", "127.0.0.2", "127.0.0.1"])
        fetcher = Fetcher(permits=is_elsewhere, resolver=lambda: Turncoat(answers), seconds=10)
        with pytest.raises(AddressRefused, match=r"rebinding\.example leads to"):
            web(fetcher).get(f"http://rebinding.example:{port}/tea")
        assert ["/tea"] == site.paths()


def test_a_proxy_from_the_environment_is_not_used(site: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site.serve("/tea", PAGE)
    assert PAGE.encode() == web().get(f"{site.url}/tea").data


# How long, and how much


def test_a_server_that_drips_is_left(site: Website) -> None:
    def drip(write: Write) -> None:
        for _ in range(100):
            write(b"x")
            time.sleep(0.05)

    site.pages["/slow"] = Served(drip)
    started = time.monotonic()
    with pytest.raises(Unreachable, match="took longer than"):
        allowed(seconds=0.3).get(f"{site.url}/slow", {})
    assert time.monotonic() - started < 3


def test_an_endless_page_is_left(site: Website) -> None:
    def pour(write: Write) -> None:
        while True:
            write(b"x" * 65_536)

    site.pages["/endless"] = Served(pour)
    with pytest.raises(DocumentTooLarge, match="more than 1 MB"):
        allowed().get(f"{site.url}/endless", {}, limit=1_000_000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_page_that_swells_is_left(site: Website, encoding: str) -> None:
    zeros = b"0" * 50_000_000
    packed = gzip.compress(zeros) if encoding == "gzip" else zlib.compress(zeros)
    site.serve("/bomb", packed, headers={"Content-Encoding": encoding})
    with pytest.raises(DocumentTooLarge):
        allowed().get(f"{site.url}/bomb", {}, limit=1_000_000)


def test_a_packed_page_is_unpacked(site: Website) -> None:
    site.serve("/tea", gzip.compress(PAGE.encode()), headers={"Content-Encoding": "gzip"})
    assert PAGE.encode() == web().get(f"{site.url}/tea").data


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, gzip"])
def test_a_page_that_is_not_packed_as_it_says_is_unreadable(site: Website, encoding: str) -> None:
    site.serve("/tea", PAGE, headers={"Content-Encoding": encoding})
    with pytest.raises(DocumentUnreadable, match="packed"):
        allowed().get(f"{site.url}/tea", {})


def test_redirects_without_end_are_left(site: Website) -> None:
    site.pages["/a"] = Served(status=301, headers={"Location": "/b"})
    site.pages["/b"] = Served(status=302, headers={"Location": "/a"})
    with pytest.raises(DocumentUnreadable, match="without end"):
        web().get(f"{site.url}/a")
    assert 6 == len(site.paths())


# Statuses


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_told_from_one_that_is_away(site: Website, status: int) -> None:
    site.serve("/tea", "", status=status)
    with pytest.raises(DocumentGone, match=str(status)):
        web().get(f"{site.url}/tea")


@pytest.mark.parametrize("status", [403, 500, 503, 418])
def test_any_other_refusal_is_no_proof_that_a_page_is_gone(site: Website, status: int) -> None:
    site.serve("/tea", "", status=status)
    with pytest.raises(DocumentUnreadable, match=str(status)) as raised:
        web().get(f"{site.url}/tea")
    assert not isinstance(raised.value, DocumentGone)


def test_a_busy_server_is_asked_again_when_it_says_so(site: Website) -> None:
    site.pages["/tea"] = [
        Served(status=429, headers={"Retry-After": "7"}),
        Served(status=503),
        Served(PAGE.encode()),
    ]
    patience = Patience()
    assert PAGE.encode() == web(patience=patience).get(f"{site.url}/tea").data
    assert [7.0, 4.0] == patience.slept


def test_a_server_that_wants_an_hour_is_left_to_the_next_sync(site: Website) -> None:
    site.serve("/tea", "", status=429, headers={"Retry-After": "3600"})
    patience = Patience()
    with pytest.raises(Unreachable, match="429"):
        web(patience=patience).get(f"{site.url}/tea")
    assert [] == patience.slept


def test_a_page_is_not_sent_again_while_it_is_the_same(site: Website) -> None:
    site.serve("/tea", PAGE, headers={"ETag": '"1"', "Last-Modified": "Mon, 05 Jan 2026 10:00:00 GMT"})
    first = web().get(f"{site.url}/tea")
    assert Validators(etag='"1"', modified="Mon, 05 Jan 2026 10:00:00 GMT") == first.validators
    again = web().get(f"{site.url}/tea", first.validators)
    assert (True, b"", first.validators) == (again.is_unchanged, again.data, again.validators)
    site.serve("/tea", "new", headers={"ETag": '"2"'})
    assert b"new" == web().get(f"{site.url}/tea", first.validators).data


@pytest.mark.parametrize("date", ["Mon, 01 Jan 99999999999 00:00:00 GMT", "yesterday", ""])
def test_a_page_of_an_impossible_date_is_read_all_the_same(site: Website, date: str) -> None:
    site.serve("/tea", PAGE, headers={"Last-Modified": date})
    assert PAGE.encode() == web().get(f"{site.url}/tea").data


# Manners


def test_robots_are_asked_once_and_listened_to(site: Website) -> None:
    site.serve("/robots.txt", "User-agent: quoth\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n")
    site.serve("/tea", PAGE)
    polite = web()
    for _ in range(2):
        assert PAGE.encode() == polite.get(f"{site.url}/tea").data
    with pytest.raises(AddressRefused, match=r"robots\.txt of 127\.0\.0\.1 asks not to"):
        polite.get(f"{site.url}/private/tea")
    assert ["/robots.txt", "/tea", "/tea"] == [path for path, _ in site.asked]
    assert site.asked[0][1]["user-agent"].startswith("Quoth/")


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (Served(status=500), "answers 500"),
        (Served(status=429), "answers 429"),
        (Served(status=302, headers={"Location": "ftp://127.0.0.1/robots.txt"}), "http://"),
        (Served(status=302, headers={"Location": "/robots.txt"}), "without end"),
        (Served(b"#" * 600_000), "more than"),
    ],
)
def test_nothing_is_read_while_nobody_knows_what_robots_may_do(
    site: Website, robots: Served, reason: str
) -> None:
    site.pages["/robots.txt"] = robots
    site.serve("/tea", PAGE)
    with pytest.raises(Unreachable, match=rf"robots\.txt .*{reason}"):
        web().get(f"{site.url}/tea")
    assert [] == site.paths()


def test_a_host_without_robots_txt_may_be_read(site: Website) -> None:
    site.serve("/robots.txt", "", status=404)
    site.serve("/tea", PAGE)
    assert PAGE.encode() == web().get(f"{site.url}/tea").data


@pytest.mark.parametrize(
    ("header", "wishes"),
    [
        ("noindex, NoFollow", {"noindex", "nofollow"}),
        ("otherbot: noindex, nofollow", set()),
        ("nofollow, otherbot: noindex", {"nofollow"}),
        ("otherbot: nofollow, Quoth: noindex", {"noindex"}),
        ("max-snippet: 20, unavailable_after: 25 Jun 2027 15:00:00 GMT, none", {"none"}),
    ],
)
def test_a_server_may_speak_to_all_robots_or_to_one(site: Website, header: str, wishes: set[str]) -> None:
    site.serve("/tea", PAGE, headers={"X-Robots-Tag": header})
    assert wishes == {each for each in web().get(f"{site.url}/tea").wishes if ":" not in each}


def test_the_delay_that_robots_ask_for_is_kept(site: Website) -> None:
    site.serve("/robots.txt", "User-agent: *\nCrawl-delay: 3\n")
    site.serve("/tea", PAGE)
    patience = Patience()
    polite = web(patience=patience)
    for _ in range(3):
        polite.get(f"{site.url}/tea")
    assert [3.0, 3.0] == patience.slept


def test_a_stranger_is_given_a_pause_between_requests() -> None:
    with website("0.0.0.0") as site:
        port = site.url.rpartition(":")[2]
        site.serve("/tea", PAGE)
        fetcher = Fetcher(permits=lambda ip: True, resolver=lambda: Turncoat(cycle(["127.0.0.1"])))
        patience = Patience()
        polite = web(fetcher, patience)
        for _ in range(2):
            polite.get(f"http://stranger.example:{port}/tea")
    assert [0.2, 0.2] == [round(each, 3) for each in patience.slept]
