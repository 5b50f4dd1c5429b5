"""Learn the weights of index/ranking.json from question sets, and show what they are worth.

    benchmarks/train_ranking.py [--cache DIR] [--write] NAME=DATA=QUESTIONS ...

Each set is a data folder that has read the set's documents, and its question file; without any,
those are taken that `make bench-quality` has left in the cache. All numbers printed are honest: for
each set the weights were learned from the others alone, then the set was asked. With --write, the
weights learned from all sets are written.

Two kinds of weights are learned. Those that rank, by the softmax over a query's candidates, with a
ridge on all but the first signal, which by itself ranks best: others count as far as they help on
every set. Those of the confidence, by two logistic regressions on the first candidate.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from bot.bootstrap import LOCAL, Application
from bot.console import out
from bot.settings import load
from index.evaluation import Columns, Floats, auroc, ece, refused, refused_at_70, silent
from index.judging import Judgement, is_hit
from index.passages import Audience, content_hash
from index.queries import Candidate, Kind, Query, read_queries
from index.ranking import ANSWERABLE, CUES, RIGHT, SIGNALS, Numbers, chosen, cues, standardised
from index.searcher import Ranking

LATE_INTERACTION = ("tokens", "rare tokens")

ABLATIONS: dict[str, tuple[str, ...]] = {
    "all signals": SIGNALS,
    **{f"without {left_out}": tuple(name for name in SIGNALS if name != left_out) for left_out in SIGNALS},
    "without late interaction": tuple(name for name in SIGNALS if name not in LATE_INTERACTION),
    **{f"{name} alone": (name,) for name in ("tokens", "words", "sentence")},
}
"""The signals that each line of the table ranks by."""

FUSION_RIDGE = 0.06
CONFIDENCE_RIDGE = 0.01
FREE_RIDGE = 1e-5
THRESHOLD = 0.3
FOREIGN_STEP = 3
"""Of the questions that other sets answer, every third is put to a set that has none without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, its candidates, and which of them are right."""

    query: Query
    ranking: Ranking
    right: Numbers
    chats: float
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What ranking.json holds."""

    fusion: Numbers
    answerable: tuple[float, Numbers]
    right: tuple[float, Numbers]

    def confidence(self, rows: Numbers) -> Numbers:
        """Return the probability that each row's candidate answers."""
        product = np.ones(len(rows))
        for names, (intercept, weights) in ((ANSWERABLE, self.answerable), (RIGHT, self.right)):
            product *= _sigmoid(intercept + chosen(rows, names) @ weights)
        return product


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", metavar="NAME=DATA=QUESTIONS")
    parser.add_argument("--cache", type=Path, default=Path(".quoth-bench"))
    parser.add_argument("--write", action="store_true", help="write index/ranking.json")
    options = parser.parse_args(arguments)
    sets = _ask_all(options.sets or _cached(options.cache))
    if len(sets) < 2:
        raise SystemExit("What is learned from one set is tried on another: run `make bench-quality` first.")
    for name, kept in ABLATIONS.items():
        _print_line(name, sets, kept)
    _print_ranked("passage vectors alone", {name: _by_similarity(asked) for name, asked in sets.items()})
    _print_confidence(sets)
    model = learn(list(sets.values()))
    if options.write:
        path = Path(str(files("index") / "ranking.json"))
        record = _record(model, Application(load()).embedder().id)
        path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        out.print(f"Written: {path}", markup=False, soft_wrap=True)


def learn(sets: Sequence[Sequence[Asked]]) -> Model:
    """Learn from some sets, each weighing as much as its size's square root."""
    fusion = _learn_fusion(sets)
    rows, answerable, right, weights = [], [], [], []
    for asked in sets:
        for one in asked:
            rows.append(_first(one, fusion))
            answerable.append(one.query.kind is Kind.ANSWERABLE)
            right.append(_is_right(one, fusion))
            weights.append(len(asked) ** -0.5)
    x, y = np.array(rows), np.array(answerable, float)
    w, z = np.array(weights), np.array(right, float)
    among = y == 1
    return Model(
        fusion=fusion,
        answerable=_logistic(chosen(x, ANSWERABLE), y, w),
        right=_logistic(chosen(x[among], RIGHT), z[among], w[among]),
    )


def _others(sets: dict[str, list[Asked]], held_out: str) -> list[list[Asked]]:
    """Return all sets but one, without what was borrowed from that one or lent to it."""
    known = {one.query.text for one in sets[held_out]}
    return [
        [one for one in asked if one.query.text not in known]
        for name, asked in sets.items()
        if name != held_out
    ]


# Ranking


def _learn_fusion(sets: Sequence[Sequence[Asked]], kept: tuple[str, ...] = SIGNALS) -> Numbers:
    columns, right, starts, weights = [], [], [0], []
    for asked in sets:
        useful = [one for one in asked if one.right.any()]
        for one in useful:
            columns.append(_columns(one, kept))
            right.append(one.right)
            starts.append(starts[-1] + len(one.right))
            weights.append(len(useful) ** -0.5)
    x, y, at = np.concatenate(columns), np.concatenate(right), np.array(starts[:-1])
    owner = np.repeat(np.arange(len(at)), np.diff(starts))
    w = np.array(weights) / sum(weights)
    ridge = np.full(len(SIGNALS), FUSION_RIDGE)
    ridge[SIGNALS.index("tokens")] = FREE_RIDGE

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        scores = x @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, at)[owner])
        of_all, of_right = np.add.reduceat(powers, at), np.add.reduceat(powers * y, at)
        gradient = (powers / of_all[owner] - powers * y / of_right[owner]) * w[owner]
        penalty = float((ridge * weights**2).sum())
        return float(w @ (np.log(of_all) - np.log(of_right))) + penalty, x.T @ gradient + 2 * ridge * weights

    return np.asarray(minimize(loss, np.zeros(len(SIGNALS)), jac=True, method="L-BFGS-B").x)


def _columns(one: Asked, kept: tuple[str, ...] = SIGNALS) -> Numbers:
    return standardised(one.ranking.evidence.signals) * [name in kept for name in SIGNALS]


def _order(one: Asked, fusion: Numbers) -> Numbers:
    return np.argsort(-(_columns(one) @ fusion), kind="stable")


def _is_right(one: Asked, fusion: Numbers) -> bool:
    return bool(one.right[_order(one, fusion)[0]])


def _print_line(name: str, sets: dict[str, list[Asked]], kept: tuple[str, ...]) -> None:
    ranked = {}
    for held_out, asked in sets.items():
        fusion = _learn_fusion(_others(sets, held_out), kept)
        ranked[held_out] = [one.right[_order(one, fusion)] for one in _answerable(asked)]
    _print_ranked(name, ranked)


def _answerable(asked: list[Asked]) -> list[Asked]:
    return [one for one in asked if one.query.kind is Kind.ANSWERABLE]


def _by_similarity(asked: list[Asked]) -> list[Numbers]:
    return [one.right[np.argsort(-one.ranking.evidence.similarity)] for one in _answerable(asked)]


def _print_ranked(name: str, sets: dict[str, list[Numbers]]) -> None:
    cells = []
    for held_out, ranked in sets.items():
        first = np.mean([right[0] for right in ranked])
        cells.append(f"{held_out} {first:.3f} / {np.mean([right[:5].any() for right in ranked]):.3f}")
    out.print(f"{name:22} P@1 / R@5: {', '.join(cells)}", markup=False, soft_wrap=True)


# Confidence


def _first(one: Asked, fusion: Numbers) -> Numbers:
    scores = _columns(one) @ fusion
    rows = cues(one.ranking.query, one.ranking.evidence, scores, chats=one.chats, size=one.size)
    return np.asarray(rows[int(np.argmax(scores))])


def _logistic(x: Numbers, y: Numbers, w: Numbers) -> tuple[float, Numbers]:
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    columns = np.column_stack((np.ones(len(x)), (x - mean) / spread))
    w = w / w.sum()
    ridge = np.full(columns.shape[1], CONFIDENCE_RIDGE)
    ridge[0] = 0

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        p = np.clip(_sigmoid(columns @ weights), 1e-12, 1 - 1e-12)
        likelihood = float(w @ (y * np.log(p) + (1 - y) * np.log(1 - p)))
        penalty = float((ridge * weights**2).sum())
        return penalty - likelihood, columns.T @ (w * (p - y)) + 2 * ridge * weights

    found = minimize(loss, np.zeros(columns.shape[1]), jac=True, method="L-BFGS-B").x
    weights = found[1:] / spread
    return float(found[0] - weights @ mean), weights


def _sigmoid(x: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-x)))


def _print_confidence(sets: dict[str, list[Asked]]) -> None:
    pooled: list[Judgement] = []
    for held_out, asked in sets.items():
        model = learn(_others(sets, held_out))
        sure = model.confidence(np.array([_first(one, model.fusion) for one in asked]))
        run = [_judged(one, model, float(p)) for one, p in zip(asked, sure, strict=True)]
        pooled += run
        right = [judged for judged in run if judged.is_right]
        kept = sum(judged.answered for judged in right) / max(len(right), 1)
        shares = [f"right ones answered {kept:.3f}"]
        for kind, what, measured in (
            (Kind.CHATTER, "chatter left alone", silent),
            (Kind.UNANSWERABLE, "unanswerable left alone", refused),
            (Kind.UNANSWERABLE, "where 70 % of the right are answered", refused_at_70),
        ):
            if any(judged.query.kind is kind for judged in run):
                shares.append(f"{what} {_measured(measured, run):.3f}")
        out.print(f"{held_out:22} {_calibration(run)}, {', '.join(shares)}", markup=False, soft_wrap=True)
    out.print(f"{'all':22} {_calibration(pooled)}", markup=False, soft_wrap=True)


def _judged(one: Asked, model: Model, confidence: float) -> Judgement:
    return Judgement(
        query=one.query,
        rank=int(_is_right(one, model.fusion)),
        highlight=None,
        answered=confidence >= THRESHOLD,
        confidence=confidence,
        elapsed_ms=0.0,
    )


def _calibration(run: Sequence[Judgement]) -> str:
    return f"AUROC {_measured(auroc, run):.3f}, ECE {_measured(ece, run):.3f}"


def _measured(measure: Callable[[Columns, Floats], Floats], run: Sequence[Judgement]) -> float:
    return float(measure(Columns(run), np.ones((1, len(run))))[0])


# Files


def _cached(cache: Path) -> list[str]:
    from benchmarks.quality import SETS, SHARED

    return [
        f"{name}={cache / name / 'data'}={SETS[name](cache / name)[1]}"
        for name in SETS
        if (cache / name / "data").is_dir() and (name == "seeds" or SHARED.is_dir())
    ]


def _ask_all(texts: Sequence[str]) -> dict[str, list[Asked]]:
    named = [text.split("=") for text in texts]
    if any(len(parts) != 3 for parts in named):
        raise SystemExit("Name each set as NAME=DATA=QUESTIONS, with no other equals sign in it.")
    queries = {name: read_queries(Path(questions)) for name, _, questions in named}
    sets = {}
    for name, data, _ in named:
        application = Application(load(data=Path(data)))
        size = sum(source.passages for source in application.catalog.sources(LOCAL))
        asked = [*queries[name], *_foreign(name, queries)]
        sets[name] = [_ask(application, query, size) for query in asked]
    return sets


def _foreign(name: str, queries: dict[str, list[Query]]) -> list[Query]:
    """Return what a set without such questions of its own does not answer: others' chatter and questions.

    No two sets borrow the same one.
    """
    if any(query.kind is not Kind.ANSWERABLE for query in queries[name]):
        return []
    borrowers = [each for each in queries if all(query.kind is Kind.ANSWERABLE for query in queries[each])]
    own = {query.text for query in queries[name]}
    others = {query.text: query for theirs in queries.values() for query in theirs if query.text not in own}
    mine = [q for q in others.values() if _lot(q.text, len(borrowers)) == borrowers.index(name)]
    chatter = [query for query in mine if query.kind is Kind.CHATTER]
    elsewhere = [query for query in mine if query.kind is Kind.ANSWERABLE][::FOREIGN_STEP]
    return [*chatter, *(replace(query, kind=Kind.UNANSWERABLE, qrels=()) for query in elsewhere)]


def _lot(text: str, lots: int) -> int:
    """Return a number below ``lots``, always the same for the same text."""
    return int(content_hash(text)[:8], 16) % lots


def _ask(application: Application, query: Query, size: int) -> Asked:
    audience = Audience(workspace=LOCAL)
    ranking = application.searcher.rank(query.text, k=10, audience=audience)
    if ranking is None:
        raise SystemExit(f"{application.data} has read nothing. Run `make bench-quality` first.")
    ids = [row.id for row in ranking.evidence.rows]
    passages = application.catalog.passages(ids, audience)
    right = [is_hit(Candidate(text=passages[id].text, uri=passages[id].uri), query.qrels) for id in ids]
    chats = float(ranking.cues[0, CUES.index("chats")])
    return Asked(query=query, ranking=ranking, right=np.array(right, float), chats=chats, size=size)


def _record(model: Model, embedder: str) -> dict[str, object]:
    return {
        "embedder": embedder,
        "fusion": {"weights": _named(SIGNALS, model.fusion)},
        "answerable": {
            "intercept": round(model.answerable[0], 3),
            "weights": _named(ANSWERABLE, model.answerable[1]),
        },
        "right": {"intercept": round(model.right[0], 3), "weights": _named(RIGHT, model.right[1])},
    }


def _named(names: Sequence[str], weights: Numbers) -> dict[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


if __name__ == "__main__":
    main()
