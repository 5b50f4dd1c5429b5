"""What happens in Discord, as requests to the core; pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.messages import (
    BLANKS,
    Actor,
    AddChannel,
    AddSource,
    Blank,
    Cancel,
    Channel,
    ChannelChanged,
    Conversation,
    Decide,
    Decision,
    Delete,
    Escalate,
    Follow,
    ForgetMe,
    Group,
    More,
    Overhear,
    Prefer,
    Preferences,
    Rate,
    ReadOn,
    Refused,
    Remark,
    RemoveSource,
    Request,
    Resolve,
    SaveAnswer,
    Scope,
    Share,
    Upload,
    Why,
    given_release,
    listed_names,
    parted_options,
)

FORGET = "quoth:forget-me"
PRESS = re.compile(
    r"quoth:forget-me|quoth:(?P<verb>more|on|share|rate|why|human|resolve|delete):(?P<answer>[^:]+):(?P<offset>[0-9]{1,6})"
    r"(?::(?P<rating>up|down)|:(?P<step>[0-9]{1,6}))?"
)
"""The id of a button: all that pressing it needs, so that it outlives the process that sent it."""

CHOICE = re.compile(r"quoth:do:(?P<decision>[a-z]+):(?P<item>[^:]+)")
"""The id of a button on an item of a listing."""

JUST_NOW = timedelta(minutes=1)
"""How old an edit may be when Discord tells of it; it tells of edited messages also for other reasons."""
CANCEL = "quoth:cancel"
SOURCE_PRESS = re.compile(rf"{CANCEL}|quoth:remove:(?P<source>.+)")
"""The id of a button about sources."""

_MENTION = re.compile(r"<(?:@[!&]?|#)([0-9]+)>")

FOR_EVERYONE = Refused(text="Everyone has that role: what is given to no role is for everyone already.")
ONE_ORIGIN = Refused(text="Give either a file or an address, so that I know what to read.")
NO_OPTION = Refused(text="Write options as NAME=VALUE, with spaces between them.")
NO_PERSON = Refused(text="Only what a person wrote can be saved as an answer.")
NO_WORDS = Refused(text="That message has no words that could be quoted.")
TOO_LARGE = "“{name}” is larger than {megabytes:g} MB, which is the most that I take."
NOT_FETCHED = "“{name}” could not be fetched from Discord. Please attach it again."


class Role(Protocol):
    """What is read of a guild's role."""

    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...

    def is_default(self) -> bool: ...


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
    """Whether a message calls the bot by name."""
    return _mention(bot).search(content) is not None


def question(content: str, bot: int) -> str:
    """Return what a message asks, without the mention of the bot."""
    return _mention(bot).sub(" ", content).strip()


def _mention(bot: int) -> re.Pattern[str]:
    return re.compile(rf"<@!?{bot}>")


def press(custom_id: str, party: Party) -> Request | None:
    """Return the request behind a button, or None for a button of another making."""
    if chosen := CHOICE.fullmatch(custom_id):
        return _decide(chosen["decision"], chosen["item"], party)
    found = PRESS.fullmatch(custom_id)
    if found is None:
        return None
    actor, conversation = party.actor, party.conversation
    if custom_id == FORGET:
        return ForgetMe(actor=actor, conversation=conversation, confirmed=True)
    answer, offset = found["answer"], int(found["offset"])
    if found["verb"] == "more":
        return More(actor=actor, conversation=conversation, answer_id=answer, offset=offset)
    if found["verb"] == "share":
        return Share(actor=actor, conversation=conversation, answer_id=answer, offset=offset)
    if found["verb"] == "why":
        return Why(actor=actor, conversation=conversation, answer_id=answer, offset=offset)
    if found["verb"] == "human":
        return Escalate(actor=actor, conversation=conversation, answer_id=answer)
    if found["verb"] == "resolve":
        return Resolve(actor=actor, conversation=conversation, call_id=answer)
    if found["verb"] == "delete":
        return Delete(actor=actor, conversation=conversation, answer_id=answer, offset=offset)
    if found["verb"] == "on":
        step = int(found["step"] or 1)
        return ReadOn(actor=actor, conversation=conversation, answer_id=answer, offset=offset, step=step)
    return Rate(
        actor=actor,
        conversation=conversation,
        answer_id=answer,
        offset=offset,
        helpful=found["rating"] == "up",
    )


def form(custom_id: str) -> tuple[Decision, str, Blank] | None:
    """Return the decision, the item and the form that a button opens; None for one that opens none."""
    chosen = CHOICE.fullmatch(custom_id)
    blank = BLANKS.get(Decision(chosen["decision"])) if chosen and _is_decision(chosen["decision"]) else None
    return (Decision(chosen["decision"]), chosen["item"], blank) if chosen and blank else None


def fill(party: Party, decision: Decision, item: str, words: str) -> Decide:
    """Return the request behind a form that was filled in."""
    return Decide(
        actor=party.actor, conversation=party.conversation, decision=decision, item=item, words=words
    )


def _is_decision(word: str) -> bool:
    return word in {each.value for each in Decision}


def _decide(decision: str, item: str, party: Party) -> Decide | None:
    if not _is_decision(decision):
        return None
    return Decide(actor=party.actor, conversation=party.conversation, decision=Decision(decision), item=item)


def remark(
    text: str, *, author: str, written_at: datetime, guild: int | None, channel: int, message: int
) -> Remark:
    """Return what a person wrote and where. What stands in a direct message has no place to name."""
    place = f"{channel}/{message}" if guild else ""
    link = f"https://discord.com/channels/{guild}/{place}" if guild else ""
    return Remark(text=text, author=author, written_at=written_at, link=link, message=place)


def save(party: Party, question: str, remark: Remark) -> SaveAnswer:
    """Return the request to keep a remark as the answer to a question."""
    return SaveAnswer(actor=party.actor, conversation=party.conversation, question=question, remark=remark)


def edited(text: str, edited_at: datetime | None, now: datetime) -> str | None:
    """Return what an edited message says now, empty where Discord hides it; None if it was not edited."""
    if edited_at is None or (not text and now - edited_at > JUST_NOW):
        return None
    return text


def follow(party: Party, channel: int, message: int, text: str | None) -> Follow:
    """Return the request to follow a message; ``text`` is None for one that was deleted."""
    return Follow(
        actor=party.actor, conversation=party.conversation, message=f"{channel}/{message}", text=text
    )


def source_press(custom_id: str, party: Party) -> Cancel | RemoveSource | None:
    """Return the request behind a button about sources, or None for any other button."""
    found = SOURCE_PRESS.fullmatch(custom_id)
    if found is None:
        return None
    actor, conversation = party.actor, party.conversation
    if found["source"] is None:
        return Cancel(actor=actor, conversation=conversation)
    return RemoveSource(actor=actor, conversation=conversation, name=found["source"], confirmed=True)


def overheard(
    party: Party,
    *,
    title: str = "",
    content: str,
    is_addressed: bool,
    to: Iterable[int] = (),
    opens_thread: bool,
) -> Overhear:
    """Return the request for a message that is not for the bot; ``title`` is that of the post it opens."""
    return Overhear(
        actor=party.actor,
        conversation=party.conversation,
        text=_MENTION.sub(" ", "\n".join(part for part in (title, content) if part)),
        is_addressed=is_addressed,
        to=frozenset(map(str, to)),
        opens_thread=opens_thread,
    )


def scope(party: Party, sources: str, role: Role | None, version: str) -> Scope | Refused:
    """Return the request to give the channel or a role its own sources, or to tell which it has."""
    if role is not None and role.is_default():
        return FOR_EVERYONE
    return Scope(
        actor=party.actor,
        conversation=party.conversation,
        sources=listed_names(sources),
        group=Group(id=str(role.id), name=f"@{role.name}") if role else None,
        release=given_release(version),
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


def add_channel(party: Party, id: int, name: str, wished: str | None) -> AddChannel:
    """Return the request to read a channel."""
    return AddChannel(
        actor=party.actor,
        conversation=party.conversation,
        channel=Channel(id=str(id), name=name),
        name=(wished or "").strip(),
    )


def channel_changed(guild: int, channel: int | None) -> ChannelChanged:
    """Return the request to look at a channel again, or at all of the guild."""
    changed = party(user=0, name="", guild=guild, channel=channel)
    return ChannelChanged(actor=changed.actor, conversation=changed.conversation)


def add(
    party: Party,
    *,
    upload: Upload | None,
    address: str | None,
    name: str | None,
    url: str | None,
    kind: str | None = None,
    options: str | None = None,
) -> AddSource | Refused:
    """Return the request to add an attached file, a web address, or a path on the bot's machine."""
    origin = upload or (address or "").strip()
    if not origin or (upload and address):
        return ONE_ORIGIN
    rest, given = parted_options((options or "").split())
    if rest:
        return NO_OPTION
    return AddSource(
        actor=party.actor,
        conversation=party.conversation,
        origin=origin,
        name=(name or "").strip(),
        base_url=(url or "").strip(),
        kind=(kind or "").strip(),
        options=given,
    )
