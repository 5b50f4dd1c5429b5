"""What is said to the bot without asking anything of its documents: a greeting, thanks, a call for help."""

import re

from bot.messages import Notice

ABOUT_THE_BOT = re.compile(
    r"""\W*(?:(?:hi|hello|hey|ok|okay|so)\W+)?(?:please\s+)?
    (?:help(?:\s+me)?
    |i\s+need\s+help
    |what\s+(?:can|do)\s+(?:you|u|this\s+bot|the\s+bot)\s+do
    |(?:what|who)\s+(?:are|is)\s+(?:you|u|this\s+bot|the\s+bot)
    |what\s+can\s+i\s+ask(?:\s+(?:you|here))?
    |how\s+(?:do|can)\s+i\s+use\s+(?:you|this\s+bot|the\s+bot))
    (?:\W+please)?\W*""",
    re.IGNORECASE | re.VERBOSE,
)

GRATITUDE = re.compile(r"\b(?:thanks?|thank\s?you|thx|ty|cheers|merci|danke|gracias)\b", re.IGNORECASE)

GREETING = re.compile(
    r"\b(?:hi|hello|hey|heya|hiya|howdy|yo|greetings|morning|(?:good\s)?(?:afternoon|evening|day)|help)\b",
    re.IGNORECASE,
)

WELCOME = "You are welcome."
READY = "I am here. Ask me a question whenever you like."
ABOUT_ME = "I answer questions by quoting what I have read, word for word. Ask me one."

NEXT = {
    "discord": ("/overview shows what I know, and what you can ask me.",),
    "slack": (
        "/quoth overview shows what I know, and what you can ask me.",
        "/quoth help lists what else I can do.",
    ),
    "terminal": (
        "/overview shows what I know, and what you can ask me.",
        "/help lists what else I can do.",
    ),
}


def is_about_the_bot(message: str) -> bool:
    """Whether a message asks what the bot is for, whatever was talked of before."""
    return ABOUT_THE_BOT.fullmatch(message) is not None


def courteous(message: str, platform: str) -> Notice:
    """Return what is said to a message that asks nothing of the documents."""
    if GRATITUDE.search(message):
        return Notice(text=WELCOME)
    if GREETING.search(message) or is_about_the_bot(message):
        return Notice(text=ABOUT_ME, details=NEXT.get(platform, ()))
    return Notice(text=READY)
