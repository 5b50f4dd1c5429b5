"""What an HTML page says of itself and where it leads, as it stands there; runs in the sandbox."""

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree  # type: ignore[import-untyped]

BASE, CANONICAL, LINK, WISHES = "base", "canonical", "link", "wishes"


class Mark(NamedTuple):
    """An address in a page (a link, its base, its canonical one), or what it wishes of robots."""

    kind: str
    value: str


def marks_in(data: bytes) -> Iterator[Mark]:
    """Yield the marks of a page, those of a kind in their order. What is no HTML has none."""
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return
    if root is None:
        return
    for kind, path in (
        (CANONICAL, "//link[@rel='canonical']/@href"),
        (BASE, "//base/@href"),
    ):
        for value in root.xpath(path):
            yield Mark(kind, str(value))
    for meta in root.iter("meta"):
        if meta.get("name", "").strip().lower() in ("robots", "quoth"):
            yield Mark(WISHES, meta.get("content", ""))
    for link in root.iter("a", "area"):
        href = link.get("href", "")
        if href and not href.startswith("#") and "nofollow" not in link.get("rel", "").split():
            yield Mark(LINK, href)
