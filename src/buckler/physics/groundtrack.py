"""A flight's track over the ground: geodesics between waypoints, arcs in the corners, racetracks where it holds.

Geodesics of the WGS-84 ellipsoid, joined inside each corner by an arc of the turn radius (a fly-by waypoint, as in
ICAO Doc 9613, "Performance-based Navigation Manual"): it leaves the leg R tan(turn/2) before the corner. A coordinated
turn at speed v and bank phi has the radius R = v^2/(g tan phi), and the load factor is n = 1/cos phi (J. D. Anderson,
"Aircraft Performance and Design" (1999), equations 6.7 to 6.9). A hold is flown after the corner of its waypoint, in whole laps
that begin and end on the next leg's course, so that nothing turns tighter than the radius.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import radians, sqrt, tan
from typing import Final, NamedTuple

import numpy as np

from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.earth import ecef_to_geodetic, enu_basis, geodesic_direct, geodesic_inverse, geodetic_to_ecef
from buckler.units import STANDARD_GRAVITY_MPS2

SAMPLE_M: Final = 250.0
"""The path is laid out, and the ground read, at least this often."""
_KNOT_M: Final = 20_000.0
"""A geodesic is replaced by chords of this length, brought down to the ellipsoid: off by less than 1 cm."""


class Hold(NamedTuple):
    """Time spent at a waypoint: whole laps of a racetrack, or, without a speed, hovering."""

    duration_s: float  # at least
    speed_mps: float = 0.0  # 0: hovering
    radius_m: float = 0.0
    leg_m: float = 0.0  # 0: a circle
    clockwise: bool = True


class Section(NamedTuple):
    """Points of a straight, turning or circling part: ECEF on the ellipsoid, distance from its beginning, the leg whose
    speed holds, and how long it hovers at its end.
    """

    points_m: Floats
    along_m: Floats
    leg: int
    wait_s: float = 0.0
    holds: bool = False


def turn_radius_m(speed_mps: float, bank_deg: float | None = None, load_factor: float | None = None) -> float:
    """Radius of a level coordinated turn, m, from its bank or its load factor: v^2/(g tan phi), n = 1/cos phi."""
    if (bank_deg is None) == (load_factor is None):
        raise InputError("a turn is given by its bank or by its load factor: state one of them")
    if bank_deg is not None:
        if not 0.0 < bank_deg < 90.0:
            raise InputError(f"bank_deg = {bank_deg} must lie between 0 and 90 degrees")
        return speed_mps**2 / (STANDARD_GRAVITY_MPS2 * tan(radians(bank_deg)))
    if load_factor is None or not load_factor > 1.0:
        raise InputError(f"load_factor = {load_factor} must be greater than 1")
    return speed_mps**2 / (STANDARD_GRAVITY_MPS2 * sqrt(load_factor**2 - 1.0))


def _straight(lat: float, lon: float, azimuth: float, length: float, leg: int) -> Section:
    knots = max(1, int(np.ceil(length / _KNOT_M)))
    ends = geodesic_direct(lat, lon, azimuth, np.linspace(0.0, length, knots + 1))
    corners = geodetic_to_ecef(ends[0], ends[1], 0.0)
    along = np.linspace(0.0, length, max(1, int(np.ceil(length / SAMPLE_M))) + 1)
    at = np.linspace(0.0, length, knots + 1)
    return Section(np.column_stack([np.interp(along, at, corners[:, axis]) for axis in range(3)]), along, leg)


def _arc(lat: float, lon: float, radius: float, start_deg: float, sweep_deg: float, leg: int) -> Section:
    """An arc about a centre, from one bearing on by a sweep."""
    length = radius * abs(radians(sweep_deg))
    count = max(8, int(np.ceil(length / min(SAMPLE_M, 0.005 * radius)))) + 1
    bearing = np.radians(start_deg + sweep_deg * np.linspace(0.0, 1.0, count))
    basis = np.array(enu_basis(radians(lat), radians(lon))).reshape(3, 3)
    flat = np.outer(np.sin(bearing), basis[0]) + np.outer(np.cos(bearing), basis[1])
    return Section(geodetic_to_ecef(lat, lon, 0.0) + radius * flat, np.linspace(0.0, length, count), leg)


def oval(along_m: Floats, leg_m: float, radius_m: float) -> tuple[Floats, Floats]:
    """Places on a racetrack in its plane, m: x along its heading, y to the side to which it turns, from its centre.

    `along_m` from the beginning of the first straight leg, which is flown along the heading.
    """
    lap = 2.0 * (leg_m + np.pi * radius_m)
    at = along_m % lap
    side = np.minimum(np.floor(at / (0.5 * lap)), 1.0)
    rest = at - side * 0.5 * lap
    turning = np.clip((rest - leg_m) / radius_m, 0.0, np.pi)
    sign = 1.0 - 2.0 * side
    x = (np.minimum(rest, leg_m) - 0.5 * leg_m) + radius_m * np.sin(turning)
    return sign * x, -sign * radius_m * np.cos(turning)


def on_the_ellipsoid(
    lat_deg: float, lon_deg: float, heading_deg: float, ahead_m: Floats, right_m: Floats
) -> tuple[Floats, Floats]:
    """Latitude and longitude, deg, of places in the plane that touches the ellipsoid, ahead and to the right of a heading."""
    heading = radians(heading_deg)
    basis = np.array(enu_basis(radians(lat_deg), radians(lon_deg))).reshape(3, 3)
    east = ahead_m * np.sin(heading) + right_m * np.cos(heading)
    north = ahead_m * np.cos(heading) - right_m * np.sin(heading)
    flat = geodetic_to_ecef(lat_deg, lon_deg, 0.0) + np.outer(east, basis[0]) + np.outer(north, basis[1])
    lat, lon, _ = ecef_to_geodetic(flat[:, 0], flat[:, 1], flat[:, 2])
    return np.asarray(lat), np.asarray(lon)


def _laps(lat: float, lon: float, heading_deg: float, hold: Hold, leg: int) -> Section:
    """Whole laps of a racetrack that begins at a point with its turn and comes back to it on the same heading."""
    lap = 2.0 * (hold.leg_m + np.pi * hold.radius_m)
    count = max(1, int(np.ceil(hold.duration_s * hold.speed_mps / lap - 1e-9)))
    fine = max(8, int(np.ceil(lap / min(SAMPLE_M, 0.005 * hold.radius_m))))
    along = lap * np.arange(count * fine + 1) / fine
    x, y = oval(hold.leg_m + along, hold.leg_m, hold.radius_m)
    # From the end of the first straight leg, at (leg/2, -R).
    side = 1.0 if hold.clockwise else -1.0
    at = on_the_ellipsoid(lat, lon, heading_deg, x - 0.5 * hold.leg_m, side * (y + hold.radius_m))
    return Section(geodetic_to_ecef(*at, 0.0), along, leg, holds=True)


def lay_out(lat: Floats, lon: Floats, radius: Floats, holds: Sequence[Hold | None] = ()) -> list[Section]:
    """Straights, arcs and holds through the waypoints; `radius` of the turn and `holds` at each inner waypoint."""
    legs = len(lat) - 1
    length, out_deg, in_deg = (np.atleast_1d(x) for x in geodesic_inverse(lat[:-1], lon[:-1], lat[1:], lon[1:]))
    for leg in range(legs):
        if length[leg] < 1.0:
            raise InputError(f"waypoints {leg + 1} and {leg + 2} are the same place: take one away").at("waypoint", leg + 1)
    turn = (out_deg[1:] - in_deg[:-1] + 180.0) % 360.0 - 180.0
    cut = np.zeros(legs + 1)
    for i, angle in enumerate(turn):
        if radius[i] > 0.0 and abs(angle) > 1e-6:
            if abs(angle) > 175.0:
                raise InputError(
                    f"waypoint {i + 2} turns the route back on itself ({abs(angle):.0f} degrees): add a waypoint "
                    "beside it"
                ).at("waypoint", i + 1)
            cut[i + 1] = radius[i] * tan(0.5 * abs(radians(angle)))
    for leg in range(legs):
        need = cut[leg] + cut[leg + 1]
        if need > length[leg]:
            tight = leg + 1 if cut[leg] > cut[leg + 1] else leg + 2
            raise InputError(
                f"waypoint {tight} is too tight to turn: the turns at its speed and bank need {need:.0f} m of the "
                "leg from waypoint "
                f"{leg + 1} to {leg + 2}, which is {length[leg]:.0f} m long: move it out, fly slower, or bank more"
            ).at("waypoint", tight - 1)
    sections: list[Section] = []
    for leg in range(legs):
        start = geodesic_direct(lat[leg], lon[leg], out_deg[leg], cut[leg])
        straight = float(length[leg] - cut[leg] - cut[leg + 1])
        hold = holds[leg - 1] if 0 < leg <= len(holds) else None
        if hold is not None and hold.speed_mps > 0.0:
            sections.append(_laps(float(start[0]), float(start[1]), float(start[2]), hold, leg))
        elif hold is not None:
            sections[-1] = sections[-1]._replace(wait_s=hold.duration_s)
        if straight > 1e-6:
            sections.append(_straight(float(start[0]), float(start[1]), float(start[2]), straight, leg))
        if cut[leg + 1] > 0.0:
            enter = geodesic_direct(lat[leg], lon[leg], out_deg[leg], length[leg] - cut[leg + 1])
            side = 90.0 if turn[leg] > 0.0 else -90.0
            centre = geodesic_direct(enter[0], enter[1], enter[2] + side, radius[leg])
            leave = geodesic_direct(lat[leg + 1], lon[leg + 1], out_deg[leg + 1], cut[leg + 1])
            first = float(geodesic_inverse(centre[0], centre[1], enter[0], enter[1])[1])
            last = float(geodesic_inverse(centre[0], centre[1], leave[0], leave[1])[1])
            sweep = (last - first) % 360.0 if side > 0.0 else -((first - last) % 360.0)
            sections.append(_arc(float(centre[0]), float(centre[1]), float(radius[leg]), first, sweep, leg))
    return sections
