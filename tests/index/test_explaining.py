"""Why a passage was found, told by an embedder that knows a few words of like meaning."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from index.explaining import explanation
from index.passages import Explanation, Hit, Passage, content_hash
from index.ports import Embedding
from index.ranking import SIGNALS, Evidence, Query, telling
from index.testing import HashingEmbedder
from index.tokens import Tokens

ALIKE = {"automobile": "car", "fix": "repair"}


class Thesaurus(HashingEmbedder):
    """Takes words of like meaning for the same word."""

    def __init__(self) -> None:
        super().__init__(dimension=4096)

    def _id(self, word: str) -> int:
        return super()._id(ALIKE.get(word, word))


def hit(text: str) -> Hit:
    passage = Passage(
        id=1,
        document_id=1,
        position=0,
        start=0,
        end=len(text),
        text=text,
        heading=(),
        anchor="",
        sentences=(),
        content_hash=content_hash(text),
        uri="garage.md",
        url="",
        title="Garage",
        revision="",
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        source="docs",
    )
    return Hit(passage=passage, score=1.0, confidence=0.9, highlight=(0, len(text)))


NO_TOKENS = Tokens(
    codes=np.zeros((0, 1), np.uint8),
    scales=np.zeros(0, np.float32),
    ids=np.zeros(0, np.int32),
    sentences=np.zeros(0, np.uint8),
    starts=np.zeros(1, np.int64),
    runs=np.zeros(0, np.int64),
    lengths=np.zeros(0, np.float32),
    code=np.zeros(0),
)
"""Explaining looks at what was made of tokens, never at them."""


def asked(text: str) -> Query:
    embedding = Thesaurus().embed_query(text)
    return Query(
        text=text,
        embedding=embedding,
        vector=embedding.vector,
        tokens=embedding.tokens,
        rarity=np.ones(len(embedding.ids)),
        telling=telling(text, embedding),
    )


def explained(
    query: str,
    text: str,
    *,
    passage: Embedding | None = None,
    second: Hit | None = None,
    signals: tuple[dict[str, float], ...] = ({},),
) -> Explanation:
    """Explain the first candidate, of which each has these signals and 0 for the others."""
    numbers = np.array([[each.get(name, 0.0) for name in SIGNALS] for each in signals])
    evidence = Evidence(
        rows=(),
        signals=numbers,
        similarity=np.zeros(len(signals)),
        texts=np.arange(len(signals)),
        matches=np.zeros((1, len(signals))),
        tokens=NO_TOKENS,
        by_run=np.zeros((1, 0), np.float32),
        own_ids=[],
    )
    seen = passage or Thesaurus().embed_passages([text])[0]
    return explanation(asked(query), evidence, 0, hit=hit(text), passage=seen, second=second)


def seen_as(text: str, *, cosine: float) -> Embedding:
    """Return one token over all of a text, and this near to the word "car"."""
    car, other = (embedding.vector for embedding in Thesaurus().embed_passages(["car", "elsewhere"]))
    token = cosine * car + np.sqrt(1 - cosine**2) * other
    return Embedding(
        vector=token,
        tokens=token[None].astype(np.float32),
        ids=np.zeros(1, np.int32),
        spans=np.array([[0, len(text)]], np.int32),
    )


def test_each_telling_word_is_shared_kindred_or_missing() -> None:
    why = explained("Where can I fix the brakes of an automobile today?", "We repair brakes of every car.")
    assert ("brakes",) == why.shared
    assert (("fix", "repair"), ("automobile", "car")) == why.kindred
    assert ("today",) == why.missing


def test_a_word_that_stands_there_needs_no_kindred_one() -> None:
    why = explained("automobile", "A car is an automobile.")
    assert ("automobile",) == why.shared
    assert () == why.kindred


def test_a_part_of_a_word_is_not_shared() -> None:
    assert ("car",) == explained("car", "The carpet is red.").missing


@pytest.mark.parametrize(("cosine", "is_kindred"), [(0.5, False), (0.6, True)])
def test_a_word_is_kindred_from_a_likeness_on(cosine: float, is_kindred: bool) -> None:
    why = explained("automobile", "wagon", passage=seen_as("wagon", cosine=cosine))
    assert ((("automobile", "wagon"),) if is_kindred else ()) == why.kindred
    assert (() if is_kindred else ("automobile",)) == why.missing


def test_a_word_in_pieces_is_as_near_as_a_whole_one() -> None:
    pieces = Thesaurus().embed_query("wheel base")
    query = replace(asked("wheelbase"), embedding=replace(pieces, spans=np.array([[0, 5], [5, 9]], np.int32)))
    # As near to their mean as 0.6: near enough for a whole word, and 0.42 where the mean is not scaled.
    [elsewhere] = Thesaurus().embed_query("elsewhere").tokens
    between = (0.6 * pieces.tokens.sum(axis=0) / np.sqrt(2) + 0.8 * elsewhere).astype(np.float32)
    seen = replace(pieces, tokens=between[None], ids=pieces.ids[:1], spans=np.array([[0, 4]], np.int32))
    evidence = Evidence(
        rows=(),
        signals=np.zeros((1, len(SIGNALS))),
        similarity=np.ones(1),
        texts=np.zeros(1, np.int64),
        matches=np.zeros((2, 1)),
        tokens=NO_TOKENS,
        by_run=np.zeros((2, 0), np.float32),
        own_ids=[],
    )
    query = replace(query, telling=np.ones(2, bool), rarity=np.ones(2))
    why = explanation(query, evidence, 0, hit=hit("span"), passage=seen, second=None)
    assert (("wheelbase", "span"),) == why.kindred


def test_what_is_near_and_no_word_is_not_kindred() -> None:
    why = explained("automobile", "→", passage=seen_as("→", cosine=0.9))
    assert () == why.kindred
    assert ("automobile",) == why.missing


def test_a_word_is_named_once_as_it_was_first_written() -> None:
    why = explained("Brakes BRAKES Automobile automobile Today TODAY", "The car has brakes.")
    assert ("Brakes",) == why.shared
    assert (("Automobile", "car"),) == why.kindred
    assert ("Today",) == why.missing


def test_of_a_passage_without_tokens_only_the_letters_count() -> None:
    nothing = Embedding(
        vector=np.zeros(4096, np.float32),
        tokens=np.zeros((0, 4096), np.float32),
        ids=np.zeros(0, np.int32),
        spans=np.zeros((0, 2), np.int32),
    )
    why = explained("fix brakes", "We repair brakes.", passage=nothing)
    assert ("brakes",) == why.shared
    assert () == why.kindred
    assert ("fix",) == why.missing


def test_signals_stand_weightiest_first_in_deviations_from_the_other_candidates() -> None:
    others = ({"words": 8.0, "focus": 0.4}, {"words": 8.0, "focus": 0.4}, {"words": 8.0, "focus": 0.4})
    why = explained("car", "car", signals=({"words": 2.0, "focus": 0.8}, *others))
    names, deviations = zip(*why.signals, strict=True)
    assert set(SIGNALS) == set(names)
    assert ("focus", "words") == (names[0], names[-1])
    assert pytest.approx((np.sqrt(3), *[0] * 6, -np.sqrt(3)), abs=0.001) == deviations


@pytest.mark.parametrize("second", [None, hit("The second best.")])
def test_the_hit_and_the_second_are_handed_on(second: Hit | None) -> None:
    why = explained("car", "The car.", second=second)
    assert "The car." == why.hit.passage.text
    assert second == why.second
