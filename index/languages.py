"""Tells the language of a document, and which languages an embedding model knows."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from index.passages import Block, BlockKind

SAMPLE_CHARACTERS = 3_000
FEWEST_LETTERS = 40
"""A shorter text is named by what the document says of itself, or not at all."""

SUREST = 0.9
"""The least probability at which a language is taken for a document's; code and lists stay below."""

LEAST_SHARE = 0.05
"""Of a source's documents: a stray page in another language is no matter for a warning."""

_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.HEADING)

_ENGLISH_MODELS = (
    "all-minilm", "all-mpnet", "all-distilroberta", "all-roberta", "multi-qa", "msmarco", "gtr-t5",
    "sentence-t5", "e5-small-v2", "e5-base-v2", "e5-large-v2", "gte-small", "gte-base", "gte-large",
)  # fmt: skip
"""Beginnings of the names of models that were trained on English alone."""

_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "gl": "Galician", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nb": "Norwegian", "nl": "Dutch", "nn": "Norwegian",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovene", "sr": "Serbian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def language_of(blocks: Sequence[Block], declared: str) -> str:
    """Return the language of a document as a code of two letters, or "" if that is not certain.

    ``declared`` is what the document says of itself, which counts only where it holds too little
    text to tell: pages often say what their template said.
    """
    text = "\n".join(block.text for block in blocks if block.kind in _PROSE)[:SAMPLE_CHARACTERS]
    if sum(map(str.isalpha, text)) < FEWEST_LETTERS:
        return declared.split("-")[0].lower()
    language, probability = _identifier().classify(text)
    return str(language) if probability >= SUREST else ""


def covered_by(model: str) -> frozenset[str]:
    """Return the languages that a model was trained on, as far as its name tells; empty for all."""
    name = model.rstrip("/").rsplit("/", 1)[-1].lower()
    is_english = name.startswith(_ENGLISH_MODELS) or "-en-" in f"{name}-"
    return frozenset({"en"}) if is_english and "multilingual" not in name else frozenset()


def uncovered(languages: Mapping[str, int], covered: frozenset[str]) -> dict[str, int]:
    """Return how many documents are in languages that are not covered, where they are more than strays."""
    least = LEAST_SHARE * sum(languages.values())
    return {
        language: count
        for language, count in languages.items()
        if covered and language and language not in covered and count >= least
    }


def warning(language: str, count: int) -> str:
    """Say that documents are in a language which the embedding model does not cover."""
    documents = "1 document is" if count == 1 else f"{count:,} documents are"
    return (
        f"{documents} in {_NAMES.get(language, language)}, which the embedding model does not cover: "
        "questions about them are often answered wrongly or not at all. Choose a multilingual model in "
        "the setting embedder.model."
    )


@cache
def _identifier() -> Any:
    # Half a second to load: only whoever reads documents needs it.
    langid = import_module("py3langid.langid")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
