"""What people have written in the fake Discord's channels, as its REST API tells it."""

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

PINS_A_PAGE = 50


class History:
    """Messages by channel, the oldest first, and which of them are pinned."""

    def __init__(self) -> None:
        self._said: dict[str, list[Json]] = {}
        self._pinned: dict[str, list[Json]] = {}

    def note(self, message: Json) -> None:
        """Keep a message."""
        self._said.setdefault(message["channel_id"], []).append(message)

    def change(self, message: Json, content: str) -> None:
        """Let a message say something else."""
        for said in self._said.get(message["channel_id"], []):
            if said["id"] == message["id"]:
                said["content"] = content

    def erase(self, messages: Iterable[Json]) -> None:
        """Take messages away, pinned ones too."""
        gone = {message["id"] for message in messages}
        for kept in (self._said, self._pinned):
            for channel, said in kept.items():
                kept[channel] = [each for each in said if each["id"] not in gone]

    def pin(self, message: Json) -> None:
        """Pin a message."""
        self._pinned.setdefault(message["channel_id"], []).insert(0, message)

    def unpin(self, message: Json) -> None:
        """Pin a message no more."""
        pinned = self._pinned[message["channel_id"]]
        self._pinned[message["channel_id"]] = [each for each in pinned if each["id"] != message["id"]]

    def messages(self, channel: str, query: Mapping[str, str], *, hidden: bool) -> list[Json]:
        """Return a page of messages, the newest first, as Discord does whatever is asked for."""
        after, limit = int(query.get("after", 0)), int(query.get("limit", 50))
        said = [each for each in self._said.get(channel, []) if int(each["id"]) > after][:limit]
        return [_seen(each, hidden=hidden) for each in reversed(said)]

    def pins(self, channel: str, query: Mapping[str, str], *, hidden: bool) -> Json:
        """Return a page of pinned messages, the latest first. Each was pinned a minute before the other."""
        numbered = [
            (f"2026-01-01T{10 - at // 60:02}:{59 - at % 60:02}:00+00:00", each)
            for at, each in enumerate(self._pinned.get(channel, []))
        ]
        before, limit = query.get("before", "9"), min(int(query.get("limit", PINS_A_PAGE)), PINS_A_PAGE)
        left = [(moment, each) for moment, each in numbered if moment < before]
        items = [
            {"pinned_at": moment, "message": _seen(each, hidden=hidden)} for moment, each in left[:limit]
        ]
        return {"items": items, "has_more": len(left) > limit}


def _seen(message: Json, *, hidden: bool) -> Json:
    return message | {"content": ""} if hidden else message
