"""The kernels of coverage: what one sensor has of a place, and sums of it over a grid, a radial or a list of places.

**Line of sight.** The sweep of `physics.visibility` gives the lowest height seen at every azimuth and ground range;
here it is kept as the tangent of the steepest ground within that range (equation (1) there). Between two azimuths the
tangent is interpolated, in range the last column nearer than the place is taken: ground hides only what lies behind
it. A place is in view if its own tangent is not smaller, so a place over a valley is never hidden by the valley's rim
beside it, however coarse the columns.

**Detection.** Mean single-scan signal-to-noise ratio per square metre of cross-section, inside instrumented range,
sector and elevation limits (physics.radar, equation (2)):

    s / sigma = K / (R^4 L),    Pd = physics.detection.probability(s)                                               (1)

L is an extra two-way loss, or a rise of the noise, in decibels: both cost the same. Elevations are those of the
refracted ray at the antenna.

**Network.** Scans of different sensors are independent: combined Pd = 1 - product of (1 - Pd). The product is kept as
the sum of ln(1 - Pd).

All kernels of the package stand in this file, because numba's cache does not notice an edit in another one.
"""

from __future__ import annotations

from math import atan2, cos, inf, isnan, log1p, nan, pi, radians, sin, tan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import kernel
from buckler.physics.detection import probability
from buckler.physics.earth import MEAN_RADIUS_M, azimuth_elevation_range, ecef_from_geodetic
from buckler.physics.radar import snr_linear
from buckler.physics.terrain import Heights, height_at
from buckler.physics.visibility import elevation_tangent, height_on_line, radial_point

Basis = tuple[float, float, float, float, float, float, float, float, float]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

NOTHING_HIDES: Final = -1e9
"""The tangent of a horizon that hides nothing."""
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
    tangent: Singles  # [azimuth, range]: steepest ground up to and with that column
    range_step_m: float
    loss_db: Singles  # [azimuth, slant range]: extra two-way loss or noise
    loss_step_m: float


# --- one place --------------------------------------------------------------------------------------------------------


@kernel
def fill_tangents(
    lowest_m: Singles, range_step_m: float, antenna_m: float, effective_radius_m: float, out: Singles
) -> None:
    """From the lowest height seen to the running tangent: equation (1) of physics.visibility at every column."""
    for j in range(lowest_m.shape[0]):
        steepest = NOTHING_HIDES
        out[j, 0] = steepest
        for i in range(1, lowest_m.shape[1]):
            if lowest_m[j, i] < inf:
                steepest = max(
                    steepest, elevation_tangent(antenna_m, float(lowest_m[j, i]), i * range_step_m, effective_radius_m)
                )
            out[j, i] = steepest


@kernel
def horizon_at(eye: Eye, azimuth_rad: float, ground_range_m: float) -> float:
    """The tangent under which nothing is seen at that range; infinite beyond the table."""
    azimuths, ranges = eye.tangent.shape
    i = int(ground_range_m / eye.range_step_m)
    if i >= ranges:
        return inf
    around = azimuth_rad / (2.0 * pi) * azimuths
    j = int(around)
    u = around - j
    return float((1.0 - u) * float(eye.tangent[j % azimuths, i]) + u * float(eye.tangent[(j + 1) % azimuths, i]))


@kernel
def bearing(eye: Eye, lat_rad: float, lon_rad: float, height_m: float) -> tuple[float, float, float]:
    """Azimuth (rad, 0 to 2 pi), slant range (m) and range along the ground (m) to a place."""
    x, y, z = ecef_from_geodetic(lat_rad, lon_rad, height_m)
    azimuth, elevation, slant = azimuth_elevation_range(
        eye.position_m[0], eye.position_m[1], eye.position_m[2], eye.basis, x, y, z
    )
    ground = MEAN_RADIUS_M * atan2(slant * cos(elevation), MEAN_RADIUS_M + eye.height_m + slant * sin(elevation))
    return azimuth, slant, ground


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
def unit_snr(eye: Eye, lat_rad: float, lon_rad: float, height_m: float) -> float:
    """Mean single-scan signal-to-noise ratio of one square metre at a place: equation (1); 0 if it is not in view."""
    azimuth, slant, ground = bearing(eye, lat_rad, lon_rad, height_m)
    if slant > eye.maximum_range_m or ground < 1.0 or not within_sector(eye, azimuth):
        return 0.0
    tangent = elevation_tangent(eye.height_m, height_m, ground, eye.effective_radius_m)
    if tangent < eye.lowest_tangent or tangent > eye.highest_tangent or tangent < horizon_at(eye, azimuth, ground):
        return 0.0
    return snr_linear(eye.constant_m2, 1.0, slant, extra_loss_db(eye, azimuth, slant))


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
def add_sensor(
    eye: Eye, rcs_m2: Floats, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles, height_m: float,
    above_ground: bool, window: tuple[int, int, int, int], log_miss: Singles, best: Singles, count: NDArray[np.uint8],
) -> None:  # fmt: skip
    """Add one sensor to a grid: for each cross-section the sum of ln(1 - Pd) and the best Pd, [cross-section, row,
    column]; and, for the middle cross-section, the number of sensors whose Pd is at least `seen_pd`."""
    middle = rcs_m2.size // 2
    for r in range(window[0], window[1]):
        lat = lat_deg[r] * _DEG
        for c in range(window[2], window[3]):
            height = height_m
            if above_ground:
                height += float(ground_m[r, c])
            elif height < ground_m[r, c]:
                continue
            snr = unit_snr(eye, lat, lon_deg[c] * _DEG, height)
            if snr <= 0.0:
                continue
            for k in range(rcs_m2.size):
                pd = probability(snr * rcs_m2[k], eye.threshold, 1, eye.swerling)
                log_miss[k, r, c] += log1p(-min(pd, _CERTAIN))
                if pd > best[k, r, c]:
                    best[k, r, c] = pd
                if k == middle and pd >= seen_pd:
                    count[r, c] += 1


@kernel
def contribution(
    eye: Eye, rcs_m2: float, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles, height_m: float,
    above_ground: bool, window: tuple[int, int, int, int], log_miss: Singles, count: NDArray[np.uint8],
    cell_m2: Floats,
) -> tuple[float, float, float]:  # fmt: skip
    """What one sensor is worth at a height, m^2: area that it sees, that only it sees, and that the network would no
    longer hold with a combined Pd of `seen_pd` without it. `log_miss` and `count` are the whole network's."""
    seen = 0.0
    only = 0.0
    lost = 0.0
    enough = log1p(-seen_pd)
    for r in range(window[0], window[1]):
        lat = lat_deg[r] * _DEG
        for c in range(window[2], window[3]):
            height = height_m
            if above_ground:
                height += float(ground_m[r, c])
            elif height < ground_m[r, c]:
                continue
            pd = single_scan_pd(eye, rcs_m2, lat, lon_deg[c] * _DEG, height)
            if pd <= 0.0:
                continue
            if pd >= seen_pd:
                seen += cell_m2[r]
                if count[r, c] == 1:
                    only += cell_m2[r]
            if log_miss[r, c] <= enough and log_miss[r, c] - log1p(-min(pd, _CERTAIN)) > enough:
                lost += cell_m2[r]
    return seen, only, lost


@kernel
def add_lowest(
    eye: Eye, rcs_m2: float, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles,
    window: tuple[int, int, int, int], in_sight_m: Singles, seen_m: Singles,
) -> None:  # fmt: skip
    """Lower two grids of heights above ground to what one sensor reaches: the lowest height in its line of sight and
    instrumented range, and the lowest at which its Pd is at least `seen_pd`.

    Pd falls with range and range grows with height, so the second is the first wherever there is one.
    """
    for r in range(window[0], window[1]):
        lat = lat_deg[r] * _DEG
        for c in range(window[2], window[3]):
            ground_here = float(ground_m[r, c])
            lon = lon_deg[c] * _DEG
            azimuth, _, distance = bearing(eye, lat, lon, ground_here)
            if distance < 1.0 or not within_sector(eye, azimuth):
                continue
            least = max(horizon_at(eye, azimuth, distance), eye.lowest_tangent)
            height = max(ground_here, height_on_line(eye.height_m, least, distance, eye.effective_radius_m))
            if height - ground_here >= in_sight_m[r, c] and height - ground_here >= seen_m[r, c]:
                continue
            if elevation_tangent(eye.height_m, height, distance, eye.effective_radius_m) > eye.highest_tangent:
                continue
            azimuth, slant, _ = bearing(eye, lat, lon, height)
            if slant > eye.maximum_range_m:
                continue
            in_sight_m[r, c] = min(in_sight_m[r, c], height - ground_here)
            snr = snr_linear(eye.constant_m2, rcs_m2, slant, extra_loss_db(eye, azimuth, slant))
            if probability(snr, eye.threshold, 1, eye.swerling) >= seen_pd:
                seen_m[r, c] = min(seen_m[r, c], height - ground_here)


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
                    if (
                        _pd_along(
                            eye,
                            rcs_m2,
                            grid,
                            lat0_deg,
                            lon0_deg,
                            dlat_deg,
                            dlon_deg,
                            azimuth,
                            middle,
                            height_m,
                            above_ground,
                        )
                        >= pd
                    ):
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
        line = height_on_line(
            eye.height_m, horizon_at(eye, azimuth_rad, ground_range_m[i]), ground_range_m[i], eye.effective_radius_m
        )
        lowest_m[i] = max(ground_m[i], line)
        for k in range(height_m.size):
            if height_m[k] < ground_m[i]:
                pd[k, i] = np.nan
            else:
                pd[k, i] = single_scan_pd(eye, rcs_m2, lat, lon, height_m[k])


def tangent_of(elevation_rad: float) -> float:
    """The tangent of an elevation limit; nothing lies beyond the zenith and the nadir."""
    if elevation_rad >= radians(89.99):
        return inf
    return -inf if elevation_rad <= radians(-89.99) else tan(elevation_rad)
