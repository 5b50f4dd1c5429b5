"""What is marked: the best sentence, and neighbours as good, never more than a person takes in."""

from datetime import UTC, datetime

import numpy as np

from index.highlighting import LONGEST, span
from index.passages import Passage, Sentence, content_hash


def passage(*sentences: str) -> Passage:
    text = " ".join(sentences)
    starts = [len(" ".join(sentences[:i])) + (i > 0) for i in range(len(sentences))]
    return Passage(
        id=1,
        document_id=1,
        position=0,
        start=0,
        end=len(text),
        text=text,
        heading=(),
        anchor="",
        sentences=tuple(
            Sentence(start=start, end=start + len(sentence))
            for start, sentence in zip(starts, sentences, strict=True)
        ),
        content_hash=content_hash(text),
        uri="tea.md",
        url="",
        title="Tea",
        revision="",
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        source="docs",
    )


def marked(scores: list[float], *sentences: str) -> str:
    found = passage(*sentences)
    return found.text[slice(*span(found, np.array(scores)))]


def test_the_best_sentence_is_marked() -> None:
    assert "Pour it." == marked([0.2, 0.9, 0.3], "Boil water.", "Pour it.", "Wait.")


def test_a_neighbour_as_good_is_marked_with_it() -> None:
    assert "Boil water. Pour it." == marked([0.88, 0.9, 0.3], "Boil water.", "Pour it.", "Wait.")


def test_no_more_than_three_sentences_are_marked() -> None:
    assert "B. C. D." == marked([0.85, 0.89, 0.9, 0.89, 0.85], "A.", "B.", "C.", "D.", "E.")


def test_a_sentence_that_is_too_long_is_marked_up_to_a_word() -> None:
    long = "word " * 200 + "end."
    assert len(marked([0.9], long)) <= LONGEST
    assert marked([0.9], long).endswith("word")


def test_a_sentence_beyond_the_window_has_no_score() -> None:
    assert "Boil water." == marked([0.1], "Boil water.", "Pour it.")
