"""Discord's gateway: HELLO, IDENTIFY, heartbeats, events in order, RESUME with what was missed."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_payloads import snowflake

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 9, 10, 11
WRONG_TOKEN, FORBIDDEN_INTENTS = 4004, 4014
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = (1 << 1) | (1 << 8) | MESSAGE_CONTENT
HEARTBEAT_MS = 41_250


@dataclass(slots=True)
class _Session:
    id: str
    events: list[Json] = field(default_factory=list)


class Gateway:
    """One connection at a time; ``greeting`` says which events follow an IDENTIFY, READY first.

    ``granted`` are the privileged intents that the developer portal has switched on.
    """

    def __init__(self, token: str, greeting: Callable[[str], list[tuple[str, Json]]]) -> None:
        self.token = token
        self.identified = 0
        self.resumed = 0
        self.heartbeats = 0
        self.intents = 0
        self.granted = 0
        self.changed = asyncio.Event()
        self._greeting = greeting
        self._session: _Session | None = None
        self._socket: web.WebSocketResponse | None = None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Speak with one client until either side goes."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}, "s": None, "t": None})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._hear(socket, json.loads(frame.data))
        if self._socket is socket:
            self._socket = None
        return socket

    async def send(self, name: str, data: Json) -> None:
        """Send an event; a client that is away gets it when it resumes."""
        assert self._session is not None, "the bot has never identified"
        event = {"op": DISPATCH, "t": name, "s": len(self._session.events) + 1, "d": data}
        self._session.events.append(event)
        if self._socket is not None and not self._socket.closed:
            await self._socket.send_json(event)

    def cut(self) -> None:
        """Tear the connection, as a network does, with no farewell."""
        socket, self._socket = self._socket, None
        assert socket is not None, "nobody is connected"
        transport = socket._req.transport if socket._req else None
        assert transport is not None
        transport.abort()

    def forget(self) -> None:
        """Forget the session, so that it cannot be resumed."""
        self._session = None

    async def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            await self._socket.close()

    async def _hear(self, socket: web.WebSocketResponse, frame: Json) -> None:
        op, data = frame["op"], frame["d"]
        if op == HEARTBEAT:
            self.heartbeats += 1
            await socket.send_json({"op": ACK, "d": None, "s": None, "t": None})
        elif op == IDENTIFY:
            await self._identify(socket, data)
        elif op == RESUME:
            await self._resume(socket, data)
        self._notify()

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        self.intents = data["intents"]
        if data["token"] != self.token:
            await socket.close(code=WRONG_TOKEN, message=b"Authentication failed.")
        elif self.intents & PRIVILEGED & ~self.granted:
            await socket.close(code=FORBIDDEN_INTENTS, message=b"Disallowed intent(s).")
        else:
            self.identified += 1
            self._session, self._socket = _Session(snowflake()), socket
            for name, event in self._greeting(self._session.id):
                await self.send(name, event)

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        if self._session is None or data["session_id"] != self._session.id or data["token"] != self.token:
            await socket.send_json({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        self.resumed += 1
        missed = self._session.events[data["seq"] :]
        for event in missed:
            await socket.send_json(event)
        self._socket = socket
        await self.send("RESUMED", {})

    def _notify(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
