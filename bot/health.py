"""A heartbeat that tells a process supervisor that the bot still runs."""

import asyncio
import time
from pathlib import Path

BEAT_SECONDS = 15.0
STALE_SECONDS = 60.0


async def beat(path: Path) -> None:
    """Touch a file for ever; the event loop that hangs touches it no more."""
    while True:
        path.touch()
        await asyncio.sleep(BEAT_SECONDS)


def is_alive(path: Path) -> bool:
    """Say whether the file was touched in the last minute."""
    try:
        return time.time() - path.stat().st_mtime < STALE_SECONDS
    except OSError:
        return False
