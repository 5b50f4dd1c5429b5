"""What every change to the catalogue has in common: a new revision, what came and went, and tidying."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence

VARIABLES = 500
"""How many values one statement takes at a time; SQLite's own limit was 999 for many years."""

LOGGED = 20_000
"""Of how many changed passages a revision is told; beyond, looking at all of them is no slower."""

KEPT_REVISIONS = 100
"""Of how many revisions of a workspace it is known what came and went."""


def touch(db: sqlite3.Connection, workspace: str) -> None:
    """Record that a workspace is used."""
    db.execute("INSERT OR IGNORE INTO workspaces (name) VALUES (?)", (workspace,))


def source_id(db: sqlite3.Connection, workspace: str, name: str) -> int | None:
    """Return the id of a source, or None."""
    row = db.execute("SELECT id FROM sources WHERE workspace = ? AND name = ?", (workspace, name)).fetchone()
    return int(row["id"]) if row else None


def advance(db: sqlite3.Connection, workspace: str, changed: Collection[int] | None = None) -> None:
    """Give a workspace a new revision; ``changed`` are the passages that came or went, None for unknown."""
    before = db.execute("SELECT revision FROM workspaces WHERE name = ?", (workspace,)).fetchone()["revision"]
    db.execute("UPDATE workspaces SET revision = abs(random() / 2) WHERE name = ?", (workspace,))
    if changed is None or len(changed) > LOGGED:
        db.execute("DELETE FROM revisions WHERE workspace = ?", (workspace,))
    else:
        _log(db, workspace, before, changed)


def _log(db: sqlite3.Connection, workspace: str, before: int, changed: Collection[int]) -> None:
    # What was before it has to be known for changes since then to be told.
    db.execute(
        """INSERT INTO revisions (workspace, revision) SELECT :workspace, :before
        WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE workspace = :workspace AND revision = :before)""",
        {"workspace": workspace, "before": before},
    )
    row = db.execute(
        """INSERT INTO revisions (workspace, revision) SELECT name, revision FROM workspaces
        WHERE name = ? RETURNING id""",
        (workspace,),
    ).fetchone()
    db.executemany("INSERT INTO changes VALUES (?, ?)", [(row["id"], passage_id) for passage_id in changed])
    db.execute(
        """DELETE FROM revisions WHERE workspace = :workspace AND id <= (
            SELECT id FROM revisions WHERE workspace = :workspace ORDER BY id DESC LIMIT 1 OFFSET :kept
        )""",
        {"workspace": workspace, "kept": KEPT_REVISIONS},
    )


def prune_vectors(db: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Delete those of some vectors that neither a passage nor an image needs any more."""
    for batch in batches(list(keys)):
        db.execute(
            f"""DELETE FROM vectors WHERE key IN ({marks(batch)})
            AND NOT EXISTS (SELECT 1 FROM passages p WHERE p.vector_key = vectors.key)
            AND NOT EXISTS (SELECT 1 FROM image_keys k WHERE k.key = vectors.key)""",
            tuple(batch),
        )


def prune_embedders(db: sqlite3.Connection) -> None:
    """Delete the vectors that no workspace is searched with, unless one does not say yet with which."""
    unknown = db.execute(
        """SELECT EXISTS (SELECT 1 FROM documents d JOIN sources s ON s.id = d.source_id
        JOIN workspaces w ON w.name = s.workspace WHERE w.embedder = '') AS unknown"""
    ).fetchone()["unknown"]
    if not unknown:
        db.execute("DELETE FROM vectors WHERE embedder NOT IN (SELECT embedder FROM workspaces)")


def batches(values: list[int] | list[str]) -> Iterator[list[int] | list[str]]:
    """Yield the values in lists that one statement takes."""
    return (values[i : i + VARIABLES] for i in range(0, len(values), VARIABLES))


def marks(values: Sequence[object]) -> str:
    """Return a question mark for each value."""
    return ", ".join("?" * len(values))
