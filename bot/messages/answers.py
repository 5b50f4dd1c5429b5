"""What is quoted, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.messages.people import Actor
from bot.messages.wording import listed


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
            ("Words of the question in it", listed(self.shared) or by_meaning),
            ("Near in meaning", listed(near)),
            ("Not in it", listed(self.missing)),
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
