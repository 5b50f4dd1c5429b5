"""Rerank with any cross-encoder that sentence-transformers can load."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np

from index.errors import RerankerUnavailable
from index.huggingface import quiet, reason_and_cure
from index.ports import Numbers


class CrossEncoderReranker:
    """One cross-encoder, with one score for a query and a passage. Safe to call from several threads.

    ``model`` is a folder, or a name that sentence-transformers can resolve.
    """

    def __init__(self, model: str) -> None:
        """Load the model. Raises RerankerUnavailable."""
        self._name = model
        self._model = _load(model)
        self._lock = Lock()

    def score(self, query: str, passages: Sequence[str]) -> Numbers:
        """Return one score per passage, in their order. Raises RerankerUnavailable."""
        if not passages:
            return np.zeros(0)
        try:
            with self._lock:  # a fast tokenizer panics when two threads set its truncation at once
                scores = self._model.predict(
                    [(query, passage) for passage in passages], show_progress_bar=False
                )
        except Exception as error:
            # What a model of any kind raises here has no common base, as when it is loaded.
            raise _unavailable(self._name, "used", error) from error
        return np.asarray(scores, np.float64)


def _load(name: str) -> Any:
    try:
        quiet()
        # Imported here because it pulls in torch: seconds that no command without a model should pay.
        from sentence_transformers import CrossEncoder
        from torch.nn import Identity

        # Scores as they are: squeezed into 0 to 1, those of good passages could not be told apart.
        model = CrossEncoder(name, device="cpu", activation_fn=Identity())
    except Exception as error:
        # The library raises whatever its hub client, torch or tokenizer raise; none has a common base.
        raise _unavailable(name, "loaded", error) from error
    if fault := _fault(model):
        raise _unavailable(name, "used", ValueError(fault))
    return model


def _fault(model: Any) -> str:
    """Return why a loaded model cannot put passages in order; empty if it can."""
    # An embedding model is loaded without complaint, with random weights where the score is made.
    if any(kind.endswith("Model") and "Head" not in kind for kind in model.config.architectures or ()):
        return "it is an embedding model"
    return "" if model.num_labels == 1 else f"it gives {model.num_labels} scores, not one"


def _unavailable(name: str, done: str, error: Exception) -> RerankerUnavailable:
    reason, cure = reason_and_cure(error)
    return RerankerUnavailable(
        f"The cross-encoder {name!r} could not be {done} ({reason}). Check the setting answers.rerank: "
        f"it takes 'off', 'tokens', or a cross-encoder: a folder, or a model that can be downloaded.{cure}"
    )
