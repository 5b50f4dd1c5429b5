"""A small embedder that needs no model, for tests of this project and of what extends it."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from index.ports import Vectors

WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Bags of hashed words: texts are alike as far as they share words. Counts what it embeds."""

    def __init__(self, *, dimension: int = 256, window: int = 200, id: str = "hashing") -> None:
        self.dimension = dimension
        self.window = window
        self.id = id
        self.embedded: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the words of each text, a long one as several."""
        return [sum(1 + len(word) // 8 for word in re.findall(r"\w+|[^\w\s]", text)) for text in texts]

    def embed_query(self, query: str) -> Vectors:
        """Return one unit vector of shape (dimension,)."""
        return self._vector(query)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension)."""
        self.embedded.extend(texts)
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in WORD.findall(text.lower()) or [text]:
            digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
            vector[int.from_bytes(digest, "big") % self.dimension] += 1
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit
