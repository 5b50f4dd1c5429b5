"""The records that travel through the index: what was read, what is stored, what was found.

All offsets count Unicode code points. A passage's offsets point into its document's text, a
sentence's into its passage's text, so that ``document.text[p.start:p.end] == p.text`` always.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BlockKind(StrEnum):
    """What a stretch of a document is, as far as reading it aloud goes."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    CODE = "code"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One heading, paragraph, list item, code block or table of a document.

    ``heading`` is the path of headings above the block, outermost first (a heading block's own
    text is not part of its path). ``anchor`` is the fragment that a link needs to land here.
    ``place`` says in people's words where the block stands in a document of pages, slides, rows or
    minutes: "page 12", "slide 3", "sheet Prices, row 14", "00:01:02". Blocks of different places
    never share a passage.
    """

    kind: BlockKind
    text: str
    heading: tuple[str, ...] = ()
    anchor: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What a reader makes of the bytes of one document.

    ``url`` is the address that a web page gives as its own, ``language`` the language that the
    document says it is in (a BCP 47 tag), and ``updated_at`` when it says it was changed; most say
    nothing of the kind.
    ``release`` is the version of the product that the document says it describes; empty for none.
    """

    title: str
    blocks: tuple[Block, ...]
    url: str = ""
    language: str = ""
    updated_at: datetime | None = None
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One item of a source, read: its extracted text is the ground that every quote stands on.

    ``revision`` is the SHA-256 of the document's bytes as they came from the source, ``release`` the
    version of the product that it describes, as ``index.releases`` writes it; empty for none.
    """

    uri: str
    url: str
    title: str
    blocks: tuple[Block, ...]
    revision: str
    updated_at: datetime
    release: str = ""

    @property
    def text(self) -> str:
        """The extracted text: the blocks, parted by blank lines."""
        return BLOCK_SEPARATOR.join(block.text for block in self.blocks)


BLOCK_SEPARATOR = "\n\n"


class SentenceKind(StrEnum):
    """How a sentence should be set: running text, or code that keeps its spacing."""

    PROSE = "prose"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The span of one sentence, list item, table row or code block inside a passage's text."""

    start: int
    end: int
    kind: SentenceKind = SentenceKind.PROSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A passage as the splitter cuts it, before the catalogue has given it an id."""

    position: int
    start: int
    end: int
    text: str
    heading: tuple[str, ...]
    anchor: str
    place: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The stored, searched and shown unit, with all that a citation needs.

    ``content_hash`` is the SHA-256 of the passage's text, ``revision`` that of its document.
    ``uri`` names the document within its source; ``url`` is its address on the web, or empty.
    ``place`` is where in a document of pages, slides, rows or minutes it stands, or empty.
    """

    id: int
    document_id: int
    position: int
    start: int
    end: int
    text: str
    heading: tuple[str, ...]
    anchor: str
    sentences: tuple[Sentence, ...]
    content_hash: str
    uri: str
    url: str
    title: str
    revision: str
    updated_at: datetime
    source: str
    release: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whose passages a query may see. Applied before ranking, never after.

    ``sources`` are names of the workspace's sources; empty means all of them. With a ``release``
    it is the documents of that release and those that carry none.
    """

    workspace: str
    sources: frozenset[str] = frozenset()
    release: str = ""

    @property
    def is_bounded(self) -> bool:
        """Whether this is less than all that the workspace has read."""
        return bool(self.sources or self.release)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found passage, its answering sentence and how sure the index is.

    ``score`` is what it was ranked by, in standard deviations above the other candidates, before
    a reranker. ``confidence`` is the probability, 0 to 1, that the passage answers the query.
    ``highlight`` is a span of the passage's text. ``also`` are the
    other places where nearly the same text stands.
    """

    passage: Passage
    score: float
    confidence: float
    highlight: tuple[int, int]
    also: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a passage was found for a query, in words and numbers.

    ``shared`` are words of the query that stand in the passage; ``kindred`` pairs a word of the
    query with the passage's word that is nearest to it in meaning; ``missing`` are telling words of
    the query without a counterpart. ``signals`` are what the hit was ranked by, weightiest first:
    a name, and how many standard deviations it lies above the other candidates. ``second`` is the
    hit that came next.
    """

    hit: Hit
    shared: tuple[str, ...]
    kindred: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    signals: tuple[tuple[str, float], ...]
    second: Hit | None


class Trouble(StrEnum):
    """What may be wrong with what was read."""

    TWICE = "stands twice"
    CONTRADICTION = "contradicts another"
    EMPTY_HEADING = "heading with nothing below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a writer should look at.

    ``passages`` are the two that are alike or at odds; of those at odds, ``words`` are the two
    sentences. Of a heading with nothing below, ``words`` is the heading and ``passages`` what
    stands nearest to it.
    """

    trouble: Trouble
    passages: tuple[Passage, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedAnswer:
    """An answer that a person wrote, word for word, to be read like any document.

    ``link`` is where they wrote it, empty if nowhere; ``message`` names that place so that the
    answer can follow it, as ``platform:channel/message``, empty if there is none.
    """

    id: str
    question: str
    text: str
    author: str
    written_at: datetime
    link: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a person wrote in a channel, word for word.

    ``id`` and ``author_id`` are the platform's own, ``link`` leads to the message, empty if nowhere.
    """

    id: str
    author: str
    written_at: datetime
    text: str
    author_id: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A conversation that is worth to be quoted, in the order in which it was held.

    ``title`` is what it is about; without one it is the question with which it begins.
    """

    id: str
    messages: tuple[Message, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an index was built with and holds; checked whenever it is loaded."""

    embedder: str
    dimension: int
    revision: int
    passages: int
    built_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One document that a sync left out, and why; without a uri it is the source as a whole.

    The ``source`` is named where several were read.
    """

    uri: str
    reason: str
    source: str = ""

    def __str__(self) -> str:
        """Return what could not be read and why."""
        where = f"{self.uri} in {self.source}" if self.source else self.uri
        return f"{where}: {self.reason}" if self.uri else self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a sync stands: what it does, and how much of that is done; ``total`` is 0 while unknown.

    ``read`` counts the documents that were read anew, ``embedded`` passages, and ``removed`` the
    documents that the source no longer has.
    """

    text: str
    done: int = 0
    total: int = 0
    read: int = 0
    embedded: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync found and did, counted in documents; ``embedded`` counts passages.

    ``as_before`` are those of the ``failures`` that the sync before it had, too, for the same reason.
    ``paused`` counts sources, which were not looked at. ``warnings`` say what a source has for the
    first time and what keeps its answers from being good. ``lost`` and ``gained`` are questions whose
    known document answers them no more, or again.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    embedded: int = 0
    passages: int = 0
    paused: int = 0
    failures: tuple[Failure, ...] = ()
    as_before: tuple[Failure, ...] = ()
    held: tuple["Held", ...] = ()
    warnings: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()

    @property
    def new_failures(self) -> tuple[Failure, ...]:
        """The failures that are news, in their order."""
        known = frozenset(self.as_before)
        return tuple(failure for failure in self.failures if failure not in known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A source whose change waits until somebody agrees.

    It has suddenly ``lost`` many of its ``documents``, or ``questions`` would lose their answer.
    """

    source: str
    lost: int
    documents: int
    questions: tuple[str, ...] = ()


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
