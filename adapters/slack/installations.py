"""Who has installed the app: a token for each workspace, kept in a file that only the operator reads."""

import asyncio
import os
import sqlite3
import time
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import Literal

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltError
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore
from slack_sdk.oauth.state_store.sqlite3 import SQLite3OAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import FOREIGN, code_of

INSTALLATIONS_FILE = "slack-installations.sqlite3"
STATE_SECONDS = 600
"""For how long a person may take to consent."""

ROTATED_MINUTES = 120
"""Before a token expires, where the app rotates them; Slack lets them live for twelve hours."""

_log = structlog.get_logger("quoth.slack")


class WholeOrganization(BoltError):
    """The app was installed for a whole Enterprise organization, whose workspaces would share sources."""


class _Closing(sqlite3.Connection):
    """A connection that is closed with its block: the libraries' stores open one for each call."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        try:
            return super().__exit__(kind, error, trace)
        finally:
            self.close()


class _Store(SQLite3InstallationStore):
    """Keeps one token for each workspace, whatever organization it belongs to, and nothing of people."""

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.database, factory=_Closing)

    def save(self, installation: Installation) -> None:
        if installation.is_enterprise_install or not installation.team_id:
            raise WholeOrganization
        self.save_bot(installation.to_bot())

    def save_bot(self, bot: Bot) -> None:
        bot.enterprise_id = None
        super().save_bot(bot)
        with self.connect() as db:  # a token that was replaced is of no use to us
            db.execute(
                "DELETE FROM slack_bots WHERE client_id = ? AND team_id = ?"
                " AND id < (SELECT max(id) FROM slack_bots WHERE client_id = ? AND team_id = ?)",
                (self.client_id, bot.team_id, self.client_id, bot.team_id),
            )

    def installed_at(self, team: str) -> float:
        """Return when a workspace's token was saved; the library takes the time for that of the machine."""
        query = (
            "SELECT max(CAST(strftime('%s', installed_at) AS INTEGER)) FROM slack_bots"
            " WHERE client_id = ? AND team_id = ?"
        )
        with self.connect() as db:
            [at] = db.execute(query, (self.client_id, team)).fetchone()
        return float(at or 0)

    def teams(self) -> list[str]:
        query = "SELECT team_id FROM slack_bots WHERE client_id = ? ORDER BY id"
        with self.connect() as db:
            return [team for (team,) in db.execute(query, (self.client_id,))]


class _States(SQLite3OAuthStateStore):
    """Keeps the states of consents under way."""

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.database, factory=_Closing)

    def issue(self, *args: object, **kwargs: object) -> str:
        with self.connect() as db:  # most people who begin never end
            db.execute("DELETE FROM oauth_states WHERE expire_at <= ?", (time.time(),))
        return str(super().issue(*args, **kwargs))


class Installations:
    """The workspaces' tokens, fresh ones. ``store`` and ``states`` are for Bolt's OAuth flow."""

    def __init__(self, folder: Path, *, client_id: str, client_secret: str, client: AsyncWebClient) -> None:
        """Raises OSError, sqlite3.Error."""
        path = _private(folder / INSTALLATIONS_FILE)
        self.store = _Store(database=str(path), client_id=client_id)
        self.states = _States(database=str(path), expiration_seconds=STATE_SECONDS)
        self.store.init()  # type: ignore[no-untyped-call]
        self.states.init()  # type: ignore[no-untyped-call]
        self._rotator = AsyncTokenRotator(client_id=client_id, client_secret=client_secret, client=client)
        self._rotating: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def teams(self) -> list[str]:
        """List the workspaces that have installed the app, the first first."""
        return self.store.teams()

    def kept(self, team: str) -> Bot | None:
        """Return what is kept of a workspace, as it is."""
        return self.store.find_bot(enterprise_id=None, team_id=team)

    async def find(self, team: str) -> Bot | None:
        """Return a workspace's bot with a token that is valid, or None where there is none.

        A token that expires soon is replaced before: one call at a time, as Slack takes each refresh
        token once.
        """
        async with self._rotating[team]:
            bot = self.kept(team)
            if bot is None or bot.bot_token_expires_at is None:
                return bot
            return await self._rotated(bot)

    async def _rotated(self, bot: Bot) -> Bot | None:
        try:
            fresh = await self._rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=ROTATED_MINUTES
            )
        except (SlackTokenRotationError, *FOREIGN) as error:
            cause = error.api_error if isinstance(error, SlackTokenRotationError) else error
            _log.warning("Slack gave no new token.", team=bot.team_id, code=code_of(cause))
            return bot if (bot.bot_token_expires_at or 0) > time.time() else None
        if fresh is None:
            return bot
        self.store.save_bot(fresh)
        return fresh

    def forget(self, team: str, event_time: float) -> bool:
        """Delete a workspace's token, unless it was given after the event: Slack may tell late."""
        if event_time and event_time < self.store.installed_at(team):
            return False
        self.store.delete_bot(enterprise_id=None, team_id=team)
        return True


class StoredAuthorize(AsyncAuthorize):
    """Tells Bolt whose token belongs to a request, without asking Slack each time."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        """Return the workspace's token, or None where the app is not installed."""
        bot = await self._installations.find(team_id) if team_id else None
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=bot.team_id,
            bot_token=bot.bot_token,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
            bot_scopes=bot.bot_scopes,
        )


def _private(path: Path) -> Path:
    """Make the file, for the operator alone, before any library does. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path
