"""What happens in Slack, as requests to the core: one payload in, one request (or plain reply) out."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from adapters.slack.card import (
    CANCEL,
    CHOICE,
    DELETE,
    DOWN,
    FORGET,
    HUMAN,
    MORE,
    ON,
    RATE,
    REMOVE,
    RESOLVE,
    SHARE,
    UP,
    WHY,
)
from bot.messages import (
    BLANKS,
    Actor,
    AddChannel,
    AddGolden,
    AddSource,
    Aliases,
    Ask,
    Audit,
    Blank,
    Cancel,
    Channel,
    ChannelChanged,
    Conversation,
    Decide,
    Decision,
    Delete,
    Escalate,
    Export,
    ExportFormat,
    ExportKind,
    Follow,
    ForgetMe,
    GatherGolden,
    Golden,
    Group,
    Inspect,
    More,
    MyData,
    Notice,
    Notify,
    Overhear,
    Overview,
    PauseSource,
    Prefer,
    Preferences,
    Rate,
    ReadOn,
    Refused,
    Reindex,
    Releases,
    Remark,
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
    Standing,
    Stats,
    Status,
    Suggest,
    Unanswered,
    Undo,
    Upload,
    Verify,
    Why,
    given_release,
    listed_names,
    parted_options,
)

Payload = Mapping[str, Any]

CHECK_MARKS = ("white_check_mark", "heavy_check_mark", "ballot_box_with_check")
"""The reactions that call a thread solved."""

HELP = Notice(
    text="I answer questions by quoting the documents that I have read, word for word.",
    details=(
        "/ask QUESTION: the answer is for your eyes only, until you share it",
        "/ask source=NAME QUESTION: I look in that source only; a name with spaces stands in quotation marks",
        "Mention me in a channel, or write to me directly: I answer in a thread",
        "“Find an answer” in a message's menu: I take that message as the question",
        "“Save as answer” in a message's menu, or /quoth answer QUESTION | TEXT: I quote it from then on",
        "/quoth overview: what I know, and what you can ask me",
        "/quoth suggest WORDS: what could be asked about these words",
        "/ask version=VERSION QUESTION: I look in documents of that version, and in those of none",
        "/quoth sources: what I have read. /quoth status: how I am",
        "/quoth versions [NAME]: which versions of the product I have read of",
        "/quoth verify RECEIPT: whether a quote still stands where it was found",
        "/quoth notify off: I do not tell you when there is an answer to what you asked in vain",
        "Moderators: /quoth unanswered: what was asked and nothing answered",
        "Moderators: /quoth aliases: questions that you pointed to a passage",
        "Moderators: /quoth golden: questions of which you know what must answer. "
        "/quoth golden add QUESTION, /quoth golden gather: keep more",
        "Moderators: /quoth review: answers that wait for you, and those that were saved",
        "/quoth my-data: what I keep of you. /quoth forget-me: have it erased",
        "Moderators: /quoth add ADDRESS | PATH [name=NAME] [url=ADDRESS] [kind=KIND] [OPTION=VALUE]",
        "Moderators: /quoth add #CHANNEL [name=NAME]: its solved threads and pinned messages are quoted",
        "Moderators: /quoth remove NAME, /quoth reindex [NAME]",
        "Moderators: /quoth show NAME, /quoth pause NAME, /quoth resume NAME, /quoth undo, /quoth cancel",
        "Moderators: /quoth schedule NAME every 6h (or daily 03:00, cron 0 3 * * 1, off)",
        "Moderators: /quoth mode [off | mention | suggest | answer]: what I do in this channel",
        "Moderators: /quoth scope [version=VERSION] [NAME, NAME | all]: where alone I look for this channel",
        "Moderators: /quoth scope group=@GROUP [NAME, NAME | none]: sources that are for a user group alone",
        "Moderators: /quoth settings [NAME] [VALUE]: what this community can choose for itself",
        "Moderators: /quoth stats: what is asked and answered. /quoth audit: who changed what",
        "Moderators: /quoth hygiene: what should be mended in my sources, as a file",
        "Moderators: /quoth export questions|feedback [csv|jsonl]: either as a file",
        "Moderators: write “add [name=NAME] [url=ADDRESS]” to me with a file attached, and I read the file",
    ),
)
NOTHING_TO_ADD = Refused(
    text="There is no address behind “add”. For example: /quoth add https://example.org/docs/ name=docs. "
    "Or write “add” to me in a message with a file attached."
)
NOTHING_TO_VERIFY = Refused(
    text="There is no receipt behind “verify”. For example: /quoth verify k3v7qa. "
    "Each answer names its own, below the passage."
)
NOTHING_ATTACHED = Refused(text="Attach the file to the same message, or use /quoth add ADDRESS.")
FILE_NOT_SENT = Refused(
    text="Slack did not take the file. Whoever runs me finds the reason in the log; "
    "the app needs the scope files:write."
)
FILE_ALONE = Refused(text="To have an attached file read, write “add” in the same message.")
NO_PERSON = Refused(text="Only what a person wrote can be saved as an answer.")
NO_WORDS = Refused(text="That message has no words that could be quoted.")
FORM_TOO_OLD = Refused(text="I was started anew while you wrote. Please choose “Save as answer” once more.")
NOT_AN_ANSWER = Refused(
    text="There is no bar | between the question and the answer. "
    "For example: /quoth answer How long is leave? | Sixteen weeks."
)
NOT_GOLDEN = Refused(
    text="Behind “golden” stands nothing, add and a question, or gather. "
    "For example: /quoth golden add How long is leave?"
)
BUTTON_TOO_OLD = Refused(text="This button no longer works. Please ask again.")

NOT_A_COMMAND = "There is no command"

KINDS, FORMATS = frozenset(ExportKind), frozenset(ExportFormat)

# Commands that a message to the bot may be; everything longer is taken as a question.
_SPOKEN = re.compile(
    r"(?:sources|status|help|review|unanswered|aliases|golden|my-data|forget-me|undo|cancel|overview"
    r"|reindex(?: [^\s?]+)?)$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"<([^<>]*)>|&(amp|lt|gt);")
_SCHEDULE = re.compile(r"(?P<name>.+)\s+(?P<schedule>(?:every|daily|cron)\s.+|off)", re.IGNORECASE)

_MENTIONED = re.compile(r"<(?:@|#|!subteam\^)([A-Z0-9]+)(?:\|[^<>]*)?>")
_NARROWED = re.compile(r"(source|version)=(?:\"([^\"]+)\"|(\S+))\s*", re.IGNORECASE)
_SCOPE = re.compile(
    r"scope(?:\s+group=(?:<!subteam\^(?P<mentioned>[A-Z0-9]+)(?:\|(?P<label>[^<>]*))?>|(?P<id>[A-Z0-9]+)))?"
    r"(?:\s+version=(?P<version>\S+))?(?:\s+(?P<names>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_PERSON = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")
# What keyboards make of quotation marks: “ ” „ and the single ones.
_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'"})
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Who the bot is: its workspace, its user and its bot id."""

    team: str
    user: str
    bot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What Slack tells of a person; all empty where it tells nothing.

    ``guest`` says that somebody was let into some channels of the workspace only, or shares no
    channel with the bot.
    """

    name: str = ""
    manages: bool = False
    guest: bool = False
    teams: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who did something, and where.

    ``teams`` are the workspaces that the payload gives the person; ``thread`` is where an answer
    belongs; ``external`` says that people of other companies read the channel (Slack Connect).
    """

    user: str
    name: str
    channel: str
    teams: frozenset[str] = frozenset()
    thread: str = ""
    external: bool = False

    @property
    def private(self) -> bool:
        """Whether only this person reads along. Slack's ids say what they are: D is a direct message."""
        return self.channel.startswith("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The two facts that every request carries."""

    actor: Actor
    conversation: Conversation


# Places


def place_of_command(body: Payload) -> Place:
    """Read a slash command."""
    return Place(
        user=body["user_id"],
        name=body.get("user_name", ""),
        channel=body["channel_id"],
        teams=_present(body.get("team_id")),
    )


def place_of_event(body: Payload) -> Place:
    """Read a message or mention: it is answered in its thread, or in the one that it opens."""
    event = body["event"]
    return Place(
        user=event["user"],
        name="",
        channel=event["channel"],
        teams=_present(event.get("user_team") or event.get("team")),
        thread=event.get("thread_ts") or event["ts"],
        external=bool(body.get("is_ext_shared_channel")),
    )


def found(message: Payload, channel: str, home: Home, *, external: bool) -> Payload:
    """Return a message that was looked up as the event that told of it."""
    is_mention = not channel.startswith("D") and f"<@{home.user}" in (message.get("text") or "")
    kind = "im" if channel.startswith("D") else "channel"
    event = {**message, "type": "app_mention" if is_mention else "message", "channel": channel}
    return {"event": event | {"channel_type": kind}, "is_ext_shared_channel": external}


def place_of_home(event: Payload) -> Place:
    """Read that a person has opened the bot's home: its messages or its Home tab."""
    return Place(user=event["user"], name="", channel=event["channel"])


def place_of_interaction(body: Payload) -> Place:
    """Read a press of a button, or a message shortcut."""
    user, container, message = body["user"], body.get("container") or {}, body.get("message") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id", "")
    team = user.get("team_id") or (body.get("team") or {}).get("id")
    thread = message.get("thread_ts") or container.get("thread_ts") or ""
    name = user.get("username") or user.get("name", "")
    return Place(user=user["id"], name=name, channel=channel, teams=_present(team), thread=thread)


def _present(value: str | None) -> frozenset[str]:
    return frozenset({value} if value else ())


# People


def read_person(user: Payload, groups: frozenset[str] = frozenset()) -> Person:
    """Read the ``user`` object of users.info."""
    profile, enterprise = user.get("profile") or {}, user.get("enterprise_user") or {}
    return Person(
        name=profile.get("display_name") or user.get("real_name") or user.get("name", ""),
        manages=any(user.get(key) for key in ("is_admin", "is_owner", "is_primary_owner")),
        guest=any(user.get(key) for key in ("is_restricted", "is_ultra_restricted", "is_stranger")),
        teams=_present(user.get("team_id")) | frozenset(enterprise.get("teams") or ()),
        groups=groups,
    )


def party(place: Place, person: Person, home: Home) -> Party:
    """Put together who asks and where; what somebody may do at another home does not count here."""
    stands = standing(place, person, home)
    return Party(
        actor=Actor(
            id=place.user,
            name=person.name or place.name,
            manages_workspace=person.manages and stands is Standing.MEMBER,
            groups=frozenset() if stands is Standing.STRANGER else person.groups,
            standing=stands,
        ),
        conversation=Conversation(
            platform="slack",
            workspace=f"slack:{home.team}",
            channel=place.channel,
            thread=place.thread,
            private=place.private,
        ),
    )


def installer(user: str, home: Home) -> Party:
    """Put together who has installed the app; Slack tells no place."""
    conversation = Conversation(platform="slack", workspace=f"slack:{home.team}", channel="", private=True)
    return Party(actor=Actor(id=user), conversation=conversation)


def standing(place: Place, person: Person, home: Home) -> Standing:
    """Say what a person is to the bot's workspace.

    A payload tells the team alone, never whether somebody is a guest: only what Slack says of the
    person makes a member.
    """
    known = person.teams or place.teams
    if person.guest or (known and home.team not in known):
        return Standing.STRANGER
    return Standing.MEMBER if person.teams else Standing.UNKNOWN


# Words


def plain_text(text: str) -> str:
    """Turn Slack's markup of links, mentions and entities into the text that the person wrote."""
    return _TOKEN.sub(_plain_token, text)


def _plain_token(match: re.Match[str]) -> str:
    token, entity = match.groups()
    if entity:
        return _CHARACTERS[entity]
    target, _, label = token.partition("|")
    label = plain_text(label)
    if target.startswith("!"):
        return label or "@" + target[1:].partition("^")[0]
    if target[:1] in ("@", "#"):
        return target[0] + label.lstrip("@#") if label else target
    return label or plain_text(target)


def question(text: str, home: Home) -> str:
    """Return what a person asks: the bot's mention taken off, the rest as they wrote it."""
    mention = re.compile(rf"<@{re.escape(home.user)}(?:\|[^<>]*)?>[ \t]*[:,]?")
    return plain_text(mention.sub("", text)).strip()


# Requests


def ask(text: str, party: Party) -> Ask:
    """Take a text as a question."""
    return Ask(actor=party.actor, conversation=party.conversation, question=text)


def ask_within(text: str, party: Party) -> Ask:
    """Take a text as a question, which may begin with ``source=NAME`` or ``version=VERSION``, or both.

    Slack has no completion for the words of a slash command, so a name that there is not is
    answered with those that there are.
    """
    narrowed: dict[str, str] = {}
    # Quotation marks are one character each, typographic or not, so the rest stands where it stood.
    while found := _NARROWED.match(text.translate(_QUOTES)):
        narrowed[found[1].lower()] = found[2] or found[3]
        text = text[found.end() :]
    asked = ask(text, party)
    return replace(asked, source=narrowed.get("source", ""), release=narrowed.get("version", ""))


def whispered(asked: Ask) -> Ask:
    """Take a question as one whose answer only the asker sees, though others read the channel."""
    return replace(asked, whispered=not asked.conversation.private)


def spoken(text: str, party: Party) -> Request | Notice | Refused:
    """Take what a person wrote to the bot: one of a few short commands, or else a question."""
    if _SPOKEN.match(text):
        return command(text, party)
    return ask_within(text, party)


def overheard(event: Payload, party: Party) -> Overhear:
    """Take a message in a channel that is not for the bot."""
    text = event.get("text") or ""
    return Overhear(
        actor=party.actor,
        conversation=party.conversation,
        text=plain_text(text),
        is_addressed=_PERSON.search(text) is not None,
        opens_thread="thread_ts" not in event,
    )


def settings(text: str, party: Party) -> Preferences | Prefer | None:
    """Take what follows ``/quoth`` as Slack wrote it when it is about settings; None when it is not.

    Mentions of people, groups and channels stand for their ids.
    """
    word, *rest = _MENTIONED.sub(r" \1 ", text).split(maxsplit=2)[:3] or [""]
    if word.lower() != "settings":
        return None
    actor, conversation = party.actor, party.conversation
    if len(rest) < 2:
        return Preferences(actor=actor, conversation=conversation, name=plain_text("".join(rest)))
    return Prefer(actor=actor, conversation=conversation, name=rest[0], value=plain_text(rest[1]).strip())


def scope(text: str, party: Party) -> Scope | None:
    """Take what follows ``/quoth`` as Slack wrote it when it is about sources of a channel or user group.

    None when it is about anything else.
    """
    found = _SCOPE.fullmatch(text.strip())
    if found is None:
        return None
    group = found["mentioned"] or found["id"]
    name = plain_text(found["label"] or "")
    return Scope(
        actor=party.actor,
        conversation=party.conversation,
        sources=listed_names(plain_text(found["names"] or "")),
        release=given_release(found["version"] or ""),
        group=Group(id=group, name=name and f"@{name.lstrip('@')}") if group else None,
    )


def command(text: str, party: Party) -> Request | Notice | Refused:
    """Take what follows ``/quoth``."""
    word, _, rest = text.strip().partition(" ")
    actor, conversation, rest = party.actor, party.conversation, rest.strip()
    match word.lower():
        case "" | "help":
            return HELP
        case "sources":
            return Sources(actor=actor, conversation=conversation)
        case "overview":
            return Overview(actor=actor, conversation=conversation)
        case "mode":
            return SetMode(actor=actor, conversation=conversation, mode=rest)
        case "versions":
            return Releases(actor=actor, conversation=conversation, source=rest)
        case "status":
            return Status(actor=actor, conversation=conversation)
        case "stats":
            return Stats(actor=actor, conversation=conversation)
        case "export":
            return _export(rest.lower().split(), party)
        case "hygiene":
            return Inspect(actor=actor, conversation=conversation)
        case "audit":
            return Audit(actor=actor, conversation=conversation)
        case "verify" if rest:
            return Verify(actor=actor, conversation=conversation, receipt=rest)
        case "verify":
            return NOTHING_TO_VERIFY
        case "aliases":
            return Aliases(actor=actor, conversation=conversation)
        case "golden":
            return _golden(rest, party)
        case "unanswered":
            return Unanswered(actor=actor, conversation=conversation)
        case "notify" if rest.lower() in ("on", "off"):
            return Notify(actor=actor, conversation=conversation, on=rest.lower() == "on")
        case "notify":
            wish = f"“{rest}” is neither on nor off." if rest else "Say on or off."
            return Refused(text=f"{wish} For example: /quoth notify off")
        case "review":
            return Review(actor=actor, conversation=conversation)
        case "answer":
            return _answer(rest, party)
        case "my-data":
            return MyData(actor=actor, conversation=conversation)
        case "forget-me":
            return ForgetMe(actor=actor, conversation=conversation)
        case "suggest":
            # Slack completes no words of a slash command (external_select works in messages and views
            # alone), so what Discord offers while one types is a command of its own here.
            return Suggest(actor=actor, conversation=conversation, typed=rest)
        case "reindex":
            return Reindex(actor=actor, conversation=conversation, name=rest)
        case "remove" if rest:
            return RemoveSource(actor=actor, conversation=conversation, name=rest)
        case "show" if rest:
            return ShowSource(actor=actor, conversation=conversation, name=rest)
        case "pause" | "resume" if rest:
            paused = word.lower() == "pause"
            return PauseSource(actor=actor, conversation=conversation, name=rest, paused=paused)
        case "schedule" if found := _SCHEDULE.fullmatch(rest):
            return ScheduleSource(
                actor=actor, conversation=conversation, name=found["name"], schedule=found["schedule"]
            )
        case "schedule":
            return Refused(text="Say which source and when, as in /quoth schedule handbook every 6h.")
        case "show" | "pause" | "resume" | "remove":
            return _no_name(word.lower())
        case "undo":
            return Undo(actor=actor, conversation=conversation)
        case "cancel":
            return Cancel(actor=actor, conversation=conversation)
        case "add":
            return _add_path(rest, party)
        case _:
            return _unknown(word)


def _no_name(command: str) -> Refused:
    return Refused(
        text=f"There is no source's name behind “{command}”. For example: /quoth {command} handbook. "
        "/quoth sources lists the names."
    )


def _unknown(word: str) -> Refused:
    known = {each for line in HELP.details for each in re.findall(r"/quoth ([a-z-]+)", line)}
    close = get_close_matches(word.lower(), sorted(known), 1, 0.75)
    meant = f" Perhaps /quoth {close[0]} is meant." if close else ""
    return Refused(text=f"{NOT_A_COMMAND} “{word}”.{meant} /quoth help lists those that there are.")


def _golden(text: str, party: Party) -> Golden | AddGolden | GatherGolden | Refused:
    word, _, question = text.partition(" ")
    actor, conversation = party.actor, party.conversation
    if word.lower() == "add" and question.strip():
        return AddGolden(actor=actor, conversation=conversation, question=question.strip())
    if text.lower() == "gather":
        return GatherGolden(actor=actor, conversation=conversation)
    return NOT_GOLDEN if text else Golden(actor=actor, conversation=conversation)


def _answer(text: str, party: Party) -> SaveAnswer | Refused:
    question, bar, answer = text.partition("|")
    if not bar:
        return NOT_AN_ANSWER
    remark = Remark(text=answer.strip(), author=party.actor.name, written_at=datetime.now(UTC))
    return save(question.strip(), remark, party)


def save(question: str, remark: Remark, party: Party) -> SaveAnswer:
    """Take what a person wrote as the answer to a question."""
    return SaveAnswer(actor=party.actor, conversation=party.conversation, question=question, remark=remark)


def unsavable(message: Payload, home: Home) -> Refused | None:
    """Say why a message cannot be saved as an answer; None when it can."""
    if not is_for_us(message, home):
        return NO_PERSON
    return None if plain_text(message.get("text") or "").strip() else NO_WORDS


def remark(message: Payload, channel: str) -> Remark:
    """Read a message of which author and link are not known yet; Slack tells them only when asked."""
    return Remark(
        text=plain_text(message["text"]),
        author="",
        written_at=datetime.fromtimestamp(float(message["ts"]), UTC),
        message=f"{channel}/{message['ts']}",
    )


def follow(event: Payload, home: Home) -> Follow | None:
    """Read that a message was edited or deleted; None for any other event."""
    ts, text, user = "", None, ""
    if event.get("subtype") == "message_deleted":
        ts = event.get("deleted_ts", "")
    elif event.get("subtype") == "message_changed":
        message = event["message"]
        ts, user = message["ts"], message.get("user", "")
        # A message with a thread below it is not taken away, but says that it is gone.
        text = None if message.get("subtype") == "tombstone" else plain_text(message.get("text") or "")
    if not ts or user == home.user:
        return None
    return Follow(
        actor=Actor(id=user),
        conversation=Conversation(platform="slack", workspace=f"slack:{home.team}", channel=event["channel"]),
        message=f"{event['channel']}/{ts}",
        text=text,
    )


def _export(words: list[str], party: Party) -> Export | Refused:
    match words:
        case [kind, *format] if (
            kind in KINDS and all(each in FORMATS for each in format) and len(format) <= 1
        ):
            return Export(
                actor=party.actor,
                conversation=party.conversation,
                kind=ExportKind(kind),
                format=ExportFormat(*format or [ExportFormat.CSV]),
            )
        case _:
            lead = f"“{' '.join(words)}” cannot be exported." if words else "Say what to export."
            return Refused(
                text=f"{lead} Questions and feedback can, as csv or jsonl. "
                "For example: /quoth export feedback jsonl"
            )


def _add_path(text: str, party: Party) -> AddSource | Refused:
    path, options = _split_options(text)
    if not path:
        return NOTHING_TO_ADD
    return _add_source(path, options, party)


_CHANNEL = re.compile(r"\s*add\s+<#(C\w+)(?:\|([^<>]*))?>(.*)", re.IGNORECASE | re.DOTALL)


def add_channel(text: str, party: Party) -> AddChannel | None:
    """Take the command to read a channel, which must be read before its mention is made plain."""
    found = _CHANNEL.fullmatch(text)
    if found is None:
        return None
    options = _split_options(found[3])[1]
    return AddChannel(
        actor=party.actor,
        conversation=party.conversation,
        channel=Channel(id=found[1], name=found[2] or found[1]),
        name=options.get("name", ""),
    )


def channel_changed(event: Payload, home: Home) -> ChannelChanged | None:
    """Read that pins or check marks of a channel have changed; None for any other reaction."""
    channel = event.get("channel_id") or (event.get("item") or {}).get("channel") or ""
    if not channel or event.get("reaction", CHECK_MARKS[0]) not in CHECK_MARKS:
        return None
    return ChannelChanged(
        actor=Actor(id=""),
        conversation=Conversation(platform="slack", workspace=f"slack:{home.team}", channel=channel),
    )


def is_command(text: str) -> bool:
    """Whether a message is one of the commands that may be said to the bot, and no question."""
    return _SPOKEN.match(text) is not None


def is_adding(text: str) -> bool:
    """Whether a message with files asks to have them read."""
    return text.lower() == "add" or text.lower().startswith("add ")


def add_upload(text: str, upload: Upload, party: Party) -> AddSource:
    """Take an attached file, with the options that stand after "add"."""
    return _add_source(upload, _split_options(text[len("add") :])[1], party)


def _add_source(origin: str | Upload, options: Mapping[str, str], party: Party) -> AddSource:
    return AddSource(
        actor=party.actor,
        conversation=party.conversation,
        origin=origin,
        name=options.get("name", ""),
        base_url=options.get("url", ""),
        kind=options.get("kind", ""),
        options={name: value for name, value in options.items() if name not in ("name", "url", "kind")},
    )


def _split_options(text: str) -> tuple[str, dict[str, str]]:
    """Part the path from ``name=``, ``url=`` and the like; quotes hold words together."""
    text = text.translate(_QUOTES)
    try:
        parts = shlex.split(text)
    except ValueError:  # a lone apostrophe
        parts = text.split()
    rest, options = parted_options(parts)
    return " ".join(rest), options


def source_press(action: Payload, party: Party) -> Cancel | RemoveSource | None:
    """Take a press of a button about sources; None for any other."""
    name = action.get("value") or ""
    match action.get("action_id"):
        case str(id) if id == CANCEL:
            return Cancel(actor=party.actor, conversation=party.conversation)
        case str(id) if id == REMOVE and name:
            return RemoveSource(actor=party.actor, conversation=party.conversation, name=name, confirmed=True)
        case _:
            return None


def press(action: Payload, party: Party) -> Request | None:
    """Take a press of one of the card's buttons; None when the value is not one of ours."""
    actor, conversation = party.actor, party.conversation
    if action.get("action_id") == FORGET:
        return ForgetMe(actor=actor, conversation=conversation, confirmed=True)
    value, vote = action.get("value") or "", ""
    name, _, rest = (action.get("action_id") or "").partition(":")
    if name == CHOICE:
        return decide(rest, party)
    if name in (RATE, ON):
        value, _, vote = value.rpartition(":")
    answer_id, _, offset = value.rpartition(":")
    if not answer_id or not re.fullmatch(r"[0-9]{1,9}", offset):
        return None
    shown = int(offset)
    match action.get("action_id"), vote:
        case str(name), "" if name == MORE:
            return More(actor=actor, conversation=conversation, answer_id=answer_id, offset=shown)
        case str(name), "" if name == SHARE:
            return Share(actor=actor, conversation=conversation, answer_id=answer_id, offset=shown)
        case str(name), "" if name == WHY:
            return Why(actor=actor, conversation=conversation, answer_id=answer_id, offset=shown)
        case str(name), "" if name == HUMAN:
            return Escalate(actor=actor, conversation=conversation, answer_id=answer_id)
        case str(name), "" if name == RESOLVE:
            return Resolve(actor=actor, conversation=conversation, call_id=answer_id)
        case str(name), "" if name == DELETE:
            return Delete(actor=actor, conversation=conversation, answer_id=answer_id, offset=shown)
        case str(name), str(step) if name == ON and re.fullmatch(r"[0-9]{1,9}", step):
            return ReadOn(
                actor=actor,
                conversation=conversation,
                answer_id=answer_id,
                offset=shown,
                step=int(step),
            )
        case _, str(word) if word in (UP, DOWN):
            return Rate(
                actor=actor,
                conversation=conversation,
                answer_id=answer_id,
                offset=shown,
                helpful=word == UP,
            )
        case _:
            return None


def form_of(action: Payload) -> tuple[str, Blank] | None:
    """Return the form that a button opens, and what it is about; None for one that opens none."""
    name, _, chosen = (action.get("action_id") or "").partition(":")
    decision = chosen.partition(":")[0]
    blank = BLANKS.get(Decision(decision)) if name == CHOICE and _is_decision(decision) else None
    return (chosen, blank) if blank else None


def _is_decision(word: str) -> bool:
    return word in {each.value for each in Decision}


def decide(chosen: str, party: Party, words: str = "") -> Decide | None:
    """Take what stands on a button of an item, and what was written into its form."""
    decision, _, item = chosen.partition(":")
    if not _is_decision(decision):
        return None
    return Decide(
        words=words,
        actor=party.actor,
        conversation=party.conversation,
        decision=Decision(decision),
        item=item,
    )


# What is not for the bot

_OVERHEARD = ("channel", "group")


def is_to_us(event: Payload) -> bool:
    """Whether a message was put to the bot: by a mention, or directly."""
    return event.get("type") == "app_mention" or event.get("channel_type") == "im"


def is_overheard(event: Payload, home: Home) -> bool:
    """Whether a message was written in a channel and does not mention the bot, which comes twice."""
    text = event.get("text") or ""
    return event.get("channel_type") in _OVERHEARD and f"<@{home.user}" not in text


_SUBTYPES = (None, "file_share", "thread_broadcast")


def is_for_us(event: Payload, home: Home) -> bool:
    """Whether a message was written by a person just now: not edited, deleted, or by any bot."""
    return (
        event.get("subtype") in _SUBTYPES
        and not event.get("bot_id")
        and not event.get("hidden")
        and event.get("user") not in (None, "", "USLACKBOT", home.user)
    )
