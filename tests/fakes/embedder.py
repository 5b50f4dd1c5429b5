"""The embedder that needs no model, as the registry opens one."""

from typing import Any

from index.testing import HashingEmbedder

HASHING = f"{__name__}:hashing"
"""What to put in the place of ``registry.EMBEDDER``."""


def hashing(**settings: Any) -> HashingEmbedder:
    """Build it, whatever the settings say."""
    return HashingEmbedder()


def prompted(*, passage_prompt: str, **others: Any) -> HashingEmbedder:
    """Build one whose vectors depend on the prompt of passages, as its id says."""
    return HashingEmbedder(dimension=128 + len(passage_prompt), id=f"hashing-{passage_prompt}")
