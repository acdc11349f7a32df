"""Whiskers: means with their intervals, drawn one under another as SVG."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from embeddings.evaluation import Interval

__all__ = ["Dot", "whiskers"]

LEFT, PLOT, RIGHT, LINE, TOP, BOTTOM = 244, 350, 66, 22, 8, 28


class Dot(NamedTuple):
    """A mean with its interval; `look` is its class in the page's style."""

    label: str
    interval: Interval
    look: str


def whiskers(dots: Sequence[Dot], title: str, *, mark: float | None = None) -> str:
    """One SVG: a line a dot, under them an axis that holds all whiskers and 0, and a dashed line at `mark`.

    The mean stands beside each dot and the interval is its tooltip: nothing is told by colour or place alone.
    """
    low = min([0.0, *(dot.interval.low for dot in dots)])
    high = max([0.0, *(dot.interval.high for dot in dots)])
    span = (high - low) or 1.0
    height = TOP + LINE * len(dots) + BOTTOM
    foot = TOP + LINE * len(dots)

    def x(value: float) -> float:
        return round(LEFT + (value - low) / span * PLOT, 1)

    parts = [
        f'<svg class="whiskers" viewBox="0 0 {LEFT + PLOT + RIGHT} {height}" role="img" aria-label="{escape(title)}">'
    ]
    for tick in ticks(low, high):
        parts.append(f'<line class="grid" x1="{x(tick)}" x2="{x(tick)}" y1="{TOP}" y2="{foot}"/>')
        parts.append(f'<text class="tick" x="{x(tick)}" y="{foot + 18}">{number(tick)}</text>')
    if mark is not None:
        parts.append(f'<line class="mark" x1="{x(mark)}" x2="{x(mark)}" y1="{TOP}" y2="{foot}"/>')
    for row, (label, interval, look) in enumerate(dots):
        y = TOP + LINE * row + LINE // 2
        parts += [
            f'<g class="{escape(look)}"><title>{escape(f"{label}: {interval}")}</title>',
            f'<text class="label" x="{LEFT - 12}" y="{y + 4}">{escape(label)}</text>',
            f'<line class="whisker" x1="{x(interval.low)}" x2="{x(interval.high)}" y1="{y}" y2="{y}"/>',
            *(
                f'<line class="whisker" x1="{x(end)}" x2="{x(end)}" y1="{y - 4}" y2="{y + 4}"/>'
                for end in (interval.low, interval.high)
            ),
            f'<circle cx="{x(interval.mean)}" cy="{y}" r="4"/>',
            f'<text class="value" x="{LEFT + PLOT + 10}" y="{y + 4}">{number(interval.mean)}</text></g>',
        ]
    parts.append("</svg>")
    return "".join(parts)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most `most` round numbers from low to high, both among them where they are round; 0 where they are equal."""
    if high <= low:
        return [0.0]
    rough = (high - low) / (most - 1)
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(step for step in (power, 2 * power, 2.5 * power, 5 * power, 10 * power) if step >= rough * (1 - 1e-9))
    first = np.ceil(low / step - 1e-9)
    last = np.floor(high / step + 1e-9)
    return [float(round(place * step, 12)) for place in np.arange(first, last + 1)]


def number(value: float) -> str:
    """A measure as tables write it, without the zero before the point."""
    text = f"{value + 0.0:.4f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text
