"""Archives and XML of unknown origin: what is opened, and what is refused."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from index.errors import DocumentTooLarge, DocumentUnreadable
from index.readers.archive import MAX_ENTRIES, MAX_UNPACKED_BYTES, Archive
from index.readers.decoding import MAX_DOCUMENT_BYTES
from index.readers.markup import parse_xml


def packed(*files: tuple[str | zipfile.ZipInfo, bytes], by: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of these files."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", by) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return target.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


def bomb() -> bytes:
    """Return 180 MB of zeros in 180 kB."""
    return packed(("zeros.xml", bytes(180_000_000)))


def lying() -> bytes:
    """Return an archive whose directory says that 5 MB of zeros are 10 bytes."""
    honest = packed(("a.xml", bytes(5_000_000)))
    return honest.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


TRAPS: dict[str, Callable[[], bytes]] = {
    "a bomb": bomb,
    "too many entries": lambda: packed(*((f"{number}", b"") for number in range(MAX_ENTRIES + 1))),
    "a path above": lambda: packed(("../../etc/passwd", b"x")),
    "a path above, as on Windows": lambda: packed(("a\\..\\..\\b", b"x")),
    "a path from the root": lambda: packed(("/etc/passwd", b"x")),
    "a drive": lambda: packed(("C:/windows/system.ini", b"x")),
    "a link": lambda: packed((link("word/document.xml"), b"/etc/passwd")),
    "an unusual packing": lambda: packed(("a.xml", b"x" * 100), by=zipfile.ZIP_LZMA),
}


def test_files_are_read_from_memory() -> None:
    archive = Archive(packed(("a/", b""), ("a/b.xml", b"<tea/>"), ("c.bin", b"")))
    assert (["a/b.xml", "c.bin"], b"<tea/>") == (list(archive), archive.read("a/b.xml"))
    assert ("c.bin" in archive, "d.bin" in archive) == (True, False)
    assert ["a/", "a/b.xml", "c.bin"] == zipfile.ZipFile(archive.stream()).namelist()


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_refused_in_a_sentence(trap: str) -> None:
    with pytest.raises(DocumentUnreadable, match="Save it anew"):
        Archive(TRAPS[trap]())


def test_what_is_honestly_too_large_says_so() -> None:
    half = MAX_UNPACKED_BYTES // 2 + 1
    stored = [zipfile.ZipInfo(name) for name in "ab"]
    data = packed(*((info, bytes(10)) for info in stored), by=zipfile.ZIP_STORED)
    grown = data.replace((10).to_bytes(4, "little"), half.to_bytes(4, "little"))
    with pytest.raises(DocumentTooLarge, match="unpacks to more than 200 MB"):
        Archive(grown)
    with pytest.raises(DocumentTooLarge, match="20 MB is the limit"):
        Archive(bytes(MAX_DOCUMENT_BYTES + 1))


def test_no_more_is_unpacked_than_the_directory_says() -> None:
    archive = Archive(lying())
    with pytest.raises(DocumentUnreadable, match="damaged"):
        archive.read("a.xml")


def test_one_name_twice_is_refused() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.xml", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.xml", b"two")
    with pytest.raises(DocumentUnreadable):
        Archive(target.getvalue())


@pytest.mark.parametrize("cut", [0, 3, 30, -10])
def test_half_an_archive_is_called_damaged(cut: int) -> None:
    with pytest.raises(DocumentUnreadable, match="damaged"):
        Archive(packed(("a.xml", b"<tea/>"))[:cut])


def test_a_password_is_named() -> None:
    data = bytearray(packed(("a.xml", b"<tea/>")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    with pytest.raises(DocumentUnreadable, match="password"):
        Archive(bytes(data))


def test_xml_is_parsed_without_its_entities(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")
    root = parse_xml(
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "yes">]><a>tea &x;&y;</a>'.encode()
    )
    assert "swordfish" not in "".join(root.itertext())
    assert "tea" in "".join(root.itertext())


@pytest.mark.parametrize("data", [b"", b"<a>", b"\x00", b"<a>" * 5_000 + b"</a>" * 5_000])
def test_broken_or_bottomless_xml_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentUnreadable, match="Save it anew"):
        parse_xml(data)


def test_a_billion_laughs_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with pytest.raises(DocumentUnreadable, match="Save it anew"):
        parse_xml(f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l9;</a>'.encode())
