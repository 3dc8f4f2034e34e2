"""Lobes over sea and flat ground: what the ray that the surface reflects does to a radar's echo, over the effective earth.

The direct and the reflected ray interfere. One way, over its value in free space, the field is

(1)  F = |1 + D Gamma exp(-j 2 pi delta / lambda)|,    and an echo's power F^4, there and back (-infinity to +12 dB)

Gamma: the surface's reflection coefficient, less what its roughness scatters (lobes.reflection); delta: how much longer
the reflected path is. Over an earth of radius R = k a, with heights h1 and h2 above the surface and d between them along it,
the reflection is at d1 from the antenna and d2 = d - d1 from the target, where both graze alike (Kerr, Propagation of Short
Radio Waves, 1951, section 2.13):

(2)  2 d1^3 - 3 d d1^2 + (d^2 - 2 R (h1 + h2)) d1 + 2 R h1 d = 0
     d1 = d/2 - p sin(xi / 3),    p = (2 / sqrt 3) sqrt(R (h1 + h2) + d^2 / 4),    xi = asin(2 R d (h2 - h1) / p^3)
(3)  h1' = h1 - d1^2 / 2R,    h2' = h2 - d2^2 / 2R,    tan psi = (h1' + h2') / d
(4)  D = (1 + 2 d1 d2 / (R d tan psi))^-1/2

(3) are the heights above the plane that touches the earth there, with which (1) is that of a flat surface; (4) is what a convex
surface spreads. Below a grazing angle of (lambda / 2 pi R)^(1/3) rays no longer say what the field is (Kerr, section 2.14): there (4)
takes that angle, so that a target stays in the null over the horizon, where (4) with its own would bring it back to F = 1.

Limits. A surface is level, of one kind all around the antenna, and reflects where its point of reflection is in the antenna's
sight (over terrain that rises above it there is none). No diffraction beyond the horizon, no ducting, no diffuse reflection; the
antenna sends equally along both rays, so that lobes at several beamwidths of elevation are stronger than a narrow beam's.
Sensors in the air have none: a thousand wavelengths up, lobes are finer than a beam and a pulse resolve.
"""

from __future__ import annotations

from math import asin, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.physics.lobes import two_rays
from buckler.physics.visibility import lowest_seen_m
from buckler.units import SPEED_OF_LIGHT_MPS

WITHIN_M = 1.0
"""The point of reflection counts as in sight where the line of sight passes no higher above the surface."""


@borrowing_kernel
def reflection_point_m(h1_m: float, h2_m: float, ground_range_m: float, radius_m: float) -> float:
    """Equation (2): the distance along the surface, m, from the antenna to the point of reflection; heights above 0."""
    p = 2.0 / sqrt(3.0) * sqrt(radius_m * (h1_m + h2_m) + 0.25 * ground_range_m * ground_range_m)
    sine = 2.0 * radius_m * ground_range_m * (h2_m - h1_m) / (p * p * p)
    return 0.5 * ground_range_m - p * sin(asin(max(-1.0, min(sine, 1.0))) / 3.0)


@borrowing_kernel
def field_over_earth(
    freq_hz: float, h1_m: float, h2_m: float, ground_range_m: float, radius_m: float, permittivity: float, conductivity: float,
    vertical: bool, roughness_m: float,
) -> float:  # fmt: skip
    """Equation (1): the field over its free-space value, one way, of heights (m) above a surface on an earth of `radius_m`, in sight of
    each other; at or beyond the smooth surface's horizon what it is on it."""
    d1 = reflection_point_m(h1_m, h2_m, ground_range_m, radius_m)
    d2 = ground_range_m - d1
    low = max(h1_m - d1 * d1 / (2.0 * radius_m), 0.0)
    high = max(h2_m - d2 * d2 / (2.0 * radius_m), 0.0)
    least = (SPEED_OF_LIGHT_MPS / freq_hz / (2.0 * pi * radius_m)) ** (1.0 / 3.0)
    tangent = max((low + high) / ground_range_m, least)
    divergence = 1.0 / sqrt(1.0 + 2.0 * d1 * d2 / (radius_m * ground_range_m * tangent))
    return float(
        two_rays(freq_hz, low, high, ground_range_m, permittivity, conductivity, vertical, roughness_m, divergence)
    )


@borrowing_kernel
def echo_gain(
    freq_hz: float, surface_m: float, permittivity: float, conductivity: float, vertical: bool, roughness_m: float,
    antenna_m: float, radius_m: float, lowest_m: NDArray[np.float32], range_step_m: float, azimuth_rad: float,
    ground_range_m: float, height_m: float,
) -> float:  # fmt: skip
    """By what the echo of a target in line of sight is multiplied: F^4, or 1 where nothing is reflected to it.

    Heights above sea level; `surface_m`: of the surface; `lowest_m`: the sensor's part of World.lowest_m.
    """
    h1, h2 = antenna_m - surface_m, height_m - surface_m
    if h1 <= 0.0 or h2 <= 0.0 or ground_range_m < 1.0:
        return 1.0
    d1 = reflection_point_m(h1, h2, ground_range_m, radius_m)
    if lowest_seen_m(lowest_m, range_step_m, azimuth_rad, d1) > surface_m + WITHIN_M:
        return 1.0
    field = field_over_earth(
        freq_hz, h1, h2, ground_range_m, radius_m, permittivity, conductivity, vertical, roughness_m
    )
    return field * field * field * field
