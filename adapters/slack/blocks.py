"""The few pieces of Block Kit that messages are made of, each within Slack's limits.

Words from people and documents go into ``rich_text`` and ``plain_text`` only: Slack shows those
literally, so that no markup and no mention in them comes to life.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.messages import visible

Json = dict[str, Any]

# docs.slack.dev/reference/block-kit; the size of a whole message is not documented, people who hit
# `msg_blocks_too_long` measured about 13,200 characters of JSON.
MAX_PLAIN = 3000
MAX_URL = 3000
MAX_BUTTON_TEXT = 75
MAX_SERIALIZED = 12_500
# chat.update refuses more than 4,000 characters of text; the same message may be posted or updated.
MAX_FALLBACK = 3900

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f\"\\<>]+")
"""What no address holds unencoded would be written longer in JSON than it is, and is a trap at best."""


def escape(text: str) -> str:
    """Make a text harmless in Slack's own markup (mrkdwn)."""
    return "".join(_ENTITIES.get(character, character) for character in visible(text))


def fallback(text: str) -> str:
    """Return the escaped text for notifications and screen readers, cut between characters to fit."""
    room = MAX_FALLBACK
    kept = []
    for character in visible(text):
        escaped = _ENTITIES.get(character, character)
        room -= len(escaped)
        if room < 0:
            kept.append("…")
            break
        kept.append(escaped)
    return "".join(kept) or "…"  # Slack refuses blocks without it


def shorten(text: str, length: int) -> str:
    """Cut a text that is longer than ``length`` and mark the cut."""
    return text if len(text) <= length else text[: length - 1] + "…"


def words(text: str, *, bold: bool = False, italic: bool = False, code: bool = False) -> Json:
    """Return a literal run of text. Slack refuses an empty one."""
    style = {name: True for name, is_set in (("bold", bold), ("italic", italic), ("code", code)) if is_set}
    return {"type": "text", "text": visible(text) or " "} | ({"style": style} if style else {})


def link(text: str, url: str, *, bold: bool = False) -> Json:
    """Return a linked run of text, or the text alone when Slack would refuse the address."""
    if not _ADDRESS.fullmatch(url) or len(url) > MAX_URL:
        return words(text, bold=bold)
    style: Json = {"style": {"bold": True}} if bold else {}
    return {"type": "link", "url": url, "text": visible(text) or url} | style


def mention(id: str) -> Json:
    """Return a mention that calls a user group (S...) or a person (U... or W...)."""
    if id.startswith(("U", "W")):
        return {"type": "user", "user_id": id}
    return {"type": "usergroup", "usergroup_id": id}


def channel(id: str) -> Json:
    """Return the name of a channel, which leads there."""
    return {"type": "channel", "channel_id": id}


def date(moment: datetime, template: str) -> Json:
    """Return a date that each reader's own client sets, by their clock and language."""
    return {
        "type": "date",
        "timestamp": int(moment.timestamp()),
        "format": template,
        "fallback": moment.date().isoformat(),
    }


def section(*elements: Json) -> Json:
    """Return a paragraph of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def preformatted(text: str, *, bold: bool = False) -> Json:
    """Return a block of code."""
    return {"type": "rich_text_preformatted", "elements": [words(text, bold=bold)]}


def quotation(*elements: Json) -> Json:
    """Return a quoted paragraph."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def bullets(items: Iterable[Json]) -> Json:
    """Return a bulleted list of sections."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(items)}


def rich_text(*elements: Json) -> Json:
    """Return a block of paragraphs, lists and code."""
    return {"type": "rich_text", "elements": list(elements)}


def plain(text: str, length: int = MAX_PLAIN) -> Json:
    """Return a text object in which nothing is markup, not even ``:emoji:``."""
    return {"type": "plain_text", "text": shorten(visible(text) or " ", length), "emoji": False}


def age(moment: datetime) -> Json:
    """Return "Updated 3 days ago", which Slack keeps true for as long as the message stands."""
    fixed = f"Updated {moment.date().isoformat()}"
    return {"type": "mrkdwn", "text": f"<!date^{int(moment.timestamp())}^Updated {{ago}}|{fixed}>"}


def context(*elements: Json) -> Json:
    """Return a line of small print (at most ten elements)."""
    return {"type": "context", "elements": list(elements)}


def button(text: str, action_id: str, value: str, *, style: str = "") -> Json:
    """Return a button; its ``style`` may be "danger" or "primary"."""
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain(text, MAX_BUTTON_TEXT),
        "value": value,
    } | ({"style": style} if style else {})


def actions(*buttons: Json) -> Json:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def feedback(action_id: str, *, positive: tuple[str, str], negative: tuple[str, str]) -> Json:
    """Return Slack's own pair of thumbs; each side is (text, value)."""
    sides = {"positive_button": positive, "negative_button": negative}
    pair = {
        side: {"text": plain(text, MAX_BUTTON_TEXT), "value": value} for side, (text, value) in sides.items()
    }
    return {
        "type": "context_actions",
        "elements": [{"type": "feedback_buttons", "action_id": action_id, **pair}],
    }


def size(blocks: Sequence[Json]) -> int:
    """Return the length of the blocks as Slack counts it, in characters of JSON."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
