"""The list of commands, which imports none of them."""

import subprocess
import sys

from typer.testing import CliRunner

from bot.cli import app
from bot.outline import outline


def test_the_list_of_commands_is_what_the_commands_say_themselves() -> None:
    assert CliRunner().invoke(app, ["--help"]).output == CliRunner().invoke(outline(), ["--help"]).output


def test_looking_at_the_commands_imports_nothing_of_the_core() -> None:
    for words in ([], ["--help"]):
        program = (
            "import atexit, sys; from bot.__main__ import main\n"
            f"sys.argv = ['quoth', *{words}]\n"
            "heavy = {'bot.bootstrap', 'numpy', 'pydantic'}\n"
            "atexit.register(lambda: print('imported', heavy & set(sys.modules)))\n"
            "main()"
        )
        shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert "Ask one question." in shown.stdout
        assert "imported set()" in shown.stdout
