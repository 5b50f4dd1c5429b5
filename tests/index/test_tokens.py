"""Token vectors made small stay what they were, nearly."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

from index.passages import Sentence, SentenceKind
from index.ports import Embedding
from index.testing import HashingEmbedder
from index.tokens import DIMENSION, HEADING, LENGTH, Projection, pack, token_ids, unpack

EMBEDDER = HashingEmbedder(dimension=200)
HEAD, TEXT = "Tea\n", "Boil water. Pour it."
SENTENCES = (Sentence(start=0, end=11), Sentence(start=12, end=20, kind=SentenceKind.CODE))


@pytest.fixture(scope="module")
def projection() -> Projection:
    return Projection.fit(EMBEDDER)


def embedded(text: str = HEAD + TEXT) -> Embedding:
    [embedding] = EMBEDDER.embed_passages([text])
    return embedding


def packed(projection: Projection) -> bytes:
    return pack(embedded(), projection, prefix=len(HEAD), sentences=SENTENCES)


def test_the_projection_depends_on_the_embedder_alone(projection: Projection) -> None:
    assert (200, DIMENSION) == projection.matrix.shape
    np.testing.assert_array_equal(projection.matrix, Projection.fit(EMBEDDER).matrix)


def test_an_embedder_of_few_dimensions_keeps_them_all() -> None:
    small = HashingEmbedder(dimension=30)
    vectors = small.embed_query("Boil water and pour it").tokens
    projected = Projection.fit(small)(vectors)
    assert_allclose(vectors @ vectors.T, projected @ projected.T, atol=1e-5)


def test_what_is_packed_is_unpacked_nearly_as_it_was(projection: Projection) -> None:
    tokens = unpack([packed(projection)])
    exact = projection(embedded().tokens)
    alike = (tokens.vectors * exact).sum(axis=1) / np.linalg.norm(tokens.vectors, axis=1)
    assert alike.min() > 0.97
    assert_allclose(1, np.linalg.norm(tokens.vectors, axis=1), atol=0.06)


def test_tokens_know_their_sentence_and_their_passage(projection: Projection) -> None:
    blob = packed(projection)
    tokens = unpack([blob, blob])
    assert [HEADING, 0, 0, 1, 1] * 2 == tokens.sentences.tolist()
    assert [0, 5, 10] == tokens.starts.tolist()
    assert [0, 1, 3, 5, 6, 8] == tokens.runs.tolist()
    assert [0.5, 0.5] == tokens.code.tolist()
    assert embedded().ids.tolist() == token_ids(blob).tolist()


def test_a_query_is_compared_with_tokens_as_they_are_packed(projection: Projection) -> None:
    tokens = unpack([packed(projection)])
    queries = projection(EMBEDDER.embed_query("pour boiling water").tokens)
    assert_allclose(queries @ tokens.vectors.T, tokens.similarity(queries), atol=1e-5)


def test_the_lengths_of_runs_are_kept_and_made_anew_where_they_are_not(projection: Projection) -> None:
    blob = packed(projection)
    kept = unpack([blob])
    sums = [each.sum(axis=0) for each in np.split(kept.vectors, kept.runs[1:])]
    assert_allclose(np.linalg.norm(sums, axis=1), kept.lengths, rtol=1e-5)
    before = blob[: -len(kept.runs) * LENGTH.itemsize]
    assert_allclose(np.tile(kept.lengths, 2), unpack([before, blob]).lengths, rtol=1e-5)


def test_a_packed_token_takes_half_a_byte_a_dimension(projection: Projection) -> None:
    assert len(packed(projection)) < len(embedded().ids) * (DIMENSION // 2 + 8) + 3 * LENGTH.itemsize + 8


def test_a_text_of_which_the_embedder_sees_nothing_is_like_no_query(projection: Projection) -> None:
    nothing = Embedding(
        vector=embedded().vector,
        tokens=np.empty((0, 200), np.float32),
        ids=np.empty(0, np.int32),
        spans=np.empty((0, 2), np.int32),
    )
    tokens = unpack([pack(nothing, projection, prefix=0, sentences=SENTENCES), packed(projection)])
    assert [0, 1, 6] == tokens.starts.tolist()
    assert not tokens.vectors[0].any()


def test_numpy_leaves_other_processors_to_other_questions() -> None:
    own = [each for each in threadpool_info() if "numpy" in each["filepath"]]  # SciPy brings another one
    assert {1} == {each["num_threads"] for each in own} or not own  # macOS has one of its own


def test_an_odd_number_of_dimensions_is_cut_to_an_even_one() -> None:
    odd = HashingEmbedder(dimension=63)
    projection = Projection.fit(odd)
    [passage] = odd.embed_passages(["Boil water."])
    tokens = unpack([pack(passage, projection, prefix=0, sentences=SENTENCES[:1])])
    assert projection(odd.embed_query("water").tokens).shape[1] == tokens.vectors.shape[1] == 62
