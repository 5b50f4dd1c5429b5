"""What moderators do with sources: add, show, pause, remove, read anew, and undo."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, assert_never
from urllib.parse import urlsplit

from bot.channels import KIND as CHAT
from bot.errors import Cancelled
from bot.golden import GoldenQuestions
from bot.jobs import Jobs, Watch
from bot.messages import (
    LISTED_DOCUMENTS,
    LISTED_ITEMS,
    AddSource,
    Cancel,
    Choice,
    ConfirmRemoval,
    Conversation,
    Decision,
    Item,
    Listing,
    Notice,
    PauseSource,
    Refused,
    Reindex,
    RemoveSource,
    Reply,
    ScheduleSource,
    ShowSource,
    SourceDetails,
    SourceLine,
    SourceState,
    Undo,
    Upload,
    address_meant,
    counted,
    first,
)
from bot.ports import Library, Removal
from bot.schedules import Scheduled, Schedules
from bot.undoing import Change, Changes
from index.errors import (
    DocumentUnreadable,
    IndexFailure,
    SourcesUnavailable,
    SourceUnavailable,
    SourceUnknown,
    no_source,
)
from index.passages import Held, SyncReport, content_hash

LISTED_FAILURES = 10
LISTED_GOLDEN = 10
PAGE = "page"

ONE_PAGE = "That is one page. To have all pages below it read, too, add it as a source of the kind site."

FEED = "feed"

LINKED_PAGES = (
    "Where an entry has a summary and no content marked as such, I read the page that it links to and not "
    "the summary. If the news stands in the feed itself, add it with the option read=entries."
)

NOTHING_TO_UNDO = Refused(
    text="There is nothing to undo. I undo the last source that was added or removed, "
    "and what the last sync has changed, within an hour."
)

Managing: TypeAlias = (
    AddSource | Cancel | PauseSource | Reindex | RemoveSource | ScheduleSource | ShowSource | Undo
)
"""What only moderators may ask for; the desk itself asks nobody who they are."""


class SourceDesk:
    """Does what moderators ask for. Safe to call from several threads."""

    def __init__(
        self,
        library: Library,
        jobs: Jobs,
        changes: Changes,
        schedules: Schedules,
        golden: GoldenQuestions,
        *,
        look_again: Callable[[str, str], None] = lambda workspace, name: None,
        allowed_paths: tuple[Path, ...] = (),
        allowed_kinds: tuple[str, ...] = (),
        max_upload_bytes: int = 10_000_000,
    ) -> None:
        """``look_again`` is called with what is read anew, for what platforms have to look at.

        ``allowed_paths`` are the folders from which a chat may add sources.

        ``allowed_kinds`` are the kinds of which it may add any; all of them if none is named.
        """
        self._look_again = look_again
        self._allowed_kinds = allowed_kinds
        self._library = library
        self._jobs = jobs
        self._changes = changes
        self._schedules = schedules
        self._golden = golden
        self._allowed_paths = allowed_paths
        self._max_upload_bytes = max_upload_bytes

    def lines(self, workspace: str) -> list[SourceLine]:
        """List the sources by name, each with how it is right now."""
        scheduled = self._schedules.of(workspace)
        held = self._golden.held(workspace)
        lines = (_held_line(line, held.get(line.name, 0)) for line in self._library.sources(workspace))
        return [self._now(workspace, line, scheduled.get(line.name)) for line in lines]

    def sweep(self) -> None:
        """Let go of what can no longer be undone."""
        self._changes.sweep()

    def handle(self, request: Managing, report: Watch) -> Reply:
        """Do it. Raises IndexFailure."""
        workspace = request.conversation.workspace
        match request:
            case AddSource():
                return self._add(request, report)
            case ShowSource():
                return self._show(workspace, request.name)
            case PauseSource():
                return self._pause(workspace, request)
            case ScheduleSource():
                return self._schedule(workspace, request)
            case RemoveSource():
                return self._remove(workspace, request)
            case Reindex():
                return self._reindex(workspace, request.name, report)
            case Undo():
                return self._undo(workspace, report)
            case Cancel():
                return self._cancel(workspace)
            case _:
                assert_never(request)

    def accept(self, workspace: str, item: str, report: Watch) -> Reply:
        """Do what a source is held for. Raises IndexFailure."""
        name = self._meant(workspace, item)
        if not self.approve(workspace, name):
            return Refused(text=f"{name} is not held: there is nothing to approve.")
        return self._reindex(workspace, name, report)

    def approve(self, workspace: str, name: str) -> bool:
        """Let the next sync do what a source is held for; whether it is held. Raises SourceUnknown."""
        lost_documents = self._library.accept(workspace, name) > 0
        return self._golden.accept(workspace, name) or lost_documents

    def keep(self, workspace: str, item: str) -> Reply:
        """Leave a held source as it is. Raises IndexFailure."""
        name = self._meant(workspace, item)
        return Notice(text=f"Left as it is: what {name} has lost still answers. The next sync looks again.")

    def sync(self, workspace: str, name: str, report: Watch) -> SyncReport:
        """Read what has changed in a source, or in all with an empty name, so that it can be undone.

        Raises SourceUnknown, SourcesUnavailable, Cancelled and any other IndexFailure.
        """
        read = self._jobs.run(workspace, name, report)
        if read.added or read.changed or read.removed:
            self._changes.note(workspace, Change(name=name, synced=True))
        return read

    def purge(self) -> None:
        """Forget for good what was replaced or removed; none of it can be undone any more."""
        self._changes.end()
        self._library.expire(self._changes.now)

    def expire(self) -> bool:
        """Forget what syncs have replaced that can no longer be undone; whether there was any."""
        return self._library.expire(self._changes.oldest)

    def _now(self, workspace: str, line: SourceLine, scheduled: Scheduled | None) -> SourceLine:
        if scheduled is not None:
            line = replace(line, schedule=scheduled.schedule, next_at=scheduled.next_at)
        is_syncing = self._jobs.is_running(workspace, line.name) and line.state is not SourceState.PAUSED
        return replace(line, state=SourceState.SYNCING) if is_syncing else line

    def _line(self, workspace: str, name: str) -> SourceLine:
        lines = self.lines(workspace)
        for line in lines:
            if line.name == name:
                return line
        raise SourceUnknown(no_source(name, [line.name for line in lines]))

    def _meant(self, workspace: str, item: str) -> str:
        """Return the source that a button or a person names. Raises SourceUnknown."""
        by_item = {_item_id(name): name for name in self._library.names(workspace)}
        return self._line(workspace, by_item.get(item, item)).name

    # Adding

    def _add(self, request: AddSource, report: Watch) -> Reply:
        problem = _objection(request)
        if problem:
            return Refused(text=problem)
        given = request.origin.filename if isinstance(request.origin, Upload) else request.origin
        if isinstance(request.origin, str):
            request = replace(request, origin=self._origin(request.origin, request.conversation))
        workspace, kind = request.conversation.workspace, self._kind(request)
        name = self._recorded(replace(request, kind=kind))
        self._schedules.forget(workspace, name)  # that of an earlier source of this name
        try:
            read = self._jobs.run(workspace, name, report, fresh=True)
        except (Cancelled, IndexFailure):
            self._library.discard(self._library.remove(workspace, name))
            raise
        if not read.passages:
            self._library.discard(self._library.remove(workspace, name))
            reasons = _failures(read) or ("It holds no document that I can read.",)
            return Refused(text="\n".join((f"I could not read anything in {given}.", *reasons)))
        self._changes.note(workspace, Change(name=name))
        is_on_the_web = isinstance(request.origin, str) and _is_meant_for_the_web(request.origin)
        as_what = f" ({kind})" if is_on_the_web else ""
        return Notice(
            text=f"Added {name}{as_what}: {counted(read.added, 'document')}, "
            f"{counted(read.passages, 'passage')}.",
            details=(*_taken_for(request, kind), *_details(read)),
        )

    def _recorded(self, request: AddSource) -> str:
        workspace = request.conversation.workspace
        if isinstance(request.origin, Upload):
            upload = request.origin
            if len(upload.data) > self._max_upload_bytes:
                raise DocumentUnreadable(
                    f"{upload.filename} has {len(upload.data):,} bytes; "
                    f"I take up to {self._max_upload_bytes:,}. Split it into smaller files."
                )
            return self._library.add_upload(
                workspace,
                upload.filename,
                upload.data,
                name=request.name,
                base_url=request.base_url,
                kind=request.kind,
                options=request.options,
            )
        return self._library.add(
            workspace,
            request.origin,
            name=request.name,
            base_url=request.base_url,
            kind=request.kind,
            options=request.options,
        )

    def _kind(self, request: AddSource) -> str:
        """Return of which kind the source is to be. Raises SourceUnavailable if a chat may not add such."""
        if isinstance(request.origin, Upload):
            kind = request.kind or self._library.kind_of_file(request.origin.filename)
        else:
            kind = request.kind or self._library.kind_of(request.origin)
        is_at_machine = request.conversation.platform == "terminal"
        if not is_at_machine and self._allowed_kinds and kind not in self._allowed_kinds:
            raise SourceUnavailable(
                f"From a chat I do not add a source of the kind {kind}. "
                f"The setting sources.kinds lets me add: {', '.join(self._allowed_kinds)}."
            )
        return kind

    def _origin(self, origin: str, conversation: Conversation) -> str:
        """Return an origin from which the conversation may add. Raises SourceUnavailable."""
        if conversation.platform == "terminal" or _is_meant_for_the_web(origin):
            return origin
        try:
            return self._allowed(origin)
        except SourceUnavailable:
            if address := address_meant(origin):
                return address
            raise

    def _allowed(self, origin: str) -> str:
        """Return where a path from a chat leads, links followed, so that just that is added.

        Raises SourceUnavailable when no allowed folder holds it.
        """
        try:
            path = Path(origin).expanduser().resolve()
        except (OSError, ValueError, RuntimeError):
            path = None
        folders = [allowed.expanduser().resolve() for allowed in self._allowed_paths]
        if path is None or not any(path.is_relative_to(folder) for folder in folders):
            raise SourceUnavailable(
                "From a chat I only read folders that the setting sources.allowed_paths lists. "
                "Attach the file instead, or ask whoever runs me to list the folder."
            )
        return str(path)

    # Keeping

    def _show(self, workspace: str, name: str) -> Reply:
        line = self._line(workspace, name)
        documents = self._library.documents(workspace, name)
        return SourceDetails(source=line, documents=tuple(documents[:LISTED_DOCUMENTS]))

    def _pause(self, workspace: str, request: PauseSource) -> Reply:
        self._line(workspace, request.name)
        self._library.pause(workspace, request.name, paused=request.paused)
        if request.paused:
            return Notice(
                text=f"Paused {request.name}: I quote what I have read of it, and do not read it anew."
            )
        return Notice(text=f"Resumed {request.name}: the next sync reads what has changed in it.")

    def _schedule(self, workspace: str, request: ScheduleSource) -> Reply:
        self._line(workspace, request.name)
        chosen = self._schedules.choose(workspace, request.name, request.schedule)
        if chosen is None:
            return Notice(text=f"{request.name} is read anew only when a moderator says so.")
        return Notice(
            text=f"{request.name} is read anew {chosen.schedule}, next {chosen.next_at:%Y-%m-%d %H:%M} UTC."
        )

    def _reindex(self, workspace: str, name: str, report: Watch) -> Reply:
        if name:
            self._line(workspace, name)
        self._look_again(workspace, name)
        try:
            read = self.sync(workspace, name, report)
            return held(name, read) if read.held else synced(name, read)
        except SourcesUnavailable as error:
            others = synced("Every other source", error.report)
            return Refused(text="\n".join((str(error), others.text, *others.details)))

    def _cancel(self, workspace: str) -> Reply:
        if not self._jobs.cancel(workspace):
            return Refused(text="I am reading nothing at the moment.")
        return Notice(text="I stop reading. What I had read before still answers.")

    # Removing, and back

    def _remove(self, workspace: str, request: RemoveSource) -> Reply:
        line = self._line(workspace, request.name)
        if not request.confirmed:
            return ConfirmRemoval(source=line)
        removal = self._library.remove(workspace, request.name)
        if line.kind == CHAT:  # nobody would follow what people delete meanwhile
            self._library.discard(removal)
            return Notice(text=f"Removed {request.name} with its {counted(removal.passages, 'passage')}.")
        self._changes.note(workspace, Change(name=request.name, removal=removal))
        return Notice(
            text=f"Removed {request.name} with its {counted(removal.passages, 'passage')}. "
            "Within an hour you can undo that.",
            details=self._looked(workspace),
        )

    def _undo(self, workspace: str, report: Watch) -> Reply:
        change = self._changes.last(workspace)
        if change is None or change.synced:
            return self._revert(workspace, change.name if change else "")
        if change.removal is not None:
            return self._restore(workspace, change.removal, report)
        removal = self._library.remove(workspace, change.name)
        self._changes.note(workspace, Change(name=change.name, removal=removal))
        return Notice(
            text=f"Undone: {change.name} is removed again, as before it was added.",
            details=self._looked(workspace),
        )

    def _revert(self, workspace: str, name: str) -> Reply:
        reverted = self._library.revert(workspace, name, since=self._changes.oldest)
        self._changes.forget(workspace)
        if not reverted:
            return NOTHING_TO_UNDO
        for each in reverted:
            self._library.pause(workspace, each, paused=True)
        counts = ", ".join(f"{each} ({counted(number, 'document')})" for each, number in reverted.items())
        return Notice(
            text=f"Undone what the last sync has changed: {counts}. So that the next one does not change "
            "it again, I have paused it. Resume it when its source is as you want it.",
            details=self._looked(workspace),
        )

    def _looked(self, workspace: str) -> tuple[str, ...]:
        """Say which golden questions have lost or gained their answer by what was just done."""
        difference = self._golden.looked(workspace)
        return golden(
            [pair.question for pair in difference.lost], [pair.question for pair in difference.gained]
        )

    def _restore(self, workspace: str, removal: Removal, report: Watch) -> Reply:
        self._library.restore(workspace, replace(removal, paused=False))
        try:
            read = self._jobs.run(workspace, removal.name, report, fresh=True)
        except (Cancelled, IndexFailure):
            self._library.remove(workspace, removal.name)  # it can still be undone, its file with it
            raise
        self._library.pause(workspace, removal.name, paused=removal.paused)
        self._changes.forget(workspace)  # undoing once more must not remove what was wanted back
        return Notice(
            text=f"Undone: {removal.name} is back with its {counted(read.passages, 'passage')}.",
            details=_details(read),
        )


def _objection(request: AddSource) -> str:
    """Return what is wrong with a source's path or address, or an empty string."""
    if isinstance(request.origin, str) and not request.origin.strip():
        return "An empty path names nothing. Name a file, a folder or a web address."
    if request.base_url and not _is_web_address(request.base_url):
        return f"{request.base_url} is no web address. Give one as in https://example.org/docs."
    return ""


def _taken_for(request: AddSource, kind: str) -> tuple[str, ...]:
    """Say what is read of a source whose kind, or whose options, nobody has chosen."""
    if kind == PAGE and not request.kind:
        return (ONE_PAGE,)
    return (LINKED_PAGES,) if kind == FEED and "read" not in request.options else ()


def _is_meant_for_the_web(origin: str) -> bool:
    return origin.lstrip().lower().startswith(("http://", "https://"))


def _is_web_address(url: str) -> bool:
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    return False


def synced(name: str, report: SyncReport) -> Notice:
    """Say what a sync of the named source has changed, or of all sources with an empty name."""
    changes = [
        f"{count} {what}"
        for count, what in (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.removed, "removed"),
            (report.unchanged, "unchanged"),
        )
        if count
    ]
    read = (
        f"{name or 'All sources'} up to date: {', '.join(changes) or 'no documents'}; "
        f"{counted(report.passages, 'passage')}."
    )
    paused = f"{counted(report.paused, 'source')} paused: quoted still, but not read anew."
    told = (*([read] if changes or not report.paused else []), *([paused] if report.paused else []))
    return Notice(text=" ".join(told), details=_details(report))


def held(name: str, report: SyncReport) -> Listing:
    """Say what a sync has changed, and ask about the sources whose change waits for a moderator's yes."""
    notice = synced(name, report)
    return Listing(
        text="\n".join((notice.text, *notice.details)),
        items=tuple(_held_item(each) for each in report.held[:LISTED_ITEMS]),
        more=max(0, len(report.held) - LISTED_ITEMS),
    )


def _item_id(name: str) -> str:
    """Return what names a source on a button, which has little room and no use for every character."""
    return name if re.fullmatch(r"[a-z0-9-]{1,40}", name) else content_hash(name)[:12]


def _held_item(held: Held) -> Item:
    return Item(
        title=held.source,
        text=held_for(held),
        facts=("What was read before answers until a moderator approves the change.",)
        if held.questions
        else ("They answer until a moderator approves that they are removed.",),
        choices=tuple(
            Choice(decision=each, item=_item_id(held.source)) for each in (Decision.ACCEPT, Decision.KEEP)
        ),
    )


def held_for(held: Held) -> str:
    """Say why a source is held."""
    words = f"{held.lost:,} of its {counted(held.documents, 'document')} are gone." if held.lost else ""
    if held.questions:
        lost = "; ".join(f"“{question}”" for question in held.questions[:LISTED_GOLDEN])
        more = len(held.questions) - LISTED_GOLDEN
        rest = f" and {counted(more, 'question')} more" if more > 0 else ""
        words = f"{words} Its change would leave golden questions without their answer: {lost}{rest}."
    return words.strip()


def _held_line(line: SourceLine, questions: int) -> SourceLine:
    """Return a line of the list, which says that its change is held for golden questions."""
    if not questions or line.state is SourceState.PAUSED:
        return line
    words = (
        f"Its last change would leave {counted(questions, 'golden question')} without an answer, so I have "
        "taken it back until a moderator agrees. Read it anew to decide."
    )
    return replace(line, state=SourceState.HELD, failures=(words, *line.failures))


def golden(lost: Sequence[str], gained: Sequence[str]) -> tuple[str, ...]:
    """Say which golden questions have lost or gained their answer, a line each."""
    lines = [f"Has lost its answer: “{question}”" for question in lost]
    lines += [f"Has its answer again: “{question}”" for question in gained]
    more = len(lines) - LISTED_GOLDEN
    told = tuple(lines[:LISTED_GOLDEN])
    return (*told, f"and {counted(more, 'golden question')} more") if more > 0 else told


def _details(report: SyncReport) -> tuple[str, ...]:
    return (*golden(report.lost, report.gained), *report.warnings, *_failures(report))


def _failures(report: SyncReport) -> tuple[str, ...]:
    return (
        *first([str(failure) for failure in report.new_failures], LISTED_FAILURES),
        *([f"{counted(len(report.as_before), 'failure')} to read as before"] if report.as_before else []),
    )
