"""What happens in Slack, as the core is told it."""

from typing import Any

import pytest

from adapters.slack import translate
from adapters.slack.translate import Home, Person, Place
from bot.messages import (
    Actor,
    AddSource,
    Ask,
    Cancel,
    Conversation,
    More,
    PauseSource,
    Prefer,
    Preferences,
    Rate,
    Reindex,
    RemoveSource,
    ScheduleSource,
    Share,
    Standing,
    Upload,
    Why,
)
from tests.fakes.slack_payloads import (
    BOT_ID,
    BOT_USER,
    FOREIGN_TEAM,
    GENERAL,
    TEAM,
    command_body,
    event_body,
    message_event,
    press_body,
    shortcut_body,
    user_object,
)

HOME = Home(team=TEAM, user=BOT_USER, bot=BOT_ID)
ANN = user_object("U0ANN", "Ann")
PARTY = translate.party(
    Place(user="U0ANN", name="ann", channel=GENERAL), Person(teams=frozenset({TEAM})), HOME
)


def event(text: str = "hi", **more: Any) -> dict[str, Any]:
    return message_event("app_mention", "U0ANN", text, "1.1", **({"channel": GENERAL} | more))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@U0QUOTH> how long is leave?", "how long is leave?"),
        ("<@U0QUOTH|quoth>: how long?", "how long?"),
        ("how long, <@U0QUOTH>?", "how long, ?"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;", "&lt;"),
        ("ask <@U0BOB|bob> or <@U0CAT>", "ask @bob or @U0CAT"),
        ("in <#C1|general> or <#C2>", "in #general or #C2"),
        ("<!here> and <!channel|channel> and <!subteam^S1|@ops>", "@here and channel and @ops"),
        ("see <https://x.example/?b=1&amp;c=2>", "see https://x.example/?b=1&c=2"),
        ("see <http://y.example|y.example>", "see y.example"),
        ("on <!date^1^{date}|May 1>", "on May 1"),
        ("  🙂🙂  ", "🙂🙂"),
        ("<> < lone", "< lone"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_question_is_what_the_person_wrote(written: str, read: str) -> None:
    assert read == translate.question(written, HOME)


def test_a_mention_is_answered_in_the_thread_that_it_opens() -> None:
    place = translate.place_of_event(event_body(event(), "Ev1"))
    assert Place(user="U0ANN", name="", channel=GENERAL, teams=frozenset({TEAM}), thread="1.1") == place


def test_a_mention_within_a_thread_is_answered_there() -> None:
    assert "0.9" == translate.place_of_event(event_body(event(thread="0.9"), "Ev1")).thread


def test_a_direct_message_is_private() -> None:
    place = translate.place_of_event(event_body(event(channel="D0ANN"), "Ev1"))
    assert translate.party(place, Person(), HOME).conversation.private


def test_actor_and_conversation_carry_the_platforms_facts() -> None:
    boss = translate.read_person(user_object("U0ANN", "Ann", admin=True), frozenset({"S1"}))
    place = translate.place_of_command(command_body(ANN, "/ask", "", channel=GENERAL))
    party = translate.party(place, boss, HOME)
    assert Actor(id="U0ANN", name="Ann", manages_workspace=True, groups=frozenset({"S1"})) == party.actor
    assert Conversation(platform="slack", workspace=f"slack:{TEAM}", channel=GENERAL) == party.conversation


@pytest.mark.parametrize("right", ["is_admin", "is_owner", "is_primary_owner"])
def test_slacks_own_managers_manage_the_workspace(right: str) -> None:
    assert translate.read_person({"id": "U", right: True}).manages
    assert not translate.read_person({"id": "U"}).manages


def test_a_person_of_another_company_is_a_stranger_without_rights_here() -> None:
    place = translate.place_of_event(event_body(event(team=FOREIGN_TEAM), "Ev1", external=True))
    stranger = Person(name="Eve", manages=True, groups=frozenset({"S1"}))
    party = translate.party(place, stranger, HOME)
    assert Actor(id="U0ANN", name="Eve", standing=Standing.STRANGER) == party.actor


@pytest.mark.parametrize("kind", ["is_restricted", "is_ultra_restricted", "is_stranger"])
def test_a_guest_is_a_stranger_without_rights_here(kind: str) -> None:
    guest = translate.read_person(user_object("U0ANN", "Ann") | {kind: True}, frozenset({"S1"}))
    party = translate.party(translate.place_of_event(event_body(event(), "Ev1")), guest, HOME)
    assert Actor(id="U0ANN", name="Ann", standing=Standing.STRANGER) == party.actor


@pytest.mark.parametrize("external", [True, False])
def test_who_slack_does_not_tell_of_is_no_member(external: bool) -> None:
    place = Place(user="U", name="", channel="C", teams=frozenset({TEAM}), external=external)
    assert Standing.UNKNOWN is translate.standing(place, Person(), HOME)
    assert Standing.MEMBER is translate.standing(place, Person(teams=frozenset({TEAM})), HOME)


def test_the_team_of_the_app_does_not_make_a_foreigner_a_member() -> None:
    place = Place(user="U", name="", channel="C", teams=frozenset({TEAM}))
    foreigner = Person(teams=frozenset({FOREIGN_TEAM}))
    assert Standing.STRANGER is translate.standing(place, foreigner, HOME)


def test_people_of_the_same_enterprise_are_at_home() -> None:
    other = user_object("U", "Eve", team="T0OTHER", enterprise_user={"teams": ["T0OTHER", TEAM]})
    place = Place(user="U", name="", channel="C", teams=frozenset({"T0OTHER"}))
    assert Standing.MEMBER is translate.standing(place, translate.read_person(other), HOME)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "Notice"),
        ("help", "Notice"),
        ("sources", "Sources"),
        ("STATUS", "Status"),
        ("reindex", "Reindex"),
        ("remove", "Refused"),
        ("add", "Refused"),
        ("show", "Refused"),
        ("pause", "Refused"),
        ("schedule handbook", "Refused"),
        ("resume", "Refused"),
        ("undo", "Undo"),
        ("CANCEL", "Cancel"),
        ("add name=x", "Refused"),
        ("dance", "Refused"),
    ],
)
def test_quoth_commands(text: str, kind: str) -> None:
    assert kind == type(translate.command(text, PARTY)).__name__


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("settings", "", None),
        ("Settings questions.keep", "questions.keep", None),
        ("settings questions.keep 30", "questions.keep", "30"),
        ("settings moderators.ids <@U0ANN|ann>, <@U0BOB>", "moderators.ids", "U0ANN ,  U0BOB"),
        ("settings moderators.groups <!subteam^S0ED|@eds>", "moderators.groups", "S0ED"),
        ("settings human.channel <#C0HELP|help> &amp; more", "human.channel", "C0HELP  & more"),
    ],
)
def test_settings_take_ids_for_mentions(text: str, name: str, value: str | None) -> None:
    request = translate.settings(text, PARTY)
    assert isinstance(request, Preferences if value is None else Prefer)
    assert name == request.name
    assert value is None or (isinstance(request, Prefer) and value == request.value)


def test_what_is_not_about_settings_is_another_command() -> None:
    assert [None, None] == [translate.settings(text, PARTY) for text in ("", "sources settings")]


def test_names_in_commands_may_hold_spaces_and_apostrophes() -> None:
    for request in (
        translate.command("remove Bob's notes", PARTY),
        translate.command("reindex Bob's notes", PARTY),
    ):
        assert isinstance(request, RemoveSource | Reindex)
        assert "Bob's notes" == request.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/srv/docs", ("/srv/docs", "", "")),
        ("/srv/docs name=hr url=https://x.example/docs", ("/srv/docs", "hr", "https://x.example/docs")),
        ('name="Our handbook" "/srv/my docs"', ("/srv/my docs", "Our handbook", "")),
        ("/srv/docs name=“Our handbook”", ("/srv/docs", "Our handbook", "")),
        ("/srv/my docs", ("/srv/my docs", "", "")),
        ("/srv/bob's docs name=bob", ("/srv/bob's docs", "bob", "")),
    ],
)
def test_adding_a_path(text: str, expected: tuple[str, str, str]) -> None:
    request = translate.command(f"add {text}", PARTY)
    assert isinstance(request, AddSource)
    assert expected == (request.origin, request.name, request.base_url)


def test_adding_with_a_kind_and_its_options() -> None:
    request = translate.command("add /srv/docs kind=site name=hr max-pages=20", PARTY)
    assert isinstance(request, AddSource)
    assert ("/srv/docs", "hr", "site") == (request.origin, request.name, request.kind)
    assert {"max-pages": "20"} == request.options


def test_adding_an_attached_file() -> None:
    upload = Upload(filename="a.md", data=b"x")
    request = translate.add_upload("add name=hr url=https://x.example", upload, PARTY)
    assert (upload, "hr", "https://x.example") == (request.origin, request.name, request.base_url)


@pytest.mark.parametrize("text", ["sources", "Status", "reindex", "reindex handbook"])
def test_short_commands_may_be_said(text: str) -> None:
    assert not isinstance(translate.spoken(text, PARTY), Ask)


@pytest.mark.parametrize(
    "text", ["status of my order", "remove a member?", "reindex what?", "add a printer", "why?", ""]
)
def test_everything_else_that_is_said_is_a_question(text: str) -> None:
    request = translate.spoken(text, PARTY)
    assert isinstance(request, Ask)
    assert text == request.question


@pytest.mark.parametrize(
    ("text", "source", "question"),
    [
        ("source=tea how long?", "tea", "how long?"),
        ('source="my notes" what\'s in it?', "my notes", "what's in it?"),
        ("Source=“my notes” it’s “long”?", "my notes", "it’s “long”?"),
        ("source=tea", "tea", ""),
        ("how long?", "", "how long?"),
        ("what does source=tea mean?", "", "what does source=tea mean?"),
        ("source code is where?", "", "source code is where?"),
    ],
)
def test_a_question_may_begin_with_the_source_to_look_in(text: str, source: str, question: str) -> None:
    actor, here = PARTY.actor, PARTY.conversation
    expected = Ask(actor=actor, conversation=here, question=question, source=source)
    assert expected == translate.ask_within(text, PARTY) == translate.spoken(text, PARTY)


def test_presses_of_the_cards_buttons() -> None:
    place: dict[str, Any] = {"actor": PARTY.actor, "conversation": PARTY.conversation, "answer_id": "a:b"}
    press = translate.press
    assert More(**place, offset=3) == press({"action_id": "quoth_more", "value": "a:b:3"}, PARTY)
    assert Share(**place, offset=0) == press({"action_id": "quoth_share", "value": "a:b:0"}, PARTY)
    assert Why(**place, offset=1) == press({"action_id": "quoth_why", "value": "a:b:1"}, PARTY)
    up = press({"action_id": "quoth_rate", "value": "a:b:2:up"}, PARTY)
    assert Rate(**place, offset=2, helpful=True) == up
    down = press({"action_id": "quoth_rate", "value": "a:b:2:down"}, PARTY)
    assert Rate(**place, offset=2, helpful=False) == down


def test_presses_of_buttons_about_sources() -> None:
    place: dict[str, Any] = {"actor": PARTY.actor, "conversation": PARTY.conversation}
    press = translate.source_press
    assert Cancel(**place) == press({"action_id": "quoth_cancel", "value": "job"}, PARTY)
    removal = RemoveSource(**place, name="Bob's: notes", confirmed=True)
    assert removal == press({"action_id": "quoth_remove", "value": "Bob's: notes"}, PARTY)
    assert press({"action_id": "quoth_remove"}, PARTY) is None
    assert press({"action_id": "quoth_more", "value": "a:1"}, PARTY) is None


def test_pausing_and_resuming_name_their_source() -> None:
    for text, paused in (("pause Bob's notes", True), ("Resume Bob's notes", False)):
        request = translate.command(text, PARTY)
        assert isinstance(request, PauseSource)
        assert ("Bob's notes", paused) == (request.name, request.paused)


@pytest.mark.parametrize("wish", ["every 6h", "Daily 03:00", "cron 0 3 * * 1", "off"])
def test_a_schedule_is_told_from_the_name_before_it(wish: str) -> None:
    request = translate.command(f"schedule Bob's every day notes {wish}", PARTY)
    assert isinstance(request, ScheduleSource)
    assert ("Bob's every day notes", wish) == (request.name, request.schedule)


@pytest.mark.parametrize("name", ["quoth_more", "quoth_share", "quoth_rate", "quoth_why", "quoth_other"])
@pytest.mark.parametrize("value", [None, "", "a", ":1", "a:x", "a:-1", "a:1:sideways", "a:99999999999"])
def test_a_forged_button_is_nothing(name: str, value: str | None) -> None:
    assert translate.press({"action_id": name, "value": value}, PARTY) is None


def test_a_press_happens_in_the_messages_thread() -> None:
    seen = {"ts": "2.0", "thread_ts": "1.0"}
    for ephemeral in (False, True):
        body = press_body(ANN, {"action_id": "x"}, seen, channel=GENERAL, ephemeral=ephemeral)
        assert "1.0" == translate.place_of_interaction(body).thread


def test_a_shortcut_is_read_by_who_chose_it_not_by_who_wrote() -> None:
    body = shortcut_body(ANN, "quoth_find", {"user": "U0BOB", "text": "?", "ts": "1.0"}, channel=GENERAL)
    assert "U0ANN" == translate.place_of_interaction(body).user


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"user": None},
        {"user": BOT_USER},
        {"user": "USLACKBOT"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"hidden": True},
    ],
    ids=str,
)
def test_bots_and_edits_are_not_answered(more: dict[str, Any]) -> None:
    assert translate.is_for_us(event(), HOME)
    assert not translate.is_for_us(event() | more, HOME)
