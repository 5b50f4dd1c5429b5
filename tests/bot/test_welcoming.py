"""The bot introduces itself to each community once."""

import pytest

from bot.messages import Actor, Arrive, Conversation, Notice, Reply, Silence
from tests.bot.conftest import ANN, BOB, Bench


def arrive(bench: Bench, platform: str, workspace: str = "1", actor: Actor = ANN) -> Reply:
    here = Conversation(platform=platform, workspace=f"{platform}:{workspace}", channel="")
    return bench.handle(Arrive(actor=actor, conversation=here))


@pytest.mark.parametrize(("platform", "command"), [("discord", "/source add"), ("slack", "“add”")])
def test_who_brings_the_bot_is_told_three_steps_and_nobody_after_them(
    bench: Bench, platform: str, command: str
) -> None:
    told = arrive(bench, platform)
    assert isinstance(told, Notice)
    assert 3 == len(told.details)
    assert command in told.details[0]
    assert Silence() == arrive(bench, platform, actor=BOB)


def test_another_community_is_introduced_to_the_bot_too(bench: Bench) -> None:
    told = [arrive(bench, "discord", workspace) for workspace in ("1", "2", "2")]
    assert [Notice, Notice, Silence] == [type(each) for each in told]
