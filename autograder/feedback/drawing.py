"""Small pictures as inline SVG: light, dark and print follow from the page's own style sheet.

Written by hand and not with matplotlib, whose SVG carries styles that the page's content policy
forbids, does not follow a dark theme, and is twenty times as large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

ROWS, COLUMNS = 8, 8
_CELL = (54, 24)
_CHART = (340, 150)


@dataclass(frozen=True)
class Panel:
    """One drawing and the line above it."""

    title: str
    svg: Markup


def heat_map(title: str, values: np.ndarray, scale: float, off: np.ndarray | None = None) -> Panel:
    """Draw a matrix as coloured cells with their numbers; entries where ``off`` are outlined.

    ``values`` is 2-D; what is beyond 8 × 8 is left out. Blue is negative, orange positive, full
    colour is ``scale``.
    """
    width, height = _CELL
    shown = values[:ROWS, :COLUMNS].astype(float)
    parts = []
    for (row, column), value in np.ndenumerate(shown):
        box = f'x="{column * width + 1}" y="{row * height + 1}" width="{width}" height="{height}"'
        if np.isfinite(value) and value != 0 and scale > 0:
            strength = 0.6 * min(abs(value) / scale, 1.0)
            sign = "plus" if value > 0 else "minus"
            parts.append(f'<rect class="{sign}" fill-opacity="{strength:.2f}" {box}/>')
        parts.append(f'<rect class="cell" {box}/>')
        x, y = (column + 0.5) * width + 1, (row + 0.5) * height + 5
        parts.append(f'<text class="middle" x="{x:g}" y="{y:g}">{number(value)}</text>')
    if off is not None:
        parts += [
            f'<rect class="off" x="{column * width + 2}" y="{row * height + 2}" '
            f'width="{width - 2}" height="{height - 2}" rx="2"/>'
            for row, column in np.argwhere(off[:ROWS, :COLUMNS])
        ]
    words = f"{title}: {'; '.join(' '.join(map(number, row)) for row in shown)}"
    return Panel(title, _svg(shown.shape[1] * width + 2, len(shown) * height + 2, parts, words))


def histogram(title: str, expected: np.ndarray, got: np.ndarray) -> Panel:
    """Draw the distributions of two samples over one axis, each as high as its own peak."""
    ends = [float(q) for s in (expected, got) for q in np.quantile(s, [0.002, 0.998])]
    low, high = min(*ends, 0.0), max(*ends, 0.0)
    pad = 0.06 * (high - low or 1.0)
    edges = np.linspace(low - pad, high + pad, 50)
    parts = [
        _path(_outline(np.histogram(got, edges)[0]), "got area"),
        _path(_outline(np.histogram(expected, edges)[0]), "expected"),
        *_x_axis(number(edges[0]), number(edges[-1])),
    ]
    zero = _CHART[0] * (0 - edges[0]) / (edges[-1] - edges[0])
    parts.append(f'<path class="axis" d="M{zero:.1f} {_CHART[1]}v4"/>')
    parts.append(f'<text class="middle" x="{zero:.1f}" y="{_CHART[1] + 16}">0</text>')
    return _chart(title, parts, "the two distributions described below")


def lines(title: str, expected: np.ndarray, got: np.ndarray, *, joined: bool = True) -> Panel:
    """Draw two sequences over their index: dots for few entries, lines where ``joined``."""
    both = np.concatenate([expected, got]).astype(float)
    both = both[np.isfinite(both)]
    low, high = min(float(both.min()), 0.0), max(float(both.max()), 0.0)
    span = (high - low) or 1.0
    longest = max(len(expected), len(got), 2)

    def points(values: np.ndarray) -> list[tuple[float, float]]:
        return [
            (10 + (_CHART[0] - 20) * i / (longest - 1), 8 + (_CHART[1] - 16) * (high - v) / span)
            for i, v in enumerate(values)
            if np.isfinite(v)
        ]

    parts = [_path(points(expected), "expected"), _path(points(got), "got")] if joined else []
    if longest <= 20:
        parts += [
            f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'
            for kind, values, radius in (("expected", expected, 5), ("got dot", got, 3))
            for x, y in points(values)
        ]
    parts += _x_axis("first", "last")
    words = (
        f"expected {' '.join(map(number, expected[:20]))}; "
        f"with this mistake {' '.join(map(number, got[:20]))}"
    )
    return _chart(title, parts, words, joined)


def number(value: float) -> str:
    """A number in a few characters, with a real minus sign."""
    short = f"{value:.0f}" if 100 <= abs(value) < 10_000 else f"{value:.2g}"
    return short.replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def _outline(counts: np.ndarray) -> list[tuple[float, float]]:
    width, height = _CHART
    step = width / len(counts)
    heights = height - (height - 10) * counts / max(counts.max(), 1)
    tops = [(x * step, y) for i, y in enumerate(heights) for x in (i, i + 1)]
    return [(0.0, height), *tops, (width, height)]


def _path(points: list[tuple[float, float]], kind: str) -> str:
    if not points:
        return ""
    return f'<path class="{kind}" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def _x_axis(first: str, last: str) -> list[str]:
    width, height = _CHART
    return [
        f'<path class="axis" d="M0 {height}H{width}"/>',
        f'<text x="0" y="{height + 16}">{escape(first)}</text>',
        f'<text class="end" x="{width}" y="{height + 16}">{escape(last)}</text>',
    ]


def _chart(title: str, parts: list[str], words: str, joined: bool = True) -> Panel:
    width, height = _CHART
    y = height + 34
    legend = []
    for kind, radius, x, label in (
        ("expected", 5, 1, "expected"),
        ("got dot", 3, 101, "with this mistake"),
    ):
        line = f'<path class="{kind.partition(" ")[0]}" d="M{x} {y}h22"/>'
        dot = f'<circle class="{kind}" cx="{x + 14}" cy="{y}" r="{radius}"/>'
        legend += [
            line if joined else dot,
            f'<text class="legend" x="{x + 28}" y="{y + 4}">{label}</text>',
        ]
    return Panel(title, _svg(width, height + 44, parts + legend, f"{title}: {words}"))


def _svg(width: int, height: int, parts: list[str], words: str) -> Markup:
    return Markup(
        f'<svg class="picture" role="img" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" aria-label="{escape(words.replace("`", ""))}">{"".join(parts)}</svg>'
    )
