"""What Discord sends, as far as a bot without privileged intents gets to see it; pure."""

import itertools
import re
import time
from typing import Any

Json = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000
_count = itertools.count()

MANAGE_GUILD = 1 << 5
MANAGE_THREADS = 1 << 34
VIEW_AUDIT_LOG = 1 << 7
BOT_ADD = 28
VIEW_CHANNEL, READ_HISTORY = 1 << 10, 1 << 16
VIEW_AND_SEND = VIEW_CHANNEL | (1 << 11)
JOINED = "2025-01-01T00:00:00+00:00"


def snowflake() -> str:
    """Return a new id, which tells the time at which it was made."""
    milliseconds = int(time.time() * 1000) - DISCORD_EPOCH_MS
    return str((milliseconds << 22) | (next(_count) & 0x3FFFFF))


APPLICATION = snowflake()
GUILD = snowflake()
OTHER_GUILD = snowflake()
GENERAL = snowflake()
OTHER_GENERAL = snowflake()
THREAD = snowflake()
FORUM = snowflake()
WINDOWS_TAG = snowflake()
ANSWERED_TAG = snowflake()
MODS = snowflake()


def user_object(id: str, name: str, *, bot: bool = False) -> Json:
    return {
        "id": id,
        "username": name.lower(),
        "global_name": name,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def member_object(user: Json | None, roles: list[str], permissions: int | None = None) -> Json:
    member: Json = {
        "roles": roles,
        "joined_at": JOINED,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
        "banner": None,
        "pending": False,
        "premium_since": None,
        "communication_disabled_until": None,
    }
    if user is not None:
        member["user"] = user
    if permissions is not None:
        member["permissions"] = str(permissions)
    return member


def role_object(id: str, name: str, permissions: int) -> Json:
    return {
        "id": id,
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0 if name == "@everyone" else 1,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel_object(id: str, guild: str | None) -> Json:
    if guild is None:
        return {"id": id, "type": 1, "recipients": [], "last_message_id": None, "flags": 0}
    if id == THREAD:
        return thread_object(id, guild, parent=GENERAL, owner=APPLICATION, name="a thread")
    return {
        "id": id,
        "type": 0,
        "guild_id": guild,
        "name": "general",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "topic": None,
        "flags": 0,
    }


def thread_object(id: str, guild: str, *, parent: str, owner: str, name: str) -> Json:
    return {
        "id": id,
        "type": 11,
        "guild_id": guild,
        "parent_id": parent,
        "owner_id": owner,
        "name": name,
        "message_count": 1,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "flags": 0,
        "applied_tags": [],
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": JOINED,
            "locked": False,
        },
    }


def tag_object(id: str, name: str, *, moderated: bool = False) -> Json:
    return {"id": id, "name": name, "moderated": moderated, "emoji_id": None, "emoji_name": None}


def forum_object(id: str, guild: str) -> Json:
    return {
        "id": id,
        "type": 15,
        "guild_id": guild,
        "name": "help",
        "position": 1,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "topic": None,
        "flags": 0,
        "available_tags": [tag_object(WINDOWS_TAG, "Windows"), tag_object(ANSWERED_TAG, "Answered")],
    }


def audit_entry(action: int, *, user: str, target: str) -> Json:
    return {"id": snowflake(), "action_type": action, "user_id": user, "target_id": target}


def guild_object(id: str, owner: str, channel: str, bot: Json, *, permissions: int = VIEW_AND_SEND) -> Json:
    threads = [channel_object(THREAD, id)] if id == GUILD else []
    return {
        "id": id,
        "name": "A community",
        "owner_id": owner,
        "roles": [role_object(id, "@everyone", permissions), role_object(MODS, "Mods", MANAGE_GUILD)],
        "channels": [channel_object(channel, id), *([forum_object(FORUM, id)] if id == GUILD else [])],
        "threads": threads,
        "members": [member_object(bot, [])],
        "member_count": 3,
        "emojis": [],
        "stickers": [],
        "features": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "large": False,
        "joined_at": JOINED,
    }


def message_object(
    *,
    channel: str,
    author: Json,
    guild: str | None = None,
    member: Json | None = None,
    content: str = "",
    mentions: list[Json] | None = None,
    flags: int = 0,
    components: list[Json] | None = None,
) -> Json:
    message: Json = {
        "id": snowflake(),
        "channel_id": channel,
        "author": author,
        "content": content,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": mentions or [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": flags,
        "components": components or [],
    }
    if guild:
        message["guild_id"] = guild
        message["member"] = member
    return message


def mentioned(content: str, users: dict[str, Json]) -> list[Json]:
    """Return the users that a text mentions."""
    return [users[id] for id in re.findall(r"<@!?(\d+)>", content) if id in users]


def interaction_object(
    type: int,
    data: Json,
    *,
    user: Json,
    guild: str | None,
    channel: str,
    member: Json | None,
    context: int | None = None,
) -> Json:
    id = snowflake()
    payload: Json = {
        "id": id,
        "application_id": APPLICATION,
        "type": type,
        "data": data,
        "channel": channel_object(channel, guild),
        "channel_id": channel,
        "token": f"token-of-{id}",
        "version": 1,
        "app_permissions": str(VIEW_AND_SEND),
        "locale": "en-US",
        "entitlements": [],
        "attachment_size_limit": 10_485_760,
        "authorizing_integration_owners": {"0": guild or "0"},
        "context": context if context is not None else (0 if guild else 1),
    }
    if guild:
        payload |= {
            "guild_id": guild,
            "guild": {"id": guild, "locale": "en-US", "features": []},
            "member": member,
        }
    else:
        payload["user"] = user
    return payload
