"""What the core says to each request."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from structlog.testing import capture_logs

from bot.messages import (
    Actor,
    AddSource,
    Answer,
    Ask,
    Closest,
    Confidence,
    Conversation,
    Failed,
    More,
    NoAnswer,
    Notice,
    Overhear,
    Progress,
    Rate,
    Reasons,
    Refused,
    Reindex,
    RemoveSource,
    Reply,
    Request,
    Scope,
    SetMode,
    Share,
    Silence,
    SourceList,
    Sources,
    Status,
    StatusReport,
    Upload,
    Why,
)
from bot.testing import FakeSearcher
from index.errors import CatalogBusy, EmbedderChanged, IndexFailure, SyncBusy
from index.passages import Audience, Hit
from tests.bot.conftest import ANN, BOB, HERE, MODERATOR, TEA, TEA_TEXT, TERMINAL, Bench


def more(answer: Answer | Closest, offset: int = 1) -> More:
    return More(actor=ANN, conversation=HERE, answer_id=answer.id, offset=offset)


def share(answer: Answer | Closest, actor: Actor = ANN) -> Share:
    return Share(actor=actor, conversation=HERE, answer_id=answer.id)


def rate(answer: Answer | Closest, actor: Actor = ANN, *, helpful: bool = True) -> Rate:
    return Rate(actor=actor, conversation=HERE, answer_id=answer.id, offset=0, helpful=helpful)


def add(origin: str, actor: Actor = MODERATOR, conversation: Conversation = HERE) -> AddSource:
    return AddSource(actor=actor, conversation=conversation, origin=origin)


def text_of(reply: Reply) -> str:
    assert isinstance(reply, Refused | NoAnswer | Notice | Failed)
    return reply.text


# Questions


def test_a_question_is_answered_word_for_word(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea degrees")
    citation = answer.quote.citation
    assert TEA_TEXT[citation.start : citation.end] == answer.quote.text
    assert (1.0, Confidence.HIGH, 0) == (answer.probability, answer.confidence, answer.offset)


def test_below_the_threshold_only_the_nearest_titles_are_offered(bench: Bench) -> None:
    bench.read_tea()
    reply = bench.ask("who painted the green chapel ceiling")
    assert isinstance(reply, NoAnswer)
    assert ["Tea"] == [near.title for near in reply.nearest]


UNSURE = "green tea wants a cup"
"""The first passage holds three of its five words."""


@pytest.mark.parametrize(
    ("threshold", "closest", "kind"),
    [(0.6, 0.3, Answer), (0.61, 0.6, Closest), (0.61, 0.61, NoAnswer), (0.9, 0.2, Closest)],
)
def test_two_thresholds_part_answer_closest_and_nothing(
    threshold: float, closest: float, kind: type[Reply]
) -> None:
    bench = Bench(threshold=threshold, closest=closest)
    bench.read_tea()
    assert kind is type(bench.ask(UNSURE))
    bench.records.close()


@pytest.fixture
def unsure() -> Iterator[Bench]:
    """A bench that takes a good deal of convincing."""
    bench = Bench(threshold=0.7)
    bench.read_tea()
    yield bench
    bench.records.close()


def closest(bench: Bench) -> Closest:
    reply = bench.ask(UNSURE)
    assert isinstance(reply, Closest)
    return reply


def test_the_closest_is_quoted_word_for_word_and_said_to_be_unsure(unsure: Bench) -> None:
    shown = closest(unsure)
    citation = shown.quote.citation
    assert TEA_TEXT[citation.start : citation.end] == shown.quote.text
    assert (0.6, Confidence.LOW) == (shown.probability, shown.confidence)
    assert "I am not sure. The closest I have:" == shown.lead


def test_more_of_the_closest_is_no_answer_either(unsure: Bench) -> None:
    reply = unsure.handle(more(closest(unsure)))
    assert isinstance(reply, Closest)
    assert "I am not sure. Also close:" == reply.lead


def test_the_closest_cannot_be_shared_but_rated(unsure: Bench) -> None:
    assert "not sure enough" in text_of(unsure.handle(share(closest(unsure))))
    assert "Thank you" in text_of(unsure.handle(rate(closest(unsure))))


def test_a_workspace_that_has_read_nothing_says_so(bench: Bench) -> None:
    assert "read nothing yet" in text_of(bench.ask("green tea"))


@pytest.mark.parametrize("question", ["", "   ", "🎉", "x" * 5_000])
def test_what_is_no_question_is_refused_and_not_counted(bench: Bench, question: str) -> None:
    bench.read_tea()
    for _ in range(10):
        assert isinstance(bench.ask(question), Refused)
    assert isinstance(bench.ask("green tea"), Answer)


def test_who_asks_too_fast_is_told_how_long_to_wait(bench: Bench) -> None:
    bench.read_tea()
    replies = [bench.ask("green tea") for _ in range(5)]
    assert isinstance(replies[3], Answer)
    assert "in 2 s" in text_of(replies[4])
    assert isinstance(bench.ask("green tea", BOB), Answer)
    bench.clock.advance(2)
    assert isinstance(bench.ask("green tea"), Answer)


def test_the_terminal_is_not_limited(bench: Bench) -> None:
    bench.read_tea(TERMINAL)
    assert all(isinstance(bench.ask("green tea", ANN, TERMINAL), Answer) for _ in range(20))


def test_without_a_workspace_the_asker_is_sent_to_a_channel(bench: Bench) -> None:
    assert "channel" in text_of(bench.ask("green tea", ANN, replace(HERE, workspace="")))
    assert [] == bench.readied


def test_a_workspace_is_readied_before_it_is_searched(bench: Bench) -> None:
    bench.ask("green tea")
    assert ["discord:1"] == bench.readied


def test_questions_are_logged_only_when_that_is_asked_for() -> None:
    for wanted in (False, True):
        bench = Bench(log_questions=wanted)
        with capture_logs() as lines:
            bench.ask("a private matter")
        bench.records.close()
        assert wanted == ("private" in str(lines))


# More, Share, Rate


def test_more_shows_the_next_passage_and_says_when_it_is_the_last(bench: Bench) -> None:
    bench.read_tea()
    first = bench.answer("tea wants water")
    second = bench.handle(more(first))
    assert isinstance(second, Answer)
    assert [True, False] == [first.has_more, second.has_more]
    assert first.quote.text != second.quote.text
    assert TEA_TEXT[second.quote.citation.start : second.quote.citation.end] == second.quote.text


@pytest.mark.parametrize("offset", [-1, 2, 10**30])
def test_there_is_no_passage_beyond_the_last(bench: Bench, offset: int) -> None:
    bench.read_tea()
    answer = bench.answer("tea wants water")
    assert "That was the last passage" in text_of(bench.handle(more(answer, offset)))


def test_a_passage_that_was_removed_is_not_shown_again(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("tea wants water")
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    for request in (more(answer), share(answer)):
        reply = bench.handle(request)
        assert isinstance(reply, NoAnswer)
        assert "removed" in reply.text


def test_the_asker_may_share_an_answer(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea")
    assert replace(answer, shared_by=ANN) == bench.handle(share(answer))


def test_nobody_else_may_share_it(bench: Bench) -> None:
    bench.read_tea()
    assert isinstance(bench.handle(share(bench.answer("green tea"), BOB)), Refused)


def test_whoever_asks_before_anything_was_read_hears_what_to_do(bench: Bench) -> None:
    assert "A moderator can add a source" in text_of(bench.ask("green tea"))
    assert "`quoth sources add PATH`" in text_of(bench.ask("green tea", conversation=TERMINAL))


def test_ratings_are_thanked_for_and_counted(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea")
    assert "Thank you. Noted as helpful." == text_of(bench.handle(rate(answer)))
    assert "Thank you. Noted as not helpful." == text_of(bench.handle(rate(answer, BOB, helpful=False)))
    status = bench.handle(Status(actor=ANN, conversation=HERE))
    assert isinstance(status, StatusReport)
    assert (1, 1) == (status.helpful, status.not_helpful)


def test_whoever_rates_anew_changes_their_rating(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea")
    replies = [text_of(bench.handle(rate(answer, helpful=helpful))) for helpful in (True, True, False)]
    assert ["Noted as helpful.", "Noted as helpful.", "Changed to not helpful."] == [
        reply.removeprefix("Thank you. ") for reply in replies
    ]


# Why


def why(answer: Answer | Closest, offset: int = 0, actor: Actor = ANN) -> Why:
    return Why(actor=actor, conversation=HERE, answer_id=answer.id, offset=offset)


def reasons(bench: Bench, question: str, offset: int = 0) -> Reasons:
    reply = bench.handle(why(bench.answer(question), offset))
    assert isinstance(reply, Reasons)
    return reply


def test_reasons_name_the_words_the_sentence_and_how_sure(bench: Bench) -> None:
    bench.read_tea()
    found = reasons(bench, "green tea at minute cups")
    assert ("green", "tea", "at") == found.shared
    assert ((("minute", "minutes"),), ("cups",)) == (found.kindred, found.missing)
    sentence = found.sentence
    assert "Green tea wants water at eighty degrees." == sentence.text
    assert TEA_TEXT[sentence.citation.start : sentence.citation.end] == sentence.text
    assert (0.6, Confidence.FAIR) == (found.probability, found.confidence)


def test_reasons_say_what_came_next_and_that_nothing_did(bench: Bench) -> None:
    bench.read_tea()
    first, last = (reasons(bench, "green tea wants water", offset) for offset in (0, 1))
    assert first.second is not None
    assert "Black tea wants boiling water." == TEA_TEXT[first.second.start : first.second.end]
    assert last.second is None
    assert ["words"] == [name for name, _ in first.signals]


def test_reasons_name_all_the_places_where_the_text_stands(copies: Bench) -> None:
    assert ["second", "third", "fourth"] == [place.source for place in reasons(copies, "oolong water").also]


def test_anyone_who_sees_an_answer_may_ask_why(bench: Bench) -> None:
    bench.read_tea()
    assert isinstance(bench.handle(why(bench.answer("green tea"), actor=BOB)), Reasons)


def test_the_closest_has_reasons_and_no_more_confidence_than_it_had(unsure: Bench) -> None:
    reply = unsure.handle(why(closest(unsure)))
    assert isinstance(reply, Reasons)
    assert (0.6, Confidence.LOW) == (reply.probability, reply.confidence)


def test_after_a_restart_the_words_of_a_question_are_gone_and_that_is_said(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea")
    bench.restart()
    assert "those of this one are gone" in text_of(bench.handle(why(answer)))


@pytest.mark.parametrize("offset", [-1, 2, 10**30])
def test_there_are_no_reasons_for_a_passage_that_was_not_offered(bench: Bench, offset: int) -> None:
    bench.read_tea()
    assert "no longer remember" in text_of(bench.handle(why(bench.answer("tea wants water"), offset)))


def test_a_passage_that_was_removed_is_not_explained(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("tea wants water")
    bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert "no longer find" in text_of(bench.handle(why(answer)))


def test_asking_why_counts_as_a_question(bench: Bench) -> None:
    bench.read_tea()
    answer = bench.answer("green tea")
    replies = [bench.handle(why(answer)) for _ in range(4)]
    assert isinstance(replies[2], Reasons)
    assert "in 2 s" in text_of(replies[3])


# The same text in several places


@pytest.fixture
def copies(bench: Bench) -> Bench:
    """A bench that has read the same text four times."""
    for name in ("first", "second", "third", "fourth"):
        bench.upload("Oolong wants water at ninety degrees.", name=name)
    return bench


def places(reply: Reply) -> list[str]:
    assert isinstance(reply, Answer)
    return [place.source for place in (reply.quote.citation, *reply.also)]


def test_what_stands_in_several_places_is_shown_once_and_two_more_are_named(copies: Bench) -> None:
    answer = copies.answer("oolong water")
    assert ["first", "second", "third"] == places(answer)
    assert not answer.has_more
    assert places(answer) == places(copies.handle(share(answer)))


def test_a_further_place_that_was_removed_is_not_named_again(copies: Bench) -> None:
    answer = copies.answer("oolong water")
    copies.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="second", confirmed=True))
    assert ["first", "third", "fourth"] == places(copies.handle(share(answer)))


# Sources


@pytest.mark.parametrize(
    "request_",
    [
        add(TEA, ANN),
        RemoveSource(actor=ANN, conversation=HERE, name="tea"),
        Reindex(actor=ANN, conversation=HERE),
    ],
    ids=lambda request: type(request).__name__,
)
def test_only_moderators_manage_sources(bench: Bench, request_: Request) -> None:
    bench.read_tea()
    before = bench.library.sources("discord:1")
    assert "Only moderators" in text_of(bench.handle(request_))
    assert before == bench.library.sources("discord:1")


def test_a_source_is_added_and_read_with_progress(bench: Bench) -> None:
    seen: list[Progress] = []
    reply = bench.router.handle(add(TEA), seen.append)
    assert "Added tea: 1 document, 2 passages." == text_of(reply)
    assert [Progress(text="Reading tea.txt", done=0, total=1)] == seen


def test_what_could_not_be_read_is_listed_up_to_ten(bench: Bench) -> None:
    bench.library.files |= {f"/docs/empty-{number}.txt": "" for number in range(12)}
    reply = bench.handle(add("/docs"))
    assert isinstance(reply, Notice)
    assert (11, "and 2 more") == (len(reply.details), reply.details[-1])


def test_a_source_with_nothing_to_read_is_not_kept(bench: Bench) -> None:
    bench.library.files["/docs/empty.txt"] = " "
    reply = bench.handle(add("/docs/empty.txt"))
    assert isinstance(reply, Refused)
    assert "I could not read anything in /docs/empty.txt." in reply.text
    assert "holds no text" in reply.text
    assert "I could not read anything in notes.txt." in text_of(bench.upload(" "))
    assert [] == bench.library.sources("discord:1")


@pytest.mark.parametrize("conversation", [HERE, TERMINAL], ids=["chat", "terminal"])
@pytest.mark.parametrize("origin", ["", "  "])
def test_an_empty_path_adds_nothing(bench: Bench, origin: str, conversation: Conversation) -> None:
    bench.library.files["/docs/  /tea.txt"] = "Tea."
    reply = bench.handle(add(origin, MODERATOR, conversation))
    assert Refused(text="An empty path names nothing. Name a file, a folder or a web address.") == reply
    assert [] == bench.library.sources(conversation.workspace)


@pytest.mark.parametrize(
    ("base_url", "is_taken"),
    [
        ("https://example.org/docs", True),
        ("http://localhost:8000", True),
        ("notaurl", False),
        ("ftp://example.org", False),
        ("https://", False),
        ("http://[", False),
    ],
)
@pytest.mark.parametrize("origin", [TEA, Upload(filename="tea.txt", data=b"Tea.")], ids=["path", "upload"])
def test_links_lead_to_the_web_or_nothing_is_added(
    bench: Bench, origin: str | Upload, base_url: str, is_taken: bool
) -> None:
    reply = bench.handle(AddSource(actor=MODERATOR, conversation=HERE, origin=origin, base_url=base_url))
    assert is_taken == isinstance(reply, Notice)
    assert is_taken == bool(bench.library.sources("discord:1"))
    if not is_taken:
        assert f"{base_url} is no web address. Give one as in https://example.org/docs." == text_of(reply)


def test_what_is_there_already_is_refused_and_the_old_source_stays(bench: Bench) -> None:
    bench.read_tea()
    assert "already there under the name tea" in text_of(bench.handle(add(TEA)))
    assert isinstance(bench.ask("green tea"), Answer)


@pytest.mark.parametrize(
    "origin", ["/etc/passwd", "/docs/../etc/passwd", "/docs2/tea.txt", "\0", "~nobody-here"]
)
def test_a_chat_may_not_add_what_no_allowed_folder_holds(bench: Bench, origin: str) -> None:
    bench.library.files[origin] = "Secret."
    assert "allowed_paths" in text_of(bench.handle(add(origin)))
    assert [] == bench.library.sources("discord:1")


def test_a_link_out_of_an_allowed_folder_leads_nowhere(tmp_path: Path) -> None:
    allowed, secret = tmp_path / "allowed", tmp_path / "secret.txt"
    allowed.mkdir()
    (allowed / "link.txt").symlink_to(secret)
    bench = Bench(allowed_paths=(allowed,))
    bench.library.files |= {str(secret): "Secret.", str(allowed / "link.txt"): "Secret."}
    assert "allowed_paths" in text_of(bench.handle(add(str(allowed / "link.txt"))))
    bench.records.close()


def test_a_home_folder_is_looked_up_before_it_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, allowed = tmp_path / "home", tmp_path / "allowed"
    allowed.mkdir()
    monkeypatch.chdir(allowed)  # "~/keys" looks like a path below it
    monkeypatch.setenv("HOME", str(home))
    bench = Bench(allowed_paths=(allowed,))
    bench.library.files |= {str(home / "keys"): "Secret.", "~/keys": "Secret."}
    assert "allowed_paths" in text_of(bench.handle(add("~/keys")))
    bench.records.close()


def test_the_terminal_may_add_any_path(bench: Bench) -> None:
    bench.library.files["/home/ann/notes.txt"] = "Notes."
    assert isinstance(bench.handle(add("/home/ann/notes.txt", ANN, TERMINAL)), Notice)


def test_an_attached_file_is_added(bench: Bench) -> None:
    assert isinstance(bench.upload("Coffee wants coarse beans."), Notice)
    assert isinstance(bench.ask("coffee beans"), Answer)


def test_an_attached_file_above_the_limit_is_refused() -> None:
    bench = Bench(max_upload_bytes=10)
    assert isinstance(bench.upload("Ten bytes."), Notice)
    assert "11 bytes" in text_of(bench.upload("More than t", name="more"))
    bench.records.close()


def test_removing_a_source_says_how_much_went_with_it(bench: Bench) -> None:
    bench.read_tea()
    reply = bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name="tea", confirmed=True))
    assert "Removed tea with its 2 passages. Within an hour you can undo that." == text_of(reply)
    assert "read nothing yet" in text_of(bench.ask("green tea"))


def test_an_unknown_source_is_named_as_such(bench: Bench) -> None:
    for request in (
        RemoveSource(actor=MODERATOR, conversation=HERE, name="none", confirmed=True),
        Reindex(actor=MODERATOR, conversation=HERE, name="none"),
    ):
        assert "There is no source none; I have read nothing yet." == text_of(bench.handle(request))


def test_reindexing_says_what_changed(bench: Bench) -> None:
    bench.read_tea()
    bench.library.files[TEA] += "\n\nOolong stands between."
    reply = bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    assert "All sources up to date: 1 changed; 3 passages." == text_of(reply)


def test_reindexing_names_every_source_that_is_gone_and_says_what_became_of_the_others(bench: Bench) -> None:
    bench.read_tea()
    for name in ("moss", "ferns"):
        bench.library.files[f"/docs/{name}.txt"] = "It is green."
        bench.handle(add(f"/docs/{name}.txt"))
        del bench.library.files[f"/docs/{name}.txt"]
    reply = bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    assert isinstance(reply, Refused)
    ferns, moss, others = reply.text.splitlines()
    assert ferns.startswith("ferns could not be read: /docs/ferns.txt does not exist.")
    assert moss.startswith("moss could not be read: ")
    assert "Every other source up to date: 1 unchanged; 2 passages." == others


def test_members_see_the_sources_but_not_where_they_lie(bench: Bench) -> None:
    bench.read_tea()
    seen = [bench.handle(Sources(actor=actor, conversation=HERE)) for actor in (ANN, MODERATOR)]
    origins = [[line.origin for line in reply.sources] for reply in seen if isinstance(reply, SourceList)]
    assert [[""], [TEA]] == origins


def test_the_status_counts_what_was_read_and_what_was_not(bench: Bench) -> None:
    bench.library.files["/docs/empty.txt"] = " "
    bench.handle(add("/docs"))
    status = bench.handle(Status(actor=ANN, conversation=HERE))
    assert isinstance(status, StatusReport)
    assert ("hashing", 1, 1, 2) == (status.embedder, status.sources, status.documents, status.passages)
    assert 1 == status.failures
    assert not status.syncing
    assert status.synced_at is not None


# Surprises


class BrokenSearcher(FakeSearcher):
    """Raises what it is given."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def search(self, query: str, *, k: int, audience: Audience) -> list[Hit]:
        raise self._error


def broken(bench: Bench, error: Exception) -> Bench:
    bench.router._searcher = BrokenSearcher(error)
    return bench


def test_a_surprise_becomes_a_reference_that_the_log_has_too(bench: Bench) -> None:
    with capture_logs() as lines:
        reply = broken(bench, RuntimeError("/secret/path")).ask("tea")
    assert isinstance(reply, Failed)
    assert 8 == len(reply.reference)
    assert reply.reference == lines[-1]["reference"]
    assert "/secret/path" == str(lines[-1]["exc_info"])
    assert "secret" not in reply.text


@pytest.mark.parametrize("error", [EmbedderChanged(), CatalogBusy()])
def test_a_failing_index_says_in_its_own_words_what_to_do(bench: Bench, error: IndexFailure) -> None:
    with capture_logs() as lines:
        reply = broken(bench, error).ask("tea")
    assert isinstance(reply, Failed)
    assert str(error) == reply.text
    assert (reply.reference, str(error)) == (lines[-1]["reference"], lines[-1]["reason"])
    assert "exc_info" not in lines[-1]


def test_what_the_asker_can_mend_is_refused_without_a_reference(bench: Bench) -> None:
    assert Refused(text=str(SyncBusy())) == broken(bench, SyncBusy()).ask("tea")


ACTORS = st.builds(Actor, id=st.text(), manages_workspace=st.booleans())
CONVERSATIONS = st.builds(
    Conversation, platform=st.sampled_from(["discord", "terminal"]), workspace=st.text(), channel=st.text()
)
WHO = {"actor": ACTORS, "conversation": CONVERSATIONS}
SHOWN = WHO | {"answer_id": st.text(), "offset": st.integers()}
ORIGINS = st.text() | st.builds(Upload, filename=st.text(), data=st.binary())
REQUESTS: st.SearchStrategy[Request] = st.one_of(
    st.builds(Ask, question=st.text(), **WHO),
    st.builds(More, **SHOWN),
    st.builds(Share, **SHOWN),
    st.builds(Rate, helpful=st.booleans(), **SHOWN),
    st.builds(Why, **SHOWN),
    st.builds(Sources, **WHO),
    st.builds(AddSource, origin=ORIGINS, name=st.text(), base_url=st.text(), **WHO),
    st.builds(RemoveSource, name=st.text(), **WHO),
    st.builds(Reindex, name=st.text(), **WHO),
    st.builds(Status, **WHO),
    st.builds(SetMode, mode=st.text(), **WHO),
    st.builds(Scope, sources=st.none() | st.frozensets(st.text(), max_size=2), **WHO),
    st.builds(Overhear, text=st.text(), is_addressed=st.booleans(), opens_thread=st.booleans(), **WHO),
)


@given(st.lists(REQUESTS, max_size=5))
def test_whatever_is_asked_there_is_a_reply(requests: list[Request]) -> None:
    bench = Bench()
    for request in requests:
        assert not isinstance(bench.handle(request), Failed | Progress)
    bench.records.close()


@given(REQUESTS)
def test_whatever_breaks_there_is_a_reply(request: Request) -> None:
    def fail(workspace: str) -> None:
        raise MemoryError

    bench = Bench()
    bench.router._workspace_ready = fail
    with capture_logs():
        assert isinstance(bench.handle(request), Failed | Refused | Silence)
    bench.records.close()
