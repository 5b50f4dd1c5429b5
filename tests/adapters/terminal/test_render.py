"""Every kind of reply as people see it in a terminal. Read the snapshots as product copy."""

from datetime import timedelta

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from adapters.terminal.render import render
from bot.messages import Notice, Reply, Segment, SourceList
from tests.adapters.replies import REPLIES, UPDATED, answer, quote, source


def shown(reply: Reply, *, width: int = 80, colours: bool = False) -> str:
    console = Console(width=width, force_terminal=colours, color_system="standard" if colours else None)
    with console.capture() as capture:
        console.print(render(reply, now=UPDATED + timedelta(days=40)))
    return capture.get()


@pytest.mark.parametrize("name", REPLIES)
def test_reply_as_people_see_it(name: str, snapshot: SnapshotAssertion) -> None:
    lines = [line.rstrip() for line in shown(REPLIES[name]).splitlines()]
    assert "\n".join(lines) == snapshot


def test_the_answering_sentence_is_bold() -> None:
    words = shown(
        answer(quote(Segment(text="Yes. "), Segment(text="Sixteen weeks.", bold=True))), colours=True
    )
    assert "\x1b[1mSixteen weeks." in words


def test_names_and_origins_are_never_cut() -> None:
    lines = SourceList(
        sources=tuple(source(0, name=letter * 60, origin=f"/srv/{letter * 90}") for letter in "xz")
    )
    for width in (60, 80, 200):
        words = shown(lines, width=width)
        assert "…" not in words
        assert [150, 150] == [words.count("x"), words.count("z")]


def test_text_cannot_steer_the_terminal() -> None:
    words = shown(answer(quote(Segment(text="a\x1b[2Jb\u202ec [red]d[/red]"))))
    assert "a[2Jbc [red]d[/red]" in words
    assert "\x1b" not in shown(Notice(text="a\x1b]0;title\x07b"))
