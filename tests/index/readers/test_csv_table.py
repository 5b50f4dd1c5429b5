"""A row of a table is read on its own, with the names of its columns."""

import pytest
from hypothesis import given, settings, strategies as st

from index.errors import DocumentTooLarge, DocumentUnreadable
from index.passages import Block
from index.readers import tabular
from index.readers.csv_table import CsvReader


def blocks_of(text: str) -> list[Block]:
    return list(CsvReader().read(text.encode(), name="a.csv").blocks)


def rows_of(text: str) -> list[tuple[str, str]]:
    return [(block.text, block.place) for block in blocks_of(text)]


def test_each_row_names_its_columns_and_its_place() -> None:
    assert [
        ("Tea: Green\nWater: 80 degrees", "row 2"),
        ("Tea: Black, strong\nWater: 95 degrees\nno column", "row 4"),
    ] == rows_of('Tea,Water,Note\nGreen,80 degrees,\n\n"Black,\nstrong",95 degrees,,no column\n')


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_detected(separator: str) -> None:
    rows = [["Tea", "Price"], ["Green, fine", "1,50"], ["Black", "2,00"]]
    quoted = [[f'"{cell}"' if "," in cell and separator == "," else cell for cell in row] for row in rows]
    text = "\n".join(separator.join(row) for row in quoted)
    assert [("Tea: Green, fine\nPrice: 1,50", "row 2"), ("Tea: Black\nPrice: 2,00", "row 3")] == rows_of(text)


def test_the_encoding_of_old_spreadsheets_is_detected() -> None:
    table = "Getränk;Preis\nKaffee für Gäste;drei Mark fünfzig\n".encode("cp1252")
    [block] = CsvReader().read(table, name="a.csv").blocks
    assert "Getränk: Kaffee für Gäste\nPreis: drei Mark fünfzig" == block.text


def test_a_title_above_the_header_is_kept() -> None:
    assert [("Prices of 2026", "row 1"), ("Tea: Green\nPrice: 2", "row 4")] == rows_of(
        "Prices of 2026,\n,\nTea,Price\nGreen,2\n"
    )


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("1,2\n3,4\n", ["1 | 2", "3 | 4"]),
        ("Green tea\nBlack tea\n", ["Green tea", "Black tea"]),
        ("Tea,Price\n", ["Tea | Price"]),
        ("sep=;\na;b\nc, e;d\n", ["a: c, e\nb: d"]),
    ],
)
def test_tables_of_other_shapes_are_read(table: str, rows: list[str]) -> None:
    assert rows == [text for text, _ in rows_of(table)]


def test_a_long_row_is_read_under_its_first_cell() -> None:
    question, answer = "How hot?", "Hot. " * 200
    parts = [block.text for block in blocks_of(f"Question,Short,Answer\n{question},{'x ' * 200},{answer}\n")]
    assert ["Question: How hot?"] * 2 == [part.split("\n")[0] for part in parts]


def test_a_cell_may_be_long() -> None:
    assert blocks_of(f"1,{'Hot. ' * 40_000}\n")


def test_a_table_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "MAX_ROWS", 10)
    with pytest.raises(DocumentTooLarge, match=r"rows\. Split"):
        blocks_of("1,2\n" * 12)


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.sampled_from('a1,;|\t"\n \\é'), max_size=60))
def test_any_table_is_read_or_refused(text: str) -> None:
    try:
        blocks = blocks_of(text)
    except DocumentUnreadable as error:
        refusal = str(error)
        assert refusal.endswith(".")
    else:
        assert all(block.text.strip() and block.place for block in blocks)
