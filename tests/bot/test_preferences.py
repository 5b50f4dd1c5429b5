"""What a community chooses for itself."""

from bot.messages import Notice, Prefer, Preferences, Refused, Reply
from tests.bot.conftest import ANN, HERE, MODERATOR, Bench


def prefer(bench: Bench, name: str, value: str) -> Reply:
    return bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name=name, value=value))


def listed(bench: Bench) -> str:
    reply = bench.handle(Preferences(actor=MODERATOR, conversation=HERE))
    assert isinstance(reply, Notice)
    return "\n".join(reply.details)


def test_a_choice_counts_until_it_is_taken_back(bench: Bench) -> None:
    assert "questions.keep = 0:" in listed(bench)
    assert Notice(text="questions.keep is now 30.") == prefer(bench, "questions.keep", " 30 ")
    assert "questions.keep = 30:" in listed(bench)
    assert Notice(text="questions.keep is now 0.") == prefer(bench, "questions.keep", "")


def test_what_cannot_be_chosen_is_refused_with_what_can(bench: Bench) -> None:
    for name, value, hint in (("questions.keep", "long", "0 to 365"), ("mood", "1", "questions.keep")):
        reply = prefer(bench, name, value)
        assert isinstance(reply, Refused)
        assert hint in reply.text


def test_only_moderators_choose(bench: Bench) -> None:
    for request in (
        Preferences(actor=ANN, conversation=HERE),
        Prefer(actor=ANN, conversation=HERE, name="questions.keep", value="30"),
    ):
        assert isinstance(bench.handle(request), Refused)
    assert "questions.keep = 0:" in listed(bench)
