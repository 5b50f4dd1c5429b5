"""What happens in Discord, as requests."""

from datetime import UTC, datetime

import pytest

from adapters.discord import translate
from bot.messages import (
    AddSource,
    Cancel,
    Decide,
    Decision,
    More,
    Rate,
    Refused,
    RemoveSource,
    Request,
    Share,
    Upload,
    Why,
)

PARTY = translate.party(user=7, name="Ann", roles=[3], guild=1, channel=2)
ACTOR, HERE = PARTY.actor, PARTY.conversation


def test_a_guild_is_a_workspace_and_a_thread_has_its_channel() -> None:
    party = translate.party(user=7, name="Ann", guild=1, channel=9, parent=2)
    assert ("discord:1", "2", "9") == (
        party.conversation.workspace,
        party.conversation.channel,
        party.conversation.thread,
    )
    assert "" == translate.party(user=7, name="Ann", channel=5, private=True).conversation.workspace


@pytest.mark.parametrize(
    ("content", "question"),
    [
        ("<@5> how long?", "how long?"),
        ("<@!5>how long?", "how long?"),
        ("how long, <@5>?", "how long,  ?"),
        ("<@5>", ""),
        ("<@6> how long?", "<@6> how long?"),
    ],
)
def test_the_bots_name_is_taken_off_a_question(content: str, question: str) -> None:
    assert question == translate.question(content, 5)


def test_only_the_bots_own_name_calls_it() -> None:
    assert translate.mentions("hey <@!5>", 5)
    assert not translate.mentions("hey <@55> <@&5>", 5)


@pytest.mark.parametrize(
    ("id", "request_"),
    [
        ("quoth:more:a1:2", More(actor=ACTOR, conversation=HERE, answer_id="a1", offset=2)),
        ("quoth:why:a1:3", Why(actor=ACTOR, conversation=HERE, answer_id="a1", offset=3)),
        ("quoth:share:a1:0", Share(actor=ACTOR, conversation=HERE, answer_id="a1", offset=0)),
        ("quoth:rate:a1:0:up", Rate(actor=ACTOR, conversation=HERE, answer_id="a1", offset=0, helpful=True)),
        (
            "quoth:rate:a1:0:down",
            Rate(actor=ACTOR, conversation=HERE, answer_id="a1", offset=0, helpful=False),
        ),
        ("quoth:more:a1:x", None),
        ("quoth:forget:a1:1", None),
        ("quoth:more:a1:99999999999", None),
        ("other", None),
    ],
)
def test_a_button_tells_its_request(id: str, request_: Request | None) -> None:
    assert request_ == translate.press(id, PARTY)


def test_a_button_about_sources_tells_its_request() -> None:
    assert Cancel(actor=ACTOR, conversation=HERE) == translate.source_press("quoth:cancel", PARTY)
    named = RemoveSource(actor=ACTOR, conversation=HERE, name="a: b", confirmed=True)
    assert named == translate.source_press("quoth:remove:a: b", PARTY)
    assert [None, None] == [translate.source_press(id, PARTY) for id in ("quoth:remove:", "quoth:more:a1:2")]


def test_a_source_comes_from_a_file_or_a_path_but_not_both() -> None:
    upload = Upload(filename="a.md", data=b"a")
    added = translate.add(PARTY, upload=upload, address=None, name=" a ", url=None)
    assert AddSource(actor=ACTOR, conversation=HERE, origin=upload, name="a") == added
    assert isinstance(translate.add(PARTY, upload=upload, address="/a", name=None, url=None), Refused)
    assert isinstance(translate.add(PARTY, upload=None, address=" ", name=None, url=None), Refused)


def test_options_of_a_source_are_written_as_name_and_value() -> None:
    def add(options: str) -> AddSource | Refused:
        return translate.add(
            PARTY, upload=None, address="/a", name=None, url=None, kind=" site ", options=options
        )

    added = add("max-pages=20  depth=2")
    assert isinstance(added, AddSource)
    assert ("site", {"max-pages": "20", "depth": "2"}) == (added.kind, added.options)
    assert isinstance(add("max-pages 20"), Refused)


def test_a_button_on_an_item_carries_its_decision() -> None:
    expected = Decide(actor=ACTOR, conversation=HERE, decision=Decision.APPROVE, item="3fa2")
    assert expected == translate.press("quoth:do:approve:3fa2", PARTY)
    assert None is translate.press("quoth:do:dance:3fa2", PARTY)


def test_a_direct_message_has_no_place_to_name() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    remark = translate.remark("x", author="Ann", written_at=now, guild=None, channel=2, message=3)
    assert ("", "") == (remark.link, remark.message)
