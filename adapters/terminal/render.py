"""A reply to what a terminal shows; pure."""

import shlex
from datetime import UTC, datetime
from typing import assert_never

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from bot.messages import (
    BLANKS,
    SIMILAR,
    UPDATED_SINCE,
    Answer,
    Aside,
    Choice,
    Citation,
    Closest,
    ConfirmRemoval,
    Continuation,
    Deleted,
    Exported,
    Failed,
    HelpWanted,
    Item,
    Listing,
    Nearest,
    NoAnswer,
    Notice,
    Offer,
    OverviewReport,
    PersonalData,
    PreferenceList,
    Progress,
    Quote,
    Reasons,
    Refused,
    ReleaseList,
    Reply,
    Silence,
    SourceDetails,
    SourceLine,
    SourceList,
    StatisticsReport,
    StatusReport,
    Suggestions,
    counted,
    path_of,
    visible,
    with_place,
)

WIDTH = 100
BAR = 50
UNITS = ((365, "year"), (30, "month"), (1, "day"))


def render(reply: Reply, *, now: datetime | None = None) -> RenderableType:
    """Return what to print for a reply; ages are counted up to ``now``."""
    moment = now or datetime.now(UTC)
    match reply:
        case Answer():
            return _card(reply, moment, title=visible(reply.assurance), colour="green")
        case Closest():
            return _card(reply, moment, title=reply.lead, colour="yellow")
        case Aside():
            return render(reply.reply, now=moment)
        case Offer():
            similar = [_plain(line) for line in (SIMILAR, *(f"  {each.question}" for each in reply.similar))]
            card = render(reply.answer, now=moment)
            return Group(_plain(reply.lead, "green"), card, *(similar if reply.similar else ()))
        case Silence():
            return Group()
        case Continuation():
            return _continuation(reply, moment)
        case Deleted():
            return _plain(reply.text)
        case Reasons():
            return _reasons(reply)
        case NoAnswer():
            return _no_answer(reply)
        case HelpWanted():
            return _help_wanted(reply)
        case Refused():
            return _plain(reply.text, "yellow")
        case Notice():
            return Group(_plain(reply.text, "green"), *(_plain(f"  {line}") for line in reply.details))
        case Listing():
            return _listing(reply)
        case SourceList():
            return _sources(reply, moment)
        case SourceDetails():
            return _source_details(reply, moment)
        case ConfirmRemoval():
            name = shlex.quote(reply.source.name)
            return Group(_plain(reply.question, "yellow"), _plain(f"Type /remove {name} yes", "dim"))
        case PreferenceList():
            return _preferences(reply)
        case PersonalData():
            return _personal_data(reply)
        case OverviewReport():
            return _overview(reply, moment)
        case Exported():
            return Group(_plain(reply.attachment.data.decode().rstrip()), _plain(reply.text, "dim"))
        case StatisticsReport():
            return _statistics(reply)
        case StatusReport():
            return _status(reply, moment)
        case ReleaseList():
            return render(reply.told)
        case Suggestions():
            return Group(_plain(reply.lead), *(_plain(f"  {text}") for text in reply.texts))
        case Progress():
            return _progress(reply)
        case Failed():
            return _plain(f"{reply.text} (reference {reply.reference})", "red")
        case _:
            assert_never(reply)


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in words."""
    days = (now - moment).days
    for length, unit in UNITS:
        count = days // length
        if count >= 1:
            return f"{counted(count, unit)} ago"
    return "today"


def _card(shown: Answer | Closest, now: datetime, *, title: str, colour: str) -> RenderableType:
    return Panel(
        Group(
            *_updated(shown),
            *_searched(shown.searched),
            _passage(shown.quote),
            Text(),
            *_citation(shown.quote.citation, now),
            *_also(shown.also),
            *_receipt(shown),
        ),
        title=title,
        title_align="left",
        width=WIDTH,
        border_style=colour,
    )


def _searched(query: str) -> list[Text]:
    """Return the line that says what a question was taken to mean, if it needs one."""
    return [_plain(f"Searched for: {query}", "dim")] if query else []


def _passage(quote: Quote) -> Text:
    passage = Text("... " if quote.cut_before else "")
    for segment in quote.segments:
        style = "bold" if segment.bold else ""
        passage.append(visible(segment.text), style=f"{style} cyan".strip() if segment.code else style)
    passage.append(" ..." if quote.cut_after else "")
    return passage


def _continuation(reply: Continuation, now: datetime) -> RenderableType:
    shown = Group(_passage(reply.quote), Text(), *_citation(reply.quote.citation, now), *_receipt(reply))
    return Panel(shown, title="it goes on", title_align="left", width=WIDTH)


def _citation(citation: Citation, now: datetime) -> list[Text]:
    where = citation.url or citation.location
    return [
        _plain(f"— {_place(citation)}", "italic"),
        Text.assemble(
            (visible(where), f"link {citation.url} blue" if citation.url else "blue"),
            (visible(f" · {citation.source} · updated {age(citation.updated_at, now)}"), "dim"),
        ),
    ]


def _place(citation: Citation) -> str:
    return with_place(path_of(citation.title, citation.heading, citation.release), citation.place)


def _also(places: tuple[Citation, ...]) -> list[Text]:
    named = [f"{_place(place)} · {place.url or place.location}" for place in places]
    return [_plain(f"also in {line}", "dim") for line in named]


def _updated(shown: Answer | Closest) -> list[Text]:
    return [_plain(UPDATED_SINCE, "dim"), Text()] if shown.updated else []


def _receipt(shown: Answer | Closest | Continuation) -> list[Text]:
    return [_plain(f"receipt {shown.receipt}", "dim")] if shown.receipt else []


def _reasons(reply: Reasons) -> RenderableType:
    lines = [
        *reply.evidence,
        *((label, f"{_place(at)} · {at.url or at.location}") for label, at in reply.places),
    ]
    table = Table("ranked by", "standard deviations above the other candidates")
    for name, deviations in reply.signals:
        table.add_row(_plain(name), f"{deviations:+.1f}")
    return Group(
        _plain("Why this passage", "bold"),
        *(_plain(f"  {label}: {text}") for label, text in lines),
        *([table] if reply.signals else []),
    )


def _help_wanted(reply: HelpWanted) -> RenderableType:
    asked = [_plain(f"  {reply.question}")] if reply.question else []
    link = [_plain(f"  {reply.link}", "dim")] if reply.link else []
    return Group(_plain(reply.text), *asked, *link, *_nearest(reply.nearest))


def _no_answer(reply: NoAnswer) -> RenderableType:
    return Group(*_searched(reply.searched), _plain(reply.text), *_nearest(reply.nearest))


def _nearest(nearest: tuple[Nearest, ...]) -> list[Text]:
    lines = [_plain("Nearest titles:", "dim")] if nearest else []
    for document in nearest:
        path = path_of(document.title, document.heading, document.release)
        lines.append(_plain(f"  {path}{f'  {document.url}' if document.url else ''}", "dim"))
    return lines


def _sources(reply: SourceList, now: datetime) -> RenderableType:
    if not reply.sources:
        return _plain("There are no sources yet. Add one with /add ADDRESS or `quoth sources add PATH`.")
    return _source_table(reply.sources, now)


def _age_of(source: SourceLine, now: datetime) -> str:
    return age(source.synced_at, now) if source.synced_at else ""


def _failed(source: SourceLine, now: datetime) -> str:
    return f"last failure {age(source.failed_at, now)}" if source.failed_at else ""


def _source_table(sources: tuple[SourceLine, ...], now: datetime) -> RenderableType:
    # A name is what one types to sync or remove: it may fold, but is never cut.
    table = Table(Column("source", overflow="fold"), "kind", "documents", "passages", "state")
    for source in sources:
        table.add_row(
            Text.assemble(_plain(source.name), "\n", _plain(source.whence, "dim")),
            source.kind,
            f"{source.documents:,}",
            f"{source.passages:,}",
            "\n".join(
                part
                for part in (source.state, _age_of(source, now), source.refresh, _failed(source, now))
                if part
            ),
        )
    failures = [
        _plain(f"{source.name}: {failure}", "yellow") for source in sources for failure in source.failures
    ]
    return Group(table, *failures)


def _listing(reply: Listing) -> RenderableType:
    more = [_plain(f"and {reply.more:,} more", "dim")] if reply.more else []
    return Group(_plain(reply.text), *map(_item, reply.items), *more)


def _command(choice: Choice) -> str:
    return f"/{choice.decision} {choice.item}{' | ...' if choice.decision in BLANKS else ''}"


def _item(item: Item) -> RenderableType:
    facts = " · ".join(filter(None, (*item.facts, item.url)))
    commands = " · ".join(_command(choice) for choice in item.choices)
    text = [_plain(f"  {line}") for line in item.text.splitlines()]
    small = [_plain(f"  {line}", "dim") for line in (facts, commands) if line]
    return Group(_plain(item.title, "bold"), *text, *small)


def _source_details(reply: SourceDetails, now: datetime) -> RenderableType:
    table = Table(Column("document", overflow="fold"), Column("title", overflow="fold"), "passages")
    for document in reply.documents:
        table.add_row(_plain(document.uri), _plain(document.title), f"{document.passages:,}")
    return Group(
        _source_table((reply.source,), now),
        *(_plain(warning, "yellow") for warning in reply.source.warnings),
        *([table] if reply.documents else []),
        *([_plain(f"and {reply.unlisted:,} more")] if reply.unlisted else []),
    )


def _progress(reply: Progress) -> RenderableType:
    amount = f" {reply.done:,} of {reply.total:,}" if reply.total else ""
    left = f", {reply.time_left}" if reply.time_left else ""
    failures = (_plain(f"Not read: {failure}", "yellow") for failure in reply.failures)
    more = [_plain(f"and {reply.unnamed:,} more", "yellow")] if reply.unnamed > 0 else []
    tally = [_plain(reply.tally)] if reply.tally else []
    return Group(_plain(f"{reply.text} ...{amount}{left}"), *tally, *failures, *more)


def _preferences(reply: PreferenceList) -> RenderableType:
    table = Table(Column("setting", overflow="fold"), Column("value", overflow="fold"), "what it does")
    for each in reply.preferences:
        table.add_row(_plain(each.name), _plain(each.value or "not set"), _plain(each.about))
    hint = "/settings NAME VALUE changes one; the value default takes a choice back."
    return Group(table, _plain(hint, "dim"))


def _personal_data(reply: PersonalData) -> RenderableType:
    hint = "/forget-me yes erases it." if reply.erasing else "/forget-me erases it."
    return Group(
        _plain(reply.text),
        *(_plain(f"  {line}") for line in (*reply.lines, *reply.listed)),
        _plain(hint, "dim"),
    )


def _overview(reply: OverviewReport, now: datetime) -> RenderableType:
    parts = [_sources(SourceList(sources=reply.sources), now)]
    if reply.questions:
        parts += [_plain("You can ask me, for example:", "bold"), *map(_indented, reply.questions)]
    if reply.matters:
        parts += [_plain("What waits for you:", "bold"), *map(_indented, reply.matters)]
    return Group(*parts)


def _indented(text: str) -> Text:
    return _plain(f"  {text}")


def _statistics(reply: StatisticsReport) -> RenderableType:
    most = max((day.questions for day in reply.days), default=0)
    bars = [
        Text.assemble(
            (f"  {day.date:%Y-%m-%d} ", "dim"),
            ("█" * (answered := BAR * day.answered // most), "green"),
            "░" * (BAR * day.questions // most - answered),
            (f" {day.questions:,}", "dim"),
        )
        for day in reply.days
        if day.questions
    ]
    return Group(
        *(Text.assemble((f"{label}: ", "bold"), visible(text)) for label, text in reply.figures),
        *([_plain("Questions per day, the answered ones filled:", "dim")] if bars else []),
        *bars,
    )


def _status(reply: StatusReport, now: datetime) -> RenderableType:
    synced = age(reply.synced_at, now) if reply.synced_at else "never"
    not_read = f"{reply.failures:,} could not be read; `quoth sources list` or /sources says why"
    return Group(
        _plain(f"Quoth {reply.version}, embedding with {reply.embedder}"),
        _plain(
            f"{counted(reply.sources, 'source')}, {counted(reply.documents, 'document')}, "
            f"{counted(reply.passages, 'passage')}; "
            f"last synced {synced}{', syncing now' if reply.syncing else ''}"
        ),
        *([_plain(not_read, "yellow")] if reply.failures else []),
        _plain(f"Search {reply.search}"),
        _plain(f"{counted(reply.helpful, 'answer')} rated helpful, {reply.not_helpful:,} not helpful"),
    )


def _plain(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style)
