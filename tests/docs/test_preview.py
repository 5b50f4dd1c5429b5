"""The pages that show every kind of reply without the platforms."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.replies import REPLIES

PREVIEW: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "preview.py"))


@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_a_page_shows_every_kind_of_reply(platform: str) -> None:
    page = PREVIEW["pages"]()[platform]
    assert len(REPLIES) == page.count("<section>")
    assert "<b>It lasts sixteen weeks.</b>" in page
    assert "leave --weeks 16 &amp;&amp; echo &lt;done&gt;" in page


def test_channels_and_what_is_yet_to_come_are_named() -> None:
    pages = PREVIEW["pages"]()
    for platform in ("slack", "discord"):
        assert "None" not in pages[platform]
        assert "&lt;#" not in pages[platform]
        assert "in 6 hours" in pages[platform]


def test_discords_markdown_is_shown_as_discord_shows_it() -> None:
    shown: Callable[[str], str] = PREVIEW["discord_markdown"]
    assert "<div><b>a&#42;b</b> *</div>" == shown("**a\\*b** *")
    assert '<div><a href="https://x.example/a">T</a></div>' == shown("[T](<https://x.example/a>)")
    assert "<div>a</div><div>&nbsp;</div><pre>x &lt; y</pre><div>b</div>" == shown("a\n\n```\nx < y\n```\nb")
    assert '<div class="small">3 months ago</div>' == shown("-# <t:1772366400:R>").replace(
        '<span class="time">3 months ago</span>', "3 months ago"
    )
