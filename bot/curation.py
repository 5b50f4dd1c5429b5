"""Answers that people wrote: saved word for word, reviewed by moderators, and true to their messages."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.jobs import Jobs
from bot.messages import (
    LISTED_ITEMS,
    Actor,
    Choice,
    Conversation,
    Decide,
    Decision,
    Follow,
    Item,
    Listing,
    Notice,
    Refused,
    Reply,
    Review,
    SaveAnswer,
    counted,
)
from bot.permissions import Permissions, is_listed
from bot.ports import Clock, Kept, Shelf
from bot.preferences import PreferenceBook
from bot.records import Records
from index.errors import CatalogUnavailable, IndexFailure
from index.passages import CuratedAnswer, content_hash

LONGEST_QUESTION = 300
LONGEST_ANSWER = 10_000
"""Characters. A message has 4,000 at most on one platform, and seldom more on another."""

MOST_WAITING = 200
"""Answers that wait for review in one workspace: what moderators can be asked to read."""

KEPT = timedelta(days=90)
"""How long an answer waits for review before it is forgotten."""

CURATORS = "curators.groups"

SCHEMA = """
CREATE TABLE IF NOT EXISTS drafts (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    written_at TEXT NOT NULL,
    link TEXT NOT NULL,
    message TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    actor TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An answer that waits for review, and whoever saved it."""

    answer: CuratedAnswer
    saved_by: str
    actor_id: str


class Curation:
    """Saves answers, at once for those who are trusted. Safe to call from several threads."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        shelf: Shelf,
        jobs: Jobs,
        permissions: Permissions,
        preferences: PreferenceBook,
    ) -> None:
        """``records`` hold what waits for review, ``shelf`` what is published. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._shelf = shelf
        self._jobs = jobs
        self._permissions = permissions
        self._preferences = preferences
        records.define(SCHEMA)

    # Requests

    def save(self, request: SaveAnswer) -> Reply:
        """Publish an answer, or put it into the queue for review."""
        question, text = " ".join(request.question.split()), request.remark.text.strip()
        if problem := _objection(question, text):
            return Refused(text=problem)
        workspace, remark = request.conversation.workspace, request.remark
        answer = CuratedAnswer(
            id=_id(request.conversation.platform, remark.message),
            question=question,
            text=text,
            author=" ".join(remark.author.split()),
            written_at=remark.written_at,
            link=remark.link,
            message=f"{request.conversation.platform}:{remark.message}" if remark.message else "",
        )
        if self.is_trusted(request.actor, request.conversation):
            self._drop(workspace, answer.id)
            return self.publish(workspace, answer)
        return self._queue(workspace, answer, request.actor)

    def waiting(self, workspace: str) -> int:
        """Return how many answers wait to be approved or rejected."""
        return len(self._drafts(workspace))

    def review(self, request: Review) -> Reply:
        """List what waits, and what was published last."""
        workspace = request.conversation.workspace
        drafts, answers = self._drafts(workspace), self._shelf.answers(workspace)
        items = [*map(_waiting, drafts), *map(_published, answers)]
        waiting = f"{counted(len(drafts), 'answer')} to review" if drafts else "Nothing waits for review"
        return Listing(
            text=f"{waiting}; {counted(len(answers), 'answer')} saved.",
            items=tuple(items[:LISTED_ITEMS]),
            more=max(len(items) - LISTED_ITEMS, 0),
        )

    def decide(self, request: Decide) -> Reply:
        """Approve, reject or withdraw an answer."""
        workspace = request.conversation.workspace
        match request.decision:
            case Decision.APPROVE:
                draft = self._drop(workspace, request.item)
                return _gone() if draft is None else self._approve(workspace, draft)
            case Decision.REJECT:
                draft = self._drop(workspace, request.item)
                return _gone() if draft is None else Notice(text="Rejected. It is not quoted, and not kept.")
            case Decision.WITHDRAW:
                return self._remove(workspace, request.item)
            case _:
                raise AssertionError(f"{request.decision} is not about an answer")

    def follow(self, request: Follow) -> Reply:
        """Change what was saved of a message as the message has changed."""
        workspace, id = request.conversation.workspace, _id(request.conversation.platform, request.message)
        draft, answer = self._draft(workspace, id), self._shelf.find(workspace, id)
        if draft is None and answer is None:
            return Notice(text="Nothing was saved of that message.")
        if request.text is None:
            self._drop(workspace, id)
            return self._remove(workspace, id) if answer else Notice(text="It waits for review no more.")
        text = request.text.strip()
        if draft is not None and text:
            self._keep(workspace, replace(draft, answer=replace(draft.answer, text=text)))
        elif draft is not None:
            self._drop(workspace, id)  # what is not known cannot be approved
        if answer is None:
            return Notice(text="What waits for review follows the message.")
        return self._rewritten(workspace, answer, text)

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return which answers that a person saved wait for review."""
        mine = [draft for draft in self._drafts(workspace) if draft.actor_id == actor_id]
        line = f"{counted(len(mine), 'answer')} that you saved and that nobody has reviewed yet"
        return Kept(lines=(line,) if mine else ())

    def forget(self, workspace: str, actor_id: str) -> None:
        """Take what a person saved off the queue. Raises sqlite3.Error."""
        with self._records.write() as db:
            db.execute("DELETE FROM drafts WHERE workspace = ? AND actor = ?", (workspace, actor_id))

    # Steps

    def is_trusted(self, actor: Actor, conversation: Conversation) -> bool:
        """Say whether an actor's answers need no review."""
        if self._permissions.is_moderator(actor, conversation):
            return True
        trusted = frozenset(self._preferences.value(conversation.workspace, CURATORS).split())
        return is_listed(actor.groups, trusted, conversation)

    def publish(self, workspace: str, answer: CuratedAnswer) -> Notice:
        """Keep an answer and read it, so that it is found at once. Raises CatalogUnavailable."""
        source = self._shelf.put(workspace, answer)
        when = (
            "From now on I quote it." if self._read(workspace, source) else "I quote it after the next sync."
        )
        return Notice(text=f"Saved as the answer to “{answer.question}”. {when}")

    def _approve(self, workspace: str, draft: _Draft) -> Notice:
        try:
            return self.publish(workspace, draft.answer)
        except CatalogUnavailable:
            self._keep(workspace, draft)  # it waits on until there is room for it
            raise

    def _rewritten(self, workspace: str, answer: CuratedAnswer, text: str) -> Reply:
        if not text:
            # It says something else now, and the platform does not tell what: no quote of it is true.
            self._remove(workspace, answer.id)
            return Notice(text="It was edited to what I cannot read, so I quote it no more.")
        if text == answer.text:
            return Notice(text="It says what it said.")
        return self.publish(workspace, replace(answer, text=text))

    def _remove(self, workspace: str, id: str) -> Reply:
        source = self._shelf.remove(workspace, id)
        if not source:
            return _gone()
        if not self._read(workspace, source):
            return Notice(
                text="Withdrawn. It may be quoted until the next sync, as another one is under way."
            )
        return Notice(text="Withdrawn. I quote it no more.")

    def _read(self, workspace: str, source: str) -> bool:
        """Sync the answers, and say whether that went well: they are on the shelf in any case."""
        try:
            # Not with a sync that began before: it may have looked already.
            self._jobs.run(workspace, source, lambda progress: None, fresh=True)
        except IndexFailure as error:
            log.warning("Saved answers could not be read", workspace=workspace, reason=str(error))
            return False
        return True

    # Drafts

    def _queue(self, workspace: str, answer: CuratedAnswer, actor: Actor) -> Reply:
        waiting = self._drafts(workspace)
        known = any(draft.answer.id == answer.id for draft in waiting)
        if not known and self._shelf.find(workspace, answer.id) is not None:
            return Refused(text="That message was saved already. A moderator can change it with review.")
        if not known and len(waiting) >= MOST_WAITING:
            return Refused(text="Too many answers wait for review. Ask a moderator to look at them first.")
        name = " ".join(actor.name.split()) or actor.id
        self._keep(workspace, _Draft(answer=answer, saved_by=name, actor_id=actor.id))
        return Notice(text="Thank you. A moderator looks at it before I quote it.")

    def _keep(self, workspace: str, draft: _Draft) -> None:
        answer, now = draft.answer, self._clock.now()
        with self._records.write() as db:
            db.execute("DELETE FROM drafts WHERE saved_at < ?", ((now - KEPT).isoformat(),))
            db.execute(
                "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    workspace,
                    answer.id,
                    answer.question,
                    answer.text,
                    answer.author,
                    answer.written_at.isoformat(),
                    answer.link,
                    answer.message,
                    draft.saved_by,
                    draft.actor_id,
                    now.isoformat(),
                ),
            )

    def _drafts(self, workspace: str) -> list[_Draft]:
        oldest = (self._clock.now() - KEPT).isoformat()
        with self._records.read() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM drafts WHERE workspace = ? AND saved_at >= ? ORDER BY saved_at, id",
                (workspace, oldest),
            ).fetchall()
        return [_draft(row) for row in rows]

    def _draft(self, workspace: str, id: str) -> _Draft | None:
        return next((draft for draft in self._drafts(workspace) if draft.answer.id == id), None)

    def _drop(self, workspace: str, id: str) -> _Draft | None:
        """Take a draft off the queue and return it: of two who decide, the second finds none."""
        with self._records.write() as db:
            row = db.execute(
                f"DELETE FROM drafts WHERE workspace = ? AND id = ? RETURNING {COLUMNS}", (workspace, id)
            ).fetchone()
        return _draft(row) if row else None


COLUMNS = "id, question, text, author, written_at, link, message, saved_by, actor"


def _draft(row: tuple[str, ...]) -> _Draft:
    id, question, text, author, written_at, link, message, saved_by, actor = row
    answer = CuratedAnswer(
        id=id,
        question=question,
        text=text,
        author=author,
        written_at=datetime.fromisoformat(written_at),
        link=link,
        message=message,
    )
    return _Draft(answer=answer, saved_by=saved_by, actor_id=actor)


def _id(platform: str, message: str) -> str:
    """Return the id of a message's answer, which is always the same, or a new one for no message."""
    if not message:
        return secrets.token_hex(8)
    return content_hash(f"{platform}:{message}")[:16]


def _waiting(draft: _Draft) -> Item:
    item = _item(draft.answer, Decision.APPROVE, Decision.REJECT)
    return replace(item, facts=(*item.facts, f"saved by {draft.saved_by}", "waits for review"))


def _published(answer: CuratedAnswer) -> Item:
    return _item(answer, Decision.WITHDRAW)


def _item(answer: CuratedAnswer, *decisions: Decision) -> Item:
    return Item(
        title=answer.question,
        text=answer.text,
        facts=tuple(fact for fact in (answer.author, answer.written_at.date().isoformat()) if fact),
        url=answer.link,
        choices=tuple(Choice(decision=decision, item=answer.id) for decision in decisions),
    )


def _objection(question: str, text: str) -> str:
    if not any(character.isalnum() for character in question):
        return "Say which question it answers."
    if not any(character.isalnum() for character in text):
        return "There are no words to save."
    if len(question) > LONGEST_QUESTION:
        return f"Put the question into {LONGEST_QUESTION} characters."
    if len(text) > LONGEST_ANSWER:
        return f"An answer may have {LONGEST_ANSWER:,} characters. Save a shorter one."
    if any("\ud800" <= character <= "\udfff" for character in question + text):
        return "That holds broken characters. Write it anew, please."
    return ""


def _gone() -> Refused:
    return Refused(text="That is not there any more. Someone else may have decided already.")
