"""What the core wants said or changed unasked, until the platform's adapter comes to fetch it."""

import threading
from collections import deque
from collections.abc import Callable

from bot.messages import Errand

WAITING = 1_000
"""Errands that wait for a platform at most; then the oldest is forgotten."""


class Errands:
    """A queue for each platform. Safe to use from several threads; nothing in it outlives the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Errand]] = {}
        self._fetchers: dict[str, Callable[[], None]] = {}

    def give(self, errand: Errand) -> None:
        """Let the platform's adapter do this when it next comes."""
        with self._lock:
            self._waiting.setdefault(errand.platform, deque(maxlen=WAITING)).append(errand)
            wake = self._fetchers.get(errand.platform)
        if wake is not None:
            wake()

    def take(self, platform: str) -> Errand | None:
        """Return the errand that has waited longest, or None."""
        with self._lock:
            waiting = self._waiting.get(platform)
            return waiting.popleft() if waiting else None

    def has_fetcher(self, platform: str) -> bool:
        """Whether an adapter comes for the platform's errands."""
        with self._lock:
            return platform in self._fetchers

    def call(self, platform: str, wake: Callable[[], None]) -> None:
        """Call ``wake``, from any thread, whenever there is something new for the platform."""
        with self._lock:
            self._fetchers[platform] = wake
