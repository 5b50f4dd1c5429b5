"""Notes, tips and tabs in the dialects of Markdown: a title, and what it is the title of."""

import pytest

from index.passages import BlockKind
from index.readers.markdown import MarkdownReader


def texts(source: str) -> list[str]:
    return [block.text for block in MarkdownReader().read(source.encode(), name="tea.md").blocks]


@pytest.mark.parametrize(
    "source",
    [
        '!!! note "Hot water"\n    Careful with the *kettle*.\n\nAfter.\n',
        '??? tip "Hot water"\n    Careful with the kettle.\n\nAfter.\n',
        '???+ tip inline end "Hot water"\n    Careful with the kettle.\n\nAfter.\n',
        '=== "Hot water"\n    Careful with the kettle.\n\nAfter.\n',
        "> [!NOTE] Hot water\n> Careful with the kettle.\n\nAfter.\n",
        "> [!tip]- Hot water\n> Careful with the kettle.\n\nAfter.\n",
        ":::note Hot water\nCareful with the kettle.\n:::\nAfter.\n",
        ":::note[Hot water]\nCareful with the kettle.\n:::\n\nAfter.\n",
        "::: note Hot water\nCareful with the kettle.\n:::\n\nAfter.\n",
        ":::{admonition} Hot water\nCareful with the kettle.\n:::\n\nAfter.\n",
        "```{admonition} Hot water\nCareful with the kettle.\n```\n\nAfter.\n",
    ],
)
def test_an_admonition_is_a_paragraph_that_begins_with_its_title(source: str) -> None:
    assert ["Hot water\nCareful with the kettle.", "After."] == texts(source)


@pytest.mark.parametrize(
    "source",
    [
        "!!! warning\n    Hot.\n",
        "> [!WARNING]\n> Hot.\n",
        ":::warning\nHot.\n:::\n",
        "::: {.warning}\nHot.\n:::\n",
        "```{warning}\nHot.\n```\n",
    ],
)
def test_without_a_title_its_kind_is_its_title(source: str) -> None:
    assert ["Warning\nHot."] == texts(source)


def test_a_body_of_several_blocks_is_read_as_what_it_is() -> None:
    source = (
        "!!! note\n\n    - Fill it.\n    - Boil it.\n\n    ```sh\n    boil --now\n    ```\n\n"
        "    !!! danger\n        Steam!\n\n    Then pour.\n\nAfter.\n"
    )
    assert [
        "Note",
        "- Fill it.",
        "- Boil it.",
        "boil --now",
        "Danger\nSteam!",
        "Then pour.",
        "After.",
    ] == texts(source)


def test_headings_in_an_admonition_are_headings() -> None:
    blocks = MarkdownReader().read(b":::tip\n\n## Water\n\nSoft.\n\n:::\n", name="a").blocks
    assert ("Water",) == blocks[-1].heading


@pytest.mark.parametrize(
    "source",
    [
        "!!! hooray we won\n",
        "!!! note\nnot indented\n",
        "What a day!!! note that.\n",
        "[!NOTE] is how GitHub marks a note.\n",
        ":::\n",
        "a ::: b\n",
    ],
)
def test_what_only_looks_like_one_stays_as_it_is(source: str) -> None:
    assert " ".join(source.split()) == " ".join(" ".join(texts(source)).split())


def test_code_is_left_alone() -> None:
    source = '```md\n!!! note "Hot"\n    Text.\n:::tip\n> [!NOTE]\n```\n'
    [block] = MarkdownReader().read(source.encode(), name="a").blocks
    assert (BlockKind.CODE, source[6:-5]) == (block.kind, block.text)


@pytest.mark.parametrize(
    "include",
    ['--8<-- "snippet.md"', '{% include "snippet.md" %}', "{{< include snippet.md >}}", "{!snippet.md!}"],
)
def test_includes_are_left_as_they_are(include: str) -> None:
    assert ["Before.", include, "After."] == texts(f"Before.\n\n{include}\n\nAfter.\n")
