"""What the two kinds of picture share: how a family looks, its table, and words under a picture."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from buckler.drawing import palette
from buckler.envelope.spread import Variant

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN: Final = 9.0
COLOURS: Final = {
    "max_range": palette.BLUE,
    "max_altitude": palette.ORANGE,
    "burnout_speed": palette.VERMILLION,
    "burn_time": palette.BLUISH_GREEN,
    "minimum_intercept_speed": palette.REDDISH_PURPLE,
    "ballistic_coefficient": palette.REDDISH_PURPLE,
}
_LINES: Final = {"low": (0, (3.5, 1.6)), "nominal": (0, (1.0, 1.2)), "high": "-"}
_TABLE_PT: Final = 7.0
_NOTES_PT: Final = 7.4
ROW_IN: Final = 0.165
"""The height of a table's row."""


def look(variant: Variant) -> dict[str, Any]:
    """A member of the family: one colour a value, dashed at its low end, solid at its high end."""
    return {"color": COLOURS[variant.value.name], "linestyle": _LINES[variant.end], "linewidth": 1.0, "zorder": 2.0}


NOMINAL: Final[dict[str, Any]] = {"color": palette.BLACK, "linestyle": "-", "linewidth": 1.8, "zorder": 3.0}


def table(
    ax: Axes,
    title: str,
    heads: Sequence[str],
    rows: Sequence[tuple[dict[str, Any], Sequence[str]]],
    left: Sequence[float],
) -> None:
    """The legend and the numbers of the family in one: a line sample, a name, and right-aligned columns.

    `left` holds the left end of the names and the right ends of the other columns, in shares of the axes' width.
    """
    ax.set_title(title)
    ax.set_axis_off()
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    height = ROW_IN / (ax.get_position().height * ax.figure.get_figheight())  # type: ignore[union-attr]
    for at, head in zip(left, heads, strict=True):
        ax.text(at, 1.0, head, ha="left" if at == left[0] else "right", va="top", fontsize=_TABLE_PT, color=palette.MUTED,
                transform=ax.transAxes)  # fmt: skip
    for index, (style, cells) in enumerate(rows):
        y = 1.0 - (index + 2.3) * height
        ax.plot([0.0, left[0] - 0.02], [y, y], transform=ax.transAxes, clip_on=False, **style)
        for at, cell in zip(left, cells, strict=True):
            ax.text(at, y, cell, ha="left" if at == left[0] else "right", va="center", fontsize=_TABLE_PT,
                    transform=ax.transAxes)  # fmt: skip


def notes(ax: Axes, lines: Sequence[str], width: int = 145) -> None:
    """Plain words over the width of a picture, from the top of the axes."""
    ax.set_axis_off()
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    text = "\n".join(part for line in lines for part in wrap(line, width))
    ax.text(0.0, 1.0, text, ha="left", va="top", fontsize=_NOTES_PT, linespacing=1.35, transform=ax.transAxes)


def new_page(height_in: float, title: str) -> Figure:
    """A figure with its title; its axes are placed by `axes_at`. Inside `figure_style()`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, height_in))
    figure.text(0.12 / WIDTH_IN, 1.0 - 0.12 / height_in, title, ha="left", va="top", weight="bold", fontsize=12)
    return figure


def axes_at(figure: Figure, left_in: float, top_in: float, width_in: float, height_in: float) -> Axes:
    """Axes by inches from the left and the top of the page."""
    width, height = figure.get_size_inches()
    return figure.add_axes((left_in / width, 1.0 - (top_in + height_in) / height, width_in / width, height_in / height))


def four_axes(figure: Figure) -> dict[str, Axes]:
    """Height (h) over speed (v), against time (t) on the left and range (x) on the right."""
    return {
        "h_t": axes_at(figure, 0.65, 0.75, 3.75, 2.4),
        "h_x": axes_at(figure, 5.1, 0.75, 3.75, 2.4),
        "v_t": axes_at(figure, 0.65, 3.3, 3.75, 2.4),
        "v_x": axes_at(figure, 5.1, 3.3, 3.75, 2.4),
    }


def draw_flight(axes: dict[str, Axes], flown: Any, style: dict[str, Any]) -> None:
    """What has rows of time_s, range_m, height_m and speed_mps, in each of the `four_axes`."""
    across_km, height_km = flown.range_m / 1e3, flown.height_m / 1e3
    axes["h_t"].plot(flown.time_s, height_km, **style)
    axes["h_x"].plot(across_km, height_km, **style)
    axes["v_t"].plot(flown.time_s, flown.speed_mps, **style)
    axes["v_x"].plot(across_km, flown.speed_mps, **style)


def notes_height_in(lines: Sequence[str], width: int = 145) -> float:
    """The height that `notes` needs."""
    return 0.142 * sum(len(wrap(line, width)) for line in lines) + 0.05


def mark(ax: Axes, x: float, y: float, text: str, **where: Any) -> None:
    """Words in the picture, readable over lines and fills."""
    from matplotlib.patheffects import withStroke

    settings: dict[str, Any] = {"fontsize": 7.2, "color": palette.TEXT, "zorder": 6.0, **where}
    ax.text(x, y, text, path_effects=[withStroke(linewidth=2.2, foreground="white")], **settings)


DOTTED: Final[dict[str, Any]] = {"color": palette.MUTED, "linewidth": 1.3, "linestyle": (0, (1.0, 1.4)), "zorder": 2.5}
"""What goes along with the flight: a spent stage, shots at lower targets."""
DASHED: Final[dict[str, Any]] = {"color": palette.MUTED, "linewidth": 0.9, "linestyle": "--"}
"""A value of the card across a picture."""


def name_dashed(ax: Axes, words: str) -> None:
    """Say at the top left of a picture, above its lines, what its dashed line is."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], label=words, **DASHED)]
    ax.legend(handles=handles, loc="upper left", borderaxespad=0.1, fontsize=7.2, handlelength=2.2)
