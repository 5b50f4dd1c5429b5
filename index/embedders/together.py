"""Questions that come at once are computed at once, which costs half as much; one alone never waits."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Found = TypeVar("Found")


class Together(Generic[Asked, Found]):
    """Calls ``compute`` for one thread at a time, with all that others asked for meanwhile, ``most`` at once.

    ``compute`` returns what it found in the order of what was asked.
    """

    def __init__(self, compute: Callable[[Sequence[Asked]], Sequence[Found]], *, most: int) -> None:
        self._compute = compute
        self._most = most
        self._waiting: deque[tuple[Asked, Future[Found]]] = deque()
        self._lock = Lock()

    def __call__(self, asked: Asked) -> Found:
        """Return what is found for one; raises what ``compute`` does."""
        own: Future[Found] = Future()
        self._waiting.append((asked, own))
        with self._lock:
            while not own.done():
                self._compute_some()
        return own.result()

    def _compute_some(self) -> None:
        some = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            results = self._compute([asked for asked, _ in some])
        except BaseException as error:
            for _, future in some:
                future.set_exception(error)
        else:
            for (_, future), result in zip(some, results, strict=True):
                future.set_result(result)
