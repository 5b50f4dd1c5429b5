"""A corpus that is grown for the benchmark of large ones: as many passages, no two alike, all found."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.chart import LINES, chart
from benchmarks.varied import grown
from bot import registry
from bot.bootstrap import LOCAL, Application
from bot.evaluating import read_all
from bot.settings import load
from index.passages import Audience
from tests.fakes.embedder import HASHING

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    read_all(Application(load(data=tmp_path)), {"seeds": ROOT / "seeds"}, lambda progress: None)
    return tmp_path


def texts(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "catalog.sqlite")) as db:
        return [text for (text,) in db.execute("SELECT text FROM passages ORDER BY id")]


@pytest.mark.parametrize("times", [0.5, 3.3])
def test_there_are_as_many_passages_as_were_wished_for_and_no_two_are_alike(
    base: Path, tmp_path: Path, times: float
) -> None:
    size = int(times * len(texts(base)))
    data = grown(base, size, tmp_path / "cache")
    assert size == len(texts(data)) == len(set(texts(data)))
    application = Application(load(data=data))
    hits = application.searcher.search(texts(data)[-1], k=1, audience=Audience(workspace=LOCAL))
    assert [texts(data)[-1]] == [hit.passage.text for hit in hits]


def test_a_corpus_that_is_there_is_not_grown_anew(base: Path, tmp_path: Path) -> None:
    data = grown(base, 5, tmp_path / "cache")
    (data / "catalog.sqlite").write_text("as it is")
    assert data == grown(base, 5, tmp_path / "cache")
    assert "as it is" == (data / "catalog.sqlite").read_text()


def test_every_figure_stands_in_the_chart() -> None:
    drawn = chart({str(size): dict.fromkeys(LINES, 5.0) for size in (10_000, 1_000_000)})
    assert all(name.removesuffix(", ms") in drawn for name in LINES)
    assert "1,000,000" in drawn
