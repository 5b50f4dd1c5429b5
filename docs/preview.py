"""Shows every kind of reply as the platforms will, without the platforms: pages, and pictures of them.

    PYTHONPATH=. python docs/preview.py FOLDER

writes ``slack.html`` and ``discord.html`` into the folder, from the payloads that the adapters send.
With Chromium at hand it also takes ``docs/slack.png`` and ``docs/discord.png``. Look at them: what is
cramped, doubled or cut there is so on the platform as well. The look is near, not exact.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

from adapters.discord.render import render as render_discord
from adapters.slack.render import render as render_slack
from tests.adapters.replies import REPLIES

Json = dict[str, Any]

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 1800
COLOURS = 32
SEEN = frozenset(
    """answer_shared answer_that_was_updated closest_that_was_updated withdrawn offer
    offer_with_similar_questions help_wanted help_wanted_from_a_direct_message help_was_given""".split()
)
"""The replies that all of a channel read."""

HINTS = frozenset({"offer_in_private", "offer_in_private_with_similar_questions"})
PUBLIC = {"slack": SEEN, "discord": SEEN | HINTS}
SPANS = ((365, "year"), (30, "month"), (1, "day"))


def ago(timestamp: int) -> str:
    """Return how long before or after NOW a moment is, as both platforms say it."""
    seconds = int(NOW.timestamp()) - timestamp
    if seconds < 0:
        return f"in {-seconds // 3600} hours"
    days = seconds // 86_400
    for length, unit in SPANS:
        if count := days // length:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "today"


# Slack


def slack_blocks(blocks: Iterable[Json]) -> str:
    """Return the HTML of a message's blocks."""
    return "".join(_slack_block(block) for block in blocks)


def _slack_block(block: Json) -> str:
    match block["type"]:
        case "rich_text":
            return f'<div class="rich">{"".join(_slack_rich(part) for part in block["elements"])}</div>'
        case "context":
            parts = "".join(f"<span>{_slack_text(part)}</span>" for part in block["elements"])
            return f'<div class="context">{parts}</div>'
        case "actions":
            return f'<div class="actions">{"".join(_slack_element(part) for part in block["elements"])}</div>'
        case "context_actions":
            return f'<div class="thumbs">{"".join(_slack_element(part) for part in block["elements"])}</div>'
        case "section":
            fields = "".join(f"<div>{_slack_text(field)}</div>" for field in block.get("fields", ()))
            side = _slack_element(block["accessory"]) if "accessory" in block else ""
            text = _slack_text(block["text"]) if "text" in block else ""
            return f'<div class="section"><div>{text}<div class="fields">{fields}</div></div>{side}</div>'
        case "header":
            return f"<h3>{_slack_text(block['text'])}</h3>"
        case "divider":
            return "<hr>"
        case "image":
            return f'<div class="image">{escape(block["alt_text"])}</div>'
        case "input":
            label, element = _slack_text(block["label"]), _slack_element(block["element"])
            return f'<label class="input"><b>{label}</b>{element}</label>'
        case other:
            raise ValueError(f"This page does not know Slack's block {other!r} yet.")


def _slack_rich(part: Json) -> str:
    if part["type"] == "rich_text_list":
        items = "".join(f"<li>{_slack_rich(item)}</li>" for item in part["elements"])
        return f"<ul>{items}</ul>"
    tag = {"rich_text_preformatted": "pre", "rich_text_quote": "blockquote"}.get(part["type"], "div")
    return f"<{tag}>{''.join(_slack_run(run) for run in part['elements'])}</{tag}>"


def _slack_run(run: Json) -> str:
    if run["type"] == "link":
        text = f'<a href="{escape(run["url"])}">{escape(run.get("text") or run["url"])}</a>'
    elif run["type"] == "date":
        text = escape(run["format"].replace("{ago}", ago(run["timestamp"])))
    elif run["type"] == "text":
        text = escape(run["text"])
    elif run["type"] == "channel":
        text = f'<span class="mention">#{escape(run["channel_id"])}</span>'
    else:
        text = f'<span class="mention">@{escape(str(run.get("user_id") or run.get("usergroup_id")))}</span>'
    for style, tag in (("bold", "b"), ("italic", "i"), ("code", "code"), ("strike", "s")):
        text = f"<{tag}>{text}</{tag}>" if run.get("style", {}).get(style) else text
    return text


def _slack_text(text: Json) -> str:
    if text["type"] == "image":
        return f'<span class="image">{escape(text["alt_text"])}</span>'
    dated = re.sub(
        r"<!date\^(\d+)\^([^|>]*)\|[^>]*>",
        lambda found: found[2].replace("{ago}", ago(int(found[1]))),
        text["text"],
    )
    if text["type"] == "plain_text":
        return escape(dated)
    linked = re.sub(r"<(https?://[^|>]+)\|([^>]*)>", r'<a href="\1">\2</a>', dated)
    return re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", linked)


def _slack_element(part: Json) -> str:
    match part["type"]:
        case "button":
            return f'<button class="{part.get("style", "")}">{escape(part["text"]["text"])}</button>'
        case "feedback_buttons":
            sides = (part[side]["text"]["text"] for side in ("positive_button", "negative_button"))
            return "".join(f'<span class="thumb">{escape(side)}</span>' for side in sides)
        case "overflow":
            return "<button>⋯</button>"
        case "plain_text_input":
            rows = "area" if part.get("multiline") else ""
            return f'<div class="field {rows}">{escape(part.get("initial_value", ""))}</div>'
        case other:
            chosen = (part.get("placeholder") or {}).get("text", other)
            return f'<button class="select">{escape(chosen)} ▾</button>'


# Discord

_INLINE = re.compile(
    r"\\(?P<escaped>[^\w\s])"
    r"|\[(?P<label>(?:\\.|[^\]\\])+)\]\(<?(?P<url>[^)>]+)>?\)"
    r"|\*\*(?P<bold>(?:\\.|(?!\*\*).)+)\*\*"
    r"|`(?P<code>[^`\n]+)`"
    r"|<t:(?P<time>\d+)(?::\w)?>"
    r"|<@&?(?P<mention>\d+)>"
    r"|<#(?P<channel>\d+)>"
    r"|<?(?P<bare>https?://[^\s<>]+)>?",
    re.DOTALL,
)


def discord_components(parts: Iterable[Json]) -> str:
    """Return the HTML of a message's components."""
    return "".join(_discord_component(part) for part in parts)


def _discord_component(part: Json) -> str:
    inner = discord_components(part.get("components", ()))
    match part["type"]:
        case 17:
            colour = f"#{part['accent_color']:06x}" if part.get("accent_color") is not None else "transparent"
            return f'<div class="container" style="border-left-color:{colour}">{inner}</div>'
        case 10:
            return f'<div class="text">{discord_markdown(part["content"])}</div>'
        case 14:
            return "<hr>"
        case 1:
            return f'<div class="actions">{inner}</div>'
        case 2:
            style = f"style{part['style']}{' off' if part.get('disabled') else ''}"
            return f'<button class="{style}">{escape(part.get("label") or "")}</button>'
        case 3 | 5 | 6 | 7 | 8:
            return f'<div class="field">{escape(part.get("placeholder") or "Choose")} ▾</div>'
        case 9:
            return f'<div class="section"><div>{inner}</div>{discord_components([part["accessory"]])}</div>'
        case 11 | 12 | 13:
            return '<div class="image">a picture or file</div>'
        case other:
            raise ValueError(f"This page does not know Discord's component {other!r} yet.")


def discord_markdown(text: str) -> str:
    """Return Discord's markdown as HTML: fences, lists, small print, headings, and what is in a line."""
    pieces = re.split(r"```(?:\w*\n)?(.*?)```", text, flags=re.DOTALL)
    shown = []
    for number, piece in enumerate(pieces):
        if number % 2:
            shown.append(f"<pre>{escape(piece.strip(chr(10)))}</pre>")
        else:
            # A fence is a block of its own: the line break beside it is not one more.
            piece = piece.removeprefix("\n") if number else piece
            piece = piece.removesuffix("\n") if number + 1 < len(pieces) else piece
            shown.append(_discord_prose(piece))
    return "".join(shown)


def _discord_prose(text: str) -> str:
    # What is set in bold may run over several lines.
    lines = _discord_inline(text).split("\n") if text else []
    return "".join(_discord_line(line) for line in lines)


def _discord_line(line: str) -> str:
    if line.startswith("-# "):
        return f'<div class="small">{line[3:]}</div>'
    if heading := re.match(r"(#{1,3}) (.*)", line):
        return f'<div class="h{len(heading[1])}">{heading[2]}</div>'
    if item := re.match(r"( *)[-*] (.*)", line):
        return f'<div class="item" style="margin-left:{len(item[1]) * 9 + 18}px">{item[2]}</div>'
    if line.startswith("&gt; "):
        return f"<blockquote>{line[5:]}</blockquote>"
    return f"<div>{line or '&nbsp;'}</div>"


def _discord_inline(text: str) -> str:
    shown, at = [], 0
    for found in _INLINE.finditer(text):
        shown.append(escape(text[at : found.start()]))
        shown.append(_discord_token(found))
        at = found.end()
    return "".join((*shown, escape(text[at:])))


def _discord_token(found: re.Match[str]) -> str:
    if found["escaped"]:
        return f"&#{ord(found['escaped'])};"
    if found["label"]:
        return f'<a href="{escape(found["url"])}">{_discord_inline(found["label"])}</a>'
    if found["bold"]:
        return f"<b>{_discord_inline(found['bold'])}</b>"
    if found["code"]:
        return f"<code>{escape(found['code'])}</code>"
    if found["time"]:
        return f'<span class="time">{ago(int(found["time"]))}</span>'
    if found["mention"]:
        return '<span class="mention">@someone</span>'
    if found["channel"]:
        return f'<span class="mention">#{found["channel"]}</span>'
    return f'<a href="{escape(found["bare"])}">{escape(found["bare"])}</a>'


# Pages


def pages() -> dict[str, str]:
    """Return the page of each platform by its name."""
    slack = {
        name: slack_blocks(render_slack(reply, private=name not in PUBLIC["slack"])["blocks"])
        for name, reply in REPLIES.items()
    }
    discord = {
        name: discord_components(render_discord(reply, private=name not in PUBLIC["discord"]).to_components())
        for name, reply in REPLIES.items()
    }
    return {"slack": _page("slack", slack), "discord": _page("discord", discord)}


def _page(platform: str, shown: dict[str, str]) -> str:
    cards = "".join(_card(name, message, seen=name in PUBLIC[platform]) for name, message in shown.items())
    style = _STYLE + _STYLES[platform]
    return (
        f'<!doctype html><meta charset="utf-8"><title>Quoth in {platform.title()}</title>'
        f'<style>{style}</style><body class="{platform}"><main>{cards}</main>'
    )


def _card(name: str, message: str, *, seen: bool) -> str:
    whispered = "" if seen else '<div class="whisper">Only visible to you</div>'
    return (
        f'<section><div class="kind">{escape(name.replace("_", " "))}</div><article>'
        f'<div class="face">Q</div><div class="body"><div class="who"><b>Quoth</b> '
        f'<span class="app">APP</span> <span class="clock">12:00</span></div>'
        f"{message}{whispered}</div></article></section>"
    )


_STYLE = """
* { box-sizing: border-box }
body { margin: 0; padding: 20px; font: 15px/1.46 Lato, Inter, "DejaVu Sans", sans-serif }
main { columns: 3; column-gap: 24px }
blockquote { margin: 2px 0; padding-left: 10px; border-left: 4px solid #8886; border-radius: 2px }
section { break-inside: avoid; margin-bottom: 18px }
.kind { font-size: 11px; letter-spacing: .06em; text-transform: uppercase; opacity: .55; margin-bottom: 4px }
article { display: flex; gap: 10px }
.face { flex: none; width: 36px; height: 36px; background: #1f2933; color: #fff; font: bold 20px/36px serif;
  text-align: center; border-radius: 6px }
.body { min-width: 0; flex: 1; overflow-wrap: anywhere }
.app { font-size: 10px; font-weight: bold; padding: 1px 4px; border-radius: 3px }
.clock, .whisper { font-size: 12px; opacity: .65 }
pre { white-space: pre-wrap; margin: 4px 0; padding: 8px; border-radius: 4px;
  font: 12px/1.5 "DejaVu Sans Mono", monospace }
code { font: 12px "DejaVu Sans Mono", monospace; padding: 1px 3px; border-radius: 3px }
a { text-decoration: none }
button { font-family: inherit; font-size: 13px; font-weight: bold; padding: 0 12px; margin: 0 8px 6px 0;
  border-radius: 8px }
.actions { margin-top: 8px }
.image { border: 1px dashed; padding: 20px; opacity: .6 }
.section { display: flex; justify-content: space-between; gap: 12px }
.field { border: 1px solid #8888; border-radius: 4px; padding: 8px; min-height: 36px; margin: 4px 0 }
.area { min-height: 90px }
.mention { background: #5865f233; border-radius: 3px }
"""

_STYLES = {
    "slack": """
body { background: #fff; color: #1d1c1d }
.app { background: #1d1c1d1a; color: #1d1c1db0 }
.rich, .section { margin: 4px 0; white-space: pre-wrap }
ul { margin: 0; padding-left: 26px } li::marker { color: #616061 }
pre, code { background: #1d1c1d0a; border: 1px solid #1d1c1d21 } code { color: #c01343 }
a { color: #1264a3 }
.context { font-size: 13px; color: #616061; display: flex; flex-wrap: wrap; gap: 2px 12px; margin: 6px 0 }
button { height: 28px; background: #fff; border: 1px solid #1d1c1d4d; color: #1d1c1d }
button.primary { background: #007a5a; color: #fff } button.danger { border-color: #e01e5a; color: #e01e5a }
.thumb { font-size: 12px; color: #616061; border: 1px solid #1d1c1d21; border-radius: 12px; padding: 2px 10px;
  margin-right: 6px }
.thumbs { margin: 4px 0 }
h3 { font-size: 18px; margin: 8px 0 } hr { border: 0; border-top: 1px solid #1d1c1d21 }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 4px 16px }
""",
    "discord": """
body { background: #313338; color: #dbdee1; font-size: 15.5px }
.face { border-radius: 50% } .who b { color: #f2f3f5 }
.app { background: #5865f2; color: #fff }
.container { background: #2b2d31; border-left: 4px solid; border-radius: 8px; padding: 14px 16px;
  margin: 4px 0 }
.container hr { border: 0; border-top: 1px solid #3f4147; margin: 10px 0 }
.container .actions { margin-top: 10px }
.text { white-space: pre-wrap }
.small, .small a { font-size: 12.5px; color: #949ba4 } .small a { text-decoration: underline }
.h1 { font-size: 24px; font-weight: bold } .h2 { font-size: 20px; font-weight: bold }
.h3 { font-weight: bold }
.item::before { content: "•"; margin-left: -14px; width: 14px; display: inline-block }
pre, code { background: #1e1f22; border: 1px solid #1e1f22 }
.time { background: #ffffff0f; border-radius: 3px }
a { color: #00a8fc }
button { height: 32px; border: 0; background: #4e5058; color: #fff; font-weight: 500 }
button.style1 { background: #5865f2 } button.style3 { background: #248046 }
button.style4 { background: #da373c }
button.off { opacity: .5 }
""",
}


# Pictures


def take(page: str, picture: Path, browser: str) -> None:
    """Take a picture of a whole page; what it needs of height, the page says itself."""
    measured = page + "<script>document.documentElement.dataset.h=document.body.scrollHeight</script>"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(measured, "utf-8")
        options = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        options += [f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},800"]
        dumped = subprocess.run([*options, "--dump-dom", file.as_uri()], capture_output=True, text=True)
        height = re.search(r'data-h="(\d+)"', dumped.stdout)
        assert height, f"{browser} could not read the page: {dumped.stderr[-500:]}"
        options[-1] = f"--window-size={WIDTH},{height[1]}"
        subprocess.run([*options, f"--screenshot={picture}", file.as_uri()], capture_output=True, check=True)
    with Image.open(picture) as taken:
        _with_few_colours(taken.convert("RGB")).save(picture, optimize=True)


def _with_few_colours(picture: Image.Image) -> Image.Image:
    """Return a picture in the colours that it has most of, and others that keep what is small and bright."""
    rare = picture.quantize(COLOURS // 2, Image.Quantize.MAXCOVERAGE).convert("RGB")
    known: list[tuple[int, ...]] = []
    for each in (picture, rare):
        colours = sorted(each.getcolors(maxcolors=picture.width * picture.height), reverse=True)
        known += [colour for _, colour in colours[: COLOURS // 2]]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in known for part in colour])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def main(folder: Path, found: Callable[[str], str | None] = shutil.which) -> None:
    """Write the pages, and take the pictures where there is a browser."""
    folder.mkdir(parents=True, exist_ok=True)
    browser = next((path for name in BROWSERS if (path := found(name))), None)
    for platform, page in pages().items():
        (folder / f"{platform}.html").write_text(page, "utf-8")
        if browser:
            take(page, HERE / f"{platform}.png", browser)
    print(json.dumps({"pages": str(folder), "browser": browser}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
