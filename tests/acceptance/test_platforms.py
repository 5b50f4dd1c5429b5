"""`quoth run` in a process of its own, with the real model, against a Discord and a Slack."""

import asyncio
import os
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from tests.acceptance.conftest import QUOTH
from tests.fakes.discord import TOKEN, FakeDiscord
from tests.fakes.discord_payloads import APPLICATION
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, FakeSlack

pytestmark = [pytest.mark.model, pytest.mark.anyio]

QUESTION = "How hot should water for green tea be?"
PASSAGE = "Green tea is brewed with water of eighty degrees."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def environment(discord: FakeDiscord, slack: FakeSlack, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "DISCORD_TOKEN": TOKEN,
        "QUOTH_DISCORD_API_URL": discord.api_url,
        "QUOTH_DISCORD_GATEWAY_URL": discord.gateway_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "QUOTH_SOURCES_SEEDS": str(folder / "docs"),
        "QUOTH_SOURCES_ALLOWED_PATHS": f'["{folder}"]',
    }


@asynccontextmanager
async def quoth(
    folder: Path, environment: Mapping[str, str], stdin: int = subprocess.DEVNULL
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        QUOTH,
        "--data",
        "data",
        "run",
        cwd=folder,
        env=environment,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[tuple[FakeDiscord, FakeSlack]]:
    """A Discord and a Slack with one Quoth connected to them."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(FakeDiscord())
        slack = await stack.enter_async_context(FakeSlack())
        await stack.enter_async_context(quoth(folder, environment(discord, slack, folder)))
        await discord.connected()
        await slack.until(lambda: slack.socket.connections)
        yield discord, slack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tea.md").write_text(f"# Tea\n\n## Water\n\n{PASSAGE}\n")
    return tmp_path


async def test_one_process_answers_in_both_and_moderators_reindex(folder: Path) -> None:
    async with both(folder) as (discord, slack):
        answers = [
            (await discord.command("Ann", "ask", {"question": QUESTION})).shown,
            (await discord.say("Ann", f"<@{APPLICATION}> {QUESTION}")).shown,
            (await slack.command("U0ANN", "/ask", QUESTION)).shown,
            (await slack.mention("U0ANN", QUESTION)).shown,
        ]
        for answer in answers:
            assert PASSAGE in answer
            assert "Tea › Water" in answer

        (folder / "docs" / "tea.md").write_text("# Tea\n\n## Water\n\nBlack tea wants boiling water.\n")
        assert "Only moderators can do that." in (await discord.command("Ann", "reindex")).shown
        assert "Only moderators can do that." in (await slack.command("U0ANN", "/quoth", "reindex")).shown
        assert PASSAGE in (await slack.command("U0ANN", "/ask", QUESTION)).shown

        done = await discord.command("Boss", "reindex")
        await discord.until(lambda: "up to date" in done.shown)
        assert "1 changed" in done.shown
        after = await discord.command("Ann", "ask", {"question": "How is black tea made?"})
        assert "Black tea wants boiling water." in after.shown

        done_there = await slack.command("U0BOSS", "/quoth", "reindex")
        await slack.until(
            lambda: "up to date" in done_there.shown or "up to date" in slack.messages[-1].shown
        )
        assert PASSAGE not in (await slack.command("U0ANN", "/ask", QUESTION)).shown

    # The machine's own sync is for every community: Discord's, Slack's and the terminal's.
    (folder / "docs" / "tea.md").write_text(f"# Tea\n\n{PASSAGE}\n")
    command = [str(QUOTH), "--data", "data", "sync"]
    synced = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    words = " ".join(synced.stdout.split())
    assert "All sources up to date: 3 changed; 3 passages. 1 newly embedded." == words


async def test_a_file_attached_in_chat_is_answered_from_and_cited(folder: Path) -> None:
    kettles = b"# Kettles\n\n## Descaling\n\nA kettle is descaled with citric acid every six weeks.\n"
    choir = b"# Choir\n\n## Rehearsals\n\nThe choir rehearses on Thursdays in the chapel.\n"
    async with both(folder) as (discord, slack):
        added = await discord.command("Boss", "source add", {"file": ("kettles.md", kettles)})
        await discord.until(lambda: "1 document, 1 passage." in added.shown)
        card = (await discord.command("Ann", "ask", {"question": "How often is a kettle descaled?"})).shown
        assert "citric acid every six weeks" in card
        assert "Kettles › Descaling" in card

        await slack.dm("U0BOSS", "add", files=[slack.attach("choir.md", choir)])
        await slack.until(lambda: "1 document, 1 passage." in slack.messages[-1].shown)
        card = (await slack.command("U0ANN", "/ask", "Where does the choir rehearse?")).shown
        assert "on Thursdays in the chapel" in card
        assert "Choir › Rehearsals" in card


@pytest.mark.parametrize(
    ("variable", "sentence"),
    [
        ("DISCORD_TOKEN", "Discord rejects the token in DISCORD_TOKEN."),
        ("SLACK_BOT_TOKEN", "Slack rejects the token in SLACK_BOT_TOKEN"),
        ("SLACK_APP_TOKEN", "Slack rejects the token in SLACK_APP_TOKEN"),
    ],
)
async def test_a_wrong_token_ends_the_process_with_a_sentence(
    folder: Path, variable: str, sentence: str
) -> None:
    async with FakeDiscord() as discord, FakeSlack() as slack:
        wrong = {**environment(discord, slack, folder), variable: "xapp-wrong"}
        async with quoth(folder, wrong) as process:
            async with asyncio.timeout(60):
                _, stderr = await process.communicate()
    _said_in_a_sentence(process.returncode, stderr.decode(), sentence)


async def test_a_second_server_on_one_data_folder_is_refused(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        discord, slack = await stack.enter_async_context(both(folder))
        second = await stack.enter_async_context(quoth(folder, environment(discord, slack, folder)))
        async with asyncio.timeout(60):
            _, stderr = await second.communicate()
    _said_in_a_sentence(second.returncode, stderr.decode(), "Quoth already runs with this data folder.")


async def test_a_wrong_token_ends_the_process_though_a_person_sits_at_the_terminal(folder: Path) -> None:
    async with FakeDiscord() as discord, FakeSlack() as slack:
        wrong = {**environment(discord, slack, folder), "DISCORD_TOKEN": "wrong"}
        keyboard, screen = os.openpty()
        try:
            async with quoth(folder, wrong, stdin=screen) as process:
                async with asyncio.timeout(60):
                    _, stderr = await process.communicate()
        finally:
            os.close(keyboard)
            os.close(screen)
    _said_in_a_sentence(process.returncode, stderr.decode(), "Discord rejects the token in DISCORD_TOKEN.")


async def doctor(folder: Path, environment: Mapping[str, str]) -> tuple[int | None, str]:
    """Run `quoth doctor` to its end; return its exit status and all that it says, on one line."""
    process = await asyncio.create_subprocess_exec(
        QUOTH,
        "--data",
        "data",
        "doctor",
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        words, _ = await process.communicate()
    return process.returncode, " ".join(words.decode().split())


async def test_the_doctor_says_what_each_platform_takes_the_bot_for(folder: Path) -> None:
    async with FakeDiscord() as discord, FakeSlack() as slack:
        status, words = await doctor(folder, environment(discord, slack, folder))
    assert 0 == status
    assert "embedder: all-MiniLM-L6-v2" in words
    assert "discord: Discord takes the token and knows the bot as quoth." in words
    assert "slack: Slack takes both tokens and knows the bot as quoth in Home." in words
    assert TOKEN not in words
    assert BOT_TOKEN not in words


async def test_the_doctor_goes_on_to_the_last_thing_that_is_wrong(folder: Path) -> None:
    async with FakeDiscord() as discord, FakeSlack() as slack:
        wrong = {
            **environment(discord, slack, folder),
            "DISCORD_TOKEN": "wrong",
            "SLACK_BOT_TOKEN": "",
            "QUOTH_EMBEDDER_MODEL": "no/such-model",
        }
        status, words = await doctor(folder, wrong)
    assert 2 == status
    assert "catalogue: 0 local sources" in words
    assert "embedder: The embedding model 'no/such-model'" in words
    assert "discord: Discord rejects the token in DISCORD_TOKEN." in words
    assert "slack: SLACK_BOT_TOKEN is not set." in words
    assert "Traceback" not in words


def _said_in_a_sentence(status: int | None, words: str, sentence: str) -> None:
    assert 2 == status
    assert sentence in " ".join(words.split())
    assert "Traceback" not in words
    assert "wrong" not in words


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_process_that_is_told_to_stop_answers_and_ends_in_order(
    folder: Path, number: signal.Signals
) -> None:
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(FakeDiscord())
        slack = await stack.enter_async_context(FakeSlack())
        process = await stack.enter_async_context(quoth(folder, environment(discord, slack, folder)))
        await discord.connected()
        await slack.until(lambda: slack.socket.connections)
        assert PASSAGE in (await discord.command("Ann", "ask", {"question": QUESTION})).shown
        process.send_signal(number)
        async with asyncio.timeout(10):
            _, stderr = await process.communicate()
    assert 0 == process.returncode, stderr.decode()
    assert "Stopping; what was asked before is still answered" in stderr.decode()
    assert "Traceback" not in stderr.decode()


async def test_a_process_that_is_told_to_stop_while_it_reads_ends_in_order(folder: Path) -> None:
    for number in range(400):
        text = " ".join(f"Note {number} tells of thing {number}{word}." for word in range(60))
        (folder / "docs" / f"{number}.md").write_text(f"# Note {number}\n\n{text}\n")
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(FakeDiscord())
        slack = await stack.enter_async_context(FakeSlack())
        process = await stack.enter_async_context(quoth(folder, environment(discord, slack, folder)))
        async with asyncio.timeout(60):
            while not _staged(folder / "data" / "catalog.sqlite"):
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            _, stderr = await process.communicate()
    assert 0 == process.returncode, stderr.decode()
    assert "Traceback" not in stderr.decode()


def _staged(catalog: Path) -> bool:
    """Whether a sync has read some documents and not published them."""
    if not catalog.exists():
        return False
    with closing(sqlite3.connect(f"file:{catalog}?mode=ro", uri=True)) as db, suppress(sqlite3.Error):
        return bool(db.execute("SELECT count(*) FROM images").fetchone()[0])
    return False
