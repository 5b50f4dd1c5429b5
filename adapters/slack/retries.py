"""Which failures of Slack are waited out, for every way of talking to it."""

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

MAX_RETRIES = 2
BROKEN = frozenset({500, 502, 503, 504})


class ServerErrorRetryHandler(AsyncRetryHandler):
    """Tries again when a server or gateway of Slack is broken; the library's own leaves gateways out."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return response is not None and response.status_code in BROKEN


def retry_handlers() -> list[AsyncRetryHandler]:
    """Return handlers for lost connections, limits (they wait as long as Slack says) and broken servers."""
    return [
        AsyncConnectionErrorRetryHandler(),
        AsyncRateLimitErrorRetryHandler(max_retry_count=MAX_RETRIES),
        ServerErrorRetryHandler(max_retry_count=1),
    ]
