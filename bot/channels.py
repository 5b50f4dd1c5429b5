"""Channels whose conversations are quoted: gathered by the platforms, kept true to what stands there.

Only channels that everyone of a community can read are kept, so that whoever asks may read them.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import structlog

from bot.errands import Errands
from bot.jobs import Jobs
from bot.messages import (
    AddChannel,
    Channel,
    ChannelChanged,
    Follow,
    Gather,
    Gathered,
    Notice,
    Refused,
    Remark,
    Reply,
    SourceState,
    Talk,
    Tell,
    counted,
)
from bot.ports import Kept, Library, Transcripts
from bot.records import Records
from index.errors import SourceUnknown
from index.passages import Message, SyncReport, Transcript, content_hash

KIND = "chat"
MOST_DELETED = 5_000
"""Deleted messages that are remembered."""

NO_EDITS: Mapping[str, str] = MappingProxyType({})

SCHEMA = """
CREATE TABLE IF NOT EXISTS channels (
    workspace TEXT NOT NULL,
    source TEXT NOT NULL,
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (workspace, source)
) STRICT;
CREATE TABLE IF NOT EXISTS silenced (
    workspace TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (workspace, digest)
) STRICT;
"""

NOT_HERE = Refused(text="There are no channels here. Add a channel from the platform on which it is.")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A channel that is read, and the source that it is."""

    source: str
    platform: str
    channel: Channel


class Channels:
    """The channels of all communities that are read. Safe to call from several threads."""

    def __init__(
        self,
        records: Records,
        *,
        library: Library,
        transcripts: Transcripts,
        jobs: Jobs,
        errands: Errands,
        allowed_kinds: tuple[str, ...] = (),
    ) -> None:
        """``records`` hold which channels are read, ``transcripts`` what. Raises RecordsUnavailable.

        ``allowed_kinds`` are the kinds of source that may be added; all of them if none is named.
        """
        self._allowed_kinds = allowed_kinds
        self._records = records
        self._library = library
        self._transcripts = transcripts
        self._jobs = jobs
        self._errands = errands
        self._lock = threading.Lock()
        self._deleted: OrderedDict[tuple[str, str], None] = OrderedDict()
        records.define(SCHEMA)

    # Requests

    def add(self, request: AddChannel) -> Reply:
        """Read a channel from now on: whoever asks is told when that was done."""
        where, channel = request.conversation, request.channel
        if not self._errands.has_fetcher(where.platform):
            return NOT_HERE
        if self._allowed_kinds and KIND not in self._allowed_kinds:
            return Refused(text=f"The setting sources.kinds does not let me add a source of the kind {KIND}.")
        for place in self._places(where.workspace, channel.id):
            return Refused(text=f"#{channel.name} is read already, as the source {place.source}.")
        source = self._transcripts.add(where.workspace, request.name.strip() or channel.name)
        with self._records.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO channels VALUES (?, ?, ?, ?, ?)",
                (where.workspace, source, where.platform, channel.id, channel.name),
            )
        self._errands.give(
            Gather(
                platform=where.platform,
                workspace=where.workspace,
                channel=channel,
                asked_by=request.actor.id,
            ),
            about=request.actor.id,
        )
        return Notice(
            text=f"I look through #{channel.name} now, and tell you when I have.",
            details=("Its solved threads and pinned messages are quoted then, with a link to each message.",),
        )

    def take(self, request: Gathered) -> Reply:
        """Keep what was gathered, and tell who waits for it. Raises IndexFailure."""
        workspace = request.conversation.workspace
        notice = Notice(text=f"#{request.channel.name} is read no more.")
        for place in self._places(workspace, request.channel.id):
            if request.refusal and request.asked_by:
                notice = Notice(text=f"#{request.channel.name} was not added: {request.refusal}")
                self._library.discard(self._library.remove(workspace, place.source))
            else:
                notice = self._kept(workspace, place, request)
        if request.asked_by:
            self._errands.give(
                Tell(
                    platform=request.conversation.platform,
                    workspace=workspace,
                    actor_id=request.asked_by,
                    reply=notice,
                )
            )
        return notice

    def changed(self, request: ChannelChanged) -> Reply:
        """Have the platform look at a channel again, if it is read."""
        workspace = request.conversation.workspace
        for place in self._places(workspace, request.conversation.channel):
            self._ask(workspace, place)
        return Notice(text="It is looked at again.")

    def follow(self, request: Follow) -> bool:
        """Change or remove a message where it is kept, and say whether it was. Raises IndexFailure."""
        workspace, id = request.conversation.workspace, request.message
        places = self._places(workspace)
        if not places:
            return False
        text = (request.text or "").strip()
        self._note(workspace, id, is_gone=not text)
        for place in places:
            if self._rewrite(workspace, place.source, {id: text}):
                if text:  # what is being gathered may be older than the edit
                    self._ask(workspace, place)
                return True
        return False

    def ask(self, workspace: str, source: str = "") -> None:
        """Have the platforms look at a channel again, or at all of a workspace."""
        for place in self._places(workspace):
            if source in ("", place.source):
                self._ask(workspace, place)

    def ask_all(self) -> None:
        """Have the platforms look at every channel: much may have changed while nobody looked."""
        with self._records.read() as db:
            rows = db.execute("SELECT DISTINCT workspace FROM channels").fetchall()
        for (workspace,) in rows:
            self.ask(workspace)

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return how many messages of a person are kept."""
        mine = sum(
            message.author_id == actor_id
            for place in self._places(workspace)
            for transcript in self._transcripts.all(workspace, place.source)
            for message in transcript.messages
        )
        return Kept(lines=(f"{counted(mine, 'message')} of yours in channels that I quote",) if mine else ())

    def forget(self, workspace: str, actor_id: str) -> None:
        """Remove a person's messages for good: they are not gathered again. Raises IndexFailure."""
        if not self.kept_of(workspace, actor_id).lines:
            return
        with self._records.write() as db:
            db.execute("INSERT OR IGNORE INTO silenced VALUES (?, ?)", (workspace, _digest(actor_id)))
        for place in self._places(workspace):
            self._rewrite(workspace, place.source)

    # Steps

    def _places(self, workspace: str, channel: str = "") -> list[_Place]:
        """Return the channels that are read, or the one of this id; one whose source was removed is not."""
        with self._records.read() as db:
            rows = db.execute(
                "SELECT source, platform, channel, name FROM channels WHERE workspace = ?", (workspace,)
            ).fetchall()
        if not rows:
            return []
        sources = {line.name for line in self._library.sources(workspace) if line.kind == KIND}
        return [
            _Place(source=source, platform=platform, channel=Channel(id=id, name=name))
            for source, platform, id, name in rows
            if source in sources and channel in ("", id)
        ]

    def _ask(self, workspace: str, place: _Place) -> None:
        self._errands.give(Gather(platform=place.platform, workspace=workspace, channel=place.channel))

    def _kept(self, workspace: str, place: _Place, request: Gathered) -> Notice:
        if request.refusal:  # what may not be read any more is not quoted any more
            log.warning("A channel is read no more", channel=place.channel.name, reason=request.refusal)
        transcripts = [] if request.refusal else list(map(_transcript, request.talks))
        if self._is_paused(workspace, place.source):  # nothing new is read, but what is gone is gone
            known = {each.id for each in self._transcripts.all(workspace, place.source)}
            transcripts = [each for each in transcripts if each.id in known]
        self._put(workspace, place.source, transcripts)
        report = self._read(workspace, place.source)
        return Notice(
            text=f"Read #{place.channel.name} as {place.source}: "
            f"{counted(len(transcripts), 'conversation')}, {counted(report.passages, 'passage')}.",
        )

    def _note(self, workspace: str, id: str, *, is_gone: bool) -> None:
        """Remember what was deleted: what is being gathered may still have it."""
        with self._lock:
            self._deleted.pop((workspace, id), None)
            if is_gone:
                self._deleted[workspace, id] = None
            while len(self._deleted) > MOST_DELETED:
                self._deleted.popitem(last=False)

    def _rewrite(self, workspace: str, source: str, edits: Mapping[str, str] = NO_EDITS) -> bool:
        """Bring what is kept up to date with what was edited, deleted and forgotten; whether it was not."""
        try:
            if not self._put(workspace, source, edits=edits):
                return False
            self._read(workspace, source)
        except SourceUnknown:  # it was removed just now, with all that it held
            return False
        return True

    def _put(
        self,
        workspace: str,
        source: str,
        gathered: list[Transcript] | None = None,
        *,
        edits: Mapping[str, str] = NO_EDITS,
    ) -> bool:
        """Keep what was gathered, or else what is kept, as it is by now; say whether that had changed.

        ``edits`` are what messages say now, by id.
        """
        with self._records.read() as db:
            rows = db.execute("SELECT digest FROM silenced WHERE workspace = ?", (workspace,)).fetchall()
        silenced = frozenset(digest for (digest,) in rows)
        with self._lock:
            before = self._transcripts.all(workspace, source) if gathered is None else gathered
            kept = (self._up_to_date(workspace, each, silenced, edits) for each in before)
            now = [each for each in kept if each is not None]
            if gathered is not None or now != before:
                self._transcripts.put(workspace, source, now)
        return now != before

    def _up_to_date(
        self,
        workspace: str,
        transcript: Transcript,
        silenced: frozenset[str],
        edits: Mapping[str, str],
    ) -> Transcript | None:
        """Return a conversation as it is by now; None for one of which nothing is left."""
        messages = [
            replace(message, text=edits.get(message.id, message.text))
            for message in transcript.messages
            if (workspace, message.id) not in self._deleted and _digest(message.author_id) not in silenced
        ]
        # Without its question an untitled conversation answers nothing that anybody could read there.
        if not messages or (not transcript.title and messages[0].id != transcript.messages[0].id):
            return None
        return replace(transcript, messages=tuple(messages))

    def _is_paused(self, workspace: str, source: str) -> bool:
        lines = self._library.sources(workspace)
        return any(line.name == source and line.state is SourceState.PAUSED for line in lines)

    def _read(self, workspace: str, source: str) -> SyncReport:
        """Sync a channel whatever was lost in it, and even while it is paused: what is gone is gone."""
        is_paused = self._is_paused(workspace, source)
        if is_paused:
            self._library.pause(workspace, source, paused=False)
        try:
            report = self._jobs.run(workspace, source, lambda progress: None, fresh=True)
            if report.held and self._library.accept(workspace, source):
                report = self._jobs.run(workspace, source, lambda progress: None, fresh=True)
        finally:
            if is_paused:
                self._library.pause(workspace, source, paused=True)
        return report


def _transcript(talk: Talk) -> Transcript:
    return Transcript(id=talk.id, title=talk.title, messages=tuple(map(_message, talk.remarks)))


def _message(remark: Remark) -> Message:
    return Message(
        id=remark.message,
        author=" ".join(remark.author.split()),
        written_at=remark.written_at,
        text=remark.text.strip(),
        author_id=remark.author_id,
        link=remark.link,
    )


def _digest(actor_id: str) -> str:
    return content_hash(f"author:{actor_id}")
