"""Inner-product search with FAISS: few vectors are compared one by one, many are sought in groups.

Every update yields a new store, so readers never wait; it costs what has changed, not what there is.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.ports import Keys, Vectors

EXACT = 20_000
"""Vectors that are compared one by one: 1.3 ms with 384 dimensions. What is beyond goes into groups."""

PENDING = 1 / 8
"""What share of a store may be beside its groups while it is updated: entering some copies all of them."""

GROWTH = 2
"""Groups are learned anew when there are so many times the vectors that they were learned from."""

TAUGHT = 40
"""Vectors that each group is learned from; FAISS warns of fewer than 39."""

RECALL = 0.997
"""So many groups are looked into that at least this share of the ten nearest is found."""

SAMPLED = 100
"""Made-up questions that are searched to see how many groups that takes."""

BLENDED = 10
"""Vectors that a made-up question is the sum of. Questions lie where no passage does: one made of a single
passage finds its neighbours in a quarter of the groups that a person's question takes; the sum of ten, on
Python's and Git's documentation, takes as many (docs/benchmarks.md)."""

NEAREST = 10

DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError)
"""What loading raises for files that are not whole."""

Rows = NDArray[np.bool_]
"""An array of shape (n,): which of the vectors of a part of a store."""


class FaissStore:
    """The vectors of one workspace. Immutable: share it between threads at will.

    Those in groups take a byte for each number and are read from the disk as they are needed, once
    the store was loaded. What came later is beside them, in half precision; what went is passed over.
    """

    def __init__(
        self,
        dimension: int,
        *,
        share: int = 1,
        _recent: "_Recent | None" = None,
        _groups: "_Groups | None" = None,
        _live: Rows | None = None,
    ) -> None:
        """An id divided by ``share`` is the owner by which vectors are removed and chosen."""
        self.dimension = dimension
        self.share = share
        self._recent = _recent or _Recent.of(np.empty(0, np.int64), np.empty((0, dimension), np.float32))
        self._groups = _groups
        self._live = _live

    def __len__(self) -> int:
        return len(self._recent.ids) + self._grouped

    @cached_property
    def _grouped(self) -> int:
        if self._groups is None:
            return 0
        return len(self._groups.ids) if self._live is None else int(np.count_nonzero(self._live))

    def keys(self) -> Keys:
        """Return the ids held, in no order, as an array."""
        if self._groups is None:
            return self._recent.ids
        ids = self._groups.ids
        return np.concatenate((ids if self._live is None else ids[self._live], self._recent.ids))

    @property
    def recall(self) -> float:
        """How many of the ten nearest are found, 0 to 1, as measured on a sample of what is held."""
        # A sample cannot show that nothing at all is missed.
        return 1.0 if self._groups is None else min(self._groups.recall, 0.999)

    def updated(self, *, removed: Iterable[int], ids: Sequence[int], vectors: Vectors) -> "FaissStore":
        """Return a store without the vectors of ``removed`` and with ``ids`` added; self stays as it is.

        After the last of some updates it is to be ``settled``.
        """
        gone = np.sort(removed if isinstance(removed, np.ndarray) else np.fromiter(removed, dtype=np.int64))
        recent, live = self._recent, self._live
        if gone.size:
            recent = recent.only(~_owned(recent.ids, gone, self.share))
            if self._groups is not None:
                stale = _owned(self._groups.ids, gone, self.share)
                live = ~stale if live is None else live & ~stale
        recent = recent.joined(_Recent.of(np.asarray(ids, dtype=np.int64), vectors))
        return self._with(recent, self._groups, live)._folded(beyond=max(EXACT, PENDING * len(self)))

    def settled(self) -> "FaissStore":
        """Return the same store, as quick to search as it can be."""
        return self._folded(beyond=EXACT)

    def without(self, owners: Keys) -> "FaissStore":
        """Return a store without the vectors of some owners."""
        return self.updated(removed=owners, ids=[], vectors=_no_vectors(self.dimension))

    def narrowed(self, owners: Keys) -> "FaissStore":
        """Return a store of those vectors alone that belong to some of ``owners``."""
        owners = np.sort(owners)
        recent = self._recent.only(_owned(self._recent.ids, owners, self.share))
        if self._groups is None:
            return self._with(recent, None, None)
        live = _owned(self._groups.ids, owners, self.share)
        live = live if self._live is None else live & self._live
        if np.count_nonzero(live) > EXACT:
            return self._with(recent, self._groups, live)
        return self._with(recent.joined(_Recent.of(*self._groups.gathered(live))), None, None)

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """Return up to ``k`` (id, dot product) pairs, best first, ties by id."""
        found = self._recent.search(vector, k)
        if self._groups is not None:
            probes = self._groups.probes_among(self._grouped)
            found += self._groups.search(vector, k, probes=probes, among=self._selector)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    @cached_property
    def _selector(self) -> Any:
        return None if self._live is None else _only(self._live)

    def _with(self, recent: "_Recent", groups: "_Groups | None", live: Rows | None) -> "FaissStore":
        return FaissStore(self.dimension, share=self.share, _recent=recent, _groups=groups, _live=live)

    def _folded(self, *, beyond: float) -> "FaissStore":
        """Return a store whose vectors are all in groups, if more than so many are not."""
        if len(self._recent.ids) <= beyond:
            return self
        with _one_thread():
            return self._with(_none(self._recent), self._regrouped(), None)

    def _regrouped(self) -> "_Groups":
        groups, live = self._groups, self._live
        if groups is not None and len(self) <= GROWTH * groups.learned_from:
            return groups.merged(live, self._recent)
        return _learned(groups, live, self._recent, self.dimension)

    # Between runs

    def save(self, folder: Path) -> None:
        """Write the vectors into a folder that exists and is empty."""
        ids = self._recent.ids.view(np.uint8).reshape(-1, 8)
        np.save(folder / "recent.npy", np.concatenate((ids, self._recent.codes), axis=1))
        if self._groups is not None:
            self._groups.save(folder)
            live = np.ones(len(self._groups.ids), bool) if self._live is None else self._live
            np.save(folder / "live.npy", np.packbits(live))

    @classmethod
    def load(cls, folder: Path, dimension: int, *, share: int = 1) -> "FaissStore":
        """Read a folder that ``save`` wrote. Raises one of DAMAGE when it is not whole."""
        rows = np.load(folder / "recent.npy")
        if rows.shape[1:] != (8 + 2 * dimension,):
            raise ValueError(f"{folder.name} holds vectors of another length")
        ids, codes = (
            np.ascontiguousarray(rows[:, :8]).view(np.int64).ravel(),
            np.ascontiguousarray(rows[:, 8:]),
        )
        recent = _Recent(ids, codes)
        groups, live = _Groups.load(folder, dimension), None
        if groups is not None:
            live = np.unpackbits(np.load(folder / "live.npy"), count=len(groups.ids)).astype(bool)
            live = None if live.all() else live
        return cls(dimension, share=share, _recent=recent, _groups=groups, _live=live)


class _Recent:
    """Vectors in half precision, searched one by one: a search is bound by memory. Rows are sorted by id."""

    def __init__(self, ids: Keys, codes: NDArray[np.uint8]) -> None:
        self.ids = ids
        self.codes = codes

    @classmethod
    def of(cls, ids: Keys, vectors: Vectors) -> "_Recent":
        order = np.argsort(ids, kind="stable")
        halves = np.ascontiguousarray(vectors[order], dtype="<f2")
        return cls(ids[order], halves.view(np.uint8).reshape(len(ids), 2 * vectors.shape[1]))

    @cached_property
    def _index(self) -> Any:
        quantised = faiss.ScalarQuantizer.QT_fp16
        index = faiss.IndexScalarQuantizer(self.codes.shape[1] // 2, quantised, faiss.METRIC_INNER_PRODUCT)
        if len(self.ids):
            index.add_sa_codes(self.codes)
        return index

    def vectors(self) -> Vectors:
        return self.codes.view("<f2").astype(np.float32)

    def only(self, rows: Rows) -> "_Recent":
        return self if rows.all() else _Recent(self.ids[rows], self.codes[rows])

    def joined(self, other: "_Recent") -> "_Recent":
        if not len(other.ids):
            return self
        ids = np.concatenate((self.ids, other.ids))
        order = np.argsort(ids, kind="stable")
        return _Recent(ids[order], np.concatenate((self.codes, other.codes))[order])

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        k = min(k, len(self.ids))
        if k < 1:
            return []
        with _one_thread():
            scores, rows = self._index.search(vector.reshape(1, -1), k)
        return list(zip(self.ids[rows[0]].tolist(), scores[0].tolist(), strict=True))


@dataclass(frozen=True, kw_only=True)  # without slots, as nothing is gained by them
class _Groups:
    """Vectors by the group whose centre they are nearest to: an inverted file. Rows are sorted by id.

    ``ids`` has the id of each row. ``probes`` groups are looked into, which finds ``recall`` of the
    nearest. ``file`` is where it is kept.
    """

    index: Any
    ids: Keys
    learned_from: int
    probes: int = 0
    recall: float = 0.0
    file: Path | None = None

    def probes_among(self, chosen: int) -> int:
        """Return how many groups to look into, so that as many are compared when few are chosen."""
        return min(int(self.index.nlist), -(-self.probes * len(self.ids) // max(chosen, 1)))

    def search(self, vector: Vectors, k: int, *, probes: int, among: Any = None) -> list[tuple[int, float]]:
        with _one_thread():
            scores, rows = self.index.search(vector.reshape(1, -1), k, params=_looking_into(probes, among))
        found = rows[0] >= 0
        return list(zip(self.ids[rows[0][found]].tolist(), scores[0][found].tolist(), strict=True))

    def lists(self) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.uint8]]]:
        """Yield each group that is not empty: its number, its rows and their codes."""
        lists, width = self.index.invlists, self.index.code_size
        for number in range(self.index.nlist):
            if size := lists.list_size(number):
                codes = faiss.rev_swig_ptr(lists.get_codes(number), size * width).reshape(size, width)
                yield number, faiss.rev_swig_ptr(lists.get_ids(number), size), codes

    def gathered(self, rows: Rows) -> tuple[Keys, Vectors]:
        """Return the ids and vectors of some rows, in no order."""
        found, codes = [np.empty(0, np.int64)], [np.empty((0, self.index.code_size), np.uint8)]
        for _, held, coded in self.lists():
            chosen = rows[held]
            found.append(held[chosen])
            codes.append(coded[chosen])
        ids = self.ids[np.concatenate(found)]
        return ids, self.index.sq.decode(np.concatenate(codes)) if len(ids) else _no_vectors(self.index.d)

    def merged(self, live: Rows | None, recent: _Recent) -> "_Groups":
        """Return the same groups of the live rows and what is recent; codes stay as they are."""
        kept = np.ones(len(self.ids), bool) if live is None else live
        ids, old, new = _numbered(self.ids, kept, recent.ids)
        index = _alike(self.index)
        for number, rows, codes in self.lists():
            still = kept[rows]
            _enter(index, number, old[rows[still]], codes[still])
        index.add_with_ids(recent.vectors(), new)
        return replace(self, index=index, ids=ids, file=None)

    def tuned(self) -> "_Groups":
        """Return the same, looking into no more groups than it takes."""
        vectors = self._questions()
        exact = self._nearest(vectors, self.index.nlist)
        probes, recall = 4, 0.0
        while recall < RECALL and probes < self.index.nlist:
            probes = min(probes + max(probes // 10, 1), self.index.nlist)
            found = self._nearest(vectors, probes)
            recall = float(np.mean([len(a & b) / len(b) for a, b in zip(found, exact, strict=True)]))
        return replace(self, probes=probes, recall=recall)

    def _questions(self) -> Vectors:
        chance = np.random.default_rng(len(self.ids))
        rows = np.zeros(len(self.ids), bool)
        rows[chance.choice(len(rows), SAMPLED * BLENDED)] = True
        vectors = chance.permutation(self.gathered(rows)[1])
        blended = [part.sum(axis=0) for part in np.array_split(vectors, max(len(vectors) // BLENDED, 1))]
        return np.stack(blended)

    def _nearest(self, vectors: Vectors, probes: int) -> list[set[int]]:
        _, rows = self.index.search(vectors, NEAREST, params=_looking_into(probes))
        return [set(found.tolist()) for found in rows]

    # Between runs

    def save(self, folder: Path) -> None:
        file = folder / "groups.faiss"
        with suppress(OSError):  # written before, and still there, on a disk that has such links
            if self.file is not None:
                os.link(self.file, file)
        if not file.exists():
            faiss.write_index(self.index, str(file))
        np.save(folder / "ids.npy", self.ids)
        facts = {"learned_from": self.learned_from, "probes": self.probes, "recall": self.recall}
        (folder / "groups.json").write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, dimension: int) -> "_Groups | None":
        """Return what was saved, None if nothing was. Raises one of DAMAGE."""
        if not (folder / "groups.json").exists():
            return None
        facts = json.loads((folder / "groups.json").read_text(encoding="utf-8"))
        file = folder / "groups.faiss"
        try:
            index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise ValueError(f"{file.name} is not a readable FAISS index") from error
        ids = np.load(folder / "ids.npy", mmap_mode="r")
        is_ours = isinstance(index, faiss.IndexIVFScalarQuantizer)
        if not is_ours or index.d != dimension or index.ntotal != len(ids):
            raise ValueError(f"{file.name} holds another kind of index")
        return cls(index=index, ids=ids, file=file, **facts)


def _learned(held: _Groups | None, live: Rows | None, recent: _Recent, dimension: int) -> _Groups:
    """Return new groups, learned from a sample of what is held and is recent, with all of it in them."""
    kept = np.empty(0, bool) if held is None else np.ones(len(held.ids), bool) if live is None else live
    ids, old, new = _numbered(np.empty(0, np.int64) if held is None else held.ids, kept, recent.ids)
    index = _empty(dimension, 2 ** round(np.log2(2 * np.sqrt(len(ids)))))
    # Codes of one byte are decoded and made anew without a loss, as long as their ranges stay.
    index.train(_sample(held, kept, recent, TAUGHT * index.nlist))
    if held is not None:
        index.sq = held.index.sq
        for _, rows, codes in held.lists():
            still = kept[rows]
            if still.any():
                index.add_with_ids(index.sq.decode(codes[still]), old[rows[still]])
    index.add_with_ids(recent.vectors(), new)
    return _Groups(index=index, ids=ids, learned_from=len(ids)).tuned()


def _sample(held: _Groups | None, kept: Rows, recent: _Recent, size: int) -> Vectors:
    chance = np.random.default_rng(size)
    total = int(np.count_nonzero(kept)) + len(recent.ids)
    vectors = recent.vectors()[chance.random(len(recent.ids)) < size / total]
    if held is None:
        return vectors
    _, others = held.gathered(kept & (chance.random(len(kept)) < size / total))
    return np.concatenate((vectors, others))


def _numbered(held: Keys, kept: Rows, added: Keys) -> tuple[Keys, Keys, Keys]:
    """Return the ids of ``kept`` and ``added``, sorted, and the row that each of both has among them."""
    together = np.concatenate((held[kept], added))
    order = np.argsort(together, kind="stable")
    rows = np.empty(len(order), np.int64)
    rows[order] = np.arange(len(order))
    old = np.full(len(held), -1, np.int64)
    old[kept] = rows[: len(order) - len(added)]
    return together[order], old, rows[len(order) - len(added) :]


def _owned(ids: Keys, owners: Keys, share: int) -> Rows:
    """Return which of the sorted ``ids`` belong to one of the sorted ``owners``."""
    marks = np.zeros(len(ids) + 1, np.int32)
    np.add.at(marks, np.searchsorted(ids, owners * share), 1)
    np.add.at(marks, np.searchsorted(ids, (owners + 1) * share), -1)
    return np.asarray(np.cumsum(marks[:-1]) > 0)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Leave the other processors to those who ask; it holds for this thread alone."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


# The stubs know neither the keywords of these nor that an array may be given.


def _only(rows: Rows) -> Any:
    return faiss.IDSelectorBitmap(np.packbits(rows, bitorder="little"))  # type: ignore[arg-type,call-arg]


def _looking_into(probes: int, among: Any = None) -> Any:
    return faiss.SearchParametersIVF(nprobe=probes, sel=among)  # type: ignore[call-arg]


def _empty(dimension: int, groups: int) -> Any:
    centres = faiss.IndexFlatIP(dimension)
    quantised, measure = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexIVFScalarQuantizer(centres, dimension, groups, quantised, measure, False)
    index.sq.rangestat_arg = 0.1  # what comes later may lie a little beyond what was learned from
    return index


def _alike(index: Any) -> Any:
    """Return an index of the same groups, with nothing in them."""
    empty = _empty(index.d, index.nlist)
    empty.quantizer.add(index.quantizer.reconstruct_n(0, index.nlist))
    empty.sq, empty.is_trained = index.sq, True
    return empty


def _enter(index: Any, group: int, rows: Keys, codes: NDArray[np.uint8]) -> None:
    rows, codes = np.ascontiguousarray(rows), np.ascontiguousarray(codes)
    index.invlists.add_entries(group, len(rows), faiss.swig_ptr(rows), faiss.swig_ptr(codes))
    index.ntotal += len(rows)


def _none(recent: _Recent) -> _Recent:
    return recent.only(np.zeros(len(recent.ids), bool))


def _no_vectors(dimension: int) -> Vectors:
    return np.empty((0, dimension), np.float32)
