"""A ballistic class in flight: height and speed against time and range, and the family that its card allows.

The flight is that of `buckler.physics.missile.ballistic_trajectory`, its thrust turned to the elevation of the
minimum-energy arc (the path itself, which rose straight at first, is steeper than that arc), from 35° N 35° E due north
(along the meridian the turning of the earth changes the range least), both ends at sea level. Its range is that of the
card's apogee on the bare minimum-energy arc, which is how these cards give it, or the card's nominal range where no
apogee is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from buckler.catalog.schema import Card
from buckler.envelope.spread import Value, Variant, values, variants
from buckler.errors import InputError
from buckler.physics.arcs import MinimumEnergy, minimum_energy
from buckler.physics.arguments import Floats
from buckler.physics.earth import ecef_to_geodetic, geodesic_direct, geodesic_inverse
from buckler.physics.missile import Missile, ballistic_trajectory
from buckler.physics.stage import spent_stage

SPREAD: Final = {
    "max_range": ("range", "km", 1e-3),
    "burn_time": ("burn time", "s", 1.0),
    "ballistic_coefficient": ("ball. coefficient", "kg/m²", 1.0),
}
MARKS: Final = {
    "apogee_min_energy": ("apogee", "km", 1e-3),
    "max_speed": ("speed", "m/s", 1.0),
}
_LAUNCH_DEG: Final = (35.0, 35.0)
_STEP_S: Final = 0.5
_LONGEST_M: Final = 5_000e3


@dataclass(frozen=True)
class Flight:
    """One flight, SI; the last row is the impact."""

    time_s: Floats
    range_m: Floats
    height_m: Floats
    speed_mps: Floats  # relative to the turning earth
    missile: Missile


@dataclass(frozen=True)
class BallisticEnvelope:
    """The flight of the class, the bare arc over the same range, the card's marks and the family."""

    card: Card
    flight: Flight
    arc: MinimumEnergy
    marks: list[Value]
    spread: list[Value]
    family: list[tuple[Variant, Flight]]
    misfits: list[tuple[Variant, str]]
    stage: Stage | None
    """The spent stage, of a class that separates and whose card says how it falls."""


@dataclass(frozen=True)
class Stage:
    """A spent stage from burnout to the ground, SI; times since launch."""

    time_s: Floats
    range_m: Floats
    height_m: Floats
    speed_mps: Floats


def ballistic_envelope(card: Card) -> BallisticEnvelope:
    """The flight of a ballistic class; InputError where its card cannot fly."""
    marks, spread = values(card, MARKS), values(card, SPREAD)
    wanted = class_range_m(card)
    flight = _fly(card, wanted)
    family: list[tuple[Variant, Flight]] = []
    misfits: list[tuple[Variant, str]] = []
    reach = next((value for value in spread if value.name == "max_range"), None)
    moved = variants(card, spread)
    if reach is not None:
        moved.insert(0, Variant(reach, "nominal", card))
    # A range that is the class's own is in the picture already.
    moved = [variant for variant in moved if variant.value is not reach or abs(variant.si / wanted - 1.0) > 0.01]
    for variant in moved:
        try:
            family.append((variant, _fly(variant.card, variant.si if variant.value.name == "max_range" else wanted)))
        except InputError as error:
            misfits.append((variant, str(error)))
    return BallisticEnvelope(card, flight, minimum_energy(wanted), marks, spread, family, misfits, _stage(card, flight.missile))


def class_range_m(card: Card) -> float:
    """The range that belongs to the card's apogee on the bare minimum-energy arc; without one, the nominal range."""
    if not card.known("apogee_min_energy"):
        return card.si("max_range")
    apogee = card.si("apogee_min_energy")
    low, high = 1e3, _LONGEST_M
    if not minimum_energy(low).apogee_m < apogee < minimum_energy(high).apogee_m:
        raise InputError(
            f"{card.name}: an apogee of {apogee / 1e3:g} km belongs to no minimum-energy arc up to {high / 1e3:g} km"
        )
    while high - low > 1.0:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if minimum_energy(middle).apogee_m < apogee else (low, middle)
    return 0.5 * (low + high)


def _fly(card: Card, range_m: float) -> Flight:
    end = geodesic_direct(*_LAUNCH_DEG, 0.0, range_m)
    try:
        missile = ballistic_trajectory(
            *_LAUNCH_DEG, 0.0, float(end[0]), float(end[1]), 0.0,
            burn_time_s=card.si("burn_time"), ballistic_coefficient_kgpm2=card.si("ballistic_coefficient"), dt_s=_STEP_S,
        )  # fmt: skip
    except InputError as error:
        raise InputError(f"{card.name}: {error}") from error
    time, position = missile.time_s.copy(), missile.position_m.copy()
    # The last row lies on the straight line through the impact, at or past it.
    share = (missile.end_s - time[-2]) / (time[-1] - time[-2])
    time[-1], position[-1] = missile.end_s, position[-2] + share * (position[-1] - position[-2])
    place = ecef_to_geodetic(*position.T)
    across = geodesic_inverse(*_LAUNCH_DEG, place.lat_deg, place.lon_deg)[0]
    speed = np.linalg.norm(np.diff(position, axis=0), axis=1) / np.diff(time)
    middle = 0.5 * (time[1:] + time[:-1])
    at_rows = np.interp(time, middle, speed)
    at_rows[0], at_rows[-1] = 0.0, missile.impact_speed_mps
    return Flight(time, np.asarray(across), np.asarray(place.height_m), at_rows, missile)


def _stage(card: Card, missile: Missile) -> Stage | None:
    if card.text("separating") != "yes" or not card.known("stage_ballistic_coefficient"):
        return None
    beta = card.si("stage_ballistic_coefficient")
    fallen = spent_stage(missile.burnout_state, ballistic_coefficient_kgpm2=beta, dt_s=_STEP_S)
    place = ecef_to_geodetic(*fallen.position_m.T)
    across = geodesic_inverse(*_LAUNCH_DEG, place.lat_deg, place.lon_deg)[0]
    speed = np.linalg.norm(np.diff(fallen.position_m, axis=0), axis=1) / _STEP_S
    time = missile.burnout_s + np.minimum(fallen.time_s, fallen.end_s)
    return Stage(time, np.asarray(across), np.maximum(0.0, np.asarray(place.height_m)), np.append(speed, speed[-1]))


def flight_lines(found: BallisticEnvelope) -> list[str]:
    """What flies, and what the bare arc says."""
    missile, arc, stage = found.flight.missile, found.arc, found.stage
    fall = [] if stage is None else [
        f"The spent stage, {found.card.si('stage_ballistic_coefficient'):.0f} kg/m² and tumbling (assumed), comes down "
        f"{(missile.range_m - stage.range_m[-1]) / 1e3:.0f} km short, {stage.time_s[-1] - missile.end_s:.0f} s later, at "
        f"{stage.speed_mps[-1]:.0f} m/s."
    ]  # fmt: skip
    return [
        f"Powered flight over {missile.range_m / 1e3:,.0f} km, thrust turned to the elevation of the minimum-energy arc: "
        f"{missile.end_s:.0f} s, apogee {missile.apogee_m / 1e3:.1f} km, burnout at {missile.burnout_height_m / 1e3:.1f} km with "
        f"{missile.burnout_speed_mps:.0f} m/s, impact at {missile.impact_speed_mps:.0f} m/s, {missile.impact_angle_deg:.0f} degrees "
        "below the horizontal.",
        f"Bare arc over the same range, no air, no burn: {arc.time_s:.0f} s, apogee {arc.apogee_m / 1e3:.1f} km, "
        f"{arc.speed_mps:.0f} m/s at both ends.",
        *fall,
    ]


def text(found: BallisticEnvelope) -> str:
    """The flight in words, for the terminal."""
    lines = [
        f"{found.card.name}: flight from 35° N 35° E due north, sea level to sea level, still standard air.",
        *flight_lines(found),
        "From the card:",
        *(f"  {value}" for value in [*found.marks, *found.spread]),
        "The family, one value at a time: time of flight, apogee, burnout speed, impact speed",
    ]
    for name, flight in [("as above", found.flight), *((str(variant), flight) for variant, flight in found.family)]:
        m = flight.missile
        lines.append(
            f"  {name:<34} {m.end_s:6.0f} s {m.apogee_m / 1e3:7.1f} km {m.burnout_speed_mps:6.0f} m/s {m.impact_speed_mps:6.0f} m/s"
        )
    lines += [f"  {variant}: does not fit the other values. {why}" for variant, why in found.misfits]
    return "\n".join(lines)
