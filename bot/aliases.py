"""Questions that a moderator has pointed to a passage: listed, used for whoever asks alike, taken back."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.messages import (
    LISTED_ITEMS,
    Actor,
    Aliases,
    Choice,
    Decide,
    Decision,
    Item,
    Listing,
    Notice,
    Refused,
    Reply,
    counted,
    path_of,
)
from bot.permissions import ONLY_MODERATORS, Permissions
from bot.ports import Clock, Likeness, Searcher
from bot.records import Records
from index.passages import Audience, Hit, Passage

NEAR = 0.85
"""The cosine from which on a question is taken for the one that was pointed to a passage."""

SEARCHED = 50
"""Hits among which a passage is looked for whose document was read anew since."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS aliases (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    question TEXT NOT NULL,
    passage_id INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    chosen_by TEXT NOT NULL,
    chosen_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS aliases_by_workspace ON aliases (workspace);
CREATE TABLE IF NOT EXISTS answers_by_alias (
    answer_id TEXT PRIMARY KEY,
    chosen_by TEXT NOT NULL
) STRICT;
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A question and the passage that answers it, by the word of a moderator."""

    id: int
    question: str
    passage_id: int
    content_hash: str
    title: str
    chosen_by: str
    chosen_at: datetime


class AliasBook:
    """The aliases of all communities. Safe to call from several threads."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        searcher: Searcher,
        likeness: Likeness,
        permissions: Permissions,
    ) -> None:
        """``records`` hold the aliases. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._searcher = searcher
        self._likeness = likeness
        self._permissions = permissions
        records.define(SCHEMA)

    def point(self, workspace: str, question: str, passage: Passage, actor: Actor) -> None:
        """Let a question lead to a passage. Raises sqlite3.Error."""
        values = (
            workspace,
            question,
            passage.id,
            passage.content_hash,
            path_of(passage.title, passage.heading),
            " ".join(actor.name.split()) or actor.id,
            self._clock.now().isoformat(),
        )
        with self._records.write() as db:
            db.execute("DELETE FROM aliases WHERE workspace = ? AND question = ?", (workspace, question))
            db.execute(
                "INSERT INTO aliases (workspace, question, passage_id, content_hash, title, chosen_by, "
                "chosen_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def hits(self, question: str, found: list[Hit], audience: Audience) -> tuple[list[Hit], str]:
        """Put the passage that was chosen for a question first, and say by whom; empty for none.

        Where the question is near to none that was pointed anywhere, the hits stay as they are.
        """
        alias = self._nearest(audience.workspace, question)
        passage = self._passage(alias, audience) if alias else None
        if alias is None or passage is None:
            return found, ""
        ahead = next((hit for hit in found if hit.passage.id == passage.id), None)
        first = passage.sentences[0] if passage.sentences else None
        span = (first.start, first.end) if first else (0, len(passage.text))
        chosen = ahead or Hit(passage=passage, score=0.0, confidence=1.0, highlight=span)
        rest = [hit for hit in found if hit.passage.id != passage.id]
        return [replace(chosen, confidence=1.0), *rest], alias.chosen_by

    def used(self, answer_id: str, chosen_by: str) -> None:
        """Remember that an answer shows a chosen passage. What cannot be recorded is told to the log."""
        try:
            with self._records.write() as db:
                db.execute("INSERT OR REPLACE INTO answers_by_alias VALUES (?, ?)", (answer_id, chosen_by))
        except sqlite3.Error as error:
            log.warning("Who chose a passage could not be recorded", reason=str(error))

    def chosen_by(self, answer_id: str) -> str:
        """Return who chose the first passage of an answer; empty where the search did."""
        with self._records.read() as db:
            row = db.execute(
                "SELECT chosen_by FROM answers_by_alias WHERE answer_id = ?", (answer_id,)
            ).fetchone()
        return str(row[0]) if row else ""

    def listing(self, request: Aliases) -> Reply:
        """List which questions lead where, the latest first."""
        if not self._permissions.is_moderator(request.actor, request.conversation):
            return Refused(text=ONLY_MODERATORS)
        workspace = request.conversation.workspace
        aliases = self._of(workspace)
        text = "No question was pointed to a passage yet. Do so from the list of unanswered ones."
        if aliases:
            text = f"{counted(len(aliases), 'question')} pointed to a passage by a moderator."
        items = tuple(self._item(workspace, alias) for alias in aliases[:LISTED_ITEMS])
        return Listing(text=text, items=items, more=max(len(aliases) - LISTED_ITEMS, 0))

    def forget(self, request: Decide) -> Reply:
        """Take an alias back: from then on the question is searched as any other."""
        if not self._permissions.is_moderator(request.actor, request.conversation):
            return Refused(text=ONLY_MODERATORS)
        with self._records.write() as db:
            gone = db.execute(
                "DELETE FROM aliases WHERE workspace = ? AND CAST(id AS TEXT) = ? RETURNING question",
                (request.conversation.workspace, request.item),
            ).fetchone()
        if gone is None:
            return Refused(text="That was taken back already.")
        return Notice(text=f"“{gone[0]}” is searched as any other question again.")

    def _nearest(self, workspace: str, question: str) -> Alias | None:
        aliases = self._of(workspace)
        if not aliases:
            return None
        [cosines] = self._likeness.alike([question], [alias.question for alias in aliases])
        best = max(range(len(aliases)), key=cosines.__getitem__)
        return aliases[best] if cosines[best] >= NEAR else None

    def _passage(self, alias: Alias, audience: Audience) -> Passage | None:
        """Return the chosen passage, unless it says something else by now or is not for this audience."""
        passage = self._searcher.read_back(alias.passage_id, audience=audience)
        if passage is not None and passage.content_hash == alias.content_hash:
            return passage
        # Where only other parts of its document have changed, the passage has another id now.
        for hit in self._searcher.search(alias.question, k=SEARCHED, audience=audience):
            if hit.passage.content_hash == alias.content_hash:
                return hit.passage
        return None

    def _item(self, workspace: str, alias: Alias) -> Item:
        passage = self._passage(alias, Audience(workspace=workspace))
        return Item(
            title=alias.question,
            text=passage.text if passage else "",
            facts=(
                alias.title if passage else f"{alias.title} (changed or gone, so it is not used)",
                f"chosen by {alias.chosen_by}",
                alias.chosen_at.date().isoformat(),
            ),
            choices=(Choice(decision=Decision.FORGET, item=str(alias.id)),),
        )

    def _of(self, workspace: str) -> list[Alias]:
        with self._records.read() as db:
            rows = db.execute(
                """SELECT id, question, passage_id, content_hash, title, chosen_by, chosen_at FROM aliases
                WHERE workspace = ? ORDER BY id DESC""",
                (workspace,),
            ).fetchall()
        return [
            Alias(
                id=id,
                question=question,
                passage_id=passage_id,
                content_hash=content_hash,
                title=title,
                chosen_by=chosen_by,
                chosen_at=datetime.fromisoformat(chosen_at),
            )
            for id, question, passage_id, content_hash, title, chosen_by, chosen_at in rows
        ]
