"""The sandbox: whatever a document does to its reader, that document alone is lost."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from bot.registry import READERS
from index.errors import DocumentNotText, DocumentTooLarge, DocumentUnreadable
from index.passages import Block, BlockKind
from index.ports import Reader
from index.sandbox import Limits, Sandbox
from tests.fakes.documents import document
from tests.index.hostile import FORMATS
from tests.index.traps import FAULTS, Told, trap, trap_of

TRAP = {"trap": "tests.index.traps:TrapReader"}
LIMITS = Limits(memory_bytes=500_000_000, cpu_seconds=1, patience=2.0)

on_unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has a limit of time alone")


class Three(NamedTuple):
    """One field more than the parser gives."""

    process: str
    given: str
    more: str


REASONS = {
    "computes without end": "takes far longer",
    "sleeps without end": "takes far longer",
    "takes all memory": "more than 500 MB of memory",
    "recurses without end": "RecursionError",
    "reads a null pointer": "crash",
    "aborts": "crash",
    "exits": "crash",
    "opens a file": "Too many open files",
    "writes a file": "Too many open files",
    "connects": "OSError",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(TRAP, LIMITS)
    yield sandbox
    sandbox.close()


@pytest.fixture
def reader(sandbox: Sandbox) -> Reader:
    return sandbox.reader("trap")


def process_of(reader: Reader) -> int:
    return int(reader.read(b"", name="a").blocks[0].text.split()[0])


def test_an_extract_comes_back_as_it_was_made(reader: Reader) -> None:
    extract = reader.read(b"", name="t\u00e9a \ud83c")
    expected = Block(
        kind=BlockKind.ITEM, text=extract.blocks[0].text, heading=("a", "b"), anchor="c", place="page 1"
    )
    assert ("t\u00e9a \ud83c", (expected,), "3.12") == (extract.title, extract.blocks, extract.release)


@pytest.mark.parametrize("format", FORMATS)
def test_every_reader_has_all_it_needs_before_the_first_document(format: str) -> None:
    sandbox = Sandbox(READERS)
    sentence = "The kettle boils at noon every day of the week."
    extract = sandbox.reader(format).read(document(format, sentence), name="kettle")
    sandbox.close()
    assert sentence in "\n".join(block.text for block in extract.blocks)


def test_every_directive_of_restructuredtext_is_at_hand() -> None:
    sandbox = Sandbox(READERS)
    kinds = (
        "note topic epigraph code math image contents sectnum csv-table list-table table rubric class meta"
    )
    text = "Tea\n===\n\n" + "\n".join(f".. {kind}:: a\n\n   * - b\n\nsaid\n" for kind in kinds.split())
    assert sandbox.reader("rst").read(text.encode(), name="kettle").blocks
    sandbox.close()


@on_unix
@pytest.mark.parametrize("fault", REASONS)
def test_a_fault_costs_one_document_and_says_why(
    reader: Reader, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DocumentUnreadable, match=REASONS[fault]) as refusal:
        reader.read(fault.encode(), name="a")
    assert str(refusal.value).endswith((".", ")."))
    assert process_of(reader) != os.getpid()
    assert [] == list(tmp_path.iterdir())


@on_unix
@pytest.mark.parametrize("fault", REASONS)
def test_a_fault_of_a_parser_costs_what_it_parses_and_says_why(sandbox: Sandbox, fault: str) -> None:
    with pytest.raises(DocumentUnreadable, match=REASONS[fault]):
        sandbox.parse(Told, trap, trap_of(fault).encode())
    assert ["a b"] == [told.given for told in sandbox.parse(Told, trap, b"", "a", "b")]


def test_readers_and_parsers_share_a_process(sandbox: Sandbox, reader: Reader) -> None:
    assert [str(process_of(reader))] == [told.process for told in sandbox.parse(Told, trap, b"")]


def test_records_of_another_shape_are_not_taken(sandbox: Sandbox) -> None:
    with pytest.raises(DocumentUnreadable, match="crash"):
        sandbox.parse(Three, cast("Callable[..., list[Three]]", trap), b"")


def test_every_fault_is_looked_at() -> None:
    assert set(FAULTS) == {*REASONS, "prints", "refuses"}


def test_a_refusal_keeps_its_kind_its_words_and_the_process(reader: Reader) -> None:
    before = process_of(reader)
    with pytest.raises(DocumentNotText, match=r"^It is a picture\. Describe it\.$"):
        reader.read(b"refuses", name="a")
    assert before == process_of(reader)


@on_unix
def test_too_much_memory_means_too_large(reader: Reader) -> None:
    with pytest.raises(DocumentTooLarge):
        reader.read(b"takes all memory", name="a")


def test_what_a_reader_prints_is_no_reply(reader: Reader) -> None:
    assert "a" == reader.read(b"prints", name="a").title


def test_one_process_reads_many_documents(reader: Reader) -> None:
    assert 1 == len({process_of(reader) for _ in range(20)})


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="nothing to wait with until it has died")
def test_a_process_that_died_of_itself_is_replaced_and_no_document_is_lost(reader: Reader) -> None:
    before = process_of(reader)
    os.kill(before, signal.SIGTERM)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert before != process_of(reader)


def test_threads_do_not_wait_for_each_other(sandbox: Sandbox) -> None:
    reader = sandbox.reader("trap")
    with ThreadPoolExecutor(4) as threads:
        slow = threads.submit(lambda: reader.read(b"sleeps without end", name="a"))
        assert len(set(threads.map(lambda _: process_of(reader), range(9)))) <= 4
        assert isinstance(slow.exception(), DocumentUnreadable)


def test_no_token_of_the_environment_reaches_a_document(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "swordfish")
    assert "DISCORD_TOKEN" not in reader.read(b"", name="a").blocks[0].text


def test_it_starts_without_the_model_and_the_index() -> None:
    heavy = "{'torch', 'faiss', 'numpy', 'sentence_transformers', 'tantivy'}"
    code = f"import sys, index.sandboxed, index.readers.html; print({heavy} & set(sys.modules))"
    assert (
        "set()"
        == subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
    )


@pytest.mark.parametrize("closes", [True, False])
def test_its_processes_end_with_it(closes: bool) -> None:
    sandbox = Sandbox(TRAP, LIMITS)
    process = process_of(sandbox.reader("trap"))
    sandbox.close() if closes else None
    del sandbox
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
