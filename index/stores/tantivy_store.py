"""Lexical search with tantivy: BM25 over words, and an exact lane for identifiers and quoted phrases.

Derived data, never the truth: a folder that cannot be read, or that an older Quoth wrote, is
emptied and begun anew; `ids` then says what is missing.
"""

import os
import re
import shutil
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import cast

import numpy as np
from filelock import FileLock
from tantivy import (
    Document,
    Filter,
    Index,
    IndexWriter,
    Occur,
    Query,
    SchemaBuilder,
    Searcher,
    TextAnalyzerBuilder,
    Tokenizer,
)

from index.errors import CatalogUnavailable, DiskFull, IndexFailure, SyncBusy
from index.lexicon import identifiers, phrases
from index.passages import content_hash
from index.ports import Keys

BODY_WEIGHT = 1.0
HEAD_WEIGHT = 0.6
CODE_WEIGHT = 1.0

MOST_CHARACTERS = 10_000
"""How much of a query is read: more than any chat platform lets a person write."""

MOST_TERMS = 64
"""How many distinct words, and how many identifiers, of a query are searched, the rarest first."""

MOST_PHRASES = 8

MOST_PASSED_OVER = 4_000
"""Passages that are found in everything and looked through for those of an audience, before it is
searched alone, which takes 60 ms for 100,000 passages."""

RARE_SHARE = 0.05
RARE_COUNT = 5
"""An identifier is rare if at most this share of the passages holds it, or at most this many."""

FORMAT = "1"
"""To be raised with every change to the fields, the analyzers or what counts as an identifier."""

_HEAP_BYTES = 30_000_000
_LOCK_NAME = "opening.lock"
_FORMAT_NAME = "format"

_SCHEMA = (
    SchemaBuilder()
    .add_unsigned_field("id", indexed=True, fast=True)
    .add_text_field("body", tokenizer_name="prose")
    .add_text_field("head", tokenizer_name="prose", index_option="freq")
    .add_text_field("code", tokenizer_name="spaced", index_option="freq")
    .build()
)
# Marks (\p{M}) belong to words: without them Hindi and Thai fall to pieces.
_PROSE = (
    TextAnalyzerBuilder(Tokenizer.regex(r"[\p{L}\p{M}\p{N}]+"))
    .filter(Filter.lowercase())
    .filter(Filter.ascii_fold())
    .filter(Filter.stemmer("english"))
    .build()
)
_SPACED = TextAnalyzerBuilder(Tokenizer.whitespace()).build()

# Composing takes quadratic time for marks piled up on one letter.
_STRETCH = re.compile(r"\S{1,200}")

_MEANINGS: tuple[tuple[str, type[IndexFailure]], ...] = (
    ("LockBusy", SyncBusy),
    ("No space left", DiskFull),
    ("StorageFull", DiskFull),
)
"""What tantivy's messages mean: it raises ValueError for everything. Any other: CatalogUnavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalEntry:
    """One passage as it is searched: ``id`` from 0 to 2**64 - 1, title with headings, and text."""

    id: int
    head: str
    body: str


class LexicalSnapshot:
    """The passages as of one moment. Immutable: share it between threads at will."""

    def __init__(self, searcher: Searcher, *, version: str = "", _among: Keys | None = None) -> None:
        """``version`` names what the folder holds, another after every update; empty without a folder."""
        self.version = version
        self._searcher = searcher
        self._among = _among

    def narrowed(self, among: Keys) -> "LexicalSnapshot":
        """Return a snapshot that passes other ids over; scores stay those of a search in everything."""
        return LexicalSnapshot(self._searcher, version=self.version, _among=np.sort(among))

    @cached_property
    def _filter(self) -> Query:
        """A filter that scores nothing. It takes half a millisecond for each thousand ids."""
        ids = [] if self._among is None else self._among.tolist()
        return Query.const_score_query(Query.term_set_query(_SCHEMA, "id", ids), 0.0)

    def __len__(self) -> int:
        """Count the passages."""
        return int(self._searcher.num_docs)

    def ids(self) -> set[int]:
        """Return the ids held. Raises CatalogUnavailable when the files are damaged."""
        with _own_errors():
            return {id for id, _ in self._found(Query.all_query(), self._searcher.num_docs)}

    def first(self) -> list[int]:
        """Return an id that is held, if there is one. Raises CatalogUnavailable when files are damaged."""
        with _own_errors():
            return [id for id, _ in self._found(Query.all_query(), 1)]

    def frequency(self, word: str) -> int:
        """Count the passages whose text holds a word in any of its forms, deleted ones possibly included.

        Raises CatalogUnavailable when the files are damaged.
        """
        with _own_errors():
            stems = _PROSE.analyze(_clean(word[:MOST_CHARACTERS]))
            return min((self._searcher.doc_freq("body", stem) for stem in stems), default=0)

    def identifier_frequency(self, term: str) -> int:
        """Count the passages that name an identifier, as `lexicon.identifiers` returns it.

        Raises CatalogUnavailable when the files are damaged.
        """
        # doc_freq would still count what was deleted, until segments merge.
        with _own_errors():
            found = self._searcher.search(_term("code", _clean(term)), 1, count=True)
        return int(found.count)  # type: ignore[attr-defined]  # left out of tantivy's stubs

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """Return up to ``k`` (id, score) pairs, best first, ties by id; any text is a query.

        The score is BM25 over words, headings and identifiers. Passages that hold a quoted phrase,
        or a rare identifier of a query that is nothing but identifiers, come before all others:
        what that holds for, and the best score of all, are added to theirs. Which of several
        passages that tie for the k-th place is returned is not defined. Raises
        CatalogUnavailable when the files are damaged.
        """
        text = _clean(query[:MOST_CHARACTERS])
        with _own_errors():
            terms = self._terms(text)
            found = self._found(_any(terms), k)
            ahead = self._ahead(text, terms, k) if found else []
            found = _promote(ahead, found) if ahead else found
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    def exact(self, query: str, k: int) -> list[int]:
        """Return up to ``k`` ids of passages that hold what the query names to the letter, best first.

        That is a quoted phrase, or a rare identifier if the query is nothing but identifiers; for
        any other query it is nothing. Raises CatalogUnavailable when the files are damaged.
        """
        text = _clean(query[:MOST_CHARACTERS])
        with _own_errors():
            found = self._ahead(text, self._terms(text), k)
        return [id for id, _ in sorted(found, key=lambda pair: (-pair[1], pair[0]))]

    def _ahead(self, text: str, terms: list[Query], k: int) -> list[tuple[int, float]]:
        lane = [*_phrases(text), *self._rare_identifiers(text)]
        if not lane:
            return []
        # Apart from the terms alone, for which tantivy skips what cannot be among the best k.
        query = Query.boolean_query([(Occur.Must, _any(lane)), (Occur.Should, _any(terms))])
        return self._found(query, k)

    def _terms(self, text: str) -> list[Query]:
        words = self._rarest(_PROSE.analyze(text), ("body", "head"))
        return [
            *(Query.boost_query(_term("body", word), BODY_WEIGHT) for word in words),
            *(Query.boost_query(_term("head", word), HEAD_WEIGHT) for word in words),
            *(
                Query.boost_query(_term("code", name), CODE_WEIGHT)
                for name in self._rarest(identifiers(text), ("code",))
            ),
        ]

    def _rarest(self, terms: Iterable[str], fields: Iterable[str]) -> list[str]:
        counts = {term: sum(self._searcher.doc_freq(field, term) for field in fields) for term in terms}
        known = [term for term, count in counts.items() if count]
        return sorted(known, key=counts.__getitem__)[:MOST_TERMS]

    def _rare_identifiers(self, text: str) -> list[Query]:
        names = identifiers(text)
        # What stays of a query without its identifiers is seen by the words alone.
        if _PROSE.analyze(" ".join(names)) != _PROSE.analyze(text):
            return []
        most = max(RARE_COUNT, RARE_SHARE * self._searcher.num_docs)
        rare = [name for name in self._rarest(names, ("code",)) if self.identifier_frequency(name) <= most]
        return [_term("code", name) for name in rare]

    def _found(self, query: Query, k: int) -> list[tuple[int, float]]:
        if self._among is None:
            return self._first(query, k)
        # Of what a search in everything finds, so many should be among them that there are enough.
        most = 2 * k * self._searcher.num_docs // max(len(self._among), 1)
        if most <= MOST_PASSED_OVER:
            found = self._first(query, most)
            own = np.isin([id for id, _ in found], self._among)
            if len(found) < most or np.count_nonzero(own) >= k:
                return list(compress(found, own))[:k]
        return self._first(Query.boolean_query([(Occur.Must, query), (Occur.Must, self._filter)]), k)

    def _first(self, query: Query, k: int) -> list[tuple[int, float]]:
        # tantivy panics at a limit of 0, and sets memory aside for all of it.
        k = min(k, self._searcher.num_docs)
        if k < 1:
            return []
        hits = self._searcher.search(query, k, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        return [(cast(int, id), score) for id, (score, _) in zip(ids, hits, strict=True)]


class TantivyStore:
    """The words of one workspace's passages. Safe to use from several threads."""

    def __init__(self, folder: Path | None) -> None:
        """Open or create the index in ``folder``, which is ours alone; None keeps it in memory.

        A folder that holds anything else, or is damaged, is emptied. Raises CatalogUnavailable
        when the folder cannot be written, DiskFull.
        """
        self._writing = threading.Lock()
        self._folder = folder
        with _own_errors():
            self._index: Index | None = _opened(folder) if folder else _index(None)

    def ids(self) -> set[int]:
        """Return the ids held. Raises CatalogUnavailable."""
        return self.snapshot().ids()

    def snapshot(self) -> LexicalSnapshot:
        """Return the passages as of the last finished update, by whatever process.

        Raises CatalogUnavailable when the folder was damaged meanwhile.
        """
        index = self._held()
        with _own_errors():
            # Before it is read: of what is written meanwhile, it names what was there before.
            version = content_hash((self._folder / "meta.json").read_text("utf-8")) if self._folder else ""
            index.reload()
            return LexicalSnapshot(index.searcher(), version=version)

    def update(self, *, removed: Iterable[int], added: Iterable[LexicalEntry]) -> None:
        """Remove ids and add entries, all or nothing; an entry replaces an older one of its id.

        Entries are taken one by one and never all held in memory. Raises SyncBusy while another
        store or process updates the same folder, DiskFull, CatalogUnavailable.
        """
        with self._writing, _writer(self._held()) as writer:
            for id in removed:
                _delete(writer, id)
            for entry in added:
                _delete(writer, entry.id)
                _add(writer, entry)
            with _own_errors():
                writer.commit()

    def close(self) -> None:
        """Let go of the folder, after an update under way. Snapshots that were taken go on answering."""
        with self._writing:
            self._index = None

    def _held(self) -> Index:
        if self._index is None:
            raise ValueError("the lexical store is closed")
        return self._index


# Queries


def _clean(text: str) -> str:
    """Return a text that tantivy takes: composed, and without half characters (lone surrogates)."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole if whole.isascii() else _STRETCH.sub(_composed, whole)


def _composed(stretch: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", stretch[0])


def _term(field: str, term: str) -> Query:
    return Query.term_query(_SCHEMA, field, term, index_option="freq")


def _any(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _phrases(text: str) -> list[Query]:
    analyzed = [_PROSE.analyze(phrase) for phrase in phrases(text)[:MOST_PHRASES]]
    # tantivy panics at a phrase of one word.
    return [Query.phrase_query(_SCHEMA, "body", [*words]) for words in analyzed if len(words) > 1]


def _promote(ahead: list[tuple[int, float]], found: list[tuple[int, float]]) -> list[tuple[int, float]]:
    lead = max(score for _, score in found)
    promoted = {id: lead + score for id, score in ahead}
    return [*promoted.items(), *((id, score) for id, score in found if id not in promoted)]


# The folder


def _opened(folder: Path) -> Index:
    folder.mkdir(parents=True, exist_ok=True)
    # Without the lock, one process could empty what another has just begun anew.
    with FileLock(folder / _LOCK_NAME):
        return _current(folder) or _begun(folder)


def _current(folder: Path) -> Index | None:
    try:
        if (folder / _FORMAT_NAME).read_text("utf-8") != FORMAT:
            return None
        with _own_errors():
            index = _index(folder)
            LexicalSnapshot(index.searcher()).first()
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError, CatalogUnavailable):
        return None
    return index


def _begun(folder: Path) -> Index:
    _empty(folder)
    index = _index(folder)
    # Last, so that a folder whose making was interrupted is begun anew.
    (folder / _FORMAT_NAME).write_text(FORMAT, "utf-8")
    return index


def _empty(folder: Path) -> None:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry)
        elif entry.name != _LOCK_NAME:
            os.unlink(entry)


def _index(folder: Path | None) -> Index:
    index = Index(_SCHEMA, path=str(folder) if folder else None)
    index.register_tokenizer("prose", _PROSE)
    index.register_tokenizer("spaced", _SPACED)
    # A snapshot reloads by itself; the default is a thread that watches the folder.
    index.config_reader("manual")
    return index


# Writing


@contextmanager
def _writer(index: Index) -> Iterator[IndexWriter]:
    with _own_errors():
        writer = index.writer(_HEAP_BYTES, num_threads=1)
    try:
        yield writer
    finally:
        # Consumes the writer, and with it what was not committed and the lock on the folder;
        # left to the garbage collector, an exception's traceback would keep the lock.
        with _own_errors():
            writer.wait_merging_threads()


def _delete(writer: IndexWriter, id: int) -> None:
    # delete_documents_by_term deletes nothing from unsigned fields: it looks for a signed number.
    with _own_errors():
        writer.delete_documents_by_query(Query.term_query(_SCHEMA, "id", id))


def _add(writer: IndexWriter, entry: LexicalEntry) -> None:
    head, body = _clean(entry.head), _clean(entry.body)
    document = Document()
    document.add_unsigned("id", entry.id)
    document.add_text("head", head)
    document.add_text("body", body)
    document.add_text("code", " ".join(identifiers(f"{head}\n{body}")))
    with _own_errors():
        writer.add_document(document)


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        if not _is_foreign(error):
            raise
        raise _own_error(str(error)) from error


def _is_foreign(error: BaseException) -> bool:
    # A panic in Rust, as damaged files bring about, is no Exception, and its class cannot be imported.
    return isinstance(error, OSError | ValueError) or type(error).__name__ == "PanicException"


def _own_error(message: str) -> IndexFailure:
    for sign, meaning in _MEANINGS:
        if sign in message:
            return meaning()
    return CatalogUnavailable(f"The lexical index cannot be used: {message}")
