"""What it takes to load any model with the Hugging Face libraries: silence, and a reason when it fails."""

import os


def quiet() -> None:
    """Silence third-party download bars and telemetry: what a person sees here is ours to say."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # Imported here because it takes seconds that no command without a model should pay.
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def reason_and_cure(error: Exception) -> tuple[str, str]:
    """Return why a model could not be loaded, and a sentence on what helps, empty if none is known."""
    if isinstance(error.__cause__, FileNotFoundError):
        from huggingface_hub import is_offline_mode

        if is_offline_mode():
            return (
                "it is not on this machine, and downloading is off",
                " HF_HUB_OFFLINE=0 in the environment lets it be downloaded.",
            )
    return (str(error).strip().splitlines() or [type(error).__name__])[0], ""
