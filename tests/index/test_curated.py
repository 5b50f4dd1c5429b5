"""Answers that people wrote, as files and as a source."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from index.errors import DocumentUnreadable
from index.passages import CuratedAnswer
from index.readers.markdown import MarkdownReader
from index.sources.curated import AnswerFolder, CuratedSource, read, written

WRITTEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANSWER = CuratedAnswer(
    id="a1",
    question="How long is *leave*?",
    text="It lasts **sixteen** weeks.\n- ask <HR>\n# not a heading\n\n"
    "```sh\nleave --weeks *16*\n```\nThat is all.",
    author="Ann # O'Neill",
    written_at=WRITTEN,
    link="https://discord.com/channels/1/2/3",
    message="discord:2/3",
)
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n`*_#<>&\\-.1)|~[]:\"'"))


def extracted(answer: CuratedAnswer) -> str:
    extract = MarkdownReader().read(written(answer).encode(), name="a1.md")
    return "\n\n".join(block.text for block in extract.blocks if block.heading)


def test_a_reader_gets_the_very_words_under_author_and_date() -> None:
    extract = MarkdownReader().read(written(ANSWER).encode(), name="a1.md")
    assert "How long is *leave*?" == extract.title
    assert {("Ann # O'Neill, 1 March 2026",)} == {block.heading for block in extract.blocks if block.heading}
    expected = (
        "It lasts **sixteen** weeks.\n- ask <HR>\n# not a heading\n\nleave --weeks *16*\n\nThat is all."
    )
    assert expected == extracted(ANSWER)


@given(text=WORDS)
def test_no_text_loses_a_character_that_shows(text: str) -> None:
    if "```" not in text and text.strip():
        assert text.split() == extracted(replace(ANSWER, text=text)).split()


@given(text=WORDS, question=WORDS)
def test_what_was_written_is_read_again(text: str, question: str) -> None:
    answer = replace(ANSWER, text=text, question=" ".join(question.split()))
    again = read(written(answer))
    assert (answer.text.split(), answer.question) == (again.text.split(), again.question)
    assert again == read(written(again))


def test_a_folder_keeps_replaces_and_deletes(tmp_path: Path) -> None:
    folder = AnswerFolder(tmp_path / "answers")
    assert [] == folder.answers()
    folder.put(ANSWER)
    later = replace(ANSWER, id="a2", written_at=datetime(2026, 4, 1, tzinfo=UTC))
    folder.put(later)
    assert ["a2", "a1"] == [answer.id for answer in folder.answers()]
    folder.put(replace(ANSWER, text="Twenty weeks."))
    found = folder.find("a1")
    assert found is not None
    assert "Twenty weeks." == found.text
    assert [True, False] == [folder.remove("a1"), folder.remove("a1")]
    assert None is folder.find("a1")
    assert ["a2.md"] == [path.name for path in (tmp_path / "answers").iterdir()]


def test_a_file_that_cannot_be_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a1.md").mkdir()
    with pytest.raises(OSError, match=r"a1\.md"):
        AnswerFolder(tmp_path).put(ANSWER)
    assert ["a1.md"] == [path.name for path in tmp_path.iterdir()]


def test_the_source_cites_the_day_and_the_message(tmp_path: Path) -> None:
    AnswerFolder(tmp_path).put(ANSWER)
    source = CuratedSource(str(tmp_path), formats=frozenset({"md"}), options={})
    [entry] = source.entries()
    assert ("a1.md", "md", WRITTEN, ANSWER.link) == (entry.uri, entry.format, entry.updated_at, entry.url)
    assert written(ANSWER).encode() == source.fetch(entry)


def test_an_empty_source_is_no_missing_one(tmp_path: Path) -> None:
    assert [] == list(CuratedSource(str(tmp_path / "gone"), formats=frozenset({"md"}), options={}).entries())


@pytest.mark.parametrize("content", [b"# A heading\n", b"\xff\xfe", b'---\nid: "a"\n---\n# Q\n\n## A\n\nx'])
def test_a_file_of_another_making_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.md").write_bytes(content)
    source = CuratedSource(str(tmp_path), formats=frozenset({"md"}), options={})
    [entry] = source.entries()
    with pytest.raises(DocumentUnreadable):
        source.fetch(entry)
