"""The two ways in which Slack calls an app: a websocket that the app opened, or signed HTTP."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

Json = dict[str, Any]
ACK_SECONDS = 3.0


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One thing that was told to the app, and how it took it."""

    kind: str
    payload: Json
    envelope_id: str = ""
    sent_at: float = 0.0
    ack_seconds: float | None = None
    ack_payload: Any = None
    status: int = 0

    @property
    def acked_in_time(self) -> bool:
        """Whether Slack would have been content."""
        return self.ack_seconds is not None and self.ack_seconds < ACK_SECONDS


class Transport(Protocol):
    """Brings a payload to the app."""

    async def deliver(self, kind: str, payload: Json, *, retry: int = 0) -> Delivery:
        """Bring it and wait until it was acknowledged."""
        ...


@dataclass
class SocketMode:
    """The server's side of Socket Mode. ``changed`` is called after anything that a test may await."""

    changed: Callable[[], None]
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    connections: int = 0
    _live: dict[web.WebSocketResponse, web.Request] = field(default_factory=dict)
    _greeted: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Any = field(default_factory=itertools.count)

    @property
    def connected(self) -> bool:
        """Whether the app is connected now."""
        return bool(self._live)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection of the app."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0"}})
        self._live[socket] = request
        self.connections += 1
        self._greeted.set()
        self.changed()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(json.loads(message.data))
        finally:
            self._forget(socket)
        return socket

    def _forget(self, socket: web.WebSocketResponse) -> None:
        self._live.pop(socket, None)
        if not self._live:
            self._greeted.clear()
        self.changed()

    def _acknowledge(self, answer: Json) -> None:
        delivery = self.deliveries[answer["envelope_id"]]
        delivery.ack_seconds = time.monotonic() - delivery.sent_at
        delivery.ack_payload = answer.get("payload")
        self.changed()

    async def send(self, kind: str, payload: Json, *, retry: int = 0) -> Delivery:
        """Send an envelope over a live connection and return without waiting for the ack."""
        await self._greeted.wait()
        envelope_id = f"envelope-{next(self._numbers)}"
        delivery = Delivery(kind=kind, payload=payload, envelope_id=envelope_id, sent_at=time.monotonic())
        self.deliveries[envelope_id] = delivery
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if retry:
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout"}
        await next(reversed(self._live)).send_json(envelope)
        return delivery

    async def refresh(self) -> None:
        """Ask the app to connect anew, as Slack does every few hours."""
        for socket in list(self._live):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    def abort(self) -> None:
        """Cut every connection without a word."""
        for socket, request in list(self._live.items()):
            self._forget(socket)
            if request.transport is not None:
                request.transport.abort()

    async def close(self) -> None:
        """Close every connection in good order."""
        for socket in list(self._live):
            await socket.close()


@dataclass
class SignedHttp:
    """Slack's side of HTTP delivery: it posts to ``url`` and signs with ``secret``."""

    url: str
    secret: str

    async def deliver(self, kind: str, payload: Json, *, retry: int = 0) -> Delivery:
        """Post a payload as Slack would and record how it was answered."""
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        delivery = Delivery(kind=kind, payload=payload, sent_at=time.monotonic())
        delivery.status, delivery.ack_payload = await self.post(*encode(kind, payload), more=headers)
        if delivery.status == 200:
            delivery.ack_seconds = time.monotonic() - delivery.sent_at
        return delivery

    async def post(
        self,
        body: bytes,
        content_type: str,
        *,
        timestamp: str | None = None,
        signature: str | None = None,
        more: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        """Post raw bytes; an empty ``timestamp`` or ``signature`` leaves the header out."""
        stamp = str(int(time.time())) if timestamp is None else timestamp
        signed = sign(self.secret, stamp, body) if signature is None else signature
        headers = {"Content-Type": content_type, **(more or {})}
        headers |= {"X-Slack-Request-Timestamp": stamp} if stamp else {}
        headers |= {"X-Slack-Signature": signed} if signed else {}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=headers) as response,
        ):
            return response.status, await response.text()


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature that Slack's documentation prescribes."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encode(kind: str, payload: Json) -> tuple[bytes, str]:
    """Return the body and its type: events are JSON, all else is a form."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"
