"""A real document of every format, indexed by the installed command and asked in one chat."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import Quoth
from tests.fakes.documents import (
    book,
    discord_export,
    mailed,
    markdown_cell,
    notebook,
    paragraph,
    pdf,
    presented,
    slack_export,
    table,
    word,
    worksheet,
)

pytestmark = pytest.mark.model

DOCUMENTS = {
    "library.md": b"""---
title: Library rules
---
## Loans

A borrowed atlas is returned within nineteen days.
""",
    "sauna.txt": b"""SAUNA RULES

Towels
------

Bring two towels: the larger one is for the bench.
""",
    "greenhouse.html": b"""<title>Greenhouse</title><nav>Home Contact</nav><main><h1>Greenhouse</h1>
<h2 id="watering">Watering</h2><p>The orchids are watered with rain from the barrel.</p></main>""",
    "kettles.rst": b"""
Kettle manual
=============

Descaling
---------

.. note:: A kettle is descaled with citric acid every six weeks.
""",
    "ovens.adoc": b"""= Oven manual

== Cleaning

The glass of the oven door:: It is wiped with baking soda, never with steel wool.
""",
    "lamps.ipynb": notebook(
        markdown_cell("# Lamp measurements"),
        markdown_cell("## Brightness\n\nThe desk lamp reaches **four hundred lux** at full power."),
    ),
    "parking.eml": mailed(
        "The garage gate opens with the blue badge between six and ten.\n\n> When does it open?\n",
        subject="Parking garage",
    ),
    "lists.mbox": b"From a@b Tue Mar  3 09:12:00 2026\n"
    + mailed("The choir rehearses on Thursdays in the chapel.\n", subject="Choir rehearsals"),
    "penguins.srt": b"""1
00:00:01,000 --> 00:00:03,000
Penguins are birds.

2
00:12:40,000 --> 00:12:43,000
An emperor penguin can dive

3
00:12:43,000 --> 00:12:46,000
to a depth of five hundred metres.
""",
    "volcanoes.vtt": b"""WEBVTT

00:05.000 --> 00:09.000
<v Ann>The lava of Kilauea flows at ten kilometres per hour.
""",
    "membership.csv": b"Membership;Yearly fee\nStudent;twelve euros\nFamily;ninety euros\n",
    "trams.tsv": b"Tram line\tLast departure\nSeven\t23:40 from the harbour\nNine\t00:10 from the zoo\n",
    "tools.xlsx": worksheet(("Tool", "Shelf"), ("Torque wrench", "B12"), ("Soldering iron", "C3")),
    "safety.docx": word(
        paragraph("Laboratory safety", style="Title"),
        paragraph("Acids", style="Heading1"),
        paragraph("Acid spills are neutralised with sodium bicarbonate before they are wiped up."),
        table(("Gas", "Colour of its bottle"), ("Helium", "brown")),
    ),
    "bicycles.pdf": pdf(
        "The chain of a bicycle is oiled every two hundred kilometres,", "after it was wiped dry."
    ),
    "orchard.pptx": presented(
        ("Our orchard", "A talk for visitors"),
        ("Apple trees", "Apple trees are pruned in February, while they sleep."),
    ),
    "lighthouse.epub": book(
        {"one.xhtml": "<p>Old Marten lit the lighthouse with whale oil for thirty years.</p>"},
        title="The lighthouse",
        contents={"one.xhtml": "The keeper"},
    ),
}

ASKED = {
    "When is a borrowed atlas returned?": ("nineteen days", "— Library rules › Loans"),
    "How many towels do I bring to the sauna?": ("two towels", "— SAUNA RULES › Towels"),
    "How are the orchids watered?": ("with rain from the barrel", "— Greenhouse › Watering"),
    "How often is a kettle descaled?": ("every six weeks", "— Kettle manual › Descaling"),
    "How is the glass of the oven door cleaned?": (
        "baking soda",
        "— Oven manual › Cleaning › The glass of the oven door",
    ),
    "How bright is the desk lamp at full power?": ("four hundred lux", "— Lamp measurements › Brightness"),
    "When does the garage gate open?": ("between six and ten", "— Parking garage · Ann Lee, 2026-03-03"),
    "Where does the choir rehearse?": ("in the chapel", "— Lists › Choir rehearsals · Ann Lee, 2026-03-03"),
    "How deep can an emperor penguin dive?": ("five hundred metres", "— Penguins · 00:12:40"),
    "How fast does the lava of Kilauea flow?": ("ten kilometres per hour", "— Volcanoes · 00:00:05"),
    "What is the yearly fee of a family membership?": ("ninety euros", "— Membership · row 3"),
    "When is the last departure of tram line nine?": ("00:10 from the zoo", "— Trams · row 3"),
    "On which shelf is the torque wrench?": ("Shelf: B12", "— Tools · row 2"),
    "How are acid spills neutralised?": ("sodium bicarbonate", "— Laboratory safety › Acids"),
    "How often is the chain of a bicycle oiled?": ("two hundred", "— Bicycles · page 1"),
    "When are apple trees pruned?": ("in February", "— Our orchard › Apple trees · slide 2"),
    "May I bring a parrot?": ("stay in the hall", "— May I bring a parrot?"),
    "Who feeds the office cat?": ("Minka", "— Who feeds the office cat?"),
    "How do I open the harbour gate?": (
        "Turn the brass key",
        "— How do I open the #harbour gate? · Ben Ode, 2026-03-03 09:01",
    ),
    "How do I tune the church organ?": (
        "with the brass sleeve",
        "— How do I tune the church organ? · ben, 2026-03-03 08:12",
    ),
    "How did Old Marten light the lighthouse?": ("whale oil", "— The lighthouse › The keeper"),
}


ROWS = """{"question": "Who feeds the office cat?", "answer": "Whoever comes in first feeds Minka."}
{"question": "Where is the first aid kit?", "answer": "It hangs beside the fire extinguisher on floor two."}
"""


PETS = (
    "question,answer,link\nMay I bring a parrot?,Parrots stay in the hall.,https://pets.example.org/#birds\n"
)


def test_every_format_is_answered_from_and_cited_with_its_place(quoth: Quoth, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for name, data in DOCUMENTS.items():
        (tmp_path / "docs" / name).write_bytes(data)
    added = quoth("sources", "add", "docs").stdout
    assert f"{len(DOCUMENTS)} documents" in added
    (tmp_path / "faq.jsonl").write_text(ROWS)
    (tmp_path / "pets.csv").write_text(PETS)
    assert "2 documents" in quoth("sources", "add", "faq.jsonl").stdout
    assert "1 document" in quoth("sources", "add", "pets.csv", "--kind", "csv").stdout
    (tmp_path / "slack.zip").write_bytes(slack_export())
    (tmp_path / "organ.json").write_bytes(discord_export())
    for name, kind in (("slack.zip", "slack-export"), ("organ.json", "discord-export")):
        assert "2 documents" in quoth("sources", "add", name, "--kind", kind).stdout
    shown = quoth("chat", given="".join(f"{question}\n" for question in ASKED)).stdout
    cards = ["│" + card for card in shown.split("╭─")[1:]]
    assert len(ASKED) == len(cards)
    wrong = [
        (question, card)
        for (question, (words, citation)), card in zip(ASKED.items(), cards, strict=True)
        if words not in card or f"│ {citation} " not in card
    ]
    assert not wrong
