"""The app manifest that operators paste into Slack."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

import adapters.slack
from adapters.slack import listeners
from tests.fakes.slack_schema import SPECS, SlackSchema

MANIFEST: dict[str, Any] = json.loads((Path(adapters.slack.__file__).parent / "manifest.json").read_text())
SCHEMA_FILE = SPECS / "slack_manifest.schema.2.0.0.json"
# By reading the code; test_slack.py compares with what the bot did call.
METHODS = [
    "assistant.threads.setStatus",
    "assistant.threads.setSuggestedPrompts",
    "assistant.threads.setTitle",
    "chat.delete",
    "chat.getPermalink",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.replies",
    "files.completeUploadExternal",
    "files.getUploadURLExternal",
    "files.info",
    "usergroups.list",
    "users.info",
    "views.open",
    "views.publish",
]


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
    assert ["app_home_opened", "app_mention", *messages] == events


def test_its_scopes_cover_every_method_that_the_bot_calls() -> None:
    needed = set().union(*(SlackSchema().scopes(method) for method in METHODS))
    assert needed <= set(MANIFEST["oauth_config"]["scopes"]["bot"])
