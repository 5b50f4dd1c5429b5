"""Answers as JSON, one object a line: how programs ask."""

import json
import time
from typing import Any

from bot.answering import LONGEST_QUESTION, Outcome, link, objection
from bot.bootstrap import LOCAL, Application
from index.passages import Audience, Hit

EVERYTHING = Audience(workspace=LOCAL)


def found(application: Application, question: str, k: int, audience: Audience = EVERYTHING) -> dict[str, Any]:
    """Return what is found for a question, as a JSON object with up to ``k`` passages, best first.

    A passage's ``uri`` names its document, and its ``link`` leads to the very place, as on a card;
    it is empty for what has no address on the web. ``audience`` says where to search. Raises
    TypeError when the question is no text, and IndexFailure.
    """
    if not isinstance(question, str):
        raise TypeError
    started = time.perf_counter()
    # Passages are wanted even for what nobody may ask; it is not answered for that.
    query = question.encode("utf-8", "replace").decode()[:LONGEST_QUESTION].strip()
    hits = application.searcher.search(query, k=k, audience=audience) if query else []
    confidence = hits[0].confidence if hits else 0.0
    outcome = application.policy.outcome(confidence) if hits and not objection(question) else Outcome.NOTHING
    return {
        "answered": outcome is Outcome.ANSWER,
        "outcome": outcome.value,
        "confidence": confidence,
        "elapsed_ms": (time.perf_counter() - started) * 1000,
        "passages": [_passage(hit) for hit in hits],
    }


def encoded(answer: dict[str, Any]) -> bytes:
    """Return an answer as one line."""
    # Half a surrogate pair has no UTF-8; what it is replaced with is JSON's own escape for it.
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _passage(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "text": passage.text,
        "uri": passage.url or passage.uri,
        "link": link(passage, hit.highlight),
        "title": passage.title,
        "version": passage.release,
        "heading": list(passage.heading),
        "place": passage.place,
        "score": hit.score,
        "highlight": list(hit.highlight),
    }
