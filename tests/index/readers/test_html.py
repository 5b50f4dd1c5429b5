"""HTML becomes the text of its content, without the furniture of the page."""

import pytest

from index.errors import DocumentEmpty
from index.passages import BlockKind
from index.readers.html import HtmlReader

PAGE = """<!doctype html><html><head><title>Leave | Intranet</title><style>p{color:red}</style></head>
<body><nav><a href="/">Home</a></nav><header>Our company</header>
<main><h1>Leave</h1><h2 id="parents">Parents</h2><p>Leave is <b>sixteen</b> weeks.</p>
<ul><li>Ask early</li><li>Tell your team</li></ul><pre>leave --weeks 16
  --parent</pre><script>track("everyone")</script></main>
<aside>See also</aside><footer>Imprint</footer></body></html>"""


def test_content_is_kept_and_furniture_dropped() -> None:
    extract = HtmlReader().read(PAGE.encode(), name="leave.html")
    assert "Leave" == extract.title
    text = "\n".join(block.text for block in extract.blocks)
    assert "Leave is sixteen weeks." in text
    for furniture in ("Home", "Our company", "track", "Imprint", "color"):
        assert furniture not in text


def test_blocks_have_their_heading_and_its_anchor() -> None:
    extract = HtmlReader().read(PAGE.encode(), name="leave.html")
    [paragraph] = [block for block in extract.blocks if block.kind is BlockKind.PARAGRAPH]
    assert ("Parents", "parents") == (paragraph.heading[-1], paragraph.anchor)


def test_lists_and_code_survive() -> None:
    extract = HtmlReader().read(PAGE.encode(), name="leave.html")
    assert ["- Ask early", "- Tell your team"] == [
        block.text for block in extract.blocks if block.kind is BlockKind.ITEM
    ]
    [code] = [block.text for block in extract.blocks if block.kind is BlockKind.CODE]
    assert "leave --weeks 16\n  --parent" == code


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("iso-8859-2", "iso-8859-2", "Zażółć gęślą jaźń dzisiaj."),
        ("windows-1251", "cp1251", "Заварите чай."),
        ("gb2312", "gb18030", "朱镕基沏茶。"),  # its second character is none of GB 2312
        ("iso-8859-1", "cp1252", "“Tea” costs 3 €."),
        ("US-ASCII", "cp1252", "“Tea” costs 3 €."),
    ],
)
def test_the_declared_encoding_is_believed(declared: str, encoding: str, text: str) -> None:
    page = f'<meta charset="{declared}"><p>{text}</p>'.encode(encoding)
    assert text == HtmlReader().read(page, name="a.html").blocks[-1].text


def test_a_page_of_scripts_alone_is_empty() -> None:
    with pytest.raises(DocumentEmpty):
        HtmlReader().read(b"<html><body><script>run()</script></body></html>", name="a.html")


def test_every_paragraph_of_a_definition_stands_under_its_term() -> None:
    extract = HtmlReader().read(
        b"<h1>T</h1><h2>Options</h2><dl><dt id=a>-a</dt><dt>--all</dt>"
        b"<dd><p>Stage.</p><p>All of it.</p><ul><li>twice</li></ul></dd>"
        b"<dt>-b</dt><dd>Branch.</dd></dl><p>End.</p>",
        name="x.html",
    )
    assert [
        ("-a\n--all\nStage.", ("Options", "-a, --all"), "a"),
        ("All of it.", ("Options", "-a, --all"), "a"),
        ("- twice", ("Options", "-a, --all"), "a"),
        ("-b\nBranch.", ("Options", "-b"), ""),
        ("End.", ("Options",), ""),
    ] == [(block.text, block.heading, block.anchor) for block in extract.blocks[2:]]


def test_a_definition_inside_another_stands_under_both() -> None:
    extract = HtmlReader().read(
        b"<h1>T</h1><dl><dt>class C</dt><dd><dl><dt>m()</dt><dd>Does.</dd></dl>More.</dd></dl>", name="x.html"
    )
    assert [("class C",), ("class C", "m()"), ("class C",)] == [block.heading for block in extract.blocks[1:]]


def test_a_long_signature_is_a_short_heading() -> None:
    signature = "dumps(" + ", ".join(f"argument_{number}=None" for number in range(30)) + ")"
    extract = HtmlReader().read(f"<dl><dt>{signature}</dt><dd>Writes.</dd></dl>".encode(), name="x.html")
    [heading] = extract.blocks[0].heading
    assert (heading[:16], heading[-1]) == ("dumps(argument_0", "…")
    assert len(heading) <= 60
    assert extract.blocks[0].text.startswith(signature)


def test_an_admonition_is_read_with_its_title() -> None:
    extract = HtmlReader().read(
        b"<div><p class=admonition-title>Note</p><p>Mind the gap.</p></div>", name="x.html"
    )
    assert ["Note\nMind the gap."] == [block.text for block in extract.blocks]


def test_no_row_of_a_long_table_is_read_without_its_header() -> None:
    rows = "".join(f"<tr><td>key {number}</td><td>{'value ' * 9}</td></tr>" for number in range(30))
    page = f"<table><tr><th>Key</th><th>Meaning</th></tr>{rows}</table>"
    parts = [block.text.split("\n") for block in HtmlReader().read(page.encode(), name="x.html").blocks]
    assert len(parts) > 1
    assert {"Key | Meaning"} == {part[0] for part in parts}
    assert [f"key {number}" for number in range(30)] == [
        row.split(" | ")[0] for part in parts for row in part[1:]
    ]
