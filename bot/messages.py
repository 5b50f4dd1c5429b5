"""What the core is told and what it says: the records that cross between core and platforms.

Requests and replies are closed unions. Match them with ``assert_never`` in the last case: a new
member then makes the type checker name every platform that cannot say it yet.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

LISTED_DOCUMENTS = 100
LISTED_RELEASES = 25
LISTED_WORDS = 12
LISTED_ITEMS = 5
"""Items of a listing that fit one message on every platform, with their buttons."""
SIMILAR = "Answered here before:"
SHOWN_WORDS = 200
"""Characters."""


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


# Requests


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
class Channel:
    """A channel of the platform, by its id there and by what people call it."""

    id: str
    name: str


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
class Group:
    """A role or user group, by the platform's own id; ``name`` is for people, and may not be known."""

    id: str
    name: str = ""

    @property
    def called(self) -> str:
        """What people call it."""
        return self.name or f"the role {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(_Made):
    """Give the channel, or a role, its own sources by name; None tells which it has.

    An empty set leaves it none of its own: a channel then has all sources again. ``release`` is the
    version of the product that the channel is about, empty for any; None leaves that as it is.
    """

    sources: frozenset[str] | None
    group: Group | None = None
    release: str | None = None


ANY_RELEASE = "any"


def given_release(text: str) -> str | None:
    """Read the version that a channel is given: empty for ``any``, None where nothing is said."""
    release = text.strip()
    if release.casefold() in (ANY_RELEASE, ALL_SOURCES, NO_SOURCES):
        return ""
    return release or None


ALL_SOURCES = "all"
NO_SOURCES = "none"


def listed_names(text: str) -> frozenset[str] | None:
    """Read names of sources that are parted by commas: an empty set for ``all`` or ``none``.

    None stands for no name at all.
    """
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if not names:
        return None
    return frozenset() if text.strip().casefold() in (ALL_SOURCES, NO_SOURCES) else names


_OPTION = re.compile(r"([a-z][a-z-]*)=(.*)", re.DOTALL)


def parted_options(words: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Part words from options such as ``max-pages=200``."""
    rest, options = [], {}
    for word in words:
        if option := _OPTION.fullmatch(word):
            options[option[1]] = option[2]
        else:
            rest.append(word)
    return rest, options


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


# Replies


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of quoted text that is set in one way."""

    text: str
    bold: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a quote stands, exactly enough for anyone to check it.

    ``start`` and ``end`` count Unicode code points in the extracted text of the document,
    ``content_hash`` is the SHA-256 of the quoted text, ``revision`` that of the document's bytes.
    ``release`` is the version of the product that the document describes, as people write it, or empty.
    ``url`` is empty for a document that stands nowhere on the web; ``location`` is what a person
    can go by then (a path within the source). ``place`` is where in the document the quote stands,
    as people say it ("page 12", "slide 3", "00:01:02"); empty where headings are all there is.
    """

    title: str
    heading: tuple[str, ...]
    url: str
    location: str
    source: str
    updated_at: datetime
    document_id: int
    revision: str
    start: int
    end: int
    content_hash: str
    release: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A passage, or the part of a long one around its answering sentence, word for word.

    The segments joined are ``document.text[citation.start:citation.end]``. ``cut_before`` and
    ``cut_after`` say that the passage goes on there; a platform shows "..." for it.
    """

    segments: tuple[Segment, ...]
    cut_before: bool
    cut_after: bool
    citation: Citation

    @property
    def text(self) -> str:
        """The quoted text."""
        return "".join(segment.text for segment in self.segments)


class Confidence(StrEnum):
    """How sure the bot is, in words for people."""

    HIGH = "high"
    FAIR = "fair"
    LOW = "low"


UPDATED_SINCE = "Updated since: the source has changed, and this is what it says now."
"""What stands above a passage whose text has changed since it was first shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an answer and the closest passage have in common.

    ``id`` and ``offset`` go into the buttons: ``offset`` counts the passages of this question from
    0. ``probability`` (0 to 1) and ``confidence`` say how sure the bot is that the passage answers.
    ``searched`` is what was searched for a question that leans on the one before it, else empty.
    ``has_more`` says that another passage follows. ``also`` are at most two other places where
    nearly the same text stands. ``receipt`` is the id by which anyone can have the quote verified,
    empty where none could be made. ``updated`` says that the text has changed since the answer was
    first shown in this place, and that this is the new one. ``chosen_by`` names the moderator who
    has pointed the question to this passage, where one has. ``goes_on`` says that another passage
    follows in the same document.
    """

    id: str
    offset: int
    question: str
    quote: Quote
    probability: float
    confidence: Confidence
    has_more: bool
    also: tuple[Citation, ...] = ()
    receipt: str = ""
    updated: bool = False
    searched: str = ""
    chosen_by: str = ""
    goes_on: bool = False

    @property
    def assurance(self) -> str:
        """How sure the bot is, in words, or who else is."""
        return f"chosen by {self.chosen_by}" if self.chosen_by else f"{self.confidence} confidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Finding):
    """A passage that answers.

    ``shared_by`` is set where the answer is shown to a channel at the wish of that actor.
    """

    shared_by: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closest(Finding):
    """The closest passage to a question that nothing surely answers. It must not look like an answer."""

    @property
    def lead(self) -> str:
        """What stands above the passage."""
        return "I am not sure. Also close:" if self.offset else "I am not sure. The closest I have:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """What follows a passage of an answer in its own document, ``step`` passages further on.

    It was not found for the question, so nothing in it is marked. ``goes_on`` says that another
    passage follows. ``receipt`` is as in a finding.
    """

    id: str
    offset: int
    step: int
    quote: Quote
    goes_on: bool
    receipt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """The message that the button stands on is to be deleted; ``text`` is for where that cannot be."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why a passage was shown, for whoever asks.

    ``shared`` are words of the question that stand in the passage, ``kindred`` pairs one with the
    passage's word that is nearest to it in meaning, ``missing`` are those without a counterpart.
    ``sentence`` is the one that was taken for the best. ``second`` says where the passage stands
    that came next, ``also`` where nearly the same text stands. ``signals`` are what the passage was
    ranked by, weightiest first: a name, and the standard deviations above the other candidates.
    """

    shared: tuple[str, ...]
    kindred: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    sentence: Quote
    probability: float
    confidence: Confidence
    second: Citation | None
    also: tuple[Citation, ...]
    signals: tuple[tuple[str, float], ...]

    @property
    def evidence(self) -> tuple[tuple[str, str], ...]:
        """What can be said in words alone, as pairs of a label and a text."""
        by_meaning = "none; it was found by its meaning as a whole" if not self.kindred else ""
        near = [f"{word} (here: {other})" for word, other in self.kindred]
        lines = (
            ("Words of the question in it", _listed(self.shared) or by_meaning),
            ("Near in meaning", _listed(near)),
            ("Not in it", _listed(self.missing)),
            ("Sentence taken", f"“{self.sentence.text}”"),
            ("How sure", f"{self.confidence} confidence, {self.probability:.0%}"),
        )
        return tuple((label, text) for label, text in lines if text)

    @property
    def places(self) -> tuple[tuple[str, Citation], ...]:
        """What can be looked up, as pairs of a label and a place."""
        following = [("Next best", self.second)] if self.second else []
        return (*following, *(("Also stands in", place) for place in self.also))


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """A document that stands near a question that nothing answers; ``release`` is as in Citation."""

    title: str
    heading: tuple[str, ...]
    url: str
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Nothing that was read answers. ``nearest`` are titles to look at, at most three.

    ``searched`` is what was searched for a question that leans on the one before it, else empty.
    ``id`` is the question's, by which a human can be called to it; it is empty where that cannot be.
    """

    text: str
    nearest: tuple[Nearest, ...] = ()
    searched: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseList:
    """The versions that documents describe, the newest first."""

    releases: tuple[str, ...]

    @property
    def told(self) -> "Notice":
        """Say it in words."""
        if not self.releases:
            return Notice(text="No document says which version of a product it describes.")
        return Notice(text="Versions that I know, the newest first:", details=self.releases[:LISTED_RELEASES])


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What could be asked, the likeliest first: at most 25 lines of at most 100 characters."""

    texts: tuple[str, ...]

    @property
    def lead(self) -> str:
        """What stands above the lines where they are a message of their own."""
        return "What you could ask:" if self.texts else "I have read nothing under a title with these words."


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpWanted:
    """A person has called for a human, who marks it as resolved by its button.

    ``name`` is theirs. ``channel`` is the platform's id of where they asked, empty for a direct message,
    and ``link`` leads to the message, if others see it. ``question`` is empty where its words are not
    kept any more. ``resolved_by`` is the name of who has resolved it, and ``offer`` is for them alone:
    to save the answer that they gave.
    """

    id: str
    name: str
    question: str
    channel: str
    link: str = ""
    nearest: tuple[Nearest, ...] = ()
    resolved_by: str = ""
    offer: "Listing | None" = None

    @property
    def text(self) -> str:
        """What stands above it."""
        who = self.name or "Someone"
        if self.resolved_by:
            return f"{self.resolved_by} has seen to what {who} asked."
        return f"{who} needs a human for a question that I could not help with:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The request is not allowed, not now or not like this; ``text`` says why and what to do."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A request other than a question was done; ``details`` are lines below the text."""

    text: str
    details: tuple[str, ...] = ()


class SourceState(StrEnum):
    """How a source is: a paused one still answers, a failed one could not be reached at last.

    A held one has suddenly lost most of its documents; they answer until a moderator agrees.
    """

    FRESH = "fresh"
    UNREAD = "not read yet"
    SYNCING = "syncing"
    PAUSED = "paused"
    FAILED = "failed"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button on an item of a listing; ``item`` is the id that the decision is about."""

    decision: Decision
    item: str

    @property
    def label(self) -> str:
        """What stands on the button."""
        return self.decision.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a listing: a title, a text word for word, facts about it, and what can be done."""

    title: str
    text: str
    facts: tuple[str, ...] = ()
    url: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A few items to decide about, at most LISTED_ITEMS; ``more`` counts those that are not shown."""

    text: str
    items: tuple[Item, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One source in a list. ``synced_at`` is None before its first sync has ended.

    ``failures`` say what could not be read and why; the first is that of the source as a whole, if it
    has failed. ``next_at`` is when its ``schedule`` is next due; it is None and empty without one.
    ``warnings`` say what keeps its answers from being good, ``options`` are as it was added with.
    """

    name: str
    kind: str
    origin: str
    documents: int
    passages: int
    failures: tuple[str, ...]
    synced_at: datetime | None
    state: SourceState = SourceState.FRESH
    schedule: str = ""
    next_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def whence(self) -> str:
        """Where it comes from, and what of that is taken."""
        options = ", ".join(f"{name}={value}" for name, value in sorted(self.options.items()))
        return f"{self.origin} ({options})" if options else self.origin

    @property
    def refresh(self) -> str:
        """When it is read anew by itself, in words, or an empty string."""
        return f"{self.schedule}, next {self.next_at:%Y-%m-%d %H:%M} UTC" if self.next_at else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceList:
    """The workspace's sources, by name."""

    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One document of a source; ``uri`` says where in it."""

    uri: str
    title: str
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDetails:
    """One source and its documents, of which at most LISTED_DOCUMENTS are listed."""

    source: SourceLine
    documents: tuple[DocumentLine, ...]

    @property
    def unlisted(self) -> int:
        """How many documents are not listed."""
        return max(0, self.source.documents - len(self.documents))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRemoval:
    """Whether a source is really to be removed: the same request with ``confirmed`` does it."""

    source: SourceLine

    @property
    def question(self) -> str:
        """What is asked."""
        return (
            f"Remove {self.source.name} with its {counted(self.source.documents, 'document')} "
            f"and {counted(self.source.passages, 'passage')}?"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceLine:
    """One thing that a community can choose, and what counts now; an empty ``value`` is none at all."""

    name: str
    value: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceList:
    """What a community has chosen, and what else it can choose."""

    preferences: tuple[PreferenceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What the bot has read in this workspace, and how it is.

    ``failures`` counts what could not be read, which the list of sources names. ``recall`` is how
    many of the nearest passages a search finds, 0 to 1.
    """

    version: str
    embedder: str
    sources: int
    documents: int
    passages: int
    failures: int
    synced_at: datetime | None
    syncing: bool
    helpful: int
    not_helpful: int
    recall: float = 1.0

    @property
    def search(self) -> str:
        """How passages are searched, in words."""
        if self.recall == 1:
            return "compares every passage"
        return f"finds {100 * self.recall:.1f} % of the nearest passages, as measured on a sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What is kept of whoever asks; with ``erasing``, whether all of it is to be erased.

    ``lines`` say what it is, ``words`` are what the person wrote, the newest first.
    """

    lines: tuple[str, ...]
    words: tuple[str, ...]
    erasing: bool

    @property
    def text(self) -> str:
        """What stands above it."""
        if self.erasing:
            return "I would erase all that I keep of you in this community, at once and for good:"
        return "This is what I keep of you in this community:"

    @property
    def listed(self) -> tuple[str, ...]:
        """The words that are shown: as many as one reads at a glance, each on one line and cut if long."""
        lines = (" ".join(words.split()) for words in self.words[:LISTED_WORDS])
        shown = [f"“{line if len(line) <= SHOWN_WORDS else line[: SHOWN_WORDS - 1] + '…'}”" for line in lines]
        more = len(self.words) - len(shown)
        return (*shown, *([f"and {more} more"] if more else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a reply; ``about`` says in words what it holds."""

    filename: str
    data: bytes
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file that was asked for."""

    text: str
    attachment: Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How many questions came on a day (in UTC), and how many of them were answered."""

    date: date
    questions: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsReport:
    """What is asked and answered here.

    ``days`` are the last ones, oldest first. ``most_quoted`` are titles of documents with how often
    they were quoted, ``top_questions`` those that came most often, as far as the community keeps them,
    ``never_quoted`` the first few titles of ``never_quoted_in_all`` documents. The
    attachment is a chart of the days.
    """

    days: tuple[Day, ...]
    helpful: int
    not_helpful: int
    top_questions: tuple[tuple[str, int], ...]
    most_quoted: tuple[tuple[str, int], ...]
    never_quoted: tuple[str, ...]
    never_quoted_in_all: int
    attachment: Attachment

    @property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """What can be said in words, as pairs of a label and a text."""
        questions, answered = sum(day.questions for day in self.days), sum(day.answered for day in self.days)
        more = self.never_quoted_in_all - len(self.never_quoted)
        lines = (
            ("Questions", f"{questions:,} in {counted(len(self.days), 'day')}"),
            ("Answered", _share(answered, questions)),
            ("Found helpful", _share(self.helpful, self.helpful + self.not_helpful)),
            ("Asked most", "; ".join(f"{words} ({times:,})" for words, times in self.top_questions)),
            ("Most quoted", "; ".join(f"{title} ({times:,})" for title, times in self.most_quoted)),
            ("Never quoted", "; ".join((*self.never_quoted, *([f"and {more:,} more"] if more else [])))),
        )
        return tuple((label, text) for label, text in lines if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewReport:
    """What was read here, by source, questions that are surely answered, and matters for moderators.

    ``questions`` are at most four, of at most 70 characters. ``matters`` are sentences; there are
    none for those who do not moderate.
    """

    sources: tuple[SourceLine, ...]
    questions: tuple[str, ...]
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A job is under way, which Cancel ends; more replies to the same request follow.

    ``total`` is 0 while it is not known. ``failures`` name the last few of the ``failed`` documents
    that could not be read. ``seconds_left`` is an estimate for what ``text`` says, None without one.
    ``read`` counts documents that were read anew, ``embedded`` passages, ``removed`` documents.
    """

    text: str
    done: int
    total: int
    read: int = 0
    embedded: int = 0
    removed: int = 0
    failures: tuple[str, ...] = ()
    failed: int = 0
    seconds_left: float | None = None

    @property
    def unnamed(self) -> int:
        """How many more documents could not be read than ``failures`` name."""
        return self.failed - len(self.failures)

    @property
    def tally(self) -> str:
        """What came of it so far, in words, or an empty string."""
        counts = (
            (self.read, f"{counted(self.read, 'document')} read"),
            (self.embedded, f"{counted(self.embedded, 'passage')} embedded"),
            (self.removed, f"{self.removed:,} removed"),
            (self.failed, f"{self.failed:,} not read"),
        )
        return ", ".join(words for count, words in counts if count)

    @property
    def time_left(self) -> str:
        """How long it may still take, in words, or an empty string."""
        if self.seconds_left is None:
            return ""
        if self.seconds_left < 60:
            return "less than a minute left"
        return f"about {counted(round(self.seconds_left / 60), 'minute')} left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Something went wrong that should not; ``reference`` finds it in the log."""

    text: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A reply for the asker alone, though they asked where everyone reads."""

    reply: "Reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An answer to a question that was not put to the bot.

    With ``private`` only the asker is to see it. Where a platform cannot whisper unasked, everyone
    sees that there is an answer, and whoever wants to reads it alone. ``similar`` are questions that
    were answered before where everyone who sees the offer can read it.
    """

    answer: Answer
    private: bool
    similar: tuple["Precedent", ...] = ()

    @property
    def lead(self) -> str:
        """What stands above the answer."""
        return f"This may answer the question.{' Only you see it.' if self.private else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nothing is to be said; platforms show it by doing nothing."""


Reply: TypeAlias = (
    Answer
    | Aside
    | Closest
    | ConfirmRemoval
    | Continuation
    | Deleted
    | Exported
    | Failed
    | HelpWanted
    | Listing
    | NoAnswer
    | Notice
    | Offer
    | OverviewReport
    | PersonalData
    | PreferenceList
    | Progress
    | Reasons
    | Refused
    | Silence
    | SourceDetails
    | SourceList
    | StatisticsReport
    | StatusReport
    | ReleaseList
    | Suggestions
)


# What nobody asked for just now


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
class Revise:
    """Put a reply in the place of what a message has shown."""

    posting: Posting
    reply: Said

    @property
    def platform(self) -> str:
        """Where the message stands."""
        return self.posting.platform

    @property
    def workspace(self) -> str:
        """Whose message it is."""
        return self.posting.workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Delete a message that showed a passage."""

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


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.0%})" if whole else "none yet"


def _listed(words: Sequence[str]) -> str:
    more = len(words) - LISTED_WORDS
    return ", ".join((*words[:LISTED_WORDS], *([f"and {more} more"] if more > 0 else [])))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun as people say it: "1 passage", "1,234 passages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def path_of(title: str, heading: tuple[str, ...], release: str = "") -> str:
    """Return "Title › Heading › Heading"; a first heading that repeats the title is said once.

    With a ``release`` it is "Title 3.12 › Heading", unless the title says so itself.
    """
    rest = heading[1:] if heading and heading[0] == title else heading
    named = not release or re.search(rf"(?<![\w.]){re.escape(release)}(?![\w.])", title, re.IGNORECASE)
    return " › ".join(part for part in (title if named else f"{title} {release}".strip(), *rest) if part)


def with_place(path: str, place: str) -> str:
    """Return "Title › Heading · page 12", or the path alone where there is no place."""
    return " · ".join(part for part in (path, place) if part)


_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, escape codes among them
    "\u00ad\u180e\u200b\u2060-\u2064\ufeff"  # no width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # direction
    "\u115f\u1160\u3164\uffa0"  # blank letters
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # notes and tags
)


def visible(text: str) -> str:
    """Return a text less the characters that hide, reorder or steer what people see.

    Every adapter shows by it what documents and people say; what is stored stays as it is. The
    joiners stay that emoji, Persian and the scripts of India are written with.
    """
    return _HIDDEN.sub("", text)
