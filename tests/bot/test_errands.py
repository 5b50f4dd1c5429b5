"""What waits for a platform's adapter to say it."""

import asyncio

from bot.dispatch import ThreadedCore
from bot.errands import WAITING, Errands
from bot.messages import Notice, Tell


def tell(text: str, platform: str = "discord") -> Tell:
    return Tell(platform=platform, workspace="discord:1", actor_id="7", reply=Notice(text=text))


def test_each_platform_gets_its_own_errands_in_order() -> None:
    errands = Errands()
    for errand in (tell("one"), tell("else", "slack"), tell("two")):
        errands.give(errand)
    assert [tell("one"), tell("two"), None] == [errands.take("discord") for _ in range(3)]


def test_the_oldest_is_forgotten_when_nobody_comes() -> None:
    errands = Errands()
    for number in range(WAITING + 1):
        errands.give(tell(str(number)))
    assert tell("1") == errands.take("discord")


def test_an_adapter_hears_what_waited_and_what_comes_later() -> None:
    asyncio.run(hear_early_and_late(Errands()))


async def hear_early_and_late(errands: Errands) -> None:
    core = ThreadedCore(lambda request, report: Notice(text=""), errands=errands)
    errands.give(tell("early"))
    heard = core.errands("discord")
    assert tell("early") == await anext(heard)
    later = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0)
    await asyncio.to_thread(errands.give, tell("late"))
    assert tell("late") == await asyncio.wait_for(later, 5)
    core.close()
