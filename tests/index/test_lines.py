"""Finding the lines of a file on which its blocks begin."""

from hypothesis import given, strategies as st

from index.lines import with_lines
from index.passages import Block, BlockKind
from index.readers.markdown import MarkdownReader

TEA = """---
title: On brewing
---

# Tea

Green tea wants **80 degrees**
and two minutes.

| tea   | water |
| ----- | ----- |
| black | hot   |

## Black tea

Green tea wants less [heat](https://example.org/heat) than black tea.

1. Boil the water.
2. Wait.

```sh
kettle --boil
```
"""


def anchors(text: str) -> dict[str, str]:
    blocks = MarkdownReader().read(text.encode(), name="tea.md").blocks
    return {block.text.split("\n")[0]: block.anchor for block in with_lines(blocks, text, "L{}")}


def test_every_block_gets_the_line_on_which_it_begins() -> None:
    assert {
        "Tea": "L5",
        "Green tea wants 80 degrees and two minutes.": "L7",
        "tea | water": "L10",
        "Black tea": "L14",
        "Green tea wants less heat than black tea.": "L16",
        "1. Boil the water.": "L18",
        "2. Wait.": "L19",
        "kettle --boil": "L22",
    } == anchors(TEA)


def test_what_is_not_found_gets_the_line_of_what_stands_before_it() -> None:
    blocks = [Block(kind=BlockKind.PARAGRAPH, text=text) for text in ("one", "*", "elsewhere", "two")]

    found = with_lines(blocks, "zero\none\ntwo", "L{}")

    assert ["L2", "L2", "L2", "L3"] == [block.anchor for block in found]


@given(st.lists(st.text()), st.text())
def test_lines_never_go_back_and_are_in_the_file(texts: list[str], file: str) -> None:
    blocks = [Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts]

    numbers = [int(block.anchor) for block in with_lines(blocks, file, "{}")]

    assert sorted(numbers) == numbers
    assert all(1 <= number <= len(file.split("\n")) for number in numbers)
