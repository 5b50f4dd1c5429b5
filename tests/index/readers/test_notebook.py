"""Notebooks become the prose and the code of their cells, with the beginning of what was printed."""

import json

import pytest

from index.errors import DocumentDamaged, DocumentUnreadable
from index.passages import Block, BlockKind
from index.readers.notebook import LONGEST_OUTPUT, NotebookReader
from tests.fakes.documents import markdown_cell, notebook


def code_cell(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs)}


def blocks_of(data: bytes) -> list[Block]:
    return list(NotebookReader().read(data, name="a.ipynb").blocks)


def test_prose_and_code_stand_under_their_headings() -> None:
    data = notebook(
        markdown_cell("# Tea\n\nAll about *tea*."),
        markdown_cell("## Hot Water\nIt boils:"),
        code_cell("boil(80)", {"output_type": "stream", "name": "stdout", "text": ["\x1b[31mdone\x1b[0m\n"]}),
        {"cell_type": "raw", "source": "nothing to read"},
    )
    assert "Tea" == NotebookReader().read(data, name="a.ipynb").title
    assert [
        (BlockKind.HEADING, "Tea", (), "Tea"),
        (BlockKind.PARAGRAPH, "All about tea.", (), "Tea"),
        (BlockKind.HEADING, "Hot Water", (), "Hot-Water"),
        (BlockKind.PARAGRAPH, "It boils:", ("Hot Water",), "Hot-Water"),
        (BlockKind.CODE, "boil(80)", ("Hot Water",), "Hot-Water"),
        (BlockKind.CODE, "done", ("Hot Water",), "Hot-Water"),
    ] == [(block.kind, block.text, block.heading, block.anchor) for block in blocks_of(data)]


def test_results_and_errors_are_short() -> None:
    log = "".join(f"line {number}\n" for number in range(1000))
    [_, result, error] = blocks_of(
        notebook(
            code_cell(
                "run()",
                {"output_type": "execute_result", "data": {"text/plain": log, "text/html": "<b>no</b>"}},
                {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/plain": "<Figure>"}},
                {"output_type": "error", "ename": "ValueError", "evalue": "too hot", "traceback": ["..."]},
            )
        )
    )
    assert result.text.endswith("line 75")
    assert len(result.text) <= LONGEST_OUTPUT
    assert "ValueError: too hot" == error.text


def test_notebooks_of_old_are_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Water"},
        {"cell_type": "code", "input": ["boil()"], "outputs": [{"output_type": "pyout", "text": "80"}]},
    ]
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()
    assert ["Water", "boil()", "80"] == [block.text for block in blocks_of(data)]


@pytest.mark.parametrize("data", [b"{", b"[]", b"{}", b"null", b"# Tea", b"[" * 100_000])
def test_what_is_no_notebook_says_so(data: bytes) -> None:
    with pytest.raises(DocumentUnreadable, match=r"no Jupyter notebook|damaged|nested"):
        blocks_of(data)


@pytest.mark.parametrize(
    "cells", [None, 1, [1], [{}], [{"cell_type": "code", "source": {}, "outputs": [{"data": 1}, 2]}], [[]]]
)
def test_a_notebook_of_odd_cells_is_empty(cells: object) -> None:
    with pytest.raises(DocumentUnreadable) as refused:
        blocks_of(json.dumps({"nbformat": 4, "cells": cells, "metadata": 7}).encode())
    assert not isinstance(refused.value, DocumentDamaged)
