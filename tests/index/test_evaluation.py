"""The measures, by hand; and what two runs have to tell."""

import math
from itertools import count
from pathlib import Path

import pytest

from index.evaluation import MEASURES, by_corpus, compare, measure, reliability, sign_test
from index.judging import Judgement
from index.queries import Kind, Qrel, Query

ids = count()


def judged(
    rank: int = 0,
    confidence: float = 0.5,
    *,
    answered: bool = True,
    kind: Kind = Kind.ANSWERABLE,
    highlight: bool | None = None,
    ms: float = 1.0,
    id: str = "",
    corpus: str = "c",
) -> Judgement:
    qrels = (Qrel(page="tea.md"),) if kind is Kind.ANSWERABLE else ()
    query = Query(id=id or f"q{next(ids)}", corpus=corpus, text="How hot?", kind=kind, qrels=qrels)
    return Judgement(
        query=query, rank=rank, highlight=highlight, answered=answered, confidence=confidence, elapsed_ms=ms
    )


def values(*run: Judgement) -> dict[str, float | None]:
    return {name: estimate.value if estimate else None for name, estimate in measure(run).items()}


def test_ranking_is_measured_over_the_answerable_whether_answered_or_not() -> None:
    found = values(
        judged(1), judged(3, answered=False), judged(7), judged(0), judged(kind=Kind.CHATTER, answered=False)
    )
    assert 1 / 4 == found["P@1"]
    assert 2 / 4 == found["R@5"]
    assert pytest.approx((1 + 1 / 3 + 1 / 7) / 4) == found["MRR@10"]
    assert pytest.approx((1 + 1 / 2 + 1 / 3) / 4) == found["nDCG@10"]  # log2 of 2, of 4 and of 8


def test_answering_is_measured_over_its_own_kind_of_question() -> None:
    found = values(
        judged(1),
        judged(2),
        judged(1, answered=False),
        judged(kind=Kind.CHATTER, answered=False),
        judged(kind=Kind.CHATTER),
        judged(kind=Kind.UNANSWERABLE),
    )
    assert pytest.approx(2 / 3) == found["answered"]
    assert 1 / 4 == found["precision"]
    assert (1 / 2, 0) == (found["silent"], found["refused"])
    assert pytest.approx((1 - 1 - 1 - 1) / 6) == found["crag"]


def test_refusals_are_measured_where_seven_of_ten_right_answers_are_kept() -> None:
    right = [judged(1, (10 - n) / 10) for n in range(10)]  # 1.0 down to 0.1: the seventh is 0.4
    wrong = [judged(kind=Kind.UNANSWERABLE, confidence=confidence) for confidence in (0.9, 0.4, 0.3, 0.0)]
    assert 2 / 4 == values(*right, *wrong)["refused@70"]
    assert values(*wrong)["refused@70"] is None


def test_highlights_are_measured_where_the_first_passage_is_right_and_a_snippet_tells() -> None:
    found = values(judged(1, highlight=True), judged(1, highlight=False), judged(1), judged(2))
    assert 1 / 2 == found["highlight"]


def test_auroc_counts_the_pairs_that_confidence_puts_right_and_half_of_its_ties() -> None:
    found = values(judged(1, 0.9), judged(1, 0.4), judged(2, 0.4), judged(0, 0.6))
    assert (1 + 1 + 0.5 + 0) / 4 == found["auroc"]  # .9 > .4, .9 > .6, .4 = .4, .4 < .6


def test_calibration_error_is_the_gap_of_each_bin_by_its_share_of_the_queries() -> None:
    run = [judged(1, 0.82), judged(0, 0.88), judged(1, 1.0), judged(0, 0.05)]
    assert pytest.approx(2 / 4 * (0.85 - 0.5) + 1 / 4 * 0 + 1 / 4 * 0.05) == values(*run)["ece"]
    assert [(0.0, 1, 0.05, 0.0), (0.8, 2, pytest.approx(0.85), 0.5), (0.9, 1, 1.0, 1.0)] == [
        (bin.low, bin.queries, bin.confidence, bin.right) for bin in reliability(run)
    ]


def test_coverage_is_the_most_right_answers_that_a_threshold_gives_at_95_percent_precision() -> None:
    precise = [judged(1, 0.9) for _ in range(19)] + [judged(0, 0.9)]  # 19 of 20, just so
    assert pytest.approx(19 / 22) == values(*precise, judged(0, 0.8), judged(1, 0.7))["cov@95"]
    assert 0 == values(judged(0, 0.9), judged(1, 0.8))["cov@95"]


def test_times_are_those_that_half_and_a_hundredth_of_the_queries_reach() -> None:
    found = values(*(judged(1, ms=float(ms)) for ms in range(200)))
    assert (100, 198) == (found["ms_p50"], found["ms_p99"])


def test_what_there_is_nothing_of_is_not_measured() -> None:
    found = values(judged(kind=Kind.CHATTER, answered=False))
    assert {"silent", "crag", "ece", "ms_p50", "ms_p99"} == {
        name for name, value in found.items() if value is not None
    }


def test_the_interval_is_that_of_the_binomial_and_the_same_every_time() -> None:
    run = [judged(1) for _ in range(80)] + [judged(2) for _ in range(20)]
    share = measure(run)["P@1"]
    assert share is not None
    half = 1.96 * math.sqrt(0.8 * 0.2 / 100)
    assert pytest.approx(0.8 - half, abs=0.015) == share.low
    assert pytest.approx(0.8 + half, abs=0.015) == share.high
    assert share == measure(run)["P@1"]
    assert share != measure(run, seed=1)["P@1"]


def test_a_rare_kind_of_question_still_gets_an_interval() -> None:
    estimate = measure([judged(1), judged(1), judged(kind=Kind.CHATTER, answered=False)])["silent"]
    assert estimate is not None
    assert (1, 1, 1) == (estimate.value, estimate.low, estimate.high)


def test_every_measure_says_what_it_is() -> None:
    documentation = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    assert all(function.__doc__ for function in MEASURES.values())
    assert all(f"`{name}`" in documentation for name in MEASURES)


def test_corpora_keep_their_order() -> None:
    assert ["b", "a"] == list(by_corpus([judged(corpus="b"), judged(corpus="a"), judged(corpus="b")]))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (judged(1), judged(1, answered=False)),
        (judged(2, answered=False), judged(2)),
        (judged(2), judged(3)),
        (judged(10, answered=False), judged(0, answered=False)),
        (judged(kind=Kind.CHATTER, answered=False), judged(kind=Kind.CHATTER)),
    ],
    ids=["answered", "silent over wrong", "higher", "found at all", "left in peace"],
)
def test_a_run_wins_a_question_that_it_does_better(better: Judgement, worse: Judgement) -> None:
    won = compare({"q": worse, "gone": worse}, {"q": better, "new": better})
    assert (1, 0, 0) == (len(won.won), len(won.lost), won.tied)
    lost = compare({"q": better}, {"q": worse})
    assert (0, 1, 0) == (len(lost.won), len(lost.lost), lost.tied)
    assert 1 == compare({"q": better}, {"q": better}).tied


def test_the_sign_test_is_the_two_sided_binomial() -> None:
    assert 1 == sign_test(0, 0) == sign_test(3, 3)
    assert 2 / 32 == sign_test(5, 0) == sign_test(0, 5)
    assert 2 * (1 + 10 + 45) / 1024 == sign_test(8, 2)
    assert 0 < sign_test(3000, 2500) < 1e-9
