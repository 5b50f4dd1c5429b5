"""Which threads of channels the bot talks in, and with whom; so that one need not mention it each time."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from adapters.slack.translate import Place

MOST_THREADS = 1_000
ANYONE = ""

_MENTION = re.compile(r"<@[A-Z0-9]+")


class Engaged:
    """Remembers who was answered last in each thread, in memory only.

    A message counts as said to the bot when it comes from the person whom the bot has just answered,
    or from the first person who writes below an answer that was shared. As soon as anyone else writes
    there, people talk to each other, and the bot waits to be mentioned. What else the bot posts, such
    as calls for a human, begins talks between people.
    """

    def __init__(self) -> None:
        self._answered: OrderedDict[tuple[str, str], str] = OrderedDict()

    def note(self, place: Place) -> None:
        """Take note that a person is answered in a thread."""
        if not place.private and place.thread:
            self._keep((place.channel, place.thread), place.user)

    def open(self, channel: str, ts: str) -> None:
        """Take note of an answer in a channel below which the first who writes speaks to the bot."""
        self._keep((channel, ts), ANYONE)

    def follows(self, event: Mapping[str, Any]) -> bool:
        """Whether a message in a channel is said to the bot, though it does not mention it."""
        text, thread, user = event.get("text") or "", event.get("thread_ts"), event["user"]
        at = event["channel"], thread or ""
        answered = self._answered.get(at)
        if answered not in (user, ANYONE):
            self._answered.pop(at, None)
            return False
        self._answered[at] = user
        return _is_said(text)

    def _keep(self, at: tuple[str, str], user: str) -> None:
        self._answered[at] = user
        self._answered.move_to_end(at)
        while len(self._answered) > MOST_THREADS:
            self._answered.popitem(last=False)


def _is_said(text: str) -> bool:
    """Whether there are words, and not words to somebody who is mentioned."""
    return bool(text.strip()) and _MENTION.search(text) is None
