"""Documents that are traps, made anew each time, and what becomes of them.

``python -m tests.index.hostile > docs/safety.md`` reads every one with every reader and writes the page.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from bot.registry import READERS
from index.errors import DocumentUnreadable
from index.sandbox import CRASHED, TOO_SLOW, Limits, Sandbox
from tests.index.hostile.archives import ARCHIVES
from tests.index.hostile.asciidoc import ASCIIDOC
from tests.index.hostile.books import BOOKS
from tests.index.hostile.mail import MAIL
from tests.index.hostile.making import Traps
from tests.index.hostile.markup import MARKUP, TEXT
from tests.index.hostile.notebooks import NOTEBOOKS
from tests.index.hostile.office import PRESENTATIONS, WORD, WORKBOOKS
from tests.index.hostile.pdfs import PDFS
from tests.index.hostile.subtitles import SUBTITLES
from tests.index.hostile.tables import TABLES

LIMITS = Limits(cpu_seconds=10)
ELSEWHERE = Path(__file__).with_name("elsewhere.md")
HARMLESS = "The kettle boils at noon every day of the week."
FORMATS = sorted({entry: format for format, entry in READERS.items()}.values())
"""One format for each reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a document: how many blocks were read, or why none."""

    blocks: int = 0
    refusal: str = ""
    seconds: float = 0.0

    @property
    def was_stopped(self) -> bool:
        """Whether it took the limits of the sandbox to end it."""
        return self.refusal in (CRASHED, TOO_SLOW) or "MB of memory" in self.refusal

    def __str__(self) -> str:
        """Say it in a cell of a table."""
        told = f"read: {self.blocks:,} block{'' if self.blocks == 1 else 's'}"
        return f"{self.refusal or told}".replace("|", "\\|").replace("\n", " ")


def outcome(sandbox: Sandbox, format: str, data: bytes) -> Outcome:
    """Read a document in the sandbox."""
    began = time.perf_counter()
    try:
        extract = sandbox.reader(format).read(data, name=f"trap.{format}")
    except DocumentUnreadable as error:
        return Outcome(refusal=str(error), seconds=time.perf_counter() - began)
    return Outcome(blocks=len(extract.blocks), seconds=time.perf_counter() - began)


CORPUS: Traps = {
    **ARCHIVES,
    **MARKUP,
    **ASCIIDOC,
    **TEXT,
    **TABLES,
    **NOTEBOOKS,
    **PDFS,
    **WORD,
    **WORKBOOKS,
    **PRESENTATIONS,
    **BOOKS,
    **MAIL,
    **SUBTITLES,
}


def made_for(name: str) -> str:
    """Return the format that a trap is made for; text, while that has no reader."""
    format = CORPUS[name][0]
    return format if format in READERS else "txt"
