"""What flies a route, in flight: height and speed against time and range, with the card's marks and its spread.

The flight is that of `buckler.physics.flight.route` within the limits that the simulation gives the class (`buckler.world.motion`): 300 km
due north, still air. What flies low follows the packaged terrain's ground from 36.3° N 33.0° E at its cruise height; what flies high climbs
to it over the sea from 33.0° N 29.5° E, from 300 m, and at the end comes down again as steeply as it may. An airliner flies as the
simulation's civil traffic does (`buckler.world.traffic`): from the surface, down again at 3 degrees. Large aircraft, which climb and come
down over 300 km, fly 450 km from 32.0° N 29.0° E.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from buckler.catalog.schema import Card
from buckler.envelope.spread import Value, Variant, values, variants
from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.earth import ecef_to_geodetic, geodesic_direct, geodesic_inverse
from buckler.physics.flight import Route, turn_radius_m
from buckler.physics.terrain import packaged_terrain
from buckler.scenario.environment import Environment
from buckler.scenario.route import Waypoint
from buckler.scenario.traffic import TrafficEntry
from buckler.units import STANDARD_GRAVITY_MPS2
from buckler.world.motion import Handling, fly_route, follows_ground, ground_of, limits
from buckler.world.traffic import CIVIL_BANK, GENTLE_MPS, planned

CIVIL: Final = "airliner"
KINDS: Final = ("fighter", "aew-aircraft", "uav", "helicopter", CIVIL, "one-way-attack-drone", "cruise-missile")
SPREAD: Final = {
    "cruise_height": ("cruise height", "m", 1.0),
    "speed": ("speed", "m/s", 1.0),
}
MARKS: Final = {
    "max_speed": ("max speed", "m/s", 1.0),
    "service_ceiling": ("ceiling", "m", 1.0),
    "max_range": ("max range", "km", 1e-3),
    "turn_load_factor": ("turns", "g", 1.0 / STANDARD_GRAVITY_MPS2),
    "climb_rate": ("climb", "m/s", 1.0),
    "descent_rate": ("descent", "m/s", 1.0),
}
_LAND_DEG: Final = (36.3, 33.0)
_SEA_DEG: Final = (33.0, 29.5)
_LENGTH_M: Final = 300e3
LARGE: Final = (CIVIL, "aew-aircraft")
_LARGE_DEG: Final = (32.0, 29.0)
_LARGE_LENGTH_M: Final = 450e3
_LOW_M: Final = 300.0


@dataclass(frozen=True)
class Sortie:
    """One flight, SI."""

    time_s: Floats
    range_m: Floats
    height_m: Floats  # above sea level
    speed_mps: Floats  # along the path
    ground_m: Floats


@dataclass(frozen=True)
class AirframeEnvelope:
    """The nominal flight, the card's values, the family, and how it turns and climbs."""

    card: Card
    follows_ground: bool
    sortie: Sortie
    family: list[tuple[Variant, Sortie]]
    misfits: list[tuple[Variant, str]]
    marks: list[Value]
    spread: list[Value]
    handling: Handling
    turn_radius_m: float
    lifted_m: float
    """By how much the climb limit lifts the path over the wanted height above the ground, at most."""

    @property
    def civil(self) -> bool:
        """Whether it is flown as civil traffic is."""
        return self.card.kind == CIVIL

    @property
    def length_km(self) -> float:
        """How long the flight is."""
        return _from_and_far(self.card)[1] / 1e3

    @property
    def where(self) -> str:
        """From where, over what."""
        (lat, lon), _ = _from_and_far(self.card)
        return f"from {lat}° N {lon}° E over {'the packaged terrain' if self.follows_ground else 'the sea'}"


def airframe_envelope(card: Card) -> AirframeEnvelope:
    """The flight of an aircraft, a cruise missile, a drone or a helicopter; InputError where its card cannot fly."""
    spread = values(card, SPREAD)
    handling = limits(card)
    if card.kind == CIVIL:
        handling = Handling(
            min(handling.load_factor, CIVIL_BANK), min(handling.climb_mps, GENTLE_MPS), min(handling.descent_mps, GENTLE_MPS)
        )
    flown = _fly(card)
    family: list[tuple[Variant, Sortie]] = []
    misfits: list[tuple[Variant, str]] = []
    for variant in variants(card, spread):
        try:
            family.append((variant, _sortie(_fly(variant.card))))
        except InputError as error:
            misfits.append((variant, str(error)))
    return AirframeEnvelope(
        card, follows_ground(card), _sortie(flown), family, misfits, values(card, MARKS), spread, handling,
        turn_radius_m(card.si("speed"), load_factor=handling.load_factor), flown.lifted_m,
    )  # fmt: skip


def _fly(card: Card) -> Route:
    height, speed = card.si("cruise_height"), card.si("speed")
    start, length = _from_and_far(card)
    end = _along(start, length)
    terrain, still = packaged_terrain(), Environment()
    try:
        if card.kind == CIVIL:
            ends = [Waypoint(latitude_deg=lat, longitude_deg=lon) for lat, lon in (start, end)]
            flight = TrafficEntry(name=card.name, system=card.name, waypoints=ends, takes_off=True, lands=True)
            return planned(flight, card, {}, terrain, still)
        if follows_ground(card):
            return fly_route([start, end], [height, height], [speed], card, terrain, still)
        low = min(_LOW_M, 0.5 * height)
        # A little less steep than it may, because a slope is along the ground and a rate along the path.
        down_m = 1.02 * (height - low) / limits(card).descent_mps * speed
        top = _along(start, length - min(down_m, 0.45 * length))
        return fly_route([start, top, end], [height, height, low], [speed, speed], card, terrain, still, start_height_m=low)
    except InputError as error:
        raise InputError(f"{card.name}: {error}") from error


def _from_and_far(card: Card) -> tuple[tuple[float, float], float]:
    """Where its flight begins, and how far it goes, m."""
    if card.kind in LARGE:
        return _LARGE_DEG, _LARGE_LENGTH_M
    return (_LAND_DEG if follows_ground(card) else _SEA_DEG), _LENGTH_M


def _along(start_deg: tuple[float, float], distance_m: float) -> tuple[float, float]:
    lat, lon, _ = geodesic_direct(*start_deg, 0.0, distance_m)
    return float(lat), float(lon)


def _sortie(flown: Route) -> Sortie:
    keep = flown.time_s <= flown.end_s
    time, position = flown.time_s[keep], flown.position_m[keep]
    lat, lon, height = (np.asarray(column) for column in ecef_to_geodetic(*position.T))
    speed = np.linalg.norm(np.diff(position, axis=0), axis=1) / np.diff(time)
    across = np.asarray(geodesic_inverse(float(lat[0]), float(lon[0]), lat, lon)[0])
    return Sortie(time, across, height, np.append(speed, speed[-1]), ground_of(packaged_terrain())(lat, lon))


def flight_lines(found: AirframeEnvelope) -> list[str]:
    """How it flies, in words."""
    card, sortie = found.card, found.sortie
    given = "by its card" if card.known("turn_load_factor") and card.known("climb_rate") else "assumptions of the class"
    if found.civil:
        given = "the gentle handling of civil traffic"
    up, down = found.handling.climb_mps, found.handling.descent_mps
    rates = f"and descends at up to {up:g} m/s" if up == down else f"at up to {up:g} m/s, descends at up to {down:g} m/s"
    lines = [
        f"{found.length_km:.0f} km in {sortie.time_s[-1]:,.0f} s at {card.si('speed'):.0f} m/s. "
        f"It turns at {found.handling.load_factor:.3g} g, a radius of "
        f"{found.turn_radius_m / 1e3:.2g} km at that speed, and climbs {rates} ({given}).",
    ]
    if found.follows_ground:
        clear = float(np.min(sortie.height_m - sortie.ground_m))
        lifted = f"up to {found.lifted_m:.0f} m higher" if found.lifted_m >= 1.0 else "which it nowhere needs here"
        lines.append(
            f"Cruise height above the ground: {card.si('cruise_height'):.0f} m at every 250 m of its way ({clear:.0f} m at the least in "
            f"between); where the ground rises faster than it climbs it starts early ({lifted})."
        )
    return lines


def text(found: AirframeEnvelope) -> str:
    """The flight in words, for the terminal."""
    lines = [
        f"{found.card.name}: {found.length_km:.0f} km due north {found.where}, still air.",
        *flight_lines(found),
        "From the card:",
        *(f"  {value}" for value in [*found.spread, *found.marks]),
    ]
    lines += [f"  {variant}: does not fit the other values. {why}" for variant, why in found.misfits]
    return "\n".join(lines)
