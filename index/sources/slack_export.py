"""The ZIP file that Slack exports: threads and pinned messages, with the names of people."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from index.passages import Message, Transcript
from index.readers.archive import Archive
from index.sources.exports import (
    MAX_EXPORT_BYTES,
    Channel,
    Choice,
    ExportSource,
    Told,
    conversations,
    objects,
    parsed,
    text,
    told,
)
from index.sources.moments import since_1970

MOST_FILES = 100_000
"""There is one for each day of each channel."""

MAX_UNPACKED_BYTES = 1_500_000_000
"""Only one file is unpacked at a time."""

SPOKEN = frozenset({"", "file_share", "me_message", "thread_broadcast"})
"""Kinds of message that people write themselves; the others say who joined, or are a bot's."""

_LISTS = (("channels.json", True), ("groups.json", False))
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(slots=True)
class _People:
    """The names of users by id, and which of them are bots."""

    names: dict[str, str] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)


class SlackExportSource(ExportSource):
    """A workspace's export; ``base_url`` is the workspace's address, so that citations link there."""

    def parser(self) -> Callable[..., Iterator[Told]]:
        """Return what finds threads with replies and pinned messages."""
        return conversations_in


def conversations_in(data: bytes, base_url: str, *choice: str) -> Iterator[Told]:
    """Yield the threads with replies and the pinned messages of each channel. Raises DocumentUnreadable."""
    archive = Archive(
        data, most_bytes=MAX_EXPORT_BYTES, most_unpacked=MAX_UNPACKED_BYTES, most_entries=MOST_FILES
    )
    return told(_transcripts(archive, base_url, Choice(*choice)))


def _transcripts(archive: Archive, base_url: str, choice: Choice) -> Iterator[tuple[Channel, Transcript]]:
    people = _people(archive)
    listed = {
        text(each, "name"): (Channel(name=text(each, "name"), is_public=is_public), each)
        for name, is_public in _LISTS
        if name in archive
        for each in objects(parsed(archive.read(name)))
    }
    days = _days(archive)
    for channel in choice.of(channel for channel, _ in listed.values()):
        about = listed[channel.name][1]
        pinned = {text(pin, "id") for pin in objects(about, "pins")}
        threads: dict[str, list[Message]] = {}
        for name in days.get(channel.name, ()):
            for said in objects(parsed(archive.read(name))):
                message = _message(said, people, _link(base_url, text(about, "id"), said))
                if message is not None:
                    threads.setdefault(text(said, "thread_ts") or message.id, []).append(message)
        every = [message for thread in threads.values() for message in thread]
        for transcript in conversations(threads, pinned, every):
            yield channel, transcript


def _message(said: Mapping[str, object], people: _People, link: str) -> Message | None:
    """Return what a person wrote; None for a bot, and for what says nothing."""
    user, id = text(said, "user"), text(said, "ts")
    written_at, words = since_1970(id), spelt_out(text(said, "text"), people.names)
    if said.get("bot_id") or user in people.bots or text(said, "subtype") not in SPOKEN:
        return None
    if written_at is None or not words.strip():
        return None
    return Message(
        id=id,
        author=people.names.get(user, "") or text(said, "user_profile", "real_name") or user,
        written_at=written_at,
        text=words,
        author_id=user,
        link=link,
    )


def _link(base_url: str, channel: str, said: Mapping[str, object]) -> str:
    if not base_url or not channel:
        return ""
    id, thread = text(said, "ts"), text(said, "thread_ts")
    query = f"?thread_ts={thread}&cid={channel}" if thread not in ("", id) else ""
    return f"{base_url}/archives/{channel}/p{id.replace('.', '')}{query}"


def spelt_out(words: str, names: Mapping[str, str]) -> str:
    """Return a message as people see it: mentions by name, links as they were written."""

    def shown(found: re.Match[str]) -> str:
        target, label = found[1], found[2] or ""
        match target[:1]:
            case "@":
                return f"@{names.get(target[1:]) or label.lstrip('@') or target[1:]}"
            case "#":
                return f"#{label or target[1:]}"
            case "!":
                return f"@{(label or target[1:]).lstrip('@')}"
            case _:
                address = target.removeprefix("mailto:")
                return address if label in ("", address) else f"{label} ({address})"

    return html.unescape(_MARKED.sub(shown, words))


def _people(archive: Archive) -> _People:
    people = _People()
    if "users.json" in archive:
        for user in objects(parsed(archive.read("users.json"))):
            profile = text(user, "profile", "display_name") or text(user, "profile", "real_name")
            people.names[text(user, "id")] = profile or text(user, "real_name") or text(user, "name")
            if user.get("is_bot"):
                people.bots.add(text(user, "id"))
    return people


def _days(archive: Archive) -> dict[str, list[str]]:
    """Return the files of each channel, by its name, in the order of days."""
    days: dict[str, list[str]] = {}
    for name in sorted(archive):
        folder, _, file = name.rpartition("/")
        if _DAY.fullmatch(file):
            days.setdefault(folder, []).append(name)
    return days
