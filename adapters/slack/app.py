"""Slack's connection: checks the tokens, then serves by Socket Mode or signed HTTP."""

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.deliveries import Deliveries
from adapters.slack.errands import ErrandRunner
from adapters.slack.failures import FOREIGN, failure_of
from adapters.slack.files import Files
from adapters.slack.guide import INSTALL_PATH
from adapters.slack.installations import Installations, StoredAuthorize
from adapters.slack.introductions import check_credentials, introduction
from adapters.slack.listeners import Listeners
from adapters.slack.oauth import NOT_SERVED, flow
from adapters.slack.people import People
from adapters.slack.retries import retry_handlers
from adapters.slack.teams import Build, InstalledTeams, OneTeam, Served, Teams, register, take_up
from adapters.slack.translate import Home
from adapters.slack.web import serving
from bot.errors import AdapterFailure, SettingInvalid
from bot.messages import Hindrance
from bot.ports import Core

DELIVERIES_FILE = "slack-deliveries.sqlite3"
REQUEST_SECONDS = 30.0
AUTHORIZE_PATH = "/oauth/v2/authorize"

_log = structlog.get_logger("quoth.slack")


class SlackAdapter:
    """Serves one Slack workspace, or with a client id all that install the app.

    One workspace it serves by Socket Mode with an app token, else with a signing secret by signed
    HTTP on ``/slack/events``; several by signed HTTP alone, at ``public_url``. ``api_url`` redirects
    the Web API to a stand-in on this machine. Settings that cannot work raise SettingInvalid here,
    before anything is connected.
    """

    def __init__(
        self,
        *,
        bot_token: str = "",
        app_token: str = "",
        signing_secret: str = "",
        client_id: str = "",
        client_secret: str = "",
        public_url: str = "",
        api_url: str = "",
        state_dir: Path,
        http_host: str = "127.0.0.1",
        http_port: int = 3000,
        max_upload_bytes: int = 10_000_000,
        ping_interval: float = 5.0,
    ) -> None:
        self._is_shared = bool(client_id or client_secret)
        if self._is_shared:
            _check_shared(client_id, client_secret, public_url, signing_secret, bot_token or app_token)
        else:
            _check_single(bot_token, app_token, signing_secret)
        self._bot_token = bot_token
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._client_id = client_id
        self._client_secret = client_secret
        self._public_url = public_url.rstrip("/")
        self._api_url = _loopback(api_url) if api_url else ""
        self._state_dir = state_dir
        self._http = http_host, http_port
        self._max_upload_bytes = max_upload_bytes
        self._ping_interval = ping_interval
        self.ready = asyncio.Event()
        self.http_url = ""

    async def run(self, core: Core) -> None:
        """Connect and serve until cancelled. Raises AdapterFailure, TokenRejected."""
        try:
            async with AsyncExitStack() as stack:
                await self._connect(core, stack)
                self.ready.set()
                await asyncio.Event().wait()
        finally:
            self.ready.clear()

    async def check(self) -> str:
        """Try what there is without serving, and say who Slack takes us for. Raises AdapterFailure."""
        async with _session() as session:
            if self._is_shared:
                return await self._check_installations(session)
            return await self._check_tokens(self._client(session, self._bot_token))

    async def _check_tokens(self, client: AsyncWebClient) -> str:
        problems = []
        try:
            me = await introduction(client)
        except AdapterFailure as error:
            problems.append(str(error))
        try:
            if self._app_token:
                await self._socket_address(client)
        except AdapterFailure as error:
            problems.append(str(error))
        if problems:
            raise AdapterFailure(" ".join(dict.fromkeys(problems)))
        # Whether signed requests arrive cannot be tried from here.
        tokens = "both tokens" if self._app_token else "the bot token"
        return f"Slack takes {tokens} and knows the bot as {me['user']} in {me['team']}."

    async def _check_installations(self, session: aiohttp.ClientSession) -> str:
        client = self._client(session)
        await check_credentials(client, self._client_id, self._client_secret)
        installations = self._installations(client)
        names = [str((installations.kept(team) or Bot).team_name or team) for team in installations.teams()]
        where = f"It is installed in {', '.join(names)}." if names else "No workspace has installed it yet."
        return f"Slack takes the client id and secret. {where} {self._public_url}{INSTALL_PATH} installs it."

    async def _connect(self, core: Core, stack: AsyncExitStack) -> None:
        session = await stack.enter_async_context(_session())
        deliveries = stack.enter_context(self._deliveries())
        unended = deliveries.unended()

        def build(home: Home, token: str) -> Served:
            client = self._client(session, token)

            async def lacks(what: str) -> None:
                await core.hindered(
                    Hindrance(
                        platform="slack",
                        workspace=f"slack:{home.team}",
                        place="Slack",
                        deed="tell who belongs to the community",
                        lacking=what,
                    )
                )

            listeners = Listeners(
                core=core,
                client=client,
                home=home,
                people=People(client, time.monotonic, lacks=lacks),
                files=Files(client, session, self._max_upload_bytes),
                deliveries=deliveries,
                clock=time.monotonic,
            )
            return Served(home=home, client=client, listeners=listeners)

        teams, app = await (self._many if self._is_shared else self._one)(core, session, build)
        register(app, teams)
        stack.push_async_callback(teams.close)
        await stack.enter_async_context(self._transport(app, session))
        errands = asyncio.create_task(ErrandRunner(core, teams, time.monotonic).run())
        stack.push_async_callback(_ended, errands)
        left = asyncio.create_task(take_up(teams, unended))
        stack.push_async_callback(_ended, left)

    async def _one(self, core: Core, session: aiohttp.ClientSession, build: Build) -> tuple[Teams, AsyncApp]:
        home = _home(await introduction(self._client(session, self._bot_token)))
        _log.info("Slack knows the bot.", team=home.team, socket_mode=bool(self._app_token))
        return OneTeam(build(home, self._bot_token)), self._bolt(session, authorize=self._as_home(home))

    async def _many(self, core: Core, session: aiohttp.ClientSession, build: Build) -> tuple[Teams, AsyncApp]:
        client = self._client(session)
        installations = self._installations(client)

        teams = InstalledTeams(installations, build)

        async def installed(team: str, user: str) -> None:
            if served := await teams.find(team):
                served.listeners.welcome(user)

        oauth = flow(
            installations,
            client_id=self._client_id,
            client_secret=self._client_secret,
            client=client,
            public_url=self._public_url,
            authorize_url=self._api_url and urljoin(self._api_url, AUTHORIZE_PATH),
            installed=installed,
        )
        app = self._bolt(
            session,
            authorize=StoredAuthorize(installations),
            oauth_flow=oauth,
            user_facing_authorize_error_message=NOT_SERVED.format(url=self._public_url + INSTALL_PATH),
        )
        _log.info("Workspaces may install the app.", teams=len(installations.teams()))
        return teams, app

    def _client(self, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
        client = AsyncWebClient(
            token=token,
            base_url=self._api_url or AsyncWebClient.BASE_URL,
            session=session,
            logger=_quiet_logger(),
            retry_handlers=retry_handlers(),
        )
        if self._api_url:
            client.proxy = None  # a stand-in on this machine is not behind the company's proxy
        return client

    async def _socket_address(self, client: AsyncWebClient) -> str:
        """Ask where to connect: the library would retry for ever with a token that Slack rejects."""
        try:
            opened = await client.apps_connections_open(app_token=self._app_token)
        except FOREIGN as error:
            raise failure_of(error, "SLACK_APP_TOKEN") from error
        return str(opened["url"])

    def _installations(self, client: AsyncWebClient) -> Installations:
        with self._writing():
            return Installations(
                self._state_dir, client_id=self._client_id, client_secret=self._client_secret, client=client
            )

    def _deliveries(self) -> Deliveries:
        with self._writing():
            return Deliveries(self._state_dir / DELIVERIES_FILE, time.time)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise AdapterFailure(f"Cannot write to {self._state_dir}: {error}.") from error

    def _as_home(self, home: Home) -> Callable[[], Awaitable[AuthorizeResult]]:
        async def authorize() -> AuthorizeResult:
            # Bolt would ask Slack again at the first event, while that event waits for its ack.
            return AuthorizeResult(
                enterprise_id=None,
                team_id=home.team,
                bot_token=self._bot_token,
                bot_id=home.bot,
                bot_user_id=home.user,
            )

        return authorize

    def _bolt(self, session: aiohttp.ClientSession, **more: Any) -> AsyncApp:
        with _hidden_environment():
            return AsyncApp(
                name="quoth",
                logger=_quiet_logger(),
                client=self._client(session),
                signing_secret=self._signing_secret,
                attaching_conversation_kwargs_enabled=False,
                **more,
            )

    def _transport(self, app: AsyncApp, session: aiohttp.ClientSession) -> Any:
        if self._app_token:
            return self._socket(app, self._client(session, self._bot_token))
        return self._web(app)

    @asynccontextmanager
    async def _web(self, app: AsyncApp) -> AsyncIterator[None]:
        host, port = self._http
        async with AsyncExitStack() as stack:
            try:
                self.http_url = await stack.enter_async_context(
                    serving(app, self._signing_secret, host, port)
                )
            except OSError as error:
                reason = f"Cannot listen for Slack on {host}:{port}: {error.strerror}."
                raise AdapterFailure(reason) from error
            yield

    @asynccontextmanager
    async def _socket(self, app: AsyncApp, client: AsyncWebClient) -> AsyncIterator[None]:
        address = await self._socket_address(client)
        handler = AsyncSocketModeHandler(
            app,
            self._app_token,
            logger=_quiet_logger(),
            web_client=client,
            ping_interval=self._ping_interval,
        )
        handler.client.proxy = client.proxy
        handler.client.wss_uri = address
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            yield
        finally:
            await _close(handler)


def _check_single(bot_token: str, app_token: str, signing_secret: str) -> None:
    if not bot_token:
        raise SettingInvalid("SLACK_BOT_TOKEN is not set. It looks like xoxb-... on api.slack.com.")
    if not app_token and not signing_secret:
        raise SettingInvalid(
            "Slack needs SLACK_APP_TOKEN (xapp-..., for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP)."
        )


def _check_shared(
    client_id: str, client_secret: str, public_url: str, signing_secret: str, token: str
) -> None:
    if token:
        raise SettingInvalid(
            "SLACK_BOT_TOKEN and SLACK_APP_TOKEN serve one workspace, slack.client_id all that install the "
            "app. Set either the tokens or the client id."
        )
    needed = {
        "slack.client_id": client_id,
        "slack.client_secret": client_secret,
        "slack.public_url": public_url,
        "SLACK_SIGNING_SECRET": signing_secret,
    }
    if missing := [name for name, value in needed.items() if not value]:
        raise SettingInvalid(
            f"To let workspaces install the app, Quoth also needs {' and '.join(missing)}. "
            "`quoth setup` says where each is found."
        )
    if not public_url.startswith("https://"):
        raise SettingInvalid("slack.public_url must begin with https://, as in https://quoth.example.org.")


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS))


def _home(me: AsyncSlackResponse) -> Home:
    return Home(team=me["team_id"], user=me["user_id"], bot=me.get("bot_id") or "")


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _close(handler: AsyncSocketModeHandler) -> None:
    """Close the socket and wait for the client's own tasks, which it only cancels."""
    client = handler.client
    await handler.close_async()  # type: ignore[no-untyped-call]
    tasks = [client.message_processor, client.message_receiver, client.current_session_monitor]
    await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


def _loopback(api_url: str) -> str:
    """Return the address with the slash that the library needs. Tokens go nowhere but to Slack."""
    if not _is_loopback(api_url):
        raise SettingInvalid(
            "SLACK_API_URL may only name this machine, as in http://127.0.0.1:8080/api/ (it is for tests)."
        )
    return api_url if api_url.endswith("/") else api_url + "/"


def _is_loopback(api_url: str) -> bool:
    try:
        url = urlsplit(api_url)
        host = url.hostname or ""
        is_here = host == "localhost" or ip_address(host).is_loopback
        return is_here and url.scheme in ("http", "https")
    except ValueError:
        return False


def _quiet_logger() -> logging.Logger:
    """The libraries' logger. Below INFO they write down whole messages, which are people's words."""
    logger = logging.getLogger("quoth.slack.library")
    logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))
    return logger


@contextmanager
def _hidden_environment() -> Iterator[None]:
    """Keep Bolt from changing its mode by variables that are not among Quoth's settings."""
    names = ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_VERIFICATION_TOKEN")
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
