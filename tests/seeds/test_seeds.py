"""The starter corpus and its questions fit together."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
ARTICLES = ROOT.parent / "shared" / "seeds"
RUN = 8
"""Words in a row that nobody writes twice by chance."""

QUESTIONS = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()]
TEXTS = [path.read_text("utf-8") for path in SEEDS.rglob("*.md")]


def test_every_question_has_an_id_of_its_own() -> None:
    assert len(QUESTIONS) == len({question["id"] for question in QUESTIONS})


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q["gold"]], ids=lambda q: str(q["id"]))
def test_an_answer_stands_under_its_heading(question: dict[str, list[dict[str, str]]]) -> None:
    [gold] = question["gold"]
    [text] = [text for text in TEXTS if f"## {gold['heading']}\n" in text]
    section = text.split(f"## {gold['heading']}\n", 1)[1].split("\n## ", 1)[0]
    assert gold["snippet"] in section


def test_only_answerable_questions_have_an_answer() -> None:
    assert {"answerable"} == {question["kind"] for question in QUESTIONS if question["gold"]}


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the article is not beside this checkout")
def test_the_article_is_told_in_our_own_words() -> None:
    title = "Red Flags In Alec & Hilaria Baldwin's Relationship We Just Can't Ignore"
    ours = (SEEDS / "alec-and-hilaria-baldwin.md").read_text("utf-8").replace(title, "")
    theirs = "\n".join(path.read_text("utf-8") for path in ARTICLES.glob("*.txt"))
    assert set() == runs(ours) & runs(theirs)


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}
