"""Whether a quote still stands where it was found, for those whom it was shown to."""

from dataclasses import replace

import pytest

from bot.messages import (
    Answer,
    Continuation,
    Conversation,
    More,
    Notice,
    ReadOn,
    Refused,
    RemoveSource,
    Reply,
    Verify,
)
from bot.receipts import Receipt, Verdict, compare, summed_up
from bot.testing import NOON
from index.passages import content_hash
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, TEA, TEA_TEXT, Bench


def verify(bench: Bench, receipt: str, conversation: Conversation = HERE) -> Reply:
    bench.clock.advance(60)  # so that nobody asks too fast
    return bench.handle(Verify(actor=BOB, conversation=conversation, receipt=receipt))


def told(bench: Bench, receipt: str) -> str:
    reply = verify(bench, receipt)
    assert isinstance(reply, Notice)
    return "\n".join((reply.text, *reply.details))


def receipt_of(bench: Bench) -> str:
    bench.read_tea()
    return bench.answer("green tea degrees").receipt


def sync(bench: Bench) -> None:
    bench.library.sync(HERE.workspace, "", lambda step: None)


def test_a_quote_that_stands_where_it_was_found_matches(bench: Bench) -> None:
    receipt = receipt_of(bench)
    assert 6 == len(receipt)
    words = told(bench, f" {receipt.upper()} ")
    assert f"Receipt {receipt}: match." in words
    assert "Quoted from tea.txt in tea, characters 0 to 58" in words
    assert "First shown 2026-01-01 12:00 UTC, 1 time in all" in words
    assert "The text that I keep: match" in words
    assert "The source as it is now: match" in words


def test_the_same_quote_has_the_same_receipt_and_another_has_another(bench: Bench) -> None:
    first = receipt_of(bench)
    answer = bench.answer("green tea degrees", BOB)
    assert first == answer.receipt
    more = bench.handle(More(actor=BOB, conversation=HERE, answer_id=answer.id, offset=1))
    assert isinstance(more, Answer)
    assert first != more.receipt
    assert "2 times in all" in told(bench, first)


def test_text_that_has_moved_at_its_source_is_found_again(bench: Bench) -> None:
    receipt = receipt_of(bench)
    bench.library.files[TEA] = f"A word about tea.\n\n{TEA_TEXT}"
    words = told(bench, receipt)
    assert "Receipt " + receipt + ": moved." in words
    assert "The text that I keep: match" in words
    assert "The source as it is now: moved" in words
    sync(bench)
    assert "The text that I keep: moved" in told(bench, receipt)


def test_text_that_was_changed_is_said_to_be(bench: Bench) -> None:
    receipt = receipt_of(bench)
    bench.library.files[TEA] = TEA_TEXT.replace("eighty", "ninety")
    sync(bench)
    words = told(bench, receipt)
    assert "changed." in words
    assert "The text that I keep: changed, these words no longer stand in the document" in words


def test_a_source_that_cannot_be_fetched_is_no_verdict(bench: Bench) -> None:
    receipt = receipt_of(bench)
    del bench.library.files[TEA]
    words = told(bench, receipt)
    assert f"Receipt {receipt}: match." in words
    assert "The source as it is now: could not be fetched" in words
    assert "/docs" not in words


def test_what_was_removed_is_gone(bench: Bench) -> None:
    receipt = receipt_of(bench)
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    words = told(bench, receipt)
    assert f"Receipt {receipt}: gone." in words
    assert "The text that I keep: gone, the document is no longer there" in words


def test_a_document_that_its_folder_no_longer_has_is_gone_there(bench: Bench) -> None:
    bench.library.files["/docs/coffee.txt"] = "Coffee is ground."
    bench.library.add(HERE.workspace, "/docs", name="all", base_url="")
    sync(bench)
    receipt = bench.answer("green tea degrees").receipt
    del bench.library.files[TEA]
    assert "The source as it is now: gone" in told(bench, receipt)


@pytest.mark.parametrize("name", ["nothing", "", "x" * 5_000])
def test_an_unknown_receipt_is_refused(bench: Bench, name: str) -> None:
    receipt_of(bench)
    reply = verify(bench, name)
    assert isinstance(reply, Refused)
    assert "I know no receipt" in reply.text
    assert len(reply.text) < 200


def test_people_of_another_workspace_learn_nothing(bench: Bench) -> None:
    receipt = receipt_of(bench)
    bench.read_tea(ELSEWHERE)
    there, unknown = verify(bench, receipt, ELSEWHERE), verify(bench, "abcdef", ELSEWHERE)
    assert isinstance(there, Refused)
    assert isinstance(unknown, Refused)
    assert there.text == unknown.text.replace("abcdef", receipt)


def test_workspaces_that_quote_the_same_have_receipts_of_their_own(bench: Bench) -> None:
    receipt = receipt_of(bench)
    bench.read_tea(ELSEWHERE)
    assert receipt != bench.answer("green tea degrees", conversation=ELSEWHERE).receipt
    assert {HERE.workspace, ELSEWHERE.workspace} == {each.workspace for each in bench.receipts.all()}


def test_verifying_counts_as_a_question(bench: Bench) -> None:
    request = Verify(actor=ANN, conversation=HERE, receipt="abcdef")
    replies = [bench.handle(request) for _ in range(5)]
    assert isinstance(replies[4], Refused)
    assert "in 2 s" in replies[4].text


def test_neither_words_nor_people_are_written_down(bench: Bench) -> None:
    receipt_of(bench)
    with bench.records.read() as db:
        written = str(db.execute("SELECT * FROM receipts").fetchall())
    assert "tea.txt" in written
    assert "Green" not in written
    assert "ann" not in written


def test_an_answer_is_given_without_a_receipt_where_none_can_be_kept(bench: Bench) -> None:
    bench.read_tea()
    with bench.records.write() as db:
        db.execute("DROP TABLE receipts")
    assert "" == bench.answer("green tea degrees").receipt


QUOTE = "über Tee"
RECEIPT = Receipt(
    workspace="w",
    id="abcdef",
    source="docs",
    document_id=1,
    uri="a.txt",
    title="A",
    revision="r",
    start=2,
    end=2 + len(QUOTE),
    content_hash=content_hash(QUOTE),
    checksum=sum(map(ord, QUOTE)),
    times=1,
    shown_at=NOON,
)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (f"- {QUOTE}", Verdict.MATCH),
        (f"- {QUOTE} und mehr", Verdict.MATCH),
        (QUOTE, Verdict.MOVED),
        (f"{QUOTE[::-1]} {QUOTE}", Verdict.MOVED),
        (f"- {QUOTE[::-1]}", Verdict.CHANGED),
        ("- Kaffee", Verdict.CHANGED),
        ("", Verdict.CHANGED),
        (None, Verdict.GONE),
    ],
)
def test_a_text_is_compared_by_place_and_hash(text: str | None, verdict: Verdict) -> None:
    assert verdict is compare(RECEIPT, text)


def test_two_quotes_whose_ids_begin_alike_keep_apart(bench: Bench) -> None:
    receipt = receipt_of(bench)
    [kept] = bench.receipts.find(receipt)
    with bench.records.write() as db:
        db.execute("UPDATE receipts SET start = start + 1, end = end + 1 WHERE id = ?", (receipt,))
    longer = bench.answer("green tea degrees").receipt
    assert (7, True) == (len(longer), longer.startswith(receipt))
    [again] = bench.receipts.find(longer)
    assert kept == replace(again, id=receipt)


def test_all_receipts_are_summed_up(bench: Bench) -> None:
    receipt_of(bench)
    bench.upload("Oolong stands between green and black tea.", "oolong")
    bench.answer("oolong stands between", BOB)
    assert Notice(text="2 quotes verified.", details=("match: 2",)) == summed_up(
        bench.receipts.verify(bench.receipts.all())
    )
    del bench.library.files[TEA]
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="oolong", confirmed=True))
    assert summed_up(bench.receipts.verify(bench.receipts.all())).details == (
        "match: 1",
        "gone: 1",
        "of these, compared with the kept text alone: 2",
    )


def test_what_follows_in_a_document_has_a_receipt_too(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea")
    onward = bench.handle(ReadOn(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0, step=1))
    assert isinstance(onward, Continuation)
    assert onward.receipt not in ("", answer.receipt)
    assert f"Receipt {onward.receipt}: match." in told(bench, onward.receipt)
