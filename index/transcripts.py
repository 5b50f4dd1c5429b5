"""Conversations as files, from which their very words come back."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from index.passages import Message, Transcript

FORMAT = "transcript"
"""The ending of such a file."""

LONGEST_QUESTION = 150
"""Characters. A question up to this long is the title of its conversation, and no passage of it."""

BRIEF_WORDS = 8


def written(transcript: Transcript) -> bytes:
    """Return a conversation as JSON."""
    return json.dumps(asdict(transcript), default=datetime.isoformat, indent=1).encode()


def read(data: bytes) -> Transcript:
    """Return the conversation that such a file holds. Raises ValueError."""
    try:
        found = json.loads(data)
        messages = tuple(_message(each) for each in found["messages"])
        return Transcript(id=_text(found["id"]), messages=messages, title=_text(found["title"]))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("It is not as I wrote it.") from error


def title_of(transcript: Transcript) -> str:
    """Return what a conversation is about: its title, or the beginning of its first message."""
    words = (transcript.title or _question(transcript)).split()
    title = " ".join(words)
    if len(title) <= LONGEST_QUESTION:
        return title
    cut = title[:LONGEST_QUESTION].rpartition(" ")[0] or title[: LONGEST_QUESTION - 1]
    return f"{cut} …"


def answers_of(transcript: Transcript) -> Iterator[Message]:
    """Yield the messages that say more than the title, or than that an answer has helped."""
    first, *rest = transcript.messages
    if not rest or " ".join(first.text.split()) != title_of(transcript):
        yield first
    is_answered = False
    for message in rest:
        is_askers = (message.author_id, message.author) == (first.author_id, first.author)
        if not (is_answered and is_askers and _is_brief(message.text)):
            yield message
        is_answered |= not is_askers


def _is_brief(text: str) -> bool:
    """Whether a message is so short that, from whoever asked, it says "that worked" or "thank you"."""
    return len(text.split()) <= BRIEF_WORDS and "`" not in text and "://" not in text


def _question(transcript: Transcript) -> str:
    return next((each.text for each in transcript.messages if each.text.strip()), "")


def _message(found: dict[str, Any]) -> Message:
    return Message(
        id=_text(found["id"]),
        author=_text(found["author"]),
        written_at=datetime.fromisoformat(_text(found["written_at"])),
        text=_text(found["text"]),
        author_id=_text(found["author_id"]),
        link=_text(found["link"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
