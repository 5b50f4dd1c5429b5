"""What the bot does that nobody asked for just now."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bot.messages.answers import Answer, Closest
from bot.messages.people import Channel, Posting
from bot.messages.replies import HelpWanted, Listing, Notice

Said: TypeAlias = Answer | Closest | HelpWanted | Listing | Notice
"""The replies that are said or shown unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Send a reply to a channel, or to a thread in it.

    ``mention`` is the id of a role or group to call, or empty.
    """

    platform: str
    workspace: str
    channel: str
    reply: Said
    mention: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnAMessage:
    """What is done with a message that stands somewhere has: which one it is."""

    posting: Posting

    @property
    def platform(self) -> str:
        """Where the message stands."""
        return self.posting.platform

    @property
    def workspace(self) -> str:
        """Whose message it is."""
        return self.posting.workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise(_OnAMessage):
    """Put a reply in the place of what a message has shown."""

    reply: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(_OnAMessage):
    """Delete a message that showed a passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Send a reply to one person, directly."""

    platform: str
    workspace: str
    actor_id: str
    reply: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    """Gather the conversations of a channel, and hand them in with ``Gathered``."""

    platform: str
    workspace: str
    channel: Channel
    asked_by: str = ""


Errand: TypeAlias = Gather | Post | Revise | Tell | Withdraw


class Fate(StrEnum):
    """What became of an errand: done, refused by the platform for good, or to be tried again later."""

    DONE = "done"
    REFUSED = "refused"
    LATER = "later"
