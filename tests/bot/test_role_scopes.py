"""Sources that a role is given: who is told of them, where, and that nobody reads round it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.living import OUTDATED
from bot.messages import (
    Actor,
    Answer,
    Ask,
    Audit,
    Choice,
    Conversation,
    Decide,
    Decision,
    Escalate,
    Finding,
    Group,
    HelpWanted,
    Listing,
    More,
    NoAnswer,
    Notice,
    Offer,
    Overhear,
    Overview,
    OverviewReport,
    Post,
    Posting,
    Prefer,
    ReadOn,
    Reasons,
    Refused,
    Reindex,
    RemoveSource,
    Reply,
    Request,
    Revise,
    Scope,
    SetMode,
    Share,
    Silence,
    SourceList,
    Sources,
    Suggest,
    Suggestions,
    Unanswered,
    Undo,
    Verify,
    Why,
)
from bot.scopes import FOR_ROLES, FOR_ROLES_ALONE, NOT_ALOUD, NOT_FOR_YOU
from bot.testing import passage
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, TERMINAL, Bench, taken

STAFF, EDITORS = Group(id="77", name="@Staff"), Group(id="78", name="@Editors")
SAM = Actor(id="sam", name="Sam", groups=frozenset({"77", "5"}))
EVE = Actor(id="eve", name="Eve", groups=frozenset({"78"}))
BOTH = Actor(id="both", name="Bo", groups=frozenset({"77", "78"}))
STAFF_ROOM = replace(HERE, channel="staff room")
ALONE = replace(HERE, channel="9", private=True)
SECRET = (
    "The vault opens at nine with a brass key. Green tea stands in the vault.\n\nThe vault closes at ten."
)
VAULT = "when does the vault opens at nine"


@pytest.fixture
def secret(bench: Bench) -> Bench:
    """A bench with tea for everyone, a vault for staff and drafts for editors."""
    bench.read_tea()
    bench.upload(SECRET, "vault")
    bench.upload("Drafts of green tea are kept in a drawer.", "drafts")
    give(bench, STAFF, "vault")
    give(bench, EDITORS, "drafts")
    return bench


def give(
    bench: Bench,
    group: Group | None,
    *names: str,
    actor: Actor = MODERATOR,
    where: Conversation = HERE,
    told: bool = False,
) -> Reply:
    sources = None if told else frozenset(names)
    return bench.handle(Scope(actor=actor, conversation=where, sources=sources, group=group))


def whisper(bench: Bench, question: str, actor: Actor, where: Conversation = HERE, source: str = "") -> Reply:
    return bench.handle(
        Ask(actor=actor, conversation=where, question=question, source=source, whispered=not where.private)
    )


def source_of(reply: Reply) -> str:
    return reply.quote.citation.source if isinstance(reply, Finding) else ""


def found_in(bench: Bench, actor: Actor, where: Conversation = HERE) -> set[str]:
    """Return the sources of all passages that a person can page through for one question."""
    bench.clock.advance(60)
    reply = whisper(bench, "green tea", actor, where)
    assert isinstance(reply, Answer)
    seen, offset = {source_of(reply)}, 1
    while True:
        more = bench.handle(More(actor=actor, conversation=where, answer_id=reply.id, offset=offset))
        if not isinstance(more, Finding):
            return seen
        seen.add(source_of(more))
        offset = more.offset + 1


# Choosing


def test_a_role_is_given_sources_and_has_them_taken_back(secret: Bench) -> None:
    assert Notice(text="These sources are for @Staff: vault.") == give(secret, STAFF, told=True)
    given = give(secret, STAFF, "Vault", "drafts")
    assert isinstance(given, Notice)
    assert "From now on these sources are for @Staff: drafts, vault." == given.text
    assert Notice(text="@Staff has no sources of its own any more.") == give(secret, STAFF)
    assert Notice(text="@Staff has no sources of its own.") == give(secret, STAFF, told=True)
    assert "vault" == source_of(whisper(secret, VAULT, ANN))


def test_who_asks_what_a_channel_has_is_told_of_the_roles_too(secret: Bench) -> None:
    told = give(secret, None, told=True)
    assert (
        Notice(
            text="I look in all sources here.",
            details=("Only for @Editors: drafts", "Only for @Staff: vault"),
        )
        == told
    )


def test_only_moderators_give_roles_sources(secret: Bench) -> None:
    for refused in (give(secret, STAFF, actor=SAM), give(secret, STAFF, actor=SAM, told=True)):
        assert isinstance(refused, Refused)
        assert "Only moderators" in refused.text
    assert isinstance(whisper(secret, VAULT, ANN), NoAnswer)


def test_in_a_terminal_there_are_no_roles(secret: Bench) -> None:
    refused = give(secret, STAFF, "tea", where=TERMINAL)
    assert isinstance(refused, Refused)
    assert "no channels here" in refused.text


def test_who_gave_a_role_its_sources_is_on_record(secret: Bench) -> None:
    give(secret, STAFF)
    trail = secret.handle(Audit(actor=MODERATOR, conversation=HERE))
    assert isinstance(trail, Notice)
    assert [
        "Mo: gave @Staff no sources of its own",
        "Mo: gave @Editors the sources drafts of its own",
    ] == [line.partition(", ")[2] for line in trail.details[:2]]


def test_a_role_without_a_known_name_is_called_by_its_id(secret: Bench) -> None:
    assert Notice(text="the role S1 has no sources of its own.") == give(secret, Group(id="S1"), told=True)


# Who is told what


@pytest.mark.parametrize(
    ("actor", "sources"),
    [
        (ANN, {"tea"}),
        (SAM, {"tea", "vault"}),
        (EVE, {"tea", "drafts"}),
        (BOTH, {"tea", "vault", "drafts"}),
        (MODERATOR, {"tea"}),
    ],
    ids=lambda each: each.id if isinstance(each, Actor) else "",
)
def test_several_roles_add_up_and_all_else_is_for_everyone(
    secret: Bench, actor: Actor, sources: set[str]
) -> None:
    assert sources == found_in(secret, actor)
    assert sources == found_in(secret, actor, ALONE)


def test_a_channel_bounds_what_a_role_adds(secret: Bench) -> None:
    give(secret, None, "tea", "drafts")
    assert {"tea"} == found_in(secret, SAM)
    assert {"tea", "drafts"} == found_in(secret, BOTH)
    assert {"tea", "vault"} == found_in(secret, SAM, ALONE)
    assert Refused(
        text="In this channel I look only in these sources: tea. For vault ask me elsewhere, "
        "or ask a moderator."
    ) == whisper(secret, VAULT, SAM, source="vault")


def test_a_source_that_two_roles_were_given_is_for_both(secret: Bench) -> None:
    give(secret, EDITORS, "vault", "drafts")
    for actor in (SAM, EVE):
        assert "vault" == source_of(whisper(secret, VAULT, actor))
    assert "" == source_of(whisper(secret, VAULT, ANN))


def test_roles_are_those_of_one_community(secret: Bench) -> None:
    secret.read_tea(ELSEWHERE)
    give(secret, STAFF, "tea", where=ELSEWHERE)
    assert "tea" == source_of(whisper(secret, "green tea", ANN))
    assert Refused(text=FOR_ROLES) == whisper(secret, "green tea", ANN, ELSEWHERE)


def test_aloud_a_roles_sources_are_quoted_only_where_the_channel_was_given_them(secret: Bench) -> None:
    assert isinstance(secret.ask(VAULT, SAM), NoAnswer)
    assert Refused(text="vault is for people with a certain role. Ask me where only you read.") == secret.ask(
        VAULT, SAM, source="vault"
    )
    assert "vault" == source_of(secret.ask(VAULT, SAM, ALONE))
    give(secret, None, "vault", where=STAFF_ROOM)
    assert "vault" == source_of(secret.ask(VAULT, SAM, STAFF_ROOM))
    assert Refused(text=FOR_ROLES) == secret.ask(VAULT, ANN, STAFF_ROOM)


def test_where_everything_is_for_a_role_it_is_said_to_ask_alone(secret: Bench) -> None:
    give(secret, STAFF, "tea", "vault", "drafts")
    assert Refused(text=FOR_ROLES_ALONE) == secret.ask(VAULT, SAM)
    assert Refused(text=FOR_ROLES) == secret.ask(VAULT, ANN)


def test_a_source_that_went_and_returned_is_for_its_role_still(secret: Bench) -> None:
    secret.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="vault", confirmed=True))
    assert "tea" == source_of(whisper(secret, "green tea", ANN))
    secret.handle(Undo(actor=MODERATOR, conversation=HERE))
    assert isinstance(whisper(secret, VAULT, ANN), NoAnswer)
    assert "vault" == source_of(whisper(secret, VAULT, SAM))


# Reading round it: Sam's answers, in the hands of Ann


@pytest.fixture
def staffs(secret: Bench) -> Answer:
    """What staff was shown, paged through so that every passage has been."""
    answer = whisper(secret, "green tea stands in the", SAM)
    assert isinstance(answer, Answer)
    assert "vault" == source_of(answer)
    return answer


AGAIN: dict[str, Callable[[str, Actor], Request]] = {
    "more": lambda answer, actor: More(actor=actor, conversation=HERE, answer_id=answer, offset=0),
    "more, directly": lambda answer, actor: More(actor=actor, conversation=ALONE, answer_id=answer, offset=0),
    "read on": lambda answer, actor: ReadOn(
        actor=actor, conversation=HERE, answer_id=answer, offset=0, step=1
    ),
    "why": lambda answer, actor: Why(actor=actor, conversation=HERE, answer_id=answer, offset=0),
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_anothers_answer_opens_nothing(
    secret: Bench, staffs: Answer, again: Callable[[str, Actor], Request]
) -> None:
    for words in ("vault", "brass", "nine", "closes"):
        assert words not in str(secret.handle(again(staffs.id, ANN)))
    assert "vault" in str(secret.handle(again(staffs.id, SAM)))


def test_more_passes_over_what_is_not_for_whoever_asks(secret: Bench, staffs: Answer) -> None:
    more = secret.handle(More(actor=ANN, conversation=HERE, answer_id=staffs.id, offset=0))
    assert "tea" == source_of(more)
    secret.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    gone = secret.handle(More(actor=ANN, conversation=HERE, answer_id=staffs.id, offset=0))
    assert isinstance(gone, NoAnswer | Refused)


def test_reasons_and_what_follows_are_refused_in_words(secret: Bench, staffs: Answer) -> None:
    for again in (AGAIN["read on"], AGAIN["why"]):
        assert Refused(text=NOT_FOR_YOU) == secret.handle(again(staffs.id, ANN))


def test_an_answer_from_a_roles_source_alone_is_not_for_others(secret: Bench) -> None:
    answer = whisper(secret, VAULT, SAM, source="vault")
    assert isinstance(answer, Answer)
    assert Refused(text=NOT_FOR_YOU) == secret.handle(AGAIN["more"](answer.id, ANN))


def test_who_has_lost_the_role_reads_no_more_of_their_own_answer(secret: Bench, staffs: Answer) -> None:
    former = replace(SAM, groups=frozenset())
    assert Refused(text=NOT_FOR_YOU) == secret.handle(AGAIN["why"](staffs.id, former))
    assert "tea" == source_of(secret.handle(AGAIN["more"](staffs.id, former)))


def test_the_reasons_for_everyones_passage_name_nothing_of_a_roles(secret: Bench) -> None:
    answer = whisper(secret, "green tea wants water", SAM)
    assert isinstance(answer, Answer)
    assert "tea" == source_of(answer)
    why = secret.handle(Why(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0))
    assert isinstance(why, Reasons)
    assert "vault" not in str(why)


def test_a_private_answer_is_shared_only_where_all_may_read_it(secret: Bench, staffs: Answer) -> None:
    def shared(where: Conversation) -> Reply:
        return secret.handle(Share(actor=SAM, conversation=where, answer_id=staffs.id))

    assert Refused(text=NOT_ALOUD) == shared(HERE)
    give(secret, None, "vault", where=STAFF_ROOM)
    assert "vault" == source_of(shared(STAFF_ROOM))


def test_a_sources_name_is_not_told_either(secret: Bench) -> None:
    assert Refused(text="There is no source vault. There are: tea.") == whisper(
        secret, VAULT, ANN, source="vault"
    )
    assert Refused(text="There is no source none. There are: tea, vault.") == whisper(
        secret, VAULT, SAM, source="none"
    )

    def listed(actor: Actor) -> tuple[list[str], list[str]]:
        sources = secret.handle(Sources(actor=actor, conversation=HERE))
        overview = secret.handle(Overview(actor=actor, conversation=HERE))
        assert isinstance(sources, SourceList)
        assert isinstance(overview, OverviewReport)
        return [each.name for each in sources.sources], [each.name for each in overview.sources]

    assert (["tea"], ["tea"]) == listed(ANN)
    assert (["tea", "vault"], ["tea", "vault"]) == listed(SAM)
    assert (["drafts", "tea", "vault"],) * 2 == listed(MODERATOR)


def test_a_question_looked_for_in_vain_names_no_sources(secret: Bench) -> None:
    reply = whisper(secret, "the painted chapel ceiling", ANN)
    assert isinstance(reply, NoAnswer)
    assert "I found nothing that answers this." == reply.text
    assert "Vault" not in [each.title for each in reply.nearest]


def test_suggestions_tell_neither_titles_nor_what_was_asked(secret: Bench) -> None:
    secret.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="30"))
    for actor in (SAM, BOTH):
        whisper(secret, VAULT, actor)

    def suggested(actor: Actor, typed: str = "vault") -> Reply:
        return secret.handle(Suggest(actor=actor, conversation=HERE, typed=typed))

    assert Suggestions(texts=()) == suggested(ANN)
    assert Suggestions(texts=("Vault", VAULT)) == suggested(SAM)
    for typed in ("", "vau", "nine"):
        assert "ault" not in str(suggested(ANN, typed))
    assert isinstance(secret.handle(Suggest(actor=ANN, conversation=HERE, typed="", source="vault")), Refused)


def test_an_overview_has_no_questions_of_a_roles(secret: Bench) -> None:
    secret.upload("Vault rules begin at the door.", "vault rules")
    give(secret, STAFF, "vault", "vault rules")

    def questions(actor: Actor) -> tuple[str, ...]:
        overview = secret.handle(Overview(actor=actor, conversation=HERE))
        assert isinstance(overview, OverviewReport)
        return overview.questions

    assert () == questions(ANN)
    assert ("Vault Rules",) == questions(SAM)


def test_a_receipt_is_verified_for_those_alone_who_may_read_it(secret: Bench, staffs: Answer) -> None:
    def verified(actor: Actor, where: Conversation = HERE) -> Reply:
        return secret.handle(Verify(actor=actor, conversation=where, receipt=staffs.receipt))

    assert isinstance(verified(SAM), Notice)
    assert isinstance(verified(MODERATOR), Notice)
    for reply in (verified(ANN), verified(ANN, ALONE)):
        assert isinstance(reply, Refused)
        assert "I know no receipt" in reply.text
    secret.clock.advance(60)
    give(secret, None, "tea")
    assert isinstance(verified(SAM), Refused)
    assert isinstance(verified(SAM, ALONE), Notice)


def test_a_follow_up_searches_what_is_for_whoever_asks_it(secret: Bench) -> None:
    thread = replace(HERE, thread="1")
    secret.ask("where stands green tea", SAM, thread)
    reply = secret.ask("and in the vault?", ANN, thread)
    assert source_of(reply) in ("", "tea")
    assert "brass" not in str(reply)


def test_a_passage_that_a_moderator_chose_is_not_for_others_either(secret: Bench) -> None:
    secret.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="30"))
    question = "who holds it"
    assert isinstance(whisper(secret, question, BOB), NoAnswer)
    listing = secret.handle(Unanswered(actor=MODERATOR, conversation=HERE))
    assert isinstance(listing, Listing)
    item = listing.items[0].choices[0].item
    found = secret.handle(
        Decide(actor=MODERATOR, conversation=HERE, decision=Decision.POINT, item=item, words="brass key")
    )
    assert isinstance(found, Listing)
    choice: Choice = found.items[0].choices[0]
    secret.handle(Decide(actor=MODERATOR, conversation=HERE, decision=Decision.CHOOSE, item=choice.item))
    assert "vault" == source_of(whisper(secret, question, SAM))
    assert "" == source_of(whisper(secret, question, ANN))


def test_unasked_a_roles_sources_are_quoted_only_in_its_channel(secret: Bench) -> None:
    give(secret, None, "vault", where=STAFF_ROOM)
    for where in (HERE, STAFF_ROOM):
        secret.handle(SetMode(actor=MODERATOR, conversation=where, mode="answer"))

    def heard(actor: Actor, where: Conversation) -> Reply:
        secret.clock.advance(3600)
        text = "the vault opens at nine with a brass key?"
        return secret.handle(Overhear(actor=actor, conversation=where, text=text, opens_thread=True))

    assert isinstance(heard(SAM, HERE), Silence)
    assert isinstance(heard(ANN, STAFF_ROOM), Silence)
    offer = heard(SAM, STAFF_ROOM)
    assert isinstance(offer, Offer)
    assert "vault" == source_of(offer.answer)
    shown = secret.handle(More(actor=ANN, conversation=STAFF_ROOM, answer_id=offer.answer.id, offset=0))
    assert isinstance(shown, Refused)


def test_a_human_is_called_without_the_titles_of_a_role(secret: Bench) -> None:
    for name, value in (("human.channel", "help"), ("human.group", "mods")):
        secret.handle(Prefer(actor=MODERATOR, conversation=HERE, name=name, value=value))
    missed = whisper(secret, "who ever paints one vault ceiling", SAM)
    assert isinstance(missed, NoAnswer)
    secret.handle(Escalate(actor=SAM, conversation=HERE, answer_id=missed.id))
    errand = taken(secret.errands, "discord")
    assert isinstance(errand, Post)
    assert isinstance(errand.reply, HelpWanted)
    assert "Vault" not in [each.title for each in errand.reply.nearest]


@pytest.mark.parametrize("within", ["", "general"])
def test_a_posted_answer_follows_no_source_that_went_to_a_role(secret: Bench, within: str) -> None:
    secret.library.files["/docs/plan.txt"] = "The plan is to open the garden gate at noon."
    secret.handle(Reindex(actor=MODERATOR, conversation=HERE))
    give(secret, STAFF)
    answer = secret.answer("the vault opens at nine with a brass key")
    posting = Posting(
        platform="discord",
        workspace=HERE.workspace,
        channel="a thread" if within else HERE.channel,
        message="m1",
        answer_id=answer.id,
        offset=0,
        within=within,
    )
    secret.living.note(posting)
    secret.router.posted(posting)
    secret.errands.call("discord", lambda: None)
    give(secret, STAFF, "vault")
    origin = next(line.origin for line in secret.library.sources(HERE.workspace) if line.name == "vault")
    secret.library.files[origin] = SECRET.replace("nine", "eight")
    secret.handle(Reindex(actor=MODERATOR, conversation=HERE))
    secret.living.step()
    errand = taken(secret.errands, "discord")
    assert isinstance(errand, Revise)
    assert Notice(text=OUTDATED) == errand.reply


def test_a_posted_answer_follows_in_a_thread_of_a_channel_that_has_the_source(secret: Bench) -> None:
    give(secret, None, "vault", where=STAFF_ROOM)
    thread = Posting(
        platform="discord",
        workspace=HERE.workspace,
        channel="a thread",
        message="m1",
        answer_id="",
        offset=0,
        within="staff room",
    )
    vault, tea = (replace(passage("x"), source=name) for name in ("vault", "tea"))
    assert secret.scopes.may_show(thread, vault)
    assert not secret.scopes.may_show(thread, tea)
    assert not secret.scopes.may_show(replace(thread, within="general"), vault)
    assert secret.scopes.may_show(replace(thread, within="general"), tea)
