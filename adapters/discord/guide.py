"""What Discord must be told before the bot can serve: permissions and intents, each with its reason."""

from urllib.parse import urlencode

PERMISSIONS = {
    "view_channel": (1 << 10, "to see the channels that it answers in"),
    "send_messages": (1 << 11, "to answer there"),
    "read_message_history": (1 << 16, "to answer as a reply to the question"),
    "send_messages_in_threads": (1 << 38, "to answer in threads and forum posts"),
}
"""Each permission by Discord's name: its bit, and why the bot needs it."""

INTENTS = {
    "guilds": "to know the servers and channels that it is in",
    "guild_messages": "to hear of messages that mention it",
    "dm_messages": "to hear of direct messages to it",
}
"""Each intent by Discord's name, and why the bot needs it. None of them is privileged."""


def invitation(application: int) -> str:
    """Return the address at which somebody adds the bot to a server, with no more than it needs."""
    permissions = sum(bit for bit, _ in PERMISSIONS.values())
    asked = {"client_id": application, "scope": "bot applications.commands", "permissions": permissions}
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"
