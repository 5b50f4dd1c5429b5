"""Items that are made while the one before is in use."""

import threading
from collections.abc import Iterator

import pytest

from index.ahead import ahead


def test_items_come_in_their_order() -> None:
    assert list(ahead(iter(range(5)))) == [0, 1, 2, 3, 4]


def test_nothing_comes_of_nothing() -> None:
    assert list(ahead(iter(()))) == []


def test_the_next_item_is_made_while_one_is_in_use() -> None:
    is_in_use = threading.Event()

    def items() -> Iterator[bool]:
        yield False
        yield is_in_use.wait(timeout=10)

    made = ahead(items())
    next(made)
    is_in_use.set()
    assert next(made)


def test_no_more_than_one_is_made_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for item in range(5):
            made.append(item)
            yield item

    running = ahead(items())
    next(running)
    next(running)
    running.close()
    assert made == [0, 1, 2]


def test_what_making_raises_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("The disk is gone.")

    running = ahead(items())
    assert next(running) == 1
    with pytest.raises(OSError, match="The disk is gone"):
        next(running)
