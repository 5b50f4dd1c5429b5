"""When sources are due, and what becomes of those that fail."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import ScheduleInvalid
from bot.records import Records
from bot.schedules import LEAST, Schedules, following, normal
from bot.testing import NOON, FakeClock

HOUR = 3600


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def records() -> Iterator[Records]:
    records = Records(Path(":memory:"))
    yield records
    records.close()


@pytest.fixture
def schedules(records: Records, clock: FakeClock) -> Schedules:
    return Schedules(records, clock, chance=lambda: 0)


@pytest.mark.parametrize(
    ("wish", "kept"),
    [
        ("every 6h", "every 6h"),
        ("EVERY 30 m", "every 30m"),
        ("daily 3:05", "daily 03:05"),
        ("cron 0 3 * * 1", "cron 0 3 * * 1"),
    ],
)
def test_a_schedule_is_kept_in_one_form(wish: str, kept: str) -> None:
    assert kept == normal(wish) == normal(kept)


@pytest.mark.parametrize(
    "wish",
    "every|every 6|every 1m|every 100d|every 99999999999h|daily|daily 24:00|daily 3|cron|cron * * * * *"
    "|cron 61 0 * * *|cron 0 0 31 2 *|hourly|every -6h|every 6h now".split("|"),
)
def test_what_is_no_schedule_says_what_is_one(wish: str) -> None:
    with pytest.raises(ScheduleInvalid):
        normal(wish)


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("every 6h", datetime(2026, 1, 1, 18, tzinfo=UTC)),
        ("daily 03:00", datetime(2026, 1, 2, 3, tzinfo=UTC)),
        ("daily 13:30", datetime(2026, 1, 1, 13, 30, tzinfo=UTC)),
        ("cron 0 3 * * 1", datetime(2026, 1, 5, 3, tzinfo=UTC)),
    ],
)
def test_a_schedule_is_due_when_it_says(schedule: str, due: datetime) -> None:
    assert due == following(schedule, NOON)


def test_what_is_due_is_listed_until_it_is_done(schedules: Schedules, clock: FakeClock) -> None:
    schedules.choose("w", "docs", "every 6h")
    schedules.choose("w", "notes", "daily 13:00")
    assert [] == schedules.due()
    clock.advance(6 * HOUR)
    assert [("w", "notes"), ("w", "docs")] == schedules.due()
    schedules.done("w", "docs")
    assert [("w", "notes")] == schedules.due()
    assert NOON + timedelta(hours=12) == schedules.of("w")["docs"].next_at


def test_what_fails_is_tried_again_after_twice_as_long_each_time(
    schedules: Schedules, clock: FakeClock
) -> None:
    schedules.choose("w", "docs", "every 1h")
    waits = []
    for _ in range(6):
        clock.advance(HOUR)
        schedules.failed("w", "docs")
        waits.append((schedules.of("w")["docs"].next_at - clock.now()).total_seconds() / 60)
    assert [5, 10, 20, 40, 60, 60] == waits
    schedules.done("w", "docs")
    assert 0 == schedules.of("w")["docs"].tries


def test_times_are_put_off_by_chance_and_never_early(records: Records, clock: FakeClock) -> None:
    schedules = Schedules(records, clock, chance=lambda: 1)
    late, short = schedules.choose("w", "docs", "every 6h"), schedules.choose("w", "notes", "every 5m")
    assert late is not None
    assert short is not None
    assert NOON + timedelta(hours=6, minutes=5) == late.next_at
    assert NOON + LEAST * 1.1 == short.next_at


def test_a_schedule_that_is_taken_back_is_never_due(schedules: Schedules, clock: FakeClock) -> None:
    schedules.choose("w", "docs", "every 6h")
    assert schedules.choose("w", "docs", "Off") is None
    clock.advance(7 * HOUR)
    assert [] == schedules.due()
    schedules.failed("w", "docs")
    schedules.done("w", "docs")
    assert {} == schedules.of("w")
