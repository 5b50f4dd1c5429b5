"""Where settings come from, and which of them wins."""

import os
from pathlib import Path

import pytest

from bot.bootstrap import LOCAL, Application
from bot.settings import SEEDS, Settings, explain, load


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and an environment without a setting in it."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("QUOTH_", "DISCORD_", "SLACK_")):
            monkeypatch.delenv(name)
    return tmp_path


def row(settings: Settings, name: str) -> tuple[str, str]:
    """Return a setting's value and origin as `quoth doctor` lists them."""
    return next((value, origin) for each, value, origin in explain(settings) if name == each)


def test_the_environment_beats_the_dotenv_file_and_that_beats_the_toml_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "quoth.toml").write_text("[answers]\nthreshold = 0.1\npassages = 1\n[limits]\nquestions = 1\n")
    (folder / ".env").write_text("QUOTH_ANSWERS_THRESHOLD=0.2\nQUOTH_ANSWERS_PASSAGES=2\n")
    monkeypatch.setenv("QUOTH_ANSWERS_THRESHOLD", "0.3")
    settings = load()
    assert ("0.3", "environment, QUOTH_ANSWERS_THRESHOLD") == row(settings, "answers.threshold")
    assert ("2", ".env, QUOTH_ANSWERS_PASSAGES") == row(settings, "answers.passages")
    assert ("1", "quoth.toml or the command line") == row(settings, "limits.questions")
    assert ("60", "default") == row(settings, "limits.per_seconds")


def test_an_empty_variable_is_as_if_it_were_not_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "quoth.toml").write_text("[answers]\nthreshold = 0.1\n")
    monkeypatch.setenv("QUOTH_ANSWERS_THRESHOLD", "")
    assert 0.1 == load().answers.threshold


@pytest.mark.parametrize("file", ["environment", ".env", "quoth.toml"])
def test_an_empty_value_switches_the_starter_source_off(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    if file == "environment":
        monkeypatch.setenv("QUOTH_SOURCES_SEEDS", "")
    elif file == ".env":
        (folder / ".env").write_text("QUOTH_SOURCES_SEEDS=\n")
    else:
        (folder / "quoth.toml").write_text('[sources]\nseeds = ""\n')
    settings = load(data=folder / "data")
    assert "none" == row(settings, "sources.seeds")[0]
    application = Application(settings)
    application.seed(LOCAL)
    assert [] == application.catalog.sources(LOCAL)


def test_a_path_in_the_environment_beats_an_empty_value_below_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("QUOTH_SOURCES_SEEDS=\n")
    monkeypatch.setenv("QUOTH_SOURCES_SEEDS", "elsewhere")
    assert Path("elsewhere") == load().sources.seeds


def test_without_a_word_about_it_the_starter_source_is_the_projects_own(folder: Path) -> None:
    application = Application(load(data=folder / "data"))
    application.seed(LOCAL)
    assert [str(SEEDS)] == [source.origin for source in application.catalog.sources(LOCAL)]
