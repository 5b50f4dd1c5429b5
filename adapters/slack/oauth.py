"""How a workspace installs the app: Bolt's OAuth flow, with pages that say in a sentence what came of it."""

import html
from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.guide import INSTALL_PATH, REDIRECT_PATH, SCOPES
from adapters.slack.installations import STATE_SECONDS, Installations, WholeOrganization

INSTALLED = "Quoth is in {team} now. It has written to you there how to begin."
NOT_INSTALLED = {
    "access_denied": "Nothing was installed, as you chose not to allow it.",
    "invalid_browser": "This installation was begun in another browser, or too long ago. Please begin anew.",
    "invalid_state": "This installation was begun too long ago, or ended already. Please begin anew.",
    "invalid_code": "Slack did not confirm the installation. Please begin anew.",
}
ANOTHER = "Nothing was installed: Slack reports {reason}. Please begin anew."
WHOLE_ORGANIZATION = (
    "Quoth serves single workspaces, as their documents are not for each other. "
    "Begin anew, and choose a workspace in place of the whole organization."
)
NOT_SERVED = (
    "Quoth is not installed in this workspace any more. A workspace manager can install it anew: {url}"
)
PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Quoth</title></head>
<body><p>{text}</p>{link}</body></html>
"""

_log = structlog.get_logger("quoth.slack")


def flow(
    installations: Installations,
    *,
    client_id: str,
    client_secret: str,
    client: AsyncWebClient,
    public_url: str,
    authorize_url: str,
    installed: Callable[[str, str], Awaitable[None]],
) -> AsyncOAuthFlow:
    """Return Bolt's flow; ``installed`` is told the workspace and who installed the app there.

    An empty ``authorize_url`` is Slack's own.
    """

    async def succeed(args: AsyncSuccessArgs) -> BoltResponse:
        team, name = str(args.installation.team_id), args.installation.team_name
        _log.info("A workspace has installed the app.", team=team)
        await installed(team, str(args.installation.user_id))
        return _page(200, INSTALLED.format(team=name or team), again=False, args=args)

    async def fail(args: AsyncFailureArgs) -> BoltResponse:
        _log.info("A workspace did not get the app.", reason=args.reason)
        if isinstance(args.error, WholeOrganization):
            return _page(200, WHOLE_ORGANIZATION, again=True, args=args)
        text = NOT_INSTALLED.get(args.reason) or ANOTHER.format(reason=args.reason)
        return _page(args.suggested_status_code, text, again=True, args=args)

    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=list(SCOPES),
        user_scopes=[],
        redirect_uri=public_url + REDIRECT_PATH,
        install_path=INSTALL_PATH,
        install_page_rendering_enabled=False,
        redirect_uri_path=REDIRECT_PATH,
        callback_options=AsyncCallbackOptions(success=succeed, failure=fail),
        authorization_url=authorize_url or None,
        installation_store=installations.store,
        installation_store_bot_only=True,
        state_store=installations.states,
        state_expiration_seconds=STATE_SECONDS,
    )
    return AsyncOAuthFlow(client=client, settings=settings)


def _page(status: int, text: str, *, again: bool, args: AsyncSuccessArgs | AsyncFailureArgs) -> BoltResponse:
    link = f'<p><a href="{INSTALL_PATH}">Begin anew</a></p>' if again else ""
    return BoltResponse(
        status=status,
        body=PAGE.format(text=html.escape(text), link=link),
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": args.settings.state_utils.build_set_cookie_for_deletion(),
        },
    )
