"""What speaks for a passage, and how sure that makes."""

from collections.abc import Callable

import numpy as np
import pytest

from index.passages import Audience
from index.ports import Embedding
from index.ranking import CUES, LONGEST_ODDS, SIGNALS, confidences, standardised, telling
from index.searcher import Ranking
from tests.index.conftest import Bench

LEAF = "# Tea\n\n## Leaf\n\nGreen leaves are steamed. They wilt in the sun.\n"
WATER = "# Tea\n\n## Water\n\nBoil the water with `--kettle` for four minutes.\n\n    kettle --boil\n"
ROOF = "# Roof\n\nThe cat sleeps on warm tiles all day.\n"


@pytest.fixture
def rank(bench: Bench) -> Callable[[str], Ranking]:
    for name, text in (("leaf.md", LEAF), ("water.md", WATER), ("roof.md", ROOF)):
        bench.write(name, text)
    bench.add()
    bench.sync()

    def ranked(query: str) -> Ranking:
        ranking = bench.searcher.rank(query, k=3, audience=Audience(workspace="local"))
        assert ranking is not None
        return ranking

    return ranked


def signal(ranking: Ranking, name: str) -> list[float]:
    """Return a signal of every candidate, best candidate first."""
    return [round(float(ranking.evidence.signals[i, SIGNALS.index(name)]), 2) for i in ranking.order]


def test_coverage_is_the_share_of_telling_words_that_stand_there(rank: Callable[[str], Ranking]) -> None:
    first, *others = signal(rank("how are green leaves steamed"), "coverage")
    assert 1.0 == first > max(others)


def test_words_that_say_how_somebody_asks_are_not_missed(rank: Callable[[str], Ranking]) -> None:
    ranking = rank("hi, can anyone please tell me where the cat sleeps")
    assert ["cat", "sleeps"] == [ranking.query.word(int(i)) for i in np.flatnonzero(ranking.query.telling)][
        -2:
    ]
    assert 1.0 == signal(ranking, "pairs")[0] or signal(ranking, "pairs")[0] > signal(ranking, "pairs")[1]


def test_a_piece_of_a_word_counts_as_its_word_does() -> None:
    text = "won't git's rebase"
    spans = [(0, 3), (3, 4), (4, 5), (6, 9), (9, 10), (10, 11), (12, 14), (14, 18)]
    asked = Embedding(
        vector=np.zeros(2, np.float32),
        tokens=np.zeros((8, 2), np.float32),
        ids=np.arange(8, dtype=np.int32),
        spans=np.array(spans, np.int32),
    )
    told = [text[start:end] for (start, end), tells in zip(spans, telling(text, asked), strict=True) if tells]
    assert ["git", "re", "base"] == told


def test_a_query_of_nothing_but_such_words_is_taken_whole(rank: Callable[[str], Ranking]) -> None:
    assert rank("what is it").query.telling.all()


def test_code_is_told_from_prose(rank: Callable[[str], Ranking]) -> None:
    assert 0.5 == signal(rank("boil the water four minutes"), "code")[0]


def test_standardised_columns_have_no_mean_and_unit_spread() -> None:
    columns = standardised(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]))
    np.testing.assert_allclose([0, 0], columns.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose([1, 0], columns.std(axis=0), atol=1e-4)


def test_confidence_grows_with_the_match(rank: Callable[[str], Ranking]) -> None:
    surely, hardly = rank("how are green leaves steamed"), rank("quarterly revenue of the ferry")
    sure = [float(confidences(ranking.cues)[ranking.order[0]]) for ranking in (surely, hardly)]
    assert 1 >= sure[0] > sure[1] >= 0


def test_every_cue_is_a_number_for_every_candidate(rank: Callable[[str], Ranking]) -> None:
    for query in ("cat", "?", "🐈", "--kettle", "word " * 900):
        cues = rank(query).cues
        assert (3, len(CUES)) == cues.shape
        assert np.isfinite(cues).all()


def share(ranking: Ranking) -> float:
    """Return the share of the best candidate."""
    return float(ranking.cues[ranking.order[0], CUES.index("share")])


def test_the_only_candidate_has_no_rival(bench: Bench) -> None:
    bench.add()
    bench.write("leaf.md", LEAF)
    bench.sync()
    ranking = bench.searcher.rank("green leaves", k=5, audience=Audience(workspace="local"))
    assert ranking is not None
    assert LONGEST_ODDS == share(ranking)


def test_the_same_text_elsewhere_is_no_rival(bench: Bench) -> None:
    bench.add()
    for name, text in (("leaf.md", LEAF), ("water.md", WATER), ("leaf again.md", LEAF)):
        bench.write(name, text)
    bench.sync()
    ranking = bench.searcher.rank("green leaves", k=5, audience=Audience(workspace="local"))
    assert ranking is not None
    # As a rival it would leave the other even odds at best, which are 0.
    assert share(ranking) > 1
