"""First contact: whoever brings the bot to a community is told once what it does and how to begin."""

from bot.messages import Arrive, Notice, Silence
from bot.records import Records

SCHEMA = "CREATE TABLE IF NOT EXISTS welcomed (workspace TEXT PRIMARY KEY) STRICT;"

INTRODUCTION = (
    "I answer questions by quoting what I have read, word for word, and say so when nothing answers."
)

STEPS = {
    "discord": (
        "First, let me read something: /source add with a file attached.",
        "Then ask me: /ask, or mention me in a channel. /ask answers to you alone, until you share it.",
        "Last, say who else may add sources: /settings moderators.ids with their mentions.",
    ),
    "slack": (
        "First, let me read something: write “add” to me with a file attached.",
        "Then ask me: /ask, or mention me in a channel. /ask answers to you alone, until you share it.",
        "Last, say who else may add sources: /quoth settings moderators.ids with their mentions.",
    ),
}


class Welcome:
    """Introduces the bot to each community once. Safe to use from several threads."""

    def __init__(self, records: Records) -> None:
        """``records`` hold who was welcomed. Raises RecordsUnavailable."""
        self._records = records
        records.define(SCHEMA)

    def arrive(self, request: Arrive) -> Notice | Silence:
        """Return what the actor is told, unless somebody of this community was told before."""
        conversation = request.conversation
        with self._records.write() as db:
            added = db.execute("INSERT OR IGNORE INTO welcomed VALUES (?)", (conversation.workspace,))
            is_first = added.rowcount == 1
        if not is_first:
            return Silence()
        return Notice(text=INTRODUCTION, details=STEPS.get(conversation.platform, ()))
