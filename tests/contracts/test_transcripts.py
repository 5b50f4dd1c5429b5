"""What everything that keeps conversations promises."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.library import CatalogLibrary
from bot.ports import Library, Searcher, Transcripts
from bot.shelf import FolderTranscripts
from bot.testing import FakeLibrary, FakeSearcher, FakeTranscripts
from index.errors import SourceUnknown
from index.passages import Audience, Message, Transcript
from index.testing import HashingEmbedder
from tests.index.conftest import Bench

TEA = Transcript(
    id="1",
    title="Tea",
    messages=(
        Message(
            id="5/1",
            author="Ann",
            author_id="ann",
            written_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
            text="Green tea wants *eighty* degrees.",
            link="https://discord.com/channels/1/5/100000000000000001",
        ),
    ),
)
CUPS = replace(
    TEA, id="2", title="Cups", messages=(replace(TEA.messages[0], id="5/2", text="Cups are big."),)
)

House = tuple[Transcripts, Library, Searcher]


def real(folder: Path) -> House:
    bench = Bench(folder=folder / "docs", data=folder / "data", embedder=HashingEmbedder())
    uploads = folder / "uploads"
    library = CatalogLibrary(bench.catalog, bench.syncer, uploads=uploads)
    return FolderTranscripts(bench.catalog, uploads), library, bench.searcher


def fake(folder: Path) -> House:
    searcher = FakeSearcher()
    library = FakeLibrary(searcher)
    return FakeTranscripts(library), library, searcher


@pytest.fixture(params=[real, fake])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    built: House = request.param(tmp_path)
    return built


def texts(house: House, words: str, workspace: str = "w") -> list[str]:
    _, library, searcher = house
    for name in library.names(workspace):
        library.sync(workspace, name, lambda step: None)
    return [hit.passage.text for hit in searcher.search(words, k=5, audience=Audience(workspace=workspace))]


def test_what_is_put_is_there_word_for_word_and_found(house: House) -> None:
    transcripts, _, _ = house
    source = transcripts.add("w", "help")
    assert ("help", []) == (source, transcripts.all("w", source))
    transcripts.put("w", source, [TEA])
    assert [TEA] == transcripts.all("w", source)
    assert ["Green tea wants *eighty* degrees."] == texts(house, "green tea")


def test_what_is_not_put_again_is_gone(house: House) -> None:
    transcripts, _, _ = house
    source = transcripts.add("w", "help")
    transcripts.put("w", source, [TEA, CUPS])
    assert {"Green tea wants *eighty* degrees.", "Cups are big."} == set(texts(house, "green tea cups"))
    transcripts.put("w", source, [CUPS])
    assert ["Cups are big."] == texts(house, "green tea cups")
    transcripts.put("w", source, [])
    assert [] == texts(house, "green tea cups")


def test_a_second_channel_of_a_name_has_another(house: House) -> None:
    transcripts, library, _ = house
    assert ["help", "help-2"] == [transcripts.add("w", "help"), transcripts.add("w", "help")]
    assert {"chat"} == {line.kind for line in library.sources("w")}


def test_each_community_has_its_own(house: House) -> None:
    transcripts, _, _ = house
    transcripts.add("w", "help")
    transcripts.put("w", "help", [TEA])
    with pytest.raises(SourceUnknown):
        transcripts.all("v", "help")
    with pytest.raises(SourceUnknown):
        transcripts.put("v", "help", [TEA])


def test_a_source_that_is_removed_takes_them_along(house: House) -> None:
    transcripts, library, _ = house
    transcripts.add("w", "help")
    transcripts.put("w", "help", [TEA])
    library.discard(library.remove("w", "help"))
    assert "help" == transcripts.add("w", "help")
    assert [] == transcripts.all("w", "help")
