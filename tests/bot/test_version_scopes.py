"""Versions of a product: asked about, given to a channel, and named on the card."""

from dataclasses import replace

import pytest

from bot.messages import (
    Actor,
    AddSource,
    Answer,
    Ask,
    Audit,
    Conversation,
    Finding,
    Group,
    More,
    NoAnswer,
    Notice,
    Posting,
    Reasons,
    Refused,
    ReleaseList,
    Releases,
    Reply,
    Scope,
    Suggest,
    Suggestions,
    Upload,
    Why,
    given_release,
    path_of,
)
from bot.scopes import NOT_FOR_ROLES, OTHER_RELEASE
from bot.testing import passage
from tests.bot.conftest import ANN, HERE, MODERATOR, TERMINAL, Bench

ELSE = replace(HERE, channel="random")


@pytest.fixture
def versions(bench: Bench) -> Bench:
    """A bench that has read of three versions, and tea, which has none."""
    bench.read_tea()
    for version, text in (
        ("3.12", "The timeout of version twelve is thirty seconds."),
        ("3.11", "The timeout of version eleven is ninety seconds."),
        ("v2", "The timeout of version two was never."),
    ):
        origin = Upload(filename=f"guide{version}.txt", data=text.encode())
        bench.handle(
            AddSource(
                actor=MODERATOR,
                conversation=HERE,
                origin=origin,
                name=f"guide {version}",
                options={"version": version},
            )
        )
    return bench


def ask(
    bench: Bench,
    question: str = "the timeout of version",
    *,
    release: str = "",
    source: str = "",
    actor: Actor = ANN,
    where: Conversation = HERE,
) -> Reply:
    bench.clock.advance(60)
    return bench.handle(
        Ask(actor=actor, conversation=where, question=question, source=source, release=release)
    )


def release_of(reply: Reply) -> str:
    assert isinstance(reply, Finding)
    return reply.quote.citation.release


def scope(bench: Bench, release: str | None, *names: str, **more: object) -> Reply:
    request = Scope(actor=MODERATOR, conversation=HERE, sources=frozenset(names) or None, release=release)
    return bench.handle(replace(request, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("3.12", "3.12"), ("v3.11", "3.11"), ("3.12.4", "3.12"), ("2", "v2"), ("latest", "3.12"), ("3", "3.12")],
)
def test_a_version_that_is_asked_about_is_searched(versions: Bench, asked: str, shown: str) -> None:
    assert shown == release_of(ask(versions, release=asked))


def test_what_carries_no_version_is_found_with_every_one(versions: Bench) -> None:
    assert "" == release_of(ask(versions, "green tea wants water", release="2"))


def test_an_unknown_version_is_refused_with_those_that_there_are(versions: Bench, bench: Bench) -> None:
    assert Refused(text="There is no version 4.0. There are: 3.12, 3.11, v2.") == ask(versions, release="4.0")
    assert isinstance(ask(versions, release="3.12", source="guide v2"), Refused)


def test_where_no_document_has_a_version_it_is_said(bench: Bench) -> None:
    bench.read_tea()
    assert Refused(text="There is no version 4.0: no document says which one it is for.") == ask(
        bench, release="4.0"
    )


def test_nothing_found_names_the_version(versions: Bench) -> None:
    reply = ask(versions, "the painted chapel ceiling", release="3.12")
    assert isinstance(reply, NoAnswer)
    assert "I found nothing for version 3.12 that answers this." == reply.text


def test_more_and_why_stay_within_the_version(versions: Bench) -> None:
    answer = ask(versions, release="3.11")
    assert isinstance(answer, Answer)
    seen = []
    for offset in range(1, 9):
        more = versions.handle(More(actor=ANN, conversation=HERE, answer_id=answer.id, offset=offset))
        seen += [release_of(more)] if isinstance(more, Finding) else []
    assert set(seen) <= {"", "3.11"}
    why = versions.handle(Why(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0))
    assert isinstance(why, Reasons)
    assert why.second is None or why.second.release == ""


def test_a_channel_is_given_a_version(versions: Bench) -> None:
    assert Notice(text="From now on I look in all sources here, for version 3.11.") == scope(
        versions, "v3.11"
    )
    assert "3.11" == release_of(ask(versions))
    assert "3.12" == release_of(ask(versions, where=ELSE, release="3.12"))
    assert Refused(
        text="In this channel I look only in version 3.11. For 3.12 ask me elsewhere, or ask a moderator."
    ) == ask(versions, release="3.12")
    assert "3.12" == release_of(ask(versions, release="3.12", actor=MODERATOR))
    assert Notice(text="I look in all sources here, for version 3.11.") == scope(versions, None)
    assert Notice(text="From now on I look in all sources here.") == scope(versions, "")
    assert "3.12" == release_of(ask(versions, release="3.12"))


def test_a_version_and_sources_go_together(versions: Bench) -> None:
    told = scope(versions, "3.12", "tea", "guide 3.12")
    assert (
        Notice(text="From now on I look only in these sources here: guide 3.12, tea, for version 3.12.")
        == told
    )
    assert isinstance(scope(versions, "2", "tea", "guide 3.12"), Refused)
    assert Notice(text="I look only in these sources here: guide 3.12, tea, for version 3.12.") == scope(
        versions, None
    )


def test_the_latest_version_moves_on(versions: Bench) -> None:
    assert Notice(
        text="From now on I look in all sources here, for version latest, which is 3.12 now."
    ) == scope(versions, "latest")
    assert "3.12" == release_of(ask(versions))
    origin = Upload(filename="new.txt", data=b"The timeout of version thirteen is a second.")
    versions.handle(
        AddSource(actor=MODERATOR, conversation=HERE, origin=origin, name="new", options={"version": "3.13"})
    )
    assert "3.13" == release_of(ask(versions))


def test_a_version_is_for_a_channel_and_its_moderators_to_choose(versions: Bench) -> None:
    assert NOT_FOR_ROLES == scope(versions, "3.12", group=Group(id="7"))
    assert isinstance(scope(versions, "3.12", actor=ANN), Refused)
    assert isinstance(scope(versions, "3.12", conversation=TERMINAL), Refused)
    assert "3.11" == release_of(ask(versions, release="3.11"))


def test_who_gave_a_channel_its_version_is_on_record(versions: Bench) -> None:
    scope(versions, "3.12")
    scope(versions, "", "tea")
    trail = versions.handle(Audit(actor=MODERATOR, conversation=HERE))
    assert isinstance(trail, Notice)
    assert [
        "Mo: gave the channel general only the sources tea and any version",
        "Mo: gave the channel general the version 3.12",
    ] == [line.partition(", ")[2] for line in trail.details[:2]]


def test_an_older_answer_shows_no_more_of_another_version(versions: Bench) -> None:
    answer = ask(versions, release="3.12")
    assert isinstance(answer, Answer)
    scope(versions, "3.11")
    again = versions.handle(More(actor=ANN, conversation=HERE, answer_id=answer.id, offset=0))
    assert Refused(text=OTHER_RELEASE) == again


def test_suggestions_are_of_the_version(versions: Bench) -> None:
    def suggested(release: str) -> tuple[str, ...]:
        reply = versions.handle(Suggest(actor=ANN, conversation=HERE, typed="guide", release=release))
        assert isinstance(reply, Suggestions)
        return reply.texts

    assert ("Guide3.12",) == suggested("3.12")
    assert 3 == len(suggested(""))
    scope(versions, "3.11")
    assert ("Guide3.11",) == suggested("")


def test_versions_are_listed_for_those_who_may_ask_about_them(versions: Bench) -> None:
    def listed(source: str = "") -> Reply:
        return versions.handle(Releases(actor=ANN, conversation=HERE, source=source))

    assert ReleaseList(releases=("3.12", "3.11", "v2")) == listed()
    assert ReleaseList(releases=("v2",)) == listed("guide v2")
    versions.handle(
        Scope(actor=MODERATOR, conversation=HERE, sources=frozenset({"guide 3.12"}), group=Group(id="7"))
    )
    assert ReleaseList(releases=("3.11", "v2")) == listed()
    # A version that only a role's source has is none for others, who are not told of it.
    assert "3.11" == release_of(ask(versions, release="3"))
    scope(versions, "2")
    assert ReleaseList(releases=("v2",)) == listed()


def test_the_card_names_the_version_unless_the_title_does() -> None:
    assert "Guide 3.12 › Wait" == path_of("Guide", ("Guide", "Wait"), "3.12")
    assert "Guide to Python 3.12" == path_of("Guide to Python 3.12", (), "3.12")
    assert "Guide to Python 3.12 3.1" == path_of("Guide to Python 3.12", (), "3.1")
    assert "Guide v2 › Wait" == path_of("Guide", ("Wait",), "v2")


def test_a_posted_answer_follows_its_channels_version(versions: Bench) -> None:
    posting = Posting(
        platform="discord", workspace=HERE.workspace, channel="general", message="1", answer_id="", offset=0
    )
    assert versions.scopes.may_show(posting, replace(passage("x"), release="3.12"))
    scope(versions, "3.11")
    assert not versions.scopes.may_show(posting, replace(passage("x"), release="3.12"))
    assert versions.scopes.may_show(posting, replace(passage("x"), release="3.11"))
    assert versions.scopes.may_show(posting, passage("x"))


@pytest.mark.parametrize(
    ("written", "release"), [("", None), (" ", None), ("Any", ""), ("all", ""), (" 3.12 ", "3.12")]
)
def test_any_stands_for_any_version(written: str, release: str | None) -> None:
    assert release == given_release(written)
