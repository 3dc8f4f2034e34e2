"""An air-launched missile's straight shots: as far as it gets against targets at its reference height and below, with its card's spread.

The missile is the one that patrols fire (`buckler.world.patrols.air_missile`, `buckler.physics.airlaunch`), launched level at the reference
height and speed of its card. The family is fitted anew with one value at a time at its low or high end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, inf, sqrt
from typing import Any, Final

import numpy as np

from buckler.catalog.schema import Card
from buckler.envelope.spread import Value, Variant, values, variants
from buckler.errors import InputError
from buckler.physics.airlaunch import straight_flight, straight_reach
from buckler.physics.arguments import Floats
from buckler.physics.drag import g7, standard_air
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.interceptor import straight_line_m
from buckler.world.patrols import air_missile

KIND: Final = "air-to-air-missile"
SPREAD: Final = {
    "max_range": ("max range", "km", 1e-3),
    "burnout_speed": ("burnout speed", "m/s", 1.0),
    "burn_time": ("burn time", "s", 1.0),
    "minimum_intercept_speed": ("least speed", "m/s", 1.0),
}
MARKS: Final = {
    "reference_height": ("reference height", "km", 1e-3),
    "reference_speed": ("launch speed", "m/s", 1.0),
    "max_altitude": ("max altitude", "km", 1e-3),
}
LOWER_M: Final = (5_000.0, 1_000.0)
"""Heights of targets below the launch."""
_POINTS: Final = 121


@dataclass(frozen=True)
class AirShot:
    """A straight shot from launch to arrival, SI."""

    time_s: Floats
    range_m: Floats
    height_m: Floats
    speed_mps: Floats


@dataclass(frozen=True)
class AirMissileEnvelope:
    """The shot of the published range, shots at lower targets as far as they go, and the family."""

    card: Card
    row: Any  # physics.interceptor.INTERCEPTOR
    shot: AirShot
    lower: list[AirShot]
    spread: list[Value]
    marks: list[Value]
    family: list[tuple[Variant, Any, AirShot]]
    misfits: list[tuple[Variant, str]]


def air_missile_envelope(card: Card) -> AirMissileEnvelope:
    """The shots of an air-launched missile; InputError where its card's values do not belong together."""
    row, height, speed = air_missile(card), card.si("reference_height"), card.si("reference_speed")
    reaches = [straight_reach(low, speed, row, standard_air(), g7()) for low in LOWER_M]
    spread = values(card, SPREAD)
    family: list[tuple[Variant, Any, AirShot]] = []
    misfits: list[tuple[Variant, str]] = []
    for variant in variants(card, spread):
        try:
            fitted = air_missile(variant.card)
        except InputError as error:
            misfits.append((variant, str(error)))
        else:
            family.append((variant, fitted, fly(fitted, float(fitted["max_range_m"]), height, speed)))
    lower = [fly(row, reach, low, speed) for reach, low in zip(reaches, LOWER_M, strict=True) if reach > 0.0]
    return AirMissileEnvelope(card, row, fly(row, card.si("max_range"), height, speed), lower, spread, values(card, MARKS), family, misfits)


def fly(row: Any, range_m: float, height_m: float, launch_mps: float) -> AirShot:
    """The shot at a ground range and height, by its points: each is the end of a straight flight along the same line."""
    anyhow = row.copy()
    anyhow["min_speed_mps"] = 0.0  # it is on its way also where it would be too slow to meet anything
    from_m = MEAN_RADIUS_M + float(row["launch_height_m"])
    length = straight_line_m(range_m, height_m, float(row["launch_height_m"]))
    angle = range_m / MEAN_RADIUS_M
    sine = ((MEAN_RADIUS_M + height_m) * cos(angle) - from_m) / length
    cosine = sqrt(max(0.0, 1.0 - sine * sine))
    out = np.empty((_POINTS, 4))
    out[0] = 0.0, 0.0, float(row["launch_height_m"]), launch_mps
    for k in range(1, _POINTS):
        s = length * k / (_POINTS - 1)
        radius = sqrt(from_m * from_m + s * s + 2.0 * from_m * s * sine)
        across, up = MEAN_RADIUS_M * atan2(s * cosine, from_m + s * sine), radius - MEAN_RADIUS_M
        time, speed = straight_flight(across, up, launch_mps, anyhow, standard_air(), g7())
        out[k] = time, across, up, speed
    good = out[:, 0] < inf
    return AirShot(*out[good].T.copy())


def shot_lines(found: AirMissileEnvelope) -> list[str]:
    """What the shots come to, in words."""
    end = found.shot
    lines = [
        f"Launched level at {end.height_m[0] / 1e3:g} km and {end.speed_mps[0]:.0f} m/s at a target there, "
        f"{end.range_m[-1] / 1e3:,.0f} km away: {end.time_s[-1]:.0f} s, {end.speed_mps[-1]:.0f} m/s left. Fitted: ballistic coefficient "
        f"{float(found.row['ballistic_coefficient_kgpm2']):,.0f} kg/m² (at Mach 3).",
    ]
    lines += [
        f"Against a target at {shot.height_m[-1] / 1e3:g} km it gets {shot.range_m[-1] / 1e3:,.0f} km, in {shot.time_s[-1]:.0f} s."
        for shot in found.lower
    ]
    return lines


def text(found: AirMissileEnvelope) -> str:
    """The shots in words, for the terminal."""
    lines = [f"{found.card.name}: straight shots from an aircraft, still standard air.", *shot_lines(found), "From the card:"]
    lines += [f"  {value}" for value in [*found.spread, *found.marks]]
    lines += ["One value moved, fitted anew:"]
    lines += [
        f"  {variant!s:24} {shot.time_s[-1]:6.1f} s {shot.speed_mps[-1]:6.0f} m/s {float(row['ballistic_coefficient_kgpm2']):8,.0f} kg/m²"
        for variant, row, shot in found.family
    ]
    lines += [f"  {variant}: does not fit the other values. {why}" for variant, why in found.misfits]
    return "\n".join(lines)
