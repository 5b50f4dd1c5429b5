"""`quoth eval`: ask all questions of a file, and say how good the answers are."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from bot.bootstrap import LOCAL, Application
from bot.console import bar, err, out, report
from bot.errors import QuothError
from bot.jobs import Watch
from bot.lines import encoded, found
from bot.messages import Progress
from bot.ports import NO_OPTIONS
from bot.scoreboard import ALL, as_record, tables
from index.catalog import SourceRecord
from index.errors import EvaluationInvalid
from index.evaluation import LESS_IS_BETTER, MEASURES, Score, by_corpus, compare, score
from index.judging import Judgement, is_faint, judge
from index.passages import SyncReport
from index.queries import Answer, Id, Query, read_answers, read_queries, to_answer

MISSED = 1


def evaluate(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(help="One JSON object a line; see docs/evaluation.md.")],
    folder: Annotated[
        Path | None, typer.Option(help="Ask about this folder, not about what Quoth has read.")
    ] = None,
    answers: Annotated[Path | None, typer.Option(help="Write the answers to this file.")] = None,
    against: Annotated[Path | None, typer.Option(help="Compare with an earlier run's answers.")] = None,
    at_least: Annotated[
        list[str] | None,
        typer.Option("--min", metavar="MEASURE=VALUE", help="Exit with status 1 below it; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the answers to a file of questions. Exit status: 0, 1 below a --min, 2 error."""
    floors = _floors(at_least or [])
    queries = read_queries(questions)
    earlier = _judged(queries, read_answers(against)) if against else {}
    if against and not earlier:
        raise EvaluationInvalid(f"{against} answers none of the questions in {questions}.")
    _mention_faint(queries)
    with _asked_about(context.obj, folder) as application, bar() as watch:
        records = list(ask_all(application, queries, watch))
    if answers:
        _write(answers, records)
    run = judge_all(queries, records)
    scores = {name: score(group) for name, group in {**by_corpus(run), ALL: run}.items()}
    comparison = compare(earlier, {judged.query.id: judged for judged in run}) if against else None
    missed = _missed(floors, scores[ALL])
    if as_json:
        print(json.dumps(as_record(scores, comparison, missed), ensure_ascii=False))
    else:
        for table in tables(scores, comparison):
            out.print(table)
    for sentence in missed:
        err.print(sentence, markup=False, style="red")
    raise typer.Exit(MISSED if missed else 0)


# Asking


def ask_all(application: Application, queries: Sequence[Query], watch: Watch) -> Iterator[dict[str, Any]]:
    """Yield what is found for each query, as `quoth ask --jsonl` writes it. Raises IndexFailure."""
    found(application, "What is loaded with the first question?", k=1)  # not in that question's time
    for done, query in enumerate(queries, 1):
        yield {"id": query.id, **found(application, query.text, k=10)}
        watch(Progress(text="Asking", done=done, total=len(queries)))


def judge_all(queries: Iterable[Query], records: Iterable[dict[str, Any]]) -> list[Judgement]:
    """Judge what ``ask_all`` found, in the order of the queries."""
    return list(_judged(queries, {record["id"]: to_answer(record) for record in records}).values())


def read_all(application: Application, sources: Mapping[str, Path], watch: Watch) -> SyncReport:
    """Add the sources that are not there yet, and read what has changed in any. Raises IndexFailure."""
    present = {record.name for record in application.catalog.sources(LOCAL)}
    for name, path in sources.items():
        if name not in present:
            application.library.add(LOCAL, str(path), name=name, base_url="")
    return application.jobs.run(LOCAL, "", watch)


@contextmanager
def _asked_about(application: Application, folder: Path | None) -> Iterator[Application]:
    """Give the application itself, or one that has read the folder and nothing else."""
    if folder is None:
        if not any(record.passages for record in application.catalog.sources(LOCAL)):
            raise QuothError(
                "Nothing has been read yet. Run `quoth sources add PATH` first, or give --folder."
            )
        yield application
        return
    with reading_apart(application, folder, name="folder") as (other, synced):
        report(synced, source=str(folder), to=err)
        yield other


@contextmanager
def reading_apart(
    application: Application, path: Path, *, name: str, like: SourceRecord | None = None
) -> Iterator[tuple[Application, SyncReport]]:
    """Give an application that has read one folder or file and nothing else, and what it has read.

    It is read as the source that it is ``like``, if that is of its kind. Raises IndexFailure.
    """
    with TemporaryDirectory(prefix="quoth-eval-", ignore_cleanup_errors=True) as data:
        other = Application(application.settings.model_copy(update={"data": Path(data)}))
        with closing(other):
            kind = other.library.kind_of(str(path))
            options = like.options if like and like.kind == kind else NO_OPTIONS
            other.library.add(LOCAL, str(path), name=name, base_url="", kind=kind, options=options)
            with bar() as watch:
                read = other.jobs.run(LOCAL, name, watch)
            yield other, read


def _judged(queries: Iterable[Query], answers: Mapping[Id, Answer]) -> dict[Id, Judgement]:
    return {query.id: judge(query, answers[query.id]) for query in queries if query.id in answers}


def _mention_faint(queries: Iterable[Query]) -> None:
    faint = [str(query.id) for query in queries if is_faint(query)]
    if faint:
        err.print(
            f"Of {', '.join(faint)}, a snippet has fewer than three words of a-z and 0-9, so that hardly any "
            "passage can be a hit. Quote more, or name only the page.",
            markup=False,
            style="yellow",
        )


def _write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    try:
        path.write_bytes(b"".join(map(encoded, records)))
    except OSError as error:
        raise QuothError(f"The answers could not be written to {path} ({error.strerror}).") from error


# The gate


def _floors(given: Iterable[str]) -> dict[str, float]:
    """Return the least value of each measure. Raises BadParameter."""
    floors = {}
    for floor in given:
        name, _, value = floor.partition("=")
        try:
            floors[name] = float(value)
        except ValueError as error:
            raise typer.BadParameter(f"{floor} is not like P@1=.3", param_hint="--min") from error
        if name not in MEASURES or name in LESS_IS_BETTER:
            known = ", ".join(name for name in MEASURES if name not in LESS_IS_BETTER)
            raise typer.BadParameter(f"{name} is none of {known}", param_hint="--min")
    return floors


def _missed(floors: Mapping[str, float], score: Score) -> list[str]:
    """Say of each measure that is below its floor how far it is."""
    sentences = []
    for name, floor in floors.items():
        estimate = score.measures[name]
        if estimate is None:
            sentences.append(f"{name} cannot be measured with these questions and answers.")
        elif estimate.value < floor:
            sentences.append(f"{name} is {estimate.value:.4f}, less than {floor:g}.")
    return sentences
