"""What people can do with Quoth, and how each platform lets them: the registry behind docs/platforms.md.

Whoever adds a request adds it here, then writes the page anew::

    python -m bot.abilities > docs/platforms.md
"""

import sys
from dataclasses import dataclass
from typing import TypeAlias

from bot.messages import (
    AddChannel,
    AddGolden,
    AddSource,
    Aliases,
    Arrive,
    Ask,
    Audit,
    Cancel,
    ChannelChanged,
    Decide,
    Delete,
    Escalate,
    Export,
    Follow,
    ForgetMe,
    Gathered,
    GatherGolden,
    Golden,
    Inspect,
    More,
    MyData,
    Notify,
    Overhear,
    Overview,
    PauseSource,
    Prefer,
    Preferences,
    Rate,
    ReadOn,
    Reindex,
    Releases,
    RemoveSource,
    Request,
    Resolve,
    Review,
    SaveAnswer,
    ScheduleSource,
    Scope,
    SetMode,
    Share,
    ShowSource,
    Sources,
    Stats,
    Status,
    Suggest,
    Unanswered,
    Undo,
    Verify,
    Why,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPossible:
    """A platform cannot do this; ``because`` is the rest of a sentence that says why."""

    because: str


Ways: TypeAlias = tuple[str, ...] | NotPossible
"""How an ability is reached. What begins with "/" is a command (with what follows it in capitals or
brackets), "button LABEL" and "menu LABEL" are what they say, and all else is said in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One thing that people can do. It has no requests where the core does it unasked."""

    about: str
    requests: tuple[type[Request], ...]
    discord: Ways
    slack: Ways
    terminal: Ways


ALONE = "nobody else is in a terminal"

FOR_EVERYONE = (
    Ability(
        about="Ask a question",
        requests=(Ask,),
        discord=(
            "/ask QUESTION",
            "menu Find an answer",
            "a mention",
            "a reply to the bot",
            "a direct message",
        ),
        slack=(
            "/ask QUESTION",
            "menu Find an answer",
            "a mention",
            "a reply to the bot, where the app may read the channel",
            "a direct message",
        ),
        terminal=("type the question",),
    ),
    Ability(
        about="Ask within one source",
        requests=(),
        discord=("/ask QUESTION [SOURCE]",),
        slack=("/ask [source=NAME] QUESTION", "“source=NAME” before the question"),
        terminal=("/ask [--source NAME] QUESTION",),
    ),
    Ability(
        about="Ask about one version of a product",
        requests=(Releases,),
        discord=("/ask QUESTION [VERSION]", "versions are offered while one types"),
        slack=(
            "/ask [version=VERSION] QUESTION",
            "“version=VERSION” before the question",
            "/quoth versions [NAME]",
        ),
        terminal=("/ask [--version VERSION] QUESTION", "/versions [SOURCE]"),
    ),
    Ability(
        about="See what could be asked",
        requests=(Suggest,),
        discord=("offered while one types /ask",),
        slack=("/quoth suggest WORDS",),
        terminal=("/suggest WORDS",),
    ),
    Ability(
        about="See the next passage",
        requests=(More,),
        discord=("button More",),
        slack=("button More",),
        terminal=("/more",),
    ),
    Ability(
        about="Read on in the document of a passage",
        requests=(ReadOn,),
        discord=("button More from this document",),
        slack=("button More from this document",),
        terminal=("/read-on",),
    ),
    Ability(
        about="Delete an answer, as who asked or as a moderator",
        requests=(Delete,),
        discord=("button Delete",),
        slack=("button Delete",),
        terminal=NotPossible(because="what is printed cannot be taken back"),
    ),
    Ability(
        about="Call a human",
        requests=(Escalate,),
        discord=("button Need a human",),
        slack=("button Need a human",),
        terminal=NotPossible(because=ALONE),
    ),
    Ability(
        about="Show a private answer to the channel",
        requests=(Share,),
        discord=("button Share",),
        slack=("button Share",),
        terminal=NotPossible(because=ALONE),
    ),
    Ability(
        about="Say whether a passage has helped",
        requests=(Rate,),
        discord=("button Helpful", "button Not it"),
        slack=("button Helpful", "button Not it"),
        terminal=("/helpful", "/not-it", "/not-helpful"),
    ),
    Ability(
        about="Learn why a passage was shown",
        requests=(Why,),
        discord=("button Why this?",),
        slack=("button Why this?",),
        terminal=("/why",),
    ),
    Ability(
        about="Check a quote by its receipt",
        requests=(Verify,),
        discord=("/verify RECEIPT",),
        slack=("/quoth verify RECEIPT",),
        terminal=("/verify RECEIPT",),
    ),
    Ability(
        about="Save what somebody wrote as an answer, word for word",
        requests=(SaveAnswer,),
        discord=("menu Save as answer", "/answer QUESTION TEXT"),
        slack=("menu Save as answer", "/quoth answer QUESTION | TEXT"),
        terminal=("/answer QUESTION | TEXT",),
    ),
    Ability(
        about="Edit or delete a message, and what is quoted of it follows",
        requests=(Follow,),
        discord=("edit or delete the message",),
        slack=("edit or delete the message",),
        terminal=NotPossible(because="what was typed stays typed"),
    ),
    Ability(
        about="Pin or solve something in a channel that is quoted, or change who reads it, and it follows",
        requests=(ChannelChanged, Gathered),
        discord=("pin a message, or tag a post", "change the channel's permissions"),
        slack=("pin a message, or react with a check mark to what a thread began with",),
        terminal=NotPossible(because="there are no channels"),
    ),
    Ability(
        about="Be introduced to the bot, once, when it comes to a community",
        requests=(Arrive,),
        discord=(
            "whoever added it, if it may view the audit log, else the server's owner",
            "in a channel, where they take no direct messages",
        ),
        slack=(
            "whoever installs the app, at once, where workspaces install it themselves",
            "else whoever is first to open the bot's messages or its Home tab, as Slack tells no app that was"
            " installed by hand who did that",
        ),
        terminal=NotPossible(because="whoever sits at the machine has brought it there"),
    ),
    Ability(
        about="Be told, or not, when there is an answer to what was asked in vain",
        requests=(Notify,),
        discord=("/notify ON/OFF",),
        slack=("/quoth notify ON/OFF",),
        terminal=("/notify ON/OFF",),
    ),
    Ability(
        about="See what has been read",
        requests=(Sources,),
        discord=("/sources",),
        slack=("/quoth sources",),
        terminal=("/sources",),
    ),
    Ability(
        about="See what the bot knows and what can be asked, and as a moderator what waits",
        requests=(Overview,),
        discord=("/overview",),
        slack=("/quoth overview", "the bot's Home tab"),
        terminal=("/overview",),
    ),
    Ability(
        about="Begin with questions that are surely answered",
        requests=(),
        discord=("/overview",),
        slack=("suggested prompts when the bot's messages are opened",),
        terminal=("/overview",),
    ),
    Ability(
        about="See how the bot is",
        requests=(Status,),
        discord=("/status",),
        slack=("/quoth status",),
        terminal=("/status",),
    ),
    Ability(
        about="See what is kept of oneself",
        requests=(MyData,),
        discord=("/my-data",),
        slack=("/quoth my-data",),
        terminal=("/my-data",),
    ),
    Ability(
        about="Have it erased",
        requests=(ForgetMe,),
        discord=("/forget-me", "button Erase it"),
        slack=("/quoth forget-me", "button Erase it"),
        terminal=("/forget-me [yes]",),
    ),
    Ability(
        about="Learn what can be asked of the bot",
        requests=(),
        discord=("Discord lists the commands after a /",),
        slack=("/quoth help",),
        terminal=("/help", "/quit"),
    ),
)

FOR_MODERATORS = (
    Ability(
        about="Mark a call for a human as resolved, which tells the caller, and save the answer to it",
        requests=(Resolve,),
        discord=("button Resolved", "button Save as answer"),
        slack=("button Resolved", "button Save as answer"),
        terminal=NotPossible(because=ALONE),
    ),
    Ability(
        about="See which questions were pointed to a passage, and take that back",
        requests=(Aliases,),
        discord=("/aliases", "button Forget"),
        slack=("/quoth aliases", "button Forget"),
        terminal=("/aliases", "/forget ID"),
    ),
    Ability(
        about="Keep golden questions, of which each sync tells whether their document still answers",
        requests=(Golden, AddGolden, GatherGolden),
        discord=("/golden list", "/golden add QUESTION", "/golden gather", "button Drop"),
        slack=("/quoth golden", "/quoth golden add QUESTION", "/quoth golden gather", "button Drop"),
        terminal=("/golden", "/golden add QUESTION", "/golden gather", "/drop ID"),
    ),
    Ability(
        about="See what was asked and nothing answered; answer it, point it to a passage, or dismiss it",
        requests=(Unanswered, Decide),
        discord=(
            "/unanswered",
            "button Write answer",
            "button Point to passage",
            "button Choose",
            "button Dismiss",
        ),
        slack=(
            "/quoth unanswered",
            "button Write answer",
            "button Point to passage",
            "button Choose",
            "button Dismiss",
        ),
        terminal=("/unanswered", "/write ID | TEXT", "/point ID | WORDS", "/choose ID", "/dismiss ID"),
    ),
    Ability(
        about="Review answers, and withdraw those that were saved",
        requests=(Review,),
        discord=("/review", "button Approve", "button Reject", "button Withdraw"),
        slack=("/quoth review", "button Approve", "button Reject", "button Withdraw"),
        terminal=("/review", "/approve ID", "/reject ID", "/withdraw ID"),
    ),
    Ability(
        about="Add a source",
        requests=(AddSource,),
        discord=("/source add",),
        slack=(
            "/quoth add ADDRESS | PATH [name=NAME] [url=ADDRESS] [kind=KIND] [OPTION=VALUE]",
            "“add” in a message with a file",
        ),
        terminal=("/add ADDRESS | PATH [NAME] [kind=KIND] [OPTION=VALUE]",),
    ),
    Ability(
        about="Add a channel: its solved threads and pinned messages are quoted",
        requests=(AddChannel,),
        discord=("/source channel CHANNEL [NAME]", "whoever added it is told when it was looked through"),
        slack=("/quoth add #CHANNEL [name=NAME]", "whoever added it is told when it was looked through"),
        terminal=NotPossible(because="there are no channels"),
    ),
    Ability(
        about="Show a source's documents and failures",
        requests=(ShowSource,),
        discord=("/source show",),
        slack=("/quoth show NAME",),
        terminal=("/show NAME",),
    ),
    Ability(
        about="Pause a source, and resume it",
        requests=(PauseSource,),
        discord=("/source pause", "/source resume"),
        slack=("/quoth pause NAME", "/quoth resume NAME"),
        terminal=("/pause NAME", "/resume NAME"),
    ),
    Ability(
        about="Read a source anew by a schedule, such as every 6h, or by none",
        requests=(ScheduleSource,),
        discord=("/source schedule",),
        slack=("/quoth schedule NAME SCHEDULE",),
        terminal=("/schedule NAME SCHEDULE",),
    ),
    Ability(
        about="Remove a source, after being asked whether that is meant",
        requests=(RemoveSource,),
        discord=("/source remove", "button Remove"),
        slack=("/quoth remove NAME", "button Remove"),
        terminal=("/remove NAME", "/remove NAME yes"),
    ),
    Ability(
        about="Approve that a source has lost most of its documents, or leave it as it is",
        requests=(),
        discord=("button Approve change", "button Leave as it is"),
        slack=("button Approve change", "button Leave as it is"),
        terminal=("/accept NAME", "/keep NAME"),
    ),
    Ability(
        about="Undo the last source that was added or removed, or what the last sync has changed",
        requests=(Undo,),
        discord=("/undo",),
        slack=("/quoth undo",),
        terminal=("/undo",),
    ),
    Ability(
        about="Cancel what is being read",
        requests=(Cancel,),
        discord=("/cancel", "button Cancel"),
        slack=("/quoth cancel", "button Cancel"),
        terminal=("/cancel", "Ctrl-C while it reads"),
    ),
    Ability(
        about="Read again what has changed",
        requests=(Reindex,),
        discord=("/reindex",),
        slack=("/quoth reindex [NAME]",),
        terminal=("/reindex [NAME]",),
    ),
    Ability(
        about="See what is asked and answered, in numbers and a chart",
        requests=(Stats,),
        discord=("/stats",),
        slack=("/quoth stats",),
        terminal=("/stats",),
    ),
    Ability(
        about="Look for what should be mended in the sources: contradictions, repetitions and more",
        requests=(Inspect,),
        discord=("/hygiene",),
        slack=("/quoth hygiene",),
        terminal=("/hygiene",),
    ),
    Ability(
        about="Take questions or feedback along as a file",
        requests=(Export,),
        discord=("/export WHAT [FORMAT]",),
        slack=("/quoth export WHAT [FORMAT]",),
        terminal=("/export WHAT [FORMAT]",),
    ),
    Ability(
        about="See who changed what",
        requests=(Audit,),
        discord=("/audit",),
        slack=("/quoth audit",),
        terminal=("/audit",),
    ),
    Ability(
        about="Choose what the bot does in a channel",
        requests=(SetMode,),
        discord=("/mode [MODE]",),
        slack=("/quoth mode [MODE]",),
        terminal=("/mode [MODE]", "it says that there are no channels here"),
    ),
    Ability(
        about="Give a channel its own set of sources",
        requests=(Scope,),
        discord=("/scope [SOURCES]",),
        slack=("/quoth scope [SOURCES]",),
        terminal=("/scope [SOURCES]", "it says that there are no channels here"),
    ),
    Ability(
        about="Give a channel the version that it is about",
        requests=(),
        discord=("/scope [VERSION]",),
        slack=("/quoth scope [version=VERSION]",),
        terminal=NotPossible(because="there are no channels in a terminal"),
    ),
    Ability(
        about="Give a role or user group sources that are for it alone",
        requests=(),
        discord=("/scope [SOURCES] ROLE",),
        slack=("/quoth scope group=@GROUP [SOURCES]",),
        terminal=NotPossible(because=ALONE),
    ),
    Ability(
        about="Let the bot offer answers that nobody asked it for",
        requests=(Overhear,),
        discord=(
            "in the modes suggest and answer, if it may read messages",
            "button Show me",
            "a suggestion is that button alone, as Discord lets no bot whisper unasked",
        ),
        slack=("in the modes suggest and answer",),
        terminal=NotPossible(because=ALONE),
    ),
    Ability(
        about="See and choose what the community has chosen for itself",
        requests=(Prefer, Preferences),
        discord=("/settings [NAME] [VALUE]",),
        slack=("/quoth settings [NAME] [VALUE]",),
        terminal=("/settings [NAME] [VALUE]",),
    ),
)

ABILITIES = (*FOR_EVERYONE, *FOR_MODERATORS)

_HEAD = """\
# What works where

Everything that Quoth can do is one request to one core, so that both platforms and the terminal can
do the same. Where one cannot, the table says why.
This page is written by `python -m bot.abilities` from the registry in `bot/abilities.py`; the tests
compare the registry with what the platforms are really told.
"""


def page() -> str:
    """Return docs/platforms.md."""
    parts = [_HEAD, "## For everyone\n", _table(FOR_EVERYONE), "## For moderators\n", _table(FOR_MODERATORS)]
    return "\n".join(parts)


def command_of(way: str) -> str:
    """Return the words of a command without what follows them; nothing for another way."""
    words = way.split() if way.startswith("/") else []
    fixed = [word for word in words if word == word.lower() and not word.startswith(("[", "“"))]
    return " ".join(fixed)


def _table(abilities: tuple[Ability, ...]) -> str:
    lines = ["| | Discord | Slack | terminal |", "| --- | --- | --- | --- |"]
    for ability in abilities:
        cells = (_cell(ways) for ways in (ability.discord, ability.slack, ability.terminal))
        lines.append(f"| {ability.about} | {' | '.join(cells)} |")
    return "\n".join((*lines, ""))


def _cell(ways: Ways) -> str:
    if isinstance(ways, NotPossible):
        return f"not possible, because {ways.because}"
    return ", ".join(_said(way) for way in ways)


def _said(way: str) -> str:
    kind, _, label = way.partition(" ")
    if kind in ("button", "menu"):
        return f"{kind} “{label}”"
    return f"`{way}`" if way.startswith("/") else way


if __name__ == "__main__":
    sys.stdout.write(page())
