"""Pages, sites and feeds: which documents they have, and what a sync does with them."""

import gzip
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from index.catalog import SourceRecord
from index.errors import SourceUnavailable
from index.passages import SyncReport
from index.ports import Parse, Source
from index.sources.content import as_text
from index.sources.feed import FeedSource
from index.sources.fetching import Fetcher
from index.sources.guessing import kind_of
from index.sources.loading import RESUMED_SECONDS, Loader
from index.sources.page import PageSource
from index.sources.site import SiteSource
from index.sources.web import Web
from index.testing import HashingEmbedder
from tests.fakes.parsing import parse_here
from tests.fakes.website import Served, Website, website
from tests.index.conftest import READERS, Bench
from tests.index.trapping import TRAPS, on_unix, trapping
from tests.index.traps import trap_of

HERE = frozenset({"127.0.0.1"})

KINDS: dict[str, Callable[..., Source]] = {"page": PageSource, "site": SiteSource, "feed": FeedSource}


def page(text: str, head: str = "", links: tuple[str, ...] = ()) -> str:
    anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f"<html><head><title>{text}</title>{head}</head><body><nav><ul>{anchors}</ul></nav>"
        f'<main><h1 id="top">{text}</h1><p>{text} is brewed with care.</p></main></body></html>'
    )


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as served:
        yield served


class Sources:
    """Web sources that are added and synced."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.bench = Bench(
            folder=data / "docs", data=data, embedder=HashingEmbedder(), open_source=self._open
        )
        self.slept: list[float] = []
        self.parse: Parse = parse_here

    def _open(self, record: SourceRecord) -> Source:
        web = Web(
            Fetcher(allowed_hosts=HERE, seconds=10),
            sleep=self.slept.append,
            clock=lambda: sum(self.slept),
        )
        return KINDS[record.kind](
            record.origin,
            formats=frozenset(READERS),
            options=record.options,
            web=web,
            memory=self.data / "web" / f"{record.id}.json",
            parse=self.parse,
        )

    def add(self, kind: str, origin: str, **options: str) -> SyncReport:
        self.bench.catalog.add_source(
            "local",
            name="docs",
            kind=kind,
            origin=origin,
            base_url="",
            options={name.replace("_", "-"): value for name, value in options.items()},
        )
        return self.bench.sync()

    def sync(self) -> SyncReport:
        return self.bench.sync()

    def uris(self) -> list[str]:
        """Return where the documents stand, without what all of them begin with."""
        record = self.bench.catalog.source("local", "docs")
        return [
            each.uri.partition("//")[2].partition("/")[2] for each in self.bench.catalog.documents(record)
        ]

    def url(self, query: str) -> str:
        return self.bench.search(query)[0].passage.url


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


def sitemap(site: Website, *paths: str, changed: str = "") -> str:
    lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
    urls = "".join(f"<url><loc>{site.url}{path}</loc>{lastmod}</url>" for path in paths)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


# Pages


def test_a_page_is_a_source_of_one_document(site: Website, sources: Sources) -> None:
    site.serve("/tea", page("Green tea", links=("/coffee",)))
    assert 1 == sources.add("page", f"{site.url}/tea").added
    assert ["tea"] == sources.uris()
    hit = sources.bench.search("green tea brewed")[0].passage
    assert (f"{site.url}/tea", "top") == (hit.url, hit.anchor)
    assert "coffee" not in hit.text


def test_a_page_that_is_the_same_costs_one_request_that_sends_nothing(
    site: Website, sources: Sources
) -> None:
    site.serve("/tea", page("Green tea"), headers={"ETag": '"1"'})
    sources.add("page", f"{site.url}/tea")
    site.asked.clear()
    assert 1 == sources.sync().unchanged
    assert [("/tea", '"1"')] == [
        (path, headers.get("if-none-match")) for path, headers in site.asked if path != "/robots.txt"
    ]
    site.serve("/tea", page("Black tea"), headers={"ETag": '"2"'})
    assert 1 == sources.sync().changed
    assert "Black" in sources.bench.search("tea brewed")[0].passage.text


def test_what_was_remembered_of_a_page_may_be_lost(site: Website, sources: Sources) -> None:
    site.serve("/tea", page("Green tea"), headers={"ETag": '"1"'})
    sources.add("page", f"{site.url}/tea")
    [memory] = (sources.data / "web").iterdir()
    memory.write_text("{broken")
    assert 1 == sources.sync().unchanged


def test_a_page_that_is_gone_is_removed_and_one_that_is_away_is_kept(site: Website, sources: Sources) -> None:
    site.serve("/tea", page("Green tea"))
    sources.add("page", f"{site.url}/tea")
    site.serve("/tea", "", status=503)
    with pytest.raises(SourceUnavailable, match="503"):
        sources.sync()
    assert ["tea"] == sources.uris()
    site.serve("/tea", "", status=410)
    report = sources.sync()
    assert (1, 1) == (report.removed, len(report.failures))
    assert [] == sources.uris()


def test_a_document_of_another_format_is_read_by_its_type(site: Website, sources: Sources) -> None:
    site.serve("/notes", b"# Tea\n\nGreen tea wants care.\n", type="text/markdown; charset=utf-8")
    sources.add("page", f"{site.url}/notes")
    assert "Tea" == sources.bench.search("green tea")[0].passage.title


@pytest.mark.parametrize("type", ["image/png", "application/zip", "application/octet-stream"])
def test_what_no_reader_reads_is_refused(site: Website, sources: Sources, type: str) -> None:
    site.serve("/tea", page("Green tea"), type=type)
    with pytest.raises(SourceUnavailable, match="in no format that I can read"):
        sources.add("page", f"{site.url}/tea")


def test_the_encoding_that_the_server_names_counts(site: Website, sources: Sources) -> None:
    text = page("Grüner Tee").encode("iso-8859-1")
    site.serve("/tee", text, type="text/html; charset=ISO-8859-1")
    sources.add("page", f"{site.url}/tee")
    assert "Grüner" in sources.bench.search("Tee")[0].passage.text


def test_an_encoding_that_is_none_of_text_is_not_used(site: Website, sources: Sources) -> None:
    site.serve("/tea", page("Green tea"), type="text/html; charset=rot13")
    site.serve("/coffee", page("Black coffee"), type="text/html; charset=punycode")
    sources.add("page", f"{site.url}/tea")
    assert "Green tea" in sources.bench.search("tea")[0].passage.text
    assert (
        as_text(Web(Fetcher(allowed_hosts=HERE)).get(f"{site.url}/coffee")) == page("Black coffee").encode()
    )


def test_a_text_whose_address_ends_with_a_version_is_plain_text(site: Website, sources: Sources) -> None:
    site.serve("/notes/1.0", "Green tea wants care.", type="text/plain")
    sources.add("page", f"{site.url}/notes/1.0")
    assert "Green tea" in sources.bench.search("tea")[0].passage.text


# Sites with a sitemap


def test_a_sitemap_says_which_pages_a_site_has(site: Website, sources: Sources) -> None:
    site.serve("/docs/", page("Start", links=("/docs/hidden",)))
    for name in ("green", "black", "hidden"):
        site.serve(f"/docs/{name}", page(f"{name} tea"))
    site.serve("/blog", page("A post"))
    site.serve("/sitemap.xml", sitemap(site, "/docs/green", "/docs/black", "/blog"), type="application/xml")
    assert 2 == sources.add("site", f"{site.url}/docs/").added
    assert ["docs/black", "docs/green"] == sources.uris()
    assert sorted(set(site.paths())) == sorted(
        ["/docs/", "/docs/sitemap.xml", "/sitemap.xml", "/docs/green", "/docs/black"]
    )
    assert len(set(site.paths())) == len(site.paths()), "no page is loaded twice"


def test_sitemaps_of_sitemaps_packed_ones_and_those_that_robots_name_are_read(
    site: Website, sources: Sources
) -> None:
    site.serve("/", page("Start"))
    for name in ("a", "b"):
        site.serve(f"/{name}", page(f"{name} tea"))
    site.serve("/robots.txt", f"Sitemap: {site.url}/index.xml\n", type="text/plain")
    places = "".join(f"<sitemap><loc>{site.url}/{name}</loc></sitemap>" for name in ("1.xml", "2.xml.gz"))
    site.serve("/index.xml", f"<sitemapindex>{places}</sitemapindex>", type="text/xml")
    site.serve("/1.xml", sitemap(site, "/a"), type="text/xml")
    site.serve("/2.xml.gz", gzip.compress(sitemap(site, "/b").encode()), type="application/gzip")
    sources.add("site", f"{site.url}/")
    assert ["a", "b"] == sources.uris()


def test_a_page_that_is_as_old_as_before_by_the_sitemap_is_not_asked_for(
    site: Website, sources: Sources
) -> None:
    site.serve("/", page("Start"))
    site.serve("/a", page("a tea"))
    site.serve("/sitemap.xml", sitemap(site, "/a", changed="2026-01-01"))
    sources.add("site", f"{site.url}/")
    site.asked.clear()
    assert 1 == sources.sync().unchanged
    assert "/a" not in site.paths()
    site.serve("/a", page("another tea"))
    site.serve("/sitemap.xml", sitemap(site, "/a", changed="2026-01-02"))
    assert 1 == sources.sync().changed


def test_a_listed_page_that_is_gone_goes_and_one_that_is_away_stays(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start"))
    for name in ("a", "b", "c"):
        site.serve(f"/{name}", page(f"{name} tea"))
    site.serve("/sitemap.xml", sitemap(site, "/a", "/b", "/c"))
    sources.add("site", f"{site.url}/")
    site.serve("/a", "", status=404)
    site.serve("/b", "", status=500)
    report = sources.sync()
    assert ["b", "c"] == sources.uris()
    assert [f"{site.url}/a", f"{site.url}/b"] == [failure.uri for failure in report.failures]
    assert ["404", "500"] == [
        status for failure in report.failures for status in ("404", "500") if status in failure.reason
    ]


def test_a_sitemap_that_is_away_empties_no_site(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start"))
    for name in ("a", "b"):
        site.serve(f"/{name}", page(f"{name} tea"))
    site.serve("/sitemap.xml", sitemap(site, "/a", "/b"))
    sources.add("site", f"{site.url}/")
    site.serve("/sitemap.xml", "", status=503)
    report = sources.sync()
    assert {"a", "b"} <= set(sources.uris())
    assert 0 == report.removed
    assert report.failures


def test_a_sitemap_bomb_is_left(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start", links=("/a",)))
    site.serve("/a", page("a tea"))
    site.serve("/robots.txt", f"Sitemap: {site.url}/bomb.xml.gz\n")
    site.serve("/bomb.xml.gz", gzip.compress(b" " * 60_000_000), type="application/gzip")
    report = sources.add("site", f"{site.url}/")
    assert ["", "a"] == sources.uris()
    assert "more than 50 MB" in report.failures[0].reason


def test_entities_in_a_sitemap_are_not_expanded(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start"))
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(9))
    evil = f'<!DOCTYPE x [{lol}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    urls = f"<urlset><url><loc>{site.url}/&l8;</loc></url><url><loc>{site.url}/&f;</loc></url></urlset>"
    site.serve("/sitemap.xml", evil + urls)
    sources.add("site", f"{site.url}/")
    assert all(len(path) < 100 and "root" not in path for path in site.paths())


# Sites without one


def test_without_a_sitemap_links_below_the_address_are_followed(site: Website, sources: Sources) -> None:
    site.serve(
        "/docs/", page("Start", links=("a", "./b#part", "/blog", "https://else.example/docs/", "a?x=1"))
    )
    site.serve("/docs/a", page("a tea", links=("deep/c", "/docs/", "mailto:ann@x.example", "logo.png")))
    site.serve("/docs/b", page("b tea", links=("/docs/missing",)))
    site.serve("/docs/deep/c", page("c tea", links=("javascript:void(0)",)))
    sources.add("site", f"{site.url}/docs/")
    assert ["docs", "docs/a", "docs/b", "docs/deep/c"] == sources.uris()
    assert not {"/blog", "/docs/a?x=1", "/docs/logo.png"} & set(site.paths())
    assert len(set(site.paths())) == len(site.paths())


def test_a_crawl_is_bounded_in_depth_and_pages(site: Website, sources: Sources) -> None:
    for number in range(30):
        site.serve(f"/{number or ''}", page(f"Page {number}", links=(f"/{number + 1}",)))
    sources.add("site", f"{site.url}/", depth="2")
    assert ["", "1", "2"] == sources.uris()
    sources.bench.catalog.remove_source("local", "docs")
    sources.add("site", f"{site.url}/", max_pages="5")
    assert 5 == len(sources.uris())


class Killed(Exception):
    """A sync ends here."""


def test_a_listing_that_was_cut_short_goes_on_and_loads_no_page_again(
    site: Website, sources: Sources, tmp_path: Path
) -> None:
    paths = [f"/{n}" for n in range(9)]
    site.serve("/sitemap.xml", sitemap(site, *paths), type="application/xml")
    for path in paths:
        site.serve(path, page(f"tea {path}"))
    # Whoever is killed leaves files behind; one that ends removes them.
    killed = Loader(Web(Fetcher(allowed_hosts=HERE, seconds=10)), tmp_path / "web" / "1.json", parse_here)
    with suppress(Killed), killed.listing():
        for path in paths[:5]:
            killed.load(f"{site.url}{path}")
        raise Killed
    with (tmp_path / "web" / "1.begun").open("a") as file:
        file.write('["http://half a li')
    site.asked.clear()
    report = sources.add("site", f"{site.url}/")
    assert (9, 9) == (report.added, report.embedded)
    assert paths[5:] == [path for path in site.paths() if path in paths]
    assert ["1.json"] == [left.name for left in (tmp_path / "web").iterdir()]


def test_a_listing_that_was_cut_short_long_ago_looks_at_its_pages_anew(site: Website, tmp_path: Path) -> None:
    site.serve("/a", page("a tea"))
    fetcher = Web(Fetcher(allowed_hosts=HERE, seconds=10))

    def listed(when: float) -> list[str]:
        site.asked.clear()
        memory = Path(tempfile.mkdtemp(dir=tmp_path)) / "1.json"
        loader = Loader(fetcher, memory, parse_here)
        with suppress(Killed), loader.listing():
            loader.load(f"{site.url}/a")
            raise Killed
        os.utime(memory.with_suffix(".begun"), (when, when))
        later = Loader(fetcher, memory, parse_here)
        with later.listing():
            later.load(f"{site.url}/a")
        return site.paths()

    assert ["/a"] == listed(time.time())
    assert ["/a", "/a"] == listed(time.time() - RESUMED_SECONDS)


def test_the_same_page_under_several_addresses_is_one_document(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start", links=("/a", "/copy", "/print", "/moved")))
    site.serve("/a", page("a tea"))
    site.serve("/copy", page("a tea"))
    site.serve("/print", page("a tea in print", head='<link rel="canonical" href="/a">'))
    site.pages["/moved"] = Served(status=301, headers={"Location": "/a"})
    sources.add("site", f"{site.url}/")
    assert ["", "a"] == sources.uris()


def test_a_canonical_address_of_another_host_is_not_believed(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start tea", head='<link rel="canonical" href="https://evil.example/">'))
    sources.add("site", f"{site.url}/")
    assert f"{site.url}/" == sources.url("start tea")


def test_pages_that_want_not_to_be_found_or_followed_are_left_alone(site: Website, sources: Sources) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /private\n")
    site.serve("/", page("Start", links=("/private", "/draft", "/secret", "/note.txt", "/end")))
    site.serve("/private", page("private tea"))
    site.serve("/draft", page("draft tea", head='<meta name="robots" content="noindex, follow">'))
    site.serve("/secret", page("secret tea", head='<META NAME="ROBOTS" CONTENT="NOINDEX">'))
    site.serve("/note.txt", "noted tea", type="text/plain", headers={"X-Robots-Tag": "noindex"})
    site.serve("/end", page("end tea", head='<meta name="robots" content="nofollow">', links=("/beyond",)))
    site.serve("/beyond", page("beyond tea"))
    sources.add("site", f"{site.url}/")
    assert ["", "end"] == sources.uris()
    assert not {"/private", "/beyond"} & set(site.paths())


def test_what_lies_behind_a_page_that_is_away_is_kept(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start", links=("/a",)))
    site.serve("/a", page("a tea", links=("/b",)))
    site.serve("/b", page("b tea"))
    sources.add("site", f"{site.url}/")
    site.serve("/a", "", status=500)
    assert 0 == sources.sync().removed
    [memory] = (sources.data / "web").iterdir()
    memory.unlink()
    assert 0 == sources.sync().removed
    assert ["", "a", "b"] == sources.uris()


def test_an_unchanged_site_is_crawled_without_loading_it_again(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start", links=("/a",)), headers={"ETag": '"1"'})
    site.serve("/a", page("a tea", links=("/b",)), headers={"ETag": '"2"'})
    site.serve("/b", page("b tea"), headers={"ETag": '"3"'})
    sources.add("site", f"{site.url}/")
    site.asked.clear()
    assert (3, 0) == ((report := sources.sync()).unchanged, report.changed)
    conditional = [path for path, headers in site.asked if "if-none-match" in headers]
    assert ["/", "/a", "/b"] == conditional


def test_a_site_that_is_away_says_so_and_keeps_everything(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start"))
    sources.add("site", f"{site.url}/")
    site.serve("/", "", status=502)
    with pytest.raises(SourceUnavailable, match="502"):
        sources.sync()
    assert [""] == sources.uris()


def test_one_document_is_found_without_going_through_the_site(site: Website, sources: Sources) -> None:
    site.serve("/", page("Start", links=("/a", "/b")))
    site.serve("/a", page("a tea"))
    site.serve("/b", page("b tea"))
    sources.add("site", f"{site.url}/")
    site.asked.clear()
    record = sources.bench.catalog.source("local", "docs")
    site.serve("/b", "", status=404)
    texts = sources.bench.syncer.live_texts(record, [f"{site.url}/a", f"{site.url}/b"])
    assert [f"{site.url}/a"] == list(texts)
    assert ["/a", "/b"] == site.paths()


# Feeds


ATOM_TYPE = "application/atom+xml"

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
<entry><title>Green &amp; fresh</title><link href="{url}/green"/>
<updated>2026-01-02T03:04:05Z</updated>
<content type="html">&lt;p&gt;Green tea has arrived.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</content>
</entry>
<entry><title>Black</title><link href="/black"/><updated>2026-01-01T00:00:00Z</updated>
<summary>Only a summary.</summary></entry></feed>"""


@pytest.fixture
def feed(site: Website) -> Website:
    site.serve("/feed.xml", ATOM.format(url=site.url), type=ATOM_TYPE)
    site.serve("/green", page("The page about green"))
    site.serve("/black", page("The page about black"))
    return site


def test_entries_with_content_are_read_from_the_feed_and_others_from_their_pages(
    feed: Website, sources: Sources
) -> None:
    assert 2 == sources.add("feed", f"{feed.url}/feed.xml").added
    assert ["black", "green"] == sources.uris()
    hit = sources.bench.search("arrived")[0].passage
    assert ("Green & fresh", "Green tea has arrived.") == (hit.title, hit.text)
    assert 2026 == hit.updated_at.year
    assert "The page about black" == sources.bench.search("page about black")[0].passage.title
    assert "/green" not in feed.paths()
    assert 2 == sources.sync().unchanged


@pytest.mark.parametrize(
    ("read", "texts"), [("pages", "The page about green"), ("entries", "Only a summary")]
)
def test_what_is_read_of_a_feed_can_be_chosen(feed: Website, sources: Sources, read: str, texts: str) -> None:
    sources.add("feed", f"{feed.url}/feed.xml", read=read)
    assert texts in "".join(
        f"{hit.passage.title} {hit.passage.text}" for hit in sources.bench.search("green")
    )


def test_an_entry_that_leaves_the_feed_is_no_longer_quoted(feed: Website, sources: Sources) -> None:
    sources.add("feed", f"{feed.url}/feed.xml", max_entries="1")
    assert ["green"] == sources.uris()


def test_new_entries_may_push_out_all_others(site: Website, sources: Sources) -> None:
    def serve(numbers: range) -> None:
        entries = "".join(
            f"<entry><title>{n}</title><link href='/{n}'/><content>News of day{n}.</content></entry>"
            for n in numbers
        )
        site.serve("/feed.xml", f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>", type=ATOM_TYPE)

    serve(range(6))
    sources.add("feed", f"{site.url}/feed.xml")
    serve(range(6, 12))
    assert (6, ()) == ((report := sources.sync()).removed, report.held)
    serve(range(11, 12))
    assert 5 == sources.sync().held[0].lost


def test_a_page_is_no_feed(feed: Website, sources: Sources) -> None:
    with pytest.raises(SourceUnavailable, match="is no feed"):
        sources.add("feed", f"{feed.url}/green")


# Kinds


def test_the_kind_of_an_address_is_told(feed: Website, sources: Sources) -> None:
    web = Web(Fetcher(allowed_hosts=frozenset({"127.0.0.1"})))
    feed.serve("/docs/", page("Start"))
    assert ["feed", "page", "page"] == [
        kind_of(web, parse_here, f"{feed.url}{path}") for path in ("/feed.xml", "/green", "/docs/")
    ]
    feed.serve("/sitemap.xml", sitemap(feed, "/docs/a", "/docs/b", "/green"))
    assert "site" == kind_of(web, parse_here, f"{feed.url}/docs/")
    assert "page" == kind_of(web, parse_here, f"{feed.url}/green")
    with pytest.raises(SourceUnavailable, match="404"):
        kind_of(web, parse_here, f"{feed.url}/nowhere")


# Traps


@pytest.fixture
def trapped(sources: Sources) -> Iterator[Sources]:
    with trapping() as sources.parse:
        yield sources


@on_unix
@pytest.mark.parametrize("fault", TRAPS)
def test_a_page_whose_links_are_a_trap_is_left_and_the_rest_goes_on(
    site: Website, trapped: Sources, fault: str
) -> None:
    site.serve("/docs/", page("Start", links=("a", "b")))
    site.serve("/docs/a", page("Green tea", head=trap_of(fault)))
    site.serve("/docs/b", page("Black tea"))
    report = trapped.add("site", f"{site.url}/docs/")
    assert ["docs", "docs/b"] == sorted(trapped.uris())
    assert {f"{site.url}/docs/a", f"{site.url}/docs/"} == {failure.uri for failure in report.failures}
    assert all(TRAPS[fault] in failure.reason for failure in report.failures)


@on_unix
@pytest.mark.parametrize("fault", TRAPS)
def test_a_feed_that_is_a_trap_keeps_what_it_had(feed: Website, trapped: Sources, fault: str) -> None:
    trapped.add("feed", f"{feed.url}/feed.xml", read="entries")
    held = trapped.uris()
    feed.serve("/feed.xml", trap_of(fault))
    with pytest.raises(SourceUnavailable, match=TRAPS[fault]):
        trapped.sync()
    assert held == trapped.uris()


@on_unix
@pytest.mark.parametrize("fault", TRAPS)
def test_a_sitemap_that_is_a_trap_is_left_and_the_site_stays(
    site: Website, trapped: Sources, fault: str
) -> None:
    for path in ("/a", "/b"):
        site.serve(path, page(f"{path[1]} tea"))
    index = "".join(f"<sitemap><loc>/{name}.xml</loc></sitemap>" for name in ("one", "two"))
    site.serve("/sitemap.xml", f"<sitemapindex>{index}</sitemapindex>")
    site.serve("/one.xml", sitemap(site, "/a"))
    site.serve("/two.xml", sitemap(site, "/b"))
    trapped.add("site", f"{site.url}/")
    site.serve("/one.xml", trap_of(fault))
    report = trapped.sync()
    assert [TRAPS[fault] in failure.reason for failure in report.failures] == [True]
    assert ["a", "b"] == sorted(trapped.uris())
