"""Who changed what, for moderators to look up."""

import pytest

from bot.audit import KEPT, LISTED
from bot.messages import (
    Actor,
    Audit,
    Conversation,
    Notice,
    Prefer,
    Rate,
    Refused,
    Reindex,
    RemoveSource,
    Share,
)
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench


def listed(bench: Bench, conversation: Conversation = HERE) -> tuple[str, ...]:
    reply = bench.handle(Audit(actor=MODERATOR, conversation=conversation))
    assert isinstance(reply, Notice)
    return reply.details


def test_changes_are_listed_newest_first_with_who_and_when(bench: Bench) -> None:
    bench.read_tea()
    bench.clock.advance(60)
    bench.upload("Oolong stands between the two.", "oolong")
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="30"))
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value=" "))
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert listed(bench) == (
        "2026-01-01 12:01 UTC, Mo: removed the source tea",
        "2026-01-01 12:01 UTC, Mo: set questions.keep to its default",
        "2026-01-01 12:01 UTC, Mo: set questions.keep to 30",
        "2026-01-01 12:01 UTC, Mo: read all sources anew",
        "2026-01-01 12:01 UTC, Mo: added the source oolong from oolong.txt",
        "2026-01-01 12:00 UTC, Mo: added the source /docs/tea.txt",
    )


def test_shares_are_listed_and_what_changes_nothing_is_not(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea")
    bench.handle(Rate(actor=BOB, conversation=HERE, answer_id=answer.id, offset=0, helpful=True))
    bench.handle(Share(actor=ANN, conversation=HERE, answer_id=answer.id))
    assert f"Ann: shared answer {answer.id} with the channel general" in listed(bench)[0]
    assert 2 == len(listed(bench))


def test_what_was_refused_has_changed_nothing(bench: Bench) -> None:
    bench.handle(RemoveSource(actor=ANN, conversation=HERE, name="tea", confirmed=True))
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="long"))
    assert () == listed(bench)


def test_only_moderators_and_only_of_this_workspace_may_look(bench: Bench) -> None:
    bench.read_tea()
    assert isinstance(bench.handle(Audit(actor=ANN, conversation=HERE)), Refused)
    assert () == listed(bench, ELSEWHERE)


def test_a_person_without_a_name_is_named_by_id(bench: Bench) -> None:
    nameless = Actor(id="u7", manages_workspace=True)
    bench.handle(Reindex(actor=nameless, conversation=HERE))
    assert listed(bench)[0].endswith("u7: read all sources anew")


def test_the_list_is_short_and_old_changes_are_forgotten(bench: Bench) -> None:
    for _ in range(LISTED + 5):
        bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    assert LISTED == len(listed(bench))
    bench.clock.advance(KEPT.total_seconds() + 1)
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    assert 1 == len(listed(bench))


def test_a_change_that_cannot_be_recorded_is_made_all_the_same(bench: Bench) -> None:
    with bench.records.write() as db:
        db.execute("DROP TABLE changes")
    reply = bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="30"))
    assert Notice(text="questions.keep is now 30.") == reply


@pytest.mark.parametrize("length", [10, 5_000])
def test_a_long_name_is_cut(bench: Bench, length: int) -> None:
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="0" * length))
    assert all(len(line) < 400 for line in listed(bench))
