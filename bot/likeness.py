"""How alike questions are in meaning, by the embedder that searches."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from index.ports import Embedder, Vectors

REMEMBERED = 2_000
"""Vectors kept; a question takes milliseconds to embed, and lists of them are looked at again."""


class EmbedderLikeness:
    """Implements ``bot.ports.Likeness``. Safe to call from several threads."""

    def __init__(self, embedder: Callable[[], Embedder]) -> None:
        self._embedder = embedder
        self._vectors: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def alike(self, texts: Sequence[str], others: Sequence[str]) -> list[list[float]]:
        """Return the cosine of each text with each of the others. Raises EmbedderUnavailable."""
        if not texts or not others:
            return [[] for _ in texts]
        rows, columns = (np.stack([self._vector(text) for text in side]) for side in (texts, others))
        return [[float(cosine) for cosine in row] for row in rows @ columns.T]

    def _vector(self, text: str) -> Vectors:
        # The words of people are not kept in memory for longer than it takes.
        key = hashlib.sha256(text.encode(errors="replace")).digest()
        with self._lock:
            if key in self._vectors:
                self._vectors.move_to_end(key)
                return self._vectors[key]
        vector = self._embedder().embed_query(text).vector
        with self._lock:
            self._vectors[key] = vector
            while len(self._vectors) > REMEMBERED:
                self._vectors.popitem(last=False)
        return vector
