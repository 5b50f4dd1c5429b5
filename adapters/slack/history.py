"""What a channel holds that is worth to be quoted: threads with a check mark, and pinned messages."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import code_of
from adapters.slack.translate import CHECK_MARKS, plain_text, read_person
from bot.messages import Actor, Conversation, Gather, Gathered, Remark, Talk

PAGE = 200
MOST_PAGES = 10
"""The latest 2,000 messages of a channel, among them what threads began with."""

MOST_THREADS = 200
MOST_REPLIES = 100

SPOKEN = frozenset({None, "file_share", "me_message", "thread_broadcast"})

NOT_FOR_EVERYONE = "not everyone here can read it. I quote only what whoever asks may read."
SHARED = "people of another company write there."
NO_CHANNEL = "I cannot see it. /invite me there first."
NO_SCOPE = "I lack the scope {needed}. Whoever runs me can add it on the app's page."

NOT_THERE = frozenset({"channel_not_found", "is_archived", "method_not_supported_for_channel_type"})
NOT_IN = frozenset({"not_in_channel", "no_permission", "missing_scope"})

Payload = Mapping[str, Any]

_MENTION = re.compile(r"<@(\w+)>")


class Historian:
    """Gathers the conversations of one workspace's channels."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._people: dict[str, tuple[str, bool]] = {}
        self._address = ""

    async def gather(self, errand: Gather) -> Gathered:
        """Look through a channel. Raises what slack_sdk raises, all but that it is not to be had."""
        try:
            refusal = await self._refusal(errand.channel.id)
            talks = () if refusal else tuple([each async for each in self._talks(errand.channel.id)])
        except SlackApiError as error:
            if (code := code_of(error)) not in NOT_THERE | NOT_IN:
                raise
            needed = error.response.get("needed", "")
            talks, refusal = (), NO_SCOPE.format(needed=needed) if code == "missing_scope" else NO_CHANNEL
        return replace(nothing(errand), talks=talks, refusal=refusal)

    async def _refusal(self, channel: str) -> str:
        found = await self._client.conversations_info(channel=channel)
        about = found["channel"]
        if any(about.get(name) for name in ("is_private", "is_im", "is_mpim", "is_group")):
            return NOT_FOR_EVERYONE
        return SHARED if about.get("is_ext_shared") or about.get("is_pending_ext_shared") else ""

    async def _talks(self, channel: str) -> AsyncIterator[Talk]:
        identity = await self._client.auth_test()
        self._address = f"{identity['url']}archives/{channel}"
        told, found = set[str](), 0
        async for first in self._begun(channel):
            remarks = await self._remarks(channel, await self._thread(channel, first["ts"]))
            found += 1
            if len(remarks) > 1:
                told |= {remark.message for remark in remarks}
                yield Talk(id=first["ts"], remarks=tuple(remarks))
            if found == MOST_THREADS:
                break
        pins = await self._client.pins_list(channel=channel)
        pinned = [item["message"] for item in pins["items"] if item.get("type") == "message"]
        for remark in await self._remarks(channel, pinned):
            if remark.message not in told:
                yield Talk(id=remark.message, remarks=(remark,))

    async def _begun(self, channel: str) -> AsyncIterator[Payload]:
        """Yield what solved threads began with, the latest first."""
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await self._client.conversations_history(channel=channel, limit=PAGE, cursor=cursor)
            for message in page["messages"]:
                if message.get("reply_count") and is_solved(message):
                    yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _thread(self, channel: str, ts: str) -> list[Payload]:
        found = await self._client.conversations_replies(channel=channel, ts=ts, limit=MOST_REPLIES)
        messages: list[Payload] = found["messages"]
        return messages

    async def _remarks(self, channel: str, messages: list[Payload]) -> list[Remark]:
        return [each for message in messages if (each := await self._remark(channel, message)) is not None]

    async def _remark(self, channel: str, message: Payload) -> Remark | None:
        """Return what a person wrote; None for a bot, and for what says nothing."""
        user, ts, text = message.get("user") or "", message["ts"], message.get("text") or ""
        if message.get("bot_id") or message.get("subtype") not in SPOKEN or not user or not text.strip():
            return None
        name, is_bot = await self._person(user)
        if is_bot:
            return None
        thread = message.get("thread_ts") or ts
        query = "" if thread == ts else f"?thread_ts={thread}&cid={channel}"
        return Remark(
            text=await self._spelt_out(text),
            author=name,
            author_id=user,
            written_at=datetime.fromtimestamp(float(ts), UTC),
            link=f"{self._address}/p{ts.replace('.', '')}{query}",
            message=f"{channel}/{ts}",
        )

    async def _spelt_out(self, text: str) -> str:
        """Return what people see of a message: mentions by name."""
        names = {user: (await self._person(user))[0] for user in set(_MENTION.findall(text))}
        return plain_text(_MENTION.sub(lambda found: f"<@{found[1]}|{names[found[1]]}>", text))

    async def _person(self, user: str) -> tuple[str, bool]:
        """Return a person's name, and whether it is a bot's."""
        if user not in self._people:
            try:
                found = (await self._client.users_info(user=user))["user"]
            except SlackApiError as error:
                if code_of(error) != "user_not_found":
                    raise
                found = {"name": "Someone"}
            self._people[user] = read_person(found).name or "Someone", bool(found.get("is_bot"))
        return self._people[user]


def is_solved(message: Payload) -> bool:
    """Whether somebody has put a check mark to a message."""
    return any(each.get("name") in CHECK_MARKS for each in message.get("reactions") or ())


def nothing(errand: Gather) -> Gathered:
    """Return what is handed in of a channel without conversations."""
    where = Conversation(platform="slack", workspace=errand.workspace, channel=errand.channel.id)
    return Gathered(actor=Actor(id=""), conversation=where, channel=errand.channel, asked_by=errand.asked_by)
