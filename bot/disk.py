"""Keeping what people hand over on disk, or saying why that cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager

from index.errors import CatalogUnavailable


@contextmanager
def kept_on_disk(what: str) -> Iterator[None]:
    """Say that ``what`` could not be kept if the block fails at the disk. Raises CatalogUnavailable."""
    try:
        yield
    except OSError as error:
        raise CatalogUnavailable(
            f"{what} could not be kept ({error.strerror}). "
            "Check that the data folder is writable and that its disk has room."
        ) from error
