"""What people type beside a request: options, names, versions, addresses."""

import re
from collections.abc import Iterable

ANY_RELEASE = "any"
ALL_SOURCES = "all"
NO_SOURCES = "none"
_OPTION = re.compile(r"([a-z][a-z-]*)=(.*)", re.DOTALL)


def given_release(text: str) -> str | None:
    """Read the version that a channel is given: empty for ``any``, None where nothing is said."""
    release = text.strip()
    if release.casefold() in (ANY_RELEASE, ALL_SOURCES, NO_SOURCES):
        return ""
    return release or None


def listed_names(text: str) -> frozenset[str] | None:
    """Read names of sources that are parted by commas: an empty set for ``all`` or ``none``.

    None stands for no name at all.
    """
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if not names:
        return None
    return frozenset() if text.strip().casefold() in (ALL_SOURCES, NO_SOURCES) else names


def parted_options(words: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Part words from options such as ``max-pages=200``."""
    rest, options = [], {}
    for word in words:
        if option := _OPTION.fullmatch(word):
            options[option[1]] = option[2]
        else:
            rest.append(word)
    return rest, options


_HOST = r"(?:[\w-]+\.)+(?P<ending>[a-z][a-z\d-]*[a-z])(?::\d+)?"
_BARE_ADDRESS = re.compile(rf"{_HOST}(?P<path>[/?#]\S*)?", re.IGNORECASE)
_FILE_ENDINGS = frozenset(
    "adoc asciidoc csv docx eml epub htm html ipynb json jsonl markdown mbox md pdf pptx rst srt text tsv "
    "txt vtt xhtml xlsm xlsx xml yaml zip".split()
)


def address_meant(text: str) -> str:
    """Return the web address that somebody means who leaves out its beginning; empty if none is meant."""
    found = _BARE_ADDRESS.fullmatch(text.strip())
    if found is None or (not found["path"] and found["ending"].lower() in _FILE_ENDINGS):
        return ""
    return f"https://{found[0]}"
