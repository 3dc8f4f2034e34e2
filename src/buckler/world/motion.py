"""How a threat flies: a route through waypoints, or a ballistic flight, as rows of position at even times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.errors import InputError
from buckler.physics.earth import ecef_to_geodetic, geodesic_direct, geodesic_inverse
from buckler.physics.flight import route
from buckler.physics.missile import ballistic_trajectory
from buckler.physics.terrain import Terrain
from buckler.scenario.schema import RaidEntry, Waypoint
from buckler.world.place import Place, ground_heights_m, ground_m

Flown = TypeVar("Flown")


class Handling(NamedTuple):
    """How hard a class turns and climbs on its way (assumptions: usual cruise handling, far inside the airframe's limits)."""

    load_factor: float
    climb_mps: float


HANDLING: Final = {
    "cruise": Handling(2.0, 40.0),
    "drone": Handling(1.3, 4.0),
    "aircraft": Handling(3.0, 100.0),
    "helicopter": Handling(1.5, 8.0),
}
LOW_FLYERS: Final = ("cruise", "drone", "helicopter")
"""Classes whose heights are above ground unless the entry says otherwise."""


@dataclass(frozen=True)
class Path:
    """Rows of ECEF x, y, z and height (m), one a step; where it begins; how long it lasts."""

    rows_m: NDArray[np.float64]
    lat_deg: float
    lon_deg: float
    duration_s: float


def route_path(entry: RaidEntry, card: Card, target: Place, terrain: Terrain, offset_m: float, step_s: float) -> Path:
    """From the origin through the waypoints to the target, or to where an aircraft releases."""
    kill_class = card.text("kill_class")
    height = entry.height_m if entry.height_m is not None else card.si("cruise_height")
    speed = entry.speed_mps if entry.speed_mps is not None else card.si("speed")
    fastest = card.si("max_speed") if card.known("max_speed") else np.inf
    points = [_position(point) for point in (entry.origin, *entry.waypoints)]
    heights = [point.height_m if point.height_m is not None else height for point in (entry.origin, *entry.waypoints)]
    course = float(geodesic_inverse(*points[0], target.lat_deg, target.lon_deg)[1])
    points = [_beside(point, course, offset_m) for point in points]
    points.append(_release(points[-1], target, entry.release_distance_m, entry.name))
    reference = entry.height_reference or ("ground" if kill_class in LOW_FLYERS else "sea")
    handling = HANDLING[kill_class]
    flown = _named(
        entry,
        lambda: route(
            [lat for lat, _ in points], [lon for _, lon in points], [*heights, heights[-1]], speed, step_s,
            above="ground" if reference == "ground" else "sea", ground=lambda lat, lon: ground_heights_m(terrain, lat, lon),
            load_factor=handling.load_factor, climb_mps=handling.climb_mps, speed_band_mps=(0.0, fastest),
        ),
    )  # fmt: skip
    return Path(np.column_stack([flown.position_m, flown.height_m]), *points[0], flown.end_s)


def ballistic_path(
    entry: RaidEntry, card: Card, target: Place, terrain: Terrain, offset_m: float, step_s: float
) -> Path:
    """The powered and ballistic flight that comes down on the target."""
    launch = _position(entry.origin)
    course = float(geodesic_inverse(*launch, target.lat_deg, target.lon_deg)[1])
    lat, lon = _beside(launch, course, offset_m)
    flown = _named(
        entry,
        lambda: ballistic_trajectory(
            lat, lon, ground_m(terrain, lat, lon), target.lat_deg, target.lon_deg, target.height_m,
            burn_time_s=card.si("burn_time"), ballistic_coefficient_kgpm2=card.si("ballistic_coefficient"),
            max_range_m=card.range_si("max_range")[2], dt_s=step_s,
        ),
    )  # fmt: skip
    height = ecef_to_geodetic(*flown.position_m.T).height_m
    return Path(np.column_stack([flown.position_m, height]), lat, lon, flown.end_s)


def _named(entry: RaidEntry, fly: Callable[[], Flown]) -> Flown:
    """A flight that cannot be flown is named after its entry."""
    try:
        return fly()
    except InputError as error:
        raise InputError(f"raid entry {entry.name!r} cannot fly: {error}") from error


def _position(point: Waypoint) -> tuple[float, float]:
    if point.latitude_deg is None or point.longitude_deg is None:
        raise InputError("a waypoint has no position")
    return point.latitude_deg, point.longitude_deg


def _beside(point: tuple[float, float], course_deg: float, offset_m: float) -> tuple[float, float]:
    """The point moved to the right of the course (left where the offset is negative)."""
    if offset_m == 0.0:
        return point
    moved = geodesic_direct(*point, course_deg + 90.0, offset_m)
    return float(moved[0]), float(moved[1])


def _release(last: tuple[float, float], target: Place, distance_m: float, name: str) -> tuple[float, float]:
    if distance_m == 0.0:
        return target.lat_deg, target.lon_deg
    length, azimuth = (float(part) for part in geodesic_inverse(*last, target.lat_deg, target.lon_deg)[:2])
    if length <= distance_m:
        raise InputError(
            f"raid entry {name!r}: its last waypoint is {length / 1000:.0f} km from the target, inside release_distance_m "
            f"({distance_m / 1000:.0f} km): move the waypoint out, or shorten the distance"
        )
    point = geodesic_direct(*last, azimuth, length - distance_m)
    return float(point[0]), float(point[1])
