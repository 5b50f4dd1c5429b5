"""The card of a passage on Discord; pure."""

from collections.abc import Callable, Sequence

from discord import ui

from adapters.discord.markup import (
    CUT,
    LONGEST_MESSAGE,
    LONGEST_TITLE,
    SHORT_TITLE,
    linked,
    literal,
    passage,
    shortened,
    size,
)
from bot.messages import (
    SIMILAR,
    UPDATED_SINCE,
    Answer,
    Citation,
    Closest,
    Continuation,
    Offer,
    Posting,
    Precedent,
    Quote,
    path_of,
    with_place,
)

GREEN = 0x2E8B57
AMBER = 0xC98A1B
ON = "More from this document"


def card(
    shown: Answer | Closest,
    lead: Callable[[int], str],
    colour: int,
    *,
    may_share: bool,
    below: str = "",
) -> ui.LayoutView:
    """Return the card of a passage; ``lead`` is told how long a title may be."""
    view = ui.LayoutView(timeout=None)
    updated, end = f"-# {UPDATED_SINCE}\n" if shown.updated else "", literal(shown.assurance)
    text, footer = _fitted(
        lambda longest: updated + lead(longest),
        shown.quote,
        lambda longest: f"{_citation(shown.quote.citation, longest)} · {end}{_receipt(shown)}",
    )
    footer += _also(shown.also, LONGEST_MESSAGE - size(text) - size(footer))
    footer += below if size(text + footer + below) <= LONGEST_MESSAGE else ""
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
        if size(text) + size(footer) <= LONGEST_MESSAGE:
            break
    return text if text.strip() else CUT, footer


def continuation(reply: Continuation) -> ui.LayoutView:
    """Return the card of the passage that follows one that was shown."""
    view = ui.LayoutView(timeout=None)
    text, footer = _fitted(
        lambda longest: "",
        reply.quote,
        lambda longest: f"{_citation(reply.quote.citation, longest)}{_receipt(reply)}",
    )
    view.add_item(ui.Container(ui.TextDisplay(text), ui.Separator(), ui.TextDisplay(footer)))
    at = f"{reply.id}:{reply.offset}"
    onward = [button(ON, f"quoth:on:{at}:{reply.step + 1}")] if reply.goes_on else []
    view.add_item(ui.ActionRow(*onward, button("Delete", f"quoth:delete:{at}")))
    return view


def shared_by(reply: Answer, longest: int) -> str:
    """Who shared it, and what it answers: nobody else has seen the question."""
    if reply.shared_by is None:
        return ""
    asked = shortened(reply.question, longest)
    return f"-# Shared by {literal(reply.shared_by.name)}{f': {literal(asked)}' if asked else ''}\n"


def offer(reply: Offer) -> ui.LayoutView:
    """Return the answer, or, as nobody can be whispered to unasked, a button that whispers it."""
    if not reply.private:
        below = _similar(reply.similar)
        return card(reply.answer, lambda longest: f"{reply.lead}\n\n", GREEN, may_share=False, below=below)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(f"I may have an answer to this.{_similar(reply.similar)}"))
    view.add_item(ui.ActionRow(ui.Button(label="Show me", custom_id=f"quoth:more:{reply.answer.id}:0")))
    return view


def _similar(precedents: Sequence[Precedent]) -> str:
    """Return the lines that name questions answered before, after a line break."""
    lines = [f"-# - {linked(shortened(each.question), _address(each.posting))}" for each in precedents]
    return "".join(f"\n{line}" for line in (f"-# {SIMILAR}", *lines)) if lines else ""


def _address(posting: Posting) -> str:
    guild = posting.workspace.removeprefix("discord:")
    return f"https://discord.com/channels/{guild}/{posting.channel}/{posting.message}"


def _buttons(shown: Answer | Closest, *, may_share: bool) -> list[list[ui.Button[ui.LayoutView]]]:
    """Return the rows of a card's buttons, what leads on first; a row holds five."""
    at = f"{shown.id}:{shown.offset}"
    judging = [
        button("Helpful", f"quoth:rate:{at}:up"),
        button("Not it", f"quoth:rate:{at}:down"),
        button("Why this?", f"quoth:why:{at}"),
        button("Need a human", f"quoth:human:{at}"),
        button("Delete", f"quoth:delete:{at}"),
    ]
    further = [
        *([button("More", f"quoth:more:{shown.id}:{shown.offset + 1}")] if shown.has_more else []),
        *([button(ON, f"quoth:on:{at}:1")] if shown.goes_on else []),
        *([button("Share", f"quoth:share:{at}")] if may_share else []),
    ]
    return [further, judging] if further else [judging]


def button(label: str, custom_id: str) -> ui.Button[ui.LayoutView]:
    """Return a button."""
    return ui.Button(label=label, custom_id=custom_id)


def _receipt(shown: Answer | Closest | Continuation) -> str:
    return f" · receipt {literal(shown.receipt)}" if shown.receipt else ""


def searched(query: str, longest: int = LONGEST_TITLE) -> str:
    """Return the line that says what a question was taken to mean, or nothing."""
    return f"-# Searched for: {literal(shortened(query, longest))}\n" if query else ""


def _citation(citation: Citation, longest: int) -> str:
    age = f"<t:{int(citation.updated_at.timestamp())}:R>"
    return f"{place_of(citation, longest)}\n-# {literal(shortened(citation.source, longest))} · updated {age}"


def place_of(citation: Citation, longest: int = LONGEST_TITLE) -> str:
    """Return the title and headings, linked where the document stands on the web."""
    path = path_of(citation.title, citation.heading, citation.release)
    path = with_place(shortened(path, longest), shortened(citation.place, longest))
    path = linked(path, citation.url)
    return path if citation.url else f"{path} · {literal(shortened(citation.location, longest))}"


def _also(places: tuple[Citation, ...], room: int) -> str:
    """Return as many of the lines that name further places as fit, each after a line break."""
    lines = ""
    for place in places:
        line = f"\n-# also in {place_of(place)}"
        lines += line if size(lines + line) <= room else ""
    return lines
