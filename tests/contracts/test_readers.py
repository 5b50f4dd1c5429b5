"""What every reader promises, whatever bytes it is given."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.registry import READERS, load
from index.errors import DocumentEmpty, DocumentNotText, DocumentTooLarge, DocumentUnreadable
from index.ports import Reader
from index.readers.decoding import MAX_DOCUMENT_BYTES
from tests.index.conftest import READERS as KINDS

SCRAPS = [b"# A\n", b"<p>", b"</div>", b"- x\n", b"```\n", b"|a|b|\n|-|-|\n", b"&amp;", b"\x00", b"\xff\xfe"]


@pytest.fixture(params=sorted(set(READERS.values())))
def reader(request: pytest.FixtureRequest) -> Reader:
    built: Reader = load(request.param)()
    return built


def test_a_document_has_a_title_and_its_text(reader: Reader) -> None:
    extract = reader.read(b"The kettle boils at noon every day of the week.\n", name="kettle notes.txt")
    assert "Kettle notes" == extract.title
    assert "The kettle boils at noon every day of the week." in [block.text for block in extract.blocks]


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_document_says_so(reader: Reader, data: bytes) -> None:
    with pytest.raises(DocumentEmpty):
        reader.read(data, name="a")


@pytest.mark.parametrize("data", [b"%PDF-1.7 ...", b"\x89PNG\r\n", bytes(range(256)) * 40])
def test_a_binary_document_says_so(reader: Reader, data: bytes) -> None:
    with pytest.raises(DocumentNotText):
        reader.read(data, name="a")


def test_a_document_beyond_all_measure_is_refused(reader: Reader) -> None:
    with pytest.raises(DocumentTooLarge, match="Split it"):
        reader.read(b"a" * (MAX_DOCUMENT_BYTES + 1), name="a")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_usual_encodings_are_read(reader: Reader, encoding: str) -> None:
    sentence = "Der Kaffee für die Gäste steht im Café an der Straße, für drei Mark fünfzig."
    extract = reader.read(sentence.encode(encoding), name="a")
    assert sentence in [block.text for block in extract.blocks]


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=150, deadline=None)
@given(data=st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(SCRAPS)).map(b"".join)))
def test_any_bytes_are_read_or_refused_in_a_sentence(kind: str, data: bytes) -> None:
    try:
        extract = KINDS[kind]().read(data, name="a")
    except DocumentUnreadable as error:
        refusal = str(error)
        assert refusal.endswith(".")
        return
    assert extract.title
    assert all(block.text.strip() for block in extract.blocks)
    assert all("\x00" not in block.text for block in extract.blocks)
