"""A reply to a Discord message in Components V2; pure."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from discord import ButtonStyle, ui

from adapters.discord import translate
from adapters.discord.card import (
    AMBER,
    GREEN,
    button,
    card,
    continuation,
    offer,
    place_of,
    searched,
    shared_by,
)
from adapters.discord.markup import CUT, LONGEST_MESSAGE, linked, literal, shortened, size, within
from adapters.discord.translate import FORGET
from bot.messages import (
    Answer,
    Aside,
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
)

LONGEST_LIST = 3_500
LONGEST_LINE = 1_000
LONGEST_ITEM = 400
"""Of an item's text; its address takes at most a half of that, its title and its facts a quarter each."""
BAR = 20


def render(reply: Reply, *, private: bool = False) -> ui.LayoutView:
    """Return the message for a reply; ``private`` says that the asker alone sees it."""
    match reply:
        case Answer():
            return card(
                reply,
                lambda longest: searched(reply.searched, longest) + shared_by(reply, longest),
                GREEN,
                may_share=private and reply.shared_by is None,
            )
        case Closest():
            return card(
                reply,
                lambda longest: f"{searched(reply.searched, longest)}{reply.lead}\n\n",
                AMBER,
                may_share=False,
            )
        case Aside():
            return render(reply.reply, private=True)
        case Offer():
            return offer(reply)
        case Silence():
            return ui.LayoutView(timeout=None)
        case Continuation():
            return continuation(reply)
        case Deleted():
            return _lines(literal(reply.text))
        case Reasons():
            return _reasons(reply)
        case NoAnswer():
            titles = [_near(each) for each in reply.nearest]
            said = searched(reply.searched) + literal(reply.text)
            view = _lines(said, *(["Nearest titles:", *titles] if titles else []))
            if reply.id:
                view.add_item(ui.ActionRow(button("Need a human", f"quoth:human:{reply.id}:0")))
            return view
        case HelpWanted():
            return _help_wanted(reply)
        case Refused():
            return _lines(literal(reply.text))
        case Notice():
            return _notice(reply)
        case Listing():
            return _listing(reply)
        case SourceList():
            return _sources(reply)
        case SourceDetails():
            return _source_details(reply)
        case ConfirmRemoval():
            return _confirm_removal(reply)
        case PreferenceList():
            return _preferences(reply)
        case PersonalData():
            return _personal_data(reply)
        case OverviewReport():
            return _overview(reply)
        case Exported():
            return _exported(reply)
        case StatisticsReport():
            return _statistics(reply)
        case StatusReport():
            return _status(reply)
        case ReleaseList():
            return _notice(reply.told)
        case Suggestions():
            return _lines(literal(reply.lead), *(f"- {literal(text)}" for text in reply.texts))
        case Progress():
            return _progress(reply)
        case Failed():
            return _lines(f"{literal(reply.text)} (reference `{literal(reply.reference)}`)")
        case _:
            assert_never(reply)


def _help_wanted(reply: HelpWanted) -> ui.LayoutView:
    where = f"<#{reply.channel}>" if reply.channel else "a direct message to me"
    titles = [_near(each) for each in reply.nearest]
    view = _lines(
        literal(reply.text),
        *([f"> {literal(shortened(reply.question))}"] if reply.question else []),
        f"Asked in {where}{f': {reply.link}' if reply.link else ''}",
        *(["Nearest titles:", *titles] if titles else []),
    )
    if not reply.resolved_by:
        view.add_item(ui.ActionRow(button("Resolved", f"quoth:resolve:{reply.id}:0")))
    return view


def _reasons(reply: Reasons) -> ui.LayoutView:
    return _lines(
        "**Why this passage**",
        *(f"**{label}:** {literal(text)}" for label, text in reply.evidence),
        *(f"**{label}:** {place_of(at)}" for label, at in reply.places),
    )


def _overview(reply: OverviewReport) -> ui.LayoutView:
    """Say first what is short: of many sources not all may fit."""
    lines = []
    if reply.questions:
        lines += ["**You can ask me, for example**", *_bullets(reply.questions)]
    if reply.matters:
        lines += ["**What waits for you**", *_bullets(reply.matters)]
    if reply.sources:
        lines.append("**What I have read**")
    return _lines(*lines, *_source_lines(reply.sources))


def _bullets(texts: Iterable[str]) -> list[str]:
    return [f"- {literal(text)}" for text in texts]


def _sources(reply: SourceList) -> ui.LayoutView:
    return _lines(*_source_lines(reply.sources))


def _source_lines(sources: Sequence[SourceLine]) -> list[str]:
    if not sources:
        return ["There are no sources yet. A moderator can add one with `/source add`."]
    return [line for source in sources for line in _source(source)]


def _source(source: SourceLine) -> list[str]:
    synced = f", synced <t:{int(source.synced_at.timestamp())}:R>" if source.synced_at else ""
    place = f" · {source.kind} {literal(shortened(source.whence))}" if source.origin else ""
    line = (
        f"- **{literal(shortened(source.name))}** ({source.state}): {counted(source.documents, 'document')}, "
        f"{counted(source.passages, 'passage')}{synced}{place}"
    )
    refresh = (
        f", {literal(source.schedule)}, next <t:{int(source.next_at.timestamp())}:R>"
        if source.next_at
        else ""
    )
    failed = f", last failure <t:{int(source.failed_at.timestamp())}:R>" if source.failed_at else ""
    return [f"{line}{refresh}{failed}", *(f"  - {literal(failure)}" for failure in source.failures)]


def _source_details(reply: SourceDetails) -> ui.LayoutView:
    documents = (
        f"- {literal(shortened(each.title) or 'Untitled')} · {literal(shortened(each.uri))} · "
        f"{counted(each.passages, 'passage')}"
        for each in reply.documents
    )
    more = [f"and {reply.unlisted:,} more"] if reply.unlisted else []
    warnings = map(literal, reply.source.warnings)
    return _lines(*_source(reply.source), *warnings, "**Documents**", *documents, *more)


def _confirm_removal(reply: ConfirmRemoval) -> ui.LayoutView:
    view = _lines(literal(reply.question))
    button = ui.Button[ui.LayoutView](
        label="Remove", style=ButtonStyle.danger, custom_id=f"quoth:remove:{reply.source.name}"
    )
    view.add_item(ui.ActionRow(button))
    return view


def _listing(reply: Listing) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    head, foot = within(reply.text, LONGEST_ITEM), f"and {reply.more:,} more" if reply.more else ""
    room = (LONGEST_MESSAGE - size(head) - size(foot)) // max(1, len(reply.items))
    view.add_item(ui.TextDisplay(head))
    for item in reply.items:
        view.add_item(ui.TextDisplay(_item(item, room)))
        if item.choices:
            buttons = (
                ui.Button[ui.LayoutView](
                    label=choice.label, custom_id=f"quoth:do:{choice.decision}:{choice.item}"
                )
                for choice in item.choices
            )
            view.add_item(ui.ActionRow(*buttons))
    if foot:
        view.add_item(ui.TextDisplay(foot))
    return view


def _item(item: Item, room: int) -> str:
    """Return an item in at most ``room`` UTF-16 units: its text is cut until all of it fits."""
    title = within(" ".join(item.title.split()), LONGEST_ITEM // 4)
    facts = " · ".join(filter(None, (within(" · ".join(item.facts), LONGEST_ITEM // 4), _seen(item.url))))
    above, below = f"**{title}**" if title else "", f"-# {facts}" if facts else ""
    limit = LONGEST_ITEM
    shown = _stacked(above, _quoted(within(item.text, limit)), below)
    # Each line break of a quote takes more characters than one, so only the finished item tells.
    while size(shown) > room and limit > 1:
        limit = limit * 9 // 10
        shown = _stacked(above, _quoted(within(item.text, limit)), below)
    return shown


def _stacked(*lines: str) -> str:
    return "\n".join(line for line in lines if line) or CUT


def _quoted(text: str) -> str:
    quoted = text.replace("\n", "\n> ")
    return f"> {quoted}" if quoted else ""


def _seen(url: str) -> str:
    seen = linked("see it", url) if url else ""
    return seen if size(seen) <= LONGEST_ITEM // 2 else ""


def _preferences(reply: PreferenceList) -> ui.LayoutView:
    lines = (
        f"- **{literal(each.name)}** is {f'**{literal(each.value)}**' if each.value else 'not set'}: "
        f"{literal(each.about)}"
        for each in reply.preferences
    )
    return _lines(
        "What this community has chosen:",
        *lines,
        "-# `/settings` with a name and a value changes one; the value `default` takes a choice back.",
    )


def _personal_data(reply: PersonalData) -> ui.LayoutView:
    view = _lines(
        literal(reply.text),
        *(f"- {literal(line)}" for line in reply.lines),
        *(f"> {literal(words)}" for words in reply.listed),
        *([] if reply.erasing else ["-# `/forget-me` erases it."]),
    )
    if reply.erasing:
        erase = ui.Button[ui.LayoutView](label="Erase it", custom_id=FORGET, style=ButtonStyle.danger)
        view.add_item(ui.ActionRow(erase))
    return view


def _exported(reply: Exported) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(_line(literal(reply.text))))
    view.add_item(ui.File(f"attachment://{reply.attachment.filename}"))
    return view


def _statistics(reply: StatisticsReport) -> ui.LayoutView:
    figures = [f"**{label}:** {_line(literal(text))}" for label, text in reply.figures]
    chart = ui.MediaGallery[ui.LayoutView]()
    chart.add_item(media=f"attachment://{reply.attachment.filename}", description=reply.attachment.about)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay("\n".join(figures)), chart, accent_colour=GREEN))
    return view


def _status(reply: StatusReport) -> ui.LayoutView:
    synced = f"<t:{int(reply.synced_at.timestamp())}:R>" if reply.synced_at else "never"
    not_read = f"{reply.failures:,} could not be read; moderators see why in `/sources`"
    return _lines(
        f"**Quoth {literal(reply.version)}**, embedding with {literal(reply.embedder)}",
        f"{counted(reply.sources, 'source')}, {counted(reply.documents, 'document')}, "
        f"{counted(reply.passages, 'passage')}",
        *([not_read] if reply.failures else []),
        f"Last synced: {synced}{', syncing now' if reply.syncing else ''}",
        f"Search {reply.search}",
        f"{counted(reply.helpful, 'answer')} rated helpful, {reply.not_helpful:,} not helpful",
    )


def _progress(reply: Progress) -> ui.LayoutView:
    failures = (f"- {literal(failure)}" for failure in reply.failures)
    more = [f"and {reply.unnamed:,} more"] if reply.unnamed > 0 else []
    view = _lines(*_stage(reply), *(["Not read:"] if reply.failures else []), *failures, *more)
    button = ui.Button[ui.LayoutView](label="Cancel", custom_id=translate.CANCEL)
    view.add_item(ui.ActionRow(button))
    return view


def _stage(reply: Progress) -> list[str]:
    if not reply.total:
        return [f"{literal(reply.text)} ...", *([reply.tally] if reply.tally else [])]
    full = BAR * reply.done // reply.total
    left = f", {reply.time_left}" if reply.time_left else ""
    bar = f"`{'█' * full}{'░' * (BAR - full)}` {reply.done:,} of {reply.total:,}{left}"
    return [literal(reply.text), bar, *([reply.tally] if reply.tally else [])]


def _lines(*lines: str) -> ui.LayoutView:
    """Return a message of as many lines as fit, saying how many more there are."""
    shown: list[str] = []
    lines = tuple(_line(part) for line in lines for part in line.split("\n"))
    for line in lines:
        if size("\n".join((*shown, line))) > LONGEST_LIST:
            shown.append(f"and {len(lines) - len(shown)} more")
            break
        shown.append(line)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("\n".join(shown)))
    return view


def _line(text: str) -> str:
    return text if size(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE // 2]}…"


def _notice(reply: Notice) -> ui.LayoutView:
    return _lines(literal(reply.text), *(f"- {literal(line)}" for line in reply.details))


def _near(near: Nearest) -> str:
    return f"- {linked(shortened(path_of(near.title, near.heading, near.release)), near.url)}"
