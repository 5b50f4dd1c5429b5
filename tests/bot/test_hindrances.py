"""What a platform keeps the bot from is told to moderators, once a day."""

from dataclasses import replace

from bot.errands import Errands
from bot.hindrances import KEPT, Hindrances
from bot.messages import Hindrance, Notice, Overview, OverviewReport, Tell
from bot.permissions import Permissions
from tests.bot.conftest import ANN, HERE, MODERATOR, Bench, taken


def hindrance(place: str = "#general", workspace: str = HERE.workspace) -> Hindrance:
    return Hindrance(
        platform="discord", workspace=workspace, place=place, lacking="the permission Send Messages"
    )


def hindrances(bench: Bench, errands: Errands, *ids: str) -> Hindrances:
    listed = Permissions(ids=frozenset(ids))
    return Hindrances(clock=bench.clock, errands=errands, moderators=listed.listed)


def told(errands: Errands, platform: str = "discord") -> list[str]:
    people = []
    while (errand := taken(errands, platform)) is not None:
        assert isinstance(errand, Tell)
        assert isinstance(errand.reply, Notice)
        assert "#general: I lack the permission Send Messages" in errand.reply.text
        people.append(errand.actor_id)
    return sorted(people)


def test_every_moderator_who_is_listed_on_the_platform_is_told_which_permission_is_missing(
    bench: Bench,
) -> None:
    errands = Errands(bench.records, bench.clock)
    hindrances(bench, errands, "17", "discord:18", "slack:U0ANN", "U0BOB").note(hindrance())
    assert ["17", "18"] == told(errands)


def test_they_are_told_once_a_day(bench: Bench) -> None:
    errands = Errands(bench.records, bench.clock)
    noted = hindrances(bench, errands, "17")
    for _ in range(5):
        noted.note(hindrance())
    assert ["17"] == told(errands)
    bench.clock.advance(86_401)
    assert () == noted.told(HERE.workspace)
    noted.note(hindrance())
    assert ["17"] == told(errands)


def test_not_everything_is_remembered_for_ever(bench: Bench) -> None:
    noted = hindrances(bench, Errands(bench.records, bench.clock))
    for number in range(KEPT + 5):
        noted.note(hindrance(f"#{number}"))
    assert KEPT == len(noted.told(HERE.workspace))
    assert () == noted.told("another")


def test_moderators_who_look_in_see_it_and_others_do_not(bench: Bench) -> None:
    bench.hindrances.note(hindrance())
    seen = [bench.handle(Overview(actor=actor, conversation=HERE)) for actor in (MODERATOR, ANN)]
    assert [1, 0] == [len(each.matters) for each in seen if isinstance(each, OverviewReport)]


def test_it_is_said_what_could_not_be_done(bench: Bench) -> None:
    noted = hindrances(bench, Errands(bench.records, bench.clock))
    noted.note(replace(hindrance("#help"), deed="tag posts"))
    [told] = noted.told(HERE.workspace)
    assert "I could not tag posts in #help: I lack the permission Send Messages." == told
