"""Token vectors made small: projected, rounded to four bits and packed, to be compared with a query's.

Measured on three manuals before anything was tuned to them: late interaction over 128 dimensions at four
bits ranks as well as over all 384 in full precision, in a twenty-fourth of the space.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import pairwise
from struct import Struct

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from index.passages import Sentence, SentenceKind
from index.ports import Embedder, Embedding, Ids, Vectors

# Matrices of a question are so small that the threads of NumPy's library wait for each other most of the
# time, and take the processor from other questions.
ThreadpoolController().select(prefix="libscipy_openblas").limit(limits=1)

DIMENSION = 128

LEVELS = 7
"""A coordinate is a whole number from -7 to 7 times its token's scale: four bits, two to a byte."""

AT_A_TIME = 1024
"""Tokens that are compared at once: what they take stays in the processor's cache."""

HEADING = 255
"""Stands for the sentence of a token that is part of the title or the headings."""

HEADER = Struct("<3H")
"""Numbers in front: tokens, coordinates of each, and how many in a thousand sentences are code."""

ID = np.dtype("<u4")
SCALE = np.dtype("<f2")
LENGTH = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class Projection:
    """A linear map of an embedder's vectors on fewer dimensions; ``matrix`` is (dimension, fewer)."""

    matrix: Vectors

    @classmethod
    def fit(cls, embedder: Embedder) -> "Projection":
        """Return the map that keeps most of what this embedder's token vectors hold.

        It is fitted to a text on all sorts of things that ships with Quoth, and so depends on the
        embedder alone: passages embedded years apart stay comparable.
        """
        sample = (files("index") / "sample.txt").read_text(encoding="utf-8").splitlines()
        tokens = np.concatenate([embedding.tokens for embedding in embedder.embed_passages(sample)])
        _, _, directions = np.linalg.svd(tokens, full_matrices=False)
        width = min(DIMENSION, len(directions)) // 2 * 2  # two coordinates share a byte
        return cls(np.ascontiguousarray(directions[:width].T, dtype=np.float32))

    def __call__(self, vectors: Vectors) -> Vectors:
        """Return the projected vectors, rows scaled to unit length."""
        return unit(vectors @ self.matrix)


def unit(vectors: Vectors) -> Vectors:
    """Scale rows to unit length; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of several passages, one after the other.

    ``codes`` is (n, width / 2), ``scales``, ``ids`` and ``sentences`` are (n,); the tokens of passage
    ``i`` are those from ``starts[i]`` up to ``starts[i + 1]``. A run of tokens of one passage and one
    sentence, or of its headings, begins at each of ``runs``, and ``lengths`` are those of the sums of
    their vectors. ``code`` is, for each passage, the share of its sentences (0 to 1) that are code.
    """

    codes: NDArray[np.uint8]
    scales: Vectors
    ids: Ids
    sentences: NDArray[np.uint8]
    starts: NDArray[np.int64]
    runs: NDArray[np.int64]
    lengths: Vectors
    code: NDArray[np.float64]

    @property
    def vectors(self) -> Vectors:
        """Return (n, width), of about unit length."""
        halves = np.stack((self.codes >> 4, self.codes & 15), axis=-1).reshape(len(self.codes), -1)
        return np.asarray((halves.astype(np.float32) - LEVELS) * self.scales[:, None])

    def similarity(self, queries: Vectors) -> Vectors:
        """Return (m, n): the dot product of each of (m, width) queries with each token's vector.

        The same as with ``vectors``, which take three times as long to be written out.
        """
        high, low = np.ascontiguousarray(queries[:, ::2]), np.ascontiguousarray(queries[:, 1::2])
        found = np.empty((len(queries), len(self.codes)), np.float32)
        for start in range(0, len(self.codes), AT_A_TIME):
            here = slice(start, start + AT_A_TIME)
            halves = (self.codes[here] >> 4).astype(np.float32), (self.codes[here] & 15).astype(np.float32)
            found[:, here] = high @ halves[0].T + low @ halves[1].T
        found -= LEVELS * queries.sum(axis=1, keepdims=True)
        found *= self.scales
        return found

    def own_ids(self) -> list[Ids]:
        """Return the ids of each passage's tokens below its headings."""
        own = self.sentences != HEADING
        ids, bounds = self.ids[own], np.concatenate(([0], own.cumsum()))[self.starts]
        return [ids[start:end] for start, end in pairwise(bounds.tolist())]


def pack(
    embedding: Embedding, projection: Projection, *, prefix: int, sentences: Sequence[Sentence]
) -> bytes:
    """Pack the tokens of one passage.

    ``prefix`` is how many characters of what was embedded stand before the passage's text.
    """
    if not len(embedding.ids):
        embedding = _blank(embedding)
    vectors = projection(embedding.tokens)
    scales = (np.abs(vectors).max(axis=1, initial=0) / LEVELS).astype(SCALE)
    codes = np.rint(vectors / np.maximum(scales[:, None].astype(np.float32), np.float32(1e-6)))
    nibbles = (np.clip(codes, -LEVELS, LEVELS) + LEVELS).astype(np.uint8)
    starts = embedding.spans[:, 0] - prefix
    number = np.searchsorted([sentence.start for sentence in sentences], starts, side="right") - 1
    own = np.where(starts < 0, HEADING, np.clip(number, 0, HEADING - 1)).astype(np.uint8)
    blob = b"".join(
        (
            HEADER.pack(len(vectors), nibbles.shape[1], _per_mille_of_code(sentences)),
            embedding.ids.astype(ID).tobytes(),
            scales.tobytes(),
            own.tobytes(),
            (nibbles[:, ::2] << 4 | nibbles[:, 1::2]).tobytes(),
        )
    )
    return blob + unpack([blob]).lengths.astype(LENGTH).tobytes()


def _blank(embedding: Embedding) -> Embedding:
    """Return one token that is like no other, for a text of which the embedder sees nothing."""
    return Embedding(
        vector=embedding.vector,
        tokens=np.zeros((1, embedding.tokens.shape[1]), np.float32),
        ids=np.zeros(1, np.int32),
        spans=np.full((1, 2), -1, np.int32),
    )


def _per_mille_of_code(sentences: Sequence[Sentence]) -> int:
    code = sum(sentence.kind is SentenceKind.CODE for sentence in sentences)
    return round(1000 * code / max(len(sentences), 1))


def unpack(blobs: Sequence[bytes]) -> Tokens:
    """Return the tokens of some passages; there is at least one."""
    counts, ids, scales, sentences, codes, lengths, code = [], [], [], [], [], [], []
    for blob in blobs:
        n, width, per_mille = HEADER.unpack_from(blob)
        first, second = HEADER.size + n * ID.itemsize, HEADER.size + n * (ID.itemsize + SCALE.itemsize)
        third = second + n + n * width // 2
        counts.append(n)
        code.append(per_mille / 1000)
        ids.append(blob[HEADER.size : first])
        scales.append(blob[first:second])
        sentences.append(blob[second : second + n])
        codes.append(blob[second + n : third])
        lengths.append(blob[third:])
    numbers = np.frombuffer(b"".join(sentences), np.uint8)
    starts = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    runs = _runs(numbers, starts)
    tokens = Tokens(
        codes=np.frombuffer(b"".join(codes), np.uint8).reshape(-1, width // 2),
        scales=np.frombuffer(b"".join(scales), SCALE).astype(np.float32),
        ids=np.frombuffer(b"".join(ids), ID).astype(np.int32),
        sentences=numbers,
        starts=starts,
        runs=runs,
        lengths=np.frombuffer(b"".join(lengths), LENGTH),
        code=np.array(code),
    )
    # What was packed before lengths were kept has none.
    return tokens if all(lengths) else replace(tokens, lengths=np.linalg.norm(_sums(tokens), axis=1))


def token_ids(blob: bytes) -> Ids:
    """Return the ids of one passage's tokens, without unpacking the rest."""
    n, _, _ = HEADER.unpack_from(blob)
    return np.frombuffer(blob, ID, n, HEADER.size).astype(np.int32)


def _runs(sentences: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    changed = np.flatnonzero(np.diff(sentences)) + 1
    runs: NDArray[np.int64] = np.union1d(changed, starts[:-1]).astype(np.int64)
    return runs[runs < len(sentences)]


def run_vectors(tokens: Tokens) -> Vectors:
    """Return the unit vector of each run, of which there is at least one: the mean of its tokens."""
    return unit(_sums(tokens))


def _sums(tokens: Tokens) -> Vectors:
    vectors = tokens.vectors
    bounds = pairwise([*tokens.runs.tolist(), len(vectors)])
    ones = np.ones(len(vectors), np.float32)
    # Three times as fast as np.add.reduceat along rows.
    return np.stack([ones[: end - start] @ vectors[start:end] for start, end in bounds])
