"""Conversations of a channel of a chat platform, each a file as the core has written it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import ClassVar

from index.passages import Transcript, content_hash
from index.ports import Entry
from index.sources.folder import file_entry, read_file
from index.sources.options import Options
from index.transcripts import FORMAT, read, title_of, written


class ChatSource:
    """A folder of conversations as a source."""

    OPTIONS: ClassVar[Options] = {}

    def __init__(
        self, origin: str, *, formats: frozenset[str], options: Mapping[str, str], base_url: str = ""
    ) -> None:
        self._folder = TranscriptFolder(Path(origin))

    def entries(self) -> Iterator[Entry]:
        """List the conversations. A folder that is not there holds none: nothing was gathered yet."""
        for path in self._folder.paths():
            entry = file_entry(path, uri=path.name, url="")
            try:
                transcript = read(path.read_bytes())
            except (OSError, ValueError):
                yield entry  # fetching says what is wrong with it
            else:
                yield replace(
                    entry,
                    name=title_of(transcript),
                    updated_at=max(each.written_at for each in transcript.messages),
                    url=transcript.messages[0].link,
                )

    def fetch(self, entry: Entry) -> bytes:
        """Return a conversation as it is written. Raises DocumentUnreadable."""
        return read_file(self._folder.path / entry.uri)


@dataclass(frozen=True, slots=True)
class TranscriptFolder:
    """The files of one channel's conversations. A file is written wholly or not at all."""

    path: Path

    def paths(self) -> list[Path]:
        """List the files by name."""
        return sorted(path for path in self.path.glob(f"*.{FORMAT}") if not path.name.startswith("."))

    def transcripts(self) -> list[Transcript]:
        """List the conversations that can be read."""
        found: list[Transcript] = []
        for path in self.paths():
            with suppress(OSError, ValueError):
                found.append(read(path.read_bytes()))
        return found

    def put(self, transcripts: Iterable[Transcript]) -> None:
        """Keep these conversations, each with a message at least, and no others. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        files = {self.path / f"{content_hash(each.id)[:16]}.{FORMAT}": written(each) for each in transcripts}
        for path in self.paths():
            if path not in files:
                path.unlink(missing_ok=True)
        for path, data in files.items():
            if not path.exists() or path.read_bytes() != data:
                self._write(path, data)

    def _write(self, path: Path, data: bytes) -> None:
        with NamedTemporaryFile("wb", dir=self.path, prefix=".", suffix=".new", delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
