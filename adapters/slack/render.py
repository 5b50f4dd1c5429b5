"""What the core says, as Slack shows it: one reply in, one message payload out."""

from collections.abc import Sequence
from typing import assert_never

from adapters.slack.blocks import (
    MAX_SERIALIZED,
    Json,
    actions,
    bullets,
    button,
    channel,
    context,
    date,
    fallback,
    link,
    plain,
    quotation,
    rich_text,
    section,
    shorten,
    size,
    words,
)
from adapters.slack.card import (
    CANCEL,
    CHOICE,
    FORGET,
    HUMAN,
    REMOVE,
    RESOLVE,
    headline,
    place,
    render_answer,
    render_closest,
    render_continuation,
    render_offer,
    searched,
)
from adapters.slack.translate import HELP
from bot.messages import (
    Answer,
    Aside,
    Attachment,
    Closest,
    ConfirmRemoval,
    Continuation,
    Deleted,
    DocumentLine,
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
    PreferenceLine,
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
)

MAX_TEXT = 2900
MAX_LINE = 300
MAX_EVIDENCE = 600
MAX_FAILURES = 4
MAX_ITEM = 600
MIN_ITEM = 40
BAR_LENGTH = 20
CHANGING = "/quoth settings NAME VALUE changes one; the value “default” takes a choice back."
ERASING = "/quoth forget-me erases it."
NO_SOURCES = "Nothing has been read here yet. A moderator can add a source: /quoth help says how."


def render(reply: Reply, *, private: bool = False) -> Json:
    """Return ``text`` and ``blocks``. ``private`` says that the asker alone will see the message."""
    match reply:
        case Answer():
            return render_answer(reply, private=private)
        case Closest():
            return render_closest(reply)
        case Aside():
            return render(reply.reply, private=True)
        case Offer():
            return render_offer(reply)
        case Silence():
            return {"text": "", "blocks": []}
        case Continuation():
            return render_continuation(reply)
        case Deleted():
            return _message(reply.text)
        case Reasons():
            return _reasons(reply)
        case NoAnswer():
            return _no_answer(reply)
        case HelpWanted():
            return _help_wanted(reply)
        case Refused():
            return _message(reply.text)
        case Notice():
            return _notice(reply)
        case Listing():
            return _listing(reply)
        case SourceList():
            return _source_list(reply)
        case SourceDetails():
            return _source_details(reply)
        case ConfirmRemoval():
            return _confirm_removal(reply)
        case PreferenceList():
            return _preference_list(reply)
        case PersonalData():
            return _personal_data(reply)
        case OverviewReport():
            return _overview(reply)
        case Exported():
            return _message(reply.text, _following(reply.attachment))
        case StatisticsReport():
            return _statistics(reply)
        case StatusReport():
            return _status_report(reply)
        case ReleaseList():
            return _notice(reply.told)
        case Suggestions():
            return _suggestions(reply)
        case Progress():
            return _progress(reply)
        case Failed():
            return _failed(reply)
        case _:
            assert_never(reply)


def _message(text: str, *blocks: Json, is_heading: bool = False) -> Json:
    """A text, with blocks below it."""
    first = rich_text(section(words(shorten(text, MAX_TEXT) or "…", bold=is_heading)))
    return {"text": fallback(text), "blocks": [first, *blocks]}


def _reasons(reply: Reasons) -> Json:
    lines = [
        *((label, [words(shorten(text, MAX_EVIDENCE))]) for label, text in reply.evidence),
        *((label, place(at)) for label, at in reply.places),
    ]
    facts = _fitting([section(words(f"{label}: ", bold=True), *parts) for label, parts in lines])
    return _message("Why this passage", rich_text(bullets(facts)), is_heading=True)


def _no_answer(reply: NoAnswer) -> Json:
    """Titles to look at stand in a plain list: nothing here may pass for an answer."""
    below = [actions(button("Need a human", HUMAN, f"{reply.id}:0"))] if reply.id else []
    return _message(reply.text, *_titles(reply.nearest), *searched(reply.searched), *below)


def _titles(nearest: Sequence[Nearest]) -> list[Json]:
    listed = bullets(section(_nearest(near)) for near in nearest[:3])
    return [rich_text(section(words("Nearest titles:")), listed)] if nearest else []


def _help_wanted(reply: HelpWanted) -> Json:
    where = channel(reply.channel) if reply.channel else words("a direct message to me")
    there = [words(" "), link("(the message)", reply.link)] if reply.link else []
    asked = [section(words(shorten(reply.question, MAX_EVIDENCE), italic=True))] if reply.question else []
    below = [] if reply.resolved_by else [actions(button("Resolved", RESOLVE, f"{reply.id}:0"))]
    place = rich_text(*asked, section(words("Asked in "), where, *there))
    return _message(reply.text, place, *_titles(reply.nearest), *below)


def _nearest(near: Nearest) -> Json:
    return link(headline(near.title, near.heading, near.release), near.url)


def _notice(reply: Notice) -> Json:
    lines = [section(words(shorten(line, MAX_LINE))) for line in reply.details if line]
    if not lines:
        return _message(reply.text)
    taken = size(_message(reply.text)["blocks"])
    return _message(reply.text, rich_text(bullets(_fitting(lines, taken=taken))))


def _remainder(count: int) -> Json:
    return section(words(f"and {count} more", italic=True))


def _source_list(reply: SourceList) -> Json:
    if not reply.sources:
        return _message(NO_SOURCES)
    lines = _fitting([_source(line) for line in reply.sources])
    return _message(counted(len(reply.sources), "source"), rich_text(bullets(lines)), is_heading=True)


def _overview(reply: OverviewReport) -> Json:
    counts = counted(len(reply.sources), "source") if reply.sources else "nothing yet"
    return {"text": fallback(f"I have read {counts}."), "blocks": _overview_blocks(reply)}


def render_home(reply: Reply) -> Json:
    """Return the view of the Home tab: what there is to know, and how to ask; or why there is neither."""
    if not isinstance(reply, OverviewReport):
        return {"type": "home", "blocks": render(reply)["blocks"]}
    known = _overview_blocks(reply)
    ways = rich_text(
        section(words("How to ask", bold=True)), bullets(section(words(line)) for line in HELP.details)
    )
    return {"type": "home", "blocks": [*known, ways]}


def _overview_blocks(reply: OverviewReport) -> list[Json]:
    """Return what was read, what can be asked and what waits for moderators, each under its heading."""
    listed = [("You can ask me, for example", [section(words(text)) for text in reply.questions])]
    listed.append(("What waits for you", [section(words(shorten(text, MAX_LINE))) for text in reply.matters]))
    listed.append(("What I have read", [_source(line) for line in reply.sources]))
    blocks: list[Json] = []
    for title, lines in listed:
        if lines:
            fitting = _fitting(lines, taken=size(blocks))
            blocks.append(rich_text(section(words(title, bold=True)), bullets(fitting)))
    return blocks if reply.sources else [*blocks, rich_text(section(words(NO_SOURCES)))]


def _source_details(reply: SourceDetails) -> Json:
    lines = [_document(each) for each in reply.documents]
    more = [section(words(f"and {reply.unlisted:,} more", italic=True))] if reply.unlisted else []
    warnings = (section(words(shorten(each, MAX_LINE))) for each in reply.source.warnings)
    source = rich_text(_source(reply.source), *warnings)
    documents = [rich_text(bullets(_fitting([*lines, *more], taken=size([source]))))] if lines else []
    return {"text": fallback(reply.source.name), "blocks": [source, *documents]}


def _document(line: DocumentLine) -> Json:
    place = shorten(line.uri, MAX_LINE)
    return section(
        words(shorten(line.title, MAX_LINE) or "Untitled"),
        words(f" · {place} · {counted(line.passages, 'passage')}"),
    )


def _confirm_removal(reply: ConfirmRemoval) -> Json:
    return _message(reply.question, actions(button("Remove", REMOVE, reply.source.name, style="danger")))


def _fitting(lines: Sequence[Json], *, taken: int = 0) -> list[Json]:
    """As many lines as one message holds beside what has taken room, and how many it does not."""
    room = MAX_SERIALIZED - 1000 - taken
    kept: list[Json] = []
    for line in lines:
        room -= size([line])
        if room < 0:
            return [*kept, _remainder(len(lines) - len(kept))]
        kept.append(line)
    return kept


def _source(line: SourceLine) -> Json:
    counts = f" · {counted(line.documents, 'document')}, {counted(line.passages, 'passage')}"
    facts = words(shorten(f" · {line.kind} {line.whence}".rstrip(), MAX_LINE) + counts)
    synced = [words(" · synced "), date(line.synced_at, "{ago}")] if line.synced_at else []
    name = words(shorten(line.name, MAX_LINE) or "?", bold=True)
    refresh = [words(f" · {line.schedule}, next "), date(line.next_at, "{ago}")] if line.next_at else []
    failed = [words(" · last failure "), date(line.failed_at, "{ago}")] if line.failed_at else []
    return section(name, words(f" ({line.state})"), facts, *synced, *refresh, *failed, *_failures(line))


def _failures(line: SourceLine) -> list[Json]:
    if not line.failures:
        return []
    named = "; ".join(shorten(failure, MAX_LINE) for failure in line.failures[:MAX_FAILURES])
    more = len(line.failures) - MAX_FAILURES
    return [words(f"\nNot read: {named}" + (f"; and {more} more" if more > 0 else ""))]


def _listing(reply: Listing) -> Json:
    """Shorten the items until one message holds them: some characters take six in Slack's count."""
    more = [context(plain(f"and {reply.more:,} more"))] if reply.more else []
    limit = MAX_ITEM
    message = _message(reply.text, *_items(reply, limit), *more)
    while size(message["blocks"]) > MAX_SERIALIZED and limit > MIN_ITEM:
        limit = limit * 9 // 10
        message = _message(reply.text, *_items(reply, limit), *more)
    return message


def _items(reply: Listing, limit: int) -> list[Json]:
    return [block for item in reply.items for block in _item(item, limit)]


def _item(item: Item, limit: int) -> list[Json]:
    """Return an item with at most ``limit`` characters of its text, and a quarter of that of all else."""
    title = section(words(shorten(item.title, limit // 4) or "…", bold=True))
    text = [quotation(words(shorten(item.text, limit)))] if item.text else []
    facts = [words(shorten(" · ".join(item.facts), limit // 4))] if item.facts else []
    address = item.url if len(item.url) <= MAX_ITEM else ""
    seen = [*([words(" · ")] if facts else []), link("see it", address)] if address else []
    small = [section(*facts, *seen)] if facts or seen else []
    buttons = [
        button(choice.label, f"{CHOICE}:{choice.decision}:{choice.item}", choice.item)
        for choice in item.choices
    ]
    return [rich_text(title, *text, *small), *([actions(*buttons)] if buttons else [])]


def _preference_list(reply: PreferenceList) -> Json:
    lines = _fitting([_preference(line) for line in reply.preferences])
    return _message("What this community has chosen:", rich_text(bullets(lines)), context(plain(CHANGING)))


def _preference(line: PreferenceLine) -> Json:
    value = [words(" is "), words(shorten(line.value, MAX_LINE), bold=True)] if line.value else []
    return section(words(line.name, bold=True), *(value or [words(" is not set")]), words(f": {line.about}"))


def _personal_data(reply: PersonalData) -> Json:
    lines = _fitting([section(words(shorten(line, MAX_LINE))) for line in (*reply.lines, *reply.listed)])
    below = (
        actions(button("Erase it", FORGET, "yes", style="danger"))
        if reply.erasing
        else context(plain(ERASING))
    )
    return _message(reply.text, rich_text(bullets(lines)), below)


def _statistics(reply: StatisticsReport) -> Json:
    facts = [
        section(words(f"{label}: ", bold=True), words(shorten(text, MAX_EVIDENCE)))
        for label, text in reply.figures
    ]
    return _message(
        "What is asked and answered here", rich_text(bullets(facts)), _following(reply.attachment)
    )


def _following(attachment: Attachment) -> Json:
    return context(plain(f"{attachment.about}: {attachment.filename} follows in our direct messages."))


def _status_report(reply: StatusReport) -> Json:
    documents, sources = counted(reply.documents, "document"), counted(reply.sources, "source")
    counts = f"{counted(reply.passages, 'passage')} of {documents} from {sources}"
    not_read = f"{reply.failures:,}; moderators see why in /quoth sources"
    facts = [
        section(words("Read: ", bold=True), words(counts)),
        *([section(words("Not read: ", bold=True), words(not_read))] if reply.failures else []),
        section(words("Synced: ", bold=True), *_synced(reply)),
        section(words("Feedback: ", bold=True), words(_feedback_counts(reply))),
        section(words("Search: ", bold=True), words(reply.search)),
        section(words("Embedder: ", bold=True), words(shorten(reply.embedder, MAX_LINE) or "none")),
    ]
    return _message(f"Quoth {reply.version}", rich_text(bullets(facts)), is_heading=True)


def _feedback_counts(reply: StatusReport) -> str:
    return f"{reply.helpful:,} helpful, {reply.not_helpful:,} not helpful"


def _synced(reply: StatusReport) -> list[Json]:
    if reply.syncing:
        return [words("under way")]
    return [date(reply.synced_at, "{ago}")] if reply.synced_at else [words("never")]


def _suggestions(reply: Suggestions) -> Json:
    if not reply.texts:
        return _message(reply.lead)
    return _message(reply.lead, rich_text(bullets(section(words(text)) for text in reply.texts)))


def _progress(reply: Progress) -> Json:
    blocks = [rich_text(section(words(text))) for text in (_bar(reply), reply.tally, _unread(reply)) if text]
    return _message(reply.text, *blocks, actions(button("Cancel", CANCEL, "job")))


def _bar(reply: Progress) -> str:
    if reply.total <= 0:
        return ""
    done = min(max(reply.done, 0), reply.total)
    filled = BAR_LENGTH * done // reply.total
    left = f", {reply.time_left}" if reply.time_left else ""
    return f"{'█' * filled}{'░' * (BAR_LENGTH - filled)} {done:,} of {reply.total:,}{left}"


def _unread(reply: Progress) -> str:
    if not reply.failures:
        return ""
    named = "\n".join(shorten(failure, MAX_LINE) for failure in reply.failures)
    return f"Not read:\n{named}" + (f"\nand {reply.unnamed:,} more" if reply.unnamed > 0 else "")


def _failed(reply: Failed) -> Json:
    return _message(reply.text, context(plain(f"Reference: {reply.reference}")))
