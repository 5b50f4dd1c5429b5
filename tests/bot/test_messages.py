"""How numbers are said."""

import pytest

from bot.messages import counted


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 passages"), (1, "1 passage"), (2, "2 passages"), (1_234, "1,234 passages")],
)
def test_one_is_singular_and_all_else_plural(number: int, expected: str) -> None:
    assert expected == counted(number, "passage")
