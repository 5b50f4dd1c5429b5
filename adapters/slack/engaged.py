"""Which threads of channels the bot talks in, and with whom; so that one need not mention it each time."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from adapters.slack.translate import Home, Place

MOST_THREADS = 1_000

_MENTION = re.compile(r"<@[A-Z0-9]+")


class Engaged:
    """Remembers who was answered last in each thread, in memory only.

    A message counts as said to the bot when it stands below a message of the bot's own, or when it
    comes from the person whom the bot has just answered. As soon as anyone else writes there, people
    talk to each other, and the bot waits to be mentioned.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._answered: OrderedDict[tuple[str, str], str] = OrderedDict()

    def note(self, place: Place) -> None:
        """Take note that a person is answered in a thread."""
        if place.private or not place.thread:
            return
        self._answered[place.channel, place.thread] = place.user
        self._answered.move_to_end((place.channel, place.thread))
        while len(self._answered) > MOST_THREADS:
            self._answered.popitem(last=False)

    def follows(self, event: Mapping[str, Any]) -> bool:
        """Whether a message in a channel is said to the bot, though it does not mention it."""
        text, thread = event.get("text") or "", event.get("thread_ts")
        if not thread:
            return False
        at = event["channel"], thread
        begun_by_us = event.get("parent_user_id") == self._home.user
        if self._answered.get(at) != event["user"]:
            self._answered.pop(at, None)
            return begun_by_us and _is_said(text)
        return _is_said(text)


def _is_said(text: str) -> bool:
    """Whether there are words, and not words to somebody who is mentioned."""
    return bool(text.strip()) and _MENTION.search(text) is None
