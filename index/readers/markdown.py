"""Reads Markdown: CommonMark with tables, front matter, and the HTML that people mix in."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.passages import BlockKind, Extract
from index.readers.admonitions import without_admonitions
from index.readers.decoding import clean, decode
from index.readers.html import add_fragment
from index.readers.outline import Outline
from index.releases import release_of

MAX_INLINE_CHARACTERS = 20_000
"""Longer paragraphs are taken as they stand: finding markup in one takes quadratic time."""

_FRONT_MATTER = re.compile(
    r"\A(?:---|\+\+\+)[ \t]*\n(.*?)^(?:---|\+\+\+|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE
)
_FRONT_TITLE = re.compile(r"^[\"']?title[\"']?[ \t]*[:=][ \t]*(.+?)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_FRONT_VERSION = re.compile(
    r"^[\"']?version[\"']?[ \t]*[:=][ \t]*([^#\n]+?)[ \t]*(?:#.*)?$", re.IGNORECASE | re.MULTILINE
)
_FRONT_KEY = re.compile(r"^[\w\"'-]+[ \t]*[:=]|^\[|^#", re.MULTILINE)
_EXPLICIT_ID = re.compile(r"\s*\{:?\s*#([^\s{}]+)[^{}]*\}\s*$")
_HTML_ID = re.compile(r"""<a\b[^>]*?\s(?:id|name)\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_NOT_IN_SLUG = re.compile(r"[^\w\- ]")


class MarkdownReader:
    """Reads Markdown. The title is the front matter's, else the first heading of level one."""

    def __init__(self) -> None:
        self._markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
        # Inline markup is read block by block, so that oversized blocks can be passed by.
        self._markdown.core.ruler.disable(["inline", "text_join"])

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        title, release, text = _without_front_matter(decode(data))
        outline = Outline(title)
        self.add(text, outline, slug=GitHubSlugs())
        return replace(outline.extract(name=name), release=release)

    def add(self, text: str, outline: Outline, *, slug: Callable[[str], str]) -> None:
        """Add the blocks of Markdown to an outline. ``slug`` gives the anchor of a heading."""
        references: dict[str, Any] = {}
        tokens = self._markdown.parse(without_admonitions(text), references)
        walk = _Walk(self._markdown, references, outline, slug)
        for token in tokens:
            walk.take(token)


class GitHubSlugs:
    """The anchors that GitHub gives to headings; the second of its name ends in -1."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        """Return the anchor of the next heading."""
        slug = _NOT_IN_SLUG.sub("", text.strip().lower()).replace(" ", "-")
        seen = self._seen[slug]
        self._seen[slug] += 1
        return f"{slug}-{seen}" if seen else slug


def _without_front_matter(text: str) -> tuple[str, str, str]:
    """Return the title and the release that the front matter gives, each or "", and the text behind it."""
    found = _FRONT_MATTER.match(text.lstrip("\n"))
    # A rule at the top of the text looks the same; only key and value lines make front matter.
    if not found or not _FRONT_KEY.search(found[1]):
        return "", "", text
    title, release = (_front(key, found[1]) for key in (_FRONT_TITLE, _FRONT_VERSION))
    return title, release_of(release), text.lstrip("\n")[found.end() :]


def _front(key: re.Pattern[str], matter: str) -> str:
    value = key.search(matter)
    return value[1].strip("\"' ") if value else ""


class _Walk:
    """Follows the tokens of one document and fills its outline."""

    def __init__(
        self, markdown: MarkdownIt, references: dict[str, Any], outline: Outline, slug: Callable[[str], str]
    ) -> None:
        self._slug = slug
        self._markdown = markdown
        self._references = references
        self._outline = outline
        self._lists = 0
        self._lead = ""
        self._level = 0
        self._table: list[list[str]] | None = None
        self._anchor = ""

    def take(self, token: Token) -> None:
        """Take the next block token."""
        match token.type:
            case "inline":
                self._inline(token)
            case "fence" | "code_block":
                self._outline.add(BlockKind.CODE, token.content)
            case "html_block":
                self._html(token.content)
            case "heading_open":
                self._level = int(token.tag[1:])
            case "heading_close":
                self._level = 0
            case _:
                self._take_list(token)
                self._take_table(token)

    def _take_list(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._lists += 1
            case "bullet_list_close" | "ordered_list_close":
                self._lists -= 1
            case "list_item_open":
                self._lead = f"{token.info}. " if token.info else "- "

    def _take_table(self, token: Token) -> None:
        match token.type:
            case "table_open":
                self._table = []
            case "tr_open" if self._table is not None:
                self._table.append([])
            case "table_close":
                rows = [" | ".join(row) for row in self._table or () if any(row)]
                self._table = None
                self._outline.add(BlockKind.TABLE, "\n".join(rows))

    def _inline(self, token: Token) -> None:
        text = self._text(token.content)
        if self._level:
            self._heading(text)
        elif self._table is not None:
            self._table[-1].append(text.replace("\n", " "))
        elif self._lists and text:
            lead, self._lead = self._lead or "  ", ""
            self._outline.add(BlockKind.ITEM, "  " * (self._lists - 1) + lead + text)
        elif text:
            self._anchor = ""
            self._outline.add(BlockKind.PARAGRAPH, text)

    def _heading(self, text: str) -> None:
        explicit = _EXPLICIT_ID.search(text)
        text = text[: explicit.start()] if explicit else text
        anchor = (explicit[1] if explicit else "") or self._anchor or self._slug(text)
        self._anchor = ""
        self._outline.heading(self._level, text, anchor=anchor, titles=self._level == 1)

    def _html(self, html: str) -> None:
        if found := _HTML_ID.search(html):
            self._anchor = found[1]
        add_fragment(html, self._outline)

    def _text(self, markup: str) -> str:
        if len(markup) > MAX_INLINE_CHARACTERS:
            return " ".join(markup.split())
        tokens: list[Token] = []
        self._markdown.inline.parse(markup, self._markdown, self._references, tokens)
        text = clean("".join(self._plain(token) for token in tokens))
        return "\n".join(line.strip() for line in text.split("\n")).strip()

    def _plain(self, token: Token) -> str:
        match token.type:
            case "softbreak":
                return " "
            case "hardbreak":
                return "\n"
            case "image":
                return "".join(self._plain(child) for child in token.children or ())
            case "html_inline":
                return self._inline_html(token.content)
            case _:
                return token.content

    def _inline_html(self, html: str) -> str:
        if found := _HTML_ID.match(html):
            self._anchor = found[1]
        return "\n" if _BREAK.match(html) else ""
