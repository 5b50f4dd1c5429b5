"""Opens office documents, and tells those with a password and those of old formats by their first bytes."""

from index.errors import DocumentDamaged, DocumentUnreadable
from index.readers.archive import PROTECTED, TRAP, Archive
from index.readers.decoding import refuse_extremes

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DECLARATIONS = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_MARKUP = (".xml", ".rels", ".vml")


def open_office(data: bytes, *, ending: str) -> Archive:
    """Return the archive that an office document is. Raises DocumentUnreadable or a subclass.

    ``ending`` is that of today's format, to be named where a document is of an older one.
    """
    refuse_extremes(data)
    if data.startswith(_OLD):
        if _ENCRYPTED in data:
            raise DocumentUnreadable(PROTECTED)
        raise DocumentUnreadable(f"The document is of an old office format. Save it as {ending}.")
    if not data.startswith(b"PK"):
        raise DocumentDamaged
    archive = Archive(data)
    _refuse_declarations(archive)
    return archive


def _refuse_declarations(archive: Archive) -> None:
    """Refuse XML that declares entities: office programs never write it, and libraries expand it."""
    for name in archive:
        if name.lower().endswith(_MARKUP) and any(mark in archive.read(name) for mark in _DECLARATIONS):
            raise DocumentUnreadable(TRAP)
