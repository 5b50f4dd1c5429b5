"""Make the next of some items while the one before is worked on."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """Yield the items in their order, each made in another thread while the one before is in use.

    One is made ahead, never more. What making it raises is raised here, in its turn; closing waits for
    the one that is being made.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as maker:
        coming = maker.submit(_one, items)
        while made := coming.result():
            coming = maker.submit(_one, items)
            yield made[0]


def _one(items: Iterator[T]) -> tuple[T] | None:
    """Return the next item, or None where there is none."""
    for item in items:
        return (item,)
    return None
