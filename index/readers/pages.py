"""Knows which part of a web page is its content, and what in it is furniture."""

import re
from typing import Any, TypeAlias

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

_FURNITURE = frozenset(
    "aside audio button canvas datalist dialog embed footer head iframe input link map meta nav "
    "noscript object optgroup option progress script select style svg template textarea title "
    "video".split()
)
_ROLES = frozenset("banner complementary contentinfo dialog menu menubar navigation search toolbar".split())
_CLASSES = frozenset(
    "anchor-link anchorjs-link breadcrumb breadcrumbs gutter header-anchor headerlink line- "
    "number line-numbers linenodiv lineno linenos navfooter navheader octicon-link related "
    "rouge-gutter sphinxsidebar toc toc-backref-up".split()
)
_MARKS = frozenset({"¶", "#", "§", "🔗"})
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CONTENT = frozenset({"main", "article", "section"})

_ARTICLE_SHARE = 0.5
"""One article speaks for the page when it holds this share of the text of all of them."""


def content_of(page: Element) -> Element:
    """Return the element that holds what the page is about, at worst its body."""
    body = page.find(".//body")
    body = page if body is None else body
    mains = [each for each in page.xpath("//main | //*[@role='main']") if _length(each)]
    if mains:
        return max(mains, key=_length)
    articles = page.xpath("//article[not(ancestor::article)]")
    sizes = [_length(each) for each in articles]
    if sizes and max(sizes) > _ARTICLE_SHARE * sum(sizes):
        return articles[sizes.index(max(sizes))]
    return body


def is_furniture(element: Element) -> bool:
    """Tell whether an element is there to find, dress or steer the page and not to be read."""
    tag = element.tag
    if tag in _FURNITURE or not isinstance(tag, str):
        return True
    if tag == "header":
        return not any(
            above.tag in _CONTENT or above.get("role") == "main" for above in element.iterancestors()
        )
    if tag == "a":
        return _is_permalink(element) or _has_furniture_attributes(element)
    return _has_furniture_attributes(element)


def _has_furniture_attributes(element: Element) -> bool:
    attributes = element.attrib
    if not attributes:
        return False
    return (
        attributes.get("hidden", "until-found") != "until-found"
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in _ROLES
        or not _CLASSES.isdisjoint(attributes.get("class", "").split())
        or bool(_UNSEEN.search(attributes.get("style", "")))
    )


def _is_permalink(element: Element) -> bool:
    if (element.text or "").strip() in _MARKS and not len(element):
        return bool(element.get("href", "").startswith("#"))
    return False


def _length(element: Element) -> int:
    return sum(len(text.strip()) for text in element.itertext())


def anchor_of(heading: Element) -> str:
    """Return the fragment that leads to a heading: its own id, one inside, or its section's."""
    own = heading.get("id") or _first_name(heading) or _name_just_before(heading)
    if own:
        return str(own)
    above = heading.getparent()
    while above is not None and above.tag in ("div", "section", "article", "header", "hgroup"):
        if not _heads(heading, above):
            return ""
        if above.get("id"):
            return str(above.get("id"))
        above = above.getparent()
    return ""


def _first_name(heading: Element) -> str:
    for inner in heading.iter("a", "span"):
        if name := inner.get("id") or (inner.tag == "a" and inner.get("name")):
            return str(name)
    return ""


def _name_just_before(heading: Element) -> str:
    before = heading.getprevious()
    if before is None or before.tag not in ("a", "span") or (before.text or "").strip() or len(before):
        return ""
    return str(before.get("id") or before.get("name") or "")


def _heads(heading: Element, section: Element) -> bool:
    """Tell whether no other heading comes first in the section."""
    first = next(section.iter("h1", "h2", "h3", "h4", "h5", "h6"), None)
    return first is heading


def name_in_head(page: Element) -> str:
    """Return the page's title as its head gives it, without the site's name behind it."""
    for found in page.xpath("//meta[@property='og:title']/@content"):
        if found.strip():
            return str(found)
    title = page.findtext(".//head/title") or page.findtext(".//title") or ""
    parts = re.split(r"\s+[|–—·»]\s+|\s+-\s+", " ".join(title.split()))
    return next((part for part in parts if part), "")
