"""E-books whose lists go round in circles, or lead out of the book."""

from tests.fakes.documents import book
from tests.index.hostile.making import Traps, laughs, replaced, text_of

_CONTAINER = "META-INF/container.xml"
_PACKAGE = "OEBPS/book.opf"
_ELSEWHERE = '<container><rootfiles><rootfile full-path="../../etc/passwd"/></rootfiles></container>'


def _listing(*, chapters: str = "", items: str = "") -> bytes:
    """Return a book whose package lists more than it holds."""
    made = book({"a.xhtml": "<p>tea</p>"})
    package = text_of(made, _PACKAGE).replace("</spine>", f"{chapters}</spine>")
    return replaced(made, {_PACKAGE: package.replace("</manifest>", f"{items}</manifest>")})


def _with(files: dict[str, str]) -> bytes:
    return replaced(book({"a.xhtml": "<p>tea</p>"}), files)


_TABLES_OF_CONTENTS = "".join(
    f'<item id="n{number}" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    for number in range(10_000)
)

BOOKS: Traps = {
    "an e-book of one chapter, 20,000 times": (
        "epub",
        lambda: _listing(chapters='<itemref idref="a.xhtml"/>' * 20_000),
    ),
    "an e-book of 10,000 tables of contents": ("epub", lambda: _listing(items=_TABLES_OF_CONTENTS)),
    "a table of contents in itself": (
        "epub",
        lambda: _with(
            {"OEBPS/nav.xhtml": '<html><body><nav><a href="nav.xhtml">tea</a></nav></body></html>' * 1_000}
        ),
    ),
    "an e-book that is /etc/passwd": (
        "epub",
        lambda: _with({_CONTAINER: _ELSEWHERE}),
    ),
    "a chapter that is /etc/passwd": (
        "epub",
        lambda: _listing(
            chapters='<itemref idref="x"/>',
            items='<item id="x" href="../../../etc/passwd" media-type="application/xhtml+xml"/>',
        ),
    ),
    "an e-book of a billion laughs": ("epub", lambda: _with({_PACKAGE: laughs().decode()})),
    "a chapter of a billion laughs": ("epub", lambda: _with({"OEBPS/a.xhtml": laughs().decode()})),
    "a chapter 5,000 deep": ("epub", lambda: _with({"OEBPS/a.xhtml": "<div>" * 5_000 + "tea"})),
    "an e-book's list of files 5,000 deep": ("epub", lambda: _with({_PACKAGE: "<a>" * 5_000})),
    "an e-book that is locked": (
        "epub",
        lambda: _with(
            {"META-INF/encryption.xml": '<encryption><CipherReference URI="OEBPS/a.xhtml"/></encryption>'}
        ),
    ),
}
