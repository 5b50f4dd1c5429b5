"""A Word document is read with its headings, lists, tables and notes."""

import pytest

from index.errors import DocumentEmpty, DocumentUnreadable
from index.passages import Block, BlockKind
from index.readers.word import WordReader
from tests.fakes.documents import paragraph, table, with_file, word


def blocks_of(data: bytes) -> list[Block]:
    return list(WordReader().read(data, name="a.docx").blocks)


GUIDE = word(
    paragraph("All about tea", style="Title"),
    paragraph("Water", style="Heading1"),
    paragraph("It is hot & wet."),
    paragraph("boil(80)", style="Code"),
    table(("Tea", "Heat"), ("Green", "80")),
    paragraph("Cups", style="Heading1"),
    paragraph("Big", style="Heading2"),
    paragraph("They are big."),
)


def test_a_document_is_read_block_by_block() -> None:
    assert "All about tea" == WordReader().read(GUIDE, name="a.docx").title
    assert [
        (BlockKind.HEADING, "All about tea", ()),
        (BlockKind.HEADING, "Water", ()),
        (BlockKind.PARAGRAPH, "It is hot & wet.", ("Water",)),
        (BlockKind.CODE, "boil(80)", ("Water",)),
        (BlockKind.TABLE, "Tea | Heat\nGreen | 80", ("Water",)),
        (BlockKind.HEADING, "Cups", ()),
        (BlockKind.HEADING, "Big", ("Cups",)),
        (BlockKind.PARAGRAPH, "They are big.", ("Cups", "Big")),
    ] == [(block.kind, block.text, block.heading) for block in blocks_of(GUIDE)]


@pytest.mark.parametrize(
    ("headings", "property_", "title", "path"),
    [
        (["Water"], "", "Water", ()),
        (["Water", "Cups"], "", "Tea guide", ("Cups",)),
        (["Water", "Cups"], "All about tea", "All about tea", ("Cups",)),
    ],
)
def test_a_document_is_named_by_what_it_has(
    headings: list[str], property_: str, title: str, path: tuple[str, ...]
) -> None:
    made = word(*(paragraph(each, style="Heading1") for each in headings), paragraph("Hot."), title=property_)
    extract = WordReader().read(made, name="tea_guide.docx")
    assert (title, path) == (extract.title, extract.blocks[-1].heading)


def test_an_empty_document_and_a_damaged_one_say_so() -> None:
    with pytest.raises(DocumentEmpty):
        blocks_of(word())
    for broken in (GUIDE[:-50], with_file(GUIDE, "word/document.xml", b"<w:document"), b"PK\x03\x04"):
        with pytest.raises(DocumentUnreadable, match="damaged"):
            blocks_of(broken)


def test_xml_that_declares_entities_is_refused() -> None:
    trap = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><w>&a;</w>'
    with pytest.raises(DocumentUnreadable, match="archive"):
        blocks_of(with_file(GUIDE, "word/document.xml", trap))
