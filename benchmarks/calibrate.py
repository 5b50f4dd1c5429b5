"""Fit the confidence of index.ranking to a question set, and print how well it tells.

    benchmarks/calibrate.py QUESTIONS.jsonl ANSWERS.jsonl

QUESTIONS is in the format of seeds/questions.jsonl; ANSWERS is what `quoth ask --jsonl` printed for
it, over an index of the documents that the questions are about. A question counts as answered
rightly when its first passage holds a gold snippet; unanswerable questions and chatter never are.
"""

import json
import sys
from pathlib import Path

import numpy as np

from index.embedders.sentence_transformer import SentenceTransformerEmbedder

RIDGE = 0.01
STEPS = 50


def main() -> None:
    questions, answers = (_lines(Path(name)) for name in sys.argv[1:3])
    features, right = _evidence(questions, {answer["id"]: answer for answer in answers})
    weights = _fit(features, right)
    probabilities = _probabilities(features, weights)
    print(f"questions {len(right)}, first passage right {int(right.sum())}")
    print(
        f"INTERCEPT = {weights[0]:.2f}\nPASSAGE_WEIGHT = {weights[1]:.2f}\nSENTENCE_WEIGHT = {weights[2]:.2f}"
    )
    print("threshold  answered  of those right")
    for threshold in np.arange(0.1, 1.0, 0.1):
        chosen = probabilities >= threshold
        share = right[chosen].mean() if chosen.any() else float("nan")
        print(f"{threshold:9.1f}  {int(chosen.sum()):8d}  {share:14.2f}")


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _evidence(questions: list[dict], answers: dict[str, dict]) -> tuple[np.ndarray, np.ndarray]:
    embedder = SentenceTransformerEmbedder()
    rows, right = [], []
    for question in questions:
        passages = answers[question["id"]]["passages"]
        if not passages:
            continue
        first = passages[0]
        start, end = first["highlight"]
        sentence = embedder.embed_passages([first["text"][start:end]])[0]
        rows.append([1.0, first["score"], float(sentence @ embedder.embed_query(question["question"]))])
        right.append(any(gold["snippet"] in first["text"] for gold in question.get("gold", [])))
    return np.array(rows), np.array(right, dtype=float)


def _fit(features: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Newton's method for logistic regression with a small ridge on all but the intercept."""
    weights = np.zeros(features.shape[1])
    penalty = RIDGE * np.diag([0.0, 1.0, 1.0])
    for _ in range(STEPS):
        p = _probabilities(features, weights)
        gradient = features.T @ (right - p) - penalty @ weights
        hessian = (features * (p * (1 - p))[:, None]).T @ features + penalty
        weights = weights + np.linalg.solve(hessian, gradient)
    return weights


def _probabilities(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-features @ weights))


if __name__ == "__main__":
    main()
