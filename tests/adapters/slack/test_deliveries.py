"""Repeated deliveries are served once, lost ones again."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from adapters.slack.deliveries import KEPT_SECONDS, TAKEN_UP_SECONDS, Deliveries


class Wall:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "deliveries.sqlite3"


def serve(deliveries: Deliveries, *keys: str) -> bool:
    with deliveries.claim(*keys) as is_new:
        return is_new


def test_a_served_delivery_is_not_new_again(path: Path) -> None:
    with Deliveries(path, Wall()) as deliveries:
        assert [True, False, True] == [serve(deliveries, key) for key in ("a", "a", "b")]


def test_any_shared_key_makes_it_the_same_delivery(path: Path) -> None:
    with Deliveries(path, Wall()) as deliveries:
        assert [True, False] == [serve(deliveries, "event:1", "m:1"), serve(deliveries, "event:2", "m:1")]


def test_the_memory_survives_a_restart(path: Path) -> None:
    with Deliveries(path, Wall()) as deliveries:
        serve(deliveries, "a")
    with Deliveries(path, Wall()) as deliveries:
        assert not serve(deliveries, "a")


def test_a_delivery_under_way_is_not_new(path: Path) -> None:
    with Deliveries(path, Wall()) as deliveries, deliveries.claim("a"):
        assert not serve(deliveries, "a")


def test_a_delivery_that_died_half_way_is_served_again(path: Path) -> None:
    with Deliveries(path, Wall()) as deliveries:
        with pytest.raises(RuntimeError), deliveries.claim("a"):
            raise RuntimeError
        assert serve(deliveries, "a")


def stopped(path: Path, wall: Wall, *keys: str) -> None:
    with (
        Deliveries(path, wall) as deliveries,
        pytest.raises(asyncio.CancelledError),
        deliveries.claim(*keys),
    ):
        raise asyncio.CancelledError


def test_what_was_being_served_when_the_bot_stopped_is_known_until_it_is_served(path: Path) -> None:
    wall = Wall()
    stopped(path, wall, "a", "b")
    with Deliveries(path, wall) as deliveries:
        assert ["a", "b"] == deliveries.unended()
        assert serve(deliveries, "a", "b")
        assert [] == deliveries.unended()


def test_what_ended_with_an_error_is_over(path: Path) -> None:
    with Deliveries(path, Wall()) as deliveries:
        with pytest.raises(RuntimeError), deliveries.claim("a"):
            raise RuntimeError
        assert [] == deliveries.unended()


def test_what_was_begun_long_ago_is_not_taken_up(path: Path) -> None:
    wall = Wall()
    stopped(path, wall, "a")
    wall.now += TAKEN_UP_SECONDS + 1
    with Deliveries(path, wall) as deliveries:
        assert [] == deliveries.unended()


def test_what_slack_will_not_repeat_any_more_is_forgotten(path: Path) -> None:
    wall = Wall()
    with Deliveries(path, wall) as deliveries:
        serve(deliveries, "a")
        wall.now += KEPT_SECONDS + 1
        serve(deliveries, "b")
    with sqlite3.connect(path) as file:
        assert [("b",)] == file.execute("SELECT key FROM served").fetchall()
    file.close()


def test_a_damaged_file_starts_anew(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, and not a short one either" * 100)
    with Deliveries(path, Wall()) as deliveries:
        assert [True, False] == [serve(deliveries, "a"), serve(deliveries, "a")]


def test_a_file_that_breaks_while_running_does_not_silence_the_bot(path: Path) -> None:
    deliveries = Deliveries(path, Wall())
    deliveries.__exit__(None, None, None)
    assert serve(deliveries, "a")
