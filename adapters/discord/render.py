"""A reply to a Discord message in Components V2; pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from discord import ButtonStyle, ui

from adapters.discord import translate
from adapters.discord.translate import FORGET
from bot.messages import (
    SIMILAR,
    UPDATED_SINCE,
    Answer,
    Aside,
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
    Posting,
    Precedent,
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

GREEN = 0x2E8B57
AMBER = 0xC98A1B
LONGEST_TITLE = 200
SHORT_TITLE = 50
"""Characters of a title where a quote leaves little room: of markup alone, 1,200 take 2,400."""

LONGEST_URL = 500
LONGEST_MESSAGE = 4_000
"""UTF-16 units over all texts of one message."""

LONGEST_LIST = 3_500
LONGEST_LINE = 1_000
LONGEST_ITEM = 400
"""Of an item's text; its address takes at most a half of that, its title and its facts a quarter each."""

BAR = 20
CUT = "..."
ON = "More from this document"

_URL = r"(?P<url>https?://[^\s<]+[^<.,:;\"'\]\s])"
_LINE_START = r"(?P<start>^[ \t]*)(?P<line>[#>+-]|[0-9]+(?=\.(?:\s|$)))"
_MARKUP = re.compile(rf"{_URL}|{_LINE_START}|(?P<mark>[\\*_~|`<\[@])", re.MULTILINE)


def render(reply: Reply, *, private: bool = False) -> ui.LayoutView:
    """Return the message for a reply; ``private`` says that the asker alone sees it."""
    match reply:
        case Answer():
            return _card(
                reply,
                lambda longest: _searched(reply.searched, longest) + _shared_by(reply, longest),
                GREEN,
                may_share=private and reply.shared_by is None,
            )
        case Closest():
            return _card(
                reply,
                lambda longest: f"{_searched(reply.searched, longest)}{reply.lead}\n\n",
                AMBER,
                may_share=False,
            )
        case Aside():
            return render(reply.reply, private=True)
        case Offer():
            return _offer(reply)
        case Silence():
            return ui.LayoutView(timeout=None)
        case Continuation():
            return _continuation(reply)
        case Deleted():
            return _lines(literal(reply.text))
        case Reasons():
            return _reasons(reply)
        case NoAnswer():
            titles = [_near(each) for each in reply.nearest]
            said = _searched(reply.searched) + literal(reply.text)
            view = _lines(said, *(["Nearest titles:", *titles] if titles else []))
            if reply.id:
                view.add_item(ui.ActionRow(_button("Need a human", f"quoth:human:{reply.id}:0")))
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


def literal(text: str) -> str:
    """Return a text that Discord shows as it stands: no markup, mention or timestamp in it.

    Addresses stay as they are: Discord links them by themselves, backslashes and all.
    """
    return _MARKUP.sub(_escaped, visible(text))


def _escaped(found: re.Match[str]) -> str:
    if found["url"]:
        return found["url"]
    if found["mark"]:
        return f"\\{found['mark']}"
    line = found["line"]
    return f"{found['start']}{line}\\" if line.isdigit() else f"{found['start']}\\{line}"


def passage(quote: Quote, *, fences: bool = True) -> str:
    """Return a quote as Discord markdown, the answering sentence in bold and code in fences."""
    text, is_open = (CUT + " " if quote.cut_before else ""), True
    for segment in quote.segments:
        if segment.code and fences and "```" not in segment.text:
            # A fence stands on lines of its own. What the text has of line breaks is not added again.
            text = f"{_ended(text)}```\n{_ended(visible(segment.text))}```"
            is_open = False
        else:
            prose = _bold(segment.text) if segment.bold else literal(segment.text)
            text += prose if is_open or prose.startswith("\n") else f"\n{prose}"
            is_open = is_open or bool(prose)
    if not quote.cut_after:
        return text
    return f"{text} {CUT}" if is_open else f"{text}\n{CUT}"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _bold(text: str) -> str:
    # Markers must touch the words that they set in bold.
    text = visible(text)
    core = text.strip()
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}**{literal(core)}**{tail}" if core else text


def _card(
    shown: Answer | Closest,
    lead: Callable[[int], str],
    colour: int,
    *,
    may_share: bool,
    below: str = "",
) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    updated, end = f"-# {UPDATED_SINCE}\n" if shown.updated else "", literal(shown.assurance)
    text, footer = _fitted(
        lambda longest: updated + lead(longest),
        shown.quote,
        lambda longest: f"{_citation(shown.quote.citation, longest)} · {end}{_receipt(shown)}",
    )
    footer += _also(shown.also, LONGEST_MESSAGE - _size(text) - _size(footer))
    footer += below if _size(text + footer + below) <= LONGEST_MESSAGE else ""
    view.add_item(
        ui.Container(ui.TextDisplay(text), ui.Separator(), ui.TextDisplay(footer), accent_colour=colour)
    )
    for row in _buttons(shown, may_share=may_share):
        view.add_item(ui.ActionRow(*row))
    return view


def _fitted(above: Callable[[int], str], quote: Quote, below: Callable[[int], str]) -> tuple[str, str]:
    """Return a quote with what stands above it, and what stands below, as one message holds them.

    The quote stays whole: what stands around it is told how long a title may be, and shortens its own.
    Fences go last, as only very many scraps of code have many.
    """
    for fences, longest in ((True, LONGEST_TITLE), (True, SHORT_TITLE), (False, SHORT_TITLE)):
        text, footer = above(longest) + passage(quote, fences=fences), below(longest)
        if _size(text) + _size(footer) <= LONGEST_MESSAGE:
            break
    return text if text.strip() else CUT, footer


def _help_wanted(reply: HelpWanted) -> ui.LayoutView:
    where = f"<#{reply.channel}>" if reply.channel else "a direct message to me"
    titles = [_near(each) for each in reply.nearest]
    view = _lines(
        literal(reply.text),
        *([f"> {literal(_title(reply.question))}"] if reply.question else []),
        f"Asked in {where}{f': {reply.link}' if reply.link else ''}",
        *(["Nearest titles:", *titles] if titles else []),
    )
    if not reply.resolved_by:
        view.add_item(ui.ActionRow(_button("Resolved", f"quoth:resolve:{reply.id}:0")))
    return view


def _continuation(reply: Continuation) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    text, footer = _fitted(
        lambda longest: "",
        reply.quote,
        lambda longest: f"{_citation(reply.quote.citation, longest)}{_receipt(reply)}",
    )
    view.add_item(ui.Container(ui.TextDisplay(text), ui.Separator(), ui.TextDisplay(footer)))
    at = f"{reply.id}:{reply.offset}"
    onward = [_button(ON, f"quoth:on:{at}:{reply.step + 1}")] if reply.goes_on else []
    view.add_item(ui.ActionRow(*onward, _button("Delete", f"quoth:delete:{at}")))
    return view


def _shared_by(reply: Answer, longest: int) -> str:
    """Who shared it, and what it answers: nobody else has seen the question."""
    if reply.shared_by is None:
        return ""
    asked = _title(reply.question, longest)
    return f"-# Shared by {literal(reply.shared_by.name)}{f': {literal(asked)}' if asked else ''}\n"


def _offer(reply: Offer) -> ui.LayoutView:
    """Return the answer, or, as nobody can be whispered to unasked, a button that whispers it."""
    if not reply.private:
        below = _similar(reply.similar)
        return _card(reply.answer, lambda longest: f"{reply.lead}\n\n", GREEN, may_share=False, below=below)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(f"I may have an answer to this.{_similar(reply.similar)}"))
    view.add_item(ui.ActionRow(ui.Button(label="Show me", custom_id=f"quoth:more:{reply.answer.id}:0")))
    return view


def _similar(precedents: Sequence[Precedent]) -> str:
    """Return the lines that name questions answered before, after a line break."""
    lines = [f"-# - {_linked(_title(each.question), _address(each.posting))}" for each in precedents]
    return "".join(f"\n{line}" for line in (f"-# {SIMILAR}", *lines)) if lines else ""


def _address(posting: Posting) -> str:
    guild = posting.workspace.removeprefix("discord:")
    return f"https://discord.com/channels/{guild}/{posting.channel}/{posting.message}"


def _buttons(shown: Answer | Closest, *, may_share: bool) -> list[list[ui.Button[ui.LayoutView]]]:
    """Return the rows of a card's buttons, what leads on first; a row holds five."""
    at = f"{shown.id}:{shown.offset}"
    judging = [
        _button("Helpful", f"quoth:rate:{at}:up"),
        _button("Not it", f"quoth:rate:{at}:down"),
        _button("Why this?", f"quoth:why:{at}"),
        _button("Need a human", f"quoth:human:{at}"),
        _button("Delete", f"quoth:delete:{at}"),
    ]
    further = [
        *([_button("More", f"quoth:more:{shown.id}:{shown.offset + 1}")] if shown.has_more else []),
        *([_button(ON, f"quoth:on:{at}:1")] if shown.goes_on else []),
        *([_button("Share", f"quoth:share:{at}")] if may_share else []),
    ]
    return [further, judging] if further else [judging]


def _button(label: str, custom_id: str) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=label, custom_id=custom_id)


def _receipt(shown: Answer | Closest | Continuation) -> str:
    return f" · receipt {literal(shown.receipt)}" if shown.receipt else ""


def _searched(query: str, longest: int = LONGEST_TITLE) -> str:
    """Return the line that says what a question was taken to mean, or nothing."""
    return f"-# Searched for: {literal(_title(query, longest))}\n" if query else ""


def _citation(citation: Citation, longest: int) -> str:
    age = f"<t:{int(citation.updated_at.timestamp())}:R>"
    return f"{_place(citation, longest)}\n-# {literal(_title(citation.source, longest))} · updated {age}"


def _place(citation: Citation, longest: int = LONGEST_TITLE) -> str:
    path = path_of(citation.title, citation.heading, citation.release)
    path = with_place(_title(path, longest), _title(citation.place, longest))
    path = _linked(path, citation.url)
    return path if citation.url else f"{path} · {literal(_title(citation.location, longest))}"


def _also(places: tuple[Citation, ...], room: int) -> str:
    """Return as many of the lines that name further places as fit, each after a line break."""
    lines = ""
    for place in places:
        line = f"\n-# also in {_place(place)}"
        lines += line if _size(lines + line) <= room else ""
    return lines


def _reasons(reply: Reasons) -> ui.LayoutView:
    return _lines(
        "**Why this passage**",
        *(f"**{label}:** {literal(text)}" for label, text in reply.evidence),
        *(f"**{label}:** {_place(at)}" for label, at in reply.places),
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
    place = f" · {source.kind} {literal(_title(source.whence))}" if source.origin else ""
    line = (
        f"- **{literal(_title(source.name))}** ({source.state}): {counted(source.documents, 'document')}, "
        f"{counted(source.passages, 'passage')}{synced}{place}"
    )
    refresh = (
        f", {literal(source.schedule)}, next <t:{int(source.next_at.timestamp())}:R>"
        if source.next_at
        else ""
    )
    return [f"{line}{refresh}", *(f"  - {literal(failure)}" for failure in source.failures)]


def _source_details(reply: SourceDetails) -> ui.LayoutView:
    documents = (
        f"- {literal(_title(each.title) or 'Untitled')} · {literal(_title(each.uri))} · "
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
    head, foot = _within(reply.text, LONGEST_ITEM), f"and {reply.more:,} more" if reply.more else ""
    room = (LONGEST_MESSAGE - _size(head) - _size(foot)) // max(1, len(reply.items))
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
    title = _within(" ".join(item.title.split()), LONGEST_ITEM // 4)
    facts = " · ".join(filter(None, (_within(" · ".join(item.facts), LONGEST_ITEM // 4), _seen(item.url))))
    above, below = f"**{title}**" if title else "", f"-# {facts}" if facts else ""
    limit = LONGEST_ITEM
    shown = _stacked(above, _quoted(_within(item.text, limit)), below)
    # Each line break of a quote takes more characters than one, so only the finished item tells.
    while _size(shown) > room and limit > 1:
        limit = limit * 9 // 10
        shown = _stacked(above, _quoted(_within(item.text, limit)), below)
    return shown


def _stacked(*lines: str) -> str:
    return "\n".join(line for line in lines if line) or CUT


def _quoted(text: str) -> str:
    quoted = text.replace("\n", "\n> ")
    return f"> {quoted}" if quoted else ""


def _seen(url: str) -> str:
    seen = _linked("see it", url) if url else ""
    return seen if _size(seen) <= LONGEST_ITEM // 2 else ""


def _within(text: str, limit: int) -> str:
    """Return a text as it stands, or as much of it as fits when it is marked up, with the cut marked."""
    if _size(literal(text)) <= limit:
        return literal(text)
    while _size(literal(text)) >= limit:
        text = text[: len(text) * 9 // 10]
    return f"{literal(text)}…"


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
        if _size("\n".join((*shown, line))) > LONGEST_LIST:
            shown.append(f"and {len(lines) - len(shown)} more")
            break
        shown.append(line)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("\n".join(shown)))
    return view


def _size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _line(text: str) -> str:
    return text if _size(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE // 2]}…"


def _notice(reply: Notice) -> ui.LayoutView:
    return _lines(literal(reply.text), *(f"- {literal(line)}" for line in reply.details))


def _near(near: Nearest) -> str:
    return f"- {_linked(_title(path_of(near.title, near.heading, near.release)), near.url)}"


def _title(text: str, longest: int = LONGEST_TITLE) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _linked(text: str, url: str) -> str:
    safe = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace(">", "%3E")
    if not url.startswith(("https://", "http://")) or _size(safe) > LONGEST_URL:
        return literal(text)
    if "://" in text:  # an address in a label is Discord's to link, or to end the label with
        return f"{literal(text)} · <{safe}>"
    return f"[{literal(text)}](<{safe}>)"
