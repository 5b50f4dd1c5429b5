"""A Slack on this machine: Web API, Socket Mode, response URLs, files and signed HTTP.

It knows nothing of any Slack library, so the unmodified ones may be pointed at it, also from
another process::

    async with FakeSlack() as slack:
        ...  # connect a bot to slack.api_url
        message = await slack.command("U0ANN", "/ask", "How long is the parental leave?")
        print(message.shown)

What people do are methods here; they wait until the bot has acknowledged and return the message
that it shows next. Whatever the bot sends is checked (see slack_schema); leaving the block raises
when something was wrong.
"""

import asyncio
import base64
import itertools
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from tests.fakes.slack_oauth import OAuth, Workspace
from tests.fakes.slack_payloads import (
    BOT_ID,
    BOT_USER,
    GENERAL,
    TEAM,
    changed_event,
    command_body,
    direct_channel,
    event_body,
    message_event,
    press_body,
    shortcut_body,
    user_object,
    view_body,
)
from tests.fakes.slack_schema import SlackSchema, walk
from tests.fakes.slack_transport import Delivery, SignedHttp, SocketMode

Json = dict[str, Any]
T = TypeVar("T")

BOT_TOKEN = "xoxb-right"
APP_TOKEN = "xapp-right"
RESPONSE_USES = 5
PATIENCE_SECONDS = 60.0
_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")


@dataclass(slots=True, kw_only=True)
class Call:
    """One Web API call of the bot."""

    method: str
    args: Json
    token: str
    credentials: tuple[str, str] = ("", "")


@dataclass(slots=True, kw_only=True)
class Message:
    """A message of the bot, as it stands now; ``only_for`` is the one who sees an ephemeral one."""

    channel: str
    ts: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread: str = ""
    only_for: str = ""
    edits: int = 0
    deleted: bool = False
    team: str = TEAM
    raw: Json = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """What a person reads on the screen, top to bottom."""
        return read_blocks(self.blocks) if self.blocks else self.text

    def action_ids(self) -> list[str]:
        """Return the buttons' ids."""
        return [part["action_id"] for part in walk(self.blocks) if "action_id" in part]


@dataclass(slots=True, kw_only=True)
class _ResponseUrl:
    user: str
    channel: str
    uses: int = 0
    original: Message | None = None


@dataclass(slots=True, kw_only=True)
class _Refusal:
    error: str = ""
    needed: str = ""
    retry_after: int | None = None
    status: int = 200


class FakeSlack:
    """One workspace with a bot in it, and those that install it through ``oauth``.

    ``users`` and ``groups`` may be changed at will; what people do, the bot is told of their workspace.
    ``owners`` says which workspace a channel belongs to.

    ``threads`` holds what threads begin with, by their ts, ``written`` what people wrote; ``views`` are
    the forms that were opened, ``homes`` is what each person's Home tab shows.
    ``uploads`` are the bot's files: the channel, name and bytes of each.
    """

    def __init__(self) -> None:
        self.schema = SlackSchema()
        self.users = {
            "U0ANN": user_object("U0ANN", "Ann"),
            "U0BOSS": user_object("U0BOSS", "Boss", admin=True),
        }
        self.groups: list[Json] = []
        self.files: dict[str, tuple[bytes, str]] = {}
        self.calls: list[Call] = []
        self.responses: list[Json] = []
        self.messages: list[Message] = []
        self.faults: list[str] = []
        self.prompts: list[Json] = []
        self.uploads: list[tuple[str, str, bytes]] = []
        self._uploading: dict[str, tuple[str, bytes]] = {}
        self.views: list[Json] = []
        self.threads: dict[str, str] = {}
        self.written: dict[str, Json] = {}
        self.shared_channels: set[str] = set()
        self.private_channels: set[str] = set()
        self.history: list[Json] = []
        self.pinned: list[str] = []
        self.statuses: list[Json] = []
        self.titles: list[Json] = []
        self.homes: dict[str, str] = {}
        self.oauth = OAuth(tokens={BOT_TOKEN: Workspace()})
        self.owners: dict[str, str] = {}
        self.http: SignedHttp | None = None
        self.socket = SocketMode(self._notify)
        self.url = ""
        self._changed = asyncio.Event()
        self._refusals: defaultdict[str, deque[_Refusal]] = defaultdict(deque)
        self._response_urls: dict[str, _ResponseUrl] = {}
        self._numbers = itertools.count(1)
        self._calling = Workspace()
        self._runner = web.AppRunner(self._web_app(), access_log=None, shutdown_timeout=0.1)

    @property
    def api_url(self) -> str:
        """What goes into SLACK_API_URL."""
        return f"{self.url}/api/"

    async def __aenter__(self) -> "FakeSlack":
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()
        await self._runner.cleanup()
        if kind is None and self.faults:
            raise AssertionError("Slack would have refused:\n" + "\n".join(self.faults))

    # What people do

    async def command(self, user: str, command: str, text: str = "", *, channel: str = GENERAL) -> Message:
        """Type a slash command."""
        return await self._shown_after("slash_commands", self.command_payload(user, command, text, channel))

    def command_payload(self, user: str, command: str, text: str, channel: str = GENERAL) -> Json:
        """Return the payload of a slash command with a fresh response_url."""
        ways = self._reply_ways(user, channel)
        return self._of(user).told(command_body(self.users[user], command, text, channel=channel, **ways))

    async def mention(self, user: str, text: str, *, channel: str = GENERAL, **more: Any) -> Message:
        """Write a message that mentions the bot; see message_payload for ``more``."""
        return await self._shown_after("events_api", self.mention_payload(user, text, channel, **more))

    def mention_payload(self, user: str, text: str, channel: str = GENERAL, **more: Any) -> Json:
        """Return the payload of a mention."""
        return self.message_payload("app_mention", user, f"<@{BOT_USER}> {text}", channel, **more)

    async def dm(self, user: str, text: str, **more: Any) -> Message:
        """Write to the bot directly."""
        channel = direct_channel(user)
        return await self._shown_after(
            "events_api", self.message_payload("message", user, text, channel, **more)
        )

    def message_payload(
        self, kind: str, user: str, text: str, channel: str, *, external: bool = False, **more: Any
    ) -> Json:
        """Return the payload of a new message."""
        team = self.users.get(user, {}).get("team_id", TEAM)
        event = message_event(kind, user, text, self.next_ts(), channel=channel, team=team, **more)
        self.written[event["ts"]] = event | {"type": "message"}
        return self._of(user).told(event_body(event, self.next_event_id(), external=external))

    async def shortcut(self, user: str, text: str, *, callback_id: str = "quoth_find") -> Message:
        """Choose the shortcut in the menu of somebody's message with this text."""
        return await self._shown_after("interactive", self.shortcut_payload(user, text, callback_id))

    def shortcut_payload(self, user: str, text: str, callback_id: str, **more: Any) -> Json:
        """Return the payload of a choice in a message's menu."""
        message = {"user": "U0BOB", "text": text, "ts": self.next_ts()} | more
        ways = self._reply_ways(user, GENERAL)
        return shortcut_body(self.users[user], callback_id, message, channel=GENERAL, **ways)

    async def submit(self, user: str, view: Json, words: str) -> Message:
        """Fill in the one field of an open form, and send it."""
        return await self._shown_after("interactive", self.submit_payload(user, view, words))

    def submit_payload(self, user: str, view: Json, words: str) -> Json:
        """Return the payload of a form with one field that was filled in."""
        [block] = view["blocks"]
        element = block["element"]
        value = {"type": element["type"], "value": words}
        values = {block["block_id"]: {element["action_id"]: value}}
        return view_body(self.users[user], view, values, trigger_id=f"trigger.{next(self._numbers)}")

    async def change(self, ts: str, text: str | None, *, channel: str = GENERAL, **more: Any) -> Delivery:
        """Edit a message of somebody, or delete it where the text is None."""
        event = changed_event(ts, channel=channel, text=text, **more)
        return await self.deliver("events_api", event_body(event, self.next_event_id()))

    def say(self, user: str, text: str, *, thread: str = "", **more: Any) -> str:
        """Keep a message of the general channel, of which the bot is told nothing, and return its ts."""
        ts = self.next_ts()
        message = {"type": "message", "user": user, "text": text, "ts": ts} | more
        if thread:
            message["thread_ts"] = thread
            for each in self.history:
                if each["ts"] == thread:
                    each |= {"thread_ts": thread, "reply_count": each.get("reply_count", 0) + 1}
        self.history.append(message)
        return ts

    async def react(self, ts: str, reaction: str, *, added: bool = True) -> None:
        """Put a reaction to a message of the general channel, or take it off."""
        [message] = [each for each in self.history if each["ts"] == ts]
        message["reactions"] = [{"name": reaction, "users": ["U0ANN"], "count": 1}] if added else []
        item = {"type": "message", "channel": GENERAL, "ts": ts}
        kind = "reaction_added" if added else "reaction_removed"
        event = {"type": kind, "user": "U0ANN", "reaction": reaction, "item": item}
        await self.deliver("events_api", event_body(event, self.next_event_id()))

    async def pin(self, ts: str, *, pinned: bool = True) -> None:
        """Pin a message of the general channel, or take the pin off."""
        self.pinned = [*self.pinned, ts] if pinned else [each for each in self.pinned if each != ts]
        kind = "pin_added" if pinned else "pin_removed"
        event = {"type": kind, "user": "U0ANN", "channel_id": GENERAL}
        await self.deliver("events_api", event_body(event, self.next_event_id()))

    async def press(
        self, message: Message, action_id: str, *, user: str = "U0ANN", positive: bool = True
    ) -> Message:
        """Press a button of a message and return what is shown next."""
        return await self._shown_after("interactive", self.press_payload(message, action_id, user, positive))

    def press_payload(
        self, message: Message, action_id: str, user: str = "U0ANN", positive: bool = True
    ) -> Json:
        """Return the payload of a press."""
        button = next(part for part in walk(message.blocks) if part.get("action_id") == action_id)
        side = button.get("positive_button" if positive else "negative_button", button)
        action = {
            "type": button["type"],
            "action_id": action_id,
            "text": side["text"],
            "value": side["value"],
        }
        seen: Json = {"ts": message.ts, "text": message.text, "blocks": message.blocks, "bot_id": BOT_ID}
        seen |= {"thread_ts": message.thread} if message.thread else {}
        ways = self._reply_ways(user, message.channel, message)
        body = press_body(
            self.users[user],
            action,
            seen,
            channel=message.channel,
            ephemeral=bool(message.only_for),
            **ways,
        )
        return self._of(user).told(body)

    async def open_home(self, user: str, tab: str = "messages") -> Delivery:
        """Open the bot's home."""
        event = {"type": "app_home_opened", "user": user, "channel": direct_channel(user), "tab": tab}
        body = self._of(user).told(event_body(event, self.next_event_id()))
        return await self.deliver("events_api", body)

    def removal_payload(self, workspace: Workspace, kind: str = "app_uninstalled") -> Json:
        """Return the payload that tells that a workspace has removed the app, or its token."""
        event: Json = {"type": kind}
        if kind == "tokens_revoked":
            event |= {"tokens": {"oauth": [], "bot": [workspace.bot_user]}}
        body = event_body(event, self.next_event_id()) | {"event_time": int(time.time())}
        return workspace.told(body)

    def _of(self, user: str) -> Workspace:
        """Return the workspace of a person that has the bot, or else the home one."""
        team = self.users.get(user, {}).get("team_id", TEAM)
        known = {each.team: each for each in self.oauth.tokens.values()}
        return known.get(team, Workspace())

    # How it is told

    async def deliver(self, kind: str, payload: Json, *, retry: int = 0) -> Delivery:
        """Tell the bot something and wait until it was acknowledged."""
        if self.http is not None:
            return await self.http.deliver(kind, payload, retry=retry)
        async with asyncio.timeout(PATIENCE_SECONDS):
            delivery = await self.socket.send(kind, payload, retry=retry)
        await self.until(lambda: delivery.ack_seconds is not None)
        return delivery

    async def redeliver(self, kind: str, payload: Json) -> Delivery:
        """Tell the same thing once more, as Slack does when it believes the first one lost."""
        return await self.deliver(kind, payload, retry=1)

    async def drop_connection(self) -> None:
        """Cut the connection without a word and wait for the next one."""
        before = self.socket.connections
        self.socket.abort()
        await self.until(lambda: self.socket.connections > before)

    async def refresh_connection(self) -> None:
        """Ask for a new connection and wait for it."""
        before = self.socket.connections
        await self.socket.refresh()
        await self.until(lambda: self.socket.connections > before)

    async def until(self, condition: Callable[[], T]) -> T:
        """Wait until something holds, looking whenever anything has happened here."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (value := condition()):
                await self._changed.wait()
        return value

    def refuse(
        self,
        method: str,
        error: str = "",
        *,
        needed: str = "",
        retry_after: int | None = None,
        status: int = 200,
        times: int = 1,
    ) -> None:
        """Let the next calls of a method (or "response_url") fail; with a status as a broken server does.

        ``needed`` is the scope that Slack names with missing_scope.
        """
        refusal = _Refusal(error=error, needed=needed, retry_after=retry_after, status=status)
        self._refusals[method].extend([refusal] * times)

    def still_refuses(self, method: str) -> bool:
        """Return whether a refusal of this method has not been met yet."""
        return bool(self._refusals[method])

    def relent(self) -> None:
        """Refuse nothing any more."""
        self._refusals.clear()

    def calls_of(self, method: str) -> list[Call]:
        """Return the bot's calls of one method."""
        return [call for call in self.calls if call.method == method]

    def attach(self, name: str, data: bytes, content_type: str = "text/plain", **more: Any) -> Json:
        """Keep a file and return its object for a message's ``files``."""
        number = next(self._numbers)
        self.files[f"F{number}"] = data, content_type
        url = f"{self.url}/files/F{number}"
        file = {"id": f"F{number}", "name": name, "mimetype": content_type, "size": len(data)}
        return file | {"url_private": url, "url_private_download": url, "mode": "hosted"} | more

    def next_ts(self) -> str:
        """Return the timestamp of a new message."""
        return f"1790000000.{next(self._numbers):06d}"

    def next_event_id(self) -> str:
        """Return the id of a new event."""
        return f"Ev{next(self._numbers):08d}"

    async def _shown_after(self, kind: str, payload: Json) -> Message:
        before = len(self.messages)
        await self.deliver(kind, payload)
        await self.until(lambda: len(self.messages) > before)
        return self.messages[before]

    def _reply_ways(self, user: str, channel: str, original: Message | None = None) -> dict[str, str]:
        number = str(next(self._numbers))
        self._response_urls[number] = _ResponseUrl(user=user, channel=channel, original=original)
        return {"trigger_id": f"trigger.{number}", "response_url": f"{self.url}/response/{number}"}

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    # The server

    def _web_app(self) -> web.Application:
        app = web.Application(client_max_size=2**26)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._handle_api),
                web.get("/socket", self.socket.handle),
                web.post("/response/{number}", self._handle_response),
                web.get("/files/{number}", self._handle_file),
                web.post("/upload/{number}", self._handle_upload),
            ]
        )
        return app

    async def _handle_api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        args, token = await _read_args(request)
        call = Call(method=method, args=args, token=token, credentials=_credentials(request))
        self.calls.append(call)
        faults = self.schema.faults(method, args if any(call.credentials) else args | {"token": token})
        self.faults.extend(faults)
        answer = web.json_response({"ok": False, "error": "invalid_arguments"}) if faults else None
        answer = answer or self._refusal(method) or web.json_response(self._answer(call))
        self._notify()
        return answer

    def _refusal(self, method: str) -> web.Response | None:
        if not self._refusals[method]:
            return None
        refusal = self._refusals[method].popleft()
        if refusal.retry_after is not None:
            headers = {"Retry-After": str(refusal.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if refusal.status >= 500:
            return web.Response(status=refusal.status, text="<html>upstream connect error</html>")
        if method == "response_url":
            return web.Response(status=404, text=refusal.error)
        needed = {"needed": refusal.needed} if refusal.needed else {}
        return web.json_response({"ok": False, "error": refusal.error} | needed)

    def _answer(self, call: Call) -> Json:
        """Slack's answer. A wrong token comes first, as with Slack."""
        method, args = call.method, call.args
        if method == "oauth.v2.access":
            return {"ok": True} | self.oauth.access(args, call.credentials)
        right = {APP_TOKEN} if method == "apps.connections.open" else set(self.oauth.tokens)
        if call.token not in right:
            return {"ok": False, "error": "invalid_auth"}
        if self._is_elsewhere(call):
            return {"ok": False, "error": "channel_not_found"}
        self._calling = self.oauth.tokens.get(call.token, Workspace())
        answers: dict[str, Callable[[Json], Json]] = {
            "auth.test": self._auth_test,
            "apps.connections.open": self._open_connection,
            "users.info": self._users_info,
            "usergroups.list": lambda args: {"usergroups": self.groups},
            "files.info": self._file_info,
            "assistant.threads.setSuggestedPrompts": self._set_prompts,
            "chat.getPermalink": self._permalink,
            "conversations.info": self._channel_info,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "pins.list": self._pins,
            "views.open": self._open_view,
            "assistant.threads.setStatus": self._set_status,
            "assistant.threads.setTitle": self._set_title,
            "views.publish": self._publish,
            "files.getUploadURLExternal": self._upload_address,
            "files.completeUploadExternal": self._complete_upload,
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
        }
        return {"ok": True} | answers[method](args)

    def _is_elsewhere(self, call: Call) -> bool:
        """Whether a call names a channel, or a person, of another workspace that has the bot too."""
        channel = str(call.args.get("channel") or "")
        person = self.users.get(channel if channel.startswith("U") else f"U{channel[1:]}", {})
        teams = {each.team for each in self.oauth.tokens.values()}
        owner = self.owners.get(channel) or person.get("team_id")
        return owner in teams and owner != self.oauth.tokens[call.token].team

    def _auth_test(self, args: Json) -> Json:
        here = self._calling
        names = {"url": "https://home.slack.com/", "team": here.name, "user": "quoth"}
        return names | {"team_id": here.team, "user_id": here.bot_user, "bot_id": here.bot_id}

    def _open_connection(self, args: Json) -> Json:
        return {"url": self.url.replace("http", "ws") + "/socket"}

    def _users_info(self, args: Json) -> Json:
        user = self.users.get(args["user"])
        return {"user": user} if user else {"ok": False, "error": "user_not_found"}

    def _file_info(self, args: Json) -> Json:
        data, content_type = self.files[args["file"]]
        url = f"{self.url}/files/{args['file']}"
        file = {"id": args["file"], "name": "shared.md", "mimetype": content_type, "size": len(data)}
        return {"file": file | {"url_private_download": url}}

    def _upload_address(self, args: Json) -> Json:
        number = f"F{next(self._numbers)}"
        self._uploading[number] = args["filename"], b""
        return {"file_id": number, "upload_url": f"{self.url}/upload/{number}"}

    def _complete_upload(self, args: Json) -> Json:
        files = args["files"] if isinstance(args["files"], list) else json.loads(args["files"])
        for file in files:
            name, data = self._uploading.pop(file["id"])
            self.uploads.append((args["channel_id"], name, data))
        return {"files": files}

    async def _handle_upload(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        self._uploading[number] = self._uploading[number][0], await request.read()
        return web.Response(text="OK")

    def _set_prompts(self, args: Json) -> Json:
        self.prompts.append(args)
        return {}

    def _set_status(self, args: Json) -> Json:
        self.statuses.append(args)
        return {}

    def _set_title(self, args: Json) -> Json:
        self.titles.append(args)
        return {}

    def _publish(self, args: Json) -> Json:
        """Keep what a person's Home tab shows, read aloud."""
        view = json.loads(args["view"]) if isinstance(args["view"], str) else args["view"]
        self.faults.extend(f"views.publish: {fault}" for fault in self.schema.faults_of_home(view))
        self.homes[args["user_id"]] = read_blocks(view["blocks"])
        return {"view": view}

    def _post(self, args: Json) -> Json:
        return self._show(args, thread=args.get("thread_ts") or "")

    def _post_ephemeral(self, args: Json) -> Json:
        shown = self._show(args, thread=args.get("thread_ts") or "", only_for=args["user"])
        return {"message_ts": shown["ts"]}

    def _update(self, args: Json) -> Json:
        for message in self.messages:
            if message.ts == args["ts"] and message.channel == args["channel"]:
                _edit(message, args)
                return {"ts": message.ts, "channel": message.channel, "text": message.text}
        return {"ok": False, "error": "message_not_found"}

    def _permalink(self, args: Json) -> Json:
        return {"permalink": f"https://home.slack.com/archives/{args['channel']}/p{args['message_ts']}"}

    def _channel_info(self, args: Json) -> Json:
        channel = args["channel"]
        shared, private = channel in self.shared_channels, channel in self.private_channels
        return {"channel": {"id": channel, "is_ext_shared": shared, "is_private": private}}

    def _history(self, args: Json) -> Json:
        """Return a page of what stands in the channel itself, the latest first; no more than two a page."""
        first = [each for each in reversed(self.history) if each.get("thread_ts", each["ts"]) == each["ts"]]
        start = int(args.get("cursor") or 0)
        more = {"next_cursor": str(start + 2) if len(first) > start + 2 else ""}
        return {"messages": first[start : start + 2], "response_metadata": more}

    def _pins(self, args: Json) -> Json:
        items = [{"type": "message", "message": each} for each in self.history if each["ts"] in self.pinned]
        return {"items": [{"type": "file", "file": {"id": "F1"}}, *items]}

    def _replies(self, args: Json) -> Json:
        thread = [each for each in self.history if args["ts"] in (each["ts"], each.get("thread_ts"))]
        if thread:
            return {"messages": thread}
        text = self.threads.get(args["ts"])
        if text is None and args["ts"] in self.written:
            return {"messages": [self.written[args["ts"]]]}
        if text is None:
            return {"ok": False, "error": "thread_not_found"}
        return {"messages": [{"type": "message", "user": "U0ANN", "text": text, "ts": args["ts"]}]}

    def _open_view(self, args: Json) -> Json:
        view = json.loads(args["view"]) if isinstance(args["view"], str) else args["view"]
        self.faults.extend(f"views.open: {fault}" for fault in self.schema.faults_of_view(view))
        self.views.append(view | {"id": f"V{next(self._numbers)}"})
        return {"view": self.views[-1]}

    def _delete(self, args: Json) -> Json:
        for message in self.messages:
            if message.ts == args["ts"] and message.channel == args["channel"] and not message.only_for:
                message.deleted = True
                return {"ts": message.ts, "channel": message.channel}
        return {"ok": False, "error": "message_not_found"}

    def _show(self, args: Json, *, thread: str = "", only_for: str = "") -> Json:
        message = Message(
            channel=args["channel"],
            ts=self.next_ts(),
            text="",
            thread=thread,
            only_for=only_for,
            team=self._calling.team,
        )
        _edit(message, args)
        message.edits = 0
        self.messages.append(message)
        is_person = message.channel.startswith("U")
        channel = direct_channel(message.channel) if is_person else message.channel
        return {"ts": message.ts, "channel": channel, "message": {"ts": message.ts}}

    async def _handle_response(self, request: web.Request) -> web.Response:
        way, args = self._response_urls[request.match_info["number"]], await request.json()
        self.responses.append(args)
        self.faults.extend(f"response_url: {fault}" for fault in self.schema.faults_of_message(args))
        answer = self._refusal("response_url") or self._respond(way, args)
        self._notify()
        return answer

    def _respond(self, way: _ResponseUrl, args: Json) -> web.Response:
        way.uses += 1
        if way.uses > RESPONSE_USES:
            return web.Response(status=404, text="used_url")
        if args.get("delete_original") and way.original:
            way.original.deleted = True
        elif args.get("replace_original") and way.original:
            _edit(way.original, args)
        else:
            only_for = "" if args.get("response_type") == "in_channel" else way.user
            self._show(args | {"channel": way.channel}, thread=args.get("thread_ts", ""), only_for=only_for)
            way.original = way.original or self.messages[-1]
        return web.Response(text="ok")

    async def _handle_file(self, request: web.Request) -> web.Response:
        """Hand out a file, or the login page: Slack does not say 401 here."""
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.oauth.tokens:
            return web.Response(text="<html><title>Slack login</title></html>", content_type="text/html")
        data, content_type = self.files[request.match_info["number"]]
        return web.Response(body=data, content_type=content_type)


def _edit(message: Message, args: Json) -> None:
    blocks = args.get("blocks") or []
    message.text = args.get("text") or ""
    message.blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    message.edits += 1
    message.raw = args


def _credentials(request: web.Request) -> tuple[str, str]:
    """Return the client id and secret of the one method that takes these in place of a token."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    name, _, secret = base64.b64decode(value).decode().partition(":") if kind == "Basic" else ("", "", "")
    return name, secret


async def _read_args(request: web.Request) -> tuple[Json, str]:
    """Read a call's arguments, which come as a query, a form or JSON."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= await request.json()
    else:
        args |= dict(await request.post())
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return args, str(args.pop("token", token))


def read_blocks(blocks: list[Json]) -> str:
    """Read a message aloud: every literal text in reading order, a line per paragraph."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Json) -> list[str]:
    match block["type"]:
        case "rich_text":
            return [line for part in block["elements"] for line in _rich_lines(part)]
        case "context":
            return [_DATE.sub(r"\1", " · ".join(element["text"] for element in block["elements"]))]
        case "actions":
            return [" ".join(f"[{element['text']['text']}]" for element in block["elements"])]
        case "context_actions":
            pair = block["elements"][0]
            sides = [pair[side]["text"]["text"] for side in ("positive_button", "negative_button")]
            return [" ".join(f"[{side}]" for side in sides)]
        case _:
            return [json.dumps(block)]


def _rich_lines(part: Json) -> list[str]:
    """Read a paragraph or list; whom a mention calls is named by id."""
    if part["type"] == "rich_text_list":
        return ["• " + line for item in part["elements"] for line in _rich_lines(item)]
    return ["".join(_words(element) for element in part["elements"])]


def _words(element: Json) -> str:
    called = element.get("usergroup_id") or element.get("user_id")
    if "channel_id" in element:
        return f"#{element['channel_id']}"
    return f"@{called}" if called else element.get("text") or element.get("fallback", "")
