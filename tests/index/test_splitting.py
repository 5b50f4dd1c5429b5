"""Blocks become passages: exact slices, within the window, whole sentences in order."""

import re
from dataclasses import replace

from hypothesis import given, settings, strategies as st

from index.passages import BLOCK_SEPARATOR, Block, BlockKind, SentenceKind
from index.splitting import LONGEST_PASSAGE, embedding_text, split
from index.testing import HashingEmbedder

COUNT = HashingEmbedder().count_tokens
WINDOW = 60

WORDS = st.sampled_from(
    "tea water kettle leaf Rome 3.14 e.g. boil; pour, wait - Dr. ok! why? 茶。 😀".split(" ")
)
TEXTS = st.lists(WORDS, min_size=1, max_size=120).map(" ".join)
BLOCKS = st.lists(
    st.builds(
        Block,
        kind=st.sampled_from(list(BlockKind)),
        text=TEXTS,
        heading=st.sampled_from([(), ("Tea",), ("Tea", "Water")]),
    ),
    min_size=1,
    max_size=8,
)


def paragraph(text: str, *heading: str) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text, heading=heading)


@settings(max_examples=200, deadline=None)
@given(BLOCKS)
def test_passages_are_exact_slices_within_the_window(blocks: list[Block]) -> None:
    document = BLOCK_SEPARATOR.join(block.text for block in blocks)
    drafts = split(blocks, title="Tea", count_tokens=COUNT, window=WINDOW)
    assert list(range(len(drafts))) == [draft.position for draft in drafts]
    end = 0
    for draft in drafts:
        assert draft.text == document[draft.start : draft.end]
        assert draft.text.strip()
        assert end <= draft.start
        end = draft.end
        assert COUNT([embedding_text("Tea", draft.heading, draft.text)])[0] <= WINDOW


@settings(max_examples=200, deadline=None)
@given(BLOCKS)
def test_sentences_lie_in_order_inside_their_passage(blocks: list[Block]) -> None:
    for draft in split(blocks, title="Tea", count_tokens=COUNT, window=WINDOW):
        assert draft.sentences
        at = 0
        for sentence in draft.sentences:
            assert at <= sentence.start < sentence.end <= len(draft.text)
            assert not draft.text[at : sentence.start].strip()
            at = sentence.end
        assert not draft.text[at:].strip()


@settings(max_examples=100, deadline=None)
@given(BLOCKS)
def test_nothing_but_headings_is_lost(blocks: list[Block]) -> None:
    kept = [block.text for block in blocks if block.kind is not BlockKind.HEADING]
    drafts = split(blocks, title="Tea", count_tokens=COUNT, window=WINDOW)
    if kept:
        assert re.sub(r"\s", "", "".join(kept)) == re.sub(r"\s", "", "".join(draft.text for draft in drafts))


def test_short_neighbours_under_one_heading_are_one_passage() -> None:
    blocks = [paragraph("Boil water.", "Tea"), paragraph("Pour it.", "Tea"), paragraph("Grind.", "Coffee")]
    drafts = split(blocks, title="Drinks", count_tokens=COUNT, window=200)
    assert ["Boil water.\n\nPour it.", "Grind."] == [draft.text for draft in drafts]
    assert [("Tea",), ("Coffee",)] == [draft.heading for draft in drafts]


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    long = " ".join(f"The kettle number {number} boils for a while." for number in range(40))
    drafts = split([paragraph(long, "Tea")], title="Drinks", count_tokens=COUNT, window=WINDOW)
    assert len(drafts) > 4
    assert all(draft.text.startswith("The kettle") and draft.text.endswith(".") for draft in drafts)


def test_a_passage_never_spans_two_pages() -> None:
    blocks = [
        replace(paragraph(f"The kettle boils {number} times."), place=f"page {number // 2}")
        for number in range(4)
    ]
    drafts = split(blocks, title="Drinks", count_tokens=COUNT, window=WINDOW)
    assert [("page 0", 2), ("page 1", 2)] == [(draft.place, len(draft.sentences)) for draft in drafts]


def test_no_passage_is_longer_than_is_read_at_a_glance() -> None:
    text = " ".join(f"Leaf number {i} is steamed." for i in range(80))
    drafts = split([paragraph(text), paragraph("Tea" * 500)], title="Tea", count_tokens=COUNT, window=9_000)
    assert [len(draft.text) <= LONGEST_PASSAGE for draft in drafts] == [True] * 4
    assert 0.9 < len(drafts[0].text) / len(drafts[1].text) < 1.1


def test_what_introduces_a_list_or_code_goes_with_it() -> None:
    first, second = paragraph("The kettle boils. " * 8, "Tea"), paragraph("Then say:", "Tea")
    code = Block(kind=BlockKind.CODE, text="pour(tea)\n" * 6, heading=("Tea",))
    drafts = split([first, second, code], title="Drinks", count_tokens=COUNT, window=WINDOW)
    assert drafts[1].text.startswith("Then say:\n\npour(tea)")


def test_code_is_one_stretch_that_keeps_its_spacing() -> None:
    code = Block(kind=BlockKind.CODE, text="if true:\n    boil()", heading=("Tea",))
    [draft] = split([code], title="Drinks", count_tokens=COUNT, window=WINDOW)
    assert [SentenceKind.CODE] == [sentence.kind for sentence in draft.sentences]
    assert "if true:\n    boil()" == draft.text


def test_a_document_of_headings_alone_is_still_found() -> None:
    heading = Block(kind=BlockKind.HEADING, text="Closed on Sundays")
    [draft] = split([heading], title="Notice", count_tokens=COUNT, window=WINDOW)
    assert "Closed on Sundays" == draft.text
