"""Computing together what is asked at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from index.embedders.together import Together


class Doubling:
    """Doubles numbers once it may, and keeps how many it was given at a time."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.is_computing, self.may_go_on = Event(), Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.sizes.append(len(numbers))
        self.is_computing.set()
        assert self.may_go_on.wait(10)
        if 13 in numbers:
            raise ValueError("unlucky")
        return [2 * number for number in numbers]


def test_what_is_asked_meanwhile_is_computed_at_once_and_each_gets_its_own() -> None:
    doubling = Doubling()
    double = Together(doubling, most=4)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(double, 0)
        assert doubling.is_computing.wait(10)
        others = [pool.submit(double, number) for number in range(1, 7)]
        while len(double._waiting) < 6:
            pass
        doubling.may_go_on.set()
        assert [0, 2, 4, 6, 8, 10, 12] == [asked.result(10) for asked in (first, *others)]
    assert [1, 4, 2] == doubling.sizes


def test_one_alone_waits_for_nobody() -> None:
    doubling = Doubling()
    doubling.may_go_on.set()
    double = Together(doubling, most=4)
    assert [4, 6] == [double(2), double(3)]
    assert [1, 1] == doubling.sizes


def test_a_failure_is_told_to_each_who_asked_and_the_next_is_answered() -> None:
    doubling = Doubling()
    doubling.may_go_on.set()
    double = Together(doubling, most=4)
    with pytest.raises(ValueError, match="unlucky"):
        double(13)
    assert 2 == double(1)
