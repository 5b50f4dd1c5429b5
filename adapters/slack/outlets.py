"""Where replies go: into a thread that everyone reads, or to one person alone."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.blocks import Json
from adapters.slack.failures import FOREIGN, code_of, lacking
from adapters.slack.retries import retry_handlers

# chat.update allows about one call a second in the long run, for all channels together.
UPDATE_SECONDS = 1.5
# A response_url takes five messages in all; the last of them belong to the reply itself.
MAX_WHISPERED_UPDATES = 3
WHISPERED_UPDATE_SECONDS = 4.0
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})

_log = structlog.get_logger("quoth.slack")


Hindered: TypeAlias = Callable[[str, str], Awaitable[None]]


class Outlet(Protocol):
    """Takes messages; a Slack that refuses one is logged and survived."""

    async def progress(self, message: Json) -> None:
        """Show how far a job is, as often as Slack bears."""
        ...

    async def say(self, message: Json) -> str:
        """Show the reply, in place of any progress; return its ts if a channel got it, else nothing."""
        ...


class ThreadOutlet:
    """Posts into a thread and edits its own message while a job goes on."""

    def __init__(
        self,
        client: AsyncWebClient,
        channel: str,
        thread: str,
        clock: Callable[[], float],
        *,
        hindered: Hindered | None = None,
    ) -> None:
        """``hindered`` is told the channel and what the bot lacks, where it may not post."""
        self._hindered = hindered
        self._client = client
        self._channel = channel
        self._thread = thread
        self._clock = clock
        self._shown = ""
        self._due = 0.0

    @property
    def has_shown(self) -> bool:
        """Whether a message stands that can be edited."""
        return bool(self._shown)

    async def progress(self, message: Json) -> None:
        """Post the first, edit it by the later ones that come when the time for one has passed."""
        if self._clock() < self._due:
            return
        if not self._shown:
            self._shown = await self._post(message)
        else:
            await self._update(self._shown, message)
        self._due = self._clock() + UPDATE_SECONDS

    async def say(self, message: Json) -> str:
        """Edit the progress message if there is one that can be, post otherwise."""
        shown, self._shown = self._shown, ""
        if shown and await self._update(shown, message):
            return shown
        return await self._post(message)

    async def send(self, message: Json) -> str:
        """Post, the text alone where Slack refuses the blocks; return the ts. Raises what is FOREIGN."""
        try:
            return await self._post_once(message)
        except SlackApiError as error:
            if code_of(error) not in BLOCKS_REFUSED:
                raise
            _log.error("Slack refused a message's blocks; the text goes alone.", code=code_of(error))
        return await self._post_once({"text": message["text"]})

    async def _post(self, message: Json) -> str:
        """Post and return the new message's ts, empty when Slack takes it in no form."""
        try:
            return await self.send(message)
        except FOREIGN as error:
            _log_refusal(error, "chat.postMessage")
            if self._hindered and (lacks := lacking(error)):
                await self._hindered(f"the channel {self._channel}", lacks)
            return ""

    async def _post_once(self, message: Json) -> str:
        answer = await self._client.chat_postMessage(
            channel=self._channel,
            thread_ts=self._thread or None,
            unfurl_links=False,
            unfurl_media=False,
            mrkdwn="blocks" in message,
            **message,
        )
        return str(answer["ts"])

    async def _update(self, shown: str, message: Json) -> bool:
        try:
            await self._client.chat_update(channel=self._channel, ts=shown, **message)
        except FOREIGN as error:
            _log_refusal(error, "chat.update")
            return False
        return True


class WhisperOutlet:
    """Speaks to one person: by the interaction's own response_url, else by an ephemeral message.

    A response_url takes few messages; the progress of a longer job goes on in a message of the channel.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        clock: Callable[[], float],
        *,
        channel: str,
        user: str,
        thread: str = "",
        response_url: str = "",
        is_job: bool = False,
    ) -> None:
        self._client = client
        self._clock = clock
        self._channel = channel
        self._user = user
        self._thread = thread
        self._url = response_url
        self._is_job = is_job
        self._onward: ThreadOutlet | None = None
        self._updates = 0
        self._due = 0.0

    async def progress(self, message: Json) -> None:
        """Show the first few; an ephemeral message without a response_url cannot be edited at all."""
        allowed = MAX_WHISPERED_UPDATES if self._url else 1
        if self._clock() < self._due:
            return
        if self._updates >= allowed:
            if self._is_job:
                await self._go_on(message)
            return
        await self._whisper(message)
        self._updates += 1
        # Each pause is three times the last: the three uses cover a minute about evenly.
        self._due = self._clock() + WHISPERED_UPDATE_SECONDS * 3 ** (self._updates - 1)

    async def say(self, message: Json) -> str:
        """Say it in place of the progress, if there was any."""
        if self._onward is not None:
            await self._onward.say(message)
        else:
            await self._whisper(message)
        return ""

    async def _go_on(self, message: Json) -> None:
        """Edit the message in the channel; where the bot may not write, it is sent to the person."""
        if self._onward is None:
            self._onward = ThreadOutlet(self._client, self._channel, self._thread, self._clock)
            await self._onward.progress(message)
            if not self._onward.has_shown:
                self._onward = ThreadOutlet(self._client, self._user, "", self._clock)
        await self._onward.progress(message)

    async def announce(self, message: Json) -> str:
        """Post into the channel for everyone, and take the private copy away; return the message's ts.

        In a channel that the bot is not a member of, Slack posts by the response_url alone, and does
        not tell the ts.
        """
        shown = await ThreadOutlet(self._client, self._channel, self._thread, self._clock).say(message)
        way = {"response_type": "in_channel", "replace_original": False}
        if shown or await self._respond(message | way):
            await self._respond({"delete_original": True})
        return shown

    async def replace(self, shown: str, message: Json) -> None:
        """Show something else in the message that was pressed."""
        try:
            await self._client.chat_update(channel=self._channel, ts=shown, **message)
        except FOREIGN as error:
            _log_refusal(error, "chat.update")
            await self._respond(message | {"replace_original": True})

    async def delete(self, shown: str) -> None:
        """Delete the message that was pressed: by its ts, or what has none by the response_url."""
        if shown and await self._delete(shown):
            return
        await self._respond({"delete_original": True})

    async def _delete(self, shown: str) -> bool:
        try:
            await self._client.chat_delete(channel=self._channel, ts=shown)
        except FOREIGN as error:
            _log_refusal(error, "chat.delete")
            return False
        return True

    async def _whisper(self, message: Json) -> None:
        way = {"response_type": "ephemeral", "replace_original": self._updates > 0}
        if not await self._respond(message | way):
            await self._post_ephemeral(message)

    async def _respond(self, message: Json) -> bool:
        """Use the response_url; it is gone after half an hour or five uses."""
        if not self._url:
            return False
        place = {"thread_ts": self._thread} if self._thread else {}
        try:
            answer = await self._webhook().send_dict(message | place | _QUIET)
        except FOREIGN as error:
            _log_refusal(error, "response_url")
            return False
        if answer.status_code != 200:
            _log.warning("Slack refused a response.", status=answer.status_code, answer=answer.body[:200])
        return answer.status_code == 200

    def _webhook(self) -> AsyncWebhookClient:
        webhook = AsyncWebhookClient(
            self._url,
            session=self._client.session,
            retry_handlers=retry_handlers(),
        )
        webhook.proxy = self._client.proxy  # not what the environment says, see the adapter
        return webhook

    async def _post_ephemeral(self, message: Json) -> None:
        try:
            await self._client.chat_postEphemeral(
                channel=self._channel, user=self._user, thread_ts=self._thread or None, **message
            )
        except FOREIGN as error:
            _log_refusal(error, "chat.postEphemeral")
            if code_of(error) in BLOCKS_REFUSED and "blocks" in message:
                await self._post_ephemeral({"text": message["text"]})


_QUIET = {"unfurl_links": False, "unfurl_media": False}


def _log_refusal(error: BaseException, method: str) -> None:
    _log.warning("Slack did not take a message.", method=method, code=code_of(error))
