"""The command line."""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any

import typer

from adapters.terminal.render import render
from adapters.terminal.translate import ACTOR, HERE
from bot.answering import objection
from bot.bootstrap import LOCAL, SEEDS_NAME, Application
from bot.checking import check_source
from bot.console import bar, err, out, report
from bot.errors import QuothError, Stopping, told_at_the_machine
from bot.evaluating import evaluate
from bot.exporting import COLUMNS, written
from bot.health import is_alive
from bot.hygiene import written as written_hygiene
from bot.jobs import Watch
from bot.lines import encoded, found
from bot.logs import configure
from bot.messages import (
    AddSource,
    Answer,
    Ask,
    Closest,
    ConfirmRemoval,
    ExportFormat,
    ExportKind,
    NoAnswer,
    Notice,
    RemoveSource,
    Reply,
    ScheduleSource,
    ShowSource,
    SourceDetails,
    Sources,
    Status,
    Suggest,
    Why,
    parted_options,
)
from bot.outline import EPILOG, HELP, Commands, Data, Version
from bot.receipts import Receipts, Verdict, summed_up
from bot.settings import explain, load, stay_offline
from bot.setup import setup
from bot.stopping import stopped_by
from index.errors import DiskFull, IndexFailure, SourcesUnavailable, SourceUnavailable, SyncBusy
from index.passages import Audience, SyncReport

ANSWERED, NOTHING, ERROR, INTERRUPTED = 0, 1, 2, 130


class _Commands(Commands):
    def invoke(self, ctx: Any) -> Any:
        """Run a command; Ctrl-C is no error, and gets a sentence of its own."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            err.print("Stopped. Nothing is lost; a sync that was cut short goes on from here next time.")
            raise typer.Exit(INTERRUPTED) from interrupt


app = typer.Typer(
    cls=_Commands,
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
)
sources = typer.Typer(cls=_Commands, help="What Quoth has read.", no_args_is_help=True)
app.add_typer(sources, name="sources")
app.command("eval")(evaluate)
app.command("setup")(setup)
sources.command("check")(check_source)


Named = Annotated[str, typer.Argument(help="The source's name, as `quoth sources list` shows it.")]


@app.callback()
def choose(
    context: typer.Context,
    data: Data = None,
    _version: Version = False,
) -> None:
    """Answers questions by quoting your documents, word for word."""
    stay_offline()
    settings = load(**({"data": data} if data is not None else {}))
    is_service = context.invoked_subcommand == "run" and not sys.stdin.isatty() and bool(settings.platforms)
    configure(settings.logs.format, service=is_service)
    context.obj = Application(settings)
    context.call_on_close(context.obj.close)


@app.command()
def ask(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION", help="The question, in quotation marks or not.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help='Read one {"id": ..., "question": "..."} a line, print one object a line.'
        ),
    ] = False,
    explained: Annotated[
        bool, typer.Option("--explain", help="Say below the passage why it is shown.")
    ] = False,
    k: Annotated[int, typer.Option(min=1, max=1000, help="How many passages to list as JSON.")] = 10,
    source: Annotated[
        str, typer.Option(help="The one source to search in, as `quoth sources list` shows it.")
    ] = "",
    version: Annotated[
        str, typer.Option(help="The version of the product to search for, and documents of none.")
    ] = "",
) -> None:
    """Ask one question. Exit status: 0 answered, 1 at most something close, 2 error."""
    application: Application = context.obj
    question = " ".join(words or [])
    if jsonl and (question or as_json):
        raise typer.BadParameter(
            "--jsonl reads its questions from the input, and goes with nothing but --k, --source and "
            "--version."
        )
    if explained and (as_json or jsonl):
        raise QuothError("--explain is for reading, so it goes with neither --json nor --jsonl.")
    _read_starter(application)
    audience = _audience(application, source, version) if as_json or jsonl else Audience(workspace=LOCAL)
    if jsonl:
        _ask_lines(application, k, audience)
    elif as_json:
        if problem := objection(question):
            raise QuothError(problem)
        answer = found(application, question, k, audience)
        print(json.dumps(answer, ensure_ascii=False))
        raise typer.Exit(ANSWERED if answer["answered"] else NOTHING)
    else:
        reply = _handle(application, question, source, version)
        _show(reply)
        if explained and isinstance(reply, Answer | Closest):
            why = Why(actor=ACTOR, conversation=HERE, answer_id=reply.id, offset=reply.offset)
            _show(application.router.handle(why))
        raise typer.Exit(_status(reply))


@app.command()
def chat(context: typer.Context) -> None:
    """Chat in the terminal."""
    application: Application = context.obj
    _first_sync(application)
    asyncio.run(application.serve([], application.terminal()))


@app.command()
def run(context: typer.Context) -> None:
    """Serve every platform that has tokens, and the terminal if there is one."""
    application: Application = context.obj
    # A service has no terminal: what stands at its input is not a person.
    is_service = bool(application.settings.platforms) and not sys.stdin.isatty()
    # Who sits at a terminal leaves with Ctrl-C as ever.
    signals = (signal.SIGTERM, signal.SIGINT) if is_service else (signal.SIGTERM,)
    with stopped_by(signals, application.stop), suppress(Stopping):
        _first_sync(application)
        platforms = application.platforms()
        if not platforms and not sys.stdin.isatty():
            err.print(
                "No tokens are set, so only the terminal is served. "
                "README.md says how to connect Discord or Slack."
            )
        terminal = None if is_service else application.terminal()
        asyncio.run(application.serve(platforms, terminal))


@app.command()
def sync(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A source's name; all sources if not given.")] = "",
    accept: Annotated[
        str,
        typer.Option(metavar="NAME", help="A source that is held: let what it has changed or lost stand."),
    ] = "",
) -> None:
    """Read what has changed in one local source, or in all sources of all communities."""
    application: Application = context.obj
    if accept and not application.desk.approve(LOCAL, accept):
        raise QuothError(f"{accept} is not held: there is nothing to accept.")
    source = source or accept
    with bar() as watch:
        if source:
            read, gone = application.desk.sync(LOCAL, source, watch), None
        else:
            if not application.has_read(LOCAL):
                _seed(application)
            read, gone = _sync_all(application, watch)
    report(read, source=source, gone=gone)
    raise typer.Exit(ERROR if gone else 0)


@app.command()
def verify(
    context: typer.Context,
    receipt: Annotated[str, typer.Argument(help="A receipt's id, which stands below each passage.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Every receipt of every community; those that match are counted.")
    ] = False,
) -> None:
    """Check quotes against the kept texts and the sources. Exit status 1 if one does not match."""
    receipts: Receipts = context.obj.receipts
    if everything == bool(receipt):
        raise QuothError("Name a receipt, or say --all.")
    found = receipts.all() if everything else receipts.find(receipt)
    if not found and not everything:
        raise QuothError(f"There is no receipt {receipt}. Each answer names its own, below the passage.")
    verified = receipts.verify(found)
    for each in verified:
        if not everything or each.verdict is not Verdict.MATCH:
            _show(each.told())
    if everything:
        _show(summed_up(verified))
    raise typer.Exit(ANSWERED if all(each.verdict is Verdict.MATCH for each in verified) else NOTHING)


@app.command()
def export(
    context: typer.Context,
    kind: Annotated[ExportKind, typer.Argument(metavar="WHAT", help="questions or feedback.")],
    format: Annotated[ExportFormat, typer.Option(help="How it is written.")] = ExportFormat.CSV,
) -> None:
    """Print questions or feedback of all communities, for other programs to read."""
    application: Application = context.obj
    workspaces = dict.fromkeys((LOCAL, *application.catalog.workspaces()))
    lines = [line for workspace in workspaces for line in application.exports.lines(kind, workspace)]
    sys.stdout.buffer.write(written(COLUMNS[kind], lines, format).encode())


@app.command()
def hygiene(context: typer.Context) -> None:
    """Print what should be mended in the sources, as Markdown: contradictions, repetitions and more."""
    print(written_hygiene(context.obj.hygiene.parts(LOCAL)))


@app.command()
def golden(
    context: typer.Context,
    workspace: Annotated[
        str, typer.Option(help="Whose they are, such as discord:1234; this machine's if not given.")
    ] = LOCAL,
) -> None:
    """Print the golden questions for `quoth sources check` and `quoth eval`, one JSON object a line."""
    application: Application = context.obj
    for pair in application.golden.of(workspace):
        line = {"question": pair.question, "gold": [{"page": pair.uri}], "corpus": pair.source}
        sys.stdout.buffer.write(encoded(line))


@app.command()
def status(context: typer.Context) -> None:
    """Say what Quoth has read."""
    _show(context.obj.router.handle(Status(actor=ACTOR, conversation=HERE)))


@app.command()
def doctor(context: typer.Context) -> None:
    """List every setting and where it came from, and try every part. Exit status 2 if one is broken."""
    application: Application = context.obj
    for name, value, origin in explain(application.settings):
        out.print(f"{name:28} {value:40} {origin}", markup=False)
    broken = False
    for name, check in application.checks().items():
        try:
            out.print(f"{name}: {check()}", markup=False)
        except (QuothError, IndexFailure) as error:
            broken = True
            err.print(f"{name}: {error}", markup=False, style="red")
    raise typer.Exit(ERROR if broken else 0)


@app.command()
def health(context: typer.Context) -> None:
    """Exit with status 0 if `quoth run` is alive, else 1."""
    alive = is_alive(context.obj.heartbeat)
    out.print("alive" if alive else "not running")
    raise typer.Exit(0 if alive else 1)


@sources.command("add")
def add_source(
    context: typer.Context,
    origin: Annotated[
        str, typer.Argument(help="A web address, a file, or a folder with all its subfolders.")
    ],
    name: Annotated[str, typer.Option(help="What to call it; the file's name if not given.")] = "",
    base_url: Annotated[str, typer.Option(help="Where the same files stand on the web.")] = "",
    kind: Annotated[str, typer.Option(help="Of which kind the source is, if that is not plain.")] = "",
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What the kind of source can be told; may be repeated."),
    ] = None,
) -> None:
    """Add a web page, a site, a feed, a file or a folder, and read it."""
    rest, options = parted_options(option or [])
    if rest:
        raise typer.BadParameter(f"{rest[0]} is no option. Write --option NAME=VALUE.")
    request = AddSource(
        actor=ACTOR,
        conversation=HERE,
        origin=origin,
        name=name,
        base_url=base_url,
        kind=kind,
        options=options,
    )
    with bar() as watch:
        reply = context.obj.router.handle(request, watch)
    _finish(reply, done=Notice)


@sources.command("list")
def list_sources(context: typer.Context) -> None:
    """List the sources."""
    _show(context.obj.router.handle(Sources(actor=ACTOR, conversation=HERE)))


@sources.command("show")
def show_source(context: typer.Context, name: Named) -> None:
    """Show one source, its documents and what could not be read of it."""
    reply = context.obj.router.handle(ShowSource(actor=ACTOR, conversation=HERE, name=name))
    _finish(reply, done=SourceDetails)


@sources.command("remove")
def remove_source(
    context: typer.Context,
    name: Named,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it without being asked.")] = False,
) -> None:
    """Remove a source and all its passages, after asking whether that is meant."""
    router, request = context.obj.router, RemoveSource(actor=ACTOR, conversation=HERE, name=name)
    asked = router.handle(request)
    if not isinstance(asked, ConfirmRemoval):
        _finish(asked, done=Notice)
    elif yes or _means_it(asked.question):
        _finish(router.handle(replace(request, confirmed=True)), done=Notice)
    else:
        out.print("Nothing was removed.")


@sources.command("schedule")
def schedule_source(
    context: typer.Context,
    name: Named,
    schedule: Annotated[
        list[str], typer.Argument(help="every 6h, every 30m, daily 03:00 (UTC), cron 0 3 * * 1, or off.")
    ],
) -> None:
    """Let `quoth run` read a source anew by itself from time to time."""
    request = ScheduleSource(actor=ACTOR, conversation=HERE, name=name, schedule=" ".join(schedule))
    _finish(context.obj.router.handle(request), done=Notice)


@sources.command("purge")
def purge_sources(context: typer.Context) -> None:
    """Leave nothing on the disk of what was changed or removed; it cannot be undone then."""
    context.obj.purge()
    out.print("Purged: nothing is left of what was changed or removed, and it cannot be undone.")


def main() -> None:
    """Run the command line; an expected error is one sentence and exit status 2."""
    try:
        app()
    except (QuothError, IndexFailure) as error:
        err.print(told_at_the_machine(error), markup=False, style="red")
        sys.exit(ERROR)


def _means_it(question: str) -> bool:
    try:
        return typer.confirm(question)
    except typer.Abort as abort:
        raise QuothError(
            "Nothing was removed, as nobody answered that. With --yes I remove it without asking."
        ) from abort


def _handle(application: Application, question: str, source: str, version: str) -> Reply:
    return application.router.handle(
        Ask(actor=ACTOR, conversation=HERE, question=question, source=source, release=version)
    )


def _audience(application: Application, source: str, version: str) -> Audience:
    asked = Suggest(actor=ACTOR, conversation=HERE, typed="", source=source, release=version)
    return application.scopes.audience_of(asked)


def _status(reply: Reply) -> int:
    if isinstance(reply, Answer):
        return ANSWERED
    return NOTHING if isinstance(reply, Closest | NoAnswer | Notice) else ERROR


def _ask_lines(application: Application, k: int, audience: Audience) -> None:
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            sys.stdout.buffer.write(encoded(_answered_line(application, number, line, k, audience)))
            sys.stdout.buffer.flush()


def _answered_line(
    application: Application, number: int, line: bytes, k: int, audience: Audience
) -> dict[str, Any]:
    id = None
    try:
        asked = json.loads(line)
        id = asked.get("id") if isinstance(asked, dict) else None
        return {"id": id, **found(application, asked["question"], k, audience)}
    except (ValueError, KeyError, TypeError, RecursionError, IndexFailure) as error:
        form = 'it must be {"id": ..., "question": "..."}'
        return {"id": id, "error": f"Line {number}: {error if isinstance(error, IndexFailure) else form}"}


def _read_starter(application: Application) -> None:
    """Read the starter source into a data folder in which nothing was read yet, as `run` would."""
    if application.has_read(LOCAL):
        return
    with bar() as watch:
        try:
            _seed(application)
            application.jobs.run(LOCAL, "", watch)
        except (DiskFull, SourceUnavailable, SyncBusy) as error:
            err.print(str(error), markup=False, style="yellow")


def _seed(application: Application) -> None:
    """Add the starter source to this machine's own sources, once, and say so."""
    if application.seed(LOCAL):
        err.print(
            f"I added my starter source, {SEEDS_NAME}, to what I read. `quoth sources remove {SEEDS_NAME}` "
            "takes it away, and an empty sources.seeds keeps it away."
        )


def _first_sync(application: Application) -> None:
    if application.embeds_anew():
        err.print(
            "The embedding model has changed. Everything is embedded anew in the background; until that is "
            "done, the former one answers.",
            style="yellow",
        )
        return
    with bar() as watch:
        try:
            _seed(application)
            read, gone = _sync_all(application, watch)
        except (DiskFull, SourceUnavailable, SyncBusy) as error:
            # What was read before answers still, and is worth more than no bot at all.
            err.print(str(error), markup=False, style="yellow")
            return
    report(read, gone=gone)


def _sync_all(application: Application, watch: Watch) -> tuple[SyncReport, SourcesUnavailable | None]:
    """Return what was read, and which sources were gone."""
    try:
        return application.sync(watch), None
    except SourcesUnavailable as error:
        return error.report, error


def _finish(reply: Reply, *, done: type[Reply]) -> None:
    """Show a reply and leave its exit status: 2 where a complaint has come in the place of what is done."""
    is_done = isinstance(reply, done)
    (out if is_done else err).print(render(reply))
    raise typer.Exit(0 if is_done else ERROR)


def _show(reply: Reply) -> None:
    out.print(render(reply))
