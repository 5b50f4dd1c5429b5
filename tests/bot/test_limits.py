"""How often one person may ask."""

from bot.limits import RateLimit
from bot.testing import FakeClock

ANN, BOB = ("w", "ann"), ("w", "bob")


def limit(clock: FakeClock) -> RateLimit:
    return RateLimit(questions=2, per_seconds=4, clock=clock)


def test_the_first_questions_are_allowed_at_once() -> None:
    limited = limit(FakeClock())
    assert [0, 0] == [limited.wait(ANN), limited.wait(ANN)]


def test_one_too_many_waits_for_the_next_token() -> None:
    limited = limit(FakeClock())
    assert [0, 0, 2] == [limited.wait(ANN) for _ in range(3)]


def test_a_refused_question_is_not_counted() -> None:
    limited = limit(FakeClock())
    assert [0, 0, 2, 2] == [limited.wait(ANN) for _ in range(4)]


def test_after_the_wait_a_question_is_allowed() -> None:
    limited = limit(clock := FakeClock())
    waits = [limited.wait(ANN) for _ in range(3)]
    clock.advance(waits[-1])
    assert [0, 2] == [limited.wait(ANN), limited.wait(ANN)]


def test_nobody_waits_for_others_or_for_themselves_elsewhere() -> None:
    limited = limit(FakeClock())
    assert [0, 0] == [limited.wait(ANN) for _ in range(2)]
    assert [0, 0] == [limited.wait(BOB), limited.wait(("other", "ann"))]


def test_those_who_have_stopped_asking_are_forgotten_behind_one_who_has_not() -> None:
    limited = limit(clock := FakeClock())
    for number in range(1_000):
        clock.advance(4)
        limited.wait(ANN)
        limited.wait(("w", str(number)))
    assert len(limited._spent) <= 3
