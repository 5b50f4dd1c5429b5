"""Which parts are put together, and which are left alone."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import registry
from bot.bootstrap import RETRY_SECONDS, Application
from bot.jobs import Jobs
from bot.messages import (
    AddGolden,
    AddSource,
    Answer,
    Ask,
    Closest,
    Posting,
    Progress,
    Reindex,
    Remark,
    RemoveSource,
    Reply,
    Request,
    SaveAnswer,
    Upload,
)
from bot.ports import Core
from bot.settings import load
from bot.testing import FakeClock, FakeLibrary, FakeSearcher
from index.errors import SourceUnavailable
from index.passages import Failure, Step, SyncReport
from index.ranking import learned_with
from tests.bot.conftest import HERE, MODERATOR, TERMINAL
from tests.fakes.embedder import HASHING

SECONDS = 10  # only ever waited for when a test fails
PLATFORMS = {"discord", "slack_bolt", "slack_sdk"}
TOKENS = {"discord": {"DISCORD_TOKEN": "x"}, "slack": {"SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": "x"}}
BUILD = """
import sys
from bot.cli import app
from bot.bootstrap import RETRY_SECONDS, Application
from bot.settings import load

application = Application(load())
built = [*application.platforms(), application.terminal()]
print(*(type(adapter).__name__ for adapter in built))
print(*sys.modules)
"""


@pytest.mark.parametrize(
    ("tokens", "adapters", "libraries"),
    [
        ((), ["TerminalAdapter"], set()),
        (("discord",), ["DiscordAdapter", "TerminalAdapter"], {"discord"}),
        (("slack",), ["SlackAdapter", "TerminalAdapter"], {"slack_bolt", "slack_sdk"}),
        (("discord", "slack"), ["DiscordAdapter", "SlackAdapter", "TerminalAdapter"], PLATFORMS),
    ],
    ids=["none", "discord", "slack", "both"],
)
def test_only_the_platforms_that_have_tokens_are_built_and_imported(
    tmp_path: Path, tokens: tuple[str, ...], adapters: list[str], libraries: set[str]
) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DISCORD_", "SLACK_"))}
    given = {name: value for platform in tokens for name, value in TOKENS[platform].items()}
    command = [sys.executable, "-c", BUILD]
    done = subprocess.run(
        command, cwd=tmp_path, env=clean | given, capture_output=True, text=True, check=True
    )
    built, modules = done.stdout.splitlines()
    assert adapters == built.split()
    assert libraries == PLATFORMS & set(modules.split())


class EndlessLibrary(FakeLibrary):
    """Syncs for ever, or until the test is over."""

    def __init__(self) -> None:
        super().__init__(FakeSearcher())
        self.stopped = threading.Event()
        self.test_is_over = threading.Event()

    def sync(
        self,
        workspace: str,
        name: str,
        progress: Callable[[Step], None],
        failed: Callable[[Failure], None] = lambda failure: None,
        looked_at: Callable[[str, SyncReport], SyncReport] = lambda source, report: report,
    ) -> SyncReport:
        try:
            while not self.test_is_over.is_set():
                progress(Step(text="Reading", done=1, total=2))
        except BaseException:
            self.stopped.set()
            raise
        return SyncReport()


class Leaving:
    """Somebody at the terminal who begins a sync, sees that it goes on, and leaves."""

    async def run(self, core: Core) -> None:
        async for _ in core.replies(Reindex(actor=MODERATOR, conversation=TERMINAL)):
            return


def test_whoever_leaves_does_not_wait_for_a_long_sync(tmp_path: Path) -> None:
    application = Application(load(data=tmp_path))
    library = EndlessLibrary()
    application.jobs = Jobs(library, FakeClock())
    try:
        asyncio.run(application.serve([], Leaving()))
        assert library.stopped.wait(SECONDS)
    finally:
        library.test_is_over.set()


class Waiting:
    """Stays until no words of unanswered questions are on the disk."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def run(self, core: Core) -> None:
        async with asyncio.timeout(SECONDS):
            while self._words():
                await asyncio.sleep(0.01)

    def _words(self) -> list[tuple[str]]:
        with self._application.records.read() as db:
            return db.execute("SELECT words FROM open_questions WHERE words != ''").fetchall()


def test_whoever_serves_erases_what_is_kept_no_longer(tmp_path: Path) -> None:
    application = Application(load(data=tmp_path))
    assert application.router
    with application.records.write() as db:
        db.execute(
            "INSERT INTO open_questions (workspace, words, platform, channel, actor, asked_at) "
            "VALUES ('w', 'how?', 'discord', 'c', 'ann', '2020-01-01T00:00:00+00:00')"
        )
    waiting = Waiting(application)
    assert [("how?",)] == waiting._words()
    asyncio.run(application.serve([], waiting))
    assert [] == waiting._words()


class UnreachableLibrary(FakeLibrary):
    """Has sources that are all gone, for as long as it is told so."""

    def __init__(self) -> None:
        super().__init__(FakeSearcher())
        self.is_gone = True
        self.tried = 0

    def sync(
        self,
        workspace: str,
        name: str,
        progress: Callable[[Step], None],
        failed: Callable[[Failure], None] = lambda failure: None,
        looked_at: Callable[[str, SyncReport], SyncReport] = lambda source, report: report,
    ) -> SyncReport:
        self.tried += 1
        if self.is_gone:
            raise SourceUnavailable
        return SyncReport()


def test_sources_that_are_gone_are_not_looked_for_with_each_question(tmp_path: Path) -> None:
    clock = FakeClock()
    application = Application(load(data=tmp_path, sources={"seeds": ""}), clock=clock)
    library = UnreachableLibrary()
    application.jobs = Jobs(library, FakeClock())
    application.catalog.add_source("discord:1", name="docs", kind="folder", origin="/gone", base_url="")
    with capture_logs() as lines:
        for _ in range(3):
            application.prepare("discord:1")
        assert (1, 1) == (library.tried, len(lines))
        clock.advance(RETRY_SECONDS)
        library.is_gone = False
        for _ in range(3):
            application.prepare("discord:1")
            clock.advance(RETRY_SECONDS)
    assert 2 == library.tried


def test_the_doctor_says_when_another_embedder_makes_the_confidence_doubtful(tmp_path: Path) -> None:
    application = Application(load(data=tmp_path, embedder={"runtime": "torch"}))
    assert learned_with() == application.checks()["embedder"]()
    other = Application(load(data=tmp_path, embedder={"runtime": "torch", "query_prompt": "query: "}))
    said = other.checks()["embedder"]()
    assert learned_with() in said
    assert "answers.threshold" in said


def test_a_saved_answer_is_cited_with_its_author_day_and_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    application = Application(load(data=tmp_path / "data"))
    link = "https://discord.com/channels/1/2/3"
    remark = Remark(
        text="It lasts *sixteen* weeks.",
        author="Ann",
        written_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        link=link,
        message="2/3",
    )
    saved = SaveAnswer(
        actor=MODERATOR, conversation=TERMINAL, question="How long is parental leave?", remark=remark
    )
    application.router.handle(saved)
    reply = application.router.handle(
        Ask(actor=MODERATOR, conversation=TERMINAL, question="How long is parental leave?")
    )
    assert isinstance(reply, Answer | Closest)
    citation = reply.quote.citation
    assert "It lasts *sixteen* weeks." == reply.quote.text
    assert ("How long is parental leave?", ("Ann, 1 March 2026",), link, remark.written_at, "answers") == (
        citation.title,
        citation.heading,
        citation.url,
        citation.updated_at,
        citation.source,
    )
    application.library.discard(application.library.remove("local", "answers"))
    assert [] == list((tmp_path / "data" / "uploads").iterdir())


def test_what_was_replaced_is_purged_when_it_can_be_undone_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    clock = FakeClock(datetime.now(UTC))
    application = Application(load(data=tmp_path / "data"), clock=clock)
    note = tmp_path / "note.txt"
    note.write_text("The quinquagesimal plan is secret.")
    application.library.add("local", str(note), name="note", base_url="")
    application.jobs.run("local", "note", lambda progress: None)
    ask = Ask(actor=MODERATOR, conversation=TERMINAL, question="quinquagesimal plan")
    application.router.handle(ask)
    note.write_text("The plan is known.")
    application.jobs.run("local", "note", lambda progress: None)

    def is_left() -> bool:
        return any("ledger" not in path.name for path in holding(tmp_path / "data", "quinquagesim"))

    application.tidy()
    assert is_left()
    clock.advance(1800)
    application.tidy()
    clock.advance(2000)
    application.tidy()
    assert not is_left()
    application.close()


def test_no_file_holds_a_word_of_what_was_removed_and_purged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "EMBEDDER", HASHING)
    monkeypatch.setattr("index.gathering.WINDOW_PASSAGES", 1)
    application = Application(
        load(data=tmp_path / "data", sources={"seeds": "", "allowed_paths": [str(tmp_path)]}),
        clock=FakeClock(datetime.now(UTC)),
    )
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "plan.txt").write_text("The plan for the harbour is quinquagesimal.")
    handle = application.router.handle

    def made(kind: Callable[..., Request], **values: object) -> Reply:
        return handle(kind(actor=MODERATOR, conversation=HERE, **values))

    made(AddSource, origin=str(folder), name="notes")
    upload = Upload(
        filename="pier.md",
        data=b"# Piers\n\n## Quinquagesimal\n\nThe plan for the pier is quinquagesimal, too.",
    )
    made(AddSource, origin=upload, name="pier")
    for question in ("What is the plan for the harbour?", "What is the plan for the pier?"):
        shown = made(Ask, question=question)
        assert isinstance(shown, Answer)
        assert "quinquagesimal" in shown.quote.text
        made(AddGolden, question=question)
        application._note(
            Posting(
                platform="discord",
                workspace=HERE.workspace,
                channel=HERE.channel,
                message=shown.id,
                answer_id=shown.id,
                offset=0,
            )
        )
    (folder / "plan.txt").write_text("The plan for the harbour is quinquagesimal, and agreed.")
    made(Reindex, name="notes")
    application.errands.call("discord", lambda: None)
    application.living.step()
    waiting = application.errands.take("discord")
    assert waiting
    assert "agreed" in str(waiting.errand)
    (folder / "more.txt").write_text("What is staged is quinquagesimal.")
    (folder / "most.txt").write_text("And what comes after it.")

    def interrupt(progress: Progress) -> None:
        if progress.read > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        application.jobs.run(HERE.workspace, "notes", interrupt)
    assert holding(tmp_path / "data", "quinquagesimal")
    for name in ("notes", "pier"):
        made(RemoveSource, name=name, confirmed=True)
    application.purge()
    assert "agreed" not in str(application.errands.take("discord"))
    assert [] == holding(tmp_path / "data", "quinquagesimal")
    application.close()


def holding(folder: Path, word: str) -> list[Path]:
    """Return the files that hold a word, in any case."""
    return [
        path for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes().lower()
    ]


def test_everything_is_embedded_anew_beside_the_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "EMBEDDER", "tests.fakes.embedder:prompted")
    (tmp_path / "note.txt").write_text("Green tea wants eighty degrees.")
    ask = Ask(actor=MODERATOR, conversation=TERMINAL, question="green tea")

    def opened(prompt: str) -> Application:
        settings = load(data=tmp_path / "data", embedder={"passage_prompt": prompt})
        return Application(settings, clock=FakeClock(datetime.now(UTC)))

    before = opened("")
    before.library.add("local", str(tmp_path / "note.txt"), name="note", base_url="")
    before.jobs.run("local", "note", lambda progress: None)
    former = before.embedder().id
    assert not before.embeds_anew()
    after = opened("passage: ")
    assert after.embeds_anew()
    assert isinstance(after.router.handle(ask), Answer | Closest)
    assert former == after.catalog.embedder("local")
    after._embed_anew()
    assert not after.embeds_anew()
    assert after.embedder().id == after.catalog.embedder("local")
    assert isinstance(after.router.handle(ask), Answer | Closest)
    for application in (before, after):
        application.close()
