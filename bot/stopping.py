"""Ending in order: what runs ends by itself when the process is told to stop, but not for ever."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import structlog

SECONDS = 9.0
"""How long it may take in all; a container is killed ten seconds after it was told to stop."""

log = structlog.get_logger()


@contextmanager
def stopped_by(signals: Sequence[signal.Signals], stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` at the first of these signals; the next one ends the process at once.

    Whatever still runs when SECONDS are over is cut short, as it can be at any instant.
    """

    def begin(number: int, frame: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_DFL)
        last = threading.Timer(SECONDS, _cut_short)
        last.daemon = True
        last.start()
        stop()

    before = {each: signal.signal(each, begin) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            if signal.getsignal(each) is begin:
                signal.signal(each, handler)


def _cut_short() -> None:
    log.warning("Something does not end by itself, so it is cut short")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
