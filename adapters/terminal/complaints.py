"""What was wrong with a command, and how it is written right; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What stands behind a command: in words, in an example, and how many words it may be.

    ``choices`` name what the words may be, by their position; what is not named may be anything.
    """

    needs: str
    example: str
    fewest: int = 0
    most: int = 1
    choices: tuple[tuple[str, ...], ...] = ()


_SOURCE = "the name of a source"
_SOURCES = {"show": _SOURCE, "pause": _SOURCE, "resume": _SOURCE}

USAGES = {
    "/ask": Usage(
        needs="a question, or --source with a source's name or --version with a version before it",
        example="/ask --source handbook How long is leave?",
        fewest=1,
        most=1_000,
    ),
    "/versions": Usage(needs="the name of one source, or nothing for all", example="/versions handbook"),
    "/notify": Usage(needs="on or off", example="/notify off", fewest=1, choices=(("on", "off"),)),
    "/add": Usage(
        needs="a path or address, and if you like a name and options",
        example='/add "my notes" notes',
        fewest=1,
        most=2,
    ),
    "/golden": Usage(
        needs="nothing, add and a question, or gather",
        example="/golden add How long is leave?",
        most=1_000,
        choices=(("add", "gather"),),
    ),
    "/mode": Usage(needs="one mode, or nothing", example="/mode"),
    **{
        f"/{word}": Usage(needs=need, example=f"/{word} handbook", fewest=1)
        for word, need in _SOURCES.items()
    },
    "/schedule": Usage(
        needs="the name of a source, and every 6h, daily 03:00, cron with five fields, or off",
        example="/schedule handbook every 6h",
        fewest=2,
        most=7,
    ),
    "/remove": Usage(
        needs="the name of a source, and yes to do it at once",
        example="/remove handbook yes",
        fewest=1,
        most=2,
        choices=((), ("yes",)),
    ),
    "/reindex": Usage(needs="the name of one source, or nothing for all", example="/reindex handbook"),
    "/suggest": Usage(
        needs="words to look for among what can be asked", example="/suggest leave", fewest=1, most=1_000
    ),
    "/verify": Usage(needs="the receipt that stands below a passage", example="/verify k3v7qa", fewest=1),
    "/export": Usage(
        needs="questions or feedback, and csv or jsonl if you like",
        example="/export feedback jsonl",
        fewest=1,
        most=2,
        choices=(("questions", "feedback"), ("csv", "jsonl")),
    ),
    "/forget-me": Usage(needs="yes, or nothing", example="/forget-me yes", choices=(("yes",),)),
}


def complaint(command: str, words: Sequence[str]) -> str:
    """Say what is wrong with the words behind a command of USAGES, and give an example that works."""
    usage = USAGES[command]
    return f"{_wrong(command, words, usage)} For example: {usage.example}"


def _wrong(command: str, words: Sequence[str], usage: Usage) -> str:
    for word, known in zip(words, usage.choices, strict=False):
        if known and word not in known:
            return f"“{word}” is not what {command} takes there. It takes {usage.needs}."
    if len(words) > usage.most:
        spaces = " A name with spaces stands in quotation marks." if usage.fewest else ""
        more = " ".join(words[usage.most :])
        return f"“{more}” is too much behind {command}. It takes {usage.needs}.{spaces}"
    return f"{command} needs {usage.needs}."


def alone(command: str, words: Sequence[str]) -> str:
    """Say that nothing stands behind a command."""
    return f"Nothing stands behind {command}, so leave out “{' '.join(words)}”."


def unknown(command: str, known: Sequence[str]) -> str:
    """Say that there is no such command, and which one may be meant."""
    close = get_close_matches(command, known, 1, 0.75)
    meant = f" Perhaps {close[0]} is meant." if close else ""
    return f"There is no command {command}.{meant} /help lists those that there are."


def barred(command: str, first: str, words: str, example: str) -> str:
    """Say what a command lacks that has a bar between its parts; ``first`` is what stands before it."""
    if not first:
        return f"{command} needs {words}, with a bar between them. For example: {example}"
    return f"There is no bar | behind “{first}”. {command} needs {words}. For example: {example}"
