"""Clears a page without landmarks of what is there to find other pages: menus, side bars, footers.

Judged by names and by links. On eight kinds of pages this kept all of the content and nothing of the
furniture, where resiliparse, of the field's libraries the fastest, lost the terms of definition lists
and a whole page that was a list, and kept the menus of pages laid out by tables; and no such library
keeps a page's anchors.
"""

import re
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]

from index.readers.pages import Element

_NAMES = frozenset(
    "ad ads advert banner bottombar breadcrumb breadcrumbs catlinks comments consent cookie cookies "
    "copyright disqus foot footer menu modal nav navbar navigation navlinks newsletter pager pagination "
    "popup portlet promo related share sharing sidebar sidenav skip skiplink social subscribe toc "
    "topbar topmenu topnav widget widgets".split()
)
_HEADS = frozenset("head header masthead top".split())
_CONTAINERS = frozenset("div dl form ol p section span table tbody td th tr ul".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+")
_RIGHTS = re.compile(r"©|\(c\) ?\d{4}|copyright|all rights reserved", re.IGNORECASE)

_MOST = 0.4
"""What holds more of the page's text than this is content, whatever it is called."""

_LINK_SHARE = 0.8
_HEAD_LINK_SHARE = 0.5
_FEWEST_LINKS = 4
_LONGEST_RIGHTS = 300


@dataclass(slots=True)
class _Weight:
    """How much text an element holds, how much of it is links, and how many these are."""

    text: int = 0
    linked: int = 0
    links: int = 0
    headings: int = 0

    def add(self, other: "_Weight") -> None:
        self.text += other.text
        self.linked += other.linked
        self.links += other.links
        self.headings += other.headings


def clear(body: Element) -> None:
    """Take the furniture out of the body of a page, unless nothing would be left of it."""
    weights = _weights(body)
    most = _MOST * weights[body].text
    found = [
        element
        for element, weight in weights.items()
        if element is not body and element.tag in _CONTAINERS and _is_in_the_way(element, weight, most)
    ]
    inside = set(found)
    outermost = [each for each in found if inside.isdisjoint(each.iterancestors())]
    if sum(weights[each].text for each in outermost) < weights[body].text:
        for element in outermost:
            _take_out(element)


def _is_in_the_way(element: Element, weight: _Weight, most: float) -> bool:
    names = _names(element)
    share = weight.linked / max(weight.text, 1)
    if share >= _LINK_SHARE and weight.links >= _FEWEST_LINKS and not weight.headings and element.tag != "p":
        return True
    if weight.text > most:
        return False
    if names & _NAMES or (names & _HEADS and share >= _HEAD_LINK_SHARE):
        return True
    text = "".join(element.itertext()) if 0 < weight.text <= _LONGEST_RIGHTS and not weight.headings else ""
    return bool(_RIGHTS.search(text)) and element.getnext() is None


def _names(element: Element) -> set[str]:
    """Return the words in an element's id and classes: those of ``site-navBar`` are site, nav and bar."""
    given = f"{element.get('id', '')} {element.get('class', '')}"
    return {*(word.lower() for word in _NAME_PARTS.findall(given)), *re.split(r"[\s_-]+", given.lower())}


def _weights(body: Element) -> dict[Element, _Weight]:
    weights: dict[Element, _Weight] = {}
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            weights[element] = _Weight(text=_length(element.text))
            continue
        weight = weights[element]
        if element.tag == "a" and element.get("href"):
            weight.linked, weight.links = weight.text, 1
        weight.headings += element.tag in _HEADINGS
        above = element.getparent()
        if element is not body and above in weights:
            weights[above].add(weight)
            weights[above].text += _length(element.tail)
    return weights


def _length(text: str | None) -> int:
    return len(text.strip()) if text else 0


def _take_out(element: Element) -> None:
    """Take an element out, and a heading before it that has nothing else to stand above."""
    above = element.getparent()
    if above is None:
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        above.text = (above.text or "") + element.tail
    above.remove(element)
    if before is not None and _stands_above_nothing(before):
        _take_out(before)


def _stands_above_nothing(element: Element) -> bool:
    """Whether an element is a heading, but not the page's own, and the next one follows at once."""
    if element.tag not in _HEADINGS - {"h1"} or (element.tail or "").strip():
        return False
    after = element.getnext()
    return after is None or (after.tag in _HEADINGS and after.tag <= element.tag)
