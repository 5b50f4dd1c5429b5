"""Looking at packs before they are unpacked."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from index.sources.packs import LARGEST_OBJECT, has_large_object

BLOB, OFFSET_DELTA, NAMED_DELTA = 3, 6, 7


def number(value: int) -> bytes:
    parts = []
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def packed(kind: int, data: bytes, *, base: bytes = b"") -> bytes:
    size = len(data)
    first = bytes([kind << 4 | size & 0x0F | (0x80 if size > 15 else 0)])
    return first + (number(size >> 4) if size > 15 else b"") + base + zlib.compress(data)


@contextmanager
def mapped(folder: Path, *objects: bytes, count: int | None = None) -> Iterator[mmap]:
    head = b"PACK\0\0\0\2" + (len(objects) if count is None else count).to_bytes(4, "big")
    path = folder / "sent.pack"
    path.write_bytes(head + b"".join(objects) + b"\0" * 20)
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as pack:
        yield pack


def test_small_objects_are_taken(tmp_path: Path) -> None:
    delta = number(5) + number(12) + b"\x90\x05"
    objects = (
        packed(BLOB, b"short"),
        packed(BLOB, b"x" * 2_000_000),
        packed(OFFSET_DELTA, delta, base=b"\x81\x00"),
        packed(NAMED_DELTA, delta, base=b"n" * 20),
        packed(BLOB, b""),
    )
    with mapped(tmp_path, *objects) as pack:
        assert not has_large_object(pack)


def test_an_object_that_swells_is_found(tmp_path: Path) -> None:
    with mapped(tmp_path, packed(BLOB, b"short"), packed(BLOB, b"0" * (LARGEST_OBJECT + 1))) as pack:
        assert has_large_object(pack)


@pytest.mark.parametrize(("kind", "base"), [(OFFSET_DELTA, b"\x07"), (NAMED_DELTA, b"n" * 20)])
def test_a_delta_that_makes_much_of_little_is_found(tmp_path: Path, kind: int, base: bytes) -> None:
    delta = number(5) + number(LARGEST_OBJECT + 1) + b"\x90\x05"
    with mapped(tmp_path, packed(BLOB, b"short"), packed(kind, delta, base=base)) as pack:
        assert has_large_object(pack)


def test_a_pack_that_ends_too_early_is_said_to_be_none(tmp_path: Path) -> None:
    with (
        mapped(tmp_path, packed(BLOB, b"short"), count=2) as pack,
        pytest.raises((ValueError, IndexError, zlib.error)),
    ):
        has_large_object(pack)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.integers(0, 5))
def test_whatever_is_sent_is_measured_or_refused(tmp_path: Path, data: bytes, count: int) -> None:
    with mapped(tmp_path, data, count=count) as pack, suppress(ValueError, IndexError, zlib.error):
        has_large_object(pack)
