"""From hits to an answer: what is quoted, where it stands, and when to stay silent."""

import re
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import quote as percent

from bot.messages import Citation, Confidence, Nearest, Quote, Segment
from index.errors import SourceUnknown, no_source
from index.passages import Hit, Passage, Sentence, SentenceKind, content_hash
from index.releases import shown

LONGEST_QUESTION = 2_000
"""Characters. A question has a few dozen; the embedder sees about a thousand."""

LONGEST_SENTENCE = 400
"""Characters of the sentence that reasons repeat."""

LONGEST_QUOTE = 1_200
"""Characters: what fits a chat message on every platform with room for the citation."""

NEAREST = 3
ALSO = 2
"""Further places that a card names."""

ALL_ALSO = 10
"""Further places that reasons name."""

HIGH, FAIR = 0.8, 0.6
"""From which probability on an answer is called high or fair in confidence."""

WEB_PAGES = frozenset({"", "html", "htm", "xhtml", "php", "asp", "aspx"})
FRAGMENT_WORDS = 8
"""By how many words the beginning and the end of a long sentence are told from others of its page."""

NO_SENTENCE = (0, 0)
MESSAGE = re.compile(
    r"https://(?:(?:[\w-]+\.)?discord\.com/channels|[\w-]+(?:\.enterprise)?\.slack\.com/archives)/"
)
"""The address of a message on a chat platform."""

AMONG_MESSAGES = re.compile(r"p?\d{10,20}(?:\?thread_ts=\d{10}\.\d{6}&cid=\w{1,20})?")
"""The anchor of a message in a conversation: what stands at the end of its address."""

ITEM_MARK = re.compile(r"^\s*(?:-|\d+\.)(?:\s|$)")

WORD_GOES_ON = re.compile(r"(?<=\w)[.:'’]?$")
"""Before a letter, the end of a text that breaks off inside a word, such as ``os.`` of ``os.path``."""


class Outcome(StrEnum):
    """What comes of a question: an answer, the closest passage under that name, or neither."""

    ANSWER = "answer"
    CLOSEST = "closest"
    NOTHING = "nothing"


def objection(question: str) -> str:
    """Return what is wrong with a question, in a sentence to its asker, or an empty string."""
    if not question.strip():
        return "Ask me a question, and I look for a passage that answers it."
    if any("\ud800" <= character <= "\udfff" for character in question):
        return "That question holds broken characters. Write it anew, please."
    if not any(character.isalnum() for character in question):
        return "I can only look for words. Ask me a question in words, please."
    if len(question) > LONGEST_QUESTION:
        return (
            f"That question has {len(question):,} characters; I can take {LONGEST_QUESTION:,}. "
            "Ask the heart of it in a sentence or two."
        )
    return ""


def sources_named(wished: str, names: Sequence[str]) -> frozenset[str]:
    """Return the source that an asker names, however it is capitalised; nothing for an empty name.

    ``names`` are those that there are. Raises SourceUnknown, which says them.
    """
    wanted = wished.strip()
    if not wanted:
        return frozenset()
    alike = [name for name in names if name.casefold() == wanted.casefold()]
    if not alike:
        raise SourceUnknown(no_source(wanted, names))
    return frozenset({wanted if wanted in alike else alike[0]})


def in_words(probability: float) -> Confidence:
    """Return a probability (0 to 1) in words."""
    if probability >= HIGH:
        return Confidence.HIGH
    return Confidence.FAIR if probability >= FAIR else Confidence.LOW


def nearest(hits: list[Hit]) -> tuple[Nearest, ...]:
    """Return the first few documents among the hits, each once."""
    documents = {hit.passage.document_id: hit.passage for hit in reversed(hits)}
    order = list(dict.fromkeys(hit.passage.document_id for hit in hits))[:NEAREST]
    return tuple(
        Nearest(
            title=passage.title,
            heading=passage.heading,
            url=link(passage),
            release=shown(passage.release),
        )
        for passage in (documents[id] for id in order)
    )


def quoted(passage: Passage, highlight: tuple[int, int], limit: int = LONGEST_QUOTE) -> Quote:
    """Quote a passage word for word, or as many of its sentences as ``limit`` characters hold.

    ``highlight`` is the span of the answering sentence, which is always quoted.
    """
    start, end = _window(passage, highlight, limit)
    return Quote(
        segments=tuple(_segments(passage, highlight, start, end)),
        cut_before=bool(passage.text[:start].strip()),
        cut_after=bool(passage.text[end:].strip()),
        citation=_citation(passage, start, end, highlight),
    )


def sentence_quoted(passage: Passage, highlight: tuple[int, int]) -> Quote:
    """Quote the answering sentence alone, or as much of it as reasons hold."""
    start, end = highlight
    return quoted(passage, highlight, limit=min(end - start, LONGEST_SENTENCE))


def cited(passage: Passage) -> Citation:
    """Say where a whole passage stands."""
    return _citation(passage, 0, len(passage.text), NO_SENTENCE)


def _citation(passage: Passage, start: int, end: int, sentence: tuple[int, int]) -> Citation:
    return Citation(
        title=passage.title,
        release=shown(passage.release),
        heading=passage.heading,
        url=link(passage, sentence),
        location=passage.uri,
        source=passage.source,
        updated_at=passage.updated_at,
        document_id=passage.document_id,
        revision=passage.revision,
        start=passage.start + start,
        end=passage.start + end,
        content_hash=content_hash(passage.text[start:end]),
        place=passage.place,
    )


def link(passage: Passage, sentence: tuple[int, int] = NO_SENTENCE) -> str:
    """Return the passage's address with its anchor, or with a text fragment on the sentence.

    ``sentence`` is a span of the passage's text.
    Text fragments: https://wicg.github.io/scroll-to-text-fragment/.
    """
    if not passage.url.startswith(("https://", "http://")):
        return ""
    if MESSAGE.match(passage.url):
        if AMONG_MESSAGES.fullmatch(passage.anchor):
            return f"{passage.url.rpartition('/')[0]}/{passage.anchor}"
        return passage.url  # with anything behind it, the platform's apps would not know it for theirs
    page, _, fragment = passage.url.partition("#")
    if passage.anchor:
        return f"{page}#{percent(passage.anchor, safe='/=')}"
    if fragment:
        return passage.url
    path = page.split("?")[0].split("/")[3:]
    name = path[-1] if path else ""
    format = name.rsplit(".", 1)[1].lower() if "." in name else ""
    if format not in WEB_PAGES or " | " in passage.text[slice(*sentence)]:
        return page
    words = _words_to_find(passage.text, *sentence)
    return f"{page}#:~:text={_text_directive(words)}" if words else page


def _words_to_find(text: str, start: int, end: int) -> list[str]:
    """Return the words of a span's longest line, but for those that the span cuts through.

    Lines may be blocks of their own in the page, and no fragment is found across two of them.
    """
    # The mark before a list item is ours or the browser's, and no text of the page.
    lines = [ITEM_MARK.sub("", line).split() for line in text[start:end].split("\n")]
    if _is_within_a_word(text, end):
        del lines[-1][-1:]
    if _is_within_a_word(text, start):
        del lines[0][:1]
    return max(lines, key=lambda words: len(" ".join(words)))


def _is_within_a_word(text: str, at: int) -> bool:
    return bool(WORD_GOES_ON.search(text[max(at - 2, 0) : at]) and re.match(r"\w", text[at : at + 1]))


def _text_directive(words: list[str]) -> str:
    if len(words) <= 2 * FRAGMENT_WORDS:
        return _encoded(words)
    return f"{_encoded(words[:FRAGMENT_WORDS])},{_encoded(words[-FRAGMENT_WORDS:])}"


def _encoded(words: list[str]) -> str:
    # A dash has a meaning of its own in a text directive, but quote() lets it through.
    return percent(" ".join(words), safe="").replace("-", "%2D")


def _window(passage: Passage, highlight: tuple[int, int], limit: int) -> tuple[int, int]:
    """Return the span to quote: the highlight, grown by whole sentences on both sides in turn."""
    if len(passage.text) <= limit:
        return 0, len(passage.text)
    start, end = highlight
    if end - start > limit:
        return start, _word_end(passage.text, start, limit)
    before = [sentence for sentence in passage.sentences if sentence.end <= start]
    after = [sentence for sentence in reversed(passage.sentences) if sentence.start >= end]
    while before or after:
        if after and after[-1].end - start <= limit:
            end = after.pop().end
        else:
            after = []
        if before and end - before[-1].start <= limit:
            start = before.pop().start
        else:
            before = []
    return start, end


def _word_end(text: str, start: int, limit: int) -> int:
    space = text.rfind(" ", start + limit // 2, start + limit + 1)
    return space if space > 0 else start + limit


def _segments(passage: Passage, highlight: tuple[int, int], start: int, end: int) -> list[Segment]:
    """Cut the span into stretches set in one way; the gaps between sentences stay with the text."""
    segments: list[Segment] = []
    at = start
    for sentence in passage.sentences:
        first, last = max(sentence.start, at), min(sentence.end, end)
        if first >= last:
            continue
        if first > at:
            segments.append(Segment(text=passage.text[at:first]))
        segments.append(_segment(passage, sentence, highlight, first, last))
        at = last
    if at < end:
        segments.append(Segment(text=passage.text[at:end]))
    return _joined(segments)


def _segment(
    passage: Passage, sentence: Sentence, highlight: tuple[int, int], start: int, end: int
) -> Segment:
    answers = sentence.start < highlight[1] and highlight[0] < sentence.end
    return Segment(text=passage.text[start:end], bold=answers, code=sentence.kind is SentenceKind.CODE)


def _joined(segments: list[Segment]) -> list[Segment]:
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if last and not segment.code and (last.bold, last.code) == (segment.bold, segment.code):
            joined[-1] = Segment(text=last.text + segment.text, bold=last.bold)
        else:
            joined.append(segment)
    return joined
