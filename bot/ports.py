"""What the core asks of the index, the clock and its own memory, and what adapters ask of the core."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from bot.messages import DocumentLine, Errand, Fate, Hindrance, Posting, Reply, Request, SourceLine
from index.passages import (
    Audience,
    CuratedAnswer,
    Explanation,
    Failure,
    Finding,
    Hit,
    Passage,
    Step,
    SyncReport,
    Transcript,
)

NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a part of the core keeps of one person.

    ``lines`` say in words what it is, ``words`` are what the person wrote.
    """

    lines: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Keeper(Protocol):
    """A part of the core that keeps something of people."""

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return all that is kept of a person in a workspace."""
        ...

    def forget(self, workspace: str, actor_id: str) -> None:
        """Erase it, or whatever ties it to the person, at once."""
        ...


class Core(Protocol):
    """What an adapter talks to."""

    def replies(self, request: Request) -> AsyncIterator[Reply]:
        """Yield any number of Progress replies, then exactly one other. Never raises.

        Blocking work goes to threads in here, so adapters may iterate on their event loop.
        """
        ...

    async def errands(self, platform: str, do: Callable[[str, Errand], Awaitable[Fate]]) -> None:
        """Have the platform do what it shall say or change unasked, one after the other, for ever.

        ``do`` takes an errand and a key, and returns what became of it. An errand comes again, with the
        same key, when it is to be tried again and when the process ended before ``do`` did: a platform
        that can tell repeated messages apart is told the key.
        """
        ...

    async def posted(self, posting: Posting) -> None:
        """Take note where a passage was shown to a whole channel. Never raises."""
        ...

    async def hindered(self, hindrance: Hindrance) -> None:
        """Take note that the platform does not let an answer through. Never raises."""
        ...


class Adapter(Protocol):
    """One chat platform's connection."""

    async def run(self, core: Core) -> None:
        """Connect and serve until cancelled.

        Raises AdapterFailure (with a sentence for the operator) when it cannot ever connect.
        """
        ...


class Platform(Adapter, Protocol):
    """A connection that needs tokens."""

    async def check(self) -> str:
        """Try the tokens without serving; return who the platform takes the bot for, in a sentence.

        Raises AdapterFailure, whose message says what is missing.
        """
        ...


class Searcher(Protocol):
    """The index's door for questions."""

    def search(self, query: str, *, k: int, audience: Audience) -> list[Hit]:
        """Return up to ``k`` hits, best first; of the asker's audience only.

        What stands nearly alike in several places is one hit, which names the others.
        """
        ...

    def frequencies(self, words: Sequence[str], *, audience: Audience) -> Sequence[int]:
        """Return in how many of the workspace's passages each word stands, in any of its forms.

        It is about: what was removed just now may count still, and sources are not told apart.
        """
        ...

    def paths(self, *, audience: Audience) -> Sequence[tuple[str, ...]]:
        """Return titles, each with the headings that lead to some passage, as (title, heading, ...).

        Each is there once, in no order; takes milliseconds, so that it may be asked while people type.
        """
        ...

    def releases(self, *, audience: Audience) -> Sequence[str]:
        """Return the releases that documents of this audience describe, the newest first.

        Takes milliseconds, so that it may be asked while people type.
        """
        ...

    def headings(self, *, k: int, audience: Audience) -> list[tuple[str, tuple[str, ...]]]:
        """Return titles with the heading paths below them, of the ``k`` newest documents, in order.

        A path is empty where a document begins without a heading.
        """
        ...

    def read_back(self, passage_id: int, *, audience: Audience) -> Passage | None:
        """Return the live passage, or None when it is gone or not for this audience."""
        ...

    def following(self, passage_id: int, step: int, *, audience: Audience) -> Passage | None:
        """Return the live passage that stands ``step`` passages after another one in its document.

        None at the document's end, and for what is gone or not for this audience.
        """
        ...

    def explain(self, query: str, passage_id: int, *, audience: Audience) -> Explanation | None:
        """Say why a passage is found for a query.

        None when it is gone, not for this audience, or not among what the query finds.
        """
        ...

    def recall(self, *, workspace: str) -> float:
        """Return how many of the nearest passages a search finds, 0 to 1, as measured on a sample."""
        ...

    def findings(self, *, audience: Audience) -> Iterator[Finding]:
        """Yield what a writer should mend, which takes the longer the more was read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A source that was removed: all that it takes to have it again, and how many passages went."""

    name: str
    kind: str
    origin: str
    base_url: str
    paused: bool
    passages: int
    options: Mapping[str, str] = field(default_factory=dict)


class Library(Protocol):
    """The index's door for moderators: the sources of a workspace."""

    def sources(self, workspace: str) -> list[SourceLine]:
        """List the sources by name."""
        ...

    def names(self, workspace: str) -> list[str]:
        """List the names of the sources, in order, without looking at what they hold."""
        ...

    def add(
        self,
        workspace: str,
        origin: str,
        *,
        name: str,
        base_url: str,
        kind: str = "",
        options: Mapping[str, str] = NO_OPTIONS,
    ) -> str:
        """Record a source and return its name. Does not sync. Without a ``kind`` the origin tells it.

        Raises SourceExists, SourceOptionInvalid, SourceUnavailable.
        """
        ...

    def kind_of_file(self, name: str) -> str:
        """Tell of which kind an attached file of this name would be, if nobody says so."""
        ...

    def kind_of(self, origin: str) -> str:
        """Tell of which kind a source of this origin would be, if nobody says so.

        Raises SourceUnavailable.
        """
        ...

    def add_upload(
        self,
        workspace: str,
        filename: str,
        data: bytes,
        *,
        name: str,
        base_url: str,
        kind: str = "",
        options: Mapping[str, str] = NO_OPTIONS,
    ) -> str:
        """Keep the bytes, record them as a source and return its name. Does not sync.

        Raises SourceExists, SourceOptionInvalid, SourceUnavailable, CatalogUnavailable.
        """
        ...

    def documents(self, workspace: str, name: str) -> list[DocumentLine]:
        """List a source's documents. Raises SourceUnknown."""
        ...

    def pause(self, workspace: str, name: str, *, paused: bool) -> None:
        """Leave a source as it was read, or no longer. Raises SourceUnknown."""
        ...

    def remove(self, workspace: str, name: str) -> Removal:
        """Remove a source. The files of an upload are put aside until they are discarded.

        Raises SourceUnknown.
        """
        ...

    def restore(self, workspace: str, removal: Removal) -> None:
        """Record a removed source again as it was. Does not sync. Raises SourceExists."""
        ...

    def discard(self, removal: Removal) -> None:
        """Delete the files of an upload that was removed; no other file is touched."""
        ...

    def accept(self, workspace: str, name: str) -> int:
        """Let the next sync remove the documents that a source is held for; return how many.

        Raises SourceUnknown.
        """
        ...

    def revert(self, workspace: str, name: str, *, since: datetime) -> dict[str, int]:
        """Give a source back the documents that its last sync has replaced, or every one without a name.

        What was replaced before ``since`` stays. Nothing is read or embedded. Returns how many
        documents are as before, by source. Raises SourceUnknown, SyncBusy.
        """
        ...

    def expire(self, before: datetime) -> bool:
        """Forget for good what syncs up to a moment have replaced; whether there was any."""
        ...

    def sync(
        self,
        workspace: str,
        name: str,
        progress: Callable[[Step], None],
        failed: Callable[[Failure], None] = lambda failure: None,
        looked_at: Callable[[str, SyncReport], SyncReport] = lambda source, report: report,
    ) -> SyncReport:
        """Sync one source, or all that are not paused with an empty name; calls progress with each step,
        and failed(failure) as soon as a document could not be read.

        ``looked_at`` is called after each source, with its name, and returns the report that counts.

        Raises SourceUnknown, SourcePaused, SourceUnavailable, SyncBusy and any other IndexFailure. Of all
        sources, those that are gone are raised as one SourcesUnavailable after the others were read.
        """
        ...


class Originals(Protocol):
    """The index's door for proof: what documents say, as it is kept and as their sources have it now."""

    def kept(self, workspace: str, source: str, uri: str) -> str | None:
        """Return a document's extracted text as it was last read; None when it is gone."""
        ...

    def live(self, workspace: str, source: str, uris: Collection[str]) -> dict[str, str | None]:
        """Read documents anew from their source and return their extracted texts by uri.

        None stands for one that cannot be read now; one that the source no longer has is left out.
        Raises SourceUnknown, SourceUnavailable.
        """
        ...

    def passages(self, workspace: str, source: str, uri: str) -> list[Passage]:
        """Return a document's live passages in their order; none when it is gone."""
        ...

    def holding(self, workspace: str, content_hash: str) -> list[Passage]:
        """Return the live passages whose text has this hash, in all sources."""
        ...

    def titles(self, workspace: str) -> list[tuple[str, str, str]]:
        """List all documents by source and uri: source, uri and title of each."""
        ...

    def revision(self, workspace: str) -> int:
        """Return a number that is another after every change of what the workspace has read."""
        ...


class Likeness(Protocol):
    """How alike texts are in meaning."""

    def alike(self, texts: Sequence[str], others: Sequence[str]) -> list[list[float]]:
        """Return for each text how alike it is to each of the others: 1 for the same, about 0 for any two.

        Raises EmbedderUnavailable.
        """
        ...


class Shelf(Protocol):
    """Where the answers that people wrote are kept, as the documents of a source of each workspace."""

    def put(self, workspace: str, answer: CuratedAnswer) -> str:
        """Keep an answer, in place of the one with its id; return the name of the source. Does not sync.

        Raises CatalogUnavailable.
        """
        ...

    def find(self, workspace: str, id: str) -> CuratedAnswer | None:
        """Return the answer with this id, or None."""
        ...

    def remove(self, workspace: str, id: str) -> str:
        """Delete an answer; return the name of the source, empty where there was no such answer.

        Does not sync. Raises CatalogUnavailable.
        """
        ...

    def answers(self, workspace: str) -> list[CuratedAnswer]:
        """List the answers, the latest first."""
        ...


class Transcripts(Protocol):
    """Where conversations are kept, as the documents of sources of each workspace."""

    def add(self, workspace: str, name: str) -> str:
        """Record a source that holds none yet; return its name, which is this or one like it.

        Does not sync. Raises CatalogUnavailable.
        """
        ...

    def put(self, workspace: str, source: str, transcripts: Collection[Transcript]) -> None:
        """Keep these conversations, and no others. Does not sync.

        Raises SourceUnknown, CatalogUnavailable.
        """
        ...

    def all(self, workspace: str, source: str) -> list[Transcript]:
        """List the conversations of a source. Raises SourceUnknown."""
        ...


class Clock(Protocol):
    """The time, so that tests need not wait for it."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...
