"""A repository on a forge of this machine, indexed by the installed command, and asked."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import Quoth
from tests.fakes.forge import commit, serving

pytestmark = pytest.mark.model

BEFORE = b"# Lamps\n\n## Bulbs\n\nThe desk lamp takes bulbs of at most forty watts.\n"
AFTER = BEFORE.replace(b"forty", b"sixty")


def test_a_repository_is_indexed_asked_and_kept_fresh(quoth: Quoth, tmp_path: Path) -> None:
    with serving(tmp_path / "forge") as forge:
        lamps = forge.repository("lamps.git")
        commit(lamps, {"docs/lamps.md": BEFORE, "notes/todo.md": b"# To do\n\nBuy a desk lamp.\n"})
        added = quoth("sources", "add", forge.address("lamps.git"), "--option", "include=docs/").stdout
        assert "1 document, 1 passage." in added
        asked = quoth("ask", "What bulbs does the desk lamp take?").stdout
        assert "at most forty watts" in asked
        assert "docs/lamps.md" in asked

        commit(lamps, {"docs/lamps.md": AFTER})
        quoth("sync")
        assert "at most sixty watts" in quoth("ask", "What bulbs does the desk lamp take?").stdout
