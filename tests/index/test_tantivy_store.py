"""What the lexical store promises."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, strategies as st

from index.errors import CatalogUnavailable, SyncBusy
from index.stores import tantivy_store
from index.stores.tantivy_store import LexicalEntry, LexicalSnapshot, TantivyStore

PASSAGES = {
    1: "Use git commit --amend to change the last commit.",
    2: "To amend a commit, amend it: whoever amends may amend again, amending the amended.",
    3: "The compiler reports E0382 when a moved value is used.",
    4: "The compiler reports E0383 when something else is wrong with a value.",
    5: "A detached HEAD is the state of a HEAD that points at no branch.",
    6: "HEAD by HEAD, all was detached, twice detached, and each head with it.",
    7: "Strings are split by str.split, and foxes run over lazy dogs.",
}


def entry(id: int, body: str, head: str = "") -> LexicalEntry:
    return LexicalEntry(id=id, head=head, body=body)


def entries(bodies: dict[int, str] = PASSAGES) -> list[LexicalEntry]:
    return [entry(id, body) for id, body in bodies.items()]


def found(store: TantivyStore, query: str, k: int = 10) -> list[int]:
    return [id for id, _ in store.snapshot().search(query, k)]


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TantivyStore]:
    store = TantivyStore(tmp_path / "words" if request.param == "disk" else None)
    store.update(removed=[], added=entries())
    yield store
    store.close()


@pytest.fixture(scope="module")
def snapshot() -> LexicalSnapshot:
    store = TantivyStore(None)
    store.update(removed=[], added=entries())
    return store.snapshot()


# What is found


def test_what_was_added_is_found(store: TantivyStore) -> None:
    assert set(PASSAGES) == store.ids()
    assert 7 == found(store, "lazy dogs")[0]


def test_what_was_removed_is_gone(store: TantivyStore) -> None:
    store.update(removed=[7, 99], added=[])
    assert set(PASSAGES) - {7} == store.ids()
    assert [] == found(store, "lazy dogs")


def test_an_entry_replaces_the_older_one_of_its_id(store: TantivyStore) -> None:
    store.update(removed=[], added=[entry(7, "quick foxes"), entry(7, "brown foxes")])
    assert set(PASSAGES) == store.ids()
    assert [] == found(store, "lazy quick")
    assert [7] == found(store, "brown")


def test_headings_are_searched(store: TantivyStore) -> None:
    store.update(removed=[], added=[entry(8, "Nothing to see.", head="Rebasing › Conflicts")])
    assert [8] == found(store, "rebase conflict")


@pytest.mark.parametrize(("query", "first"), [("running fox", 7), ("a dog", 7), ("moving values", 3)])
def test_words_are_found_in_all_their_forms(store: TantivyStore, query: str, first: int) -> None:
    assert first == found(store, query)[0]


def test_accents_and_their_spelling_do_not_matter(store: TantivyStore) -> None:
    store.update(removed=[], added=[entry(8, "Un cafe\u0301 noir"), entry(9, "हिन्दी")])
    assert [8] == found(store, "CAFE") == found(store, "caf\u00e9")
    assert [9] == found(store, "हिन्दी")


def test_the_best_come_first_and_ties_by_id(store: TantivyStore) -> None:
    store.update(removed=[], added=[entry(id, "unlike anything") for id in (30, 10, 20)])
    hits = store.snapshot().search("unlike anything", 10)
    assert [10, 20, 30] == [id for id, _ in hits]
    assert hits == sorted(hits, key=lambda hit: -hit[1])


@pytest.mark.parametrize(("k", "count"), [(0, 0), (-1, 0), (1, 1), (10**12, 4)])
def test_at_most_k_are_found(store: TantivyStore, k: int, count: int) -> None:
    assert count == len(found(store, "commit HEAD", k))


def test_the_largest_id_is_kept(store: TantivyStore) -> None:
    store.update(removed=[], added=[entry(2**64 - 1, "the largest")])
    assert [2**64 - 1] == found(store, "largest")


# The exact lane


def test_a_flag_is_found_before_its_word(store: TantivyStore) -> None:
    assert [1, 2] == found(store, "--amend")
    assert 2 == found(store, "amend")[0]


def test_an_error_code_is_found_to_the_letter(store: TantivyStore) -> None:
    assert [3] == found(store, "e0382?")


def test_a_name_is_found_before_its_parts(store: TantivyStore) -> None:
    store.update(removed=[], added=[entry(8, "Split str, split str: a str that is split is a split str.")])
    assert [7, 8] == found(store, "`str.split()`")


def test_a_quoted_phrase_comes_before_its_words(store: TantivyStore) -> None:
    assert 6 == found(store, "detached HEAD detached HEAD by")[0]
    assert [5, 6] == found(store, 'by all "detached HEAD"')[:2]


def test_a_phrase_that_nothing_holds_does_no_harm(store: TantivyStore) -> None:
    assert 7 == found(store, '"dogs lazy" "dogs"')[0]


def test_the_frequency_of_an_identifier_forgets_what_was_removed(store: TantivyStore) -> None:
    assert 1 == store.snapshot().identifier_frequency("--amend")
    assert 0 == store.snapshot().identifier_frequency("amend")
    store.update(removed=[1], added=[])
    assert 0 == store.snapshot().identifier_frequency("--amend")


# Any query


@given(st.text(max_size=200))
@example("")
@example("🙂")
@example('body:"a b"~2 AND (x OR -y)^3 /re/ [a TO b] * \\ "')
@example('"" "a" "🙂 🙂" "a 🙂"')
@example("half a character \ud800 and nothing \0")
@example("a very long word " + "x" * 70_000)
@example(" ".join(f"word{n} --flag-{n}" for n in range(500)))
@example('"to be" ' * 1_000)
def test_no_query_raises(snapshot: LexicalSnapshot, query: str) -> None:
    assert len(snapshot.search(query, 5)) <= 5
    assert snapshot.identifier_frequency(query) in range(len(PASSAGES))


def test_an_empty_store_finds_nothing() -> None:
    store = TantivyStore(None)
    assert set() == store.ids()
    assert [] == found(store, '"lazy dogs" --amend')


def test_the_rare_words_of_an_endless_query_are_searched(store: TantivyStore) -> None:
    words = [f"common{n}" for n in range(100)]
    store.update(removed=[], added=[entry(100 + n, " ".join(words)) for n in range(10)])
    assert 7 in found(store, " ".join([*words, "lazy"]), 20)


def test_marks_piled_up_on_one_letter_take_linear_time(store: TantivyStore) -> None:
    begun = time.process_time()
    store.update(removed=[], added=[entry(8, "a" + "\u0301\u0323" * 50_000 + " zalgo")])
    assert [8] == found(store, "zalgo")
    assert 2 > time.process_time() - begun


# Snapshots and updates


def test_a_snapshot_stays_as_it_was(store: TantivyStore) -> None:
    before = store.snapshot()
    for id in range(100, 120):
        store.update(removed=PASSAGES, added=[entry(id, "lazy newcomers")])
    store.close()
    assert set(PASSAGES) == before.ids()
    assert [7] == [id for id, _ in before.search("lazy", 10)]


def test_a_snapshot_answers_in_many_threads_while_updates_go_on(store: TantivyStore) -> None:
    before = store.snapshot()
    answers: list[list[int]] = []

    def ask() -> None:
        answers.extend([id for id, _ in before.search("lazy dogs --amend", 10)] for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for id in range(100, 110):
        store.update(removed=[7], added=[entry(id, "lazy dogs")])
    for thread in threads:
        thread.join()
    assert [[7, 1, 2]] * 200 == [sorted(answer, key=[7, 1, 2].index) for answer in answers]


def test_an_update_that_fails_changes_nothing_and_frees_the_folder(store: TantivyStore) -> None:
    def torn() -> Iterable[LexicalEntry]:
        yield entry(50, "half an update")
        raise LookupError("the catalogue went away")

    with pytest.raises(LookupError):
        store.update(removed=[1], added=torn())
    assert set(PASSAGES) == store.ids()
    store.update(removed=[1], added=[])
    assert set(PASSAGES) - {1} == store.ids()


def test_a_closed_store_is_not_used(store: TantivyStore) -> None:
    store.close()
    with pytest.raises(ValueError, match="closed"):
        store.snapshot()


# The folder


def test_a_store_opens_as_it_was_left(tmp_path: Path) -> None:
    TantivyStore(tmp_path).update(removed=[], added=entries())
    assert set(PASSAGES) == TantivyStore(tmp_path).ids()


def test_two_stores_on_one_folder_see_what_the_other_did(tmp_path: Path) -> None:
    one, other = TantivyStore(tmp_path), TantivyStore(tmp_path)
    one.update(removed=[], added=entries())
    other.update(removed=[7], added=[])
    assert set(PASSAGES) - {7} == one.ids() == other.ids()


def test_one_store_at_a_time_updates_a_folder(tmp_path: Path) -> None:
    one, other = TantivyStore(tmp_path), TantivyStore(tmp_path)

    def meanwhile() -> Iterable[LexicalEntry]:
        with pytest.raises(SyncBusy):
            other.update(removed=[], added=[entry(2, "second")])
        yield entry(1, "first")

    one.update(removed=[], added=meanwhile())
    assert {1} == other.ids()


def spoil_text(folder: Path) -> None:
    (folder / "meta.json").write_text("{torn")


def spoil_segments(folder: Path) -> None:
    for file in folder.glob("*.term"):
        file.write_bytes(file.read_bytes()[:10])


def spoil_format(folder: Path) -> None:
    (folder / "format").write_text("0")


def spoil_all(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    (folder / "photos").mkdir()
    (folder / "photos" / "cat.jpg").write_bytes(b"\xff\xd8")
    (folder / "format").mkdir()


@pytest.mark.parametrize("spoil", [spoil_text, spoil_segments, spoil_format, spoil_all])
def test_a_folder_that_cannot_be_read_is_begun_anew(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    TantivyStore(tmp_path).update(removed=[], added=entries())
    spoil(tmp_path)
    store = TantivyStore(tmp_path)
    assert set() == store.ids()
    store.update(removed=[], added=entries())
    assert set(PASSAGES) == TantivyStore(tmp_path).ids()


def test_damage_within_a_file_is_told_from_a_fault_of_ours(tmp_path: Path) -> None:
    store = TantivyStore(tmp_path)
    store.update(removed=[], added=entries())
    store.close()
    for file in tmp_path.glob("*.pos"):
        file.unlink()
    with pytest.raises(CatalogUnavailable, match="lexical index"):
        TantivyStore(tmp_path).snapshot().search('"lazy dogs"', 5)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CatalogUnavailable):
        TantivyStore(tmp_path / "file")


KILLED = """
import os, signal, sys
from pathlib import Path
from index.stores import tantivy_store
from index.stores.tantivy_store import LexicalEntry, TantivyStore

def entries():
    for id in range(100, 2000):
        yield LexicalEntry(id=id, head="", body=" ".join(f"lazy{id}x{n}" for n in range(200)))
    os.kill(os.getpid(), signal.SIGKILL)

TantivyStore(Path(sys.argv[1])).update(removed=range(5), added=entries())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_an_update_that_is_killed_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    TantivyStore(tmp_path).update(removed=[], added=entries())
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, timeout=60)
    assert -signal.SIGKILL == killed.returncode
    assert 1 < len([*tmp_path.glob("*.store")])  # it had written some of it
    store = TantivyStore(tmp_path)
    assert [7] == found(store, "lazy dogs")
    store.update(removed=[1], added=[])
    assert 1 == len([*tmp_path.glob("*.store")])
    assert set(PASSAGES) - {1} == store.ids()


@pytest.mark.parametrize("share", [1, 2, 40])
@pytest.mark.parametrize("most", [0, 4_000])
def test_a_narrowed_snapshot_finds_what_a_whole_one_finds_of_it(
    monkeypatch: pytest.MonkeyPatch, share: int, most: int
) -> None:
    monkeypatch.setattr(tantivy_store, "MOST_PASSED_OVER", most)
    store = TantivyStore(None)
    texts = {id: "tea " * (1 + id % 7) + "leaf " * (id % 5) + "water " * (id % 3) for id in range(400)}
    store.update(removed=[], added=[LexicalEntry(id=id, head="", body=text) for id, text in texts.items()])
    whole, chosen = store.snapshot(), np.arange(0, 400, share)
    own = [pair for pair in whole.search("leaf of tea", 400) if pair[0] % share == 0]
    found = whole.narrowed(chosen).search("leaf of tea", 10)
    assert [score for _, score in own[:10]] == pytest.approx([score for _, score in found])
    assert all(id % share == 0 for id, _ in found)


def test_a_snapshot_narrowed_to_where_a_word_never_stands_finds_nothing() -> None:
    store = TantivyStore(None)
    entries = [LexicalEntry(id=id, head="", body="tea" if id < 50 else "coffee") for id in range(100)]
    store.update(removed=[], added=entries)
    narrowed = store.snapshot().narrowed(np.arange(50, 100))
    assert [] == narrowed.search("tea", 5)
    assert 5 == len(narrowed.search("coffee", 5))
    assert [] == store.snapshot().narrowed(np.array([], np.int64)).search("tea", 5)
