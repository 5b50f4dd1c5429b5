"""The registry of abilities says what the platforms really offer: all of it, and nothing else.

What fails here is mended in bot/abilities.py, and then with
``python -m bot.abilities > docs/platforms.md``.
"""

import ast
import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest

from adapters.discord.client import DiscordAdapter
from adapters.discord.render import render as render_discord
from adapters.slack import translate as slack
from adapters.slack.app import SlackAdapter
from adapters.slack.render import render as render_slack
from adapters.terminal import translate as terminal
from bot.abilities import ABILITIES, Ability, NotPossible, command_of, page
from bot.messages import Reply, Request, Silence
from tests.adapters.replies import REPLIES
from tests.adapters.slack.test_manifest import MANIFEST
from tests.fakes.core import ScriptedCore, running
from tests.fakes.discord import TOKEN, FakeDiscord
from tests.fakes.discord_schema import BUTTON, walk as walk_components
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.fakes.slack_schema import walk as walk_blocks

PAGE = Path(__file__).parents[2] / "docs" / "platforms.md"
WHERE = "in bot/abilities.py; then run `python -m bot.abilities > docs/platforms.md`"
TEMPLATE = """
    Ability(
        about="Do what it does",
        requests=({name},),
        discord=("/command", "button Label", "menu Label", "in words"),
        slack=("/quoth word ARGUMENT", "button Label"),
        terminal=NotPossible(because="nobody else is in a terminal"),
    ),"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def ways(platform: str) -> list[str]:
    """Return how everything is reached that a platform can do."""
    told = [getattr(ability, platform) for ability in ABILITIES]
    return [way for each in told if not isinstance(each, NotPossible) for way in each]


def commands(platform: str) -> set[str]:
    return {command_of(way) for way in ways(platform) if way.startswith("/")}


def labelled(platform: str, kind: str) -> set[str]:
    return {way.removeprefix(f"{kind} ") for way in ways(platform) if way.startswith(f"{kind} ")}


def assert_same(platform: str, kind: str, said: set[str], real: set[str]) -> None:
    missing, invented = sorted(real - said), sorted(said - real)
    assert not missing, f"{platform} has the {kind} {missing}: name them with their ability {WHERE}."
    assert not invented, f"{platform} has no {kind} {invented}: take them away {WHERE}."


def test_every_kind_of_reply_has_an_example_that_the_platforms_are_tried_with() -> None:
    assert {*get_args(Reply)} - {Silence} == {type(reply) for reply in REPLIES.values()}


def test_every_request_belongs_to_exactly_one_ability() -> None:
    listed = [request for ability in ABILITIES for request in ability.requests]
    missing = [kind for kind in get_args(Request) if kind not in listed]
    wanted = "".join(TEMPLATE.format(name=kind.__name__) for kind in missing)
    assert not missing, f"Add to FOR_EVERYONE or FOR_MODERATORS {WHERE}:{wanted}"
    assert len(listed) == len(set(listed)), f"A request stands twice {WHERE}."


def test_the_page_is_what_the_registry_says() -> None:
    written = PAGE.read_text("utf-8")
    assert page() == written, "docs/platforms.md is old: run `python -m bot.abilities > docs/platforms.md`"


@pytest.mark.parametrize("ability", ABILITIES, ids=lambda ability: ability.about)
def test_an_ability_is_reached_somehow_or_says_why_not(ability: Ability) -> None:
    for told in (ability.discord, ability.slack, ability.terminal):
        assert told.because if isinstance(told, NotPossible) else told


@pytest.mark.anyio
async def test_discord_has_the_commands_and_menus_that_the_registry_names(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        adapter = DiscordAdapter(
            token=TOKEN,
            api_url=discord.api_url,
            gateway_url=discord.gateway_url,
            state_dir=tmp_path,
            guild_ready_timeout=0.05,
        )
        async with running(adapter, ScriptedCore()):
            await discord.connected()
        told = discord.commands
    slash = {name for command in told if command.get("type", 1) == 1 for name in _slash_names(command)}
    menus = {command["name"] for command in told if command.get("type", 1) != 1}
    assert_same("Discord", "commands", commands("discord"), slash)
    assert_same("Discord", "menus", labelled("discord", "menu"), menus)


def test_discord_has_the_buttons_that_the_registry_names() -> None:
    shown = [render_discord(reply, private=way) for reply in REPLIES.values() for way in (False, True)]
    parts = [part for view in shown for part in walk_components(view.to_components())]  # type: ignore[no-untyped-call]
    labels = {part["label"] for part in parts if part["type"] == BUTTON and "custom_id" in part}
    assert_same("Discord", "buttons", labelled("discord", "button"), labels)


def test_slack_has_the_commands_and_menus_that_the_registry_names() -> None:
    said, features = commands("slack"), MANIFEST["features"]
    slash = {command["command"] for command in features["slash_commands"]}
    assert_same("Slack", "commands", {command.split()[0] for command in said}, slash)
    assert_same(
        "Slack",
        "menus",
        labelled("slack", "menu"),
        {shortcut["name"] for shortcut in features["shortcuts"]},
    )
    helped = {found for line in slack.HELP.details for found in re.findall(r"/quoth [a-z-]+", line)}
    known = {f"/quoth {word}" for word in _patterns(slack.command) if word}
    first = {" ".join(command.split()[:2]) for command in said if command.startswith("/quoth ")}
    assert_same("Slack", "commands", first, known | helped)


@pytest.mark.anyio
async def test_slack_knows_every_command_that_the_registry_names(tmp_path: Path) -> None:
    async with FakeSlack() as fake:
        adapter = SlackAdapter(
            bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_url=fake.api_url, state_dir=tmp_path
        )
        async with running(adapter, ScriptedCore()):
            for command in sorted(commands("slack")):
                name, _, rest = command.partition(" ")
                await fake.deliver("slash_commands", fake.command_payload("U0BOSS", name, rest))
            await fake.command("U0BOSS", "/quoth", "help")
        shown = [message.shown for message in fake.messages]
    assert not [each for each in shown if slack.NOT_A_COMMAND in each], (
        f"Slack does not know a command that is named {WHERE}."
    )


def test_slack_has_the_buttons_that_the_registry_names() -> None:
    shown = [render_slack(reply, private=way) for reply in REPLIES.values() for way in (False, True)]
    parts = [part for message in shown for part in walk_blocks(message["blocks"])]
    assert_same("Slack", "buttons", labelled("slack", "button"), set(_block_labels(parts)))


def test_the_terminal_has_the_commands_that_the_registry_names() -> None:
    said = {command.split()[0] for command in commands("terminal")}
    known = {word for word in _patterns(terminal.request_from) if word.startswith("/")}
    helped = set(re.findall(r"(?<!\S)/[a-z-]+", terminal.HELP))
    assert_same("The terminal", "commands", said, known | helped | {"/help"})


def _slash_names(command: dict[str, Any]) -> Iterable[str]:
    """Yield "/name", or "/group name" for each command of a group."""
    nested = [option for option in command.get("options", ()) if option["type"] in (1, 2)]
    if not nested:
        yield f"/{command['name']}"
    for option in nested:
        yield from (f"/{command['name']} {name[1:]}" for name in _slash_names(option))


def _patterns(function: Any) -> set[str]:
    """Return the words that a function's match statements look for."""
    tree = ast.parse(inspect.getsource(function))
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.MatchValue)]
    return {
        value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def _block_labels(parts: Iterable[dict[str, Any]]) -> Iterable[str]:
    for part in parts:
        if part.get("type") == "button":
            yield part["text"]["text"]
        if part.get("type") == "feedback_buttons":
            yield from (part[side]["text"]["text"] for side in ("positive_button", "negative_button"))
