"""A chart of changes: a row a change, its interval as a bar about a line at 0. For effects, differences and tornado charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any, Final

from buckler.report.markup import Child, Markup, tag

_NAMES: Final = 400.0
"""At most; as wide as the longest name needs."""
_LETTER: Final = 7.4
_PLOT: Final = 440.0
_BESIDE: Final = 60.0
_ROW: Final = 26.0

CSS: Final = """
.forest { display: block; width: 100%; height: auto; } .forest text { fill: var(--text); font-size: 13px; }
.forest text.small { fill: var(--muted); font-size: 11.5px; } .forest .zero { stroke: var(--muted); stroke-width: 1.2; }
.forest .grid { stroke: var(--rule); stroke-width: 1; } .forest .span { stroke: var(--muted); stroke-width: 2; }
.forest .bound { stroke-dasharray: 2 5; stroke-width: 1.2; }
.forest .bar { fill: var(--defence); opacity: .55; } .forest .dot { fill: var(--defence); }
.forest .unclear .dot { fill: var(--paper); stroke: var(--defence); stroke-width: 1.6; } .forest .unclear .bar { opacity: .2; }
"""


@dataclass(frozen=True)
class Row:
    """A change with its interval, in the unit of the chart; bars of a tornado begin at 0."""

    name: str
    value: float
    low: float | None
    high: float | None
    note: str = ""
    clear: bool = True
    bound: bool = False
    """The interval is what unseen cases allow, not an estimate: it does not stretch the axis."""


def forest(rows: Sequence[Row], unit: str, bars: bool = False) -> Markup:
    """The chart as an SVG element; `unit` stands under the axis."""
    ends = [0.0] + [
        end
        for row in rows
        for end in ((row.value,) if row.bound else (row.value, row.low, row.high))
        if end is not None
    ]
    low, high = min(ends), max(ends)
    if low == high:
        low, high = -1.0, 1.0
    room = 0.04 * (high - low)
    low, high = low - room, high + room
    height = _ROW * len(rows) + 46
    names = min(_NAMES, 30.0 + _LETTER * max((len(_cut(row.name)) for row in rows), default=0))
    width = names + _PLOT + _BESIDE

    def at(value: float) -> float:
        return names + _PLOT * (value - low) / (high - low)

    parts: list[Child] = []
    step = _step(high - low)
    tick = -floor(-low / step) * step
    while tick <= high:
        x = at(tick)
        parts.append(
            tag("path", class_="zero" if abs(tick) < step / 1e6 else "grid", d=f"M{x:.1f} 6V{height - 36:.1f}")
        )
        parts.append(
            tag(
                "text",
                f"{tick + 0.0:+g}" if abs(tick) > step / 1e6 else "0",
                class_="small",
                x=x,
                y=height - 20,
                text_anchor="middle",
            )
        )
        tick += step
    for k, row in enumerate(rows):
        y = 8 + _ROW * (k + 0.5)
        drawn: list[Child] = [tag("title", f"{row.name}: {row.value:+.4g} {unit} {row.note}")]
        drawn.append(tag("text", _cut(row.name), x=names - 12, y=y + 4, text_anchor="end"))
        if bars:
            left, right = sorted((at(0.0), at(row.value)))
            drawn.append(tag("rect", class_="bar", x=left, y=y - 8, width=max(right - left, 0.5), height=16.0))
        if row.low is not None and row.high is not None:
            left, right = at(max(row.low, low)), at(min(row.high, high))
            drawn.append(
                tag("path", class_="span bound" if row.bound else "span", d=f"M{left:.1f} {y:.1f}H{right:.1f}")
            )
        drawn.append(tag("circle", class_="dot", cx=at(row.value), cy=y, r=4.0))
        parts.append(tag("g", drawn, class_=None if row.clear else "unclear"))
    parts.append(tag("text", unit, class_="small", x=names + _PLOT / 2, y=height - 4, text_anchor="middle"))
    # letters of 9 to 14 px: a narrow screen scrolls sideways before they are smaller
    style = f"min-width: {0.69 * width:.0f}px; max-width: {1.07 * width:.0f}px"
    chart = tag("svg", parts, class_="forest", viewBox=f"0 0 {width:.0f} {height:.0f}", role="img", style=style)
    return tag("div", chart, class_="scroll")


def _step(width: float) -> float:
    """A round distance between ticks: five or so fit."""
    raw = width / 5
    power = 10.0 ** floor(log10(raw))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= raw)


def _cut(text: str) -> str:
    return text if len(text) <= 56 else f"{text[:34]} … {text[-19:]}"


def is_clear(figure: dict[str, Any]) -> bool:
    """Whether an interval leaves 0 out."""
    return figure["low"] is not None and figure["high"] is not None and not figure["low"] <= 0 <= figure["high"]
