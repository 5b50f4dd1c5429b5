"""Markup nested without end, entities that swell or steal, and text that is nothing of the kind."""

from tests.fakes.documents import pdf
from tests.index.hostile.making import Traps, laughs


def _swelling_entity() -> bytes:
    return (
        f'<!DOCTYPE html [<!ENTITY a "{"a" * 100_000}">]><html><body><p>{"&a;" * 100_000}</p></body></html>'
    ).encode()


def _stealing_entity(address: str) -> bytes:
    return f'<!DOCTYPE html [<!ENTITY x SYSTEM "{address}">]><html><body><p>&x;</p></body></html>'.encode()


MARKUP: Traps = {
    "a billion laughs": ("xhtml", laughs),
    "an entity of 100 kB, 100,000 times": ("xhtml", _swelling_entity),
    "an entity that is /etc/passwd": ("xhtml", lambda: _stealing_entity("file:///etc/passwd")),
    "an entity that is a web page": ("xhtml", lambda: _stealing_entity("http://127.0.0.1:9/")),
    "elements 100,000 deep": ("html", lambda: b"<div>" * 100_000 + b"tea"),
    "lists 20,000 deep": ("html", lambda: b"<ul><li>tea" * 20_000),
    "tables 20,000 deep": ("html", lambda: b"<table><tr><td>tea" * 20_000),
    "bold type 200,000 deep": ("html", lambda: b"<p>" + b"<b>" * 200_000 + b"tea"),
    "headings that never end": ("html", lambda: b"<h1>tea" * 100_000),
    "20,000 attributes": (
        "html",
        lambda: b"<p " + b" ".join(b"a%d=1" % number for number in range(20_000)) + b">tea</p>",
    ),
    "a comment that never ends": ("html", lambda: b"<p>tea</p><!--" + b"- " * 5_000_000),
    "a million entities": ("html", lambda: b"<p>" + b"&amp;&#0;&#xFFFFFFFF;&bogus;" * 300_000),
    "a charset named a thousand times": ("html", lambda: b"<meta charset=utf-7>" * 1_000 + b"+ADw-script"),
    "brackets 100,000 deep": ("md", lambda: b"[" * 100_000),
    "images 50,000 deep": ("md", lambda: b"![" * 50_000 + b"](a)" * 50_000),
    "quotes 100,000 deep": ("md", lambda: b">" * 100_000 + b" tea"),
    "list items 1,500 deep": ("md", lambda: b"".join(b"  " * n + b"- tea\n" for n in range(1_500))),
    "emphasis that never closes": ("md", lambda: b"*a **b _c " * 100_000),
    "backticks in a hundred lengths": ("md", lambda: b" ".join(b"`" * (n % 100) for n in range(50_000))),
    "a table of 20,000 columns": (
        "md",
        lambda: b"\n".join(cell * 20_000 for cell in (b"|a", b"|-", b"|b")),
    ),
    "front matter that never ends": ("md", lambda: b"---\n" + b"a: b\n" * 100_000),
    "10,000 link definitions": (
        "md",
        lambda: b"".join(b"[a%d]: /b\n[a%d]\n\n" % (n, n) for n in range(10_000)),
    ),
    "HTML 50,000 deep in Markdown": ("md", lambda: b"tea\n\n" + b"<div>\n" * 50_000),
    "a file that includes /etc/passwd": (
        "rst",
        lambda: b".. include:: /etc/passwd\n\n.. raw:: html\n   :file: /etc/passwd\n\ntea\n",
    ),
    "reStructuredText lists 300 deep": (
        "rst",
        lambda: b"".join(b"  " * n + b"* tea\n\n" for n in range(300)),
    ),
    "a substitution of itself": ("rst", lambda: b"|a|\n\n.. |a| replace:: |b|\n.. |b| replace:: |a|\n"),
    "UTF-7 under another name": ("html", lambda: b"<meta charset=utf-7>+ADw-p+AD4-tea"),
}

TEXT: Traps = {
    "a line of 4 MB": ("txt", lambda: b"tea " * 1_000_000),
    "a word of 4 MB": ("txt", lambda: b"t" * 4_000_000),
    "five million empty lines": ("txt", lambda: b"\n" * 5_000_000 + b"tea"),
    "underlines and nothing else": ("txt", lambda: b"=====\n" * 500_000),
    "a million list marks": ("txt", lambda: b"1. " * 1_000_000),
    "numbers and dots": ("txt", lambda: b"1." * 2_000_000 + b"!"),
    "two million spaces and a letter": ("txt", lambda: b" " * 2_000_000 + b"x"),
    "opening brackets and quotes": ("txt", lambda: b"(\"'[{<" * 300_000),
    "null bytes among letters": ("txt", lambda: b"te\x00a " * 1_000),
    "nothing but null bytes": ("txt", lambda: bytes(1_000_000)),
    "UTF-16 cut in the middle of a letter": ("txt", lambda: "kettle".encode("utf-16")[:-1]),
    "UTF-8 that is none": ("txt", lambda: b"\xc3\x28\xa0\xa1\xe2\x28\xa1\xf0\x28\x8c\x28" * 1_000),
    "letters for controls and directions": ("txt", lambda: "te\u202ea\u200b\x1b[2J\x07 ".encode() * 1_000),
    "a picture": ("md", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100),
    "a program": ("txt", lambda: b"\x7fELF" + bytes(range(256)) * 100),
    "a database": ("html", lambda: b"SQLite format 3\x00" + bytes(4_000)),
    "a PDF under the name of a web page": ("html", lambda: pdf("tea")),
    "nothing": ("md", lambda: b""),
}
