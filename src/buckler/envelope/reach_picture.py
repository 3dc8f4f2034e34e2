"""The picture of an interceptor's envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from buckler.drawing import palette
from buckler.drawing.style import grid
from buckler.envelope.looks import (
    DASHED,
    NOMINAL,
    axes_at,
    look,
    mark,
    name_dashed,
    new_page,
    notes,
    notes_height_in,
    table,
)
from buckler.envelope.reach import Envelope, Round, fit_lines
from buckler.envelope.spread import Value
from buckler.physics.arguments import Floats
from buckler.physics.flyout import height_nodes_m, range_nodes_m
from buckler.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TURNS_G: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
_WIDEST: Final = 1.35
"""How far beyond the nominal range and height the two upper pictures go at most; the family shows the whole spread."""


def draw(found: Envelope) -> Figure:
    """Reach with times, speeds and manoeuvre left; the family; a shot at the greatest range. Inside `figure_style()`."""
    words = _words(found)
    figure = new_page(
        10.75 + notes_height_in(words), f"{found.card.name}: reach by its card, as the simulation flies it"
    )
    axes = {
        "time": axes_at(figure, 0.6, 0.75, 3.2, 2.35),
        "speed": axes_at(figure, 5.05, 0.75, 3.2, 2.35),
        "family": axes_at(figure, 0.6, 3.95, 3.75, 2.1),
        "table": axes_at(figure, 4.75, 3.95, 4.1, 2.1),
        "h_t": axes_at(figure, 0.6, 6.9, 3.75, 1.6),
        "h_x": axes_at(figure, 5.05, 6.9, 3.8, 1.6),
        "v_t": axes_at(figure, 0.6, 8.65, 3.75, 1.6),
        "v_x": axes_at(figure, 5.05, 8.65, 3.8, 1.6),
        "notes": axes_at(figure, 0.6, 10.75, 8.25, notes_height_in(words)),
    }
    _times(axes["time"], axes_at(figure, 3.9, 0.75, 0.09, 2.35), found)
    _speeds(axes["speed"], axes_at(figure, 8.35, 0.75, 0.09, 2.35), found)
    _family(axes["family"], found)
    _table(axes["table"], found)
    _shots(axes, found)
    notes(axes["notes"], words)
    return figure


def _words(found: Envelope) -> list[str]:
    level = f"{found.reference_height_m / 1e3:.3g} km"
    assumed = [value.label for value in [*found.spread, *found.limits] if value.basis == "assumed"]
    published = [value.label for value in [*found.spread, *found.limits] if value.basis != "assumed"]
    if found.reference_height_m < found.nominal.row["min_height_m"]:
        level += ", the convention of the fit, although it engages nothing that low"
    white = (
        ""
        if found.gun
        else (
            " White inside the limits: out of reach, or slower there than the least speed. Steps at the edge are cells of the table that "
            "the simulation looks up."
        )
    )
    lines = [
        " ".join(fit_lines(found)),
        f"From the card, published: {', '.join(published) or 'nothing'}. Assumptions of the card: {', '.join(assumed) or 'none'}. "
        f"Launch at sea level, still standard air; shots at max range against a target at {level}.{white}",
    ]
    lines += [f"{variant} does not fit the other values: {why}" for variant, why in found.misfits]
    return lines


# --- reach ------------------------------------------------------------------------------------------------------------


def _times(ax: Axes, bar: Axes, found: Envelope) -> None:
    made = found.nominal
    reached = made.table.speed_mps >= _least(made)
    time = np.where(_grown(reached) & np.isfinite(made.table.time_s), made.table.time_s, np.nan)
    levels = _nice(0.0, float(np.nanmax(time[reached])), 9)
    x, y = _nodes(made)
    fill = ax.contourf(x, y, time.T, levels=levels, cmap=_light())
    lines = ax.contour(x, y, time.T, levels=levels[1:], colors=palette.TEXT, linewidths=0.5)
    _outside(ax, made)
    _limits(ax, found)
    # The labels stand in one row, where the middle of the reach meets each line.
    row = int(np.searchsorted(y, 0.5 * y[-1]))
    at = np.isfinite(time[:, row])
    spots = [(float(np.interp(level, time[at, row], x[at])), float(y[row])) for level in levels[1:]]
    _label(ax, lines, "%g", [spot for spot in spots if 0.03 * x[-1] < spot[0] < 0.97 * x[at].max()])
    ax.figure.colorbar(fill, cax=bar, label="time of flight, s")
    ax.set_title("Time of flight, s")
    _published(ax, found)


def _speeds(ax: Axes, bar: Axes, found: Envelope) -> None:
    made = found.nominal
    x, y = _nodes(made)
    reached = made.table.speed_mps >= _least(made)
    speed = np.where(_grown(reached), made.table.speed_mps, np.nan)
    levels = _nice(0.0 if found.gun else 0.999 * _least(made), 1.001 * float(made.row["burnout_speed_mps"]), 10)
    fill = ax.contourf(x, y, speed.T, levels=levels, cmap=_light())
    _outside(ax, made)
    _limits(ax, found)
    most = float(made.row["turn_limit_mps2"]) / STANDARD_GRAVITY_MPS2
    if made.row["turn_loading_kgpm2"] > 0.0:
        turn = np.where(reached, found.manoeuvre_mps2, np.nan) / STANDARD_GRAVITY_MPS2
        levels_g = [g for g in _TURNS_G if g < most]
        lines = ax.contour(x, y, turn.T, levels=levels_g, colors=palette.VERMILLION, linewidths=1.0)
        spots = [spot for spot in (_crossing(x, y, turn, g) for g in levels_g) if spot is not None]
        _label(ax, lines, "%g g", spots, palette.VERMILLION)
        title = f"Speed left; lines: manoeuvre left (max. {most:.3g} g)"
    elif found.gun:
        title = "Speed (the mean; a shell does not steer)"
    else:
        title = f"Speed left (manoeuvre: {most:.3g} g, by thrust)"
    ax.set_title(title, fontsize=9.5)
    ax.figure.colorbar(fill, cax=bar, label="speed left, m/s")
    _published(ax, found)


def _grown(reached: Any) -> Any:
    """The nodes reached and their neighbours: fills go under the white that covers what is out of reach."""
    grown = reached.copy()
    for shift in (-1, 1):
        for axis in (0, 1):
            moved = np.roll(reached, shift, axis)
            edge = (slice(None), 0 if shift == 1 else -1) if axis == 1 else (0 if shift == 1 else -1, slice(None))
            moved[edge] = False
            grown |= moved
    return grown


def _nodes(made: Round) -> tuple[Floats, Floats]:
    return range_nodes_m(made.row) / 1e3, height_nodes_m(made.row) / 1e3


def _least(made: Round) -> float:
    """The speed below which a point counts as out of reach."""
    return max(1.0, float(made.row["min_speed_mps"]))


def _outside(ax: Axes, made: Round) -> None:
    """White over what it does not reach, the outline of what it does, and what is too near or too low."""
    from matplotlib.patches import Rectangle, Wedge

    x, y = _nodes(made)
    least, row = _least(made), made.row
    ax.contourf(x, y, made.table.speed_mps.T, levels=[-1.0, least], colors=[palette.PAPER])
    _outline(ax, made, **{**NOMINAL, "linewidth": 1.4})
    shut: dict[str, Any] = {
        "facecolor": palette.PAPER,
        "edgecolor": palette.MUTED,
        "hatch": "////",
        "linewidth": 0.5,
        "zorder": 4.0,
    }
    near = float(row["min_range_m"]) / 1e3
    if near > 0.0:
        ax.add_patch(Wedge((0.0, 0.0), near, 0.0, 90.0, **shut))
    low = float(row["min_height_m"]) / 1e3
    if low > 0.01 * y[-1]:
        ax.add_patch(Rectangle((0.0, 0.0), x[-1], low, **shut))


def _outline(ax: Axes, made: Round, **style: Any) -> None:
    """The edge of reach: where speed falls to the least, and the limits of range and height."""
    x, y = _nodes(made)
    # A rim of zeros closes the outline along the limits of range and height.
    inner = np.zeros((len(x) + 1, len(y) + 1))
    inner[:-1, :-1] = made.table.speed_mps
    inner[0, :-1] = np.maximum(inner[0, :-1], inner[1, :-1])
    # The first part of the boost, slower than the least speed, is no edge that the family is about.
    slow = 0.5 * float(made.row["burn_time_s"]) * _least(made) ** 2 / float(made.row["burnout_speed_mps"]) / 1e3
    start = np.hypot(x[:, None], y[None, :]) <= 1.1 * slow
    inner[:-1, :-1][start] = np.maximum(inner[:-1, :-1][start], 1.01 * _least(made))
    ax.contour(
        np.append(x, x[-1] * 1.0001), np.append(y, y[-1] * 1.0001), inner.T, levels=[_least(made)], colors=[style["color"]],
        linestyles=[style["linestyle"]], linewidths=[style["linewidth"]], zorder=style["zorder"],
    )  # fmt: skip


def _limits(ax: Axes, found: Envelope) -> None:
    """The frame: the nominal reach, and the spread as far as it leaves the nominal reach readable."""
    row = found.nominal.row
    far, high = float(row["max_range_m"]) / 1e3, float(row["max_height_m"]) / 1e3
    ends = {value.name: value.high / 1e3 for value in found.spread}
    ax.set_xlim(0.0, max(1.06 * far, min(1.04 * ends["max_range"], _WIDEST * far)))
    ax.set_ylim(0.0, max(1.2 * high, min(1.12 * ends["max_altitude"], _WIDEST * high)))
    ax.set_xlabel("ground range, km")
    ax.set_ylabel("height above sea level, km")


def _published(ax: Axes, found: Envelope) -> None:
    """The range and height of the card with their spread: bars along the axes, and dotted lines at the nominal ones."""
    by_name = {value.name: value for value in found.spread}
    reach, height = by_name["max_range"], by_name["max_altitude"]
    right, top = ax.get_xlim()[1], ax.get_ylim()[1]
    ax.axvline(reach.nominal / 1e3, color=palette.VERMILLION, linewidth=0.8, linestyle=":", zorder=3.5)
    ax.axhline(height.nominal / 1e3, color=palette.VERMILLION, linewidth=0.8, linestyle=":", zorder=3.5)
    _bar(ax, reach, 0.925 * top, right, across=True)
    mark(ax, 0.995 * right, 0.955 * top, _spread(reach), ha="right", va="bottom")
    _bar(ax, height, 0.012 * right, top, across=False)
    mark(ax, 0.035 * right, height.nominal / 1e3 + 0.012 * top, _spread(height), ha="left", va="bottom")


def _spread(value: Value) -> str:
    basis = value.basis.replace("grade ", "")
    ends = "no spread given" if value.low == value.high else f"{value.number(value.low)}–{value.number(value.high)}"
    return f"{value.label} {value.shown(value.nominal)} ({ends}; {basis})"


def _bar(ax: Axes, value: Value, at: float, end: float, *, across: bool) -> None:
    """From the low to the high end with a mark at the nominal value; an arrow where it goes on outside."""
    style: dict[str, Any] = {"color": palette.VERMILLION, "zorder": 7.0, "clip_on": False}
    low, nominal, high = (min(v / 1e3, end) for v in (value.low, value.nominal, value.high))
    marks = [(nominal, "D", 4.0)]
    if value.high / 1e3 > end:
        marks.append((end, ">" if across else "^", 6.0))
    ends = ([low, high], [at, at])
    ax.plot(*(ends if across else ends[::-1]), linewidth=2.2, solid_capstyle="butt", **style)
    for place, marker, size in marks:
        spot = ([place], [at])
        ax.plot(*(spot if across else spot[::-1]), marker=marker, markersize=size, **style)


def _crossing(x: Floats, y: Floats, values: Floats, level: float) -> tuple[float, float] | None:
    """A point of a contour line well inside the picture: where it crosses one of a few columns."""
    for share in (0.5, 0.7, 0.3, 0.15):
        column = values[int(np.searchsorted(x, share * x[-1]))]
        for k in range(len(y) - 1):
            one, two = column[k], column[k + 1]
            if (one - level) * (two - level) <= 0.0 and one != two:
                height = float(y[k] + (level - one) / (two - one) * (y[k + 1] - y[k]))
                if 0.08 < height / y[-1] < 0.93:
                    return float(x[np.searchsorted(x, share * x[-1])]), height
    return None


def _label(ax: Axes, lines: Any, form: str, spots: list[tuple[float, float]], colour: str = palette.TEXT) -> None:
    """Labels on contour lines at the spots, level."""
    from matplotlib.patheffects import withStroke

    if not spots:
        return
    place: Any = {"manual": spots}
    for label in ax.clabel(lines, fmt=form, fontsize=7.0, colors=colour, inline=False, **place):
        label.set_rotation(0.0)
        label.set_path_effects([withStroke(linewidth=2.2, foreground="white")])


def _light() -> Any:
    """The lighter part of the colour map for amounts, so that dark words are readable on it."""
    import matplotlib as mpl
    from matplotlib.colors import ListedColormap

    return ListedColormap(mpl.colormaps[palette.SEQUENTIAL](np.linspace(0.38, 1.0, 128)))


def _nice(low: float, high: float, count: int) -> Floats:
    from matplotlib.ticker import MaxNLocator

    return np.asarray(MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high), dtype=np.float64)


# --- the family -------------------------------------------------------------------------------------------------------


def _family(ax: Axes, found: Envelope) -> None:
    for variant, made in found.family:
        _outline(ax, made, **look(variant))
    _outline(ax, found.nominal, **NOMINAL)
    rows = [found.nominal.row, *(made.row for _, made in found.family)]
    ax.set_xlim(0.0, 1.04 * max(float(row["max_range_m"]) for row in rows) / 1e3)
    ax.set_ylim(0.0, 1.06 * max(float(row["max_height_m"]) for row in rows) / 1e3)
    ax.set_xlabel("ground range, km")
    ax.set_ylabel("height above sea level, km")
    ax.set_title("Edge of reach: the family of the card's spread")
    grid(ax, "both")


def _table(ax: Axes, found: Envelope) -> None:
    members = [
        (NOMINAL, "nominal", found.nominal),
        *((look(variant), str(variant), made) for variant, made in found.family),
    ]
    if found.gun:
        shots = [(style, (name, *_arrival(made))) for style, name, made in members]
        table(ax, "Shots at max range", ("one value moved", "time, s", "arrives, m/s"), shots, (0.1, 0.7, 0.98))
        return
    heads = ("one value moved", "ball. coeff.\nkg/m²", "time\ns", "arrives\nm/s", "set by")
    rows = [
        (style, (name, f"{made.row['ballistic_coefficient_kgpm2']:,.0f}", *_arrival(made), made.set_by))
        for style, name, made in members
    ]
    table(ax, "Fitted anew: shots at max range", heads, rows, (0.1, 0.6, 0.69, 0.8, 1.0))


def _arrival(made: Round) -> tuple[str, str]:
    return f"{made.shot.time_s[-1]:.3g}", f"{made.shot.speed_mps[-1]:.0f}"


# --- the shot ---------------------------------------------------------------------------------------------------------


def _shots(axes: Any, found: Envelope) -> None:
    for variant, made in found.family:
        _shot(axes, made, look(variant))
    _shot(axes, found.nominal, NOMINAL)
    by_name = {value.name: value for value in found.spread}
    for key in ("v_t", "v_x"):
        axes[key].set_ylim(0.0, None)
        _level(axes[key], by_name["burnout_speed"], "bottom")
        if not found.gun:
            _level(axes[key], by_name["minimum_intercept_speed"], "top")
    for key in ("h_t", "h_x"):
        _level(axes[key], by_name["max_altitude"], "")
        axes[key].set_ylim(0.0, 1.24 * max(axes[key].get_ylim()[1] / 1.05, by_name["max_altitude"].high / 1e3))
    for key, x, y in (("h_t", "time, s", "height, km"), ("h_x", "ground range, km", "height, km"),
                      ("v_t", "time, s", "speed, m/s"), ("v_x", "ground range, km", "speed, m/s")):  # fmt: skip
        if key[0] == "v":
            axes[key].set_xlabel(x)
        else:
            axes[key].tick_params(axis="x", labelbottom=False)
        axes[key].set_ylabel(y)
        axes[key].set_xlim(0.0, None)
        grid(axes[key], "both")
    for key in ("v_t", "v_x"):
        axes[key].set_ylim(0.0, 1.2 * by_name["burnout_speed"].high)
    name_dashed(axes["h_t"], str(by_name["max_altitude"]))
    axes["h_t"].set_title("Shots at max range, against time")
    axes["h_x"].set_title("The same, against ground range")


def _shot(axes: Any, made: Round, style: dict[str, Any]) -> None:
    flown = made.shot
    across, height = flown.range_m / 1e3, flown.height_m / 1e3
    for key, x, y in (("h_t", flown.time_s, height), ("h_x", across, height),
                      ("v_t", flown.time_s, flown.speed_mps), ("v_x", across, flown.speed_mps)):  # fmt: skip
        axes[key].plot(x, y, **style)
        if style is NOMINAL:
            at = flown.burnout
            if at < len(x) - 1:
                axes[key].plot(x[at], y[at], marker="^", color=palette.BLACK, markersize=5, zorder=5.0)
            axes[key].plot(x[-1], y[-1], marker="o", color=palette.BLACK, markersize=4.5, zorder=5.0, clip_on=False)
            if key == "h_t" and at < len(x) - 1:
                mark(axes[key], x[at], y[at], "  end of burn", ha="left", va="top")


def _level(ax: Axes, value: Value, words: str) -> None:
    """A value of the card as a line across with its spread as a band; its words hang on the band by their bottom or top, or are
    not there.
    """
    scale = value.scale
    ax.axhspan(value.low * scale, value.high * scale, color=palette.MUTED, alpha=0.16, linewidth=0.0, zorder=0.5)
    ax.axhline(value.nominal * scale, zorder=1.0, **DASHED)
    if words:
        edge = (value.high if words == "bottom" else value.low) * scale
        mark(ax, 0.5, edge, f"{value.label} {value.shown(value.nominal)} ({value.basis})", ha="center", va=words,
             transform=ax.get_yaxis_transform(), color=palette.MUTED)  # fmt: skip
