"""Reads plain text: paragraphs, lists and code as they stand, and title-like lines as headings."""

import re
from collections.abc import Sequence

from index.passages import BlockKind, Extract
from index.readers.decoding import decode
from index.readers.layout import Shape, Stretch, stretches
from index.readers.outline import Outline

MAX_HEADING_CHARACTERS = 100
MAX_HEADING_WORDS = 16

_MIN_BODY_CHARACTERS = 60
_MIN_BODY_RATIO = 1.5

_NOT_AFTER_HEADING = ".,;:…-–—*/\\|&+="
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_SENTENCE_INSIDE = re.compile(r"[a-z]{3}[.;]\s+[A-Z]")
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2})*)[.)]?\s+\S")
_UNNUMBERED_LEVEL = 2
_CAPITALS_LEVEL = 1

_KINDS = {
    Shape.PROSE: BlockKind.PARAGRAPH,
    Shape.LINES: BlockKind.PARAGRAPH,
    Shape.ITEM: BlockKind.ITEM,
    Shape.CODE: BlockKind.CODE,
}


class PlainReader:
    """Reads plain text. A heading at the very top is the title, unless it is a question."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        parts = list(stretches(decode(data)))
        heads = _headings(parts)
        outline = Outline()
        for at, part in enumerate(parts):
            if heads[at]:
                titles = at == 0 and not part.text.endswith("?")
                outline.heading(0 if titles else _level(part), _bare(part.text), titles=titles)
            else:
                outline.add(_KINDS[part.shape], part.text)
        return outline.extract(name=name)


def add_text(text: str, outline: Outline) -> None:
    """Add the blocks of plain text that stands in another format; no line of it is a heading."""
    for part in stretches(text):
        outline.add(_KINDS.get(part.shape, BlockKind.PARAGRAPH), part.text)


def _headings(parts: Sequence[Stretch]) -> list[bool]:
    """Tell for each stretch whether it heads what follows it. Backwards: it depends on the next."""
    heads = [False] * (len(parts) + 1)
    for at in range(len(parts) - 1, -1, -1):
        heads[at] = parts[at].shape is Shape.HEADING or (
            at + 1 < len(parts)
            and _is_title_like(parts, at)
            and _heads(parts[at], parts[at + 1], next_heads=heads[at + 1], first=at == 0)
        )
    return heads


def _is_title_like(parts: Sequence[Stretch], at: int) -> bool:
    text = _bare(parts[at].text)
    if parts[at].shape is Shape.ITEM:
        # "1. Opening hours" is a heading when it stands among paragraphs, an item among its like.
        neighbours = [part.shape for part in (*parts[max(at - 1, 0) : at], parts[at + 1])]
        if Shape.ITEM in neighbours or not _NUMBERED.match(text):
            return False
    elif parts[at].shape is not Shape.PROSE:
        return False
    return _reads_like_a_title(text)


def _reads_like_a_title(text: str) -> bool:
    return (
        len(text) <= MAX_HEADING_CHARACTERS
        and len(text.split()) <= MAX_HEADING_WORDS
        and text[-1] not in _NOT_AFTER_HEADING
        and not text[0].islower()
        and any(character.isalpha() for character in text)
        and not _SENTENCE_INSIDE.search(text)
    )


def _heads(part: Stretch, after: Stretch, *, next_heads: bool, first: bool) -> bool:
    """Tell whether a title-like stretch heads the one behind it."""
    if next_heads:
        # A title above a section's title; other short lines in a row are just short lines.
        return part.alone and (first or _level(part) < _level(after))
    if after.shape in (Shape.ITEM, Shape.CODE):
        return part.alone
    longer = len(after.text) >= _MIN_BODY_RATIO * len(part.text)
    if after.shape is Shape.LINES:
        return part.alone and first and longer
    ends = bool(_SENTENCE_END.search(after.text)) or len(after.text) > MAX_HEADING_CHARACTERS
    if part.text.endswith("?"):
        return ends
    return ends and longer and len(after.text) >= _MIN_BODY_CHARACTERS


def _level(part: Stretch) -> int:
    if part.shape is Shape.HEADING:
        return part.level
    if numbered := _NUMBERED.match(part.text):
        return 1 + numbered[1].count(".")
    return _CAPITALS_LEVEL if part.text.isupper() else _UNNUMBERED_LEVEL


def _bare(text: str) -> str:
    return text.strip()
