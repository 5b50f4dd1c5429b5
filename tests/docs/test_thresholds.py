"""What docs/channels.md says was measured is what counts."""

import re
from pathlib import Path

from bot import aliases, precedents, unanswered
from bot.preferences import PREFERENCES

PAGE = Path(__file__).parents[2] / "docs" / "channels.md"


def test_the_thresholds_in_bold_are_those_in_the_code() -> None:
    page = PAGE.read_text("utf-8")
    bold = [float(each) for each in re.findall(r"^\| \*\*([0-9.]+)\*\* \|", page, re.MULTILINE)]
    unasked = PREFERENCES["overhear.threshold"].default
    assert [unanswered.SAME, aliases.NEAR, precedents.ALIKE, float(unasked)] == bold
    assert f"`overhear.threshold` ({unasked} by default)" in page
