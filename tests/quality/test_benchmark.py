"""The benchmark of quality, with an embedder that needs no model."""

import runpy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot import registry
from tests.fakes.embedder import HASHING

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def quality(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    return runpy.run_path(str(ROOT / "benchmarks" / "quality.py"))


def test_a_set_is_indexed_once_and_measured_every_time(
    quality: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main = quality["main"]
    main(["--only", "seeds", "--cache", str(tmp_path / "cache")])
    first = capsys.readouterr()
    assert " 0 newly embedded" not in first.err
    assert "P@1" in first.out
    assert date.today().isoformat() in first.out
    main(["--only", "seeds", "--cache", str(tmp_path / "cache")])
    assert ". 0 newly embedded" in capsys.readouterr().err
    assert (tmp_path / "cache" / "seeds" / "answers.jsonl").exists()


@pytest.mark.skipif(not (ROOT.parent / "shared" / "eval").is_dir(), reason="the article is not beside this")
def test_all_sets_stand_in_one_table(
    quality: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quality["main"](["--only", "seeds", "--only", "article", "--cache", str(tmp_path)])
    [header] = [line for line in capsys.readouterr().out.splitlines() if "article" in line]
    assert ["article", "seeds", "all"] == header.split()


def test_a_set_that_is_not_there_is_left_out(
    quality: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main = quality["main"]
    main.__globals__["SHARED"] = tmp_path / "nowhere"
    main(["--only", "xquad", "--cache", str(tmp_path)])
    captured = capsys.readouterr()
    assert "xquad is left out" in captured.err
    assert "" == captured.out


def test_only_the_html_pages_of_a_documentation_are_read(quality: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "doc" / "library").mkdir(parents=True)
    for name in ("index.html", "library/os.html", "library/os.rst.txt"):
        (tmp_path / "doc" / name).write_text("text")
    copy = quality["html_alone"](tmp_path / "doc", tmp_path / "copy")
    pages = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert {"index.html", "library/os.html"} == pages
