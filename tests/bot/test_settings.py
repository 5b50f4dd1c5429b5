"""Where settings come from, and which of them wins."""

import os
from pathlib import Path

import pytest

from bot.bootstrap import LOCAL, Application
from bot.errors import SettingInvalid
from bot.settings import SEEDS, Settings, explain, load, stay_offline


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
    assert ("0.1", "quoth.toml or the command line") == row(load(), "answers.threshold")


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
    value, origin = row(settings, "sources.seeds")
    assert "none" == value
    assert origin.startswith(file)
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


@pytest.mark.parametrize(("given", "kept"), [(None, "1"), ("0", "0")])
def test_models_are_downloaded_only_if_somebody_says_so(
    monkeypatch: pytest.MonkeyPatch, given: str | None, kept: str
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "")  # so that it is put back after the test
    monkeypatch.delenv("HF_HUB_OFFLINE")
    if given is not None:
        monkeypatch.setenv("HF_HUB_OFFLINE", given)
    stay_offline()
    assert kept == os.environ["HF_HUB_OFFLINE"]


# What is wrong with them


def test_every_invalid_setting_is_named_with_its_variable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "quoth.toml").write_text("[limits]\nquestions = 0\n[moderators]\ngroups = [1, 2]\n")
    monkeypatch.setenv("QUOTH_ANSWERS_THRESHOLD", "2")
    monkeypatch.setenv("QUOTH_MODERATORS_IDS", "ann, bob")
    monkeypatch.setenv("QUOTH_LOGS_COLOUR", "blue")
    with pytest.raises(SettingInvalid) as caught:
        load()
    sentences = str(caught.value).splitlines()
    for name, words in (
        ("answers.threshold", "QUOTH_ANSWERS_THRESHOLD (the default is 0.5)."),
        ("limits.questions", "QUOTH_LIMITS_QUESTIONS (the default is 20)."),
        ("moderators.ids", 'Write a list, such as ["one", "two"].'),
        ("moderators.groups", "QUOTH_MODERATORS_GROUPS."),
        ("logs.colour", "QUOTH_LOGS_COLOUR."),
    ):
        [sentence] = [each for each in sentences if each.startswith(f"The setting {name} is not valid: ")]
        assert words in sentence
    assert 5 == len(sentences)


def test_the_closest_may_not_lie_above_the_threshold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "quoth.toml").write_text("[answers]\nthreshold = 0.4\n")
    monkeypatch.setenv("QUOTH_ANSWERS_CLOSEST", "0.4")
    assert 0.4 == load().answers.closest
    monkeypatch.setenv("QUOTH_ANSWERS_CLOSEST", "0.45")
    with pytest.raises(SettingInvalid, match=r"which is 0\.4\. Correct it .*QUOTH_ANSWERS_CLOSEST"):
        load()


def test_a_threshold_below_the_usual_closest_leaves_none(folder: Path) -> None:
    (folder / "quoth.toml").write_text("[answers]\nthreshold = 0.2\n")
    policy = Application(load(data=folder / "data")).policy
    assert ["nothing", "answer"] == [policy.outcome(probability) for probability in (0.19, 0.2)]


def test_lists_come_from_the_environment_and_from_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "quoth.toml").write_text('[moderators]\ngroups = ["editors"]\n')
    monkeypatch.setenv("QUOTH_MODERATORS_IDS", '["ann", "discord:1"]')
    monkeypatch.setenv("QUOTH_SOURCES_ALLOWED_PATHS", '["/srv/docs"]')
    settings = load()
    assert {"ann", "discord:1"} == settings.moderators.ids
    assert {"editors"} == settings.moderators.groups
    assert (Path("/srv/docs"),) == settings.sources.allowed_paths


def test_a_file_that_is_not_toml_is_named(folder: Path) -> None:
    (folder / "quoth.toml").write_text("threshold: 0.5\n")
    with pytest.raises(SettingInvalid, match=r"could not be read.*quoth\.toml"):
        load()
