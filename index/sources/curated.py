"""Answers that people wrote, each a Markdown file: kept word for word, with author, date and link."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import ClassVar

from index.errors import DocumentUnreadable
from index.passages import CuratedAnswer
from index.ports import Entry
from index.sources.folder import file_entry, read_file
from index.sources.options import Options

ENDING = ".md"
FRONT = "---\n"

_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_FENCE = re.compile(r"```[^\n`]*\n.*?\n```[ \t]*(?=\n|\Z)", re.DOTALL)


class CuratedSource:
    """A folder of answers as a source: cited with the question as title, and author and date below it."""

    OPTIONS: ClassVar[Options] = {}

    def __init__(
        self, origin: str, *, formats: frozenset[str], options: Mapping[str, str], base_url: str = ""
    ) -> None:
        self._folder = AnswerFolder(Path(origin))

    def entries(self) -> Iterator[Entry]:
        """List the answers by id. A folder that is not there holds none: the last answer took it along."""
        for path in self._folder.paths():
            entry = file_entry(path, uri=path.name, url="")
            try:
                answer = read(path.read_text("utf-8"))
            except (OSError, ValueError):
                yield entry  # fetching says what is wrong with it
            else:
                yield replace(entry, updated_at=answer.written_at, url=answer.link)

    def fetch(self, entry: Entry) -> bytes:
        """Return an answer's Markdown. Raises DocumentUnreadable."""
        data = read_file(self._folder.path / entry.uri)
        try:
            read(data.decode())
        except ValueError as error:
            raise DocumentUnreadable(
                "It is not as I wrote it: the lines on top are missing. Save the answer anew."
            ) from error
        return data


@dataclass(frozen=True, slots=True)
class AnswerFolder:
    """The files of one community's answers. A file is written wholly or not at all."""

    path: Path

    def paths(self) -> list[Path]:
        """List the files by name."""
        return sorted(path for path in self.path.glob(f"*{ENDING}") if not path.name.startswith("."))

    def put(self, answer: CuratedAnswer) -> None:
        """Write an answer, in place of the one with its id. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=self.path, prefix=".", suffix=".new", delete=False
        ) as file:
            try:
                file.write(written(answer))
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, self._file(answer.id))
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise

    def find(self, id: str) -> CuratedAnswer | None:
        """Return the answer with this id; None where there is none, or none that can be read."""
        with suppress(OSError, ValueError):
            return read(self._file(id).read_text("utf-8"))
        return None

    def remove(self, id: str) -> bool:
        """Delete an answer and say whether there was one. Raises OSError."""
        try:
            self._file(id).unlink()
        except FileNotFoundError:
            return False
        return True

    def answers(self) -> list[CuratedAnswer]:
        """List the answers that can be read, the latest first."""
        found = [self.find(path.stem) for path in self.paths()]
        return sorted((each for each in found if each), key=lambda each: each.written_at, reverse=True)

    def _file(self, id: str) -> Path:
        return self.path / f"{id}{ENDING}"


def written(answer: CuratedAnswer) -> str:
    """Return an answer as Markdown from which a reader gets its very words back.

    Whatever could be markup is escaped, line breaks are kept, and fenced code stays code.
    """
    front = {
        "id": answer.id,
        "author": answer.author,
        "date": answer.written_at.isoformat(),
        "link": answer.link,
        "message": answer.message,
    }
    lines = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in front.items())
    day = f"{answer.written_at.day} {answer.written_at:%B %Y}"
    return "\n".join(
        (
            f"{FRONT}{lines}{FRONT}",
            f"# {literal(answer.question)}\n",
            f"## {literal(f'{answer.author}, {day}' if answer.author else day)}\n",
            body(answer.text),
        )
    )


def read(markdown: str) -> CuratedAnswer:
    """Return the answer that such a file holds. Raises ValueError."""
    _, front, rest = markdown.split(FRONT, 2)
    facts = {
        name: str(json.loads(value))
        for name, _, value in (line.partition(": ") for line in front.splitlines())
    }
    question, _, body = rest.lstrip("\n").removeprefix("# ").partition("\n\n## ")
    try:
        return CuratedAnswer(
            id=facts["id"],
            question=_ESCAPE.sub(r"\1", question),
            text=_text(body.partition("\n\n")[2]),
            author=facts["author"],
            written_at=datetime.fromisoformat(facts["date"]),
            link=facts["link"],
            message=facts["message"],
        )
    except KeyError as error:
        raise ValueError(f"{error} is missing") from error


def literal(text: str) -> str:
    """Return one line of text as Markdown that reads as that very text."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def body(text: str) -> str:
    """Return text as Markdown that reads as that very text; fenced code stays code."""
    parts, at = [], 0
    for fence in _FENCE.finditer(text):
        parts += [_prose(text[at : fence.start()]), fence[0]]
        at = fence.end()
    return "\n\n".join(part for part in (*parts, _prose(text[at:])) if part) + "\n"


def _prose(text: str) -> str:
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.strip())
    return "\n\n".join(
        "\\\n".join(_MARKUP.sub(r"\\\g<0>", line.strip()) for line in paragraph.split("\n"))
        for paragraph in paragraphs
    )


def _text(body: str) -> str:
    parts, at = [], 0
    for fence in _FENCE.finditer(body):
        parts += [_unescaped(body[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join((*parts, _unescaped(body[at:]))).strip("\n")


def _unescaped(prose: str) -> str:
    return _ESCAPE.sub(r"\1", prose.replace("\\\n", "\n"))
