"""A parser called where it is asked for: an ``index.ports.Parse`` for tests that need no sandbox."""

from collections.abc import Callable, Iterable

from index.ports import Record


def parse_here(
    record: type[Record], parser: Callable[..., Iterable[Record]], data: bytes, *given: str
) -> list[Record]:
    """Return what the parser finds."""
    return list(parser(data, *given))
