"""`quoth ask` within one source, with an embedder that needs no model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import registry
from bot.cli import app
from index.errors import SourceUnknown
from tests.fakes.embedder import HASHING

QUESTION = "green tea is brewed with water of what degrees"


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Two sources, and what asks them."""
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    Path("tea.md").write_text("# Tea\n\nGreen tea is brewed with water of eighty degrees.\n")
    Path("mug.md").write_text("# Mug\n\nGreen tea in a mug is brewed for two minutes.\n")

    def run(*words: str, given: str = "") -> Result:
        return CliRunner().invoke(app, ["--data", "data", *words], input=given)

    for name in ("tea.md", "mug.md"):
        assert 0 == run("sources", "add", name).exit_code
    return lambda *words, given="": run("ask", *words, given=given)


@pytest.mark.parametrize(("source", "title"), [("", "Tea"), ("mug", "Mug")])
def test_the_named_source_is_asked_in_every_form(ask: Callable[..., Result], source: str, title: str) -> None:
    assert title in ask(QUESTION, "--source", source).stdout
    found = json.loads(ask(QUESTION, "--json", "--source", source).stdout)
    assert title == found["passages"][0]["title"]
    line = json.dumps({"id": 1, "question": QUESTION})
    listed = json.loads(ask("--jsonl", "--source", source, given=line).stdout)
    assert found["passages"] == listed["passages"]


def test_a_version_is_asked_about_in_every_form(ask: Callable[..., Result]) -> None:
    for version, text in (("3.12", "thirty"), ("3.11", "ninety")):
        Path(version).mkdir()
        Path(version, "wait.md").write_text(f"# Wait\n\nThe timeout of the program is {text} seconds.\n")
    added = CliRunner().invoke(app, ["--data", "data", "sources", "add", ".", "--name", "all"])
    assert 0 == added.exit_code
    question = "the timeout of the program"
    assert "ninety" in ask(question, "--version", "3.11").stdout
    assert "Wait 3.12" in ask(question, "--version", "3").stdout
    found = json.loads(ask(question, "--json", "--version", "3.11").stdout)
    assert {"", "3.11"} >= {passage["version"] for passage in found["passages"]}
    line = json.dumps({"id": 1, "question": question})
    listed = json.loads(ask("--jsonl", "--version", "3.11", given=line).stdout)
    assert found["passages"] == listed["passages"]
    told = ask(question, "--version", "4")
    assert 2 == told.exit_code
    assert "There is no version 4. There are: 3.12, 3.11." in told.stdout.replace("\n", " ")


def test_json_names_the_document_and_links_to_the_place_as_the_card_does(ask: Callable[..., Result]) -> None:
    said = "Gyokuro wants sixty degrees."
    Path("leaves.md").write_text(f"# Leaves\n\nLeaves differ.\n\n## Gyokuro\n\n{said}\n")
    address = ("--base-url", "https://example.org/leaves.md")
    assert 0 == CliRunner().invoke(app, ["--data", "data", "sources", "add", "leaves.md", *address]).exit_code
    [passage] = json.loads(ask("Gyokuro wants sixty degrees", "--json", "--k", "1").stdout)["passages"]
    assert "https://example.org/leaves.md" == passage["uri"]
    assert "https://example.org/leaves.md#gyokuro" == passage["link"]
    [unlinked] = json.loads(ask(QUESTION, "--json", "--k", "1").stdout)["passages"]
    assert ("tea.md", "") == (unlinked["uri"], unlinked["link"])


def test_an_unknown_source_is_an_error_that_names_those_there_are(ask: Callable[..., Result]) -> None:
    told = ask(QUESTION, "--source", "cellar")
    assert 2 == told.exit_code
    assert "There is no source cellar. There are: mug, tea." in told.stdout.replace("\n", " ")
    for form in ("--json", "--jsonl"):
        error = ask(*([QUESTION] if form == "--json" else []), form, "--source", "cellar").exception
        assert isinstance(error, SourceUnknown)


def test_a_greeting_is_no_error_and_no_answer(ask: Callable[..., Result]) -> None:
    told = ask("hello")
    assert 1 == told.exit_code
    assert "I answer questions by quoting" in told.stdout
