"""Reads HTML: the main content of a page as blocks under its headings, without the furniture."""

import re
from dataclasses import replace

from lxml import etree  # type: ignore[import-untyped]

from index.errors import DocumentEmpty, DocumentTooLarge, DocumentUnreadable
from index.passages import Extract
from index.readers.clearing import clear
from index.readers.decoding import clean, decode
from index.readers.heads import canonical_of, language_of, updated_at_of
from index.readers.outline import Outline
from index.readers.pages import Element, content_of, name_in_head
from index.readers.walking import walk

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]+)""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 2048


class HtmlReader:
    """Reads HTML pages. An ``h1`` in the content is the title, else what the page's head says."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        page = parse(decode(data, declared=_declared(data)))
        content = content_of(page)
        if content.tag in ("body", "html"):
            clear(content)
        has_h1 = next(content.iter("h1"), None) is not None
        outline = Outline("" if has_h1 else clean(name_in_head(page)))
        walk(content, outline)
        return replace(
            outline.extract(name=name),
            url=canonical_of(page),
            language=language_of(page),
            updated_at=updated_at_of(page),
        )


def add_fragment(html: str, outline: Outline, *, without: str = "") -> None:
    """Add the blocks of a piece of HTML that stands in another format to the outline.

    ``without`` is an XPath of what in it is left out.
    """
    try:
        page = parse(html)
    except DocumentEmpty:
        return
    for element in page.xpath(without) if without else ():
        element.set("hidden", "")
    walk(page, outline)


def _declared(data: bytes) -> str:
    found = _DECLARED.search(data[:_DECLARED_WITHIN])
    return (found[1] or found[2]).decode("ascii", "ignore") if found else ""


def parse(html: str) -> Element:
    """Return the root of a page, however broken. Raises DocumentEmpty and DocumentUnreadable."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        page = etree.fromstring(html.encode(), parser)
    except etree.LxmlError as error:
        _refuse_excess(parser)
        raise DocumentEmpty from error
    _refuse_excess(parser)
    if page is None:
        raise DocumentEmpty
    return page


def _refuse_excess(parser: Element) -> None:
    # Past its limits the parser stops and keeps what it has; half a document must not pass for one.
    for entry in parser.error_log:
        if entry.type_name == "ERR_RESOURCE_LIMIT" and "depth" in entry.message:
            raise DocumentUnreadable(
                "The document's markup is nested too deeply. Simplify it, or save it as text."
            )
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            raise DocumentTooLarge
