"""Workspaces that install the app themselves: each gets its own, and nothing of the others."""

import asyncio
import sqlite3
import stat
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.app import SlackAdapter
from adapters.slack.installations import INSTALLATIONS_FILE, ROTATED_MINUTES
from bot.dispatch import ThreadedCore
from bot.errors import AdapterFailure, SettingInvalid, TokenRejected
from bot.messages import Arrive, Ask, Conversation, Notice, Post, Tell
from tests.adapters.replies import answer
from tests.bot.conftest import Bench
from tests.fakes.core import ScriptedCore, running
from tests.fakes.slack import BOT_TOKEN, FakeSlack
from tests.fakes.slack_oauth import CLIENT_ID, CLIENT_SECRET, Workspace
from tests.fakes.slack_payloads import user_object
from tests.fakes.slack_transport import SignedHttp

pytestmark = pytest.mark.anyio
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
RED = Workspace(team="T0RED", name="Red & Sons", bot_user="U0QRED", bot_id="B0QRED")
BLUE = Workspace(team="T0BLUE", name="Blue", bot_user="U0QBLUE", bot_id="B0QBLUE")
USERS = {"U0REA": ("Rea", RED), "U0BEN": ("Ben", BLUE)}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        fake.oauth.tokens.clear()
        fake.users = {id: user_object(id, name, team=at.team) for id, (name, at) in USERS.items()}
        fake.owners = {"C0RED": RED.team, "C0BLUE": BLUE.team}
        yield fake


@pytest.fixture
async def core() -> ScriptedCore:
    return ScriptedCore()


def build(slack: FakeSlack, state: Path, **more: Any) -> SlackAdapter:
    usual = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "signing_secret": SECRET,
        "public_url": "https://quoth.example.org/",
        "api_url": slack.api_url,
        "http_port": 0,
    }
    return SlackAdapter(**{**usual, "state_dir": state, **more})


@pytest.fixture
async def app(slack: FakeSlack, core: ScriptedCore, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an app that any workspace may install."""
    adapter = build(slack, tmp_path)
    async with running(adapter, core):
        slack.http = SignedHttp(f"{adapter.http_url}/slack/events", SECRET)
        yield adapter.http_url


async def install_both(slack: FakeSlack, app: str) -> None:
    await slack.oauth.install(app, RED, "U0REA")
    await slack.oauth.install(app, BLUE, "U0BEN")


# Installing


async def test_a_workspace_installs_the_app_and_is_served(
    slack: FakeSlack, core: ScriptedCore, app: str
) -> None:
    landing = await slack.oauth.install(app, RED, "U0REA")
    assert 200 == landing.status
    assert "Quoth is in Red &amp; Sons now." in landing.text
    message = await slack.mention("U0REA", "how long?", channel="C0RED")
    assert RED.team == message.team
    [request] = [each for each in core.requests if isinstance(each, Ask)]
    assert ("how long?", "slack:T0RED") == (request.question, request.conversation.workspace)


async def test_who_installed_the_app_is_introduced_to_it(
    slack: FakeSlack, core: ScriptedCore, app: str
) -> None:
    core.replies_to[Arrive] = [Notice(text="I answer by quoting.")]
    await slack.oauth.install(app, RED, "U0REA")
    [message] = await slack.until(lambda: slack.messages)
    assert ("U0REA", RED.team, "I answer by quoting.") == (message.channel, message.team, message.shown)
    [arrival] = [each for each in core.requests if isinstance(each, Arrive)]
    assert ("U0REA", "slack:T0RED") == (arrival.actor.id, arrival.conversation.workspace)


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ({"consents": False}, 200, "as you chose not to allow it"),
        ({"state": "invented"}, 400, "begun in another browser"),
        ({"state": "invented", "cookie": "slack-app-oauth-state=invented"}, 401, "begun too long ago"),
        ({"cookie": ""}, 400, "begun in another browser"),
    ],
    ids=["denied", "wrong state", "forged state", "no cookie"],
)
async def test_what_is_no_consent_installs_nothing_and_says_why(
    slack: FakeSlack, core: ScriptedCore, app: str, what: dict[str, Any], status: int, said: str
) -> None:
    landing = await slack.oauth.install(app, RED, "U0REA", **what)
    assert status == landing.status
    assert said in landing.text
    assert not slack.oauth.tokens
    assert not core.requests


async def test_a_consent_counts_once(slack: FakeSlack, app: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / INSTALLATIONS_FILE) as db:
        db.execute("INSERT INTO oauth_states (state, expire_at) VALUES ('once', ?)", (time.time() + 60,))
    db.close()
    mine: dict[str, Any] = {"state": "once", "cookie": "slack-app-oauth-state=once"}
    assert 200 == (await slack.oauth.install(app, RED, "U0REA", **mine)).status
    assert 401 == (await slack.oauth.install(app, RED, "U0REA", **mine)).status


async def test_slack_does_not_confirm_and_the_page_says_so(slack: FakeSlack, app: str) -> None:
    slack.refuse("oauth.v2.access", "invalid_code")
    landing = await slack.oauth.install(app, RED, "U0REA")
    assert (401, True) == (landing.status, "Slack did not confirm" in landing.text)


async def test_a_slack_that_is_down_meanwhile_installs_nothing_and_the_page_says_so(
    slack: FakeSlack, app: str
) -> None:
    slack.refuse("oauth.v2.access", status=503, times=5)
    landing = await slack.oauth.install(app, RED, "U0REA")
    assert landing.status in (401, 502)
    assert "begin anew" in landing.text


async def test_a_whole_organization_is_refused_in_a_sentence(
    slack: FakeSlack, core: ScriptedCore, app: str
) -> None:
    slack.oauth.organization = True
    landing = await slack.oauth.install(app, RED, "U0REA")
    assert "Quoth serves single workspaces" in landing.text
    assert not core.requests
    await slack.deliver("events_api", slack.mention_payload("U0REA", "?", "C0RED"))
    assert not slack.messages


# Two workspaces


async def test_two_workspaces_that_ask_at_once_each_get_their_own(
    slack: FakeSlack, core: ScriptedCore, app: str
) -> None:
    await install_both(slack, app)
    core.gate.clear()
    await slack.deliver("events_api", slack.mention_payload("U0REA", "red?", "C0RED"))
    await slack.deliver("events_api", slack.mention_payload("U0BEN", "blue?", "C0BLUE"))
    core.gate.set()
    await slack.until(lambda: len(slack.messages) == 2)
    assert {("C0RED", RED.team), ("C0BLUE", BLUE.team)} == {(m.channel, m.team) for m in slack.messages}
    asked = [each for each in core.requests if isinstance(each, Ask)]
    assert {("red?", "slack:T0RED"), ("blue?", "slack:T0BLUE")} == {
        (each.question, each.conversation.workspace) for each in asked
    }
    assert {"U0REA", "U0BEN"} == {each.actor.id for each in asked}


async def test_what_one_workspace_has_read_the_other_never_sees(slack: FakeSlack, tmp_path: Path) -> None:
    bench = Bench()
    bench.read_tea(Conversation(platform="slack", workspace="slack:T0RED", channel="C0RED"))
    core = ThreadedCore(bench.router.handle, errands=bench.errands)
    adapter = build(slack, tmp_path)
    async with running(adapter, core):
        slack.http = SignedHttp(f"{adapter.http_url}/slack/events", SECRET)
        await install_both(slack, adapter.http_url)
        asked = [("U0REA", "C0RED"), ("U0BEN", "C0BLUE")]
        payloads = [slack.mention_payload(user, "tea wants water", at) for user, at in asked]
        await asyncio.gather(*(slack.deliver("events_api", payload) for payload in payloads))
        answers = await slack.until(
            lambda: [m for m in slack.messages if m.channel in ("C0RED", "C0BLUE")][1:]
        )
        shown = {m.channel: m.shown for m in slack.messages}
        sources = await slack.command("U0BEN", "/quoth", "sources", channel="C0BLUE")
    core.close()
    assert answers
    assert "Green tea wants water at eighty degrees." in shown["C0RED"]
    assert "eighty degrees" not in shown["C0BLUE"] + sources.shown


async def test_commands_and_homes_belong_to_the_workspace_of_whoever_uses_them(
    slack: FakeSlack, core: ScriptedCore, app: str
) -> None:
    await install_both(slack, app)
    for user, channel, team in (("U0REA", "C0RED", "T0RED"), ("U0BEN", "C0BLUE", "T0BLUE")):
        message = await slack.command(user, "/quoth", "sources", channel=channel)
        assert user == message.only_for
        assert f"slack:{team}" == core.requests[-1].conversation.workspace
        await slack.open_home(user, "home")
        await slack.until(partial(slack.homes.get, user))


async def test_a_button_pressed_from_another_workspace_does_not_reach_over(
    slack: FakeSlack, core: ScriptedCore, app: str
) -> None:
    await install_both(slack, app)
    message = await slack.mention("U0REA", "?", channel="C0RED")
    await slack.deliver("interactive", slack.press_payload(message, "quoth_more", "U0BEN"))
    pressed = (await core.is_asked(4))[-1]
    assert ("U0BEN", "slack:T0BLUE") == (pressed.actor.id, pressed.conversation.workspace)


async def test_a_person_of_another_workspace_is_a_stranger_in_a_shared_channel(
    slack: FakeSlack, core: ScriptedCore, app: str
) -> None:
    await install_both(slack, app)
    slack.owners.clear()
    payload = RED.told(slack.mention_payload("U0BEN", "?", "C0SHARED", external=True))
    payload |= {"team_id": RED.team, "authorizations": [{"team_id": RED.team, "user_id": RED.bot_user}]}
    await slack.deliver("events_api", payload)
    asked = (await core.asked(Ask))[0]
    assert ("stranger", "slack:T0RED") == (asked.actor.standing, asked.conversation.workspace)


async def test_errands_are_done_with_the_token_of_their_workspace(
    slack: FakeSlack, core: ScriptedCore, app: str
) -> None:
    await install_both(slack, app)
    reply = Notice(text="There is an answer now.")
    for team, user in (("T0RED", "U0REA"), ("T0BLUE", "U0BEN")):
        core.unasked.put_nowait(Tell(platform="slack", workspace=f"slack:{team}", actor_id=user, reply=reply))
    await slack.until(lambda: len(slack.messages) == 2)
    assert [("U0REA", "T0RED"), ("U0BEN", "T0BLUE")] == [(m.channel, m.team) for m in slack.messages]
    stranger = Post(platform="slack", workspace="slack:T0AWAY", channel="C0RED", reply=answer())
    last = Post(platform="slack", workspace="slack:T0RED", channel="C0RED", reply=answer())
    core.unasked.put_nowait(stranger)
    core.unasked.put_nowait(last)
    await slack.until(lambda: len(slack.messages) == 3)
    assert ["slack:T0RED"] == [posting.workspace for posting in await core.hears_of(1)]


# Over time


async def test_installations_outlive_the_process(
    slack: FakeSlack, core: ScriptedCore, tmp_path: Path
) -> None:
    for _ in range(2):
        adapter = build(slack, tmp_path)
        async with running(adapter, core):
            slack.http = SignedHttp(f"{adapter.http_url}/slack/events", SECRET)
            if not slack.oauth.tokens:
                await slack.oauth.install(adapter.http_url, RED, "U0REA")
            await slack.mention("U0REA", "?", channel="C0RED")
    assert 2 == len(slack.messages)
    assert 0o600 == stat.S_IMODE((tmp_path / INSTALLATIONS_FILE).stat().st_mode)


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_a_workspace_that_removes_the_app_is_served_no_longer(
    slack: FakeSlack, core: ScriptedCore, app: str, tmp_path: Path, kind: str
) -> None:
    await install_both(slack, app)
    await slack.mention("U0REA", "?", channel="C0RED")
    await slack.deliver("events_api", slack.removal_payload(RED, kind))
    payload = slack.mention_payload("U0REA", "again?", "C0RED")
    await slack.until(lambda: _kept(tmp_path) == [BLUE.team])
    slack.oauth.revoke(RED.team)
    assert 200 == (await slack.deliver("events_api", payload)).status
    core.unasked.put_nowait(
        Tell(platform="slack", workspace="slack:T0RED", actor_id="U0REA", reply=Notice(text="late"))
    )
    await slack.mention("U0BEN", "?", channel="C0BLUE")
    assert [RED.team, BLUE.team] == [message.team for message in slack.messages]


async def test_a_command_in_a_workspace_that_removed_the_app_says_how_to_have_it_back(
    slack: FakeSlack, app: str
) -> None:
    said = await slack.command("U0REA", "/ask", "?", channel="C0RED")
    assert "not installed in this workspace" in said.text
    assert "https://quoth.example.org/slack/install" in said.text


async def test_a_late_word_of_a_removal_does_not_undo_a_new_installation(
    slack: FakeSlack, app: str, tmp_path: Path
) -> None:
    removal = slack.removal_payload(RED) | {"event_time": int(time.time()) - 60}
    await slack.oauth.install(app, RED, "U0REA")
    await slack.deliver("events_api", removal)
    await slack.mention("U0REA", "?", channel="C0RED")
    assert [RED.team] == _kept(tmp_path)


async def test_revoked_tokens_of_people_alone_change_nothing(
    slack: FakeSlack, app: str, tmp_path: Path
) -> None:
    await slack.oauth.install(app, RED, "U0REA")
    payload = slack.removal_payload(RED, "tokens_revoked")
    payload["event"]["tokens"] = {"oauth": ["U0REA"], "bot": []}
    await slack.deliver("events_api", payload)
    await slack.mention("U0REA", "?", channel="C0RED")
    assert [RED.team] == _kept(tmp_path)


async def test_installing_anew_takes_the_new_token(slack: FakeSlack, app: str, tmp_path: Path) -> None:
    await slack.oauth.install(app, RED, "U0REA")
    slack.oauth.revoke(RED.team)
    await slack.oauth.install(app, RED, "U0REA")
    await slack.mention("U0REA", "?", channel="C0RED")
    assert [RED.team] == _kept(tmp_path)


async def test_a_token_that_expires_soon_is_replaced_once_for_all_who_ask(
    slack: FakeSlack, app: str, tmp_path: Path
) -> None:
    slack.oauth.rotates = True
    await slack.oauth.install(app, RED, "U0REA")
    [old] = slack.oauth.tokens
    _expire(tmp_path, time.time() + ROTATED_MINUTES * 60 - 1)
    payloads = [slack.mention_payload("U0REA", f"{n}?", "C0RED") for n in range(3)]
    await asyncio.gather(*(slack.deliver("events_api", payload) for payload in payloads))
    await slack.until(lambda: len(slack.messages) == 3)
    assert old not in slack.oauth.tokens
    assert 2 == len(slack.calls_of("oauth.v2.access"))


@pytest.mark.parametrize(("left", "answers"), [(600, 2), (-1, 1)], ids=["still valid", "expired"])
async def test_a_token_that_slack_does_not_replace_is_used_as_long_as_it_lasts(
    slack: FakeSlack, app: str, tmp_path: Path, left: int, answers: int
) -> None:
    slack.oauth.rotates = True
    await install_both(slack, app)
    _expire(tmp_path, time.time() + left, RED.team)
    slack.refuse("oauth.v2.access", "invalid_refresh_token", times=5)
    await slack.deliver("events_api", slack.mention_payload("U0REA", "?", "C0RED"))
    await slack.mention("U0BEN", "?", channel="C0BLUE")
    await slack.until(lambda: len(slack.messages) == answers)


# Settings


async def test_the_doctor_tries_the_secret_and_says_where_the_app_is_installed(
    slack: FakeSlack, core: ScriptedCore, app: str, tmp_path: Path
) -> None:
    adapter = build(slack, tmp_path)
    assert "No workspace has installed it yet" in await adapter.check()
    await install_both(slack, app)
    said = await adapter.check()
    assert "It is installed in Red & Sons, Blue." in said
    assert "https://quoth.example.org/slack/install" in said


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"client_id": "9.9"}, "invalid_client_id"), ({"client_secret": "x"}, "bad_client_secret")],
)
async def test_the_doctor_names_a_client_that_slack_rejects(
    slack: FakeSlack, tmp_path: Path, wrong: dict[str, str], code: str
) -> None:
    with pytest.raises(TokenRejected, match=code):
        await build(slack, tmp_path, **wrong).check()


async def test_the_doctor_says_when_slack_is_not_well(slack: FakeSlack, tmp_path: Path) -> None:
    slack.refuse("oauth.v2.access", "internal_error")
    with pytest.raises(AdapterFailure, match="internal_error"):
        await build(slack, tmp_path).check()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"client_secret": ""}, "slack.client_secret"),
        ({"client_id": ""}, "slack.client_id"),
        ({"public_url": ""}, "slack.public_url"),
        ({"signing_secret": ""}, "SLACK_SIGNING_SECRET"),
        ({"public_url": "http://quoth.example.org"}, "https://"),
        ({"bot_token": BOT_TOKEN}, "either the tokens or the client id"),
        ({"app_token": "xapp-x"}, "either the tokens or the client id"),
    ],
)
async def test_settings_that_cannot_work_are_named(
    slack: FakeSlack, tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingInvalid, match=said):
        build(slack, tmp_path, **wrong)


def _kept(folder: Path) -> list[str]:
    with sqlite3.connect(folder / INSTALLATIONS_FILE) as db:
        rows = db.execute("SELECT team_id FROM slack_bots ORDER BY id").fetchall()
    db.close()
    return [team for (team,) in rows]


def _expire(folder: Path, at: float, team: str = RED.team) -> None:
    with sqlite3.connect(folder / INSTALLATIONS_FILE) as db:
        db.execute("UPDATE slack_bots SET bot_token_expires_at = ? WHERE team_id = ?", (int(at), team))
    db.close()
