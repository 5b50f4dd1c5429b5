"""A core that says what a test wants it to say, for tests of platforms."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol, TypeVar

from bot.messages import (
    AddChannel,
    AddGolden,
    AddSource,
    Aliases,
    Arrive,
    Ask,
    Audit,
    Cancel,
    ChannelChanged,
    Decide,
    Delete,
    Deleted,
    Errand,
    Escalate,
    Export,
    Fate,
    Follow,
    ForgetMe,
    Gathered,
    GatherGolden,
    Golden,
    Hindrance,
    Inspect,
    More,
    MyData,
    Notice,
    Notify,
    Overhear,
    Overview,
    PauseSource,
    Posting,
    Prefer,
    Preferences,
    Progress,
    Rate,
    ReadOn,
    Reindex,
    ReleaseList,
    Releases,
    RemoveSource,
    Reply,
    Request,
    Resolve,
    Review,
    SaveAnswer,
    ScheduleSource,
    Scope,
    SetMode,
    ShowSource,
    Silence,
    Sources,
    Stats,
    Status,
    Suggest,
    Suggestions,
    Unanswered,
    Undo,
    Verify,
    Why,
)
from bot.ports import Adapter, Core
from tests.adapters.replies import REPLIES, STATUS, answer, continuation, reasons

R = TypeVar("R")


class ReadyAdapter(Adapter, Protocol):
    """An adapter that tells when it is connected."""

    ready: asyncio.Event


class ScriptedCore:
    """Answers as it is told, and keeps what it was asked. It waits at ``gate`` where that is closed."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies_to: dict[type, list[Reply]] = {
            Ask: [answer()],
            More: [answer(offset=1, has_more=False)],
            ReadOn: [continuation()],
            Delete: [Deleted(text="Deleted.")],
            Escalate: [Notice(text="I have called for a human.")],
            Resolve: [REPLIES["help_was_given"]],
            Rate: [Notice(text="Thank you.")],
            Why: [reasons()],
            MyData: [REPLIES["personal_data"]],
            ForgetMe: [REPLIES["personal_data_to_erase"]],
            Arrive: [Silence()],
            Sources: [REPLIES["source_list"]],
            Overview: [REPLIES["overview"]],
            Status: [STATUS],
            SaveAnswer: [Notice(text="Saved.")],
            Aliases: [REPLIES["listing_of_aliases"]],
            Golden: [REPLIES["listing_of_golden_questions"]],
            AddGolden: [Notice(text="Kept.")],
            GatherGolden: [Notice(text="Gathered.")],
            Unanswered: [REPLIES["listing_of_questions"]],
            Notify: [Notice(text="Noted.")],
            Review: [REPLIES["listing"]],
            Decide: [Notice(text="Decided.")],
            Follow: [Notice(text="Followed.")],
            Releases: [ReleaseList(releases=("latest", "3.13", "3.12", "v2"))],
            Suggest: [Suggestions(texts=("Leave", "Leave › How long?"))],
            SetMode: [Notice(text="The mode here is mention.")],
            Scope: [Notice(text="I look in all sources here.")],
            Overhear: [Silence()],
            Preferences: [REPLIES["preferences"]],
            Prefer: [Notice(text="Chosen.")],
            Export: [REPLIES["exported"]],
            Inspect: [REPLIES["exported"]],
            Stats: [REPLIES["statistics"]],
            Audit: [REPLIES["notice_of_changes"]],
            Verify: [Notice(text="Receipt k3v7qa: match.")],
            AddChannel: [Notice(text="Added.")],
            ChannelChanged: [Notice(text="Noted.")],
            Gathered: [Notice(text="Read.")],
            AddSource: [Notice(text="Added.")],
            RemoveSource: [REPLIES["confirm_removal"]],
            ShowSource: [REPLIES["source_details"]],
            PauseSource: [Notice(text="Paused.")],
            ScheduleSource: [Notice(text="Scheduled.")],
            Undo: [Notice(text="Undone.")],
            Cancel: [Notice(text="Cancelled.")],
            Reindex: [*(Progress(text="Reading", done=n, total=50) for n in range(50)), Notice(text="Done.")],
        }
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.unasked: asyncio.Queue[Errand] = asyncio.Queue()
        self.fates: list[Fate] = []
        self.postings: list[Posting] = []
        self.hindrances: list[Hindrance] = []
        self._posted = asyncio.Event()
        self._settled = asyncio.Event()
        self._asked = asyncio.Event()
        self._requested = asyncio.Event()

    async def replies(self, request: Request) -> AsyncIterator[Reply]:
        self.requests.append(request)
        self._asked.set()
        self._requested.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        shared = [answer(shared_by=request.actor)]
        for reply in self.replies_to.get(type(request), shared):
            yield reply

    async def errands(self, platform: str, do: Callable[[str, Errand], Awaitable[Fate]]) -> None:
        while True:
            errand = await self.unasked.get()
            try:
                fate = await do(f"key-{len(self.fates)}", errand)
            except Exception:
                fate = Fate.LATER
            self.fates.append(fate)
            self._settled.set()

    async def settles(self, count: int) -> list[Fate]:
        """Wait until this many errands were seen to, and return what became of them."""
        async with asyncio.timeout(10):
            while len(self.fates) < count:
                self._settled.clear()
                await self._settled.wait()
        return self.fates

    async def hindered(self, hindrance: Hindrance) -> None:
        self.hindrances.append(hindrance)
        self._posted.set()

    async def hears_of_hindrances(self) -> list[Hindrance]:
        """Wait until one was reported, and return them."""
        async with asyncio.timeout(10):
            while not self.hindrances:
                self._posted.clear()
                await self._posted.wait()
        return self.hindrances

    async def posted(self, posting: Posting) -> None:
        self.postings.append(posting)
        self._posted.set()

    async def asked(self, kind: type[R], count: int = 1) -> list[R]:
        """Wait until there were this many requests of a kind, and return them."""
        async with asyncio.timeout(10):
            while len(found := self._of(kind)) < count:
                self._requested.clear()
                await self._requested.wait()
        return found

    def _of(self, kind: type[R]) -> list[R]:
        requests: list[object] = [*self.requests]
        return [each for each in requests if isinstance(each, kind)]

    async def is_asked(self, count: int) -> list[Request]:
        """Wait until this many requests have come, and return them: not each is seen on the platform."""
        async with asyncio.timeout(10):
            while len(self.requests) < count:
                self._asked.clear()
                await self._asked.wait()
        return self.requests

    async def hears_of(self, count: int) -> list[Posting]:
        """Wait until this many postings were reported, and return them."""
        async with asyncio.timeout(10):
            while len(self.postings) < count:
                self._posted.clear()
                await self._posted.wait()
        return self.postings


@asynccontextmanager
async def running(adapter: ReadyAdapter, core: Core) -> AsyncIterator[None]:
    """Run the adapter until the block ends. An adapter that stops by itself raises here."""
    serving = asyncio.create_task(adapter.run(core))
    ready = asyncio.create_task(adapter.ready.wait())
    try:
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        if serving.done():
            await serving
        yield
    finally:
        ready.cancel()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
