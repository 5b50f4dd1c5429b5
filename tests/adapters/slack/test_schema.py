"""The check that every other test leans on catches what Slack would refuse."""

import json
from typing import Any

import pytest

from adapters.slack.blocks import (
    button,
    context,
    feedback,
    link,
    plain,
    preformatted,
    rich_text,
    section,
    words,
)
from tests.fakes.slack_schema import SlackSchema

SCHEMA = SlackSchema()
needs_specs = pytest.mark.skipif(not SCHEMA.methods, reason="Slack's schemas are not here")
POST = {"token": "t", "channel": "C1", "text": "hi"}


def faults(*blocks: dict[str, Any], text: str = "hi") -> list[str]:
    return SCHEMA.faults("chat.postMessage", POST | {"text": text, "blocks": json.dumps(list(blocks))})


def test_what_is_right_passes() -> None:
    assert [] == faults(rich_text(section(words("hi"))))
    assert [] == SCHEMA.faults("chat.postMessage", POST | {"unfurl_links": "0"})


@pytest.mark.parametrize(
    "blocks",
    [
        [rich_text(section(words("x")))] * 51,
        [rich_text(section(words("x" * 14_000)))],
        [rich_text(section(words("x") | {"text": ""}))],
        [rich_text(section(link("x", "https://x.example") | {"url": "ftp://x"}))],
        [{"type": "actions", "elements": [button("a", "same", "1"), button("b", "same", "2")]}],
    ],
    ids=["51 blocks", "too long", "empty text", "strange link", "same action"],
)
def test_rules_of_our_own_hold_without_the_schemas(blocks: list[dict[str, Any]]) -> None:
    assert faults(*blocks)


def test_blocks_need_a_text_beside_them() -> None:
    assert faults(rich_text(section(words("x"))), text="")


@needs_specs
@pytest.mark.parametrize(
    "block",
    [
        {"type": "rich_txt", "elements": []},
        rich_text(section(words("x"))) | {"elemnts": []},
        context(*[plain("x")] * 11),
        context({"type": "plain_text", "text": "x" * 3001}),
        {"type": "actions", "elements": [button("x", "a", "v") | {"text": plain("x" * 76)}]},
        {"type": "actions", "elements": [button("x", "a" * 256, "v")]},
        {"type": "actions", "elements": [button("x", "a", "v" * 2001)]},
        {"type": "actions", "elements": feedback("a", positive=("x", "1"), negative=("y", "2"))["elements"]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        rich_text(preformatted("x") | {"elements": [{"type": "user", "user_id": "U"}]}),
    ],
    ids=["type", "field", "elements", "text", "label", "action_id", "value", "feedback", "section", "code"],
)
def test_slacks_block_schema_is_applied(block: dict[str, Any]) -> None:
    assert faults(block)


@needs_specs
@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("chat.postMesage", POST),
        ("chat.postMessage", {"token": "t", "text": "hi"}),
        ("chat.postMessage", POST | {"unfurl": "0"}),
        ("chat.postMessage", POST | {"unfurl_links": "maybe"}),
        ("chat.postEphemeral", POST | {"user": "U", "unfurl_links": "0"}),
        ("chat.update", POST | {"ts": "1.0", "text": "x" * 4001}),
    ],
    ids=["method", "missing", "unknown", "kind", "other method's", "update"],
)
def test_slacks_method_schema_is_applied(method: str, args: dict[str, Any]) -> None:
    assert SCHEMA.faults(method, args)
