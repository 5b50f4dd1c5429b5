"""What a community chooses for itself."""

from bot.messages import Notice, Prefer, PreferenceList, Preferences, Refused, Reply
from tests.bot.conftest import ANN, HERE, MODERATOR, Bench


def prefer(bench: Bench, name: str, value: str) -> Reply:
    return bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name=name, value=value))


def listed(bench: Bench, name: str = "") -> dict[str, str]:
    reply = bench.handle(Preferences(actor=MODERATOR, conversation=HERE, name=name))
    assert isinstance(reply, PreferenceList)
    return {line.name: line.value for line in reply.preferences}


def test_a_choice_counts_until_it_is_taken_back(bench: Bench) -> None:
    assert "0" == listed(bench)["questions.keep"]
    assert Notice(text="questions.keep is now 30.") == prefer(bench, "questions.keep", " 30 ")
    assert "30" == listed(bench)["questions.keep"]
    for default in ("", "default"):
        prefer(bench, "questions.keep", "7")
        assert Notice(text="questions.keep is now 0.") == prefer(bench, "questions.keep", default)


def test_one_thing_to_choose_is_shown_by_its_name(bench: Bench) -> None:
    assert {"questions.keep": "0"} == listed(bench, "questions.keep")


def test_what_cannot_be_chosen_is_refused_with_what_can(bench: Bench) -> None:
    for name, value, hint in (("questions.keep", "long", "0 to 365"), ("mood", "1", "questions.keep")):
        reply = prefer(bench, name, value)
        assert isinstance(reply, Refused)
        assert hint in reply.text
    shown = bench.handle(Preferences(actor=MODERATOR, conversation=HERE, name="mood"))
    assert isinstance(shown, Refused)


def test_quiet_hours_from_an_hour_to_itself_are_refused(bench: Bench) -> None:
    for value in ("22-22", "0-0", "7-07"):
        reply = prefer(bench, "quiet.hours", value)
        assert isinstance(reply, Refused)
        assert "0-24" in reply.text
    assert Notice(text="quiet.hours is now 0-24.") == prefer(bench, "quiet.hours", "0-24")


def test_only_moderators_choose(bench: Bench) -> None:
    for request in (
        Preferences(actor=ANN, conversation=HERE),
        Prefer(actor=ANN, conversation=HERE, name="questions.keep", value="30"),
    ):
        assert isinstance(bench.handle(request), Refused)
    assert "0" == listed(bench)["questions.keep"]
