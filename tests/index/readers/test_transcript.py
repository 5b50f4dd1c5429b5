"""Conversations are read message by message, word for word."""

import pytest

from index.errors import DocumentDamaged
from index.passages import BlockKind
from index.readers.transcript import TranscriptReader
from tests.fakes.documents import said


def test_each_message_stands_by_itself_with_its_author_and_link() -> None:
    extract = TranscriptReader().read(said("How?", "So *there*.\nNow.\n\nThen."), name="a")
    assert "How?" == extract.title
    assert ["So *there*.\nNow.", "Then."] == [block.text for block in extract.blocks]
    assert {"Ann Lee, 2026-03-03 09:12"} == {block.place for block in extract.blocks}
    assert {"p1700000001000100"} == {block.anchor for block in extract.blocks}


def test_code_in_a_message_is_code() -> None:
    extract = TranscriptReader().read(said("How?", "Run\n```sh\nls  -l\n\nls\n```\nthen"), name="a")
    assert [
        ("Run", BlockKind.PARAGRAPH),
        ("ls  -l\n\nls", BlockKind.CODE),
        ("then", BlockKind.PARAGRAPH),
    ] == [(block.text, block.kind) for block in extract.blocks]


def test_a_long_question_is_quoted_as_well() -> None:
    question = "Why does it " + "really " * 30 + "stop?"
    extract = TranscriptReader().read(said(question, "So."), name="a")
    assert extract.title.endswith("really …")
    assert [question, "So."] == [block.text for block in extract.blocks]


def test_a_message_alone_is_quoted() -> None:
    assert ["So."] == [each.text for each in TranscriptReader().read(said("So."), name="a").blocks]


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"id": "1", "title": "", "messages": [1]}', b"[" * 100_000])
def test_what_is_no_conversation_says_so(data: bytes) -> None:
    with pytest.raises(DocumentDamaged, match="no conversation"):
        TranscriptReader().read(data, name="a")
