"""Slack's errors, as the operator's: one table of what may come out of its libraries."""

from typing import Any

import aiohttp
from slack_bolt.error import BoltError
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import AdapterFailure, QuothError, TokenRejected
from bot.messages import Fate

# What an operator mends with another token, by Slack's own error codes.
TOKEN_CODES = frozenset(
    {
        "access_denied",
        "account_inactive",
        "app_uninstalled",
        "invalid_auth",
        "missing_args",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)

# Everything that talking to Slack may raise; what is not in here is a fault of ours.
FOREIGN = (SlackClientError, BoltError, aiohttp.ClientError, TimeoutError, OSError)


REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "its address was not found"),
    (aiohttp.ClientSSLError, "its certificate could not be checked"),
    (TimeoutError, "it did not answer in time"),
    (aiohttp.ClientConnectorError, "it takes no connection"),
    (aiohttp.ClientError, "the connection broke off"),
)
"""What the errors of a connection mean to people, the narrowest first."""


def code_of(error: BaseException) -> str:
    """Return Slack's error code, or the error's class where Slack did not answer with one."""
    return str(_answer(error).get("error") or type(error).__name__)


NOT_A_MEMBER = frozenset({"not_in_channel", "no_permission"})
RESTRICTED = "restricted_action"
RESTRICTED_TOO = frozenset({"app_access_restricted", "ekm_access_denied", "posting_to_channel_denied"})


def lacking(error: BaseException) -> str:
    """Return what the bot lacks to post in a channel; nothing where it lacks no permission."""
    code = code_of(error)
    if code == "missing_scope":
        return f"the scope {_answer(error).get('needed') or 'chat:write'}"
    if code in NOT_A_MEMBER:
        return "a membership: /invite me"
    if code == "messages_tab_disabled":
        return "the Messages tab, which is switched off on the app's page"
    is_restricted = code in RESTRICTED_TOO or code.startswith(RESTRICTED)
    return "the right to post, which the workspace restricts there" if is_restricted else ""


FOR_GOOD = frozenset(
    {
        "cannot_dm_bot",
        "cannot_reply_to_message",
        "cant_delete_message",
        "cant_update_message",
        "channel_not_found",
        "channel_type_not_supported",
        "compliance_exports_prevent_deletion",
        "ekm_access_denied",
        "edit_window_closed",
        "is_archived",
        "is_inactive",
        "message_not_found",
        "messages_tab_disabled",
        "not_in_channel",
        "team_access_not_granted",
        "user_disabled",
        "user_not_found",
    }
)
"""What no waiting mends. All else may: Slack has many codes, and new ones come."""


def fate_of(error: BaseException) -> Fate:
    """Return whether it is any use to ask for the same thing later."""
    code = code_of(error)
    return Fate.REFUSED if code in FOR_GOOD or code.startswith(RESTRICTED) else Fate.LATER


def failure_of(error: BaseException, variable: str) -> QuothError:
    """Say in one sentence why the bot cannot connect with the token in ``variable``."""
    code = code_of(error)
    if code == "missing_scope":
        return TokenRejected(
            f"The token in {variable} lacks the scope {_answer(error).get('needed', '')!r}."
            " Add it on the app's page on api.slack.com, and copy the token anew into .env."
        )
    if code in TOKEN_CODES:
        return TokenRejected(
            f"Slack rejects the token in {variable} ({code})."
            " Copy it anew from the app's page on api.slack.com into .env."
        )
    return AdapterFailure(
        f"Slack could not be reached: {_reason(error)}. Check the network and status.slack.com."
    )


def _reason(error: BaseException) -> str:
    for kind, reason in REASONS:
        if isinstance(error, kind):
            return reason
    code = _answer(error).get("error")
    return f"it answers with the error {code}" if code else "what answers is not Slack, or nothing does"


def _answer(error: BaseException) -> dict[str, Any]:
    """Return what Slack answered; raw bytes or text come from something between us and Slack."""
    if not isinstance(error, SlackApiError):
        return {}
    answer = getattr(error.response, "data", error.response)
    return answer if isinstance(answer, dict) else {}
