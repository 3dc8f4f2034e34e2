"""Missiles that are to come down on a given point, or to fly to a given apogee and range: shooting.

A missile of stated burn time and ballistic coefficient thrusts straight up at first, then turns evenly over to a
final elevation; thrust is steady and mass falls, so that the thrust's acceleration grows `ACCELERATION_GROWTH`-fold
by burnout. The acceleration (that is, the speed at burnout) and the azimuth or elevation are solved by Newton's
iteration until it comes down where it should (`buckler.physics.trajectory` flies it). Only the burn time, the growth
and the ballistic coefficients are assumed; mass and thrust as such cancel.

Left out: guidance errors (the dispersion at the target is the caller's), thrust that ends early, manoeuvre in the
terminal phase, lift. The spent stage of a separating missile: `buckler.physics.stage`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import asin, atan2, cos, degrees, inf, log, pi, radians, sin, sqrt, tan
from typing import Final, NamedTuple

import numpy as np

from buckler.errors import InputError
from buckler.physics.arcs import arc_from_apogee
from buckler.physics.arguments import Floats, finite, latitude, longitude
from buckler.physics.drag import g7
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, enu_basis, geodesic_inverse, geodetic_from_ecef
from buckler.physics.trajectory import PITCH_PROGRAM, WGS84, Ending, Planet, Steering, fly_phases
from buckler.physics.wind import still

RISE_SHARE: Final = 0.1
"""Share of the burn flown straight up: an assumption, of the order of what a Scud or a large missile does."""
TURNED_SHARE: Final = 0.5
"""Share of the burn after which the thrust points along its final elevation: an assumption."""
ACCELERATION_GROWTH: Final = 2.5
"""Thrust acceleration at burnout over that at launch: an assumption; 2.6 for a Scud-B (5.9 t at launch, 2.2 t empty),
about the same on the average over the stages of a larger missile. Between 1 and 3 it moves a lofted flight by 1 %."""
BOOST_COEFFICIENT_KGPM2: Final = 20_000.0
"""Launch mass over C_D A under power: an assumption, the order of a Scud-B's (5.9 t, 0.88 m across, C_D 0.3:
32,000).
"""
BURN_TIMES: Final = (
    (1_000e3, 60.0, 62.0, 65.0),  # R-17 (Scud-B) 62 s, V-2 65 s
    (3_000e3, 95.0, 100.0, 110.0),  # Nodong class
    (5_500e3, 150.0, 158.0, 165.0),  # Jupiter 158 s, Thor about 160 s
    (inf, 180.0, 255.0, 335.0),  # Minuteman (three solid stages of about 60 s) to Titan II (two liquid stages, 335 s)
)
"""Burn times, s, of missiles of known build: range (m) on the minimum-energy arc up to which they stand for others;
low, middle, high. Round figures of encyclopaedias; none is fitted to a lofted flight."""

_FIRST_SHARES: Final = (1.0, 1.05, 0.95, 1.12, 0.88, 1.25, 0.75)
"""Of the first guess at the launch acceleration: where Newton's iteration does not close from one, the next is tried."""
_SHOOT_TOLERANCE_M: Final = 0.01
_CLOSE_M: Final = 2.0
"""How near to its target a flight is solved: far below any dispersion."""
_NO_HISTORY: Final = np.zeros((0, 4))


class Missile(NamedTuple):
    """A ballistic missile's flight to a target."""

    time_s: Floats  # [n] even steps from launch; the last row lies at or just past the end
    position_m: Floats  # [n, 3] ECEF; between the last two rows the straight line passes through the impact at `end_s`
    end_s: float  # impact
    apogee_m: float
    apogee_s: float
    burnout_speed_mps: float  # relative to the turning earth
    burnout_height_m: float
    impact_speed_mps: float
    impact_angle_deg: float  # below the horizontal
    acceleration_mps2: float  # of thrust at launch, as solved
    elevation_deg: float  # of thrust after the turn
    azimuth_deg: float  # of launch
    range_m: float  # along the geodesic
    burnout_s: float
    burnout_state: Floats  # [6] ECEF position (m) and velocity (m/s) over the turning earth


class Lofted(NamedTuple):
    """A powered lofted flight with a stated apogee and range, over a round earth at rest."""

    time_s: float  # with the middle burn time
    low_s: float  # with the shortest burn time
    high_s: float  # with the longest
    kepler_s: float  # the bare arc, without burn or air
    burn_times_s: tuple[float, float, float]


# --- shooting ---------------------------------------------------------------------------------------------------------


def _boost(burn_time_s: float, acceleration: float, ballistic_coefficient_kgpm2: float) -> Floats:
    """Phases of a missile of launch mass 1: the burn, then the body that comes down (its mass cancels against its
    drag area).
    """
    # The burn is cut where the thrust begins and ends to turn, so that no integration step crosses these corners.
    flow = (1.0 - 1.0 / ACCELERATION_GROWTH) / burn_time_s
    cuts = burn_time_s * np.array([0.0, RISE_SHARE, TURNED_SHARE, 1.0])
    area = 1.0 / BOOST_COEFFICIENT_KGPM2
    burn = [[end - at, 1.0 - flow * at, flow, acceleration, 0.0, area] for at, end in pairwise(cuts)]
    return np.array([*burn, [inf, 1.0, 0.0, 0.0, 0.0, 1.0 / ballistic_coefficient_kgpm2]])


def _first_acceleration(speed_mps: float, burn_time_s: float, elevation: float) -> float:
    """A first guess at the launch acceleration: the burnout speed and the gravity loss by the rocket equation."""
    gain = speed_mps + 9.0 * sin(elevation) * burn_time_s
    return gain / burn_time_s * (1.0 - 1.0 / ACCELERATION_GROWTH) / log(ACCELERATION_GROWTH)


def _program(basis: Floats, azimuth: float, elevation: float, burn_time_s: float) -> Steering:
    level = sin(azimuth) * basis[0] + cos(azimuth) * basis[1]
    up = basis[2]
    return Steering(
        PITCH_PROGRAM, (float(up[0]), float(up[1]), float(up[2])), (float(level[0]), float(level[1]), float(level[2])),
        RISE_SHARE * burn_time_s, TURNED_SHARE * burn_time_s, elevation, _NO_HISTORY,
    )  # fmt: skip


def _newton(miss: Callable[[Floats], Floats], start: Floats, steps: Floats, close_m: float) -> Floats | None:
    """Newton's iteration with forward differences and halved steps, to within `close_m`; None if it does not
    close.
    """
    x = start.copy()
    f = miss(x)
    for _ in range(25):
        size = float(np.linalg.norm(f))
        if size < close_m:
            return x
        jacobian = np.column_stack([(miss(x + step) - f) / step[j] for j, step in enumerate(np.diag(steps))])
        if not np.all(np.isfinite(jacobian)) or abs(np.linalg.det(jacobian)) == 0.0:
            return None
        move = -np.linalg.solve(jacobian, f)
        for _ in range(12):
            f_new = miss(x + move)
            if np.all(np.isfinite(f_new)) and np.linalg.norm(f_new) < size:
                break
            move *= 0.5
        else:
            return None
        x = x + move
        f = f_new
    return None


def ballistic_trajectory(
    launch_lat_deg: float,
    launch_lon_deg: float,
    launch_height_m: float,
    target_lat_deg: float,
    target_lon_deg: float,
    target_height_m: float,
    *,
    burn_time_s: float,
    ballistic_coefficient_kgpm2: float,
    max_range_m: float = inf,
    apogee_m: float | None = None,
    elevation_deg: float | None = None,
    drag: Floats | None = None,
    wind: Floats | None = None,
    dt_s: float = 1.0,
) -> Missile:
    """The flight of a ballistic missile from a launch point down to a target, heights above the ellipsoid.

    The thrust turns over to `elevation_deg`, or to whatever gives `apogee_m`; with neither, to the angle of the
    minimum-energy arc, 45 degrees less a quarter of the range's angle. `ballistic_coefficient_kgpm2` is that of what
    comes down (the warhead, or the whole empty missile if it does not separate), at Mach 3. `max_range_m`: beyond it
    the missile is refused, with what it can reach. `wind`: of `buckler.physics.wind`; whoever aims knows it.
    """
    points = []
    for what, lat, lon, height in (
        ("launch", launch_lat_deg, launch_lon_deg, launch_height_m),
        ("target", target_lat_deg, target_lon_deg, target_height_m),
    ):
        points.append(
            (
                float(np.radians(latitude(f"{what}_lat_deg", lat))),
                float(np.radians(longitude(f"{what}_lon_deg", lon))),
                float(finite(f"{what}_height_m", height)),
            )
        )
    for name, value in (
        ("burn_time_s", burn_time_s),
        ("ballistic_coefficient_kgpm2", ballistic_coefficient_kgpm2),
        ("dt_s", dt_s),
    ):
        if not 0.0 < value < inf:
            raise InputError(f"{name} = {value} must be greater than 0")
    range_m, azimuth_deg, _ = geodesic_inverse(launch_lat_deg, launch_lon_deg, target_lat_deg, target_lon_deg)
    range_m = float(range_m)
    if range_m > max_range_m:
        raise InputError(
            f"the target is {range_m / 1e3:.1f} km away and the missile reaches {max_range_m / 1e3:g} km: "
            f"move the launch {(range_m - max_range_m) / 1e3:.1f} km nearer, or take a class of longer range"
        )
    if range_m < 5_000.0:
        raise InputError(f"the target is {range_m:.0f} m away: a ballistic missile needs at least 5 km")
    if apogee_m is not None and elevation_deg is not None:
        raise InputError("state an apogee or an elevation, not both")
    angle = range_m / MEAN_RADIUS_M
    if elevation_deg is not None:
        if not 10.0 <= elevation_deg < 90.0:
            raise InputError(f"elevation_deg = {elevation_deg} must be from 10 to below 90 degrees")
        elevation = radians(elevation_deg)
        speed = _speed_for(angle, elevation)
    elif apogee_m is not None:
        arc = arc_from_apogee(apogee_m, range_m)
        elevation, speed = radians(float(arc.flight_path_angle_deg)), float(arc.speed_mps)
    else:
        elevation = 0.25 * (pi - angle)
        speed = _speed_for(angle, elevation)
    basis = np.array(enu_basis(points[0][0], points[0][1])).reshape(3, 3)
    start = np.array([*ecef_from_geodetic(*points[0]), 0.0, 0.0, 0.0])
    target = np.array(ecef_from_geodetic(*points[1]))
    there = np.array(enu_basis(points[1][0], points[1][1])).reshape(3, 3)
    table = g7() if drag is None else drag
    blows = still() if wind is None else np.ascontiguousarray(wind)
    burn = float(burn_time_s)

    def shoot(x: Floats, out: Floats, until_s: float = 20_000.0) -> tuple[Floats, Ending]:
        state = start.copy()
        steering = _program(basis, float(x[1]), float(x[2]) if x.size > 2 else elevation, burn)
        phases = _boost(burn, float(x[0]), ballistic_coefficient_kgpm2)
        ending = fly_phases(
            state,
            phases,
            WGS84,
            table,
            blows,
            steering,
            until_s,
            points[1][2],
            float(dt_s),
            _SHOOT_TOLERANCE_M,
            out,
        )
        return state, ending

    nothing = np.empty((0, 6))

    def miss(x: Floats) -> Floats:
        state, ending = shoot(x, nothing)
        if not (ending.ground and ending.good):
            return np.full(x.size, inf)
        off = there[:2] @ (state[:3] - target)
        return off if x.size == 2 else np.array([off[0], off[1], ending.apogee_m - float(apogee_m or 0.0)])

    first = [_first_acceleration(speed, burn, elevation), radians(float(azimuth_deg))]
    if apogee_m is not None:
        first.append(elevation)
    steps = np.array([1e-4 * first[0], 1e-5, 1e-5][: len(first)])
    solved = None
    for share in _FIRST_SHARES:
        start_at = np.array(first)
        start_at[0] *= share
        solved = _newton(miss, start_at, steps, _CLOSE_M)
        if solved is not None:
            break
    if solved is None:
        peak = "" if apogee_m is None else f" with an apogee of {apogee_m / 1e3:g} km"
        raise InputError(
            f"no flight of {range_m / 1e3:.0f} km{peak} was found with {burn:g} s of burn and a ballistic "
            "coefficient of "
            f"{ballistic_coefficient_kgpm2:g} kg/m2: state another burn time, elevation or apogee"
        )
    return _missile(solved, shoot, burn, elevation, float(dt_s), range_m)


def _missile(
    solved: Floats,
    shoot: Callable[..., tuple[Floats, Ending]],
    burn: float,
    elevation: float,
    dt: float,
    range_m: float,
) -> Missile:
    """The solved flight as even rows."""
    _, ending = shoot(solved, np.empty((0, 6)))
    out = np.empty((int(ending.time_s / dt) + 2, 6))
    state, ending = shoot(solved, out)
    n = ending.rows
    position = out[: n + 1, :3].copy()
    spare = ending.time_s - dt * (n - 1)
    if spare > 1e-6 * dt:
        position[n] = position[n - 1] + (state[:3] - position[n - 1]) * (dt / spare)
    else:
        position = position[:n]
    lat, lon, _ = geodetic_from_ecef(state[0], state[1], state[2])
    up = np.array(enu_basis(lat, lon))[6:]
    speed = float(np.linalg.norm(state[3:]))
    burnt = shoot(solved, np.empty((0, 6)), min(burn, ending.time_s))[0]
    time: Floats = dt * np.arange(len(position), dtype=np.float64)
    return Missile(
        time, position, ending.time_s, ending.apogee_m, ending.apogee_s,
        float(np.linalg.norm(burnt[3:])), geodetic_from_ecef(burnt[0], burnt[1], burnt[2])[2],
        speed, degrees(asin(-float(up @ state[3:]) / speed)), float(solved[0]),
        degrees(float(solved[2]) if solved.size > 2 else elevation), degrees(float(solved[1])) % 360.0, range_m,
        burn, burnt,
    )  # fmt: skip


def _speed_for(angle: float, elevation: float) -> float:
    """Speed, m/s, of the bare arc over an angle of the sphere at an elevation: tan(angle/2) = q sin cos/(1 - q
    cos^2).
    """
    t = tan(0.5 * angle)
    q = t / (sin(elevation) * cos(elevation) + t * cos(elevation) ** 2)
    return sqrt(q * WGS84.mu / MEAN_RADIUS_M)


# --- lofted flights ---------------------------------------------------------------------------------------------------


def burn_times_s(apogee_m: float, range_m: float) -> tuple[float, float, float]:
    """Low, middle and high burn time, s, of missiles of known build with the energy of a lofted flight: `BURN_TIMES`.

    The energy is that of the bare arc; the range it stands for, that of the minimum-energy arc: sin(range/2R) = q/(2
    - q), q = v^2 R/mu.
    """
    speed = float(arc_from_apogee(apogee_m, range_m).speed_mps)
    q = speed * speed * MEAN_RADIUS_M / WGS84.mu
    s = q / (2.0 - q)
    equivalent = inf if s >= 1.0 else 2.0 * MEAN_RADIUS_M * asin(s)
    for reach, low, middle, high in BURN_TIMES:
        if equivalent <= reach:
            return low, middle, high
    raise AssertionError("BURN_TIMES ends at infinity")


def lofted_flight_time_s(apogee_m: float, range_m: float, burn_time_s: float | None = None) -> float:
    """Seconds from launch to impact of a powered flight with a stated apogee and range.

    The burn time is `burn_time_s`, or the middle one of `burn_times_s`, never fitted to a reported time. Over a
    round earth at rest, in the U.S. Standard Atmosphere 1976, with a warhead of 10,000 kg/m^2.
    """
    if burn_time_s is None:
        burn_time_s = burn_times_s(apogee_m, range_m)[1]
    if not 0.0 < burn_time_s < inf:
        raise InputError(f"burn_time_s = {burn_time_s} must be greater than 0")
    arc = arc_from_apogee(apogee_m, range_m)
    elevation = radians(float(arc.flight_path_angle_deg))
    planet = Planet(MEAN_RADIUS_M, WGS84.mu, 0.0)
    basis = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    nothing = np.empty((0, 6))

    def shoot(x: Floats) -> tuple[Floats, Ending]:
        state = np.array([MEAN_RADIUS_M, 0.0, 0.0, 0.0, 0.0, 0.0])
        steering = _program(basis, 0.5 * pi, float(x[1]), float(burn_time_s))
        phases = _boost(float(burn_time_s), float(x[0]), 10_000.0)
        ending = fly_phases(
            state, phases, planet, g7(), still(), steering, 40_000.0, 0.0, 1.0, _SHOOT_TOLERANCE_M, nothing
        )
        return state, ending

    def miss(x: Floats) -> Floats:
        state, ending = shoot(x)
        if not (ending.ground and ending.good):
            return np.full(2, inf)
        return np.array([ending.apogee_m - apogee_m, atan2(state[1], state[0]) * MEAN_RADIUS_M - range_m])

    first = np.array([_first_acceleration(float(arc.speed_mps), burn_time_s, elevation), elevation])
    solved = _newton(miss, first, np.array([1e-4 * first[0], 1e-5]), 1e-5 * (apogee_m + range_m))
    if solved is None:
        raise InputError(
            f"no flight with an apogee of {apogee_m / 1e3:g} km and a range of {range_m / 1e3:g} km was found with "
            f"{burn_time_s:g} s of burn: state another burn time"
        )
    return shoot(solved)[1].time_s


def lofted_flight(apogee_m: float, range_m: float) -> Lofted:
    """The powered flight's time with its spread over `burn_times_s`, and the bare arc's beside it."""
    burns = burn_times_s(apogee_m, range_m)
    low, middle, high = (lofted_flight_time_s(apogee_m, range_m, burn) for burn in burns)
    return Lofted(middle, low, high, float(arc_from_apogee(apogee_m, range_m).time_s), burns)


def check_lofted(apogee_m: float, range_m: float, time_s: float, share: float = 0.06) -> Lofted:
    """Whether a reported apogee, range and time can belong together; InputError naming what cannot.

    A flight shorter than the bare Kepler arc of its apogee and range cannot be: burn and air only add to it.
    One outside the powered model's spread by more than `share` is named too.
    """
    flight = lofted_flight(apogee_m, range_m)
    report = f"an apogee of {apogee_m / 1e3:g} km, a range of {range_m / 1e3:g} km and a flight of {time_s:g} s"
    if time_s < flight.kepler_s:
        raise InputError(
            f"{report} cannot belong together: the bare Kepler arc alone takes {flight.kepler_s:.0f} s. The time "
            "is too short by "
            f"{flight.kepler_s - time_s:.0f} s at least, or the apogee too high"
        )
    if not flight.low_s * (1.0 - share) <= time_s <= flight.high_s * (1.0 + share):
        raise InputError(
            f"{report} do not belong together: a powered flight takes {flight.low_s:.0f} to {flight.high_s:.0f} s "
            f"(burn {flight.burn_times_s[0]:g} to {flight.burn_times_s[2]:g} s)"
        )
    return flight
