"""Reads subtitles: what is said, in sentences, with the time at which it is said."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pysubs2 import SSAEvent, SSAFile

from index.errors import DocumentDamaged
from index.passages import BlockKind, Extract
from index.readers.decoding import clean, decode
from index.readers.foreign import refusing_damage
from index.readers.outline import Outline

LONG_ENOUGH = 400
"""Characters: about half a minute of speech, after which the next sentence is a paragraph of its own."""

TOO_LONG = 900
"""Characters after which a paragraph ends even without the end of a sentence."""

PAUSE_MILLISECONDS = 4000
"""A silence that ends a paragraph."""

ROLL_MILLISECONDS = 200
"""A line that comes back after longer than this is said again."""

MOST_ROLLED = 10
"""Lines of a caption that are looked for in the next one."""

_UNCLOSED = re.compile(r"<(?![^<>]{0,1000}>)|\{(?![^{}]{0,1000}\})")
"""What looks like the beginning of a tag, but is none. The library would seek its end far and wide."""

_GAP = re.compile(r"\n{3,}")
_SENTENCE_END = re.compile(r"[.!?…。！？♪\])][\"'”’»]*$")


@dataclass(slots=True)
class _Speech:
    """What is said without a longer pause."""

    starts: int
    ends: int
    lines: list[str]

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    def is_over(self, cue: SSAEvent) -> bool:
        """Tell whether what a cue says begins another paragraph."""
        length = len(self.text)
        at_end = length > LONG_ENOUGH and bool(_SENTENCE_END.search(self.text))
        return cue.start - self.ends > PAUSE_MILLISECONDS or at_end or length > TOO_LONG


class SubtitleReader:
    """Reads subtitles of one format that pysubs2 knows by ``kind``."""

    kind = "srt"

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        text = _GAP.sub("\n\n", decode(data))
        text = _UNCLOSED.sub(lambda mark: html.escape(mark[0]) if mark[0] == "<" else "&#123;", text)
        outline = Outline()
        with refusing_damage():
            cues = SSAFile.from_string(text, format_=self.kind).events
            if not cues:
                raise DocumentDamaged("The document holds no subtitles with times. Export it anew.")
            for speech in _speeches(cues):
                outline.turn_to(clock_time(speech.starts), anchor=f"t={speech.starts // 1000}")
                outline.add(BlockKind.PARAGRAPH, speech.text)
        return outline.extract(name=name)


class WebVttReader(SubtitleReader):
    """Reads WebVTT."""

    kind = "vtt"


def _speeches(cues: list[SSAEvent]) -> Iterator[_Speech]:
    speech: _Speech | None = None
    shown: list[str] = []
    until = 0
    for cue in cues:
        lines = _lines(cue)
        # Captions made while somebody speaks roll: each shows the line before it once more, at once.
        new = lines[_repeated(shown, lines) if cue.start - until < ROLL_MILLISECONDS else 0 :]
        shown, until = lines or shown, cue.end
        if not new:
            continue
        if speech is None or speech.is_over(cue):
            if speech:
                yield speech
            speech = _Speech(cue.start, cue.end, [])
        speech.lines += new
        speech.ends = max(speech.ends, cue.end)
    if speech:
        yield speech


def _lines(cue: SSAEvent) -> list[str]:
    lines = clean(html.unescape(cue.plaintext)).split("\n")
    return [" ".join(line.split()) for line in lines if line.strip()]


def _repeated(before: list[str], lines: list[str]) -> int:
    """Return how many lines at the top are those that stood at the bottom before."""
    most = min(len(before), len(lines), MOST_ROLLED)
    return next((count for count in range(most, 0, -1) if before[-count:] == lines[:count]), 0)


def clock_time(milliseconds: int) -> str:
    """Return a time as players show it.

    >>> clock_time(3_723_500)
    '01:02:03'
    """
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"
