"""What is marked: the sentences that match the query best together, never more than a person takes in."""

from datetime import UTC, datetime

import numpy as np
import pytest

from index.catalog import CandidateRow
from index.highlighting import LONGEST, span
from index.passages import Passage, Sentence, SentenceKind, content_hash
from index.ranking import Query, telling, weigh
from index.testing import HashingEmbedder
from index.tokens import Projection, pack

EMBEDDER = HashingEmbedder()
PROJECTION = Projection.fit(EMBEDDER)


def passage(*sentences: str, code: tuple[int, ...] = ()) -> Passage:
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
            Sentence(
                start=start,
                end=start + len(sentence),
                kind=SentenceKind.CODE if number in code else SentenceKind.PROSE,
            )
            for number, (start, sentence) in enumerate(zip(starts, sentences, strict=True))
        ),
        content_hash=content_hash(text),
        uri="tea.md",
        url="",
        title="Tea",
        revision="",
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        source="docs",
    )


def marked(question: str, *sentences: str, code: tuple[int, ...] = ()) -> str:
    found = passage(*sentences, code=code)
    [embedded] = EMBEDDER.embed_passages([found.text])
    asked = EMBEDDER.embed_query(question)
    query = Query(
        text=question,
        embedding=asked,
        vector=PROJECTION(asked.vector),
        tokens=PROJECTION(asked.tokens),
        rarity=np.ones(len(asked.ids)),
        telling=telling(question, asked),
    )
    tokens = pack(embedded, PROJECTION, prefix=0, sentences=found.sentences)
    row = CandidateRow(id=1, vector=embedded.vector.tobytes(), tokens=tokens)
    evidence = weigh(query, [row], lexical={}, rarity=np.ones(1 << 16))
    return found.text[slice(*span(found, *evidence.sentences(0), query))]


TEA = ("Boil fresh water.", "Pour it over leaves.", "Wait four minutes.", "Remove them.", "Drink slowly.")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("pour over leaves", "Pour it over leaves."),
        ("drink slowly", "Drink slowly."),
        ("leaves minutes", "Pour it over leaves. Wait four minutes."),
        ("pour wait remove", "Pour it over leaves. Wait four minutes. Remove them."),
    ],
)
def test_the_fewest_sentences_that_hold_what_is_asked_are_marked(question: str, answer: str) -> None:
    assert answer == marked(question, *TEA)


def test_of_two_that_match_alike_the_prose_is_marked() -> None:
    call, prose = "boil kettle water now", "boil kettle water then"
    assert call == marked("boil kettle water", call, "x" * LONGEST, prose)
    assert prose == marked("boil kettle water", call, "x" * LONGEST, prose, code=(0,))


def test_prose_is_not_marked_together_with_the_rows_of_a_table() -> None:
    prose, header, row = "The kettle boils for four minutes.", "Part | Minutes", "Water | four minutes"
    assert prose == marked("how many minutes does the kettle boil", prose, header, row)
    assert f"{header} {row}" == marked("water minutes part", prose, header, row)


def test_no_more_than_three_sentences_are_marked() -> None:
    assert 3 == marked("boil pour wait remove drink", *TEA).count(".")


def test_a_sentence_that_is_too_long_is_marked_up_to_a_word() -> None:
    long = "word " * 200 + "end."
    assert len(marked("word", long)) <= LONGEST
    assert marked("word", long).endswith("word")


def test_two_sentences_that_are_too_long_together_are_not_both_marked() -> None:
    first, second = "water " * 50 + "boils.", "leaves " * 50 + "wilt."
    assert len(marked("water leaves", first, second)) <= LONGEST
