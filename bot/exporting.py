"""Questions and feedback as files, for whoever wants to look at them elsewhere."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.feedback import Ledger
from bot.messages import Attachment, Exported, ExportFormat, ExportKind, counted
from bot.questions import Questions
from bot.statistics import Statistics

LONGEST = 20_000
"""Lines, the newest of all, so that every platform takes the file."""

COLUMNS = {
    ExportKind.QUESTIONS: ("workspace", "asked_at", "outcome", "answer_id", "question"),
    ExportKind.FEEDBACK: ("workspace", "answered_at", "answer_id", "passage", "helpful", "question"),
}

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""

Value = str | int | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """Makes the files. Words of questions are in them as far as the community keeps them; people are not."""

    statistics: Statistics
    ledger: Ledger
    questions: Questions

    def export(self, kind: ExportKind, format: ExportFormat, workspace: str) -> Exported:
        """Return the lines of one workspace as a file, oldest first."""
        lines = self.lines(kind, workspace)
        return Exported(
            text=f"{counted(len(lines), 'line')} of {kind}.",
            attachment=Attachment(
                filename=f"{kind}.{format}",
                data=written(COLUMNS[kind], lines, format).encode(),
                about=f"Export of {kind}",
            ),
        )

    def lines(self, kind: ExportKind, workspace: str) -> list[tuple[Value, ...]]:
        """Return what the columns of an export hold, oldest line first."""
        words = self.questions.kept_in(workspace)
        if kind is ExportKind.QUESTIONS:
            return [
                (workspace, at, outcome, answer_id, words.get(answer_id, ""))
                for at, outcome, answer_id in self.statistics.asked(workspace, LONGEST)
            ]
        return [
            (workspace, at, answer_id, offset + 1, helpful, words.get(answer_id, ""))
            for at, answer_id, offset, helpful in self.ledger.feedback(workspace, LONGEST)
        ]


def written(columns: Sequence[str], lines: Sequence[Sequence[Value]], format: ExportFormat) -> str:
    """Return lines as CSV with a header, or as one JSON object a line."""
    if format is ExportFormat.JSONL:
        objects = (dict(zip(columns, line, strict=True)) for line in lines)
        return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in objects)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return file.getvalue()


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(FORMULAS):
        return f"'{value}"  # what a person wrote must not be computed
    return value
