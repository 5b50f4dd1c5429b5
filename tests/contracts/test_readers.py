"""What every reader promises, whatever bytes it is given."""

from functools import cache

import pytest
from hypothesis import given, settings, strategies as st

from bot.registry import READERS, load
from index.errors import DocumentEmpty, DocumentTooLarge, DocumentUnreadable
from index.ports import Reader
from index.readers.decoding import MAX_DOCUMENT_BYTES
from tests.fakes.documents import TEXTS, document

SCRAPS = [
    b"# A\n", b"<p>", b"</div>", b"- x\n", b"```\n", b"|a|b|\n|-|-|\n", b"&amp;", b"\x00", b"\xff\xfe",
    b"\n\n", b"   ", b"A\n=\n", b".. class:: X\n", b".. note::", b":ref:`x`", b"|x|", b"=== ==\n",
    b"[1]_", b"::\n",
]  # fmt: skip


FORMATS = sorted({entry: format for format, entry in READERS.items()}.values())
"""One format for each reader."""

SENTENCE = "The kettle boils at noon every day of the week."


@cache
def sample(format: str) -> bytes:
    return document(format, SENTENCE)  # some libraries write the time of day into it


def open_reader(format: str) -> Reader:
    built: Reader = load(READERS[format])()
    return built


@pytest.mark.parametrize("format", sorted(READERS))
def test_a_document_has_a_title_and_its_text(format: str) -> None:
    extract = open_reader(format).read(document(format, SENTENCE), name=f"kettle notes.{format}")
    assert extract.title
    assert SENTENCE in "\n".join(block.text for block in extract.blocks)


@pytest.mark.parametrize("format", sorted(TEXTS))
def test_a_document_without_a_title_is_named_after_its_file(format: str) -> None:
    extract = open_reader(format).read(SENTENCE.encode(), name=f"kettle notes.{format}")
    assert "Kettle notes" == extract.title


@pytest.mark.parametrize("data", [b"", b" \n\t\n"])
@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_document_says_so(format: str, data: bytes) -> None:
    with pytest.raises(DocumentEmpty):
        open_reader(format).read(data, name="a")


@pytest.mark.parametrize("data", [b"%PDF-1.7 ...", b"\x89PNG\r\n", bytes(range(256)) * 40])
@pytest.mark.parametrize("format", FORMATS)
def test_a_document_of_another_kind_says_so(format: str, data: bytes) -> None:
    with pytest.raises(DocumentUnreadable) as refused:
        open_reader(format).read(data, name="a")
    assert not isinstance(refused.value, DocumentEmpty | DocumentTooLarge)


@pytest.mark.parametrize("format", FORMATS)
def test_a_document_beyond_all_measure_is_refused(format: str) -> None:
    with pytest.raises(DocumentTooLarge, match="Split it"):
        open_reader(format).read(b"a" * (MAX_DOCUMENT_BYTES + 1), name="a")


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_document_that_was_damaged_on_its_way_is_read_or_refused(format: str, data: st.DataObject) -> None:
    whole = sample(format)
    at = data.draw(st.integers(0, len(whole) - 1))
    end = at + data.draw(st.integers(0, 60))
    broken = whole[:at] + data.draw(st.binary(max_size=60)) + whole[end:]
    refused_or_read(format, broken)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("format", sorted(TEXTS.intersection(FORMATS)))
def test_usual_encodings_are_read(format: str, encoding: str) -> None:
    sentence = "Der Kaffee für die Gäste steht im Café an der Straße und kostet drei Mark fünfzig."
    extract = open_reader(format).read(sentence.encode(encoding), name="a")
    assert sentence in [block.text for block in extract.blocks]


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=150, deadline=None)
@given(data=st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(SCRAPS)).map(b"".join)))
def test_any_bytes_are_read_or_refused_in_a_sentence(format: str, data: bytes) -> None:
    refused_or_read(format, data)


def refused_or_read(format: str, data: bytes) -> None:
    try:
        extract = open_reader(format).read(data, name="a")
    except DocumentUnreadable as error:
        refusal = str(error)
        assert refusal.endswith(".")
        return
    assert extract.title
    assert all(block.text.strip() for block in extract.blocks)
    assert all("\x00" not in block.text for block in extract.blocks)
