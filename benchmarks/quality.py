"""Measure the quality of answers on every question set that is there, in one table.

    benchmarks/quality.py [--only NAME]... [--cache DIR]

Each set's documents are indexed once, into a data folder of their own in the cache; another run
reads only what has changed. The answers are kept there, too, for `quoth eval --against`. The sets
beside this checkout, in ../shared, are left out where that folder is not.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from bot.bootstrap import Application
from bot.console import bar, err, out, report
from bot.evaluating import ask_all, judge_all, read_all
from bot.lines import encoded
from bot.scoreboard import ALL, tables
from bot.settings import load
from index.evaluation import score
from index.judging import Judgement
from index.queries import read_queries

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

Material: TypeAlias = tuple[dict[str, Path], Path]
"""The sources to read, by name, and the question file."""


def python_git(cache: Path) -> Material:
    """The Python and Git documentation as one index of two sources; unpacked when it is not there."""
    _run("sh", SHARED / "eval" / "corpora.sh", cache)
    names = ("python3.11-doc", "git-doc")
    return {
        name: html_alone(cache / name, cache / "html" / name) for name in names
    }, SHARED / "eval" / "dev_python_git.jsonl"


def html_alone(folder: Path, copy: Path) -> Path:
    """Copy the HTML pages of a folder, and return the copy.

    Both packages hold each page's source, too, as text: every passage would stand there twice, once
    under a name that no question means.
    """
    for page in folder.rglob("*.html"):
        target = copy / page.relative_to(folder)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(page, target)
    return copy


def xquad(cache: Path) -> Material:
    """Paragraphs of encyclopaedia articles (XQuAD-en); written when they are not there."""
    if not (cache / "questions.jsonl").exists():
        _run(sys.executable, SHARED / "eval" / "xquad.py", cache)
    return {"xquad": cache / "docs"}, cache / "questions.jsonl"


def article(cache: Path) -> Material:
    """The one article beside this checkout."""
    return {"article": SHARED / "seeds"}, SHARED / "eval" / "dev_seed.jsonl"


def seeds(cache: Path) -> Material:
    """The starter corpus and its own questions."""
    return {"seeds": ROOT / "seeds"}, ROOT / "seeds" / "questions.jsonl"


SETS: dict[str, Callable[[Path], Material]] = {
    "python-git": python_git,
    "xquad": xquad,
    "article": article,
    "seeds": seeds,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=SETS, help="measure this set; may be repeated")
    parser.add_argument("--cache", type=Path, default=Path(".quoth-bench"), help="default: .quoth-bench")
    options = parser.parse_args(arguments)
    present = list(SETS) if (SHARED / "eval").is_dir() else ["seeds"]
    chosen = [name for name in present if name in (options.only or present)]
    for name in set(options.only or SETS) - set(chosen):
        err.print(f"{name} is left out: there is no folder ../shared/eval beside this checkout.")
    runs = {name: _measured(name, options.cache / name) for name in chosen}
    if runs:
        scores = {name: score(run) for name, run in runs.items()}
        for table in tables(scores | {ALL: score([judged for run in runs.values() for judged in run])}):
            out.print(table)
        out.print(circumstances())


def _measured(name: str, cache: Path) -> list[Judgement]:
    cache.mkdir(parents=True, exist_ok=True)
    sources, questions = SETS[name](cache)
    application = Application(load(data=cache / "data"))
    with bar() as watch:
        synced = read_all(application, sources, watch)
    report(synced, source=name, to=err)
    queries = read_queries(questions)
    with bar() as watch:
        records = list(ask_all(application, queries, watch))
    (cache / "answers.jsonl").write_bytes(b"".join(map(encoded, records)))
    return judge_all(queries, records)


def circumstances() -> str:
    """Say on what machine, and when."""
    machine = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors"
    return f"{machine}, Python {platform.python_version()}, {date.today().isoformat()}"


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
