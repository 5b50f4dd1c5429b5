"""reStructuredText becomes headings, items, tables and code, and what Sphinx adds stays readable."""

from pathlib import Path

import pytest

from index.passages import Block, BlockKind
from index.readers.restructured import RstReader
from index.readers.sphinx import role_text

GUIDE = """
:orphan:

Tea
===

Tea *wants* ``soft`` water, see `the map <https://example.org>`_ [1]_.

.. _kettles:

Kettles and pots
----------------

* Fill it
  to the brim

  and wait

  1. twice
  2. thrice
* Boil

.. note:: Mind the steam.

.. code-block:: python
   :emphasize-lines: 1

   boil(
     80)

===== ====
Tea   Heat
===== ====
Green 80
===== ====

kettle
   What boils.

   And pours.

.. [1] Or hard.
"""


def blocks_of(text: str) -> list[Block]:
    return list(RstReader().read(text.encode(), name="a.rst").blocks)


def texts_of(text: str) -> list[str]:
    return [block.text for block in blocks_of(text)]


def test_a_guide_is_read_block_by_block() -> None:
    extract = RstReader().read(GUIDE.encode(), name="guide.rst")
    assert "Tea" == extract.title
    kettles = ("Kettles and pots",)
    assert [
        (BlockKind.HEADING, "Tea", (), "tea"),
        (BlockKind.PARAGRAPH, "Tea wants soft water, see the map [1].", (), "tea"),
        (BlockKind.HEADING, "Kettles and pots", (), "kettles-and-pots"),
        (BlockKind.ITEM, "- Fill it to the brim", kettles, "kettles-and-pots"),
        (BlockKind.ITEM, "  and wait", kettles, "kettles-and-pots"),
        (BlockKind.ITEM, "  1. twice", kettles, "kettles-and-pots"),
        (BlockKind.ITEM, "  2. thrice", kettles, "kettles-and-pots"),
        (BlockKind.ITEM, "- Boil", kettles, "kettles-and-pots"),
        (BlockKind.PARAGRAPH, "Note\nMind the steam.", kettles, "kettles-and-pots"),
        (BlockKind.CODE, "boil(\n  80)", kettles, "kettles-and-pots"),
        (BlockKind.TABLE, "Tea | Heat\nGreen | 80", kettles, "kettles-and-pots"),
        (BlockKind.PARAGRAPH, "kettle\nWhat boils.", (*kettles, "kettle"), "kettles-and-pots"),
        (BlockKind.PARAGRAPH, "And pours.", (*kettles, "kettle"), "kettles-and-pots"),
        (BlockKind.PARAGRAPH, "[1] Or hard.", kettles, "kettles-and-pots"),
    ] == [(block.kind, block.text, block.heading, block.anchor) for block in extract.blocks]


@pytest.mark.parametrize(
    ("role", "text", "shown"),
    [
        ("ref", "the list <options>", "the list"),
        ("func", "~os.path.join", "join()"),
        ("py:meth", "Popen.poll", "Popen.poll()"),
        ("class", "!Popen", "Popen"),
        ("pep", "8#naming", "PEP 8"),
        ("samp", "cp {from} {to}", "cp from to"),
        ("kbd", "Ctrl <", "Ctrl <"),
        ("unheard-of", "said", "said"),
    ],
)
def test_a_role_reads_as_on_the_page(role: str, text: str, shown: str) -> None:
    assert shown == role_text(role, text)
    assert [f"Say {shown} now."] == texts_of(f"Say :{role}:`{text}` now.\n")


def test_what_sphinx_defines_stands_under_its_name_with_the_anchor_of_its_page() -> None:
    described = blocks_of("""
.. module:: kettle

.. class:: Pot(size, \\
               lid=True)

   A pot.

   .. method:: Pot.pour(cup)

      Pours.

      :param cup: where to

.. function:: boil()
   :no-index:

   Boils.

.. program:: brew

.. option:: -t <minutes>, --time

   How long.

.. c:function:: int Tea_Boil(Tea *tea)

   Boils in C.
""")
    assert [
        ("Pot(size, lid=True)\nA pot.", ("Pot(size, lid=True)",), "kettle.Pot"),
        ("Pot.pour(cup)\nPours.", ("Pot(size, lid=True)", "Pot.pour(cup)"), "kettle.Pot.pour"),
        ("param cup: where to", ("Pot(size, lid=True)", "Pot.pour(cup)"), "kettle.Pot.pour"),
        ("boil()\nBoils.", ("boil()",), ""),
        ("-t <minutes>, --time\nHow long.", ("-t <minutes>, --time",), "cmdoption-brew-t"),
        ("int Tea_Boil(Tea *tea)\nBoils in C.", ("int Tea_Boil(Tea *tea)",), "c.Tea_Boil"),
    ] == [(block.text, block.heading, block.anchor) for block in described]


def test_versions_and_unknown_directives_keep_their_text() -> None:
    assert [
        "Changed in version 3.2\nIt whistles.",
        "Linux",
        "Use apt.",
        "A card of two words",
        "Inside.",
    ] == texts_of("""
.. versionchanged:: 3.2
   It whistles.

.. toctree::
   :maxdepth: 2

   tea
   coffee

.. tab:: Linux

   Use apt.

.. my-card:: A card of two words
   :link: somewhere

   Inside.
""")


def test_lists_are_numbered_and_options_written_as_in_the_source() -> None:
    assert ["a) Fill", "b) Boil", "iv. Pour", "(1) Drink", "-t N, --time=N\nHow long."] == texts_of(
        "a) Fill\nb) Boil\n\niv. Pour\n\n(1) Drink\n\n-t N, --time=N  How long.\n"
    )


def test_a_table_with_a_broken_edge_is_kept_as_it_stands() -> None:
    [block] = blocks_of("===== ====\nTea   Heat\n===== ====\nGreens 80\n===== ===\n")
    assert (BlockKind.CODE, True) == (block.kind, "Greens 80" in block.text)


def test_a_paragraph_beyond_all_measure_is_taken_as_it_stands() -> None:
    assert 60_000 < len(texts_of("*a and " * 9_000)[0])
    assert 60_000 < len(texts_of("*a and\n" * 9_000)[0])


def test_no_file_is_read_and_no_setting_outlives_a_document(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret words.")
    hostile = f"""
.. include:: {secret}

.. raw:: html
   :file: {secret}

.. csv-table::
   :file: {secret}

.. role:: shout(strong)

.. default-role:: shout

.. |who| replace:: everyone

Dear |who|, :shout:`stay`.
"""
    assert ["Dear everyone, stay."] == [
        text for text in texts_of(hostile) if "Secret" in text or "Dear" in text
    ]
    assert ["A word."] == texts_of("A :shout:`word`.\n")
