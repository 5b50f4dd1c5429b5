"""What `quoth --help` shows, without importing what the commands do: that would take most of a second."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

HELP = "Answers questions by quoting your documents, word for word."

EPILOG = (
    "Settings stand in quoth.toml and .env in the working folder, and in the environment: "
    "threshold below \\[answers] in the file is QUOTH_ANSWERS_THRESHOLD elsewhere. "
    "`quoth doctor` lists them all, and where each one came from."
)

COMMANDS = {
    "eval": "Measure the answers to a file of questions. Exit status: 0, 1 below a --min, 2 error.",
    "setup": "Connect Discord and Slack, step by step. With tokens it asks nothing. Exit status: 0, or 2.",
    "ask": "Ask one question. Exit status: 0 answered, 1 at most something close, 2 error.",
    "chat": "Chat in the terminal.",
    "run": "Serve every platform that has tokens, and the terminal if there is one.",
    "sync": "Read what has changed in one local source, or in all sources of all communities.",
    "verify": "Check quotes against the kept texts and the sources. Exit status 1 if one does not match.",
    "export": "Print questions or feedback of all communities, for other programs to read.",
    "hygiene": "Print what should be mended in the sources, as Markdown: contradictions, repetitions and "
    "more.",
    "golden": "Print the golden questions for `quoth sources check` and `quoth eval`, one JSON object a "
    "line.",
    "status": "Say what Quoth has read.",
    "doctor": "List every setting and where it came from, and try every part. Exit status 2 if one is "
    "broken.",
    "health": "Exit with status 0 if `quoth run` is alive, else 1.",
    "sources": "What Quoth has read.",
}
"""Every command with its first line, in their order; a test compares them with what the commands say."""

Data = Annotated[Path | None, typer.Option(help="The data folder; QUOTH_DATA sets it, too.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"Quoth {version('quoth')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
]


class Commands(TyperGroup):
    """Commands whose options show no type where they take no value."""

    def get_params(self, ctx: Any) -> Any:
        """Return the options."""
        return _without_flag_types(super().get_params(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, whose options are shown in the same way."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _without_flag_types(command.get_params(ctx))
        return command


def _without_flag_types(params: Any) -> Any:
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
    return params


def outline() -> typer.Typer:
    """Return the commands without what they do."""
    app = typer.Typer(cls=Commands, help=HELP, epilog=EPILOG)

    @app.callback()
    def choose(data: Data = None, _version: Version = False) -> None:
        pass

    for name, first_line in COMMANDS.items():
        app.command(name, help=first_line)(lambda: None)
    return app
