"""Which messages ask something, though not the bot."""

import pytest

from bot.listening import LONGEST_MESSAGE, LONGEST_QUERY, fingerprint, question_in

ASKING = {
    "a question mark": "Is the export limited to 500 rows?",
    "a question mark in the middle": "Where do the logs go? I looked in /var/log.",
    "a question of few words": "Which port again?",
    "a question word without a mark": "how do I rotate the signing key",
    "why without a mark": "why does the build take so long on Windows",
    "what without a mark": "what is the default timeout of the client",
    "which without a mark": "which version do I need for Python 3.13",
    "where without a mark": "where are the settings kept",
    "when without a mark": "when does the token expire",
    "how much": "how many guests fit on one plan",
    "can I": "can I change the port without a restart",
    "is there": "is there a way to export the list as CSV",
    "does anyone": "Does anyone have a working config for nginx",
    "anyone know": "Anyone know where the old changelog went",
    "any idea": "any idea why my webhook gets called twice",
    "how to": "Looking around for how to mute a channel",
    "wondering": "I was wondering whether the API supports cursors.",
    "not sure": "I'm not sure how the retries are counted.",
    "cannot figure out": "Can't figure out why it keeps asking for my password",
    "help with": "I need help with the two-factor set-up",
    "after a greeting": "Hi everyone! How do I reset my password",
    "between politeness": "Hello all, quick question: how long is parental leave? Thanks in advance!",
    "an error's name": "ModuleNotFoundError: No module named 'faiss' after the update",
    "an error told": "I am getting an error when I push to main",
    "a code of failure": "The job ends with exit code 137 on the big runner",
    "what does not work": "The login page doesn't work in Firefox since yesterday",
    "what keeps failing": "My worker keeps crashing on startup",
    "a shell's complaint": "bash: quoth: command not found",
    "an error beside a dump": "Why do I get this?\n```\nTraceback (most recent call last):\n  x = 1\n```",
    "an error with code that is not fenced": "I get this error when I start it, what is missing?\nx = run()",
    "below a quoted line": "> leave is sixteen weeks\nIs that for both parents?",
    "with an address": "How do I get to https://example.org/a?b=c from the office",
    "a full-width mark": "育児休暇はどのくらいですか？",
    "an Arabic mark": "كم مدة إجازة الوالدين؟",
    "German": "Wie lange dauert die Elternzeit?",
    "French": "Comment puis-je changer mon mot de passe ?",
    "Spanish": "¿Cómo cambio mi contraseña?",
    "a statement and a question": "I moved to Berlin last week. Do I have to register my new address?",
    "what is the best": "so what's the best practice for naming branches",
    "struggling": "Struggling to connect the bot to our workspace",
}

NOT_ASKING = {
    "nothing": "",
    "a greeting": "Good morning everyone!",
    "a greeting with a mark": "hi, how are you?",
    "what is up": "Hey folks, what's up?",
    "thanks": "Thanks, that was it!",
    "a statement": "The release is out and the notes are on the wiki.",
    "rhetorical: who knows": "Well, who knows what they were thinking?",
    "rhetorical: who cares": "Who cares about tabs or spaces?",
    "rhetorical: what could go wrong": "Deploying on Friday, what could possibly go wrong?",
    "rhetorical: how cool": "How cool is that?",
    "rhetorical: isn't it": "Isn't that the nicest dashboard ever?",
    "a tag": "We agreed on Tuesday, right?",
    "another tag": "That was a long meeting, wasn't it?",
    "astonishment": "Are you kidding me right now?",
    "one word": "Really?",
    "two words": "You sure?",
    "a mark alone": "?",
    "guessing": "Guess what I found in the attic?",
    "lunch": "Shall we get lunch at noon?",
    "somebody's day": "Did you see the game last night?",
    "who is in": "Who's in for coffee later?",
    "a quoted question": "> How do I reset my password?\nThat is on page two of the manual.",
    "only a quoted question": "> How do I reset my password?",
    "a code dump": "```\nif x is None:\n    raise ValueError('what?')\n```",
    "an unclosed dump": "```python\nwhat = how(why)?\n",
    "a dump without a fence": "import os\nfor x in y:\n    print(x)\nreturn how;\n",
    "a log": "2026-01-01 12:00:00 INFO started\n2026-01-01 12:00:01 INFO how long: 3 s\n",
    "a question mark in an address": "The page is https://example.org/search?q=how+to and it is fine",
    "a clause": "When I restart the service the lamp is green again.",
    "an exclamation": "What a lovely day in the office.",
    "where the": "Where the road ends there is a house.",
    "solved": "Fixed the error: the path was wrong.",
    "never mind": "Never mind, how do I reset was answered above",
    "figured out": "I figured it out, the token was not set. Why was it empty? A typo.",
    "works now": "After the update it works now, no more errors",
    "emoji": ":tada: :tada: <:party:123456789012345678>",
    "too long": "How do I do this? " + "x " * LONGEST_MESSAGE,
    "failing in general": "It failed to impress me.",
}


@pytest.mark.parametrize("message", ASKING.values(), ids=ASKING)
def test_this_asks(message: str) -> None:
    assert question_in(message)


@pytest.mark.parametrize("message", NOT_ASKING.values(), ids=NOT_ASKING)
def test_this_does_not_ask(message: str) -> None:
    assert "" == question_in(message)


def test_what_is_searched_for_lacks_greetings_code_and_quoted_lines() -> None:
    message = "> old news\nHi all! How long is leave?\n```\ncode\n```\nThanks in advance!"
    assert "How long is leave?" == question_in(message)


def test_of_a_long_message_only_the_asking_sentences_are_searched_for() -> None:
    story = "We have a house by the sea with many rooms. " * 10
    assert "How long is leave?" == question_in(f"{story}How long is leave? {story}")
    assert LONGEST_QUERY >= len(question_in("Why is " + "very " * 200 + "slow?"))


def test_questions_are_alike_whatever_their_marks_and_case() -> None:
    assert fingerprint("How long is leave?") == fingerprint("  how LONG, is leave ")
    assert fingerprint("How long is leave?") != fingerprint("How long is unpaid leave?")


def test_half_a_character_is_like_nothing_but_itself() -> None:
    assert fingerprint("how \ud800") == fingerprint("how \ud800")
