"""Questions that a moderator has pointed to a passage."""

from collections.abc import Sequence

import pytest

from bot.aliases import ERASED, KEPT, SOMEONE, same_asked
from bot.likeness import EmbedderLikeness
from bot.messages import (
    Actor,
    Aliases,
    Answer,
    Closest,
    Decide,
    Decision,
    ForgetMe,
    Listing,
    More,
    MyData,
    NoAnswer,
    Notice,
    PersonalData,
    Refused,
    Reply,
    Share,
)
from bot.ports import Likeness
from bot.testing import FakeLikeness
from index.embedders.sentence_transformer import SentenceTransformerEmbedder
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, TEA, TEA_TEXT, Bench
from tests.bot.test_unanswered import decide, first, keep, listed, told

QUESTION = "Which temperature suits sencha leaves?"
GREEN = TEA_TEXT.split("\n")[0]


OPPOSITES = [
    ("How do I enable two-factor authentication?", "How do I disable two-factor authentication?"),
    ("How do I cancel my subscription?", "How do I renew my subscription?"),
    ("How do I cancel my subscription?", "When can I cancel my subscription?"),
    ("Who can see private channels?", "Who can't see private channels?"),
    ("How do I pay an invoice from 2023?", "How do I pay an invoice from 2024?"),
    ("What is the minimum password length?", "What is the maximum password length?"),
]
PARAPHRASES = [
    ("How do I reset my password?", "how can I reset my password"),
    ("How long is parental leave here?", "how long is the parental leave here"),
]


class CertainLikeness:
    """Finds everything alike."""

    def alike(self, texts: Sequence[str], others: Sequence[str]) -> list[list[float]]:
        return [[1.0] * len(others) for _ in texts]


@pytest.fixture(scope="module", params=["certain", pytest.param("packaged", marks=pytest.mark.model)])
def likeness(request: pytest.FixtureRequest) -> Likeness:
    if request.param == "certain":
        return CertainLikeness()
    embedder = SentenceTransformerEmbedder()
    return EmbedderLikeness(lambda: embedder)


@pytest.mark.parametrize(("question", "other"), OPPOSITES)
def test_another_question_about_the_same_is_not_the_same(
    likeness: Likeness, question: str, other: str
) -> None:
    assert [] == same_asked(question, [other], likeness)
    assert [1] == same_asked(question, [other, question], likeness)


@pytest.mark.parametrize(("question", "other"), PARAPHRASES)
def test_other_words_for_the_same_question_are(likeness: Likeness, question: str, other: str) -> None:
    assert [0] == same_asked(question, [other], likeness)


def test_the_nearest_is_the_first_and_what_is_far_is_none() -> None:
    nearest = "is green sencha tea temperature the same here"
    near, far = nearest.replace("here", "now"), "tea sencha: green temperature"
    assert [1, 0] == same_asked(nearest, [near, nearest, far], FakeLikeness())


@pytest.fixture
def pointed(bench: Bench) -> Bench:
    """A bench on which a question was asked in vain and then pointed to a passage."""
    bench.read_tea()
    keep(bench, 30)
    assert not isinstance(bench.ask(QUESTION, BOB), Answer)
    found = decide(bench, Decision.POINT, first(bench), "green tea")
    assert isinstance(found, Listing)
    assert GREEN == found.items[0].text
    assert isinstance(decide(bench, Decision.CHOOSE, found.items[0].choices[0].item), Notice)
    return bench


def aliases(bench: Bench) -> Listing:
    reply = bench.handle(Aliases(actor=MODERATOR, conversation=HERE))
    assert isinstance(reply, Listing)
    return reply


def forget(bench: Bench) -> Reply:
    return decide(bench, Decision.FORGET, aliases(bench).items[0].choices[0].item)


def test_whoever_asks_alike_is_shown_the_passage_and_who_chose_it(pointed: Bench) -> None:
    for question in (QUESTION, "which temperature suits sencha leaves"):
        answer = pointed.answer(question)
        assert (GREEN, "Mo", "chosen by Mo") == (answer.quote.text, answer.chosen_by, answer.assurance)


def test_who_asked_is_told_and_the_question_is_open_no_more(pointed: Bench) -> None:
    assert ["bob"] == told(pointed)
    assert () == listed(pointed).items


def test_it_stays_chosen_when_it_is_shared_and_what_follows_is_not(pointed: Bench) -> None:
    answer = pointed.answer(QUESTION)
    shared = pointed.handle(Share(actor=ANN, conversation=HERE, answer_id=answer.id))
    assert isinstance(shared, Answer)
    assert "Mo" == shared.chosen_by
    more = pointed.handle(More(actor=ANN, conversation=HERE, answer_id=answer.id, offset=1))
    assert isinstance(more, Answer)
    assert "" == more.chosen_by


def test_the_opposite_question_is_not_shown_what_was_chosen(pointed: Bench) -> None:
    opposite = pointed.ask("Which temperature spoils sencha leaves?")
    assert not isinstance(opposite, Answer)


def test_other_questions_are_searched_as_ever(pointed: Bench) -> None:
    answer = pointed.answer("black tea wants boiling water")
    assert "" == answer.chosen_by
    assert isinstance(pointed.ask("Where do bicycles go?"), NoAnswer)


def test_an_alias_is_listed_and_taken_back(pointed: Bench) -> None:
    [item] = aliases(pointed).items
    assert (QUESTION, GREEN) == (item.title, item.text)
    assert "chosen by Mo" in item.facts
    assert isinstance(forget(pointed), Notice)
    assert () == aliases(pointed).items
    assert isinstance(pointed.ask(QUESTION), NoAnswer | Closest)
    assert isinstance(decide(pointed, Decision.FORGET, item.choices[0].item), Refused)


def test_a_passage_that_says_something_else_now_is_not_used(pointed: Bench) -> None:
    pointed.library.files[TEA] = "Green tea wants water at ninety degrees."
    pointed.library.sync(HERE.workspace, "tea", lambda step: None)
    assert not isinstance(pointed.ask(QUESTION), Answer)
    [item] = aliases(pointed).items
    assert ("", True) == (item.text, "not used" in item.facts[0])


def test_a_passage_that_was_read_anew_unchanged_is(pointed: Bench) -> None:
    pointed.library.files[TEA] = f"{TEA_TEXT}\n\nWhite tea wants patience."
    pointed.library.sync(HERE.workspace, "tea", lambda step: None)
    assert GREEN == pointed.answer(QUESTION).quote.text


def test_only_moderators_of_this_community_see_and_make_aliases(pointed: Bench) -> None:
    assert isinstance(pointed.handle(Aliases(actor=ANN, conversation=HERE)), Refused)
    item = aliases(pointed).items[0].choices[0].item
    for decision in (Decision.POINT, Decision.CHOOSE, Decision.FORGET):
        for actor, place in ((ANN, HERE), (MODERATOR, ELSEWHERE)):
            request = Decide(actor=actor, conversation=place, decision=decision, item=item, words="tea")
            assert isinstance(pointed.handle(request), Refused)
    assert 1 == len(aliases(pointed).items)
    assert isinstance(pointed.ask(QUESTION, conversation=ELSEWHERE), NoAnswer)


@pytest.mark.parametrize("item", ["", "x", "1", "1.x", "1.99", "99.1"])
def test_what_names_no_passage_is_refused(pointed: Bench, item: str) -> None:
    pointed.ask("Where do bicycles go?")
    assert isinstance(decide(pointed, Decision.CHOOSE, item), Refused)


# What is kept of people


def data_of(bench: Bench, actor: Actor) -> PersonalData:
    reply = bench.handle(MyData(actor=actor, conversation=HERE))
    assert isinstance(reply, PersonalData)
    return reply


def erase(bench: Bench, actor: Actor) -> None:
    bench.handle(ForgetMe(actor=actor, conversation=HERE, confirmed=True))


def written(bench: Bench) -> str:
    tables = ("pointers", "pointer_askers", "pointed_answers")
    with bench.records.read() as db:
        return str([db.execute(f"SELECT * FROM {table}").fetchall() for table in tables])


def test_people_see_what_an_alias_holds_of_them(pointed: Bench) -> None:
    asker, chooser = data_of(pointed, BOB), data_of(pointed, MODERATOR)
    pointing = "1 question of yours that a moderator pointed to a passage, until that is taken back"
    assert pointing in asker.lines
    assert QUESTION in asker.words
    assert "1 passage that you chose for questions, until that is taken back" in chooser.lines
    assert QUESTION not in chooser.words


def test_erased_words_lead_to_the_passage_when_they_are_asked_again(pointed: Bench) -> None:
    erase(pointed, BOB)
    assert "sencha" not in written(pointed)
    assert "bob" not in written(pointed)
    assert ERASED == aliases(pointed).items[0].title
    answer = pointed.answer("which temperature suits SENCHA leaves")
    assert (GREEN, "Mo") == (answer.quote.text, answer.chosen_by)
    assert isinstance(pointed.ask("Which temperature suits all sencha leaves?"), NoAnswer | Closest)
    taken = forget(pointed)
    assert Notice(text="That question is searched as any other question again.") == taken


def test_words_in_which_others_asked_too_are_theirs(bench: Bench) -> None:
    bench.read_tea()
    keep(bench, 30)
    bench.ask(QUESTION, BOB)
    bench.ask(QUESTION.upper(), ANN)
    found = decide(bench, Decision.POINT, first(bench), "green tea")
    assert isinstance(found, Listing)
    decide(bench, Decision.CHOOSE, found.items[0].choices[0].item)
    erase(bench, BOB)
    assert QUESTION.upper() == aliases(bench).items[0].title
    erase(bench, ANN)
    assert ERASED == aliases(bench).items[0].title


def test_a_moderators_choice_stays_without_their_name(pointed: Bench) -> None:
    answer = pointed.answer(QUESTION)
    assert "1 answer with a passage that you chose, for 90 days" in data_of(pointed, MODERATOR).lines
    erase(pointed, MODERATOR)
    assert "'mod'" not in written(pointed)
    assert "'Mo'" not in written(pointed)
    assert SOMEONE == pointed.answer(QUESTION).chosen_by
    shared = pointed.handle(Share(actor=ANN, conversation=HERE, answer_id=answer.id))
    assert isinstance(shared, Answer)
    assert SOMEONE == shared.chosen_by


def test_what_is_erased_elsewhere_stays_here(pointed: Bench) -> None:
    for actor in (BOB, MODERATOR):
        pointed.handle(ForgetMe(actor=actor, conversation=ELSEWHERE, confirmed=True))
    assert QUESTION in data_of(pointed, BOB).words
    assert "Mo" == pointed.answer(QUESTION).chosen_by


def test_who_chose_the_passage_of_an_answer_is_known_as_long_as_the_answer(pointed: Bench) -> None:
    answer = pointed.answer(QUESTION)
    pointed.clock.advance(KEPT.total_seconds())
    pointed.router.purge()
    assert answer.id in written(pointed)
    pointed.clock.advance(1)
    pointed.router.purge()
    assert answer.id not in written(pointed)
