"""How numbers and places are said."""

import pytest

from bot.messages import counted, path_of


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 passages"), (1, "1 passage"), (2, "2 passages"), (1_234, "1,234 passages")],
)
def test_one_is_singular_and_all_else_plural(number: int, expected: str) -> None:
    assert expected == counted(number, "passage")


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [
        ("Guide", ("Tea", "Water"), "Guide › Tea › Water"),
        ("Guide", ("Guide", "Tea"), "Guide › Tea"),
        ("Guide", (), "Guide"),
        ("", ("Tea",), "Tea"),
    ],
)
def test_a_place_is_the_title_with_its_headings_and_says_nothing_twice(
    title: str, heading: tuple[str, ...], expected: str
) -> None:
    assert expected == path_of(title, heading)
