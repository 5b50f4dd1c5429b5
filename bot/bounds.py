"""Which sources and version each channel is given, and which sources each role: as it is kept."""

from bot.messages import Conversation, Group
from bot.records import Records

SCHEMA = """
CREATE TABLE IF NOT EXISTS scopes (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (workspace, channel, source)
) STRICT;
CREATE TABLE IF NOT EXISTS group_scopes (
    workspace TEXT NOT NULL,
    group_id TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (workspace, group_id, source)
) STRICT;
CREATE TABLE IF NOT EXISTS channel_releases (
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    release TEXT NOT NULL,
    PRIMARY KEY (workspace, channel)
) STRICT;
"""


class Bounds:
    """What channels and roles were given, by name, in all communities. Safe to call from several threads."""

    def __init__(self, records: Records) -> None:
        """``records`` hold it. Raises RecordsUnavailable."""
        self._records = records
        records.define(SCHEMA)

    def sources(self, where: Conversation) -> frozenset[str]:
        """Return the names of the sources that a channel was given; none where it has all."""
        with self._records.read() as db:
            rows = db.execute(
                "SELECT source FROM scopes WHERE workspace = ? AND channel = ?",
                (where.workspace, where.channel),
            ).fetchall()
        return frozenset(name for (name,) in rows)

    def release(self, where: Conversation) -> str:
        """Return the version that a channel was given, as it was chosen; empty for any."""
        with self._records.read() as db:
            row = db.execute(
                "SELECT release FROM channel_releases WHERE workspace = ? AND channel = ?",
                (where.workspace, where.channel),
            ).fetchone()
        return str(row[0]) if row else ""

    def give_release(self, where: Conversation, release: str) -> None:
        """Give a channel a version, or with an empty one none."""
        place = where.workspace, where.channel
        with self._records.write() as db:
            db.execute("DELETE FROM channel_releases WHERE workspace = ? AND channel = ?", place)
            if release:
                db.execute("INSERT INTO channel_releases VALUES (?, ?, ?)", (*place, release))

    def owned(self, workspace: str) -> dict[str, set[str]]:
        """Return the ids of the roles that sources were given to, by source."""
        with self._records.read() as db:
            rows = db.execute(
                "SELECT source, group_id FROM group_scopes WHERE workspace = ?", (workspace,)
            ).fetchall()
        owned: dict[str, set[str]] = {}
        for source, group in rows:
            owned.setdefault(source, set()).add(group)
        return owned

    def groups(self, workspace: str) -> dict[str, set[str]]:
        """Return the sources of each role that was given some, by what people call it."""
        with self._records.read() as db:
            rows = db.execute(
                "SELECT group_id, name, source FROM group_scopes WHERE workspace = ?", (workspace,)
            ).fetchall()
        theirs: dict[str, set[str]] = {}
        for id, name, source in rows:
            theirs.setdefault(Group(id=id, name=name).called, set()).add(source)
        return theirs

    def give(self, where: Conversation, sources: frozenset[str]) -> None:
        """Give a channel its own sources, or with none all of them."""
        place = where.workspace, where.channel
        with self._records.write() as db:
            db.execute("DELETE FROM scopes WHERE workspace = ? AND channel = ?", place)
            db.executemany("INSERT INTO scopes VALUES (?, ?, ?)", [(*place, name) for name in sources])

    def own(self, workspace: str, group: Group, sources: frozenset[str]) -> None:
        """Give a role its own sources, or with none take them back."""
        rows = [(workspace, group.id, group.name, source) for source in sources]
        with self._records.write() as db:
            db.execute("DELETE FROM group_scopes WHERE workspace = ? AND group_id = ?", (workspace, group.id))
            db.executemany("INSERT INTO group_scopes VALUES (?, ?, ?, ?)", rows)
