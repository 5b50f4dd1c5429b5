"""Of many vectors nearly all of the nearest are found, whatever came and went, and for whomever."""

from pathlib import Path

import numpy as np
import pytest

from index.ports import Keys, Vectors
from index.stores import faiss_store
from index.stores.faiss_store import FaissStore

DIMENSION = 128
MANY = 4_000


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_store, "EXACT", 500)
    monkeypatch.setattr(faiss_store, "TAUGHT", 8)


def made(count: int, seed: int) -> Vectors:
    """Vectors around some hundred subjects, as passages are."""
    chance = np.random.default_rng(seed)
    subjects = np.random.default_rng(1).standard_normal((100, DIMENSION))
    vectors = subjects[chance.integers(0, 100, count)] + 0.3 * chance.standard_normal((count, DIMENSION))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


VECTORS, QUERIES = made(MANY, 2), made(100, 3)
IDS = np.arange(MANY) * 7


@pytest.fixture
def store() -> FaissStore:
    store = FaissStore(DIMENSION)
    for at in range(0, MANY, 300):
        store = store.updated(removed=[], ids=IDS[at : at + 300].tolist(), vectors=VECTORS[at : at + 300])
    return store.settled()


def recall(store: FaissStore, ids: Keys, vectors: Vectors) -> float:
    """How many of what is found are of the ten nearest, or as good as near."""
    exact = QUERIES @ vectors.T
    tenth = np.sort(exact, axis=1)[:, -10] - 0.003
    places = {id: place for place, id in enumerate(ids.tolist())}
    found = [[places[id] for id, _ in store.search(query, 10)] for query in QUERIES]
    return float(np.mean([exact[i, each] >= tenth[i] for i, each in enumerate(found)]))


def test_nearly_all_of_the_nearest_are_found(store: FaissStore) -> None:
    assert 0.99 < store.recall <= 1
    assert recall(store, IDS, VECTORS) > 0.97
    assert MANY == len(store)
    assert set(IDS.tolist()) == set(store.keys().tolist())


def test_many_small_updates_end_in_groups(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(faiss_store, "EXACT", 200)
    store, beside = FaissStore(DIMENSION), []
    for at in range(0, MANY, 100):
        store = store.updated(removed=[], ids=IDS[at : at + 100].tolist(), vectors=VECTORS[at : at + 100])
        folder = tmp_path / str(at)
        folder.mkdir()
        store.save(folder)
        beside.append(len(np.load(folder / "recent.npy")))
    # Entering some copies all that are there, so the more there are, the more wait for it.
    assert 200 < max(beside) <= MANY / 8
    (tmp_path / "settled").mkdir()
    store.settled().save(tmp_path / "settled")
    assert len(np.load(tmp_path / "settled" / "recent.npy")) <= 200
    assert recall(store, IDS, VECTORS) > 0.97 < recall(store.settled(), IDS, VECTORS)


def test_what_is_removed_is_not_found_and_what_is_added_is(store: FaissStore) -> None:
    newer = store.updated(removed=IDS[:1_000].tolist(), ids=[5], vectors=QUERIES[:1])
    [(first, score)] = newer.search(QUERIES[0], 1)
    assert 5 == first
    assert score == pytest.approx(1, abs=0.001)
    assert MANY - 1_000 + 1 == len(newer)
    assert recall(newer.without(np.array([5])), IDS[1_000:], VECTORS[1_000:]) > 0.97
    assert recall(store, IDS, VECTORS) > 0.97


def test_what_was_removed_leaves_the_groups_when_more_is_added(store: FaissStore) -> None:
    more = made(600, 4)
    newer = store.without(IDS[::2]).updated(removed=[], ids=range(100_000, 100_600), vectors=more)
    ids, vectors = (
        np.concatenate((IDS[1::2], np.arange(100_000, 100_600))),
        np.concatenate((VECTORS[1::2], more)),
    )
    assert len(ids) == len(newer)
    assert set(ids.tolist()) == set(newer.keys().tolist())
    assert recall(newer, ids, vectors) > 0.97


@pytest.mark.parametrize("share", [0.5, 0.2, 0.05])
def test_a_small_audience_loses_nothing(store: FaissStore, share: float) -> None:
    chosen = QUERIES[0] @ VECTORS.T
    rows = np.argsort(chosen)[: int(share * MANY)]  # what the first query is farthest from
    assert recall(store.narrowed(IDS[rows]), IDS[rows], VECTORS[rows]) > 0.97


def test_a_saved_store_is_read_from_the_disk_and_changed_and_saved_again(
    store: FaissStore, tmp_path: Path
) -> None:
    folders = [tmp_path / "first", tmp_path / "second", tmp_path / "third"]
    for folder in folders:
        folder.mkdir()
    store = store.without(IDS[:10])
    store.save(folders[0])
    loaded = FaissStore.load(folders[0], DIMENSION)
    loaded.without(IDS[10:20]).save(folders[1])
    again = FaissStore.load(folders[1], DIMENSION)
    assert [store.search(query, 10) for query in QUERIES] == [loaded.search(query, 10) for query in QUERIES]
    assert store.recall == again.recall
    assert recall(again, IDS[20:], VECTORS[20:]) > 0.97
    # The groups are the same bytes on the disk.
    assert (folders[0] / "groups.faiss").samefile(folders[1] / "groups.faiss")
    grown = again.updated(removed=[], ids=range(50_000, 50_600), vectors=made(600, 4))
    grown.save(folders[2])
    assert len(grown) == len(FaissStore.load(folders[2], DIMENSION))


@pytest.mark.parametrize("name", ["groups.faiss", "ids.npy", "groups.json", "live.npy", "recent.npy"])
@pytest.mark.parametrize("rest", [0, 10, 0.5])
def test_a_file_cut_short_is_refused(store: FaissStore, tmp_path: Path, name: str, rest: float) -> None:
    store.without(IDS[:10]).save(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(rest * len(whole)) if rest < 1 else int(rest)])
    with pytest.raises(faiss_store.DAMAGE):
        FaissStore.load(tmp_path, DIMENSION)
