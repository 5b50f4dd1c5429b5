"""What a community asks and what it is answered, in numbers. Holds no words and no people."""

import sqlite3
from collections import Counter
from datetime import date, timedelta

import structlog

from bot.answering import Outcome
from bot.charts import questions_per_day
from bot.feedback import Ledger
from bot.messages import Attachment, Day, StatisticsReport
from bot.ports import Clock, Originals
from bot.questions import Questions
from bot.receipts import Receipts
from bot.records import Records

KEPT = timedelta(days=365)
DAYS = 30
LISTED = 5
LONGEST_TITLE = 100

SCHEMA = """
CREATE TABLE IF NOT EXISTS asked (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    outcome TEXT NOT NULL,
    answer_id TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS asked_by_workspace ON asked (workspace, at);
CREATE INDEX IF NOT EXISTS asked_by_age ON asked (at);
"""

log = structlog.get_logger()


class Statistics:
    """Counts questions for a year. Safe to use from several threads."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        ledger: Ledger,
        questions: Questions,
        receipts: Receipts,
        originals: Originals,
    ) -> None:
        """``records`` hold the counts. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._ledger = ledger
        self._questions = questions
        self._receipts = receipts
        self._originals = originals
        records.define(SCHEMA)

    def note(self, workspace: str, outcome: Outcome, answer_id: str) -> None:
        """Count a question; ``answer_id`` is that of its card, or of the reply that found nothing."""
        now = self._clock.now()
        try:
            with self._records.write() as db:
                db.execute("DELETE FROM asked WHERE at < ?", ((now - KEPT).isoformat(),))
                db.execute(
                    "INSERT INTO asked (workspace, outcome, answer_id, at) VALUES (?, ?, ?, ?)",
                    (workspace, outcome.value, answer_id, now.isoformat()),
                )
        except sqlite3.Error as error:
            log.warning("A question could not be counted", reason=str(error))

    def report(self, workspace: str) -> StatisticsReport:
        """Sum up the last DAYS days, today among them; ratings and quotes are all that are kept."""
        days = self._days(workspace, self._clock.now().date())
        helpful, not_helpful = self._ledger.ratings(workspace)
        quoted = self._receipts.quoted(workspace)
        never = [
            title for source, uri, title in self._originals.titles(workspace) if (source, uri) not in quoted
        ]
        most = sorted(quoted.values(), key=lambda each: (-each.times, each.title))
        return StatisticsReport(
            days=days,
            helpful=helpful,
            not_helpful=not_helpful,
            top_questions=self._top_questions(workspace),
            most_quoted=tuple((_short(each.title), each.times) for each in most[:LISTED]),
            never_quoted=tuple(map(_short, sorted(never)[:LISTED])),
            never_quoted_in_all=len(never),
            attachment=Attachment(
                filename="questions.png", data=questions_per_day(days), about="Questions per day"
            ),
        )

    def asked(self, workspace: str, count: int) -> list[tuple[str, str, str]]:
        """Return the newest questions, oldest first: when, what came of it, and the reply's id."""
        with self._records.read() as db:
            rows = db.execute(
                "SELECT at, outcome, answer_id FROM asked WHERE workspace = ? ORDER BY id DESC LIMIT ?",
                (workspace, count),
            ).fetchall()
        return list(reversed(rows))

    def _top_questions(self, workspace: str) -> tuple[tuple[str, int], ...]:
        """Return what is asked most among the words that are kept, in whatever case and spacing."""
        first: dict[str, str] = {}
        times = Counter[str]()
        for words in self._questions.kept_in(workspace).values():
            key = " ".join(words.casefold().split())
            times[first.setdefault(key, " ".join(words.split()))] += 1
        return tuple((_short(words), count) for words, count in times.most_common(LISTED))

    def _days(self, workspace: str, today: date) -> tuple[Day, ...]:
        dates = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
        with self._records.read() as db:
            rows = db.execute(
                """SELECT substr(at, 1, 10), outcome, count(*) FROM asked
                WHERE workspace = ? AND at >= ? GROUP BY 1, 2""",
                (workspace, dates[0].isoformat()),
            ).fetchall()
        questions, answered = Counter[str](), Counter[str]()
        for day, outcome, count in rows:
            questions[day] += count
            answered[day] += count if outcome == Outcome.ANSWER else 0
        return tuple(
            Day(date=day, questions=questions[day.isoformat()], answered=answered[day.isoformat()])
            for day in dates
        )


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
