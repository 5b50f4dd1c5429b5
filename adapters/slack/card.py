"""The answer card: the passage word for word, where it stands, and what one can do with it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from adapters.slack.blocks import (
    MAX_SERIALIZED,
    Json,
    actions,
    age,
    button,
    context,
    fallback,
    feedback,
    link,
    plain,
    preformatted,
    rich_text,
    section,
    shorten,
    size,
    words,
)
from bot.messages import (
    SIMILAR,
    UPDATED_SINCE,
    Answer,
    Citation,
    Closest,
    Continuation,
    Offer,
    Precedent,
    Quote,
    Segment,
    path_of,
    with_place,
)

FORGET = "quoth_forget"
CANCEL = "quoth_cancel"
DELETE = "quoth_delete"
HUMAN = "quoth_human"
MORE = "quoth_more"
ON = "quoth_on"
RATE = "quoth_rate"
REMOVE = "quoth_remove"
RESOLVE = "quoth_resolve"
SHARE = "quoth_share"
WHY = "quoth_why"
CHOICE = "quoth_do"
UP = "up"
DOWN = "down"
READ_ON = "More from this document"

MAX_QUOTE = 6000
MAX_HEADLINE = 400
MAX_SMALL_PRINT = 300
ELLIPSIS = "..."


def headline(title: str, heading: tuple[str, ...], release: str = "") -> str:
    """Return where a passage stands, short enough for a line of a card. Slack refuses an empty one."""
    return shorten(path_of(title, heading, release), MAX_HEADLINE) or "Untitled"


def _place_in(citation: Citation) -> str:
    path = headline(citation.title, citation.heading, citation.release)
    return with_place(path, shorten(citation.place, MAX_SMALL_PRINT))


def render_answer(answer: Answer, *, private: bool) -> Json:
    """Return the card of an answer. ``private`` adds the Share button."""
    return _card(answer, _shared_by(answer), "", may_share=private)


def render_closest(closest: Closest) -> Json:
    """Return the card of what is no answer: it says so first, in the notification too."""
    lead = rich_text(section(words(closest.lead, italic=True)))
    return _card(closest, [lead], f"{closest.lead} ", may_share=False)


def render_continuation(reply: Continuation) -> Json:
    """Return what follows in the document: a passage with its place, and no marks in it."""
    citation, at = reply.quote.citation, f"{reply.id}:{reply.offset}"
    onward = [button(READ_ON, ON, f"{at}:{reply.step + 1}")] if reply.goes_on else []
    receipt = [context(*_receipt(reply))] if reply.receipt else []
    below = [_where(citation, ()), *receipt, actions(*onward, button("Delete", DELETE, at))]
    quote = _fit(reply.quote, MAX_SERIALIZED - size(below))
    return {"text": fallback(reply.quote.text), "blocks": [rich_text(*_passage(quote)), *below]}


def searched(query: str) -> list[Json]:
    """Return the small print that says what a question was taken to mean, if it needs any."""
    return [context(plain(shorten(f"Searched for: {query}", MAX_SMALL_PRINT)))] if query else []


def render_offer(offer: Offer) -> Json:
    """Return the card of an answer that nobody asked the bot for; it says so first."""
    lead = rich_text(section(words(offer.lead, italic=True)))
    below = _similar(offer.similar)
    return _card(offer.answer, [lead], f"{offer.lead} ", may_share=offer.private, below=below)


def _similar(precedents: Sequence[Precedent]) -> list[Json]:
    """Return the questions that were answered before, if any."""
    lines = [section(link(shorten(each.question, MAX_SMALL_PRINT), each.url)) for each in precedents]
    return [rich_text(section(words(SIMILAR, italic=True)), *lines)] if lines else []


def _card(
    shown: Answer | Closest, above: list[Json], spoken: str, *, may_share: bool, below: Sequence[Json] = ()
) -> Json:
    above = [context(plain(UPDATED_SINCE)), *above] if shown.updated else above
    above = [*searched(shown.searched), *above]
    below = [
        _where(shown.quote.citation, shown.also),
        _citation(shown),
        *below,
        _buttons(shown, may_share=may_share),
        _thumbs(shown),
    ]
    quote = _fit(shown.quote, MAX_SERIALIZED - size([*above, *below]))
    return {"text": _fallback(shown, spoken), "blocks": [*above, rich_text(*_passage(quote)), *below]}


def _shared_by(answer: Answer) -> list[Json]:
    """Who shared it, by name and not as a mention: sharing an answer must not ping anyone."""
    if answer.shared_by is None:
        return []
    who = answer.shared_by.name or "Someone"
    asked = f" to: {answer.question}" if answer.question else ""  # its words may be gone since
    return [context(plain(shorten(f"{who} shared an answer{asked}", MAX_SMALL_PRINT)))]


def _passage(quote: Quote) -> list[Json]:
    """The quote's stretches of prose and code; their texts joined are the quote, byte for byte."""
    marked = [
        *([Segment(text=f"{ELLIPSIS} ")] if quote.cut_before else []),
        *(segment for segment in quote.segments if segment.text),
        *([Segment(text=f" {ELLIPSIS}")] if quote.cut_after else []),
    ]
    parts: list[Json] = []
    for is_code, stretch in groupby(marked, key=lambda segment: segment.code):
        if is_code:
            parts.extend(preformatted(segment.text, bold=segment.bold) for segment in stretch)
        else:
            parts.append(section(*(words(segment.text, bold=segment.bold) for segment in stretch)))
    return parts


def _where(citation: Citation, also: tuple[Citation, ...]) -> Json:
    title = link(_place_in(citation), citation.url, bold=True)
    return rich_text(section(title), *(section(words("also in "), *place(other)) for other in also))


def place(citation: Citation) -> list[Json]:
    """Return where a text stands, linked, or with the path of what stands nowhere on the web."""
    title = link(_place_in(citation), citation.url)
    located = citation.location and not citation.url
    return [title, words(f" · {shorten(citation.location, MAX_SMALL_PRINT)}")] if located else [title]


def _citation(shown: Answer | Closest) -> Json:
    """The small print: how sure, how old, which source; and the path of what stands nowhere on the web."""
    citation = shown.quote.citation
    named = [text for text in (citation.source, "" if citation.url else citation.location) if text]
    return context(
        plain(f"{shown.assurance[0].upper()}{shown.assurance[1:]}", MAX_SMALL_PRINT),
        age(citation.updated_at),
        *(plain(text, MAX_SMALL_PRINT) for text in named),
        *_receipt(shown),
    )


def _receipt(shown: Answer | Closest | Continuation) -> list[Json]:
    return [plain(f"receipt {shown.receipt}", MAX_SMALL_PRINT)] if shown.receipt else []


def _buttons(shown: Answer | Closest, *, may_share: bool) -> Json:
    at = f"{shown.id}:{shown.offset}"
    row = [
        *([button("More", MORE, f"{shown.id}:{shown.offset + 1}")] if shown.has_more else []),
        *([button(READ_ON, ON, f"{at}:1")] if shown.goes_on else []),
        button("Why this?", WHY, at),
        *([button("Share", SHARE, at)] if may_share else []),
        button("Need a human", HUMAN, at),
        button("Delete", DELETE, at),
    ]
    return actions(*row)


def _thumbs(shown: Answer | Closest) -> Json:
    value = f"{shown.id}:{shown.offset}"
    return feedback(RATE, positive=("Helpful", f"{value}:{UP}"), negative=("Not it", f"{value}:{DOWN}"))


def _fallback(shown: Answer | Closest, lead: str) -> str:
    citation = shown.quote.citation
    place = citation.url or citation.location
    title = _place_in(citation)
    where = f"{title} ({place})" if place else title
    return fallback(f"{lead}{where}\n{shown.quote.text}")


def _fit(quote: Quote, room: int) -> Quote:
    """The part around the answering sentence that one message holds. The core's quotes fit as they are."""
    limit = MAX_QUOTE
    fitted = _cut(quote, limit)
    while size(_passage(fitted)) > room and limit > 1:
        limit //= 2
        fitted = _cut(quote, limit)
    return fitted


def _cut(quote: Quote, limit: int) -> Quote:
    text = quote.text
    if len(text) <= limit:
        return quote
    start = _start(quote, limit)
    end = min(start + limit, len(text))
    # A cut inside a word would read as another word.
    if end < len(text) and (gap := re.search(r"\s\S*$", text[start:end])) and gap.start() > limit // 2:
        end = start + gap.start()
    return replace(
        quote,
        segments=_slice(quote.segments, start, end),
        cut_before=quote.cut_before or start > 0,
        cut_after=quote.cut_after or end < len(text),
    )


def _start(quote: Quote, limit: int) -> int:
    """Where the window opens: at the front if it reaches the bold sentence's end, else a bit before it."""
    before = 0
    for segment in quote.segments:
        if segment.bold:
            reaches = before + len(segment.text) <= limit
            return 0 if reaches else max(0, min(before - limit // 4, len(quote.text) - limit))
        before += len(segment.text)
    return 0


def _slice(segments: tuple[Segment, ...], start: int, end: int) -> tuple[Segment, ...]:
    kept = []
    before = 0
    for segment in segments:
        text = segment.text[max(0, start - before) : max(0, end - before)]
        before += len(segment.text)
        if text:
            kept.append(replace(segment, text=text))
    return tuple(kept)
