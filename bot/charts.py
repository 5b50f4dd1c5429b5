"""Small charts as images. The only module that draws."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.messages import Day, counted

WIDTH, HEIGHT = 800, 300
LEFT, TOP, RIGHT, BOTTOM = 56, 44, 16, 36
"""Pixels around the bars, for what is written there."""

PAPER, INK, FAINT = "#ffffff", "#1f2933", "#cbd2d9"
ASKED, ANSWERED = "#9fb3c8", "#2e8b57"
GAP = 0.25
"""The share of a day's width that stays empty."""


def questions_per_day(days: Sequence[Day]) -> bytes:
    """Return a PNG with a bar for each day: how many questions, and how many of them were answered."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=14)
    most = max((day.questions for day in days), default=0)
    floor, width = HEIGHT - BOTTOM, (WIDTH - LEFT - RIGHT) / max(len(days), 1)
    draw.text((LEFT, 12), _title(days), fill=INK, font=font)
    for level in sorted({0, most}):
        y = _height(level, most)
        draw.line((LEFT, y, WIDTH - RIGHT, y), fill=FAINT)
        draw.text((LEFT - 8, y), f"{level:,}", fill=INK, font=font, anchor="rm")
    for place, day in enumerate(days):
        left = LEFT + place * width
        right = left + width * (1 - GAP)
        for count, colour in ((day.questions, ASKED), (day.answered, ANSWERED)):
            if count:
                draw.rectangle((left, _height(count, most), right, floor), fill=colour)
    for day, x, anchor in _ends(days):
        draw.text((x, floor + 8), f"{day.date:%Y-%m-%d}", fill=INK, font=font, anchor=anchor)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _title(days: Sequence[Day]) -> str:
    questions, answered = sum(day.questions for day in days), sum(day.answered for day in days)
    return f"{counted(questions, 'question')} in {counted(len(days), 'day')}, {answered:,} answered (green)"


def _height(count: int, most: int) -> float:
    room = HEIGHT - BOTTOM - TOP
    return HEIGHT - BOTTOM - room * count / max(most, 1)


def _ends(days: Sequence[Day]) -> list[tuple[Day, float, str]]:
    if not days:
        return []
    return [(days[0], LEFT, "la"), (days[-1], WIDTH - RIGHT, "ra")]
