"""The picture of what flies a route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from buckler.drawing import palette
from buckler.drawing.style import grid
from buckler.envelope.airframe import AirframeEnvelope, Sortie, flight_lines
from buckler.envelope.looks import DASHED, NOMINAL, axes_at, mark, new_page, notes, notes_height_in
from buckler.envelope.spread import Value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS: Final = {"cruise_height": palette.BLUE, "speed": palette.VERMILLION}


def draw(found: AirframeEnvelope) -> Figure:
    """Height over the ground and speed, against time and range, with the card's marks. Inside `figure_style()`."""
    words = _words(found)
    height = notes_height_in(words)
    figure = new_page(7.0 + height, f"{found.card.name}: a flight of {found.length_km:.0f} km by its card")
    axes = {
        "h_t": axes_at(figure, 0.75, 0.75, 3.65, 2.6),
        "h_x": axes_at(figure, 5.2, 0.75, 3.65, 2.6),
        "v_t": axes_at(figure, 0.75, 3.55, 3.65, 2.4),
        "v_x": axes_at(figure, 5.2, 3.55, 3.65, 2.4),
    }
    for variant, sortie in found.family:
        style = {"color": _COLOURS[variant.value.name], "linewidth": 0.9, "linestyle": "-" if variant.end == "high" else (0, (3.5, 1.6))}
        # Against time the ground below is that of the card's speed: another speed's flight would seem to run through it.
        shown = {key: ax for key, ax in axes.items() if key != "h_t" or variant.value.name != "speed" or not found.follows_ground}
        _flight(shown, sortie, {**style, "zorder": 2.0, "label": str(variant)})
    _flight(axes, found.sortie, {**NOMINAL, "label": "as the card says"})
    _ground(axes, found.sortie)
    _marks(axes, found)
    notes(axes_at(figure, 0.75, 6.85, 8.1, height), words)
    return figure


def _words(found: AirframeEnvelope) -> list[str]:
    lines = [
        *flight_lines(found),
        f"From the card: {'; '.join(str(value) for value in [*found.spread, *found.marks])}.",
        f"Due north {found.where}, still air. "
        + (
            "Cells of about 9 km: no ridges; brown: the ground below, against time at the card's speed, where other speeds are left out."
            if found.follows_ground
            else "It takes off, and comes down at 3 degrees, as civil traffic does."
            if found.civil
            else "It climbs from 300 m and comes down to that again."
        ),
    ]
    lines += [f"{variant} does not fit the other values: {why}" for variant, why in found.misfits]
    return lines


def _flight(axes: Any, sortie: Sortie, style: dict[str, Any]) -> None:
    across, unnamed = sortie.range_m / 1e3, {key: value for key, value in style.items() if key != "label"}
    for key, at, value in (("h_t", sortie.time_s, sortie.height_m), ("h_x", across, sortie.height_m),
                           ("v_t", sortie.time_s, sortie.speed_mps), ("v_x", across, sortie.speed_mps)):  # fmt: skip
        if key in axes:
            axes[key].plot(at, value, **(style if key == "v_t" else unnamed))


def _ground(axes: Any, sortie: Sortie) -> None:
    for key, at in (("h_t", sortie.time_s), ("h_x", sortie.range_m / 1e3)):
        axes[key].fill_between(at, np.minimum(sortie.ground_m, 0.0), sortie.ground_m, color="#c8b08c", linewidth=0.0, zorder=1.0)


def _marks(axes: Any, found: AirframeEnvelope) -> None:
    marks: dict[str, Value] = {value.name: value for value in [*found.marks, *found.spread]}
    flights = [found.sortie, *(sortie for _, sortie in found.family)]
    tops = {"h": max(float(s.height_m.max()) for s in flights), "v": max(float(s.speed_mps.max()) for s in flights)}
    level = None if found.follows_ground else marks.get("cruise_height")
    for side, value in (("h", level), ("h", marks.get("service_ceiling")), ("v", marks.get("speed")), ("v", marks.get("max_speed"))):
        if value is None:
            continue
        tops[side] = max(tops[side], value.high)
        for key in (f"{side}_t", f"{side}_x"):
            if value.high > value.low:
                axes[key].axhspan(value.low, value.high, color=palette.MUTED, alpha=0.12, linewidth=0.0, zorder=0.5)
            axes[key].axhline(value.nominal, zorder=1.0, **DASHED)
        edge = axes[f"{side}_x"]
        below = value.name == "speed"  # its greatest may lie right above it
        words = f"{value.label} ({value.basis})"
        where = edge.get_yaxis_transform()
        mark(edge, 0.985, value.nominal - 0.02 * tops[side] * below, words, ha="right", va="top" if below else "bottom", transform=where)
    # Both panels of a column have one axis, although not every flight is drawn in each.
    ends = {side: max(axes[f"{which}_{side}"].get_xlim()[1] for which in "hv") for side in "tx"}
    for key, across, up in (("h_t", "time, s", "height above sea level, m"), ("h_x", "ground range, km", "height above sea level, m"),
                            ("v_t", "time, s", "speed, m/s"), ("v_x", "ground range, km", "speed, m/s")):  # fmt: skip
        ax = axes[key]
        ax.set_xlim(0.0, ends[key[2]])
        ax.set_ylim(0.0, 1.2 * tops[key[0]])
        ax.set_ylabel(up)
        if key[0] == "v":
            ax.set_xlabel(across)
        else:
            ax.tick_params(axis="x", labelbottom=False)
        grid(ax, "both")
    axes["h_t"].set_title("Height and speed against time")
    axes["h_x"].set_title("The same, against ground range")
    handles, labels = axes["v_t"].get_legend_handles_labels()
    axes["v_t"].legend(
        handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(0.0, -0.2), ncols=5, fontsize=7.2, handlelength=2.2,
        borderaxespad=0.0, columnspacing=1.2,
    )  # fmt: skip
