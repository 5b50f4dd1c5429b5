"""Questions and feedback as files."""

import csv
import io
import json

import pytest

from bot.exporting import written
from bot.messages import Conversation, Export, Exported, ExportFormat, ExportKind, Prefer, Rate, Refused
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench

QUESTION = "green tea degrees"


def export(
    bench: Bench,
    kind: ExportKind,
    format: ExportFormat = ExportFormat.JSONL,
    conversation: Conversation = HERE,
) -> str:
    reply = bench.handle(Export(actor=MODERATOR, conversation=conversation, kind=kind, format=format))
    assert isinstance(reply, Exported)
    assert f"{kind}.{format}" == reply.attachment.filename
    return reply.attachment.data.decode()


def keep(bench: Bench, days: str) -> None:
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value=days))


@pytest.fixture
def asked(bench: Bench) -> Bench:
    """A bench with two questions, of which one was answered and found helpful by one of two."""
    bench.read_tea()
    keep(bench, "30")
    answer = bench.answer(QUESTION)
    for actor, helpful in ((ANN, True), (BOB, False)):
        bench.handle(Rate(actor=actor, conversation=HERE, answer_id=answer.id, offset=0, helpful=helpful))
    bench.clock.advance(60)
    bench.ask("who painted the green chapel ceiling")
    return bench


def test_questions_are_exported_with_what_came_of_them(asked: Bench) -> None:
    first, second = map(json.loads, export(asked, ExportKind.QUESTIONS).splitlines())
    assert (HERE.workspace, "answer", QUESTION) == (first["workspace"], first["outcome"], first["question"])
    assert "2026-01-01T12:00:00+00:00" == first["asked_at"]
    assert ("nothing", "who painted the green chapel ceiling") == (second["outcome"], second["question"])


def test_words_that_are_not_kept_are_not_exported_whatever_came_of_them(asked: Bench) -> None:
    keep(asked, "0")
    lines = list(map(json.loads, export(asked, ExportKind.QUESTIONS).splitlines()))
    assert [("answer", ""), ("nothing", "")] == [(line["outcome"], line["question"]) for line in lines]


def test_feedback_is_exported_without_the_people(asked: Bench) -> None:
    text = export(asked, ExportKind.FEEDBACK, ExportFormat.CSV)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert ["no", "yes"] == sorted(row["helpful"] for row in rows)
    assert {(QUESTION, "1", HERE.workspace)} == {
        (row["question"], row["passage"], row["workspace"]) for row in rows
    }
    assert ANN.id not in text.replace("answer", "")
    assert "bob" not in text


def test_words_that_are_not_kept_are_not_exported(asked: Bench) -> None:
    keep(asked, "0")
    for kind in ExportKind:
        text = export(asked, kind)
        assert "degrees" not in text
        assert 2 == len(text.splitlines())


def test_an_export_of_nothing_has_its_header(bench: Bench) -> None:
    header = "workspace,asked_at,outcome,answer_id,question\n"
    assert header == export(bench, ExportKind.QUESTIONS, ExportFormat.CSV)
    assert "" == export(bench, ExportKind.FEEDBACK)


def test_only_moderators_and_only_of_this_workspace_export(asked: Bench) -> None:
    request = Export(actor=ANN, conversation=HERE, kind=ExportKind.QUESTIONS, format=ExportFormat.CSV)
    assert isinstance(asked.handle(request), Refused)
    for kind in ExportKind:
        assert "" == export(asked, kind, conversation=ELSEWHERE)


@pytest.mark.parametrize("words", ["=1+1", "+49", "-x", "@SUM(A1)", "\tx"])
def test_a_spreadsheet_computes_nothing_that_a_person_wrote(words: str) -> None:
    assert f"'{words}" in written(("question",), [(words,)], ExportFormat.CSV)
    assert {"question": words} == json.loads(written(("question",), [(words,)], ExportFormat.JSONL))


def test_what_people_write_stays_one_line_of_the_file() -> None:
    words = 'a, "b"\nc é'
    text = written(("question", "helpful"), [(words, True)], ExportFormat.CSV)
    assert [["question", "helpful"], [words, "yes"]] == list(csv.reader(io.StringIO(text)))
    assert 1 == len(written(("question",), [(words,)], ExportFormat.JSONL).splitlines())
