"""Where settings come from, and which of them wins."""

import os
import re
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
    assert {
        "The setting answers.threshold is '2', but it must be at most 1. "
        "Correct it in quoth.toml or QUOTH_ANSWERS_THRESHOLD, as in QUOTH_ANSWERS_THRESHOLD=0.3.",
        "The setting limits.questions is 0, but it must be at least 1. "
        "Correct it in quoth.toml or QUOTH_LIMITS_QUESTIONS, as in QUOTH_LIMITS_QUESTIONS=20.",
        "The setting moderators.ids is 'ann, bob', but it must be a list. "
        'Correct it in quoth.toml or QUOTH_MODERATORS_IDS, as in QUOTH_MODERATORS_IDS=["U0ANN", "U0BOB"].',
        "The setting moderators.groups is 1, but it must be text in quotation marks. "
        'Correct it in quoth.toml or QUOTH_MODERATORS_GROUPS, as in QUOTH_MODERATORS_GROUPS=["S0EDITORS"].',
        "There is no setting logs.colour. Correct it in quoth.toml or QUOTH_LOGS_COLOUR.",
    } == set(sentences)
    assert 5 == len(sentences)


def test_the_closest_may_not_lie_above_the_threshold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "quoth.toml").write_text("[answers]\nthreshold = 0.4\n")
    monkeypatch.setenv("QUOTH_ANSWERS_CLOSEST", "0.4")
    assert 0.4 == load().answers.closest
    monkeypatch.setenv("QUOTH_ANSWERS_CLOSEST", "0.45")
    said = "is '0.45', but it may not lie above answers.threshold, which is 0.4. Correct it in "
    with pytest.raises(SettingInvalid, match=re.escape(said)):
        load()


def test_a_threshold_below_the_usual_closest_leaves_none(folder: Path) -> None:
    (folder / "quoth.toml").write_text("[answers]\nthreshold = 0.1\n")
    policy = Application(load(data=folder / "data")).policy
    assert ["nothing", "answer"] == [policy.outcome(probability) for probability in (0.09, 0.1)]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[answers]\npassages = 1.5", "The setting answers.passages is 1.5, but it must be a whole number. "),
        ('[limits]\nper_seconds = "soon"', "is 'soon', but it must be a number. "),
        ("[limits]\nper_seconds = 0", "is 0, but it must be more than 0. "),
        ('[logs]\nquestions = "perhaps"', "is 'perhaps', but it must be true or false. "),
        ('[logs]\nformat = "xml"', "is 'xml', but it must be 'text' or 'json'. "),
        ('[answers]\nrerank = ""', "is '', but it may not be empty. Correct it in quoth.toml or "),
        ("[answers]\nrerank = false", "is False, but it must be text in quotation marks. "),
        ("[embedder]\nmodel = 5", "is 5, but it must be text in quotation marks. "),
        ("data = 5", "The setting data is 5, but it must be a path in quotation marks. "),
        ("[sources]\nallowed_paths = 5", "but it must be a list. Correct it in quoth.toml or "),
        ("[moderators]\nids = 5", "is 5, but it must be a list. "),
        ("answers = 5", "is 5, but it is a section, with its settings below it. "),
        ("[answers]\ntreshold = 0.1", "There is no setting answers.treshold. Perhaps threshold is meant. "),
        (
            "[answer]\nthreshold = 0.1",
            "which is neither a section nor a setting. Perhaps answers is meant.",
        ),
        ("[zebra]", "quoth.toml has 'zebra', which is neither a section nor a setting."),
    ],
)
def test_what_is_wrong_is_said_in_a_persons_words(folder: Path, written: str, said: str) -> None:
    (folder / "quoth.toml").write_text(written)
    with pytest.raises(SettingInvalid) as caught:
        load()
    assert said in str(caught.value)


def test_a_misspelt_section_is_named_beside_other_faults(folder: Path) -> None:
    (folder / "quoth.toml").write_text("[answer]\nthreshold = 2\n[limits]\nquestions = 0\n")
    with pytest.raises(SettingInvalid) as caught:
        load()
    assert 2 == len(str(caught.value).splitlines())


def test_what_stands_where_a_token_should_be_is_not_shown(folder: Path) -> None:
    (folder / "quoth.toml").write_text("discord_token = 123456\nSLACK_BOT_TOKEN = 654321\n")
    with pytest.raises(SettingInvalid) as caught:
        load()
    assert "DISCORD_TOKEN" in str(caught.value)
    assert "123456" not in str(caught.value)
    assert "654321" not in str(caught.value)


def test_what_stands_where_a_secret_of_a_section_should_be_is_not_shown(folder: Path) -> None:
    (folder / "quoth.toml").write_text("[slack]\nclient_secret = 123456\n")
    with pytest.raises(SettingInvalid) as caught:
        load()
    wrong = "The setting slack.client_secret must be text in quotation marks."
    assert f"{wrong} Correct it in quoth.toml or QUOTH_SLACK_CLIENT_SECRET." == str(caught.value)


def test_what_is_empty_is_listed_as_none(folder: Path) -> None:
    settings = load()
    for name in ("moderators.ids", "sources.allowed_paths", "embedder.query_prompt", "slack_api_url"):
        assert ("none", "default") == row(settings, name)
    assert "False" == row(settings, "logs.questions")[0]


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


def test_hosts_are_meant_in_any_case_of_letters(folder: Path) -> None:
    (folder / "quoth.toml").write_text('[fetch]\nallowed_hosts = ["Wiki.Example.internal "]\n')
    assert {"wiki.example.internal"} == load().fetch.allowed_hosts


def test_a_file_that_is_not_toml_is_named(folder: Path) -> None:
    (folder / "quoth.toml").write_text("threshold: 0.5\n")
    with pytest.raises(SettingInvalid, match=r"could not be read.*quoth\.toml"):
        load()
