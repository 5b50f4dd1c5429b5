"""What waits for a platform's adapter to see to it, however often it fails or the process dies."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from structlog.testing import capture_logs

from bot.dispatch import ThreadedCore
from bot.errands import FIRST_PAUSE, HINT_LIFETIME, LIFETIME, LONGEST_PAUSE, Errands
from bot.messages import (
    Actor,
    Answer,
    Closest,
    Errand,
    Fate,
    HelpWanted,
    Listing,
    Notice,
    Post,
    Posting,
    Revise,
    Said,
    Tell,
    Withdraw,
)
from bot.records import Records
from bot.serial import read, written
from bot.testing import FakeClock
from tests.adapters.replies import REPLIES, answer
from tests.bot.conftest import ANN, HERE, taken

SECONDS = 10  # only ever waited for when a test fails

AT = Posting(platform="discord", workspace="discord:1", channel="c", message="m", answer_id="a1b2", offset=0)


def tell(text: str, platform: str = "discord", to: str = "7") -> Tell:
    return Tell(platform=platform, workspace="discord:1", actor_id=to, reply=Notice(text=text))


def call() -> Post:
    reply = REPLIES["help_wanted"]
    assert isinstance(reply, HelpWanted)
    return Post(platform="discord", workspace="discord:1", channel="c", mention="9", reply=reply)


class House:
    """Records on the disk, which stay when the errands begin anew."""

    def __init__(self, folder: Path) -> None:
        self.records = Records(folder / "quoth.sqlite")
        self.clock = FakeClock()
        self.errands = Errands(self.records, self.clock)

    def restart(self) -> None:
        self.errands = Errands(self.records, self.clock)

    def waiting(self, platform: str = "discord") -> Errand | None:
        waiting = self.errands.take(platform)
        return waiting.errand if waiting else None

    def settle(self, fate: Fate) -> Fate:
        waiting = self.errands.take("discord")
        assert waiting is not None
        fate = self.errands.verdict(waiting, fate)
        self.errands.settle(waiting, fate)
        return fate


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_each_platform_gets_its_own_errands_in_order(house: House) -> None:
    for errand in (tell("one"), tell("else", "slack"), tell("two")):
        house.errands.give(errand)
    assert [tell("one"), tell("two"), None] == [taken(house.errands, "discord") for _ in range(3)]


def test_what_nobody_has_settled_is_handed_out_again_after_a_restart(house: House) -> None:
    house.errands.give(tell("one"))
    before = house.errands.take("discord")
    house.restart()
    after = house.errands.take("discord")
    assert before is not None
    assert before == after


def test_what_is_done_is_erased(house: House) -> None:
    house.errands.give(tell("a word"))
    house.settle(Fate.DONE)
    house.restart()
    assert house.waiting() is None
    with house.records.read() as db:
        assert [] == db.execute("SELECT * FROM errands").fetchall()


def test_people_do_not_wait_for_cards_to_be_revised(house: House) -> None:
    house.errands.give(Revise(posting=AT, reply=Notice(text="Withdrawn.")))
    house.errands.give(call())
    assert call() == house.waiting()


def test_the_last_state_of_a_message_is_the_one_that_is_shown(house: House) -> None:
    house.errands.give(Revise(posting=AT, reply=Notice(text="Old.")))
    begun = house.errands.take("discord")
    house.errands.give(Revise(posting=AT, reply=Notice(text="New.")))
    assert begun is not None
    house.errands.settle(begun, Fate.DONE)
    assert Revise(posting=AT, reply=Notice(text="New.")) == taken(house.errands, "discord")
    assert house.waiting() is None


def test_what_a_platform_puts_off_is_tried_again_later_and_ever_more_rarely(house: House) -> None:
    house.errands.give(call())
    first = house.errands.take("discord")
    pause = FIRST_PAUSE
    for _ in range(12):
        house.settle(Fate.LATER)
        assert house.waiting() is None
        house.clock.advance(pause.total_seconds() - 1)
        assert house.waiting() is None
        house.clock.advance(1)
        assert call() == house.waiting()
        pause = min(2 * pause, LONGEST_PAUSE)
    last = house.errands.take("discord")
    assert first is not None
    assert last is not None
    assert first.key == last.key
    assert 25 >= len(last.key)  # of Discord's nonce


def test_what_is_put_off_does_not_keep_the_others_waiting(house: House) -> None:
    house.errands.give(tell("one"))
    house.errands.give(tell("two"))
    house.settle(Fate.LATER)
    assert tell("two") == house.waiting()


@pytest.mark.parametrize(("errand", "lifetime"), [(call(), LIFETIME), (Withdraw(posting=AT), HINT_LIFETIME)])
def test_what_was_put_off_for_too_long_counts_as_refused(
    house: House, errand: Errand, lifetime: timedelta
) -> None:
    house.errands.give(errand)
    house.clock.advance(lifetime.total_seconds())
    assert Fate.LATER == house.settle(Fate.LATER)
    house.clock.advance(LONGEST_PAUSE.total_seconds())
    assert Fate.REFUSED == house.settle(Fate.LATER)
    assert house.waiting() is None


def test_what_the_disk_does_not_let_settle_is_not_done_twice(house: House) -> None:
    house.errands.give(tell("one"))
    waiting = house.errands.take("discord")
    assert waiting is not None
    with house.records.write() as db:
        db.execute("CREATE TRIGGER full BEFORE DELETE ON errands BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(sqlite3.Error):
        house.errands.settle(waiting, Fate.DONE)
    assert house.waiting() is None


def test_what_another_version_has_written_is_forgotten(house: House) -> None:
    for text in ('{"Tell": []}', '{"Sing": {}}', '{"Tell": {"tone": "low"}}', "[", '{"datetime": "noon"}'):
        house.errands.give(tell("odd"))
        with house.records.write() as db:
            db.execute("UPDATE errands SET errand = ?", (text,))
    house.errands.give(tell("one"))
    with capture_logs() as lines:
        assert tell("one") == house.waiting()
    assert 5 == len(lines)


@pytest.mark.parametrize("kind", get_args(Said))
def test_an_errand_is_read_as_it_was_written(kind: type) -> None:
    replies = [reply for reply in REPLIES.values() if type(reply) is kind]
    assert replies
    for reply in replies:
        assert isinstance(reply, Answer | Closest | HelpWanted | Listing | Notice)
        for errand in (
            Revise(posting=AT, reply=reply),
            Post(platform="slack", workspace="slack:T", channel="C", thread="1.5", reply=reply),
            Tell(platform="slack", workspace="slack:T", actor_id="U", reply=reply),
        ):
            assert errand == read(written(errand))
            assert repr(errand) == repr(read(written(errand)))  # a StrEnum equals its value
    assert Withdraw(posting=AT) == read(written(Withdraw(posting=AT)))


def test_what_waits_for_a_person_is_shown_and_erased_with_the_rest(house: House) -> None:
    shared = Actor(id="ann", name="Ann", groups=frozenset({"9"}))
    card = answer(question="how long?", searched="how long?", shared_by=shared)
    house.errands.give(tell("you asked", to=ANN.id))
    house.errands.give(call(), about=ANN.id)
    house.errands.give(Revise(posting=AT, reply=card), about=ANN.id)
    house.errands.give(tell("hello", to="bob"))
    [line] = house.errands.kept_of(HERE.workspace, ANN.id).lines
    assert line.startswith("3 messages to you or for you")
    house.errands.forget(HERE.workspace, ANN.id)
    assert () == house.errands.kept_of(HERE.workspace, ANN.id).lines
    assert tell("hello", to="bob") == taken(house.errands, "discord")
    nobodys = replace(card, question="", searched="", shared_by=None)
    assert Revise(posting=AT, reply=nobodys) == taken(house.errands, "discord")
    assert house.waiting() is None


# How an adapter is made to do them


async def carried_out(
    house: House,
    do: Callable[[str, Errand], Awaitable[Fate]],
    *,
    until: Callable[[], bool],
    refused: Callable[[Errand], None] = lambda errand: None,
) -> None:
    core = ThreadedCore(lambda request, report: Notice(text=""), errands=house.errands, refused=refused)
    going = asyncio.ensure_future(core.errands("discord", do))
    async with asyncio.timeout(SECONDS):
        while not until():
            await asyncio.sleep(0.01)
    going.cancel()
    with suppress(asyncio.CancelledError):
        await going
    core.close()


def test_an_adapter_does_what_waited_and_what_comes_later(house: House) -> None:
    done: list[Errand] = []

    async def do(_key: str, errand: Errand) -> Fate:
        done.append(errand)
        if len(done) == 1:
            await asyncio.to_thread(house.errands.give, tell("late"))
        return Fate.DONE

    house.errands.give(tell("early"))
    asyncio.run(carried_out(house, do, until=lambda: len(done) == 2 and house.waiting() is None))
    assert [tell("early"), tell("late")] == done


def test_what_dies_half_way_is_done_by_the_next_process(house: House) -> None:
    keys: list[str] = []

    async def die(key: str, _errand: Errand) -> Fate:
        keys.append(key)
        await asyncio.Event().wait()
        return Fate.DONE

    async def do(key: str, _errand: Errand) -> Fate:
        keys.append(key)
        return Fate.DONE

    house.errands.give(call())
    asyncio.run(carried_out(house, die, until=lambda: bool(keys)))
    house.restart()
    asyncio.run(carried_out(house, do, until=lambda: house.waiting() is None))
    assert 2 == len(keys)
    assert keys[0] == keys[1]


def test_a_fault_in_one_errand_does_not_stop_the_others(house: House) -> None:
    done: list[Errand] = []

    async def do(_key: str, errand: Errand) -> Fate:
        if errand == tell("odd"):
            raise ValueError("odd")
        done.append(errand)
        return Fate.DONE

    house.errands.give(tell("odd"))
    house.errands.give(tell("even"))
    with capture_logs() as lines:
        asyncio.run(carried_out(house, do, until=lambda: house.waiting() is None))
    assert [tell("even")] == done
    assert ["An errand failed"] == [line["event"] for line in lines]
    house.clock.advance(FIRST_PAUSE.total_seconds())
    assert tell("odd") == house.waiting()


def test_what_is_refused_for_good_is_told(house: House) -> None:
    told: list[Errand] = []

    async def do(_key: str, _errand: Errand) -> Fate:
        return Fate.REFUSED

    house.errands.give(call())
    asyncio.run(carried_out(house, do, until=lambda: house.waiting() is None, refused=told.append))
    assert [call()] == told


def test_records_that_fail_for_a_while_do_not_end_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Errand] = []

    async def do(_key: str, errand: Errand) -> Fate:
        done.append(errand)
        return Fate.DONE

    def rename(table: str, to: str) -> None:
        with house.records.write() as db:
            db.execute(f"ALTER TABLE {table} RENAME TO {to}")

    def mended() -> bool:
        if len(lines) == 1:
            rename("away", "errands")
            lines.append({})
        return bool(done)

    monkeypatch.setattr("bot.dispatch.LOOK_SECONDS", 0.2)
    house.errands.give(tell("one"))
    rename("errands", "away")
    with capture_logs() as lines:
        asyncio.run(carried_out(house, do, until=mended))
    assert [tell("one")] == done
    assert "Errands could not be seen to" == lines[0]["event"]
