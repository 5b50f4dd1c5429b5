"""Who Slack takes us for: the calls that show whether tokens and secrets work."""

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.failures import FOREIGN, code_of, failure_of
from bot.errors import TokenRejected

CREDENTIAL_CODES = frozenset({"invalid_client_id", "bad_client_secret", "invalid_app_id"})
NO_CODE = "none"
"""What Slack never gave to anyone who consented."""


async def introduction(client: AsyncWebClient) -> AsyncSlackResponse:
    """Ask Slack who we are: the one call that shows whether the token works."""
    try:
        return await client.auth_test()
    except FOREIGN as error:
        raise failure_of(error, "SLACK_BOT_TOKEN") from error


async def check_credentials(client: AsyncWebClient, client_id: str, client_secret: str) -> None:
    """Try the client id and secret, with a consent that nobody gave: Slack looks at them first.

    Raises TokenRejected, AdapterFailure.
    """
    try:
        await client.oauth_v2_access(client_id=client_id, client_secret=client_secret, code=NO_CODE)
    except FOREIGN as error:
        code = code_of(error)
        if code in CREDENTIAL_CODES:
            raise TokenRejected(
                f"Slack rejects slack.client_id or slack.client_secret ({code}). "
                "Copy both anew from the app's page Basic Information on api.slack.com."
            ) from error
        if not isinstance(error, SlackApiError) or code != "invalid_code":
            raise failure_of(error, "slack.client_secret") from error
