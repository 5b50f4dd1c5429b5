"""Office documents that claim far more than they hold, or lead back to themselves."""

import re
from io import BytesIO

from openpyxl import Workbook

from tests.fakes.documents import paragraph, presented, word, worksheet
from tests.index.hostile.making import Traps, replaced, text_of

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = f'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{_OFFICE}"'
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_SLIDE = (
    f'xmlns:a="{_DRAWING}/main" xmlns:r="{_OFFICE}" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _relationships(*targets: tuple[str, str, str], mode: str = "Internal") -> str:
    """Return relationships: the id, kind and target of each."""
    each = "".join(
        f'<Relationship Id="{id}" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        for id, kind, target in targets
    )
    return f'<Relationships xmlns="{_RELATIONSHIPS}">{each}</Relationships>'


# Workbooks


def _cell(place: str, text: str = "tea") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def _sheet(rows: str, after: str = "") -> bytes:
    sheet = f"<worksheet {_SHEET}><sheetData>{rows}</sheetData>{after}</worksheet>"
    return replaced(worksheet(("tea",)), {"xl/worksheets/sheet1.xml": sheet})


def _sheets_that_are_one() -> bytes:
    sheets = "".join(f'<sheet name="s{at}" sheetId="{at}" r:id="rId1"/>' for at in range(1, 1_001))
    return replaced(
        worksheet(("tea",)), {"xl/workbook.xml": f"<workbook {_SHEET}><sheets>{sheets}</sheets></workbook>"}
    )


def _numbers(code: str) -> bytes:
    made, kept = Workbook(), BytesIO()
    for row in range(1, 1_001):
        made.active.append([1.5, "tea"])
        made.active[f"A{row}"].number_format = code
    made.save(kept)
    return kept.getvalue()


def _sheet_elsewhere() -> bytes:
    elsewhere = _relationships(("rId1", "worksheet", "../../../../etc/passwd"))
    return replaced(worksheet(("tea",)), {"xl/_rels/workbook.xml.rels": elsewhere})


def _linked_workbook() -> bytes:
    made = worksheet(("tea",))
    links = '</sheets><externalReferences><externalReference r:id="link"/></externalReferences>'
    link = f'<Relationship Id="link" Type="{_OFFICE}/externalLink" Target="file:///etc/passwd" '
    known = text_of(made, "xl/_rels/workbook.xml.rels")
    book = text_of(made, "xl/workbook.xml").replace("</sheets>", links)
    return replaced(
        made,
        {
            "xl/workbook.xml": book.replace("<workbook ", f'<workbook xmlns:r="{_OFFICE}" '),
            "xl/_rels/workbook.xml.rels": known.replace(
                "</Relationships>", f'{link}TargetMode="External"/></Relationships>'
            ),
        },
    )


WORKBOOKS: Traps = {
    "a word in the last corner of a sheet": (
        "xlsx",
        lambda: _sheet(f'<row r="1">{_cell("A1")}</row><row r="1048576">{_cell("XFD1048576")}</row>'),
    ),
    "a row that is numbered a trillion": (
        "xlsx",
        lambda: _sheet(
            f'<row r="1">{_cell("A1")}</row><row r="1000000000000">{_cell("A1000000000000")}</row>'
        ),
    ),
    "1,000 rows with a word in the last column": (
        "xlsx",
        lambda: _sheet("".join(f'<row r="{at}">{_cell(f"XFD{at}")}</row>' for at in range(1, 1_001))),
    ),
    "a column that there is not": ("xlsx", lambda: _sheet(f"<row>{_cell('ZZZZZZ1')}</row>")),
    "a text that the workbook does not hold": (
        "xlsx",
        lambda: _sheet('<row r="1"><c r="A1" t="s"><v>999999</v></c></row>'),
    ),
    "a cell of 100,000 digits": ("xlsx", lambda: _sheet(f'<row><c r="A1"><v>{"9" * 100_000}</v></c></row>')),
    "a cell 5,000 deep": (
        "xlsx",
        lambda: _sheet(f'<row r="1"><c r="A1" t="inlineStr">{"<is>" * 5_000}tea{"</is>" * 5_000}</c></row>'),
    ),
    "20,000 cells that are merged with all others": (
        "xlsx",
        lambda: _sheet(
            f'<row r="1">{_cell("A1")}</row>',
            "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 20_000 + "</mergeCells>",
        ),
    ),
    "a sheet under 1,000 names": ("xlsx", _sheets_that_are_one),
    "formulas that wait for each other": ("xlsx", lambda: worksheet(("=B1", "=A1"))),
    "1,000 numbers in 4,000 brackets": ("xlsx", lambda: _numbers("0" + "[" * 4_000)),
    "1,000 numbers with 30,000 decimals": ("xlsx", lambda: _numbers("0." + "0" * 30_000)),
    "a sheet that is /etc/passwd": ("xlsx", _sheet_elsewhere),
    "a workbook that is linked to /etc/passwd": ("xlsx", _linked_workbook),
}


# Presentations


def _slide(shapes: str) -> bytes:
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    tree = f"<p:spTree>{group}{shapes}</p:spTree>"
    slide = f"<p:sld {_SLIDE}><p:cSld>{tree}</p:cSld></p:sld>"
    return replaced(presented(("Kettles", "tea")), {"ppt/slides/slide1.xml": slide})


def _groups(depth: int) -> bytes:
    group = (
        '<p:grpSp><p:nvGrpSpPr><p:cNvPr id="2" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    )
    return _slide(group * depth + "</p:grpSp>" * depth)


def _table(*, rows: int, columns: int) -> bytes:
    cell = "<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>tea</a:t></a:r></a:p></a:txBody></a:tc>"
    row = f'<a:tr h="1">{cell * columns}</a:tr>'
    table = f"<a:tbl><a:tblGrid/>{row * rows}</a:tbl>"
    name = '<p:nvGraphicFramePr><p:cNvPr id="4" name=""/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
    graphic = f'<a:graphic><a:graphicData uri="{_DRAWING}/table">{table}</a:graphicData></a:graphic>'
    return _slide(f"<p:graphicFrame>{name}<p:xfrm/>{graphic}</p:graphicFrame>")


def _slide_again(times: int) -> bytes:
    made = presented(("Kettles", "tea"))
    listed = text_of(made, "ppt/presentation.xml")
    found = re.search(r'<p:sldId (r:id="[^"]*" )?id="256"([^>]*)/>', listed)
    assert found
    again = "".join(found[0].replace("256", str(256 + at)) for at in range(times))
    return replaced(made, {"ppt/presentation.xml": listed.replace(found[0], again)})


def _notes(target: str) -> bytes:
    rels = _relationships(
        ("n", "notesSlide", target), ("l", "slideLayout", "../slideLayouts/slideLayout2.xml")
    )
    return replaced(presented(("Kettles", "tea")), {"ppt/slides/_rels/slide1.xml.rels": rels})


def _ring(parts: int) -> bytes:
    layout = ("l", "slideLayout", "../slideLayouts/slideLayout2.xml")
    files = {"ppt/slides/_rels/slide1.xml.rels": _relationships(layout, ("x", "x", "../ring/0.xml"))}
    for at in range(parts):
        files[f"ppt/ring/{at}.xml"] = "<a/>"
        files[f"ppt/ring/_rels/{at}.xml.rels"] = _relationships(("x", "x", f"{(at + 1) % parts}.xml"))
    return replaced(presented(("Kettles", "tea")), files)


PRESENTATIONS: Traps = {
    "a slide that is listed 5,000 times": ("pptx", lambda: _slide_again(5_000)),
    "shapes in groups 5,000 deep": ("pptx", lambda: _groups(5_000)),
    "shapes in groups 100 deep": ("pptx", lambda: _groups(100)),
    "a slide's table of 10,000 columns": ("pptx", lambda: _table(rows=1, columns=10_000)),
    "a slide's table of 2,000 rows": ("pptx", lambda: _table(rows=2_000, columns=1)),
    "a slide that is its own notes": ("pptx", lambda: _notes("slide1.xml")),
    "notes that there are not": ("pptx", lambda: _notes("../notesSlides/notes.xml")),
    "notes that are /etc/passwd": ("pptx", lambda: _notes("../../../../../etc/passwd")),
    "2,000 parts of a presentation in a ring": ("pptx", lambda: _ring(2_000)),
}


# Word documents


def _related(files: dict[str, str], kind: str, target: str, *parts: str, mode: str = "Internal") -> bytes:
    rels = _relationships(("x", kind, target), mode=mode)
    return replaced(word(*parts), {"word/_rels/document.xml.rels": rels, **files})


def _tables(depth: int) -> bytes:
    return word("<w:tbl><w:tr><w:tc>" * depth + paragraph("tea") + "</w:tc></w:tr></w:tbl>" * depth)


def _styles_in_a_ring() -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{base}"/></w:style>'
        for name, base in ("AB", "BA")
    )
    return replaced(
        word(paragraph("tea", "A")), {"word/styles.xml": f"<w:styles {_WORD}>{styles}</w:styles>"}
    )


def _footnote_of_itself() -> bytes:
    noted = '<w:p><w:r><w:footnoteReference w:id="1"/><w:t>tea</w:t></w:r></w:p>'
    notes = f'<w:footnotes {_WORD}><w:footnote w:id="1">{noted}</w:footnote></w:footnotes>'
    return _related({"word/footnotes.xml": notes}, "footnotes", "footnotes.xml", noted)


def _picture_elsewhere() -> bytes:
    picture = (
        f'<wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" xmlns:a="{_DRAWING}/main" '
        f'xmlns:pic="{_DRAWING}/picture" xmlns:r="{_OFFICE}"><a:graphic><a:graphicData><pic:pic>'
        '<pic:blipFill><a:blip r:link="x"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline>'
    )
    shown = f"<w:p><w:r><w:drawing>{picture}</w:drawing></w:r></w:p>"
    return _related({}, "image", "file:///etc/passwd", shown, paragraph("tea"), mode="External")


WORD: Traps = {
    "Word tables 2,000 deep": ("docx", lambda: _tables(2_000)),
    "a Word paragraph of 5,000 pieces": (
        "docx",
        lambda: word(f"<w:p>{'<w:r><w:t>tea </w:t></w:r>' * 5_000}</w:p>"),
    ),
    "Word fields 2,000 deep": (
        "docx",
        lambda: word(
            "<w:p>", '<w:r><w:fldChar w:fldCharType="begin"/><w:t>tea</w:t></w:r>' * 2_000, "</w:p>"
        ),
    ),
    "a Word cell a billion columns wide": (
        "docx",
        lambda: word(
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>'
            f"{paragraph('tea')}</w:tc></w:tr></w:tbl>"
        ),
    ),
    "Word styles that are based on each other": ("docx", _styles_in_a_ring),
    "a Word footnote of itself": ("docx", _footnote_of_itself),
    "a Word picture that is /etc/passwd": ("docx", _picture_elsewhere),
}
