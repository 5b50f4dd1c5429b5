"""What a person is told who looks in, and which questions are offered."""

from dataclasses import replace

import pytest

from bot.messages import Actor, Overview, OverviewReport
from bot.overview import QUESTIONS, TRIED, Examples, asked, matters
from bot.testing import FakeSearcher, passage
from index.passages import Audience, Hit
from tests.bot.conftest import ANN, ELSEWHERE, HERE, MODERATOR, Bench

AUDIENCE = Audience(workspace="w")


class CountingSearcher(FakeSearcher):
    """Counts the searches."""

    searches = 0

    def search(self, query: str, *, k: int, audience: Audience) -> list[Hit]:
        self.searches += 1
        return super().search(query, k=k, audience=audience)


def look_in(bench: Bench, actor: Actor = ANN) -> OverviewReport:
    reply = bench.handle(Overview(actor=actor, conversation=HERE))
    assert isinstance(reply, OverviewReport)
    return reply


def put(searcher: FakeSearcher, text: str, *heading: str, title: str = "Guide") -> None:
    searcher.put("w", replace(passage(text, title=title), heading=heading))


def examples(bench: Bench, searcher: FakeSearcher) -> Examples:
    return Examples(searcher=searcher, answers=lambda probability: probability >= 0.5, clock=bench.clock)


def test_headings_are_asked_in_turns_of_their_documents() -> None:
    headings = [
        ("Handbook", ("Handbook", "Parental leave")),
        ("Handbook", ("Handbook", "Sick leave")),
        ("FAQ", ("How do I reset my password?",)),
        ("Notes", ()),
    ]
    assert ["How do I reset my password?", "Parental leave", "Sick leave"] == list(asked(headings))


def test_who_answered_and_when_is_no_question() -> None:
    question = "Where do I hand in receipts"
    headings = [
        ("Log", ("Log", "Ann, 3 March 2026")),
        (question, (question, "Ann, 3 March 2026")),
        ("Who signs", ("Who signs", "12 March 2026")),
    ]
    assert [question, "Who signs"] == list(asked(headings))


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        (("2.1 Sick leave:",), "Sick leave"),
        (("Leave",), "Handbook: Leave"),
        (("2FA set-up",), "2FA set-up"),
        (("Word " * 20,), ""),
        (("1. 2. 3.",), ""),
    ],
)
def test_a_heading_is_offered_as_what_it_is_if_it_says_something(
    heading: tuple[str, ...], question: str
) -> None:
    assert ([question] if question else []) == list(asked([("Handbook", heading)]))


def test_only_what_is_surely_answered_is_offered(bench: Bench) -> None:
    searcher = FakeSearcher()
    put(searcher, "Parental leave lasts sixteen weeks.", "Parental leave")
    put(searcher, "Nothing to see here.", "Secret doors")
    assert ("Parental leave",) == examples(bench, searcher).questions(AUDIENCE)


def test_a_question_is_tried_once_an_hour_and_gone_with_its_heading(bench: Bench) -> None:
    searcher = CountingSearcher()
    put(searcher, "Parental leave lasts sixteen weeks.", "Parental leave")
    offered = examples(bench, searcher)
    for _ in range(3):
        assert ("Parental leave",) == offered.questions(AUDIENCE)
    assert 1 == searcher.searches
    bench.clock.advance(3_601)
    offered.questions(AUDIENCE)
    assert 2 == searcher.searches
    searcher.drop("w", 1)
    assert () == offered.questions(AUDIENCE)


def test_few_are_offered_and_not_many_tried(bench: Bench) -> None:
    searcher = CountingSearcher()
    for number in range(50):
        put(searcher, "Nothing to see here.", f"Chapter on {number}")
    assert () == examples(bench, searcher).questions(AUDIENCE)
    assert TRIED == searcher.searches
    for number in range(9):
        put(searcher, f"Door {number} opens.", f"Door {number}", title=f"Door {number}")
    assert QUESTIONS == len(examples(bench, searcher).questions(AUDIENCE))


def test_nothing_of_another_workspace_is_offered_or_listed(bench: Bench) -> None:
    bench.read_tea(ELSEWHERE)
    assert OverviewReport(sources=(), questions=(), matters=()) == look_in(bench)


def test_moderators_see_what_waits_and_where_sources_lie(bench: Bench) -> None:
    bench.read_tea()
    bench.library.files["/docs/tea.txt"] = ""
    bench.upload("more", name="notes")
    bench.library.add(HERE.workspace, "/docs/tea.txt", name="unread", base_url="")
    told, other = look_in(bench, MODERATOR), look_in(bench)
    assert ("Not read yet: unread.",) == told.matters
    assert () == other.matters
    assert [source.name for source in told.sources] == [source.name for source in other.sources]
    assert told.sources[0].origin
    assert {""} == {source.origin for source in other.sources}


def test_what_several_people_have_asked_comes_first_if_it_is_answered(bench: Bench) -> None:
    searcher = FakeSearcher()
    put(searcher, "Parental leave lasts sixteen weeks.", "Parental leave")
    offered = Examples(
        searcher=searcher,
        answers=lambda probability: probability >= 0.5,
        clock=bench.clock,
        earlier=lambda workspace, count: ("sixteen weeks?", "who am I?", "leave " * 30),
    )
    assert ("sixteen weeks?", "Parental leave") == offered.questions(AUDIENCE)


def test_a_question_is_offered_again_only_when_several_have_asked_it_and_it_is_kept(bench: Bench) -> None:
    for keep in ("0", "30"):
        bench.preferences.choose(HERE.workspace, "questions.keep", keep)
        for number, person in enumerate(("ann", "ann", "bob")):
            bench.questions.keep(f"{keep}-{number}", HERE.workspace, person, "How hot? ")
        bench.questions.keep(f"{keep}-x", HERE.workspace, "ann", "Am I ill?")
        assert int(keep != "0") == len(bench.questions.often_asked(HERE.workspace, 5))
    assert () == bench.questions.often_asked(ELSEWHERE.workspace, 5)


def test_answers_to_review_wait_for_moderators() -> None:
    told = matters((), unanswered=0, drafts=2, platform="slack")
    assert ("2 answers to review, before I quote what people wrote: see /quoth review.",) == told


def test_questions_without_an_answer_wait_for_moderators(bench: Bench) -> None:
    bench.read_tea()
    bench.ask("who painted the ceiling?")
    told = look_in(bench, MODERATOR).matters
    assert ("1 question without an answer: see /unanswered.",) == told
