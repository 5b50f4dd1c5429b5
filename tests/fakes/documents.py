"""A small document of every format that has a reader, made by the test that wants one."""

import json
import zipfile
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from pptx import Presentation

TEXTS = frozenset(
    {"adoc", "asciidoc", "csv", "htm", "html", "markdown", "md", "rest", "rst", "text", "tsv", "txt", "xhtml"}
)
"""Formats in which a bare sentence is a document already."""


def notebook(*cells: dict[str, Any]) -> bytes:
    """Return a Jupyter notebook of cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def markdown_cell(text: str) -> dict[str, Any]:
    """Return a cell of Markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def mailed(text: str, *, subject: str = "Kettles") -> bytes:
    """Return an e-mail of Ann Lee's."""
    made = EmailMessage()
    made["Subject"], made["From"] = subject, "Ann Lee <ann@example.org>"
    made["Date"] = "Tue, 03 Mar 2026 09:12:00 +0100"
    made.set_content(text)
    return made.as_bytes()


def worksheet(*rows: tuple[str, ...]) -> bytes:
    """Return an Excel workbook of one sheet."""
    workbook, kept = Workbook(), BytesIO()
    for row in rows:
        workbook.active.append(row)
    workbook.save(kept)
    return kept.getvalue()


def presented(*slides: tuple[str, str]) -> bytes:
    """Return a PowerPoint presentation of slides with a title and a text each."""
    made, kept = Presentation(), BytesIO()
    for title, text in slides:
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, text
    made.save(kept)
    return kept.getvalue()


def paragraph(text: str, style: str = "") -> str:
    """Return a paragraph of a Word document."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """Return a table of a Word document."""
    cells = (f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows)
    return f"<w:tbl>{''.join(cells)}</w:tbl>"


def word(*parts: str, title: str = "") -> bytes:
    """Return a Word document of paragraphs and tables."""
    kept = BytesIO()
    styles = {"Title": "Title", "Heading1": "heading 1", "Heading2": "heading 2", "Code": "Code"}
    with zipfile.ZipFile(kept, "w") as made:
        made.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        made.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="a" Target="word/document.xml" '
            f'Type="{_OFFICE}/officeDocument"/></Relationships>',
        )
        made.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="b" Target="styles.xml" '
            f'Type="{_OFFICE}/styles"/></Relationships>',
        )
        made.writestr(
            "word/styles.xml",
            f'<w:styles xmlns:w="{_WORD}">'
            + "".join(
                f'<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/></w:style>'
                for id, name in styles.items()
            )
            + "</w:styles>",
        )
        made.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{_WORD}"><w:body>{"".join(parts)}</w:body></w:document>',
        )
        made.writestr(
            "docProps/core.xml",
            f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></c>',
        )
    return kept.getvalue()


def book(
    chapters: Mapping[str, str],
    *,
    title: str = "",
    contents: Mapping[str, str] | None = None,
    extra: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return an e-book of chapters in XHTML, by file name; ``contents`` names some of them."""
    kept = BytesIO()
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
    items = "".join(
        f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters
    )
    links = "".join(f'<li><a href="{name}">{words}</a></li>' for name, words in (contents or {}).items())
    with zipfile.ZipFile(kept, "w") as made:
        made.writestr("mimetype", "application/epub+zip")
        made.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        made.writestr(
            "OEBPS/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></metadata>'
            f'<manifest>{items}<item id="nav" href="nav.xhtml" properties="nav" '
            'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="nav"/>'
            + "".join(f'<itemref idref="{name}"/>' for name in chapters)
            + "</spine></package>",
        )
        made.writestr("OEBPS/nav.xhtml", page.format(f"<nav><ol>{links}</ol></nav>"))
        for name, text in chapters.items():
            made.writestr(f"OEBPS/{name}", page.format(text))
        for name, data in (extra or {}).items():
            made.writestr(name, data)
    return kept.getvalue()


def with_file(archive: bytes, name: str, data: bytes) -> bytes:
    """Return a ZIP archive with another file in the place of one."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as before, zipfile.ZipFile(kept, "w") as after:
        for each in before.namelist():
            after.writestr(each, data if each == name else before.read(each))
    return kept.getvalue()


def said(*texts: str) -> bytes:
    """Return a conversation in which Ann Lee says one thing after the other."""
    messages = [
        {
            "id": f"{1700000000 + at}.000100",
            "author": "Ann Lee",
            "author_id": "U1",
            "written_at": "2026-03-03T09:12:00+00:00",
            "text": text,
            "link": f"https://acme.slack.com/archives/C1/p{1700000000 + at}000100",
        }
        for at, text in enumerate(texts)
    ]
    return json.dumps({"id": "1", "title": "", "messages": messages}).encode()


def zipped(files: Mapping[str, Any]) -> bytes:
    """Return a ZIP archive of JSON files."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, value in files.items():
            archive.writestr(name, json.dumps(value))
    return kept.getvalue()


def slack_export(*, replies: int = 2) -> bytes:
    """Return a Slack export: a thread in #help with an answer, a private channel, a bot and a pin."""
    start = 1772528400

    def message(user: str, text: str, at: int, **more: Any) -> dict[str, Any]:
        return {"type": "message", "user": user, "text": text, "ts": f"{start + at}.000100", **more}

    thread = {"thread_ts": f"{start}.000100"}
    return zipped(
        {
            "channels.json": [
                {"id": "C1", "name": "help", "pins": [{"type": "C", "id": f"{start + 500}.000100"}]},
                {"id": "C2", "name": "random"},
            ],
            "groups.json": [{"id": "G1", "name": "secret"}],
            "users.json": [
                {"id": "U1", "name": "ann", "profile": {"display_name": "Ann Lee"}},
                {"id": "U2", "name": "ben", "real_name": "Ben Ode", "profile": {"display_name": ""}},
                {"id": "U9", "name": "robo", "is_bot": True},
            ],
            "help/2026-03-03.json": [
                message("U1", "How do I open the <#C2|harbour> gate?", 0, **thread),
                message("U9", "I am a bot and answer nothing.", 5, **thread),
                *[
                    message(
                        "U2", "<@U1> Turn the brass key &amp; pull.\n\n```sudo open gate```", 60, **thread
                    ),
                    message("U1", "Thanks, that opened it.", 120, **thread),
                ][:replies],
                message("U1", "Nobody answers this.", 200),
                message("U1", "has joined the channel", 300, subtype="channel_join"),
            ],
            "help/2026-03-04.json": [message("U2", "The ferry leaves at noon from pier four.", 500)],
            "secret/2026-03-03.json": [
                message("U1", "What is the vault's code?", 0, **thread),
                message("U2", "The vault's code is four zeros.", 60, **thread),
            ],
        }
    )


def discord_export(*, type: str = "GuildTextChat", name: str = "help") -> bytes:
    """Return a Discord channel as JSON: a question with a chain of replies, a bot, and a pinned message."""
    ann, ben = {"id": "1", "name": "ann", "nickname": "Ann Lee"}, {"id": "2", "name": "ben"}

    def message(id: int, author: dict[str, Any], content: str, after: int = 0, **more: Any) -> dict[str, Any]:
        reference = {"reference": {"messageId": str(after)}} if after else {}
        return {
            "id": str(id),
            "type": "Reply" if after else "Default",
            "timestamp": "2026-03-03T09:12:00+01:00",
            "isPinned": False,
            "content": content,
            "author": {"isBot": False, **author},
            **reference,
            **more,
        }

    base = 100000000000000000
    return json.dumps(
        {
            "guild": {"id": "77", "name": "Acme"},
            "channel": {"id": "88", "type": type, "name": name},
            "messages": [
                message(base + 1, ann, "How do I tune the church organ?"),
                message(base + 2, {"id": "3", "name": "robo", "isBot": True}, "Beep.", base + 1),
                message(base + 3, ben, "Tune the organ with the brass sleeve.", base + 1),
                message(base + 4, ann, "That worked.", base + 3),
                message(base + 5, ann, "Idle words."),
                message(base + 6, ben, "The bells ring on Sundays.", isPinned=True),
                message(base + 7, ben, "", type="ChannelPinnedMessage"),
            ],
        }
    ).encode()


def pdf(*lines: str, size: int = 12) -> bytes:
    """Return a PDF of one page, written by hand: each line at the left, one under the other."""
    shown = "".join(f"({line}) Tj 0 -{2 * size} Td " for line in lines)
    return pdf_of(f"BT /F1 {size} Tf 72 720 Td {shown}ET".encode("latin-1"))


def pdf_of(content: bytes, *more: bytes) -> bytes:
    """Return a PDF of one page that draws ``content``; ``more`` are objects from number 6 on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R "
        b"/Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *more,
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, object in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, object)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(body))
    )


_MAKERS: dict[str, Callable[[str], bytes]] = {
    "docx": lambda sentence: word(paragraph(sentence)),
    "eml": mailed,
    "epub": lambda sentence: book({"a.xhtml": f"<p>{escape(sentence)}</p>"}),
    "ipynb": lambda sentence: notebook(markdown_cell(sentence)),
    "srt": lambda sentence: f"1\n00:00:01,000 --> 00:00:02,000\n{sentence}\n".encode(),
    "vtt": lambda sentence: f"WEBVTT\n\n00:01.000 --> 00:02.000\n{sentence}\n".encode(),
    "pdf": pdf,
    "pptx": lambda sentence: presented(("Kettles", sentence)),
    "transcript": said,
    "xlsm": lambda sentence: worksheet((sentence,)),
    "xlsx": lambda sentence: worksheet((sentence,)),
    "mbox": lambda sentence: b"From a@b Tue Mar  3 09:12:00 2026\n" + mailed(sentence),
}


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(format: str, sentence: str) -> bytes:
    """Return a document of a format that says one sentence."""
    return sentence.encode() if format in TEXTS else _MAKERS[format](sentence)
