"""What readers build their blocks with."""

from index.passages import BlockKind
from index.readers.outline import Outline


def test_what_stands_on_a_page_says_so_and_links_there_under_whichever_heading() -> None:
    outline = Outline()
    outline.turn_to("page 1", anchor="page=1")
    outline.heading(1, "Brewing")
    outline.add(BlockKind.PARAGRAPH, "Boil water.")
    outline.turn_to("page 2", anchor="page=2")
    outline.add(BlockKind.PARAGRAPH, "Wait.")
    blocks = outline.extract(name="tea.pdf").blocks
    assert [("page 1", "page=1"), ("page 1", "page=1"), ("page 2", "page=2")] == [
        (block.place, block.anchor) for block in blocks
    ]
    assert ("Brewing",) == blocks[2].heading


def test_a_long_first_row_of_a_table_is_no_header_that_is_said_again() -> None:
    outline = Outline()
    outline.add(BlockKind.TABLE, "\n".join(["kettle " * 100, *["green tea"] * 100]))
    blocks = outline.extract(name="tea.csv").blocks
    assert 1 == sum("kettle" in block.text for block in blocks)
    assert 100 == sum(block.text.count("green tea") for block in blocks)
