"""The sources that a channel is given: nothing else is quoted there."""

from bot.answering import sources_named
from bot.errors import OutOfScope
from bot.messages import Ask, Conversation, Notice, Refused, Scope, Suggest
from bot.permissions import ONLY_MODERATORS, Permissions
from bot.ports import Library
from bot.records import Records
from index.passages import Audience

SCHEMA = """
CREATE TABLE IF NOT EXISTS scopes (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (workspace, channel, source)
) STRICT;
"""

NO_CHANNELS = Refused(
    text="There are no channels here. Only a community's channels have sources of their own."
)
ALL_GONE = "All sources that this channel was given were removed"


class Scopes:
    """The sources of all channels, by name. Safe to call from several threads."""

    def __init__(self, records: Records, *, library: Library, permissions: Permissions) -> None:
        """``library`` knows which sources there are. Raises RecordsUnavailable."""
        self._records = records
        self._library = library
        self._permissions = permissions
        records.define(SCHEMA)

    def audience(self, conversation: Conversation) -> Audience:
        """Return who reads along in the channel that a conversation, or its thread, belongs to.

        A source that was removed since is left out. Raises OutOfScope when none is left.
        """
        given = self._given(conversation)
        left = given.intersection(self._names(conversation)) if given else given
        if given and not left:
            raise OutOfScope(f"{ALL_GONE}. A moderator can give it others.")
        return Audience(workspace=conversation.workspace, sources=left)

    def audience_of(self, request: Ask | Suggest) -> Audience:
        """Return who reads the answer to a question, which may name a source of the channel.

        Moderators may name any source. Raises OutOfScope, SourceUnknown.
        """
        where = request.conversation
        if not request.source.strip():
            return self.audience(where)
        named = Audience(workspace=where.workspace, sources=sources_named(request.source, self._names(where)))
        if self._permissions.is_moderator(request.actor, where):
            return named
        given = self.audience(where)
        if given.sources and not named.sources <= given.sources:
            raise OutOfScope(
                f"In this channel I look only in these sources: {_listed(given.sources)}. "
                f"For {_listed(named.sources)} ask me elsewhere, or ask a moderator."
            )
        return named

    def reply(self, request: Scope) -> Notice | Refused:
        """Give a channel its sources, or tell which it has, for moderators. Raises SourceUnknown."""
        where = request.conversation
        if not self._permissions.is_moderator(request.actor, where):
            return Refused(text=ONLY_MODERATORS)
        if where.platform == "terminal" or where.private:
            return NO_CHANNELS
        if request.sources is None:
            return self._told(where)
        names = self._names(where)
        wished = frozenset[str]().union(*(sources_named(name, names) for name in sorted(request.sources)))
        self._give(where, wished)
        if not wished:
            return Notice(text="From now on I look in all sources here.")
        return Notice(text=f"From now on I look only in these sources here: {_listed(wished)}.")

    def _told(self, where: Conversation) -> Notice:
        try:
            sources = self.audience(where).sources
        except OutOfScope:
            return Notice(text=f"{ALL_GONE}, so I answer nothing here.")
        if not sources:
            return Notice(text="I look in all sources here.")
        return Notice(text=f"I look only in these sources here: {_listed(sources)}.")

    def _given(self, where: Conversation) -> frozenset[str]:
        with self._records.read() as db:
            rows = db.execute(
                "SELECT source FROM scopes WHERE workspace = ? AND channel = ?",
                (where.workspace, where.channel),
            ).fetchall()
        return frozenset(name for (name,) in rows)

    def _give(self, where: Conversation, sources: frozenset[str]) -> None:
        place = where.workspace, where.channel
        with self._records.write() as db:
            db.execute("DELETE FROM scopes WHERE workspace = ? AND channel = ?", place)
            db.executemany("INSERT INTO scopes VALUES (?, ?, ?)", [(*place, name) for name in sources])

    def _names(self, where: Conversation) -> list[str]:
        return [line.name for line in self._library.sources(where.workspace)]


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
