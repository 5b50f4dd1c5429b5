"""Embed with OpenVINO and tokenizers alone: what sentence-transformers loads, converted once.

Torch takes seconds to import and computes half as fast; it is needed for the conversion only.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.embedders.batches import BATCH, batches, embedding
from index.embedders.together import Together
from index.errors import EmbedderUnavailable
from index.languages import covered_by
from index.ports import Embedding, Vectors
from index.tokens import unit

GRAPH = "model.xml"
TOKENIZER = "tokenizer.json"
CARD = "model.json"

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What has to be known of a converted model beside its graph and its tokenizer.

    ``limit`` is how many tokens it sees, special ones and prompt counted; ``inputs`` are the names
    of what it is given, in its own order; ``pad`` is the token that fills up shorter texts.
    """

    id: str
    name: str
    dimension: int
    limit: int
    special: int
    pad: int
    inputs: tuple[str, ...]
    query_prompt: str
    passage_prompt: str


class OpenVinoEmbedder:
    """One converted model. Safe to call from several threads."""

    def __init__(self, folder: Path) -> None:
        """Load what ``convert`` has written. Raises EmbedderUnavailable."""
        try:
            self._card = Card(**json.loads((folder / CARD).read_text(encoding="utf-8")))
            tokens = (folder / TOKENIZER).read_text(encoding="utf-8")
            # On a busy machine, one thread answers in half the time of two that wait for each other.
            self._quick = _Graph(folder / GRAPH, threads=1)
            self._whole, self._cut = Tokenizer.from_str(tokens), Tokenizer.from_str(tokens)
        except Exception as error:
            # OpenVINO and tokenizers raise bare RuntimeErrors and Exceptions.
            raise EmbedderUnavailable(f"The converted model in {folder} cannot be read: {error}") from error
        for tokenizer in (self._whole, self._cut):
            tokenizer.no_padding()
            tokenizer.no_truncation()
        self._cut.enable_truncation(self._card.limit)
        self._graph = folder / GRAPH
        self._together = Together(self._embed_queries, most=BATCH)

    @property
    def id(self) -> str:
        """The id that the model had before it was converted: its vectors are the same but for rounding."""
        return self._card.id

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._card.dimension

    @property
    def languages(self) -> frozenset[str]:
        """What the model was trained on, as far as its name tells; empty for all languages."""
        return covered_by(self._card.name)

    @property
    def window(self) -> int:
        """Tokens of a passage that the model sees: its limit, less special tokens and prompt."""
        return self._card.limit - self._card.special - self.count_tokens([self._card.passage_prompt])[0]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens not counted."""
        return [len(self._whole.encode(text, add_special_tokens=False).ids) for text in texts]

    def embed_query(self, query: str) -> Embedding:
        """Embed what is searched."""
        return self._together(self._cut.encode(self._card.query_prompt + query))

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed what is found, in the order of the texts."""
        prompt = self._card.passage_prompt
        encoded = [self._cut.encode(prompt + text) for text in texts]
        embedded: dict[int, Embedding] = {}
        for batch in batches([len(one.ids) for one in encoded]):
            own = self._embed([encoded[i] for i in batch], len(prompt), self._thorough)
            embedded.update(zip(batch, own, strict=True))
        return [embedded[i] for i in range(len(texts))]

    def _embed_queries(self, encoded: Sequence[Encoding]) -> list[Embedding]:
        return self._embed(encoded, len(self._card.query_prompt), self._quick)

    @cached_property
    def _thorough(self) -> "_Graph":
        """What computes passages, of its own: questions do not wait for those of a sync."""
        return _Graph(self._graph, threads=0)

    def _embed(self, encoded: Sequence[Encoding], prefix: int, graph: "_Graph") -> list[Embedding]:
        rows = _rows(encoded, self._card.pad)
        tokens, vectors = graph([rows[name] for name in self._card.inputs])
        return [
            embedding(
                vector,
                own[: len(one.ids)],
                np.array(one.ids, np.int32),
                np.array(one.offsets, np.int32),
                prefix,
            )
            for one, own, vector in zip(encoded, tokens, unit(vectors), strict=True)
        ]


def _rows(encoded: Sequence[Encoding], pad: int) -> dict[str, Rows]:
    """Return what a model may ask for, by name, shorter texts filled up."""
    longest = max(len(one.ids) for one in encoded)

    def filled(lists: list[list[int]], filling: int) -> Rows:
        return np.array([own + [filling] * (longest - len(own)) for own in lists], np.int64)

    return {
        "input_ids": filled([one.ids for one in encoded], pad),
        "token_type_ids": filled([one.type_ids for one in encoded], 0),
        "attention_mask": filled([one.attention_mask for one in encoded], 0),
    }


def convert(module: Any, example: dict[str, Any], tokenizer: str, card: Card, folder: Path) -> None:
    """Write what OpenVinoEmbedder loads into a folder.

    ``module`` is a torch module that takes the values of ``example`` in their order, and returns the
    vectors of tokens and of whole texts. Raises EmbedderUnavailable.
    """
    openvino = _openvino()
    try:
        graph = openvino.convert_model(module, example_input=tuple(example.values()))
        openvino.save_model(graph, folder / GRAPH, compress_to_fp16=False)
    except Exception as error:
        # Tracing runs the model's own code, and the conversion raises errors without a common base.
        raise EmbedderUnavailable(
            f"The embedding model cannot be converted for OpenVINO ({error}). Set embedder.runtime to "
            "'auto' or 'torch'."
        ) from error
    (folder / TOKENIZER).write_text(tokenizer, encoding="utf-8")
    (folder / CARD).write_text(json.dumps(asdict(card)), encoding="utf-8")


class _Graph:
    """A graph compiled for this processor: in bfloat16 if the processor multiplies it.

    ``threads`` is how many it computes with, 0 for one on each processor.
    """

    def __init__(self, path: Path, *, threads: int) -> None:
        core = _openvino().Core()
        half = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        hints = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if half else "f32",
            "INFERENCE_NUM_THREADS": threads,
        }
        self._request = core.compile_model(str(path), "CPU", hints).create_infer_request()
        self._lock = Lock()

    def __call__(self, rows: list[Rows]) -> tuple[Vectors, Vectors]:
        """Return the vectors of tokens, of shape (n, longest, dimension), and of whole texts."""
        with self._lock:
            self._request.infer(rows)
            tokens, vectors = (self._request.get_output_tensor(at).data.copy() for at in (0, 1))
        return tokens, vectors


def _openvino() -> Any:
    # It reports its use to its makers through this package, unless that cannot be imported.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino
