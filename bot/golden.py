"""Golden questions: which document must answer what, and what a sync has made of that."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

import structlog

from bot.aliases import SOMEONE, AliasBook
from bot.answering import objection
from bot.feedback import Ledger
from bot.listening import wording
from bot.messages import (
    LISTED_ITEMS,
    Actor,
    AddGolden,
    Choice,
    Decide,
    Decision,
    GatherGolden,
    Golden,
    Item,
    Listing,
    Notice,
    Refused,
    Reply,
    counted,
)
from bot.ports import Clock, Kept, Library, Searcher
from bot.preferences import PreferenceBook
from bot.questions import Questions
from bot.records import Records
from bot.registry import OWN_SOURCES
from index.errors import IndexFailure, SyncBusy
from index.passages import Audience, Held, Hit, Passage, Step, SyncReport

HOLD = "golden.hold"

MOST = 200
"""Golden questions of a workspace: all of them are asked after each sync that has changed something."""

GATHERED = 2_000
"""Kept questions that are looked through, the newest."""

EVER = datetime.min
"""Since when a sync may have been that is taken back: it was just now."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS golden_questions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    question TEXT NOT NULL,
    wording TEXT NOT NULL,
    source TEXT NOT NULL,
    uri TEXT NOT NULL,
    title TEXT NOT NULL,
    added_by TEXT NOT NULL,
    actor TEXT NOT NULL,
    asker TEXT NOT NULL,
    added_at TEXT NOT NULL,
    found INTEGER NOT NULL,
    UNIQUE (workspace, wording)
) STRICT;
CREATE TABLE IF NOT EXISTS golden_holds (
    workspace TEXT NOT NULL,
    source TEXT NOT NULL,
    questions TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    PRIMARY KEY (workspace, source)
) STRICT;
"""

Managing: TypeAlias = Golden | AddGolden | GatherGolden

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question and the document that must answer it; ``found`` is how it last went."""

    id: int
    question: str
    source: str
    uri: str
    title: str
    added_by: str
    added_at: datetime
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The golden questions that have lost or gained their answer since they were last asked."""

    lost: tuple[Pair, ...] = ()
    gained: tuple[Pair, ...] = ()


class GoldenQuestions:
    """The golden questions of all communities. Safe to call from several threads."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        searcher: Searcher,
        library: Library,
        aliases: AliasBook,
        ledger: Ledger,
        questions: Questions,
        preferences: PreferenceBook,
        answers: Callable[[float], bool],
        passages: int,
    ) -> None:
        """``answers`` says whether a probability is enough for an answer, of the best of ``passages``.

        Raises RecordsUnavailable.
        """
        self._records = records
        self._clock = clock
        self._searcher = searcher
        self._library = library
        self._aliases = aliases
        self._ledger = ledger
        self._questions = questions
        self._preferences = preferences
        self._answers = answers
        self._passages = passages
        records.define(SCHEMA)

    # What moderators do

    def reply(self, request: Managing) -> Reply:
        """List the golden questions, or keep more. Raises IndexFailure, sqlite3.Error."""
        workspace = request.conversation.workspace
        match request:
            case Golden():
                return self._listing(workspace)
            case AddGolden():
                return self._add(workspace, request.question, request.actor)
            case GatherGolden():
                return self._gather(workspace, request.actor)
            case _:
                assert_never(request)

    def drop(self, request: Decide) -> Reply:
        """Keep a golden question no more."""
        with self._records.write() as db:
            gone = db.execute(
                "DELETE FROM golden_questions WHERE workspace = ? AND CAST(id AS TEXT) = ? "
                "RETURNING question",
                (request.conversation.workspace, request.item),
            ).fetchone()
        if gone is None:
            return Refused(text="There is no such golden question any more.")
        return Notice(text=f"“{gone[0]}” is no golden question any more.")

    def _listing(self, workspace: str) -> Reply:
        pairs = sorted(self.of(workspace), key=lambda pair: (pair.found, -pair.id))
        if not pairs:
            return Notice(
                text="There are no golden questions yet. Add one that is answered well, or gather those "
                "whose answers people found helpful: each sync then tells which have lost their answer."
            )
        lost = sum(not pair.found for pair in pairs)
        state = f"{lost} without an answer from its document" if lost else "all answered by its document"
        return Listing(
            text=f"{counted(len(pairs), 'golden question')}, {state}.",
            items=tuple(map(_item, pairs[:LISTED_ITEMS])),
            more=max(len(pairs) - LISTED_ITEMS, 0),
        )

    def _add(self, workspace: str, words: str, actor: Actor) -> Reply:
        question = " ".join(words.split())
        if problem := objection(question):
            return Refused(text=problem)
        known = {wording(pair.question) for pair in self.of(workspace)}
        if wording(question) in known:
            return Refused(text="That is a golden question already.")
        if len(known) >= MOST:
            return Refused(text=f"There are {MOST} golden questions, which is all I keep. Drop one first.")
        hit = self._answering(workspace, question)
        if hit is None:
            return Refused(
                text="Nothing that I have read answers that, so there is no document to keep with it. "
                "Ask it in other words, or add what answers it first."
            )
        self._keep(workspace, question, hit.passage, actor, found=True)
        return Notice(
            text=f"Kept: “{question}” is answered by {hit.passage.title} ({hit.passage.source}). "
            "Each sync tells if that changes."
        )

    def _gather(self, workspace: str, actor: Actor) -> Reply:
        known = {wording(pair.question) for pair in self.of(workspace)}
        before = len(known)
        for words, asker, passage in self._accepted(workspace):
            if len(known) >= MOST:
                break
            if wording(words) not in known:
                known.add(wording(words))
                found = self._is_found(workspace, words, passage.source, passage.uri)
                self._keep(workspace, words, passage, actor, found=found, asker=asker)
        if len(known) == before:
            return Refused(
                text="There is none to gather: no answer that people found helpful, and nobody did not, "
                "to a question whose words are still kept. The setting questions.keep says for how long."
            )
        return Notice(
            text=f"Gathered {counted(len(known) - before, 'golden question')} from answers that people "
            "found helpful. Each sync tells which of them have lost their answer."
        )

    def _accepted(self, workspace: str) -> Iterable[tuple[str, str, Passage]]:
        """Yield questions with who asked them and the passage that has helped, the newest first."""
        helped, audience = self._ledger.accepted(workspace), Audience(workspace=workspace)
        for id, question in self._questions.stored(workspace, GATHERED) if helped else ():
            passage = self._searcher.read_back(helped[id], audience=audience) if id in helped else None
            words = " ".join(question.words.split())
            if passage is not None and not objection(words):
                yield words, question.actor_id, passage

    def _keep(
        self, workspace: str, question: str, passage: Passage, actor: Actor, *, found: bool, asker: str = ""
    ) -> None:
        values = (
            workspace,
            question,
            wording(question),
            passage.source,
            passage.uri,
            passage.title,
            " ".join(actor.name.split()) or actor.id,
            actor.id,
            asker,
            self._clock.now().isoformat(),
            found,
        )
        with self._records.write() as db:
            db.execute(
                """INSERT OR IGNORE INTO golden_questions (workspace, question, wording, source, uri, title,
                added_by, actor, asker, added_at, found) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                values,
            )

    # What syncs change

    def look(self, workspace: str, progress: Callable[[Step], None] = lambda step: None) -> Difference:
        """Ask all golden questions of a workspace anew. Raises IndexFailure, sqlite3.Error."""
        pairs = self.of(workspace)
        turned = []
        for done, pair in enumerate(pairs):
            progress(Step(text="Asking the golden questions", done=done, total=len(pairs)))
            if self._is_found(workspace, pair.question, pair.source, pair.uri) != pair.found:
                turned.append(replace(pair, found=not pair.found))
        with self._records.write() as db:
            db.executemany(
                "UPDATE golden_questions SET found = ? WHERE id = ?",
                [(pair.found, pair.id) for pair in turned],
            )
        return Difference(
            lost=tuple(pair for pair in turned if not pair.found),
            gained=tuple(pair for pair in turned if pair.found),
        )

    def looked(self, workspace: str) -> Difference:
        """Ask them anew after what was done without a sync; what keeps them from it is told to the log."""
        try:
            return self.look(workspace)
        except (IndexFailure, sqlite3.Error) as error:
            log.warning("The golden questions could not be asked", reason=str(error))
            return Difference()

    def looked_at(
        self, workspace: str, name: str, report: SyncReport, progress: Callable[[Step], None]
    ) -> SyncReport:
        """Say of a source's sync which golden questions it has cost, and take it back if that is wished.

        What keeps them from being asked is told to the log: the sync was done all the same.
        """
        try:
            if not (report.added or report.changed or report.removed):
                self._release(workspace, name)
                return report
            difference = self.look(workspace, progress)
            told = replace(report, lost=_words(difference.lost), gained=_words(difference.gained))
            accepted = self._holds(workspace, accepted=True).get(name, frozenset())
            may_lose = {pair.id for pair in difference.lost} <= accepted
            if not may_lose and self._is_to_hold(workspace, name) and self._take_back(workspace, name):
                return self._held(workspace, name, told, difference.lost)
            self._release(workspace, name)
        except (IndexFailure, sqlite3.Error) as error:
            log.warning("The golden questions could not be asked", source=name, reason=str(error))
            return report
        return told

    def held(self, workspace: str) -> dict[str, int]:
        """Return the sources whose last change was taken back, and how many questions it would cost."""
        return {name: len(ids) for name, ids in self._holds(workspace, accepted=False).items()}

    def accept(self, workspace: str, name: str) -> bool:
        """Let the next sync of a source keep what it changes; whether any change of it was held."""
        with self._records.write() as db:
            found = db.execute(
                "UPDATE golden_holds SET accepted = 1 WHERE workspace = ? AND source = ? RETURNING source",
                (workspace, name),
            ).fetchone()
        return found is not None

    def _is_to_hold(self, workspace: str, name: str) -> bool:
        """Whether a source's change may be held; what people withdraw of their answers never is."""
        if self._preferences.value(workspace, HOLD) != "on":
            return False
        kinds = {line.name: line.kind for line in self._library.sources(workspace)}
        return kinds.get(name) not in OWN_SOURCES

    def _take_back(self, workspace: str, name: str) -> bool:
        """Undo a source's last sync; whether there was anything before it."""
        try:
            return bool(self._library.revert(workspace, name, since=EVER))
        except SyncBusy:  # another process reads already: its sync ends with a look at them, too
            return False

    def _held(self, workspace: str, name: str, told: SyncReport, lost: tuple[Pair, ...]) -> SyncReport:
        self.look(workspace)
        with self._records.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO golden_holds VALUES (?, ?, ?, 0)",
                (workspace, name, json.dumps([pair.id for pair in lost])),
            )
        line = next(line for line in self._library.sources(workspace) if line.name == name)
        gone = sum(held.lost for held in told.held)
        held = Held(source=name, lost=gone, documents=line.documents, questions=_words(lost))
        return replace(
            told,
            added=0,
            changed=0,
            removed=0,
            unchanged=line.documents,
            passages=line.passages,
            held=(held,),
            lost=(),
            gained=(),
        )

    def _holds(self, workspace: str, *, accepted: bool) -> dict[str, frozenset[int]]:
        with self._records.read() as db:
            rows = db.execute(
                "SELECT source, questions FROM golden_holds WHERE workspace = ? AND accepted = ?",
                (workspace, accepted),
            ).fetchall()
        return {name: frozenset(json.loads(ids)) for name, ids in rows}

    def _release(self, workspace: str, name: str) -> None:
        with self._records.write() as db:
            db.execute("DELETE FROM golden_holds WHERE workspace = ? AND source = ?", (workspace, name))

    # What is kept of people

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return which questions of a person are golden, and how many they have added."""
        with self._records.read() as db:
            asked = db.execute(
                "SELECT question FROM golden_questions WHERE workspace = ? AND asker = ? ORDER BY id DESC",
                (workspace, actor_id),
            ).fetchall()
            (added,) = db.execute(
                "SELECT count(*) FROM golden_questions WHERE workspace = ? AND actor = ?",
                (workspace, actor_id),
            ).fetchone()
        lines = (
            f"{counted(len(asked), 'question')} of yours by which what I read is checked, until dropped",
            f"{counted(added, 'golden question')} that you added, until dropped",
        )
        counts = (len(asked), added)
        return Kept(
            lines=tuple(line for line, count in zip(lines, counts, strict=True) if count),
            words=tuple(words for (words,) in asked),
        )

    def forget(self, workspace: str, actor_id: str) -> None:
        """Erase a person's own questions, and who they are where they added any. Raises sqlite3.Error."""
        person = (workspace, actor_id)
        with self._records.write() as db:
            db.execute("DELETE FROM golden_questions WHERE workspace = ? AND asker = ?", person)
            db.execute(
                "UPDATE golden_questions SET added_by = ?, actor = '' WHERE workspace = ? AND actor = ?",
                (SOMEONE, *person),
            )

    # Asking

    def of(self, workspace: str) -> list[Pair]:
        """List a workspace's golden questions, the oldest first."""
        with self._records.read() as db:
            rows = db.execute(
                """SELECT id, question, source, uri, title, added_by, added_at, found
                FROM golden_questions WHERE workspace = ? ORDER BY id""",
                (workspace,),
            ).fetchall()
        return [
            Pair(
                id=id,
                question=question,
                source=source,
                uri=uri,
                title=title,
                added_by=added_by,
                added_at=datetime.fromisoformat(added_at),
                found=bool(found),
            )
            for id, question, source, uri, title, added_by, added_at, found in rows
        ]

    def _is_found(self, workspace: str, question: str, source: str, uri: str) -> bool:
        """Whether a question is answered by its document, or by one that says nearly the same there."""
        hit = self._answering(workspace, question)
        stands = (hit.passage, *hit.also) if hit else ()
        return any((each.source, each.uri) == (source, uri) for each in stands)

    def _answering(self, workspace: str, question: str) -> Hit | None:
        """Return the first hit if a question is answered, as it would be for whoever reads everything."""
        audience = Audience(workspace=workspace)
        found = self._searcher.search(question, k=self._passages, audience=audience)
        hits, alias = self._aliases.hits(question, found, audience)
        return hits[0] if hits and (alias or self._answers(hits[0].confidence)) else None


def _words(pairs: Iterable[Pair]) -> tuple[str, ...]:
    return tuple(pair.question for pair in pairs)


def _item(pair: Pair) -> Item:
    return Item(
        title=pair.question,
        text="",
        facts=(
            f"{pair.title} ({pair.source}: {pair.uri})",
            "has its answer" if pair.found else "has lost its answer",
            f"added by {pair.added_by}",
            pair.added_at.date().isoformat(),
        ),
        choices=(Choice(decision=Decision.DROP, item=str(pair.id)),),
    )
