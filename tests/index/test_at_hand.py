"""Nothing is worked out twice, and nothing of it outlives a change."""

import pytest

from index.at_hand import AtHand
from index.passages import Audience, Step
from index.ports import Embedding
from index.testing import HashingEmbedder
from tests.index.conftest import Bench

TEA = "# Tea\n\nGreen tea is brewed from green leaves at eighty degrees.\n"
OURS = Audience(workspace="local")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was embedded as a question."""
    asked: list[str] = []
    embed = HashingEmbedder.embed_query

    def noted(embedder: HashingEmbedder, query: str) -> Embedding:
        asked.append(query)
        return embed(embedder, query)

    monkeypatch.setattr(HashingEmbedder, "embed_query", noted)
    return asked


def read(bench: Bench, name: str, text: str, source: str = "docs") -> None:
    bench.write(name, text)
    bench.add(name=source)
    bench.sync()


def test_a_question_that_is_asked_again_is_not_searched_again(bench: Bench, asked: list[str]) -> None:
    read(bench, "tea.md", TEA)
    first = bench.search("green leaves")
    assert first == bench.search("green leaves")
    assert 1 == asked.count("green leaves")


def test_other_audiences_and_numbers_of_hits_are_other_questions(bench: Bench, asked: list[str]) -> None:
    read(bench, "tea.md", TEA)
    others = Audience(workspace="local", sources=frozenset({"other"}))
    assert [1, 1, 0] == [
        len(bench.searcher.search("green leaves", k=k, audience=audience))
        for k, audience in ((1, OURS), (2, OURS), (2, others))
    ]


def test_an_answer_is_gone_with_its_source(bench: Bench) -> None:
    read(bench, "tea.md", TEA)
    assert bench.search("green leaves")
    bench.catalog.remove_source("local", "docs")
    assert [] == bench.search("green leaves")


def test_an_answer_given_before_a_sync_is_not_given_after_it(bench: Bench) -> None:
    read(bench, "tea.md", TEA)
    bench.search("green leaves")
    bench.write("tea.md", TEA.replace("eighty", "ninety"))
    bench.sync()
    assert "ninety" in bench.search("green leaves")[0].passage.text


def test_what_callers_do_to_an_answer_does_not_change_it(bench: Bench) -> None:
    read(bench, "tea.md", TEA)
    bench.search("green leaves").clear()
    assert bench.search("green leaves")


def test_a_sync_leaves_nothing_to_do_for_the_first_who_asks(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    prepared: list[str] = []
    bench.syncer._published = prepared.append
    bench.sync()
    assert ["local"] == prepared


def test_a_sync_that_was_cut_short_has_published_nothing(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    source = bench.add()
    prepared: list[str] = []
    bench.syncer._published = prepared.append

    def stop(step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.syncer.sync(source, stop)
    assert [] == prepared


def test_only_the_values_asked_for_last_are_kept() -> None:
    held = AtHand[str](2)
    for key in ("a", "b"):
        held.keep("local", 1, key, key)
    assert "a" == held.find("local", 1, "a")
    held.keep("local", 1, "c", "c")
    assert ["a", None, "c"] == [held.find("local", 1, key) for key in "abc"]


def test_values_of_another_revision_are_let_go() -> None:
    held = AtHand[str](2)
    held.keep("local", 1, "a", "a")
    held.keep("other", 1, "a", "theirs")
    assert held.find("local", 2, "a") is None
    assert held.find("local", 1, "a") is None
    assert "theirs" == held.find("other", 1, "a")
