"""What was worked out from a workspace's catalogue, kept until that has changed."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class AtHand(Generic[Value]):
    """Keeps values for the latest revision of each workspace. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        """``most`` values are kept of each workspace: those that were asked for last."""
        self._most = most
        self._held: dict[str, tuple[int, dict[Hashable, Value]]] = {}

    def find(self, workspace: str, revision: int, key: Hashable) -> Value | None:
        """Return what was kept at this revision; what was kept at another is let go."""
        held = self._of(workspace, revision)
        found = held.pop(key, None)
        if found is not None:
            held[key] = found
        return found

    def keep(self, workspace: str, revision: int, key: Hashable, value: Value) -> None:
        """Keep a value that was worked out at a revision."""
        held = self._of(workspace, revision)
        held[key] = value
        for oldest in list(held)[: -self._most]:
            held.pop(oldest, None)  # another thread may have been here

    def _of(self, workspace: str, revision: int) -> dict[Hashable, Value]:
        held = self._held.get(workspace)
        if held is None or held[0] != revision:
            held = self._held[workspace] = revision, {}
        return held[1]
