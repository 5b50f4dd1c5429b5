"""How replies look in Discord. Read the snapshots as product copy."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from syrupy.assertion import SnapshotAssertion

from adapters.discord.markup import literal
from adapters.discord.render import render
from bot.answering import LONGEST_QUOTE
from bot.messages import Actor, Notice, Reply, Segment, SourceList
from tests.adapters.replies import REPLIES, answer, long_listing, place, quote, reasons, source
from tests.adapters.stretched import WORST, stretched, texts
from tests.fakes.discord_schema import BUTTON, TEXT, V2, DiscordSchema, walk

SCHEMA = DiscordSchema()
WEBHOOK = "/channels/1/messages"


def message(reply: Reply, *, private: bool = False) -> dict[str, Any]:
    return {"flags": V2, "components": render(reply, private=private).to_components()}  # type: ignore[no-untyped-call]


def sent(name: str, *, private: bool = False) -> dict[str, Any]:
    return message(REPLIES[name], private=private)


def read(message: dict[str, Any]) -> str:
    """Return what a person reads, top to bottom, before Discord sets the markup."""
    lines = []
    for part in walk(message["components"]):
        if part["type"] == TEXT:
            lines.append(part["content"])
        elif part["type"] == BUTTON:
            lines.append(f"[{part['label']}]")
    return "\n".join(lines)


def as_discord_shows(text: str) -> str:
    """Take the backslashes away that Discord takes away: those before a character of punctuation."""
    shown, at = [], 0
    while at < len(text):
        escapes = text[at] == "\\" and at + 1 < len(text) and not text[at + 1].isalnum()
        at += 1 if escapes and not text[at + 1].isspace() else 0
        shown.append(text[at])
        at += 1
    return "".join(shown)


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_discord_accepts_every_reply(name: str, private: bool) -> None:
    assert [] == SCHEMA.faults("POST", WEBHOOK, sent(name, private=private))


@pytest.mark.parametrize("text", ["*_`~ " * 2_500, "x" * 9_000, "\n" * 9_000, '"' * 9_000, "\\" * 9_000])
@pytest.mark.parametrize("url", ["", "x" * 150, "(" * 150, "x" * 2_500])
def test_discord_accepts_a_listing_of_long_items(text: str, url: str) -> None:
    assert [] == SCHEMA.faults("POST", WEBHOOK, message(long_listing(text, url=url)))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(["a", " ", "\n", '"', "\\", "*", "é", "\U0001f600", "\x01", "# "]), max_size=4),
    st.text(),
)
def test_discord_accepts_a_listing_whatever_it_is_made_of(pieces: list[str], title: str) -> None:
    text = "".join(pieces) * 400
    assert [] == SCHEMA.faults("POST", WEBHOOK, message(long_listing(text, title=title or text)))


@pytest.mark.parametrize("words", WORST, ids=lambda words: ascii(words[:3]))
@pytest.mark.parametrize("end", ["x" * 400, "(" * 400, "x" * 3_000], ids=lambda end: f"{end[0]}{len(end)}")
def test_discord_accepts_every_reply_at_its_worst(words: str, end: str) -> None:
    for name, reply in REPLIES.items():
        shown = message(stretched(reply, words, f"https://docs.example.com/{end}"), private=True)
        assert [] == SCHEMA.faults("POST", WEBHOOK, shown), name


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(list(REPLIES)), texts, texts, st.booleans())
def test_discord_accepts_every_reply_whatever_it_is_made_of(
    name: str, words: str, url: str, private: bool
) -> None:
    shown = message(stretched(REPLIES[name], words, f"https://{url}"), private=private)
    assert [] == SCHEMA.faults("POST", WEBHOOK, shown)


@pytest.mark.parametrize("name", REPLIES)
def test_reply_as_people_see_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert read(sent(name, private=name != "answer_shared")) == snapshot


def test_answer_as_discord_gets_it(snapshot: SnapshotAssertion) -> None:
    assert json.dumps(sent("answer", private=True), indent=2, ensure_ascii=False) == snapshot


def test_the_closest_does_not_wear_the_colour_of_an_answer() -> None:
    [answered, unsure] = [sent(name)["components"][0]["accent_color"] for name in ("answer", "closest")]
    assert answered != unsure


@pytest.mark.parametrize("name", ["answer", "answer_without_address", "answer_shared", "closest"])
def test_every_card_has_a_why_button(name: str) -> None:
    assert "[Why this?]" in read(sent(name))


@pytest.mark.parametrize(
    ("private", "goes_on", "has_more", "leading"),
    [
        (True, True, True, ["More", "More from this document", "Share"]),
        (False, True, False, ["More from this document"]),
        (True, False, False, ["Share"]),
        (False, False, False, []),
    ],
)
def test_what_leads_on_stands_in_the_first_row_and_all_else_below(
    private: bool, goes_on: bool, has_more: bool, leading: list[str]
) -> None:
    card = message(answer(goes_on=goes_on, has_more=has_more), private=private)
    rows = [[button["label"] for button in part["components"]] for part in card["components"][1:]]
    judging = ["Helpful", "Not it", "Why this?", "Need a human", "Delete"]
    assert ([leading, judging] if leading else [judging]) == rows


@given(st.text(alphabet=st.sampled_from("a1. \n*_~|`<>[]()#@-+\\:&é"), max_size=60))
def test_quoted_text_is_shown_character_for_character(text: str) -> None:
    assert text == as_discord_shows(literal(text))


@pytest.mark.parametrize(
    "text",
    ["# big", "> quote", ">>> quote", "-# small", "- item", "  - item", "+ item", "12. item", "* item", "##"],
)
def test_a_line_keeps_its_first_character(text: str) -> None:
    assert text == as_discord_shows(literal(text))
    first = len(text) - len(text.lstrip())
    assert "\\" == literal(text)[first] or "12\\." == literal(text)[:4]


def test_addresses_in_quoted_text_stay_whole() -> None:
    address = "https://docs.example.com/a_b_c?x=*y*"
    assert f"see {address} \\_now\\_" == literal(f"see {address} _now_")


@pytest.mark.parametrize("character", ["*", "é", "😀", "\\", "#\n"])
def test_the_longest_quote_fits_whatever_it_is_made_of(character: str) -> None:
    text = (character * LONGEST_QUOTE)[:LONGEST_QUOTE]
    half = LONGEST_QUOTE // 2
    long = quote(
        Segment(text=text[:half], bold=True),
        Segment(text=text[half:]),
        title="[" * 300,
        source="*" * 300,
        url="https://docs.example.com/" + "x" * 400,
    )
    further = replace(long.citation, title="*" * 300)
    long_message = message(answer(long, also=(further, further)), private=True)
    assert [] == SCHEMA.faults("POST", WEBHOOK, long_message)


def test_a_quote_of_many_scraps_of_code_is_shown_without_fences() -> None:
    scraps = quote(*(Segment(text=f"a{number}\n", code=True) for number in range(300)), title="Handbook")
    long_message = message(answer(scraps))
    assert [] == SCHEMA.faults("POST", WEBHOOK, long_message)
    assert "a299" in read(long_message)


def test_reasons_fit_however_much_there_is_to_say() -> None:
    many = tuple("*" * 90 for _ in range(400))
    further = place("[" * 300, url="https://docs.example.com/" + "x" * 400)
    long = reasons(
        shared=many, kindred=tuple(zip(many, many, strict=True)), missing=many, also=(further,) * 10
    )
    assert [] == SCHEMA.faults("POST", WEBHOOK, message(long))


def test_code_stands_between_fences_without_empty_lines_of_ours() -> None:
    code = Segment(text="make\nmake test\n", code=True)
    shown = quote(Segment(text="Run it:\n\n"), code, code, Segment(text="\nDone."), after=True)
    fenced = "```\nmake\nmake test\n```"
    assert f"Run it:\n\n{fenced}\n{fenced}\nDone. ...\n" in f"{read(message(answer(shown)))}"
    assert f"{fenced}\n...\n" in read(message(answer(quote(code, after=True))))


def test_a_shared_answer_names_its_question_while_that_is_known() -> None:
    ann = Actor(id="1", name="Ann")
    assert "-# Shared by Ann: How long is parental leave?\n" in read(message(answer(shared_by=ann)))
    assert "-# Shared by Ann\n" in read(message(answer(shared_by=ann, question="")))


def test_code_with_a_fence_in_it_is_shown_as_text() -> None:
    shown = quote(Segment(text="a ``` b", code=True))
    assert "a \\`\\`\\` b" in read(message(answer(shown)))


def test_long_lists_say_how_many_more_there_are() -> None:
    many = SourceList(sources=tuple(source(number) for number in range(200)))
    long_message = message(many)
    assert [] == SCHEMA.faults("POST", WEBHOOK, long_message)
    assert read(long_message).splitlines()[-1].endswith("more")
    notice = Notice(text="Read.", details=tuple("x" * 500 for _ in range(20)))
    assert [] == SCHEMA.faults("POST", WEBHOOK, message(notice))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "https://x.example/" + "a" * 900]
)
def test_only_web_addresses_of_sane_length_become_links(url: str) -> None:
    shown = read(message(answer(quote(Segment(text="Yes."), url=url))))
    assert url not in shown
    assert "](<" not in shown


def test_an_address_cannot_break_out_of_its_link() -> None:
    url = "https://x.example/a) **b** <@1>"
    shown = read(message(answer(quote(Segment(text="Yes."), url=url))))
    assert "](<https://x.example/a%29" in shown
    assert "<@1>" not in shown


def test_an_address_in_a_title_cannot_end_its_link() -> None:
    trick = quote(
        Segment(text="Yes."),
        url="https://real.example/",
        title="See https://good.example](https://evil.example)",
    )
    assert "[See" not in read(message(answer(trick)))
    assert "<https://real.example/>" in read(message(answer(trick)))


def test_a_very_long_line_is_cut_and_the_rest_is_shown() -> None:
    shown = read(message(Notice(text="x" * 5_000, details=("broken.md: empty",))))
    assert "…" in shown
    assert "broken.md: empty" in shown


@pytest.mark.parametrize(("origin", "place"), [("/srv/*docs*", " · folder /srv/*docs*"), ("", "")])
def test_where_a_source_lies_is_shown_to_whom_the_core_tells_it(origin: str, place: str) -> None:
    shown = read(message(SourceList(sources=(source(1, origin=origin),))))
    assert as_discord_shows(shown).endswith(f":R>{place}")
