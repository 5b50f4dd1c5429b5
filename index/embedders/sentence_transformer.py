"""Embed with sentence-transformers; by default with all-MiniLM-L6-v2 from its PyPI package."""

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from index.embedders.batches import BATCH, batches, embedding
from index.embedders.openvino_model import Card, convert
from index.embedders.packaged import PACKAGED_MODEL, checked_folder
from index.embedders.together import Together
from index.errors import EmbedderUnavailable
from index.huggingface import quiet, reason_and_cure
from index.languages import covered_by
from index.ports import Embedding
from index.tokens import unit


class SentenceTransformerEmbedder:
    """One sentence-transformers model with its prompts. Safe to call from several threads.

    ``model`` is PACKAGED_MODEL, a folder, or a name that sentence-transformers can resolve;
    ``device`` is one of torch's, None for the quickest that there is.
    """

    def __init__(
        self,
        model: str = PACKAGED_MODEL,
        *,
        query_prompt: str = "",
        passage_prompt: str = "",
        device: str | None = "cpu",
    ) -> None:
        """Load the model. Raises EmbedderUnavailable."""
        self._name = model
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._model = _load(model, device)
        if not getattr(self._model.tokenizer, "is_fast", False):
            raise EmbedderUnavailable(
                f"The embedding model {model!r} has a tokenizer that does not tell where its tokens stand. "
                "Choose a model with a fast tokenizer in the setting embedder.model."
            )
        self._lock = Lock()
        self._together = Together(self._embed_queries, most=BATCH)
        self._dimension = int(self._model.get_embedding_dimension())
        self._id = _fingerprint(model, self._model, query_prompt, passage_prompt)

    @property
    def id(self) -> str:
        """Name, dimension and a hash over weights and prompts."""
        return self._id

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def languages(self) -> frozenset[str]:
        """What the model was trained on, as far as its name tells; empty for all languages."""
        return covered_by(self._name)

    @property
    def window(self) -> int:
        """Tokens of a passage that the model sees: its limit, less special tokens and prompt."""
        limit = int(self._model.max_seq_length)
        special = int(self._model.tokenizer.num_special_tokens_to_add())
        return limit - special - self.count_tokens([self._passage_prompt])[0]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens not counted."""
        if not texts:
            return []
        with self._lock:  # a fast tokenizer panics when two threads set its truncation at once
            encoded = self._model.tokenizer(
                list(texts), add_special_tokens=False, truncation=False, verbose=False
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_query(self, query: str) -> Embedding:
        """Embed what is searched."""
        return self._together(query)

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed what is found, in the order of the texts."""
        embedded: dict[int, Embedding] = {}
        for batch in batches([len(text) for text in texts]):
            own = self._embed([texts[i] for i in batch], self._passage_prompt, half=True)
            embedded.update(zip(batch, own, strict=True))
        return [embedded[i] for i in range(len(texts))]

    def embed_exactly(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed passages in full precision, one at a time: what others are compared to."""
        return [self._embed([text], self._passage_prompt, half=False)[0] for text in texts]

    @property
    def is_accelerated(self) -> bool:
        """Whether something quicker than the processor computes the model."""
        return str(self._model.device.type) != "cpu"

    def convert(self, folder: Path) -> None:
        """Write into a folder what OpenVinoEmbedder loads. Raises EmbedderUnavailable."""
        tokenizer, features = self._model.tokenizer, self._model.preprocess(["Water boils.", "Tea"])
        example = {name: value for name, value in features.items() if hasattr(value, "shape")}
        card = Card(
            id=self._id,
            name=self._name,
            dimension=self._dimension,
            limit=int(self._model.max_seq_length),
            special=int(tokenizer.num_special_tokens_to_add()),
            pad=int(tokenizer.pad_token_id or 0),
            inputs=tuple(example),
            query_prompt=self._query_prompt,
            passage_prompt=self._passage_prompt,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tracing warns of each number that it takes for a constant
            module = _traceable(self._model, card.inputs)
            convert(module, example, tokenizer.backend_tokenizer.to_str(), card, folder)

    def _embed_queries(self, queries: Sequence[str]) -> list[Embedding]:
        # A few short texts are embedded no faster in half precision.
        return self._embed(queries, self._query_prompt, half=False)

    def _embed(self, texts: Sequence[str], prompt: str, *, half: bool) -> list[Embedding]:
        # Not through `encode`, which keeps the places of the tokens to itself: they would have to be
        # found again, and a question spends half of its time in there.
        with self._lock, _inference(half=half and not self.is_accelerated):
            features = self._model.preprocess(
                [prompt + text for text in texts],
                processing_kwargs={"text": {"return_offsets_mapping": True}},
            )
            spans = features.pop("offset_mapping").numpy().astype(np.int32)
            features = self._model(_moved(features, self._model.device))
        seen = features["attention_mask"].bool().cpu().numpy()
        ids = features["input_ids"].cpu().numpy().astype(np.int32)
        tokens = features["token_embeddings"].float().cpu().numpy()
        vectors = unit(features["sentence_embedding"].float().cpu().numpy())
        return [
            embedding(vectors[i], tokens[i][mask], ids[i][mask], spans[i][mask], len(prompt))
            for i, mask in enumerate(seen)
        ]


def _moved(features: dict[str, Any], device: Any) -> dict[str, Any]:
    return {name: value.to(device) if hasattr(value, "to") else value for name, value in features.items()}


@contextmanager
def _inference(*, half: bool) -> Iterator[None]:
    """Compute; in bfloat16 if asked and the processor multiplies it: twice as fast, cosines above 0.999."""
    import torch

    half = half and torch.cpu.get_capabilities().get("avx512_bf16", False)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        yield


def _traceable(model: Any, names: Sequence[str]) -> Any:
    """Return a module that takes features one by one, and returns the vectors of tokens and of the whole."""
    import torch

    class Traceable(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *values: Any) -> Any:
            features = self.model(dict(zip(names, values, strict=True)))
            return features["token_embeddings"], features["sentence_embedding"]

    return Traceable()


def _load(model: str, device: str | None) -> Any:
    folder = checked_folder() if model == PACKAGED_MODEL else model
    try:
        quiet()
        # Imported here because it pulls in torch: seconds that no command without a model should pay.
        from sentence_transformers import SentenceTransformer

        # Out of training mode, in which a model may drop some of its own numbers at random.
        return SentenceTransformer(str(folder), device=device).eval()
    except Exception as error:
        # The library raises whatever its hub client, torch or tokenizer raise; none has a common base.
        reason, cure = reason_and_cure(error)
        raise EmbedderUnavailable(
            f"The embedding model {model!r} could not be loaded ({reason}). Check the setting "
            f"embedder.model: it takes {PACKAGED_MODEL!r}, a folder, or a model that can be downloaded.{cure}"
        ) from error


def _fingerprint(name: str, model: Any, query_prompt: str, passage_prompt: str) -> str:
    digest = hashlib.sha256(f"{query_prompt}\0{passage_prompt}\0{model.max_seq_length}".encode())
    for key, weight in sorted(model.state_dict().items()):
        digest.update(key.encode())
        # Weights may be in a type that numpy lacks (bfloat16); their bytes are all that counts.
        digest.update(weight.detach().cpu().contiguous().flatten().view(_bytes_type()).numpy().tobytes())
    return f"{Path(name).name}-{model.get_embedding_dimension()}-{digest.hexdigest()[:12]}"


def _bytes_type() -> Any:
    import torch

    return torch.uint8
