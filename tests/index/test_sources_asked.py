"""A search within named sources finds there what it would find if nothing else had been read."""

import pytest

from index.catalog import SourceRecord
from index.passages import Audience, Hit
from index.searcher import LANE
from tests.index.conftest import Bench

QUERY = "how are green tea leaves brewed"
CROWD = 3 * LANE


@pytest.fixture
def crowd(bench: Bench) -> Bench:
    """A large source that is all about the query, and a small one that is hardly about it."""
    for number in range(CROWD):
        text = f"# Leaf {number}\n\nHow green tea leaves are brewed, number {number} of many{number}.\n"
        bench.write(f"crowd/{number}.md", text)
    bench.write("small/kettle.md", "# Kettle\n\nA kettle boils water, and leaves lime behind.\n")
    bench.write("small/cup.md", "# Cup\n\nA cup holds a quarter of a litre.\n")
    bench.write("third/spoon.md", "# Spoon\n\nA spoon of leaves is enough for two cups.\n")
    for name in ("crowd", "small", "third"):
        source(bench, name)
    return bench


def source(bench: Bench, name: str) -> SourceRecord:
    bench.catalog.add_source("local", name=name, kind="folder", origin=str(bench.folder / name), base_url="")
    bench.sync(name=name)
    return bench.catalog.source("local", name)


def search(bench: Bench, query: str, *names: str, k: int = 5) -> list[Hit]:
    return bench.searcher.search(query, k=k, audience=audience(*names))


def audience(*names: str, workspace: str = "local") -> Audience:
    return Audience(workspace=workspace, sources=frozenset(names))


def test_what_others_push_out_of_the_candidates_is_found_in_its_own_source(crowd: Bench) -> None:
    everything = search(crowd, QUERY, k=LANE)
    assert {"crowd"} == {hit.passage.source for hit in everything}
    assert ["kettle.md", "cup.md"] == [hit.passage.uri for hit in search(crowd, QUERY, "small")]


def test_each_lane_is_narrowed_before_it_counts_its_candidates(crowd: Bench) -> None:
    ranking = crowd.searcher.rank(QUERY, k=5, audience=audience("small"))
    assert ranking is not None
    words = dict(zip((row.id for row in ranking.evidence.rows), ranking.evidence.signals, strict=True))
    [kettle, _] = search(crowd, QUERY, "small")
    assert 2 == len(words)
    # "leaves" stands in every passage of the crowd; the lexical lane has scored this one all the same.
    assert words[kettle.passage.id][2] > 0


def test_the_order_and_the_texts_are_those_of_the_source_alone(
    crowd: Bench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("alone")
    alone = Bench(folder=crowd.folder, data=place, embedder=crowd.embedder)
    source(alone, "small")
    for query in (QUERY, "boils water", "a quarter of a litre", '"leaves lime"'):
        expected = [hit.passage.text for hit in alone.search(query)]
        assert expected == [hit.passage.text for hit in search(crowd, query, "small")]


def test_several_sources_are_searched_together(crowd: Bench) -> None:
    found = {hit.passage.uri for hit in search(crowd, QUERY, "small", "third")}
    assert {"kettle.md", "cup.md", "spoon.md"} == found


def test_a_phrase_of_another_source_does_not_come_first(crowd: Bench) -> None:
    hits = search(crowd, '"green tea leaves"', "third")
    assert ["spoon.md"] == [hit.passage.uri for hit in hits]


def test_a_source_that_there_is_not_holds_nothing(crowd: Bench) -> None:
    assert [] == search(crowd, QUERY, "cellar")


def test_a_source_of_the_same_name_elsewhere_is_not_searched(crowd: Bench) -> None:
    assert [] == crowd.searcher.search(QUERY, k=5, audience=audience("small", workspace="other"))


def test_reading_back_and_explaining_stay_within_the_sources(crowd: Bench) -> None:
    [kettle, _] = search(crowd, QUERY, "small")
    id = kettle.passage.id
    assert kettle.passage == crowd.searcher.read_back(id, audience=audience("small"))
    assert crowd.searcher.read_back(id, audience=audience("third")) is None
    explanation = crowd.searcher.explain(QUERY, id, audience=audience("small"))
    assert explanation is not None
    assert explanation.second is not None
    assert "small" == explanation.second.passage.source
    assert crowd.searcher.explain(QUERY, id, audience=audience("third")) is None


def test_what_was_added_or_removed_since_counts_at_once(crowd: Bench) -> None:
    search(crowd, QUERY, "small")
    crowd.write("small/pot.md", "# Pot\n\nIn the pot, green tea leaves are brewed.\n")
    (crowd.folder / "small/cup.md").unlink()
    crowd.sync(name="small")
    assert ["pot.md", "kettle.md"] == [hit.passage.uri for hit in search(crowd, QUERY, "small")]
