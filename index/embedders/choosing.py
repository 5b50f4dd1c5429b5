"""Which library computes a model: chosen by measurement at the first start, and remembered."""

import hashlib
import logging
import shutil
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from index.embedders.openvino_model import CARD, OpenVinoEmbedder
from index.embedders.packaged import PACKAGED_MODEL, packaged_folder
from index.errors import EmbedderUnavailable
from index.ports import Embedder

if TYPE_CHECKING:
    from index.embedders.sentence_transformer import SentenceTransformerEmbedder

log = logging.getLogger(__name__)

Runtime: TypeAlias = Literal["auto", "torch", "openvino"]

LEAST_COSINE = 0.999
"""Of every vector to the one that the model has in full precision, so that both may share an index."""

TEXTS, LINES = 16, 4
"""How many texts are compared and timed, and how many lines of the sample make one: about a passage."""

PREFERRED = "torch"
"""The file that stands for a converted model where torch was quicker."""


def open_embedder(
    model: str = PACKAGED_MODEL,
    *,
    query_prompt: str = "",
    passage_prompt: str = "",
    runtime: Runtime = "auto",
    folder: Path,
) -> Embedder:
    """Return an embedder for a model, converted if that is quicker; ``folder`` keeps what was converted.

    Raises EmbedderUnavailable.
    """
    recipe = (model, query_prompt, passage_prompt)
    place = None if runtime == "torch" else _place(recipe, runtime, folder)
    if place is not None and (place / PREFERRED).exists():
        place = None
    if place is not None and place.exists():
        try:
            return OpenVinoEmbedder(place)
        except EmbedderUnavailable:  # damaged, and soon made anew
            shutil.rmtree(place, ignore_errors=True)
    exact = _exact(recipe, device="cpu" if runtime == "openvino" else None)
    if place is None or exact.is_accelerated:
        return exact
    return _quicker(exact, place, is_free=runtime == "auto")


def _exact(recipe: tuple[str, str, str], *, device: str | None) -> "SentenceTransformerEmbedder":
    # Imported here because it pulls in torch: seconds that only a first start should pay.
    from index.embedders.sentence_transformer import SentenceTransformerEmbedder

    model, query_prompt, passage_prompt = recipe
    return SentenceTransformerEmbedder(
        model, query_prompt=query_prompt, passage_prompt=passage_prompt, device=device
    )


def _quicker(exact: "SentenceTransformerEmbedder", place: Path, *, is_free: bool) -> Embedder:
    """Convert a model to ``place`` and return it, unless it may be left and torch is quicker."""
    # A warning, so that who sits at the machine sees why nothing happens for so long.
    log.warning(
        "The embedding model is converted and timed for this machine. That takes a minute or two and is done "
        "once."
    )
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent.parent) as work:
        made = Path(work, "made")
        made.mkdir()
        try:
            converted = _converted(exact, made)
            is_quicker = not is_free or _seconds(converted) < _seconds(exact)
        except EmbedderUnavailable:
            if not is_free:
                raise
            is_quicker = False
        if not is_quicker:
            shutil.rmtree(made)
            made.mkdir()
            (made / PREFERRED).touch()
        with suppress(OSError):  # another process was there first
            made.rename(place)
    for outdated in set(place.parent.iterdir()) - {place}:
        shutil.rmtree(outdated, ignore_errors=True)
    return OpenVinoEmbedder(place) if (place / CARD).exists() else exact


def _converted(exact: "SentenceTransformerEmbedder", folder: Path) -> OpenVinoEmbedder:
    exact.convert(folder)
    converted = OpenVinoEmbedder(folder)
    for own, true in zip(converted.embed_passages(_sample()), exact.embed_exactly(_sample()), strict=True):
        is_alike = np.array_equal(own.ids, true.ids) and np.array_equal(own.spans, true.spans)
        if (
            not is_alike
            or min(own.vector @ true.vector, *(own.tokens * true.tokens).sum(axis=1)) < LEAST_COSINE
        ):
            raise EmbedderUnavailable(
                "Converted for OpenVINO, the embedding model computes other vectors. Set embedder.runtime to "
                "'auto' or 'torch'."
            )
    return converted


def _seconds(embedder: Embedder) -> float:
    def once() -> float:
        start = time.perf_counter()
        embedder.embed_passages(_sample())
        return time.perf_counter() - start

    return min(once() for _ in range(3))  # the first is slow, and others may use the machine meanwhile


def _sample() -> list[str]:
    lines = (files("index") / "sample.txt").read_text(encoding="utf-8").splitlines()
    texts = [" ".join(lines[start : start + LINES]) for start in range(0, TEXTS * LINES, LINES)]
    return [*texts, *lines[:TEXTS]]


def _place(recipe: tuple[str, str, str], runtime: Runtime, folder: Path) -> Path | None:
    """Return where the converted model belongs: elsewhere as soon as its files or the libraries change.

    None for a model that is not on this machine yet.
    """
    source = _folder(recipe[0])
    if source is None:
        return None
    made_of = [version(name) for name in ("openvino", "sentence-transformers", "transformers")]
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        found = file.stat()
        made_of.append(f"{file.relative_to(source)} {found.st_size} {found.st_mtime_ns}")
    return folder / f"{Path(recipe[0]).name}-{_digest(*recipe, runtime)}" / _digest(*made_of)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _folder(model: str) -> Path | None:
    if model == PACKAGED_MODEL:
        return packaged_folder()
    if Path(model).is_dir():
        return Path(model)
    # Imported here because most know their model by its folder, or take the packaged one.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for name in (model, f"sentence-transformers/{model}"):
        with suppress(LocalEntryNotFoundError, HFValidationError):
            return Path(snapshot_download(name, local_files_only=True))
    return None
