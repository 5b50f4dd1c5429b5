"""How good a run was: the measures over its judgements, and two runs side by side.

Measures are named and defined as ir_measures does (https://ir-measur.es), where it has them. A
measure is a function of a run's `Columns` and of weights of shape (samples, queries): it weighs each
query as often as a sample holds it, and returns an array of shape (samples,), NaN where undefined.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.judging import Judgement
from index.queries import Id, Kind

PRECISION = 0.95
"""The share of right answers at which coverage is measured."""

KEPT = 0.7
"""The share of right first passages that are still answered where refusals are measured."""

BINS = 10

RESAMPLES = 1000

Floats: TypeAlias = NDArray[np.float64]


class Columns:
    """A run as arrays of shape (queries,)."""

    def __init__(self, run: Sequence[Judgement]) -> None:
        """Turn judgements into columns; yes and no become 1 and 0."""
        self.answerable = _column(judged.query.kind is Kind.ANSWERABLE for judged in run)
        self.unanswerable = _column(judged.query.kind is Kind.UNANSWERABLE for judged in run)
        self.chatter = _column(judged.query.kind is Kind.CHATTER for judged in run)
        self.rank = _column(judged.rank for judged in run)
        self.right = _column(judged.is_right for judged in run)
        self.reciprocal_rank = _column(judged.reciprocal_rank for judged in run)
        self.marked = _column(judged.highlight is not None for judged in run)
        self.marked_right = _column(judged.highlight is True for judged in run)
        self.answered = _column(judged.answered for judged in run)
        self.gain = _column(judged.gain for judged in run)
        self.confidence = _column(judged.confidence for judged in run)
        self.elapsed_ms = _column(judged.elapsed_ms for judged in run)


def precision_at_1(run: Columns, weights: Floats) -> Floats:
    """P@1: the share of answerable queries whose first passage is a hit, answered or not."""
    return _share(run.right * run.answerable, run.answerable, weights)


def recall_at_5(run: Columns, weights: Floats) -> Floats:
    """R@5: the share of answerable queries with a hit among the first five.

    One hit is all that a query needs, so recall is 0 or 1; ir_measures calls it Success@5, too.
    """
    return _share((run.rank > 0) * (run.rank <= 5) * run.answerable, run.answerable, weights)


def mrr(run: Columns, weights: Floats) -> Floats:
    """MRR@10: the mean of 1 / rank of the first hit, 0 without (RR@10; Kantor and Voorhees 2000)."""
    return _share(run.reciprocal_rank * run.answerable, run.answerable, weights)


def ndcg(run: Columns, weights: Floats) -> Floats:
    """nDCG@10: the mean of 1 / log2(1 + rank) of the first hit, 0 without.

    The formula of Järvelin and Kekäläinen (2002) for a gain of 1 at the first hit and none after:
    all that the qrels of a query accept answers it alike, so the best ranking has a DCG of 1.
    """
    gain = np.where(run.rank > 0, 1 / np.log2(1 + np.maximum(run.rank, 1)), 0)
    return _share(gain * run.answerable, run.answerable, weights)


def highlight(run: Columns, weights: Floats) -> Floats:
    """The share of rightly ranked answerable queries whose highlight is right, where a snippet tells."""
    return _share(run.marked_right * run.answerable, run.marked * run.answerable, weights)


def answered(run: Columns, weights: Floats) -> Floats:
    """The share of answerable queries that were answered, rightly or not."""
    return _share(run.answered * run.answerable, run.answerable, weights)


def precision(run: Columns, weights: Floats) -> Floats:
    """The share of answers, to queries of any kind, whose first passage is a hit."""
    return _share(run.right * run.answered, run.answered, weights)


def silent(run: Columns, weights: Floats) -> Floats:
    """The share of chatter that was not answered."""
    return _share((1 - run.answered) * run.chatter, run.chatter, weights)


def refused(run: Columns, weights: Floats) -> Floats:
    """The share of unanswerable queries that were not answered."""
    return _share((1 - run.answered) * run.unanswerable, run.unanswerable, weights)


def refused_at_70(run: Columns, weights: Floats) -> Floats:
    """The share of unanswerable queries refused at the highest threshold that keeps 70 % of the right.

    "Right" are answerable queries whose first passage is a hit.
    """
    order = np.argsort(-run.confidence, kind="stable")
    right, refused = (weights[:, order] * column[order] for column in _right_and_unanswerable(run))
    kept = np.cumsum(right, axis=1)
    enough = kept >= KEPT * kept[:, -1:]
    # Of equal confidences, all are answered or none.
    ends = np.append(np.diff(run.confidence[order]) != 0, True)
    at = np.argmax(enough & ends, axis=1)
    total = refused.sum(axis=1)
    answered = np.take_along_axis(np.cumsum(refused, axis=1), at[:, None], axis=1)[:, 0]
    return np.where(kept[:, -1] > 0, _ratio(total - answered, total), np.nan)


def _right_and_unanswerable(run: Columns) -> tuple[Floats, Floats]:
    return run.right * run.answerable, run.unanswerable


def crag(run: Columns, weights: Floats) -> Floats:
    """The mean of 1 for a right answer, 0 for silence, -1 for a wrong answer (arXiv 2406.04744)."""
    return _share(run.gain, np.ones_like(run.gain), weights)


def auroc(run: Columns, weights: Floats) -> Floats:
    """The chance that a right first passage has more confidence than a wrong one; ties count half.

    The Mann-Whitney statistic (Hanley and McNeil 1982). Silence that was due, as for chatter, counts
    among the wrong first passages.
    """
    right, wrong = _by_confidence(run, weights)
    below = np.cumsum(wrong, axis=1) - wrong
    return _ratio((right * (below + wrong / 2)).sum(axis=1), right.sum(axis=1) * wrong.sum(axis=1))


def ece(run: Columns, weights: Floats) -> Floats:
    """Expected calibration error: how far confidence is from the share that is right, on average.

    The sum over ten equally wide bins of (bin's share of the queries) * |share right - mean
    confidence| (Naeini et al. 2015, Guo et al. 2017). A query without passages has confidence 0.
    """
    bins = np.eye(BINS)[_bin(run.confidence)]
    error = np.abs(weights @ (bins * (run.right - run.confidence)[:, None]))
    return _ratio(error.sum(axis=1), weights.sum(axis=1))


def coverage_at_95(run: Columns, weights: Floats) -> Floats:
    """The largest share of answerable queries answered rightly at a precision of 0.95 or more.

    Over all thresholds of confidence (selective prediction: El-Yaniv and Wiener 2010); 0 if none does.
    """
    right, wrong = (counts[:, ::-1].cumsum(axis=1) for counts in _by_confidence(run, weights))
    precise = _ratio(right, right + wrong) >= PRECISION
    return _ratio(np.where(precise, right, 0).max(axis=1), weights @ run.answerable)


def ms_p50(run: Columns, weights: Floats) -> Floats:
    """The median time of a query in milliseconds (of an even number, the upper of the middle two)."""
    return _quantile(run.elapsed_ms, 0.5, weights)


def ms_p99(run: Columns, weights: Floats) -> Floats:
    """The time in milliseconds that one query in a hundred exceeds or reaches."""
    return _quantile(run.elapsed_ms, 0.99, weights)


MEASURES: dict[str, Callable[[Columns, Floats], Floats]] = {
    "P@1": precision_at_1,
    "R@5": recall_at_5,
    "MRR@10": mrr,
    "nDCG@10": ndcg,
    "highlight": highlight,
    "answered": answered,
    "precision": precision,
    "silent": silent,
    "refused": refused,
    "refused@70": refused_at_70,
    "crag": crag,
    "auroc": auroc,
    "ece": ece,
    "cov@95": coverage_at_95,
    "ms_p50": ms_p50,
    "ms_p99": ms_p99,
}

LESS_IS_BETTER = frozenset({"ece", "ms_p50", "ms_p99"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measure and the bounds of its 95 % confidence interval."""

    value: float
    low: float
    high: float


def measure(run: Sequence[Judgement], *, seed: int = 0) -> dict[str, Estimate | None]:
    """Return every measure by name; None where there is nothing to measure, such as no chatter.

    Intervals are percentiles over a thousand runs drawn from the queries with replacement (the
    bootstrap: Efron 1979), always the same ones for the same ``seed``. ``run`` must not be empty.
    """
    count = len(run)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    weights = np.vstack([np.ones(count), drawn])
    columns = Columns(run)
    return {name: _estimate(function(columns, weights)) for name, function in MEASURES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bar of a reliability diagram: confidences from ``low`` up to, not including, ``low`` + 0.1.

    The last one includes 1. ``confidence`` is the mean, ``right`` the share of right first passages.
    """

    low: float
    queries: int
    confidence: float
    right: float


def reliability(run: Sequence[Judgement]) -> tuple[Bin, ...]:
    """Return the bins that the expected calibration error sums over; empty ones are left out."""
    columns = Columns(run)
    numbers = _bin(columns.confidence)
    return tuple(
        Bin(
            low=number / BINS,
            queries=int((numbers == number).sum()),
            confidence=float(columns.confidence[numbers == number].mean()),
            right=float(columns.right[numbers == number].mean()),
        )
        for number in np.unique(numbers).tolist()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """All there is to say about one run, in numbers."""

    questions: int
    measures: dict[str, Estimate | None]
    reliability: tuple[Bin, ...]


def score(run: Sequence[Judgement]) -> Score:
    """Measure a run, which must not be empty."""
    return Score(questions=len(run), measures=measure(run), reliability=reliability(run))


def by_corpus(run: Iterable[Judgement]) -> dict[str, list[Judgement]]:
    """Return the judgements of each corpus, in the order in which these come."""
    corpora: dict[str, list[Judgement]] = {}
    for judged in run:
        corpora.setdefault(judged.query.corpus, []).append(judged)
    return corpora


def _column(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float64)


def _share(counted: Floats, among: Floats, weights: Floats) -> Floats:
    return _ratio(weights @ counted, weights @ among)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """Divide; NaN where the divisor is 0."""
    ratio: Floats = np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0)
    return ratio


def _by_confidence(run: Columns, weights: Floats) -> tuple[Floats, Floats]:
    """Count right and wrong first passages by distinct confidence, ascending: (samples, confidences)."""
    order = np.argsort(run.confidence)
    starts = np.unique(run.confidence[order], return_index=True)[1]
    right = np.add.reduceat((weights * run.right)[:, order], starts, axis=1)
    return right, np.add.reduceat(weights[:, order], starts, axis=1) - right


def _bin(confidence: Floats) -> NDArray[np.int64]:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def _quantile(values: Floats, share: float, weights: Floats) -> Floats:
    order = np.argsort(values)
    passed = weights[:, order].cumsum(axis=1) > share * len(values)
    reached: Floats = values[order][passed.argmax(axis=1)]
    return reached


def _estimate(samples: Floats) -> Estimate | None:
    value, *_ = samples
    drawn = samples[1:][~np.isnan(samples[1:])]  # a draw may hold nothing to measure
    if np.isnan(value) or not len(drawn):
        return None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(value=float(value), low=float(low), high=float(high))


# Two runs side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A query that two runs did differently well."""

    before: Judgement
    after: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Where a run did better and worse than the one before; ``p`` is the sign test's."""

    won: tuple[Change, ...]
    lost: tuple[Change, ...]
    tied: int
    p: float


def compare(before: Mapping[Id, Judgement], after: Mapping[Id, Judgement]) -> Comparison:
    """Compare two runs on the queries that both have, by id.

    A right answer is better than silence and silence better than a wrong answer; where that is
    equal, the run whose first hit stands higher is better.
    """
    pairs = [Change(before=before[id], after=after[id]) for id in after if id in before]
    won = tuple(pair for pair in pairs if _merit(pair.after) > _merit(pair.before))
    lost = tuple(pair for pair in pairs if _merit(pair.after) < _merit(pair.before))
    tied = len(pairs) - len(won) - len(lost)
    return Comparison(won=won, lost=lost, tied=tied, p=sign_test(len(won), len(lost)))


def sign_test(won: int, lost: int) -> float:
    """Return how likely so uneven a split is by chance alone, two-sided, ties left out.

    The exact binomial: min(1, 2 * P(X <= min(won, lost))), X ~ B(won + lost, 1/2) (Dixon and Mood 1946).
    """
    tail = sum(comb(won + lost, count) for count in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / (1 << (won + lost)))


def _merit(judged: Judgement) -> tuple[int, float]:
    return judged.gain, judged.reciprocal_rank
