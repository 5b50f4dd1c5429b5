"""What can go wrong in the index, and what to do about it.

::

    IndexFailure
    +-- DocumentUnreadable      one document; the rest of its source goes on
    |   +-- AddressRefused      where a document is said to be, nothing is fetched
    |   |   +-- HostRefused     not on the open internet
    |   +-- DocumentEmpty
    |   +-- DocumentGone
    |   +-- DocumentNotText
    |   +-- DocumentTooLarge
    |   +-- DocumentDamaged
    |   +-- DocumentLocked
    +-- SourceUnavailable       a whole source
    |   +-- SourcesUnavailable  some of several sources; the others were read
    +-- SourceExists
    +-- SourceOptionInvalid
    +-- SourceUnknown
    +-- SourcePaused
    +-- EmbedderUnavailable
    +-- EmbedderChanged
    +-- RerankerUnavailable
    +-- CatalogUnavailable
    |   +-- CatalogBusy
    |   +-- CatalogNewer
    |   +-- DiskFull
    +-- SyncBusy
    +-- EvaluationInvalid       a file of questions or answers

The docstring of a class is its message when it is raised without one.
"""

import inspect
from collections.abc import Sequence

from index.passages import Failure, SyncReport

LISTED_SOURCES = 20
"""Names that are said when somebody names a source that there is not."""


class IndexFailure(Exception):
    """The index could not do what was asked. The log says why."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))


class DocumentUnreadable(IndexFailure):
    """The document could not be read. Check that the file exists and that Quoth may read it."""


class AddressRefused(DocumentUnreadable):
    """Nothing is fetched from that address. Give one that begins with https:// and is open to all."""


class HostRefused(AddressRefused):
    """Nothing is fetched from that host, which is not on the open internet. The operator can allow it."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} leads to an address that is not on the open internet. "
            "Whoever runs me can allow it in the setting fetch.allowed_hosts."
        )
        self.host = host


class DocumentGone(DocumentUnreadable):
    """The document is gone for good. What was read of it before is no longer quoted."""


class DocumentEmpty(DocumentUnreadable):
    """The document holds no text. Remove it, or fill it."""


class DocumentNotText(DocumentUnreadable):
    """The document is not text in an encoding that Quoth knows. Save it as UTF-8."""


class DocumentTooLarge(DocumentUnreadable):
    """The document is too large. Split it into smaller files."""


class DocumentDamaged(DocumentUnreadable):
    """The document is damaged, or is not what its name says. Open it in its own program and save it anew."""


class DocumentLocked(DocumentUnreadable):
    """The document is protected by a password. Save it without one."""


class SourceUnavailable(IndexFailure):
    """The source could not be reached. Check that its folder or file exists and may be read."""


class SourcesUnavailable(SourceUnavailable):
    """Some of the sources could not be read. Check that their folders and files exist.

    ``failures`` name each of them, ``report`` is what was read of the others.
    """

    def __init__(self, failures: Sequence[Failure], report: SyncReport) -> None:
        super().__init__(
            "\n".join(f"{failure.uri} could not be read: {failure.reason}" for failure in failures)
        )
        self.failures = tuple(failures)
        self.report = report


class SourceExists(IndexFailure):
    """A source of that name exists. Choose another name, or remove the old one first."""


class SourceOptionInvalid(IndexFailure):
    """The source has no such option, or not with that value. The README lists the options of each kind."""


class SourceUnknown(IndexFailure):
    """There is no source of that name. List the sources to see which there are."""


class SourcePaused(IndexFailure):
    """The source is paused, so it is not read anew. Resume it first."""


class EmbedderUnavailable(IndexFailure):
    """The embedding model could not be loaded. Check the setting embedder.model."""


class EmbedderChanged(IndexFailure):
    """The index was built with another embedding model. Run `quoth sync` to embed it anew."""


class RerankerUnavailable(IndexFailure):
    """The cross-encoder could not be loaded or used. Check the setting answers.rerank."""


class CatalogUnavailable(IndexFailure):
    """The catalogue could not be opened. Check that the data folder exists and is writable."""


class CatalogBusy(CatalogUnavailable):
    """Another program holds the catalogue. Wait for it to end, then try again."""


class CatalogNewer(CatalogUnavailable):
    """The catalogue was written by a newer Quoth. Install that version, or choose another data folder."""


class DiskFull(CatalogUnavailable):
    """The disk is full. Free some space and sync again: nothing that was indexed is lost."""


class SyncBusy(IndexFailure):
    """Another Quoth process is syncing this data folder. Try again when it has finished."""


class EvaluationInvalid(IndexFailure):
    """A file of questions or answers is not as it should be. docs/evaluation.md describes both."""


def no_source(wanted: str, names: Sequence[str]) -> str:
    """Say that there is no source of a name, and which ones there are."""
    if not names:
        return f"There is no source {wanted}; I have read nothing yet."
    more = len(names) - LISTED_SOURCES
    listed = ", ".join((*names[:LISTED_SOURCES], *([f"and {more} more"] if more > 0 else [])))
    return f"There is no source {wanted}. There are: {listed}."


def refused_host(error: BaseException | None) -> str:
    """Return the host that was refused, be that the error or its cause; empty if none was."""
    while error is not None and not isinstance(error, HostRefused):
        error = error.__cause__
    return error.host if error else ""
