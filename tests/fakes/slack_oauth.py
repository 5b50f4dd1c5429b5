"""Slack's side of an installation: people who consent in a browser, and tokens that are given for it."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp

from tests.fakes.slack_payloads import BOT_ID, BOT_USER, TEAM

Json = dict[str, Any]
CLIENT_ID = "111.222"
CLIENT_SECRET = "client-secret"
TOKEN_SECONDS = 43_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace, and who the bot is there."""

    team: str = TEAM
    name: str = "Home"
    bot_user: str = BOT_USER
    bot_id: str = BOT_ID

    def told(self, payload: Json) -> Json:
        """Return a payload of the home workspace as the app would be told it of this one."""
        text = json.dumps(payload)
        for home, here in ((TEAM, self.team), (BOT_USER, self.bot_user), (BOT_ID, self.bot_id)):
            text = text.replace(home, here)
        return dict(json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Where a browser ended: the page and its status."""

    status: int
    text: str


@dataclass
class OAuth:
    """Consents and tokens. ``rotates`` says that the app's tokens expire; ``organization`` that the
    person who consents chooses the whole Enterprise organization."""

    tokens: dict[str, Workspace] = field(default_factory=dict)
    rotates: bool = False
    organization: bool = False
    _codes: dict[str, tuple[Workspace, str, str]] = field(default_factory=dict)
    _refresh: dict[str, Workspace] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)

    async def install(
        self,
        app_url: str,
        workspace: Workspace,
        user: str,
        *,
        consents: bool = True,
        state: str = "",
        cookie: str | None = None,
    ) -> Landing:
        """Open the app's page of installation, consent or not, and return where that leads.

        ``state`` and ``cookie`` stand for what somebody else has put there.
        """
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            async with session.get(f"{app_url}/slack/install", allow_redirects=False) as begun:
                asked = {
                    name: each[0]
                    for name, each in parse_qs(urlsplit(begun.headers["Location"]).query).items()
                }
                own = begun.headers.get("Set-Cookie", "").partition(";")[0]
            answer = {"state": state or asked["state"]}
            answer |= (
                {"code": self._consent(workspace, user, asked)} if consents else {"error": "access_denied"}
            )
            path = urlsplit(asked["redirect_uri"]).path
            headers = {"Cookie": own if cookie is None else cookie}
            async with session.get(f"{app_url}{path}?{urlencode(answer)}", headers=headers) as ended:
                return Landing(status=ended.status, text=await ended.text())

    def revoke(self, team: str) -> None:
        """Take a workspace's tokens back, as when the app is removed."""
        self.tokens = {token: each for token, each in self.tokens.items() if each.team != team}

    def _consent(self, workspace: Workspace, user: str, asked: Mapping[str, str]) -> str:
        assert CLIENT_ID == asked["client_id"]
        code = f"code-{next(self._numbers)}"
        self._codes[code] = workspace, user, asked["scope"]
        return code

    def access(self, args: Json, credentials: tuple[str, str]) -> Json:
        """Answer oauth.v2.access."""
        if credentials[0] != CLIENT_ID:
            return {"ok": False, "error": "invalid_client_id"}
        if credentials[1] != CLIENT_SECRET:
            return {"ok": False, "error": "bad_client_secret"}
        if args.get("grant_type") == "refresh_token":
            return self._refreshed(args["refresh_token"])
        if args.get("code") not in self._codes:
            return {"ok": False, "error": "invalid_code"}
        workspace, user, scope = self._codes.pop(args["code"])
        team = None if self.organization else {"id": workspace.team, "name": workspace.name}
        return self._granted(workspace) | {
            "app_id": "A0QUOTH",
            "scope": scope,
            "bot_user_id": workspace.bot_user,
            "team": team,
            "enterprise": {"id": "E0", "name": "Org"} if self.organization else None,
            "is_enterprise_install": self.organization,
            "authed_user": {"id": user},
        }

    def _refreshed(self, refresh_token: str) -> Json:
        workspace = self._refresh.pop(refresh_token, None)
        if workspace is None:
            return {"ok": False, "error": "invalid_refresh_token"}
        self.revoke(workspace.team)
        return self._granted(workspace)

    def _granted(self, workspace: Workspace) -> Json:
        token, refresh = f"xoxb-{next(self._numbers)}", f"xoxe-{next(self._numbers)}"
        self.tokens[token] = workspace
        granted: Json = {"access_token": token, "token_type": "bot"}
        if not self.rotates:
            return granted
        self._refresh[refresh] = workspace
        return granted | {"refresh_token": refresh, "expires_in": TOKEN_SECONDS}
