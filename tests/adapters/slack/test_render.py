"""How replies look in Slack."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from adapters.slack.blocks import MAX_FALLBACK
from adapters.slack.render import render
from adapters.slack.translate import HELP
from bot.messages import (
    Actor,
    Failed,
    Nearest,
    NoAnswer,
    Notice,
    OverviewReport,
    Progress,
    Refused,
    Segment,
    SourceList,
)
from tests.adapters.replies import ALSO, REPLIES, answer, closest, long_listing, place, quote, reasons, source
from tests.adapters.stretched import WORST, stretched, texts
from tests.fakes.slack import read_blocks
from tests.fakes.slack_schema import SlackSchema, walk

SCHEMA = SlackSchema()
BOMB = "<!channel> <@U0ANN> <!subteam^S1> <https://evil.example|click> *b* _i_ `c` :tada: & @here"


def quoted(message: dict[str, Any]) -> str:
    """Return the text of the block that holds the passage: the first rich text."""
    block = next(block for block in message["blocks"] if block["type"] == "rich_text")
    return "".join(element["text"] for part in block["elements"] for element in part["elements"])


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_slack_accepts_every_reply(name: str, private: bool) -> None:
    assert [] == SCHEMA.faults_of_message(render(REPLIES[name], private=private), 4000)


@pytest.mark.parametrize("text", ["*_`~ " * 2_500, "x" * 9_000, "\n" * 9_000, '"' * 9_000, "\\" * 9_000])
@pytest.mark.parametrize("url", ["", "x" * 150, "(" * 150, "x" * 2_500])
def test_slack_accepts_a_listing_of_long_items(text: str, url: str) -> None:
    assert [] == SCHEMA.faults_of_message(render(long_listing(text, url=url)), 4000)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(["a", " ", "\n", '"', "\\", "*", "é", "\U0001f600", "\x01", "# "]), max_size=4),
    st.text(),
)
def test_slack_accepts_a_listing_whatever_it_is_made_of(pieces: list[str], title: str) -> None:
    text = "".join(pieces) * 400
    assert [] == SCHEMA.faults_of_message(render(long_listing(text, title=title or text)), 4000)


@pytest.mark.parametrize("words", WORST, ids=lambda words: ascii(words[:3]))
@pytest.mark.parametrize("end", ["x" * 400, "(" * 400, "x" * 3_000], ids=lambda end: f"{end[0]}{len(end)}")
def test_slack_accepts_every_reply_at_its_worst(words: str, end: str) -> None:
    for name, reply in REPLIES.items():
        shown = render(stretched(reply, words, f"https://docs.example.com/{end}"), private=True)
        assert [] == SCHEMA.faults_of_message(shown, 4000), name


@settings(deadline=None, max_examples=100)
@example("answer_in_three_places", "", "a\x01\x01" * 300, False)
@given(st.sampled_from(list(REPLIES)), texts, texts, st.booleans())
def test_slack_accepts_every_reply_whatever_it_is_made_of(
    name: str, words: str, url: str, private: bool
) -> None:
    shown = render(stretched(REPLIES[name], words, f"https://{url}"), private=private)
    assert [] == SCHEMA.faults_of_message(shown, 4000)


def test_the_passage_is_shown_byte_for_byte() -> None:
    text = 'Tabs\tand  spaces,\nlines — "quotes" & <tags>, *stars*, ẞ, \U0001d518, e\u0301.'
    assert text == quoted(render(answer(quote(Segment(text=text)))))


def test_stretches_of_code_keep_the_passage_whole() -> None:
    segments = [Segment(text="a\n\n"), Segment(text="b()", code=True), Segment(text="\n\nc", bold=True)]
    message = render(answer(quote(*segments)))
    assert "a\n\nb()\n\nc" == quoted(message)
    kinds = [part["type"] for part in message["blocks"][0]["elements"]]
    assert ["rich_text_section", "rich_text_preformatted", "rich_text_section"] == kinds


def test_the_answering_sentence_alone_is_bold() -> None:
    elements = render(answer())["blocks"][0]["elements"][0]["elements"]
    bold = [element["text"] for element in elements if element.get("style") == {"bold": True}]
    assert ["It lasts sixteen weeks."] == bold


def test_dots_show_where_a_passage_goes_on() -> None:
    whole, cut = quote(Segment(text="x")), quote(Segment(text="x"), before=True, after=True)
    assert ("x", "... x ...") == (quoted(render(answer(whole))), quoted(render(answer(cut))))


def test_the_path_links_to_the_document_and_names_the_title_once() -> None:
    links = [part for part in walk(render(answer())["blocks"]) if part.get("type") == "link"]
    assert ["https://docs.example.com/leave#parents"] == [part["url"] for part in links]
    assert ["Handbook › Leave › Parents"] == [part["text"] for part in links]


def test_a_document_without_an_address_is_placed_by_its_path() -> None:
    blocks = render(answer(quote(Segment(text="x"))))["blocks"]
    assert "people/leave.md" in read_blocks(blocks)
    assert not [part for part in walk(blocks) if part.get("type") == "link"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "https://x.example/" + "y" * 4000]
)
def test_an_address_that_slack_would_refuse_is_not_linked(url: str) -> None:
    message = render(answer(quote(Segment(text="x"), url=url)))
    assert [] == SCHEMA.faults_of_message(message)
    assert not [part for part in walk(message["blocks"]) if part.get("type") == "link"]


def test_the_age_stays_true_because_the_readers_client_computes_it() -> None:
    assert "<!date^1772366400^Updated {ago}|Updated 2026-03-01>" in str(render(answer())["blocks"])


def test_more_is_offered_only_when_there_is_more() -> None:
    with_more, without = render(answer(offset=2)), render(answer(has_more=False))
    values = {
        part["action_id"]: part.get("value") for part in walk(with_more["blocks"]) if "action_id" in part
    }
    assert "a1b2:3" == values["quoth_more"]
    assert "[More]" not in read_blocks(without["blocks"])


def test_share_is_offered_only_to_someone_who_alone_sees_the_answer() -> None:
    assert "[Share]" in read_blocks(render(answer(), private=True)["blocks"])
    assert "[Share]" not in read_blocks(render(answer())["blocks"])


def test_a_shared_answer_names_the_sharer_and_the_question_without_pinging() -> None:
    message = render(answer(shared_by=Actor(id="U0ANN", name="Ann")))
    assert "Ann shared an answer to: How long is parental leave?" in read_blocks(message["blocks"])
    assert "U0ANN" not in str(message)


def test_further_places_are_linked_or_placed_by_their_path() -> None:
    message = render(answer(also=ALSO))
    links = [part["url"] for part in walk(message["blocks"]) if part.get("type") == "link"]
    assert ["https://docs.example.com/leave#parents", "https://docs.example.com/2024/leave"] == links
    assert "also in Handbook of the labs › Leave · old/leave.md" in read_blocks(message["blocks"])


def test_very_long_further_places_fit() -> None:
    long = place("x" * 5_000, url="https://docs.example.com/" + "y" * 2_900)
    shown = quote(Segment(text="The answer.", bold=True), Segment(text=" after" * 2_000))
    message = render(answer(shown, also=(long, replace(long, url="", location="z" * 5_000))), private=True)
    assert [] == SCHEMA.faults_of_message(message, 4000)
    assert "The answer." in quoted(message)


def test_reasons_fit_however_much_there_is_to_say() -> None:
    many = tuple("x" * 90 for _ in range(400))
    further = place("x" * 5_000, url="https://docs.example.com/" + "y" * 2_900)
    long = reasons(
        shared=many, kindred=tuple(zip(many, many, strict=True)), missing=many, also=(further,) * 10
    )
    assert [] == SCHEMA.faults_of_message(render(long), 4000)


@pytest.mark.parametrize("size", [5_000, 20_000, 1_000_000])
def test_a_passage_that_no_message_holds_is_cut_around_its_answer(size: int) -> None:
    segments = [
        Segment(text="before " * size),
        Segment(text="The answer.", bold=True),
        Segment(text=" after" * size),
    ]
    message = render(answer(quote(*segments)))
    assert [] == SCHEMA.faults_of_message(message, 4000)
    shown = quoted(message)
    assert "The answer." in shown
    assert shown.startswith("... ")
    assert shown.endswith(" ...")
    assert shown[4:-4] in quote(*segments).text


def test_a_thousand_tiny_segments_fit() -> None:
    segments = [Segment(text=f"{number} ", bold=bool(number % 2)) for number in range(1000)]
    message = render(answer(quote(*segments)))
    assert [] == SCHEMA.faults_of_message(message)
    assert quoted(message).removesuffix(" ...") in quote(*segments).text


@pytest.mark.parametrize(
    "reply",
    [
        answer(quote(Segment(text=BOMB), url="", title=BOMB, source=BOMB)),
        answer(shared_by=Actor(id="U", name=BOMB), question=BOMB),
        NoAnswer(text=BOMB, nearest=(Nearest(title=BOMB, heading=(BOMB,), url=""),)),
        reasons(shared=(BOMB,), kindred=((BOMB, BOMB),), missing=(BOMB,), sentence=quote(Segment(text=BOMB))),
        Refused(text=BOMB),
        Notice(text=BOMB, details=(BOMB,)),
        SourceList(sources=(source(1, name=BOMB, origin=BOMB, failures=(BOMB,)),)),
        Progress(text=BOMB, done=1, total=2),
        Failed(text=BOMB, reference=BOMB),
    ],
    ids=lambda reply: type(reply).__name__,
)
def test_markup_and_mentions_never_come_to_life(reply: Any) -> None:
    message = render(reply)
    assert not [token for token in ("<!channel", "<@U", "<!subteam", "<https") if token in message["text"]]
    for part in walk(message["blocks"]):
        if part.get("type") == "mrkdwn":
            assert part["text"].startswith("<!date^")
        assert part.get("type") not in ("user", "usergroup", "broadcast", "channel", "emoji")


def test_the_fallback_text_fits_and_is_not_cut_within_an_entity() -> None:
    text = render(Refused(text="&" * 9000))["text"]
    assert len(text) <= MAX_FALLBACK + 1
    assert "" == text.replace("&amp;", "").replace("…", "")


def test_the_closest_says_first_that_it_is_no_answer_in_the_notification_too() -> None:
    message = render(closest(), private=True)
    assert message["text"].startswith("I am not sure. The closest I have: Handbook")
    assert read_blocks(message["blocks"]).startswith("I am not sure. The closest I have:\n")
    assert "[Share]" not in read_blocks(message["blocks"])


def test_nothing_found_does_not_look_like_an_answer() -> None:
    message = render(REPLIES["no_answer_with_titles"], private=True)
    assert {"rich_text"} == {block["type"] for block in message["blocks"]}
    assert not [part for part in walk(message["blocks"]) if "style" in part and part["style"] != "bullet"]


def test_a_source_whose_place_is_not_told_leaves_no_gap_for_it() -> None:
    shown = read_blocks(render(SourceList(sources=(source(1, origin=""),)))["blocks"])
    assert "source-001 (fresh) · folder · 12 documents" in shown


def test_hundreds_of_sources_fit_and_the_rest_is_counted() -> None:
    message = render(SourceList(sources=tuple(source(number) for number in range(400))))
    assert [] == SCHEMA.faults_of_message(message)
    shown = read_blocks(message["blocks"]).splitlines()
    assert shown[0] == "400 sources"
    assert shown[-1] == f"• and {400 - (len(shown) - 2)} more"


def test_an_overview_of_hundreds_of_sources_and_many_matters_fits() -> None:
    overview = OverviewReport(
        sources=tuple(source(number) for number in range(300)),
        questions=("How long is leave?",) * 4,
        matters=("Not read yet: source-002. " * 10,) * 30,
    )
    shown = render(overview)
    assert [] == SCHEMA.faults_of_message(shown, 4000)
    assert "more" in read_blocks(shown["blocks"])


def test_long_and_empty_texts_are_accepted_everywhere() -> None:
    for length in (0, 100_000):
        text = "x" * length
        for reply in (
            Refused(text=text),
            Notice(text=text, details=(text,) * 40),
            Progress(text=text, done=9, total=1),
        ):
            faults = SCHEMA.faults_of_message(render(reply), 4000)
            assert [] == [fault for fault in faults if length or "fall back" not in fault]


def test_the_help_is_shown_whole() -> None:
    shown = read_blocks(render(HELP)["blocks"]).splitlines()
    assert [HELP.text, *(f"• {line}" for line in HELP.details)] == shown


def test_of_a_notice_that_is_too_long_the_rest_is_counted() -> None:
    message = render(Notice(text='"' * 2_900, details=tuple('"' * 300 for _ in range(40))))
    assert [] == SCHEMA.faults_of_message(message, 4000)
    shown = read_blocks(message["blocks"]).splitlines()
    assert shown[-1] == f"• and {40 - (len(shown) - 2)} more"


def test_a_bar_is_drawn_when_the_length_is_known() -> None:
    tally = "2 documents read, 1,204 passages embedded, 1 removed"
    assert f"Reading handbook\n█████░░░░░░░░░░░░░░░ 3 of 12\n{tally}\n[Cancel]" == read_blocks(
        render(REPLIES["progress"])["blocks"]
    )
    unknown = render(REPLIES["progress_of_unknown_length"])["blocks"]
    assert "Looking for files\n[Cancel]" == read_blocks(unknown)


def test_a_shared_answer_whose_question_is_gone_does_not_end_in_nothing() -> None:
    shared = render(answer(shared_by=Actor(id="U0ANN", name="Ann"), question=""))
    assert read_blocks(shared["blocks"]).startswith("Ann shared an answer\n")
