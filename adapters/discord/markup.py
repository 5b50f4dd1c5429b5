"""Text as Discord shows it: markup, lengths, links; pure."""

import re

from bot.messages import Quote, visible

LONGEST_TITLE = 200
SHORT_TITLE = 50
"""Characters of a title where a quote leaves little room: of markup alone, 1,200 take 2,400."""

LONGEST_URL = 500
LONGEST_MESSAGE = 4_000
"""UTF-16 units over all texts of one message."""

CUT = "..."
_URL = r"(?P<url>https?://[^\s<]+[^<.,:;\"'\]\s])"
_LINE_START = r"(?P<start>^[ \t]*)(?P<line>[#>+-]|[0-9]+(?=\.(?:\s|$)))"
_MARKUP = re.compile(rf"{_URL}|{_LINE_START}|(?P<mark>[\\*_~|`<\[@])", re.MULTILINE)


def literal(text: str) -> str:
    """Return a text that Discord shows as it stands: no markup, mention or timestamp in it.

    Addresses stay as they are: Discord links them by themselves, backslashes and all.
    """
    return _MARKUP.sub(_escaped, visible(text))


def _escaped(found: re.Match[str]) -> str:
    if found["url"]:
        return found["url"]
    if found["mark"]:
        return f"\\{found['mark']}"
    line = found["line"]
    return f"{found['start']}{line}\\" if line.isdigit() else f"{found['start']}\\{line}"


def passage(quote: Quote, *, fences: bool = True) -> str:
    """Return a quote as Discord markdown, the answering sentence in bold and code in fences."""
    text, is_open = (CUT + " " if quote.cut_before else ""), True
    for segment in quote.segments:
        if segment.code and fences and "```" not in segment.text:
            # A fence stands on lines of its own. What the text has of line breaks is not added again.
            text = f"{_ended(text)}```\n{_ended(visible(segment.text))}```"
            is_open = False
        else:
            prose = _bold(segment.text) if segment.bold else literal(segment.text)
            text += prose if is_open or prose.startswith("\n") else f"\n{prose}"
            is_open = is_open or bool(prose)
    if not quote.cut_after:
        return text
    return f"{text} {CUT}" if is_open else f"{text}\n{CUT}"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _bold(text: str) -> str:
    # Markers must touch the words that they set in bold.
    text = visible(text)
    core = text.strip()
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}**{literal(core)}**{tail}" if core else text


def within(text: str, limit: int) -> str:
    """Return a text as it stands, or as much of it as fits when it is marked up, with the cut marked."""
    if size(literal(text)) <= limit:
        return literal(text)
    while size(literal(text)) >= limit:
        text = text[: len(text) * 9 // 10]
    return f"{literal(text)}…"


def size(text: str) -> int:
    """Return the length of a text as Discord counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def shortened(text: str, longest: int = LONGEST_TITLE) -> str:
    """Return a text in one line of at most ``longest`` characters, with the cut marked."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def linked(text: str, url: str) -> str:
    """Return a text as a link, or as it stands where Discord could not link it."""
    safe = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace(">", "%3E")
    if not url.startswith(("https://", "http://")) or size(safe) > LONGEST_URL:
        return literal(text)
    if "://" in text:  # an address in a label is Discord's to link, or to end the label with
        return f"{literal(text)} · <{safe}>"
    return f"[{literal(text)}](<{safe}>)"
