"""The kernels of coverage: what one sensor has of a place, and sums of it over a grid, a radial or a list of places.

**Line of sight.** A place is in view if it lies above the line of `physics.visibility` at its azimuth and ground range:
`visible` in the sensor's part of World.lowest_m, the same function and the same table as in a replication.

**Detection.** Mean single-scan signal-to-noise ratio per square metre of cross-section, inside instrumented range,
sector and elevation limits (physics.radar, equation (2)):

    s / sigma = K / (R^4 L),    Pd = physics.detection.probability(s)                                               (1)

L is the two-way loss to air and rain on the slant path (physics.slant, as in a replication) and an extra loss or rise of the
noise, in decibels: both cost the same. Elevations are those of the refracted ray at the antenna.

**Network.** Scans of different sensors are independent: combined Pd = 1 - product of (1 - Pd).

**Heights.** Over one place (latitude and longitude) azimuth, ground range and the line do not depend on the height; the
slant range of height h above the ellipsoid is |a + h b|, with a the vector from the antenna to the ellipsoid and b its
normal there. So a grid is swept once for many heights.
"""

from __future__ import annotations

from math import atan2, cos, inf, isnan, log1p, nan, pi, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import kernel
from buckler.physics.detection import probability
from buckler.physics.earth import (
    ECCENTRICITY_SQUARED,
    MEAN_RADIUS_M,
    SEMI_MAJOR_AXIS_M,
    azimuth_elevation_range,
    ecef_from_geodetic,
)
from buckler.physics.radar import snr_linear
from buckler.physics.slant import path_loss_db
from buckler.physics.terrain import Heights, height_at
from buckler.physics.visibility import elevation_tangent, height_on_line, lowest_seen_m, radial_point, visible

Basis = tuple[float, float, float, float, float, float, float, float, float]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Cube = NDArray[np.float32]
"""Of more than two dimensions, named where it stands."""

_CERTAIN: Final = 1.0 - 1e-12
_DEG: Final = pi / 180.0


class Eye(NamedTuple):
    """One sensor, as these kernels read it."""

    lat_rad: float  # geodetic
    lon_rad: float
    height_m: float  # of the antenna, above sea level
    position_m: tuple[float, float, float]  # ECEF
    basis: Basis  # east, north, up
    effective_radius_m: float  # k times the mean radius
    constant_m2: float  # physics.radar, equation (2)
    threshold: float  # physics.detection: for its false-alarm probability
    swerling: int
    lowest_tangent: float  # of its elevation limits
    highest_tangent: float
    maximum_range_m: float  # instrumented, slant
    sector_azimuth_rad: float
    sector_half_width_rad: float  # pi or more: all round
    lowest_m: Singles  # [azimuth, range]: its part of World.lowest_m
    range_step_m: float
    loss_db: Singles  # [azimuth, slant range]: extra two-way loss or noise
    loss_step_m: float
    air_db: Singles  # its part of World.air_db
    air_step_m: float
    rain_db_per_m: float
    rain_top_m: float


# --- one place --------------------------------------------------------------------------------------------------------


@kernel
def bearing(eye: Eye, lat_rad: float, lon_rad: float, height_m: float) -> tuple[float, float, float, float]:
    """Azimuth (rad, 0 to 2 pi), slant range (m), range along the ground (m) and sine of the elevation of a place."""
    x, y, z = ecef_from_geodetic(lat_rad, lon_rad, height_m)
    azimuth, elevation, slant = azimuth_elevation_range(
        eye.position_m[0], eye.position_m[1], eye.position_m[2], eye.basis, x, y, z
    )
    ground = MEAN_RADIUS_M * atan2(slant * cos(elevation), MEAN_RADIUS_M + eye.height_m + slant * sin(elevation))
    return azimuth, slant, ground, sin(elevation)


@kernel
def within_sector(eye: Eye, azimuth_rad: float) -> bool:
    """Whether the sensor looks in that direction at all."""
    if eye.sector_half_width_rad >= pi:
        return True
    off = abs(azimuth_rad - eye.sector_azimuth_rad) % (2.0 * pi)
    return min(off, 2.0 * pi - off) <= eye.sector_half_width_rad


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
def loss_db(eye: Eye, azimuth_rad: float, slant_m: float, sine: float, tangent: float) -> float:
    """All losses on the way to a place: `sine` and `tangent` of its elevation as physics.slant takes them."""
    air = path_loss_db(
        eye.air_db, eye.air_step_m, eye.rain_db_per_m, eye.rain_top_m, eye.height_m, eye.effective_radius_m, sine, tangent,
        slant_m,
    )  # fmt: skip
    return air + extra_loss_db(eye, azimuth_rad, slant_m)


@kernel
def unit_snr(eye: Eye, lat_rad: float, lon_rad: float, height_m: float) -> float:
    """Mean single-scan signal-to-noise ratio of one square metre at a place: equation (1); 0 if it is not in view."""
    azimuth, slant, ground, sine = bearing(eye, lat_rad, lon_rad, height_m)
    if slant > eye.maximum_range_m or ground < 1.0 or not within_sector(eye, azimuth):
        return 0.0
    tangent = elevation_tangent(eye.height_m, height_m, ground, eye.effective_radius_m)
    if tangent < eye.lowest_tangent or tangent > eye.highest_tangent:
        return 0.0
    if not visible(eye.lowest_m, eye.range_step_m, azimuth, ground, height_m):
        return 0.0
    return snr_linear(eye.constant_m2, 1.0, slant, loss_db(eye, azimuth, slant, sine, tangent))


@kernel
def single_scan_pd(eye: Eye, rcs_m2: float, lat_rad: float, lon_rad: float, height_m: float) -> float:
    """The probability that one scan detects a target there; 0 if it is not in view (a false alarm is no detection)."""
    snr = unit_snr(eye, lat_rad, lon_rad, height_m)
    if snr <= 0.0:
        return 0.0
    return probability(snr * rcs_m2, eye.threshold, 1, eye.swerling)


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
    eye: Eye, sin_lat: float, cos_lat: float, sin_lon: float, cos_lon: float, ground_m: float
) -> tuple[float, float, float, float, float, float, float, float]:
    """What all heights over one place share: (c0, c1, u0, u1, azimuth, ground range, lowest and highest height in view),
    with the slant range squared c0 + 2 c1 h + h^2 and the height over the antenna's horizontal u0 + u1 h. Lowest above
    highest where nothing is in view."""
    curvature = SEMI_MAJOR_AXIS_M / sqrt(1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat)
    nx = cos_lat * cos_lon
    ny = cos_lat * sin_lon
    ax = curvature * nx - eye.position_m[0]
    ay = curvature * ny - eye.position_m[1]
    az = curvature * (1.0 - ECCENTRICITY_SQUARED) * sin_lat - eye.position_m[2]
    c0 = ax * ax + ay * ay + az * az
    c1 = ax * nx + ay * ny + az * sin_lat
    if c0 + ground_m * (2.0 * c1 + ground_m) > eye.maximum_range_m * eye.maximum_range_m and c1 > -ground_m:
        return c0, c1, 0.0, 0.0, 0.0, 0.0, inf, -inf  # the nearest height is the ground's
    x = ax + ground_m * nx
    y = ay + ground_m * ny
    z = az + ground_m * sin_lat
    east = eye.basis[0] * x + eye.basis[1] * y + eye.basis[2] * z
    north = eye.basis[3] * x + eye.basis[4] * y + eye.basis[5] * z
    up = eye.basis[6] * x + eye.basis[7] * y + eye.basis[8] * z
    u1 = eye.basis[6] * nx + eye.basis[7] * ny + eye.basis[8] * sin_lat
    u0 = up - ground_m * u1
    azimuth = atan2(east, north)
    if azimuth < 0.0:
        azimuth += 2.0 * pi
    distance = MEAN_RADIUS_M * atan2(sqrt(east * east + north * north), MEAN_RADIUS_M + eye.height_m + up)
    if distance < 1.0 or not within_sector(eye, azimuth):
        return c0, c1, u0, u1, azimuth, distance, inf, -inf
    lowest = lowest_seen_m(eye.lowest_m, eye.range_step_m, azimuth, distance)
    if eye.lowest_tangent > -inf:
        lowest = max(lowest, height_on_line(eye.height_m, eye.lowest_tangent, distance, eye.effective_radius_m))
    highest = inf
    if eye.highest_tangent < inf:
        highest = height_on_line(eye.height_m, eye.highest_tangent, distance, eye.effective_radius_m)
    return c0, c1, u0, u1, azimuth, distance, lowest, highest


@kernel
def add_sensor(
    eye: Eye, rcs_m2: Floats, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles, height_m: Floats,
    above_ground: bool, window: tuple[int, int, int, int], miss: Cube, best: Cube, count: NDArray[np.uint8],
    own: Cube,
) -> None:  # fmt: skip
    """Add one sensor to a grid at several heights: for each cross-section the product of 1 - Pd and the best Pd,
    [cross-section, height, row, column]; for the middle one the number of sensors whose Pd is at least `seen_pd` and,
    in `own`, this sensor's Pd, [height, row, column]. Rows of `own` are counted from the window's first."""
    middle = rcs_m2.size // 2
    sin_lon = np.sin(lon_deg * _DEG)
    cos_lon = np.cos(lon_deg * _DEG)
    farthest = eye.maximum_range_m * eye.maximum_range_m
    for r in range(window[0], window[1]):
        sin_lat = sin(lat_deg[r] * _DEG)
        cos_lat = cos(lat_deg[r] * _DEG)
        for c in range(window[2], window[3]):
            ground = float(ground_m[r, c])
            c0, c1, u0, u1, azimuth, distance, lowest, highest = _over(
                eye, sin_lat, cos_lat, sin_lon[c], cos_lon[c], ground
            )
            for n in range(height_m.size):
                height = height_m[n] + ground if above_ground else height_m[n]
                if height < ground or height < lowest or height > highest:
                    continue
                squared = c0 + height * (2.0 * c1 + height)
                if squared > farthest:
                    continue
                slant = sqrt(squared)
                tangent = 0.0  # only rain asks for it
                if eye.rain_db_per_m > 0.0:
                    tangent = elevation_tangent(eye.height_m, height, distance, eye.effective_radius_m)
                loss = loss_db(eye, azimuth, slant, (u0 + u1 * height) / slant, tangent)
                snr = snr_linear(eye.constant_m2, 1.0, slant, loss)
                for k in range(rcs_m2.size):
                    pd = np.float32(probability(snr * rcs_m2[k], eye.threshold, 1, eye.swerling))
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
def add_lowest(
    eye: Eye, rcs_m2: float, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles,
    window: tuple[int, int, int, int], in_sight_m: Singles, seen_m: Singles,
) -> None:  # fmt: skip
    """Lower two grids of heights above ground to what one sensor reaches: the lowest height in its line of sight and
    instrumented range, and the lowest at which its Pd is at least `seen_pd`.

    Pd falls with range and range grows with height, so the second is the first wherever there is one.
    """
    sin_lon = np.sin(lon_deg * _DEG)
    cos_lon = np.cos(lon_deg * _DEG)
    farthest = eye.maximum_range_m * eye.maximum_range_m
    for r in range(window[0], window[1]):
        sin_lat = sin(lat_deg[r] * _DEG)
        cos_lat = cos(lat_deg[r] * _DEG)
        for c in range(window[2], window[3]):
            ground = float(ground_m[r, c])
            c0, c1, u0, u1, azimuth, distance, lowest, highest = _over(
                eye, sin_lat, cos_lat, sin_lon[c], cos_lon[c], ground
            )
            height = max(ground, lowest)
            if height > highest or (height - ground >= in_sight_m[r, c] and height - ground >= seen_m[r, c]):
                continue
            squared = c0 + height * (2.0 * c1 + height)
            if squared > farthest:
                continue
            in_sight_m[r, c] = min(in_sight_m[r, c], height - ground)
            slant = sqrt(squared)
            tangent = elevation_tangent(eye.height_m, height, distance, eye.effective_radius_m)
            loss = loss_db(eye, azimuth, slant, (u0 + u1 * height) / slant, tangent)
            snr = snr_linear(eye.constant_m2, rcs_m2, slant, loss)
            if probability(snr, eye.threshold, 1, eye.swerling) >= seen_pd:
                seen_m[r, c] = min(seen_m[r, c], height - ground)


# --- places, radials, a vertical section ------------------------------------------------------------------------------


@kernel
def fill_radials(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_deg: float, lon_deg: float,
    step_m: float, height_m: float, above_ground: bool, place: Floats,
) -> None:  # fmt: skip
    """Places along radials from a position: [azimuth, step, (latitude, longitude in degrees, height above sea level)].

    Azimuth j is 2 pi j / azimuths, step n is at ground range (n + 1) step_m. NaN for a height under ground.
    """
    azimuths, steps, _ = place.shape
    for j in range(azimuths):
        for n in range(steps):
            lat, lon = radial_point(lat_deg * _DEG, lon_deg * _DEG, 2.0 * pi * j / azimuths, (n + 1) * step_m)
            place[j, n, 0] = lat / _DEG
            place[j, n, 1] = lon / _DEG
            ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, place[j, n, 0], place[j, n, 1])
            if isnan(ground):
                ground = 0.0
            if above_ground:
                place[j, n, 2] = ground + height_m
            else:
                place[j, n, 2] = height_m if height_m >= ground else nan


@kernel
def add_places(eye: Eye, rcs_m2: float, place: Floats, best: Floats) -> None:
    """Raise the best Pd [azimuth, step] at the places of `fill_radials` to that of one sensor."""
    for j in range(best.shape[0]):
        for n in range(best.shape[1]):
            if not isnan(place[j, n, 2]):
                pd = single_scan_pd(eye, rcs_m2, place[j, n, 0] * _DEG, place[j, n, 1] * _DEG, place[j, n, 2])
                best[j, n] = max(best[j, n], pd)


@kernel
def _pd_along(
    eye: Eye, rcs_m2: float, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
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
    return single_scan_pd(eye, rcs_m2, lat, lon, height)


@kernel
def first_detection(
    eye: Eye, rcs_m2: float, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
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
                eye, rcs_m2, grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, azimuth, distance, height_m, above_ground
            )
            if single_m[j] == 0.0 and here >= pd:
                near = distance
                far = distance + step_m
                while far - near > 1.0:
                    middle = 0.5 * (near + far)
                    there = _pd_along(
                        eye, rcs_m2, grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, azimuth, middle, height_m, above_ground
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
    eye: Eye, rcs_m2: float, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
    azimuth_rad: float, ground_range_m: Floats, height_m: Floats, pd: Singles, ground_m: Floats, lowest_m: Floats,
) -> None:  # fmt: skip
    """Along one azimuth: Pd [height, range] at heights above sea level (NaN under ground), the ground and the lowest
    height in the line of sight, [range]. Ranges are above 0."""
    for i in range(ground_range_m.size):
        lat, lon = radial_point(eye.lat_rad, eye.lon_rad, azimuth_rad, ground_range_m[i])
        ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat / _DEG, lon / _DEG)
        ground_m[i] = 0.0 if isnan(ground) else ground
        lowest_m[i] = max(
            ground_m[i], lowest_seen_m(eye.lowest_m, eye.range_step_m, azimuth_rad, ground_range_m[i])
        )
        for k in range(height_m.size):
            if height_m[k] < ground_m[i]:
                pd[k, i] = np.nan
            else:
                pd[k, i] = single_scan_pd(eye, rcs_m2, lat, lon, height_m[k])
