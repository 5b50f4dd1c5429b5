"""PDF: the text of pages in the order of reading, without what is printed around it."""

from collections.abc import Callable

import pytest
from fpdf import FPDF

from index.errors import DocumentEmpty, DocumentNotText, DocumentUnreadable
from index.passages import Block, BlockKind, Extract
from index.readers.pdf import PdfReader
from tests.fakes.documents import pdf, pdf_of

LONG = "The kettle sings when the water is near its boiling point and the lid begins to dance on it. "


class Book(FPDF):
    """A printed book with a running head and page numbers."""

    head = ""
    foot = ""

    def header(self) -> None:
        self.set_font("helvetica", size=9)
        self.cell(0, 10, self.head, new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("helvetica", size=9)
        self.cell(0, 10, self.foot.format(self.page_no()), align="C")

    def heading(self, text: str, size: int = 20, *, listed: bool = False, style: str = "B") -> None:
        self.set_font("helvetica", style, size)
        if listed:
            self.start_section(text)
        self.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")

    def say(self, text: str, font: str = "helvetica", **more: object) -> None:
        self.set_font(font, size=11)
        self.multi_cell(0, 5, text, **more)  # type: ignore[arg-type]
        self.ln(3)


def read(book: FPDF | bytes, name: str = "kettle book.pdf") -> Extract:
    return PdfReader().read(book if isinstance(book, bytes) else bytes(book.output()), name=name)


def book(write: Callable[[Book], object], *, head: str = "", foot: str = "") -> Book:
    made = Book()
    made.head, made.foot = head, foot
    made.add_page()
    write(made)
    return made


def texts(extract: Extract, *kinds: BlockKind) -> list[str]:
    return [block.text for block in extract.blocks if not kinds or block.kind in kinds]


def test_a_paragraph_is_one_block_on_its_page() -> None:
    made = book(lambda it: it.say(LONG * 6))
    made.add_page()
    made.say("Tea is served at noon.")
    first, second = read(made).blocks
    assert ((LONG * 6).strip(), "page 1", "page=1") == (first.text, first.place, first.anchor)
    assert ("Tea is served at noon.", "page 2", "page=2") == (second.text, second.place, second.anchor)


def test_headings_are_told_by_their_size() -> None:
    def write(it: Book) -> None:
        it.heading("Brewing tea", 22)
        it.heading("Green tea", 16)
        it.say(LONG)
        it.heading("Water", 11)
        it.say(LONG)

    extract = read(book(write))
    assert "Brewing tea" == extract.title
    assert [("Green tea",), ("Green tea", "Water")] == [
        block.heading for block in extract.blocks if block.kind is BlockKind.PARAGRAPH
    ]


def test_headings_are_those_of_the_outline_where_there_is_one() -> None:
    def write(it: Book) -> None:
        it.heading("Of kettles and why a\nlong name is broken", 14, listed=False)
        it.say(LONG)
        it.heading("Repairs", 11, listed=True, style="")
        it.say(LONG)

    extract = read(book(write))
    assert ["Repairs"] == texts(extract, BlockKind.HEADING)
    assert ("Repairs",) == extract.blocks[-1].heading


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("The kettle book", "The kettle book"),
        ("Microsoft Word - final_v3.docx", "Kettle book"),
        ("Untitled", "Kettle book"),
        ("(anonymous)", "Kettle book"),
        ("Document1", "Kettle book"),
    ],
)
def test_the_title_is_the_one_in_the_properties_unless_a_program_made_it_up(given: str, title: str) -> None:
    made = book(lambda it: it.say(LONG))
    made.set_title(given)
    assert title == read(made).title


def test_running_heads_and_page_numbers_are_left_out() -> None:
    made = book(lambda it: it.say(LONG * 3), head="The kettle book", foot="Page {} of 9")
    for number in range(4):
        made.add_page()
        made.say(f"Kettle {number} is blue. " + LONG)
    said = "\n".join(texts(read(made)))
    assert ("The kettle book" in said, "Page" in said) == (False, False)
    assert all(f"Kettle {number} is blue." in said for number in range(4))


def test_numbers_that_count_the_pages_go_with_the_chapters_they_stand_by() -> None:
    made = Book()
    for number in range(1, 5):
        made.head = f"{chr(64 + number)} chapter of its own {number + 7}"
        made.add_page()
        made.say(f"Kettle {number} is blue. " + LONG)
    assert not any("chapter" in text for text in texts(read(made)))


def test_words_that_line_ends_part_are_whole_again() -> None:
    def write(it: Book) -> None:
        it.say("A kettle boils. Well-known teas are fine, as is a well-known pot.")
        it.say(LONG[:70] + "and the ket-\ntle boils, as is well-\nknown by all who have seen one.")

    [_, mended] = read(book(write)).blocks
    assert "and the kettle boils, as is well-known by all" in mended.text


def test_a_sentence_that_goes_on_overleaf_is_one_block_of_both_pages() -> None:
    made = book(lambda it: it.say(LONG.replace(". ", "") + " until someone who stands near it, perhaps a"))
    made.add_page()
    made.say("guest of the house, takes it off the fire. " + LONG)
    [block] = read(made).blocks
    assert "perhaps a guest of the house" in block.text
    assert ("pages 1–2", "page=1") == (block.place, block.anchor)


def test_items_and_code_are_told_from_prose() -> None:
    def write(it: Book) -> None:
        it.say(LONG)
        it.say("- Fill the kettle.\n- Boil it, " + LONG + LONG + "\n- Pour.")
        it.say("def boil():\n    return True", "courier")

    blocks = read(book(write)).blocks
    assert [BlockKind.PARAGRAPH, *[BlockKind.ITEM] * 3, BlockKind.CODE] == [block.kind for block in blocks]
    assert f"- Boil it, {LONG}{LONG}".strip() == blocks[2].text
    assert "def boil():\n    return True" == blocks[4].text


def test_columns_are_read_one_after_the_other() -> None:
    def write(it: Book) -> None:
        it.set_font("helvetica", size=11)
        with it.text_columns(ncols=2, gutter=10, text_align="L") as columns:
            columns.write("Left " + LONG * 30)
            columns.write("Right " + LONG * 20)

    said = " ".join(texts(read(book(write))))
    assert "".join((LONG * 30).split()) in "".join(said.split())


def test_a_scan_says_that_it_has_no_text_and_what_to_do() -> None:
    def write(it: Book) -> None:
        it.rect(20, 20, 100, 100, style="F")

    with pytest.raises(DocumentEmpty, match=r"is a scan.*OCR"):
        read(book(write))


def test_a_scan_with_a_stamp_on_each_page_is_a_scan() -> None:
    made = book(lambda it: None, foot="Scanned by KettleScan")
    for _ in range(3):
        made.add_page()
    with pytest.raises(DocumentEmpty, match="is a scan"):
        read(made)


def test_a_password_is_named() -> None:
    made = book(lambda it: it.say(LONG))
    made.set_encryption(owner_password="a", user_password="b")
    with pytest.raises(DocumentUnreadable, match="protected by a password"):
        read(made)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><p>Tea</p></html>", "is no PDF"),
        (b"%PDF-1.7\nand nothing more", "is damaged"),
        (pdf("Tea")[:200], "is damaged"),
    ],
)
def test_what_is_no_pdf_or_half_of_one_says_so(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentUnreadable, match=reason):
        read(data)


def test_letters_that_a_font_does_not_name_are_no_text() -> None:
    cmap = b"1 beginbfrange <00> <FF> <E000> endbfrange"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol /ToUnicode 7 0 R >>"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap)
    made = pdf_of(b"BT /F1 12 Tf 72 720 Td (kettle tea water) Tj ET", font, stream)
    with pytest.raises(DocumentNotText, match="which letters"):
        read(made.replace(b"/F1 4 0 R", b"/F1 6 0 R"))


def test_what_stands_on_a_page_is_found_there_by_its_anchor() -> None:
    made = book(lambda it: it.say("One."))
    for number in (2, 3):
        made.add_page()
        made.heading(f"Chapter {number}", 20)
        made.say(f"Sentence of page {number}.")
    expected = {f"Sentence of page {number}.": f"page={number}" for number in (2, 3)}
    found: dict[str, Block] = {block.text: block for block in read(made).blocks}
    assert expected == {text: found[text].anchor for text in expected}
