"""How sources, channels, people and the bot itself are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from bot.messages.wording import LISTED_WORDS, counted, first

LISTED_DOCUMENTS = 100
LISTED_FAILURES = 3
"""Of each source, where several are listed."""

SHOWN_WORDS = 200
"""Characters."""


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
class SourceLine:
    """One source in a list. ``synced_at`` is None before its first sync has ended.

    ``failures`` say what could not be read and why; the first is that of the source as a whole, if it
    has failed. ``next_at`` is when its ``schedule`` is next due; it is None and empty without one.
    ``warnings`` say what keeps its answers from being good, ``options`` are as it was added with.
    ``failed_at`` is when something of it could last not be read, None if all of it can.
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
    failed_at: datetime | None = None

    @property
    def whence(self) -> str:
        """Where it comes from, and what of that is taken."""
        options = ", ".join(f"{name}={value}" for name, value in sorted(self.options.items()))
        return f"{self.origin} ({options})" if options else self.origin

    @property
    def in_short(self) -> "SourceLine":
        """The same with its first failures alone, and how many more there are."""
        return replace(self, failures=first(self.failures, LISTED_FAILURES))

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


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.0%})" if whole else "none yet"
