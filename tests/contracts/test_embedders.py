"""What every embedder promises, run against the fake and against the real model."""

import numpy as np
import pytest

from index.embedders.sentence_transformer import SentenceTransformerEmbedder
from index.errors import EmbedderUnavailable
from index.ports import Embedder
from index.testing import HashingEmbedder

TEXTS = ["Water boils at a hundred degrees.", "The cat sleeps on the warm roof.", "Water boils."]


@pytest.fixture(scope="module", params=["hashing", pytest.param("packaged", marks=pytest.mark.model)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return HashingEmbedder() if request.param == "hashing" else SentenceTransformerEmbedder()


def test_vectors_have_one_row_per_text_and_unit_length(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(TEXTS)
    assert (len(TEXTS), embedder.dimension) == vectors.shape
    assert np.float32 == vectors.dtype
    np.testing.assert_allclose(1.0, np.linalg.norm(vectors, axis=1), rtol=1e-5)


def test_a_query_is_one_vector(embedder: Embedder) -> None:
    assert (embedder.dimension,) == embedder.embed_query("boiling water").shape


def test_no_texts_make_no_vectors(embedder: Embedder) -> None:
    assert (0, embedder.dimension) == embedder.embed_passages([]).shape
    assert [] == embedder.count_tokens([])


def test_a_text_is_closer_to_its_subject_than_to_another(embedder: Embedder) -> None:
    scores = embedder.embed_passages(TEXTS) @ embedder.embed_query("when water boils")
    assert 1 == int(np.argmin(scores))


def test_a_longer_text_has_more_tokens(embedder: Embedder) -> None:
    short, long = embedder.count_tokens(["one two", "one two three four"])
    assert 0 < short < long


@pytest.mark.model
def test_an_unknown_model_is_named_with_what_to_do() -> None:
    with pytest.raises(EmbedderUnavailable, match=r"no/such-model.*embedder\.model"):
        SentenceTransformerEmbedder("no/such-model")


@pytest.mark.model
def test_offline_a_model_that_is_missing_is_said_to_need_downloading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EmbedderUnavailable) as caught:
        SentenceTransformerEmbedder("no/such-model")
    said = str(caught.value)
    assert "'no/such-model' could not be loaded (it is not on this machine, and downloading is off)." in said
    assert "HF_HUB_OFFLINE=0 in the environment lets it be downloaded." in said
    assert "connect" not in said


@pytest.mark.model
def test_online_a_download_that_fails_is_not_blamed_on_being_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **named: object) -> None:
        raise OSError("The hub is down.\nTry again.") from FileNotFoundError()

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", fail)
    with pytest.raises(EmbedderUnavailable) as caught:
        SentenceTransformerEmbedder("no/such-model")
    assert "could not be loaded (The hub is down.)." in str(caught.value)
    assert "HF_HUB_OFFLINE" not in str(caught.value)


@pytest.mark.model
def test_prompts_change_the_identity_and_the_vectors() -> None:
    plain = SentenceTransformerEmbedder()
    prompted = SentenceTransformerEmbedder(query_prompt="query: ", passage_prompt="passage: ")
    assert plain.id != prompted.id
    assert prompted.window < plain.window
    assert float(plain.embed_query("tea") @ prompted.embed_query("tea")) < 0.999
