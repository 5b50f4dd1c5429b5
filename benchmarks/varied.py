"""A data folder of as many passages as it takes, varied from those of another, so that nothing is embedded.

In a copy, half of the words are exchanged for others of the same length, and the vectors, of the whole and
of each token, are turned aside; no two passages are alike.
"""

import hashlib
import re
import shutil
import sqlite3
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path
from sys import intern

import numpy as np

from bot.bootstrap import LOCAL
from index.catalog import MIGRATIONS
from index.revisions import advance
from index.tokens import HEADER, ID, SCALE

TURNED = 0.5
"""How long, against a vector, is the random one that is added to it: what comes out has a cosine of 0.9."""

WORDS = re.compile(r"(\w+)")


def grown(base: Path, size: int, cache: Path) -> Path:
    """Return a data folder of so many passages, made if it is not there; ``base`` has those to vary."""
    folder = cache / str(size)
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if (base / "models").exists():  # converted and timed once for all sizes
            shutil.copytree(base / "models", folder / "models")
        with closing(sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)) as db:
            # It is of no use before it is complete, so it need not be safe until then.
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
                db.execute(f"PRAGMA {setting}")
            db.executescript((files("index") / "schema.sql").read_text(encoding="utf-8"))
            db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
            db.execute("ATTACH ? AS base", (f"{base / 'catalog.sqlite'}",))
            db.row_factory = sqlite3.Row
            _Varied(db).reach(size)
        (folder / "complete").touch()
    return folder


class _Varied:
    """Copies from the database ``base``, each passage as often as it takes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._noise = np.random.default_rng(1)
        self._ids = np.zeros(1, ID)
        self._words: dict[int, list[str]] = {}
        for row in db.execute("SELECT text FROM base.passages ORDER BY id LIMIT 2000"):
            for word in _pieces(row["text"])[1::2]:
                self._words.setdefault(len(word), []).append(word)
        db.create_function("varied_key", 2, _key)
        db.create_function("varied_text", 2, self._text)
        db.create_function("varied_vector", 2, self._vector)
        db.create_function("varied_tokens", 2, self._tokens)

    def reach(self, size: int) -> None:
        """Have so many passages."""
        self._db.execute("BEGIN")
        for table in ("workspaces", "sources", "projections", "recipes"):
            self._db.execute(f"INSERT OR REPLACE INTO main.{table} SELECT * FROM base.{table}")
        ids = [row["id"] for row in self._db.execute("SELECT id FROM base.passages ORDER BY id")]
        for copy in range(-(-size // len(ids))):
            self._copy(copy, ids[min(size - copy * len(ids), len(ids)) - 1])
        self._db.execute("UPDATE workspaces SET seeded = 1")
        advance(self._db, LOCAL)
        self._db.execute("COMMIT")

    def _copy(self, copy: int, last: int) -> None:
        """Copy the passages up to the last, with their documents and vectors."""
        documents, passages = self._db.execute(
            "SELECT (SELECT max(id) FROM base.documents), (SELECT max(id) FROM base.passages)"
        ).fetchone()
        at = {"copy": copy, "documents": documents, "passages": passages, "last": last}
        self._insert(
            "vectors",
            at,
            {
                "key": "varied_key(key, :copy)",
                "vector": "varied_vector(vector, :copy)",
                "tokens": "varied_tokens(tokens, :copy)",
            },
            "key IN (SELECT vector_key FROM base.passages WHERE id <= :last)",
            but=("id",),
        )
        self._insert(
            "documents",
            at,
            {"id": "id + :copy * :documents", "uri": "uri || ' ' || :copy"},
            "id IN (SELECT document_id FROM base.passages WHERE id <= :last)",
        )
        self._insert(
            "passages",
            at,
            {
                "id": "id + :copy * :passages",
                "document_id": "document_id + :copy * :documents",
                "text": "varied_text(text, :copy)",
                "content_hash": "varied_key(content_hash, :copy)",
                "vector_key": "varied_key(vector_key, :copy)",
            },
            "id <= :last",
        )

    def _insert(
        self, table: str, at: dict[str, int], varied: dict[str, str], which: str, but: tuple[str, ...] = ()
    ) -> None:
        rows = self._db.execute(f"PRAGMA main.table_info({table})")
        names = [row["name"] for row in rows if row["name"] not in but]
        values = [varied.get(name, f'"{name}"') for name in names]
        quoted = [f'"{name}"' for name in names]
        self._db.execute(
            f"""INSERT INTO main.{table} ({", ".join(quoted)})
            SELECT {", ".join(values)} FROM base.{table} WHERE {which} ORDER BY id""",
            at,
        )

    def _text(self, text: str, copy: int) -> str:
        if not copy:
            return text
        pieces = list(_pieces(text))
        chances = self._noise.random(len(pieces)).tolist()
        for place in range(1, len(pieces), 2):
            # One number says both whether, and for which.
            others = self._words.get(len(pieces[place])) if chances[place] < 0.5 else None
            if others:
                pieces[place] = others[int(2 * chances[place] * len(others))]
        return "".join(pieces)

    def _vector(self, blob: bytes, copy: int) -> bytes:
        if not copy:
            return blob
        vector = np.frombuffer(blob, np.float32)
        noise = self._noise.standard_normal(len(vector), np.float32)
        turned = vector + np.float32(TURNED / np.sqrt(len(vector))) * noise
        unit: bytes = (turned / np.linalg.norm(turned)).tobytes()
        return unit

    def _tokens(self, blob: bytes, copy: int) -> bytes:
        """Turn the lowest bit of some coordinates, and take half of the ids from the passage before."""
        count, width, _ = HEADER.unpack_from(blob)
        ids = np.frombuffer(blob, ID, count, HEADER.size)
        others, self._ids = self._ids, ids
        if not copy:
            return blob
        exchanged = np.where(self._noise.random(count) < 0.5, np.resize(others, count), ids)
        blob = blob[: HEADER.size] + exchanged.astype(ID).tobytes() + blob[HEADER.size + ids.nbytes :]
        start = HEADER.size + count * (ID.itemsize + SCALE.itemsize + 1)
        end = start + count * width // 2
        codes = np.frombuffer(blob[start:end], np.uint8)
        noise = np.frombuffer(self._noise.bytes(len(codes)), np.uint8)
        return blob[:start] + (codes ^ (noise & 0x11)).tobytes() + blob[end:]


@cache
def _pieces(text: str) -> tuple[str, ...]:
    """Return a text in pieces, those at odd places being its words; they are many times the same."""
    return tuple(intern(piece) for piece in WORDS.split(text))


def _key(key: str, copy: int) -> str:
    return hashlib.sha256(f"{key} {copy}".encode()).hexdigest() if copy else key
