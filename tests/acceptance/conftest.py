"""The converted model, which each test would otherwise make anew in a data folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
