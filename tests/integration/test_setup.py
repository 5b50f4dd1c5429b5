"""`quoth setup` against a Discord and a Slack on this machine."""

import asyncio
import os
import select
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.fakes.discord import TOKEN, FakeDiscord
from tests.fakes.discord_payloads import APPLICATION
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.fakes.slack_oauth import CLIENT_ID, CLIENT_SECRET

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    """A working folder on a machine with a Discord and a Slack."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("DISCORD_", "SLACK_"))]:
        monkeypatch.delenv(name)
    async with FakeDiscord() as discord, FakeSlack() as slack:
        monkeypatch.setenv("QUOTH_DISCORD_API_URL", discord.api_url)
        monkeypatch.setenv("SLACK_API_URL", slack.api_url)
        yield tmp_path


async def setup(*options: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, ["setup", *options])


def typed(*answers: tuple[str, str]) -> tuple[int, str]:
    """Run `quoth setup` in a terminal; type each answer when its question stands there."""
    ours, theirs = os.openpty()
    given = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "setup"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=given)
    os.close(theirs)
    shown, waiting = "", list(answers)
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        if select.select([ours], [], [], 0.3)[0]:
            try:
                shown += os.read(ours, 65_536).decode(errors="replace")
            except OSError:  # the other side has closed the terminal
                break
        elif waiting and waiting[0][0] in shown:  # what is typed before a question is thrown away
            os.write(ours, f"{waiting.pop(0)[1]}\n".encode())
    os.close(ours)
    return process.wait(), shown


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no such terminals on this system")
async def test_in_a_terminal_each_token_is_asked_for_and_never_shown(folder: Path) -> None:
    code, shown = await asyncio.to_thread(
        typed,
        ("without Discord)", TOKEN),
        ("without Slack)", BOT_TOKEN),
        ("for signed HTTP)", APP_TOKEN),
    )
    assert 0 == code, shown
    assert "Discord takes the token" in shown
    assert "Slack takes both tokens" in shown
    written = (folder / ".env").read_text().splitlines()
    assert {f"DISCORD_TOKEN={TOKEN}", f"SLACK_BOT_TOKEN={BOT_TOKEN}", f"SLACK_APP_TOKEN={APP_TOKEN}"} == set(
        written
    )
    assert not [token for token in (TOKEN, BOT_TOKEN, APP_TOKEN) if token in shown]


async def test_tokens_that_work_are_written_and_the_bot_can_be_invited(folder: Path) -> None:
    (folder / ".env").write_text("# mine\nQUOTH_DATA=elsewhere\n")
    options = ("--discord-token", TOKEN, "--slack-bot-token", BOT_TOKEN, "--slack-app-token", APP_TOKEN)
    done = await setup(*options)
    assert 0 == done.exit_code, done.output
    assert f"client_id={APPLICATION}&" in done.output
    assert "Slack takes both tokens" in done.output
    assert "`quoth run` starts the bot" in done.output
    lines = (folder / ".env").read_text().splitlines()
    assert ["# mine", "QUOTH_DATA=elsewhere", f"DISCORD_TOKEN={TOKEN}"] == lines[:3]
    assert TOKEN not in done.output
    assert "intent seems to be disabled" not in done.output


async def test_tokens_may_stand_in_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    done = await setup()
    assert 0 == done.exit_code, done.output
    assert "Discord takes the token" in done.output
    assert not (folder / ".env").exists()


async def test_what_slack_lacks_is_named(folder: Path) -> None:
    refused = await setup("--slack-bot-token", BOT_TOKEN)
    assert 2 == refused.exit_code
    assert "SLACK_APP_TOKEN" in refused.output
    assert "SLACK_SIGNING_SECRET" in refused.output


async def test_a_token_that_is_refused_is_not_written(folder: Path) -> None:
    refused = await setup("--discord-token", "wrong", "--slack-bot-token", BOT_TOKEN)
    assert 2 == refused.exit_code
    assert "Discord rejects the token in DISCORD_TOKEN" in refused.output
    assert "Slack needs SLACK_APP_TOKEN" in refused.output
    assert not (folder / ".env").exists()


async def test_one_platform_is_enough_and_the_other_is_explained(folder: Path) -> None:
    done = await setup("--discord-token", TOKEN)
    assert 0 == done.exit_code, done.output
    assert "paste this as JSON" in done.output
    assert "chat:write: to answer" in done.output
    again = await setup()
    assert 0 == again.exit_code
    assert "Discord takes the token" in again.output


async def test_without_tokens_both_platforms_are_explained(folder: Path) -> None:
    explained = await setup()
    assert 2 == explained.exit_code
    for words in (
        "discord.com/developers",
        "send_messages_in_threads: to answer in threads",
        "none of them is privileged",
        '"major_version": 2',
        "Neither Discord nor Slack is connected yet.",
        "There is no terminal here in which I could ask for tokens.",
        "--discord-token TOKEN, or DISCORD_TOKEN",
        "--slack-signing-secret SECRET",
    ):
        assert words in explained.output


SHARED = (
    *("--slack-public-url", "https://quoth.example.org", "--slack-client-id", CLIENT_ID),
    *("--slack-client-secret", CLIENT_SECRET, "--slack-signing-secret", "8f742231b10e8888abcd99yyyzzz85a5"),
)


async def test_an_app_for_many_workspaces_is_explained_with_its_addresses(folder: Path) -> None:
    explained = await setup("--slack-public-url", "https://quoth.example.org")
    assert 2 == explained.exit_code
    for words in (
        '"https://quoth.example.org/slack/oauth_redirect"',
        '"request_url": "https://quoth.example.org/slack/events"',
        "https://quoth.example.org/slack/install installs the app",
        "chat:write: to answer",
    ):
        assert words in explained.output


async def test_a_client_that_works_is_written_and_found_again(folder: Path) -> None:
    done = await setup(*SHARED)
    assert 0 == done.exit_code, done.output
    assert "Slack takes the client id and secret. No workspace has installed it yet." in done.output
    assert f"QUOTH_SLACK_CLIENT_ID={CLIENT_ID}" in (folder / ".env").read_text().splitlines()
    assert CLIENT_SECRET not in done.output
    again = await setup()
    assert "Slack takes the client id and secret." in again.output


async def test_a_client_secret_that_is_refused_is_not_written(folder: Path) -> None:
    refused = await setup(*SHARED, "--slack-client-secret", "wrong")
    assert 2 == refused.exit_code
    assert "Slack rejects slack.client_id or slack.client_secret (bad_client_secret)" in refused.output
    assert not (folder / ".env").exists()


async def test_an_address_that_slack_would_not_take_is_refused_at_once(folder: Path) -> None:
    refused = await setup("--slack-public-url", "ftp://quoth.example.org")
    assert "ftp://quoth.example.org does not begin with https://" in str(refused.exception)
    assert "paste this as JSON" not in refused.output


async def test_what_comes_of_given_tokens_stands_below_the_steps_of_the_other_platform(folder: Path) -> None:
    refused = await setup("--discord-token", "wrong")
    assert refused.output.index("paste this as JSON") < refused.output.index("Discord rejects the token")
    assert "There is no terminal here" not in refused.output
