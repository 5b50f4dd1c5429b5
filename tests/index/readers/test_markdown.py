"""Markdown becomes blocks with their headings."""

from index.passages import Block, BlockKind
from index.readers.markdown import MarkdownReader


def blocks(text: str) -> list[Block]:
    return [
        block
        for block in MarkdownReader().read(text.encode(), name="notes.md").blocks
        if block.kind is not BlockKind.HEADING
    ]


def test_a_block_knows_the_headings_above_it_and_where_to_link() -> None:
    [first, second] = blocks("# Guide\n\n## Leave\n\n### Parents\n\nSixteen weeks.\n\n## Pay\n\nMonthly.\n")
    assert ("Leave", "Parents") == first.heading[-2:]
    assert "parents" == first.anchor
    assert "Pay" == second.heading[-1]


def test_the_first_heading_is_the_title_unless_front_matter_has_one() -> None:
    assert "Guide" == MarkdownReader().read(b"# Guide\n\nText.\n", name="a.md").title
    front = b"---\ntitle: The guide\n---\n# Guide\n\nText.\n"
    assert "The guide" == MarkdownReader().read(front, name="a.md").title


def test_inline_markup_is_read_away() -> None:
    [block] = blocks("See **the [guide](https://x.example)** and `quoth ask`, ~~not~~ *this*.\n")
    assert "See the guide and quoth ask, not this." == block.text


def test_code_keeps_its_lines() -> None:
    [before, code] = blocks("Run:\n\n```sh\nif true; then\n    quoth ask\nfi\n```\n")
    assert "Run:" == before.text
    assert (BlockKind.CODE, "if true; then\n    quoth ask\nfi") == (code.kind, code.text.rstrip("\n"))


def test_lists_stay_lists() -> None:
    items = blocks("1. First\n2. Second\n   - nested\n")
    assert ["1. First", "2. Second", "  - nested"] == [item.text for item in items]
    assert {BlockKind.ITEM} == {item.kind for item in items}


def test_tables_keep_their_rows() -> None:
    [table] = blocks("| city | price |\n| --- | --- |\n| Rome | 3 |\n| Oslo | 9 |\n")
    assert "city | price\nRome | 3\nOslo | 9" == table.text


def test_headings_of_one_name_have_anchors_of_their_own() -> None:
    assert ["notes", "notes-1"] == [
        block.anchor for block in blocks("## Notes\n\nOne.\n\n## Notes\n\nTwo.\n")
    ]


def test_a_rule_at_the_top_is_not_front_matter() -> None:
    assert ["Above.", "Below."] == [block.text for block in blocks("---\nAbove.\n\n---\n\nBelow.\n")]
