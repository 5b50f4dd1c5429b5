"""Draw how long a question takes by the size of the corpus, as SVG: both axes are logarithmic."""

from collections.abc import Callable, Mapping
from math import log10

WIDTH, HEIGHT, LEFT, BELOW = 640, 320, 70, 50

LINES = {
    "question, p50, ms": "#2563eb",
    "question, p99, ms": "#dc2626",
    "computed for a question, p50, ms": "#64748b",
}
"""What is drawn, by its name among the figures, and in which colour."""

MARKS = (1, 3, 10, 30, 100, 300, 1_000)
"""Milliseconds at which a line is ruled."""


def chart(sizes: Mapping[str, Mapping[str, float]]) -> str:
    """Return the picture; ``sizes`` has the figures by the number of passages."""
    across = _scale([int(size) for size in sizes], LEFT, WIDTH - 20)
    values = [figures[name] for figures in sizes.values() for name in LINES]
    marks = [mark for mark in MARKS if min(values) / 3 < mark < 3 * max(values)]
    up = _scale([*marks, *values], HEIGHT - BELOW, 20)
    parts = [
        _text(LEFT - 8, up(mark) + 4, f"{mark:,} ms", "end") + _line(LEFT, up(mark), WIDTH - 20, up(mark))
        for mark in marks
    ]
    parts += [_text(across(int(size)), HEIGHT - BELOW + 20, f"{int(size):,}", "middle") for size in sizes]
    for place, (name, colour) in enumerate(LINES.items()):
        points = [(across(int(size)), up(figures[name])) for size, figures in sizes.items()]
        joined = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>' for x, y in points]
        label = name.removesuffix(", ms")
        parts.append(_text(LEFT + 200 * place, HEIGHT - 8, f"{label}", "start", colour))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def _scale(values: list[float], first: float, last: float) -> Callable[[float], float]:
    """Return what places values between two ends, by their logarithm."""
    low, high = log10(min(values)), log10(max(values))
    return lambda value: first + (log10(value) - low) / ((high - low) or 1) * (last - first)


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#475569") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{to_x:.0f}" y2="{to_y:.0f}" stroke="#e2e8f0"/>'
