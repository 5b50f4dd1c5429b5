"""Read what has changed in a source, as much at a time as memory shall hold."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from index.catalog import DocumentState, Reading
from index.errors import DocumentGone, DocumentUnreadable
from index.languages import language_of
from index.lines import with_lines
from index.passages import Block, Document, Draft, Failure
from index.ports import Embedder, Entry, Reader, RollingSource, Source
from index.readers.decoding import decode
from index.splitting import embedding_text, split

PIPELINE = 5
"""Raise this when readers or splitting change what they yield, so that documents are read anew."""

WINDOW_PASSAGES = 512
"""Passages that are read before they are staged and embedded; texts of like length go together."""

WINDOW_CHARACTERS = 4_000_000

HELD_SHARE = 0.5
"""A source that has lost more than this share of its documents may have lost them by mistake."""

HELD_LEAST = 2
"""How many documents it must have lost at least for that: a single one may well have been deleted."""


@dataclass(slots=True, kw_only=True)
class Gathering:
    """One sync's reading of one source, and what it has found so far.

    ``known`` are the documents that are searched, ``staged`` those that a sync which was cut short
    had read before. ``release`` returns the release that a document is given, if any; ``releases`` are
    those that differ from what is known. ``fresh`` are the documents that are staged at the end.
    """

    source: Source
    open_reader: Callable[[str], Reader]
    embedder: Embedder
    known: Mapping[str, DocumentState]
    staged: Mapping[str, DocumentState]
    failed: Callable[[Failure], None]
    release: Callable[[Entry], str]
    touched: dict[str, str] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    unchanged: int = 0

    @property
    def removed(self) -> set[str]:
        """The documents that are gone; what a folder holds that could not be listed is not."""
        unlisted = tuple(failure.uri for failure in self.failures if failure.uri.endswith("/"))
        return {uri for uri in set(self.known) - self.kept if not uri.startswith(unlisted)}

    def is_suspicious(self, *, held: bool, accepted: int) -> bool:
        """Whether so many documents are gone, and more than were ``accepted``, that somebody has to agree.

        New ones do not make up for it: a source that is ``held`` stays so. Only in a source that rolls
        on each of them may have pushed one out.
        """
        pushed_out = len(self.fresh - self.known.keys()) if isinstance(self.source, RollingSource) else 0
        lost = len(self.removed) - pushed_out
        is_many = held or lost > HELD_SHARE * len(self.known)
        return is_many and lost >= HELD_LEAST and lost > accepted

    def windows(self, entries: list[Entry], step: Callable[[int], None]) -> Iterator[list[Reading]]:
        """Yield what is read anew, some documents at a time; ``step`` is told how many are done."""
        window: list[Reading] = []
        for done, entry in enumerate(entries):
            step(done)
            reading = self._changed(entry)
            if reading is not None:
                window.append(reading)
            if _is_full(window):
                yield window
                window = []
        if window:
            yield window

    def _changed(self, entry: Entry) -> Reading | None:
        """Return a document that is to be staged, None if it is not, or is already."""
        self._note_release(entry)
        if self._is_current(self.known.get(entry.uri), entry.version):
            self._keep(entry)
            self.unchanged += 1
            return None
        if self._is_current(self.staged.get(entry.uri), entry.version):
            self._keep(entry, fresh=True)
            return None
        try:
            data = self.source.fetch(entry)
        except DocumentGone as error:
            self._fail(entry, error)
            return None
        except DocumentUnreadable as error:
            # It may be back in a minute: what was read of it stays.
            self.kept.update({entry.uri} & set(self.known))
            self._fail(entry, error)
            return None
        return self._read(entry, data)

    def _note_release(self, entry: Entry) -> None:
        """A release can be another one though nothing of a document need be read or embedded anew."""
        state, release = self.known.get(entry.uri), self.release(entry)
        if state and release and state.release != release:
            self.releases[entry.uri] = release

    def _read(self, entry: Entry, data: bytes) -> Reading | None:
        revision = hashlib.sha256(data).hexdigest()
        if self._is_revision(self.known.get(entry.uri), revision):
            self.touched[entry.uri] = entry.version
            self._keep(entry)
            self.unchanged += 1
            return None
        if self._is_revision(self.staged.get(entry.uri), revision):
            self._keep(entry, fresh=True)
            return None
        try:
            reading = self._reading(entry, data, revision)
        except DocumentUnreadable as error:
            # What it said before stands nowhere any more, so it may not be quoted.
            self._fail(entry, error)
            return None
        self._keep(entry, fresh=True)
        return reading

    def _is_current(self, state: DocumentState | None, version: str) -> bool:
        return bool(state and version and state.pipeline == self.pipeline and state.version == version)

    def _is_revision(self, state: DocumentState | None, revision: str) -> bool:
        return bool(state and state.pipeline == self.pipeline and state.revision == revision)

    def _keep(self, entry: Entry, *, fresh: bool = False) -> None:
        self.kept.add(entry.uri)
        if fresh:
            self.fresh.add(entry.uri)

    def _fail(self, entry: Entry, error: DocumentUnreadable) -> None:
        failure = Failure(uri=entry.uri, reason=str(error))
        self.failures.append(failure)
        self.failed(failure)

    @property
    def pipeline(self) -> str:
        """What the passages of a document depend on beside its bytes."""
        return f"{PIPELINE}-{self.embedder.window}"

    def _reading(self, entry: Entry, data: bytes, revision: str) -> Reading:
        extract = self.open_reader(entry.format).read(data, name=entry.name)
        document = Document(
            uri=entry.uri,
            url=_address(entry.url, extract.url),
            title=extract.title,
            blocks=_anchored(extract.blocks, entry, data),
            revision=revision,
            updated_at=extract.updated_at or entry.updated_at,
            release=self.release(entry) or extract.release,
        )
        drafts = split(
            document.blocks,
            title=document.title,
            count_tokens=self.embedder.count_tokens,
            window=self.embedder.window,
        )
        return Reading(
            uri=document.uri,
            url=document.url,
            title=document.title,
            text=document.text,
            revision=revision,
            updated_at=document.updated_at,
            release=document.release,
            version=entry.version,
            pipeline=self.pipeline,
            drafts=tuple(drafts),
            vector_keys=tuple(_key(document.title, draft) for draft in drafts),
            language=language_of(extract.blocks, extract.language),
        )


def _address(url: str, own: str) -> str:
    """Return the address that a document gives as its own, if it lies where the document was found."""
    return own if url and own and urlsplit(own).netloc == urlsplit(url).netloc else url


def _anchored(blocks: tuple[Block, ...], entry: Entry, data: bytes) -> tuple[Block, ...]:
    """Return the blocks with the anchors of their lines, where the source links to lines.

    A part of what stands at its address has no anchors there.
    """
    if not entry.is_whole:
        return tuple(replace(block, anchor="") for block in blocks)
    if not entry.line_anchor:
        return blocks
    try:
        return with_lines(blocks, decode(data), entry.line_anchor)
    except DocumentUnreadable:  # a PDF, say, which has pages instead
        return blocks


def _is_full(window: list[Reading]) -> bool:
    return (
        sum(len(reading.drafts) for reading in window) >= WINDOW_PASSAGES
        or sum(len(reading.text) for reading in window) >= WINDOW_CHARACTERS
    )


def _key(title: str, draft: Draft) -> str:
    """Return the hash of all that an embedding depends on: the text, and where its sentences are."""
    sentences = [(sentence.start, sentence.end, sentence.kind.value) for sentence in draft.sentences]
    text = embedding_text(title, draft.heading, draft.text)
    return hashlib.sha256(f"{text}\0{sentences}".encode()).hexdigest()
