"""An e-book is read chapter by chapter, in its order of reading."""

import zipfile
from io import BytesIO

import pytest

from index.errors import DocumentEmpty, DocumentUnreadable
from index.passages import Block
from index.readers.epub import EpubReader
from tests.fakes.documents import book, with_file

TEA = {
    "cover.xhtml": "<img src='cover.png'/>",
    "water.xhtml": "<h1><a id='w'/>Water</h1><h2>Hot</h2><p>It is&nbsp;hot.</p>",
    "cups.xhtml": "<p class='title'>CUPS</p><p>They are big.</p>",
}


def blocks_of(data: bytes) -> list[Block]:
    return list(EpubReader().read(data, name="a.epub").blocks)


def test_chapters_are_read_in_their_order_under_their_headings() -> None:
    made = book(TEA, title="All about tea", contents={"cups.xhtml": "Big cups"})
    assert "All about tea" == EpubReader().read(made, name="a.epub").title
    assert [
        ("Water", (), "w"),
        ("Hot", ("Water",), "w"),
        ("It is hot.", ("Water", "Hot"), "w"),
        ("Big cups", (), ""),
        ("CUPS", ("Big cups",), ""),
        ("They are big.", ("Big cups",), ""),
    ] == [(block.text, block.heading, block.anchor) for block in blocks_of(made)]


def test_a_book_without_a_title_is_named_after_its_file() -> None:
    assert "Tea book" == EpubReader().read(book(TEA), name="tea-book.epub").title


def test_a_book_of_pictures_says_that_it_is_empty() -> None:
    with pytest.raises(DocumentEmpty):
        blocks_of(book({"cover.xhtml": "<img src='cover.png'/>"}))


def test_a_book_that_is_locked_or_damaged_says_so() -> None:
    locked = b'<x xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherReference URI="OEBPS/%s"/></x>'
    made = book(TEA, extra={"META-INF/encryption.xml": b"<encryption/>"})
    with pytest.raises(DocumentUnreadable, match="copying"):
        blocks_of(with_file(made, "META-INF/encryption.xml", locked % b"water.xhtml"))
    assert blocks_of(with_file(made, "META-INF/encryption.xml", locked % b"font.ttf"))
    for broken in (
        made[:-60],
        with_file(made, "META-INF/container.xml", b"<x/>"),
        with_file(made, "OEBPS/book.opf", b"<package"),
        b"Tea.",
    ):
        with pytest.raises(DocumentUnreadable, match=r"damaged"):
            blocks_of(broken)


def test_a_chapter_that_is_missing_says_so() -> None:
    made = book(TEA, extra={"OEBPS/lost.xhtml": b""})
    package = b'<package><manifest><item id="a" href="gone.xhtml" media-type="text/html"/></manifest>'
    package += b'<spine><itemref idref="a"/></spine></package>'
    with pytest.raises(DocumentUnreadable, match="damaged"):
        blocks_of(with_file(made, "OEBPS/book.opf", package))


def test_a_chapter_that_is_listed_twice_is_read_once() -> None:
    made = book({"a.xhtml": "<p>Tea.</p>"})
    with zipfile.ZipFile(BytesIO(made)) as archive:
        package = archive.read("OEBPS/book.opf").replace(b"</spine>", b'<itemref idref="a.xhtml"/></spine>')
    assert ["Tea."] == [block.text for block in blocks_of(with_file(made, "OEBPS/book.opf", package))]


def test_a_book_is_not_read_without_a_chapter_that_is_nested_too_deeply() -> None:
    with pytest.raises(DocumentUnreadable, match="nested too deeply"):
        blocks_of(book({"a.xhtml": "<p>Tea.</p>", "b.xhtml": "<div>" * 5_000 + "Cups."}))
