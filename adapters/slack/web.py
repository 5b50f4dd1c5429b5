"""Serves Slack's signed HTTP requests, for those who do not want Socket Mode."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.slack.failures import FOREIGN, code_of
from adapters.slack.guide import EVENTS_PATH

HEALTH_PATH = "/healthz"
TIMESTAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"

AWAY = "Slack could not be reached. Nothing was installed; please begin anew in a minute."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.get_logger("quoth.slack")


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
    if flow := app.oauth_flow:
        web_app.router.add_get(flow.install_path, _served_by(flow.handle_installation))
        web_app.router.add_get(flow.redirect_uri_path, _served_by(flow.handle_callback))
    return web_app


def _served_by(handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Handler:
    async def page(request: web.Request) -> web.StreamResponse:
        try:
            return await to_aiohttp_response(await handle(await to_bolt_request(request)))
        except FOREIGN as error:
            _log.warning("An installation did not reach Slack.", code=code_of(error))
            return web.Response(status=502, text=AWAY)

    return page


def _is_signed(verifier: SignatureVerifier, request: web.Request, body: bytes) -> bool:
    """Whether Slack signed this body less than five minutes ago."""
    timestamp = request.headers.get(TIMESTAMP, "")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):  # the verifier would raise at int()
        return False
    try:
        return verifier.is_valid(body.decode(), timestamp, request.headers.get(SIGNATURE, ""))
    except (UnicodeDecodeError, TypeError):  # no text, or a signature that is not ASCII
        return False
