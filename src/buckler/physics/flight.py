"""Flight through the air on a stated path: routes with turns, climbs and holds, racetracks, hovering.

Path: `buckler.physics.groundtrack`. Height: above sea level (the ellipsoid) it runs evenly between the waypoints' heights; above the
ground it is at least ground plus the stated height everywhere, lifted where the climb or descent limit makes it start
early: the lowest profile with slopes within the limits that never comes below the wanted one. Speed is along the path,
constant on each leg (with wind: the airspeed is, see `buckler.physics.wind`); the change from leg to leg is at once. No mass, no
thrust: whether an engine could do it is the user's to know. In wind a turn keeps its radius over the ground.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.arguments import Floats, finite, latitude, longitude
from buckler.physics.earth import MEAN_RADIUS_M, ecef_to_geodetic, geodetic_to_ecef
from buckler.physics.groundtrack import SAMPLE_M, Hold, Section, lay_out, on_the_ellipsoid, oval
from buckler.physics.groundtrack import turn_radius_m as turn_radius_m
from buckler.physics.wind import ground_speed, still, wind_at

Ground: TypeAlias = Callable[[Floats, Floats], Floats]
"""Height of the ground, m above the ellipsoid, at arrays of latitude and longitude in degrees."""

class Route(NamedTuple):
    """Motion as rows of one time step each. The last row lies at or just past the end, on the line on through it."""

    time_s: Floats  # [n]
    position_m: Floats  # [n, 3] ECEF
    height_m: Floats  # [n] above the ellipsoid
    end_s: float
    length_m: float  # along the ground
    lifted_m: float  # by how much the climb limits lift the path over the wanted height, at most
    short_m: float  # how far off its last wanted height it ends
    waypoint_s: Floats  # [waypoint] when it is passed (a rounded corner: at the end of its turn)


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
    start_height_m: float | None = None,
    holds: Sequence[tuple[float, float, bool] | None] = (),
    hovers: bool = False,
    wind: Floats | None = None,
) -> Route:
    """Fly through waypoints: heights one or one a waypoint, speeds one or one a leg.

    `ground` gives the terrain's height: needed `above="ground"`, and otherwise checked against. Turns by
    `turn_radius` (m), `bank_deg` or `load_factor`; with none of them corners are sharp. `climb_mps`, `descent_mps`
    (left out: as climb): the greatest rates. `height_band_m`: the airframe's, above sea level. `start_height_m`: where
    it is at first, above sea level, whatever the first waypoint's height: it goes there within the rates. `holds`: at each inner
    waypoint None, or duration (s), straight leg (m) and whether clockwise, flown after the waypoint's turn in whole laps;
    `hovers`: the time is spent on the spot instead. `wind`: of `buckler.physics.wind`; speeds are then airspeeds.

    An InputError's `place` says which: ("waypoint", index) or ("leg", index), from 0, and behind that the field at fault
    ("speed_mps" of a leg, "height_m" of a waypoint) if it is one.
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
                f"leg {leg + 1} is flown at {value:g} m/s, outside the airframe's {slowest:.4g} to {fastest:.4g} m/s: "
                "state a speed within"
            ).at("leg", leg, "speed_mps")
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
    flown_holds = [_hold(i, hold, hovers, speed, radius) for i, hold in enumerate(holds[: corner.size])]
    if hovers:
        radius = np.where([hold is not None for hold in [*flown_holds, *[None] * (radius.size - len(flown_holds))]], 0.0, radius)
    heights = _Heights(wanted, above, ground, climb_mps, climb_mps if descent_mps is None else descent_mps, height_band_m, start_height_m)
    return _along(lay_out(lat, lon, radius, flown_holds), speed, heights, dt_s, still() if wind is None else wind)


class _Heights(NamedTuple):
    """What is asked of the heights along a route."""

    wanted: Floats
    above: str
    ground: Ground | None
    climb_mps: float
    descent_mps: float
    band_m: tuple[float, float]
    start_m: float | None


def _hold(i: int, hold: tuple[float, float, bool] | None, hovers: bool, speed: Floats, radius: Floats) -> Hold | None:
    """The hold at inner waypoint `i`, flown at the next leg's speed."""
    if hold is None:
        return None
    duration, leg, clockwise = hold
    if not (0.0 < duration < inf and 0.0 <= leg < inf):
        raise InputError(f"a hold lasts longer than 0 s ({duration:g}) on legs of 0 m or more ({leg:g})").at("waypoint", i + 1)
    if hovers:
        return Hold(duration)
    if radius[i] <= 0.0:
        raise InputError("a hold needs turns: state their radius, bank or load factor").at("waypoint", i + 1)
    return Hold(duration, float(speed[i + 1]), float(radius[i]), leg, clockwise)


def _along(sections: list[Section], speed: Floats, asked: _Heights, dt_s: float, wind: Floats) -> Route:
    """Heights and times along laid-out sections."""
    if not (asked.climb_mps > 0.0 and asked.descent_mps > 0.0):
        raise InputError("climb and descent rates must be greater than 0")
    points = np.vstack([sections[0].points_m[:1]] + [section.points_m[1:] for section in sections])
    along = np.cumsum(np.concatenate([[0.0], *(np.diff(section.along_m) for section in sections)]))
    leg = np.concatenate([np.full(section.along_m.size - 1, section.leg) for section in sections])
    lat, lon, _ = ecef_to_geodetic(points[:, 0], points[:, 1], points[:, 2])
    # A waypoint's height holds where its leg ends, with its turn, and through its hold.
    ends = np.array(
        [0.0, *(0.5 * (along[:-1][leg == i][-1] + along[1:][leg == i][-1]) for i in range(speed.size - 1)), along[-1]]
    )
    knots, levels = list(ends), list(asked.wanted)
    last = np.cumsum([section.along_m.size - 1 for section in sections])
    for section, end in zip(sections, last, strict=True):
        if section.holds:
            at = section.leg + 1 + len(knots) - len(ends)
            knots.insert(at, along[end])
            levels.insert(at, asked.wanted[section.leg])
    wanted = np.interp(along, knots, levels)
    floor = None if asked.ground is None else np.asarray(asked.ground(lat, lon), dtype=np.float64)
    pace = speed[leg]
    height, lifted, short = _profile(asked, wanted, floor, along, pace, leg)
    if floor is not None:
        deep = int(np.argmin(height - floor))
        if height[deep] < floor[deep]:
            at_leg = int(leg[min(deep, leg.size - 1)])
            raise InputError(
                f"leg {at_leg + 1} is {floor[deep] - height[deep]:.0f} m underground at latitude {lat[deep]:.4f}, "
                f"longitude {lon[deep]:.4f}, where the ground is {floor[deep]:.0f} m above sea level: fly above that"
            ).at("leg", at_leg)
    lowest, highest = asked.band_m
    if height.min() < lowest or height.max() > highest:
        high = height.max() > highest
        worst = int(np.argmax(height) if high else np.argmin(height))
        at_leg = int(leg[min(worst, leg.size - 1)])
        ends_of_leg = asked.wanted[at_leg : at_leg + 2]
        meant = at_leg + int(np.argmax(ends_of_leg) if high else np.argmin(ends_of_leg))
        raise InputError(
            f"leg {at_leg + 1} goes {'up' if high else 'down'} to {height[worst]:.0f} m above sea level, outside the airframe's limit of "
            f"{highest if high else lowest:g} m: fly {'lower' if high else 'higher'}"
        ).at("waypoint", meant, "height_m")
    middle = 0.5 * (height[1:] + height[:-1])
    travel = np.hypot(np.diff(along) * (1.0 + middle / MEAN_RADIUS_M), np.diff(height))
    time = np.concatenate([[0.0], np.cumsum(travel / _over_ground(pace, points, lat, lon, middle, leg, wind))])
    waypoint_s = np.interp(ends, along, time)
    placed = geodetic_to_ecef(lat, lon, height)
    for section, end in reversed(list(zip(sections, last, strict=True))):
        if section.wait_s > 0.0:
            time = np.concatenate([time[: end + 1], time[end:] + section.wait_s])
            placed = np.vstack([placed[: end + 1], placed[end:]])
            height = np.concatenate([height[: end + 1], height[end:]])
            waypoint_s[section.leg + 2 :] += section.wait_s
    time_s, position, level = _rows(placed, height, time, dt_s)
    return Route(time_s, position, level, float(time[-1]), float(along[-1]), lifted, short, waypoint_s)


def _profile(
    asked: _Heights, wanted: Floats, floor: Floats | None, along: Floats, pace: Floats, leg: npt.NDArray[np.int64]
) -> tuple[Floats, float, float]:
    """Height above sea level along the route, by how much the limits lift it, and how far off it ends."""
    climb, descent = asked.climb_mps, asked.descent_mps
    height = wanted
    if asked.above == "ground" and floor is not None:
        height = height + floor
    elif asked.start_m is None:
        slope = np.diff(height) / np.diff(along)
        rate = slope * pace
        for i, limit in ((int(np.argmax(rate)), climb), (int(np.argmin(rate)), descent)):
            if abs(rate[i]) > limit * (1.0 + 1e-9):
                raise InputError(
                    f"leg {leg[i] + 1} needs {abs(rate[i]):.1f} m/s of {'climb' if rate[i] > 0.0 else 'descent'} "
                    "and the airframe has "
                    f"{limit:g} m/s: bring its heights nearer, fly slower, or make it longer"
                ).at("leg", int(leg[i]))
        return height, 0.0, 0.0
    before = height.copy()
    if asked.start_m is not None:
        height = height.copy()
        height[0] = asked.start_m
    lift_to_slopes(height, along, climb / pace, descent / pace)
    if asked.start_m is not None:
        reached = asked.start_m + np.concatenate([[0.0], np.cumsum(climb / pace * np.diff(along))])
        height = np.minimum(height, reached)
    return height, float(np.max(height - before)), abs(float(height[-1] - before[-1]))


def _over_ground(
    pace: Floats, points: Floats, lat: Floats, lon: Floats, middle_m: Floats, leg: npt.NDArray[np.int64], wind: Floats
) -> Floats:
    """Ground speed on each interval, m/s."""
    if not len(wind):
        return pace
    step = np.diff(points, axis=0)
    phi, lam = np.radians(lat[:-1]), np.radians(lon[:-1])
    east = -np.sin(lam) * step[:, 0] + np.cos(lam) * step[:, 1]
    north = -np.sin(phi) * (np.cos(lam) * step[:, 0] + np.sin(lam) * step[:, 1]) + np.cos(phi) * step[:, 2]
    size = np.hypot(east, north)
    blows_east, blows_north = wind_at(wind, middle_m)
    along = (blows_east * east + blows_north * north) / size
    across = (blows_east * north - blows_north * east) / size
    over = ground_speed(pace, along, across)
    worst = int(np.argmin(over))
    if over[worst] <= 1.0:
        raise InputError(
            f"leg {leg[worst] + 1} cannot be flown at {pace[worst]:g} m/s through air against a wind of "
            f"{np.hypot(blows_east[worst], blows_north[worst]):.0f} m/s at {middle_m[worst]:.0f} m: fly faster, or with less wind"
        ).at("leg", int(leg[worst]))
    return over


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
    lap = 2.0 * (leg_m + np.pi * turn_radius)
    fine = max(8, int(np.ceil(lap / min(SAMPLE_M, 0.005 * turn_radius))))
    at = lap * np.arange(fine + 1) / fine
    x, y = oval(at, leg_m, turn_radius)
    point_lat, point_lon = on_the_ellipsoid(lat, lon, heading_deg, x, y if clockwise else -y)
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
    return Route(time, position, np.full(count, float(height_m)), float(duration_s), pace * duration_s, 0.0, 0.0, time[:1])


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
    return Route(time, np.tile(place, (count, 1)), np.full(count, float(height_m)), float(duration_s), 0.0, 0.0, 0.0, time[:1])
