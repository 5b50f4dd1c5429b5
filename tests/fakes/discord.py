"""A Discord on this machine: REST, gateway, interactions with their deadlines, attached files.

It knows nothing of any Discord library, so the unmodified one may be pointed at it, also from
another process::

    async with FakeDiscord() as discord:
        ...  # connect a bot to discord.api_url and discord.gateway_url with TOKEN
        message = await discord.command("Ann", "ask", {"question": "How long is the parental leave?"})
        print(message.shown)

What people do are methods here; they wait for the message that the bot shows next and return it.
Whatever the bot sends is checked (see discord_schema); leaving the block raises when something was
wrong.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from tests.fakes.discord_gateway import MESSAGE_CONTENT, Gateway
from tests.fakes.discord_history import History
from tests.fakes.discord_payloads import (
    APPLICATION,
    FORUM,
    GENERAL,
    GUILD,
    MANAGE_GUILD,
    MANAGE_THREADS,
    MODS,
    OTHER_GENERAL,
    OTHER_GUILD,
    THREAD,
    VIEW_AND_SEND,
    VIEW_CHANNEL,
    channel_object,
    forum_object,
    guild_object,
    interaction_object,
    member_object,
    mentioned,
    message_object,
    role_object,
    snowflake,
    thread_object,
    user_object,
)
from tests.fakes.discord_schema import BUTTON, TEXT, DiscordSchema, walk

Json = dict[str, Any]
T = TypeVar("T")

TOKEN = "discord-right-token"
EPHEMERAL = 1 << 6
PATIENCE_SECONDS = 60.0
DEFER, DEFER_UPDATE, SEND, AUTOCOMPLETE, MODAL = 5, 6, 4, 8, 9
COMMAND, COMPONENT, COMPLETION, SUBMIT = 2, 3, 4, 5
LABEL = 18
SUBCOMMAND, STRING, CHANNEL, ROLE, ATTACHMENT = 1, 3, 7, 8, 11


@dataclass(slots=True, kw_only=True)
class Message:
    """A message of the bot, as it stands now; ``only_for`` is the one who sees an ephemeral one."""

    channel: str
    raw: Json
    guild: str | None
    only_for: str = ""
    answers_to: str = ""
    edits: int = 0
    deleted: bool = False
    edited_at: list[float] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What a person reads on the screen, top to bottom, markup as it was sent."""
        lines = [self.raw["content"]] if self.raw["content"] else []
        for part in walk(self.raw["components"]):
            if part["type"] == TEXT:
                lines.append(part["content"])
            elif part["type"] == BUTTON:
                lines.append(f"[{part['label']}]")
        return "\n".join(lines)

    def button(self, label: str) -> Json:
        """Return the button with this label. Raises KeyError."""
        for part in walk(self.raw["components"]):
            if part["type"] == BUTTON and part["label"] == label:
                return part
        raise KeyError(label)


@dataclass(slots=True, kw_only=True)
class Request:
    """One REST request of the bot; ``path`` without the API's own prefix."""

    method: str
    path: str
    body: Any


@dataclass(slots=True, kw_only=True)
class _Interaction:
    id: str
    user: str
    guild: str | None
    channel: str
    began: float
    pressed: Message | None = None
    response: int = 0
    choices: list[str] = field(default_factory=list)
    modal: Json = field(default_factory=dict)
    ephemeral: bool = False
    original: Message | None = None
    expired: bool = False


@dataclass(slots=True, kw_only=True)
class _Refusal:
    path: str
    status: int
    body: Json
    headers: dict[str, str]


class FakeDiscord:
    """Two guilds with a bot in them; Ann is a member of the first, Boss moderates it.

    ``unseen`` are channels, with their guild, that the bot is not told of when it connects.
    ``deadline`` is how many seconds the bot has for its first response to an interaction.
    """

    def __init__(self, *, deadline: float = 3.0) -> None:
        self.schema = DiscordSchema()
        self.deadline = deadline
        self.bot = user_object(APPLICATION, "Quoth", bot=True)
        self.users = {name: user_object(snowflake(), name) for name in ("Ann", "Boss", "Stranger")}
        self.members: dict[str, dict[str, list[str]]] = {GUILD: {"Ann": [], "Boss": [MODS]}, OTHER_GUILD: {}}
        self.commands: list[Json] = []
        self.requests: list[Request] = []
        self.messages: list[Message] = []
        self.files: dict[str, bytes] = {}
        self.uploads: dict[str, bytes] = {}
        self.unseen: dict[str, str] = {}
        self.faults: list[str] = []
        self.posts: dict[str, Json] = {}
        self.audit_log: list[Json] = []
        self.forum = forum_object(FORUM, GUILD)
        self.history = History()
        self.permissions = VIEW_AND_SEND
        self.gateway = Gateway(TOKEN, self._greeting)
        self.url = ""
        self._changed = asyncio.Event()
        self._refusals: deque[_Refusal] = deque()
        self._by_nonce: dict[tuple[str, str], Message] = {}
        self._interactions: dict[str, _Interaction] = {}
        self._runner = web.AppRunner(self._web_app(), access_log=None, shutdown_timeout=0.1)

    @property
    def api_url(self) -> str:
        """What goes into QUOTH_DISCORD_API_URL."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """What goes into QUOTH_DISCORD_GATEWAY_URL."""
        return f"{self.url.replace('http', 'ws')}/gateway"

    async def __aenter__(self) -> "FakeDiscord":
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.close()
        await self._runner.cleanup()
        if kind is None and self.faults:
            raise AssertionError("Discord would have refused:\n" + "\n".join(self.faults))

    # What people do

    async def command(
        self,
        user: str,
        name: str,
        options: Json | None = None,
        *,
        guild: str | None = GUILD,
        channel: str = "",
    ) -> Message:
        """Give a slash command ("source add" is one of a group) and return what is shown next.

        An option whose value is bytes with a name, ``("guide.md", b"...")``, is an attached file; one
        whose value is the object of a role or channel is that.
        """
        data = self._command_data(name, options or {})
        return await self._shown_after(await self.interact(COMMAND, data, user, guild, channel))

    async def menu(self, user: str, name: str, content: str, *, guild: str | None = GUILD) -> Message:
        """Choose a command in the menu of somebody's message with this content."""
        return await self._shown_after(await self.menu_only(user, name, content, guild=guild))

    async def menu_only(
        self,
        user: str,
        name: str,
        content: str,
        *,
        guild: str | None = GUILD,
        channel: str = GENERAL,
        author: Json | None = None,
        **more: Any,
    ) -> _Interaction:
        """Choose a command in the menu of somebody's message, and wait for nothing."""
        author = author or self.users["Boss"]
        target = message_object(channel=channel, author=author, guild=None, content=content) | more
        data = {
            "id": self._registered(name)["id"],
            "name": name,
            "type": 3,
            "target_id": target["id"],
            "resolved": {"messages": {target["id"]: target}},
        }
        return await self.interact(COMMAND, data, user, guild, "" if guild is None else channel)

    async def submit(self, interaction: _Interaction, **values: str) -> Message:
        """Fill in the form that an interaction has opened, in the order of its fields, and send it."""
        modal = await self.until(lambda: interaction.modal)
        fields = [label["component"] for label in modal["components"]]
        parts = [
            {"type": LABEL, "id": number, "component": {**_filled(field), "value": value}}
            for number, (field, value) in enumerate(zip(fields, values.values(), strict=True))
        ]
        data = {"custom_id": modal["custom_id"], "components": parts}
        sent = await self.interact(SUBMIT, data, interaction.user, interaction.guild, interaction.channel)
        return await self._shown_after(sent)

    async def edit(self, message: Json, content: str, *, edited_at: str | None = "") -> None:
        """Let a message say something else. None for ``edited_at``: Discord merely shows it anew."""
        now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        edited = now if edited_at == "" else edited_at
        self.history.change(message, content)
        await self.gateway.send("MESSAGE_UPDATE", message | {"content": content, "edited_timestamp": edited})

    async def delete(self, *messages: Json) -> None:
        """Delete a message, or several at once."""
        self.history.erase(messages)
        place = {"channel_id": messages[0]["channel_id"]}
        place |= {"guild_id": messages[0]["guild_id"]} if "guild_id" in messages[0] else {}
        ids = [message["id"] for message in messages]
        if len(ids) == 1:
            await self.gateway.send("MESSAGE_DELETE", place | {"id": ids[0]})
        else:
            await self.gateway.send("MESSAGE_DELETE_BULK", place | {"ids": ids})

    async def press(self, user: str, message: Message, label: str) -> Message:
        """Press a button of a message and return what is shown next."""
        return await self._shown_after(await self.press_only(user, message, label))

    async def press_only(self, user: str, message: Message, label: str, custom_id: str = "") -> _Interaction:
        """Press a button, or one with another id, and wait for nothing."""
        data = {
            "component_type": BUTTON,
            "custom_id": custom_id or message.button(label)["custom_id"],
            "id": 1,
        }
        return await self.interact(COMPONENT, data, user, message.guild, message.channel, message)

    async def choices(self, user: str, name: str, option: str, typed: str) -> list[str]:
        """Type into an option that completes itself and return what is offered."""
        data = self._command_data(name, {option: typed}, focused=option)
        interaction = await self.interact(COMPLETION, data, user, GUILD, "")
        await self.until(lambda: interaction.response == AUTOCOMPLETE)
        return interaction.choices

    async def say(self, user: str, content: str, *, guild: str | None = GUILD, channel: str = "") -> Message:
        """Write a message and return what the bot shows next."""
        before = len(self.messages)
        await self.write(user, content, guild=guild, channel=channel)
        await self.until(lambda: len(self.messages) > before)
        return self.messages[before]

    async def reply(self, user: str, content: str, to: Message) -> Message:
        """Reply to a message of the bot, with its ping on, and return what the bot shows next."""
        before = len(self.messages)
        await self.write(user, "", content_seen=content, mentions=[self.bot], type=19, referenced=to.raw)
        await self.until(lambda: len(self.messages) > before)
        return self.messages[before]

    async def write(
        self,
        user: str,
        content: str,
        *,
        guild: str | None = GUILD,
        channel: str = "",
        content_seen: str = "",
        referenced: Json | None = None,
        **more: Any,
    ) -> Json:
        """Write a message and wait for nothing. The bot sees its content only where Discord lets it.

        ``content_seen`` is what it sees all the same; ``referenced`` is the message that this replies to.
        """
        if content_seen:
            more["content"] = content_seen
        if referenced is not None:
            names = {"message_id": referenced["id"], "channel_id": referenced["channel_id"]}
            more |= {"message_reference": names, "referenced_message": referenced}
        everyone = {person["id"]: person for person in (*self.users.values(), self.bot)}
        mentions = mentioned(content, everyone)
        visible = guild is None or self.bot in mentions or bool(self.gateway.intents & MESSAGE_CONTENT)
        message = message_object(
            channel=channel or self._channel(guild, user),
            author=self.users[user],
            guild=guild,
            member=self._member(user, guild, with_user=False) if guild else None,
            content=content if visible else "",
            mentions=mentions,
        )
        self.history.note(message | {"content": content} | more)
        await self.gateway.send("MESSAGE_CREATE", message | more)
        return message

    async def open_post(
        self, user: str, title: str, content: str, *, parent: str = FORUM, type: int = 11
    ) -> str:
        """Open a post in the forum, or a thread in another channel, and return its id; waits for nothing.

        ``type`` 12 is a private thread.
        """
        id = snowflake()
        post = thread_object(id, GUILD, parent=parent, owner=self.users[user]["id"], name=title) | {
            "type": type
        }
        self.posts[id] = post
        await self.gateway.send("THREAD_CREATE", post | {"newly_created": True})
        own: Json = {"id": id} if parent == FORUM else {}
        await self.write(user, content, channel=id, **own)
        return id

    async def pin(self, message: Json, content: str) -> None:
        """Pin a message that says this, which the gateway may have hidden."""
        self.history.pin(message | {"content": content})
        await self._tell_of_pins(message["channel_id"])

    async def unpin(self, message: Json) -> None:
        """Pin a message no more."""
        self.history.unpin(message)
        await self._tell_of_pins(message["channel_id"])

    async def _tell_of_pins(self, channel: str) -> None:
        told = {"guild_id": GUILD, "channel_id": channel, "last_pin_timestamp": None}
        await self.gateway.send("CHANNEL_PINS_UPDATE", told)

    async def close_to_everyone(self, channel: Json) -> None:
        """Let nobody but the bot read a channel of the first guild."""
        hidden = {"id": GUILD, "type": 0, "allow": "0", "deny": str(VIEW_CHANNEL)}
        bot = {"id": self.bot["id"], "type": 1, "allow": str(VIEW_CHANNEL), "deny": "0"}
        await self.gateway.send("CHANNEL_UPDATE", channel | {"permission_overwrites": [hidden, bot]})

    async def archive(self, post: str) -> None:
        """Archive a post, as time does."""
        self.posts[post]["thread_metadata"]["archived"] = True
        await self.gateway.send("THREAD_UPDATE", self.posts[post])

    async def offer_tags(self, *tags: Json) -> None:
        """Let the forum have these tags and no others."""
        self.forum["available_tags"] = list(tags)
        await self.gateway.send("CHANNEL_UPDATE", self.forum)

    async def apply_tags(self, post: str, *tags: str) -> None:
        """Let a post have the tags with these ids and no others."""
        self.posts[post]["applied_tags"] = list(tags)
        await self.gateway.send("THREAD_UPDATE", self.posts[post])

    async def allow(self, permissions: int) -> None:
        """Give everybody in the first guild, and so the bot, these permissions beside the usual ones."""
        self.permissions = VIEW_AND_SEND | permissions
        role = role_object(GUILD, "@everyone", self.permissions)
        await self.gateway.send("GUILD_ROLE_UPDATE", {"guild_id": GUILD, "role": role})

    async def interact(
        self,
        type: int,
        data: Json,
        user: str,
        guild: str | None,
        channel: str,
        message: Message | None = None,
        context: int | None = None,
    ) -> _Interaction:
        """Send an interaction and wait for nothing; ``context`` 2 is a channel of people, in no guild."""
        channel = channel or self._channel(guild, user)
        payload = interaction_object(
            type,
            data,
            user=self.users[user],
            guild=guild,
            channel=channel,
            member=self._member(user, guild) if guild else None,
            context=context,
        )
        if channel in self.posts:
            payload["channel"] = self.posts[channel]
        if message is not None:
            payload["message"] = message.raw
        interaction = _Interaction(
            id=payload["id"],
            user=user,
            guild=guild,
            channel=channel,
            began=time.monotonic(),
            pressed=message,
        )
        self._interactions[payload["token"]] = interaction
        await self.gateway.send("INTERACTION_CREATE", payload)
        return interaction

    def attach(self, name: str, data: bytes) -> Json:
        """Keep a file and return its object."""
        id = snowflake()
        self.files[id] = data
        url = f"{self.url}/attachments/{id}/{name}"
        return {"id": id, "filename": name, "size": len(data), "url": url, "proxy_url": url}

    # How it is told

    async def connected(self) -> None:
        """Wait until a bot has identified."""
        await self.until(lambda: self.gateway.identified)

    async def until(self, condition: Callable[[], T]) -> T:
        """Wait until something holds, looking whenever anything has happened here."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (value := condition()):
                happened = [
                    asyncio.ensure_future(event.wait()) for event in (self._changed, self.gateway.changed)
                ]
                try:
                    await asyncio.wait(happened, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for waiting in happened:
                        waiting.cancel()
        return value

    def refuse(
        self, path: str, status: int, code: int = 0, *, retry_after: float | None = None, times: int = 1
    ) -> None:
        """Let the next requests whose path holds ``path`` fail."""
        body: Json = {"message": "refused", "code": code}
        headers = {}
        if retry_after is not None:
            body |= {"retry_after": retry_after, "global": False}
            headers = {"Retry-After": str(retry_after), "Via": "1.1 google"}
        self._refusals.extend([_Refusal(path=path, status=status, body=body, headers=headers)] * times)

    def expire_interactions(self) -> None:
        """End the life of every interaction's token, as 15 minutes do."""
        for interaction in self._interactions.values():
            interaction.expired = True

    def requests_of(self, method: str, path: str) -> list[Request]:
        """Return the bot's requests whose path holds ``path``."""
        return [each for each in self.requests if each.method == method and path in each.path]

    async def _shown_after(self, interaction: _Interaction) -> Message:
        before = len(self.messages)
        edits = interaction.pressed.edits if interaction.pressed else 0

        def shown() -> Message | None:
            if len(self.messages) > before:
                return self.messages[before]
            pressed = interaction.pressed
            return pressed if pressed and pressed.edits > edits else None

        found = await self.until(shown)
        assert found is not None
        return found

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    # Who and what there is

    def _greeting(self, session: str) -> list[tuple[str, Json]]:
        ready = {
            "v": 10,
            "user": self.bot,
            "guilds": [{"id": guild, "unavailable": True} for guild in self.members],
            "session_id": session,
            "resume_gateway_url": self.gateway_url,
            "application": {"id": APPLICATION, "flags": 0},
        }
        channels = {GUILD: GENERAL, OTHER_GUILD: OTHER_GENERAL}
        guilds = [
            ("GUILD_CREATE", guild_object(guild, snowflake(), channels[guild], self.bot))
            for guild in self.members
        ]
        return [("READY", ready), *guilds]

    def _member(self, name: str, guild: str, *, with_user: bool = True) -> Json:
        roles = self.members[guild][name]
        permissions = VIEW_AND_SEND | (MANAGE_GUILD if MODS in roles else 0)
        return member_object(self.users[name] if with_user else None, roles, permissions)

    def _channel(self, guild: str | None, user: str) -> str:
        if guild is None:
            return self.direct_channel(user)
        return GENERAL if guild == GUILD else OTHER_GENERAL

    def direct_channel(self, user: str) -> str:
        return str(int(self.users[user]["id"]) + 1)

    def _registered(self, name: str) -> Json:
        for command in self.commands:
            if command["name"] == name:
                return command
        raise AssertionError(f"The bot has registered no command {name!r}.")

    def _command_data(self, name: str, options: Json, focused: str = "") -> Json:
        group, _, sub = name.partition(" ")
        command = self._registered(group)
        resolved: Json = {}
        roles: Json = {}
        channels: Json = {}
        given = []
        for option, value in options.items():
            if isinstance(value, tuple):
                file = self.attach(*value)
                resolved[file["id"]] = file
                given.append({"name": option, "type": ATTACHMENT, "value": file["id"]})
            elif isinstance(value, dict) and "permission_overwrites" in value:
                channels[value["id"]] = value | {"permissions": str(VIEW_AND_SEND)}
                given.append({"name": option, "type": CHANNEL, "value": value["id"]})
            elif isinstance(value, dict):
                roles[value["id"]] = value
                given.append({"name": option, "type": ROLE, "value": value["id"]})
            else:
                given.append({"name": option, "type": STRING, "value": value})
            if option == focused:
                given[-1]["focused"] = True
        if sub:
            given = [{"name": sub, "type": SUBCOMMAND, "options": given}]
        data: Json = {"id": command["id"], "name": group, "type": 1, "options": given}
        if channels:
            return data | {"resolved": {"channels": channels}}
        if roles:
            return data | {"resolved": {"roles": roles}}
        return data | ({"resolved": {"attachments": resolved}} if resolved else {})

    # The server

    def _web_app(self) -> web.Application:
        app = web.Application(client_max_size=2**26)
        app.add_routes(
            [
                web.get("/gateway", self.gateway.serve),
                web.get("/attachments/{id}/{name}", self._serve_file),
                web.route("*", "/api/v10/{path:.*}", self._serve_api),
            ]
        )
        return app

    async def _serve_file(self, request: web.Request) -> web.Response:
        data = self.files.get(request.match_info["id"])
        return web.Response(body=data) if data is not None else web.Response(status=404)

    async def _serve_api(self, request: web.Request) -> web.Response:
        method, path = request.method, "/" + request.match_info["path"]
        body = await self._read(request)
        self.requests.append(Request(method=method, path=path, body=body))
        response = self._refusal(path) or self._check(request, method, path, body)
        if response is None:
            response = self._answer(method, path.strip("/").split("/"), body, request.query)
        self._notify()
        return response

    async def _read(self, request: web.Request) -> Any:
        """Return the body as JSON; files that come along are kept by name."""
        if request.content_type != "multipart/form-data":
            text = await request.text()
            return json.loads(text) if text else None
        form = await request.post()
        for part in form.values():
            if isinstance(part, web.FileField):
                self.uploads[part.filename] = part.file.read()
        return json.loads(str(form["payload_json"]))

    def _refusal(self, path: str) -> web.Response | None:
        for refusal in self._refusals:
            if refusal.path in path:
                self._refusals.remove(refusal)
                return _json(refusal.body, refusal.status, refusal.headers)
        return None

    def _check(self, request: web.Request, method: str, path: str, body: Any) -> web.Response | None:
        is_by_token = path.startswith(("/interactions", "/webhooks"))
        if not is_by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _error(401, 0, "401: Unauthorized")
        faults = self.schema.faults(method, path, body) if body is not None else []
        self.faults += faults
        return _error(400, 50035, "; ".join(faults)) if faults else None

    def _answer(self, method: str, path: list[str], body: Any, query: Mapping[str, str]) -> web.Response:
        match method, *path:
            case "GET", "users", "@me":
                return _json(self.bot)
            case "GET", "oauth2", "applications", "@me":
                return _json(self._application())
            case "PUT", "applications", _, "commands":
                self.commands = [_command(command) for command in body]
                return _json(self.commands)
            case "GET", "guilds", _, "audit-logs":
                return self._audit_log()
            case "GET", "guilds", guild, "members", user:
                return self._find_member(guild, user)
            case "POST", "users", "@me", "channels":
                [name] = [n for n, person in self.users.items() if person["id"] == str(body["recipient_id"])]
                recipient = {"recipients": [self.users[name]]}
                return _json(channel_object(self.direct_channel(name), None) | recipient)
            case "POST", "channels", channel, "messages":
                return self._send(channel, body)
            case "GET", "guilds", guild, "threads", "active":
                return self._threads(guild=guild, archived=False)
            case "GET", "channels", channel, "threads", "archived", "public":
                return self._threads(parent=channel, archived=True)
            case "GET", "channels", channel, "messages", "pins":
                return _json(self.history.pins(channel, query, hidden=self._hides_content))
            case "GET", "channels", channel, "messages":
                return _json(self.history.messages(channel, query, hidden=self._hides_content))
            case "GET", "channels", channel:
                return self._find_channel(channel)
            case "PATCH", "channels", channel:
                return self._change_post(channel, body)
            case (("PATCH" | "DELETE"), "channels", channel, "messages", message):
                return self._change(channel, message, body)
            case "POST", "interactions", _, token, "callback":
                return self._respond(token, body)
            case "DELETE", "webhooks", _, token, "messages", "@original":
                return self._delete_original(token)
            case "PATCH", "webhooks", _, token, "messages", "@original":
                return self._edit_original(token, body)
            case "POST", "webhooks", _, token:
                return self._follow_up(token, body)
            case _:
                self.faults.append(f"{method} {path} is not a request that this Discord knows")
                return _error(404, 0, "404: Not Found")

    def _application(self) -> Json:
        return {
            "id": APPLICATION,
            "name": "Quoth",
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "owner": self.users["Boss"],
            "team": None,
            "summary": "",
        }

    def _audit_log(self) -> web.Response:
        nothing: Json = {
            kind: []
            for kind in (
                "application_commands",
                "auto_moderation_rules",
                "guild_scheduled_events",
                "integrations",
                "threads",
                "webhooks",
            )
        }
        people = [*self.users.values(), self.bot]
        return _json(nothing | {"audit_log_entries": self.audit_log, "users": people})

    def _find_member(self, guild: str, user: str) -> web.Response:
        for name, person in self.users.items():
            if person["id"] == user and name in self.members.get(guild, {}):
                return _json(self._member(name, guild))
        return _error(404, 10007, "Unknown Member")

    def _send(self, channel: str, body: Json) -> web.Response:
        guilds = {GENERAL: GUILD, THREAD: GUILD, OTHER_GENERAL: OTHER_GUILD}
        guild = guilds.get(channel) or (GUILD if channel in self.posts else None)
        reference = (body.get("message_reference") or {}).get("message_id", "")
        nonce = body.get("nonce") if body.get("enforce_nonce") else None
        if nonce and (channel, nonce) in self._by_nonce:
            return _json(self._by_nonce[channel, nonce].raw)
        message = self._new(channel, guild, body, answers_to=str(reference))
        if nonce:
            self._by_nonce[channel, nonce] = message
        return _json(message.raw)

    def _find_channel(self, channel: str) -> web.Response:
        if channel in self.posts:
            return _json(self.posts[channel])
        guild = self.unseen.get(channel)
        if guild is None:
            return _error(404, 10003, "Unknown Channel")
        return _json(channel_object(channel, guild))

    @property
    def _hides_content(self) -> bool:
        return not self.gateway.intents & MESSAGE_CONTENT

    def _threads(self, *, guild: str = "", parent: str = "", archived: bool) -> web.Response:
        threads = [
            post
            for post in self.posts.values()
            if guild in ("", post["guild_id"])
            and parent in ("", post["parent_id"])
            and post["thread_metadata"]["archived"] is archived
        ]
        return _json({"threads": threads, "members": [], "has_more": False})

    def _change_post(self, id: str, body: Json) -> web.Response:
        """Change the tags of a post, or archive it: that takes a permission. Anybody may open it again."""
        post = self.posts.get(id)
        if post is None:
            return _error(404, 10003, "Unknown Channel")
        if body.get("archived") is False:
            post["thread_metadata"]["archived"] = False
            return _json(post)
        if not self.permissions & MANAGE_THREADS:
            return _error(403, 50013, "Missing Permissions")
        if body.get("archived"):
            post["thread_metadata"]["archived"] = True
            return _json(post)
        known = {tag["id"] for tag in self.forum["available_tags"]}
        if not set(body["applied_tags"]) <= known:
            return _error(400, 40066, "There are no tags available that can be set")
        post["applied_tags"] = body["applied_tags"]
        return _json(post)

    def _change(self, channel: str, id: str, body: Json | None) -> web.Response:
        """Edit a message of the bot, or without a body delete it. Nobody finds an ephemeral one."""
        for message in self.messages:
            if (message.channel, message.raw["id"], message.only_for) == (channel, id, ""):
                if body is None:
                    self.messages.remove(message)
                    message.deleted = True
                    return web.Response(status=204)
                if self._is_archived(channel):
                    return _error(400, 50083, "Thread is archived")
                self._edit(message, body)
                return _json(message.raw)
        return _error(404, 10008, "Unknown Message")

    def _is_archived(self, channel: str) -> bool:
        post = self.posts.get(channel)
        return post is not None and bool(post["thread_metadata"]["archived"])

    def _edit(self, message: Message, body: Json) -> None:
        message.raw |= {key: body[key] for key in ("content", "components") if body.get(key) is not None}
        message.raw["flags"] |= int(body.get("flags") or 0)
        message.edits += 1
        message.edited_at.append(time.monotonic())

    def _respond(self, token: str, body: Json) -> web.Response:
        interaction = self._interactions[token]
        if time.monotonic() - interaction.began > self.deadline:
            return _error(404, 10062, "Unknown interaction")
        if interaction.response:
            return _error(400, 40060, "Interaction has already been acknowledged.")
        interaction.response = body["type"]
        data = body.get("data") or {}
        answer: Json = {"interaction": {"id": interaction.id, "type": COMMAND}}
        if body["type"] == AUTOCOMPLETE:
            interaction.choices = [choice["value"] for choice in data["choices"]]
        elif body["type"] == DEFER:
            interaction.ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
        elif body["type"] == MODAL:
            interaction.modal = data
        elif body["type"] == DEFER_UPDATE:
            interaction.original = interaction.pressed
        elif body["type"] == SEND:
            interaction.original = self._answer_to(interaction, data)
            answer["resource"] = {"type": SEND, "message": interaction.original.raw}
        return _json(answer)

    def _edit_original(self, token: str, body: Json) -> web.Response:
        interaction = self._interactions[token]
        if interaction.expired or not interaction.response:
            return _error(404, 10015, "Unknown Webhook")
        message = interaction.original
        if message is None:
            flags = body.get("flags", 0) | (EPHEMERAL if interaction.ephemeral else 0)
            interaction.original = self._answer_to(interaction, body | {"flags": flags})
            return _json(interaction.original.raw)
        self._edit(message, body)
        return _json(message.raw)

    def _delete_original(self, token: str) -> web.Response:
        interaction = self._interactions[token]
        if interaction.expired or interaction.original is None:
            return _error(404, 10015, "Unknown Webhook")
        interaction.original.deleted = True
        self.messages.remove(interaction.original)
        return web.Response(status=204)

    def _follow_up(self, token: str, body: Json) -> web.Response:
        interaction = self._interactions[token]
        if interaction.expired or not interaction.response:
            return _error(404, 10015, "Unknown Webhook")
        return _json(self._answer_to(interaction, body).raw)

    def _answer_to(self, interaction: _Interaction, body: Json) -> Message:
        is_ephemeral = bool(int(body.get("flags") or 0) & EPHEMERAL)
        only_for = interaction.user if is_ephemeral else ""
        return self._new(interaction.channel, interaction.guild, body, only_for=only_for)

    def _new(
        self, channel: str, guild: str | None, body: Json, *, only_for: str = "", answers_to: str = ""
    ) -> Message:
        raw = message_object(
            channel=channel,
            author=self.bot,
            content=body.get("content") or "",
            flags=int(body.get("flags") or 0),
            components=body.get("components") or [],
        )
        message = Message(channel=channel, guild=guild, raw=raw, only_for=only_for, answers_to=answers_to)
        self.messages.append(message)
        return message


def _filled(field: Json) -> Json:
    return {name: field[name] for name in ("type", "custom_id")} | {"id": 1}


def _command(command: Json) -> Json:
    defaults = {
        "type": 1,
        "description": "",
        "options": [],
        "default_member_permissions": None,
        "nsfw": False,
    }
    return defaults | command | {"id": snowflake(), "application_id": APPLICATION, "version": snowflake()}


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # Discord names no charset, and its libraries look for exactly this type.
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={"Content-Type": "application/json", **(headers or {})},
    )


def _error(status: int, code: int, message: str) -> web.Response:
    return _json({"message": message, "code": code}, status)
