"""Links into web pages, followed as a browser follows them to the text that they name."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

import pytest
from lxml import html  # type: ignore[import-untyped]

from bot.answering import link
from bot.testing import passage
from index.passages import Passage, Sentence
from index.readers.html import HtmlReader
from index.splitting import split

BLOCKS = {"blockquote", "dd", "div", "dt", "figcaption", "h1", "li", "p", "pre", "summary", "td", "th"}

PAGE = """<html><head><title>Manual</title></head><body><nav><ul><li>Leave</li></ul></nav><main>
<h1>Manual</h1>
<p>Press <kbd>Ctrl</kbd>+<kbd>C</kbd> to <b>stop</b> the <code>make</code> program<sup>2</sup>, then<br>
wait for it. Is it <a href="x">done</a>?</p>
<p>Its path is <code>os.path.join</code> of <code>argparse.Action</code>.</p>
<ol><li>Ask your manager first.</li><li>Fill in the <em>form</em>.<ul><li>Use blue ink.</li></ul></li></ol>
<dl><dt>Kettle</dt><dd>It is descaled every six weeks.</dd>
<dt>Lamp</dt><dt>Torch</dt><dd>It takes forty watts.</dd></dl>
<pre><code>$ quoth run
$ quoth ask "how do I descale the kettle"</code></pre>
<div class="admonition note"><p class="admonition-title">Note</p><p>The lid is hot.</p></div>
<p>Click <img alt="the gear" src="g"> and choose Settings.</p>
<figure><img src="a" alt="Map"><figcaption>The way to the harbour.</figcaption></figure>
<table><tr><th>City</th><th>Days</th></tr><tr><td>Rome</td><td>3</td></tr></table>
<p>“Quoted”, she said – it’s 5&nbsp;km&#8209;long… H<sub>2</sub>O is water<a href="#x">¶</a></p>
<p>You can only apply the first of these to what is small, what is light and what can be carried.</p>
<p>You can only apply the second of these to what is heavy, what is wide and what can be rolled.</p>
</main></body></html>"""


def sentences() -> Iterator[tuple[Passage, Sentence]]:
    extract = HtmlReader().read(PAGE.encode(), name="manual.html")
    for draft in split(extract.blocks, title="", count_tokens=lambda texts: [1 for _ in texts], window=60):
        found = passage(draft.text, url="https://example.com/manual.html")
        found = replace(found, sentences=draft.sentences)
        yield from ((found, sentence) for sentence in draft.sentences)


def visible() -> str:
    """Return the page's text, with a line for each of its blocks."""
    body = html.document_fromstring(PAGE).body
    for element in body.iter(*BLOCKS):
        element.text = "\n" + (element.text or "").replace("\n", "\v")
        element.tail = "\n" + (element.tail or "")
    return "\n".join(" ".join(line.split()) for line in body.text_content().split("\n"))


def followed(directive: str) -> str:
    """Return the text that a browser scrolls to: whole words, each end of a range within one block."""
    text, at, begin = visible(), 0, None
    for part in map(unquote, directive.split(",")):
        words = re.escape(part)
        if (landed := re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE).search(text, at)) is None:
            return ""
        begin, at = landed.start() if begin is None else begin, landed.end()
    return text[begin:at]


LINKED = [
    pytest.param(found, sentence, id=found.text[sentence.start : sentence.end][:30])
    for found, sentence in sentences()
]


@pytest.mark.parametrize(("found", "sentence"), LINKED)
def test_a_link_lands_in_its_sentence_or_names_the_page_alone(found: Passage, sentence: Sentence) -> None:
    quoted = " ".join(found.text[sentence.start : sentence.end].split())
    page, _, directive = link(found, (sentence.start, sentence.end)).partition("#:~:text=")
    assert "https://example.com/manual.html" == page
    if not directive:
        assert " | " in quoted or len(quoted.split()) == 1
        return
    landed = followed(directive)
    assert landed
    assert landed in quoted
