"""Forms that people fill in: modals with one field, which carry along where they were opened."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from adapters.slack.blocks import Json, plain, shorten
from adapters.slack.translate import Place

FORM = "quoth_form"
BLOCK = "field"
INPUT = "words"

MAX_TITLE = 24
MAX_LABEL = 2000
MAX_VALUE = 3000
MAX_HINT = 150
KEPT = 200
"""Things that open forms are about, at most: what a form is about does not fit into it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The one thing that a form asks for; ``limit`` counts characters, 3,000 at most."""

    label: str
    hint: str = ""
    value: str = ""
    limit: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form that came back: what it was about, where it was opened, and what was typed."""

    purpose: str
    subject: str
    words: str
    place: Place
    response_url: str


class Kept(Generic[T]):
    """Keeps what open forms are about, the last KEPT of them, for as long as the process lives."""

    def __init__(self) -> None:
        self._things: OrderedDict[str, T] = OrderedDict()

    def put(self, key: str, thing: T) -> None:
        """Keep a thing."""
        self._things[key] = thing
        while len(self._things) > KEPT:
            self._things.popitem(last=False)

    def take(self, key: str) -> T | None:
        """Return a thing and forget it; None for what is forgotten already."""
        return self._things.pop(key, None)


def form(
    title: str, submit: str, field: Field, *, purpose: str, subject: str, place: Place, response_url: str
) -> Json:
    """Return the view of a form; ``purpose`` and ``subject`` come back with it."""
    opened = {
        "purpose": purpose,
        "subject": subject,
        "channel": place.channel,
        "thread": place.thread,
        "external": place.external,
        "url": response_url,
    }
    element: Json = {"type": "plain_text_input", "action_id": INPUT, "multiline": True}
    element |= {"max_length": min(field.limit, MAX_VALUE)}
    if value := field.value[: min(field.limit, MAX_VALUE)]:
        element |= {"initial_value": value}
    block = {"type": "input", "block_id": BLOCK, "label": plain(field.label, MAX_LABEL), "element": element}
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(title, MAX_TITLE),
        "submit": plain(submit, MAX_TITLE),
        "close": plain("Cancel", MAX_TITLE),
        "private_metadata": json.dumps(opened),
        "blocks": [block | ({"hint": plain(shorten(field.hint, MAX_HINT))} if field.hint else {})],
    }


def filled(body: Mapping[str, Any]) -> Filled:
    """Read a form that came back. Raises KeyError or ValueError for one of another making."""
    view, user = body["view"], body["user"]
    opened = json.loads(view["private_metadata"])
    team = user.get("team_id") or (body.get("team") or {}).get("id")
    return Filled(
        purpose=opened["purpose"],
        subject=opened["subject"],
        words=view["state"]["values"][BLOCK][INPUT].get("value") or "",
        place=Place(
            user=user["id"],
            name=user.get("username") or user.get("name", ""),
            channel=opened["channel"],
            teams=frozenset({team} if team else ()),
            thread=opened["thread"],
            external=opened["external"],
        ),
        response_url=opened["url"],
    )
