"""Measure how questions fare as a corpus grows, on real passages and as many varied ones as it takes.

    benchmarks/growth.py DATA QUESTIONS [--size 10000]... [--cache DIR]

DATA is a data folder that was synced, as benchmarks/quality.py leaves them in .quoth-bench/NAME/data;
QUESTIONS is a file of questions to it. Its passages are varied (benchmarks/varied.py) until there are
enough. Each size is measured in a process of its own, and kept in benchmarks/results/growth.json, from
which the table is printed and docs/growth.svg is drawn; sizes measured before, on the same machine and
day, stay there.
"""

import argparse
import asyncio
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from benchmarks.chart import chart
from benchmarks.circumstances import circumstances
from benchmarks.start import seconds
from benchmarks.varied import grown
from bot.bootstrap import LOCAL, Application
from bot.console import out
from bot.dispatch import ThreadedCore
from bot.messages import Actor, Ask, Conversation, Failed, Refused
from bot.settings import load
from index.passages import Audience
from index.queries import read_queries

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "growth.json"
CHART = ROOT / "docs" / "growth.svg"

OURS = Audience(workspace=LOCAL)
SIZES = (10_000, 26_600, 100_000, 1_000_000)
STARTS = 3
ASKERS = 200
NOTES = 100
"""Documents that are synced while questions are asked."""

Figures: TypeAlias = dict[str, float]
"""What was measured, by name with unit."""


class Measured:
    """One process with an index, as it is measured."""

    def __init__(self, data: Path, questions: Path) -> None:
        self._questions = [query.text for query in read_queries(questions)]
        self._notes = data / "notes"
        self._application = Application(load(data=data))
        self.figures: Figures = {}

    def run(self) -> None:
        """Measure everything."""
        self._ask(self._questions[0])
        self._each("question", self._questions[1:])
        self._resident("resident after them")
        self._edited()
        self._beside_a_sync()
        asyncio.run(self._at_once())
        self._resident("resident after all of this")
        self._on_disk()
        recall = self._application.searcher.recall(workspace=LOCAL)
        self.figures["recall@10 that status shows, %"] = 100 * recall

    def _ask(self, question: str) -> None:
        self._application.searcher.search(question, k=5, audience=OURS)

    def _each(self, name: str, questions: Sequence[str]) -> None:
        waited, computed = [], []
        for question in questions:
            began, before = time.perf_counter(), time.process_time()
            self._ask(question)
            waited.append(1000 * (time.perf_counter() - began))
            computed.append(1000 * (time.process_time() - before))
        for percent in (50, 99):
            self.figures[f"{name}, p{percent}, ms"] = float(np.percentile(waited, percent))
        if name == "question":
            self.figures["computed for a question, p50, ms"] = float(np.percentile(computed, 50))

    async def _at_once(self) -> None:
        """Ask as people on a platform do, each for themselves, all in the same moment."""
        core = ThreadedCore(self._application.router.handle, errands=self._application.errands)
        times, began = [], time.perf_counter()

        async def ask(number: int) -> None:
            request = Ask(
                actor=Actor(id=f"asker {number}"),
                conversation=Conversation(platform="local", workspace=LOCAL, channel=f"channel {number}"),
                question=f"{self._questions[number % len(self._questions)]} {number}",
            )
            async for reply in core.replies(request):
                assert not isinstance(reply, Failed | Refused), reply
            times.append(time.perf_counter() - began)

        await asyncio.gather(*map(ask, range(ASKERS)))
        core.close()
        self.figures[f"{ASKERS} askers at once, answers a second"] = len(times) / max(times)
        self.figures[f"{ASKERS} askers at once, p99, s"] = float(np.percentile(times, 99))

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
        self.figures["one edited line until it is found, s"] = time.perf_counter() - began

    def _beside_a_sync(self) -> None:
        for number in range(NOTES):
            lines = random.Random(number).sample(self._questions, 5)
            (self._notes / f"{number}.md").write_text(f"# Note {number}\n\n" + "\n\n".join(lines))
        syncing = threading.Thread(target=self._sync)
        syncing.start()
        self._each("question beside a sync", [f"{each} now" for each in self._questions])
        syncing.join()
        self._application.library.remove(LOCAL, "notes")
        shutil.rmtree(self._notes)

    def _sync(self) -> None:
        self._application.library.sync(LOCAL, "notes", lambda step: None)

    def _resident(self, name: str) -> None:
        status = Path("/proc/self/status").read_text()
        total, anonymous = (
            int(re.findall(rf"{field}:\s+(\d+)", status)[0]) / 1000 for field in ("VmRSS", "RssAnon")
        )
        self.figures[f"{name}, MB"] = total
        self.figures[f"{name}, without files that can be let go, MB"] = anonymous

    def _on_disk(self) -> None:
        data = self._application.data
        files = [file for file in (data / "vectors").rglob("*") if file.is_file()]
        words = [file for file in files if "words" in file.parts]
        vectors = [file for file in files if file not in words]
        for name, parts in (
            ("vectors", vectors),
            ("words", words),
            ("catalogue", [data / "catalog.sqlite"]),
        ):
            self.figures[f"{name} on disk, MB"] = sum(file.stat().st_size for file in parts) / 1e6


def prepared(data: Path, questions: Path) -> Figures:
    """Make what is derived from the catalogue."""
    application = Application(load(data=data))
    application.embedder()
    began = time.perf_counter()
    application.searcher.prepare(LOCAL)
    return {
        "vectors and words made, s": time.perf_counter() - began,
        "resident at most meanwhile, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }


def asked(data: Path, questions: Path) -> Figures:
    """Ask an application that finds everything made."""
    measured = Measured(data, questions)
    measured.run()
    return measured.figures


PARTS: dict[str, Callable[[Path, Path], Figures]] = {"prepared": prepared, "asked": asked}
"""What is measured in a process of its own, by name."""


def measured(data: Path, questions: Path) -> Figures:
    """Return the figures of a data folder, and how busy others kept the machine before."""
    busy = os.getloadavg()[0]
    figures = _apart("prepared", data, questions)
    question = read_queries(questions)[0].text
    starts = [seconds("-m", "bot", "--data", str(data), "ask", question) for _ in range(STARTS)]
    waited, computed = (min(times) for times in zip(*starts, strict=True))
    figures |= {"`quoth ask` from start to answer, s": waited, "of that computed, s": computed}
    figures |= _apart("asked", data, questions)
    return figures | {"load of the machine before": busy}


def _apart(part: str, data: Path, questions: Path) -> Figures:
    command = (sys.executable, __file__, str(data), str(questions), "--part", part)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def table(sizes: dict[str, Figures]) -> str:
    """Return a Markdown table of what was measured, with a column for each size."""
    lines = ["| | " + " | ".join(f"{int(size):,} passages" for size in sizes) + " |"]
    lines.append("| --- |" + " --- |" * len(sizes))
    for name in dict.fromkeys(name for figures in sizes.values() for name in figures):
        values = (figures.get(name) for figures in sizes.values())
        shown = ("" if value is None else _rounded(value) for value in values)
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines)


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def measured_before(results: Path) -> dict[str, Figures]:
    """Return what was measured before in the same circumstances, by size."""
    if not results.exists():
        return {}
    record = json.loads(results.read_text(encoding="utf-8"))
    sizes: dict[str, Figures] = record["sizes"] if record["circumstances"] == circumstances() else {}
    return sizes


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--size", type=int, action="append", help="passages; may be repeated")
    parser.add_argument("--cache", type=Path, default=Path(".quoth-bench/growth"))
    parser.add_argument("--results", type=Path, default=RESULTS, help="the figures, as JSON")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options.data, options.questions)))
        return
    sizes = measured_before(options.results)
    for size in sorted(options.size or SIZES):
        data = grown(options.data, size, options.cache)
        out.print(f"{size:,} passages in {data}")
        sizes[str(size)] = measured(data, options.questions)
        # After each, as the last takes longest.
        options.results.parent.mkdir(exist_ok=True)
        sizes = dict(sorted(sizes.items(), key=lambda each: int(each[0])))
        record = {"circumstances": circumstances(), "sizes": sizes}
        options.results.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(table(sizes), circumstances(), sep="\n\n")
    CHART.write_text(chart(sizes), encoding="utf-8")


if __name__ == "__main__":
    main()
