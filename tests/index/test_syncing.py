"""What a sync does to the catalogue, and what it leaves alone."""

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from filelock import FileLock

from index.errors import (
    CatalogBusy,
    CatalogNewer,
    EmbedderChanged,
    SourceUnavailable,
    SourceUnknown,
    SyncBusy,
)
from index.passages import Audience, BlockKind, Extract, Held, Step
from index.readers.outline import Outline
from index.testing import HashingEmbedder
from tests.index.conftest import READERS, Bench

TEA = "# Tea\n\n## Brewing\n\nPour water at eighty degrees over green leaves and wait two minutes.\n"
COFFEE = "# Coffee\n\n## Grinding\n\nGrind the beans coarsely for a press and finely for espresso.\n"


def test_a_first_sync_makes_every_document_findable(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.write("deep/coffee.md", COFFEE)
    bench.add()
    report = bench.sync()
    assert (2, 2) == (report.added, report.embedded)
    [first, *_] = bench.search("how do I grind beans for espresso")
    assert ("deep/coffee.md", "Coffee", ("Grinding",)) == (
        first.passage.uri,
        first.passage.title,
        first.passage.heading,
    )


def test_every_passage_is_a_slice_of_its_documents_text(bench: Bench) -> None:
    bench.write("tea.md", TEA * 3)
    bench.add()
    bench.sync()
    for hit in bench.search("tea", k=50):
        text = bench.catalog.document_text(hit.passage.document_id)
        assert text is not None
        assert hit.passage.text == text[hit.passage.start : hit.passage.end]


def test_the_documents_of_a_source_are_listed_with_their_titles(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.write("deep/coffee.md", COFFEE + "\n## Milling\n\nMill it slowly.\n")
    source = bench.add()
    bench.sync()
    bench.add(workspace="other", name="same")
    bench.sync(workspace="other", name="same")
    assert ["deep/coffee.md", "tea.md"] == [d.uri for d in bench.catalog.documents(source)]
    assert [("Coffee", 2), ("Tea", 1)] == [
        (document.title, document.passages) for document in bench.catalog.documents(source)
    ]


def test_a_second_sync_embeds_nothing(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    report = bench.sync()
    assert (0, 1) == (report.embedded, report.unchanged)


def test_a_touched_file_with_the_same_bytes_is_not_read_again(bench: Bench) -> None:
    path = bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    os.utime(path, (1, 1))
    report = bench.sync()
    assert (0, 0, 1) == (report.changed, report.embedded, report.unchanged)


def test_only_the_changed_passage_is_embedded_and_the_other_keeps_its_id(bench: Bench) -> None:
    bench.write("drinks.md", "# Drinks\n\n## Tea\n\nGreen leaves.\n\n## Coffee\n\nBrown beans.\n")
    bench.add()
    bench.sync()
    before = bench.search("green leaves")[0].passage.id
    bench.write(
        "drinks.md", "# Drinks\n\n## Milk\n\nWhite.\n\n## Tea\n\nGreen leaves.\n\n## Coffee\n\nBlack beans.\n"
    )
    report = bench.sync()
    assert (1, 2) == (report.changed, report.embedded)
    assert before == bench.search("green leaves")[0].passage.id


def test_a_removed_file_is_gone_from_search_in_the_same_sync(bench: Bench) -> None:
    path = bench.write("tea.md", TEA)
    bench.write("coffee.md", COFFEE)
    bench.add()
    bench.sync()
    path.unlink()
    report = bench.sync()
    assert 1 == report.removed
    assert {"coffee.md"} == {hit.passage.uri for hit in bench.search("green tea leaves")}


def test_identical_text_is_embedded_once(bench: Bench) -> None:
    bench.write("a.md", TEA)
    bench.write("b.md", TEA)
    bench.add()
    bench.add(workspace="other")
    assert 1 == bench.sync().embedded
    assert 0 == bench.sync(workspace="other").embedded
    [hit] = bench.search("green leaves")
    assert {"a.md", "b.md"} == {passage.uri for passage in (hit.passage, *hit.also)}


def test_the_same_page_in_two_sources_is_one_place(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    for name, base_url in (("one", "https://example.org/"), ("two", "https://example.org/"), ("three", "")):
        bench.add(name=name, base_url=base_url)
        bench.sync(name=name)
    [hit] = bench.search("green leaves")
    assert ["three"] == [passage.source for passage in hit.also if passage.source != hit.passage.source]


def test_a_row_of_a_table_is_linked_as_it_says_itself(bench: Bench) -> None:
    bench.write(
        "faq.csv", "question,answer,link\nHow hot?,Eighty degrees.,https://example.org/faq#pw\nCups?,Big.,"
    )
    table = bench.folder / "faq.csv"
    bench.catalog.add_source(
        "local", name="faq", kind="csv", origin=str(table), base_url="https://example.org/a"
    )
    bench.sync(name="faq")
    [row] = bench.catalog.document_passages("local", "faq", "faq.csv, row 2")
    assert ("https://example.org/faq#pw", "") == (row.url, row.anchor)
    [row] = bench.catalog.document_passages("local", "faq", "faq.csv, row 3")
    assert ("https://example.org/a", "") == (row.url, row.anchor)


def test_a_broken_document_is_named_and_the_rest_is_indexed(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.write("broken.md", b"\x89PNG\r\n\x1a\n\x00\x00")
    bench.write("empty.txt", "")
    bench.add()
    report = bench.sync()
    assert ["broken.md", "empty.txt"] == [failure.uri for failure in report.failures]
    assert "tea.md" == bench.search("green leaves")[0].passage.uri
    assert report.failures == bench.catalog.source("local", "docs").failures


def test_a_document_that_can_no_longer_be_fetched_keeps_what_was_read(bench: Bench) -> None:
    path = bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    path.unlink()
    path.symlink_to(bench.folder / "nowhere")
    report = bench.sync()
    assert ["tea.md"] == [failure.uri for failure in report.failures]
    assert "tea.md" == bench.search("green leaves")[0].passage.uri


def test_a_missing_folder_loses_nothing(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    bench.folder.rename(bench.folder.with_name("moved"))
    with pytest.raises(SourceUnavailable):
        bench.sync()
    assert "tea.md" == bench.search("green leaves")[0].passage.uri


def test_two_syncs_of_one_data_folder_do_not_overlap(bench: Bench) -> None:
    bench.add()
    with FileLock(bench.data / "sync.lock"), pytest.raises(SyncBusy):
        bench.sync()


def test_a_source_removed_while_it_is_synced_stays_removed(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    record = bench.add()
    with pytest.raises(SourceUnknown):
        bench.syncer.sync(record, lambda step: remove_once(bench))
    assert [] == bench.search("green leaves")


def remove_once(bench: Bench) -> None:
    if bench.catalog.sources("local"):
        bench.catalog.remove_source("local", "docs")


def test_another_embedder_says_what_to_run_and_a_sync_mends_it(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    changed = bench.reopened()
    changed.embedder = HashingEmbedder(dimension=64, id="other")
    with pytest.raises(EmbedderChanged, match="quoth sync"):
        changed.search("green leaves")
    assert 1 == changed.sync().embedded
    assert "tea.md" == changed.search("green leaves")[0].passage.uri


def test_the_former_embedder_answers_until_the_new_one_has_everything(bench: Bench) -> None:
    for number in range(100):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()
    bench.sync()
    bench.search("number7")
    former, new = bench.embedder, HashingEmbedder(dimension=64, id="other")
    # In the process that embeds anew, and in another.
    for each, embedded in ((bench, 1), (bench.reopened(), 0)):
        each.formers[former.id] = former
        each.embedder = new
        asked = len(former.embedded)
        with pytest.raises(KeyboardInterrupt):
            bench.syncer.sync(bench.catalog.source("local", "docs"), interrupted_after(embedded))
        assert "7.md" == each.search("number7")[0].passage.uri
        assert former.id == each.catalog.embedder("local")
        assert asked == len(former.embedded)
    steps: list[Step] = []
    bench.syncer.sync(bench.catalog.source("local", "docs"), steps.append)
    passages = [text for text in new.embedded if "Thing" in text]
    assert (100, 100) == (len(passages), len(set(passages)))
    assert "Embedding anew" == steps[0].text
    assert "other" == bench.catalog.embedder("local")
    assert bench.catalog.has_outdated_vectors()
    assert 64 == search_dimension(bench, "number8", "8.md")
    bench.catalog.compact()
    assert not bench.catalog.has_outdated_vectors()
    assert 64 == search_dimension(bench.reopened(), "number9", "9.md")


def search_dimension(bench: Bench, query: str, uri: str) -> int:
    """Return the dimension of the vectors with which a search finds a document."""
    ranking = bench.searcher.rank(query, k=5, audience=Audience(workspace="local"))
    assert ranking is not None
    assert uri == bench.search(query)[0].passage.uri
    return ranking.embedder.dimension


def test_an_interrupted_sync_goes_on_where_it_was(bench: Bench) -> None:
    for number in range(100):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()

    with pytest.raises(KeyboardInterrupt):
        bench.syncer.sync(bench.catalog.source("local", "docs"), interrupted_after(64))
    assert [] == bench.search("note")
    assert 36 == bench.reopened().sync().embedded
    assert "61.md" == bench.search("number61")[0].passage.uri


def test_what_was_read_before_an_interruption_is_not_read_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.gathering.WINDOW_PASSAGES", 10)
    for number in range(100):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()
    with pytest.raises(KeyboardInterrupt):
        bench.syncer.sync(bench.catalog.source("local", "docs"), interrupted_after(50))
    again = bench.reopened()
    steps: list[Step] = []
    report = again.syncer.sync(again.catalog.source("local", "docs"), steps.append)
    assert (100, 50) == (report.added, report.embedded)
    # What was being read ahead may or may not have been staged.
    assert len(again.opened) in (40, 50)
    assert (100, 50) == (steps[-1].read, steps[-1].embedded)


def test_what_was_staged_and_then_changed_or_left_is_not_published_as_it_was(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.write("coffee.md", COFFEE)
    bench.add()
    with pytest.raises(KeyboardInterrupt):
        bench.syncer.sync(bench.catalog.source("local", "docs"), interrupted_after(2))
    (bench.folder / "coffee.md").unlink()
    bench.write("tea.md", "# Tea\n\nWhite tea wants seventy degrees.\n")
    report = bench.reopened().sync()
    assert (1, 1) == (report.added, report.passages)
    assert "White tea" in bench.search("tea")[0].passage.text
    assert ["tea.md"] == [hit.passage.uri for hit in bench.search("espresso beans")]
    with bench.catalog.database.read() as db:
        assert [0, 0, 1] == [
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("images", "image_keys", "vectors")
        ]


def test_readers_see_the_old_state_until_the_new_one_is_whole(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.gathering.WINDOW_PASSAGES", 1)
    for number in range(5):
        bench.write(f"{number}.md", f"# Note {number}\n\nThis is the old edition.\n")
    bench.add()
    bench.sync()
    for number in range(5):
        bench.write(f"{number}.md", f"# Note {number}\n\nThis is the new edition, and longer.\n")
    seen: set[frozenset[str]] = set()

    def look(step: Step) -> None:
        hits = bench.search("edition", k=10)
        seen.add(frozenset(each.text for hit in hits for each in (hit.passage, *hit.also)))

    bench.syncer.sync(bench.catalog.source("local", "docs"), look)
    assert {frozenset({"This is the old edition."})} == seen
    hits = bench.search("edition", k=10)
    assert {"This is the new edition, and longer."} == {hit.passage.text for hit in hits}


def test_a_source_that_loses_more_than_half_is_held_until_that_is_accepted(bench: Bench) -> None:
    for number in range(9):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()
    bench.sync()
    for number in range(5):
        (bench.folder / f"{number}.md").unlink()
    bench.write("tea.md", TEA)
    bench.write("8.md", "# Note 8\n\nThing number8 has changed.\n")
    for _ in range(2):
        report = bench.sync()
        assert (Held(source="docs", lost=5, documents=report.held[0].documents),) == report.held
        assert 0 == report.removed
    assert "1.md" == bench.search("number1")[0].passage.uri
    assert "tea.md" == bench.search("green leaves")[0].passage.uri
    assert "changed" in bench.search("number8")[0].passage.text
    assert 5 == bench.catalog.source("local", "docs").held
    assert 5 == bench.catalog.accept("local", "docs")
    assert (5, ()) == ((report := bench.sync()).removed, report.held)
    assert "1.md" not in [hit.passage.uri for hit in bench.search("number1", k=20)]
    assert 0 == bench.catalog.source("local", "docs").held


@pytest.mark.parametrize(
    ("documents", "lost", "is_held"), [(4, 4, True), (7, 4, True), (3, 2, True), (4, 2, False), (1, 1, False)]
)
def test_a_small_source_is_held_too_but_a_single_document_goes_at_once(
    bench: Bench, documents: int, lost: int, is_held: bool
) -> None:
    for number in range(documents):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()
    bench.sync()
    for number in range(lost):
        (bench.folder / f"{number}.md").unlink()
    report = bench.sync()
    assert (is_held, 0 if is_held else lost) == (bool(report.held), report.removed)


def test_what_comes_back_is_held_no_more(bench: Bench) -> None:
    for number in range(6):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()
    bench.sync()
    moved = [(path, path.read_text()) for path in bench.folder.glob("*.md")]
    for path, _ in moved:
        path.unlink()
    assert 6 == bench.sync().held[0].lost
    for path, text in moved:
        path.write_text(text)
    assert () == bench.sync().held
    assert 0 == bench.catalog.source("local", "docs").held


def test_no_more_is_removed_than_was_accepted(bench: Bench) -> None:
    for number in range(10):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()
    bench.sync()
    for number in range(6):
        (bench.folder / f"{number}.md").unlink()
    bench.sync()
    bench.catalog.accept("local", "docs")
    for number in range(6, 10):
        (bench.folder / f"{number}.md").unlink()
    assert 10 == bench.sync().held[0].lost


def test_a_sync_is_undone_to_the_letter_and_embeds_nothing(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.write("coffee.md", COFFEE)
    bench.add()
    bench.sync()
    before = contents(bench)
    bench.write("tea.md", "# Tea\n\nWhite tea wants seventy degrees.\n")
    (bench.folder / "coffee.md").unlink()
    bench.write("milk.md", "# Milk\n\nMilk is white.\n")
    bench.sync()
    assert "White tea" in bench.search("tea")[0].passage.text
    embedded = len(bench.embedder.embedded)
    assert 3 == bench.syncer.revert(bench.catalog.source("local", "docs"))
    assert before == contents(bench)
    assert "eighty degrees" in bench.search("green tea")[0].passage.text
    assert "coffee.md" == bench.search("espresso beans")[0].passage.uri
    assert "milk.md" not in [hit.passage.uri for hit in bench.search("milk", k=9)]
    assert embedded == len(bench.embedder.embedded)
    assert 0 == bench.syncer.revert(bench.catalog.source("local", "docs"))
    assert (1, 1, 1) == ((again := bench.sync()).added, again.changed, again.removed)


def contents(bench: Bench) -> list[tuple[object, ...]]:
    with bench.catalog.database.read() as db:
        rows = db.execute(
            """SELECT d.uri, d.title, d.text, d.revision, d.version, d.updated_at, p.position, p.text,
            p.heading, p.anchor, p.place, p.sentences, p.vector_key
            FROM documents d JOIN passages p ON p.document_id = d.id ORDER BY d.uri, p.position"""
        )
        return [tuple(row) for row in rows]


def test_of_purged_text_no_byte_is_left(bench: Bench) -> None:
    secret = "# Plan\n\nThe quinquagesimal zephyranth blooms at midnight.\n"
    bench.write("secret.md", secret)
    for number in range(40):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()
    bench.sync()
    assert "secret.md" == bench.search("zephyranth")[0].passage.uri
    (bench.folder / "secret.md").unlink()
    bench.sync()
    assert "secret.md" not in [hit.passage.uri for hit in bench.search("zephyranth")]
    assert bench.syncer.expire(datetime.now(UTC))
    assert not bench.syncer.expire(datetime.now(UTC))
    bench.catalog.compact()
    bench.searcher.compact()
    for path in bench.data.rglob("*"):
        if path.is_file():
            held = path.read_bytes().lower()
            assert not [word for word in (b"quinquagesim", b"zephyranth") if word in held], path
    assert "7.md" == bench.search("number7")[0].passage.uri
    assert 0 == bench.syncer.revert(bench.catalog.source("local", "docs"))


def interrupted_after(embedded: int) -> Callable[[Step], None]:
    def interrupt(step: Step) -> None:
        if step.embedded >= embedded:
            raise KeyboardInterrupt

    return interrupt


def test_a_locked_catalogue_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.database.BUSY_SECONDS", 0.01)
    holder = sqlite3.connect(bench.data / "catalog.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CatalogBusy):
        bench.reopened().add()
    holder.execute("ROLLBACK")
    holder.close()


def test_a_catalogue_of_a_newer_version_is_left_alone(bench: Bench) -> None:
    db = sqlite3.connect(bench.data / "catalog.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(CatalogNewer):
        bench.reopened()


def test_passages_of_another_workspace_are_never_read(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add(workspace="slack:T1")
    bench.sync(workspace="slack:T1")
    [hit] = bench.search("green leaves", workspace="slack:T1")
    assert [] == bench.search("green leaves", workspace="slack:T2")
    assert bench.searcher.read_back(hit.passage.id, audience=Audience(workspace="slack:T2")) is None


def test_a_removed_source_is_gone_at_once_even_from_a_loaded_index(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    other = bench.reopened()
    assert bench.search("green leaves")
    other.catalog.remove_source("local", "docs")
    assert [] == bench.search("green leaves")


def test_damaged_vector_files_are_made_anew(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    bench.search("green leaves")
    files = list((bench.data / "vectors").rglob("recent.npy"))
    assert 2 == len(files)
    files[0].write_bytes(b"torn")
    assert "tea.md" == bench.reopened().search("green leaves")[0].passage.uri


def test_documents_link_to_where_they_stand_on_the_web(bench: Bench) -> None:
    bench.write("hot drinks/tea.md", TEA)
    bench.add(base_url="https://example.org/docs/")
    bench.sync()
    assert "https://example.org/docs/hot%20drinks/tea.md" == bench.search("green leaves")[0].passage.url


def test_vectors_of_another_catalogue_are_never_taken_for_this_ones(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    bench.search("green tea")
    for file in bench.data.glob("catalog.sqlite*"):
        file.unlink()
    (bench.folder / "tea.md").unlink()
    bench.write("coffee.md", COFFEE)
    fresh = bench.reopened()
    fresh.add()
    fresh.sync()
    [hit] = fresh.search("grind beans espresso")
    assert "coffee.md" == hit.passage.uri
    assert hit.confidence > fresh.search("zebra", k=1)[0].confidence


def test_what_is_named_to_the_letter_comes_first(bench: Bench) -> None:
    bench.write(
        "about.md", "# About autocrlf\n\nCore settings about line endings: the core, the crlf, auto.\n"
    )
    bench.write("config.md", "# Settings\n\n## core.autocrlf\n\nSet core.autocrlf to true on Windows.\n")
    for number in range(20):
        bench.write(f"other{number}.md", f"# Other {number}\n\nNothing of that kind, number {number}.\n")
    bench.add()
    bench.sync()
    assert "config.md" == bench.search("core.autocrlf")[0].passage.uri
    assert "about.md" == bench.search('what is "the core, the crlf"?')[0].passage.uri


def test_a_passage_keeps_the_place_in_its_document(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class SlideReader:
        def read(self, data: bytes, *, name: str) -> Extract:
            outline = Outline("Talk")
            for number, line in enumerate(data.decode().splitlines(), 1):
                outline.turn_to(f"slide {number}")
                outline.add(BlockKind.PARAGRAPH, line)
            return outline.extract(name=name)

    monkeypatch.setitem(READERS, "txt", SlideReader)
    bench.write("talk.txt", "Green tea is steamed.\nBlack tea is oxidised.\n")
    bench.add()
    bench.sync()
    assert "slide 2" == bench.search("black tea oxidised")[0].passage.place


def test_a_source_that_was_never_read_to_its_end_is_told_from_others(bench: Bench) -> None:
    bench.write("a.md", "Otters swim.\n")
    bench.add(name="read")
    bench.sync(name="read")
    bench.add(name="added")
    bench.add("elsewhere", name="of others")
    assert [False, True] == bench.catalog.are_synced("local")
    assert [] == bench.catalog.are_synced("nowhere")
