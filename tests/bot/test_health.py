"""Whether a running bot is known to be alive, and a dead one is not."""

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

from bot.bootstrap import Application
from bot.health import STALE_SECONDS, beat, is_alive
from bot.ports import Core
from bot.settings import load


class Visitor:
    """Somebody at the terminal who looks for the heartbeat, and leaves."""

    def __init__(self, heartbeat: Path) -> None:
        self.saw_it = False
        self._heartbeat = heartbeat

    async def run(self, core: Core) -> None:
        await asyncio.sleep(0)  # lets the heart beat once
        self.saw_it = is_alive(self._heartbeat)


def test_a_serving_application_is_alive(tmp_path: Path) -> None:
    application = Application(load(data=tmp_path))
    visitor = Visitor(application.heartbeat)
    asyncio.run(application.serve([], visitor))
    assert visitor.saw_it


def test_a_heart_that_has_stopped_is_noticed_after_a_minute(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat"
    assert not is_alive(path)
    asyncio.run(beat_once(path))
    assert is_alive(path)
    before = time.time() - STALE_SECONDS - 1
    os.utime(path, (before, before))
    assert not is_alive(path)


async def beat_once(path: Path) -> None:
    beating = asyncio.create_task(beat(path))
    await asyncio.sleep(0)
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating
