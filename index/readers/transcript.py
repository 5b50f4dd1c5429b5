"""Reads conversations: each message stands by itself, under its author and time."""

import re
from textwrap import shorten

from index.errors import DocumentDamaged
from index.passages import BlockKind, Extract, Message
from index.readers.decoding import clean, refuse_extremes
from index.readers.outline import Outline
from index.transcripts import answers_of, read, title_of

_LONGEST_AUTHOR = 60
_FENCE = re.compile(r"```(?:[\w+#.-]*\n)?(.*?)```", re.DOTALL)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


class TranscriptReader:
    """Reads what people said to each other. Author and time are the place, the link is the anchor."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        refuse_extremes(data)
        try:
            transcript = read(data)
            said = list(answers_of(transcript)) if transcript.messages else []
        except ValueError as error:
            raise DocumentDamaged("The document is no conversation as I keep them.") from error
        outline = Outline(clean(title_of(transcript)))
        for message in said:
            outline.turn_to(_place(message), anchor=message.link.rpartition("/")[2])
            _add(clean(message.text), outline)
        return outline.extract(name=name)


def _add(text: str, outline: Outline) -> None:
    at = 0
    for fence in _FENCE.finditer(text):
        _add_prose(text[at : fence.start()], outline)
        outline.add(BlockKind.CODE, fence[1])
        at = fence.end()
    _add_prose(text[at:], outline)


def _add_prose(text: str, outline: Outline) -> None:
    for paragraph in _PARAGRAPHS.split(text):
        outline.add(BlockKind.PARAGRAPH, paragraph)


def _place(message: Message) -> str:
    author = shorten(clean(message.author), _LONGEST_AUTHOR, placeholder="…")
    return ", ".join(filter(None, (author, f"{message.written_at:%Y-%m-%d %H:%M}")))
