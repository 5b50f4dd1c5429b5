"""Errands as text and back again, so that they outlive the process."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, get_args

from bot.messages import (
    Actor,
    Channel,
    Choice,
    Citation,
    Confidence,
    Decision,
    Errand,
    Item,
    Listing,
    Nearest,
    Posting,
    Quote,
    Said,
    Segment,
    Standing,
)

RECORDS = (
    *get_args(Errand),
    *get_args(Said),
    *(Actor, Channel, Choice, Citation, Item, Listing, Nearest, Posting, Quote, Segment),
)
WORDS = (Confidence, Decision, Standing)
"""All that an errand may be made of, beside plain values."""

KINDS = {kind.__name__: kind for kind in RECORDS}

PLAIN: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "frozenset": frozenset,
    **{kind.__name__: kind for kind in WORDS},
}


def written(errand: Errand) -> str:
    """Return an errand as JSON: what is more than a plain value is an object with its kind as only name."""
    return json.dumps(_plain(errand))


def read(text: str) -> Errand:
    """Return the errand. Raises ValueError for text that another version has written."""
    try:
        errand: Errand = _built(json.loads(text))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"This is no errand of this version: {error}.") from error
    return errand


def _plain(value: Any) -> Any:
    if isinstance(value, WORDS):
        return {type(value).__name__: value.value}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, frozenset):
        return {"frozenset": sorted(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {
            type(value).__name__: {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        }
    return value


def _built(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_built(each) for each in value)
    if not isinstance(value, dict):
        return value
    [(kind, held)] = value.items()
    if kind in PLAIN:
        return PLAIN[kind](held)
    return KINDS[kind](**{name: _built(each) for name, each in held.items()})
