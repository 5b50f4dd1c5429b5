"""Writes docs/safety.md: what becomes of every trap, and of what else is hostile."""

from collections.abc import Iterator
from pathlib import Path

from bot.registry import READERS
from index.sandbox import Limits, Sandbox
from tests.index.hostile import CORPUS, ELSEWHERE, FORMATS, LIMITS, made_for, outcome

PREFACE = Path(__file__).with_name("safety.md")


def _page(sandbox: Sandbox) -> Iterator[str]:
    yield (
        PREFACE.read_text(encoding="utf-8")
        .rstrip("\n")
        .format(
            memory=f"{LIMITS.memory_bytes // 1_000_000:,}",
            seconds=f"{Limits().cpu_seconds:g}",
            more=f"{LIMITS.cpu_seconds_per_mb:g}",
            patience=f"{LIMITS.patience:g}",
        )
    )
    stopped = others = 0
    for name, (_, make) in CORPUS.items():
        data = make()
        own = outcome(sandbox, made_for(name), data)
        yield f"| {name} | {made_for(name)} | {_size(len(data))} | {own} |"
        for format in FORMATS:
            if READERS[format] != READERS[made_for(name)]:
                other = outcome(sandbox, format, data)
                others += 1
                stopped += other.was_stopped
    yield (
        "\nEach of them was also given to the readers of all other formats, under a name of theirs: of "
        f"these {others:,} readings {stopped:,} had to be stopped by a limit, {others - stopped:,} ended by "
        "themselves. After every one the next document was read as ever."
    )
    yield ELSEWHERE.read_text(encoding="utf-8").rstrip("\n")


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size:,} bytes"


if __name__ == "__main__":
    room = Sandbox(READERS, LIMITS)
    for row in _page(room):
        print(row, flush=True)
    room.close()
