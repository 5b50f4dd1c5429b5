"""How often progress is shown, and what people and files Slack tells of, with a clock that tests set."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.outlets import UPDATE_SECONDS, ThreadOutlet, WhisperOutlet
from adapters.slack.people import KEPT_SECONDS, People
from adapters.slack.render import render
from bot.messages import Notice, Progress
from tests.fakes.slack import BOT_TOKEN, FakeSlack
from tests.fakes.slack_payloads import GENERAL

pytestmark = pytest.mark.anyio
DONE = render(Notice(text="Done."))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, session=session)
        client.proxy = None
        yield client


def step(done: int) -> dict[str, object]:
    return render(Progress(text="Reading", done=done, total=100))


async def test_a_thread_is_edited_no_more_often_than_slack_bears(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    clock = Clock()
    outlet = ThreadOutlet(client, GENERAL, "1.0", clock)
    for done in range(100):
        await outlet.progress(step(done))
        clock.now += UPDATE_SECONDS / 10
    await outlet.say(DONE)
    assert (1, 10, "Done.") == (len(slack.messages), slack.messages[0].edits, slack.messages[0].shown)


async def test_whispered_progress_leaves_uses_of_the_response_url_for_the_reply(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    clock = Clock()
    url = slack.command_payload("U0ANN", "/quoth", "reindex")["response_url"]
    outlet = WhisperOutlet(client, clock, channel=GENERAL, user="U0ANN", response_url=url)
    shown = []
    for done in range(100):
        await outlet.progress(step(done))
        shown.append(slack.messages[0].shown)
        clock.now += 1
    await outlet.say(DONE)
    assert 3 == len(set(shown))
    assert (4, 1, "Done.") == (len(slack.responses), len(slack.messages), slack.messages[0].shown)


async def long_job(slack: FakeSlack, client: AsyncWebClient) -> None:
    clock = Clock()
    url = slack.command_payload("U0ANN", "/quoth", "reindex")["response_url"]
    outlet = WhisperOutlet(client, clock, channel=GENERAL, user="U0ANN", response_url=url, is_job=True)
    for done in range(60):
        await outlet.progress(step(done))
        clock.now += 2
    await outlet.say(DONE)


async def test_a_long_job_goes_on_in_one_message_of_the_channel(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    await long_job(slack, client)
    whispered, public = slack.messages
    assert ("U0ANN", "") == (whispered.only_for, public.only_for)
    assert ("Done.", GENERAL) == (public.shown, public.channel)
    assert public.edits > 20


async def test_a_long_job_that_may_not_go_on_in_the_channel_goes_on_directly(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    slack.refuse("chat.postMessage", "not_in_channel")
    await long_job(slack, client)
    assert ("Done.", "U0ANN") == (slack.messages[1].shown, slack.messages[1].channel)


async def test_without_a_response_url_progress_is_whispered_once(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    clock = Clock()
    outlet = WhisperOutlet(client, clock, channel=GENERAL, user="U0ANN", thread="1.0")
    for done in range(100):
        await outlet.progress(step(done))
        clock.now += 10
    await outlet.say(DONE)
    assert ["U0ANN"] * 2 == [message.only_for for message in slack.messages]


async def test_a_second_reply_after_progress_is_a_message_of_its_own(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    outlet = ThreadOutlet(client, GENERAL, "1.0", Clock())
    await outlet.progress(step(1))
    await outlet.say(DONE)
    await outlet.say(DONE)
    assert ["Done.", "Done."] == [message.shown for message in slack.messages]


async def ignored(what: str) -> None:
    """Stand for nobody who would hear of it."""


async def test_people_are_asked_for_anew_after_some_minutes(slack: FakeSlack, client: AsyncWebClient) -> None:
    clock = Clock()
    people = People(client, clock, lacks=ignored)
    assert [False, False] == [(await people.look_up("U0ANN")).manages for _ in range(2)]
    slack.users["U0ANN"]["is_admin"] = True
    slack.groups.append({"id": "S1", "users": ["U0ANN"]})
    assert not (await people.look_up("U0ANN")).manages
    clock.now += KEPT_SECONDS
    person = await people.look_up("U0ANN")
    assert (True, frozenset({"S1"})) == (person.manages, person.groups)
    assert (2, 2) == (len(slack.calls_of("users.info")), len(slack.calls_of("usergroups.list")))
