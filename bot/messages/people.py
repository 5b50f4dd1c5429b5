"""Who speaks and where, and what was said there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """What somebody is to a workspace: one of its own, a guest or foreigner, or it cannot be told now."""

    MEMBER = "member"
    STRANGER = "stranger"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who makes a request, in the platform's facts; whether they moderate is the core's to judge.

    ``id`` and ``groups`` (role or user group ids) are the platform's own ids.
    ``manages_workspace`` says that the platform itself lets them manage the workspace.
    ``standing`` says whether what the workspace has read is for them at all.
    """

    id: str
    name: str = ""
    manages_workspace: bool = False
    groups: frozenset[str] = frozenset()
    standing: Standing = Standing.MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Where a request is made.

    ``workspace`` owns sources and is unique over platforms (``discord:<guild>``, ``slack:<team>``,
    ``local``). It is empty where the platform cannot tell, as in a direct message from someone
    who shares no workspace with the bot.
    """

    platform: str
    workspace: str
    channel: str
    thread: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel of the platform, by its id there and by what people call it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a person wrote on a platform, word for word.

    ``message`` names the place as ``channel/message`` in the platform's own ids, and is empty where
    no such message stands; ``link`` leads there. ``author_id`` is the platform's, empty if not known.
    """

    text: str
    author: str
    written_at: datetime
    link: str = ""
    message: str = ""
    author_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation in a channel that is worth to be quoted, in the order in which it was held.

    ``id`` is the platform's own for it, ``title`` what people called it; empty if they did not.
    """

    id: str
    remarks: tuple[Remark, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A role or user group, by the platform's own id; ``name`` is for people, and may not be known."""

    id: str
    name: str = ""

    @property
    def called(self) -> str:
        """What people call it."""
        return self.name or f"the role {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Where the passage of an answer was shown to a whole channel.

    ``channel`` and ``message`` are the platform's own ids: of the channel (or thread) that holds the
    message, and of the message in it. ``is_hint`` says that the message only tells that there is an
    answer, and does not show the passage itself. ``within`` is the channel of a thread with an id of
    its own, if all who read the one can read the other. ``shared_by`` is who shared the answer,
    ``is_searched`` says that the message tells what was searched.
    """

    platform: str
    workspace: str
    channel: str
    message: str
    answer_id: str
    offset: int
    is_hint: bool = False
    within: str = ""
    shared_by: Actor | None = None
    is_searched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """A question that was answered before, and where the answer stands.

    ``url`` leads there, once a platform has said so that makes the address of a message itself.
    """

    question: str
    posting: Posting
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """What keeps the bot from doing something somewhere.

    ``place`` is what people call the channel, ``lacking`` what it lacks: "the permission Send Messages".
    ``deed`` is what it could not do.
    """

    platform: str
    workspace: str
    place: str
    lacking: str
    deed: str = "answer"
