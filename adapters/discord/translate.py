"""What happens in Discord, as requests to the core; pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.messages import (
    Actor,
    AddSource,
    Conversation,
    More,
    Prefer,
    Preferences,
    Rate,
    Refused,
    Share,
    Upload,
    Why,
)

PRESS = re.compile(
    r"quoth:(?P<verb>more|share|rate|why):(?P<answer>[^:]+):(?P<offset>[0-9]{1,6})(?::(?P<rating>up|down))?"
)
"""The id of a button: all that pressing it needs, so that it outlives the process that sent it."""

_MENTION = re.compile(r"<(?:@[!&]?|#)([0-9]+)>")

ONE_ORIGIN = Refused(text="Give either a file or a path, so that I know what to read.")
TOO_LARGE = "“{name}” is larger than {megabytes:g} MB, which is the most that I take."
NOT_FETCHED = "“{name}” could not be fetched from Discord. Please attach it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who asks, and where."""

    actor: Actor
    conversation: Conversation


def party(
    *,
    user: int,
    name: str,
    manages: bool = False,
    roles: Iterable[int] = (),
    guild: int | None = None,
    channel: int | None = None,
    parent: int | None = None,
    private: bool = False,
) -> Party:
    """Return who asks and where.

    ``manages`` is Discord's permission to manage the guild, ``parent`` the channel that a thread
    belongs to. Without a guild the workspace is unknown.
    """
    return Party(
        actor=Actor(
            id=str(user), name=name, manages_workspace=manages, groups=frozenset(str(role) for role in roles)
        ),
        conversation=Conversation(
            platform="discord",
            workspace=f"discord:{guild}" if guild else "",
            channel=str(parent or channel or ""),
            thread=str(channel) if parent else "",
            private=private,
        ),
    )


def mentions(content: str, bot: int) -> bool:
    """Whether a message calls the bot by name; a mere reply to it says nothing to it."""
    return _mention(bot).search(content) is not None


def question(content: str, bot: int) -> str:
    """Return what a message asks, without the mention of the bot."""
    return _mention(bot).sub(" ", content).strip()


def _mention(bot: int) -> re.Pattern[str]:
    return re.compile(rf"<@!?{bot}>")


def press(custom_id: str, party: Party) -> More | Share | Rate | Why | None:
    """Return the request behind a button, or None for a button of another making."""
    found = PRESS.fullmatch(custom_id)
    if found is None:
        return None
    answer, offset = found["answer"], int(found["offset"])
    actor, conversation = party.actor, party.conversation
    if found["verb"] == "more":
        return More(actor=actor, conversation=conversation, answer_id=answer, offset=offset)
    if found["verb"] == "share":
        return Share(actor=actor, conversation=conversation, answer_id=answer, offset=offset)
    if found["verb"] == "why":
        return Why(actor=actor, conversation=conversation, answer_id=answer, offset=offset)
    return Rate(
        actor=actor,
        conversation=conversation,
        answer_id=answer,
        offset=offset,
        helpful=found["rating"] == "up",
    )


def settings(party: Party, *, name: str | None, value: str | None) -> Preferences | Prefer:
    """Return the request to list what can be chosen, to show one such thing, or to choose it.

    Mentions of people, roles and channels stand for their ids.
    """
    actor, conversation, name = party.actor, party.conversation, (name or "").strip()
    if not name or not (value or "").strip():
        return Preferences(actor=actor, conversation=conversation, name=name)
    chosen = _MENTION.sub(r" \1 ", value or "").strip()
    return Prefer(actor=actor, conversation=conversation, name=name, value=chosen)


def add(
    party: Party, *, upload: Upload | None, path: str | None, name: str | None, url: str | None
) -> AddSource | Refused:
    """Return the request to add an attached file, or a path on the bot's machine."""
    origin = upload or (path or "").strip()
    if not origin or (upload and path):
        return ONE_ORIGIN
    return AddSource(
        actor=party.actor,
        conversation=party.conversation,
        origin=origin,
        name=(name or "").strip(),
        base_url=(url or "").strip(),
    )
