"""Who is a moderator, and who is not."""

from bot.messages import Actor
from bot.permissions import Permissions
from tests.bot.conftest import ANN, HERE, MODERATOR, TERMINAL


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
