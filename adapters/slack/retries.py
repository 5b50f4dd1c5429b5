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
NOT_NOW = frozenset({"rate_limited", "ratelimited", "request_timeout", "service_unavailable"})
"""Errors in an answer that is otherwise well: nothing was done, and may be soon."""


class ServerErrorRetryHandler(AsyncRetryHandler):
    """Tries again when Slack is broken or busy; the library's own leaves gateways and such answers out."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None:
            return False
        return response.status_code in BROKEN or (response.body or {}).get("error") in NOT_NOW


def retry_handlers() -> list[AsyncRetryHandler]:
    """Return handlers for lost connections, limits (they wait as long as Slack says) and broken servers."""
    return [
        AsyncConnectionErrorRetryHandler(),
        AsyncRateLimitErrorRetryHandler(max_retry_count=MAX_RETRIES),
        ServerErrorRetryHandler(max_retry_count=1),
    ]
