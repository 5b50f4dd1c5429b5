"""A floor under the quality of answers, on the starter corpus and its questions."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.model

QUOTH = Path(sys.executable).with_name("quoth")
SEEDS = Path(__file__).resolve().parents[2] / "seeds"
QUESTIONS = {
    question["id"]: question
    for question in map(json.loads, (SEEDS / "questions.jsonl").read_text("utf-8").splitlines())
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    command = [str(QUOTH), "--data", str(tmp_path_factory.mktemp("data"))]
    subprocess.run([*command, "sources", "add", str(SEEDS)], check=True, capture_output=True)
    with (SEEDS / "questions.jsonl").open("rb") as questions:
        done = subprocess.run([*command, "ask", "--jsonl"], stdin=questions, check=True, capture_output=True)
    return {answer["id"]: answer for answer in map(json.loads, done.stdout.decode().splitlines())}


def share(of: Iterable[bool]) -> float:
    judged = list(of)
    return sum(judged) / len(judged)


def of_kind(kind: str) -> list[str]:
    return [id for id, question in QUESTIONS.items() if question["kind"] == kind]


def holds(passage: dict[str, Any], question: dict[str, Any]) -> bool:
    return any(words(gold["snippet"]) in words(passage["text"]) for gold in question["gold"])


def words(text: str) -> str:
    """Return the words of a text, without the markup that Markdown has around some."""
    return " ".join(re.findall(r"\w+", text))


def test_the_first_passage_is_mostly_the_right_one(answers: dict[str, Any]) -> None:
    assert share(holds(answers[id]["passages"][0], QUESTIONS[id]) for id in of_kind("answerable")) >= 0.8


def test_the_right_passage_is_nearly_always_among_the_first_five(answers: dict[str, Any]) -> None:
    assert (
        share(
            any(holds(passage, QUESTIONS[id]) for passage in answers[id]["passages"][:5])
            for id in of_kind("answerable")
        )
        >= 0.95
    )


def test_most_questions_are_answered_and_chatter_is_not(answers: dict[str, Any]) -> None:
    assert share(answers[id]["answered"] for id in of_kind("answerable")) >= 0.8
    assert share(answers[id]["answered"] for id in of_kind("chatter")) <= 0.1


def test_at_least_k_passages_come_with_every_question(answers: dict[str, Any]) -> None:
    assert list(QUESTIONS) == list(answers)
    assert all(len(answer["passages"]) == 10 for answer in answers.values())
