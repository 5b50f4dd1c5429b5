"""A typed line to a request."""

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser

from adapters.terminal.complaints import USAGES, alone, barred, complaint, unknown
from bot.messages import (
    BLANKS,
    Actor,
    AddGolden,
    AddSource,
    Aliases,
    Ask,
    Audit,
    Cancel,
    Conversation,
    Decide,
    Decision,
    Export,
    ExportFormat,
    ExportKind,
    ForgetMe,
    GatherGolden,
    Golden,
    Inspect,
    More,
    MyData,
    Notify,
    Overview,
    PauseSource,
    Prefer,
    Preferences,
    Rate,
    ReadOn,
    Reindex,
    Releases,
    Remark,
    RemoveSource,
    Request,
    Review,
    SaveAnswer,
    ScheduleSource,
    Scope,
    SetMode,
    ShowSource,
    Sources,
    Stats,
    Status,
    Suggest,
    Unanswered,
    Undo,
    Verify,
    Why,
    listed_names,
    parted_options,
)


def _whoever() -> str:
    """Return the name of who sits here; the machine may not know."""
    try:
        return getuser()
    except (KeyError, OSError, ImportError):
        return "you"


# By one name, whatever they do: what is written, chosen and changed here is signed by it.
ACTOR = Actor(id="local", name=_whoever(), manages_workspace=True)
HERE = Conversation(platform="terminal", workspace="local", channel="terminal", private=True)

HELP = """\
Type a question, or:
  /ask --source NAME QUESTION   a question to one source
  /ask --version 3.12 QUESTION  a question about one version of a product
  /versions [SOURCE]    the versions that I have read of
  /suggest WORDS        what could be asked about these words
  /more                 the next passage
  /why                  why the passage above
  /read-on              what follows in its document
  /helpful /not-it      rate the passage above (/not-helpful says the same)
  /sources              what I have read
  /add ADDRESS [NAME]   read a web page, site or feed, or a file or folder by its
                        path; kind=KIND and other options may follow
  /show NAME            a source's documents, and what I could not read
  /pause NAME           do not read a source anew; /resume NAME does again
  /schedule NAME WHEN   read it anew every 6h, daily 03:00, by cron, or off
  /remove NAME          forget a source
  /undo                 undo the last source that was added or removed
  /reindex [NAME]       read what has changed; Ctrl-C or /cancel stops it
  /settings             what can be chosen; /settings NAME VALUE chooses it
  /answer QUESTION | TEXT   an answer for me to quote
  /review               answers that wait, and those that were saved
  /accept NAME, /keep NAME   whether a source may lose most of its documents, or not
  /approve ID, /reject ID, /withdraw ID   what is to become of one
  /unanswered           what was asked and nothing answered
  /write ID | TEXT, /dismiss ID   an answer to it, or none
  /point ID | WORDS, /choose ID   a passage that answers it
  /aliases, /forget ID  questions that lead to a passage, and no more
  /golden, /drop ID     questions of which you know what must answer, and no more
  /golden add QUESTION, /golden gather   keep one, or those with helpful answers
  /notify on, /notify off   whether you are told of answers to what you asked
  /status               how I am
  /stats                what is asked and answered, in numbers
  /export WHAT [FORMAT] questions or feedback, as csv or jsonl
  /hygiene              what should be mended in the sources
  /audit                who changed what
  /verify RECEIPT       whether a quote still stands where it was found
  /my-data              what I keep of you; /forget-me yes erases it
  /overview             what I know, and what you can ask me
  /quit                 leave"""


KINDS, FORMATS = frozenset(ExportKind), frozenset(ExportFormat)
DECISIONS = {f"/{decision}": decision for decision in Decision if decision is not Decision.SAVE}
"""Nobody calls a human in a terminal, so there is no call to save the answer of."""

COMMANDS = ("/answer", "/scope", "/settings", "/help", "/quit")
"""Those that no other of these tables has."""

ALONE = (
    "/audit",
    "/hygiene",
    "/stats",
    "/review",
    "/sources",
    "/unanswered",
    "/aliases",
    "/my-data",
    "/status",
    "/undo",
    "/cancel",
    "/more",
    "/why",
    "/helpful",
    "/not-it",
    "/not-helpful",
    "/read-on",
    "/overview",
)


OPTION = r"--(?:source|version)[\s=]+(?:\"[^\"]+\"|\S+)"
NARROWED = re.compile(r"--(source|version)[\s=]+(?:\"([^\"]+)\"|(\S+))")
ASKED = re.compile(
    rf"/ask(?P<narrowed>(?:\s+{OPTION})*)\s+(?!--(?:source|version)\b)(?P<question>.+)", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The passage that was shown last; ``step`` counts what was read on from it."""

    answer_id: str
    offset: int
    step: int = 0


def request_from(line: str, shown: Shown | None) -> Request | str:
    """Return what a line asks for, or a sentence on what is wrong with it."""
    if not line.lstrip().startswith("/"):
        return Ask(actor=ACTOR, conversation=HERE, question=line.strip())
    if asked := ASKED.fullmatch(line.strip()):
        # Not split as the others are: an apostrophe in a question is no quotation mark.
        narrowed = {name: quoted or bare for name, quoted, bare in NARROWED.findall(asked["narrowed"])}
        return Ask(
            actor=ACTOR,
            conversation=HERE,
            question=asked["question"],
            source=narrowed.get("source", ""),
            release=narrowed.get("version", ""),
        )
    if line.split()[0] == "/answer":
        return _answer(line)
    if line.split()[0] == "/golden":
        return _golden(line)
    if (filled := DECISIONS.get(line.split()[0])) in BLANKS:
        return _fill(filled, line)
    try:
        command, *words = shlex.split(line)
    except ValueError:
        return f"There is a quotation mark too few or too many in “{line.strip()}”."
    match command, words:
        case "/sources", []:
            return Sources(actor=ACTOR, conversation=HERE)
        case "/overview", []:
            return Overview(actor=ACTOR, conversation=HERE)
        case "/versions", ([] | [_]):
            return Releases(actor=ACTOR, conversation=HERE, source="".join(words))
        case "/status", []:
            return Status(actor=ACTOR, conversation=HERE)
        case "/aliases", []:
            return Aliases(actor=ACTOR, conversation=HERE)
        case "/unanswered", []:
            return Unanswered(actor=ACTOR, conversation=HERE)
        case "/notify", [("on" | "off") as wish]:
            return Notify(actor=ACTOR, conversation=HERE, on=wish == "on")
        case "/review", []:
            return Review(actor=ACTOR, conversation=HERE)
        case _, [item] if command in DECISIONS:
            return Decide(actor=ACTOR, conversation=HERE, decision=DECISIONS[command], item=item)
        case "/my-data", []:
            return MyData(actor=ACTOR, conversation=HERE)
        case "/forget-me", ([] | ["yes"]):
            return ForgetMe(actor=ACTOR, conversation=HERE, confirmed=bool(words))
        case "/reindex", ([] | [_]):
            return Reindex(actor=ACTOR, conversation=HERE, name="".join(words))
        case "/export", [kind] if kind in KINDS:
            return Export(actor=ACTOR, conversation=HERE, kind=ExportKind(kind))
        case "/export", [kind, format] if kind in KINDS and format in FORMATS:
            return Export(actor=ACTOR, conversation=HERE, kind=ExportKind(kind), format=ExportFormat(format))
        case "/stats", []:
            return Stats(actor=ACTOR, conversation=HERE)
        case "/hygiene", []:
            return Inspect(actor=ACTOR, conversation=HERE)
        case "/audit", []:
            return Audit(actor=ACTOR, conversation=HERE)
        case "/verify", [receipt]:
            return Verify(actor=ACTOR, conversation=HERE, receipt=receipt)
        case "/show", [name]:
            return ShowSource(actor=ACTOR, conversation=HERE, name=name)
        case (("/pause" | "/resume"), [name]):
            return PauseSource(actor=ACTOR, conversation=HERE, name=name, paused=command == "/pause")
        case "/schedule", [name, _, *_]:
            return ScheduleSource(actor=ACTOR, conversation=HERE, name=name, schedule=" ".join(words[1:]))
        case "/remove", ([name] | [name, "yes"]):
            return RemoveSource(actor=ACTOR, conversation=HERE, name=name, confirmed="yes" in words[1:])
        case "/undo", []:
            return Undo(actor=ACTOR, conversation=HERE)
        case "/cancel", []:
            return Cancel(actor=ACTOR, conversation=HERE)
        case "/add", [_, *_]:
            return _add(words)
        case "/suggest", [_, *_]:
            return Suggest(actor=ACTOR, conversation=HERE, typed=" ".join(words))
        case "/mode", ([] | [_]):
            return SetMode(actor=ACTOR, conversation=HERE, mode="".join(words))
        case "/scope", _:
            return Scope(actor=ACTOR, conversation=HERE, sources=listed_names(" ".join(words)))
        case "/settings", ([] | [_]):
            return Preferences(actor=ACTOR, conversation=HERE, name="".join(words))
        case "/settings", [name, *value]:
            return Prefer(actor=ACTOR, conversation=HERE, name=name, value=" ".join(value))
        case (("/more" | "/read-on" | "/why" | "/helpful" | "/not-it" | "/not-helpful"), []):
            return _about_shown(command, shown)
        case _ if command in USAGES:
            return complaint(command, words)
        case _ if command in ALONE:
            return alone(command, words)
        case _ if command in DECISIONS:
            return f"{command} needs one id, as the list shows it below each item. For example: {command} 7"
        case _:
            return unknown(command, [*USAGES, *ALONE, *DECISIONS, *COMMANDS])


def _add(words: list[str]) -> AddSource | str:
    rest, options = parted_options(words)
    if not 1 <= len(rest) <= 2:
        return complaint("/add", rest)
    return AddSource(
        actor=ACTOR,
        conversation=HERE,
        origin=rest[0],
        name="".join(rest[1:]),
        kind=options.pop("kind", ""),
        options=options,
    )


def _answer(line: str) -> Request | str:
    question, bar, text = line.strip().removeprefix("/answer").partition("|")
    if not bar:
        example = "/answer How long is leave? | Sixteen weeks."
        return barred("/answer", question.strip(), "a question and the answer to it", example)
    remark = Remark(text=text.strip(), author=ACTOR.name, written_at=datetime.now(UTC))
    return SaveAnswer(actor=ACTOR, conversation=HERE, question=question.strip(), remark=remark)


def _golden(line: str) -> Request | str:
    text = line.strip().removeprefix("/golden").strip()
    word, _, question = text.partition(" ")
    if word == "add" and question.strip():
        return AddGolden(actor=ACTOR, conversation=HERE, question=question.strip())
    if text == "gather":
        return GatherGolden(actor=ACTOR, conversation=HERE)
    return complaint("/golden", text.split()) if text else Golden(actor=ACTOR, conversation=HERE)


def _fill(decision: Decision, line: str) -> Request | str:
    item, bar, words = line.strip().removeprefix(f"/{decision}").partition("|")
    if not bar or not item.strip():
        words = "the id of a question, as the list shows it, and your words"
        return barred(f"/{decision}", item.strip(), words, f"/{decision} 7 | Sixteen weeks.")
    return Decide(actor=ACTOR, conversation=HERE, decision=decision, item=item.strip(), words=words.strip())


def _about_shown(command: str, shown: Shown | None) -> Request | str:
    if shown is None:
        return "No passage was shown last, so there is nothing to do that with. Ask a question first."
    if command == "/more":
        return More(actor=ACTOR, conversation=HERE, answer_id=shown.answer_id, offset=shown.offset + 1)
    if command == "/read-on":
        return ReadOn(
            actor=ACTOR,
            conversation=HERE,
            answer_id=shown.answer_id,
            offset=shown.offset,
            step=shown.step + 1,
        )
    if command == "/why":
        return Why(actor=ACTOR, conversation=HERE, answer_id=shown.answer_id, offset=shown.offset)
    return Rate(
        actor=ACTOR,
        conversation=HERE,
        answer_id=shown.answer_id,
        offset=shown.offset,
        helpful=command == "/helpful",
    )
