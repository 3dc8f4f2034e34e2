"""Two-body motion about a point mass: Kepler's equation and propagation.

No air, no oblateness, no rotation: what a real trajectory is measured against, and the first guess for one. Any
consistent units serve (kilometres with mu in km^3/s^2 as well); the defaults are SI and WGS 84. Lambert's problem is in
`buckler.physics.lambert`, arcs from surface to surface in `buckler.physics.arcs`.

Sources: D. A. Vallado, "Fundamentals of Astrodynamics and Applications", 4th edition (2013), chapters 2 and 7; R. R.
Bate, D. D. Mueller, J. E. White, "Fundamentals of Astrodynamics" (1971), chapter 4.
"""

from __future__ import annotations

from math import asinh, floor, pi, sin, sinh, sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError, OutOfRangeError
from buckler.physics.arguments import Floats, finite, require_positive, vector_of_three
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2

Six: TypeAlias = tuple[float, float, float, float, float, float]

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
    r = vector_of_three("position_m", position_m)
    v = vector_of_three("velocity_mps", velocity_mps)
    require_positive("mu", mu)
    if not np.any(r):
        raise InputError("position_m is the centre itself: write a position away from it")
    dt = finite("dt_s", dt_s)
    out = np.empty((dt.size, 6))
    _propagate_array(np.concatenate((r, v)), dt.ravel(), float(mu), out)
    columns = out.reshape((*dt.shape, 6))
    return State(columns[..., :3], columns[..., 3:])
