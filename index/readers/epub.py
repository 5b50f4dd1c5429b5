"""Reads e-books: the chapters of an EPUB in their order of reading."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from index.errors import DocumentDamaged, DocumentEmpty, DocumentNotText, DocumentUnreadable
from index.passages import Extract
from index.readers.archive import Archive
from index.readers.decoding import clean, decode, refuse_extremes
from index.readers.foreign import refusing_damage
from index.readers.html import parse
from index.readers.markup import parse_xml
from index.readers.outline import Outline, title_from
from index.readers.pages import Element, content_of
from index.readers.walking import walk

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_SELF_CLOSED = re.compile(
    r"<(a|b|div|em|h[1-6]|i|li|p|script|span|style|td|title)\b([^<>]*)/>", re.IGNORECASE
)
_LOCKED = "The e-book is protected against copying. Add one without such protection."
_NO_BOOK = "The document is no e-book, or is damaged. Export it anew, as EPUB."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A file of the book, as its package lists it."""

    path: str
    kind: str
    properties: frozenset[str]


class EpubReader:
    """Reads EPUB 2 and 3. A chapter without a heading stands under its name in the contents."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        refuse_extremes(data)
        if not data.startswith(b"PK"):
            raise DocumentDamaged(_NO_BOOK)
        archive = Archive(data)
        with refusing_damage():
            package, base = _package(archive)
            title = clean(package.findtext(".//{*}metadata/{*}title") or "")
            outline = Outline(title.strip() or title_from(name))
            items = _items(package, base)
            chapters = list(dict.fromkeys(_chapters(package, items)))  # each once, however often it is listed
            _refuse_locked(archive, chapters)
            names = _names(archive, items)
            for chapter in chapters:
                _add(archive.read(chapter), names.get(chapter, ""), outline)
        return outline.extract(name=name)


def _package(archive: Archive) -> tuple[Element, str]:
    """Return the root of the file that lists all others, and the folder that it counts from."""
    if _CONTAINER not in archive:
        raise DocumentDamaged(_NO_BOOK)
    found = parse_xml(archive.read(_CONTAINER)).find(".//{*}rootfile")
    path = found.get("full-path", "") if found is not None else ""
    if path not in archive:
        raise DocumentDamaged(_NO_BOOK)
    return parse_xml(archive.read(path)), posixpath.dirname(path)


def _items(package: Element, base: str) -> dict[str, _Item]:
    return {
        item.get("id", ""): _Item(
            path=_within(base, item.get("href", "")),
            kind=item.get("media-type", ""),
            properties=frozenset(item.get("properties", "").split()),
        )
        for item in package.iterfind(".//{*}manifest/{*}item")
    }


def _chapters(package: Element, items: dict[str, _Item]) -> Iterator[str]:
    """Yield the paths of what is read from front to back; contents and covers of pictures are not."""
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref", ""))
        if item and item.kind in _PAGES and "nav" not in item.properties and reference.get("linear") != "no":
            yield item.path


def _refuse_locked(archive: Archive, chapters: list[str]) -> None:
    """Refuse a book whose chapters are encrypted; fonts may be."""
    if _ENCRYPTION in archive:
        found = parse_xml(archive.read(_ENCRYPTION)).iterfind(".//{*}CipherReference")
        if not {unquote(reference.get("URI", "")) for reference in found}.isdisjoint(chapters):
            raise DocumentUnreadable(_LOCKED)


def _names(archive: Archive, items: dict[str, _Item]) -> dict[str, str]:
    """Return what the table of contents calls each file, where it names the file as a whole."""
    names: dict[str, str] = {}
    for item in {item.path: item for item in items.values()}.values():
        if item.path not in archive:
            continue
        if item.kind == "application/x-dtbncx+xml":
            points = parse_xml(archive.read(item.path)).iterfind(".//{*}navPoint")
            links = [(each.find("{*}content"), each.findtext("{*}navLabel/{*}text")) for each in points]
            found = [(link.get("src", ""), name) for link, name in links if link is not None]
        elif "nav" in item.properties:
            page = _page(archive.read(item.path))
            found = [(link.get("href"), "".join(link.itertext())) for link in page.xpath("//nav//a[@href]")]
        else:
            continue
        for target, name in found:
            names.setdefault(_within(posixpath.dirname(item.path), target), clean(name or ""))
    return names


def _add(data: bytes, name: str, outline: Outline) -> None:
    try:
        page = _page(data)
    except (DocumentEmpty, DocumentNotText):
        return  # a page of a picture alone
    content = content_of(page)
    if next(content.iter("h1", "h2", "h3", "h4", "h5", "h6"), None) is None:
        outline.heading(1, name)
    walk(content, outline)


def _page(data: bytes) -> Element:
    # Read as HTML, an element that XML closes in one breath would stay open.
    return parse(_SELF_CLOSED.sub(r"<\1\2></\1>", decode(data)))


def _within(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))
