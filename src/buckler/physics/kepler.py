"""Two-body motion about a point mass: Kepler's equation, propagation, Lambert's problem, surface-to-surface arcs.

No air, no oblateness, no rotation: what a real trajectory is measured against, and the first guess for one. Any
consistent units serve (kilometres with mu in km^3/s^2 as well); the defaults are SI, WGS 84 and the earth's mean
radius.

Sources: D. A. Vallado, "Fundamentals of Astrodynamics and Applications", 4th edition (2013), chapters 2 and 7; R. R.
Bate, D. D. Mueller, J. E. White, "Fundamentals of Astrodynamics" (1971), chapters 4 and 6; A. D. Wheelon, "Free
flight of a ballistic missile", ARS Journal 29 (1959), 915-926; D. Izzo, "Revisiting Lambert's problem", Celestial
Mechanics and Dynamical Astronomy 121 (2015), 1-15, doi:10.1007/s10569-014-9587-y.
"""

from __future__ import annotations

from math import asinh, atan2, cos, exp, floor, hypot, log, pi, sin, sinh, sqrt
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError, OutOfRangeError
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2, MEAN_RADIUS_M, Floats, finite

Six: TypeAlias = tuple[float, float, float, float, float, float]

COLLINEAR_RAD: Final = 1e-8
"""Nearer than this to 0 or 180 degrees, two positions do not fix the plane of an orbit."""


# --- Kepler's equation ------------------------------------------------------------------------------------------------


@kernel
def eccentric_anomaly(mean_anomaly_rad: float, eccentricity: float) -> float:
    """E with E - e sin E = M (Vallado equation 2-4), radians, for 0 <= e < 1 and any M; E lies in the same turn as M.

    On [0, pi] the left side is convex, so Newton's iteration from above the root descends to it without fail. Above
    it lie M + e, M/(1 - e) and (pi^2 M/e)^(1/3) (from E - sin E >= E^3/pi^2). E - sin E is summed as a series for
    small E, where the difference would cancel.
    """
    turns = floor((mean_anomaly_rad + pi) / (2.0 * pi))
    signed = mean_anomaly_rad - 2.0 * pi * turns
    m = abs(signed)
    e = eccentricity
    anomaly = min(m + e, m / (1.0 - e), pi)
    if e > 0.0:
        anomaly = min(anomaly, (pi * pi * m / e) ** (1.0 / 3.0))
    for _ in range(60):
        if anomaly < 0.5:
            square = anomaly * anomaly
            term = anomaly * square / 6.0
            difference = term
            for k in range(2, 9):
                term *= -square / ((2 * k) * (2 * k + 1))
                difference += term
        else:
            difference = anomaly - sin(anomaly)
        half = sin(0.5 * anomaly)
        step = ((1.0 - e) * anomaly + e * difference - m) / ((1.0 - e) + 2.0 * e * half * half)
        anomaly -= step
        if step <= 1e-16 * anomaly:
            break
    if signed < 0.0:
        anomaly = -anomaly
    return float(2.0 * pi * turns + anomaly)


@kernel
def hyperbolic_anomaly(mean_anomaly_rad: float, eccentricity: float) -> float:
    """H with e sinh H - H = M (Vallado section 2.2), for e > 1 and any M.

    For M > 0 the left side is convex; Newton's iteration descends from above the root, where asinh(M/(e - 1)) and (6
    M/e)^(1/3) lie.
    """
    m = abs(mean_anomaly_rad)
    e = eccentricity
    anomaly = min(asinh(m / (e - 1.0)), (6.0 * m / e) ** (1.0 / 3.0))
    for _ in range(60):
        if anomaly < 0.5:
            square = anomaly * anomaly
            term = anomaly * square / 6.0
            difference = term
            for k in range(2, 9):
                term *= square / ((2 * k) * (2 * k + 1))
                difference += term
        else:
            difference = sinh(anomaly) - anomaly
        half = sinh(0.5 * anomaly)
        step = (
            ((e - 1.0) * anomaly + e * difference - m) / ((e - 1.0) + 2.0 * e * half * half) if anomaly > 0.0 else 0.0
        )
        anomaly -= step
        if step <= 1e-16 * anomaly:
            break
    return float(anomaly if mean_anomaly_rad >= 0.0 else -anomaly)


@kernel
def _anomaly_array(mean: Floats, eccentricity: Floats, out: Floats) -> None:
    for i in range(out.size):
        if eccentricity[i] < 1.0:
            out[i] = eccentric_anomaly(mean[i], eccentricity[i])
        else:
            out[i] = hyperbolic_anomaly(mean[i], eccentricity[i])


def kepler_equation(mean_anomaly_rad: npt.ArrayLike, eccentricity: npt.ArrayLike) -> Any:
    """The eccentric anomaly (e < 1) or hyperbolic anomaly (e > 1), radians, of a mean anomaly; the inputs broadcast."""
    mean, e = np.broadcast_arrays(finite("mean_anomaly_rad", mean_anomaly_rad), finite("eccentricity", eccentricity))
    if np.any(e < 0.0):
        raise InputError(f"eccentricity is {e.min()}: write a number of 0 or more")
    if np.any(e == 1.0):
        raise OutOfRangeError("eccentricity is exactly 1: a parabola has no Kepler equation; write a number beside 1")
    out = np.empty(mean.size)
    _anomaly_array(mean.ravel(), e.ravel(), out)
    return out.reshape(mean.shape)[()]


# --- propagation ------------------------------------------------------------------------------------------------------


@kernel
def _stumpff(psi: float) -> tuple[float, float]:
    """C2 and C3 of psi.

    (1 - cos sqrt psi)/psi and (sqrt psi - sin sqrt psi)/psi^(3/2), Vallado section 2.2.
    """
    if abs(psi) < 0.1:
        term2 = 0.5
        term3 = 1.0 / 6.0
        c2 = term2
        c3 = term3
        for k in range(1, 8):
            term2 *= -psi / ((2 * k + 1) * (2 * k + 2))
            term3 *= -psi / ((2 * k + 2) * (2 * k + 3))
            c2 += term2
            c3 += term3
        return c2, c3
    root = sqrt(abs(psi))
    if psi > 0.0:
        half = sin(0.5 * root)
        return 2.0 * half * half / psi, (root - sin(root)) / (psi * root)
    half = sinh(0.5 * root)
    return -2.0 * half * half / psi, (sinh(root) - root) / (-psi * root)


@kernel
def propagate_state(x: float, y: float, z: float, vx: float, vy: float, vz: float, dt_s: float, mu: float) -> Six:
    """Position and velocity after `dt_s` (of either sign) of unperturbed motion, by universal variables.

    Bate, Mueller and White section 4.4, Vallado section 2.3 (algorithm 8). sqrt(mu) dt is a rising function of the
    universal anomaly chi with slope r, so Newton's iteration is kept inside a bracket and cannot fail; whole periods
    of an ellipse are taken off first. A hyperbola flown from afar through a perigee many thousand times nearer the
    centre loses digits.
    """
    sign = 1.0 if dt_s >= 0.0 else -1.0
    r0 = sqrt(x * x + y * y + z * z)
    root_mu = sqrt(mu)
    alpha = 2.0 / r0 - (vx * vx + vy * vy + vz * vz) / mu
    time = abs(dt_s)
    if alpha > 0.0:
        period = 2.0 * pi / (root_mu * alpha * sqrt(alpha))
        time -= floor(time / period) * period
    if time == 0.0:
        return x, y, z, vx, vy, vz
    # Backwards in time is forwards with the velocity turned about.
    radial = sign * (x * vx + y * vy + z * vz) / root_mu
    target = root_mu * time
    low = 0.0
    high = target / r0
    if alpha != 0.0:
        high = min(high, 1.0 / sqrt(abs(alpha)))
    for _ in range(200):
        c2, c3 = _stumpff(alpha * high * high)
        if high * (r0 + high * (radial * c2 + high * (1.0 - alpha * r0) * c3)) >= target:
            break
        low = high
        high *= 2.0
    chi = 0.5 * (low + high)
    c2 = 0.5
    c3 = 1.0 / 6.0
    r = r0
    for _ in range(100):
        psi = alpha * chi * chi
        c2, c3 = _stumpff(psi)
        excess = chi * (r0 + chi * (radial * c2 + chi * (1.0 - alpha * r0) * c3)) - target
        r = chi * chi * c2 + radial * chi * (1.0 - psi * c3) + r0 * (1.0 - psi * c2)
        if excess > 0.0:
            high = chi
        else:
            low = chi
        newer = chi - excess / r if r > 0.0 else low
        if not low < newer < high:
            newer = 0.5 * (low + high)
        change = abs(newer - chi)
        chi = newer
        if change <= 2e-16 * chi:
            break
    psi = alpha * chi * chi
    c2, c3 = _stumpff(psi)
    square = chi * chi * c2
    r = square + radial * chi * (1.0 - psi * c3) + r0 * (1.0 - psi * c2)
    f = 1.0 - square / r0
    g = sign * (time - chi * chi * chi * c3 / root_mu)
    f_dot = sign * root_mu / (r * r0) * chi * (psi * c3 - 1.0)
    g_dot = 1.0 - square / r
    return (
        f * x + g * vx, f * y + g * vy, f * z + g * vz,
        f_dot * x + g_dot * vx, f_dot * y + g_dot * vy, f_dot * z + g_dot * vz,
    )  # fmt: skip


@kernel
def _propagate_array(state: Floats, dt_s: Floats, mu: float, out: Floats) -> None:
    for i in range(dt_s.size):
        (out[i, 0], out[i, 1], out[i, 2], out[i, 3], out[i, 4], out[i, 5]) = propagate_state(
            state[0], state[1], state[2], state[3], state[4], state[5], dt_s[i], mu
        )


class State(NamedTuple):
    """Position and velocity, each of shape (..., 3)."""

    position_m: Floats
    velocity_mps: Floats


def propagate(
    position_m: npt.ArrayLike,
    velocity_mps: npt.ArrayLike,
    dt_s: npt.ArrayLike,
    mu: float = GRAVITATIONAL_PARAMETER_M3PS2,
) -> State:
    """Position and velocity after each of the times `dt_s` of unperturbed two-body motion."""
    r = _vector("position_m", position_m)
    v = _vector("velocity_mps", velocity_mps)
    _positive("mu", mu)
    if not np.any(r):
        raise InputError("position_m is the centre itself: write a position away from it")
    dt = finite("dt_s", dt_s)
    out = np.empty((dt.size, 6))
    _propagate_array(np.concatenate((r, v)), dt.ravel(), float(mu), out)
    columns = out.reshape((*dt.shape, 6))
    return State(columns[..., :3], columns[..., 3:])


# --- Lambert's problem ------------------------------------------------------------------------------------------------


@kernel
def _lambert_time(x: float, lam: float, lam2_less: float) -> float:
    """Izzo's non-dimensional time of flight T(x), equations 18 and 20; `lam2_less` is 1 - lambda^2, precisely."""
    y = sqrt(lam2_less + lam * lam * x * x)
    eta = y - lam * x if lam * x < 0.0 else lam2_less / (y + lam * x)
    s1 = 0.5 * (1.0 - lam - x * eta)
    if abs(s1) < 0.4:
        # Battin's form with 2F1(3, 1; 5/2; s1): smooth through the parabola x = 1.
        total = 1.0
        term = 1.0
        for n in range(60):
            term *= (3.0 + n) / (2.5 + n) * s1
            total += term
            if abs(term) < 1e-17:
                break
        return 0.5 * (eta * eta * eta * 4.0 / 3.0 * total + 4.0 * lam * eta)
    away = 1.0 - x * x
    if away > 0.0:
        psi = atan2(eta * sqrt(away), x * y + lam * away)
    else:
        psi = asinh(eta * sqrt(-away))
    return (psi / sqrt(abs(away)) - x + lam * y) / away


@kernel
def lambert_velocities(
    x1: float, y1: float, z1: float, x2: float, y2: float, z2: float, time_s: float, mu: float, long_way: bool
) -> Six:
    """Velocities at both ends of the orbit from 1 to 2 in `time_s`, within one turn; `long_way`: beyond 180 degrees.

    Izzo (2015), equations 4 to 20, solved for x by the Illinois form of false position on log T against log(1 + x),
    which is nearly straight (his section 3.1); T falls with x over its whole range, so the bracket always closes. The
    positions must not be collinear with the centre.
    """
    r1 = sqrt(x1 * x1 + y1 * y1 + z1 * z1)
    r2 = sqrt(x2 * x2 + y2 * y2 + z2 * z2)
    hx = y1 * z2 - z1 * y2
    hy = z1 * x2 - x1 * z2
    hz = x1 * y2 - y1 * x2
    cross = sqrt(hx * hx + hy * hy + hz * hz)
    half = 0.5 * atan2(cross, x1 * x2 + y1 * y2 + z1 * z2)
    way = -1.0 if long_way else 1.0
    chord = hypot(r1 - r2, 2.0 * sqrt(r1 * r2) * sin(half))
    s = 0.5 * (r1 + r2 + chord)
    lam = way * sqrt(r1 * r2) * cos(half) / s
    lam2_less = chord / s
    wanted = log(sqrt(2.0 * mu / (s * s * s)) * time_s)

    # Bracket in xi = log(1 + x), from the parabola's neighbourhood outwards.
    low = -1.0
    high = 1.0
    at_low = log(_lambert_time(exp(low) - 1.0, lam, lam2_less)) - wanted
    while at_low < 0.0 and low > -36.0:
        low = 2.0 * low
        at_low = log(_lambert_time(exp(low) - 1.0, lam, lam2_less)) - wanted
    at_high = log(_lambert_time(exp(high) - 1.0, lam, lam2_less)) - wanted
    while at_high > 0.0 and high < 300.0:
        high = 2.0 * high
        at_high = log(_lambert_time(exp(high) - 1.0, lam, lam2_less)) - wanted
    xi = low
    for _ in range(200):
        xi = high - at_high * (high - low) / (at_high - at_low)
        at_xi = log(_lambert_time(exp(xi) - 1.0, lam, lam2_less)) - wanted
        if at_xi * at_high < 0.0:
            low = high
            at_low = at_high
        else:
            at_low *= 0.5
        high = xi
        at_high = at_xi
        if abs(at_xi) <= 2e-16 or abs(high - low) <= 2e-16 * (1.0 + abs(high)):
            break
    x = exp(xi) - 1.0
    y = sqrt(lam2_less + lam * lam * x * x)
    scale = sqrt(0.5 * mu * s)
    rho = (r1 - r2) / chord
    sigma = 2.0 * sqrt(r1 * r2) * sin(half) / chord
    transverse = scale * sigma * (lam2_less / (y - lam * x) if lam * x < 0.0 else y + lam * x)
    radial1 = scale * ((lam * y - x) - rho * (lam * y + x)) / r1
    radial2 = -scale * ((lam * y - x) + rho * (lam * y + x)) / r2
    # The transverse directions are h x r, turned about for the long way.
    t1 = way * transverse / (r1 * r1 * cross)
    t2 = way * transverse / (r2 * r2 * cross)
    radial1 /= r1
    radial2 /= r2
    return (
        radial1 * x1 + t1 * (hy * z1 - hz * y1),
        radial1 * y1 + t1 * (hz * x1 - hx * z1),
        radial1 * z1 + t1 * (hx * y1 - hy * x1),
        radial2 * x2 + t2 * (hy * z2 - hz * y2),
        radial2 * y2 + t2 * (hz * x2 - hx * z2),
        radial2 * z2 + t2 * (hx * y2 - hy * x2),
    )


class Velocities(NamedTuple):
    """The velocities at the two ends of an orbit, each of shape (3,)."""

    start_mps: Floats
    end_mps: Floats


def lambert(
    position1_m: npt.ArrayLike,
    position2_m: npt.ArrayLike,
    time_s: float,
    mu: float = GRAVITATIONAL_PARAMETER_M3PS2,
    *,
    long_way: bool = False,
) -> Velocities:
    """The velocities that carry a body from one position to another in a time, in less than one turn about the centre.

    `long_way` takes the arc of more than 180 degrees. Positions in line with the centre do not fix a plane, and are
    refused.
    """
    r1 = _vector("position1_m", position1_m)
    r2 = _vector("position2_m", position2_m)
    _positive("time_s", time_s)
    _positive("mu", mu)
    if not np.any(r1) or not np.any(r2):
        raise InputError("a position is the centre itself: write positions away from it")
    angle = float(np.arctan2(np.linalg.norm(np.cross(r1, r2)), np.dot(r1, r2)))
    if angle < COLLINEAR_RAD or angle > pi - COLLINEAR_RAD:
        where = "in the same direction" if angle < 1.0 else "180 degrees apart"
        raise InputError(
            f"position1_m and position2_m are {where} as seen from the centre: any plane through them holds an orbit, "
            "so the velocities are not determined; move one of them by a little in the plane that is meant"
        )
    x1, y1, z1 = map(float, r1)
    x2, y2, z2 = map(float, r2)
    out = np.array(lambert_velocities(x1, y1, z1, x2, y2, z2, float(time_s), float(mu), bool(long_way)))
    return Velocities(out[:3], out[3:])


# --- arcs from surface to surface -------------------------------------------------------------------------------------


@kernel
def minimum_energy_arc(range_m: float, radius_m: float, mu: float) -> tuple[float, float, float, float]:
    """Least speed (m/s) that carries `range_m` along a sphere, its angle up (rad), apogee height (m) and time (s).

    With s = sin(range/2R): v^2 R/mu = 2s/(1 + s), angle = (pi - range/R)/4 (Bate, Mueller and White section 6.2;
    Wheelon 1959). The same arc has semi-latus rectum R s and semi-major axis R(1 + s)/2, hence e^2 = (1 -
    s)/(1 + s), apogee and time.
    """
    angle = range_m / radius_m
    s = sin(0.5 * angle)
    speed = sqrt(mu / radius_m * 2.0 * s / (1.0 + s))
    apogee = 0.5 * radius_m * (s - s * s / (1.0 + sqrt(max(0.0, 1.0 - s * s))))
    e = sqrt(max(0.0, (1.0 - s) / (1.0 + s)))
    minor = sqrt(2.0 * s / (1.0 + s))
    a = 0.5 * radius_m * (1.0 + s)
    return speed, 0.25 * (pi - angle), apogee, 2.0 * a * sqrt(a / mu) * (atan2(minor, e) + e * minor)


@kernel
def _time_above(q: float, sine: float, radius_m: float, mu: float) -> float:
    """Time, s, above the launch radius, of a launch with v^2 R/mu = q < 2 at an angle of the given sine.

    Kepler's equation between the two crossings: e cos E = q - 1 and e sin E = sine sqrt(q(2 - q)) at launch.
    """
    a = radius_m / (2.0 - q)
    e_sine = sine * sqrt(q * (2.0 - q))
    return 2.0 * a * sqrt(a / mu) * (atan2(e_sine, 1.0 - q) + e_sine)


@kernel
def arc_through_apogee(apogee_m: float, range_m: float, radius_m: float, mu: float) -> tuple[float, float, float]:
    """Speed (m/s), angle above the horizontal (rad) and time (s) of the arc of a given apogee height and surface range.

    The ellipse r = p/(1 + e cos nu) has nu = pi at apogee and pi -+ range/2R at the surface, so that
    e = (r_a - R)/(r_a - R cos(range/2R)) (Bate, Mueller and White section 6.2).
    """
    half = 0.5 * range_m / radius_m
    far = radius_m + apogee_m
    quarter = sin(0.5 * half)
    depth = 2.0 * radius_m * quarter * quarter
    span = apogee_m + depth
    if span <= 0.0:  # neither height nor range
        return 0.0, 0.0, 0.0
    e = apogee_m / span
    h = far * depth / (span * radius_m)  # p/R = q cos^2
    q = (2.0 * apogee_m + radius_m * depth / span) / far  # 2 - R/a, a = r_a/(1 + e)
    angle = atan2(e * sin(half), h) if h > 0.0 else 0.5 * pi
    return sqrt(mu * q / radius_m), angle, _time_above(q, sin(angle), radius_m, mu)


@kernel
def arc_of_launch(speed_mps: float, angle_rad: float, radius_m: float, mu: float) -> tuple[float, float, float]:
    """Surface range (m), apogee height (m) and time (s) of a launch at the surface, below escape speed.

    Bate, Mueller and White section 6.2: with q = v^2 R/mu, e cos(range/2R) = 1 - q cos^2 and
    e sin(range/2R) = q sin cos.
    """
    q = speed_mps * speed_mps * radius_m / mu
    sine = sin(angle_rad)
    cosine = cos(angle_rad)
    e_cos = 1.0 - q * cosine * cosine
    e_sin = q * sine * cosine
    e = hypot(e_cos, e_sin)
    a = radius_m / (2.0 - q)
    # a(1 + e) - R without its cancellation for low arcs: e^2 - (1 - q)^2 = q(2 - q) sin^2.
    apogee = a * (q * (2.0 - q) * sine * sine / (e + (1.0 - q)) if q < 1.0 else e + q - 1.0)
    return 2.0 * radius_m * atan2(e_sin, e_cos), apogee, _time_above(q, sine, radius_m, mu)


@kernel
def _minimum_energy_array(range_m: Floats, radius_m: float, mu: float, out: Floats) -> None:
    for i in range(range_m.size):
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = minimum_energy_arc(range_m[i], radius_m, mu)


@kernel
def _apogee_array(apogee_m: Floats, range_m: Floats, radius_m: float, mu: float, out: Floats) -> None:
    for i in range(range_m.size):
        out[i, 0], out[i, 1], out[i, 2] = arc_through_apogee(apogee_m[i], range_m[i], radius_m, mu)


@kernel
def _launch_array(speed_mps: Floats, angle_rad: Floats, radius_m: float, mu: float, out: Floats) -> None:
    for i in range(speed_mps.size):
        out[i, 0], out[i, 1], out[i, 2] = arc_of_launch(speed_mps[i], angle_rad[i], radius_m, mu)


class MinimumEnergy(NamedTuple):
    """The least energetic arc over a range, or arrays of them."""

    speed_mps: Any
    flight_path_angle_deg: Any
    apogee_m: Any
    time_s: Any


class Launch(NamedTuple):
    """What a launch needs for an arc, and how long that takes."""

    speed_mps: Any
    flight_path_angle_deg: Any
    time_s: Any


class Arc(NamedTuple):
    """Where a launch goes."""

    range_m: Any
    apogee_m: Any
    time_s: Any


def minimum_energy(
    range_m: npt.ArrayLike, radius_m: float = MEAN_RADIUS_M, mu: float = GRAVITATIONAL_PARAMETER_M3PS2
) -> MinimumEnergy:
    """Speed, flight-path angle, apogee height and time of the least energetic arc over a range.

    The sphere is airless and at rest. The range is measured along the surface, up to half way round.
    """
    distance = finite("range_m", range_m)
    _positive("radius_m", radius_m)
    _positive("mu", mu)
    if np.any((distance <= 0.0) | (distance > pi * radius_m)):
        raise InputError(
            f"range_m holds {distance.min():g} to {distance.max():g}: write ranges above 0 and up to half way "
            f"round the sphere ({pi * radius_m:.0f} m)"
        )
    out = np.empty((distance.size, 4))
    _minimum_energy_array(distance.ravel(), float(radius_m), float(mu), out)
    columns = out.reshape((*distance.shape, 4))
    return MinimumEnergy(columns[..., 0][()], np.degrees(columns[..., 1])[()], columns[..., 2][()], columns[..., 3][()])


def arc_from_apogee(
    apogee_m: npt.ArrayLike,
    range_m: npt.ArrayLike,
    radius_m: float = MEAN_RADIUS_M,
    mu: float = GRAVITATIONAL_PARAMETER_M3PS2,
) -> Launch:
    """Speed, flight-path angle and time of the bare arc with a given apogee height and surface range.

    No powered flight with that apogee and range is shorter by much: boost and re-entry add time. The inputs broadcast.
    """
    apogee, distance = np.broadcast_arrays(finite("apogee_m", apogee_m), finite("range_m", range_m))
    _positive("radius_m", radius_m)
    _positive("mu", mu)
    if np.any(apogee <= 0.0):
        raise InputError(f"apogee_m is {apogee.min():g}: write a height above the surface, in metres")
    if np.any((distance < 0.0) | (distance >= 2.0 * pi * radius_m)):
        raise InputError(
            f"range_m holds {distance.min():g} to {distance.max():g}: write 0 or more, less than once round"
        )
    out = np.empty((distance.size, 3))
    _apogee_array(apogee.ravel(), distance.ravel(), float(radius_m), float(mu), out)
    columns = out.reshape((*distance.shape, 3))
    return Launch(columns[..., 0][()], np.degrees(columns[..., 1])[()], columns[..., 2][()])


def arc_from_launch(
    speed_mps: npt.ArrayLike,
    flight_path_angle_deg: npt.ArrayLike,
    radius_m: float = MEAN_RADIUS_M,
    mu: float = GRAVITATIONAL_PARAMETER_M3PS2,
) -> Arc:
    """Surface range, apogee height and time of a launch from an airless sphere at rest; the inputs broadcast."""
    speed, angle = np.broadcast_arrays(
        finite("speed_mps", speed_mps), finite("flight_path_angle_deg", flight_path_angle_deg)
    )
    _positive("radius_m", radius_m)
    _positive("mu", mu)
    escape = sqrt(2.0 * mu / radius_m)
    if np.any((speed <= 0.0) | (speed >= escape)):
        raise InputError(
            f"speed_mps holds {speed.min():g} to {speed.max():g}: write speeds above 0 and below escape "
            f"({escape:.1f} m/s)"
        )
    if np.any((angle <= 0.0) | (angle > 90.0)):
        raise InputError(
            f"flight_path_angle_deg holds {angle.min():g} to {angle.max():g}: write angles above 0 and up to 90 degrees"
        )
    out = np.empty((speed.size, 3))
    _launch_array(speed.ravel(), np.radians(angle).ravel(), float(radius_m), float(mu), out)
    columns = out.reshape((*speed.shape, 3))
    return Arc(columns[..., 0][()], columns[..., 1][()], columns[..., 2][()])


def _vector(name: str, value: npt.ArrayLike) -> Floats:
    vector = finite(name, value)
    if vector.shape != (3,):
        raise InputError(f"{name} has shape {vector.shape}: write three numbers")
    return vector


def _positive(name: str, value: float) -> None:
    if not 0.0 < value < float("inf"):
        raise InputError(f"{name} is {value}: write a number above 0")
