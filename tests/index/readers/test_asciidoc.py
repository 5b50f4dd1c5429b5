"""AsciiDoc becomes headings, items, tables and code, with the ids that Asciidoctor gives."""

import pytest
from hypothesis import given, settings, strategies as st

from index.errors import DocumentUnreadable
from index.passages import Block, BlockKind
from index.readers.asciidoc import AsciiDocReader

GUIDE = """= Tea Guide
Ann Author <ann@example.org>
:toc: left
:heat: 80

Tea *wants* `soft` _water_ of {heat} degrees, see <<pots>> and https://example.org[the map].footnote:[Or not.]

[[pots]]
== Kettles & pots

* Fill it
to the brim
** twice
+
and wait
. Boil

NOTE: Mind the steam.

.Degrees
[cols="2*",options="header"]
|===
|Tea |Heat

|Green
|80
|===

Kettle:: What boils.
+
And pours.
Pot::
Tea pot:: What waits.

[source,python]
----
boil(
  80)
----

=== Deep down
// nobody reads this
Done.
"""


def blocks_of(text: str) -> list[Block]:
    return list(AsciiDocReader().read(text.encode(), name="a.adoc").blocks)


def texts_of(text: str) -> list[str]:
    return [block.text for block in blocks_of(text)]


def test_a_guide_is_read_block_by_block() -> None:
    extract = AsciiDocReader().read(GUIDE.encode(), name="guide.adoc")
    assert "Tea Guide" == extract.title
    pots = ("Kettles & pots",)
    assert [
        (BlockKind.HEADING, "Tea Guide", (), ""),
        (
            BlockKind.PARAGRAPH,
            "Tea wants soft water of 80 degrees, see Kettles & pots and the map. [Or not.]",
            (),
            "",
        ),
        (BlockKind.HEADING, "Kettles & pots", (), "pots"),
        (BlockKind.ITEM, "- Fill it to the brim", pots, "pots"),
        (BlockKind.ITEM, "  - twice", pots, "pots"),
        (BlockKind.ITEM, "    and wait", pots, "pots"),
        (BlockKind.ITEM, "    1. Boil", pots, "pots"),
        (BlockKind.PARAGRAPH, "Note\nMind the steam.", pots, "pots"),
        (BlockKind.PARAGRAPH, "Degrees", pots, "pots"),
        (BlockKind.TABLE, "Tea | Heat\nGreen | 80", pots, "pots"),
        (BlockKind.PARAGRAPH, "Kettle\nWhat boils.", (*pots, "Kettle"), "pots"),
        (BlockKind.PARAGRAPH, "And pours.", (*pots, "Kettle"), "pots"),
        (BlockKind.PARAGRAPH, "Pot\nTea pot\nWhat waits.", (*pots, "Pot, Tea pot"), "pots"),
        (BlockKind.CODE, "boil(\n  80)", pots, "pots"),
        (BlockKind.HEADING, "Deep down", pots, "_deep_down"),
        (BlockKind.PARAGRAPH, "Done.", (*pots, "Deep down"), "_deep_down"),
    ] == [(block.kind, block.text, block.heading, block.anchor) for block in extract.blocks]


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("**b**old and __i__talic and #mark# and [.big]#big#", "bold and italic and mark and big"),
        ("`+{heat}+` and +*as it is*+ and \\*kept*", "{heat} and *as it is* and *kept*"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("press kbd:[Ctrl+C], then menu:File[Save > As]", "press Ctrl+C, then File > Save > As"),
        ("link:a.html[the *page*,window=_blank] mailto:a@b.c[]", "the page a@b.c"),
        ("see <<nowhere>> or xref:other.adoc#part[the part]", "see [nowhere] or the part"),
        ("H~2~O and E=mc^2^ &amp; ((water)) (((hidden, term)))", "H2O and E=mc2 & water"),
        ("\"`Tea`\" said '`he`' +\nand left", "“Tea” said ‘he’\nand left"),
        ("linkgit:git-add[1] adds", "git-add(1) adds"),
    ],
)
def test_inline_markup_reads_as_on_the_page(markup: str, shown: str) -> None:
    assert [shown] == texts_of(markup)


@pytest.mark.parametrize(
    ("attributes", "ids"),
    [
        ("", ["_what_s_new_in_2_0", "_what_s_new_in_2_0_2"]),
        (":idprefix:\n:idseparator: -\n", ["what-s-new-in-2-0", "what-s-new-in-2-0-2"]),
    ],
)
def test_sections_have_the_ids_of_asciidoctor(attributes: str, ids: list[str]) -> None:
    blocks = blocks_of(f"= T\n{attributes}\n== What-s new in 2.0!\n\nA.\n\n== What-s new in 2.0?\n\nB.\n")
    assert ids == [block.anchor for block in blocks if block.heading]


def test_lists_are_numbered_as_on_the_page() -> None:
    assert ["1. Fill", "  a. slowly", "  b. wholly", "2. Boil", "Then:", "3. Pour"] == texts_of(
        ". Fill\n.. slowly\n.. wholly\n. Boil\n\nThen:\n\n3. Pour\n"
    )


def test_underlined_titles_and_quotes_of_old_are_read() -> None:
    blocks = blocks_of("git-add(1)\n==========\n\nNAME\n----\ngit-add - 'Add' +files+\n")
    assert [("git-add(1)", ()), ("NAME", ()), ("git-add - Add files", ("NAME",))] == [
        (block.text, block.heading) for block in blocks
    ]


def test_what_stands_in_blocks_within_blocks_is_read() -> None:
    assert [
        "- Do this",
        "  Warning\nIt is hot.",
        "ls -l",
        "  and more",
        "- Do that",
        "Outside.",
    ] == texts_of("""
* Do this
+
--
[WARNING]
====
It is hot.
====

....
ls -l
....

and more
--
* Do that

****
Outside.
****
""")


def test_only_what_holds_for_the_page_is_read_and_no_file_is() -> None:
    assert ["Shown.", "Also shown.", "End."] == texts_of("""
:here:

ifdef::here[]
Shown.
endif::[]
ifdef::there[]
Hidden.
ifndef::here[]
Hidden, too.
endif::[]
endif::[]
ifndef::there[Also shown.]

include::secret.txt[]

////
Nobody reads this.
////
image::tea.png[Tea]

End.
""")


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("|===\n|a |b\n2+|both\n.2+|tall |c\n|===", "a | b\nboth\ntall | c"),
        ('[cols="1,1"]\n|===\n|a\n|b with \\| bar\na|* c\n|d\n|===', "a | b with | bar\n* c | d"),
        ("[format=csv]\n|===\na,\"b, c\"\n|===", "a | b, c"),
        (",===\na,b\nc,d\n,===", "a | b\nc | d"),
        ("|===\n3*|x\n|===", "x | x | x"),
    ],
)  # fmt: skip
def test_tables_keep_their_rows(table: str, rows: str) -> None:
    assert [(BlockKind.TABLE, rows)] == [(block.kind, block.text) for block in blocks_of(table)]


LINES = st.sampled_from(
    "= T,== A,=== B,* a,** b,. c,t::,u:: v,+,--,====,----,|===,|a |b,[NOTE],[[x]],[source],.Title,text,  c,"
    "A:,---,ifdef::x[],endif::[],{a}{a},<<x>>,`+*_#,((,NOTE: n,////,'''".split(",")
)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(st.one_of(LINES, st.just(""), st.text(max_size=20)), max_size=30))
def test_any_lines_are_read_in_order(lines: list[str]) -> None:
    try:
        extract = AsciiDocReader().read("\n".join(lines).encode(errors="ignore"), name="a")
    except DocumentUnreadable as error:
        refusal = str(error)
        assert refusal.endswith(".")
        return
    assert all(block.text.strip() for block in extract.blocks)


def test_a_hostile_document_takes_no_time() -> None:
    bomb = ":a: xxxxxxxxxx\n" + ":a: {a}{a}{a}{a}\n" * 50 + "\n{a}\n\n"
    marks = "*a " * 6000 + "`b " * 2000 + "[[" * 2000 + "((" * 2000
    assert blocks_of(bomb + marks + "\n\n" + "|===\n" + "999*|x\n" * 20)
