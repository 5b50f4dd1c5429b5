"""What documents and people hide in their words comes to nothing on any platform."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from adapters.discord.render import render as render_discord
from adapters.slack.render import render as render_slack
from adapters.terminal.render import render as render_terminal
from bot.messages import Answer, Refused, Reply, Segment, visible
from tests.adapters.replies import answer, quote

HIDDEN = "\x1b\u200b\u202e\u2066\u00ad\ufeff\u3164\U000e0041\x9b"


def on_discord(reply: Reply) -> str:
    return json.dumps(render_discord(reply).to_components(), ensure_ascii=False)  # type: ignore[no-untyped-call]


def on_slack(reply: Reply) -> str:
    return json.dumps(render_slack(reply), ensure_ascii=False)


def on_terminal(reply: Reply) -> str:
    console = Console(file=StringIO(), width=100)
    console.print(render_terminal(reply))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


PLATFORMS = [on_discord, on_slack, on_terminal]


def hostile() -> Answer:
    segments = (
        Segment(text=f"Pay {HIDDEN} here. "),
        Segment(text=f"{HIDDEN} Not{HIDDEN} there.", bold=True),
        Segment(text=HIDDEN),
        Segment(text=f"\n\nrm {HIDDEN}-r", code=True),
    )
    return answer(quote(*segments, title=f"Hand{HIDDEN}book", source=f"so{HIDDEN}urce"))


@pytest.mark.parametrize("see", PLATFORMS)
def test_a_card_shows_nothing_that_hides_or_reorders(see: Callable[[Reply], str]) -> None:
    seen = see(hostile())

    assert not set(HIDDEN) & set(seen)
    assert "Handbook" in seen
    assert "Not there." in seen


@pytest.mark.parametrize("see", PLATFORMS)
def test_words_that_are_nothing_but_hidden_make_no_broken_message(see: Callable[[Reply], str]) -> None:
    assert not set(HIDDEN) & set(see(Refused(text=HIDDEN)))


def test_what_is_stored_stays_as_it_is() -> None:
    assert HIDDEN in hostile().quote.text


@pytest.mark.parametrize("text", ["👩‍💻", "می‌خواهم", "क्‍ष", "tab\tand\nline", "שלום"])
def test_what_people_write_with_is_shown(text: str) -> None:
    assert text == visible(text)
