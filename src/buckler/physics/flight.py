"""Flight through the air on a stated path: routes with turns and climbs, racetracks, hovering.

Path: geodesics of the WGS-84 ellipsoid between waypoints, joined inside each corner by an arc of the turn radius (a
fly-by waypoint, as in ICAO Doc 9613, "Performance-based Navigation Manual"): it leaves the leg R tan(turn/2) before
the corner. A coordinated turn at speed v and bank phi has the radius R = v^2/(g tan phi), and the load factor is n =
1/cos phi (J. D. Anderson, "Aircraft Performance and Design" (1999), equations 6.7 to 6.9).

Height: above sea level (the ellipsoid) it runs evenly between the waypoints' heights; above the ground it is at
least ground plus the stated height everywhere, lifted where the climb or descent limit makes it start early: the
lowest profile with slopes within the limits that never comes below the wanted one. Speed is along the path, constant
on each leg; the change from leg to leg is at once. No wind, no mass, no thrust: whether an engine could do it is the
user's to know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, inf, radians, sin, sqrt, tan
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.earth import (
    MEAN_RADIUS_M,
    Floats,
    ecef_to_geodetic,
    enu_basis,
    finite,
    geodesic_direct,
    geodesic_inverse,
    geodetic_to_ecef,
    latitude,
    longitude,
)
from buckler.units import STANDARD_GRAVITY_MPS2

Ground: TypeAlias = Callable[[Floats, Floats], Floats]
"""Height of the ground, m above the ellipsoid, at arrays of latitude and longitude in degrees."""

SAMPLE_M: Final = 250.0
"""The path is laid out, and the ground read, at least this often."""
_KNOT_M: Final = 20_000.0
"""A geodesic is replaced by chords of this length, brought down to the ellipsoid: off by less than 1 cm."""


class Route(NamedTuple):
    """Motion as rows of one time step each. The last row lies at or just past the end, on the line on through it."""

    time_s: Floats  # [n]
    position_m: Floats  # [n, 3] ECEF
    height_m: Floats  # [n] above the ellipsoid
    end_s: float
    length_m: float  # along the ground
    lifted_m: float  # by how much the climb limits lift the path over the wanted height, at most


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def lift_to_slopes(height_m: Floats, along_m: Floats, climb: Floats, descent: Floats) -> None:
    """Raise a profile, in place, to the lowest one above it that climbs and descends no steeper than the slopes of
    each interval.
    """
    for i in range(height_m.size - 2, -1, -1):
        height_m[i] = max(height_m[i], height_m[i + 1] - climb[i] * (along_m[i + 1] - along_m[i]))
    for i in range(1, height_m.size):
        height_m[i] = max(height_m[i], height_m[i - 1] - descent[i - 1] * (along_m[i] - along_m[i - 1]))


# --- turns ------------------------------------------------------------------------------------------------------------


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


class _Section(NamedTuple):
    """Points of a straight or turning part: ECEF on the ellipsoid, distance from its beginning, the leg whose speed
    holds.
    """

    points_m: Floats
    along_m: Floats
    leg: int


def _straight(lat: float, lon: float, azimuth: float, length: float, leg: int) -> _Section:
    knots = max(1, int(np.ceil(length / _KNOT_M)))
    ends = geodesic_direct(lat, lon, azimuth, np.linspace(0.0, length, knots + 1))
    corners = geodetic_to_ecef(ends[0], ends[1], 0.0)
    along = np.linspace(0.0, length, max(1, int(np.ceil(length / SAMPLE_M))) + 1)
    at = np.linspace(0.0, length, knots + 1)
    return _Section(np.column_stack([np.interp(along, at, corners[:, axis]) for axis in range(3)]), along, leg)


def _arc(lat: float, lon: float, radius: float, start_deg: float, sweep_deg: float, leg: int) -> _Section:
    """An arc about a centre, from one bearing on by a sweep."""
    length = radius * abs(radians(sweep_deg))
    count = max(8, int(np.ceil(length / min(SAMPLE_M, 0.005 * radius)))) + 1
    bearing = np.radians(start_deg + sweep_deg * np.linspace(0.0, 1.0, count))
    basis = np.array(enu_basis(radians(lat), radians(lon))).reshape(3, 3)
    flat = np.outer(np.sin(bearing), basis[0]) + np.outer(np.cos(bearing), basis[1])
    return _Section(geodetic_to_ecef(lat, lon, 0.0) + radius * flat, np.linspace(0.0, length, count), leg)


def _sections(lat: Floats, lon: Floats, radius: Floats) -> list[_Section]:
    """Straights and arcs through the waypoints; `radius` of the turn at each inner waypoint."""
    legs = len(lat) - 1
    length, out_deg, in_deg = (np.atleast_1d(x) for x in geodesic_inverse(lat[:-1], lon[:-1], lat[1:], lon[1:]))
    for leg in range(legs):
        if length[leg] < 1.0:
            raise InputError(f"waypoints {leg + 1} and {leg + 2} are the same place: take one away")
    turn = (out_deg[1:] - in_deg[:-1] + 180.0) % 360.0 - 180.0
    cut = np.zeros(legs + 1)
    for i, angle in enumerate(turn):
        if radius[i] > 0.0 and abs(angle) > 1e-6:
            if abs(angle) > 175.0:
                raise InputError(
                    f"waypoint {i + 2} turns the route back on itself ({abs(angle):.0f} degrees): add a waypoint "
                    "beside it"
                )
            cut[i + 1] = radius[i] * tan(0.5 * abs(radians(angle)))
    for leg in range(legs):
        need = cut[leg] + cut[leg + 1]
        if need > length[leg]:
            tight = leg + 1 if cut[leg] > cut[leg + 1] else leg + 2
            raise InputError(
                f"waypoint {tight} is too tight to turn: the turns at its speed and bank need {need:.0f} m of the "
                "leg from waypoint "
                f"{leg + 1} to {leg + 2}, which is {length[leg]:.0f} m long: move it out, fly slower, or bank more"
            )
    sections: list[_Section] = []
    for leg in range(legs):
        start = geodesic_direct(lat[leg], lon[leg], out_deg[leg], cut[leg])
        straight = float(length[leg] - cut[leg] - cut[leg + 1])
        if straight > 0.0:
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


# --- motion -----------------------------------------------------------------------------------------------------------


def _rows(point_m: Floats, height_m: Floats, time_s: Floats, dt_s: float) -> tuple[Floats, Floats, Floats]:
    """Even rows from uneven samples; the last at or just past the end, on the line on through it."""
    end = float(time_s[-1])
    count = int(np.floor(end / dt_s * (1.0 + 1e-12))) + 1
    time = dt_s * np.arange(count, dtype=np.float64)
    columns = np.column_stack(
        [*(np.interp(time, time_s, point_m[:, axis]) for axis in range(3)), np.interp(time, time_s, height_m)]
    )
    spare = end - time[-1]
    if spare > 1e-6 * dt_s:
        last = np.append(point_m[-1], height_m[-1])
        columns = np.vstack([columns, columns[-1] + (last - columns[-1]) * (dt_s / spare)])
        time = np.append(time, time[-1] + dt_s)
    return time, np.ascontiguousarray(columns[:, :3]), np.ascontiguousarray(columns[:, 3])


def _per_leg(name: str, value: npt.ArrayLike, count: int) -> Floats:
    given = finite(name, value)
    if given.shape not in ((), (count,)):
        raise InputError(f"{name} has {given.size} values: state one, or {count}")
    return np.broadcast_to(given, (count,)).astype(np.float64)


def route(
    lat_deg: Sequence[float] | Floats,
    lon_deg: Sequence[float] | Floats,
    height_m: npt.ArrayLike,
    speed_mps: npt.ArrayLike,
    dt_s: float,
    *,
    above: Literal["sea", "ground"] = "sea",
    ground: Ground | None = None,
    turn_radius: float | None = None,
    bank_deg: float | None = None,
    load_factor: float | None = None,
    climb_mps: float = inf,
    descent_mps: float | None = None,
    speed_band_mps: tuple[float, float] = (0.0, inf),
    height_band_m: tuple[float, float] = (-inf, inf),
) -> Route:
    """Fly through waypoints: heights one or one a waypoint, speeds one or one a leg.

    `ground` gives the terrain's height: needed `above="ground"`, and otherwise checked against. Turns by
    `turn_radius` (m), `bank_deg` or `load_factor`; with none of them corners are sharp. `climb_mps`, `descent_mps`
    (left out: as climb): the greatest rates. `height_band_m`: the airframe's, above sea level.
    """
    lat, lon = np.atleast_1d(latitude("lat_deg", lat_deg)), np.atleast_1d(longitude("lon_deg", lon_deg))
    if lat.ndim != 1 or lat.shape != lon.shape or lat.size < 2:
        raise InputError("a route has at least two waypoints, with as many latitudes as longitudes")
    legs = lat.size - 1
    wanted = _per_leg("height_m", height_m, lat.size)
    speed = _per_leg("speed_mps", speed_mps, legs)
    slowest, fastest = speed_band_mps
    for leg, value in enumerate(speed):
        if not max(slowest, 1e-3) <= value <= fastest:
            raise InputError(
                f"leg {leg + 1} is flown at {value:g} m/s, outside the airframe's {slowest:g} to {fastest:g} m/s: "
                "state a speed within"
            )
    if not 0.0 < dt_s < inf:
        raise InputError(f"dt_s = {dt_s} must be greater than 0")
    if above not in ("sea", "ground"):
        raise InputError(f"above = {above!r}: write 'sea' or 'ground'")
    if above == "ground" and ground is None:
        raise InputError(
            "a height above the ground needs the ground: give `ground`, or state the height above sea level"
        )
    corner = np.maximum(speed[:-1], speed[1:])
    if turn_radius is not None:
        radius = np.full(corner.size, float(turn_radius))
    elif bank_deg is not None or load_factor is not None:
        radius = np.array([turn_radius_m(float(v), bank_deg, load_factor) for v in corner])
    else:
        radius = np.zeros(corner.size)
    sections = _sections(lat, lon, radius)
    return _along(
        sections,
        wanted,
        speed,
        dt_s,
        above,
        ground,
        climb_mps,
        climb_mps if descent_mps is None else descent_mps,
        height_band_m,
    )


def _along(
    sections: list[_Section], wanted: Floats, speed: Floats, dt_s: float, above: str, ground: Ground | None,
    climb_mps: float, descent_mps: float, height_band_m: tuple[float, float],
) -> Route:  # fmt: skip
    """Heights and times along laid-out sections."""
    if not (climb_mps > 0.0 and descent_mps > 0.0):
        raise InputError("climb and descent rates must be greater than 0")
    points = np.vstack([sections[0].points_m[:1]] + [section.points_m[1:] for section in sections])
    along = np.cumsum(np.concatenate([[0.0], *(np.diff(section.along_m) for section in sections)]))
    leg = np.concatenate([np.full(section.along_m.size - 1, section.leg) for section in sections])
    lat, lon, _ = ecef_to_geodetic(points[:, 0], points[:, 1], points[:, 2])
    # A waypoint's height holds where its leg ends: in the middle of its turn.
    ends = np.array(
        [0.0, *(0.5 * (along[:-1][leg == i][-1] + along[1:][leg == i][-1]) for i in range(speed.size - 1)), along[-1]]
    )
    height = np.interp(along, ends, wanted)
    floor = None if ground is None else np.asarray(ground(lat, lon), dtype=np.float64)
    pace = speed[leg]
    lifted = 0.0
    if above == "ground" and floor is not None:
        height = height + floor
        before = height.copy()
        lift_to_slopes(height, along, climb_mps / pace, descent_mps / pace)
        lifted = float(np.max(height - before))
    else:
        slope = np.diff(height) / np.diff(along)
        rate = slope * pace
        for i, limit in ((int(np.argmax(rate)), climb_mps), (int(np.argmin(rate)), descent_mps)):
            if abs(rate[i]) > limit * (1.0 + 1e-9):
                raise InputError(
                    f"leg {leg[i] + 1} needs {abs(rate[i]):.1f} m/s of {'climb' if rate[i] > 0.0 else 'descent'} "
                    "and the airframe has "
                    f"{limit:g} m/s: bring its heights nearer, fly slower, or make it longer"
                )
    if floor is not None:
        deep = int(np.argmin(height - floor))
        if height[deep] < floor[deep]:
            raise InputError(
                f"leg {leg[min(deep, leg.size - 1)] + 1} is {floor[deep] - height[deep]:.0f} m underground at "
                f"latitude {lat[deep]:.4f}, "
                f"longitude {lon[deep]:.4f}, where the ground is {floor[deep]:.0f} m above sea level: fly above that"
            )
    lowest, highest = height_band_m
    if height.min() < lowest or height.max() > highest:
        raise InputError(
            f"the route goes from {height.min():.0f} to {height.max():.0f} m above sea level, outside the airframe's "
            f"{lowest:g} to {highest:g} m"
        )
    middle = 0.5 * (height[1:] + height[:-1])
    travel = np.hypot(np.diff(along) * (1.0 + middle / MEAN_RADIUS_M), np.diff(height))
    time = np.concatenate([[0.0], np.cumsum(travel / pace)])
    time_s, position, level = _rows(geodetic_to_ecef(lat, lon, height), height, time, dt_s)
    return Route(time_s, position, level, float(time[-1]), float(along[-1]), lifted)


def racetrack(
    lat_deg: float,
    lon_deg: float,
    height_m: float,
    speed_mps: float,
    duration_s: float,
    dt_s: float,
    *,
    turn_radius: float,
    leg_m: float = 0.0,
    heading_deg: float = 0.0,
    clockwise: bool = True,
    ground: Ground | None = None,
) -> Route:
    """Fly a racetrack about a centre for a time: two straight legs of `leg_m` along `heading_deg` and two half
    circles. `leg_m=0`: a circle.
    """
    lat, lon = float(latitude("lat_deg", lat_deg)), float(longitude("lon_deg", lon_deg))
    for name, value in (
        ("speed_mps", speed_mps),
        ("duration_s", duration_s),
        ("dt_s", dt_s),
        ("turn_radius", turn_radius),
    ):
        if not 0.0 < value < inf:
            raise InputError(f"{name} = {value} must be greater than 0")
    if not 0.0 <= leg_m < inf:
        raise InputError(f"leg_m = {leg_m} must be 0 or more")
    half_turn = np.pi * turn_radius
    lap = 2.0 * (leg_m + half_turn)
    fine = max(8, int(np.ceil(lap / min(SAMPLE_M, 0.005 * turn_radius))))
    # One lap in the plane of the racetrack: x along the heading, y to the side of the turns.
    at = lap * np.arange(fine + 1) / fine
    side = np.minimum(np.floor(at / (leg_m + half_turn)), 1.0)
    rest = at - side * (leg_m + half_turn)
    turning = np.clip((rest - leg_m) / turn_radius, 0.0, np.pi)
    x = (np.minimum(rest, leg_m) - 0.5 * leg_m) + turn_radius * np.sin(turning)
    y = -turn_radius * np.cos(turning)
    sign = 1.0 - 2.0 * side
    x, y = sign * x, sign * y * (1.0 if clockwise else -1.0)
    heading = radians(heading_deg)
    basis = np.array(enu_basis(radians(lat), radians(lon))).reshape(3, 3)
    east = x * sin(heading) + y * cos(heading)
    north = x * cos(heading) - y * sin(heading)
    flat = geodetic_to_ecef(lat, lon, 0.0) + np.outer(east, basis[0]) + np.outer(north, basis[1])
    point_lat, point_lon, _ = ecef_to_geodetic(flat[:, 0], flat[:, 1], flat[:, 2])
    if ground is not None:
        floor = np.asarray(ground(point_lat, point_lon), dtype=np.float64)
        if np.any(floor > height_m):
            raise InputError(f"the racetrack at {height_m:g} m meets ground at {floor.max():.0f} m: fly above that")
    track = geodetic_to_ecef(point_lat, point_lon, height_m)
    pace = speed_mps / (1.0 + height_m / MEAN_RADIUS_M)
    count = int(np.floor(duration_s / dt_s * (1.0 + 1e-12))) + 1
    if dt_s * (count - 1) < duration_s * (1.0 - 1e-12):
        count += 1
    time = dt_s * np.arange(count, dtype=np.float64)
    place = (pace * time) % lap
    position = np.column_stack([np.interp(place, at, track[:, axis]) for axis in range(3)])
    return Route(time, position, np.full(count, float(height_m)), float(duration_s), pace * duration_s, 0.0)


def hover(
    lat_deg: float, lon_deg: float, height_m: float, duration_s: float, dt_s: float, ground: Ground | None = None
) -> Route:
    """Stay in one place for a time."""
    lat, lon = float(latitude("lat_deg", lat_deg)), float(longitude("lon_deg", lon_deg))
    if not (0.0 < duration_s < inf and 0.0 < dt_s < inf):
        raise InputError(f"duration_s = {duration_s} and dt_s = {dt_s} must be greater than 0")
    if ground is not None:
        floor = float(np.asarray(ground(np.array([lat]), np.array([lon])))[0])
        if floor > height_m:
            raise InputError(
                f"hovering at {height_m:g} m is {floor - height_m:.0f} m underground: fly above {floor:.0f} m"
            )
    count = int(np.ceil(duration_s / dt_s * (1.0 - 1e-12))) + 1
    time = dt_s * np.arange(count, dtype=np.float64)
    place = geodetic_to_ecef(lat, lon, height_m)
    return Route(time, np.tile(place, (count, 1)), np.full(count, float(height_m)), float(duration_s), 0.0, 0.0)
