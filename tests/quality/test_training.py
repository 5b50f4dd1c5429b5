"""How the weights of ranking are learned, on sets of a few notes and with an embedder that needs no model."""

import json
import runpy
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from bot import registry
from bot.bootstrap import Application
from bot.evaluating import read_all
from bot.settings import load
from index.queries import Kind, Qrel, Query
from index.ranking import ANSWERABLE, RIGHT, SIGNALS
from tests.fakes.embedder import HASHING

ROOT = Path(__file__).resolve().parents[2]
RANKING = ROOT / "index" / "ranking.json"

SETS: dict[str, dict[str, tuple[str, str]]] = {
    "drinks": {
        "tea": ("Green tea is brewed with water of eighty degrees.", "how hot is green tea brewed"),
        "coffee": ("Coffee beans are ground shortly before brewing.", "when are coffee beans ground"),
        "cocoa": ("Cocoa is stirred into warm milk with sugar.", "what is cocoa stirred into"),
        "juice": ("Orange juice is pressed in the morning.", "when is orange juice pressed"),
    },
    "garden": {
        "roses": ("Roses are pruned in early spring.", "when are roses pruned"),
        "lawn": ("The lawn is mown every week in summer.", "how often is the lawn mown"),
        "compost": ("Compost is turned with a fork twice a year.", "what is compost turned with"),
        "hedge": ("A hedge is cut after the birds have left.", "when is a hedge cut"),
    },
    "harbour": {
        "ferry": ("The ferry to the island leaves at noon.", "when does the ferry leave"),
        "crane": ("The red crane lifts forty tonnes.", "how much does the red crane lift"),
        "pilot": ("A pilot boards every tanker at the buoy.", "where does the pilot board a tanker"),
        "gate": ("The gate of the lock is opened by the keeper.", "who opens the gate of the lock"),
    },
}
CHATTER = ("hi there", "thanks a lot", "see you all tomorrow", "good morning", "happy birthday", "brb")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Yield the arguments for three sets that have been read; only the garden's has chatter."""
    place = tmp_path_factory.mktemp("sets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "EMBEDDER", HASHING)
        patch.setenv("COLUMNS", "300")
        patch.chdir(place)
        yield [_read(place / name, notes) for name, notes in SETS.items()]


def _read(place: Path, notes: dict[str, tuple[str, str]]) -> str:
    (place / "docs").mkdir(parents=True)
    lines: list[dict[str, Any]] = []
    for name, (text, question) in notes.items():
        (place / "docs" / f"{name}.md").write_text(f"# {name.title()}\n\n{text}\n")
        lines.append({"question": question, "gold": [{"page": f"{name}.md"}]})
    if place.name == "garden":
        lines += [{"question": text, "kind": Kind.CHATTER} for text in CHATTER]
    (place / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    read_all(Application(load(data=place / "data")), {"docs": place / "docs"}, lambda *_: None)
    return f"{place.name}={place / 'data'}={place / 'questions.jsonl'}"


@pytest.fixture(scope="module")
def training() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "benchmarks" / "train_ranking.py"))


@pytest.fixture(scope="module")
def asked(training: dict[str, Any], given: list[str]) -> dict[str, list[Any]]:
    sets: dict[str, list[Any]] = training["_ask_all"](given)
    return sets


@pytest.fixture
def written(training: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the weights are written instead of the repository's file."""
    monkeypatch.setitem(training["main"].__globals__, "files", lambda package: tmp_path)
    return tmp_path / "ranking.json"


def texts(some: list[Any]) -> list[str]:
    return [one.query.text for one in some]


def queries(corpus: str, kind: Kind, count: int) -> list[Query]:
    return [
        Query(
            id=f"{corpus} {kind} {number}",
            corpus=corpus,
            text=f"{kind} question {number} of the {corpus}",
            kind=kind,
            qrels=(Qrel(page=f"{corpus}.md"),) if kind is Kind.ANSWERABLE else (),
        )
        for number in range(count)
    ]


def test_what_each_signal_is_worth_and_how_well_each_set_is_calibrated_is_printed(
    training: dict[str, Any], given: list[str], written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    training["main"](given)
    lines = capsys.readouterr().out.splitlines()
    ranked = [line.split(" P@1 / R@5: ") for line in lines if "P@1 / R@5" in line]
    names = [name.strip() for name, _ in ranked]
    assert "all signals" == names[0]
    assert {f"without {name}" for name in SIGNALS} < set(names)
    for _, cells in ranked:
        assert [*SETS] == [cell.split()[0] for cell in cells.split(", ")]
    calibrated = lines[len(ranked) :]
    assert [*SETS, "all"] == [line.split()[0] for line in calibrated]
    assert all("AUROC" in line and "ECE" in line for line in calibrated)


def test_nothing_is_written_unless_told_to(training: dict[str, Any], given: list[str], written: Path) -> None:
    before = RANKING.read_bytes()
    training["main"](given)
    assert not written.exists()
    assert before == RANKING.read_bytes()


def test_the_weights_learned_from_all_sets_are_written(
    training: dict[str, Any],
    given: list[str],
    asked: dict[str, list[Any]],
    written: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    training["main"]([*given, "--write"])
    assert f"Written: {written}" in capsys.readouterr().out
    record = json.loads(written.read_text())
    model = training["learn"](list(asked.values()))
    assert dict(zip(SIGNALS, model.fusion.round(3), strict=True)) == record["fusion"]["weights"]
    for name, cues, (intercept, weights) in (
        ("answerable", ANSWERABLE, model.answerable),
        ("right", RIGHT, model.right),
    ):
        assert round(intercept, 3) == record[name]["intercept"]
        assert dict(zip(cues, weights.round(3), strict=True)) == record[name]["weights"]


def test_what_is_written_is_of_the_form_that_ranking_reads(
    training: dict[str, Any], given: list[str], written: Path
) -> None:
    training["main"]([*given, "--write"])
    ours, theirs = (json.loads(path.read_text()) for path in (written, RANKING))
    assert theirs.keys() == ours.keys()
    assert "hashing" == ours["embedder"]
    for name in ("fusion", "answerable", "right"):
        assert theirs[name].keys() == ours[name].keys()
        assert [*theirs[name]["weights"]] == [*ours[name]["weights"]]


def test_a_signal_that_is_left_out_weighs_nothing(
    training: dict[str, Any], asked: dict[str, list[Any]]
) -> None:
    words = SIGNALS.index("words")
    others = tuple(name for name in SIGNALS if name != "words")
    weights = [training["_learn_fusion"](list(asked.values()), kept)[words] for kept in (SIGNALS, others)]
    assert abs(weights[0]) > 0.01
    assert pytest.approx(0) == weights[1]


@pytest.mark.parametrize("held_out", SETS)
def test_a_set_is_held_out_with_all_that_it_borrowed_or_lent(
    training: dict[str, Any], asked: dict[str, list[Any]], held_out: str
) -> None:
    known = set(texts(asked[held_out]))
    whole = [texts(some) for name, some in asked.items() if name != held_out]
    learned = [texts(some) for some in training["_others"](asked, held_out)]
    assert any(known.intersection(some) for some in whole)
    assert [[text for text in some if text not in known] for some in whole] == learned


def test_no_two_sets_borrow_the_same_question(training: dict[str, Any]) -> None:
    sets = {name: queries(name, Kind.ANSWERABLE, 40) for name in ("drinks", "garden", "harbour", "roofs")}
    chatter = queries("garden", Kind.CHATTER, 20)
    sets["garden"] += chatter
    borrowed = {name: training["_foreign"](name, sets) for name in sets}
    assert [] == borrowed.pop("garden")
    assert all(borrowed.values())
    for one, other in permutations(borrowed.values(), 2):
        assert {query.text for query in one}.isdisjoint(query.text for query in other)
    lent = [query for some in borrowed.values() for query in some if query.kind is Kind.CHATTER]
    assert {query.id for query in chatter} == {query.id for query in lent}


def test_a_borrowed_question_is_another_set_s_and_has_no_answer(training: dict[str, Any]) -> None:
    sets = {name: queries(name, Kind.ANSWERABLE, 40) for name in ("drinks", "harbour")}
    for name in sets:
        borrowed = training["_foreign"](name, sets)
        assert borrowed
        for query in borrowed:
            assert name != query.corpus
            assert (Kind.UNANSWERABLE, ()) == (query.kind, query.qrels)


def test_without_arguments_the_sets_in_the_cache_are_taken(training: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "seeds" / "data").mkdir(parents=True)
    questions = ROOT / "seeds" / "questions.jsonl"
    assert [f"seeds={tmp_path / 'seeds' / 'data'}={questions}"] == training["_cached"](tmp_path)


def test_a_set_that_has_read_nothing_is_named(
    training: dict[str, Any], given: list[str], tmp_path: Path
) -> None:
    questions = given[0].split("=")[2]
    with pytest.raises(SystemExit, match=f"{tmp_path} has read nothing"):
        training["main"]([f"empty={tmp_path}={questions}"])
