"""What every vector store promises."""

from pathlib import Path

import numpy as np
import pytest

from index.ports import Vectors
from index.stores.faiss_store import DAMAGE, FaissStore


def unit(*rows: tuple[float, float]) -> Vectors:
    vectors = np.array(rows, dtype=np.float32)
    normal: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normal


@pytest.fixture
def store() -> FaissStore:
    return FaissStore(2).updated(removed=[], ids=[7, 3, 5], vectors=unit((1, 0), (0, 1), (1, 1)))


def test_the_nearest_come_first(store: FaissStore) -> None:
    found = store.search(unit((1, 0.1))[0], 3)
    assert [7, 5, 3] == [identity for identity, _ in found]
    assert found[0][1] == pytest.approx(0.995, abs=0.001)


def test_ties_are_ordered_by_id() -> None:
    store = FaissStore(2).updated(removed=[], ids=[9, 2], vectors=unit((1, 0), (1, 0)))
    assert [2, 9] == [identity for identity, _ in store.search(unit((1, 0))[0], 2)]


def test_fewer_than_k_are_all_that_there_are(store: FaissStore) -> None:
    assert 3 == len(store.search(unit((1, 0))[0], 100))
    assert [] == FaissStore(2).search(unit((1, 0))[0], 5)


def test_an_update_leaves_the_old_store_as_it_was(store: FaissStore) -> None:
    newer = store.updated(removed=[7], ids=[8], vectors=unit((1, 0)))
    assert {3, 5, 7} == set(store.keys().tolist())
    assert {3, 5, 8} == set(newer.keys().tolist())


def test_a_saved_store_loads_as_it_was(store: FaissStore, tmp_path: Path) -> None:
    store.save(tmp_path)
    loaded = FaissStore.load(tmp_path, 2)
    assert store.search(unit((1, 0))[0], 3) == loaded.search(unit((1, 0))[0], 3)


def test_vectors_of_another_length_are_refused(store: FaissStore, tmp_path: Path) -> None:
    store.save(tmp_path)
    with pytest.raises(ValueError, match="another length"):
        FaissStore.load(tmp_path, 3)


@pytest.mark.parametrize("damage", [b"", b"torn", b"\x93NUMPY\x01" + b"\0" * 40])
def test_a_damaged_file_is_refused(store: FaissStore, tmp_path: Path, damage: bytes) -> None:
    store.save(tmp_path)
    (tmp_path / "recent.npy").write_bytes(damage)
    with pytest.raises(DAMAGE):
        FaissStore.load(tmp_path, 2)


def test_a_narrowed_store_passes_over_the_others(store: FaissStore) -> None:
    vector = unit((1, 0.1))[0]
    assert [3] == [id for id, _ in store.narrowed(np.array([3, 99])).search(vector, 3)]
    assert [5] == [id for id, _ in store.narrowed(np.array([5, 3])).search(vector, 1)]
    assert [] == store.narrowed(np.array([], dtype=np.int64)).search(vector, 3)


def test_vectors_are_removed_and_chosen_by_their_owner() -> None:
    store = FaissStore(2, share=10)
    store = store.updated(removed=[], ids=[10, 19, 20, 31], vectors=unit((1, 0), (1, 1), (0, 1), (1, 2)))
    assert {10, 19, 31} == set(store.narrowed(np.array([3, 1])).keys().tolist())
    assert {20, 31} == set(store.without(np.array([1])).keys().tolist())
