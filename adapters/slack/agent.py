"""What surrounds messages in Slack: suggested prompts, the status while searching, titles, the Home tab.

All of it is an extra: a Slack that refuses it is logged, and the answer comes all the same. The newer
agents.sessions methods are left alone: they are for work that takes long enough to be stopped, not every
workspace has them, and an answer here takes about a second.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blocks import Json, shorten
from adapters.slack.failures import FOREIGN, code_of

PROMPTS = (
    {"title": "What can you do?", "message": "help"},
    {"title": "What have you read?", "message": "sources"},
    {"title": "How are you?", "message": "status"},
)
"""What is suggested where no question is surely answered."""

MAX_PROMPTS = 4
MAX_TITLE = 100
SEARCHING = "is looking through the documents..."
PATIENCE_SECONDS = 2.0
"""For how long an answer waits for its status to be set: one that is set later would stay."""

_log = structlog.get_logger("quoth.slack")


class Agent:
    """Tells Slack's agent view and Home tab what to show."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def suggest(self, channel: str, questions: Sequence[str]) -> None:
        """Offer questions to a person who opens the bot's messages."""
        prompts = [{"title": question, "message": question} for question in questions[:MAX_PROMPTS]]
        try:
            await self._client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, title="To begin with", prompts=prompts or list(PROMPTS)
            )
        except FOREIGN as error:
            _log.warning("Slack took no suggested prompts.", code=code_of(error))

    async def begin(self, channel: str, thread: str, question: str, *, is_new: bool) -> None:
        """Show in a direct message that the bot searches; a new thread is called by its question.

        Slack takes the status away by itself when the answer comes.
        """
        title = " ".join(question.split())
        client = self._client
        at: dict[str, Any] = {"channel_id": channel, "thread_ts": thread}
        calls = [client.assistant_threads_setStatus(**at, status=SEARCHING)]
        if is_new and title:
            calls.append(client.assistant_threads_setTitle(**at, title=shorten(title, MAX_TITLE)))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                results = await asyncio.gather(*calls, return_exceptions=True)
        except TimeoutError:
            return
        for result in results:
            if isinstance(result, FOREIGN):
                _log.info("Slack shows no status or title here.", code=code_of(result))
            elif isinstance(result, BaseException):
                raise result

    async def publish(self, user: str, view: Json) -> None:
        """Show a person's Home tab."""
        try:
            await self._client.views_publish(user_id=user, view=view)
        except FOREIGN as error:
            _log.warning("Slack took no Home tab.", code=code_of(error))
