"""A website on this machine, indexed by the installed command as a site, and asked."""

import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urldefrag

import pytest

from tests.acceptance.conftest import QUOTH, Quoth
from tests.fakes.website import Website, website

pytestmark = pytest.mark.model

SUBJECTS = {
    "kettles": ("Descaling", "A kettle is descaled with citric acid every six weeks."),
    "lamps": ("Bulbs", "The desk lamp takes bulbs of at most forty watts."),
    "ovens": ("Cleaning", "The glass of the oven door is wiped with baking soda."),
}


def page(name: str, heading: str, sentence: str) -> str:
    menu = "".join(f'<li><a href="/manual/{other}">All about {other}</a></li>' for other in SUBJECTS)
    return (
        f"<html><head><title>{name} | Manuals</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<main><h1>The manual of {name}</h1>"
        f'<h2 id="{heading.lower()}">{heading}</h2><p>{sentence}</p></main>'
        "<footer>Imprint and privacy</footer></body></html>"
    )


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as served:
        served.serve("/manual/", "<main><h1>Manuals</h1><p>Choose one of the manuals.</p></main>")
        for name, (heading, sentence) in SUBJECTS.items():
            served.serve(f"/manual/{name}", page(name, heading, sentence), headers={"ETag": f'"{name}"'})
        urls = "".join(f"<url><loc>{served.url}/manual/{name}</loc></url>" for name in SUBJECTS)
        served.serve("/sitemap.xml", f"<urlset>{urls}</urlset>", type="application/xml")
        yield served


def test_a_site_is_indexed_asked_and_kept_fresh(quoth: Quoth, site: Website) -> None:
    added = quoth("sources", "add", f"{site.url}/manual/", "--option", "max-pages=50")
    assert (0, True) == (added.returncode, "(site): 3 documents, 3 passages." in added.stdout), added.stderr

    shown = quoth("ask", "How often is a kettle descaled?").stdout
    assert "A kettle is descaled with citric acid every six weeks." in shown
    [link] = re.findall(r"http://\S+", shown)
    where, anchor = urldefrag(link)
    path = where.removeprefix(site.url)
    assert f'id="{anchor}"'.encode() in site.answer(path, {}).body  # type: ignore[operator]
    assert "All about" not in shown

    site.asked.clear()
    assert "3 unchanged" in quoth("sync").stdout
    assert 3 == sum("if-none-match" in headers for _, headers in site.asked)

    site.serve("/manual/kettles", "", status=410)
    quoth("sync")
    assert "citric acid" not in quoth("ask", "How often is a kettle descaled?").stdout


def test_what_may_not_be_fetched_is_refused_in_a_sentence(quoth: Quoth, site: Website) -> None:
    refused = quoth("sources", "add", f"{site.url.replace('127.0.0.1', 'localhost')}/manual/")
    assert (2, True) == (refused.returncode, "fetch.allowed_hosts" in refused.stderr)
    assert 'allowed_hosts = ["localhost"]' in refused.stderr.splitlines()
    refused = quoth("sources", "add", site.url.replace("//", "//ann:sesame@"))
    assert 2 == refused.returncode
    assert "sesame" not in refused.stdout + refused.stderr


def test_a_first_sync_of_a_site_that_is_killed_five_times_loads_and_embeds_everything_once(
    quoth: Quoth, environment: Mapping[str, str], site: Website, tmp_path: Path
) -> None:
    (tmp_path / "quoth.toml").write_text('[sources]\nseeds = ""\n')
    paths = [f"/notes/{number}" for number in range(150)]
    urls = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in paths)
    site.serve("/sitemap.xml", f"<urlset>{urls}</urlset>", type="application/xml")
    for path in paths:
        site.serve(
            path,
            f"<main><h1>Note {path}</h1><p>This is note {path}, about nothing.</p></main>",
            headers={"ETag": f'"{path}"'},
        )

    def loaded() -> int:
        return sum(path in paths for path in site.paths())

    def embedded() -> int:
        return len(vectors(tmp_path / "data" / "catalog.sqlite"))

    add = ("sources", "add", f"{site.url}/notes/", "--kind", "site")
    kill_when(tmp_path, environment, add, lambda: loaded() >= 40)
    for ready in (
        lambda: loaded() >= 80,
        lambda: loaded() >= 120,
        lambda: embedded() > 0,
        lambda: embedded() > 64,
    ):
        kill_when(tmp_path, environment, ("sync",), ready)
    before = vectors(tmp_path / "data" / "catalog.sqlite")
    assert 0 == quoth("sync").returncode
    after = vectors(tmp_path / "data" / "catalog.sqlite")
    assert (150, True) == (len(after), before < after)
    assert "150" in quoth("sources", "list").stdout
    sent = [path for path, headers in site.asked if path in paths and "if-none-match" not in headers]
    assert set(paths) == set(sent)
    assert len(sent) <= 150 + 5  # a page that was under way at a kill is loaded once more


def kill_when(
    folder: Path, environment: Mapping[str, str], command: tuple[str, ...], is_time: Callable[[], bool]
) -> None:
    process = subprocess.Popen(
        [QUOTH, "--data", "data", *command],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not is_time():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    assert process.poll() is None
    process.kill()
    process.wait()


def vectors(catalog: Path) -> set[int]:
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(catalog)) as db:
        return {id for (id,) in db.execute("SELECT id FROM vectors")}
    return set()


def test_a_page_a_feed_and_a_table_are_answered_from_and_the_links_land(
    quoth: Quoth, site: Website, tmp_path: Path
) -> None:
    site.serve("/rules", page("rules", "Quiet", "The reading room is quiet after nine in the evening."))
    site.serve(
        "/news.xml",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><title>Harvest</title>'
        f'<link href="{site.url}/harvest"/><updated>2026-03-03T09:00:00Z</updated>'
        '<content type="html">&lt;p&gt;The first plums were picked on Tuesday.&lt;/p&gt;</content>'
        "</entry></feed>",
        type="application/atom+xml",
    )
    (tmp_path / "fees.csv").write_text("question,answer\nWhat does a locker cost?,Two euros a month.\n")
    for origin in (f"{site.url}/rules", f"{site.url}/news.xml", "fees.csv"):
        assert "1 document" in quoth("sources", "add", origin).stdout
    listed = quoth("sources", "list").stdout
    assert all(kind in listed for kind in ("page", "feed", "csv"))

    quiet = quoth("ask", "When is the reading room quiet?").stdout
    assert "quiet after nine in the evening" in quiet
    [link] = re.findall(r"http://\S+", quiet)
    assert f"{site.url}/rules#quiet" == link
    assert b'id="quiet"' in site.answer("/rules", {}).body  # type: ignore[operator]
    plums = quoth("ask", "When were the first plums picked?").stdout
    assert "picked on Tuesday" in plums
    assert f"{site.url}/harvest" in plums
    assert "Two euros a month." in quoth("ask", "What does a locker cost?").stdout
