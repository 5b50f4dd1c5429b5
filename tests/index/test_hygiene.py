"""What a writer should mend."""

import numpy as np
import pytest

from index.hygiene import NEIGHBOURS, Places, findings, joined, pairs_alike
from index.passages import Audience, Trouble
from index.ports import Vectors
from tests.index.conftest import Bench

LOCAL = Audience(workspace="local")
LEAVE = "Parental leave lasts sixteen weeks for every parent, and can be taken in two parts. Tell us early."


def apart(count: int) -> Places:
    """Return where passages of as many documents stand."""
    numbers = np.arange(1, count + 1)
    return np.stack((numbers, np.zeros_like(numbers), numbers), axis=1)


def found(bench: Bench, *texts: str) -> list[tuple[Trouble, tuple[str, ...]]]:
    for number, text in enumerate(texts):
        bench.write(f"{number}.md", text)
    bench.add()
    bench.sync()
    return [(each.trouble, each.words) for each in findings(bench.catalog, bench.embedder.id, LOCAL)]


def at_odds(bench: Bench, one: str, other: str) -> list[tuple[str, ...]]:
    return [
        words
        for trouble, words in found(bench, f"# One\n\n{one}\n", f"# Two\n\n{other}\n")
        if trouble is Trouble.CONTRADICTION
    ]


def test_what_stands_twice_is_found(bench: Bench) -> None:
    assert [(Trouble.TWICE, ())] == found(bench, f"# Leave\n\n{LEAVE}\n", f"# Parents\n\n{LEAVE}\n")


def test_a_text_in_many_places_is_found_once_with_all_of_them(bench: Bench) -> None:
    copies = NEIGHBOURS + 3
    for number in range(copies):
        bench.write(f"{number}.md", f"# Page {number}\n\n{LEAVE}\n")
    bench.add()
    bench.sync()

    [finding] = findings(bench.catalog, bench.embedder.id, LOCAL)

    assert copies == len({each.document_id for each in finding.passages})


def test_what_stands_twice_is_found_among_many_releases(bench: Bench) -> None:
    for number in range(1, NEIGHBOURS + 3):
        bench.write(f"v{number}/leave.md", f"# Leave\n\n{LEAVE}\n")
    bench.write("v1/parents.md", f"# Parents\n\n{LEAVE}\n")
    bench.add()
    bench.sync()

    [finding] = findings(bench.catalog, bench.embedder.id, LOCAL)

    assert {"v1/leave.md", "v1/parents.md"} == {each.uri for each in finding.passages}


def test_a_text_of_a_few_words_may_stand_anywhere(bench: Bench) -> None:
    footer = "Part of the handbook of the kitchen."
    assert [] == found(bench, f"# Tea\n\n{footer}\n", f"# Cups\n\n{footer}\n")


def test_one_contradiction_in_many_places_is_found_once(bench: Bench) -> None:
    one, other = (
        "The office opens at 9:00 on every working day.",
        "The office opens at 8:30 on every working day.",
    )
    texts = [f"# Page {number}\n\n{text}\n" for number, text in enumerate((one, one, other, other))]
    assert [Trouble.CONTRADICTION] == [trouble for trouble, _ in found(bench, *texts)]


def test_one_document_may_repeat_itself(bench: Bench) -> None:
    assert [] == found(bench, f"# Leave\n\n{LEAVE}\n\n# Again\n\n{LEAVE}\n")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The office opens at 9:00 on every working day.", "The office opens at 8:30 on every working day."),
        ("Guests may use the kitchen after lunch.", "Guests may not use the kitchen after lunch."),
        ("The bill is due on the 3rd of March each year.", "The bill is due on the 3rd of May each year."),
        ("You can't carry days over into the next year.", "You can carry days over into the next year."),
        ("Guests don't need a badge in the east wing.", "Guests need a badge in the east wing."),
    ],
)
def test_sentences_that_contradict_each_other_are_found(bench: Bench, one: str, other: str) -> None:
    assert [(one, other)] == at_odds(bench, one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The office opens at 9:00 on every working day.", "The office opens at 9:00 on every working day!"),
        ("The office opens at 9:00 on every working day.", "The shop in town closes at 8:30 on Mondays."),
        ("See chapter 3.", "See chapter 4."),
        ("The kitchen is open to guests after lunch.", "Guests may not smoke in the hall before lunch."),
        ("The office opens early on every working day.", "The office opens at 8:30 on every working day."),
        (
            "Without a badge, guests wait in the hall for their host.",
            "Guests with a badge wait in the hall for their host.",
        ),
        (
            "The kettle shows on its display how warm the water is.",
            "The kettle shows on its display how warm the water is, unless nobody is there.",
        ),
        ("--no-steam --steam Let the kettle steam the cups.", "--steam Let the kettle steam the cups."),
        ("--[no-]steam Let the kettle steam the cups.", "--steam Let the kettle steam the cups."),
        ("The usual number is 20.", "And the usual number is 40."),
    ],
)
def test_what_only_resembles_is_no_contradiction(bench: Bench, one: str, other: str) -> None:
    assert [] == at_odds(bench, one, other)


def test_below_one_heading_short_sentences_contradict_each_other(bench: Bench) -> None:
    one, other = "The kitchen opens at 9:00.", "The kitchen opens at 8:00."
    assert [(Trouble.CONTRADICTION, (one, other))] == found(
        bench, f"# A\n\n## Hours\n\n{one}\n", f"# B\n\n## Hours\n\n{other}\n"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [(LEAVE, LEAVE), ("The office opens at 9:00 on every day.", "The office opens at 8:30 on every day.")],
)
def test_documents_of_two_releases_may_repeat_and_contradict_each_other(
    bench: Bench, one: str, other: str
) -> None:
    bench.write("v1/a.md", f"# One\n\n{one}\n")
    bench.write("v2/a.md", f"# One\n\n{other}\n")
    bench.add()
    bench.sync()

    assert {"1", "2"} == set(bench.catalog.releases(LOCAL))
    assert [] == list(findings(bench.catalog, bench.embedder.id, LOCAL))


def test_headings_with_nothing_below_are_found(bench: Bench) -> None:
    text = "# Guide\n\n## Empty\n\n## Full\n\nSomething is said here.\n\n## Last\n"

    assert [(Trouble.EMPTY_HEADING, ("Empty",)), (Trouble.EMPTY_HEADING, ("Last",))] == found(bench, text)


def test_a_heading_above_another_is_not_empty(bench: Bench) -> None:
    assert [] == found(bench, "# Guide\n\n## Part\n\n### Chapter\n\nSomething is said here.\n")


def test_other_workspaces_are_left_alone(bench: Bench) -> None:
    theirs = bench.write("a.md", f"# A\n\n{LEAVE}\n")
    bench.add("discord:1")
    bench.sync("discord:1")
    theirs.unlink()

    assert [] == found(bench, f"# A\n\n{LEAVE}\n")


def test_pairs_are_found_across_batches_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.hygiene.BATCH", 2)
    vectors: Vectors = np.eye(5, dtype=np.float32)
    vectors[4] = vectors[0]
    vectors[3] = vectors[1]

    assert [(10, 50), (20, 40)] == pairs_alike([10, 20, 30, 40, 50], vectors, apart(5))


def test_nothing_is_compared_with_itself() -> None:
    assert [] == pairs_alike([7], np.ones((1, 1), dtype=np.float32), apart(1))
    assert [] == pairs_alike([], np.empty((0, 1), dtype=np.float32), apart(0))


def test_what_cannot_be_amiss_takes_no_neighbours_place() -> None:
    copies = NEIGHBOURS + 1
    vectors: Vectors = np.ones((copies + 2, 1), dtype=np.float32)
    of_each_release = [[1 + row, 1 + row, 1 + row] for row in range(copies)]
    places = np.array([*of_each_release, [90, 1, 90], [90, 1, 91]])

    pairs = pairs_alike(range(copies + 2), vectors, places)

    assert [(0, copies), (0, copies + 1)] == pairs


def test_what_pairs_link_together_is_one_group() -> None:
    assert [[1, 2, 3, 4], [7, 8]] == joined([(1, 2), (3, 4), (8, 7), (4, 2), (1, 4)])
    assert [] == joined([])
