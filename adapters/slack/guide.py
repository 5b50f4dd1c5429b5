"""What Slack must be told before the bot can serve: the manifest, and why it asks for each scope."""

from pathlib import Path

SCOPES = {
    "app_mentions:read": "to hear of messages that mention it",
    "assistant:write": "to offer questions when somebody opens its messages",
    "channels:history": "to see when a message that was saved as an answer is edited or deleted",
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
    "usergroups:read": "to know the members of user groups that moderate",
    "users:read": "to know names, and who may manage the workspace",
}
"""Each scope that the manifest asks for, and why."""


def manifest() -> str:
    """Return the manifest, to paste."""
    return Path(__file__).with_name("manifest.json").read_text(encoding="utf-8")
