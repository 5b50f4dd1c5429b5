"""What every shelf of answers promises."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.library import CatalogLibrary
from bot.ports import Library, Searcher, Shelf
from bot.shelf import FolderShelf
from bot.testing import FakeLibrary, FakeSearcher, FakeShelf
from index.passages import Audience, CuratedAnswer
from index.testing import HashingEmbedder
from tests.index.conftest import Bench

ANSWER = CuratedAnswer(
    id="a1",
    question="How hot is green tea?",
    text="Green tea wants water at eighty degrees.",
    author="Ann",
    written_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
)


def real(folder: Path) -> tuple[Shelf, Library, Searcher]:
    bench = Bench(folder=folder / "docs", data=folder / "data", embedder=HashingEmbedder())
    uploads = folder / "uploads"
    library = CatalogLibrary(bench.catalog, bench.syncer, uploads=uploads)
    return FolderShelf(bench.catalog, uploads), library, bench.searcher


def fake(folder: Path) -> tuple[Shelf, Library, Searcher]:
    searcher = FakeSearcher()
    library = FakeLibrary(searcher)
    return FakeShelf(library), library, searcher


@pytest.fixture(params=[real, fake])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Shelf, Library, Searcher]:
    built: tuple[Shelf, Library, Searcher] = request.param(tmp_path)
    return built


def texts(searcher: Searcher, workspace: str = "w") -> list[str]:
    hits = searcher.search("green tea", k=5, audience=Audience(workspace=workspace))
    return [hit.passage.text for hit in hits]


def sync(library: Library, source: str, workspace: str = "w") -> None:
    library.sync(workspace, source, lambda step: None)


def test_an_answer_is_found_after_a_sync_and_gone_after_another(
    house: tuple[Shelf, Library, Searcher],
) -> None:
    shelf, library, searcher = house
    source = shelf.put("w", ANSWER)
    sync(library, source)
    assert [ANSWER.text] == texts(searcher)
    assert source == shelf.put("w", replace(ANSWER, text="Green tea is fine."))
    sync(library, source)
    assert ["Green tea is fine."] == texts(searcher)
    assert source == shelf.remove("w", "a1")
    sync(library, source)
    assert [] == texts(searcher)
    assert "" == shelf.remove("w", "a1")


def test_answers_are_listed_latest_first_and_belong_to_their_workspace(
    house: tuple[Shelf, Library, Searcher],
) -> None:
    shelf, library, searcher = house
    later = replace(ANSWER, id="a2", written_at=datetime(2026, 4, 1, tzinfo=UTC))
    for answer in (ANSWER, later):
        sync(library, shelf.put("w", answer))
    assert [later, ANSWER] == shelf.answers("w")
    assert ANSWER == shelf.find("w", "a1")
    assert [] == shelf.answers("v")
    assert None is shelf.find("v", "a1")
    assert "" == shelf.remove("v", "a1")
    assert [] == texts(searcher, "v")


def test_answers_go_with_their_source(house: tuple[Shelf, Library, Searcher]) -> None:
    shelf, library, searcher = house
    source = shelf.put("w", ANSWER)
    sync(library, source)
    library.remove("w", source)
    assert [] == shelf.answers("w")
    assert [] == texts(searcher)
    sync(library, shelf.put("w", replace(ANSWER, id="a2")))
    assert ["a2"] == [answer.id for answer in shelf.answers("w")]
