"""Each row of a file is a document: a question with its answer, or a title with its text."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.errors import DocumentUnreadable, SourceUnavailable
from index.ports import Entry
from index.readers.html import HtmlReader
from index.readers.markdown import MarkdownReader
from index.sandbox import Sandbox
from index.sources import rows
from index.sources.options import check
from index.sources.rows import CsvSource, JsonlSource, RowsSource
from tests.fakes.parsing import parse_here
from tests.index.trapping import TRAPS, on_unix, trapping
from tests.index.traps import trap_of

NONE: Mapping[str, str] = {}


def source(kind: type[RowsSource], path: Path, text: str, options: Mapping[str, str] = NONE) -> RowsSource:
    path.write_text(text)
    check({"rows": lambda: kind.OPTIONS}, "rows", options)
    return kind(
        str(path),
        formats=frozenset({"md"}),
        options=options,
        parse=parse_here,
        base_url="https://example.org/faq",
    )


def jsonl(path: Path, *objects: object, options: Mapping[str, str] = NONE) -> RowsSource:
    return source(JsonlSource, path, "\n".join(map(json.dumps, objects)), options)


def said(source: RowsSource, entry: Entry) -> tuple[str, list[str]]:
    reader = HtmlReader() if entry.format == "html" else MarkdownReader()
    extract = reader.read(source.fetch(entry), name=entry.name)
    return extract.title, [block.text for block in extract.blocks if block.text != extract.title]


def test_a_row_is_a_question_with_its_answer(tmp_path: Path) -> None:
    found = jsonl(
        tmp_path / "faq.jsonl",
        {"question": "How *hot*?", "answer": "80 degrees_\nor so.", "updated": "2026-03-02", "n": 1},
        {"Title": "Cups", "Text": "They are big.", "url": "https://example.org/cups", "id": 7},
    )
    first, second = found.entries()
    assert ("How *hot*?", ["80 degrees_\nor so."]) == said(found, first)
    assert ("Cups", ["They are big."]) == said(found, second)
    assert ("faq.jsonl, row 1", "https://example.org/faq") == (first.uri, first.url)
    assert ("faq.jsonl, 7", "https://example.org/cups") == (second.uri, second.url)
    assert datetime(2026, 3, 2, tzinfo=UTC) == first.updated_at


def test_a_table_has_its_columns_named_by_options(tmp_path: Path) -> None:
    table = 'Problem;Remedy;Where\nCold tea;"Boil it;\nagain";javascript:alert(1)\n\nNo tea;;\n'
    options = {"title": "Problem", "text": "Remedy", "link": "Where"}
    found = source(CsvSource, tmp_path / "help.csv", table, options)
    first, second = found.entries()
    assert ("Cold tea", ["Boil it;\nagain"]) == said(found, first)
    assert ("help.csv, row 2", "https://example.org/faq") == (first.uri, first.url)
    with pytest.raises(DocumentUnreadable, match="no text"):
        found.fetch(second)


@pytest.mark.parametrize(
    ("markup", "text", "blocks"),
    [
        ("plain", "*Hot* <b>tea</b>", ["*Hot* <b>tea</b>"]),
        ("markdown", "*Hot* tea\n\n- now", ["Hot tea", "- now"]),
        ("html", "<p><b>Hot</b> tea</p>", ["Hot tea"]),
    ],
)
def test_texts_may_have_markup(tmp_path: Path, markup: str, text: str, blocks: list[str]) -> None:
    found = jsonl(tmp_path / "a.jsonl", {"title": "Tea", "text": text}, options={"markup": markup})
    assert ("Tea", blocks) == said(found, next(found.entries()))


def test_only_the_row_that_changed_has_another_version(tmp_path: Path) -> None:
    before = [each.version for each in jsonl(tmp_path / "a.jsonl", {"text": "a"}, {"text": "b"}).entries()]
    after = [each.version for each in jsonl(tmp_path / "a.jsonl", {"text": "a"}, {"text": "c"}).entries()]
    assert (True, False) == (before[0] == after[0], before[1] == after[1])


def test_a_line_that_is_no_row_fails_alone(tmp_path: Path) -> None:
    text = '{"text": "Tea."}\nnot json\n[1]\n' + "[" * 100_000 + '\n{"text": "Cups."}\n'
    found = source(JsonlSource, tmp_path / "a.jsonl", text)
    entries = list(found.entries())
    for entry in entries[1:4]:
        with pytest.raises(DocumentUnreadable, match="no JSON object"):
            found.fetch(entry)
    assert ("a.jsonl, row 5", ["Cups."]) == (entries[4].uri, said(found, entries[4])[1])


def test_rows_of_one_name_stay_apart(tmp_path: Path) -> None:
    found = jsonl(tmp_path / "a.jsonl", {"id": "x", "text": "a"}, {"id": "x", "text": "b"})
    assert ["a.jsonl, x", "a.jsonl, x (row 2)"] == [entry.uri for entry in found.entries()]


def test_a_file_that_is_no_table_of_texts_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceUnavailable, match=r"no column text or answer.*It has: frage, n\."):
        list(jsonl(tmp_path / "a.jsonl", {"Frage": "Wie?", "n": 1}).entries())
    with pytest.raises(SourceUnavailable, match=r"gone\.csv could not be read"):
        list(
            CsvSource(str(tmp_path / "gone.csv"), formats=frozenset(), options={}, parse=parse_here).entries()
        )
    monkeypatch.setattr(rows, "MAX_ROWS", 1)
    with pytest.raises(SourceUnavailable, match="more than 1 rows"):
        list(jsonl(tmp_path / "a.jsonl", {"text": "a"}, {"text": "b"}).entries())


@pytest.mark.parametrize("kind", [CsvSource, JsonlSource])
def test_rows_come_out_of_the_sandbox_as_they_stand(tmp_path: Path, kind: type[RowsSource]) -> None:
    path = tmp_path / "rows"
    path.write_text("text\nT\u00e9a\n" if kind is CsvSource else '{"text": "T\u00e9a"}\nno object', "utf-8")
    sandbox = Sandbox({})
    entries = [
        [entry.version for entry in kind(str(path), formats=frozenset(), options={}, parse=parse).entries()]
        for parse in (sandbox.parse, parse_here)
    ]
    sandbox.close()
    assert entries[0] == entries[1]


@on_unix
@pytest.mark.parametrize("fault", TRAPS)
@pytest.mark.parametrize("kind", [CsvSource, JsonlSource])
def test_rows_that_are_a_trap_cannot_be_read(tmp_path: Path, kind: type[RowsSource], fault: str) -> None:
    path = tmp_path / "rows"
    path.write_text(trap_of(fault))
    with trapping() as parse, pytest.raises(SourceUnavailable, match=TRAPS[fault]):
        list(kind(str(path), formats=frozenset(), options={}, parse=parse).entries())
