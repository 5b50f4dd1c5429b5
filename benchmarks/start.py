"""Measure how long a person waits for the command line: the list of commands, and a first answer.

    benchmarks/start.py [--rounds 5] [--data DIR]

Each command runs in a process of its own, the best and the middle one of all rounds being shown, and how
much of the time it computed: on a machine with nothing else to do it takes about that long. The index is
that of the starter corpus, read before, or the one in the data folder that is named.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.table import Table

from benchmarks.circumstances import circumstances
from bot.console import out

QUESTION = "What does Quoth need to run?"


def seconds(*words: str) -> tuple[float, float]:
    """Run a program and return how long it took, and how much of that it computed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, *words], capture_output=True, check=False)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(rounds: int, data: str) -> Table:
    """Return the table."""
    quoth = ("-m", "bot", "--data", data)
    programs = {
        "python, doing nothing": ("-c", ""),
        "quoth --help": ("-m", "bot", "--help"),
        "quoth status": (*quoth, "status"),
        "quoth ask": (*quoth, "ask", QUESTION),
    }
    table = Table("", "seconds, best", "middle", "computed, best")
    # The first time, the starter corpus is read and the model is converted.
    for name, words, times in [
        ("the very first quoth ask", programs["quoth ask"], 1),
        *((name, words, rounds) for name, words in programs.items()),
    ]:
        waited, computed = zip(*(seconds(*words) for _ in range(times)), strict=True)
        table.add_row(name, f"{min(waited):.2f}", f"{statistics.median(waited):.2f}", f"{min(computed):.2f}")
    return table


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        out.print(measured(chosen.rounds, str(chosen.data or empty)), circumstances())


if __name__ == "__main__":
    main()
