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


def test_the_declared_encoding_is_believed() -> None:
    page = '<meta charset="iso-8859-2"><p>Zażółć gęślą jaźń dzisiaj.</p>'.encode("iso-8859-2")
    assert "Zażółć gęślą jaźń dzisiaj." in HtmlReader().read(page, name="a.html").blocks[-1].text


def test_a_page_of_scripts_alone_is_empty() -> None:
    with pytest.raises(DocumentEmpty):
        HtmlReader().read(b"<html><body><script>run()</script></body></html>", name="a.html")
