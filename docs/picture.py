"""Draws a real answer of the starter corpus as the README's picture."""

import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

QUESTION = "how did Alec and Hilaria meet"
PICTURE = Path(__file__).with_name("answer.svg")


def draw(data: str) -> None:
    """Ask ``quoth`` with this data folder and write what it shows."""
    shown = subprocess.run(
        [Path(sys.executable).with_name("quoth"), "--data", data, "ask", QUESTION],
        env={"FORCE_COLOR": "1", "COLUMNS": "84", "HF_HUB_OFFLINE": "1", "TERM": "xterm-256color"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    console = Console(record=True, width=84, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text.from_ansi(f"$ quoth ask {QUESTION!r}"))
    console.print(Text.from_ansi(shown))
    console.save_svg(str(PICTURE), title="Quoth")
    # Whoever looks at the picture should not fetch a font from elsewhere.
    PICTURE.write_text(re.sub(r"@font-face {.*?}", "", PICTURE.read_text("utf-8"), flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    draw(sys.argv[1])
