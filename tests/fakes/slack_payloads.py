"""Slack's payloads, built by hand from its documentation: what an app is told of people's doings."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

TEAM = "T0HOME"
FOREIGN_TEAM = "T0AWAY"
BOT_USER = "U0QUOTH"
BOT_ID = "B0QUOTH"
APP = "A0QUOTH"
GENERAL = "C0GENERAL"


def direct_channel(user: str) -> str:
    """Return the id of the person's direct messages with the bot."""
    return f"D{user[1:]}"


def user_object(
    user: str, name: str, *, admin: bool = False, owner: bool = False, team: str = TEAM, **more: Any
) -> Json:
    """What users.info tells."""
    rights = {"is_admin": admin, "is_owner": owner, "is_primary_owner": False}
    profile = {"display_name": name, "real_name": name}
    named = {"id": user, "team_id": team, "name": name.lower(), "real_name": name, "profile": profile}
    return {**named, "is_bot": False, **rights, **more}


def event_body(event: Json, event_id: str, *, external: bool = False) -> Json:
    """The envelope of the Events API."""
    return {
        "token": "verification",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1_790_000_000,
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        "is_ext_shared_channel": external,
    }


def message_event(
    kind: str,
    user: str,
    text: str,
    ts: str,
    *,
    channel: str,
    thread: str = "",
    team: str = TEAM,
    parent: str = "",
    files: Sequence[Json] = (),
) -> Json:
    """A message (``kind`` "message", in a direct message) or a mention (``kind`` "app_mention")."""
    event: Json = {"type": kind, "user": user, "text": text, "ts": ts, "team": team, "channel": channel}
    if kind == "message":
        event["channel_type"] = "im" if channel.startswith("D") else "channel"
    if thread:
        event["thread_ts"] = thread
    if parent:
        event["parent_user_id"] = parent
    if files:
        event |= {"files": list(files), "upload": True}
        event |= {"subtype": "file_share"} if kind == "message" else {}
    return event | {"event_ts": ts}


def command_body(user: Mapping[str, Any], command: str, text: str, *, channel: str, **more: str) -> Json:
    """A slash command; ``more`` holds trigger_id and response_url."""
    return {
        "token": "verification",
        "team_id": user["team_id"],
        "team_domain": "home",
        "channel_id": channel,
        "channel_name": "directmessage" if channel.startswith("D") else "general",
        "user_id": user["id"],
        "user_name": user["name"],
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        **more,
    }


def _acting(user: Mapping[str, Any]) -> Json:
    name = user["name"]
    person = {"id": user["id"], "username": name, "name": name, "team_id": user["team_id"]}
    return {
        "user": person,
        "team": {"id": TEAM, "domain": "home"},
        "api_app_id": APP,
        "token": "verification",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def press_body(
    user: Mapping[str, Any], action: Json, message: Json, *, channel: str, ephemeral: bool, **more: str
) -> Json:
    """A press of a button. Slack leaves the message out when it was ephemeral."""
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel,
        "is_ephemeral": ephemeral,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    body = {
        "type": "block_actions",
        **_acting(user),
        "container": container,
        "channel": {"id": channel, "name": "general"},
        "state": {"values": {}},
        "actions": [action | {"block_id": "b1", "action_ts": "1790000000.000001"}],
        **more,
    }
    return body if ephemeral else body | {"message": message}


def view_body(user: Mapping[str, Any], view: Json, values: Json, **more: str) -> Json:
    """A form that was sent; ``values`` by block and action."""
    sent = view | {"team_id": TEAM, "state": {"values": values}, "hash": "1", "bot_id": BOT_ID}
    return {"type": "view_submission", **_acting(user), "view": sent, "response_urls": [], **more}


def changed_event(ts: str, *, channel: str, text: str | None, user: str = "U0BOB", **more: Any) -> Json:
    """An edit of a message, or its deletion where the text is None."""
    event: Json = {"type": "message", "channel": channel, "hidden": True, "channel_type": "channel"}
    before = {"type": "message", "user": user, "text": "before", "ts": ts}
    if text is None:
        event |= {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": before}
    else:
        after = before | {"text": text, "edited": {"user": user, "ts": ts}} | more
        event |= {"subtype": "message_changed", "message": after, "previous_message": before}
    return event | {"ts": f"{ts}9", "event_ts": f"{ts}9"}


def shortcut_body(
    user: Mapping[str, Any], callback_id: str, message: Json, *, channel: str, **more: str
) -> Json:
    """A choice from a message's menu."""
    return {
        "type": "message_action",
        **_acting(user),
        "callback_id": callback_id,
        "channel": {"id": channel, "name": "general"},
        "message_ts": message["ts"],
        "message": {"type": "message", "team": TEAM, **message},
        **more,
    }
