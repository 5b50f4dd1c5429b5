"""`quoth sources check`: would a folder answer what it must, before it is published?"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.answering import Outcome, objection
from bot.bootstrap import LOCAL, Application
from bot.console import bar
from bot.errors import QuothError
from bot.evaluating import reading_apart
from bot.hygiene import parted
from bot.jobs import Watch
from bot.messages import Progress, counted, visible
from bot.registry import WEB_SOURCES
from index.catalog import SourceRecord
from index.judging import is_hit
from index.passages import Audience, Hit, SyncReport
from index.queries import Candidate, Qrel, read_queries

LOST = 1

LONGEST_SNIPPET = 80
"""Characters of a snippet that a report repeats."""

MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """A question and what must answer it; where there is neither ``uri`` nor ``qrels``, nothing must.

    ``uri`` is the document of a golden question that the workspace keeps.
    """

    question: str
    uri: str = ""
    qrels: tuple[Qrel, ...] = ()

    @property
    def wanted(self) -> str:
        """What must answer, in Markdown."""
        places = [_code(self.uri)] if self.uri else [_said(qrel) for qrel in self.qrels]
        return f"must be answered by {' or '.join(places)}" if places else "must not be answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking: whether it is as expected, and in Markdown what it is if it is not."""

    met: bool
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of an expectation.

    ``before`` is whether what is published meets it, None where nothing is.
    """

    expectation: Expectation
    now: Asked
    before: bool | None

    @property
    def is_lost(self) -> bool:
        """Whether it is not met, though it was, or though nothing else is published."""
        return not self.now.met and self.before is not False


def check_source(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A folder or file, as it is to be published.")],
    questions: Annotated[
        Path | None, typer.Option(help="A golden set; docs/evaluation.md shows how to write one.")
    ] = None,
    source: Annotated[
        str, typer.Option(help="The source that it is to replace; that of this path or name if not given.")
    ] = "",
    workspace: Annotated[
        str, typer.Option(help="Whose source that is, such as discord:1234; this machine's if not given.")
    ] = LOCAL,
) -> None:
    """Check whether a folder answers what it must. Exit status: 0, 1 an answer is lost, 2 error."""
    application: Application = context.obj
    records = {record.name: record for record in application.catalog.sources(workspace)}
    name = source or _same(records.values(), path) or path.resolve().stem
    published = records.get(name)
    expectations = list(_written(questions))
    if published is None or published.kind not in WEB_SOURCES:  # whose documents are named by addresses
        expectations += _golden(application, workspace, name)
    if not expectations:
        raise QuothError(
            f"There is nothing to ask: {name} has no golden questions. Give some with --questions FILE."
        )
    with reading_apart(application, path, name=name, like=published) as (other, read):
        if not read.passages:
            reasons = " ".join(map(str, read.failures))
            raise QuothError(f"I could not read anything in {path}. {reasons}".rstrip())
        with bar() as watch:
            there = Audience(workspace=workspace, sources=frozenset({name})) if published else None
            findings = list(_findings(expectations, application, there, other, watch))
        amiss = parted(other.searcher.findings(audience=Audience(workspace=LOCAL)))
    print(markdown(path.resolve().name, findings, read, published, amiss))
    raise typer.Exit(LOST if any(finding.is_lost for finding in findings) else 0)


# What must be answered


def _same(records: Iterable[SourceRecord], path: Path) -> str:
    """Return the name of the source that was read from this very path, if there is one."""
    return next((record.name for record in records if record.origin == str(path.absolute())), "")


def _golden(application: Application, workspace: str, name: str) -> Iterator[Expectation]:
    for pair in application.golden.of(workspace):
        if pair.source == name:
            yield Expectation(question=pair.question, uri=pair.uri)


def _written(questions: Path | None) -> Iterator[Expectation]:
    for query in read_queries(questions) if questions else ():
        yield Expectation(question=query.text, qrels=query.qrels)


# Asking


def _findings(
    expectations: Sequence[Expectation],
    application: Application,
    there: Audience | None,
    other: Application,
    watch: Watch,
) -> Iterator[Finding]:
    for done, expectation in enumerate(expectations):
        watch(Progress(text="Asking", done=done, total=len(expectations)))
        yield Finding(
            expectation=expectation,
            now=_asked(other, expectation, Audience(workspace=LOCAL)),
            before=_asked(application, expectation, there).met if there else None,
        )


def _asked(application: Application, expectation: Expectation, audience: Audience) -> Asked:
    question, policy = expectation.question.strip(), application.policy
    may_be_asked = not objection(question)
    hits = application.searcher.search(question, k=policy.passages, audience=audience) if may_be_asked else []
    outcome = policy.outcome(hits[0].confidence) if hits else Outcome.NOTHING
    answered, first = outcome is Outcome.ANSWER, _is_first(expectation, hits)
    if not (expectation.uri or expectation.qrels):
        return Asked(met=not answered, instead=f"{_code(hits[0].passage.uri)} answers" if answered else "")
    if answered and first:
        return Asked(met=True)
    if answered:
        return Asked(met=False, instead=f"{_code(hits[0].passage.uri)} answers instead")
    return Asked(met=False, instead="found there, but not surely enough" if first else "nothing answers")


def _is_first(expectation: Expectation, hits: Sequence[Hit]) -> bool:
    """Whether what must answer stands first, sure or not."""
    stands = (hits[0].passage, *hits[0].also) if hits else ()
    if expectation.uri:
        return any(passage.uri == expectation.uri for passage in stands)
    candidates = (Candidate(text=each.text, uri=each.url or each.uri) for each in stands)
    return any(is_hit(candidate, expectation.qrels) for candidate in candidates)


# Telling


def markdown(
    title: str,
    findings: Sequence[Finding],
    read: SyncReport,
    published: SourceRecord | None,
    amiss: Mapping[str, Sequence[str]],
) -> str:
    """Return the report."""
    lost = [each for each in findings if each.is_lost]
    gained = [each for each in findings if each.now.met and each.before is False]
    still = [each for each in findings if not each.now.met and not each.is_lost]
    compared = (
        f"Compared with {_plain(published.name)} as published, {counted(published.documents, 'document')}."
        if published
        else "Nothing is published yet to compare it with, so every question counts."
    )
    verdict = f"**{counted(len(lost), 'question')} lost.**" if lost else "**Nothing is lost.**"
    what = f"Read {counted(read.added, 'document')} with {counted(read.passages, 'passage')}"
    parts = [
        f"# Check of {_plain(title)}",
        f"{verdict} {what}. {compared}",
        _table(len(findings), lost=len(lost), gained=len(gained), still=len(still)),
        *_section("Lost", [_line(each) for each in lost]),
        *_section("Gained", [f"- {_plain(each.expectation.question)}" for each in gained]),
        *_section("Not as wanted, as before", [_line(each) for each in still]),
        *_section(
            "Could not be read", [f"- {_code(each.uri)}: {_plain(each.reason)}" for each in read.failures]
        ),
        *_section("To be looked at", [f"- {_plain(warning)}" for warning in read.warnings]),
        *(
            part
            for heading, lines in amiss.items()
            for part in _section(heading, [f"- {each}" for each in lines])
        ),
    ]
    return "\n\n".join(parts)


def _table(asked: int, *, lost: int, gained: int, still: int) -> str:
    rows = {
        "asked": asked,
        "as wanted": asked - lost - still,
        "of these gained": gained,
        "lost": lost,
        "not as wanted, as before": still,
    }
    lines = [
        "| questions | |",
        "| --- | ---: |",
        *(f"| {name} | {count:,} |" for name, count in rows.items()),
    ]
    return "\n".join(lines)


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"## {title}", "\n".join(lines)] if lines else []


def _line(finding: Finding) -> str:
    wanted = finding.expectation
    return f"- {_plain(wanted.question)} ({wanted.wanted}): {finding.now.instead}"


def _said(qrel: Qrel) -> str:
    snippet = " ".join(qrel.snippet.split())
    cut = f"{snippet[:LONGEST_SNIPPET]}…" if len(snippet) > LONGEST_SNIPPET else snippet
    quoted = f"“{_plain(cut)}”" if cut else ""
    return " in ".join(part for part in (quoted, _code(qrel.page) if qrel.page else "") if part)


def _plain(text: str) -> str:
    """Return a text as one line in which nothing is markup."""
    return MARKUP.sub(r"\\\1", " ".join(visible(text).split()))


def _code(text: str) -> str:
    return f"`{' '.join(visible(text).split()).replace('`', chr(39))}`"
