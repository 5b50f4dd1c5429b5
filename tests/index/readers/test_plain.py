"""Plain text: short title-like lines head the paragraphs below them."""

import pytest

from index.errors import DocumentNotText
from index.passages import BlockKind
from index.readers.plain import PlainReader

ARTICLE = """A visit to the lighthouse

The lighthouse stands on a rock, two miles from the village. It was built in 1871 by the villagers.

Who keeps it?
A keeper lives there with her dog all year long. She climbs the stairs twice a day to see to the lamp.

Opening hours
It opens on Sundays from ten in the morning until the boat leaves again at four in the afternoon.
"""


def test_short_lines_head_the_paragraphs_below_them() -> None:
    extract = PlainReader().read(ARTICLE.encode(), name="visit.txt")
    assert "A visit to the lighthouse" == extract.title
    by_heading = {
        block.heading[-1] if block.heading else "": block.text
        for block in extract.blocks
        if block.kind is BlockKind.PARAGRAPH
    }
    assert by_heading["Who keeps it?"].startswith("A keeper lives there")
    assert by_heading["Opening hours"].startswith("It opens on Sundays")


def test_a_short_sentence_is_no_heading() -> None:
    text = "It rained.\n\nSo we stayed inside all day long and played cards until the evening came at last.\n"
    extract = PlainReader().read(text.encode(), name="rain.txt")
    assert {BlockKind.PARAGRAPH} == {block.kind for block in extract.blocks}
    assert "Rain" == extract.title


def test_lists_and_code_keep_their_lines() -> None:
    text = (
        "Bring these things with you on the boat:\n\n- a coat\n- a lamp\n\n    row --hard\n    row --harder\n"
    )
    kinds = {block.kind: block.text for block in PlainReader().read(text.encode(), name="boat.txt").blocks}
    assert "- a lamp" == kinds[BlockKind.ITEM].split("\n")[-1].strip()
    assert "row --hard" in kinds[BlockKind.CODE]


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 100, "Save it as docx, xlsx or pptx."),
        (b"PK\x03\x04" + b"\x00" * 100, "Give it the ending of its format, such as docx"),
        (b"{\\rtf1 Tea.}", "Save it as Markdown"),
    ],
)
def test_what_is_no_text_says_what_to_save_it_as(data: bytes, remedy: str) -> None:
    with pytest.raises(DocumentNotText, match=remedy):
        PlainReader().read(data, name="a.doc")
