"""Stand-ins for what the core needs, for tests of this project and of what extends it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, count
from math import sqrt
from pathlib import PurePath
from statistics import mean, pstdev

from bot.library import PAGE, address_stem, free_name, held_words, named, paused_words, source_name, state_of
from bot.messages import DocumentLine, SourceLine
from bot.ports import NO_OPTIONS, Removal
from index.errors import (
    DocumentEmpty,
    SourceExists,
    SourceOptionInvalid,
    SourcePaused,
    SourcesUnavailable,
    SourceUnavailable,
    SourceUnknown,
    no_source,
)
from index.gathering import HELD_LEAST, HELD_SHARE
from index.passages import (
    Audience,
    CuratedAnswer,
    Explanation,
    Failure,
    Finding,
    Held,
    Hit,
    Passage,
    Sentence,
    Step,
    SyncReport,
    Transcript,
    Trouble,
    content_hash,
)
from index.releases import newest_first, rank, release_in, release_of
from index.sources.addresses import is_web_address
from index.sources.options import PATH_KINDS, Kinds, Option, check, one_of
from index.syncing import merged

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|\Z)|\Z)", re.DOTALL)
PARAGRAPH = re.compile(r"\S.*?(?=\n\s*\n|\s*\Z)", re.DOTALL)
WORD = re.compile(r"\w+")
SHELF = "/answers"
SHELVED = "curated"
TALK = "chat"
TELLING = 4
"""Letters."""
FEED_OPTIONS = {
    "read": Option(about="what is read of an entry", example="pages", read=one_of("entries", "pages"))
}
CHAT_KINDS: Kinds = {**PATH_KINDS, PAGE: dict, "feed": lambda: FEED_OPTIONS}


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime = NOON) -> None:
        self._start = now
        self._passed = 0.0

    def now(self) -> datetime:
        """Return the time in UTC."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return self._passed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds


def passage(text: str, *, id: int = 1, title: str = "Guide", url: str = "", start: int = 0) -> Passage:
    """Build a passage of a document of its own; use ``dataclasses.replace`` for anything else."""
    return Passage(
        id=id,
        document_id=id,
        position=0,
        start=start,
        end=start + len(text),
        text=text,
        heading=(),
        anchor="",
        sentences=tuple(Sentence(start=at.start(), end=at.end()) for at in SENTENCE.finditer(text)),
        content_hash=content_hash(text),
        uri=f"{title.lower()}.md",
        url=url,
        title=title,
        revision=content_hash(title),
        updated_at=NOON,
        source="docs",
    )


def hit(found: Passage | str, *, confidence: float = 0.9, highlight: tuple[int, int] | None = None) -> Hit:
    """Build a hit whose first sentence answers, unless another span is given."""
    found = passage(found) if isinstance(found, str) else found
    first = found.sentences[0]
    return Hit(
        passage=found,
        score=confidence,
        confidence=confidence,
        highlight=highlight or (first.start, first.end),
    )


class FakeSearcher:
    """Implements ``bot.ports.Searcher``: confidence is the share of the query's words in a passage.

    Words that begin alike are near in meaning, and words of some length are telling.
    """

    def __init__(self) -> None:
        self._passages: dict[str, dict[int, Passage]] = {}
        self._ids = count(1)

    def put(self, workspace: str, found: Passage) -> Passage:
        """Store a passage, under an id that was never used, and return it as stored."""
        stored = replace(found, id=next(self._ids))
        self._of(workspace)[stored.id] = stored
        return stored

    def drop(self, workspace: str, passage_id: int) -> None:
        """Forget a passage."""
        del self._of(workspace)[passage_id]

    def search(self, query: str, *, k: int, audience: Audience) -> list[Hit]:
        """Return up to ``k`` hits, best first."""
        hits = [self._hit(query, passage) for passage in self._readable(audience).values()]
        return _once(sorted(hits, key=lambda hit: -hit.score))[:k]

    def recall(self, *, workspace: str) -> float:
        """Return 1: everything is looked at."""
        return 1.0

    def releases(self, *, audience: Audience) -> list[str]:
        """Return the releases that documents of this audience describe, the newest first."""
        found = {each.release for each in self._readable(audience).values()}
        return newest_first(found - {""})

    def headings(self, *, k: int, audience: Audience) -> list[tuple[str, tuple[str, ...]]]:
        """Return titles with the heading paths below them, of the ``k`` newest documents, in order."""
        newest = sorted(
            self._readable(audience).values(),
            key=lambda passage: -passage.updated_at.timestamp(),
        )
        documents = list(dict.fromkeys((found.source, found.uri) for found in newest))[:k]
        paths = ((found.title, found.heading) for found in newest if (found.source, found.uri) in documents)
        return list(dict.fromkeys(paths))

    def frequencies(self, words: Sequence[str], *, audience: Audience) -> list[int]:
        """Return in how many of the workspace's passages each word stands."""
        held = [set(_words(each.text)) for each in list(self._of(audience.workspace).values())]
        return [sum(set(_words(word)) <= own for own in held) for word in words]

    def paths(self, *, audience: Audience) -> list[tuple[str, ...]]:
        """Return titles, each with the headings that lead to some passage."""
        found = self._readable(audience).values()
        return list(dict.fromkeys((each.title, *each.heading) for each in found))

    def read_back(self, passage_id: int, *, audience: Audience) -> Passage | None:
        """Return the live passage, or None when it is gone or not for this audience."""
        return self._readable(audience).get(passage_id)

    def following(self, passage_id: int, step: int, *, audience: Audience) -> Passage | None:
        """Return the live passage that stands ``step`` passages after another one in its document."""
        readable = self._readable(audience)
        here = readable.get(passage_id)
        if here is None:
            return None
        same = [each for each in readable.values() if (each.source, each.uri) == (here.source, here.uri)]
        same.sort(key=lambda each: each.start)
        at = same.index(here) + step
        return same[at] if 0 <= at < len(same) else None

    def explain(self, query: str, passage_id: int, *, audience: Audience) -> Explanation | None:
        """Say why a passage is found for a query; None when it is not."""
        hits = self.search(query, k=len(self._of(audience.workspace)), audience=audience)
        rank = next((rank for rank, hit in enumerate(hits) if hit.passage.id == passage_id), None)
        if rank is None:
            return None
        wanted = dict.fromkeys(_words(query))
        held = dict.fromkeys(_words(hits[rank].passage.text))
        kindred = {word: other for word in wanted for other in held if _begin_alike(word, other)}
        return Explanation(
            hit=hits[rank],
            shared=tuple(word for word in wanted if word in held),
            kindred=tuple((word, other) for word, other in kindred.items() if word not in held),
            missing=tuple(word for word in wanted if len(word) >= TELLING and word not in {*held, *kindred}),
            signals=(("words", _deviations([hit.score for hit in hits], rank)),),
            second=hits[rank + 1] if rank + 1 < len(hits) else None,
        )

    def findings(self, *, audience: Audience) -> Iterator[Finding]:
        """Yield texts that stand in two documents, which is all that this one looks for."""
        held = list(self._readable(audience).values())
        for one, other in combinations(held, 2):
            if one.text == other.text and one.uri != other.uri:
                yield Finding(trouble=Trouble.TWICE, passages=(one, other))

    def _readable(self, audience: Audience) -> dict[int, Passage]:
        held, names = self._of(audience.workspace), audience.sources
        releases = {"", audience.release}
        return {
            id: found
            for id, found in list(held.items())
            if (not names or found.source in names) and (not audience.release or found.release in releases)
        }

    def _of(self, workspace: str) -> dict[int, Passage]:
        return self._passages.setdefault(workspace, {})

    def _hit(self, query: str, passage: Passage) -> Hit:
        best = max(passage.sentences, key=lambda span: _shared(query, passage.text[span.start : span.end]))
        return hit(passage, confidence=_shared(query, passage.text), highlight=(best.start, best.end))


def _once(hits: list[Hit]) -> list[Hit]:
    """Leave each text once, by its first hit, which names the others; punctuation does not count.

    Where the first describes a release, it is the hit of the newest one.
    """
    alike: dict[str, list[Hit]] = {}
    for hit in hits:
        alike.setdefault(" ".join(_words(hit.passage.text)), []).append(hit)
    return [_newest(same) for same in alike.values()]


def _newest(same: list[Hit]) -> Hit:
    best = max(same, key=lambda hit: rank(hit.passage.release)) if same[0].passage.release else same[0]
    return replace(best, also=tuple(hit.passage for hit in same if hit is not best))


def _shared(query: str, text: str) -> float:
    wanted, held = set(_words(query)), set(_words(text))
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _begin_alike(word: str, other: str) -> bool:
    return len(word) >= TELLING and word[:TELLING] == other[:TELLING]


def _cosine(one: set[str], other: set[str]) -> float:
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


def _deviations(scores: list[float], rank: int) -> float:
    spread = pstdev(scores)
    return (scores[rank] - mean(scores)) / spread if spread else 0.0


@dataclass
class _Source:
    kind: str
    origin: str
    base_url: str
    options: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    ids: dict[str, list[int]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    synced_at: datetime | None = None
    failed_at: datetime | None = None
    paused: bool = False
    held: int = 0
    accepted: int = 0
    former: dict[str, str] | None = None

    @property
    def passages(self) -> int:
        return sum(len(ids) for ids in self.ids.values())


class FakeLibrary:
    """Implements ``bot.ports.Library`` and ``Originals`` over texts by path.

    Paragraphs become a searcher's passages.
    """

    def __init__(
        self,
        searcher: FakeSearcher,
        files: Mapping[str, str] | None = None,
        *,
        kinds: Kinds = CHAT_KINDS,
    ) -> None:
        """``files`` are the machine's; a file that holds no text is unreadable."""
        self._kinds = kinds
        self.files = dict(files or {})
        self.aside: dict[str, dict[str, str]] = {}
        self._searcher = searcher
        self._sources: dict[tuple[str, str], _Source] = {}
        self._uploads = count(1)
        self._revisions: Counter[str] = Counter()

    def sources(self, workspace: str) -> list[SourceLine]:
        """List the sources by name."""
        mine = sorted((name, source) for (owner, name), source in self._sources.items() if owner == workspace)
        return [_line(name, source) for name, source in mine]

    def names(self, workspace: str) -> list[str]:
        """List the names of the sources, in order."""
        return sorted(name for owner, name in self._sources if owner == workspace)

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
        """Record a source and return its name. Does not sync."""
        kind = kind or self.kind_of(origin)
        lines = self.sources(workspace)
        origins = {line.name: line.origin if line.kind == kind else "" for line in lines}
        stem = address_stem(origin) if is_web_address(origin) else PurePath(origin).stem
        name = free_name(name, stem, origin, origins)
        if (workspace, name) in self._sources:
            raise SourceExists
        check(self._kinds, kind, options)
        self._sources[workspace, name] = _Source(
            kind=kind, origin=origin, base_url=base_url, options=dict(options)
        )
        return name

    def kind_of_file(self, name: str) -> str:
        """Tell of which kind an attached file would be."""
        return "file"

    def kind_of(self, origin: str) -> str:
        """Tell of which kind a source of this origin would be; a file at a web address is a page."""
        if not self._below(origin):
            raise SourceUnavailable(f"There is no file or folder {origin}. Check the path.")
        if is_web_address(origin):
            return PAGE
        return "file" if origin in self.files else "folder"

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
        """Keep the bytes, record them as a source and return its name. Does not sync."""
        origin = f"/uploads/{next(self._uploads)}/{filename}"
        self.files[origin] = data.decode(errors="replace")
        try:
            return self.add(workspace, origin, name=name, base_url=base_url, kind=kind, options=options)
        except (SourceExists, SourceOptionInvalid, SourceUnavailable):
            del self.files[origin]
            raise

    def shelve(self, workspace: str, origin: str) -> str:
        """Record a folder of answers as a source, unless it is one; return its name."""
        lines = self.sources(workspace)
        for line in lines:
            if line.origin == origin:
                return line.name
        name = source_name("", PurePath(SHELF), {line.name: line.origin for line in lines})
        self._sources[workspace, name] = _Source(kind=SHELVED, origin=origin, base_url="")
        return name

    def talk(self, workspace: str, name: str, origin: str) -> None:
        """Record a folder of conversations as a source."""
        self._sources[workspace, name] = _Source(kind=TALK, origin=origin, base_url="")

    def documents(self, workspace: str, name: str) -> list[DocumentLine]:
        """List a source's documents."""
        source = self._source(workspace, name)
        return [
            DocumentLine(uri=uri, title=_title(uri), passages=len(source.ids[uri]))
            for uri in sorted(source.texts)
        ]

    def pause(self, workspace: str, name: str, *, paused: bool) -> None:
        """Leave a source as it was read, or no longer."""
        self._source(workspace, name).paused = paused

    def remove(self, workspace: str, name: str) -> Removal:
        """Remove a source. The files of an upload are put aside until they are discarded."""
        source = self._source(workspace, name)
        removal = Removal(
            name=name,
            kind=source.kind,
            origin=source.origin,
            base_url=source.base_url,
            paused=source.paused,
            passages=source.passages,
            options=source.options,
        )
        for uri in list(source.ids):
            self._drop(workspace, source, uri)
        del self._sources[workspace, name]
        self._revisions[workspace] += 1
        if source.kind in (SHELVED, TALK) or source.origin.startswith("/uploads/"):
            paths = [path for path in self.files if f"{path}/".startswith(f"{source.origin}/")]
            self.aside[source.origin] = {path: self.files.pop(path) for path in paths}
        return removal

    def restore(self, workspace: str, removal: Removal) -> None:
        """Record a removed source again as it was. Does not sync."""
        if (workspace, removal.name) in self._sources:
            raise SourceExists
        self.files |= self.aside.pop(removal.origin, {})
        self._sources[workspace, removal.name] = _Source(
            kind=removal.kind,
            origin=removal.origin,
            base_url=removal.base_url,
            options=dict(removal.options),
            paused=removal.paused,
        )

    def discard(self, removal: Removal) -> None:
        """Delete the files of an upload that was removed; no other file is touched."""
        self.aside.pop(removal.origin, None)

    def accept(self, workspace: str, name: str) -> int:
        """Let the next sync remove the documents that a source is held for; return how many."""
        source = self._source(workspace, name)
        source.accepted = source.held
        return source.held

    def revert(self, workspace: str, name: str, *, since: datetime) -> dict[str, int]:
        """Give a source, or every one, back the documents that its last sync has replaced."""
        names = [name] if name else self.names(workspace)
        if name:
            self._source(workspace, name)
        undoable = [each for each in names if self._source(workspace, each).kind != TALK]
        reverted = {each: self._revert(workspace, each) for each in undoable}
        return {name: documents for name, documents in reverted.items() if documents}

    def expire(self, before: datetime) -> bool:
        """Forget for good what syncs have replaced; whether there was any."""
        found = [source for source in self._sources.values() if source.former is not None]
        for source in found:
            source.former = None
        return bool(found)

    def _revert(self, workspace: str, name: str) -> int:
        source = self._source(workspace, name)
        former, source.former = source.former, None
        if former is None:
            return 0
        changed = [uri for uri in source.texts.keys() | former if source.texts.get(uri) != former.get(uri)]
        source.texts, present = former, source.texts
        for uri in changed:
            if uri in present:
                self._drop(workspace, source, uri)
            if uri in former:
                self._read(workspace, name, source, uri)
        self._revisions[workspace] += 1
        return len(changed)

    def sync(
        self,
        workspace: str,
        name: str,
        progress: Callable[[Step], None],
        failed: Callable[[Failure], None] = lambda failure: None,
        looked_at: Callable[[str, SyncReport], SyncReport] = lambda source, report: report,
    ) -> SyncReport:
        """Sync one source, or all with an empty name; calls progress with each step."""
        if name:
            if self._source(workspace, name).paused:
                raise SourcePaused(paused_words(name))
            return looked_at(name, self._sync(workspace, name, progress, failed))
        total, gone = SyncReport(), []
        for line in self.sources(workspace):
            if self._source(workspace, line.name).paused:
                total = replace(total, paused=total.paused + 1)
                continue
            try:
                read = named(line.name, self._sync(workspace, line.name, progress, failed))
                total = merged(total, looked_at(line.name, read))
            except SourceUnavailable as error:
                gone.append(Failure(uri=line.name, reason=str(error)))
        if gone:
            raise SourcesUnavailable(gone, total)
        return total

    def kept(self, workspace: str, source: str, uri: str) -> str | None:
        """Return a document's text as it was last read; None when it is gone."""
        held = self._sources.get((workspace, source))
        return held.texts.get(uri) if held else None

    def passages(self, workspace: str, source: str, uri: str) -> list[Passage]:
        """Return a document's live passages in their order; none when it is gone."""
        held = self._sources.get((workspace, source))
        ids = held.ids.get(uri, []) if held else []
        found = (self._searcher.read_back(id, audience=Audience(workspace=workspace)) for id in ids)
        return [passage for passage in found if passage is not None]

    def holding(self, workspace: str, content_hash: str) -> list[Passage]:
        """Return the live passages whose text has this hash, in all sources."""
        held = self._searcher._of(workspace).values()
        return [passage for passage in list(held) if passage.content_hash == content_hash]

    def titles(self, workspace: str) -> list[tuple[str, str, str]]:
        """List all documents by source and uri: source, uri and title of each."""
        return sorted(
            (name, uri, PurePath(uri).stem.title())
            for (owner, name), source in self._sources.items()
            for uri in source.texts
            if owner == workspace
        )

    def revision(self, workspace: str) -> int:
        """Return a number that is another after every change of what the workspace has read."""
        return self._revisions[workspace]

    def live(self, workspace: str, source: str, uris: Collection[str]) -> dict[str, str | None]:
        """Return the texts that the machine's files have now, by uri; None for what is unreadable."""
        origin = self._source(workspace, source).origin
        texts = self._below(origin)
        if not texts:
            raise SourceUnavailable(f"{origin} does not exist. Check its path, or remove the source.")
        return {uri: text if text.strip() else None for uri, text in texts.items() if uri in uris}

    def _sync(
        self,
        workspace: str,
        name: str,
        progress: Callable[[Step], None],
        failed: Callable[[Failure], None],
    ) -> SyncReport:
        source = self._source(workspace, name)
        texts = self._below(source.origin)
        if not texts and source.kind not in (SHELVED, TALK):
            gone = SourceUnavailable(f"{source.origin} does not exist. Check its path, or remove the source.")
            named = (failure for failure in source.failures if failure.uri)
            source.failures = (Failure(uri="", reason=str(gone)), *named)
            source.failed_at = NOON
            raise gone
        readable = {uri: text for uri, text in texts.items() if text.strip()}
        lost = source.texts.keys() - readable
        is_many = source.held > 0 or len(lost) > HELD_SHARE * len(source.texts)
        source.held = len(lost) if is_many and len(lost) >= max(HELD_LEAST, source.accepted + 1) else 0
        source.accepted = 0
        known = len(source.texts)
        if source.held:
            readable |= {uri: source.texts[uri] for uri in lost}
        old, source.texts = source.texts, readable
        stale = [uri for uri in old if old[uri] != readable.get(uri)]
        fresh = [uri for uri in readable if old.get(uri) != readable[uri]]
        for uri in stale:
            self._drop(workspace, source, uri)
        failures = tuple(Failure(uri=uri, reason=str(DocumentEmpty())) for uri in texts.keys() - readable)
        for failure in failures:
            failed(failure)
        for done, uri in enumerate(fresh):
            progress(Step(text=f"Reading {uri}", done=done, total=len(fresh)))
            self._read(workspace, name, source, uri)
        before, source.failures = source.failures, failures
        if source.synced_at and (stale or fresh):
            source.former = old
        source.synced_at = NOON
        source.failed_at = NOON if failures else None
        self._revisions[workspace] += bool(stale or fresh)
        return SyncReport(
            added=len(readable.keys() - old),
            changed=len(readable.keys() & set(stale)),
            removed=len(old.keys() - readable),
            unchanged=len(readable) - len(fresh),
            embedded=sum(len(source.ids[uri]) for uri in fresh),
            passages=source.passages,
            failures=source.failures,
            as_before=tuple(each for each in failures if each in before),
            held=(Held(source=name, lost=source.held, documents=known),) if source.held else (),
        )

    def _read(self, workspace: str, name: str, source: _Source, uri: str) -> None:
        title = _title(uri)
        for at in PARAGRAPH.finditer(source.texts[uri]):
            found = passage(at.group(), title=title, url=_url(source, uri), start=at.start())
            release = release_of(source.options.get("version", "")) or release_in(found.url, uri)
            stored = self._searcher.put(workspace, replace(found, uri=uri, source=name, release=release))
            source.ids.setdefault(uri, []).append(stored.id)

    def _drop(self, workspace: str, source: _Source, uri: str) -> None:
        for passage_id in source.ids.pop(uri):
            self._searcher.drop(workspace, passage_id)

    def _source(self, workspace: str, name: str) -> _Source:
        try:
            return self._sources[workspace, name]
        except KeyError as error:
            raise SourceUnknown(no_source(name, self.names(workspace))) from error

    def _below(self, origin: str) -> dict[str, str]:
        """Return the texts of a file or of all files of a folder, by their path within it."""
        if origin in self.files:
            return {PurePath(origin).name: self.files[origin]}
        prefix = origin.rstrip("/") + "/"
        return {path.removeprefix(prefix): self.files[path] for path in self.files if path.startswith(prefix)}


class FakeLikeness:
    """Implements ``bot.ports.Likeness``: the cosine of two texts' sets of words."""

    def alike(self, texts: Sequence[str], others: Sequence[str]) -> list[list[float]]:
        """Return for each text how alike it is to each of the others."""
        return [[_cosine(set(_words(text)), set(_words(other))) for other in others] for text in texts]


class FakeShelf:
    """Implements ``bot.ports.Shelf`` over a library's files; an answer's id is its file's name."""

    def __init__(self, library: FakeLibrary) -> None:
        self._library = library
        self._answers: dict[str, CuratedAnswer] = {}

    def put(self, workspace: str, answer: CuratedAnswer) -> str:
        """Keep an answer, in place of the one with its id; return the name of the source."""
        path = f"{SHELF}/{workspace}/{answer.id}.txt"
        self._library.files[path] = answer.text
        self._answers[path] = answer
        return self._library.shelve(workspace, f"{SHELF}/{workspace}")

    def find(self, workspace: str, id: str) -> CuratedAnswer | None:
        """Return the answer with this id, or None."""
        path = f"{SHELF}/{workspace}/{id}.txt"
        return self._answers[path] if path in self._library.files else None

    def remove(self, workspace: str, id: str) -> str:
        """Delete an answer; return the name of the source, empty where there was no such answer."""
        if self.find(workspace, id) is None:
            return ""
        del self._library.files[f"{SHELF}/{workspace}/{id}.txt"]
        return self._library.shelve(workspace, f"{SHELF}/{workspace}")

    def answers(self, workspace: str) -> list[CuratedAnswer]:
        """List the answers, the latest first."""
        mine = [path for path in self._answers if path.startswith(f"{SHELF}/{workspace}/")]
        found = [self._answers[path] for path in mine if path in self._library.files]
        return sorted(found, key=lambda answer: answer.written_at, reverse=True)


class FakeTranscripts:
    """Implements ``bot.ports.Transcripts`` over a library's files: each message is a paragraph."""

    def __init__(self, library: FakeLibrary) -> None:
        self._library = library
        self._kept: dict[str, list[Transcript]] = {}

    def add(self, workspace: str, name: str) -> str:
        """Record a source that holds none yet; return its name."""
        taken = self._library.names(workspace)
        free = name if name not in taken else next(n for i in count(2) if (n := f"{name}-{i}") not in taken)
        self._library.talk(workspace, free, self._folder(workspace, free))
        return free

    def put(self, workspace: str, source: str, transcripts: Collection[Transcript]) -> None:
        """Keep these conversations, and no others."""
        folder = self._checked(workspace, source)
        for path in [path for path in self._library.files if path.startswith(f"{folder}/")]:
            del self._library.files[path]
        for each in transcripts:
            texts = [message.text for message in each.messages]
            self._library.files[f"{folder}/{each.id}.txt"] = "\n\n".join(texts)
        self._kept[folder] = list(transcripts)

    def all(self, workspace: str, source: str) -> list[Transcript]:
        """List the conversations of a source."""
        folder = self._checked(workspace, source)
        kept = self._kept.get(folder, [])
        return [each for each in kept if f"{folder}/{each.id}.txt" in self._library.files]

    def _checked(self, workspace: str, source: str) -> str:
        self._library.documents(workspace, source)
        return self._folder(workspace, source)

    def _folder(self, workspace: str, source: str) -> str:
        return f"/channels/{workspace}/{source}"


def _url(source: _Source, uri: str) -> str:
    return f"{source.base_url}/{uri}" if source.base_url and source.kind == "folder" else source.base_url


def _title(uri: str) -> str:
    return PurePath(uri).stem.title()


def _line(name: str, source: _Source) -> SourceLine:
    return SourceLine(
        name=name,
        kind=source.kind,
        origin=source.origin,
        documents=len(source.texts),
        passages=source.passages,
        failures=(*held_words(source.held), *map(str, source.failures)),
        synced_at=source.synced_at,
        failed_at=source.failed_at,
        state=state_of(
            paused=source.paused,
            failures=source.failures,
            synced_at=source.synced_at,
            held=source.held,
        ),
        options=source.options,
    )
