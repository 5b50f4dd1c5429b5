"""The table of foreign errors."""

import inspect

import aiohttp
import pytest
import slack_bolt.error
import slack_sdk.errors
from slack_sdk.errors import SlackApiError

from adapters.slack.failures import FOREIGN, TOKEN_CODES, failure_of, lacking
from adapters.slack.outlets import BLOCKS_REFUSED
from adapters.slack.retries import NOT_NOW
from bot.errors import AdapterFailure, TokenRejected
from tests.fakes.slack_schema import SPECS, SlackSchema


def refusal(message: str, response: object) -> SlackApiError:
    return SlackApiError(message, response)  # type: ignore[no-untyped-call]


def errors_of(module: object) -> list[type[Exception]]:
    classes = [value for _, value in inspect.getmembers(module, inspect.isclass)]
    return [value for value in classes if issubclass(value, Exception)]


@pytest.mark.parametrize(
    "error",
    [*errors_of(slack_sdk.errors), *errors_of(slack_bolt.error), aiohttp.ClientError, TimeoutError, OSError],
    ids=lambda error: error.__name__,
)
def test_every_error_of_the_libraries_is_in_the_table(error: type[Exception]) -> None:
    assert issubclass(error, FOREIGN)


@pytest.mark.parametrize("code", sorted(TOKEN_CODES))
def test_a_bad_token_is_named_by_its_variable(code: str) -> None:
    failure = failure_of(refusal("no", {"ok": False, "error": code}), "SLACK_APP_TOKEN")
    assert isinstance(failure, TokenRejected)
    assert "SLACK_APP_TOKEN" in str(failure)
    assert code in str(failure)


def test_a_missing_scope_is_named() -> None:
    answer = {"ok": False, "error": "missing_scope", "needed": "connections:write", "provided": ""}
    failure = failure_of(refusal("no", answer), "SLACK_APP_TOKEN")
    assert isinstance(failure, TokenRejected)
    assert "The token in SLACK_APP_TOKEN lacks the scope 'connections:write'." in str(failure)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refusal("no", {"ok": False, "error": "internal_error"}), "it answers with the error internal_error"),
        (refusal("a proxy's page", "<html>"), "what answers is not Slack, or nothing does"),
        (aiohttp.ClientConnectionError("gone"), "the connection broke off"),
        (aiohttp.ServerTimeoutError(), "it did not answer in time"),
        (TimeoutError(), "it did not answer in time"),
    ],
)
def test_all_else_is_a_failure_to_reach_slack_in_words(error: Exception, reason: str) -> None:
    failure = failure_of(error, "SLACK_BOT_TOKEN")
    assert type(failure) is AdapterFailure
    assert f"Slack could not be reached: {reason}. " in str(failure)


TOLD = {
    "app_access_restricted",
    "ekm_access_denied",
    "messages_tab_disabled",
    "missing_scope",
    "not_in_channel",
    "posting_to_channel_denied",
    "restricted_action",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "restricted_action_thread_only_channel",
}
"""What moderators can mend. Whatever else Slack lists is tried again, said in plain text or given up."""


@pytest.mark.skipif(not SPECS.exists(), reason="Slack's schemas are not here")
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral", "chat.update"])
def test_moderators_are_told_of_what_they_can_mend_and_of_nothing_else(method: str) -> None:
    codes = {*SlackSchema().errors(method), "missing_scope"}
    told = {code for code in codes if lacking(refusal("no", {"ok": False, "error": code}))}
    assert codes & TOLD == told
    assert not told & (BLOCKS_REFUSED | NOT_NOW)
