"""Questions that a moderator has pointed to a passage: listed, used for whoever asks alike, taken back."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.following import gist
from bot.listening import fingerprint
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
    with_place,
)
from bot.ports import Clock, Kept, Likeness, Searcher
from bot.records import Records
from index.passages import Audience, Hit, Passage
from index.releases import shown

NEAR = 0.8
"""The cosine from which on two questions ask the same, if they have the words that tell in common.

No cosine is enough alone: that of opposites and of two years is up to 0.97 in common small models.
docs/channels.md has what other thresholds would do.
"""

SEARCHED = 50
"""Hits among which a passage is looked for whose document was read anew since."""

KEPT = timedelta(days=90)
"""How long it is known who chose the passage of an answer: as long as the answer is."""

SOMEONE = "a moderator"
"""Who chose a passage and wished to be forgotten."""

ERASED = "A question whose words were erased at the wish of whoever asked it"


# The first two held names and words of which nobody knew whose they were.
SCHEMA = """
DROP TABLE IF EXISTS aliases;
DROP TABLE IF EXISTS answers_by_alias;
CREATE TABLE IF NOT EXISTS pointers (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    question TEXT NOT NULL,
    digest TEXT NOT NULL,
    passage_id INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    chosen_by TEXT NOT NULL,
    actor TEXT NOT NULL,
    chosen_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS pointers_by_workspace ON pointers (workspace);
CREATE TABLE IF NOT EXISTS pointer_askers (
    pointer_id INTEGER NOT NULL REFERENCES pointers (id) ON DELETE CASCADE,
    actor TEXT NOT NULL,
    PRIMARY KEY (pointer_id, actor)
) STRICT;
CREATE TABLE IF NOT EXISTS pointed_answers (
    answer_id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    chosen_by TEXT NOT NULL,
    actor TEXT NOT NULL,
    used_at TEXT NOT NULL
) STRICT;
"""

log = structlog.get_logger()


def same_asked(question: str, others: Sequence[str], likeness: Likeness) -> list[int]:
    """Return which of the others ask the same as a question, by number, the nearest first.

    Raises EmbedderUnavailable.
    """
    words = gist(question)
    like = [at for at, other in enumerate(others) if gist(other) == words]
    if not like:
        return []
    [cosines] = likeness.alike([question], [others[at] for at in like])
    near = [(cosine, at) for cosine, at in zip(cosines, like, strict=True) if cosine >= NEAR]
    return [at for _, at in sorted(near, key=lambda each: -each[0])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A question and the passage that answers it, by the word of a moderator.

    ``question`` is empty where its words were erased; ``digest`` still knows the same words again.
    """

    id: int
    question: str
    digest: str
    passage_id: int
    content_hash: str
    title: str
    chosen_by: str
    actor_id: str
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
    ) -> None:
        """``records`` hold the aliases. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._searcher = searcher
        self._likeness = likeness
        records.define(SCHEMA)

    def point(
        self, workspace: str, question: str, passage: Passage, actor: Actor, askers: Iterable[str]
    ) -> None:
        """Let a question lead to a passage; ``askers`` are whose words it is in. Raises sqlite3.Error."""
        digest = fingerprint(question)
        values = (
            workspace,
            question,
            digest,
            passage.id,
            passage.content_hash,
            with_place(path_of(passage.title, passage.heading, shown(passage.release)), passage.place),
            " ".join(actor.name.split()) or actor.id,
            actor.id,
            self._clock.now().isoformat(),
        )
        with self._records.write() as db:
            db.execute("DELETE FROM pointers WHERE workspace = ? AND digest = ?", (workspace, digest))
            (id,) = db.execute(
                "INSERT INTO pointers (workspace, question, digest, passage_id, content_hash, title, "
                "chosen_by, actor, chosen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                values,
            ).fetchone()
            db.executemany("INSERT OR IGNORE INTO pointer_askers VALUES (?, ?)", [(id, a) for a in askers])

    def hits(self, question: str, found: list[Hit], audience: Audience) -> tuple[list[Hit], Alias | None]:
        """Put the passage that was chosen for a question first, and return by which alias it was.

        Where the question is near to none that was pointed anywhere, the hits stay as they are.
        """
        alias = self._nearest(audience.workspace, question)
        passage = self._passage(alias, audience) if alias else None
        if alias is None or passage is None:
            return found, None
        ahead = next((hit for hit in found if hit.passage.id == passage.id), None)
        first = passage.sentences[0] if passage.sentences else None
        span = (first.start, first.end) if first else (0, len(passage.text))
        chosen = ahead or Hit(passage=passage, score=0.0, confidence=1.0, highlight=span)
        rest = [hit for hit in found if hit.passage.id != passage.id]
        return [replace(chosen, confidence=1.0), *rest], alias

    def used(self, workspace: str, answer_id: str, alias: Alias) -> None:
        """Remember that an answer shows a chosen passage. What cannot be recorded is told to the log."""
        used = (answer_id, workspace, alias.chosen_by, alias.actor_id, self._clock.now().isoformat())
        try:
            with self._records.write() as db:
                db.execute("INSERT OR REPLACE INTO pointed_answers VALUES (?, ?, ?, ?, ?)", used)
        except sqlite3.Error as error:
            log.warning("Who chose a passage could not be recorded", reason=str(error))

    def chosen_by(self, answer_id: str) -> str:
        """Return who chose the first passage of an answer; empty where the search did."""
        with self._records.read() as db:
            row = db.execute(
                "SELECT chosen_by FROM pointed_answers WHERE answer_id = ?", (answer_id,)
            ).fetchone()
        return str(row[0]) if row else ""

    def purge(self) -> None:
        """Erase who chose the passages of old answers. What cannot be erased is told to the log."""
        try:
            with self._records.write() as db:
                oldest = (self._clock.now() - KEPT).isoformat()
                db.execute("DELETE FROM pointed_answers WHERE used_at < ?", (oldest,))
        except sqlite3.Error as error:
            log.warning("Who chose passages long ago could not be erased", reason=str(error))

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return which questions of a person lead to a passage, and how many passages they chose."""
        with self._records.read() as db:
            asked = db.execute(
                """SELECT question FROM pointers JOIN pointer_askers ON pointer_id = id
                WHERE workspace = ? AND pointer_askers.actor = ? ORDER BY id DESC""",
                (workspace, actor_id),
            ).fetchall()
            (chose,) = db.execute(
                "SELECT count(*) FROM pointers WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            ).fetchone()
            (shown,) = db.execute(
                "SELECT count(*) FROM pointed_answers WHERE workspace = ? AND actor = ?",
                (workspace, actor_id),
            ).fetchone()
        lines = (
            f"{counted(len(asked), 'question')} of yours that a moderator pointed to a passage, "
            "until that is taken back",
            f"{counted(chose, 'passage')} that you chose for questions, until that is taken back",
            f"{counted(shown, 'answer')} with a passage that you chose, for {KEPT.days} days",
        )
        counts = (len(asked), chose, shown)
        return Kept(
            lines=tuple(line for line, count in zip(lines, counts, strict=True) if count),
            words=tuple(words for (words,) in asked),
        )

    def forget(self, workspace: str, actor_id: str) -> None:
        """Erase a person's words, unless others asked in the same, and their name. Raises sqlite3.Error.

        What a moderator chose stays: the digest knows the same words when they are asked again.
        """
        person = (workspace, actor_id)
        with self._records.write() as db:
            theirs = db.execute(
                """DELETE FROM pointer_askers
                WHERE pointer_id IN (SELECT id FROM pointers WHERE workspace = ?) AND actor = ?
                RETURNING pointer_id""",
                person,
            ).fetchall()
            db.executemany(
                """UPDATE pointers SET question = '' WHERE id = ?
                AND NOT EXISTS (SELECT 1 FROM pointer_askers WHERE pointer_id = pointers.id)""",
                theirs,
            )
            for table in ("pointers", "pointed_answers"):
                db.execute(
                    f"UPDATE {table} SET chosen_by = ?, actor = '' WHERE workspace = ? AND actor = ?",
                    (SOMEONE, *person),
                )

    def listing(self, request: Aliases) -> Reply:
        """List which questions lead where, the latest first."""
        workspace = request.conversation.workspace
        aliases = self._of(workspace)
        text = "No question was pointed to a passage yet. Do so from the list of unanswered ones."
        if aliases:
            text = f"{counted(len(aliases), 'question')} pointed to a passage by a moderator."
        items = tuple(self._item(workspace, alias) for alias in aliases[:LISTED_ITEMS])
        return Listing(text=text, items=items, more=max(len(aliases) - LISTED_ITEMS, 0))

    def take_back(self, request: Decide) -> Reply:
        """Take an alias back: from then on the question is searched as any other."""
        with self._records.write() as db:
            gone = db.execute(
                "DELETE FROM pointers WHERE workspace = ? AND CAST(id AS TEXT) = ? RETURNING question",
                (request.conversation.workspace, request.item),
            ).fetchone()
        if gone is None:
            return Refused(text="That was taken back already.")
        question = f"“{gone[0]}”" if gone[0] else "That question"
        return Notice(text=f"{question} is searched as any other question again.")

    def _nearest(self, workspace: str, question: str) -> Alias | None:
        aliases = self._of(workspace)
        digest = fingerprint(question)
        if known := next((alias for alias in aliases if alias.digest == digest), None):
            return known
        worded = [alias for alias in aliases if alias.question]
        same = same_asked(question, [alias.question for alias in worded], self._likeness)
        return worded[same[0]] if same else None

    def _passage(self, alias: Alias, audience: Audience) -> Passage | None:
        """Return the chosen passage, unless it says something else by now or is not for this audience."""
        passage = self._searcher.read_back(alias.passage_id, audience=audience)
        if passage is not None and passage.content_hash == alias.content_hash:
            return passage
        # Where only other parts of its document have changed, the passage has another id now.
        for hit in self._searcher.search(alias.question or alias.title, k=SEARCHED, audience=audience):
            if hit.passage.content_hash == alias.content_hash:
                return hit.passage
        return None

    def _item(self, workspace: str, alias: Alias) -> Item:
        passage = self._passage(alias, Audience(workspace=workspace))
        return Item(
            title=alias.question or ERASED,
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
                """SELECT id, question, digest, passage_id, content_hash, title, chosen_by, actor, chosen_at
                FROM pointers WHERE workspace = ? ORDER BY id DESC""",
                (workspace,),
            ).fetchall()
        return [
            Alias(
                id=id,
                question=question,
                digest=digest,
                passage_id=passage_id,
                content_hash=content_hash,
                title=title,
                chosen_by=chosen_by,
                actor_id=actor_id,
                chosen_at=datetime.fromisoformat(chosen_at),
            )
            for id, question, digest, passage_id, content_hash, title, chosen_by, actor_id, chosen_at in rows
        ]
