"""What the bot does in each channel: nothing aloud, answer who mentions it, or speak up unasked."""

from bot.messages import Conversation, Mode, Notice, Refused, SetMode
from bot.records import Records

SCHEMA = """
CREATE TABLE IF NOT EXISTS modes (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    mode TEXT NOT NULL,
    PRIMARY KEY (workspace, channel)
) STRICT;
"""

MEANINGS = {
    Mode.OFF: "I say nothing aloud here. Whoever mentions me gets the answer alone.",
    Mode.MENTION: "I answer those who mention me.",
    Mode.SUGGEST: "When someone asks what I surely have an answer to, I offer it to them alone.",
    Mode.ANSWER: "When someone asks what I surely have an answer to, I answer for everyone.",
}
UNASKED = frozenset({Mode.SUGGEST, Mode.ANSWER})
"""The modes in which messages that are not for the bot are listened to."""

NO_CHANNELS = Refused(text="There are no channels here. Modes are for the channels of a community.")
DEAF = (
    "So far I hear only those who mention me, and the titles of new posts. Whoever runs me can change that "
    "with the setting discord.message_content."
)
OTHERS = f"The modes are {', '.join(Mode)}."


class Modes:
    """The modes of all channels. Safe to call from several threads."""

    def __init__(self, records: Records, *, deaf: frozenset[str] = frozenset()) -> None:
        """``deaf`` names the platforms that show the bot only what mentions it. Raises RecordsUnavailable."""
        self._records = records
        self._deaf = deaf
        records.define(SCHEMA)

    def mode(self, conversation: Conversation) -> Mode:
        """Return the mode of the channel that a conversation, or the thread it is held in, belongs to."""
        with self._records.read() as db:
            row = db.execute(
                "SELECT mode FROM modes WHERE workspace = ? AND channel = ?",
                (conversation.workspace, conversation.channel),
            ).fetchone()
        return Mode(row[0]) if row else Mode.MENTION

    def reply(self, request: SetMode) -> Notice | Refused:
        """Set a mode, or tell what it is."""
        where = request.conversation
        if where.platform == "terminal" or where.private:
            return NO_CHANNELS
        wished = request.mode.strip().lower()
        if not wished:
            return self._told("The mode here is", self.mode(where), where)
        if wished not in {*Mode}:
            return Refused(text=f"There is no mode “{wished}”. {OTHERS}")
        self._choose(where, Mode(wished))
        return self._told("From now on the mode here is", Mode(wished), where)

    def _choose(self, where: Conversation, mode: Mode) -> None:
        place = where.workspace, where.channel
        with self._records.write() as db:
            if mode is Mode.MENTION:
                db.execute("DELETE FROM modes WHERE workspace = ? AND channel = ?", place)
            else:
                db.execute("INSERT OR REPLACE INTO modes VALUES (?, ?, ?)", (*place, mode.value))

    def _told(self, lead: str, mode: Mode, where: Conversation) -> Notice:
        deaf = (DEAF,) if mode in UNASKED and where.platform in self._deaf else ()
        return Notice(text=f"{lead} {mode}.", details=(MEANINGS[mode], *deaf, OTHERS))
