"""A repository on a forge of this machine, indexed by the installed command, and asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.forge import commit, serving

pytestmark = pytest.mark.model

QUOTH = Path(sys.executable).with_name("quoth")
BEFORE = b"# Lamps\n\n## Bulbs\n\nThe desk lamp takes bulbs of at most forty watts.\n"
AFTER = BEFORE.replace(b"forty", b"sixty")


def test_a_repository_is_indexed_asked_and_kept_fresh(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"QUOTH_FETCH_ALLOWED_HOSTS": '["127.0.0.1"]', "COLUMNS": "200"}

    def quoth(*words: str) -> str:
        return subprocess.run(
            [QUOTH, "--data", "data", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout

    with serving(tmp_path / "forge") as forge:
        lamps = forge.repository("lamps.git")
        commit(lamps, {"docs/lamps.md": BEFORE, "notes/todo.md": b"# To do\n\nBuy a desk lamp.\n"})
        added = quoth("sources", "add", forge.address("lamps.git"), "--option", "include=docs/")
        assert "1 document, 1 passage." in added
        asked = quoth("ask", "What bulbs does the desk lamp take?")
        assert "at most forty watts" in asked
        assert "docs/lamps.md" in asked

        commit(lamps, {"docs/lamps.md": AFTER})
        quoth("sync")
        assert "at most sixty watts" in quoth("ask", "What bulbs does the desk lamp take?")
