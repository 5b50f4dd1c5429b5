"""The setting answers.rerank, from the settings down to a real cross-encoder."""

from pathlib import Path

import pytest
from sentence_transformers import CrossEncoder

from bot import registry
from bot.bootstrap import LOCAL, Application
from bot.settings import load
from index.errors import RerankerUnavailable
from index.passages import Audience, Hit
from index.ranking import first_stage
from tests.fakes.cross_encoder import tiny_cross_encoder
from tests.fakes.embedder import HASHING

QUERY = "how long does green tea take in hot water"
HERE = Audience(workspace=LOCAL)
TEXTS = [
    "Green tea takes two minutes in water that is hot and does not boil.",
    "Black tea takes four minutes in boiling water.",
    "The kettle whistles when the water boils; take it off the stove.",
    "A green roof keeps the rain, and the cat that sleeps on it keeps dry.",
    "Hot chocolate is stirred for as long as it takes.",
]


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    folder = tmp_path / "docs"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_text(text)
    return folder


def application(docs: Path, **answers: str) -> Application:
    built = Application(load(data=docs.parent / "data", sources={"seeds": str(docs)}, answers=answers))
    built.seed(LOCAL)
    built.sync(lambda progress: None)
    return built


def search(built: Application) -> list[Hit]:
    return built.searcher.search(QUERY, k=10, audience=HERE)


def texts(built: Application) -> list[str]:
    return [hit.passage.text for hit in search(built)]


@pytest.mark.model
def test_a_cross_encoder_puts_what_was_found_in_its_order(docs: Path, tmp_path: Path) -> None:
    folder = str(tiny_cross_encoder(tmp_path / "model"))
    scores = CrossEncoder(folder, device="cpu").predict([(QUERY, text) for text in TEXTS])
    expected = [text for _, text in sorted(zip(scores.tolist(), TEXTS, strict=True), reverse=True)]
    reranked = application(docs, rerank=folder)
    assert expected == texts(reranked) != texts(application(docs))
    assert folder == reranked.checks()["reranker"]()


@pytest.mark.model
def test_the_cross_encoder_is_loaded_once_and_not_before_it_is_needed(docs: Path, tmp_path: Path) -> None:
    built = application(docs, rerank=str(tmp_path / "model"))  # which is not there yet
    assert built.searcher
    tiny_cross_encoder(tmp_path / "model")
    search(built)
    assert built.reranker() is built.reranker()


@pytest.mark.model
def test_an_unknown_cross_encoder_fails_every_question_and_names_the_setting(docs: Path) -> None:
    built = application(docs, rerank="no/such-model")
    for attempt in (lambda: search(built), built.checks()["reranker"]):
        with pytest.raises(RerankerUnavailable, match=r"'no/such-model'.*answers\.rerank"):
            attempt()


@pytest.mark.parametrize("rerank", ["off", "tokens"])
def test_without_a_cross_encoder_none_is_loaded(
    docs: Path, monkeypatch: pytest.MonkeyPatch, rerank: str
) -> None:
    monkeypatch.setattr(registry, "RERANKER", "no.such.module:Reranker")
    built = application(docs, rerank=rerank)
    assert TEXTS[0] == texts(built)[0]
    assert "reranker" not in built.checks()


def test_off_ranks_by_the_first_stage_alone(docs: Path) -> None:
    built = application(docs, rerank="off")
    ranking = built.searcher.rank(QUERY, k=10, audience=HERE)
    assert ranking is not None
    stage = first_stage(ranking.evidence)
    assert sorted(stage.tolist(), reverse=True) == [hit.score for hit in search(built)]


def test_the_usual_order_is_that_of_tokens(docs: Path) -> None:
    assert search(application(docs)) == search(application(docs, rerank="tokens"))
