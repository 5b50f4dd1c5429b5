"""Answers that people wrote: who may save them, how they are reviewed, and how they follow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.curation import KEPT, MOST_WAITING
from bot.messages import (
    LISTED_ITEMS,
    Actor,
    Answer,
    Audit,
    Conversation,
    Decide,
    Decision,
    Follow,
    ForgetMe,
    Item,
    Listing,
    MyData,
    Notice,
    PersonalData,
    Prefer,
    Refused,
    Remark,
    Reply,
    Review,
    SaveAnswer,
)
from bot.testing import FakeLibrary
from index.errors import CatalogUnavailable, SyncBusy
from index.passages import SyncReport
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench

TEXT = "Parental leave lasts sixteen weeks."
REMARK = Remark(
    text=TEXT,
    author="Bob",
    written_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    link="https://discord.com/channels/1/2/3",
    message="2/3",
)
QUESTION = "How long is parental leave?"
CURATOR = Actor(id="cora", name="Cora", groups=frozenset({"77777"}))


def save(bench: Bench, actor: Actor = MODERATOR, remark: Remark = REMARK, question: str = QUESTION) -> Reply:
    return bench.handle(SaveAnswer(actor=actor, conversation=HERE, question=question, remark=remark))


def review(bench: Bench, conversation: Conversation = HERE) -> Listing:
    reply = bench.handle(Review(actor=MODERATOR, conversation=conversation))
    assert isinstance(reply, Listing)
    return reply


def decide(bench: Bench, decision: Decision, item: str, actor: Actor = MODERATOR) -> Reply:
    return bench.handle(Decide(actor=actor, conversation=HERE, decision=decision, item=item))


def follow(bench: Bench, text: str | None, message: str = "2/3", conversation: Conversation = HERE) -> Reply:
    return bench.handle(Follow(actor=BOB, conversation=conversation, message=message, text=text))


def only_item(bench: Bench) -> Item:
    [item] = review(bench).items
    return item


def quoted(bench: Bench) -> str:
    reply = bench.ask("parental leave lasts")
    return reply.quote.text if isinstance(reply, Answer) else ""


def test_a_moderators_answer_is_quoted_at_once(bench: Bench) -> None:
    reply = save(bench)
    assert Notice(text=f"Saved as the answer to “{QUESTION}”. From now on I quote it.") == reply
    assert TEXT == quoted(bench)
    [answer] = bench.shelf.answers(HERE.workspace)
    assert (QUESTION, TEXT, "Bob", REMARK.written_at, REMARK.link, "discord:2/3") == (
        answer.question,
        answer.text,
        answer.author,
        answer.written_at,
        answer.link,
        answer.message,
    )


def test_a_trusted_group_is_known_by_its_platform_too(bench: Bench) -> None:
    trust(bench, "slack:77777")
    save(bench, CURATOR)
    assert "" == quoted(bench)
    trust(bench, "discord:77777")
    save(bench, CURATOR)
    assert TEXT == quoted(bench)


def trust(bench: Bench, groups: str) -> None:
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="curators.groups", value=groups))


def test_a_trusted_groups_answer_is_too(bench: Bench) -> None:
    save(bench, CURATOR)
    assert "" == quoted(bench)
    chosen = Prefer(actor=MODERATOR, conversation=HERE, name="curators.groups", value="77777, 88888")
    assert Notice(text="curators.groups is now 77777 88888.") == bench.handle(chosen)
    save(bench, CURATOR)
    assert TEXT == quoted(bench)
    assert [(Decision.WITHDRAW,)] == [
        tuple(choice.decision for choice in item.choices) for item in review(bench).items
    ]


def test_everybody_elses_waits_until_it_is_approved(bench: Bench) -> None:
    assert Notice(text="Thank you. A moderator looks at it before I quote it.") == save(bench, ANN)
    assert "" == quoted(bench)
    item = only_item(bench)
    assert (QUESTION, TEXT, REMARK.link) == (item.title, item.text, item.url)
    assert ("Bob", "2026-03-01", "saved by Ann", "waits for review") == item.facts
    assert [Decision.APPROVE, Decision.REJECT] == [choice.decision for choice in item.choices]
    assert isinstance(decide(bench, Decision.APPROVE, item.choices[0].item), Notice)
    assert TEXT == quoted(bench)
    assert "Nothing waits for review; 1 answer saved." == review(bench).text


def test_what_is_rejected_is_gone(bench: Bench) -> None:
    save(bench, ANN)
    item = only_item(bench).choices[0].item
    decide(bench, Decision.REJECT, item)
    assert () == review(bench).items
    for decision in Decision:
        assert isinstance(decide(bench, decision, item), Refused)
    assert "" == quoted(bench)


def test_what_was_saved_can_be_removed(bench: Bench) -> None:
    save(bench)
    decide(bench, Decision.WITHDRAW, only_item(bench).choices[0].item)
    assert "" == quoted(bench)
    assert () == review(bench).items


def test_only_moderators_review(bench: Bench) -> None:
    save(bench, ANN)
    item = only_item(bench).choices[0].item
    assert isinstance(bench.handle(Review(actor=ANN, conversation=HERE)), Refused)
    for decision in Decision:
        assert isinstance(decide(bench, decision, item, BOB), Refused)
    assert 1 == len(review(bench).items)


def test_no_workspace_sees_or_decides_anothers(bench: Bench) -> None:
    save(bench, ANN)
    item = only_item(bench).choices[0].item
    assert () == review(bench, ELSEWHERE).items
    elsewhere = Decide(actor=MODERATOR, conversation=ELSEWHERE, decision=Decision.APPROVE, item=item)
    assert isinstance(bench.handle(elsewhere), Refused)
    follow(bench, None, conversation=ELSEWHERE)
    assert 1 == len(review(bench).items)


def test_a_message_is_one_answer_however_often_it_is_saved(bench: Bench) -> None:
    save(bench, ANN)
    save(bench, ANN, question="What of leave?")
    assert "What of leave?" == only_item(bench).title
    save(bench, MODERATOR)
    assert (QUESTION, [Decision.WITHDRAW]) == (
        only_item(bench).title,
        [choice.decision for choice in only_item(bench).choices],
    )
    assert isinstance(save(bench, ANN), Refused)


def test_what_stands_in_no_message_is_an_answer_of_its_own(bench: Bench) -> None:
    for text in ("Parental leave lasts long.", "Tea is nice."):
        save(bench, remark=replace(REMARK, text=text, message="", link=""))
    assert 2 == len(bench.shelf.answers(HERE.workspace))


def test_a_long_queue_is_shown_in_part_and_ends_somewhere(bench: Bench) -> None:
    for number in range(MOST_WAITING):
        save(bench, ANN, replace(REMARK, message=f"2/{number}"))
    assert isinstance(save(bench, ANN, replace(REMARK, message="9/9")), Refused)
    listing = review(bench)
    assert (LISTED_ITEMS, MOST_WAITING - LISTED_ITEMS) == (len(listing.items), listing.more)


def test_what_nobody_reviews_is_forgotten(bench: Bench) -> None:
    save(bench, ANN)
    bench.clock.advance((KEPT + timedelta(seconds=1)).total_seconds())
    assert () == review(bench).items


@pytest.mark.parametrize(
    ("question", "text"),
    [("", TEXT), ("?!", TEXT), (QUESTION, " \n"), ("q" * 301, TEXT), (QUESTION, "\ud800")],
)
def test_what_is_no_answer_is_refused(bench: Bench, question: str, text: str) -> None:
    assert isinstance(save(bench, remark=replace(REMARK, text=text), question=question), Refused)
    assert [] == bench.shelf.answers(HERE.workspace)


def test_a_saved_answer_follows_its_message(bench: Bench) -> None:
    save(bench)
    follow(bench, "Parental leave lasts twenty weeks.")
    assert "Parental leave lasts twenty weeks." == quoted(bench)
    follow(bench, None)
    assert "" == quoted(bench)
    assert () == review(bench).items


def test_what_waits_follows_its_message_too(bench: Bench) -> None:
    save(bench, ANN)
    follow(bench, "Parental leave lasts twenty weeks.")
    assert "Parental leave lasts twenty weeks." == only_item(bench).text
    follow(bench, None)
    assert () == review(bench).items


def test_what_was_edited_unseen_is_quoted_no_more(bench: Bench) -> None:
    save(bench)
    save(bench, ANN, replace(REMARK, message="2/4"))
    follow(bench, "")
    follow(bench, "", "2/4")
    assert "" == quoted(bench)
    assert () == review(bench).items


def test_other_messages_change_nothing(bench: Bench) -> None:
    save(bench)
    assert isinstance(follow(bench, None, "2/4"), Notice)
    assert isinstance(follow(bench, TEXT), Notice)
    assert TEXT == quoted(bench)


def test_an_answer_outlives_a_sync_that_fails(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: object) -> SyncReport:
        raise SyncBusy

    monkeypatch.setattr(FakeLibrary, "sync", busy)
    reply = save(bench)
    assert isinstance(reply, Notice)
    assert "after the next sync" in reply.text
    assert TEXT == only_item(bench).text


def test_an_approval_that_fails_leaves_it_waiting(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> str:
        raise CatalogUnavailable

    save(bench, ANN)
    item = only_item(bench).choices[0].item
    monkeypatch.setattr(bench.shelf, "put", full)
    decide(bench, Decision.APPROVE, item)
    assert [Decision.APPROVE, Decision.REJECT] == [choice.decision for choice in only_item(bench).choices]


def test_what_was_saved_and_decided_stands_in_the_audit(bench: Bench) -> None:
    save(bench, ANN)
    item = only_item(bench).choices[0].item
    decide(bench, Decision.APPROVE, item)
    decide(bench, Decision.WITHDRAW, item)
    decide(bench, Decision.REJECT, item)  # too late
    reply = bench.handle(Audit(actor=MODERATOR, conversation=HERE))
    assert isinstance(reply, Notice)
    expected = (
        f"Mo: withdrew the answer {item}",
        f"Mo: approved the answer {item}",
        "Ann: saved an answer",
    )
    assert expected == tuple(line.split("UTC, ")[1] for line in reply.details)


def test_what_a_person_saved_leaves_the_queue_with_them(bench: Bench) -> None:
    save(bench, ANN)
    kept = bench.handle(MyData(actor=ANN, conversation=HERE))
    assert isinstance(kept, PersonalData)
    assert "1 answer that you saved and that nobody has reviewed yet" in kept.lines
    bench.handle(ForgetMe(actor=ANN, conversation=HERE, confirmed=True))
    assert () == review(bench).items
