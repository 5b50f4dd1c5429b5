"""What a community's sources lack."""

from dataclasses import replace
from datetime import timedelta

from bot.hygiene import CLEAN, NEVER_QUOTED, OFTEN, OLD, contradiction, of_the_same_documents, repetition
from bot.messages import Exported, Inspect, Refused
from bot.testing import passage
from index.passages import Finding, Trouble
from tests.bot.conftest import ANN, HERE, MODERATOR, Bench


def report(bench: Bench) -> tuple[str, str]:
    reply = bench.handle(Inspect(actor=MODERATOR, conversation=HERE))
    assert isinstance(reply, Exported)
    return reply.text, reply.attachment.data.decode()


def test_what_stands_twice_is_told_with_both_places(bench: Bench) -> None:
    bench.upload("Leave lasts sixteen weeks.", "leave")
    bench.upload("Leave lasts sixteen weeks.", "parents")

    text, written = report(bench)

    assert "The same in several places: 1" in text
    assert "may come to differ.\n\n- Leave" in written
    assert "Leave lasts sixteen weeks." in written


def test_what_was_never_quoted_is_listed(bench: Bench) -> None:
    bench.upload("Leave lasts sixteen weeks.", "leave")
    bench.upload("Tea is at four.", "tea")
    bench.answer("When is tea?")

    _, written = report(bench)

    never = written.partition(f"## {NEVER_QUOTED}\n\nDocuments of which no passage was ever shown")[2]
    assert "(leave, leave.txt)" in never
    assert "(tea, tea.txt)" not in never


def test_what_is_old_and_often_quoted_is_listed(bench: Bench) -> None:
    bench.upload("Tea is at four.", "tea")
    for _ in range(OFTEN):
        bench.answer("When is tea?")
    assert "Old, but often quoted" not in report(bench)[1]

    bench.clock.advance((OLD + timedelta(days=1)).total_seconds())

    assert f"quoted {OFTEN} times, unchanged since" in report(bench)[1]


def test_nothing_amiss_is_said_so(bench: Bench) -> None:
    assert (CLEAN, f"{CLEAN}\n") == report(bench)


def test_only_moderators_are_told(bench: Bench) -> None:
    assert isinstance(bench.handle(Inspect(actor=ANN, conversation=HERE)), Refused)


def test_a_contradiction_is_told_with_both_sentences() -> None:
    one, other = passage("Tea is at four."), passage("Tea is at five.")
    finding = Finding(
        trouble=Trouble.CONTRADICTION, passages=(one, other), words=("Tea is at four.", "Tea is at five.")
    )

    assert contradiction(finding).endswith(":\n  - Tea is at four.\n  - Tea is at five.")


def twice(text: str, *documents: int) -> Finding:
    places = tuple(replace(passage(text), document_id=document) for document in documents)
    return Finding(trouble=Trouble.TWICE, passages=places)


def test_what_the_same_documents_share_is_one_line_with_examples() -> None:
    shared = [twice(f"Leave is {number}.", 1, 2) for number in range(5)]
    other = twice("Tea is at four.", 1, 3)

    groups = of_the_same_documents([*shared[:1], other, *shared[1:]])

    assert [shared, [other]] == groups
    assert "Leave is 2.\n  - and 2 texts more" in repetition(groups[0])


def test_of_many_places_the_first_are_named() -> None:
    assert "and 6 places more: Tea is at four." in repetition([twice("Tea is at four.", *range(10))])
