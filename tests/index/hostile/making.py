"""What the traps of every format are made with."""

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TypeAlias

Traps: TypeAlias = Mapping[str, tuple[str, Callable[[], bytes]]]
"""Each trap by its name: the format that it is made for, and what makes it."""


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """Return a ZIP archive of these files."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return target.getvalue()


def replaced(archive: bytes, files: Mapping[str, str]) -> bytes:
    """Return a ZIP archive with other files in the place of some, or beside them."""
    with zipfile.ZipFile(BytesIO(archive)) as before:
        kept = [(name, before.read(name)) for name in before.namelist() if name not in files]
    return packed(*kept, *((name, text.encode()) for name, text in files.items()))


def text_of(archive: bytes, name: str) -> str:
    """Return a file of a ZIP archive."""
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return opened.read(name).decode()


def laughs(ways: int = 10, depth: int = 9) -> bytes:
    """Return a page that swells to ``ways`` times itself, ``depth`` times over."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * ways}">' for n in range(1, depth + 1))
    return (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">{entities}]>'
        f"<html><body><p>&l{depth};</p></body></html>"
    ).encode()
