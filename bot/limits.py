"""How often one person may ask: a token bucket each."""

import threading

from bot.ports import Clock


class RateLimit:
    """Lets each key spend ``questions`` at once, and as many again over ``per_seconds``."""

    def __init__(self, *, questions: int, per_seconds: float, clock: Clock) -> None:
        self._questions = questions
        self._rate = questions / per_seconds
        self._clock = clock
        self._spent: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait(self, key: tuple[str, str]) -> float:
        """Count a question by (workspace, actor) and return 0, or the seconds until one may be asked."""
        with self._lock:
            now = self._clock.monotonic()
            spent = self._left(key, now)
            if spent > self._questions - 1:
                return (spent - (self._questions - 1)) / self._rate
            self._spent.pop(key, None)  # so that the table is in the order of the last question
            self._spent[key] = (spent + 1, now)
            self._forget_the_idle(now)
            return 0.0

    def _left(self, key: tuple[str, str], now: float) -> float:
        spent, since = self._spent.get(key, (0.0, now))
        return max(0.0, spent - (now - since) * self._rate)

    def _forget_the_idle(self, now: float) -> None:
        # Whoever asked longest ago comes first. A full bucket needs no entry, so the table never
        # holds more people than have asked in the last ``per_seconds``, or behind one who has.
        while not self._left(first := next(iter(self._spent)), now):
            del self._spent[first]
