"""A small embedder and a reranker that need no model, for tests of this project and of what extends it."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from index.ports import Embedding, Numbers

WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Bags of hashed words: texts are alike as far as they share words. Counts what it embeds."""

    def __init__(
        self,
        *,
        dimension: int = 128,
        window: int = 200,
        id: str = "hashing",
        languages: frozenset[str] = frozenset(),
    ) -> None:
        self.dimension = dimension
        self.window = window
        self.id = id
        self.languages = languages
        self.embedded: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the words of each text, a long one as several."""
        return [sum(1 + len(word) // 8 for word in re.findall(r"\w+|[^\w\s]", text)) for text in texts]

    def embed_query(self, query: str) -> Embedding:
        """Embed what is searched."""
        return self._embedding(query)

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed what is found, in the order of the texts."""
        self.embedded.extend(texts)
        return [self._embedding(text) for text in texts]

    def _embedding(self, text: str) -> Embedding:
        found = [(match[0].lower(), match.span()) for match in WORD.finditer(text)] or [
            (text, (0, len(text)))
        ]
        ids = np.array([self._id(word) for word, _ in found], dtype=np.int32)
        tokens = np.zeros((len(ids), self.dimension), dtype=np.float32)
        tokens[np.arange(len(ids)), ids] = 1
        whole = tokens.sum(axis=0)
        return Embedding(
            vector=whole / np.linalg.norm(whole),
            tokens=tokens,
            ids=ids,
            spans=np.array([span for _, span in found], dtype=np.int32),
        )

    def _id(self, word: str) -> int:
        digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") % self.dimension


class WordReranker:
    """Likes the passages best in which its word stands most often. Keeps what it was asked."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.asked: list[tuple[str, list[str]]] = []

    def score(self, query: str, passages: Sequence[str]) -> Numbers:
        """Count the word in each passage."""
        self.asked.append((query, list(passages)))
        return np.array([WORD.findall(text.lower()).count(self.word) for text in passages], np.float64)
