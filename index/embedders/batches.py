"""What embedders share: which texts are computed together, and what is made of the numbers."""

from collections.abc import Iterator, Sequence

from index.ports import Embedding, Ids, Spans, Vectors
from index.tokens import unit

BATCH = 16
"""Texts embedded at a time; a question waits for one batch of a sync at most."""


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield which texts to embed together, those of like length: a batch costs as much as its longest."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]


def embedding(vector: Vectors, tokens: Vectors, ids: Ids, spans: Spans, prefix: int) -> Embedding:
    """Leave out special tokens, which have no extent, and those of the prompt, ``prefix`` characters."""
    own = (spans[:, 1] > spans[:, 0]) & (spans[:, 0] >= prefix)
    return Embedding(vector=vector, tokens=unit(tokens[own]), ids=ids[own], spans=spans[own] - prefix)
