"""Straight rays over an enlarged earth: the horizon of a height, the line of sight between two, the elevation of one from the other.

Where refractivity falls linearly with height, a ray is straight over an earth of k times its radius (refraction.py, equation 1). The
horizon is sqrt(2 k a h + h^2) from each end: the length of the straight tangent over that effective earth.

Limits: a smooth earth; no diffraction beyond the horizon. Over terrain: viewshed.py.
"""

from __future__ import annotations

from math import pi, sin, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from buckler.compiled import kernel
from buckler.physics.arguments import not_negative, plain, positive
from buckler.physics.attenuation import EARTH_RADIUS_M

STANDARD_K: Final = 4.0 / 3.0
"""The effective-earth factor of a standard atmosphere."""


@kernel
def horizon_kernel(height_m: float, effective_radius_m: float) -> float:
    """Distance, m, from a height to the smooth earth's horizon: sqrt(2 R h + h^2); 0 at or under the surface."""
    if height_m <= 0.0:
        return 0.0
    return sqrt(2.0 * effective_radius_m * height_m + height_m * height_m)


@kernel
def line_of_sight_m(h1_m: float, h2_m: float, effective_radius_m: float) -> float:
    """Longest distance, m, at which two heights see each other over a smooth earth: the two horizons together."""
    return horizon_kernel(h1_m, effective_radius_m) + horizon_kernel(h2_m, effective_radius_m)


@kernel
def elevation_to(antenna_height_m: float, height_m: float, ground_range_m: float, effective_factor: float) -> float:
    """Elevation angle, rad, of a straight ray over the effective earth to a height at a range along the ground."""
    effective_radius = effective_factor * EARTH_RADIUS_M
    angle = ground_range_m / effective_radius
    start = effective_radius + antenna_height_m
    end = effective_radius + height_m
    up = height_m - antenna_height_m - 2.0 * end * sin(0.5 * angle) ** 2
    out = end * sin(angle)
    if out == 0.0:
        return 0.5 * pi if height_m >= start - effective_radius else -0.5 * pi
    return float(np.arctan2(up, out))


def horizon_m(h_ant_m: ArrayLike, re_m: ArrayLike = STANDARD_K * EARTH_RADIUS_M) -> Any:
    """Distance, m, from an antenna to the smooth earth's horizon: sqrt(2 re h + h^2); `re_m`: the effective radius."""
    height, radius = not_negative("h_ant_m", h_ant_m), positive("re_m", re_m)
    return plain(np.sqrt(2.0 * radius * height + height * height))


def horizon_range_m(h1_m: ArrayLike, h2_m: ArrayLike, k: ArrayLike = STANDARD_K) -> Any:
    """Distance, m, at which two heights first see each other over a smooth earth with the effective-earth factor `k`.

    10 m and 100 m with k = 4/3: 54.25 km.
    """
    radius = positive("k", k) * EARTH_RADIUS_M
    return plain(horizon_m(not_negative("h1_m", h1_m), radius) + horizon_m(not_negative("h2_m", h2_m), radius))
