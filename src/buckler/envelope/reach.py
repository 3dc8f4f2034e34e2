"""An interceptor's envelope: its fly-out table, what was fitted and how well, and the family that the card allows.

The nominal round is the one that the simulation flies (`buckler.world.arming.weapon_interceptor`), launched at sea
level. The family holds the same round with one value of the card at a time at its low or high end, fitted anew: it shows
what each value does, not every combination of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from buckler.catalog.schema import Card
from buckler.envelope.shot import Shot, shot
from buckler.envelope.spread import Value, Variant, values, variants
from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.drag import g7, standard_air
from buckler.physics.flyout import Flyout, flyout_table, height_nodes_m
from buckler.physics.intercept import manoeuvre_left
from buckler.physics.reach import REFERENCE_HEIGHT_M, TURN_AT_CEILING_MPS2, climb, reach
from buckler.units import STANDARD_GRAVITY_MPS2
from buckler.world.arming import THIN_AIR_M, weapon_interceptor

KINDS: Final = ("interceptor", "manpads", "gun")
SPREAD: Final = {
    "max_range": ("max range", "km", 1e-3),
    "max_altitude": ("max altitude", "km", 1e-3),
    "burnout_speed": ("burnout speed", "m/s", 1.0),
    "burn_time": ("burn time", "s", 1.0),
    "minimum_intercept_speed": ("least speed", "m/s", 1.0),
}
"""The values that make the family of a missile."""
GUN_SPREAD: Final = {
    "max_range": SPREAD["max_range"],
    "max_altitude": SPREAD["max_altitude"],
    "burnout_speed": ("mean speed", "m/s", 1.0),
}
"""A gun's: the others do not touch a burst's straight flight."""
LIMITS: Final = {
    "min_range": ("min range", "km", 1e-3),
    "min_altitude": ("min altitude", "m", 1.0),
    "max_target_speed": ("fastest target", "m/s", 1.0),
    "load_factor": ("load factor", "g", 1.0 / STANDARD_GRAVITY_MPS2),
}
_CLOSE: Final = 2e-3
"""A residual below this is a fit that holds."""


@dataclass(frozen=True)
class Round:
    """One fitted round."""

    row: Any  # physics.interceptor.INTERCEPTOR
    table: Flyout
    shot: Shot  # at the greatest range, to the reference height
    set_by: str  # what fixed the ballistic coefficient; "" for a gun
    speed_residual: float  # speed at the worst range over the least speed, less 1
    worst_range_m: float
    furthest_m: float  # ground range to which energy carries it at the reference height
    ceiling_m: float  # height at which energy ends a climb straight up


@dataclass(frozen=True)
class Envelope:
    """The nominal round, the card's values and the family."""

    card: Card
    nominal: Round
    manoeuvre_mps2: Floats  # [range node, height node]: lateral acceleration left
    reference_height_m: float
    spread: list[Value]
    limits: list[Value]
    family: list[tuple[Variant, Round]]
    misfits: list[tuple[Variant, str]]  # values that cannot belong together, and why

    @property
    def gun(self) -> bool:
        """Whether this is a burst of a gun: nothing about it is fitted."""
        return self.card.kind == "gun"


def envelope(card: Card) -> Envelope:
    """The envelope of an interceptor, a shoulder-fired missile or a gun; InputError where its card cannot fly."""
    spread = values(card, GUN_SPREAD if card.kind == "gun" else SPREAD)
    nominal = _round(card)
    family: list[tuple[Variant, Round]] = []
    misfits: list[tuple[Variant, str]] = []
    for variant in variants(card, spread):
        try:
            family.append((variant, _round(variant.card)))
        except InputError as error:
            misfits.append((variant, str(error).removeprefix(f"{card.name}: ")))
    row, air = nominal.row, standard_air()
    heights = height_nodes_m(row)
    left = np.array(
        [
            [manoeuvre_left(row, air, float(v), float(h)) for v, h in zip(column, heights, strict=True)]
            for column in nominal.table.speed_mps
        ]
    )
    return Envelope(card, nominal, left, reference_height_m(row), spread, values(card, LIMITS), family, misfits)


def reference_height_m(row: Any) -> float:
    """The height of the target for which the greatest range is taken to be published, as in `physics.reach.fit`."""
    return float(min(REFERENCE_HEIGHT_M, 0.5 * row["max_height_m"]))


def _round(card: Card) -> Round:
    row = weapon_interceptor(card, 0.0)
    level = reference_height_m(row)
    far = float(row["max_range_m"])
    table = flyout_table(row)
    flown = shot(row, far, level)
    if card.kind == "gun":
        return Round(row, table, flown, "", 0.0, far, far, float(row["max_height_m"]))
    air, drag = standard_air(), g7()
    slowest, worst, furthest = reach(row, level, air, drag)
    ceiling, _ = climb(row, float(row["max_height_m"]), air, drag)
    residual = slowest / float(row["min_speed_mps"]) - 1.0
    if (abs(residual) < _CLOSE and worst >= 0.999 * far) or furthest <= 1.001 * far:
        set_by = "range"
    else:
        set_by = "nearer range" if abs(residual) < _CLOSE else "height"
    return Round(row, table, flown, set_by, residual, worst, furthest, ceiling)


# --- in words ---------------------------------------------------------------------------------------------------------


def fit_lines(found: Envelope) -> list[str]:
    """What was fitted, to what, and how well."""
    row, level = found.nominal.row, found.reference_height_m
    if found.gun:
        return [
            f"Nothing is fitted: a burst flies straight at its mean speed of {row['burnout_speed_mps']:.0f} m/s "
            "to the effective range."
        ]
    nominal = found.nominal
    far, high = float(row["max_range_m"]), float(row["max_height_m"])
    lines = [
        f"Fitted: ballistic coefficient {row['ballistic_coefficient_kgpm2']:,.0f} kg/m² (at Mach 3, after burnout)."
    ]
    at = f"against a target at {level / 1e3:.3g} km"
    if nominal.set_by == "height":
        lines.append(
            f"It is set by the height of {high / 1e3:.4g} km: a climb straight up ends at {nominal.ceiling_m / 1e3:.2f} km "
            f"(residual {100.0 * (nominal.ceiling_m / high - 1.0):+.2f} %). {at.capitalize()} energy would carry it "
            f"{nominal.furthest_m / 1e3:,.0f} km, so the {far / 1e3:.4g} km stay as a limit."
        )
    elif nominal.set_by == "range" and nominal.speed_residual > _CLOSE:
        lines.append(
            f"It is set by the range of {far / 1e3:.4g} km, {at}: no launch elevation carries it further "
            f"(residual {100.0 * (nominal.furthest_m / far - 1.0):+.2f} %), and it gets there with more than the least speed."
        )
    elif nominal.set_by == "range":
        lines.append(
            f"It is set by the range of {far / 1e3:.4g} km, {at}: there it has the least speed, "
            f"{row['min_speed_mps']:.0f} m/s (residual {100.0 * nominal.speed_residual:+.2f} %)."
        )
    else:
        lines.append(
            f"It is set by the least speed, {row['min_speed_mps']:.0f} m/s, at {nominal.worst_range_m / 1e3:.1f} km "
            f"(residual {100.0 * nominal.speed_residual:+.2f} %), {at}: a flatter path through thicker air than that to "
            f"{far / 1e3:.4g} km, which stay as a limit (energy would carry it {nominal.furthest_m / 1e3:,.0f} km)."
        )
    if nominal.set_by != "height":
        lines.append(
            f"Energy would end a climb straight up at {nominal.ceiling_m / 1e3:,.1f} km; the {high / 1e3:.4g} km stay as a limit."
        )
    if row["turn_loading_kgpm2"] > 0.0:
        lines.append(
            f"Fitted: manoeuvre, {TURN_AT_CEILING_MPS2 / STANDARD_GRAVITY_MPS2:.3g} g left at the greatest height "
            f"(an assumption): m/(C_N A) = {row['turn_loading_kgpm2']:,.0f} kg/m²."
        )
    else:
        limit = row["turn_limit_mps2"] / STANDARD_GRAVITY_MPS2
        lines.append(
            f"Made for heights above {THIN_AIR_M / 1e3:.0f} km, it is taken to steer by thrust: {limit:.3g} g everywhere."
        )
    return lines


def text(found: Envelope) -> str:
    """The envelope in words, for the terminal."""
    row, flown = found.nominal.row, found.nominal.shot
    lines = [
        f"{found.card.name}: envelope of the round that the simulation flies, launched at sea level in still standard air.",
        *fit_lines(found),
        f"A shot at {row['max_range_m'] / 1e3:.4g} km and {found.reference_height_m / 1e3:.3g} km of height: "
        f"{flown.time_s[-1]:.1f} s, {flown.speed_mps[-1]:.0f} m/s on arrival, peak {flown.height_m.max() / 1e3:.1f} km, "
        f"launched at {np.degrees(flown.elevation_rad):.1f} degrees.",
        "From the card:",
        *(f"  {value}" for value in [*found.spread, *found.limits]),
        "The family, one value at a time (fitted anew): time of the shot at max range, speed on arrival"
        + ("" if found.gun else ", ballistic coefficient, set by"),
    ]
    for name, made in [("nominal", found.nominal), *((str(variant), made) for variant, made in found.family)]:
        arrived = f"  {name:<24} {made.shot.time_s[-1]:7.1f} s {made.shot.speed_mps[-1]:6.0f} m/s"
        if not found.gun:
            arrived += f" {made.row['ballistic_coefficient_kgpm2']:8,.0f} kg/m²  {made.set_by}"
        lines.append(arrived)
    lines += [f"  {variant}: does not fit the other values. {why}" for variant, why in found.misfits]
    return "\n".join(lines)
