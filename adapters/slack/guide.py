"""What Slack must be told before the bot can serve: the manifest, and why it asks for each scope."""

import json
from pathlib import Path
from typing import Any

EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
UNINSTALLED_EVENTS = ("app_uninstalled", "tokens_revoked")

SCOPES = {
    "app_mentions:read": "to hear of messages that mention it",
    "assistant:write": "to offer questions when somebody opens its messages, and to give threads a title",
    "channels:history": "to hear of messages in channels that do not mention it, edited and deleted ones too",
    "channels:read": "to know whether other companies read a channel, before it calls a human there",
    "chat:write": "to answer",
    "commands": "for /ask, /quoth and the menu of a message",
    "files:read": "to read files that moderators attach",
    "files:write": "to send moderators charts and exports that they ask for",
    "groups:history": "the same as channels:history, in private channels",
    "groups:read": "the same as channels:read, in private channels",
    "im:history": "to hear of direct messages to it",
    "mpim:history": "the same as channels:history, in group messages",
    "mpim:read": "the same as channels:read, in group messages",
    "pins:read": "to quote what is pinned in channels that moderators choose",
    "reactions:read": "to hear that a thread in such a channel was solved",
    "usergroups:read": "to know the members of user groups that moderate, or have sources of their own",
    "users:read": "to know who is a member and no guest, and who may manage the workspace",
}
"""Each scope that the manifest asks for, and why."""

_UNHEARD = (
    "it offers nothing unasked there, each question must mention it, and what was saved as an answer "
    "does not follow edits and deletions; take the event {event} out as well"
)
_UNKNOWN = "a human can be called from there only if the setting human.channel names a channel for it"

WITHOUT = {
    "assistant:write": "its messages begin without suggested questions, and threads have no title",
    "channels:history": _UNHEARD.format(event="message.channels"),
    "channels:read": _UNKNOWN,
    "files:read": "sources are added by path or address only",
    "files:write": "there are no charts and exports in Slack",
    "groups:history": _UNHEARD.format(event="message.groups"),
    "groups:read": _UNKNOWN,
    "mpim:history": _UNHEARD.format(event="message.mpim"),
    "mpim:read": _UNKNOWN,
    "pins:read": "no channel can be added as a source; take the events pin_added and pin_removed out as well",
    "reactions:read": "a thread that is solved in such a channel comes with the next look; take the events "
    "reaction_added and reaction_removed out as well",
    "usergroups:read": "moderators are listed one by one, and sources for user groups are shown to nobody",
}
"""What is lost where a scope is left out. All others are needed."""


def reasons() -> dict[str, str]:
    """Return why each scope is asked for, and what is lost without those that may be left out."""
    return {
        name: why + (f" (without it, {WITHOUT[name]})" if name in WITHOUT else "")
        for name, why in SCOPES.items()
    }


def scopes() -> str:
    """Return the table of scopes in docs/slack.md."""
    rows = [f"| `{name}` | {why} | {WITHOUT.get(name, 'needed')} |" for name, why in SCOPES.items()]
    return "\n".join(("| scope | what for | without it |", "| --- | --- | --- |", *rows))


def manifest(public_url: str = "") -> str:
    """Return the manifest, to paste: for Socket Mode, or for an app that workspaces install at an address.

    The latter is called by signed HTTP, hears when it is removed, and has its tokens rotated.
    """
    text = Path(__file__).with_name("manifest.json").read_text(encoding="utf-8")
    return json.dumps(_shared(json.loads(text), public_url.rstrip("/")), indent=2) if public_url else text


def _shared(manifest: dict[str, Any], address: str) -> dict[str, Any]:
    features, settings, oauth = manifest["features"], manifest["settings"], manifest["oauth_config"]
    events = settings["event_subscriptions"]
    url = address + EVENTS_PATH
    return manifest | {
        "features": features
        | {"slash_commands": [command | {"url": url} for command in features["slash_commands"]]},
        "oauth_config": {"redirect_urls": [address + REDIRECT_PATH]} | oauth,
        "settings": settings
        | {
            "event_subscriptions": {
                "request_url": url,
                "bot_events": sorted((*events["bot_events"], *UNINSTALLED_EVENTS)),
            },
            "interactivity": {"is_enabled": True, "request_url": url},
            "socket_mode_enabled": False,
            "token_rotation_enabled": True,
        },
    }
