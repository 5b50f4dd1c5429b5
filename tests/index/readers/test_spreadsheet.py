"""A workbook is read row by row, as its cells show it."""

from datetime import date, datetime, time
from io import BytesIO

import pytest
from openpyxl import Workbook

from index.errors import DocumentEmpty, DocumentUnreadable
from index.readers.spreadsheet import WorkbookReader, shown
from tests.fakes.documents import with_file, worksheet


def saved(book: Workbook) -> bytes:
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def prices() -> Workbook:
    book = Workbook()
    sheet = book.active
    sheet.title = "Prices"
    sheet.append(["Prices of spring"])
    sheet.append([])
    sheet.append(["Tea", "Price", "Since"])
    sheet.append(["Green", 1200.5, date(2026, 3, 2)])
    sheet["B4"].number_format = '#,##0.00 "€"'
    sheet.append([None, None, None])
    sheet.append(["Black\nstrong", 7, datetime(2026, 3, 2, 9, 30)])
    return book


def test_each_row_names_its_columns_and_its_place() -> None:
    extract = WorkbookReader().read(saved(prices()), name="tea_prices.xlsx")
    assert "Tea prices" == extract.title
    assert [
        ("Prices of spring", "row 1"),
        ("Tea: Green\nPrice: 1,200.50 €\nSince: 2026-03-02", "row 4"),
        ("Tea: Black strong\nPrice: 7\nSince: 2026-03-02 09:30", "row 6"),
    ] == [(block.text, block.place) for block in extract.blocks]


def test_rows_of_several_sheets_stand_under_their_names() -> None:
    book = prices()
    book.properties.title = "All about tea"
    book.create_sheet("Staff").append(["Name", "Room"])
    book["Staff"].append(["Ann", "12"])
    book.create_sheet("Secret").append(["Name", "Wage"])
    book["Secret"].sheet_state = "hidden"
    extract = WorkbookReader().read(saved(book), name="a.xlsx")
    assert "All about tea" == extract.title
    assert ("Name: Ann\nRoom: 12", "sheet Staff, row 2", ("Staff",)) == (
        extract.blocks[-1].text,
        extract.blocks[-1].place,
        extract.blocks[-1].heading,
    )


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (80, "General", "80"),
        (0.1 + 0.2, "General", "0.3"),
        (0.25, "0%", "25%"),
        (-3.5, '"€" #,##0.00;[Red]-"€" #,##0.00', "-€ 3.50"),
        (12, "[$CHF-807] 0.00", "CHF 12.00"),
        (1234567, "#,##0_ ", "1,234,567"),
        (5, "0.00E+00", "5"),
        (True, "General", "TRUE"),
        (time(9, 30), "h:mm", "09:30:00"),
        ("#REF!", "General", ""),
        ("#tea", "@", "#tea"),
    ],
)
def test_a_value_reads_as_the_sheet_shows_it(value: object, number_format: str, text: str) -> None:
    assert text == shown(value, number_format)


def test_an_empty_workbook_says_so() -> None:
    with pytest.raises(DocumentEmpty):
        WorkbookReader().read(saved(Workbook()), name="a")


def test_a_workbook_of_old_and_one_with_a_password_say_so() -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    with pytest.raises(DocumentUnreadable, match="Save it as xlsx"):
        WorkbookReader().read(old, name="a")
    with pytest.raises(DocumentUnreadable, match="password"):
        WorkbookReader().read(old + "EncryptedPackage".encode("utf-16-le"), name="a")


def test_xml_that_declares_entities_is_refused() -> None:
    trap = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    with pytest.raises(DocumentUnreadable, match="archive"):
        WorkbookReader().read(with_file(saved(prices()), "xl/worksheets/sheet1.xml", trap), name="a")


def test_formulas_that_were_never_calculated_are_told_of() -> None:
    with pytest.raises(DocumentEmpty, match="never calculated"):
        WorkbookReader().read(worksheet(("=B1", "=A1")), name="a.xlsx")
