"""What a platform keeps the bot from, told to moderators: they can mend it, and nobody else hears of it."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.errands import Errands
from bot.messages import Hindrance, Notice, Tell
from bot.ports import Clock

TOLD_AGAIN = timedelta(days=1)
KEPT = 200
"""Hindrances that are remembered at most; then the oldest is forgotten."""


class Hindrances:
    """Remembers for a day what was in the way. Safe to use from several threads."""

    def __init__(
        self, *, clock: Clock, errands: Errands, moderators: Callable[[str, str], Iterable[str]]
    ) -> None:
        """``moderators`` returns the ids of those who are listed on a platform in a workspace."""
        self._clock = clock
        self._errands = errands
        self._moderators = moderators
        self._lock = threading.Lock()
        self._met: dict[Hindrance, datetime] = {}

    def note(self, met: Hindrance) -> None:
        """Take note, and tell the listed moderators unless they were told within a day."""
        now = self._clock.now()
        with self._lock:
            told = self._met.get(met)
            if told is not None and now - told < TOLD_AGAIN:
                return
            self._met.pop(met, None)
            self._met[met] = now
            while len(self._met) > KEPT:
                del self._met[next(iter(self._met))]
        for actor_id in self._moderators(met.workspace, met.platform):
            self._errands.give(
                Tell(
                    platform=met.platform,
                    workspace=met.workspace,
                    actor_id=actor_id,
                    reply=Notice(text=sentence(met)),
                )
            )

    def told(self, workspace: str) -> tuple[str, ...]:
        """Return what was in the way within a day, in sentences."""
        now = self._clock.now()
        with self._lock:
            met = [each for each, at in self._met.items() if now - at < TOLD_AGAIN]
        return tuple(sentence(each) for each in met if each.workspace == workspace)


def sentence(met: Hindrance) -> str:
    """Say what is in the way, and what to do."""
    return f"I could not {met.deed} in {met.place}: I lack {met.lacking}."
