"""`quoth sources` and the starter source, with an embedder that needs no model."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import registry
from bot.cli import app
from tests.fakes.embedder import HASHING

Quoth = Callable[..., Result]


@pytest.fixture
def quoth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Quoth:
    """A working folder with something to read, and the command line."""
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    Path("quoth.toml").write_text('[sources]\nseeds = "starter"\n')
    for name in ("tea", "starter"):
        Path(name).mkdir()
        Path(name, "page.md").write_text(f"# About {name}\n\nGreen {name} is brewed with water.\n")
    return lambda *words, given="": CliRunner().invoke(app, ["--data", "data", *words], input=given)


def named(quoth: Quoth, name: str) -> bool:
    return f"│ {name} " in quoth("sources", "list").stdout


def test_removing_a_source_asks_first(quoth: Quoth) -> None:
    quoth("sources", "add", "tea")
    kept = quoth("sources", "remove", "tea", given="n\n")
    assert "Remove tea with its 1 document and 1 passage?" in kept.stdout
    assert "Nothing was removed." in kept.stdout
    assert (0, True) == (kept.exit_code, named(quoth, "tea"))
    gone = quoth("sources", "remove", "tea", given="y\n")
    assert "Removed tea with its 1 passage." in gone.stdout
    assert (0, False) == (gone.exit_code, named(quoth, "tea"))


def test_a_script_says_that_it_means_it(quoth: Quoth) -> None:
    quoth("sources", "add", "tea")
    refused = quoth("sources", "remove", "tea")
    assert "With --yes I remove it without asking." in str(refused.exception)
    assert named(quoth, "tea")
    assert 0 == quoth("sources", "remove", "tea", "--yes").exit_code
    assert not named(quoth, "tea")


def test_what_could_not_be_read_before_is_counted_and_not_listed_again(quoth: Quoth) -> None:
    for name in ("empty", "void"):
        Path("tea", f"{name}.md").touch()
    quoth("sources", "add", "tea")
    Path("tea", "blank.md").touch()
    told = quoth("sync", "tea").stderr
    assert "Left out blank.md: " in told
    assert "empty.md" not in told
    assert "and 2 as before; `quoth sources show tea` lists them." in told
    assert "Left out 3 as before; `quoth sources list` lists them." in quoth("sync").stderr
    listed = quoth("sources", "show", "tea").stdout
    assert all(f"{name}.md: " in listed for name in ("blank", "empty", "void"))


def test_what_is_not_there_is_not_asked_about(quoth: Quoth) -> None:
    quoth("sources", "add", "tea")
    refused = quoth("sources", "remove", "mug")
    assert "There is no source mug. There are: tea." in refused.stderr
    assert 2 == refused.exit_code


def test_the_starter_source_joins_with_a_word_once(quoth: Quoth) -> None:
    quoth("sources", "add", "tea")
    told = [quoth("chat", given="/quit\n") for _ in range(2)]
    assert [True, False] == ["I added my starter source, seeds" in each.stderr for each in told]
    assert named(quoth, "seeds")
