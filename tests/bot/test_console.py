"""What the commands say while they work."""

import pytest

from bot.console import bar
from bot.messages import Progress


def test_where_nothing_can_move_each_stage_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with bar() as watch:
        for text in ("Looking through docs", "Reading docs", "Asking"):
            for done in range(3):
                watch(Progress(text=text, done=done, total=3))
    assert "Looking through docs ...\nReading docs ...\nAsking ...\n" == capsys.readouterr().err
