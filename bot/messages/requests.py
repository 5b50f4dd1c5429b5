"""What the core is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bot.messages.people import Actor, Channel, Conversation, Group, Remark, Talk


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What all requests have: who makes them, and where."""

    actor: Actor
    conversation: Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(_Made):
    """A question, as the person wrote it (the bot's own mention taken off).

    ``source`` is the name of the one source to search in; empty for all of them. ``release`` is the
    version of the product that is asked about; empty for any. ``whispered`` says
    that the answer is shown to the asker alone, though others read the channel.
    """

    question: str
    source: str = ""
    release: str = ""
    whispered: bool = False

    @property
    def is_aloud(self) -> bool:
        """Whether all who read the channel read the answer, too."""
        return not (self.whispered or self.conversation.private)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggest(_Made):
    """Say what could be asked that holds the words ``typed`` so far; all else is as in Ask."""

    typed: str
    source: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases(_Made):
    """List the versions that documents describe; ``source`` is as in Ask."""

    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhear(_Made):
    """A message that a person wrote in a channel to nobody in particular, or at least not to the bot.

    ``text`` is empty where the platform does not show it to the bot. ``is_addressed`` says that it
    mentions a person or replies to one, and ``to`` are the ids of those people, where the platform tells
    them. ``opens_thread`` says that it is the first of its thread,
    or of a thread that an answer to it would begin. Never sent for what bots write.
    """

    text: str
    is_addressed: bool = False
    to: frozenset[str] = frozenset()
    opens_thread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class More(_Made):
    """The next passage of an answer; ``offset`` 1 is the first after the one that was shown."""

    answer_id: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(_Made):
    """Show to the whole channel an answer that its asker alone has seen."""

    answer_id: str
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(_Made):
    """Whether a passage that was shown has helped."""

    answer_id: str
    offset: int
    helpful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Why(_Made):
    """Why a passage was shown; ``offset`` counts the passages of its question from 0."""

    answer_id: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources(_Made):
    """List the workspace's sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that a person attached."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSource(_Made):
    """Add what stands at a web address, a folder or file that the machine holds, or an attached file.

    ``name`` defaults to one made of the address, or to the file's or folder's. ``base_url`` is where
    the same files stand on the web, so that citations link there. Without a ``kind`` the origin tells
    of which kind the source is; ``options`` are the kind's.
    """

    origin: str | Upload
    name: str = ""
    base_url: str = ""
    kind: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddChannel(_Made):
    """Read the solved threads and pinned messages of a channel; ``name`` defaults to the channel's."""

    channel: Channel
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSource(_Made):
    """Show one source with its documents and with what could not be read of it."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSource(_Made):
    """Read a source no more, though what was read of it stays; or with ``paused`` False, read it again."""

    name: str
    paused: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSource(_Made):
    """Read a source anew by a schedule, such as "every 6h", or by none with "off"."""

    name: str
    schedule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSource(_Made):
    """Remove a source and all its passages; unless it is ``confirmed``, ask whether that is meant."""

    name: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive(_Made):
    """The bot has come to a workspace; ``actor`` is who brought it, as far as the platform tells.

    The first reply in a workspace introduces the bot to them; any later one is Silence.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(_Made):
    """End the reading that is under way in the workspace; what was read before stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(_Made):
    """Undo the last change to the sources: a source that was added goes, one that was removed returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindex(_Made):
    """Sync one source, or with an empty name all of the workspace's."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(_Made):
    """Say what the bot has read, and how it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify(_Made):
    """Check a quote that was shown, by the id of its receipt, against what it was quoted from."""

    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview(_Made):
    """Look in: what was read, what can be asked, and what waits for moderators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences(_Made):
    """List what this community has chosen and what else it can choose, or one such thing by name."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefer(_Made):
    """Set one of the community's preferences; ``default`` or an empty value goes back to the default."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(_Made):
    """List who changed what, for moderators."""


class ExportKind(StrEnum):
    """What can be exported."""

    QUESTIONS = "questions"
    FEEDBACK = "feedback"


class ExportFormat(StrEnum):
    """How an export is written, which is also the ending of its file's name."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(_Made):
    """Hand out questions or feedback as a file, for moderators."""

    kind: ExportKind
    format: ExportFormat = ExportFormat.CSV


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspect(_Made):
    """Look through the sources for what should be mended, for moderators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats(_Made):
    """What is asked and answered here in numbers, for moderators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered(_Made):
    """Keep what was gathered in a channel, in place of what was kept of it before.

    ``refusal`` says why nothing of it may be kept; ``asked_by`` is who waits to hear of it.
    """

    channel: Channel
    talks: tuple[Talk, ...] = ()
    refusal: str = ""
    asked_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChanged(_Made):
    """Look at the conversation's channel again: its pins, solved threads or readers have changed.

    Without a channel all channels of the workspace are looked at.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAnswer(_Made):
    """Keep what a person wrote as the answer to a question, so that it is quoted like a document."""

    question: str
    remark: Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(_Made):
    """List the answers that wait for a moderator, and those that were saved."""


class Decision(StrEnum):
    """What can be decided about an item of a listing."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    WRITE = "write"
    SAVE = "save"
    DISMISS = "dismiss"
    POINT = "point"
    CHOOSE = "choose"
    FORGET = "forget"
    DROP = "drop"
    ACCEPT = "accept"
    KEEP = "keep"

    @property
    def label(self) -> str:
        """What stands on its button."""
        blank = BLANKS.get(self)
        return blank.title if blank else LABELS.get(self, self.value.capitalize())


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A form that a decision needs filled in: its title, what it asks for, and how much it takes."""

    title: str
    label: str
    limit: int


LABELS = {Decision.ACCEPT: "Approve change", Decision.KEEP: "Leave as it is"}
"""What stands on the buttons of decisions that need more than their word."""
BLANKS = {
    Decision.POINT: Blank(
        title="Point to passage", label="Words to look for among what I have read", limit=300
    ),
    Decision.WRITE: Blank(title="Write answer", label="The answer, as it is to be quoted", limit=3_000),
    Decision.SAVE: Blank(title="Save as answer", label="The answer, as it is to be quoted", limit=3_000),
}
"""The decisions that take words, with the forms that ask for them; a limit counts characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(_Made):
    """Do with an item of a listing what one of its buttons says; ``words`` fill in its form."""

    decision: Decision
    item: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered(_Made):
    """List the questions that nothing answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aliases(_Made):
    """List the questions that moderators have pointed to a passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden(_Made):
    """List the golden questions: those of which it is known which document must answer them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGolden(_Made):
    """Keep a question as a golden one, with the document that answers it now."""

    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherGolden(_Made):
    """Keep as golden the questions whose answers people found helpful, as far as their words are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(_Made):
    """Be told, or not, when there is an answer to what one has asked in vain."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(_Made):
    """Follow a message that was changed on its platform: what was saved of it changes alike.

    ``text`` is what it says now, empty where the platform does not show it, and None for a message
    that was deleted. ``message`` is as in ``Remark``.
    """

    message: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOn(_Made):
    """What follows a passage of an answer in its own document; ``step`` 1 is the passage right after it."""

    answer_id: str
    offset: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(_Made):
    """Delete the message that shows a passage of an answer. It is for the asker and for moderators.

    ``message`` is as in ``Remark``, and empty for what only one person sees.
    """

    answer_id: str
    offset: int
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(_Made):
    """Call a human to a question; ``answer_id`` is that of its card, or of the reply that found nothing.

    ``link`` leads to the message on which the button stands, and is empty where only the asker sees it.
    ``external`` says that people of other organisations read the channel.
    """

    answer_id: str
    link: str = ""
    external: bool = False

    @property
    def is_public(self) -> bool:
        """Whether all of the community, and nobody else, can read the question where it stands."""
        return bool(self.link) and not self.external and not self.conversation.private


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(_Made):
    """Mark a call for a human as resolved. It is for moderators."""

    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyData(_Made):
    """Show whoever asks what is kept of them in this workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetMe(_Made):
    """Erase what is kept of whoever asks in this workspace; unless ``confirmed``, ask if they mean it."""

    confirmed: bool = False


class Mode(StrEnum):
    """What the bot does in a channel."""

    OFF = "off"
    MENTION = "mention"
    SUGGEST = "suggest"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode(_Made):
    """Set the mode of the channel, or with an empty ``mode`` tell it."""

    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(_Made):
    """Give the channel, or a role, its own sources by name; None tells which it has.

    An empty set leaves it none of its own: a channel then has all sources again. ``release`` is the
    version of the product that the channel is about, empty for any; None leaves that as it is.
    """

    sources: frozenset[str] | None
    group: Group | None = None
    release: str | None = None


Request: TypeAlias = (
    AddChannel
    | AddGolden
    | AddSource
    | Arrive
    | Aliases
    | Ask
    | Audit
    | Cancel
    | Delete
    | Escalate
    | Decide
    | Export
    | ChannelChanged
    | Follow
    | Gathered
    | ForgetMe
    | Inspect
    | GatherGolden
    | Golden
    | More
    | MyData
    | Notify
    | Overhear
    | Overview
    | PauseSource
    | ScheduleSource
    | Prefer
    | Preferences
    | Rate
    | ReadOn
    | Reindex
    | Releases
    | RemoveSource
    | Resolve
    | Review
    | SaveAnswer
    | Scope
    | SetMode
    | Share
    | ShowSource
    | Sources
    | Stats
    | Status
    | Suggest
    | Unanswered
    | Undo
    | Verify
    | Why
)
