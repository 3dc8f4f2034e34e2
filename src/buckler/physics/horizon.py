"""Straight rays over an enlarged earth: the horizon of a height, the line of sight between two, the heights along a ray.

Where refractivity falls linearly with height, a ray is straight over an earth of k times its radius (refraction.py, equation 1). The
horizon is sqrt(2 k a h + h^2) from each end: the length of the straight tangent over that effective earth. The height at a distance s
along a ray from h0 is h(s) = sqrt((k a + h0)^2 + s^2 + 2 s (k a + h0) sin(elevation)) - k a.

Limits: a smooth earth; no diffraction beyond the horizon. Over terrain: viewshed.py.
"""

from __future__ import annotations

from math import pi, sin, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from buckler.compiled import kernel
from buckler.physics.arguments import not_negative, plain, positive

EARTH_RADIUS_M: Final = 6_371_000.0
"""The mean radius that ITU-R Recommendations use."""
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


@kernel
def height_along_m(
    antenna_height_m: float, elevation_rad: float, distance_m: float, effective_radius_m: float
) -> float:
    """Height above the sea, m, at a distance along a straight ray over the effective earth.

    The difference of two nearly equal lengths, written so that nothing cancels.
    """
    start = effective_radius_m + antenna_height_m
    gained = distance_m * distance_m + 2.0 * distance_m * start * sin(elevation_rad)
    return antenna_height_m + gained / (sqrt(start * start + gained) + start)


@kernel
def distance_to_height_m(
    antenna_height_m: float, elevation_rad: float, height_m: float, effective_radius_m: float
) -> float:
    """Distance along the ray, m, at which it last reaches a height: 0 where that lies behind it, inf if never."""
    start = effective_radius_m + antenna_height_m
    rise = start * sin(elevation_rad)
    difference = (height_m - antenna_height_m) * (2.0 * effective_radius_m + height_m + antenna_height_m)
    square = rise * rise + difference
    if square < 0.0:
        return np.inf
    return max(0.0, sqrt(square) - rise)


@kernel
def path_below_m(
    antenna_height_m: float, elevation_rad: float, range_m: float, ceiling_m: float, effective_radius_m: float
) -> float:
    """How much of the ray to `range_m` lies below `ceiling_m`, m (the length of path in rain below the rain height)."""
    start = effective_radius_m + antenna_height_m
    rise = start * sin(elevation_rad)
    square = rise * rise + (ceiling_m - antenna_height_m) * (2.0 * effective_radius_m + ceiling_m + antenna_height_m)
    if square <= 0.0:
        return 0.0
    root = sqrt(square)
    return max(0.0, min(range_m, root - rise) - max(0.0, -root - rise))


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
