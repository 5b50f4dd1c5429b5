"""What is quoted, where it stands, and what is wrong with a question."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from bot.answering import (
    LONGEST_QUESTION,
    LONGEST_SENTENCE,
    cited,
    in_words,
    link,
    nearest,
    objection,
    quoted,
    sentence_quoted,
)
from bot.messages import Confidence
from bot.testing import hit, passage
from index.passages import Passage, Sentence, SentenceKind, content_hash

PAGE = "https://example.com/guide"

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" .!?\n"), max_size=300)


@st.composite
def quotable(draw: st.DrawFn) -> tuple[str, Passage, tuple[int, int]]:
    """Draw a document's text, a passage of it and the span of one of its sentences."""
    before, text, after = draw(TEXTS), "a" + draw(TEXTS), draw(TEXTS)
    found = passage(text, start=len(before))
    kinds = [draw(st.sampled_from(SentenceKind)) for _ in found.sentences]
    sentences = [replace(sentence, kind=kind) for sentence, kind in zip(found.sentences, kinds, strict=True)]
    best = draw(st.sampled_from(sentences))
    return before + text + after, replace(found, sentences=tuple(sentences)), (best.start, best.end)


@given(quotable(), st.integers(min_value=1, max_value=400))
def test_every_quote_reads_back_from_its_document(
    drawn: tuple[str, Passage, tuple[int, int]], limit: int
) -> None:
    document, found, highlight = drawn
    quote = quoted(found, highlight, limit)
    assert document[quote.citation.start : quote.citation.end] == quote.text
    assert content_hash(quote.text) == quote.citation.content_hash
    assert found.revision == quote.citation.revision


@given(quotable(), st.integers(min_value=1, max_value=400))
def test_every_quote_fits_and_shows_the_answering_sentence_in_bold(
    drawn: tuple[str, Passage, tuple[int, int]], limit: int
) -> None:
    _, found, highlight = drawn
    quote = quoted(found, highlight, limit)
    bold = "".join(segment.text for segment in quote.segments if segment.bold)
    sentence = found.text[slice(*highlight)]
    assert 0 < len(quote.text) <= limit
    assert sentence.startswith(bold)
    assert bold == sentence or len(sentence) > limit


@given(quotable(), st.integers(min_value=1, max_value=400))
def test_a_quote_says_where_the_passage_goes_on(
    drawn: tuple[str, Passage, tuple[int, int]], limit: int
) -> None:
    _, found, highlight = drawn
    quote = quoted(found, highlight, limit)
    start, end = quote.citation.start - found.start, quote.citation.end - found.start
    assert bool(found.text[:start].strip()) == quote.cut_before
    assert bool(found.text[end:].strip()) == quote.cut_after


@pytest.mark.parametrize(
    ("text", "highlight", "expected"),
    [
        ("One one. Two. Six.", (9, 13), "Two."),
        ("Two.", (0, 4), "Two."),
        ("x" * 9 + " " + "y" * 500, (0, 510), ("x" * 9 + " " + "y" * 500)[:LONGEST_SENTENCE]),
    ],
)
def test_a_sentence_is_quoted_alone_and_up_to_a_length(
    text: str, highlight: tuple[int, int], expected: str
) -> None:
    assert expected == sentence_quoted(passage(text), highlight).text


def test_a_whole_passage_is_cited_where_it_stands() -> None:
    found = passage("One. Two.", start=5)
    citation = cited(found)
    assert "     One. Two."[citation.start : citation.end] == found.text
    assert (found.content_hash, found.revision) == (citation.content_hash, citation.revision)


def test_a_short_passage_is_quoted_whole() -> None:
    quote = quoted(passage("  One. Two.\n"), (7, 11))
    assert ("  One. Two.\n", False, False) == (quote.text, quote.cut_before, quote.cut_after)


def test_a_long_passage_is_cut_at_sentence_ends_around_the_answer() -> None:
    quote = quoted(passage("One one. Two two. Six six. Ten ten."), (18, 26), limit=20)
    assert "Six six. Ten ten." == quote.text
    assert (True, False) == (quote.cut_before, quote.cut_after)


def test_a_sentence_of_just_the_limit_is_not_cut() -> None:
    assert "One one one." == quoted(passage("One one one. Two."), (0, 12), limit=12).text


def test_a_sentence_above_the_limit_is_cut_at_a_space() -> None:
    assert "One two" == quoted(passage("One two three four."), (0, 19), limit=10).text


def test_code_is_set_as_code_and_keeps_its_spacing() -> None:
    text = "Run this:\n\n  make  run\n"
    code = Sentence(start=11, end=22, kind=SentenceKind.CODE)
    found = replace(passage(text), sentences=(Sentence(start=0, end=9), code))
    segments = quoted(found, (0, 9)).segments
    assert ["  make  run"] == [segment.text for segment in segments if segment.code]
    assert ["Run this:"] == [segment.text for segment in segments if segment.bold]


def test_a_web_page_is_linked_at_its_anchor() -> None:
    assert f"{PAGE}#br%C3%BChen" == link(replace(passage("Tea.", url=PAGE), anchor="brühen"))


def test_a_page_of_a_pdf_is_named_and_linked() -> None:
    found = replace(passage("Tea.", url=PAGE), anchor="page=12", place="page 12")
    citation = cited(found)
    assert ("page 12", f"{PAGE}#page=12") == (citation.place, citation.url)


def test_a_web_page_without_anchors_is_linked_at_the_sentence() -> None:
    sentence = "Well-known teas, green & black, are good."
    expected = f"{PAGE}#:~:text=Well%2Dknown%20teas%2C%20green%20%26%20black%2C%20are%20good."
    assert expected == link(passage(sentence, url=PAGE), (0, len(sentence)))


def test_a_long_sentence_is_linked_by_its_first_and_last_words() -> None:
    sentence = " ".join("abcdefghijklmnopqrst")
    expected = f"{PAGE}#:~:text=a%20b%20c%20d%20e%20f%20g%20h,m%20n%20o%20p%20q%20r%20s%20t"
    assert expected == link(passage(sentence, url=PAGE), (0, len(sentence)))


@pytest.mark.parametrize("url", ["https://example.com", "https://example.com/", "https://example.com/a.html"])
def test_sites_and_html_files_take_a_text_fragment(url: str) -> None:
    assert f"{url}#:~:text=Tea." == link(passage("Tea.", url=url), (0, 4))


def test_a_file_that_is_no_web_page_is_linked_as_it_is() -> None:
    assert f"{PAGE}.md" == link(passage("Tea.", url=f"{PAGE}.md"), (0, 4))


@pytest.mark.parametrize("url", ["", "/home/ann/tea.md", "javascript:alert(1)", "file:///etc/passwd"])
def test_only_the_web_is_linked(url: str) -> None:
    assert "" == link(passage("Tea.", url=url), (0, 4))


@pytest.mark.parametrize("question", ["", " \n", "🎉🎉", "?!", "x" * (LONGEST_QUESTION + 1)])
def test_what_is_no_question_is_objected_to(question: str) -> None:
    assert objection(question)


@pytest.mark.parametrize("question", ["tea", "7?", "茶は何度ですか", "x" * LONGEST_QUESTION])
def test_what_is_a_question_is_not(question: str) -> None:
    assert not objection(question)


def test_the_objection_to_a_long_question_counts_its_characters() -> None:
    assert "5,000 characters" in objection("x" * 5_000)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(1.0, "high"), (0.8, "high"), (0.79, "fair"), (0.6, "fair"), (0.59, "low"), (0.0, "low")],
)
def test_confidence_has_a_word(probability: float, expected: str) -> None:
    assert Confidence(expected) is in_words(probability)


def test_the_nearest_documents_are_three_and_each_named_once() -> None:
    ids = [1, 1, 2, 3, 4]
    hits = [hit(passage("Tea.", id=id, title=f"Guide {id}")) for id in ids]
    assert ["Guide 1", "Guide 2", "Guide 3"] == [near.title for near in nearest(hits)]


@pytest.mark.parametrize("item", ["- Ask your manager first.", "2. Ask your manager first."])
def test_a_link_to_a_list_item_leaves_its_mark_out(item: str) -> None:
    page = passage(item, url="https://docs.example.com/leave.html")
    assert "https://docs.example.com/leave.html#:~:text=Ask%20your%20manager%20first." == link(
        page, (0, len(item))
    )


def test_a_link_to_text_of_several_lines_names_the_longest() -> None:
    page = passage("Kettle\nIt is descaled.", url=PAGE)
    assert f"{PAGE}#:~:text=It%20is%20descaled." == link(page, (0, 22))


def test_a_link_leaves_out_a_word_that_the_sentence_cuts_through() -> None:
    page = passage("Call it on os.path.join first.", url=PAGE)
    assert f"{PAGE}#:~:text=Call%20it%20on" == link(page, (0, 14))
    assert f"{PAGE}#:~:text=first." == link(page, (14, 30))
    assert PAGE == link(page, (11, 14))


def test_a_link_to_a_table_row_names_the_page_alone() -> None:
    page = passage("Rome | 3", url="https://docs.example.com/prices.html")
    assert "https://docs.example.com/prices.html" == link(page, (0, 8))


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/channels/1/2/3",
        "https://canary.discord.com/channels/1/2/3",
        "https://acme.slack.com/archives/C1/p1790000000000100?thread_ts=1.1&cid=C1",
        "https://acme.enterprise.slack.com/archives/C1/p1790000000000100",
    ],
)
def test_a_messages_address_stays_as_it_is(url: str) -> None:
    found = replace(passage("Leave lasts sixteen weeks.", url=url), anchor="ann-1-march")
    assert url == quoted(found, (0, 26)).citation.url


@pytest.mark.parametrize(
    ("anchor", "end"),
    [
        ("100000000000000004", "100000000000000004"),
        (
            "p1790000000000200?thread_ts=1790000000.000100&cid=C1",
            "p1790000000000200?thread_ts=1790000000.000100&cid=C1",
        ),
        ("https://evil.example", "100000000000000003"),
        ("4", "100000000000000003"),
    ],
)
def test_a_passage_of_a_conversation_links_to_its_message(anchor: str, end: str) -> None:
    channel = "https://discord.com/channels/1/2"
    said = replace(passage("Tea.", url=f"{channel}/100000000000000003"), anchor=anchor)
    assert f"{channel}/{end}" == link(said, (0, 4))
