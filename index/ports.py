"""What the index asks of its replaceable parts: sources, readers, embedders, rerankers and stores."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index.passages import Extract

Vectors: TypeAlias = NDArray[np.float32]
"""An array of shape (n, dimension), or (dimension,) for a single vector; rows of unit length."""

Numbers: TypeAlias = NDArray[np.float64]
"""An array of scores or weights, of shape (n,) where nothing else is said."""

Ids: TypeAlias = NDArray[np.int32]
"""An array of shape (n,) of an embedder's own numbers for the tokens it knows."""

Keys: TypeAlias = NDArray[np.int64]
"""An array of shape (n,) of ids of passages, or of vectors in a store."""

Spans: TypeAlias = NDArray[np.int32]
"""An array of shape (n, 2): where each token starts and ends in its text, in code points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """What an embedder makes of one text: a vector of the whole, and one of each token in context.

    ``vector`` has shape (dimension,), ``tokens`` (n, dimension); all are of unit length. Special
    tokens and the prompt are left out; what lies beyond the window is, too.
    """

    vector: Vectors
    tokens: Vectors
    ids: Ids
    spans: Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document as a source lists it, before its bytes are fetched.

    ``version`` changes whenever the bytes may have changed; ``format`` is the file name's ending
    in lower case, without the dot, by which a reader is chosen. ``url`` is where the document
    stands on the web, empty if nowhere; ``line_anchor`` is the fragment that leads to one of its
    lines, with a place for the number, empty where headings are what one can link to. ``is_whole`` says
    that the text is what stands at ``url``; anchors in one that is a part of it lead nowhere there. A uri
    that ends with a slash is a folder that could not be listed: fetching it says why, and every document
    below it is kept.
    """

    uri: str
    name: str
    format: str
    version: str
    updated_at: datetime
    url: str = ""
    line_anchor: str = ""
    is_whole: bool = True


Record = TypeVar("Record", bound=tuple[str, ...])
"""A named tuple of strings."""


class Parse(Protocol):
    """Has a parser look at bytes of unknown origin where it can do no harm, and returns what it finds."""

    def __call__(
        self, record: type[Record], parser: Callable[..., Iterable[Record]], data: bytes, *given: str
    ) -> list[Record]:
        """Return ``parser(data, *given)``. Raises DocumentUnreadable, also for what goes wrong in it."""
        ...


class Source(Protocol):
    """Where documents come from."""

    def entries(self) -> Iterator[Entry]:
        """List the documents, in a stable order.

        Raises SourceUnavailable when the source as a whole cannot be reached.
        """
        ...

    def fetch(self, entry: Entry) -> bytes:
        """Return the bytes of a listed document.

        Raises DocumentGone when there is no such document any more, and DocumentUnreadable (or
        another subclass) when it cannot be had right now: what was read of it before then stays.
        """
        ...


@runtime_checkable
class DirectSource(Source, Protocol):
    """A source that need not list all its documents to find one of them."""

    def find(self, uri: str) -> Entry | None:
        """Return one document that was listed before; None if it is gone. Raises SourceUnavailable."""
        ...


@runtime_checkable
class RollingSource(Source, Protocol):
    """A source of the newest documents of something, ``max_entries`` at most: new ones push out old ones."""

    max_entries: int


class Reader(Protocol):
    """Turns the bytes of one format into blocks of text under their headings."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. ``name`` (the file's name) is the title of last resort.

        Raises DocumentUnreadable (or a subclass). Never raises anything else, whatever the bytes.
        """
        ...


class Embedder(Protocol):
    """Turns text into vectors whose dot product says how alike two texts, or two tokens, are."""

    @property
    def id(self) -> str:
        """Name that changes whenever vectors would: model, weights, prompts."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The languages it was made for, as codes of two letters; empty if it was made for all."""
        ...

    @property
    def window(self) -> int:
        """How many tokens of a text are seen, special tokens not counted."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens not counted."""
        ...

    def embed_query(self, query: str) -> Embedding:
        """Embed what is searched."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed what is found, in the order of the texts."""
        ...


class Reranker(Protocol):
    """Reads a query and a passage together, to say how well one answers the other."""

    def score(self, query: str, passages: Sequence[str]) -> Numbers:
        """Return one score per passage, in their order; a higher one is better. Called from any thread.

        Raises RerankerUnavailable.
        """
        ...


class Store(Protocol):
    """Keeps the vectors of one workspace and finds the nearest. Derived, never the truth."""

    def __len__(self) -> int:
        """Count the vectors."""
        ...

    def updated(self, *, removed: Iterable[int], ids: Sequence[int], vectors: Vectors) -> "Store":
        """Return a store without the vectors of ``removed`` and with ``ids`` added; self stays as it is."""
        ...

    def narrowed(self, owners: Keys) -> "Store":
        """Return a store of those vectors alone that belong to ``owners``."""
        ...

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """Return up to ``k`` (id, dot product) pairs, best first, ties by id."""
        ...
