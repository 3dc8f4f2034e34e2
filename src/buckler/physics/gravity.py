"""Gravity of the rotating WGS-84 earth.

*Gravitation* is the pull of mass alone; *gravity* is gravitation and centrifugal acceleration together, what a plumb
line on the turning earth shows. Flight in the earth-fixed frame takes gravitation with J2 (`j2_gravitation`) and the
frame's own accelerations (`rotating_frame_acceleration`); normal gravity is the exact reference to compare with.

Source: NIMA TR8350.2, 3rd edition (1997, amended 2000), chapter 4, carried on in NGA.STND.0036_1.0.0_WGS84 (2014);
W. A. Heiskanen and H. Moritz, "Physical Geodesy" (1967), sections 2-7 to 2-9.
"""

from __future__ import annotations

from math import atan2, cos, hypot, sin, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.physics.arguments import Floats, finite, latitude
from buckler.physics.earth import (
    ECCENTRICITY_SQUARED,
    GRAVITATIONAL_PARAMETER_M3PS2,
    ROTATION_RATE_RADPS,
    SEMI_MAJOR_AXIS_M,
    SEMI_MINOR_AXIS_M,
    ecef_from_geodetic,
)

NORMAL_GRAVITY_EQUATOR_MPS2: Final = 9.780_325_335_9
"""gamma_e, NGA.STND.0036 table 3.6."""
NORMAL_GRAVITY_POLE_MPS2: Final = 9.832_184_937_8
"""gamma_p, NGA.STND.0036 table 3.6."""
J2: Final = 1.082_629_821_3e-3
"""Dynamic form factor of the WGS-84 ellipsoid, NGA.STND.0036 table 3.5 (1.082629821313e-3)."""

_MU: Final = GRAVITATIONAL_PARAMETER_M3PS2
_A: Final = SEMI_MAJOR_AXIS_M
_B: Final = SEMI_MINOR_AXIS_M
_OMEGA: Final = ROTATION_RATE_RADPS
_SOMIGLIANA_K: Final = _B * NORMAL_GRAVITY_POLE_MPS2 / (_A * NORMAL_GRAVITY_EQUATOR_MPS2) - 1.0
_LINEAR_ECCENTRICITY: Final = _A * sqrt(ECCENTRICITY_SQUARED)


@kernel
def somigliana(lat_rad: float) -> float:
    """Normal gravity on the ellipsoid, m/s^2.

    gamma_e (1 + k sin^2 lat)/sqrt(1 - e^2 sin^2 lat), NIMA TR8350.2 equation 4-1.
    """
    s2 = sin(lat_rad) ** 2
    return NORMAL_GRAVITY_EQUATOR_MPS2 * (1.0 + _SOMIGLIANA_K * s2) / sqrt(1.0 - ECCENTRICITY_SQUARED * s2)


@kernel
def _q(x: float) -> float:
    """q = ((1 + 3/x^2) atan x - 3/x)/2, x = E/u, by its series (the closed form cancels).

    2 sum (-1)^(k+1) k x^(2k+1)/((2k+1)(2k+3)).
    """
    total = 0.0
    power = x
    for k in range(1, 12):
        power *= -x * x
        total -= k * power / ((2 * k + 1) * (2 * k + 3))
    return 2.0 * total


@kernel
def _q_prime(x: float) -> float:
    """q' = 3 (1 + 1/x^2)(1 - atan(x)/x) - 1, x = E/u, by its series: 6 sum (-1)^(k+1) x^(2k)/((2k+1)(2k+3))."""
    total = 0.0
    power = 1.0
    for k in range(1, 12):
        power *= -x * x
        total -= power / ((2 * k + 1) * (2 * k + 3))
    return 6.0 * total


@kernel
def normal_gravity_at(lat_rad: float, height_m: float) -> float:
    """Total normal gravity, m/s^2, at a geodetic latitude and a height above the ellipsoid.

    Closed form in ellipsoidal coordinates u, beta: NIMA TR8350.2 equations 4-5 to 4-13 (Heiskanen and Moritz 2-66,
    2-67, 2-70). Exact for the reference ellipsoid's field, on it and above it; the centrifugal part is that of a body
    turning with the earth.
    """
    p, _, z = ecef_from_geodetic(lat_rad, 0.0, height_m)
    e2 = _LINEAR_ECCENTRICITY * _LINEAR_ECCENTRICITY
    d = p * p + z * z - e2
    u2 = 0.5 * (d + sqrt(d * d + 4.0 * e2 * z * z))
    u = sqrt(u2)
    axis = sqrt(u2 + e2)
    beta = atan2(z * axis, u * p)
    sin_b = sin(beta)
    cos_b = cos(beta)
    w = sqrt((u2 + e2 * sin_b * sin_b) / (u2 + e2))
    q0 = _q(_LINEAR_ECCENTRICITY / _B)
    q = _q(_LINEAR_ECCENTRICITY / u)
    q_prime = _q_prime(_LINEAR_ECCENTRICITY / u)
    turning = _OMEGA * _OMEGA
    gamma_u = (
        -(
            _MU / (u2 + e2)
            + turning * _A * _A * _LINEAR_ECCENTRICITY / (u2 + e2) * q_prime / q0 * (0.5 * sin_b * sin_b - 1.0 / 6.0)
            - turning * u * cos_b * cos_b
        )
        / w
    )
    gamma_beta = (turning * _A * _A / axis * q / q0 - turning * axis) * sin_b * cos_b / w
    return hypot(gamma_u, gamma_beta)


@kernel
def j2_gravitation(x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
    """Gravitation with J2, m/s^2, in ECEF (or any frame that shares its z axis).

    Gradient of mu/r (1 - J2 (a/r)^2 (3 sin^2(phi) - 1)/2): D. A. Vallado, "Fundamentals of Astrodynamics and
    Applications", 4th edition (2013), section 8.7. Left out: all finer structure (some parts in 100,000 at the
    surface), sun and moon. Not for the centre.
    """
    r2 = x_m * x_m + y_m * y_m + z_m * z_m
    central = -_MU / (r2 * sqrt(r2))
    oblate = 1.5 * J2 * _A * _A / r2
    sine2 = 5.0 * z_m * z_m / r2
    level = central * (1.0 + oblate * (1.0 - sine2))
    return level * x_m, level * y_m, central * (1.0 + oblate * (3.0 - sine2)) * z_m


@kernel
def rotating_frame_acceleration(x_m: float, y_m: float, vx_mps: float, vy_mps: float) -> tuple[float, float]:
    """Centrifugal and Coriolis acceleration in ECEF, m/s^2: -omega x (omega x r) - 2 omega x v; the z part is zero.

    H. Goldstein, "Classical Mechanics", 3rd edition (2002), equation 4.91.
    """
    turning = _OMEGA * _OMEGA
    return turning * x_m + 2.0 * _OMEGA * vy_mps, turning * y_m - 2.0 * _OMEGA * vx_mps


@kernel
def _normal_array(lat_rad: Floats, height_m: Floats, out: Floats) -> None:
    for i in range(out.size):
        out[i] = normal_gravity_at(lat_rad[i], height_m[i])


@kernel
def _j2_array(lat_rad: Floats, height_m: Floats, out: Floats) -> None:
    for i in range(out.size):
        x, y, z = ecef_from_geodetic(lat_rad[i], 0.0, height_m[i])
        gx, gy, gz = j2_gravitation(x, y, z)
        out[i] = sqrt(gx * gx + gy * gy + gz * gz)


def normal_gravity(lat_deg: npt.ArrayLike, height_m: npt.ArrayLike = 0.0) -> Any:
    """Normal gravity (with the centrifugal part), m/s^2, at latitudes in degrees, heights in metres; they broadcast."""
    lat, height = np.broadcast_arrays(np.radians(latitude("lat_deg", lat_deg)), finite("height_m", height_m))
    out = np.empty(lat.size)
    _normal_array(lat.ravel(), height.ravel(), out)
    return out.reshape(lat.shape)[()]


def j2_gravity(lat_deg: npt.ArrayLike, height_m: npt.ArrayLike = 0.0) -> Any:
    """Strength of gravitation with J2 (no centrifugal part), m/s^2, at latitudes in degrees and heights in metres."""
    lat, height = np.broadcast_arrays(np.radians(latitude("lat_deg", lat_deg)), finite("height_m", height_m))
    out = np.empty(lat.size)
    _j2_array(lat.ravel(), height.ravel(), out)
    return out.reshape(lat.shape)[()]
