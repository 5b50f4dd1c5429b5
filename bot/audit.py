"""Who changed what in a community: a line for each change that was made at somebody's wish."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.messages import (
    AddChannel,
    AddGolden,
    AddSource,
    Aliases,
    Arrive,
    Ask,
    Audit,
    Cancel,
    ChannelChanged,
    Decide,
    Decision,
    Delete,
    Escalate,
    Export,
    Failed,
    Follow,
    ForgetMe,
    Gathered,
    GatherGolden,
    Golden,
    Inspect,
    More,
    MyData,
    NoAnswer,
    Notice,
    Notify,
    Overhear,
    Overview,
    PauseSource,
    Prefer,
    Preferences,
    Rate,
    ReadOn,
    Refused,
    Reindex,
    Releases,
    RemoveSource,
    Reply,
    Request,
    Resolve,
    Review,
    SaveAnswer,
    ScheduleSource,
    Scope,
    SetMode,
    Share,
    ShowSource,
    Sources,
    Stats,
    Status,
    Suggest,
    Unanswered,
    Undo,
    Upload,
    Verify,
    Why,
    counted,
)
from bot.ports import Clock, Kept
from bot.records import Records

KEPT = timedelta(days=365)
LISTED = 20
SOMEONE = "someone who wished to be forgotten"
LONGEST = 300
"""Characters of what was changed."""

DECIDED = {
    Decision.APPROVE: "approved the answer",
    Decision.REJECT: "rejected the answer",
    Decision.WITHDRAW: "withdrew the answer",
    Decision.WRITE: "wrote an answer to the question",
    Decision.SAVE: "saved an answer to the call for a human",
    Decision.DISMISS: "dismissed the question",
    Decision.CHOOSE: "pointed to a passage the question",
    Decision.FORGET: "took back the alias",
    Decision.DROP: "dropped the golden question",
    Decision.ACCEPT: "approved what was held of the source",
}

SCHEMA = """
CREATE TABLE IF NOT EXISTS changes (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    what TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS changes_by_workspace ON changes (workspace, id);
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one person has changed, and when."""

    actor_id: str
    name: str
    what: str
    at: datetime

    def told(self) -> str:
        """Say it in a line."""
        return f"{self.at:%Y-%m-%d %H:%M} UTC, {self.name or self.actor_id}: {self.what}"


class AuditTrail:
    """The changes of the last year. Safe to use from several threads."""

    def __init__(self, records: Records, clock: Clock) -> None:
        """``records`` hold the changes. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        records.define(SCHEMA)

    def note(self, request: Request, reply: Reply) -> None:
        """Record a request that has changed something; one that was refused or failed has not.

        A change that cannot be recorded was made all the same, and is told to the log.
        """
        what = changed(request)
        if not what or isinstance(reply, Failed | NoAnswer | Refused):
            return
        actor, now = request.actor, self._clock.now()
        try:
            with self._records.write() as db:
                db.execute("DELETE FROM changes WHERE at < ?", ((now - KEPT).isoformat(),))
                db.execute(
                    "INSERT INTO changes (workspace, actor, name, what, at) VALUES (?, ?, ?, ?, ?)",
                    (request.conversation.workspace, actor.id, actor.name, what[:LONGEST], now.isoformat()),
                )
        except sqlite3.Error as error:
            log.warning("A change could not be recorded", reason=str(error), actor=actor.id, what=what)

    def told(self, workspace: str) -> Notice:
        """Say who has changed what in a workspace."""
        changes = self.latest(workspace)
        if not changes:
            return Notice(text="Nothing was changed here in the last year.")
        return Notice(text="The latest changes, newest first:", details=tuple(map(Change.told, changes)))

    def latest(self, workspace: str, count: int = LISTED) -> list[Change]:
        """Return the latest changes, newest first."""
        with self._records.read() as db:
            rows = db.execute(
                "SELECT actor, name, what, at FROM changes WHERE workspace = ? ORDER BY id DESC LIMIT ?",
                (workspace, count),
            ).fetchall()
        return [
            Change(actor_id=actor, name=name, what=what, at=datetime.fromisoformat(at))
            for actor, name, what, at in rows
        ]

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return how often a person stands in the record."""
        with self._records.read() as db:
            (changes,) = db.execute(
                "SELECT count(*) FROM changes WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            ).fetchone()
        line = (
            f"{counted(changes, 'change')} of yours in the record of who changed what, for {KEPT.days} days"
        )
        return Kept(lines=(line,) if changes else ())

    def forget(self, workspace: str, actor_id: str) -> None:
        """Let a person's changes stand there as someone's. Raises sqlite3.Error."""
        with self._records.write() as db:
            db.execute(
                "UPDATE changes SET actor = '', name = ? WHERE workspace = ? AND actor = ?",
                (SOMEONE, workspace, actor_id),
            )


def changed(request: Request) -> str:
    """Return what a request changes when it succeeds, in words; empty for one that changes nothing."""
    match request:
        case AddSource():
            origin = request.origin.filename if isinstance(request.origin, Upload) else request.origin
            return f"added the source {request.name or origin}{f' from {origin}' if request.name else ''}"
        case AddChannel():
            return f"added the channel {request.channel.id} as a source"
        case RemoveSource():
            return f"removed the source {request.name}" if request.confirmed else ""
        case PauseSource():
            return f"{'paused' if request.paused else 'resumed'} the source {request.name}"
        case ScheduleSource():
            return f"set the schedule of the source {request.name} to {request.schedule}"
        case Undo():
            return "undid the last change to the sources"
        case Cancel():
            return "cancelled what was being read"
        case Reindex():
            return f"read {request.name or 'all sources'} anew"
        case Prefer():
            return f"set {request.name} to {request.value.strip() or 'its default'}"
        case SaveAnswer():
            return "saved an answer"  # the question may be somebody's words
        case AddGolden():
            return "added a golden question"
        case GatherGolden():
            return "gathered golden questions"
        case Decide(decision=Decision.POINT):
            return ""  # that merely looks for passages
        case Decide(decision=Decision.KEEP):
            return ""
        case Decide():
            return f"{DECIDED[request.decision]} {request.item}"
        case Share():
            return f"shared answer {request.answer_id} with the channel {request.conversation.channel}"
        case SetMode():
            set_to = f"set the mode of the channel {request.conversation.channel} to {request.mode.strip()}"
            return set_to if request.mode.strip() else ""
        case Scope(sources=None, release=None):
            return ""
        case Scope():
            return _scoped(request)
        case Delete():
            return f"deleted a message with answer {request.answer_id}"
        case Resolve():
            return f"resolved the call {request.call_id} for a human"
        case ForgetMe() | MyData():  # what people have erased is nobody else's business
            return ""
        case (
            Aliases()
            | Arrive()
            | Ask()
            | Audit()
            | Escalate()
            | ChannelChanged()
            | Follow()
            | Gathered()
            | Inspect()
            | Golden()
            | More()
            | Notify()
            | Overhear()
            | Preferences()
            | ReadOn()
            | Rate()
            | Releases()
            | Review()
        ):
            return ""
        case Export():  # nothing changes, but who took people's words out should be known
            return f"exported {request.kind} as {request.format}"
        case Stats():
            return ""
        case Overview() | ShowSource() | Sources() | Status() | Suggest() | Unanswered() | Verify() | Why():
            return ""
        case _:
            assert_never(request)


def _scoped(request: Scope) -> str:
    names = ", ".join(sorted(request.sources or ()))
    if request.group:
        return f"gave {request.group.called} {f'the sources {names}' if names else 'no sources'} of its own"
    given = []
    if request.sources is not None:
        given.append(f"only the sources {names}" if names else "all sources")
    if request.release is not None:
        given.append(f"the version {request.release}" if request.release else "any version")
    return f"gave the channel {request.conversation.channel} {' and '.join(given)}"
