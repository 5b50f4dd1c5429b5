"""Which passages and highlights are right, by the rules and by the script that states them."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.evaluation import by_corpus, measure
from index.judging import is_faint, is_highlight_right, is_hit, judge
from index.queries import Candidate, Kind, Qrel, Query, read_answers, read_queries

SHARED = Path(__file__).resolve().parents[3] / "shared" / "eval"
SNIPPET = "one two three four five six seven"  # five trigrams
WATER = Qrel(snippet=SNIPPET, page="html/guide/water.html")


@pytest.mark.parametrize(
    ("text", "uri", "expected"),
    [
        ("One, two: THREE four five. Nothing else.", "guide/water.html#hot", True),  # three of five trigrams
        ("one two three four. Nothing else.", "guide/water.html", False),
        ("one two three four five. Nothing else.", "guide/tea.html", False),
        ("one two three four five. Nothing else.", "water.html", False),
        (f"Again: {SNIPPET}.", "guide/tea.html", True),
        (f"{'x' * 1190} {SNIPPET}.", "guide/water.html", False),
    ],
)
def test_a_hit_holds_most_of_a_snippet_on_its_page_or_all_of_it(text: str, uri: str, expected: bool) -> None:
    assert expected is is_hit(Candidate(text=text, uri=uri), [WATER])


def test_without_a_page_most_of_the_snippet_is_enough_and_any_qrel_will_do() -> None:
    passage = Candidate(text="one two three four five", uri="any.md")
    assert is_hit(passage, [Qrel(snippet="something else entirely"), Qrel(snippet=SNIPPET)])


def test_without_a_snippet_any_passage_of_the_page_is_a_hit() -> None:
    qrels = [Qrel(page="tea.md")]
    assert is_hit(Candidate(text="Anything.", uri="https://example.org/docs/tea.md#x"), qrels)
    assert not is_hit(Candidate(text="Anything.", uri="docs/green-tea.md"), qrels)


@pytest.mark.parametrize(
    ("span", "expected"),
    [((0, 24), True), ((0, 43), False), ((25, 43), False), (None, False), ((0, 0), False), ((0, 500), False)],
    ids=["the sentence", "too much else", "another", "none", "empty", "too long"],
)
def test_a_highlight_shares_half_its_words_with_a_snippet(
    span: tuple[int, int] | None, expected: bool
) -> None:
    text = "one two three four other and some more besides words" + "." * 500
    qrels = [Qrel(snippet="one two three four five nine ten eleven twelve")]
    assert expected is is_highlight_right(Candidate(text=text, highlight=span), qrels)


def test_a_highlight_is_not_judged_where_only_a_page_is_known() -> None:
    assert is_highlight_right(Candidate(text="Anything.", highlight=(0, 9)), [Qrel(page="tea.md")]) is None


def test_a_snippet_of_two_words_is_faint() -> None:
    def query(*qrels: Qrel) -> Query:
        return Query(id=1, corpus="c", text="?", kind=Kind.ANSWERABLE, qrels=qrels)

    assert is_faint(query(Qrel(snippet="80 degrees")))
    assert not is_faint(query(Qrel(page="tea.md"), Qrel(snippet=SNIPPET)))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sets are not beside this checkout")
@pytest.mark.parametrize("name", ["dev_python_git", "dev_seed"])
@pytest.mark.parametrize("seed", range(3))
def test_every_measure_agrees_with_the_shared_script(tmp_path: Path, name: str, seed: int) -> None:
    questions, answers = SHARED / f"{name}.jsonl", tmp_path / "answers.jsonl"
    lines = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    chance = random.Random(seed)
    made = [json.dumps(an_answer(question, lines, chance)) for question in lines]
    answers.write_text("\n".join(made), "utf-8")
    command = [sys.executable, str(SHARED / "score.py"), str(questions), str(answers), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert {
        group: {measure: value for measure, value in values.items() if measure in COMMON}
        for group, values in json.loads(done.stdout).items()
    } == ours(questions, answers)


COMMON = frozenset(
    "P@1 R@5 MRR@10 highlight answered precision silent refused crag auroc cov@95 ms_p50 ms_p99".split()
)


def ours(questions: Path, answers: Path) -> dict[str, dict[str, Any]]:
    given = read_answers(answers)
    run = [judge(query, given[query.id]) for query in read_queries(questions)]
    return {
        group: {
            name: estimate and pytest.approx(estimate.value, abs=0.0051 if name.startswith("ms") else 5.1e-5)
            for name, estimate in measure(judged).items()
            if name in COMMON
        }
        for group, judged in {"all": run, **by_corpus(run)}.items()
    }


def an_answer(
    question: dict[str, Any], others: list[dict[str, Any]], chance: random.Random
) -> dict[str, Any]:
    """Make up an answer whose passages hold more or less of what this or another question wants."""
    return {
        "id": question["id"],
        "answered": chance.random() < 0.6,
        "confidence": chance.choice([0.0, 0.25, 0.5, round(chance.random(), 2), 1.0]),
        "elapsed_ms": chance.uniform(1, 50),
        "passages": [a_passage(question, others, chance) for _ in range(chance.randint(0, 12))],
    }


def a_passage(
    question: dict[str, Any], others: list[dict[str, Any]], chance: random.Random
) -> dict[str, Any]:
    wanted = question["gold"] if chance.random() < 0.3 else chance.choice(others)["gold"]
    gold = chance.choice(wanted or [{"snippet": "nothing of the kind"}])
    words = gold["snippet"].split()
    kept = words[: max(1, int(len(words) * chance.choice([0.4, 0.6, 0.65, 0.95, 1, 1])))]
    before = "lorem " * chance.choice([0, 0, 3, 195, 230])
    text = f"{before}{' '.join(kept)}{' ipsum dolor' * chance.randint(0, 60)}"
    start = chance.choice([0, len(before)])
    end = chance.choice([start, len(before) + len(" ".join(kept)), len(text)])
    page = gold.get("page", "html/any.html")
    uri = chance.choice(
        [page, page.removeprefix("html/"), f"https://x.org/3.11/{page}?q#a", "html/other.html"]
    )
    return {"text": text, "uri": uri, "highlight": chance.choice([[start, end], [start, end], None])}
