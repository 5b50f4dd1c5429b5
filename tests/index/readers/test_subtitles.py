"""Subtitles become sentences, with the time at which they are said."""

import pytest
from hypothesis import given, settings, strategies as st

from index.errors import DocumentDamaged, DocumentEmpty, DocumentUnreadable
from index.passages import Block
from index.readers.subtitles import SubtitleReader, WebVttReader

TALK = """1
00:00:01,000 --> 00:00:03,000
The <i>kettle</i> boils

2
00:00:03,100 --> 00:00:05,000
{\\an8}at noon. Every day
of the week.

3
01:02:13,000 --> 01:02:14,000
3 &lt; 4, she says.
"""


def blocks_of(text: str, reader: SubtitleReader | None = None) -> list[Block]:
    return list((reader or SubtitleReader()).read(text.encode(), name="a.srt").blocks)


def stamp(second: int) -> str:
    return f"00:{second // 60:02}:{second % 60:02},000"


def talk(*cues: str) -> str:
    return "\n".join(
        f"{at}\n{stamp(at * 2)} --> {stamp(at * 2 + 2)}\n{text}\n" for at, text in enumerate(cues)
    )


def test_cues_are_joined_to_sentences_and_parted_by_pauses() -> None:
    assert [
        ("The kettle boils at noon. Every day of the week.", "00:00:01", "t=1"),
        ("3 < 4, she says.", "01:02:13", "t=3733"),
    ] == [(block.text, block.place, block.anchor) for block in blocks_of(TALK)]
    assert "Tea talk" == SubtitleReader().read(TALK.encode(), name="tea_talk.srt").title


def test_long_speech_is_parted_at_the_end_of_a_sentence() -> None:
    cues = [f"this is line number {number}{'.' if number % 5 == 4 else ''}" for number in range(100)]
    texts = [block.text for block in blocks_of(talk(*cues))]
    assert len(texts) > 3
    assert all(text.endswith(".") for text in texts)
    assert " ".join(cues) == " ".join(texts)


def test_speech_without_full_stops_is_parted_too() -> None:
    assert all(len(block.text) < 1000 for block in blocks_of(talk(*["and so on and on"] * 200)))


def test_rolling_captions_say_everything_once() -> None:
    assert ["The kettle boils at noon."] == [
        block.text for block in blocks_of(talk("The kettle", "The kettle\nboils", "boils\nat noon."))
    ]


def test_what_is_said_twice_is_read_twice() -> None:
    cues = "1\n00:00:01,000 --> 00:00:02,000\nNo.\n\n2\n00:00:02,500 --> 00:00:03,000\nNo.\n"
    assert ["No. No."] == [block.text for block in blocks_of(cues)]


def test_web_captions_are_read_without_their_styles_and_notes() -> None:
    captions = """WEBVTT

STYLE
::cue { color: red }

NOTE nobody says this

intro
00:01.000 --> 00:04.000 align:start
<v Ann>Tea &amp; <b>cake</b>?
"""
    assert [("Tea & cake?", "00:00:01")] == [
        (block.text, block.place) for block in blocks_of(captions, WebVttReader())
    ]


def test_what_holds_no_subtitles_says_so() -> None:
    with pytest.raises(DocumentDamaged, match="no subtitles"):
        blocks_of("The kettle boils.")
    with pytest.raises(DocumentEmpty):
        blocks_of(talk(" "))


PIECES = st.sampled_from(
    [
        "1",
        "00:00:01,000 --> 00:00:02,000",
        "00:01.000 --> 99:99:99.999",
        "WEBVTT",
        "NOTE",
        "",
        "",
        "-->",
        "{\\b1",
        "<",
    ]
)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=25))
def test_any_lines_are_read_or_refused(lines: list[str]) -> None:
    for reader in (SubtitleReader(), WebVttReader()):
        try:
            extract = reader.read("\n".join(lines).encode(errors="ignore"), name="a")
        except DocumentUnreadable as error:
            refusal = str(error)
            assert refusal.endswith(".")
        else:
            assert all(block.text.strip() and block.place for block in extract.blocks)


def test_marks_that_begin_no_tag_are_read() -> None:
    assert ["Is a <b or {c? No, it is not."] == [
        block.text for block in blocks_of(talk("Is a <b or {c?", "<i>No</i>, it is not."))
    ]
