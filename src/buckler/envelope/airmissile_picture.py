"""The picture of an air-launched missile's shots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from buckler.drawing import palette
from buckler.drawing.style import grid
from buckler.envelope.airmissile import AirMissileEnvelope, shot_lines
from buckler.envelope.looks import (
    DASHED,
    DOTTED,
    NOMINAL,
    ROW_IN,
    axes_at,
    draw_flight,
    four_axes,
    look,
    mark,
    name_dashed,
    new_page,
    notes,
    notes_height_in,
    table,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(found: AirMissileEnvelope) -> Figure:
    """Height and speed against time and range with the card's marks, and the family. Inside `figure_style()`."""
    words = _words(found)
    rows = ROW_IN * (len(found.family) + 3.2)
    height = notes_height_in(words)
    figure = new_page(6.8 + rows + height, f"{found.card.name}: straight shots from an aircraft, by its card")
    axes = four_axes(figure)
    for variant, _, shot in found.family:
        draw_flight(axes, shot, look(variant))
    for shot in found.lower:
        draw_flight(axes, shot, DOTTED)
        axes["h_x"].plot(shot.range_m[-1] / 1e3, shot.height_m[-1] / 1e3, marker="v", markersize=5, color=palette.MUTED, zorder=5.0)
        words_there = f"   target at {shot.height_m[-1] / 1e3:g} km"
        mark(axes["h_x"], shot.range_m[-1] / 1e3, shot.height_m[-1] / 1e3, words_there, ha="left", va="center")
    draw_flight(axes, found.shot, NOMINAL)
    _marks(axes, found)
    _table(axes_at(figure, 0.65, 6.55, 8.2, rows), found)
    notes(axes_at(figure, 0.65, 6.7 + rows, 8.2, height), words)
    return figure


def _words(found: AirMissileEnvelope) -> list[str]:
    assumed = [value.label for value in [*found.spread, *found.marks] if value.basis == "assumed"]
    lines = [
        *shot_lines(found),
        "Black: the shot of the card's range; coloured: the same with one value moved, fitted anew; grey dots: at lower targets, as "
        "far as it arrives fast enough. Straight lines to the meeting: what loft would gain is inside the fitted coefficient.",
        f"Assumptions of the card: {', '.join(assumed) or 'none'}; still standard air.",
    ]
    lines += [f"{variant} does not fit the other values: {why}" for variant, why in found.misfits]
    return lines


def _marks(axes: Any, found: AirMissileEnvelope) -> None:
    values = {value.name: value for value in [*found.spread, *found.marks]}
    shots = [found.shot, *(shot for _, _, shot in found.family)]
    tops = {"h": float(found.shot.height_m.max()) / 1e3, "v": max(float(shot.speed_mps.max()) for shot in shots)}
    ceiling = values.get("max_altitude")
    if ceiling is not None:
        tops["h"] = ceiling.nominal / 1e3
        for key in ("h_t", "h_x"):
            axes[key].axhline(ceiling.nominal / 1e3, zorder=1.0, **DASHED)
        name_dashed(axes["h_t"], f"max altitude {ceiling.shown(ceiling.nominal)} ({ceiling.basis})")
    for name, below in (("burnout_speed", False), ("minimum_intercept_speed", True)):
        value = values[name]
        for key in ("v_t", "v_x"):
            axes[key].axhspan(value.low, value.high, color=palette.MUTED, alpha=0.12, linewidth=0.0, zorder=0.5)
            axes[key].axhline(value.nominal, zorder=1.0, **DASHED)
        edge = axes["v_x"]
        at = value.nominal + (-0.02 if below else 0.01) * tops["v"]
        words = f"{value.label} {value.shown(value.nominal)} ({value.basis})"
        mark(edge, 0.985, at, words, ha="right", va="top" if below else "bottom", transform=edge.get_yaxis_transform())
    for key, across, up in (("h_t", "time, s", "height, km"), ("h_x", "ground range, km", "height, km"),
                            ("v_t", "time, s", "speed, m/s"), ("v_x", "ground range, km", "speed, m/s")):  # fmt: skip
        ax = axes[key]
        ax.set_xlim(0.0, None)
        ax.set_ylim(0.0, 1.25 * tops[key[0]])
        if key[0] == "v":
            ax.set_xlabel(across)
        else:
            ax.tick_params(axis="x", labelbottom=False)
        ax.set_ylabel(up)
        grid(ax, "both")
    reach, ax = values["max_range"], axes["h_x"]
    y, right = 1.1 * tops["h"], ax.get_xlim()[1]
    ax.plot([reach.low / 1e3, reach.high / 1e3], [y, y], color=palette.VERMILLION, linewidth=2.2, solid_capstyle="butt", zorder=6.0)
    ax.plot([reach.nominal / 1e3], [y], marker="D", markersize=4.5, color=palette.VERMILLION, zorder=6.0)
    said = f"max range {reach.shown(reach.nominal)} ({reach.number(reach.low)}–{reach.number(reach.high)}; {reach.basis})"
    mark(ax, right, 1.14 * tops["h"], said, ha="right", va="bottom")
    axes["h_t"].set_title("Height and speed against time")
    axes["h_x"].set_title("The same, against ground range")


def _table(ax: Axes, found: AirMissileEnvelope) -> None:
    heads = ("one value moved", "range, km", "time, s", "arrives, m/s", "ball. coefficient, kg/m²")
    members = [
        (NOMINAL, "as the card says", found.row, found.shot),
        *((look(variant), str(variant), row, shot) for variant, row, shot in found.family),
    ]
    rows = []
    for style, name, row, shot in members:
        numbers = (shot.range_m[-1] / 1e3, shot.time_s[-1], shot.speed_mps[-1], float(row["ballistic_coefficient_kgpm2"]))
        rows.append((style, (name, *(f"{number:,.0f}" for number in numbers))))
    table(ax, "Fitted anew: shots at max range", heads, rows, (0.06, 0.46, 0.6, 0.76, 0.99))
