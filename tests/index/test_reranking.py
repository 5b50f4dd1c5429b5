"""In which order candidates come when something else than late interaction ranks them."""

import numpy as np
import pytest

from index.passages import Audience, Hit
from index.ranking import SIGNALS, confidences, first_stage
from index.searcher import RERANKED, CatalogSearcher, Ranking
from index.testing import WordReranker
from tests.index.conftest import Bench

HERE = Audience(workspace="local")
TEXTS = {
    "leaf.md": "# Leaf\n\nGreen tea leaves are steamed before they are rolled.\n",
    "water.md": "# Water\n\nGreen tea wants water below the boil, and soft water at that.\n",
    "roof.md": "# Roof\n\nThe cat sleeps on warm tiles; rain water runs off the green roof.\n",
}


@pytest.fixture
def read(bench: Bench) -> Bench:
    for name, text in TEXTS.items():
        bench.write(name, text)
    bench.add()
    bench.sync()
    return bench


def reranking(bench: Bench, word: str) -> tuple[CatalogSearcher, WordReranker]:
    reranker = WordReranker(word)
    searcher = CatalogSearcher(
        bench.catalog,
        embedder=lambda: bench.embedder,
        folder=bench.data / "vectors",
        reranker=lambda: reranker,
    )
    return searcher, reranker


def ranked(searcher: CatalogSearcher, query: str) -> Ranking:
    ranking = searcher.rank(query, k=3, audience=HERE)
    assert ranking is not None
    return ranking


def titles(hits: list[Hit]) -> list[str]:
    return [hit.passage.title for hit in hits]


def test_hits_come_in_the_order_of_the_reranker(read: Bench) -> None:
    query = "how are green tea leaves steamed"
    searcher, reranker = reranking(read, "water")
    assert "Leaf" == titles(read.search(query))[0]
    assert ["Water", "Roof", "Leaf"] == titles(searcher.search(query, k=5, audience=HERE))
    assert query == reranker.asked[0][0]
    assert "Green tea leaves are steamed before they are rolled." in reranker.asked[0][1]


def test_what_the_reranker_finds_alike_stays_in_its_order(read: Bench) -> None:
    query = "how are green tea leaves steamed"
    searcher, _ = reranking(read, "nowhere")
    assert titles(read.search(query)) == titles(searcher.search(query, k=5, audience=HERE))


def test_reranking_changes_no_score_and_no_cue(read: Bench) -> None:
    searcher, _ = reranking(read, "water")
    before, after = (ranked(each, "how are green tea leaves steamed") for each in (read.searcher, searcher))
    assert before.order != after.order
    np.testing.assert_array_equal(before.scores, after.scores)
    np.testing.assert_array_equal(before.cues, after.cues)


def test_confidence_still_falls_with_the_rank(read: Bench) -> None:
    searcher, _ = reranking(read, "water")
    query = "how are green tea leaves steamed"
    hits = searcher.search(query, k=5, audience=HERE)
    ranking = ranked(searcher, query)
    assert float(confidences(ranking.cues)[ranking.order[0]]) == hits[0].confidence
    assert sorted((hit.confidence for hit in hits), reverse=True) == [hit.confidence for hit in hits]


def test_the_best_alone_are_reranked_and_the_others_stay_behind(bench: Bench) -> None:
    for number in range(RERANKED + 10):
        bench.write(
            f"{number}.md", f"# Tea\n\nTea number {number} is green{' tea' * number} {'z' * number}.\n"
        )
    bench.add()
    bench.sync()
    searcher, reranker = reranking(bench, "tea")
    query = "which tea is green"
    before, after = ranked(bench.searcher, query).order, ranked(searcher, query).order
    assert RERANKED == len(reranker.asked[0][1])
    assert set(before[:RERANKED]) == set(after[:RERANKED])
    assert before[:RERANKED] != after[:RERANKED]
    assert before[RERANKED:] == after[RERANKED:]


def test_an_explanation_tells_what_came_second_in_the_reranked_order(read: Bench) -> None:
    searcher, _ = reranking(read, "water")
    query = "how are green tea leaves steamed"
    first, second, _ = searcher.search(query, k=5, audience=HERE)
    explanation = searcher.explain(query, first.passage.id, audience=HERE)
    assert explanation is not None
    assert (first, second) == (explanation.hit, explanation.second)


def test_an_empty_index_asks_no_reranker(bench: Bench) -> None:
    searcher, reranker = reranking(bench, "tea")
    assert [] == searcher.search("tea", k=5, audience=HERE)
    assert [] == reranker.asked


def test_the_first_stage_looks_at_no_token(read: Bench) -> None:
    evidence = ranked(read.searcher, "green tea").evidence
    before = first_stage(evidence)
    for name in set(SIGNALS) - {"words", "sentence"}:
        evidence.signals[:, SIGNALS.index(name)] = np.arange(3)
    np.testing.assert_array_equal(before, first_stage(evidence))
    evidence.signals[:, SIGNALS.index("words")] = np.arange(3)
    assert not np.array_equal(before, first_stage(evidence))


def test_the_first_stage_ranks_with_the_same_cues(read: Bench) -> None:
    searcher = CatalogSearcher(
        read.catalog,
        embedder=lambda: read.embedder,
        folder=read.data / "vectors",
        scored_by=first_stage,
    )
    query = "how are green tea leaves steamed"
    ranking = ranked(searcher, query)
    np.testing.assert_array_equal(first_stage(ranking.evidence), ranking.scores)
    np.testing.assert_array_equal(ranked(read.searcher, query).cues, ranking.cues)
    assert sorted(ranking.scores.tolist(), reverse=True) == ranking.scores[ranking.order].tolist()
