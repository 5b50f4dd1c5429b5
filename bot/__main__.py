"""Run the command line, as `quoth` or as `python -m bot`."""

import sys

from bot.outline import outline


def main() -> None:
    """Show the commands, or run one."""
    if sys.argv[1:] in ([], ["--help"]):
        outline()(["--help"])
    # Imported here because it takes most of a second, which a look at the commands should not.
    from bot.cli import main as run

    run()


if __name__ == "__main__":
    main()
