"""Turns the inline markup of AsciiDoc into the text that is read."""

import html
import re
from collections import Counter
from collections.abc import Callable

from index.readers.decoding import clean

MAX_INLINE_CHARACTERS = 20_000
"""Longer paragraphs are taken as they stand."""

LONGEST_VALUE = 500
_MOST_FILLED = 2_000_000
"""Characters that attributes and titles of sections may add to a document, all in all."""

_ENTRY = re.compile(r"\{([\w][\w-]*)\}")
_BUILT_IN = {
    "amp": "&", "apos": "'", "asterisk": "*", "backslash": "\\", "backtick": "`", "brvbar": "¦", "caret": "^",
    "colon": ":", "cpp": "C++", "deg": "°", "empty": "", "endsb": "]", "gt": ">", "ldquo": "“", "lsquo": "‘",
    "lt": "<", "nbsp": " ", "plus": "+", "quot": '"', "rdquo": "”", "rsquo": "’", "sp": " ", "startsb": "[",
    "tilde": "~", "two-colons": "::", "two-semicolons": ";;", "vbar": "|", "wj": "", "zwsp": "",
}  # fmt: skip

_NOT_IN_ID = re.compile(r"[^\w\-. ]")
_TITLED = re.compile(
    r"^\[(?:\[([\w:.-]+)(?:,[^\]\n]*)?\]|[^\]\n\"]{0,80}?#([\w:.-]+)[^\]\n]*)\]\n(?:\[[^\n]*\]\n){0,5}"
    r"(?:[=#]{1,6} +(\S[^\n]*)|(\S[^\n]*)\n[=~^+-]{3,}$)",
    re.MULTILINE,
)


class Attributes:
    """The attributes of one document, the numbers of its items and the ids of its sections."""

    def __init__(self, text: str) -> None:
        self.compatible = False
        self._values = dict(_BUILT_IN)
        self._ids: Counter[str] = Counter()
        self._counts: dict[int, tuple[str, int]] = {}
        self._room = _MOST_FILLED
        self._titles = {
            found[1] or found[2]: (found[3] or found[4]).strip("= ") for found in _TITLED.finditer(text)
        }

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def set(self, name: str, value: str) -> None:
        """Set an attribute, or take it away if its name has a ``!``."""
        if "!" in name:
            self._values.pop(name.strip("!"), None)
        else:
            self._values[name.lower()] = self.filled(value)[:LONGEST_VALUE]

    def filled(self, text: str) -> str:
        """Return text with the attributes that are known in place of their names."""
        return _ENTRY.sub(
            lambda found: self._within_bounds(self._values.get(found[1].lower(), found[0]), found[0]), text
        )

    def title_of(self, anchor: str) -> str:
        """Return the title of the section that an anchor leads to, or "" if it leads to none."""
        return self._within_bounds(self._titles.get(anchor, ""), "")

    def _within_bounds(self, text: str, otherwise: str) -> str:
        """Return text that stands for a name, unless too much has been put in such places already."""
        self._room -= len(text)
        return text if self._room >= 0 else otherwise

    def section_id(self, title: str, given: str) -> str:
        """Return the id that Asciidoctor gives to a section; the second of its name ends in 2."""
        if given:
            return given
        separator = self._values.get("idseparator", "_")[:1]
        words = re.sub(r"[ .\-]+" if separator else r"[ ]+", separator, _NOT_IN_ID.sub("", title.lower()))
        words = re.sub(f"{re.escape(separator)}+", separator, words) if separator else words
        prefix = self._values.get("idprefix", "_")
        name = f"{prefix}{words.strip(separator or None)}"
        self._ids[name] += 1
        return name if self._ids[name] == 1 else f"{name}{separator}{self._ids[name]}"

    def count(self, depth: int, kind: str, *, again: bool) -> int:
        """Return the number of an item among those of its kind at this depth."""
        known, number = self._counts.get(depth, ("", 0))
        number = number + 1 if known == kind else 1
        self._counts = {above: each for above, each in self._counts.items() if above < depth}
        self._counts[depth] = (kind, number)
        return number


_PASSED = re.compile(r"\+\+\+(.+?)\+\+\+|\+\+(.+?)\+\+|pass:\w*\[(.*?)\]")
_MONOSPACED = re.compile(r"(\\?)(?:``(.+?)``|(?<![\w`\"'])`(\S(?:[^`]{0,2000}\S)?)`(?![\w`]))")
_QUOTED = re.compile(r"([\"'])`(\S(?:[^`]{0,2000}\S)?)`\1")
_MACROS = re.compile(r"\b(\w+):([^\s\[\]:]?[^\s\[\]]{0,500})\[((?:\\\]|[^\]])*)\]")
_URL = re.compile(r"(?:link:)?<?\b((?:https?|ftp|irc)://[^\s\[\]<>]+)(?:\[((?:\\\]|[^\]])*)\])?>?")
_XREF = re.compile(r"<<([^<>,]{1,300})(?:,\s*([^<>]{0,500}))?>>")
_INLINE_ANCHOR = re.compile(r"\[\[\[?([\w:.-]+)(?:,[^\]]{0,500})?\]\]\]?")
_INDEX_TERMS = re.compile(r"\(\(\(([^()]*)\)\)\)|\(\(([^()]*)\)\)")
_ROLE = r"(?:\[[^\[\]]{0,80}\])?"
_UNCONSTRAINED = re.compile(_ROLE + r"(\*\*|__|##)(\S[^*_#]{0,2000}?)\1")
_CONSTRAINED = tuple(
    re.compile(
        rf"(?<![\w\\;:}}]){_ROLE if mark == '#' else ''}{mark}(\S(?:[^{mark}]{{0,2000}}\S)?){mark}(?!\w)"
    )
    for mark in (r"\*", "_", "#")
)
_COMPATIBLE = re.compile(
    r"(?<![\w'])'(\S(?:[^']{0,2000}\S)?)'(?![\w'])|(?<![\w+])\+(\S(?:[^+]{0,2000}\S)?)\+(?!\w)"
)
_SINGLE_PLUS = re.compile(r"(?<![\w+])\+(\S(?:[^+]{0,2000}\S)?)\+(?!\w)")
_SCRIPTS = re.compile(r"(?<!\\)([\^~])([^\s^~]{1,200})\1")
_ESCAPE = re.compile(r"\\(?=[*_#`^~<'\"{\[(+:]|https?:)")
_BREAK = re.compile(r" \+\n")
_SPACES = re.compile(r"[ \t]*\n[ \t]*|[ \t]{2,}")
_KEPT = re.compile("\x00(\\d+)\x00")


def inline(markup: str, attributes: Attributes) -> str:
    """Return what is read of a paragraph's markup."""
    markup = attributes.filled(markup)
    if len(markup) > MAX_INLINE_CHARACTERS:
        return " ".join(markup.split())
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\x00{len(kept) - 1}\x00"

    lines = _BREAK.sub("\v", f"{markup}\n".replace("\x00", ""))
    text = _SPACES.sub(" ", lines).strip()
    # Behind the last bracket that closes, none that opens begins a macro. Each would be sought an end for.
    closed, bracket, rest = text.rpartition("]")
    text = closed + bracket + rest.replace("[", keep("["))
    text = _PASSED.sub(lambda found: keep(found[1] or found[2] or found[3] or ""), text)
    text = _QUOTED.sub(lambda found: f"“{found[2]}”" if found[1] == '"' else f"‘{found[2]}’", text)
    text = _MONOSPACED.sub(lambda found: keep(_monospaced(found)), text)
    text = _INLINE_ANCHOR.sub("", text)
    text = _XREF.sub(lambda found: found[2] or _referred(found[1], attributes), text)
    text = _URL.sub(lambda found: _label(found[2]) or keep(found[1]), text)
    text = _MACROS.sub(lambda found: _macro(found[1], found[2], found[3], attributes), text)
    text = _INDEX_TERMS.sub(lambda found: found[2] or "", text)
    text = _unformatted(text, keep, compatible=attributes.compatible)
    text = html.unescape(_ESCAPE.sub("", text))
    while _KEPT.search(text):
        text = _KEPT.sub(lambda found: kept[int(found[1])], text)
    return "\n".join(line.strip() for line in clean(text).split("\n")).strip()


def _monospaced(found: re.Match[str]) -> str:
    text = found[2] or found[3]
    if found[1]:
        return found[0][1:]
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == "+" else text


def _unformatted(text: str, keep: Callable[[str], str], *, compatible: bool) -> str:
    if compatible:
        text = _COMPATIBLE.sub(lambda found: found[1] or keep(found[2]), text)
    else:
        text = _SINGLE_PLUS.sub(lambda found: keep(found[1]), text)
    text = _UNCONSTRAINED.sub(r"\2", text)
    for constrained in _CONSTRAINED:
        text = constrained.sub(r"\1", text)
    return _SCRIPTS.sub(r"\2", text)


def _label(words: str | None) -> str:
    """Return the text of a link without its attributes."""
    label = (words or "").replace("\\]", "]").strip()
    if label.startswith('"') and '"' in label[1:]:
        return label[1:].partition('"')[0]
    return re.split(r",\s*\w+=", label, maxsplit=1)[0].removesuffix("^").strip()


def _referred(target: str, attributes: Attributes) -> str:
    anchor = target.rpartition("#")[2] or target.removesuffix("#")
    return attributes.title_of(anchor) or f"[{anchor}]"


def _macro(name: str, target: str, words: str, attributes: Attributes) -> str:
    label = _label(words)
    match name:
        case "link" | "mailto":
            return label or target
        case "xref":
            return label or _referred(target, attributes)
        case "linkgit":
            return f"{target}({label})"
        case "kbd" | "btn":
            return label
        case "menu":
            return " > ".join(filter(None, (target, *(part.strip() for part in label.split(">")))))
        case "footnote" | "footnoteref":
            return f" [{label}]" if label else ""
        case "image" | "icon" | "indexterm" | "indexterm2" | "anchor":
            return label if name in ("image", "indexterm2") else ""
        case _:
            return f"{name}:{target}[{words}]"
