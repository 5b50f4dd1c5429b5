"""How sure the index is: similarities to a calibrated probability."""

import math

# A logistic regression over two cosine similarities of all-MiniLM-L6-v2, question to passage and
# question to its best sentence; fitted by benchmarks/calibrate.py on seeds/questions.jsonl.
INTERCEPT = -5.54
PASSAGE_WEIGHT = 9.12
SENTENCE_WEIGHT = 3.24


def confidence(passage_score: float, sentence_score: float) -> float:
    """Return the probability, 0 to 1, that a passage with these cosine similarities answers."""
    evidence = INTERCEPT + PASSAGE_WEIGHT * passage_score + SENTENCE_WEIGHT * sentence_score
    return 1 / (1 + math.exp(-evidence))
