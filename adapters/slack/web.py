"""Serves Slack's signed HTTP requests, for those who do not want Socket Mode."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
TIMESTAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"


@asynccontextmanager
async def serving(app: AsyncApp, secret: str, host: str, port: int) -> AsyncIterator[str]:
    """Listen for as long as the block runs, and yield the address. Raises OSError."""
    runner = web.AppRunner(_web_app(app, SignatureVerifier(secret)), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0]
        yield f"http://{bound[0]}:{bound[1]}"
    finally:
        await runner.cleanup()


def _web_app(app: AsyncApp, verifier: SignatureVerifier) -> web.Application:
    async def events(request: web.Request) -> web.StreamResponse:
        # Bolt reads the body before it checks the signature: junk would fill the log with tracebacks.
        if not _is_signed(verifier, request, await request.read()):
            return web.Response(status=401)
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    async def health(request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok")

    web_app = web.Application()
    web_app.add_routes([web.post(EVENTS_PATH, events), web.get(HEALTH_PATH, health)])
    return web_app


def _is_signed(verifier: SignatureVerifier, request: web.Request, body: bytes) -> bool:
    """Whether Slack signed this body less than five minutes ago."""
    timestamp = request.headers.get(TIMESTAMP, "")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):  # the verifier would raise at int()
        return False
    try:
        return verifier.is_valid(body.decode(), timestamp, request.headers.get(SIGNATURE, ""))
    except (UnicodeDecodeError, TypeError):  # no text, or a signature that is not ASCII
        return False
