"""Every kind of reply as people see it in Slack, and as Slack gets it. Read the snapshots as product copy."""

import json

import pytest
from syrupy.assertion import SnapshotAssertion

from adapters.slack.render import render
from tests.adapters.replies import REPLIES
from tests.fakes.slack import read_blocks


@pytest.mark.parametrize("name", REPLIES)
def test_reply_as_people_see_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert read_blocks(render(REPLIES[name], private=name != "answer_shared")["blocks"]) == snapshot


@pytest.mark.parametrize("name", ["answer", "answer_shared", "no_answer_with_titles", "source_list"])
def test_reply_as_slack_gets_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert (
        json.dumps(render(REPLIES[name], private=name == "answer"), indent=2, ensure_ascii=False) == snapshot
    )
