"""The bot introduces itself to each community once."""

import pytest

from bot.messages import Arrive, Conversation, Notice, Tell
from tests.bot.conftest import ANN, BOB, Bench


def arrive(bench: Bench, platform: str, workspace: str = "1") -> None:
    here = Conversation(platform=platform, workspace=f"{platform}:{workspace}", channel="")
    for actor in (ANN, BOB):
        bench.handle(Arrive(actor=actor, conversation=here))


@pytest.mark.parametrize(("platform", "command"), [("discord", "/source add"), ("slack", "“add”")])
def test_who_brings_the_bot_is_told_three_steps_and_nobody_after_them(
    bench: Bench, platform: str, command: str
) -> None:
    arrive(bench, platform)
    told = bench.errands.take(platform)
    assert isinstance(told, Tell)
    assert isinstance(told.reply, Notice)
    assert ("ann", f"{platform}:1", 3) == (told.actor_id, told.workspace, len(told.reply.details))
    assert command in told.reply.details[0]
    assert bench.errands.take(platform) is None


def test_another_community_is_introduced_to_the_bot_too(bench: Bench) -> None:
    for workspace in ("1", "2"):
        arrive(bench, "discord", workspace)
    told = [bench.errands.take("discord") for _ in range(3)]
    assert [True, True, False] == [isinstance(each, Tell) for each in told]
