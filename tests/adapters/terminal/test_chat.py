"""The chat in the terminal: lines in, cards out."""

import asyncio
import io
import os
import signal
from typing import Any

import pytest
from rich.console import Console

from adapters.terminal.chat import TerminalAdapter
from adapters.terminal.translate import ACTOR, HERE
from bot.messages import (
    AddGolden,
    Aliases,
    Ask,
    Attachment,
    Audit,
    Cancel,
    Decide,
    Decision,
    Export,
    Exported,
    ExportFormat,
    ExportKind,
    Fate,
    ForgetMe,
    GatherGolden,
    Golden,
    Inspect,
    More,
    MyData,
    NoAnswer,
    Notice,
    Notify,
    PauseSource,
    Post,
    Prefer,
    Preferences,
    Rate,
    ReadOn,
    Reindex,
    Releases,
    RemoveSource,
    Review,
    SaveAnswer,
    ScheduleSource,
    Scope,
    ShowSource,
    Sources,
    Stats,
    Status,
    Suggest,
    Tell,
    Unanswered,
    Undo,
    Verify,
    Why,
)
from tests.adapters.replies import answer, closest
from tests.fakes.core import ScriptedCore

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def core() -> ScriptedCore:
    return ScriptedCore()


async def chat(core: ScriptedCore, *lines: str) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=100, highlight=False)
    await TerminalAdapter(console=console, lines=io.StringIO("\n".join(lines))).run(core)
    return screen.getvalue()


def unwrapped(said: str) -> str:
    return " ".join(said.split())


async def test_a_line_is_a_question_and_its_answer_can_be_followed_up(core: ScriptedCore) -> None:
    said = await chat(core, "how long?", "/more", "/why", "/helpful", "/not-helpful", "/quit", "unheard")
    assert "It lasts sixteen weeks." in said
    assert "Why this passage" in said
    assert [Ask, More, Why, Rate, Rate] == [type(request) for request in core.requests]
    assert [("a1b2", 1), ("a1b2", 1)] == [
        (request.answer_id, request.offset) for request in core.requests if isinstance(request, Rate)
    ]
    assert Why(actor=ACTOR, conversation=HERE, answer_id="a1b2", offset=1) == core.requests[2]


async def test_following_up_needs_an_answer(core: ScriptedCore) -> None:
    await chat(core, "/more", "/helpful", "/why")
    assert [] == core.requests


async def test_a_question_without_an_answer_forgets_the_answer_before(core: ScriptedCore) -> None:
    await chat(core, "how long?")
    core.replies_to[Ask] = [NoAnswer(text="I found nothing that answers this.")]
    said = await chat(core, "what else?", "/helpful")
    assert "I found nothing that answers this." in said
    assert Rate not in [type(request) for request in core.requests]


async def test_what_is_merely_close_can_be_followed_up_too(core: ScriptedCore) -> None:
    core.replies_to[Ask] = [closest()]
    said = await chat(core, "how long?", "/helpful")
    assert "I am not sure. The closest I have:" in said
    assert [Ask, Rate] == [type(request) for request in core.requests]


async def test_a_receipt_can_be_verified(core: ScriptedCore) -> None:
    assert "Receipt k3v7qa: match." in await chat(core, "/verify k3v7qa")
    assert [Verify(actor=ACTOR, conversation=HERE, receipt="k3v7qa")] == core.requests


async def test_statistics_can_be_seen(core: ScriptedCore) -> None:
    assert "Found helpful: 9 of 10 (90%)" in await chat(core, "/stats")
    assert [Stats(actor=ACTOR, conversation=HERE)] == core.requests


async def test_exports_are_printed(core: ScriptedCore) -> None:
    said = await chat(core, "/export questions", "/export feedback jsonl", "/export people")
    assert "a1,yes" in said
    assert "“people” is not what /export takes there." in unwrapped(said)
    assert [
        (ExportKind.QUESTIONS, ExportFormat.CSV),
        (ExportKind.FEEDBACK, ExportFormat.JSONL),
    ] == [(each.kind, each.format) for each in core.requests if isinstance(each, Export)]


async def test_the_lines_of_an_export_are_not_wrapped(core: ScriptedCore) -> None:
    line = '{"question": "' + "how long is parental leave, " * 20 + '"}'
    attachment = Attachment(filename="questions.jsonl", about="Export of questions", data=line.encode())
    core.replies_to[Export] = [Exported(text="1 line.", attachment=attachment)]
    assert line in (await chat(core, "/export questions jsonl")).splitlines()


async def test_what_to_mend_can_be_asked_for(core: ScriptedCore) -> None:
    await chat(core, "/hygiene")
    assert [Inspect(actor=ACTOR, conversation=HERE)] == core.requests


async def test_changes_can_be_listed(core: ScriptedCore) -> None:
    assert "Mo: removed the source tea" in await chat(core, "/audit")
    assert [Audit(actor=ACTOR, conversation=HERE)] == core.requests


async def test_moderating_works_from_the_terminal_too(core: ScriptedCore) -> None:
    core.replies_to[Reindex] = [Notice(text="All up to date.")]
    said = await chat(core, "/sources", "/reindex", "/help", "/nonsense", "")
    assert [Sources, Reindex] == [type(request) for request in core.requests]
    assert "All up to date." in said
    assert "/reindex [NAME]" in said


async def test_a_scope_reaches_the_core_which_knows_that_there_are_no_channels(core: ScriptedCore) -> None:
    await chat(core, "/scope", "/scope Staff handbook, tea", "/scope all")
    sources = [each.sources for each in core.requests if isinstance(each, Scope)]
    assert [None, {"Staff handbook", "tea"}, frozenset()] == sources


async def test_one_reads_on_in_the_document_step_by_step(core: ScriptedCore) -> None:
    core.replies_to[Ask] = [answer(goes_on=True)]
    said = await chat(core, "how long?", "/read-on", "/read-on", "/more", "/not-it")
    assert "/read-on for what follows in the document" in said
    assert "Carers have four weeks." in said
    assert [1, 2] == [each.step for each in core.requests if isinstance(each, ReadOn)]
    assert [False] == [each.helpful for each in core.requests if isinstance(each, Rate)]


async def test_what_is_kept_is_shown_and_erased(core: ScriptedCore) -> None:
    said = await chat(core, "/my-data", "/forget-me", "/forget-me yes", "/forget-me no")
    assert [
        MyData(actor=ACTOR, conversation=HERE),
        ForgetMe(actor=ACTOR, conversation=HERE),
        ForgetMe(actor=ACTOR, conversation=HERE, confirmed=True),
    ] == core.requests
    assert "/forget-me yes erases it." in said
    assert "“no” is not what /forget-me takes there. It takes yes, or nothing." in unwrapped(said)


async def test_what_the_core_says_unasked_is_printed_between_lines(core: ScriptedCore) -> None:
    at = {"platform": "terminal", "workspace": "local"}
    core.unasked.put_nowait(Tell(actor_id="local", reply=Notice(text="Your question was answered."), **at))
    core.unasked.put_nowait(Post(channel="terminal", reply=Notice(text="Somebody needs help."), **at))
    said = await chat(core, "/status", "/status")
    assert said.index("Quoth 0.1.0") < said.index("Your question was answered.")
    assert said.rindex("Quoth 0.1.0") < said.index("Somebody needs help.")
    assert [Fate.DONE] == core.fates[:1]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/add", "/add needs a path or address, and if you like a name and options. For example: /add "),
        ("/add max-pages=20", "/add needs a path or address"),
        ("/add my notes here", "“here” is too much behind /add."),
        ("/add my notes here", "A name with spaces stands in quotation marks."),
        ("/verify", "/verify needs the receipt that stands below a passage. For example: /verify k3v7qa"),
        ("/mode a b", "“b” is too much behind /mode. It takes one mode, or nothing. For example: /mode"),
        ("/ask", "For example: /ask --source handbook How long is leave?"),
        (
            "/ask --source tea",
            "/ask needs a question, or --source with a source's name or --version",
        ),
        ("/remove", "/remove needs the name of a source"),
        ("/remove tea now", "“now” is not what /remove takes there."),
        ("/pause", "/pause needs the name of a source. For example: /pause handbook"),
        ("/schedule tea", "For example: /schedule handbook every 6h"),
        ("/notify", "/notify needs on or off. For example: /notify off"),
        ("/notify perhaps", "“perhaps” is not what /notify takes there. It takes on or off."),
        ("/sources all", "Nothing stands behind /sources, so leave out “all”."),
        ("/why this", "Nothing stands behind /why, so leave out “this”."),
        ("/dismiss", "/dismiss needs one id, as the list shows it below each item."),
        ("/answer leave", "There is no bar | behind “leave”. /answer needs a question and the answer"),
        ("/nonsense", "There is no command /nonsense. /help lists those that there are."),
        ("/sorces", "There is no command /sorces. Perhaps /sources is meant."),
        ('/add "my notes', 'There is a quotation mark too few or too many in “/add "my notes”.'),
    ],
)
async def test_a_wrong_command_is_a_sentence_on_what_is_wrong(
    core: ScriptedCore, line: str, sentence: str
) -> None:
    said = await chat(core, line)
    assert sentence in unwrapped(said)
    assert [] == core.requests


async def test_settings_are_listed_shown_and_chosen(core: ScriptedCore) -> None:
    said = await chat(core, "/settings", "/settings questions.keep", "/settings questions.keep 30")
    assert "questions.keep" in said
    assert "Chosen." in said
    assert [
        Preferences(actor=ACTOR, conversation=HERE),
        Preferences(actor=ACTOR, conversation=HERE, name="questions.keep"),
        Prefer(actor=ACTOR, conversation=HERE, name="questions.keep", value="30"),
    ] == core.requests


@pytest.mark.parametrize(
    ("line", "source", "question"),
    [
        ("/ask --source tea how long?", "tea", "how long?"),
        ("/ask --source=tea what's in it?", "tea", "what's in it?"),
        ('/ask --source "my notes" how long?', "my notes", "how long?"),
        ("/ask how long?", "", "how long?"),
        ("  /ask   what does --source do?", "", "what does --source do?"),
    ],
)
async def test_a_question_may_name_the_source_to_look_in(
    core: ScriptedCore, line: str, source: str, question: str
) -> None:
    await chat(core, line)
    assert [Ask(actor=ACTOR, conversation=HERE, question=question, source=source)] == core.requests


@pytest.mark.parametrize(
    "line", ["/ask --version 3.12 --source=tea how long?", '/ask --source "tea" --version=3.12 how long?']
)
async def test_a_question_may_name_the_version_it_is_about(core: ScriptedCore, line: str) -> None:
    await chat(core, line)
    assert [
        Ask(actor=ACTOR, conversation=HERE, question="how long?", source="tea", release="3.12")
    ] == core.requests


async def test_versions_are_listed(core: ScriptedCore) -> None:
    said = await chat(core, "/versions", "/versions tea")
    assert "newest first" in said
    assert "v2" in said
    assert [
        Releases(actor=ACTOR, conversation=HERE),
        Releases(actor=ACTOR, conversation=HERE, source="tea"),
    ] == core.requests


async def test_sources_are_shown_paused_removed_and_brought_back(core: ScriptedCore) -> None:
    said = await chat(
        core,
        "/show hr",
        "/pause hr",
        "/resume hr",
        "/schedule 'my hr' every 6h",
        "/remove 'my hr'",
        "/remove hr yes",
        "/undo",
        "/cancel",
    )
    assert "people/leave.md" in said
    assert "Type /remove source-001 yes" in said
    here: dict[str, Any] = {"actor": ACTOR, "conversation": HERE}
    assert [
        ShowSource(**here, name="hr"),
        PauseSource(**here, name="hr"),
        PauseSource(**here, name="hr", paused=False),
        ScheduleSource(**here, name="my hr", schedule="every 6h"),
        RemoveSource(**here, name="my hr"),
        RemoveSource(**here, name="hr", confirmed=True),
        Undo(**here),
        Cancel(**here),
    ] == core.requests


async def test_ctrl_c_cancels_what_is_being_read_and_the_chat_goes_on(core: ScriptedCore) -> None:
    core.replies_to[Reindex] = [Notice(text="It was cancelled.")]
    core.gate.clear()
    before = signal.getsignal(signal.SIGINT)
    chatting = asyncio.create_task(chat(core, "/reindex", "/status"))
    while not core.requests:
        await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGINT)
    while len(core.requests) < 2:
        await asyncio.sleep(0)
    assert before == signal.getsignal(signal.SIGINT), "the next Ctrl-C is what it always is"
    core.gate.set()
    said = await chatting
    assert "It was cancelled." in said
    assert [Reindex, Cancel, Status] == [type(request) for request in core.requests]


async def test_what_could_be_asked_is_listed(core: ScriptedCore) -> None:
    said = await chat(core, "/suggest how long", "/suggest")
    assert "Leave › How long?" in said
    assert "For example: /suggest leave" in unwrapped(said)
    assert [Suggest(actor=ACTOR, conversation=HERE, typed="how long")] == core.requests


async def test_words_after_quit_keep_nobody(core: ScriptedCore) -> None:
    await chat(core, "/quit now", "unheard")
    assert [] == core.requests


async def test_an_answer_is_written_reviewed_and_withdrawn(core: ScriptedCore) -> None:
    said = await chat(
        core, '/answer How long? | It\'s "sixteen" weeks.', "/review", "/approve 3fa2", "/withdraw 9c1d"
    )
    assert "1 answer to review" in said
    saved, review, *decided = core.requests
    assert isinstance(saved, SaveAnswer)
    assert ("How long?", 'It\'s "sixteen" weeks.', "") == (
        saved.question,
        saved.remark.text,
        saved.remark.message,
    )
    assert ACTOR.name == saved.remark.author
    assert Review(actor=ACTOR, conversation=HERE) == review
    assert [(Decision.APPROVE, "3fa2"), (Decision.WITHDRAW, "9c1d")] == [
        (each.decision, each.item) for each in decided if isinstance(each, Decide)
    ]


async def test_an_answer_without_a_bar_is_not_guessed_at(core: ScriptedCore) -> None:
    said = await chat(core, "/answer How long is leave")
    assert "/answer needs a question and the answer to it" in unwrapped(said)
    assert [] == core.requests


async def test_what_nothing_answered_is_answered_or_dismissed(core: ScriptedCore) -> None:
    said = await chat(
        core, "/unanswered", "/write 7 | It's sixteen | weeks.", "/dismiss 8", "/notify off", "/write 7"
    )
    assert "/write 3fa2 | ... · /point 3fa2 | ... · /dismiss 3fa2" in said
    assert "There is no bar | behind “7”." in said
    assert [
        Unanswered(actor=ACTOR, conversation=HERE),
        Decide(
            actor=ACTOR, conversation=HERE, decision=Decision.WRITE, item="7", words="It's sixteen | weeks."
        ),
        Decide(actor=ACTOR, conversation=HERE, decision=Decision.DISMISS, item="8"),
        Notify(actor=ACTOR, conversation=HERE, on=False),
    ] == core.requests


async def test_a_question_is_pointed_to_a_passage(core: ScriptedCore) -> None:
    await chat(core, "/point 7 | leave", "/choose 7.12", "/aliases", "/forget 3")
    expected = [(Decision.POINT, "7", "leave"), (Decision.CHOOSE, "7.12", ""), (Decision.FORGET, "3", "")]
    assert expected == [
        (each.decision, each.item, each.words) for each in core.requests if isinstance(each, Decide)
    ]
    assert Aliases(actor=ACTOR, conversation=HERE) in core.requests


async def test_golden_questions_are_kept_whatever_stands_in_them(core: ScriptedCore) -> None:
    said = await chat(
        core, "/golden", "/golden add What's leave?", "/golden gather", "/drop 3", "/golden rule"
    )
    assert [
        Golden(actor=ACTOR, conversation=HERE),
        AddGolden(actor=ACTOR, conversation=HERE, question="What's leave?"),
        GatherGolden(actor=ACTOR, conversation=HERE),
        Decide(actor=ACTOR, conversation=HERE, decision=Decision.DROP, item="3"),
    ] == core.requests
    assert "“rule” is not what /golden takes there." in said
