"""What one sensor has of a place.

**Line of sight.** A place is in view if it lies above the line of `physics.visibility` at its azimuth and ground range:
the sensor's part of World.lowest_m, the same function and the same table as in a replication.

**Detection.** Mean single-scan signal-to-noise ratio, inside instrumented range, sector and elevation limits
(physics.radar, equation (2)):

    s = K sigma F^4 / (R^4 L),    Pd = physics.detection.probability(s)                                             (1)

L is the two-way loss to air and rain on the slant path (physics.slant, as in a replication) and an extra loss or rise of the
noise, in decibels: both cost the same. F^4 are the lobes of a surface, where the scenario asks for them (physics.multipath).
Elevations are those of the refracted ray at the antenna.

**Cross-section.** sigma is that of one aspect for all places and sensors, or follows (physics.aspect, equation (1)) from where
the target flies: on one heading, or on its own way.

**Orbits.** A sensor that flies has no one place. Its Pd is the mean over a round of its orbit, of a scan at a moment chosen at
random: the nodes at which the World holds its horizon, each with its own heading, weighted with the time spent near each
(`Eye.share`). Weights are linear between two nodes, as the horizon is in a replication. One that stands has one node.
"""

from __future__ import annotations

from math import atan2, cos, exp, isnan, pi, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel, inlined_kernel
from buckler.physics.aspect import NEPER, cosine_of_aspect, cross_section_db, ratio_of_db
from buckler.physics.detection import probability
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic
from buckler.physics.multipath import echo_gain
from buckler.physics.slant import path_loss_db
from buckler.physics.visibility import elevation_tangent, lowest_seen_m

Vector = tuple[float, float, float]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Cube = NDArray[np.float32]
"""Of more than two dimensions, named where it stands."""

CERTAIN: Final = 1.0 - 1e-12
"""The most that a product of (1 - Pd) takes a Pd for."""


class Eye(NamedTuple):
    """One sensor, as these kernels read it."""

    lat_rad: float  # geodetic; of the orbit's centre
    lon_rad: float
    height_m: float  # of the antenna, above sea level
    position_m: Floats  # [node, (ECEF x, y, z)]
    basis: Floats  # [node, 9]: east, north, up
    share: Floats  # [node]: of a round's time; their sum is 1
    effective_radius_m: float  # k times the mean radius
    constant_m2: float  # physics.radar, equation (2)
    threshold: float  # physics.detection: for its false-alarm probability
    swerling: int
    lowest_tangent: float  # of its elevation limits
    highest_tangent: float
    maximum_range_m: float  # instrumented, slant
    sector_azimuth_rad: Floats  # [node]
    sector_half_width_rad: float  # pi or more: all round
    lowest_m: Cube  # [node, azimuth, range]: its part of World.lowest_m or World.orbit_lowest_m
    range_step_m: float
    loss_db: Singles  # [azimuth, slant range]: extra two-way loss or noise
    loss_step_m: float
    air_db: Singles  # its part of World.air_db
    air_step_m: float
    rain_db_per_m: float
    rain_top_m: float
    lobes_hz: float  # physics.multipath, as the rest of what follows; 0 for none
    surface_m: float
    permittivity: float
    conductivity: float
    vertical: bool
    roughness_m: float


class Body(NamedTuple):
    """What is to be seen, as these kernels read it."""

    rcs_dbsm: Floats  # [low, nominal, high; nose, beam, tail]
    cosine: float  # of the aspect (physics.aspect) under which every sensor sees it; NaN: from its velocity
    heading_rad: float  # from true north, where it flies on one over the whole map; NaN otherwise


# --- the target -------------------------------------------------------------------------------------------------------


@borrowing_kernel
def echo_m2(body: Body, end: int, cosine: float) -> float:
    """The cross-section at an aspect: `end` 0 the low one, 1 the nominal, 2 the high."""
    return ratio_of_db(cross_section_db(body.rcs_dbsm[end, 0], body.rcs_dbsm[end, 1], body.rcs_dbsm[end, 2], cosine))


@borrowing_kernel
def along(lat_rad: float, lon_rad: float, heading_rad: float) -> Vector:
    """The unit vector (ECEF) of level flight on a heading over a place."""
    north, east = cos(heading_rad), sin(heading_rad)
    inward = -north * sin(lat_rad)
    return (
        inward * cos(lon_rad) - east * sin(lon_rad), inward * sin(lon_rad) + east * cos(lon_rad), north * cos(lat_rad),
    )  # fmt: skip


# --- one place --------------------------------------------------------------------------------------------------------


@inlined_kernel
def bearing(eye: Eye, j: int, dx: float, dy: float, dz: float) -> tuple[float, float, float, float]:
    """Azimuth (rad, 0 to 2 pi), slant range (m), range along the ground (m) and sine of the elevation, from node j, of what is
    at (dx, dy, dz) from it."""
    basis = eye.basis
    east = basis[j, 0] * dx + basis[j, 1] * dy + basis[j, 2] * dz
    north = basis[j, 3] * dx + basis[j, 4] * dy + basis[j, 5] * dz
    up = basis[j, 6] * dx + basis[j, 7] * dy + basis[j, 8] * dz
    level = sqrt(east * east + north * north)
    slant = sqrt(level * level + up * up)
    ground = MEAN_RADIUS_M * atan2(level, MEAN_RADIUS_M + eye.height_m + up)
    return atan2(east, north) % (2.0 * pi), slant, ground, up / max(slant, 1e-9)


@inlined_kernel
def within_sector(eye: Eye, j: int, azimuth_rad: float) -> bool:
    """Whether the sensor looks in that direction at all from node j."""
    if eye.sector_half_width_rad >= pi:
        return True
    off = abs(azimuth_rad - eye.sector_azimuth_rad[j]) % (2.0 * pi)
    return bool(min(off, 2.0 * pi - off) <= eye.sector_half_width_rad)


@inlined_kernel
def extra_loss_db(eye: Eye, azimuth_rad: float, slant_m: float) -> float:
    """The extra loss at the nearest azimuth of its table, linear in range, the last column's beyond it."""
    azimuths, ranges = eye.loss_db.shape
    if azimuths * ranges == 1:
        return float(eye.loss_db[0, 0])
    j = int(azimuth_rad / (2.0 * pi) * azimuths + 0.5) % azimuths
    position = slant_m / eye.loss_step_m
    i = int(position)
    if i >= ranges - 1:
        return float(eye.loss_db[j, ranges - 1])
    v = position - i
    return float((1.0 - v) * float(eye.loss_db[j, i]) + v * float(eye.loss_db[j, i + 1]))


@inlined_kernel
def snr_of_one(
    eye: Eye, j: int, azimuth: float, slant: float, ground_m: float, sine: float, height_m: float
) -> float:  # fmt: skip
    """Equation (1) for one square metre in line of sight of node j."""
    tangent = 0.0  # only rain asks for it
    if eye.rain_db_per_m > 0.0:
        tangent = elevation_tangent(eye.height_m, height_m, ground_m, eye.effective_radius_m)
    loss = path_loss_db(
        eye.air_db, eye.air_step_m, eye.rain_db_per_m, eye.rain_top_m, eye.height_m, eye.effective_radius_m, sine, tangent,
        slant,
    ) + extra_loss_db(eye, azimuth, slant)  # fmt: skip
    squared = slant * slant
    snr = eye.constant_m2 * exp(-NEPER * loss) / (squared * squared)
    if eye.lobes_hz > 0.0:
        snr *= echo_gain(
            eye.lobes_hz, eye.surface_m, eye.permittivity, eye.conductivity, eye.vertical, eye.roughness_m, eye.height_m,
            eye.effective_radius_m, eye.lowest_m[j], eye.range_step_m, azimuth, ground_m, height_m,
        )  # fmt: skip
    return snr


@inlined_kernel
def unit_snr(eye: Eye, j: int, height_m: float, dx: float, dy: float, dz: float) -> float:
    """The same of a place at (dx, dy, dz) from node j; 0 if it is not in view."""
    if dx * dx + dy * dy + dz * dz > eye.maximum_range_m * eye.maximum_range_m:
        return 0.0
    azimuth, slant, ground, sine = bearing(eye, j, dx, dy, dz)
    if ground < 1.0 or not within_sector(eye, j, azimuth):
        return 0.0
    tangent = elevation_tangent(eye.height_m, height_m, ground, eye.effective_radius_m)
    if tangent < eye.lowest_tangent or tangent > eye.highest_tangent:
        return 0.0
    if height_m < lowest_seen_m(eye.lowest_m[j], eye.range_step_m, azimuth, ground):
        return 0.0
    return snr_of_one(eye, j, azimuth, slant, ground, sine, height_m)


@inlined_kernel
def weighted_pd(
    eye: Eye, share: Floats, body: Body, end: int, x: float, y: float, z: float, height_m: float, vx: float, vy: float, vz: float
) -> float:
    """`single_scan_pd` of a place in ECEF, with other weights of the nodes: those of a moment."""
    pd = 0.0
    for j in range(share.size):
        if share[j] == 0.0:
            continue
        dx, dy, dz = x - eye.position_m[j, 0], y - eye.position_m[j, 1], z - eye.position_m[j, 2]
        snr = unit_snr(eye, j, height_m, dx, dy, dz)
        if snr > 0.0:
            cosine = body.cosine
            if isnan(cosine):
                cosine = cosine_of_aspect(vx, vy, vz, dx, dy, dz)
            pd += share[j] * probability(snr * echo_m2(body, end, cosine), eye.threshold, 1, eye.swerling)
    return pd


@borrowing_kernel
def single_scan_pd(
    eye: Eye, body: Body, end: int, lat_rad: float, lon_rad: float, height_m: float, vx: float, vy: float, vz: float
) -> float:
    """The probability that one scan detects a target there, which flies along (vx, vy, vz); 0 if it is not in view (a false
    alarm is no detection)."""
    x, y, z = ecef_from_geodetic(lat_rad, lon_rad, height_m)
    return weighted_pd(eye, eye.share, body, end, x, y, z, height_m, vx, vy, vz)


@borrowing_kernel
def pd_at(eye: Eye, body: Body, lat_rad: float, lon_rad: float, height_m: float) -> float:
    """`single_scan_pd` of the nominal cross-section at the body's own aspect or heading."""
    vx, vy, vz = along(lat_rad, lon_rad, body.heading_rad)
    return single_scan_pd(eye, body, body.rcs_dbsm.shape[0] // 2, lat_rad, lon_rad, height_m, vx, vy, vz)
