"""Reads Word documents, by way of the HTML that mammoth makes of them."""

from typing import Any
from xml.dom import expatbuilder  # noqa: F401 - mammoth imports it late, when no file can be opened

import mammoth
from lxml import etree  # type: ignore[import-untyped]

from index.errors import DocumentEmpty
from index.passages import Extract
from index.readers.archive import Archive
from index.readers.decoding import clean
from index.readers.foreign import refusing_damage
from index.readers.html import parse
from index.readers.markup import parse_xml
from index.readers.office import open_office
from index.readers.outline import Outline, title_from
from index.readers.pages import Element
from index.readers.walking import walk

_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
"""
_BACK = "//a[starts-with(@href, '#footnote-ref') or starts-with(@href, '#endnote-ref')]"
_PROPERTIES = "docProps/core.xml"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


class WordReader:
    """Reads .docx. Its title is what is set as one, else its one heading of level one."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        archive = open_office(data, ending="docx")
        with refusing_damage():
            page = _page(archive)
            outline = Outline(_title(page, archive) or title_from(name))
            walk(page, outline)
        return outline.extract(name=name)


def _page(archive: Archive) -> Element:
    made = mammoth.convert_to_html(
        archive.stream(), style_map=_STYLES, convert_image=mammoth.images.img_element(_no_picture)
    )
    if not made.value.strip():
        raise DocumentEmpty
    page = parse(made.value)
    for arrow in page.xpath(_BACK):
        arrow.set("hidden", "")
    return page


def _no_picture(image: Any) -> dict[str, str]:
    """Leave a picture out; mammoth would write all of it into the page."""
    return {}


def _title(page: Element, archive: Archive) -> str:
    titles = page.xpath("//h1[@class='title']")
    headings = page.xpath("//h1")
    if titles or len(headings) == 1:
        return clean("".join((titles or headings)[0].itertext()))
    properties = parse_xml(archive.read(_PROPERTIES)) if _PROPERTIES in archive else etree.Element("none")
    return clean(properties.findtext(_TITLE) or "").strip()
