"""The kernels of coverage: what one sensor has of a place, and sums of it over a grid, a radial or a list of places.

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

**Network.** Scans of different sensors are independent: combined Pd = 1 - product of (1 - Pd).

**Heights.** Over one place (latitude and longitude) azimuth, ground range and the line do not depend on the height; the
slant range of height h above the ellipsoid is |a + h b|, with a the vector from the antenna to the ellipsoid and b its
normal there. So a grid is swept once for many heights.
"""

from __future__ import annotations

from math import atan2, cos, exp, inf, isnan, log1p, nan, pi, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import kernel
from buckler.physics.aspect import NEPER, cosine_of_aspect, cross_section_db, ratio_of_db
from buckler.physics.detection import probability
from buckler.physics.earth import ECCENTRICITY_SQUARED, MEAN_RADIUS_M, SEMI_MAJOR_AXIS_M, ecef_from_geodetic
from buckler.physics.multipath import echo_gain
from buckler.physics.slant import path_loss_db
from buckler.physics.terrain import Heights, height_at
from buckler.physics.visibility import elevation_tangent, height_on_line, lowest_seen_m, radial_point

Vector = tuple[float, float, float]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Cube = NDArray[np.float32]
"""Of more than two dimensions, named where it stands."""

_CERTAIN: Final = 1.0 - 1e-12
_DEG: Final = pi / 180.0
_OVER: Final = 9
"""What `_over` says of one place and one node."""


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


@kernel
def echo_m2(body: Body, end: int, cosine: float) -> float:
    """The cross-section at an aspect: `end` 0 the low one, 1 the nominal, 2 the high."""
    return ratio_of_db(cross_section_db(body.rcs_dbsm[end, 0], body.rcs_dbsm[end, 1], body.rcs_dbsm[end, 2], cosine))


@kernel
def along(lat_rad: float, lon_rad: float, heading_rad: float) -> Vector:
    """The unit vector (ECEF) of level flight on a heading over a place."""
    north, east = cos(heading_rad), sin(heading_rad)
    inward = -north * sin(lat_rad)
    return (
        inward * cos(lon_rad) - east * sin(lon_rad), inward * sin(lon_rad) + east * cos(lon_rad), north * cos(lat_rad),
    )  # fmt: skip


# --- one place --------------------------------------------------------------------------------------------------------


@kernel
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


@kernel
def within_sector(eye: Eye, j: int, azimuth_rad: float) -> bool:
    """Whether the sensor looks in that direction at all from node j."""
    if eye.sector_half_width_rad >= pi:
        return True
    off = abs(azimuth_rad - eye.sector_azimuth_rad[j]) % (2.0 * pi)
    return bool(min(off, 2.0 * pi - off) <= eye.sector_half_width_rad)


@kernel
def extra_loss_db(eye: Eye, azimuth_rad: float, slant_m: float) -> float:
    """The extra loss at the nearest azimuth of its table, linear in range, the last column's beyond it."""
    azimuths, ranges = eye.loss_db.shape
    j = int(azimuth_rad / (2.0 * pi) * azimuths + 0.5) % azimuths
    position = slant_m / eye.loss_step_m
    i = int(position)
    if i >= ranges - 1:
        return float(eye.loss_db[j, ranges - 1])
    v = position - i
    return float((1.0 - v) * float(eye.loss_db[j, i]) + v * float(eye.loss_db[j, i + 1]))


@kernel
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


@kernel
def unit_snr(eye: Eye, j: int, height_m: float, dx: float, dy: float, dz: float) -> float:
    """The same of a place at (dx, dy, dz) from node j; 0 if it is not in view."""
    azimuth, slant, ground, sine = bearing(eye, j, dx, dy, dz)
    if slant > eye.maximum_range_m or ground < 1.0 or not within_sector(eye, j, azimuth):
        return 0.0
    tangent = elevation_tangent(eye.height_m, height_m, ground, eye.effective_radius_m)
    if tangent < eye.lowest_tangent or tangent > eye.highest_tangent:
        return 0.0
    if height_m < lowest_seen_m(eye.lowest_m[j], eye.range_step_m, azimuth, ground):
        return 0.0
    return snr_of_one(eye, j, azimuth, slant, ground, sine, height_m)


@kernel
def single_scan_pd(
    eye: Eye, body: Body, end: int, lat_rad: float, lon_rad: float, height_m: float, vx: float, vy: float, vz: float
) -> float:
    """The probability that one scan detects a target there, which flies along (vx, vy, vz); 0 if it is not in view (a false
    alarm is no detection)."""
    x, y, z = ecef_from_geodetic(lat_rad, lon_rad, height_m)
    pd = 0.0
    for j in range(eye.share.size):
        dx, dy, dz = x - eye.position_m[j, 0], y - eye.position_m[j, 1], z - eye.position_m[j, 2]
        snr = unit_snr(eye, j, height_m, dx, dy, dz)
        if snr > 0.0:
            cosine = body.cosine
            if isnan(cosine):
                cosine = cosine_of_aspect(vx, vy, vz, dx, dy, dz)
            pd += eye.share[j] * probability(snr * echo_m2(body, end, cosine), eye.threshold, 1, eye.swerling)
    return pd


# --- a grid -----------------------------------------------------------------------------------------------------------


@kernel
def fill_ground(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_deg: Floats, lon_deg: Floats,
    out: Singles,
) -> None:  # fmt: skip
    """Height of the ground at every cell's centre; the sea's (0) beyond the terrain's rim."""
    for r in range(lat_deg.size):
        for c in range(lon_deg.size):
            ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat_deg[r], lon_deg[c])
            out[r, c] = 0.0 if isnan(ground) else ground


@kernel
def _over(
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


@kernel
def _snr_over(eye: Eye, j: int, over: Floats, height_m: float) -> tuple[float, float]:
    """Of one square metre at a height over a place, from node j, and the slant range; 0 beyond its range."""
    squared = over[0] + height_m * (2.0 * over[1] + height_m)
    if squared > eye.maximum_range_m * eye.maximum_range_m:
        return 0.0, 1.0
    slant = sqrt(squared)
    sine = (over[2] + over[3] * height_m) / slant
    return snr_of_one(eye, j, over[4], slant, over[5], sine, height_m), slant


@kernel
def add_sensor(
    eye: Eye, body: Body, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles, height_m: Floats,
    above_ground: bool, window: tuple[int, int, int, int], miss: Cube, best: Cube, count: NDArray[np.uint8],
    own: Cube,
) -> None:  # fmt: skip
    """Add one sensor to a grid at several heights: for each cross-section the product of 1 - Pd and the best Pd,
    [cross-section, height, row, column]; for the middle one the number of sensors whose Pd is at least `seen_pd` and,
    in `own`, this sensor's Pd, [height, row, column]. Rows of `own` are counted from the window's first."""
    ends = body.rcs_dbsm.shape[0]
    middle = ends // 2
    sin_lon = np.sin(lon_deg * _DEG)
    cos_lon = np.cos(lon_deg * _DEG)
    over = np.empty(_OVER)
    found = np.zeros((height_m.size, ends))
    turns = isnan(body.cosine)
    rcs_m2 = np.empty(ends)
    for k in range(ends):
        rcs_m2[k] = echo_m2(body, k, 0.0 if turns else body.cosine)
    for r in range(window[0], window[1]):
        sin_lat = sin(lat_deg[r] * _DEG)
        cos_lat = cos(lat_deg[r] * _DEG)
        for c in range(window[2], window[3]):
            ground = float(ground_m[r, c])
            flown = (0.0, 0.0, 0.0)
            if turns:
                flown = along(lat_deg[r] * _DEG, lon_deg[c] * _DEG, body.heading_rad)
            first = height_m.size  # nothing of the heights below it is in view
            for j in range(eye.share.size):
                if not _over(eye, j, sin_lat, cos_lat, sin_lon[c], cos_lon[c], ground, flown, over):
                    continue
                for n in range(height_m.size):
                    height = height_m[n] + ground if above_ground else height_m[n]
                    if height < over[6] or height > over[7]:
                        continue
                    snr, slant = _snr_over(eye, j, over, height)
                    if snr <= 0.0:
                        continue
                    first = min(first, n)
                    for k in range(ends):
                        m2 = echo_m2(body, k, over[8] / slant) if turns else rcs_m2[k]
                        found[n, k] += eye.share[j] * probability(snr * m2, eye.threshold, 1, eye.swerling)
            for n in range(first, height_m.size):
                for k in range(ends):
                    pd = np.float32(found[n, k])
                    found[n, k] = 0.0
                    miss[k, n, r, c] *= 1.0 - min(float(pd), _CERTAIN)
                    best[k, n, r, c] = max(best[k, n, r, c], pd)
                    if k == middle:
                        own[n, r - window[0], c] = pd
                        if pd >= seen_pd:
                            count[n, r, c] += 1


@kernel
def contribution(
    seen_pd: float, window: tuple[int, int, int, int], miss: Cube, count: NDArray[np.uint8], cell_m2: Floats, own: Cube,
    out: Floats,
) -> None:  # fmt: skip
    """Add to `out` [height, 3] what one sensor is worth, m^2: area that it sees, that only it sees, and that the network
    would no longer hold with a combined Pd of `seen_pd` without it. `miss` and `count` [height, row, column] are the
    whole network's, `own` is the sensor's of `add_sensor`."""
    enough = 1.0 - seen_pd
    for n in range(out.shape[0]):
        for r in range(window[0], window[1]):
            for c in range(window[2], window[3]):
                pd = own[n, r - window[0], c]
                if pd <= 0.0:
                    continue
                if pd >= seen_pd:
                    out[n, 0] += cell_m2[r]
                    if count[n, r, c] == 1:
                        out[n, 1] += cell_m2[r]
                held = float(miss[n, r, c])
                if held <= enough and held / (1.0 - min(float(pd), _CERTAIN)) > enough:
                    out[n, 2] += cell_m2[r]


@kernel
def _pd_over(eye: Eye, body: Body, over: Floats, nodes: NDArray[np.bool_], height_m: float) -> float:
    """Pd of the nominal cross-section at a height over a place: `over` [node, ...] of `_over`, where `nodes` says so."""
    pd = 0.0
    for j in range(nodes.size):
        if nodes[j] and over[j, 6] <= height_m <= over[j, 7]:
            snr, slant = _snr_over(eye, j, over[j], height_m)
            if snr > 0.0:
                cosine = over[j, 8] / slant if isnan(body.cosine) else body.cosine
                m2 = echo_m2(body, body.rcs_dbsm.shape[0] // 2, cosine)
                pd += eye.share[j] * probability(snr * m2, eye.threshold, 1, eye.swerling)
    return pd


@kernel
def _lowest_seen(
    eye: Eye, body: Body, over: Floats, nodes: NDArray[np.bool_], start_m: float, seen_pd: float, most_m: float
) -> float:
    """The lowest height over a place, from `start_m` up, at which Pd is at least `seen_pd`; infinite if there is none below `most_m`.

    Pd falls with range and range grows with height: from one place it is `start_m` or none. From an orbit another node may
    come into view at each of their lowest heights. Under lobes a target low over the horizon is in a null: up to the second
    lobe, by steps of an eighth of one, then bisected.
    """
    if _pd_over(eye, body, over, nodes, start_m) >= seen_pd:
        return start_m
    height = start_m
    if eye.lobes_hz > 0.0:
        lobe = 3e8 / eye.lobes_hz * over[0, 5] / (2.0 * max(eye.height_m - eye.surface_m, 1.0))
        step = min(max(lobe / 8.0, 1.0), 200.0)
        top = min(most_m, start_m + 2.0 * lobe + 16.0 * step)
        while height < top:
            if _pd_over(eye, body, over, nodes, height + step) >= seen_pd:
                low, high = height, height + step
                while high - low > 0.5:
                    between = 0.5 * (low + high)
                    if _pd_over(eye, body, over, nodes, between) >= seen_pd:
                        high = between
                    else:
                        low = between
                return float(high)
            height += step
        return inf
    for _ in range(nodes.size):
        higher = inf
        for j in range(nodes.size):
            if nodes[j] and over[j, 6] > height:
                higher = min(higher, over[j, 6])
        if higher >= most_m:
            return inf
        height = higher
        if _pd_over(eye, body, over, nodes, height) >= seen_pd:
            return height
    return inf


@kernel
def add_lowest(
    eye: Eye, body: Body, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles,
    window: tuple[int, int, int, int], in_sight_m: Singles, seen_m: Singles,
) -> None:  # fmt: skip
    """Lower two grids of heights above ground to what one sensor reaches: the lowest height in its line of sight and
    instrumented range (from anywhere on its orbit), and the lowest at which its Pd is at least `seen_pd`."""
    sin_lon = np.sin(lon_deg * _DEG)
    cos_lon = np.cos(lon_deg * _DEG)
    farthest = eye.maximum_range_m * eye.maximum_range_m
    over = np.empty((eye.share.size, _OVER))
    nodes = np.zeros(eye.share.size, np.bool_)
    for r in range(window[0], window[1]):
        sin_lat = sin(lat_deg[r] * _DEG)
        cos_lat = cos(lat_deg[r] * _DEG)
        for c in range(window[2], window[3]):
            ground = float(ground_m[r, c])
            flown = (0.0, 0.0, 0.0)
            if isnan(body.cosine):
                flown = along(lat_deg[r] * _DEG, lon_deg[c] * _DEG, body.heading_rad)
            start = inf
            for j in range(eye.share.size):
                nodes[j] = _over(eye, j, sin_lat, cos_lat, sin_lon[c], cos_lon[c], ground, flown, over[j])
                if nodes[j] and over[j, 0] + over[j, 6] * (2.0 * over[j, 1] + over[j, 6]) <= farthest:
                    start = min(start, over[j, 6])
            if start == inf or (start - ground >= in_sight_m[r, c] and start - ground >= seen_m[r, c]):
                continue
            in_sight_m[r, c] = min(in_sight_m[r, c], start - ground)
            lowest = _lowest_seen(eye, body, over, nodes, start, seen_pd, ground + float(seen_m[r, c]))
            seen_m[r, c] = min(seen_m[r, c], lowest - ground)


# --- places, radials, a vertical section ------------------------------------------------------------------------------


@kernel
def fill_radials(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_deg: float, lon_deg: float,
    step_m: float, height_m: float, above_ground: bool, place: Floats,
) -> None:  # fmt: skip
    """Places along radials from a position: [azimuth, step, (latitude, longitude in degrees, height above sea level, heading
    back to the position in rad)].

    Azimuth j is 2 pi j / azimuths, step n is at ground range (n + 1) step_m. NaN for a height under ground.
    """
    azimuths, steps, _ = place.shape
    for j in range(azimuths):
        for n in range(steps):
            lat, lon = radial_point(lat_deg * _DEG, lon_deg * _DEG, 2.0 * pi * j / azimuths, (n + 1) * step_m)
            place[j, n, 0] = lat / _DEG
            place[j, n, 1] = lon / _DEG
            apart = lon_deg * _DEG - lon
            place[j, n, 3] = atan2(
                sin(apart) * cos(lat_deg * _DEG),
                cos(lat) * sin(lat_deg * _DEG) - sin(lat) * cos(lat_deg * _DEG) * cos(apart),
            )
            ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, place[j, n, 0], place[j, n, 1])
            if isnan(ground):
                ground = 0.0
            if above_ground:
                place[j, n, 2] = ground + height_m
            else:
                place[j, n, 2] = height_m if height_m >= ground else nan


@kernel
def add_places(eye: Eye, body: Body, place: Floats, best: Floats) -> None:
    """Raise the best Pd [azimuth, step] at the places of `fill_radials`, of a target that flies in along them, to that of one
    sensor."""
    for j in range(best.shape[0]):
        for n in range(best.shape[1]):
            if not isnan(place[j, n, 2]):
                lat, lon = place[j, n, 0] * _DEG, place[j, n, 1] * _DEG
                vx, vy, vz = along(lat, lon, place[j, n, 3])
                pd = single_scan_pd(eye, body, body.rcs_dbsm.shape[0] // 2, lat, lon, place[j, n, 2], vx, vy, vz)
                best[j, n] = max(best[j, n], pd)


@kernel
def pd_at(eye: Eye, body: Body, lat_rad: float, lon_rad: float, height_m: float) -> float:
    """`single_scan_pd` of the nominal cross-section at the body's own aspect or heading."""
    vx, vy, vz = along(lat_rad, lon_rad, body.heading_rad)
    return single_scan_pd(eye, body, body.rcs_dbsm.shape[0] // 2, lat_rad, lon_rad, height_m, vx, vy, vz)


@kernel
def _pd_along(
    eye: Eye, body: Body, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
    azimuth_rad: float, ground_range_m: float, height_m: float, above_ground: bool,
) -> float:  # fmt: skip
    lat, lon = radial_point(eye.lat_rad, eye.lon_rad, azimuth_rad, ground_range_m)
    ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat / _DEG, lon / _DEG)
    if isnan(ground):
        ground = 0.0
    height = height_m
    if above_ground:
        height += ground
    elif height < ground:
        return 0.0
    return pd_at(eye, body, lat, lon, height)


@kernel
def first_detection(
    eye: Eye, body: Body, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
    height_m: float, above_ground: bool, pd: float, farthest_m: float, step_m: float, per_scan_m: float,
    single_m: Floats, cumulative_m: Floats,
) -> None:  # fmt: skip
    """Fly in along each azimuth (2 pi j / size) from `farthest_m`: ground range at which the single-scan Pd first
    reaches `pd` (bisected to a metre), and at which that of at least one detection so far does. 0: never.

    The second adds -ln(1 - Pd) dr / `per_scan_m`, the mean over all phases of the scan; `per_scan_m` is the way flown
    between two scans.
    """
    enough = -log1p(-pd)
    for j in range(single_m.size):
        azimuth = 2.0 * pi * j / single_m.size
        single_m[j] = 0.0
        cumulative_m[j] = 0.0
        hazard = 0.0
        steps = int(farthest_m / step_m)
        for n in range(steps, 0, -1):
            distance = n * step_m
            here = _pd_along(
                eye, body, grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, azimuth, distance, height_m, above_ground
            )
            if single_m[j] == 0.0 and here >= pd:
                near = distance
                far = distance + step_m
                while far - near > 1.0:
                    middle = 0.5 * (near + far)
                    there = _pd_along(
                        eye, body, grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, azimuth, middle, height_m, above_ground
                    )
                    if there >= pd:
                        near = middle
                    else:
                        far = middle
                single_m[j] = near
            if cumulative_m[j] == 0.0:
                gained = -log1p(-min(here, _CERTAIN)) * step_m / per_scan_m
                if hazard + gained >= enough:
                    cumulative_m[j] = distance + step_m * (0.5 - (enough - hazard) / gained)
                hazard += gained
            if single_m[j] > 0.0 and cumulative_m[j] > 0.0:
                break


@kernel
def vertical_section(
    eye: Eye, body: Body, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
    azimuth_rad: float, ground_range_m: Floats, height_m: Floats, pd: Singles, ground_m: Floats, lowest_m: Floats,
) -> None:  # fmt: skip
    """Along one azimuth: Pd [height, range] at heights above sea level (NaN under ground), the ground and the lowest
    height in the line of sight, [range]. Ranges are above 0."""
    for i in range(ground_range_m.size):
        lat, lon = radial_point(eye.lat_rad, eye.lon_rad, azimuth_rad, ground_range_m[i])
        ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat / _DEG, lon / _DEG)
        ground_m[i] = 0.0 if isnan(ground) else ground
        x, y, z = ecef_from_geodetic(lat, lon, ground_m[i])
        lowest_m[i] = inf
        for j in range(eye.share.size):
            azimuth, _, distance, _ = bearing(
                eye, j, x - eye.position_m[j, 0], y - eye.position_m[j, 1], z - eye.position_m[j, 2]
            )
            lowest_m[i] = min(lowest_m[i], lowest_seen_m(eye.lowest_m[j], eye.range_step_m, azimuth, distance))
        lowest_m[i] = max(ground_m[i], lowest_m[i])
        for k in range(height_m.size):
            if height_m[k] < ground_m[i]:
                pd[k, i] = np.nan
            else:
                pd[k, i] = pd_at(eye, body, lat, lon, height_m[k])
