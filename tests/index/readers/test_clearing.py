"""Pages without landmarks: all of the content is read, and nothing of what stands around it."""

import pytest

from index.readers.html import HtmlReader

MENU = "Home|Products|About us|Contact|Login|Imprint|Careers|Related posts|Older entries|Sitemap".split("|")
FURNITURE = ["Subscribe to our newsletter", "Example Inc.", "We use cookies", "Tweet this", "Write a comment"]
PROSE = "The kettle sings when the water is near its boiling point and the lid begins to dance on it."

CONTENT = "".join(
    f"""<h2 id="s{number}">Section {number}</h2><p>Prose {number}. {PROSE} See <a href="/x">leaves</a>.</p>
    <ul><li>Item {number}</li><li><a href="/y">Linked item {number}</a></li></ul><pre>code = {number}</pre>
    <table><tr><th>a</th><th>b</th></tr><tr><td>Cell {number}</td><td>x</td></tr></table>
    <dl><dt>Term {number}</dt><dd>Definition {number}. {PROSE}</dd></dl>"""
    for number in range(4)
)
PARTS = "Prose|Item|Linked item|code =|Cell|Term|Definition".split("|")


def menu(**attributes: str) -> str:
    given = " ".join(f'{name.rstrip("_")}="{value}"' for name, value in attributes.items())
    return f"<div {given}><ul>{''.join(f'<li><a href=/n>{name}</a></li>' for name in MENU)}</ul></div>"


COLUMN = "".join(f"<a href=/l>{name}</a><br>" for name in MENU)
PAGES = {
    "named divisions": f"""<div id="header"><a href=/>Home</a>{menu(class_="topMenu")}</div>
        <div id="wrap"><div id="sidebar">{menu()}<p>Subscribe to our newsletter</p></div>
        <div id="content">{CONTENT}</div></div><div id="footer">Copyright Example Inc.</div>""",
    "unnamed divisions": f"""<div><div>{menu()}</div><div><div>{menu()}</div><div>{CONTENT}</div></div>
        <div>© 2024 Example Inc. <a href=/i>Imprint</a></div></div>""",
    "tables": f"""<table><tr><td colspan=2>{menu()}</td></tr><tr><td>{COLUMN}</td><td>{CONTENT}</td></tr>
        <tr><td colspan=2>Copyright Example Inc.</td></tr></table>""",
    "a blog": f"""<div class="site-header"><h1><a href=/>Home</a></h1>{menu(class_="site-nav")}</div>
        <div class="post">{CONTENT}<div class="share-buttons"><a href=#>Tweet this</a></div></div>
        <div class="comments"><h3>Write a comment</h3></div><div class="widget-area">{menu()}</div>
        <div class="cookie-banner"><p>We use cookies</p></div>""",
}


def said(body: str) -> str:
    extract = HtmlReader().read(f"<html><body>{body}</body></html>".encode(), name="a.html")
    return "\n".join(block.text for block in extract.blocks)


@pytest.mark.parametrize("page", PAGES)
def test_all_of_the_content_and_nothing_else_is_read(page: str) -> None:
    text = said(PAGES[page])
    assert [] == [
        f"{part} {number}" for part in PARTS for number in range(4) if f"{part} {number}" not in text
    ]
    assert [] == [words for words in (*MENU, *FURNITURE) if words in text]


def test_a_short_page_is_read_between_long_menus() -> None:
    assert "Hours\n\nWe open at noon." == said(
        f"{menu(class_='nav')}<div><h1>Hours</h1><p>We open at noon.</p></div>{menu()}"
    ).replace("\n", "\n\n")


def test_a_page_that_is_a_list_of_links_with_words_is_read() -> None:
    teas = "".join(f"<li>Tea {number}: <a href=/t>number {number}</a></li>" for number in range(20))
    text = said(f'{menu(id="menu")}<div id="content"><h1>All teas</h1><ul>{teas}</ul></div>')
    assert ("Tea 19" in text, "Careers" in text) == (True, False)


def test_what_is_called_a_side_bar_but_holds_the_page_is_read() -> None:
    assert PROSE in said(f'<div class="has-sidebar"><p>{PROSE}</p></div>')


def test_a_page_of_nothing_but_links_is_read_as_it_is() -> None:
    assert "Careers" in said(menu())


def test_words_behind_what_is_left_out_stay() -> None:
    assert PROSE in said(f'<div><div class="nav">{COLUMN}</div>{PROSE}</div>')


LINKS = "<div>" + " ".join(f'<a href="{number}.html">page({number})</a>' for number in range(5)) + "</div>"


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        (f"<h2>See also</h2>{LINKS}", False),
        (f"<h2>See also</h2>{LINKS}<h2>Next</h2><p>{PROSE}</p>", False),
        (f"<h2>See also</h2><h3>Elsewhere</h3>{LINKS}<h2>Next</h2><p>{PROSE}</p>", False),
        (f"<h2>See also</h2>{LINKS}<h3>Next</h3><p>{PROSE}</p>", True),
        (f"<h2>See also</h2>{LINKS}<p>{PROSE}</p>", True),
        (f"<h2>See also</h2>{LINKS}the shop", True),
        (f"<h2>See also</h2>the shop{LINKS}", True),
    ],
)
def test_a_heading_of_links_alone_goes_with_them(part: str, kept: bool) -> None:
    assert kept is ("See also" in said(f"<h1>Tea</h1><p>{PROSE}</p><section>{part}</section>"))


def test_the_title_of_a_page_stays_above_its_links() -> None:
    page = f"<html><body><div><h1>Tea</h1>{LINKS}</div><p>{PROSE}</p></body></html>"
    assert "Tea" == HtmlReader().read(page.encode(), name="a.html").title


def test_anchors_of_the_content_stay() -> None:
    page = f"<html><body>{PAGES['unnamed divisions']}</body></html>"
    blocks = HtmlReader().read(page.encode(), name="a.html").blocks
    assert {f"s{number}" for number in range(4)} == {block.anchor for block in blocks}


def test_what_a_page_says_of_itself_is_kept() -> None:
    head = """<link rel="canonical" href="https://example.org/tea"><meta property="article:published_time"
        content="2025-01-01"><meta property="article:modified_time" content="2026-03-04T05:06:07+01:00">"""
    page = f'<html lang="de_AT"><head>{head}</head><body><p>{PROSE}</p></body></html>'
    extract = HtmlReader().read(page.encode(), name="a.html")
    assert ("https://example.org/tea", "de-AT") == (extract.url, extract.language)
    assert extract.updated_at is not None
    assert "2026-03-04T04:06:07+00:00" == extract.updated_at.isoformat()


@pytest.mark.parametrize(
    "head", ['<link rel="canonical" href="/tea">', '<meta name="date" content="yesterday">', ""]
)
def test_what_says_nothing_certain_is_left_out(head: str) -> None:
    page = f'<html lang="?"><head>{head}</head><body><p>{PROSE}</p></body></html>'
    extract = HtmlReader().read(page.encode(), name="a.html")
    assert ("", "", None) == (extract.url, extract.language, extract.updated_at)
