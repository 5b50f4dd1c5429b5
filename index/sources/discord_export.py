"""Exports of Discord channels in JSON, one file or a ZIP of them: replies, threads and pinned messages."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

from index.errors import DocumentUnreadable
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
from index.sources.moments import moment

SPOKEN = frozenset({"", "Default", "Reply"})
"""Kinds of message that people write themselves; the others say who joined or what was pinned."""

THREADS = frozenset({"GuildPublicThread", "GuildPrivateThread", "GuildNewsThread"})
"""Kinds of channel that are one conversation: its name is the title."""

PRIVATE = frozenset({"DirectTextChat", "DirectGroupTextChat", "GuildPrivateThread"})


class DiscordExportSource(ExportSource):
    """Channels as exporters write them. They do not tell who could read one, except in messages to people."""

    def parser(self) -> Callable[..., Iterator[Told]]:
        """Return what finds chains of replies, threads and pinned messages."""
        return conversations_in


def conversations_in(data: bytes, base_url: str, *choice: str) -> Iterator[Told]:
    """Yield the chains of replies and the pinned messages of each channel, a thread as a whole.

    A Discord message has one address, whatever ``base_url`` is. Raises DocumentUnreadable.
    """
    return told(_chosen(_exports(data), Choice(*choice)))


def _chosen(exports: list[dict[str, Any]], choice: Choice) -> Iterator[tuple[Channel, Transcript]]:
    channels = [(_channel(export), export) for export in exports]
    chosen = {id(channel) for channel in choice.of(channel for channel, _ in channels)}
    for channel, export in channels:
        if id(channel) in chosen:
            for transcript in _transcripts(export):
                yield channel, transcript


def _exports(data: bytes) -> list[dict[str, Any]]:
    if not zipfile.is_zipfile(BytesIO(data)):
        return [_export(data)]
    archive = Archive(data, most_bytes=MAX_EXPORT_BYTES)
    found = [_export(archive.read(name)) for name in sorted(archive) if name.lower().endswith(".json")]
    if not found:
        raise DocumentUnreadable("The archive has no JSON file. Export the channels as JSON.")
    return found


def _export(data: bytes) -> dict[str, Any]:
    found = parsed(data)
    if not isinstance(found, dict) or not text(found, "channel", "name") or "messages" not in found:
        raise DocumentUnreadable("That is no export of a Discord channel. Export the channel as JSON.")
    return found


def _channel(export: Mapping[str, Any]) -> Channel:
    is_public = text(export, "channel", "type") not in PRIVATE
    return Channel(name=text(export, "channel", "name"), is_public=is_public)


def _transcripts(export: Mapping[str, Any]) -> Iterator[Transcript]:
    place = f"{text(export, 'guild', 'id')}/{text(export, 'channel', 'id')}"
    said = [(each, _message(each, place)) for each in objects(export, "messages")]
    spoken = [message for _, message in said if message is not None]
    if text(export, "channel", "type") in THREADS:
        if spoken:
            name, id = text(export, "channel", "name"), text(export, "channel", "id")
            yield Transcript(id=id, messages=tuple(spoken), title=name)
        return
    before = {text(each, "id"): text(each, "reference", "messageId") for each, _ in said}
    threads: dict[str, list[Message]] = {}
    for message in spoken:
        threads.setdefault(_first(message.id, before), []).append(message)
    pinned = {text(each, "id") for each, _ in said if each.get("isPinned") is True}
    yield from conversations(threads, pinned, spoken)


def _first(id: str, before: Mapping[str, str]) -> str:
    """Return the message with which a chain of replies begins."""
    seen = {id}
    while (earlier := before.get(id, "")) in before and earlier not in seen:
        seen.add(earlier)
        id = earlier
    return id


def _message(said: Mapping[str, Any], place: str) -> Message | None:
    """Return what a person wrote; None for a bot, and for what says nothing."""
    author, words, written_at = said.get("author"), text(said, "content"), moment(text(said, "timestamp"))
    is_bot = isinstance(author, dict) and author.get("isBot") is True
    if is_bot or written_at is None or text(said, "type") not in SPOKEN or not words.strip():
        return None
    return Message(
        id=text(said, "id"),
        author=text(author, "nickname") or text(author, "name"),
        written_at=written_at,
        text=words,
        author_id=text(author, "id"),
        link=f"https://discord.com/channels/{place}/{text(said, 'id')}",
    )
