"""A presentation is read slide by slide, with its notes."""

from io import BytesIO

import pytest
from pptx import Presentation
from pptx.util import Inches

from index.errors import DocumentEmpty, DocumentUnreadable
from index.passages import Block, BlockKind
from index.readers.slides import SlidesReader
from tests.fakes.documents import presented, with_file


def slides() -> bytes:
    made = Presentation()
    first = made.slides.add_slide(made.slide_layouts[0])
    first.shapes.title.text = "Tea for all"
    first.placeholders[1].text = "A talk"
    second = made.slides.add_slide(made.slide_layouts[1])
    second.shapes.title.text = "Water"
    second.placeholders[1].text = "Boil it\nPour it"
    second.placeholders[1].text_frame.paragraphs[1].level = 1
    second.notes_slide.notes_text_frame.text = "Say that it is hot."
    table = second.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
    for row, cells in enumerate([("Tea", "Heat"), ("Green", "80")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    box = second.shapes.add_group_shape().shapes.add_textbox(0, 0, Inches(1), Inches(1))
    box.text_frame.text = "In a box\vof two lines"
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def blocks_of(data: bytes) -> list[Block]:
    return list(SlidesReader().read(data, name="a.pptx").blocks)


def test_each_slide_stands_under_its_title_with_its_number() -> None:
    assert "Tea for all" == SlidesReader().read(slides(), name="a.pptx").title
    water = ("Water",)
    assert [
        (BlockKind.HEADING, "Tea for all", (), "slide 1"),
        (BlockKind.PARAGRAPH, "A talk", (), "slide 1"),
        (BlockKind.HEADING, "Water", (), "slide 2"),
        (BlockKind.ITEM, "- Boil it", water, "slide 2"),
        (BlockKind.ITEM, "  - Pour it", water, "slide 2"),
        (BlockKind.TABLE, "Tea | Heat\nGreen | 80", water, "slide 2"),
        (BlockKind.PARAGRAPH, "In a box\nof two lines", water, "slide 2"),
        (BlockKind.PARAGRAPH, "Say that it is hot.", water, "slide 2, notes"),
    ] == [(block.kind, block.text, block.heading, block.place) for block in blocks_of(slides())]


def test_a_presentation_without_text_says_so() -> None:
    made, kept = Presentation(), BytesIO()
    made.slides.add_slide(made.slide_layouts[6])
    made.save(kept)
    with pytest.raises(DocumentEmpty):
        blocks_of(kept.getvalue())


def test_a_damaged_presentation_says_so() -> None:
    whole = presented(("Tea", "Hot."))
    for broken in (whole[:2000], with_file(whole, "ppt/presentation.xml", b"<p>"), b"PK\x03\x04"):
        with pytest.raises(DocumentUnreadable, match="damaged"):
            blocks_of(broken)
