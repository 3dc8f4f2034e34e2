"""The picture of a ballistic class in flight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from buckler.drawing import palette
from buckler.drawing.style import grid
from buckler.envelope.ballistic import BallisticEnvelope, Flight, flight_lines
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
from buckler.envelope.spread import Value

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(found: BallisticEnvelope) -> Figure:
    """Height and speed against time and range with the card's marks, and the family. Inside `figure_style()`."""
    words = _words(found)
    rows = ROW_IN * (len(found.family) + 3.2)
    height = notes_height_in(words)
    reach = found.flight.missile.range_m / 1e3
    figure = new_page(6.8 + rows + height, f"{found.card.name}: flight over {reach:,.0f} km by its card")
    axes = four_axes(figure)
    for variant, flight in found.family:
        draw_flight(axes, flight, look(variant))
    draw_flight(axes, found.flight, NOMINAL)
    _stage(axes, found)
    _marks(axes, found)
    _events(axes, found.flight)
    _table(axes_at(figure, 0.65, 6.55, 8.2, rows), found)
    notes(axes_at(figure, 0.65, 6.7 + rows, 8.2, height), words)
    return figure


def _words(found: BallisticEnvelope) -> list[str]:
    assumed = [value.label for value in found.spread if value.basis == "assumed"]
    lines = [
        *flight_lines(found),
        "Grey dashes: the card's values, derived on the bare arc where they say so. The powered flight rises straight at "
        "first and slows down in the air, so that its apogee is higher and its impact slower than the bare arc's.",
        f"Assumptions of the card: {', '.join(assumed) or 'none'}; from 35° N 35° E due north, sea level to sea level, still standard air; "
        "speeds relative to the turning earth.",
    ]
    lines += [f"{variant} does not fit the other values: {why}" for variant, why in found.misfits]
    return lines


def _stage(axes: Any, found: BallisticEnvelope) -> None:
    """The spent stage, dotted in grey; named where it falls."""
    stage = found.stage
    if stage is None:
        return
    draw_flight(axes, stage, DOTTED)
    height = stage.height_m / 1e3
    low = int((height > 0.06 * height.max()).nonzero()[0][-1])
    mark(axes["h_t"], stage.time_s[low], height[low], "  spent stage", ha="left", va="bottom")


def _events(axes: Any, flight: Flight) -> None:
    """Burnout, apogee and impact of the flight itself, as marks."""
    missile = flight.missile
    burnout = int(flight.speed_mps[: len(flight.speed_mps) // 2].argmax())
    for at, marker in ((burnout, "^"), (int(flight.height_m.argmax()), "D"), (len(flight.time_s) - 1, "v")):
        t, x = flight.time_s[at], flight.range_m[at] / 1e3
        y, v = flight.height_m[at] / 1e3, flight.speed_mps[at]
        for key, a, b in (("h_t", t, y), ("h_x", x, y), ("v_t", t, v), ("v_x", x, v)):
            axes[key].plot([a], [b], marker=marker, markersize=5, color=palette.BLACK, zorder=5.0, clip_on=False)
    up = missile.burnout_height_m / 1e3
    mark(axes["h_t"], flight.time_s[burnout], up, f"   burnout {up:.0f} km", ha="left", va="top")
    top = missile.apogee_m / 1e3
    mark(axes["h_t"], missile.apogee_s, 0.5 * top, f"apogee {top:.0f} km", ha="center", va="center")
    ends = f"burnout {missile.burnout_speed_mps:,.0f} m/s\nimpact {missile.impact_speed_mps:,.0f} m/s"
    mark(axes["v_t"], 0.5 * missile.end_s, 0.3 * missile.burnout_speed_mps, ends, ha="center", va="center")


def _marks(axes: Any, found: BallisticEnvelope) -> None:
    values = {value.name: value for value in [*found.marks, *found.spread]}
    tops = {"h": 1.0, "v": 1.0}
    for name, side in (("apogee_min_energy", "h"), ("max_speed", "v")):
        if name in values:
            value = values[name]
            tops[side] = value.high * value.scale
            for key in (f"{side}_t", f"{side}_x"):
                _level(axes[key], value, named=key[2] == "t")
    flights = [found.flight, *(flight for _, flight in found.family)]
    tops["h"] = max(tops["h"], *(float(flight.height_m.max()) / 1e3 for flight in flights))
    tops["v"] = max(tops["v"], *(float(flight.speed_mps.max()) for flight in flights))
    for key, across, up in (("h_t", "time, s", "height, km"), ("h_x", "ground range, km", "height, km"),
                      ("v_t", "time, s", "speed, m/s"), ("v_x", "ground range, km", "speed, m/s")):  # fmt: skip
        ax = axes[key]
        ax.set_xlim(0.0, None)
        ax.set_ylim(0.0, 1.22 * tops[key[0]])
        if key[0] == "v":
            ax.set_xlabel(across)
        else:
            ax.tick_params(axis="x", labelbottom=False)
        ax.set_ylabel(up)
        grid(ax, "both")
    if "max_range" in values:
        reach = values["max_range"]
        ax = axes["h_x"]
        y = 1.1 * tops["h"]
        right = ax.get_xlim()[1]
        ax.plot(
            [reach.low / 1e3, reach.high / 1e3],
            [y, y],
            color=palette.VERMILLION,
            linewidth=2.2,
            solid_capstyle="butt",
            zorder=6.0,
        )
        ax.plot([reach.nominal / 1e3], [y], marker="D", markersize=4.5, color=palette.VERMILLION, zorder=6.0)
        words = f"range {reach.number(reach.low)}–{reach.number(reach.high)} km ({reach.basis})"
        mark(ax, right, 1.13 * tops["h"], words, ha="right", va="bottom")
    axes["h_t"].set_title("Height and speed against time")
    axes["h_x"].set_title("The same, against ground range")


def _level(ax: Axes, value: Value, *, named: bool) -> None:
    """A value of the card across the picture, named above the flights."""
    ax.axhline(value.nominal * value.scale, zorder=1.0, **DASHED)
    if named:
        name_dashed(ax, f"{value.label} {value.shown(value.nominal)} ({value.basis})")


def _table(ax: Axes, found: BallisticEnvelope) -> None:
    heads = ("one value moved", "time, s", "apogee, km", "burnout, m/s", "impact, m/s", "impact angle, deg")
    members = [
        (NOMINAL, "as the card says", found.flight),
        *((look(variant), str(variant), flight) for variant, flight in found.family),
    ]
    rows = []
    for style, name, flight in members:
        m = flight.missile
        numbers = (m.end_s, 1e-3 * m.apogee_m, m.burnout_speed_mps, m.impact_speed_mps, m.impact_angle_deg)
        rows.append((style, (name, *(f"{number:,.0f}" for number in numbers))))
    table(ax, "The family of the card's spread", heads, rows, (0.06, 0.42, 0.56, 0.7, 0.84, 0.99))
