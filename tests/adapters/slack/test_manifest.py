"""The app manifest that operators paste into Slack."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

import adapters.slack
from adapters.slack import guide, listeners
from tests.fakes.slack_schema import SPECS, SlackSchema

MANIFEST: dict[str, Any] = json.loads((Path(adapters.slack.__file__).parent / "manifest.json").read_text())
DOCS = Path(__file__).parents[3] / "docs" / "slack.md"
SCHEMA_FILE = SPECS / "slack_manifest.schema.2.0.0.json"
AT_THE_START = {"apps.connections.open", "auth.test", "oauth.v2.access"}
"""What is called before anything is served, with failures that are the operator's."""

HELD_BACK = {"im:read"}
"""Scopes of methods that are needed for direct messages alone, about which nothing is asked."""

EVENT_SCOPES = {
    "app_home_opened": set[str](),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set[str](),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "pin_added": {"pins:read"},
    "pin_removed": {"pins:read"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "tokens_revoked": set[str](),
}
"""From Slack's documentation of events, which is not among the schemas."""

UPLOAD = {"files.getUploadURLExternal", "files.completeUploadExternal"}


def methods_called() -> set[str]:
    """Return the Web API methods that the adapter's code calls, by the names of the library's methods."""
    known = {name.replace(".", "_"): {name} for name in SlackSchema().methods} | {"files_upload_v2": UPLOAD}
    trees = [ast.parse(path.read_text()) for path in Path(adapters.slack.__file__).parent.glob("*.py")]
    used = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return set().union(*(known[name] for name in used & known.keys()))


METHODS = sorted(methods_called() - AT_THE_START)
"""What is called while the bot serves; nothing where the schemas are not here."""


def faults_of(manifest: dict[str, Any]) -> list[Any]:
    """Return what Slack's schema finds wrong with a manifest; nothing where the schema is not here."""
    schema = json.loads(SCHEMA_FILE.read_text()) if SCHEMA_FILE.exists() else {}
    return list(Draft7Validator(schema).iter_errors(manifest))


@pytest.mark.skipif(not SCHEMA_FILE.exists(), reason="Slack's schemas are not here")
def test_slack_accepts_the_manifest() -> None:
    assert [] == faults_of(MANIFEST)


def test_it_is_built_for_the_agent_view_and_socket_mode() -> None:
    assert "agent_view" in MANIFEST["features"]
    assert "assistant_view" not in MANIFEST["features"]
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]


def test_it_declares_what_the_bot_listens_to() -> None:
    commands = {command["command"] for command in MANIFEST["features"]["slash_commands"]}
    assert {listeners.ASK, listeners.QUOTH} == commands
    assert [listeners.FIND, listeners.SAVE] == [
        shortcut["callback_id"] for shortcut in MANIFEST["features"]["shortcuts"]
    ]
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    # Edits and deletions of what was saved come as messages of the channel.
    messages = [f"message.{kind}" for kind in ("channels", "groups", "im", "mpim")]
    marks = [f"{what}_{how}" for what in ("pin", "reaction") for how in ("added", "removed")]
    assert ["app_home_opened", "app_mention", *messages, *marks] == events


@pytest.mark.skipif(not SPECS.exists(), reason="Slack's schemas are not here")
def test_its_scopes_are_those_of_its_methods_and_events_and_no_others() -> None:
    assert {"chat.postMessage", "conversations.info", "users.info"} <= set(METHODS), "the code is not read"
    needed = set().union(*(SlackSchema().scopes(method) for method in METHODS))
    events = json.loads(guide.manifest("https://quoth.example.org"))["settings"]["event_subscriptions"]
    heard = set().union(*(EVENT_SCOPES[event] for event in events["bot_events"]))
    assert HELD_BACK <= needed
    assert (needed - HELD_BACK) | heard | {"commands"} == set(MANIFEST["oauth_config"]["scopes"]["bot"])


def test_each_scope_is_explained_with_what_is_lost_without_it() -> None:
    assert guide.scopes() in DOCS.read_text()
    assert set(guide.WITHOUT) < set(guide.SCOPES)
