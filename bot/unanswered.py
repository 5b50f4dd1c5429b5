"""Questions that nothing answered: told to moderators by meaning, and to their askers once answered."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.aliases import AliasBook, same_asked
from bot.answering import link, objection
from bot.curation import LONGEST_QUESTION, Curation
from bot.errands import Errands
from bot.listening import wording
from bot.messages import (
    LISTED_ITEMS,
    Actor,
    Ask,
    Choice,
    Decide,
    Decision,
    Item,
    Listing,
    Notice,
    Notify,
    Refused,
    Remark,
    Reply,
    SaveAnswer,
    Tell,
    Unanswered,
    counted,
    path_of,
    with_place,
)
from bot.ports import Clock, Kept, Likeness, Searcher
from bot.preferences import PreferenceBook
from bot.records import Records
from index.passages import Audience, Passage
from index.releases import shown

SAME = 0.85
"""The cosine from which on questions are listed together; docs/channels.md has what others would do."""

COUNTED = timedelta(days=90)
"""How long a question without its words is counted."""

COMPARED = 300
"""Wordings that are compared at a time, the latest ones."""

WORDINGS = 3
KEEP = "questions.keep"

NO_WORDS = (
    "I keep no words of questions here, so I cannot list them. Set questions.keep to 30 in the settings, "
    "and I list what is asked from then on, for 30 days."
)

# An id that was used once is not used again: a button in an old message would mean another question.
SCHEMA = """
CREATE TABLE IF NOT EXISTS open_questions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    words TEXT NOT NULL,
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    actor TEXT NOT NULL,
    asked_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS open_questions_by_workspace ON open_questions (workspace, asked_at);
CREATE TABLE IF NOT EXISTS not_told (
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (workspace, actor)
) STRICT;
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question that one person asked in vain."""

    id: int
    words: str
    platform: str
    channel: str
    actor_id: str
    asked_at: datetime


class OpenQuestions:
    """The questions of all communities that wait for an answer. Safe to call from several threads."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        curation: Curation,
        aliases: AliasBook,
        searcher: Searcher,
        preferences: PreferenceBook,
        likeness: Likeness,
        errands: Errands,
    ) -> None:
        """``records`` hold the questions. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._curation = curation
        self._aliases = aliases
        self._searcher = searcher
        self._preferences = preferences
        self._likeness = likeness
        self._errands = errands
        records.reshape("open_questions", SCHEMA)

    def note(self, request: Ask) -> None:
        """Record a question that nothing answered: its words and asker only where words are kept.

        One that cannot be recorded is told to the log, and its asker is replied to all the same.
        """
        at, workspace = request.conversation, request.conversation.workspace
        try:
            keeps = self._days(workspace) > 0
            known = (" ".join(request.question.split()), at.platform, at.channel, request.actor.id)
            with self._records.write() as db:
                db.execute(
                    "INSERT INTO open_questions (workspace, words, platform, channel, actor, asked_at) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (workspace, *(known if keeps else ("", "", "", "")), self._clock.now().isoformat()),
                )
            self._forget_old(workspace)
        except sqlite3.Error as error:
            log.warning("An unanswered question could not be recorded", reason=str(error))

    def waiting(self, workspace: str) -> int:
        """Return how many questions wait for an answer, by those who asked them."""
        self._forget_old(workspace)
        return len(self._questions(workspace)) + self._without_words(workspace)

    def listing(self, request: Unanswered) -> Reply:
        """List what was asked in vain, by meaning, what was asked most often first."""
        workspace = request.conversation.workspace
        self._forget_old(workspace)
        groups = self._groups(workspace)
        return Listing(
            text=_summary(len(groups), self._without_words(workspace), self._days(workspace)),
            items=tuple(map(_item, groups[:LISTED_ITEMS])),
            more=max(len(groups) - LISTED_ITEMS, 0),
        )

    def answer(self, request: Decide) -> Reply:
        """Keep what a moderator wrote as the answer, and tell those who asked."""
        group = self._group(request.conversation.workspace, request.item)
        return _gone() if group is None else self._save(request, group[0].words, group)

    def save(self, request: Decide, question: str) -> Reply:
        """Keep what a moderator wrote as the answer to a question in these words, and tell who asked it."""
        return self._save(request, question, self._questions(request.conversation.workspace))

    def _save(self, request: Decide, question: str, asked: Sequence[Asked]) -> Reply:
        remark = Remark(text=request.words, author=request.actor.name, written_at=self._clock.now())
        saved = self._curation.save(
            SaveAnswer(
                actor=request.actor,
                conversation=request.conversation,
                question=question[:LONGEST_QUESTION],
                remark=remark,
            )
        )
        if isinstance(saved, Notice):
            answered = self._answered(question, asked)
            self._close(request.conversation.workspace, answered, told=request.actor)
        return saved

    def find(self, request: Decide) -> Reply:
        """List passages that a moderator looks for, to point a question to one of them."""
        workspace = request.conversation.workspace
        if problem := objection(request.words):
            return Refused(text=problem)
        if (group := self._group(workspace, request.item)) is None:
            return _gone()
        hits = self._searcher.search(request.words, k=LISTED_ITEMS, audience=Audience(workspace=workspace))
        text = f"“{group[0].words}” may lead to one of these." if hits else "I found no passage with that."
        return Listing(text=text, items=tuple(_passage(hit.passage, request.item) for hit in hits))

    def choose(self, request: Decide) -> Reply:
        """Point a question to a passage, and tell those who asked."""
        workspace = request.conversation.workspace
        item, _, passage_id = request.item.partition(".")
        group = self._group(workspace, item)
        audience = Audience(workspace=workspace)
        found = (
            self._searcher.read_back(int(passage_id), audience=audience) if passage_id.isdecimal() else None
        )
        if group is None or found is None:
            return _gone()
        words = group[0].words
        askers = {asked.actor_id for asked in group if wording(asked.words) == wording(words)}
        self._aliases.point(workspace, words, found, request.actor, askers)
        answered = self._answered(words, group)
        self._close(workspace, answered, told=request.actor)
        return Notice(text="From now on I show that passage to whoever asks alike, as chosen by you.")

    def dismiss(self, request: Decide) -> Reply:
        """Forget a question, however it was worded."""
        group = self._group(request.conversation.workspace, request.item)
        if group is None:
            return _gone()
        self._close(request.conversation.workspace, group)
        return Notice(text="Dismissed. If it is asked again, it is listed again.")

    def notify(self, request: Notify) -> Reply:
        """Remember whether a person wants to be told that a question of theirs has an answer now."""
        person = (request.conversation.workspace, request.actor.id)
        with self._records.write() as db:
            if request.on:
                db.execute("DELETE FROM not_told WHERE workspace = ? AND actor = ?", person)
            else:
                db.execute("INSERT OR IGNORE INTO not_told VALUES (?, ?)", person)
        if request.on:
            return Notice(text="I tell you when there is an answer to what you asked in vain.")
        return Notice(text="I tell you nothing unasked any more.")

    def purge(self) -> None:
        """Erase what its community keeps no longer. What cannot be erased is told to the log."""
        try:
            with self._records.read() as db:
                workspaces = [row[0] for row in db.execute("SELECT DISTINCT workspace FROM open_questions")]
            for workspace in workspaces:
                self._forget_old(workspace)
        except sqlite3.Error as error:
            log.warning("Old unanswered questions could not be erased", reason=str(error))

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return what a person asked here in vain, the newest first, and whether they want to be told."""
        self._forget_old(workspace)
        mine = [asked.words for asked in self._questions(workspace) if asked.actor_id == actor_id]
        with self._records.read() as db:
            quiet = db.execute(
                "SELECT 1 FROM not_told WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            ).fetchone()
        days = counted(self._days(workspace), "day")
        waiting = f"{counted(len(mine), 'question')} of yours that nothing answered, for {days}"
        wish = "Your wish not to be told of answers"
        return Kept(
            lines=(*([waiting] if mine else []), *([wish] if quiet else [])), words=tuple(dict.fromkeys(mine))
        )

    def forget(self, workspace: str, actor_id: str) -> None:
        """Erase what a person asked here in vain. Raises sqlite3.Error."""
        with self._records.write() as db:
            for table in ("open_questions", "not_told"):
                db.execute(f"DELETE FROM {table} WHERE workspace = ? AND actor = ?", (workspace, actor_id))

    def _tell(self, db: sqlite3.Connection, workspace: str, group: Sequence[Asked], *, but: Actor) -> None:
        rows = db.execute("SELECT actor FROM not_told WHERE workspace = ?", (workspace,)).fetchall()
        told = {but.id, *(row[0] for row in rows)}
        for asked in group:
            if asked.actor_id not in told:
                told.add(asked.actor_id)
                text = f"You asked: “{asked.words}” There is an answer now. Ask me again, and I quote it."
                errand = Tell(
                    platform=asked.platform,
                    workspace=workspace,
                    actor_id=asked.actor_id,
                    reply=Notice(text=text, details=("/notify off stops these messages.",)),
                )
                self._errands.give(errand, within=db)

    # Groups

    def _answered(self, question: str, asked: Sequence[Asked]) -> list[Asked]:
        """Return who asked just the same: others are near, and wait on."""
        same = same_asked(question, [each.words for each in asked], self._likeness)
        return [asked[at] for at in sorted(same)]

    def _group(self, workspace: str, item: str) -> list[Asked] | None:
        for group in self._groups(workspace):
            if any(str(asked.id) == item for asked in group):
                return group
        return None

    def _groups(self, workspace: str) -> list[list[Asked]]:
        """Return the questions that ask the same, the largest group first, the latest first in each."""
        worded: dict[str, list[Asked]] = {}
        for asked in self._questions(workspace):
            worded.setdefault(wording(asked.words), []).append(asked)
        wordings = list(worded.values())[:COMPARED]
        texts = [alike[0].words for alike in wordings]
        joined = clusters(self._likeness.alike(texts, texts), SAME)
        groups = [[asked for at in cluster for asked in wordings[at]] for cluster in joined]
        return sorted(groups, key=lambda group: (-len(group), -group[0].id))

    # Records

    def _questions(self, workspace: str) -> list[Asked]:
        """Return what may still be shown, the latest first, whether or not the rest is erased yet."""
        since = self._since(workspace)
        with self._records.read() as db:
            rows = db.execute(
                """SELECT id, words, platform, channel, actor, asked_at FROM open_questions
                WHERE workspace = ? AND words != '' AND asked_at > ? ORDER BY id DESC""",
                (workspace, since),
            ).fetchall()
        return [
            Asked(
                id=id,
                words=words,
                platform=platform,
                channel=channel,
                actor_id=actor,
                asked_at=datetime.fromisoformat(asked_at),
            )
            for id, words, platform, channel, actor, asked_at in rows
        ]

    def _without_words(self, workspace: str) -> int:
        with self._records.read() as db:
            row = db.execute(
                "SELECT count(*) FROM open_questions WHERE workspace = ? AND words = ''", (workspace,)
            ).fetchone()
        return int(row[0])

    def _close(self, workspace: str, group: Sequence[Asked], *, told: Actor | None = None) -> None:
        """Let questions be open no longer; with ``told``, who knows of the answer, tell the others."""
        with self._records.write() as db:
            if told is not None:
                self._tell(db, workspace, group, but=told)
            db.executemany(
                "DELETE FROM open_questions WHERE workspace = ? AND id = ?",
                [(workspace, asked.id) for asked in group],
            )

    def _forget_old(self, workspace: str) -> None:
        """Forget words as soon as the community keeps them no longer, and in the end the count, too."""
        words, counts = self._since(workspace), (self._clock.now() - COUNTED).isoformat()
        with self._records.write() as db:
            db.execute(
                "DELETE FROM open_questions WHERE workspace = ? AND words != '' AND asked_at <= ?",
                (workspace, words),
            )
            db.execute(
                "DELETE FROM open_questions WHERE workspace = ? AND asked_at < ?",
                (workspace, min(counts, words)),
            )

    def _since(self, workspace: str) -> str:
        moment: datetime = self._clock.now() - timedelta(days=self._days(workspace))
        return moment.isoformat()

    def _days(self, workspace: str) -> int:
        return int(self._preferences.value(workspace, KEEP))


def clusters(alike: Sequence[Sequence[float]], threshold: float) -> list[list[int]]:
    """Group what is alike, by number: each joins the first group whose first member is near enough.

    ``alike`` has shape (n, n); ``threshold`` is the least likeness within a group.
    """
    groups: list[list[int]] = []
    for each in range(len(alike)):
        near = next((group for group in groups if alike[each][group[0]] >= threshold), None)
        if near is None:
            groups.append([each])
        else:
            near.append(each)
    return groups


def _item(group: list[Asked]) -> Item:
    first = group[0]
    wordings = list(dict.fromkeys(asked.words for asked in group))
    people, channels = {asked.actor_id for asked in group}, {asked.channel for asked in group}
    by = f"{len(people)} {'person' if len(people) == 1 else 'people'}"
    return Item(
        title=first.words,
        text="\n".join(wordings[1 : 1 + WORDINGS]),
        facts=(
            f"asked {counted(len(group), 'time')} by {by}",
            f"in {counted(len(channels), 'channel')}",
            f"last on {first.asked_at.date().isoformat()}",
        ),
        choices=tuple(
            Choice(decision=decision, item=str(first.id))
            for decision in (Decision.WRITE, Decision.POINT, Decision.DISMISS)
        ),
    )


def _passage(passage: Passage, item: str) -> Item:
    return Item(
        title=with_place(path_of(passage.title, passage.heading, shown(passage.release)), passage.place),
        text=passage.text,
        facts=(passage.source,),
        url=link(passage),
        choices=(Choice(decision=Decision.CHOOSE, item=f"{item}.{passage.id}"),),
    )


def _summary(groups: int, without_words: int, days: int) -> str:
    sentences = [] if days else [NO_WORDS]
    if groups:
        sentences.append(f"{counted(groups, 'question')} without an answer.")
    if without_words:
        what = "more question" if groups else "question"
        sentences.append(f"{counted(without_words, what)} without an answer, counted only.")
    return " ".join(sentences) or "Nothing was asked in vain."


def _gone() -> Refused:
    return Refused(text="That question is not open any more, or that passage is gone. List them anew.")
