"""What is offered while a person types a question."""

import time

import pytest

from bot.messages import Conversation, Prefer, Refused, Suggest, Suggestions
from bot.suggesting import LONGEST, MOST, suggested
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench

PATHS = [
    ("Rebasing",),
    ("Rebasing", "Rebasing", "Conflicts"),
    ("Merging", "Conflicts"),
    ("Git basics", "Undoing a rebase"),
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("reb", ["Rebasing", "Rebasing › Conflicts", "Git basics › Undoing a rebase"]),
        ("CONFL", ["Merging › Conflicts", "Rebasing › Conflicts"]),
        ("conflicts reb", ["Rebasing › Conflicts"]),
        ("  undoing   a ", ["Git basics › Undoing a rebase"]),
        ("basing", ["Rebasing", "Rebasing › Conflicts"]),
        ("base", ["Git basics › Undoing a rebase"]),
        ("reb?", ["Rebasing", "Rebasing › Conflicts", "Git basics › Undoing a rebase"]),
        ("chapel", []),
    ],
)
def test_what_begins_as_typed_comes_before_what_merely_holds_it(typed: str, first: list[str]) -> None:
    assert first == list(suggested(typed, paths=PATHS))


def test_before_anything_is_typed_titles_are_offered() -> None:
    assert ("Merging", "Rebasing", "Git basics") == suggested("", paths=PATHS)[:3]


def test_earlier_questions_come_before_titles_that_fit_as_well() -> None:
    found = suggested("reb", paths=PATHS, questions=["rebase onto  main?", "how to rebase?"])
    assert ("rebase onto main?", "Rebasing") == found[:2]
    assert found.index("how to rebase?") < found.index("Git basics › Undoing a rebase")


def test_there_are_no_more_than_a_platform_shows_and_each_is_there_once() -> None:
    paths = [("Tea", f"Cup {number}") for number in range(100)]
    found = suggested("tea", paths=[*paths, *paths])
    assert MOST == len(found) == len(set(found))


def test_long_headings_are_cut_at_a_word() -> None:
    title, heading, endless = "A long title " * 8, "The heading that says most", "x" * 300
    found = suggested("", paths=[(title, heading), (endless,)])
    assert heading in found
    assert "x" * LONGEST in found
    assert ("A long title " * 7 + "A long") in found
    assert all(0 < len(text) <= LONGEST for text in found)


def test_who_answered_and_when_is_not_offered() -> None:
    question = "Where do I hand in receipts?"
    assert (question,) == suggested("", paths=[(question, question, "Ann, 3 March 2026")])
    assert () == suggested("ann", paths=[(question, question, "Ann, 3 March 2026")])


def test_documents_without_a_title_are_not_offered() -> None:
    assert () == suggested("", paths=[("",), (" ", "")])


def test_sixty_thousand_headings_are_looked_through_while_one_types() -> None:
    paths = [
        (f"Guide {number // 60}", f"Chapter {number}", "Configuring the server") for number in range(60_000)
    ]
    start = time.process_time()  # what else the machine does is not its business
    assert MOST == len(suggested("configuring serv", paths=paths))
    assert time.process_time() - start < 2


def suggest(bench: Bench, typed: str, conversation: Conversation = HERE, source: str = "") -> object:
    return bench.handle(Suggest(actor=ANN, conversation=conversation, typed=typed, source=source))


def test_titles_of_ones_own_workspace_are_suggested(bench: Bench) -> None:
    bench.read_tea()
    bench.upload("Beans are roasted.", name="coffee")
    assert Suggestions(texts=("Coffee",)) == suggest(bench, "cof")
    assert Suggestions(texts=()) == suggest(bench, "cof", ELSEWHERE)
    assert Suggestions(texts=("Tea",)) == suggest(bench, "", source="tea")


def test_suggestions_wait_for_no_sync_and_cost_no_question(bench: Bench) -> None:
    bench.read_tea()
    bench.readied.clear()
    assert {Suggestions(texts=("Tea",))} == {suggest(bench, "te") for _ in range(20)}
    assert [] == bench.readied


def test_a_source_that_there_is_not_has_no_suggestions(bench: Bench) -> None:
    assert isinstance(suggest(bench, "te", source="cellar"), Refused)


def test_ones_own_answered_questions_are_offered_where_words_are_kept(bench: Bench) -> None:
    bench.read_tea()
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="30"))
    bench.ask("green tea wants water")
    bench.ask("green chapels of Rome in May")  # which nothing answers
    assert Suggestions(texts=("green tea wants water",)) == suggest(bench, "green")
    assert Suggestions(texts=()) == bench.handle(Suggest(actor=BOB, conversation=HERE, typed="green"))
    assert Suggestions(texts=()) == suggest(bench, "green", ELSEWHERE)


def test_what_several_people_asked_is_offered_to_all(bench: Bench) -> None:
    bench.read_tea()
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="30"))
    for actor in (ANN, MODERATOR):
        bench.ask("green tea  wants water", actor)
    offered = bench.handle(Suggest(actor=BOB, conversation=HERE, typed="green"))
    assert Suggestions(texts=("green tea wants water",)) == offered


def test_where_no_words_are_kept_no_questions_are_offered(bench: Bench) -> None:
    bench.read_tea()
    bench.ask("green tea wants water")
    assert Suggestions(texts=()) == suggest(bench, "green")
