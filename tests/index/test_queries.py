"""Question files: what may be left out, and what is said about one that is wrong."""

import json
from pathlib import Path

import pytest

from index.errors import EvaluationInvalid
from index.queries import Kind, Qrel, Query, read_answers, read_queries


def written(folder: Path, *lines: str) -> Path:
    path = folder / "golden.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_question_and_its_page_are_enough(tmp_path: Path) -> None:
    line = '{"question": "How hot?", "gold": [{"page": "tea.md"}]}'
    expected = Query(
        id="How hot?",
        corpus="golden",
        text="How hot?",
        kind=Kind.ANSWERABLE,
        qrels=(Qrel(page="tea.md"),),
    )
    assert [expected] == read_queries(written(tmp_path, line, "", " "))


def test_everything_can_be_said(tmp_path: Path) -> None:
    line = '{"id": 7, "corpus": "tea", "question": "hi", "kind": "chatter", "gold": [], "note": "x"}'
    assert [Query(id=7, corpus="tea", text="hi", kind=Kind.CHATTER)] == read_queries(written(tmp_path, line))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ("[1]", "a line must be a JSON object"),
        ('{"gold": [{"page": "x"}]}', "question: Field required."),
        ('{"question": 5, "gold": [{"page": "x"}]}', "question: Input should be a valid string."),
        ('{"question": "x", "gold": "y"}', "gold: Input should be a valid tuple."),
        (
            '{"question": "x", "gold": [{"page": "y", "snippet": 3}]}',
            "gold.0.snippet: Input should be a valid",
        ),
        ('{"question": "x", "kind": "maybe"}', "kind: Input should be 'answerable', 'unanswerable' or"),
        ('{"question": "x"}', "an answerable question needs gold."),
        ('{"question": "x", "gold": [{"snipet": "y"}]}', "gold needs a snippet, a page or both."),
        ('{"question": "first", "kind": "chatter"}', "the id 'first' stands on an earlier line, too."),
    ],
)
def test_a_wrong_line_is_named_with_its_file(tmp_path: Path, line: str, reason: str) -> None:
    path = written(tmp_path, '{"question": "first", "kind": "chatter"}', line)
    with pytest.raises(EvaluationInvalid) as raised:
        read_queries(path)
    assert str(raised.value).startswith(f"{path}, line 2: {reason}")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "golden.jsonl").write_bytes(b"\xff\xfe\x00\n")
    with pytest.raises(EvaluationInvalid, match=r"golden\.jsonl, line 1: this is not JSON"):
        read_queries(tmp_path / "golden.jsonl")


def test_a_file_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationInvalid, match=r"nowhere\.jsonl could not be read"):
        read_queries(tmp_path / "nowhere.jsonl")
    with pytest.raises(EvaluationInvalid, match="holds no questions"):
        read_queries(written(tmp_path, "\n"))


def test_answers_are_known_by_their_ids(tmp_path: Path) -> None:
    passage = {"text": "Hot.", "uri": "tea.md", "title": "Tea", "highlight": [0, 4]}
    record = {"id": 7, "answered": True, "confidence": 0.8, "elapsed_ms": 2.5, "passages": [passage]}
    [(id, answer)] = read_answers(written(tmp_path, json.dumps(record))).items()
    assert (7, (0, 4)) == (id, answer.passages[0].highlight)


def test_a_question_that_failed_in_an_earlier_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationInvalid, match="line 1: answered: Field required"):
        read_answers(written(tmp_path, '{"id": 7, "error": "no"}'))


def test_the_golden_set_of_the_documentation_can_be_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith('{"question"')]
    kinds = [query.kind for query in read_queries(written(tmp_path, *lines))]
    assert [Kind.ANSWERABLE, Kind.ANSWERABLE, Kind.UNANSWERABLE, Kind.CHATTER] == kinds
