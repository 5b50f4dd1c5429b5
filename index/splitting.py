"""Blocks to passages: neighbours are merged as far as they fit, long blocks cut at sentence ends.

What stands under one heading, or defines one term, is one passage if the embedder's window holds
it and it is read at a glance: an answer often begins where the question is restated, and ends a
paragraph later.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from sentencex import get_sentence_boundaries

from index.passages import BLOCK_SEPARATOR, Block, BlockKind, Draft, Sentence, SentenceKind

CountTokens = Callable[[Sequence[str]], list[int]]

LONGEST_SENTENCE = 2_000
"""Characters; what is longer is no sentence, and is cut before anything counts its tokens."""

LONGEST_PASSAGE = 1_200
"""Characters of a passage: more is no answer that is read at a glance, and would not be quoted whole."""

LONGEST_PREFIX = 120
"""Characters of title and headings that are embedded with a passage."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A sentence, item, row or piece of code in the document's text, with its length in tokens."""

    start: int
    end: int
    kind: SentenceKind
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class _Unit:
    """A block with its sentences."""

    block: Block
    spans: tuple[_Span, ...]

    @property
    def tokens(self) -> int:
        return sum(span.tokens for span in self.spans)


def _fits(spans: Sequence[_Span], budget: int) -> bool:
    """Return whether neighbouring spans can be one passage, of ``budget`` tokens."""
    is_seen_whole = sum(span.tokens for span in spans) <= budget
    return is_seen_whole and spans[-1].end - spans[0].start <= LONGEST_PASSAGE


def embedding_text(title: str, heading: Sequence[str], text: str) -> str:
    """Return what is embedded for a passage: title and heading path, then the text."""
    parts = [part for part in (title, *heading) if part]
    while len(parts) > 2 and len(" › ".join(parts)) > LONGEST_PREFIX:
        del parts[1]  # the title and the nearest headings say most
    return f"{' › '.join(parts)[:LONGEST_PREFIX]}\n{text}"


def split(blocks: Sequence[Block], *, title: str, count_tokens: CountTokens, window: int) -> list[Draft]:
    """Cut a document into passages, each within ``window`` tokens together with its headings.

    None is longer than LONGEST_PASSAGE. Every draft is the slice ``start:end`` of the blocks joined
    by BLOCK_SEPARATOR. Headings are part of that text but of no passage, unless the document holds
    nothing else.
    """
    text = BLOCK_SEPARATOR.join(block.text for block in blocks)
    drafts: list[Draft] = []
    for section in _sections(text, blocks):
        heading = section[0].block.heading
        [prefix] = count_tokens([embedding_text(title, heading, "")])
        budget = max(window - prefix, 1)
        for passage in _passages(_counted(text, section, count_tokens, budget), budget):
            drafts.append(_draft(text, len(drafts), passage))
    return drafts


# Blocks to sentences


def _sections(text: str, blocks: Sequence[Block]) -> Iterator[list[_Unit]]:
    """Yield the runs of blocks that stand under one heading and in one place, with their sentences."""
    only_headings = all(block.kind is BlockKind.HEADING for block in blocks)
    section: list[_Unit] = []
    start = 0
    for block in blocks:
        is_heading = block.kind is BlockKind.HEADING and not only_headings
        if section and (is_heading or _whereabouts(block) != _whereabouts(section[-1].block)):
            yield section
            section = []
        if not is_heading:
            section.append(_Unit(block, tuple(_spans(text, block, start))))
        start += len(block.text) + len(BLOCK_SEPARATOR)
    if section:
        yield section


def _whereabouts(block: Block) -> tuple[tuple[str, ...], str]:
    return block.heading, block.place


def _spans(text: str, block: Block, start: int) -> Iterator[_Span]:
    kind = SentenceKind.CODE if block.kind is BlockKind.CODE else SentenceKind.PROSE
    for begin, end in _ranges(block):
        for piece in _shortened(text, start + begin, start + end):
            yield _Span(*piece, kind)


def _ranges(block: Block) -> Iterator[tuple[int, int]]:
    match block.kind:
        case BlockKind.CODE:
            yield 0, len(block.text)
        case BlockKind.TABLE:
            start = 0
            for line in block.text.split("\n"):
                yield start, start + len(line)
                start += len(line) + 1
        case _:
            for sentence in get_sentence_boundaries("en", block.text):
                yield sentence["start_index"], sentence["end_index"]


def _shortened(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Strip a range of blanks around it, and cut what is too long to be one sentence."""
    while end - start > LONGEST_SENTENCE:
        cut = _cut(text, start, start + LONGEST_SENTENCE)
        yield from _stripped(text, start, cut)
        start = cut
    yield from _stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        # A first line's indentation belongs to code and nested items.
        lead = len(piece) - len(piece.lstrip("\n"))
        if not piece[lead:].startswith(("  ", "\t")):
            lead = len(piece) - len(piece.lstrip())
        yield start + lead, start + len(piece.rstrip())


def _cut(text: str, start: int, end: int) -> int:
    """Return where to cut before ``end``: after the last line, clause or word, or right there."""
    middle = start + (end - start) // 2
    for mark in ("\n", "; ", ", ", " "):
        found = text.rfind(mark, middle, end)
        if found > start:
            return found + len(mark)
    return end


# Sentences to passages


def _counted(text: str, section: list[_Unit], count_tokens: CountTokens, budget: int) -> list[_Unit]:
    spans = [span for unit in section for span in unit.spans]
    counts = iter(count_tokens([text[span.start : span.end] for span in spans]))
    return [
        replace(
            unit,
            spans=tuple(
                part
                for span in unit.spans
                for part in _fitted(text, replace(span, tokens=next(counts)), count_tokens, budget)
            ),
        )
        for unit in section
    ]


def _fitted(text: str, span: _Span, count_tokens: CountTokens, budget: int) -> Iterator[_Span]:
    """Halve a sentence until each part fits a passage."""
    if _fits([span], budget) or span.end - span.start < 2:
        yield span
        return
    middle = _cut(text, span.start, span.start + (span.end - span.start + 1) // 2)
    for start, end in ((span.start, middle), (middle, span.end)):
        for piece in _stripped(text, start, end):
            [tokens] = count_tokens([text[slice(*piece)]])
            yield from _fitted(text, _Span(*piece, span.kind, tokens), count_tokens, budget)


def _passages(units: list[_Unit], budget: int) -> Iterator[list[_Unit]]:
    passage: list[_Unit] = []
    for unit in chain.from_iterable(_parts(whole, budget) for whole in units):
        if passage and not _fits(_joined([*passage, unit]), budget):
            carried = _introduction(passage, unit, budget)
            yield passage[: len(passage) - len(carried)]
            passage = carried
        passage.append(unit)
    if passage:
        yield passage


def _introduction(passage: list[_Unit], unit: _Unit, budget: int) -> list[_Unit]:
    """Return the last block of a full passage if it introduces the next: they belong together."""
    last = passage[-1]
    introduces = last.block.text.endswith(":") and _fits(_joined([last, unit]), budget)
    return [last] if introduces and len(passage) > 1 else []


def _joined(units: list[_Unit]) -> list[_Span]:
    return [span for unit in units for span in unit.spans]


def _parts(unit: _Unit, budget: int) -> Iterator[_Unit]:
    """Cut a block that is too long at sentence ends, into parts of about the same length."""
    if not unit.spans:
        return
    length = unit.spans[-1].end - unit.spans[0].start
    count = max(-(-unit.tokens // budget), -(-length // LONGEST_PASSAGE))
    part: list[_Span] = []
    tokens = 0
    for span in unit.spans:
        is_even = count > 1 and tokens + span.tokens / 2 > unit.tokens / count
        if part and (is_even or not _fits([*part, span], budget)):
            yield replace(unit, spans=tuple(part))
            part, tokens = [], 0
        part.append(span)
        tokens += span.tokens
    yield replace(unit, spans=tuple(part))


def _draft(text: str, position: int, passage: list[_Unit]) -> Draft:
    spans = _joined(passage)
    start, end = spans[0].start, spans[-1].end
    first = passage[0].block
    return Draft(
        position=position,
        start=start,
        end=end,
        text=text[start:end],
        heading=first.heading,
        anchor=first.anchor,
        place=first.place,
        sentences=tuple(
            Sentence(start=span.start - start, end=span.end - start, kind=span.kind) for span in spans
        ),
    )
