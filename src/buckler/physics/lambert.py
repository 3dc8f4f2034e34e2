"""Lambert's problem: the orbit about a point mass from one position to another in a time.

Source: D. Izzo, "Revisiting Lambert's problem", Celestial Mechanics and Dynamical Astronomy 121 (2015), 1-15,
doi:10.1007/s10569-014-9587-y. Any consistent units serve; the default of mu is SI, WGS 84.
"""

from __future__ import annotations

from math import asinh, atan2, cos, exp, hypot, log, pi, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.arguments import Floats, require_positive, vector_of_three
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2
from buckler.physics.kepler import Six

COLLINEAR_RAD: Final = 1e-8
"""Nearer than this to 0 or 180 degrees, two positions do not fix the plane of an orbit."""


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
    r1 = vector_of_three("position1_m", position1_m)
    r2 = vector_of_three("position2_m", position2_m)
    require_positive("time_s", time_s)
    require_positive("mu", mu)
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
