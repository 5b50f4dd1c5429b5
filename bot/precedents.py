"""Earlier questions like a new one, whose answers the same channel has seen."""

from dataclasses import replace

from bot import postings
from bot.feedback import Ledger
from bot.listening import fingerprint
from bot.messages import Conversation, Posting, Precedent
from bot.ports import Likeness
from bot.questions import Questions
from bot.records import Records
from index.errors import EmbedderUnavailable

NAMED = 3
ALIKE = 0.55
"""The cosine from which on two questions are called similar; docs/channels.md has what others would do."""

LOOKED_THROUGH = 500
"""The latest kept questions of a community: each may have to be embedded, in milliseconds."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (
    platform TEXT NOT NULL,
    thread TEXT NOT NULL,
    channel TEXT NOT NULL,
    PRIMARY KEY (platform, thread)
) STRICT;
"""


def posted_answers(records: Records, workspace: str) -> frozenset[str]:
    """Return the ids of answers that stand in a channel. Raises sqlite3.Error."""
    with records.read() as db:
        rows = db.execute("SELECT DISTINCT answer_id FROM postings WHERE workspace = ?", (workspace,))
        return frozenset(id for (id,) in rows)


class Precedents:
    """Finds what was asked before, where everyone who reads the channel could read it.

    The words are those that the community keeps, so there is nothing to find where it keeps none.
    Reads the postings that living answers note. Safe to call from several threads.
    """

    def __init__(
        self,
        records: Records,
        *,
        ledger: Ledger,
        questions: Questions,
        likeness: Likeness,
        threshold: float,
    ) -> None:
        """``threshold`` is how probably a passage answers at least, 0 to 1. Raises RecordsUnavailable."""
        self._records = records
        self._ledger = ledger
        self._questions = questions
        self._likeness = likeness
        self._threshold = threshold
        records.reshape("postings", postings.SCHEMA)
        records.define(SCHEMA)

    def posted(self, posting: Posting) -> None:
        """Take note which channel a thread belongs to in which an answer stands. Raises sqlite3.Error."""
        if not posting.within:
            return
        with self._records.write() as db:
            db.execute("DELETE FROM threads WHERE thread NOT IN (SELECT channel FROM postings)")
            db.execute(
                "INSERT OR REPLACE INTO threads VALUES (?, ?, ?)",
                (posting.platform, posting.channel, posting.within),
            )

    def placed(self, posting: Posting) -> Posting:
        """Return a posting with the channel of the thread that it stands in. Raises sqlite3.Error."""
        with self._records.read() as db:
            row = db.execute(
                "SELECT channel FROM threads WHERE platform = ? AND thread = ?",
                (posting.platform, posting.channel),
            ).fetchone()
        return replace(posting, within=row[0]) if row else posting

    def like(self, question: str, *, actor_id: str, where: Conversation) -> tuple[Precedent, ...]:
        """Return up to NAMED earlier questions that were answered in this channel, the most alike first.

        What the person has asked in the same words themselves is left out. Raises sqlite3.Error.
        """
        earlier = self._answered_here(question, actor_id, where)
        if not earlier:
            return ()
        try:
            [cosines] = self._likeness.alike([question], [each.question for each in earlier])
        except EmbedderUnavailable:  # the answer itself was found by its words
            return ()
        ranked = sorted(zip(cosines, earlier, strict=True), key=lambda pair: -pair[0])
        return tuple(each for cosine, each in ranked if cosine >= ALIKE)[:NAMED]

    def _answered_here(self, question: str, actor_id: str, where: Conversation) -> list[Precedent]:
        """Return the latest questions, each of the same words once."""
        asked = self._questions.stored(where.workspace, LOOKED_THROUGH)
        if not asked:
            return []
        answered = self._ledger.answered(where.workspace, self._threshold)
        postings = self._postings(where)
        same = fingerprint(question)
        found: dict[str, Precedent] = {}
        for id, each in asked:
            digest = fingerprint(each.words)
            if id in answered and id in postings and (each.actor_id, digest) != (actor_id, same):
                found.setdefault(digest, Precedent(question=each.words, posting=postings[id]))
        return list(found.values())

    def _postings(self, where: Conversation) -> dict[str, Posting]:
        """Return where answers stand that the whole channel can read, by the answer's id."""
        with self._records.read() as db:
            rows = db.execute(
                """SELECT postings.channel, message, answer_id, offset_ FROM postings
                LEFT JOIN threads ON threads.platform = postings.platform AND thread = postings.channel
                WHERE postings.platform = ? AND workspace = ? AND NOT is_withdrawn
                AND coalesce(threads.channel, postings.channel) = ? ORDER BY posted_at DESC""",
                (where.platform, where.workspace, where.channel),
            ).fetchall()
        return {
            answer_id: Posting(
                platform=where.platform,
                workspace=where.workspace,
                channel=channel,
                message=message,
                answer_id=answer_id,
                offset=offset,
            )
            for channel, message, answer_id, offset in reversed(rows)
        }
