"""The command line's help, as a newcomer reads it."""

import re
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
from typer import Context
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import app

COMMANDS = (
    "",
    *"ask chat run sync status verify export doctor health sources".split(),
    *(f"sources {name}" for name in ("add", "list", "show", "remove")),
)


@pytest.fixture
def helped(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Return what a command's help says; nothing of the program is set up for it."""
    monkeypatch.setenv("COLUMNS", "100")

    def say(command: str) -> str:
        found: Any = get_command(app)
        for word in command.split():
            found = found.get_command(Context(found), word)
        found.main(["--help"], prog_name="quoth", standalone_mode=False)
        return capsys.readouterr().out

    return say


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_explains_every_argument_and_shows_no_types_of_switches(
    helped: Callable[[str], str], command: str
) -> None:
    words = helped(command)
    assert "--help" in words
    assert "<bool>" not in words
    assert "--no-" not in words
    explanations = re.findall(r"<\S.*?>(?: \[.*?\])? (.*)│", words)
    assert all(re.sub(r"\[.*?\]", "", explanation).strip() for explanation in explanations)


def test_the_help_says_where_settings_stand(helped: Callable[[str], str]) -> None:
    words = " ".join(helped("").split())
    assert "Settings stand in quoth.toml and .env" in words
    assert "[answers]" in words


def test_the_version_is_printed_whatever_the_settings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_ANSWERS_THRESHOLD", "high")
    told = CliRunner().invoke(app, ["--version"])
    assert (0, f"Quoth {version('quoth')}") == (told.exit_code, told.output.strip())
