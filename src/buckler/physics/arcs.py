"""Arcs from surface to surface of an airless sphere at rest: the least energetic one, by apogee, by launch.

Sources: R. R. Bate, D. D. Mueller, J. E. White, "Fundamentals of Astrodynamics" (1971), chapter 6; A. D. Wheelon, "Free
flight of a ballistic missile", ARS Journal 29 (1959), 915-926. The defaults are SI, WGS 84 and the earth's mean radius.
"""

from __future__ import annotations

from math import atan2, cos, hypot, pi, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.arguments import Floats, finite, require_positive
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2, MEAN_RADIUS_M


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
    require_positive("radius_m", radius_m)
    require_positive("mu", mu)
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
    require_positive("radius_m", radius_m)
    require_positive("mu", mu)
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
    require_positive("radius_m", radius_m)
    require_positive("mu", mu)
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
