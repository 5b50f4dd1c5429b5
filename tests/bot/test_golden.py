"""Golden questions: kept, told by each sync, and held if that is wished."""

from collections.abc import Iterator

import pytest

from bot.golden import MOST
from bot.messages import (
    Actor,
    AddGolden,
    AddSource,
    Answer,
    Decide,
    Decision,
    ForgetMe,
    GatherGolden,
    Golden,
    Listing,
    MyData,
    Notice,
    PersonalData,
    Prefer,
    Rate,
    Refused,
    Reindex,
    RemoveSource,
    Reply,
    SaveAnswer,
    ShowSource,
    SourceDetails,
    SourceState,
    Undo,
)
from index.errors import EmbedderUnavailable
from index.passages import Audience, Hit
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench
from tests.bot.test_curation import REMARK
from tests.bot.test_unanswered import decide, keep

TEA, BIKES = "/docs/guide/tea.txt", "/docs/guide/bikes.txt"
QUESTION = "How hot is green tea water?"


def text_of(reply: Reply) -> str:
    assert isinstance(reply, Notice | Refused | Listing)
    details = reply.details if isinstance(reply, Notice) else ()
    return "\n".join((reply.text, *details))


def golden(bench: Bench, actor: Actor = MODERATOR) -> Reply:
    return bench.handle(Golden(actor=actor, conversation=HERE))


def add(bench: Bench, question: str = QUESTION, actor: Actor = MODERATOR) -> Reply:
    return bench.handle(AddGolden(actor=actor, conversation=HERE, question=question))


def gather(bench: Bench) -> Reply:
    return bench.handle(GatherGolden(actor=MODERATOR, conversation=HERE))


def reindex(bench: Bench, name: str = "") -> Reply:
    return bench.handle(Reindex(actor=MODERATOR, conversation=HERE, name=name))


def hold(bench: Bench) -> None:
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="golden.hold", value="on"))


def change_tea(bench: Bench, text: str = "Coffee is brewed in a pot.") -> None:
    bench.library.files[TEA] = text


def found(bench: Bench) -> list[bool]:
    return [pair.found for pair in bench.golden.of(HERE.workspace)]


def state(bench: Bench) -> SourceState:
    shown = bench.handle(ShowSource(actor=MODERATOR, conversation=HERE, name="guide"))
    assert isinstance(shown, SourceDetails)
    return shown.source.state


@pytest.fixture
def guide() -> Iterator[Bench]:
    """A bench that has read a folder, with a golden question about one of its documents."""
    bench = Bench()
    bench.library.files |= {TEA: "Green tea water is hot: eighty degrees.", BIKES: "Bikes go to the yard."}
    bench.handle(AddSource(actor=MODERATOR, conversation=HERE, origin="/docs/guide"))
    add(bench)
    yield bench
    bench.records.close()


def test_a_question_is_kept_with_the_document_that_answers_it(guide: Bench) -> None:
    listing = golden(guide)
    assert isinstance(listing, Listing)
    assert "1 golden question, all answered by its document." == listing.text
    [item] = listing.items
    assert (QUESTION, "Tea (guide: tea.txt)", "has its answer") == (item.title, *item.facts[:2])


def test_a_question_that_nothing_answers_is_refused_in_words(guide: Bench) -> None:
    assert "Nothing that I have read answers that" in text_of(add(guide, "Who owns the moon?"))
    assert "already" in text_of(add(guide, "how hot is GREEN tea water"))
    assert "in words" in text_of(add(guide, "?!"))
    assert 1 == len(guide.golden.of(HERE.workspace))


def test_there_is_an_end_to_how_many_are_kept(guide: Bench) -> None:
    for number in range(MOST):
        add(guide, f"bikes go to the yard {number}")
    assert MOST == len(guide.golden.of(HERE.workspace))
    assert "Drop one first" in text_of(add(guide, "bikes go to yard"))


def test_a_dropped_question_is_asked_no_more(guide: Bench) -> None:
    listing = golden(guide)
    assert isinstance(listing, Listing)
    item = listing.items[0].choices[0].item
    elsewhere = Decide(actor=MODERATOR, conversation=ELSEWHERE, decision=Decision.DROP, item=item)
    assert isinstance(guide.handle(elsewhere), Refused)
    assert isinstance(decide(guide, Decision.DROP, item, actor=ANN), Refused)
    assert "no golden question any more" in text_of(decide(guide, Decision.DROP, item))
    assert isinstance(decide(guide, Decision.DROP, item), Refused)
    assert "no golden questions yet" in text_of(golden(guide))


def test_only_moderators_see_and_keep_them(guide: Bench) -> None:
    for reply in (golden(guide, ANN), add(guide, "bikes go to the yard", ANN)):
        assert "Only moderators" in text_of(reply)
    assert isinstance(guide.handle(GatherGolden(actor=ANN, conversation=HERE)), Refused)


def rate(bench: Bench, answer: Answer, actor: Actor, *, helpful: bool) -> None:
    bench.handle(Rate(actor=actor, conversation=HERE, answer_id=answer.id, offset=0, helpful=helpful))


def test_answers_that_helped_are_gathered_as_long_as_their_words_are_kept(guide: Bench) -> None:
    unkept = guide.answer("to the yard go bikes")
    rate(guide, unkept, ANN, helpful=True)
    keep(guide, 30)
    helped, disputed = guide.answer("Where do bikes go?"), guide.answer("bikes yard")
    rate(guide, helped, ANN, helpful=True)
    for actor, helpful in ((ANN, True), (BOB, False)):
        rate(guide, disputed, actor, helpful=helpful)
    assert "Gathered 1 golden question" in text_of(gather(guide))
    assert [QUESTION, "Where do bikes go?"] == [pair.question for pair in guide.golden.of(HERE.workspace)]
    assert "none to gather" in text_of(gather(guide))


def test_a_sync_tells_which_questions_lost_and_gained_their_answer(guide: Bench) -> None:
    was = guide.library.files[TEA]
    change_tea(guide)
    assert f"Has lost its answer: “{QUESTION}”" in text_of(reindex(guide))
    assert "1 golden question, 1 without an answer from its document." in text_of(golden(guide))
    assert "answer" not in text_of(reindex(guide))
    change_tea(guide, was)
    assert f"Has its answer again: “{QUESTION}”" in text_of(reindex(guide, "guide"))


def test_an_answer_from_another_document_is_not_the_one_that_is_known(guide: Bench) -> None:
    guide.library.files[BIKES], guide.library.files[TEA] = guide.library.files[TEA], "Bikes."
    assert "Has lost its answer" in text_of(reindex(guide))
    assert isinstance(guide.ask(QUESTION), Answer)


def test_the_same_words_in_another_place_count(guide: Bench) -> None:
    guide.library.files["/docs/guide/a-copy.txt"] = guide.library.files[TEA]
    assert "answer" not in text_of(reindex(guide))


def test_a_removed_source_takes_its_answers_along_and_undo_brings_them_back(guide: Bench) -> None:
    remove = RemoveSource(actor=MODERATOR, conversation=HERE, name="guide", confirmed=True)
    assert "Has lost its answer" in text_of(guide.handle(remove))
    assert "Has its answer again" in text_of(guide.handle(Undo(actor=MODERATOR, conversation=HERE)))


def test_undoing_a_sync_tells_what_it_has_brought_back(guide: Bench) -> None:
    change_tea(guide)
    reindex(guide)
    guide.clock.advance(60)
    assert "Has its answer again" in text_of(guide.handle(Undo(actor=MODERATOR, conversation=HERE)))


def test_a_change_that_costs_an_answer_is_held_where_that_is_wished(guide: Bench) -> None:
    hold(guide)
    change_tea(guide)
    asked = reindex(guide)
    assert isinstance(asked, Listing)
    [item] = asked.items
    assert f"Its change would leave golden questions without their answer: “{QUESTION}”." == item.text
    assert ["Approve change", "Leave as it is"] == [choice.label for choice in item.choices]
    assert isinstance(guide.ask(QUESTION), Answer)
    assert ([True], SourceState.HELD) == (found(guide), state(guide))
    assert "Left as it is" in text_of(decide(guide, Decision.KEEP, "guide"))
    assert isinstance(reindex(guide), Listing)
    assert "Has lost its answer" in text_of(decide(guide, Decision.ACCEPT, "guide"))
    assert ([False], SourceState.FRESH) == (found(guide), state(guide))
    assert "not held" in text_of(decide(guide, Decision.ACCEPT, "guide"))


def test_no_more_may_be_lost_than_was_agreed_to(guide: Bench) -> None:
    add(guide, "Where do bikes go?")
    hold(guide)
    change_tea(guide)
    reindex(guide)
    guide.library.files[BIKES] = "Nothing here."
    asked = decide(guide, Decision.ACCEPT, "guide")
    assert isinstance(asked, Listing)
    assert "Where do bikes go?" in asked.items[0].text


def test_what_is_as_before_at_its_source_is_held_no_more(guide: Bench) -> None:
    hold(guide)
    was = guide.library.files[TEA]
    change_tea(guide)
    reindex(guide)
    change_tea(guide, was)
    assert isinstance(reindex(guide), Notice)
    assert SourceState.FRESH == state(guide)


def test_a_change_that_costs_nothing_is_not_held(guide: Bench) -> None:
    hold(guide)
    guide.library.files[BIKES] = "Bikes stay in the cellar."
    assert isinstance(reindex(guide), Notice)


def test_a_new_source_that_answers_first_is_not_taken_back_but_told(guide: Bench) -> None:
    hold(guide)
    added = guide.upload("How hot is green tea water? Eighty.", name="faq")
    assert "Has lost its answer" in text_of(added)


def test_an_answer_that_is_withdrawn_is_gone_whatever_it_costs(guide: Bench) -> None:
    guide.handle(
        SaveAnswer(actor=MODERATOR, conversation=HERE, question="Who feeds the office cat?", remark=REMARK)
    )
    hold(guide)
    assert "Kept" in text_of(add(guide, REMARK.text))
    [answer] = guide.shelf.answers(HERE.workspace)
    decide(guide, Decision.WITHDRAW, answer.id)
    assert not isinstance(guide.ask(REMARK.text), Answer)
    assert [True, False] == found(guide)


def test_questions_that_cannot_be_asked_do_not_undo_a_sync(
    guide: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(query: str, *, k: int, audience: Audience) -> list[Hit]:
        raise EmbedderUnavailable

    change_tea(guide)
    monkeypatch.setattr(guide.searcher, "search", broken)
    assert "1 changed" in text_of(reindex(guide))
    remove = RemoveSource(actor=MODERATOR, conversation=HERE, name="guide", confirmed=True)
    assert "Removed guide" in text_of(guide.handle(remove))


def test_who_added_one_is_forgotten_and_the_question_stays(guide: Bench) -> None:
    mine = guide.handle(MyData(actor=MODERATOR, conversation=HERE))
    assert isinstance(mine, PersonalData)
    assert "1 golden question that you added, until dropped" in mine.lines
    guide.handle(ForgetMe(actor=MODERATOR, conversation=HERE, confirmed=True))
    listing = golden(guide)
    assert isinstance(listing, Listing)
    assert "added by a moderator" in listing.items[0].facts


def test_what_somebody_asked_is_erased_at_their_wish(guide: Bench) -> None:
    keep(guide, 30)
    rate(guide, guide.answer("Where do bikes go?"), BOB, helpful=True)
    gather(guide)
    mine = guide.handle(MyData(actor=ANN, conversation=HERE))
    assert isinstance(mine, PersonalData)
    assert any("by which what I read is checked" in line for line in mine.lines)
    guide.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    assert [QUESTION] == [pair.question for pair in guide.golden.of(HERE.workspace)]


def test_changes_are_in_the_record_without_the_words(guide: Bench) -> None:
    said = [change.what for change in guide.audit.latest(HERE.workspace)]
    assert "added a golden question" in said
    assert not any(QUESTION in what for what in said)
