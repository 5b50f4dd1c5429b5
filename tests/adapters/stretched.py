"""Replies of every kind whose words are whatever documents and people may write."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from bot.answering import LONGEST_QUOTE
from bot.messages import Item, Segment

T = TypeVar("T")

BOUNDED = {
    **dict.fromkeys(["name", "chosen_by", "resolved_by"], 80),
    **dict.fromkeys(["embedder", "version", "release", "releases", "place", "schedule"], 60),
    **dict.fromkeys(["texts", "most_quoted", "never_quoted"], 100),
    **dict.fromkeys(["questions"], 70),
    **dict.fromkeys(["question", "searched", "top_questions"], 2_000),
}
"""Characters at most of what the core bounds itself."""

MADE_HERE = {
    *("id", "item", "receipt", "reference", "answer_id", "filename", "content_hash", "revision"),
    *("platform", "workspace", "channel", "message", "link", "data", "about"),
}
"""What no document and no person has written."""

PIECES = ["a", " ", "\n", '"', "\\", "*", "#", "(", "`", "```", "<", "&", "é", "\U0001f600", "\x01", "\u202e"]

WORST = [
    "*" * 9_000,
    "\U0001f600" * 9_000,
    "\n*\n" * 3_000,
    "```" * 900,
    "\x01" * 300,
    " " * 900,
    "(<" * 4_000,
]

texts: st.SearchStrategy[str] = st.builds(
    lambda pieces, times: "".join(pieces) * times,
    st.lists(st.sampled_from(PIECES), max_size=4),
    st.sampled_from([1, 40, 300, 2_500]),
)


def stretched(reply: T, words: str, url: str) -> T:
    """Return the reply with other words, and other addresses, in all the places that may hold them."""
    changed: T = _with(reply, "", lambda name: _words(name, words, url))
    return changed


def _words(name: str, words: str, url: str) -> str:
    return url if name == "url" else words[: BOUNDED.get(name, len(words))]


def _with(value: Any, name: str, words: Callable[[str], str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_with(each, name, words) for each in value)
    if type(value) is str:
        return value if name in MADE_HERE else words(name)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {field.name: _with(getattr(value, field.name), field.name, words) for field in fields(value)}
    if "segments" in changed:  # a quote is cut as a whole
        changed["segments"] = _cut(changed["segments"])
    elif "text" in changed and not isinstance(value, Item | Segment):  # a sentence of the core's own
        changed["text"] = f"I have “{changed['text']}”."
    return type(value)(**changed)


def _cut(segments: tuple[Any, ...]) -> tuple[Any, ...]:
    limit = LONGEST_QUOTE // len(segments)
    return tuple(replace(each, text=each.text[:limit]) for each in segments)
