"""Sources that are read by their schedules."""

import pytest

from bot.messages import (
    AddGolden,
    Answer,
    Listing,
    Notice,
    Post,
    Prefer,
    RemoveSource,
    Reply,
    ScheduleSource,
    SourceList,
    Sources,
    Undo,
)
from bot.refreshing import Refreshing
from tests.bot.conftest import ANN, HERE, MODERATOR, TEA, Bench, taken

HOUR = 3600


@pytest.fixture
def refreshing(bench: Bench) -> Refreshing:
    return Refreshing(
        bench.schedules,
        library=bench.library,
        jobs=bench.jobs,
        golden=bench.golden,
        preferences=bench.preferences,
        errands=bench.errands,
    )


def schedule(bench: Bench, schedule: str = "every 6h", name: str = "tea") -> Reply:
    return bench.handle(ScheduleSource(actor=MODERATOR, conversation=HERE, name=name, schedule=schedule))


def posted(bench: Bench) -> list[Notice | Listing]:
    """Take what waits to be said in the moderators' channel."""
    found: list[Notice | Listing] = []
    while (errand := taken(bench.errands, "discord")) is not None:
        assert isinstance(errand, Post)
        assert ("77", "discord:1") == (errand.channel, errand.workspace)
        assert isinstance(errand.reply, Notice | Listing)
        found.append(errand.reply)
    return found


def follow(bench: Bench) -> None:
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="sources.channel", value="77"))


def test_a_source_is_read_when_it_is_due_and_moderators_are_told(
    bench: Bench, refreshing: Refreshing
) -> None:
    bench.read_tea()
    follow(bench)
    told = schedule(bench)
    assert isinstance(told, Notice)
    assert "tea is read anew every 6h, next 2026-01-01 18:02 UTC." == told.text
    bench.library.files[TEA] = "Orchids bloom rarely."
    refreshing.step()
    assert not isinstance(bench.ask("orchids bloom rarely"), Answer)
    bench.clock.advance(6 * HOUR + 300)
    refreshing.step()
    assert isinstance(bench.ask("orchids bloom rarely"), Answer)
    [notice] = posted(bench)
    assert "tea up to date: 1 changed" in notice.text
    bench.clock.advance(6 * HOUR + 600)
    refreshing.step()
    assert [] == posted(bench)


def test_nobody_is_told_where_no_channel_was_chosen(bench: Bench, refreshing: Refreshing) -> None:
    bench.read_tea()
    schedule(bench)
    bench.library.files[TEA] = "White tea."
    bench.clock.advance(7 * HOUR)
    refreshing.step()
    assert [] == posted(bench)


def test_a_source_that_fails_is_told_once_and_tried_again_and_stops_no_other(
    bench: Bench, refreshing: Refreshing
) -> None:
    bench.read_tea()
    bench.upload("Coffee wants coarse beans.", name="notes")
    follow(bench)
    schedule(bench)
    schedule(bench, name="notes")
    kept = bench.library.files.pop(TEA)
    bench.clock.advance(7 * HOUR)
    refreshing.step()
    [notice] = posted(bench)
    assert "tea could not be read" in notice.text
    scheduled = bench.schedules.of("discord:1")
    assert (1, 0) == (scheduled["tea"].tries, scheduled["notes"].tries)
    bench.clock.advance(600)
    refreshing.step()
    assert 2 == bench.schedules.of("discord:1")["tea"].tries
    assert [] == posted(bench)
    bench.library.files[TEA] = kept
    bench.clock.advance(1200)
    refreshing.step()
    assert 0 == bench.schedules.of("discord:1")["tea"].tries


def test_moderators_are_asked_about_what_is_held(bench: Bench, refreshing: Refreshing) -> None:
    for number in range(9):
        bench.library.files[f"/docs/notes/{number}.txt"] = f"Thing number{number} is here."
    name = bench.library.add("discord:1", "/docs/notes", name="", base_url="")
    bench.library.sync("discord:1", name, lambda step: None)
    follow(bench)
    schedule(bench, name=name)
    for number in range(8):
        del bench.library.files[f"/docs/notes/{number}.txt"]
    bench.clock.advance(7 * HOUR)
    refreshing.step()
    [asked] = posted(bench)
    assert isinstance(asked, Listing)
    [item] = asked.items
    assert ("notes", "8 of its 9 documents are gone.") == (item.title, item.text)
    assert ["Approve change", "Leave as it is"] == [choice.label for choice in item.choices]
    bench.clock.advance(7 * HOUR)
    refreshing.step()
    assert [] == posted(bench)  # once is enough


def test_a_change_that_is_held_for_a_golden_question_is_told_once(
    bench: Bench, refreshing: Refreshing
) -> None:
    bench.read_tea()
    question = "Green tea wants water at eighty degrees"
    bench.handle(AddGolden(actor=MODERATOR, conversation=HERE, question=question))
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="golden.hold", value="on"))
    follow(bench)
    schedule(bench)
    bench.library.files[TEA] = "Orchids bloom rarely."
    bench.clock.advance(7 * HOUR)
    refreshing.step()
    [listing] = posted(bench)
    assert isinstance(listing, Listing)
    assert f"without their answer: “{question}”." in listing.items[0].text
    bench.clock.advance(7 * HOUR)
    refreshing.step()
    assert [] == posted(bench)
    assert isinstance(bench.ask(question), Answer)


def test_a_removed_source_is_not_read_and_comes_back_with_its_schedule(
    bench: Bench, refreshing: Refreshing
) -> None:
    bench.read_tea()
    schedule(bench)
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    bench.clock.advance(60)
    refreshing.step()
    bench.handle(Undo(actor=MODERATOR, conversation=HERE))
    listed = bench.handle(Sources(actor=MODERATOR, conversation=HERE))
    assert isinstance(listed, SourceList)
    assert "every 6h, next 2026-01-01 18:02 UTC" == listed.sources[0].refresh


def test_a_new_source_does_not_take_over_an_old_one_s_schedule(bench: Bench) -> None:
    bench.read_tea()
    schedule(bench)
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    bench.read_tea()
    assert {} == bench.schedules.of("discord:1")


def test_only_moderators_schedule_and_only_what_there_is(bench: Bench) -> None:
    bench.read_tea()
    request = ScheduleSource(actor=ANN, conversation=HERE, name="tea", schedule="every 6h")
    assert not isinstance(bench.handle(request), Notice)
    assert not isinstance(schedule(bench, name="nothing"), Notice)
    assert not isinstance(schedule(bench, "sometimes"), Notice)
    assert isinstance(schedule(bench, "off"), Notice)
