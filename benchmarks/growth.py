"""Measure how questions fare as a corpus grows, on real passages and as many varied ones as it takes.

    benchmarks/growth.py DATA QUESTIONS [--size 10000]... [--cache DIR]

DATA is a data folder that was synced, as benchmarks/quality.py leaves them in .quoth-bench/NAME/data;
QUESTIONS is a file of questions to it. Its passages are copied until there are enough. In a copy, half
of the words are exchanged for others of the same length, and the vectors, of the whole and of each
token, are turned aside; so nothing is embedded, and no two passages are alike.
"""

import argparse
import hashlib
import os
import platform
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np

from bot.bootstrap import LOCAL, Application
from bot.console import out
from bot.settings import load
from index.passages import Audience
from index.queries import read_queries
from index.revisions import advance
from index.tokens import HEADER, ID, NUMBER, SCALE

OURS = Audience(workspace=LOCAL)
TURNED = 0.5
"""How long, against a vector, is the random one that is added to it: what comes out has a cosine of 0.9."""

ASKERS = 200
NOTES = 100
"""Documents that are synced while questions are asked."""


class Growing:
    """A catalogue whose passages are copied."""

    def __init__(self, catalog: sqlite3.Connection) -> None:
        self._db = catalog
        self._chance = random.Random(1)
        self._noise = np.random.default_rng(1)
        self._words: dict[int, list[str]] = {}
        for (text,) in catalog.execute("SELECT text FROM passages ORDER BY id LIMIT 2000"):
            for word in re.findall(r"\w+", text):
                self._words.setdefault(len(word), []).append(word)
        catalog.create_function("varied_key", 2, lambda key, copy: _hash(f"{key} {copy}"))
        catalog.create_function("varied_text", 1, self._text)
        catalog.create_function("varied_vector", 1, self._vector)
        catalog.create_function("varied_tokens", 1, self._tokens)

    def reach(self, size: int) -> None:
        """Have about so many passages."""
        documents, passages, held = self._db.execute(
            "SELECT (SELECT max(id) FROM documents), max(id), count(*) FROM passages"
        ).fetchone()
        for copy in range(1, -(-size // held)):
            self._copy(copy, documents, passages)
        self._db.execute(
            "DELETE FROM passages WHERE id > (SELECT id FROM passages LIMIT 1 OFFSET ?)", (size - 1,)
        )

    def _copy(self, copy: int, documents: int, passages: int) -> None:
        at = {"copy": copy, "documents": documents, "passages": passages}
        rest = self._but("vectors", "id", "key", "vector", "tokens")
        self._db.execute(
            f"""INSERT INTO vectors (key, vector, tokens, {rest}) SELECT varied_key(key, :copy),
            varied_vector(vector), varied_tokens(tokens), {rest} FROM vectors
            WHERE key IN (SELECT vector_key FROM passages WHERE id <= :passages)""",
            at,
        )
        rest = self._but("documents", "id", "uri")
        self._db.execute(
            f"""INSERT INTO documents (id, uri, {rest})
            SELECT id + :copy * :documents, uri || ' ' || :copy, {rest}
            FROM documents WHERE id <= :documents""",
            at,
        )
        rest = self._but("passages", "id", "document_id", "text", "vector_key")
        self._db.execute(
            f"""INSERT INTO passages (id, document_id, text, vector_key, {rest})
            SELECT id + :copy * :passages, document_id + :copy * :documents, varied_text(text),
            varied_key(vector_key, :copy), {rest} FROM passages WHERE id <= :passages""",
            at,
        )

    def _but(self, table: str, *names: str) -> str:
        columns = [row[1] for row in self._db.execute(f"PRAGMA table_info({table})")]
        return ", ".join(f'"{column}"' for column in columns if column not in names)

    def _text(self, text: str) -> str:
        return re.sub(r"\w+", self._word, text)

    def _word(self, found: re.Match[str]) -> str:
        others = self._words.get(len(found[0])) if self._chance.random() < 0.5 else None
        return self._chance.choice(others) if others else found[0]

    def _vector(self, blob: bytes) -> bytes:
        vector = np.frombuffer(blob, np.float32)
        turned = vector + TURNED / np.sqrt(len(vector)) * self._noise.standard_normal(len(vector))
        return np.asarray(turned / np.linalg.norm(turned), np.float32).tobytes()

    def _tokens(self, blob: bytes) -> bytes:
        """Turn the lowest bit of some of the coordinates."""
        count = int(np.frombuffer(blob, NUMBER, 1)[0])
        start = HEADER * NUMBER.itemsize + count * (ID.itemsize + SCALE.itemsize + 1)
        codes = np.frombuffer(blob, np.uint8, offset=start)
        return blob[:start] + (codes ^ (self._noise.integers(0, 256, len(codes), np.uint8) & 0x11)).tobytes()


def grown(data: Path, size: int, cache: Path) -> Path:
    """Return a data folder of so many passages, made if it is not there."""
    folder = cache / str(size)
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with (
            sqlite3.connect(data / "catalog.sqlite") as source,
            sqlite3.connect(folder / "catalog.sqlite") as db,
        ):
            source.backup(db)
            db.row_factory = sqlite3.Row
            Growing(db).reach(size)
            db.execute("DELETE FROM images")
            advance(db, LOCAL)
        (folder / "complete").touch()
    return folder


class Measured:
    """One process with an index, as it is measured."""

    def __init__(self, data: Path, questions: Path) -> None:
        self._questions = [query.text for query in read_queries(questions)]
        self._notes = data / "notes"
        began = time.perf_counter()
        self._application = Application(load(data=data))
        self._application.embedder().embed_query("warm")
        self._report("embedder ready", time.perf_counter() - began)
        began = time.perf_counter()
        self._ask(self._questions[0])
        self._report("first answer after that", time.perf_counter() - began)

    def run(self) -> None:
        """Measure everything, and print a line of each."""
        self._each("question", self._questions[1:])
        self._at_once()
        self._edited()
        self._beside_a_sync()
        self._sizes()

    def _ask(self, question: str) -> None:
        self._application.searcher.search(question, k=5, audience=OURS)

    def _each(self, name: str, questions: Sequence[str], ask: Callable[[str], None] | None = None) -> None:
        times = []
        for question in questions:
            began = time.perf_counter()
            (ask or self._ask)(question)
            times.append(time.perf_counter() - began)
        self._report(f"{name}, p50", float(np.percentile(times, 50)))
        self._report(f"{name}, p99", float(np.percentile(times, 99)))

    def _at_once(self) -> None:
        asked = [f"{question} please" for question in (self._questions * ASKERS)[:ASKERS]]
        asked = [f"{question} {number}" for number, question in enumerate(asked)]
        began, done = time.perf_counter(), []

        def ask(question: str) -> None:
            self._ask(question)
            done.append(time.perf_counter() - began)

        with ThreadPoolExecutor(ASKERS) as pool:
            list(pool.map(ask, asked))
        self._report(f"{ASKERS} askers at once, the last has an answer after", max(done))

    def _edited(self) -> None:
        self._notes.mkdir(exist_ok=True)
        (self._notes / "note.md").write_text("# Note\n\nThe okapi is a shy animal.\n")
        self._application.library.add(LOCAL, str(self._notes), name="notes", base_url="")
        self._sync()
        (self._notes / "note.md").write_text("# Note\n\nThe okapi is a shy animal of the forest.\n")
        began = time.perf_counter()
        self._sync()
        [first, *_] = self._application.searcher.search("shy okapi of the forest", k=1, audience=OURS)
        assert "of the forest" in first.passage.text
        self._report("one edited line until it is found", time.perf_counter() - began)

    def _beside_a_sync(self) -> None:
        for number in range(NOTES):
            lines = random.Random(number).sample(self._questions, 5)
            (self._notes / f"{number}.md").write_text(f"# Note {number}\n\n" + "\n\n".join(lines))
        syncing = threading.Thread(target=self._sync)
        syncing.start()
        self._each("question beside a sync", [f"{each} now" for each in self._questions])
        syncing.join()
        self._application.library.remove(LOCAL, "notes")

    def _sync(self) -> None:
        self._application.library.sync(LOCAL, "notes", lambda step: None)

    def _sizes(self) -> None:
        status = Path("/proc/self/status").read_text()
        for name, what in (("VmRSS", "resident"), ("RssFile", "of that, files that can be let go")):
            self._report(what, int(re.findall(rf"{name}:\s+(\d+)", status)[0]) / 1000, "MB")
        data = self._application.data
        self._report("catalogue on disk", (data / "catalog.sqlite").stat().st_size / 1e6, "MB")
        files = [file for file in (data / "vectors").rglob("*") if file.is_file()]
        words = [file for file in files if "words" in file.parts]
        self._report("words on disk", sum(file.stat().st_size for file in words) / 1e6, "MB")
        vectors = sum(file.stat().st_size for file in files if file not in words)
        self._report("vectors on disk", vectors / 1e6, "MB")
        self._report("recall as status tells it", self._application.searcher.recall(workspace=LOCAL), "")

    def _report(self, what: str, value: float, unit: str = "s") -> None:
        shown = f"{1000 * value:,.1f} ms" if unit == "s" and value < 1 else f"{value:,.3g} {unit}"
        out.print(f"| {what} | {shown} |")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> None:
    """Run it: each size in processes of its own, the first of which makes what is derived."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--size", type=int, action="append", help="passages; may be repeated")
    parser.add_argument("--cache", type=Path, default=Path(".quoth-bench/growth"))
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        Measured(options.data, options.questions).run()
        return
    for size in options.size or [10_000, 100_000]:
        data = grown(options.data, size, options.cache)
        out.print(f"\n{size:,} passages\n\n| | |\n| --- | --- |")
        began = time.perf_counter()
        application = Application(load(data=data))
        application.searcher.prepare(LOCAL)
        out.print(f"| vectors and words made | {time.perf_counter() - began:.1f} s |")
        subprocess.run([sys.executable, __file__, str(data), str(options.questions), "--measure"], check=True)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    out.print(f"\n{machine}, {date.today()}")


if __name__ == "__main__":
    main()
