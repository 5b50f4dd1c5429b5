"""A channel's conversations as a source."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.errors import DocumentUnreadable
from index.passages import Message, Transcript
from index.readers.transcript import TranscriptReader
from index.sources.chat import ChatSource, TranscriptFolder


def said(id: str, *texts: str) -> Transcript:
    return Transcript(
        id=id,
        messages=tuple(
            Message(
                id=f"{id}/{at}",
                author="Ann",
                written_at=datetime(2026, 3, at + 1, tzinfo=UTC),
                text=text,
                link=f"https://discord.com/channels/1/{id}/10000000000000000{at}",
            )
            for at, text in enumerate(texts)
        ),
    )


def source(folder: Path) -> ChatSource:
    return ChatSource(str(folder), formats=frozenset(), options={})


def test_each_conversation_is_a_document_with_its_first_message_as_address(tmp_path: Path) -> None:
    TranscriptFolder(tmp_path).put([said("7", "How?", "So.")])
    found = source(tmp_path)
    [entry] = found.entries()
    assert ("How?", "https://discord.com/channels/1/7/100000000000000000") == (entry.name, entry.url)
    assert datetime(2026, 3, 2, tzinfo=UTC) == entry.updated_at
    assert ["So."] == [block.text for block in TranscriptReader().read(found.fetch(entry), name="a").blocks]


def test_only_what_has_changed_is_written_anew(tmp_path: Path) -> None:
    folder = TranscriptFolder(tmp_path)
    folder.put([said("7", "How?", "So."), said("8", "Why?", "So.")])
    before = {entry.uri: entry.version for entry in source(tmp_path).entries()}
    folder.put([said("7", "How?", "So."), said("8", "Why?", "Because.")])
    after = {entry.uri: entry.version for entry in source(tmp_path).entries()}
    assert 1 == sum(before[uri] == after[uri] for uri in before)


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert [] == list(source(tmp_path / "none").entries())


def test_a_file_that_was_tampered_with_is_listed_so_that_reading_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.transcript").write_text("no conversation")
    found = source(tmp_path)
    [entry] = found.entries()
    with pytest.raises(DocumentUnreadable):
        TranscriptReader().read(found.fetch(entry), name=entry.name)
