"""Where what people wrote is kept: a folder of answers for each workspace, and of talks for each channel."""

from collections.abc import Collection
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from bot.disk import kept_on_disk
from index.catalog import Catalog
from index.errors import SourceUnknown
from index.passages import CuratedAnswer, Transcript, content_hash
from index.sources.chat import TranscriptFolder
from index.sources.curated import AnswerFolder

CHAT = "chat"
KIND = "curated"
NAME = "answers"


class FolderTranscripts:
    """Implements ``bot.ports.Transcripts`` with folders below ``uploads``, which go with their sources."""

    def __init__(self, catalog: Catalog, uploads: Path) -> None:
        self._catalog = catalog
        self._uploads = uploads

    def add(self, workspace: str, name: str) -> str:
        """Record a source that holds no conversation yet; return its name. Does not sync."""
        taken = {record.name for record in self._catalog.sources(workspace)}
        free = name if name not in taken else next(n for i in count(2) if (n := f"{name}-{i}") not in taken)
        with kept_on_disk("What was gathered"):
            self._uploads.mkdir(parents=True, exist_ok=True)
            folder = Path(mkdtemp(dir=self._uploads)).absolute() / CHAT
        self._catalog.add_source(workspace, name=free, kind=CHAT, origin=str(folder), base_url="")
        return free

    def put(self, workspace: str, source: str, transcripts: Collection[Transcript]) -> None:
        """Keep these conversations, and no others. Does not sync."""
        with kept_on_disk("What was gathered"):
            self._folder(workspace, source).put(transcripts)

    def all(self, workspace: str, source: str) -> list[Transcript]:
        """List the conversations of a source."""
        return self._folder(workspace, source).transcripts()

    def _folder(self, workspace: str, source: str) -> TranscriptFolder:
        record = self._catalog.source(workspace, source)
        if record.kind != CHAT:
            raise SourceUnknown(f"{source} is no channel.")
        return TranscriptFolder(Path(record.origin))


class FolderShelf:
    """Implements ``bot.ports.Shelf`` with folders below ``uploads``, which go with their sources."""

    def __init__(self, catalog: Catalog, uploads: Path) -> None:
        self._catalog = catalog
        self._uploads = uploads

    def put(self, workspace: str, answer: CuratedAnswer) -> str:
        """Keep an answer, in place of the one with its id; return the name of the source. Does not sync."""
        with kept_on_disk("The answer"):
            self._folder(workspace).put(answer)
        return self._source(workspace)

    def find(self, workspace: str, id: str) -> CuratedAnswer | None:
        """Return the answer with this id, or None."""
        return self._folder(workspace).find(id)

    def remove(self, workspace: str, id: str) -> str:
        """Delete an answer; return the name of the source, empty where there was no such answer."""
        with kept_on_disk("The answer"):
            was_there = self._folder(workspace).remove(id)
        return self._source(workspace) if was_there else ""

    def answers(self, workspace: str) -> list[CuratedAnswer]:
        """List the answers, the latest first."""
        return self._folder(workspace).answers()

    def _folder(self, workspace: str) -> AnswerFolder:
        # The library deletes the folder right below the uploads when it removes a source.
        digest = content_hash(workspace)[:16]
        return AnswerFolder(self._uploads.absolute() / f"{NAME}-{digest}" / NAME)

    def _source(self, workspace: str) -> str:
        """Return the name of the workspace's source of answers, which is recorded if it was not."""
        records = self._catalog.sources(workspace)
        for record in records:
            if record.kind == KIND:
                return record.name
        taken = {record.name for record in records}
        name = NAME if NAME not in taken else next(n for i in count(2) if (n := f"{NAME}-{i}") not in taken)
        folder = self._folder(workspace).path
        self._catalog.add_source(workspace, name=name, kind=KIND, origin=str(folder), base_url="")
        return name
