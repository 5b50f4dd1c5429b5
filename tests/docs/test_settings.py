"""The README names every setting that `quoth doctor` lists."""

import re
from pathlib import Path

from bot.settings import Settings, explain

README = Path(__file__).parents[2] / "README.md"


def test_every_setting_is_named_in_the_table_of_settings_and_no_other() -> None:
    rows = re.findall(r"^\| (`[^|]+`[^|]*) \|", README.read_text("utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}
    assert {name for name, _, _ in explain(Settings.model_construct())} == named
