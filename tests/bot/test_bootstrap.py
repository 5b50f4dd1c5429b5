"""Which parts are put together, and which are left alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLATFORMS = {"discord", "slack_bolt", "slack_sdk"}
TOKENS = {"discord": {"DISCORD_TOKEN": "x"}, "slack": {"SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": "x"}}
BUILD = """
import sys
from bot.cli import app
from bot.bootstrap import Application
from bot.settings import load

application = Application(load())
built = [*application.platforms(), application.terminal()]
print(*(type(adapter).__name__ for adapter in built))
print(*sys.modules)
"""


@pytest.mark.parametrize(
    ("tokens", "adapters", "libraries"),
    [
        ((), ["TerminalAdapter"], set()),
        (("discord",), ["DiscordAdapter", "TerminalAdapter"], {"discord"}),
        (("slack",), ["SlackAdapter", "TerminalAdapter"], {"slack_bolt", "slack_sdk"}),
        (("discord", "slack"), ["DiscordAdapter", "SlackAdapter", "TerminalAdapter"], PLATFORMS),
    ],
    ids=str,
)
def test_only_the_platforms_that_have_tokens_are_built_and_imported(
    tmp_path: Path, tokens: tuple[str, ...], adapters: list[str], libraries: set[str]
) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DISCORD_", "SLACK_"))}
    given = {name: value for platform in tokens for name, value in TOKENS[platform].items()}
    command = [sys.executable, "-c", BUILD]
    done = subprocess.run(
        command, cwd=tmp_path, env=clean | given, capture_output=True, text=True, check=True
    )
    built, modules = done.stdout.splitlines()
    assert adapters == built.split()
    assert libraries == PLATFORMS & set(modules.split())
