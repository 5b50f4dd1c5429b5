"""Who is a moderator, and who is not."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from bot.abilities import FOR_EVERYONE, FOR_MODERATORS, Ability
from bot.messages import (
    Actor,
    Arrive,
    Ask,
    ChannelChanged,
    Decide,
    Decision,
    Escalate,
    Follow,
    ForgetMe,
    Gathered,
    Mode,
    More,
    MyData,
    Notice,
    Notify,
    Overhear,
    Overview,
    PersonalData,
    Prefer,
    Rate,
    ReadOn,
    Refused,
    Reindex,
    Releases,
    Reply,
    Request,
    SaveAnswer,
    Scope,
    SetMode,
    Share,
    Silence,
    Sources,
    Standing,
    Status,
    Suggest,
    Verify,
    Why,
)
from bot.permissions import ONLY_MODERATORS, Permissions, is_for_moderators
from bot.testing import NOON
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, TERMINAL, Bench

OPEN = {
    Arrive,
    Ask,
    ChannelChanged,
    Escalate,
    Follow,
    ForgetMe,
    Gathered,
    More,
    MyData,
    Notify,
    Overhear,
    Rate,
    ReadOn,
    SaveAnswer,
    Share,
    Releases,
    Sources,
    Status,
    Suggest,
    Verify,
    Why,
    Overview,
}
"""What everyone may ask for. All other requests are refused to whoever has no rights."""


def test_an_ordinary_member_is_no_moderator() -> None:
    assert not Permissions().is_moderator(ANN, HERE)


def test_who_manages_the_workspace_is_a_moderator() -> None:
    assert Permissions().is_moderator(MODERATOR, HERE)


def test_everyone_at_the_machine_itself_is_a_moderator() -> None:
    assert Permissions().is_moderator(ANN, TERMINAL)


def test_a_listed_id_is_a_moderator_with_and_without_its_platform() -> None:
    assert Permissions(ids=frozenset({"ann"})).is_moderator(ANN, HERE)
    assert Permissions(ids=frozenset({"discord:ann"})).is_moderator(ANN, HERE)


def test_an_id_that_is_listed_for_another_platform_does_not_count() -> None:
    assert not Permissions(ids=frozenset({"slack:ann"})).is_moderator(ANN, HERE)


def test_a_member_of_a_listed_group_is_a_moderator() -> None:
    editor = Actor(id="ann", groups=frozenset({"editors"}))
    assert Permissions(groups=frozenset({"editors"})).is_moderator(editor, HERE)
    assert Permissions(groups=frozenset({"discord:editors"})).is_moderator(editor, HERE)
    assert not Permissions(groups=frozenset({"others"})).is_moderator(editor, HERE)


def test_a_group_does_not_pass_for_a_listed_person() -> None:
    posing = Actor(id="eve", groups=frozenset({"ann"}))
    assert not Permissions(ids=frozenset({"ann"})).is_moderator(posing, HERE)


# Every request


def example(kind: type[Any]) -> Any:
    """Build a request, or a part of one, out of whatever its fields may hold."""
    hints: Mapping[str, Any] = get_type_hints(kind)
    known = {"actor": ANN, "conversation": HERE}
    return kind(
        **{
            field.name: known.get(field.name, filling(hints[field.name]))
            for field in fields(kind)
            if field.name in known or (field.default is MISSING and field.default_factory is MISSING)
        }
    )


def filling(hint: Any) -> Any:
    plain: dict[Any, Any] = {str: "x", int: 0, float: 0.0, bool: True, bytes: b"x", datetime: NOON}
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if isinstance(hint, UnionType):  # the first will do
        return filling(get_args(hint)[0])
    if get_origin(hint):  # a collection, which may be empty
        return get_origin(hint)()
    return example(hint)


@pytest.mark.parametrize("kind", get_args(Request), ids=lambda kind: kind.__name__)
def test_every_request_is_open_to_all_or_refused_without_rights(bench: Bench, kind: type[Any]) -> None:
    bench.read_tea()
    request = example(kind)
    refused = bench.handle(request)
    if kind in OPEN:
        return
    assert isinstance(refused, Refused)
    assert refused != bench.handle(replace(request, actor=MODERATOR)), "it was refused for another reason"


@pytest.mark.parametrize(
    "request_",
    [
        *(Decide(actor=ANN, conversation=HERE, decision=each, item="1", words="tea") for each in Decision),
        *(SetMode(actor=ANN, conversation=HERE, mode=each) for each in Mode),
        Scope(actor=ANN, conversation=HERE, sources=None),
    ],
    ids=lambda made: f"{type(made).__name__}-{getattr(made, 'decision', getattr(made, 'mode', ''))}",
)
def test_every_decision_and_every_change_of_a_channel_is_for_moderators(
    bench: Bench, request_: Request
) -> None:
    bench.read_tea()
    assert Refused(text=ONLY_MODERATORS) == bench.handle(request_)
    assert Refused(text=ONLY_MODERATORS) != bench.handle(replace(request_, actor=MODERATOR))


@pytest.mark.parametrize("ability", FOR_MODERATORS, ids=lambda ability: ability.about)
def test_what_the_page_lists_for_moderators_is_for_them_alone(ability: Ability) -> None:
    # Anybody is overheard where moderators have chosen a mode in which the bot speaks up.
    for kind in {*ability.requests} - {Overhear}:
        chosen = {"mode": "off"} if kind is SetMode else {}
        assert is_for_moderators(replace(example(kind), **chosen))


@pytest.mark.parametrize("ability", FOR_EVERYONE, ids=lambda ability: ability.about)
def test_what_the_page_lists_for_everyone_is(ability: Ability) -> None:
    assert not any(is_for_moderators(example(kind)) for kind in ability.requests)


@pytest.mark.parametrize("kind", get_args(Request), ids=lambda kind: kind.__name__)
def test_who_has_no_workspace_here_sees_and_changes_nothing(bench: Bench, kind: type[Any]) -> None:
    bench.read_tea()
    foreign = replace(HERE, workspace="")
    for actor in (ANN, MODERATOR):
        reply = bench.handle(replace(example(kind), actor=actor, conversation=foreign))
        assert isinstance(reply, Refused | Silence)
        assert isinstance(reply, Silence) or "tea" not in reply.text.split()
    assert ["tea"] == [line.name for line in bench.library.sources("discord:1")]


@pytest.mark.parametrize("standing", [Standing.STRANGER, Standing.UNKNOWN])
@pytest.mark.parametrize("kind", get_args(Request), ids=lambda kind: kind.__name__)
def test_guests_and_foreigners_see_and_change_nothing_even_if_they_are_listed(
    bench: Bench, kind: type[Any], standing: Standing
) -> None:
    bench.read_tea()
    list_moderators(bench, "moderators.ids", "ann mod")
    for actor in (ANN, MODERATOR):
        reply = bench.handle(replace(example(kind), actor=replace(actor, standing=standing)))
        if kind not in (MyData, ForgetMe):  # what is kept of themselves is theirs
            assert isinstance(reply, Refused | Silence)
            assert isinstance(reply, Silence) or reply.text.startswith(
                ("What I have read is for the members", "I cannot tell right now whether you belong")
            )
    assert ["tea"] == [line.name for line in bench.library.sources("discord:1")]


def test_a_guest_can_see_what_is_kept_of_them_and_have_it_erased(bench: Bench) -> None:
    bench.read_tea()
    bench.answer("tea wants water", ANN, HERE)
    guest = replace(ANN, standing=Standing.STRANGER)
    assert isinstance(bench.handle(MyData(actor=guest, conversation=HERE)), PersonalData)
    assert not isinstance(bench.handle(ForgetMe(actor=guest, conversation=HERE, confirmed=True)), Refused)


# Moderators by an owner's choice


def list_moderators(bench: Bench, name: str, value: str, actor: Actor = MODERATOR) -> Reply:
    return bench.handle(Prefer(actor=actor, conversation=HERE, name=name, value=value))


def may_reindex(bench: Bench, actor: Actor) -> bool:
    return isinstance(bench.handle(Reindex(actor=actor, conversation=HERE)), Notice)


def test_whom_an_owner_lists_moderates_until_they_are_taken_off(bench: Bench) -> None:
    assert not may_reindex(bench, ANN)
    assert Notice(text="moderators.ids is now ann bob.") == list_moderators(
        bench, "moderators.ids", "ann, bob ann"
    )
    assert may_reindex(bench, ANN)
    assert may_reindex(bench, BOB)
    list_moderators(bench, "moderators.ids", "default")
    assert not may_reindex(bench, ANN)


def test_members_of_a_group_that_an_owner_lists_moderate(bench: Bench) -> None:
    editor = replace(ANN, groups=frozenset({"editors"}))
    list_moderators(bench, "moderators.groups", "editors")
    assert may_reindex(bench, editor)
    assert not may_reindex(bench, ANN)


def test_whom_another_community_lists_does_not_moderate_here(bench: Bench) -> None:
    bench.handle(Prefer(actor=MODERATOR, conversation=ELSEWHERE, name="moderators.ids", value="ann"))
    assert not may_reindex(bench, ANN)


def test_a_moderator_cannot_make_others_moderators(bench: Bench) -> None:
    list_moderators(bench, "moderators.ids", "ann")
    for name in ("moderators.ids", "moderators.groups"):
        reply = list_moderators(bench, name, "bob", actor=ANN)
        assert isinstance(reply, Refused)
        assert "who moderates" in reply.text
    assert not may_reindex(bench, BOB)


def test_what_is_no_id_is_refused_by_name(bench: Bench) -> None:
    reply = list_moderators(bench, "moderators.ids", "ann @bob")
    assert isinstance(reply, Refused)
    assert "@bob is no id" in reply.text
