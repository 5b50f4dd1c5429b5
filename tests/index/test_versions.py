"""Documents that describe versions of a product: which they are, and that one of them is searched."""

import pytest

from index.passages import Audience
from tests.index.conftest import Bench

SETS = "The timeout is set with the option wait, in seconds, when the program starts for the first time."


def releases(bench: Bench, sources: frozenset[str] = frozenset()) -> list[str]:
    return bench.searcher.releases(audience=Audience(workspace="local", sources=sources))


def found(bench: Bench, query: str = "timeout option wait", release: str = "") -> dict[str, str]:
    """Return the releases of what is found, by uri."""
    hits = bench.searcher.search(query, k=10, audience=Audience(workspace="local", release=release))
    return {hit.passage.uri: hit.passage.release for hit in hits}


def add(bench: Bench, version: str = "", name: str = "docs") -> None:
    options = {"version": version} if version else {}
    bench.catalog.add_source(
        "local", name=name, kind="folder", origin=str(bench.folder), base_url="", options=options
    )
    bench.sync(name=name)


def test_a_source_is_given_its_version_or_else_its_paths_or_documents_say_it(bench: Bench) -> None:
    bench.write("3.12/guide.md", "# Guide\n\nThe timeout is an option.\n")
    bench.write(
        "notes.md", "---\ntitle: Notes\nversion: v2.1 # the last\n---\n\nThe timeout was no option.\n"
    )
    bench.write("3.11/own.md", "---\nversion: 9.9\n---\n\nThe timeout of wait is three seconds.\n")
    bench.write("plain.md", "---\nversion: 2024-05-17\n---\n\nA timeout ends the wait.\n")
    add(bench)
    assert {
        "3.12/guide.md": "3.12",
        "notes.md": "2.1",
        "3.11/own.md": "3.11",
        "plain.md": "",
    } == found(bench)
    assert ["3.12", "3.11", "2.1"] == releases(bench)


def test_the_version_that_a_source_was_given_goes_before_all(bench: Bench) -> None:
    bench.write("3.12/guide.md", "---\nversion: 9.9\n---\n\nThe timeout is an option.\n")
    add(bench, version="v4.0")
    assert {"3.12/guide.md": "4.0"} == found(bench)


def test_the_address_on_the_web_names_the_version_too(bench: Bench) -> None:
    bench.write("guide.md", "The timeout is an option.\n")
    bench.add(base_url="https://docs.example.org/stable")
    bench.sync()
    assert {"guide.md": "stable"} == found(bench)


def test_a_version_is_a_filter_that_lets_documents_of_none_through(bench: Bench) -> None:
    for name in ("3.12/guide.md", "3.11/guide.md", "guide.md"):
        bench.write(name, f"# Guide\n\nThe timeout of {name[:4]} is an option of wait.\n")
    add(bench)
    assert {"3.12/guide.md", "guide.md"} == set(found(bench, release="3.12"))
    assert {"guide.md"} == set(found(bench, release="9.9"))
    one = Audience(workspace="local", release="3.11")
    other = Audience(workspace="local", release="3.12")
    [hit] = [hit for hit in bench.searcher.search("timeout", k=10, audience=one) if hit.passage.release]
    assert bench.searcher.read_back(hit.passage.id, audience=one) == hit.passage
    assert bench.searcher.read_back(hit.passage.id, audience=other) is None
    assert bench.searcher.following(hit.passage.id, 0, audience=other) is None
    assert bench.searcher.explain("timeout", hit.passage.id, audience=other) is None
    assert len(bench.searcher.paths(audience=Audience(workspace="local", release="9.9"))) == 1
    assert 1 == len(bench.searcher.headings(k=9, audience=Audience(workspace="local", release="9.9")))


def test_a_version_far_down_the_ranking_is_found(bench: Bench) -> None:
    for number in range(120):
        bench.write(f"2.0/{number}.md", f"# Note {number}\n\nThe timeout option wait is note {number}.\n")
    bench.write("1.0/old.md", "# Old\n\nOnce there was a timeout.\n")
    add(bench)
    assert {"1.0/old.md": "1.0"} == found(bench, release="1.0")


@pytest.mark.parametrize(
    ("folders", "first"),
    [
        (("3.9", "3.12", "3.11"), "3.12"),
        (("2.0", "latest", "dev"), "latest"),
        (("dev", "1.0"), "1.0"),
    ],
)
def test_of_the_same_text_in_several_versions_the_newest_is_shown(
    bench: Bench, folders: tuple[str, ...], first: str
) -> None:
    for folder in folders:
        bench.write(f"{folder}/guide.md", f"# Guide\n\n{SETS}\n")
    add(bench)
    [hit] = bench.search("option wait timeout")
    assert first == hit.passage.release
    assert sorted({*folders} - {first}) == sorted(passage.release for passage in hit.also)
    assert SETS == hit.passage.text[slice(*hit.highlight)]
    explained = bench.searcher.explain(
        "option wait timeout", hit.passage.id, audience=Audience(workspace="local")
    )
    assert explained is not None
    [older] = bench.searcher.search(
        "option wait timeout", k=5, audience=Audience(workspace="local", release=folders[0])
    )
    assert folders[0] == older.passage.release


def test_a_version_that_is_told_later_needs_no_reading_and_no_embedding(bench: Bench) -> None:
    bench.write("3.12/guide.md", "The timeout is an option.\n")
    add(bench)
    with bench.catalog.database.write() as db:
        db.execute("UPDATE documents SET release = ''")  # as an earlier Quoth has left it
    before, opened = bench.catalog.revision("local"), list(bench.opened)
    report = bench.sync()
    assert (0, 0, 1) == (report.embedded, report.changed, report.unchanged)
    assert opened == bench.opened
    assert before != bench.catalog.revision("local")
    assert ["3.12"] == releases(bench)
    settled = bench.catalog.revision("local")
    bench.sync()
    assert settled == bench.catalog.revision("local")


def test_a_document_that_is_read_anew_keeps_and_changes_its_version(bench: Bench) -> None:
    bench.write("guide.md", "---\nversion: 1.0\n---\n\nThe timeout is an option.\n")
    add(bench)
    bench.write("guide.md", "---\nversion: 1.1\n---\n\nThe timeout is an option.\n")
    report = bench.sync()
    assert 0 == report.embedded
    assert {"guide.md": "1.1"} == found(bench)
