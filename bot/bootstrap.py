"""The composition root: the only module that knows every part."""

import asyncio
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property, partial
from importlib import import_module
from math import inf
from pathlib import Path
from typing import Any

import structlog
from filelock import FileLock, Timeout

from bot import registry
from bot.aliases import AliasBook
from bot.audit import AuditTrail
from bot.channels import Channels
from bot.clock import SystemClock
from bot.curation import Curation
from bot.dispatch import ThreadedCore
from bot.errands import Errands
from bot.errors import AlreadyRunning, Cancelled, QuothError, RecordsUnavailable
from bot.escalation import Escalation
from bot.exporting import Exports
from bot.feedback import Ledger
from bot.following import Topics
from bot.golden import GoldenQuestions
from bot.health import beat
from bot.hindrances import Hindrances
from bot.hygiene import Hygiene
from bot.jobs import Jobs, Watch
from bot.library import CatalogLibrary
from bot.likeness import EmbedderLikeness
from bot.limits import RateLimit
from bot.living import LivingAnswers
from bot.messages import Errand, Posting, counted
from bot.modes import Modes
from bot.overhearing import Overhearing
from bot.overview import Examples
from bot.permissions import Permissions
from bot.ports import Adapter, Clock, Platform
from bot.postings import Postings
from bot.precedents import Precedents, posted_answers
from bot.preferences import PreferenceBook
from bot.privacy import Privacy
from bot.questions import Questions
from bot.receipts import Receipts
from bot.records import Records
from bot.refreshing import Refreshing
from bot.routing import Policy, Router
from bot.schedules import Schedules
from bot.scopes import Scopes
from bot.settings import RERANK_OFF, RERANK_TOKENS, Settings
from bot.shelf import FolderShelf, FolderTranscripts
from bot.sources import SourceDesk
from bot.statistics import Statistics
from bot.unanswered import OpenQuestions
from bot.undoing import Changes
from bot.welcoming import Welcome
from index.catalog import Catalog, SourceRecord
from index.errors import EmbedderUnavailable, IndexFailure, SourceExists, SourcesUnavailable
from index.languages import covered_by
from index.passages import Failure, SyncReport
from index.ports import Embedder, Reranker, Source
from index.ranking import first_stage, fused, learned_with
from index.sandbox import Sandbox
from index.searcher import CatalogSearcher
from index.sources.options import COMMON, Kinds, Options
from index.syncing import Syncer, merged

LOCAL = "local"
UPLOADS = "uploads"
"""The folder in the data folder for what people gave, which goes when its source is removed."""

CLONES = "git"
"""The folder in the data folder for what was fetched of repositories; losing it costs fetching it again."""

WEB = "web"
"""The folder in the data folder for what servers said of their pages' age; losing it costs requests."""

MODELS = "models"
"""The folder in the data folder for converted embedding models; losing it costs some seconds."""

HEARTBEAT = "heartbeat"
"""The file in the data folder that a running bot touches."""

REVISION_SECONDS = 1.0
"""Between two revisions of posted answers on a platform, which limits how often messages are edited."""

RETRY_SECONDS = 300.0
"""How long a community whose sources could not be read waits, so that not each question tries anew."""

TIDY_SECONDS = 3600.0

ANSWERING_SECONDS = 5.0
"""How long those wait for their answer who had asked before the process was told to stop."""

REFRESH_SECONDS = 15.0
"""How often it is looked whether a source is due."""

COMPACT_SECONDS = 86_400.0
"""Between two times at which what was removed is purged from the disk, all of which is written anew."""

SEEDS_NAME = "seeds"

log = structlog.get_logger()


class Application:
    """Quoth, put together from its settings. Each part is built when it is first used."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self._clock = clock or SystemClock()
        self.data = settings.data.expanduser().absolute()
        self.heartbeat = self.data / HEARTBEAT
        self._embedder_lock = threading.Lock()
        self._reranker_lock = threading.Lock()
        self._is_untidy = False
        self._compact_from = self._clock.monotonic() + TIDY_SECONDS
        self._formers: dict[str, Embedder | None] = {}
        self._prepare_from: dict[str, float] = {}
        self._is_told_to_stop = threading.Event()
        self._wake: Callable[[], object] = _do_nothing

    @cached_property
    def catalog(self) -> Catalog:
        """The catalogue."""
        return Catalog(self.data / "catalog.sqlite")

    def embedder(self) -> Embedder:
        """Return the embedder; loading it takes seconds, so it is loaded once and when needed."""
        with self._embedder_lock:
            return self._embedder

    @cached_property
    def _embedder(self) -> Embedder:
        chosen = self.settings.embedder
        return self._open_embedder(
            model=chosen.model, query_prompt=chosen.query_prompt, passage_prompt=chosen.passage_prompt
        )

    def _open_embedder(self, **recipe: str) -> Embedder:
        embedder: Embedder = registry.load(registry.EMBEDDER)(
            **recipe, runtime=self.settings.embedder.runtime, folder=self.data / MODELS
        )
        return embedder

    def former_embedder(self, id: str) -> Embedder | None:
        """Return an embedder that the settings named before, or None when it cannot be had any more."""
        with self._embedder_lock:
            if id not in self._formers:
                self._formers[id] = self._former(id)
            return self._formers[id]

    def _former(self, id: str) -> Embedder | None:
        recipe = self.catalog.recipe(id)
        try:
            former = self._open_embedder(**json.loads(recipe)) if recipe else None
        except EmbedderUnavailable as error:
            log.warning("The former embedding model cannot answer meanwhile", reason=str(error))
            return None
        return former if former is not None and former.id == id else None

    def _syncing_embedder(self) -> Embedder:
        """Return the embedder, and keep how it is made, for when the settings name another."""
        embedder, chosen = self.embedder(), self.settings.embedder
        recipe = json.dumps(
            {
                "model": chosen.model,
                "query_prompt": chosen.query_prompt,
                "passage_prompt": chosen.passage_prompt,
            }
        )
        if self.catalog.recipe(embedder.id) != recipe:
            self.catalog.keep_recipe(embedder.id, recipe)
        return embedder

    def embeds_anew(self) -> bool:
        """Whether some community is still searched with an embedder that the settings named before."""
        served = {self.catalog.embedder(workspace) for workspace in self.catalog.workspaces()} - {""}
        return bool(served) and served != {self.embedder().id}

    def reranker(self) -> Reranker:
        """Return the cross-encoder that the settings name, loaded once and when needed."""
        with self._reranker_lock:
            return self._reranker

    @cached_property
    def _reranker(self) -> Reranker:
        reranker: Reranker = registry.load(registry.RERANKER)(self.settings.answers.rerank)
        return reranker

    @property
    def _has_reranker(self) -> bool:
        return self.settings.answers.rerank not in (RERANK_OFF, RERANK_TOKENS)

    @cached_property
    def searcher(self) -> CatalogSearcher:
        """The door for questions."""
        return CatalogSearcher(
            self.catalog,
            embedder=self.embedder,
            folder=self.data / "vectors",
            former=self.former_embedder,
            scored_by=first_stage if self.settings.answers.rerank == RERANK_OFF else fused,
            reranker=self.reranker if self._has_reranker else None,
        )

    @cached_property
    def sandbox(self) -> Sandbox:
        """Where documents are read, and what sources fetch is parsed."""
        return Sandbox(registry.READERS)

    @cached_property
    def syncer(self) -> Syncer:
        """What brings sources up to date."""
        return Syncer(
            self.catalog,
            embedder=self._syncing_embedder,
            open_source=self._open_source,
            open_reader=self.sandbox.reader,
            lock_path=self.data / "sync.lock",
            published=self.searcher.prepare,
        )

    @cached_property
    def library(self) -> CatalogLibrary:
        """The door for moderators."""
        return CatalogLibrary(
            self.catalog,
            self.syncer,
            uploads=self.data / UPLOADS,
            kinds=_addable_kinds(),
            covered=covered_by(self.settings.embedder.model),
            web_kind=self._web_kind,
            removed=self._forget_fetched,
        )

    @cached_property
    def web(self) -> Any:
        """The web as sources see it, an ``index.sources.web.Web``."""
        return registry.load(registry.WEB)(self.settings.fetch.allowed_hosts)

    def _web_kind(self, address: str) -> str:
        return str(registry.load(registry.WEB_KIND)(self.web, self.sandbox.parse, address))

    def _web_memory(self, record: SourceRecord) -> Path:
        return self.data / WEB / f"{record.id}.json"

    def _clone(self, record: SourceRecord) -> Path:
        return self.data / CLONES / f"{record.id}.git"

    def _forget_fetched(self, record: SourceRecord) -> None:
        memory = self._web_memory(record)
        memory.unlink(missing_ok=True)
        memory.with_suffix(".begun").unlink(missing_ok=True)
        shutil.rmtree(memory.with_suffix(".pages"), ignore_errors=True)
        shutil.rmtree(self._clone(record), ignore_errors=True)

    @cached_property
    def records(self) -> Records:
        """What the core keeps of its own."""
        return Records(self.data / "ledger.sqlite")

    @cached_property
    def router(self) -> Router:
        """The core."""
        settings, clock = self.settings, self._clock
        curation = Curation(
            self.records,
            clock,
            shelf=FolderShelf(self.catalog, self.data / UPLOADS),
            jobs=self.jobs,
            permissions=self.permissions,
            preferences=self.preferences,
        )
        topics = Topics(clock)
        open_questions = OpenQuestions(
            self.records,
            clock,
            curation=curation,
            aliases=self.aliases,
            searcher=self.searcher,
            preferences=self.preferences,
            likeness=EmbedderLikeness(self.embedder),
            errands=self.errands,
        )
        modes = Modes(
            self.records, deaf=frozenset() if settings.discord.message_content else frozenset({"discord"})
        )
        overhearing = Overhearing(
            self.records,
            clock,
            modes=modes,
            preferences=self.preferences,
            errands=self.errands,
            precedents=self.precedents,
        )
        return Router(
            searcher=self.searcher,
            library=self.library,
            ledger=self.ledger,
            permissions=self.permissions,
            limit=RateLimit(
                questions=settings.limits.questions, per_seconds=settings.limits.per_seconds, clock=clock
            ),
            jobs=self.jobs,
            policy=self.policy,
            embedder=settings.embedder.model,
            topics=topics,
            preferences=self.preferences,
            privacy=Privacy(
                (
                    self.ledger,
                    self.questions,
                    self.audit,
                    curation,
                    open_questions,
                    self.aliases,
                    self.golden,
                    self.channels,
                    overhearing,
                    topics,
                    self.escalation,
                    self.errands,
                    self.postings,
                )
            ),
            postings=self.postings,
            questions=self.questions,
            examples=self.examples,
            hindrances=self.hindrances,
            escalation=self.escalation,
            errands=self.errands,
            receipts=self.receipts,
            audit=self.audit,
            desk=self.desk,
            welcome=Welcome(self.records),
            curation=curation,
            open_questions=open_questions,
            modes=modes,
            channels=self.channels,
            scopes=self.scopes,
            overhearing=overhearing,
            aliases=self.aliases,
            golden=self.golden,
            statistics=self.statistics,
            exports=self.exports,
            hygiene=self.hygiene,
            workspace_ready=self.prepare,
        )

    @cached_property
    def scopes(self) -> Scopes:
        """Which sources channels and roles have."""
        return Scopes(
            self.records, library=self.library, searcher=self.searcher, permissions=self.permissions
        )

    @cached_property
    def aliases(self) -> AliasBook:
        """Questions that lead to a passage."""
        return AliasBook(
            self.records,
            self._clock,
            searcher=self.searcher,
            likeness=EmbedderLikeness(self.embedder),
        )

    @cached_property
    def golden(self) -> GoldenQuestions:
        """What each sync is tried with."""
        return GoldenQuestions(
            self.records,
            self._clock,
            searcher=self.searcher,
            library=self.library,
            aliases=self.aliases,
            ledger=self.ledger,
            questions=self.questions,
            preferences=self.preferences,
            answers=self.policy.answers,
            passages=self.policy.passages,
        )

    @cached_property
    def channels(self) -> Channels:
        """Which channels are quoted."""
        return Channels(
            self.records,
            library=self.library,
            transcripts=FolderTranscripts(self.catalog, self.data / UPLOADS),
            jobs=self.jobs,
            errands=self.errands,
            allowed_kinds=self.settings.sources.kinds,
        )

    @cached_property
    def precedents(self) -> Precedents:
        """What was answered before, and where."""
        return Precedents(
            self.records,
            ledger=self.ledger,
            questions=self.questions,
            likeness=EmbedderLikeness(self.embedder),
            threshold=self.policy.threshold,
        )

    @cached_property
    def preferences(self) -> PreferenceBook:
        """What communities have chosen."""
        return PreferenceBook(self.records)

    @cached_property
    def receipts(self) -> Receipts:
        """What was quoted, to be verified."""
        return Receipts(self.records, self._clock, self.library)

    @cached_property
    def statistics(self) -> Statistics:
        """What is asked and answered, in numbers."""
        return Statistics(
            self.records,
            self._clock,
            ledger=self.ledger,
            questions=self.questions,
            receipts=self.receipts,
            originals=self.library,
        )

    @cached_property
    def hygiene(self) -> Hygiene:
        """What should be mended in the sources."""
        return Hygiene(
            searcher=self.searcher, originals=self.library, receipts=self.receipts, clock=self._clock
        )

    @cached_property
    def exports(self) -> Exports:
        """Questions and feedback as files."""
        return Exports(statistics=self.statistics, ledger=self.ledger, questions=self.questions)

    @cached_property
    def postings(self) -> Postings:
        """Where answers were posted."""
        return Postings(self.records, self._clock)

    @cached_property
    def living(self) -> LivingAnswers:
        """What keeps posted answers true."""
        return LivingAnswers(
            self.records,
            self._clock,
            postings=self.postings,
            ledger=self.ledger,
            searcher=self.searcher,
            originals=self.library,
            preferences=self.preferences,
            errands=self.errands,
            show=self.router.shown,
            may_show=lambda posting, passage: self.scopes.may_show(self.precedents.placed(posting), passage),
        )

    @cached_property
    def audit(self) -> AuditTrail:
        """Who changed what."""
        return AuditTrail(self.records, self._clock)

    @cached_property
    def questions(self) -> Questions:
        """The words of questions."""
        days = partial(self.preferences.value, name="questions.keep")
        return Questions(self.records, self._clock, days=lambda workspace: int(days(workspace)))

    @cached_property
    def ledger(self) -> Ledger:
        """What was answered."""
        posted = partial(posted_answers, self.records)
        return Ledger(self.records, self._clock, self.questions, posted=posted)

    @cached_property
    def permissions(self) -> Permissions:
        """Who moderates."""
        chosen = self.settings.moderators
        return Permissions(ids=chosen.ids, groups=chosen.groups, preferred=self.preferences.value)

    @cached_property
    def hindrances(self) -> Hindrances:
        """What platforms keep the bot from."""
        return Hindrances(clock=self._clock, errands=self.errands, moderators=self.permissions.listed)

    @cached_property
    def escalation(self) -> Escalation:
        """What calls humans."""
        return Escalation(
            self.records,
            self._clock,
            questions=self.questions,
            preferences=self.preferences,
            errands=self.errands,
            hindered=self.hindrances.note,
        )

    @cached_property
    def examples(self) -> Examples:
        """Questions to begin with."""
        return Examples(
            searcher=self.searcher,
            answers=self.policy.answers,
            clock=self._clock,
            earlier=self.questions.often_asked,
        )

    @cached_property
    def desk(self) -> SourceDesk:
        """What moderators do with sources."""
        return SourceDesk(
            self.library,
            self.jobs,
            Changes(self.records, self._clock, self.library.discard),
            self.schedules,
            self.golden,
            allowed_paths=self.settings.sources.allowed_paths,
            look_again=self.channels.ask,
            allowed_kinds=self.settings.sources.kinds,
            max_upload_bytes=self.settings.sources.max_upload_bytes,
        )

    @cached_property
    def schedules(self) -> Schedules:
        """When sources are read anew by themselves."""
        return Schedules(self.records, self._clock)

    @cached_property
    def refreshing(self) -> Refreshing:
        """What reads sources by their schedules."""
        return Refreshing(
            self.schedules,
            library=self.library,
            jobs=self.jobs,
            golden=self.golden,
            preferences=self.preferences,
            errands=self.errands,
            look_again=self.channels.ask,
        )

    @cached_property
    def errands(self) -> Errands:
        """What adapters shall say unasked."""
        return Errands(self.records, self._clock)

    @cached_property
    def policy(self) -> Policy:
        """When to answer."""
        settings = self.settings
        return Policy(
            threshold=settings.answers.threshold,
            closest=settings.answers.closest,
            passages=settings.answers.passages,
            log_questions=settings.logs.questions,
        )

    @cached_property
    def jobs(self) -> Jobs:
        """Syncs under way."""
        return Jobs(
            self.library, self._clock, looked_at=self.golden.looked_at, stopping=self._is_told_to_stop
        )

    def prepare(self, workspace: str) -> None:
        """Give a chat platform's new workspace its starter source, once, and read it.

        What fails here is tried again after RETRY_SECONDS; nobody's question fails by it.
        """
        if workspace == LOCAL or self._clock.monotonic() < self._prepare_from.get(workspace, -inf):
            return
        try:
            self.seed(workspace)
            if not all(self.catalog.are_synced(workspace)):
                if not self.jobs.are_idle():
                    return  # questions do not wait behind another community's sync
                self.jobs.run(workspace, "", lambda progress: None)
        except (Cancelled, IndexFailure) as error:
            self._prepare_from[workspace] = self._clock.monotonic() + RETRY_SECONDS
            log.warning("A new community could not be given its sources", reason=str(error))
        else:
            self._prepare_from[workspace] = inf

    def has_read(self, workspace: str) -> bool:
        """Whether any source of a workspace was ever read to its end."""
        return any(self.catalog.are_synced(workspace))

    def seed(self, workspace: str) -> bool:
        """Add the starter source unless this workspace has had it, and say whether that was done.

        Raises SourceUnavailable.
        """
        seeds = self.settings.sources.seeds
        if seeds is None or self.catalog.is_seeded(workspace):
            return False
        added = False
        with suppress(SourceExists):  # a moderator's own source of that name, or one cut short
            self.library.add(workspace, str(seeds), name=SEEDS_NAME, base_url="")
            added = True
        self.catalog.mark_seeded(workspace)
        return added

    def sync(self, watch: Watch) -> SyncReport:
        """Sync every source of every workspace.

        Raises SourcesUnavailable after the others are done, and any other IndexFailure at once.
        """
        total, gone = SyncReport(), list[Failure]()
        for workspace in dict.fromkeys((LOCAL, *self.catalog.workspaces())):
            try:
                total = merged(total, self.desk.sync(workspace, "", watch))
            except SourcesUnavailable as error:
                total = merged(total, error.report)
                where = "" if workspace == LOCAL else f" of {workspace}"
                gone += [replace(failure, uri=f"{failure.uri}{where}") for failure in error.failures]
        if gone:
            raise SourcesUnavailable(gone, total)
        return total

    def platforms(self) -> list[Platform]:
        """Return the chat platforms that have tokens. Raises SettingInvalid."""
        return [self._platform(name) for name in self.settings.platforms]

    def _platform(self, name: str) -> Platform:
        platform: Platform = registry.load(registry.ADAPTERS[name])(
            state_dir=self.data,
            max_upload_bytes=self.settings.sources.max_upload_bytes,
            **_PLATFORM_SETTINGS[name](self.settings),
        )
        return platform

    def terminal(self) -> Adapter:
        """Return the chat with whoever sits at the machine."""
        adapter: Adapter = registry.load(registry.ADAPTERS["terminal"])()
        return adapter

    def checks(self) -> dict[str, Callable[[], str]]:
        """Return what can be tried, by name: each says how it is, or raises QuothError or IndexFailure."""
        return {
            "packages": _check_packages,
            "catalogue": lambda: counted(len(self.catalog.source_names(LOCAL)), "local source"),
            "embedder": self._check_embedder,
            **({"reranker": self._check_reranker} if self._has_reranker else {}),
            **{name: partial(self._check_platform, name) for name in self.settings.platforms},
        }

    def _check_embedder(self) -> str:
        embedder = self.embedder().id
        if embedder == learned_with():
            return embedder
        return f"{embedder}; how sure it is was learned with {learned_with()}, so try answers.threshold anew"

    def _check_reranker(self) -> str:
        self.reranker().score("a question", ["a passage"])
        return self.settings.answers.rerank

    def _check_platform(self, name: str) -> str:
        return asyncio.run(self._platform(name).check())

    async def serve(self, adapters: Sequence[Adapter], terminal: Adapter | None) -> None:
        """Run all adapters until one fails, or until the terminal ends and no other is there.

        Raises AlreadyRunning when another process serves chat platforms from this data folder.
        """
        with self._only_server() if adapters else nullcontext():
            await self._serve(adapters, terminal)

    def _only_server(self) -> AbstractContextManager[object]:
        """Hold a lock: two servers would answer everything twice. Raises AlreadyRunning."""
        try:
            return FileLock(self.data / "run.lock").acquire(blocking=False)
        except Timeout as error:
            raise AlreadyRunning from error

    async def _serve(self, adapters: Sequence[Adapter], terminal: Adapter | None) -> None:
        core = ThreadedCore(
            self.router.handle,
            errands=self.errands,
            note=self._note,
            hindered=self.hindrances.note,
            refused=self._refused,
        )
        pulse = asyncio.create_task(beat(self.heartbeat))
        following = asyncio.create_task(core.repeat(self.living.step, REVISION_SECONDS))
        tidying = asyncio.create_task(self._tidy())
        refreshing = asyncio.create_task(self._refresh())
        await asyncio.to_thread(self.channels.ask_all)
        serving = [asyncio.create_task(adapter.run(core)) for adapter in adapters]
        if terminal is not None:
            serving.append(asyncio.create_task(terminal.run(core)))
        try:
            await self._served(serving, core)
        finally:
            self.jobs.stop()  # the process would not end before its syncs do
            tasks = (pulse, following, tidying, refreshing, *serving)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            core.close()

    async def _served(self, serving: Sequence[asyncio.Task[None]], core: ThreadedCore) -> None:
        """Wait until one adapter fails, all have ended, or the process is told to stop."""
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        self._wake = partial(loop.call_soon_threadsafe, told.set)
        if self._is_told_to_stop.is_set():
            told.set()
        stopping = asyncio.create_task(told.wait())
        ended = asyncio.gather(*serving)
        try:
            await asyncio.wait((ended, stopping), return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                ended.result()
                return
            ended.add_done_callback(_leave)
            log.info("Stopping; what was asked before is still answered")
            await core.drain(ANSWERING_SECONDS)
        finally:
            self._wake = _do_nothing
            stopping.cancel()

    def stop(self) -> None:
        """Let ``serve`` end in order, and every sync at its next step. A signal's handler may call it."""
        self._is_told_to_stop.set()
        self._wake()

    async def _tidy(self) -> None:
        """Erase now and then what communities want kept no longer, and what can be undone no longer."""
        while True:
            await asyncio.to_thread(self.tidy)
            await asyncio.sleep(TIDY_SECONDS)

    def tidy(self) -> None:
        """Erase what is kept no longer; purge the files of it too, once a day and not at the start."""
        self.router.purge()
        try:
            self._is_untidy |= self.desk.expire() or self.catalog.has_outdated_vectors()
            if self._is_untidy and self._clock.monotonic() >= self._compact_from:
                self._is_untidy, self._compact_from = False, self._clock.monotonic() + COMPACT_SECONDS
                self._compact()
        except (IndexFailure, RecordsUnavailable) as error:  # the next time will do
            self._is_untidy = True
            log.warning("What was removed could not be purged from the disk yet", reason=str(error))

    async def _refresh(self) -> None:
        """Read sources by their schedules, in a thread of their own: questions never wait behind it."""
        await asyncio.to_thread(self._embed_anew)
        while True:
            try:
                await asyncio.to_thread(self.refreshing.step)
            except Exception as error:  # what is not read now is due in the next step, too
                log.error("Sources could not be read by their schedules", exc_info=error)
            await asyncio.sleep(REFRESH_SECONDS)

    def _embed_anew(self) -> None:
        """Read everything with the embedder that the settings name now, unless that is done."""
        try:
            if not self.embeds_anew():
                return
            for workspace in self.catalog.workspaces():
                self.syncer.embed_anew(workspace, lambda step: self.jobs.go_on())
            self.sync(lambda progress: None)
        except (QuothError, IndexFailure) as error:  # what is done is kept, and the next sync goes on
            log.warning("Not everything could be embedded anew", reason=str(error))
        else:
            log.info("Everything was embedded anew")

    def purge(self) -> None:
        """Leave nothing on the disk of what was replaced or removed; none of it can be undone then.

        Raises IndexFailure and RecordsUnavailable.
        """
        self.desk.purge()
        try:
            self.living.purge()
        except sqlite3.Error as error:
            raise RecordsUnavailable from error
        self._compact()

    def _compact(self) -> None:
        self.searcher.compact()
        self.catalog.compact()
        self.records.compact()
        # Repositories are fetched anew: what was kept of them holds files that are no longer theirs.
        shutil.rmtree(self.data / CLONES, ignore_errors=True)

    def _refused(self, errand: Errand) -> None:
        self.living.refused(errand)
        self.escalation.refused(errand)

    def _note(self, posting: Posting) -> None:
        self.living.note(posting)
        self.router.posted(posting)

    def close(self) -> None:
        """End the processes in which documents are read."""
        self.sandbox.close()

    def _open_source(self, record: SourceRecord) -> Source:
        if record.kind not in registry.SOURCES:
            raise QuothError(f"The source {record.name!r} is of the unknown kind {record.kind!r}.")
        source: Source = registry.load(registry.SOURCES[record.kind])(
            record.origin,
            formats=frozenset(registry.READERS),
            options={name: value for name, value in record.options.items() if name not in COMMON},
            base_url=record.base_url,
            **self._parts(record),
        )
        return source

    def _parts(self, record: SourceRecord) -> dict[str, Any]:
        """Return what a source of this kind needs besides what is recorded of it."""
        if record.kind in registry.WEB_SOURCES:
            return {"web": self.web, "memory": self._web_memory(record), "parse": self.sandbox.parse}
        if record.kind in registry.PARSED_SOURCES:
            return {"parse": self.sandbox.parse}
        if record.kind in registry.CLONING_SOURCES:
            pool = registry.load(registry.GUARDED_POOL)
            hosts = self.settings.fetch.allowed_hosts
            return {"clone": self._clone(record), "pool": partial(pool, allowed_hosts=hosts)}
        return {}


def _do_nothing() -> None:
    """Nothing is served, so nobody needs to be woken."""


def _leave(ended: "asyncio.Future[list[None]]") -> None:
    """Look at what came of adapters that were told to end, as asyncio complains of what nobody looks at."""
    if not ended.cancelled():
        ended.exception()


def _discord_settings(settings: Settings) -> dict[str, Any]:
    return {
        "token": settings.discord_token.get_secret_value(),
        "api_url": settings.discord.api_url,
        "gateway_url": settings.discord.gateway_url,
        "message_content": settings.discord.message_content,
    }


def _slack_settings(settings: Settings) -> dict[str, Any]:
    return {
        "bot_token": settings.slack_bot_token.get_secret_value(),
        "app_token": settings.slack_app_token.get_secret_value(),
        "signing_secret": settings.slack_signing_secret.get_secret_value(),
        "client_id": settings.slack.client_id,
        "client_secret": settings.slack.client_secret.get_secret_value(),
        "public_url": settings.slack.public_url,
        "api_url": settings.slack_api_url,
        "http_host": settings.slack.http_host,
        "http_port": settings.slack.http_port,
    }


_PLATFORM_SETTINGS = {"discord": _discord_settings, "slack": _slack_settings}


def _check_packages() -> str:
    """Say where the packages are; their names are common. Raises QuothError when one is not ours."""
    here = Path(__file__).resolve().parent.parent
    for name in ("adapters", "index"):
        found = Path(str(import_module(name).__file__)).resolve().parent.parent
        if found != here:
            raise QuothError(
                f"The package {name} comes from {found}; it should come from {here}. "
                "Run Quoth in an environment of its own."
            )
    return str(here)


def _addable_kinds() -> Kinds:
    return {
        kind: partial(_options_of, entry)
        for kind, entry in registry.SOURCES.items()
        if kind not in registry.OWN_SOURCES
    }


def _options_of(entry: str) -> Options:
    options: Options = registry.load(entry).OPTIONS
    return options
