"""How far each radar sees one target, as a picture: a bar from the low to the high cross-section, on a logarithmic scale."""

from __future__ import annotations

from math import log10
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from buckler.drawing import palette
from buckler.drawing.style import WIDTH_IN, grid
from buckler.envelope.sighting import SEEN_PD, Sightings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROW_IN: Final = 0.3
_HEAD_IN: Final = 1.05
_FOOT_IN: Final = 1.0
_KM: Final = 1e-3
_LIMITS: Final[dict[str, Any]] = {
    "horizon": "-",
    "instrumented range": (0, (2.5, 1.2)),
    "lowest elevation": (0, (0.8, 1.0)),
}


def draw(found: Sightings) -> Figure:
    """The figure. Inside `figure_style()`."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    rows = found.radars
    height = _HEAD_IN + _FOOT_IN + _ROW_IN * len(rows)
    figure = Figure(figsize=(WIDTH_IN, height))
    ax = figure.add_axes((0.36, _FOOT_IN / height, 0.61, _ROW_IN * len(rows) / height))
    for y, one in enumerate(rows):
        nose, beam = ([value * _KM for value in ends] for ends in (one.nose_m, one.beam_m))
        ax.plot(nose[::2], [y, y], color=palette.BLUE, linewidth=6.0, solid_capstyle="butt", zorder=3.0)
        ax.plot(beam[::2], [y + 0.27, y + 0.27], color=palette.ORANGE, linewidth=2.4, solid_capstyle="butt", zorder=3.0)
        ax.plot(nose[1], y, "o", color=palette.PAPER, markeredgecolor=palette.BLACK, markersize=5.0, zorder=4.0)
        ax.plot(beam[1], y + 0.27, "d", color=palette.PAPER, markeredgecolor=palette.BLACK, markersize=4.0, zorder=4.0)
        ax.plot([one.limit_m * _KM] * 2, [y - 0.36, y + 0.4], color=palette.MUTED, linewidth=1.0, zorder=2.0,
                linestyle=_LIMITS[one.limited_by])  # fmt: skip
    ax.set_yticks(range(len(rows)), [f"{one.radar} ({one.band})" for one in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xscale("log")
    least = min(min(one.nose_m) for one in rows) * _KM
    ax.set_xlim(10.0 ** (log10(least) - 0.08), max(one.limit_m for one in rows) * _KM * 1.15)
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(f"range at which one scan detects it with probability {SEEN_PD:g}, km (logarithmic)")
    grid(ax, "x")
    figure.text(
        0.02, 1.0 - 0.12 / height, f"{found.card.name}: how far it is seen", va="top", weight="bold", fontsize=11
    )
    figure.text(0.02, 1.0 - 0.38 / height, f"flying level at {found.height_m:,.0f} m over a smooth earth, standard air",
                va="top", color=palette.MUTED)  # fmt: skip
    _legend(figure, height)
    low, _, high = found.card.range_si("rcs_x")
    words = (
        f"In X band, from ahead, the sources differ from {low:g} to {high:g} m2, {log10(high / low):.1f} orders of magnitude; range goes "
        "with the fourth root of it. Cards' best values but for the cross-section; no terrain, no clutter."
    )
    figure.text(0.02, 0.1 / height, fill(words, 118), va="bottom", fontsize=7.4, linespacing=1.35)
    return figure


def _legend(figure: Figure, height_in: float) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=palette.BLUE, linewidth=6.0, label="from ahead, low to high"),
        Line2D([], [], color=palette.ORANGE, linewidth=2.4, label="from the side"),
        Line2D([], [], color=palette.PAPER, marker="o", markeredgecolor=palette.BLACK, label="nominal"),
        *(
            Line2D([], [], color=palette.MUTED, linewidth=1.0, linestyle=line, label=name)
            for name, line in _LIMITS.items()
        ),
    ]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.008, 1.0 - 0.58 / height_in), ncols=6,
                  columnspacing=1.1, handlelength=1.6, fontsize=7.4, borderaxespad=0.2)  # fmt: skip
