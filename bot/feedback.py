"""What was answered to whom, and whether it helped; enough to show more of an answer later."""

import json
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.messages import counted
from bot.ports import Clock, Kept
from bot.questions import Questions
from bot.records import Records
from index.passages import Hit

RECENT = 2_000
"""How many earlier questions are looked through for those to offer again."""

KEPT = timedelta(days=90)

SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    passages TEXT NOT NULL,
    answered_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS answers_by_age ON answers (answered_at);
CREATE TABLE IF NOT EXISTS ratings (
    answer_id TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    offset_ INTEGER NOT NULL,
    actor TEXT NOT NULL,
    helpful INTEGER NOT NULL,
    PRIMARY KEY (answer_id, offset_, actor)
) STRICT;
CREATE TABLE IF NOT EXISTS searched_releases (
    answer_id TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
    release TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS searched_sources (
    answer_id TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    PRIMARY KEY (answer_id, source)
) STRICT;
"""


log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage of an answer, by id, with the span to highlight and the probability that it answers.

    ``also`` are the ids of passages with nearly the same text.
    """

    passage_id: int
    highlight: tuple[int, int]
    probability: float
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An answer that was given. ``question`` is empty where its words are not kept any more.

    ``sources`` are the names of those that were searched, ``release`` is the version of the product
    that was asked about; empty when all were.
    """

    id: str
    actor_id: str
    question: str
    candidates: tuple[Candidate, ...]
    sources: frozenset[str] = frozenset()
    release: str = ""


class Ledger:
    """Answers of the last 90 days. Holds passage ids, no text. Safe to call from several threads."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        questions: Questions,
        *,
        posted: Callable[[str], Collection[str]] = lambda workspace: (),
    ) -> None:
        """``records`` hold the answers, ``questions`` their words. Raises RecordsUnavailable.

        ``posted`` returns the ids of answers that a whole channel of a workspace has seen.
        """
        self._posted = posted
        self._records = records
        self._clock = clock
        self._questions = questions
        records.define(SCHEMA)

    def remember(
        self,
        workspace: str,
        actor_id: str,
        question: str,
        hits: list[Hit],
        *,
        sources: frozenset[str] = frozenset(),
        release: str = "",
    ) -> Remembered:
        """Record an answer and return it, under an id that is short enough for a button.

        An answer that cannot be recorded is given all the same; its buttons say that it is forgotten.
        """
        answer_id = secrets.token_urlsafe(9)
        candidates = tuple(_candidate(hit) for hit in hits)
        now = self._clock.now()
        try:
            with self._records.write() as db:
                db.execute("DELETE FROM answers WHERE answered_at < ?", ((now - KEPT).isoformat(),))
                db.execute(
                    "INSERT INTO answers VALUES (?, ?, ?, ?, ?)",
                    (answer_id, workspace, actor_id, _written(candidates), now.isoformat()),
                )
                db.executemany(
                    "INSERT INTO searched_sources VALUES (?, ?)", [(answer_id, name) for name in sources]
                )
                if release:
                    db.execute("INSERT INTO searched_releases VALUES (?, ?)", (answer_id, release))
        except sqlite3.Error as error:
            log.warning("An answer could not be recorded", reason=str(error))
        else:
            self._questions.keep(answer_id, workspace, actor_id, question)
        return Remembered(
            id=answer_id,
            actor_id=actor_id,
            question=question,
            candidates=candidates,
            sources=sources,
            release=release,
        )

    def recall(self, workspace: str, answer_id: str) -> Remembered | None:
        """Return an answer that was given in this workspace; None for any other."""
        oldest = (self._clock.now() - KEPT).isoformat()
        with self._records.read() as db:
            row = db.execute(
                "SELECT actor, passages FROM answers WHERE id = ? AND workspace = ? AND answered_at >= ?",
                (answer_id, workspace, oldest),
            ).fetchone()
            names = db.execute("SELECT source FROM searched_sources WHERE answer_id = ?", (answer_id,))
            sources = frozenset(name for (name,) in names)
            about = db.execute("SELECT release FROM searched_releases WHERE answer_id = ?", (answer_id,))
            release = "".join(row[0] for row in about)
        if row is None:
            return None
        question = self._questions.recall(workspace, answer_id)
        return Remembered(
            id=answer_id,
            actor_id=row[0],
            question=question.words if question else "",
            candidates=_read(row[1]),
            sources=sources,
            release=release,
        )

    def asked_before(self, workspace: str, actor_id: str, *, threshold: float) -> dict[str, int]:
        """Return questions that were answered with at least this probability, the newest first.

        Each comes with the id of the passage that last answered it.

        They are the person's own, and those that several people asked in the same words: what one
        asked in private is offered to nobody else. Where no words are kept there are none.
        """
        askers: dict[str, set[str]] = {}
        passages: dict[str, int] = {}
        asked = self._questions.stored(workspace, RECENT)
        answered = self.answered(workspace, threshold) if asked else {}
        for id, question in asked:
            if id in answered:
                words = " ".join(question.words.split())
                askers.setdefault(words, set()).add(question.actor_id)
                passages.setdefault(words, answered[id])
        return {
            words: passages[words]
            for words, people in askers.items()
            if actor_id in people or len(people) > 1
        }

    def answered(self, workspace: str, threshold: float) -> dict[str, int]:
        """Return the first passage of each answer in which that answers at least this probably, by ids."""
        with self._records.read() as db:
            rows = db.execute(
                """SELECT id, json_extract(passages, '$[0][0]') FROM answers
                WHERE workspace = ? AND json_extract(passages, '$[0][3]') >= ?""",
                (workspace, threshold),
            )
            return dict(rows.fetchall())

    def accepted(self, workspace: str) -> dict[str, int]:
        """Return the first passage of each answer that somebody found helpful and nobody did not, by ids."""
        with self._records.read() as db:
            rows = db.execute(
                """SELECT id, json_extract(passages, '$[0][0]') FROM answers WHERE workspace = ?
                AND EXISTS (SELECT 1 FROM ratings WHERE answer_id = answers.id AND offset_ = 0 AND helpful)
                AND NOT EXISTS (SELECT 1 FROM ratings WHERE answer_id = answers.id AND NOT helpful)""",
                (workspace,),
            )
            return dict(rows.fetchall())

    def replace(
        self, workspace: str, remembered: Remembered, offset: int, candidate: Candidate
    ) -> Remembered:
        """Let another passage stand in the place of one whose text has changed; return the answer then."""
        candidates = (*remembered.candidates[:offset], candidate, *remembered.candidates[offset + 1 :])
        with self._records.write() as db:
            db.execute(
                "UPDATE answers SET passages = ? WHERE id = ? AND workspace = ?",
                (_written(candidates), remembered.id, workspace),
            )
        return replace(remembered, candidates=candidates)

    def rate(self, answer_id: str, offset: int, actor_id: str, *, helpful: bool) -> bool | None:
        """Record one person's rating of one shown passage; return the one that it replaces, if any."""
        with self._records.write() as db:
            row = db.execute(
                "SELECT helpful FROM ratings WHERE answer_id = ? AND offset_ = ? AND actor = ?",
                (answer_id, offset, actor_id),
            ).fetchone()
            db.execute(
                "INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?)", (answer_id, offset, actor_id, helpful)
            )
        return bool(row[0]) if row else None

    def feedback(self, workspace: str, count: int) -> list[tuple[str, str, int, bool]]:
        """Return the newest ratings, oldest first: when answered, answer, offset, whether helpful."""
        with self._records.read() as db:
            rows = db.execute(
                """SELECT answered_at, answer_id, offset_, helpful FROM ratings
                JOIN answers ON answers.id = answer_id WHERE workspace = ?
                ORDER BY answered_at DESC LIMIT ?""",
                (workspace, count),
            ).fetchall()
        return [(at, answer_id, offset, bool(helpful)) for at, answer_id, offset, helpful in reversed(rows)]

    def ratings(self, workspace: str) -> tuple[int, int]:
        """Return how many ratings were helpful and not helpful."""
        with self._records.read() as db:
            row = db.execute(
                """SELECT coalesce(sum(helpful), 0), coalesce(sum(NOT helpful), 0) FROM ratings
                JOIN answers ON answers.id = answer_id WHERE workspace = ?""",
                (workspace,),
            ).fetchone()
        return row[0], row[1]

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return how much a person was answered and has rated here."""
        with self._records.read() as db:
            (answers,) = db.execute(
                "SELECT count(*) FROM answers WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            ).fetchone()
            (ratings,) = db.execute(f"SELECT count(*) {_RATED_HERE}", (actor_id, workspace)).fetchone()
        lines = (
            f"{counted(answers, 'answer')} to you: which passages and when, for {KEPT.days} days",
            f"{counted(ratings, 'rating')} of yours, for as long as the answer is kept",
        )
        return Kept(lines=tuple(line for line, count in zip(lines, (answers, ratings), strict=True) if count))

    def forget(self, workspace: str, actor_id: str) -> None:
        """Erase a person's ratings, and the answers that they alone have seen. Raises sqlite3.Error.

        Those that stand in a channel stay as nobody's: whoever sees one may still ask for more of it.
        """
        posted = json.dumps(sorted(self._posted(workspace)))
        with self._records.write() as db:
            db.execute(f"DELETE {_RATED_HERE}", (actor_id, workspace))
            db.execute(
                """DELETE FROM answers WHERE workspace = ? AND actor = ?
                AND id NOT IN (SELECT value FROM json_each(?))""",
                (workspace, actor_id, posted),
            )
            db.execute(
                "UPDATE answers SET actor = '' WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            )


_RATED_HERE = "FROM ratings WHERE actor = ? AND answer_id IN (SELECT id FROM answers WHERE workspace = ?)"


def _candidate(hit: Hit) -> Candidate:
    return Candidate(
        passage_id=hit.passage.id,
        highlight=hit.highlight,
        probability=hit.confidence,
        also=tuple(passage.id for passage in hit.also),
    )


def _written(candidates: Iterable[Candidate]) -> str:
    rows = [(each.passage_id, *each.highlight, each.probability, *each.also) for each in candidates]
    return json.dumps(rows)


def _read(written: str) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(passage_id=id, highlight=(start, end), probability=probability, also=tuple(also))
        for id, start, end, probability, *also in json.loads(written)
    )
