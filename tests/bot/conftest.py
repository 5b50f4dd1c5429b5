"""A whole core over fakes: everything but the index and the platforms is real."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.aliases import AliasBook
from bot.audit import AuditTrail
from bot.channels import Channels
from bot.curation import Curation
from bot.errands import Errands
from bot.escalation import Escalation
from bot.exporting import Exports
from bot.feedback import Ledger
from bot.following import Topics
from bot.golden import GoldenQuestions
from bot.hindrances import Hindrances
from bot.hygiene import Hygiene
from bot.jobs import Jobs
from bot.limits import RateLimit
from bot.living import LivingAnswers
from bot.messages import Actor, AddSource, Answer, Ask, Conversation, Errand, Fate, Reply, Request, Upload
from bot.modes import Modes
from bot.overhearing import Overhearing
from bot.overview import Examples
from bot.permissions import Permissions
from bot.postings import Postings
from bot.precedents import Precedents, posted_answers
from bot.preferences import PreferenceBook
from bot.privacy import Privacy
from bot.questions import Questions
from bot.receipts import Receipts
from bot.records import Records
from bot.routing import Policy, Router
from bot.schedules import Schedules
from bot.scopes import Scopes
from bot.sources import SourceDesk
from bot.statistics import Statistics
from bot.testing import FakeClock, FakeLibrary, FakeLikeness, FakeSearcher, FakeShelf, FakeTranscripts
from bot.unanswered import OpenQuestions
from bot.undoing import Changes
from bot.welcoming import Welcome

TEA = "/docs/tea.txt"
TEA_TEXT = "Green tea wants water at eighty degrees. Wait two minutes.\n\nBlack tea wants boiling water."

ANN = Actor(id="ann", name="Ann")
BOB = Actor(id="bob", name="Bob")
MODERATOR = Actor(id="mod", name="Mo", manages_workspace=True)

HERE = Conversation(platform="discord", workspace="discord:1", channel="general")
ELSEWHERE = Conversation(platform="discord", workspace="discord:2", channel="general")
TERMINAL = Conversation(platform="terminal", workspace="local", channel="")


def taken(errands: Errands, platform: str) -> Errand | None:
    """Do what a platform is to do next, and return it."""
    waiting = errands.take(platform)
    if waiting is None:
        return None
    errands.settle(waiting, Fate.DONE)
    return waiting.errand


class Bench:
    """A router and the parts that it was given."""

    def __init__(
        self,
        allowed_paths: tuple[Path, ...] = (Path("/docs"),),
        allowed_kinds: tuple[str, ...] = (),
        max_upload_bytes: int = 10_000_000,
        **policy: object,
    ) -> None:
        self.clock = FakeClock()
        self.searcher = FakeSearcher()
        self.library = FakeLibrary(self.searcher, {TEA: TEA_TEXT})
        self.records = Records(Path(":memory:"))
        self.preferences = PreferenceBook(self.records)
        self.receipts = Receipts(self.records, self.clock, self.library)
        self.permissions = Permissions(preferred=self.preferences.value)
        self.shelf = FakeShelf(self.library)
        self.questions = Questions(self.records, self.clock, days=self.days_kept)
        self.ledger = Ledger(
            self.records, self.clock, self.questions, posted=partial(posted_answers, self.records)
        )
        self.audit = AuditTrail(self.records, self.clock)
        self.errands = Errands(self.records, self.clock)
        self.postings = Postings(self.records, self.clock)
        self.hindrances = Hindrances(
            clock=self.clock, errands=self.errands, moderators=self.permissions.listed
        )
        self.escalation = Escalation(
            self.records,
            self.clock,
            questions=self.questions,
            preferences=self.preferences,
            errands=self.errands,
            hindered=self.hindrances.note,
        )
        self.statistics = Statistics(
            self.records,
            self.clock,
            ledger=self.ledger,
            questions=self.questions,
            receipts=self.receipts,
            originals=self.library,
        )
        self.readied: list[str] = []
        self.changes = Changes(self.records, self.clock, self.library.discard)
        usual = {"threshold": 0.5, "closest": 0.35, "passages": 5}
        self.policy = Policy(**usual | policy)  # type: ignore[arg-type]
        likeness = FakeLikeness()
        aliases = AliasBook(
            self.records,
            self.clock,
            searcher=self.searcher,
            likeness=likeness,
        )
        self.golden = GoldenQuestions(
            self.records,
            self.clock,
            searcher=self.searcher,
            library=self.library,
            aliases=aliases,
            ledger=self.ledger,
            questions=self.questions,
            preferences=self.preferences,
            answers=self.policy.answers,
            passages=self.policy.passages,
        )
        self.jobs = Jobs(self.library, self.clock, looked_at=self.golden.looked_at)
        curation = Curation(
            self.records,
            self.clock,
            shelf=self.shelf,
            jobs=self.jobs,
            permissions=self.permissions,
            preferences=self.preferences,
        )
        topics = Topics(self.clock)
        open_questions = OpenQuestions(
            self.records,
            self.clock,
            curation=curation,
            aliases=aliases,
            searcher=self.searcher,
            preferences=self.preferences,
            likeness=likeness,
            errands=self.errands,
        )
        self.modes = Modes(self.records, deaf=frozenset({"discord"}))
        self.scopes = Scopes(
            self.records, library=self.library, searcher=self.searcher, permissions=self.permissions
        )
        precedents = Precedents(
            self.records,
            ledger=self.ledger,
            questions=self.questions,
            likeness=likeness,
            threshold=self.policy.threshold,
        )
        self.overhearing = Overhearing(
            self.records,
            self.clock,
            modes=self.modes,
            preferences=self.preferences,
            errands=self.errands,
            precedents=precedents,
        )
        self.schedules = Schedules(self.records, self.clock, chance=lambda: 0.5)
        self.channels = Channels(
            self.records,
            library=self.library,
            transcripts=FakeTranscripts(self.library),
            jobs=self.jobs,
            errands=self.errands,
        )
        self.desk = SourceDesk(
            self.library,
            self.jobs,
            self.changes,
            self.schedules,
            self.golden,
            look_again=self.channels.ask,
            allowed_paths=allowed_paths,
            allowed_kinds=allowed_kinds,
            max_upload_bytes=max_upload_bytes,
        )
        self.router = Router(
            searcher=self.searcher,
            library=self.library,
            ledger=self.ledger,
            permissions=self.permissions,
            limit=RateLimit(questions=4, per_seconds=8, clock=self.clock),
            jobs=self.jobs,
            policy=self.policy,
            embedder="hashing",
            topics=topics,
            preferences=self.preferences,
            privacy=Privacy(
                (
                    self.ledger,
                    self.questions,
                    self.audit,
                    curation,
                    open_questions,
                    aliases,
                    self.golden,
                    self.channels,
                    self.overhearing,
                    topics,
                    self.escalation,
                    self.errands,
                    self.postings,
                )
            ),
            postings=self.postings,
            questions=self.questions,
            hindrances=self.hindrances,
            examples=Examples(searcher=self.searcher, answers=self.policy.answers, clock=self.clock),
            escalation=self.escalation,
            errands=self.errands,
            receipts=self.receipts,
            audit=self.audit,
            welcome=Welcome(self.records),
            desk=self.desk,
            curation=curation,
            open_questions=open_questions,
            modes=self.modes,
            channels=self.channels,
            scopes=self.scopes,
            overhearing=self.overhearing,
            aliases=aliases,
            golden=self.golden,
            statistics=self.statistics,
            hygiene=Hygiene(
                searcher=self.searcher, originals=self.library, receipts=self.receipts, clock=self.clock
            ),
            exports=Exports(statistics=self.statistics, ledger=self.ledger, questions=self.questions),
            workspace_ready=self.readied.append,
        )
        self.living = LivingAnswers(
            self.records,
            self.clock,
            postings=self.postings,
            ledger=self.ledger,
            searcher=self.searcher,
            originals=self.library,
            preferences=self.preferences,
            errands=self.errands,
            show=self.router.shown,
            may_show=lambda posting, passage: self.scopes.may_show(precedents.placed(posting), passage),
        )

    def days_kept(self, workspace: str) -> int:
        return int(self.preferences.value(workspace, "questions.keep"))

    def restart(self) -> None:
        """Forget what only memory holds."""
        self.questions._newest.clear()

    def handle(self, request: Request) -> Reply:
        return self.router.handle(request)

    def read_tea(self, conversation: Conversation = HERE) -> None:
        self.handle(AddSource(actor=MODERATOR, conversation=conversation, origin=TEA))

    def upload(self, text: str, name: str = "notes", actor: Actor = MODERATOR) -> Reply:
        origin = Upload(filename=f"{name}.txt", data=text.encode())
        return self.handle(AddSource(actor=actor, conversation=HERE, origin=origin, name=name))

    def ask(
        self, question: str, actor: Actor = ANN, conversation: Conversation = HERE, source: str = ""
    ) -> Reply:
        return self.handle(Ask(actor=actor, conversation=conversation, question=question, source=source))

    def answer(
        self, question: str, actor: Actor = ANN, conversation: Conversation = HERE, source: str = ""
    ) -> Answer:
        reply = self.ask(question, actor, conversation, source)
        assert isinstance(reply, Answer)
        return reply


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.records.close()
