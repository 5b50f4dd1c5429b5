"""What is derived can be lost, torn or outdated at any time, and questions are answered all the same."""

from collections.abc import Iterator

import pytest

from index.catalog import MIGRATIONS, View
from index.errors import SyncBusy
from index.passages import Audience, Hit, Step
from index.ranking import SIGNALS
from index.snapshots import STALE_SHARE, Snapshots
from index.stores.tantivy_store import LexicalEntry, TantivyStore
from tests.index.conftest import Bench

TEA = "# Tea\n\nGreen tea is brewed from green leaves at eighty degrees.\n"
COFFEE = "# Coffee\n\nEspresso is pressed through finely ground beans.\n"
OURS = Audience(workspace="local")


def read(bench: Bench, name: str, text: str) -> None:
    bench.write(name, text)
    bench.add()
    bench.sync()


@pytest.mark.parametrize(
    "name",
    [
        "passages/recent.npy",
        "sentences/recent.npy",
        "frequencies.npy",
        "keys.npy",
        "manifest.json",
        "meta.json",
    ],
)
@pytest.mark.parametrize("rest", [b"", b"torn"])
def test_a_file_that_is_empty_or_torn_is_made_anew(bench: Bench, name: str, rest: bytes) -> None:
    read(bench, "tea.md", TEA)
    bench.search("green leaves")
    [file] = (each for each in (bench.data / "vectors").rglob("*") if each.match(f"*/{name}"))
    file.write_bytes(rest)
    again = bench.reopened()
    assert ["tea.md"] == [hit.passage.uri for hit in again.search("green leaves")]
    assert ["tea.md"] == [hit.passage.uri for hit in again.reopened().search("green leaves")]


def test_the_words_of_another_catalogue_are_forgotten(bench: Bench) -> None:
    read(bench, "tea.md", TEA)
    bench.search("green leaves")
    for file in bench.data.glob("catalog.sqlite*"):
        file.unlink()
    (bench.folder / "tea.md").unlink()
    fresh = bench.reopened()
    read(fresh, "coffee.md", COFFEE)
    for query, knows in (("espresso beans", True), ("green leaves", False)):
        ranking = fresh.searcher.rank(query, k=1, audience=OURS)
        assert ranking is not None
        assert knows == bool(ranking.evidence.signals[0, SIGNALS.index("words")] > 0)


def test_a_source_removed_during_another_s_sync_takes_only_its_own(bench: Bench) -> None:
    read(bench, "tea.md", TEA)
    bench.add(name="second")
    bench.write("coffee.md", COFFEE)
    removed: list[str] = []

    def remove_meanwhile(step: Step) -> None:
        if step.embedded and not removed:
            removed.append(bench.catalog.remove_source("local", "docs").name)

    bench.syncer.sync(bench.catalog.source("local", "second"), remove_meanwhile)
    assert ["docs"] == removed
    assert "coffee.md" == bench.search("espresso beans")[0].passage.uri


def test_many_pages_of_one_text_leave_room_for_others(bench: Bench) -> None:
    for number in range(45):
        bench.write(f"copy{number}.md", TEA)
    read(bench, "coffee.md", COFFEE)
    hits = bench.search("green tea leaves", k=2)
    assert 2 == len(hits)
    assert 44 == len(hits[0].also)
    assert "coffee.md" == hits[1].passage.uri


def test_a_new_version_s_catalogue_is_made_of_an_old_one_s(bench: Bench) -> None:
    read(bench, "tea.md", TEA)
    with bench.catalog.database.write() as db:
        db.execute("DROP TABLE vectors")
        db.execute("DROP TABLE projections")
        db.execute(
            "CREATE TABLE vectors (embedder TEXT NOT NULL, key TEXT NOT NULL, vector BLOB NOT NULL, "
            "PRIMARY KEY (embedder, key)) STRICT, WITHOUT ROWID"
        )
        for table in ("image_keys", "images", "changes", "revisions", "recipes"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DROP INDEX passages_by_content")
        db.execute("DROP INDEX documents_by_release")
        db.execute("ALTER TABLE documents DROP COLUMN release")
        db.execute("ALTER TABLE workspaces DROP COLUMN embedder")
        for column in ("replaced_at", "held", "accepted"):
            db.execute(f"ALTER TABLE sources DROP COLUMN {column}")
        db.execute("ALTER TABLE sources DROP COLUMN paused")
        db.execute("ALTER TABLE passages DROP COLUMN place")
        db.execute("ALTER TABLE documents DROP COLUMN language")
        db.execute("ALTER TABLE sources DROP COLUMN options")
        db.execute("ALTER TABLE sources DROP COLUMN failed_at")
        db.execute("UPDATE documents SET pipeline = '1-200'")
        db.execute("PRAGMA user_version = 1")
    newer = bench.reopened()
    assert 1 == newer.sync().embedded
    assert ["tea.md"] == [hit.passage.uri for hit in newer.search("green leaves")]


def test_long_texts_of_an_older_catalogue_move_behind_all_else(bench: Bench) -> None:
    read(bench, "tea.md", TEA)
    text = bench.catalog.kept_text("local", "docs", "tea.md")
    with bench.catalog.database.write() as db:
        db.execute("ALTER TABLE documents DROP COLUMN language")
        db.execute("ALTER TABLE documents ADD COLUMN language TEXT NOT NULL DEFAULT ''")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    newer = bench.reopened()
    with newer.catalog.database.read() as db:
        assert "text" == [column["name"] for column in db.execute("PRAGMA table_info(documents)")][-1]
    assert text == newer.catalog.kept_text("local", "docs", "tea.md")
    assert (1, 0) == ((report := newer.sync()).unchanged, report.embedded)
    assert ["tea.md"] == [hit.passage.uri for hit in newer.search("green leaves")]


def test_counts_are_made_anew_when_too_much_of_what_was_counted_is_gone(bench: Bench) -> None:
    for number in range(25):
        bench.write(f"tea{number}.md", f"# Tea\n\nTea number {number} is green.\n")
    bench.add()
    [tea] = bench.embedder.embed_query("tea").ids
    counts = []
    for gone in (None, "tea0.md", "tea1.md", "tea2.md"):
        if gone:
            (bench.folder / gone).unlink()
        bench.sync()
        # Opened anew each time: what is gone counts over restarts.
        snapshots = Snapshots(bench.catalog, folder=bench.data / "vectors")
        snapshot = snapshots.current("local", lambda: bench.embedder)
        counts.append((len(snapshot.keys), int(snapshot.frequencies[tea])))
    assert 2 / 25 < STALE_SHARE < 3 / 25
    assert [(25, 25), (24, 25), (23, 25), (22, 22)] == counts


def test_a_change_is_found_without_looking_at_all_there_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        bench.write(f"{number}.md", f"# Note {number}\n\nThing number{number} is here.\n")
    bench.add()
    bench.sync()
    bench.search("thing")
    saved = set((bench.data / "vectors").rglob("keys.npy"))
    looked: list[int] = []
    monkeypatch.setattr(View, "keys", property(lambda view: looked.append(view.revision)))
    bench.write("tea.md", TEA)
    (bench.folder / "7.md").unlink()
    bench.sync()
    for each in (bench, bench.reopened()):  # a start catches up with what was not worth saving
        assert "tea.md" == each.search("green leaves")[0].passage.uri
        assert "7.md" not in [hit.passage.uri for hit in each.search("number7", k=300)]
    assert [] == looked
    assert saved == set((bench.data / "vectors").rglob("keys.npy"))


def test_when_more_has_changed_than_is_told_everything_is_looked_at(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.revisions.LOGGED", 1)
    read(bench, "coffee.md", COFFEE)
    bench.search("beans")
    (bench.folder / "coffee.md").unlink()
    bench.write("tea.md", TEA)
    bench.sync()
    assert ["tea.md"] == [hit.passage.uri for hit in bench.search("green leaves")]


def test_of_many_revisions_only_the_latest_are_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.revisions.KEPT_REVISIONS", 3)
    bench.add()
    early = bench.reopened()
    for number in range(6):
        bench.write("tea.md", TEA + f"\nEdition {number}.\n")
        bench.sync()
        bench.search("tea")
        if not number:
            early.search("tea")
    assert "Edition 5." in early.search("edition")[0].passage.text
    with bench.catalog.database.read() as db:
        assert 3 == db.execute("SELECT count(*) FROM revisions").fetchone()[0]
        assert 3 * 2 >= db.execute("SELECT count(*) FROM changes").fetchone()[0]


def found_while_locked(bench: Bench, query: str) -> list[Hit]:
    """Search while another writer has the words of the workspace; it writes nothing."""
    [folder] = bench.data.glob("vectors/*/words")
    found: list[Hit] = []

    def meanwhile() -> Iterator[LexicalEntry]:
        with pytest.raises(SyncBusy):
            TantivyStore(folder).update(removed=[], added=[])
        found.extend(bench.search(query))
        yield from ()

    TantivyStore(folder).update(removed=[], added=meanwhile())
    return found


@pytest.mark.parametrize("is_reopened", [False, True])
def test_a_workspace_whose_words_are_locked_is_served_from_memory(bench: Bench, is_reopened: bool) -> None:
    read(bench, "tea.md", TEA)
    bench.search("green leaves")
    bench.write("coffee.md", COFFEE)
    (bench.folder / "tea.md").unlink()
    bench.write("leaf.md", "# Leaf\n\nA green leaf is pressed.\n")
    bench.sync()
    [words] = bench.data.glob("vectors/*/words")
    before = TantivyStore(words).ids()
    locked = bench.reopened() if is_reopened else bench
    hits = found_while_locked(locked, "espresso is pressed")
    assert before == TantivyStore(words).ids()
    free = bench.reopened()
    assert hits == free.search("espresso is pressed")
    assert {hit.passage.id for hit in hits} == TantivyStore(words).ids()
    assert ["coffee.md", "leaf.md"] == [hit.passage.uri for hit in hits]


def test_what_is_written_by_another_process_cannot_be_purged_meanwhile(bench: Bench) -> None:
    read(bench, "tea.md", TEA)
    bench.search("green leaves")
    [words] = bench.data.glob("vectors/*/words")

    def meanwhile() -> Iterator[LexicalEntry]:
        with pytest.raises(SyncBusy):
            bench.searcher.compact()
        yield from ()

    TantivyStore(words).update(removed=[], added=meanwhile())
    bench.searcher.compact()
    assert ["tea.md"] == [hit.passage.uri for hit in bench.reopened().search("green leaves")]
