"""What one sensor has of all heights over one place.

Over one place (latitude and longitude) azimuth, ground range and the line of sight do not depend on the height; the slant
range of height h above the ellipsoid is |a + h b|, with a the vector from the antenna to the ellipsoid and b its normal there.
So a grid, a radial or a section is swept once for many heights.
"""

from __future__ import annotations

from math import atan2, inf, isnan, pi, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import inlined_kernel
from buckler.coverage.eye import Body, Eye, Floats, Vector, echo_m2, snr_of_one, within_sector
from buckler.physics.detection import probability
from buckler.physics.earth import ECCENTRICITY_SQUARED, MEAN_RADIUS_M, SEMI_MAJOR_AXIS_M
from buckler.physics.visibility import height_on_line, lowest_seen_m

COLUMN: Final = 9
"""What `over_place` says of one place and one node."""


@inlined_kernel
def over_place(
    eye: Eye, j: int, sin_lat: float, cos_lat: float, sin_lon: float, cos_lon: float, ground_m: float, flown: Vector,
    out: Floats,
) -> bool:  # fmt: skip
    """What all heights over one place share, seen from node j: c0, c1, u0, u1, azimuth, ground range, lowest and highest
    height in view, and the component of `flown` (a level direction) towards the node; with the slant range squared
    c0 + 2 c1 h + h^2, the height over the antenna's horizontal u0 + u1 h, and the last over the slant range the cosine of the aspect.
    False where nothing is in view."""
    curvature = SEMI_MAJOR_AXIS_M / sqrt(1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat)
    nx = cos_lat * cos_lon
    ny = cos_lat * sin_lon
    ax = curvature * nx - eye.position_m[j, 0]
    ay = curvature * ny - eye.position_m[j, 1]
    az = curvature * (1.0 - ECCENTRICITY_SQUARED) * sin_lat - eye.position_m[j, 2]
    c0 = ax * ax + ay * ay + az * az
    c1 = ax * nx + ay * ny + az * sin_lat
    if c0 + ground_m * (2.0 * c1 + ground_m) > eye.maximum_range_m * eye.maximum_range_m and c1 > -ground_m:
        return False  # the nearest height is the ground's
    basis = eye.basis
    x = ax + ground_m * nx
    y = ay + ground_m * ny
    z = az + ground_m * sin_lat
    east = basis[j, 0] * x + basis[j, 1] * y + basis[j, 2] * z
    north = basis[j, 3] * x + basis[j, 4] * y + basis[j, 5] * z
    up = basis[j, 6] * x + basis[j, 7] * y + basis[j, 8] * z
    u1 = basis[j, 6] * nx + basis[j, 7] * ny + basis[j, 8] * sin_lat
    azimuth = atan2(east, north)
    if azimuth < 0.0:
        azimuth += 2.0 * pi
    distance = MEAN_RADIUS_M * atan2(sqrt(east * east + north * north), MEAN_RADIUS_M + eye.height_m + up)
    if distance < 1.0 or not within_sector(eye, j, azimuth):
        return False
    lowest = lowest_seen_m(eye.lowest_m[j], eye.range_step_m, azimuth, distance)
    if eye.lowest_tangent > -inf:
        lowest = max(lowest, height_on_line(eye.height_m, eye.lowest_tangent, distance, eye.effective_radius_m))
    highest = inf
    if eye.highest_tangent < inf:
        highest = height_on_line(eye.height_m, eye.highest_tangent, distance, eye.effective_radius_m)
    out[0] = c0
    out[1] = c1
    out[2] = up - ground_m * u1
    out[3] = u1
    out[4] = azimuth
    out[5] = distance
    out[6] = max(lowest, ground_m)
    out[7] = highest
    out[8] = -(flown[0] * ax + flown[1] * ay + flown[2] * az)
    return bool(out[6] <= highest)


@inlined_kernel
def snr_over(eye: Eye, j: int, over: Floats, height_m: float) -> tuple[float, float]:
    """Of one square metre at a height over a place, from node j, and the slant range; 0 beyond its range."""
    squared = over[0] + height_m * (2.0 * over[1] + height_m)
    if squared > eye.maximum_range_m * eye.maximum_range_m:
        return 0.0, 1.0
    slant = sqrt(squared)
    sine = (over[2] + over[3] * height_m) / slant
    return snr_of_one(eye, j, over[4], slant, over[5], sine, height_m), slant


@inlined_kernel
def over_nodes(
    eye: Eye, sin_lat: float, cos_lat: float, sin_lon: float, cos_lon: float, ground_m: float, flown: Vector, over: Floats,
    nodes: NDArray[np.bool_],
) -> bool:  # fmt: skip
    """`over_place` from every node, [node, ...], and from which of them there is anything in view; False for none."""
    any_ = False
    for j in range(nodes.size):
        nodes[j] = over_place(eye, j, sin_lat, cos_lat, sin_lon, cos_lon, ground_m, flown, over[j])
        any_ = any_ or nodes[j]
    return any_


@inlined_kernel
def pd_over(eye: Eye, body: Body, over: Floats, nodes: NDArray[np.bool_], height_m: float) -> float:
    """Pd of the nominal cross-section at a height over a place: `over` [node, ...] of `over_place`, where `nodes` says so."""
    pd = 0.0
    for j in range(nodes.size):
        if nodes[j] and over[j, 6] <= height_m <= over[j, 7]:
            snr, slant = snr_over(eye, j, over[j], height_m)
            if snr > 0.0:
                cosine = over[j, 8] / slant if isnan(body.cosine) else body.cosine
                m2 = echo_m2(body, body.rcs_dbsm.shape[0] // 2, cosine)
                pd += eye.share[j] * probability(snr * m2, eye.threshold, 1, eye.swerling)
    return pd
