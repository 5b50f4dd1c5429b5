"""The core, driven through its one door over a real index with an embedder that needs no model."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.feedback import Ledger
from bot.jobs import Jobs
from bot.library import CatalogLibrary
from bot.limits import RateLimit
from bot.messages import (
    Actor,
    AddSource,
    Answer,
    Ask,
    Conversation,
    Failed,
    More,
    NoAnswer,
    Notice,
    Progress,
    Rate,
    Refused,
    Reindex,
    RemoveSource,
    Share,
    SourceList,
    Sources,
    Status,
    StatusReport,
    Upload,
)
from bot.permissions import Permissions
from bot.routing import Policy, Router
from index.catalog import Catalog
from index.searcher import CatalogSearcher
from index.syncing import Syncer
from index.testing import HashingEmbedder
from tests.index.conftest import open_reader, open_source

TEA = "# Tea\n\nGreen tea is brewed at eighty degrees.\n\n# Coffee\n\nEspresso wants finely ground beans.\n"
ANN = Actor(id="ann")
MODERATOR = Actor(id="mo", manages_workspace=True)
HERE = Conversation(platform="discord", workspace="discord:1", channel="c")
ELSEWHERE = replace(HERE, workspace="discord:2")
QUESTION = "at how many degrees is green tea brewed"


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


class House:
    """A router with all its parts."""

    def __init__(self, folder: Path) -> None:
        embedder = HashingEmbedder()
        self.catalog = Catalog(folder / "data" / "catalog.sqlite")
        self.clock = FakeClock()
        self.ledger = Ledger(folder / "data" / "ledger.sqlite", self.clock)
        syncer = Syncer(
            self.catalog,
            embedder=lambda: embedder,
            open_source=open_source,
            open_reader=open_reader,
            lock_path=folder / "data" / "sync.lock",
        )
        library = CatalogLibrary(self.catalog, syncer, uploads=folder / "data" / "uploads")
        self.router = Router(
            searcher=CatalogSearcher(self.catalog, embedder=lambda: embedder, folder=folder / "data" / "v"),
            library=library,
            ledger=self.ledger,
            permissions=Permissions(ids=frozenset({"discord:listed"})),
            limit=RateLimit(questions=3, per_seconds=60, clock=self.clock),
            jobs=Jobs(library),
            policy=Policy(
                threshold=0.5, passages=5, allowed_paths=(folder / "allowed",), max_upload_bytes=999
            ),
            embedder="hashing",
            workspace_ready=lambda workspace: None,
        )
        self.handle = self.router.handle

    def upload(self, conversation: Conversation = HERE, text: str = TEA) -> None:
        reply = self.handle(add(Upload(filename="drinks.md", data=text.encode()), conversation))
        assert isinstance(reply, Notice), reply

    def answer(self, conversation: Conversation = HERE) -> Answer:
        reply = self.handle(ask(QUESTION, conversation))
        assert isinstance(reply, Answer)
        return reply


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.ledger.close()


def ask(question: str, conversation: Conversation = HERE) -> Ask:
    return Ask(actor=ANN, conversation=conversation, question=question)


def add(origin: str | Upload, conversation: Conversation = HERE, actor: Actor = MODERATOR) -> AddSource:
    return AddSource(actor=actor, conversation=conversation, origin=origin)


def test_an_answer_quotes_its_document_word_for_word(house: House) -> None:
    house.upload()
    answer = house.answer()
    cited = answer.quote.citation
    text = house.catalog.document_text(cited.document_id)
    assert text is not None
    assert answer.quote.text == text[cited.start : cited.end]
    assert ["Green tea is brewed at eighty degrees."] == [s.text for s in answer.quote.segments if s.bold]


def test_nothing_close_is_no_answer_and_names_the_nearest_title(house: House) -> None:
    house.upload()
    reply = house.handle(ask("who won the football match yesterday"))
    assert isinstance(reply, NoAnswer)
    assert ["Tea"] == [document.title for document in reply.nearest]


@pytest.mark.parametrize(("question", "word"), [("", "Ask me"), ("🎉🎉", "words"), ("x" * 5000, "5,000")])
def test_what_is_no_question_is_told_kindly(house: House, question: str, word: str) -> None:
    reply = house.handle(ask(question))
    assert isinstance(reply, Refused)
    assert word in reply.text


def test_more_shows_the_next_passage_until_there_is_none(house: House) -> None:
    house.upload()
    first = house.answer()
    more = house.handle(More(actor=ANN, conversation=HERE, answer_id=first.id, offset=1))
    assert isinstance(more, Answer)
    assert (True, False) == (first.has_more, more.has_more)
    assert "Espresso" in more.quote.text


def test_a_removed_passage_is_gone_from_older_answers(house: House) -> None:
    house.upload()
    first = house.answer()
    house.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="drinks"))
    assert isinstance(
        house.handle(More(actor=ANN, conversation=HERE, answer_id=first.id, offset=0)), NoAnswer
    )


def test_nothing_can_be_read_across_workspaces(house: House) -> None:
    house.upload()
    id = house.answer().id
    foreign = (
        ask(QUESTION, ELSEWHERE),
        More(actor=ANN, conversation=ELSEWHERE, answer_id=id, offset=0),
        Share(actor=ANN, conversation=ELSEWHERE, answer_id=id),
        Rate(actor=ANN, conversation=ELSEWHERE, answer_id=id, offset=0, helpful=True),
        Reindex(actor=MODERATOR, conversation=ELSEWHERE, name="drinks"),
        RemoveSource(actor=MODERATOR, conversation=ELSEWHERE, name="drinks"),
    )
    for request in foreign:
        assert isinstance(house.handle(request), NoAnswer | Refused)
    assert SourceList(sources=()) == house.handle(Sources(actor=MODERATOR, conversation=ELSEWHERE))


def test_only_the_asker_may_share(house: House) -> None:
    house.upload()
    id = house.answer().id
    shared = house.handle(Share(actor=ANN, conversation=HERE, answer_id=id))
    assert isinstance(shared, Answer)
    assert ANN == shared.shared_by
    assert isinstance(house.handle(Share(actor=Actor(id="eve"), conversation=HERE, answer_id=id)), Refused)


def test_ratings_are_counted_once_per_person(house: House) -> None:
    house.upload()
    id = house.answer().id
    for helpful in (False, True):
        house.handle(Rate(actor=ANN, conversation=HERE, answer_id=id, offset=0, helpful=helpful))
    status = house.handle(Status(actor=ANN, conversation=HERE))
    assert isinstance(status, StatusReport)
    assert (1, 0) == (status.helpful, status.not_helpful)


def test_only_moderators_manage_sources(house: House) -> None:
    house.upload()
    for request in (
        add(Upload(filename="x.md", data=b"x"), actor=ANN),
        RemoveSource(actor=ANN, conversation=HERE, name="drinks"),
        Reindex(actor=ANN, conversation=HERE),
    ):
        reply = house.handle(request)
        assert isinstance(reply, Refused)
        assert "moderators" in reply.text
    listed = Actor(id="listed")
    assert isinstance(house.handle(Reindex(actor=listed, conversation=HERE)), Notice)


def test_a_chat_adds_only_from_allowed_folders(house: House, tmp_path: Path) -> None:
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "tea.md").write_text(TEA)
    (tmp_path / "secret.md").write_text(TEA)
    (tmp_path / "allowed" / "link.md").symlink_to(tmp_path / "secret.md")
    for path in ("secret.md", "allowed/../secret.md", "allowed/link.md"):
        assert isinstance(house.handle(add(str(tmp_path / path))), Refused)
    assert isinstance(house.handle(add(str(tmp_path / "allowed" / "tea.md"))), Notice)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n\x00", b"x" * 1000])
def test_an_upload_that_cannot_be_read_leaves_nothing_behind(house: House, data: bytes) -> None:
    assert isinstance(house.handle(add(Upload(filename="x.md", data=data))), Refused)
    assert SourceList(sources=()) == house.handle(Sources(actor=ANN, conversation=HERE))


def test_members_do_not_see_where_sources_lie(house: House) -> None:
    house.upload()
    seen = house.handle(Sources(actor=ANN, conversation=HERE))
    assert isinstance(seen, SourceList)
    assert ["drinks"] == [source.name for source in seen.sources]
    assert "" == seen.sources[0].origin


def test_a_reindex_tells_its_progress(house: House) -> None:
    house.upload()
    told: list[Progress] = []
    reply = house.handle(Reindex(actor=MODERATOR, conversation=HERE), told.append)
    assert isinstance(reply, Notice)
    assert "Reading drinks" == told[0].text


def test_whoever_asks_too_fast_is_told_when_to_try_again(house: House) -> None:
    house.upload()
    for _ in range(3):
        house.answer()
    refused = house.handle(ask(QUESTION))
    assert isinstance(refused, Refused)
    assert "20 s" in refused.text
    house.clock.seconds = 20
    assert isinstance(house.handle(ask(QUESTION)), Answer)


def test_without_a_workspace_nothing_is_searched(house: House) -> None:
    assert isinstance(house.handle(ask(QUESTION, replace(HERE, workspace=""))), Refused)


def test_a_surprise_becomes_a_reply_with_a_reference(house: House) -> None:
    house.ledger.close()
    house.upload()
    reply = house.handle(ask(QUESTION))
    assert isinstance(reply, Failed)
    assert 8 == len(reply.reference)
