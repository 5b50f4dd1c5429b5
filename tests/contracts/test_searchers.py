"""What every searcher promises, put to the fake and to the real one."""

import math
import re

import pytest

from index.passages import Audience, content_hash
from tests.contracts.houses import House

GREEN = "Green tea is brewed with water of eighty degrees. Two minutes are enough."
BLACK = "Black tea is brewed with boiling water. It draws for four minutes."
ROOF = "The cat sleeps on the warm roof."


@pytest.fixture
def read(house: House) -> House:
    """A house in which three documents were read."""
    for name, text in (("green.txt", GREEN), ("black.txt", BLACK), ("roof.txt", ROOF)):
        house.write(name, text)
    house.read()
    return house


def test_what_follows_a_passage_stands_after_it_in_its_own_document(house: House) -> None:
    chapters = [f"The {name} chapter of the book. " + f"It tells of {name}. " * 60 for name in "abc"]
    house.write("book.txt", "\n\n".join(chapters))
    house.write("roof.txt", ROOF)
    house.read()
    audience = Audience(workspace="w")
    [first] = [
        hit.passage
        for hit in house.search("chapter of the book", k=50)
        if hit.passage.start == 0 and "book" in hit.passage.uri
    ]
    onward, step = [first], 1
    while (found := house.searcher.following(first.id, step, audience=audience)) is not None:
        onward.append(found)
        step += 1
    assert len(onward) > 1
    assert [first.uri] * len(onward) == [each.uri for each in onward]
    starts = [each.start for each in onward]
    assert sorted(set(starts)) == starts
    assert found is None
    elsewhere = Audience(workspace="another")
    assert house.searcher.following(first.id, 1, audience=elsewhere) is None


def test_nothing_read_is_nothing_found(house: House) -> None:
    assert [] == house.search("green tea")


def test_the_passage_that_is_most_about_the_query_comes_first(read: House) -> None:
    hits = read.search("how is green tea brewed with water of eighty degrees")
    assert [GREEN, BLACK, ROOF] == [hit.passage.text for hit in hits]
    assert sorted((hit.score for hit in hits), reverse=True) == [hit.score for hit in hits]


def test_confidence_is_a_probability_and_falls_with_the_rank(read: House) -> None:
    confidences = [hit.confidence for hit in read.search("black tea brewed with boiling water")]
    assert sorted(confidences, reverse=True) == confidences
    assert 0 <= confidences[-1] < confidences[0] <= 1


@pytest.mark.parametrize("query", ["green tea", "quantum chromodynamics"])
@pytest.mark.parametrize(("k", "found"), [(1, 1), (2, 2), (50, 3)])
def test_there_are_k_hits_or_as_many_as_there_are_passages(
    read: House, query: str, k: int, found: int
) -> None:
    assert found == len(read.search(query, k=k))


def test_the_best_sentence_is_highlighted(read: House) -> None:
    for query, sentence in (
        ("two minutes are enough", "Two minutes are enough."),
        ("green tea with water of eighty degrees", "Green tea is brewed with water of eighty degrees."),
    ):
        [best] = read.search(query, k=1)
        assert sentence == best.passage.text[slice(*best.highlight)]


def test_a_passage_carries_its_citation(read: House) -> None:
    [best] = read.search("green tea eighty degrees", k=1)
    passage = best.passage
    assert ("green.txt", "docs") == (passage.uri, passage.source)
    assert GREEN[passage.start : passage.end] == passage.text
    assert content_hash(passage.text) == passage.content_hash
    assert [GREEN[: GREEN.index(" Two")], "Two minutes are enough."] == [
        passage.text[sentence.start : sentence.end] for sentence in passage.sentences
    ]


def test_a_search_stays_in_its_workspace(read: House) -> None:
    assert [] == read.search("green tea", workspace="other")


def test_a_passage_is_read_back_for_its_own_audience_alone(read: House) -> None:
    [best] = read.search("green tea eighty degrees", k=1)
    ours, theirs = Audience(workspace="w"), Audience(workspace="other")
    assert best.passage == read.searcher.read_back(best.passage.id, audience=ours)
    assert read.searcher.read_back(best.passage.id, audience=theirs) is None
    assert read.searcher.read_back(1_000_000, audience=ours) is None


def test_a_hit_is_explained_by_words_of_the_query(read: House) -> None:
    query = "How is green tea brewed, and with what sugar?"
    [best] = read.search(query, k=1)
    explanation = read.searcher.explain(query, best.passage.id, audience=Audience(workspace="w"))
    assert explanation is not None
    shared, missing = explanation.shared, explanation.missing
    kindred = tuple(word for word, _ in explanation.kindred)
    assert {"green", "tea", "brewed"} <= {word.lower() for word in shared}
    said = [word.lower() for word in (*shared, *kindred, *missing)]
    assert len(said) == len(set(said))
    assert set(said) <= set(re.findall(r"\w+", query.lower()))
    assert all(word.lower() in best.passage.text.lower() for word in shared)
    assert all(near.lower() in best.passage.text.lower() for _, near in explanation.kindred)
    assert all(name and math.isfinite(deviations) for name, deviations in explanation.signals)
    assert explanation.signals


def test_an_explanation_names_what_came_next(read: House) -> None:
    ids = [hit.passage.id for hit in read.search("green tea brewed with water")]
    for id, following in zip(ids, [*ids[1:], None], strict=True):
        explanation = read.searcher.explain(
            "green tea brewed with water", id, audience=Audience(workspace="w")
        )
        assert explanation is not None
        second = explanation.second.passage.id if explanation.second else None
        assert (id, following) == (explanation.hit.passage.id, second)


def test_nothing_foreign_or_gone_is_explained(read: House) -> None:
    [best] = read.search("green tea", k=1)
    for id, workspace in ((best.passage.id, "other"), (1_000_000, "w")):
        assert read.searcher.explain("green tea", id, audience=Audience(workspace=workspace)) is None
    read.library.remove("w", "docs")
    assert read.searcher.explain("green tea", best.passage.id, audience=Audience(workspace="w")) is None


def test_what_was_removed_is_neither_found_nor_read_back_under_any_id(read: House) -> None:
    before = {hit.passage.id for hit in read.search("tea")}
    read.library.remove("w", "docs")
    assert [] == read.search("tea")
    read.read()
    assert not before & {hit.passage.id for hit in read.search("tea")}
    ours = Audience(workspace="w")
    assert [None] * 3 == [read.searcher.read_back(id, audience=ours) for id in sorted(before)]


def test_named_sources_alone_are_searched_read_back_and_explained(house: House) -> None:
    for name, text in (("green.txt", GREEN), ("black.txt", BLACK)):
        house.write(name, text)
        house.read(name)
    [best] = house.search("green tea eighty degrees", k=1)
    green, black = (Audience(workspace="w", sources=frozenset({name})) for name in ("green", "black"))
    for audience, text in ((green, GREEN), (black, BLACK)):
        hits = house.searcher.search("green tea eighty degrees", k=5, audience=audience)
        assert [text] == [hit.passage.text for hit in hits]
    assert best.passage == house.searcher.read_back(best.passage.id, audience=green)
    assert house.searcher.read_back(best.passage.id, audience=black) is None
    assert house.searcher.explain("green tea", best.passage.id, audience=green) is not None
    assert house.searcher.explain("green tea", best.passage.id, audience=black) is None
    unknown = Audience(workspace="w", sources=frozenset({"cellar"}))
    assert [] == house.searcher.search("green tea", k=5, audience=unknown)


def test_one_version_alone_is_searched_with_what_carries_none(house: House) -> None:
    for name in ("3.9/green.txt", "3.12/black.txt", "roof.txt"):
        house.write(name, {"g": GREEN, "b": BLACK, "r": ROOF}[name.rpartition("/")[2][0]])
    house.read()
    audience = Audience(workspace="w", release="3.12")
    hits = house.searcher.search("green tea brewed on the warm roof", k=5, audience=audience)
    assert {BLACK: "3.12", ROOF: ""} == {hit.passage.text: hit.passage.release for hit in hits}
    [green] = [hit.passage for hit in house.search("green tea") if hit.passage.text == GREEN]
    assert house.searcher.read_back(green.id, audience=audience) is None
    assert house.searcher.following(green.id, 0, audience=audience) is None
    assert house.searcher.explain("green tea", green.id, audience=audience) is None
    assert {"Black", "Roof"} == {path[0] for path in house.searcher.paths(audience=audience)}
    assert ["3.12", "3.9"] == list(house.searcher.releases(audience=Audience(workspace="w")))
    assert [] == list(house.searcher.releases(audience=Audience(workspace="elsewhere")))


def test_of_the_same_text_in_several_versions_the_newest_comes_first(house: House) -> None:
    for folder in ("3.9", "latest", "3.12"):
        house.write(f"{folder}/green.txt", GREEN)
    house.read()
    [hit] = house.search("green tea")
    assert "latest" == hit.passage.release
    assert {"3.9", "3.12"} == {passage.release for passage in hit.also}


def test_headings_are_those_of_live_documents_that_may_be_read(house: House) -> None:
    audience = Audience(workspace="w")
    assert [] == house.searcher.headings(k=5, audience=audience)
    house.write("green.txt", GREEN)
    green = house.read("green.txt")
    house.write("roof.txt", ROOF)
    house.read("roof.txt")
    assert {("Green", ()), ("Roof", ())} == set(house.searcher.headings(k=5, audience=audience))
    assert 1 == len(house.searcher.headings(k=1, audience=audience))
    assert [] == house.searcher.headings(k=5, audience=Audience(workspace="another"))
    house.library.remove("w", green)
    assert [("Roof", ())] == house.searcher.headings(k=5, audience=audience)


def test_headings_are_those_of_what_an_audience_may_read(read: House) -> None:
    assert {("Green",), ("Black",), ("Roof",)} == {
        (title.title(), *headings)
        for title, *headings in read.searcher.paths(audience=Audience(workspace="w"))
    }
    for audience in (Audience(workspace="other"), Audience(workspace="w", sources=frozenset({"cellar"}))):
        assert [] == list(read.searcher.paths(audience=audience))
    read.library.remove("w", "docs")
    assert [] == list(read.searcher.paths(audience=Audience(workspace="w")))


def test_words_are_counted_by_the_passages_they_stand_in(read: House) -> None:
    counts = read.searcher.frequencies(["tea", "green", "sugar"], audience=Audience(workspace="w"))
    assert [2, 1, 0] == list(counts)
    assert [0] == list(read.searcher.frequencies(["tea"], audience=Audience(workspace="other")))
