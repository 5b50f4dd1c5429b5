"""Every hostile document, given to every reader in the sandbox: one document is lost, at most."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.registry import READERS
from index.errors import DocumentUnreadable
from index.sandbox import Sandbox
from tests.fakes.documents import document
from tests.index.hostile import CORPUS, ELSEWHERE, FORMATS, HARMLESS, LIMITS, made_for, outcome

SMALL = 100_000
"""Bytes; larger traps are given to the reader that they are made for alone. The page has them all."""

STOPPED = frozenset({"a PDF that draws itself for ever", "a PDF of a letter that stands for 10,000"})
"""Those that only the limits of the sandbox end, as they lie in wait for a library."""

TESTS = Path(__file__).parents[1]

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(READERS, LIMITS)
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize("name", CORPUS)
def test_a_trap_is_read_or_refused_in_a_sentence_by_every_reader(sandbox: Sandbox, name: str) -> None:
    data = CORPUS[name][1]()
    for format in FORMATS if len(data) < SMALL else [made_for(name)]:
        met = outcome(sandbox, format, data)
        assert met.blocks or met.refusal.endswith((".", ")."))
        is_own = READERS[format] == READERS[made_for(name)]
        assert not (is_own and met.was_stopped) or name in STOPPED
    harmless = sandbox.reader(made_for(name)).read(document(made_for(name), HARMLESS), name="kettle")
    assert HARMLESS in "\n".join(block.text for block in harmless.blocks)


@pytest.mark.parametrize("name", [name for name in CORPUS if "/etc/passwd" in name])
def test_no_trap_shows_a_file_of_this_machine(sandbox: Sandbox, name: str) -> None:
    for format in FORMATS:
        with suppress(DocumentUnreadable):
            extract = sandbox.reader(format).read(CORPUS[name][1](), name="trap")
            assert "root:" not in "\n".join(block.text for block in extract.blocks)


def test_the_page_names_every_trap() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in CORPUS if f"| {name} |" not in page] == []


def test_the_page_tells_of_hostile_servers_and_names_tests_that_exist() -> None:
    told = ELSEWHERE.read_text(encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8").endswith(told)
    tests = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)` \|", told)
    assert [] == [name for name in named if f"def {name}(" not in tests]
    assert len(named) == told.count("| `test_")
