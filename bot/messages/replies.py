"""What the core says to a request."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.messages.answers import Answer, Closest, Continuation, Deleted, Nearest, NoAnswer, Reasons
from bot.messages.people import Precedent
from bot.messages.reports import (
    ConfirmRemoval,
    Exported,
    OverviewReport,
    PersonalData,
    PreferenceList,
    SourceDetails,
    SourceList,
    StatisticsReport,
    StatusReport,
)
from bot.messages.requests import Decision
from bot.messages.wording import counted

LISTED_RELEASES = 25
LISTED_ITEMS = 5
"""Items of a listing that fit one message on every platform, with their buttons."""
SIMILAR = "Answered here before:"


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
