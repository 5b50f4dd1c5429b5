"""The installed command in a folder of its own, with the model that all tests share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

QUOTH = Path(sys.executable).with_name("quoth")
Quoth: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]

CONVERT = """
import sys
from pathlib import Path
from index.embedders.choosing import open_embedder
open_embedder(folder=Path(sys.argv[1]))
"""


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the packaged model is kept, converted if that is quicker here."""
    folder = tmp_path_factory.mktemp("data") / "models"
    # In a process of its own: what computes there has threads, and other tests send signals.
    subprocess.run([sys.executable, "-c", CONVERT, folder], check=True, timeout=120)
    return folder


@pytest.fixture(autouse=True)
def _converted(models: Path, tmp_path: Path) -> None:
    """Put it into the data folder that is to be."""
    shutil.copytree(models, tmp_path / "data" / "models", copy_function=os.link)


@pytest.fixture
def environment() -> Mapping[str, str]:
    """What the command finds around it: this machine may be fetched from, lines hold whole addresses."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return kept | {"QUOTH_FETCH_ALLOWED_HOSTS": '["127.0.0.1"]', "COLUMNS": "200"}


@pytest.fixture
def quoth(tmp_path: Path, environment: Mapping[str, str]) -> Quoth:
    """Run the command to its end in the test's folder; ``given`` is typed into it."""

    def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [QUOTH, "--data", "data", *words],
            input=given,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    return run
