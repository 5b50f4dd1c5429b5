"""`quoth eval` over a folder of notes, with an embedder that needs no model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot import registry
from bot.cli import app
from bot.errors import QuothError
from index.errors import EvaluationInvalid
from tests.fakes.embedder import HASHING

Eval = Callable[..., Result]

NOTES = {
    "tea.md": "# Tea\n\nGreen tea is brewed with water of eighty degrees.\n",
    "coffee.md": "# Coffee\n\nCoffee beans are ground shortly before they are brewed.\n",
}
GOLDEN: list[dict[str, Any]] = [
    {
        "id": "tea",
        "question": "green tea is brewed with water of what degrees",
        "gold": [{"snippet": "water of eighty degrees"}],
    },
    {"id": "coffee", "question": "when are coffee beans ground", "gold": [{"page": "coffee.md"}]},
    {"id": "hi", "question": "hello there", "kind": "chatter"},
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Eval:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    Path("docs").mkdir()
    for name, text in NOTES.items():
        (Path("docs") / name).write_text(text)
    Path("golden.jsonl").write_text("\n".join(map(json.dumps, GOLDEN)))
    return lambda *words: CliRunner().invoke(app, ["--data", "data", *words])


def scored(result: Result) -> Any:
    assert 0 == result.exit_code, result.output
    return json.loads(result.stdout)


def test_a_folder_is_evaluated_without_touching_the_data_folder(run: Eval, tmp_path: Path) -> None:
    all = scored(run("eval", "golden.jsonl", "--folder", "docs", "--json"))["scores"]["all"]
    assert 3 == all["questions"]
    assert {"value": 1, "low": 1, "high": 1} == all["measures"]["P@1"]
    assert 1 == all["measures"]["silent"]["value"]
    assert all["measures"]["refused"] is None
    assert 3 == sum(bin["queries"] for bin in all["reliability"])
    assert not (tmp_path / "data" / "vectors").exists()


def test_what_quoth_has_read_is_evaluated_without_a_folder(run: Eval) -> None:
    nothing = run("eval", "golden.jsonl")
    assert isinstance(nothing.exception, QuothError)
    assert "Nothing has been read yet." in str(nothing.exception)
    run("sources", "add", "docs")
    table = run("eval", "golden.jsonl")
    assert 0 == table.exit_code
    assert "golden" in table.stdout
    assert "1.000 1.000–1.000" in table.stdout
    assert "mean confidence" in table.stdout


def test_each_corpus_has_a_column_and_all_have_one(run: Eval) -> None:
    Path("golden.jsonl").write_text(
        "\n".join(json.dumps(line | {"corpus": f"about {line['id']}"}) for line in GOLDEN)
    )
    shown = run("eval", "golden.jsonl", "--folder", "docs").stdout
    assert all(name in shown for name in ("about tea", "about coffee", "about hi", "all", "1 question"))


def test_answers_are_written_as_asking_writes_them(run: Eval) -> None:
    run("sources", "add", "docs")
    run("eval", "golden.jsonl", "--answers", "answers.jsonl")
    written = [json.loads(line) for line in Path("answers.jsonl").read_text().splitlines()]
    line = json.dumps({"id": "tea", "question": GOLDEN[0]["question"]})
    asked = json.loads(CliRunner().invoke(app, ["--data", "data", "ask", "--jsonl"], input=line).stdout)
    assert ["tea", "coffee", "hi"] == [answer["id"] for answer in written]
    assert {**asked, "elapsed_ms": 0} == {**written[0], "elapsed_ms": 0}


def test_two_runs_are_compared_question_by_question(run: Eval) -> None:
    evaluate = ("eval", "golden.jsonl", "--folder", "docs")
    run(*evaluate, "--answers", "before.jsonl")
    (Path("docs") / "coffee.md").unlink()
    against = scored(run(*evaluate, "--against", "before.jsonl", "--json"))["against"]
    assert {"won": [], "lost": ["coffee"], "tied": 2, "p": 1} == against
    shown = run(*evaluate, "--against", "before.jsonl").stdout
    assert "0 won, 1 lost, 2 tied; p = 1" in shown
    assert "beans ground" in shown  # the end of the question, of which a narrow terminal makes two lines


def test_a_run_may_replace_the_answers_that_it_is_compared_with(run: Eval) -> None:
    evaluate = ("eval", "golden.jsonl", "--folder", "docs")
    run(*evaluate, "--answers", "answers.jsonl")
    again = run(*evaluate, "--answers", "answers.jsonl", "--against", "answers.jsonl", "--json")
    assert 3 == scored(again)["against"]["tied"]


def test_the_gate_names_what_it_stops(run: Eval) -> None:
    evaluate = ("eval", "golden.jsonl", "--folder", "docs")
    assert 0 == run(*evaluate, "--min", "P@1=.9", "--min", "silent=1").exit_code
    Path("golden.jsonl").write_text('{"question": "beans", "gold": [{"page": "tea.md"}]}')
    stopped = run(*evaluate, "--min", "P@1=.9", "--min", "R@5=.1", "--min", "refused=.1")
    assert 1 == stopped.exit_code
    assert "P@1 is 0.0000, less than 0.9." in stopped.stderr
    assert "refused cannot be measured with these questions and answers." in stopped.stderr
    assert "R@5 is" not in stopped.stderr


@pytest.mark.parametrize("floor", ["P@2=.5", "ece=.1", "P@1", "P@1=high"])
def test_a_gate_that_is_none_is_refused(run: Eval, floor: str) -> None:
    refused = run("eval", "golden.jsonl", "--min", floor)
    assert 2 == refused.exit_code
    assert "Invalid value for --min" in refused.stderr


def test_a_wrong_question_file_is_an_error_before_anything_is_asked(run: Eval) -> None:
    Path("golden.jsonl").write_text('{"question": "When?", "kind": "chatter"}\n{"question": "How?"}')
    failed = run("eval", "golden.jsonl", "--folder", "docs")
    assert isinstance(failed.exception, EvaluationInvalid)
    assert str(failed.exception).startswith("golden.jsonl, line 2: an answerable question needs gold.")


def test_answers_to_other_questions_are_an_error(run: Eval) -> None:
    Path("before.jsonl").write_text('{"id": "other", "answered": false}')
    failed = run("eval", "golden.jsonl", "--against", "before.jsonl")
    assert "before.jsonl answers none of the questions in golden.jsonl." == str(failed.exception)


def test_a_snippet_of_too_few_words_is_mentioned(run: Eval) -> None:
    Path("golden.jsonl").write_text('{"question": "How hot?", "gold": [{"snippet": "восемьдесят градусов"}]}')
    mentioned = run("eval", "golden.jsonl", "--folder", "docs").stderr
    assert "Of How hot?, a snippet has fewer than three words" in mentioned


def test_answers_that_cannot_be_written_are_an_error(run: Eval) -> None:
    failed = run("eval", "golden.jsonl", "--folder", "docs", "--answers", "nowhere/answers.jsonl")
    assert isinstance(failed.exception, QuothError)
    assert "could not be written" in str(failed.exception)
