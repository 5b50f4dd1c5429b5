"""What is exported from a chat: conversations with more than one message, and pinned messages."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from index.errors import DocumentUnreadable, SourceUnavailable
from index.passages import Message, Transcript
from index.ports import Entry, Parse
from index.readers.decoding import clean
from index.sources.folder import printable, read_file
from index.sources.options import Option, Options, one_of
from index.transcripts import FORMAT, title_of, written

MAX_EXPORT_BYTES = 100_000_000

MAX_TRANSCRIPTS = 50_000

YES = "yes"

DAMAGED = "The export is damaged: a file in it cannot be read. Export it anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An exported channel, by name, and whether everyone of the community could read it."""

    name: str
    is_public: bool


def _names(value: str) -> frozenset[str]:
    names = frozenset(name.strip().lstrip("#").casefold() for name in value.split(","))
    if names - {""}:
        return names - {""}
    raise ValueError("names of channels, with commas between")


class Told(NamedTuple):
    """A conversation of an export: its place, and itself as ``index.transcripts`` writes it."""

    channel: str
    id: str
    title: str
    transcript: str
    updated_at: str
    url: str


class ExportSource:
    """The conversations of an export, each a document. Private channels are read only when asked for."""

    OPTIONS: ClassVar[Options] = {
        "channels": Option(about="the channels to read", example="help,general", read=_names),
        "private": Option(about="whether to read private channels too", example=YES, read=one_of(YES, "no")),
    }

    def __init__(
        self,
        origin: str,
        *,
        formats: frozenset[str],
        options: Mapping[str, str],
        parse: Parse,
        base_url: str = "",
    ) -> None:
        self._parse = parse
        self._path = Path(origin)
        self._wanted = _names(options["channels"]) if "channels" in options else frozenset()
        self._private = options.get("private", "no")
        self._base_url = base_url.rstrip("/")
        self._documents: dict[str, bytes] = {}

    def parser(self) -> Callable[..., Iterator[Told]]:
        """Return what finds conversations in bytes, given an address and what ``Choice`` needs."""
        raise NotImplementedError

    def entries(self) -> Iterator[Entry]:
        """List the conversations, channel by channel. Raises SourceUnavailable."""
        self._documents.clear()
        given = (self._base_url, self._private, *sorted(self._wanted))
        try:
            data = read_file(self._path, most=MAX_EXPORT_BYTES)
            found = self._parse(Told, self.parser(), data, *given)
        except DocumentUnreadable as error:
            raise SourceUnavailable(f"{self._path.name}: {error}") from error
        if len(found) > MAX_TRANSCRIPTS:
            raise SourceUnavailable(
                f"{self._path.name} has more than {MAX_TRANSCRIPTS:,} conversations. "
                "Name the channels to read with the option channels."
            )
        return iter([self._entry(each) for each in found])

    def fetch(self, entry: Entry) -> bytes:
        """Return a conversation. Raises DocumentUnreadable."""
        if entry.uri not in self._documents:
            raise DocumentUnreadable("The conversation is no longer there.")
        return self._documents[entry.uri]

    def _entry(self, told: Told) -> Entry:
        uri = printable(f"{told.channel}, {told.id}")
        data = self._documents[uri] = told.transcript.encode()
        return Entry(
            uri=uri,
            name=told.title,
            format=FORMAT,
            version=hashlib.sha256(data).hexdigest(),
            updated_at=datetime.fromisoformat(told.updated_at),
            url=told.url,
        )


class Choice:
    """Which channels are to be read: all public ones, unless ``wanted`` names some."""

    def __init__(self, private: str, *wanted: str) -> None:
        self._with_private = private == YES
        self._wanted = frozenset(wanted)

    def of(self, channels: Iterable[Channel]) -> list[Channel]:
        """Return the channels that are to be read. Raises DocumentUnreadable when there is none."""
        known = list(channels)
        wanted = [each for each in known if not self._wanted or each.name.casefold() in self._wanted]
        chosen = [each for each in wanted if each.is_public or self._with_private]
        if chosen:
            return chosen
        if wanted:
            raise DocumentUnreadable(
                "What is wanted of the export was private. If whoever asks here may read it, add it with "
                f"the option private={YES}."
            )
        names = ", ".join(sorted(each.name for each in known)[:10]) or "none"
        raise DocumentUnreadable(f"The export has no such channel. It has: {names}.")


def told(found: Iterable[tuple[Channel, Transcript]]) -> Iterator[Told]:
    """Yield conversations as they leave the sandbox, one more than may be at most."""
    for channel, transcript in islice(found, MAX_TRANSCRIPTS + 1):
        yield Told(
            channel=channel.name,
            id=transcript.id,
            title=title_of(transcript),
            transcript=written(transcript).decode(),
            updated_at=max(each.written_at for each in transcript.messages).isoformat(),
            url=transcript.messages[0].link,
        )


def conversations(
    threads: Mapping[str, list[Message]], pinned: Collection[str], messages: Iterable[Message]
) -> Iterator[Transcript]:
    """Yield the threads that have an answer, and each pinned message that stands in none of them."""
    told = set[str]()
    for id, thread in threads.items():
        if len(thread) > 1:
            told |= {each.id for each in thread}
            yield Transcript(id=id, messages=tuple(sorted(thread, key=lambda each: each.written_at)))
    for message in messages:
        if message.id in pinned and message.id not in told:
            yield Transcript(id=message.id, messages=(message,))


def parsed(data: bytes) -> Any:
    """Return what JSON says. Raises DocumentUnreadable."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DocumentUnreadable(DAMAGED) from error


def field(found: object, *path: str) -> Any:
    """Return what stands at a path in an object, or None."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def text(found: object, *path: str) -> str:
    """Return the text at a path in an object, empty where there is none."""
    value = field(found, *path)
    return clean(value) if isinstance(value, str) else ""


def objects(found: object, *path: str) -> list[dict[str, Any]]:
    """Return the objects of the list at a path in an object, or of a list itself."""
    value = field(found, *path)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
