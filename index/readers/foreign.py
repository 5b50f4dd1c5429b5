"""Turns whatever a library raises over a strange document into a refusal in words."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from index.errors import DocumentDamaged, DocumentUnreadable


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Raise DocumentDamaged instead of any error of a library that parses within.

    Libraries name few of the errors that broken bytes lead them to. A refusal in words passes.
    What they warn of is left out of a document anyway, and nobody would read it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DocumentUnreadable, MemoryError):
        raise
    except RecursionError as error:
        raise DocumentUnreadable(
            "The document is nested too deeply. Simplify it, or save it as text."
        ) from error
    except Exception as error:
        raise DocumentDamaged from error
