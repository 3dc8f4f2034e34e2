"""What sensors have along lines over the ground: ways to an asset, ways to a sensor, a vertical section."""

from __future__ import annotations

from math import atan2, cos, inf, isnan, log1p, pi, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import kernel
from buckler.coverage.column import COLUMN, over_nodes, pd_over
from buckler.coverage.eye import CERTAIN, Body, Eye, Floats, Singles, along, bearing, pd_at
from buckler.physics.earth import ecef_from_geodetic
from buckler.physics.terrain import Heights, height_at
from buckler.physics.visibility import lowest_seen_m, radial_point

PLACE: Final = 8
"""What `fill_radials` says of one place."""
_DEG: Final = pi / 180.0


@kernel
def _ground_at(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_rad: float, lon_rad: float
) -> float:
    """The sea's (0) beyond the terrain's rim."""
    ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat_rad / _DEG, lon_rad / _DEG)
    return 0.0 if isnan(ground) else float(ground)


@kernel
def fill_radials(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_deg: float, lon_deg: float,
    step_m: float, place: Floats,
) -> None:  # fmt: skip
    """Places along radials from a position: [azimuth, step, (sine and cosine of the latitude, of the longitude, height of the
    ground, unit vector (ECEF) of level flight back to the position)].

    Azimuth j is 2 pi j / azimuths, step n is at ground range (n + 1) step_m.
    """
    azimuths, steps, _ = place.shape
    lat0, lon0 = lat_deg * _DEG, lon_deg * _DEG
    for j in range(azimuths):
        for n in range(steps):
            lat, lon = radial_point(lat0, lon0, 2.0 * pi * j / azimuths, (n + 1) * step_m)
            apart = lon0 - lon
            back = atan2(sin(apart) * cos(lat0), cos(lat) * sin(lat0) - sin(lat) * cos(lat0) * cos(apart))
            here = place[j, n]
            here[0], here[1], here[2], here[3] = sin(lat), cos(lat), sin(lon), cos(lon)
            here[4] = _ground_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat, lon)
            here[5], here[6], here[7] = along(lat, lon, back)


@kernel
def add_places(
    eye: Eye, body: Body, seen_pd: float, place: Floats, height_m: Floats, above_ground: bool, seen: NDArray[np.bool_]
) -> None:
    """Mark in `seen` [height, azimuth, step] where, over the places of `fill_radials`, one sensor sees a target that flies in
    along them: its Pd is at least `seen_pd`."""
    over = np.empty((eye.share.size, COLUMN))
    nodes = np.zeros(eye.share.size, np.bool_)
    for j in range(place.shape[0]):
        for n in range(place.shape[1]):
            if seen[:, j, n].all():
                continue
            here = place[j, n]
            flown = (here[5], here[6], here[7])
            if not over_nodes(eye, here[0], here[1], here[2], here[3], here[4], flown, over, nodes):
                continue
            for h in range(height_m.size):
                if not seen[h, j, n]:
                    height = height_m[h] + here[4] if above_ground else height_m[h]
                    seen[h, j, n] = pd_over(eye, body, over, nodes, height) >= seen_pd


@kernel
def _pd_along(
    eye: Eye, body: Body, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
    azimuth_rad: float, ground_range_m: float, height_m: float, above_ground: bool,
) -> float:  # fmt: skip
    lat, lon = radial_point(eye.lat_rad, eye.lon_rad, azimuth_rad, ground_range_m)
    ground = _ground_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat, lon)
    height = height_m
    if above_ground:
        height += ground
    elif height < ground:
        return 0.0
    return pd_at(eye, body, lat, lon, height)


@kernel
def first_detection(
    eye: Eye, body: Body, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
    height_m: Floats, above_ground: bool, pd: float, farthest_m: Floats, step_m: float, per_scan_m: float,
    single_m: Floats, cumulative_m: Floats,
) -> None:  # fmt: skip
    """Fly in along each azimuth (2 pi j / azimuths) at each height from its own `farthest_m`: ground range [height, azimuth] at
    which the single-scan Pd first reaches `pd` (bisected to a metre), and at which that of at least one detection so far does.
    0: never.

    The second adds -ln(1 - Pd) dr / `per_scan_m`, the mean over all phases of the scan; `per_scan_m` is the way flown
    between two scans.
    """
    enough = -log1p(-pd)
    over = np.empty((eye.share.size, COLUMN))
    nodes = np.zeros(eye.share.size, np.bool_)
    hazard = np.empty(height_m.size)
    azimuths = single_m.shape[1]
    single_m[:] = 0.0
    cumulative_m[:] = 0.0
    for j in range(azimuths):
        azimuth = 2.0 * pi * j / azimuths
        hazard[:] = 0.0
        for n in range(int(farthest_m.max() / step_m), 0, -1):
            distance = n * step_m
            lat, lon = radial_point(eye.lat_rad, eye.lon_rad, azimuth, distance)
            ground = _ground_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat, lon)
            flown = along(lat, lon, body.heading_rad)
            if not over_nodes(eye, sin(lat), cos(lat), sin(lon), cos(lon), ground, flown, over, nodes):
                continue
            going = False
            for h in range(height_m.size):
                if single_m[h, j] > 0.0 and cumulative_m[h, j] > 0.0:
                    continue
                going = True
                if n > int(farthest_m[h] / step_m):
                    continue
                here = pd_over(eye, body, over, nodes, height_m[h] + ground if above_ground else height_m[h])
                if single_m[h, j] == 0.0 and here >= pd:
                    near = distance
                    far = distance + step_m
                    while far - near > 1.0:
                        middle = 0.5 * (near + far)
                        there = _pd_along(
                            eye, body, grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, azimuth, middle, height_m[h],
                            above_ground,
                        )  # fmt: skip
                        if there >= pd:
                            near = middle
                        else:
                            far = middle
                    single_m[h, j] = near
                if cumulative_m[h, j] == 0.0 and here > 0.0:
                    gained = -log1p(-min(here, CERTAIN)) * step_m / per_scan_m
                    if hazard[h] + gained >= enough:
                        cumulative_m[h, j] = distance + step_m * (0.5 - (enough - hazard[h]) / gained)
                    hazard[h] += gained
            if not going:
                break


@kernel
def ring_points(lat_deg: float, lon_deg: float, range_m: Floats, out: Floats) -> None:
    """Where ranges along azimuths 2 pi j / azimuths end, anticlockwise: [point, (longitude, latitude)], degrees."""
    azimuths = range_m.size
    for j in range(azimuths):
        lat, lon = radial_point(lat_deg * _DEG, lon_deg * _DEG, 2.0 * pi * j / azimuths, range_m[j])
        out[azimuths - 1 - j, 0] = lon / _DEG
        out[azimuths - 1 - j, 1] = lat / _DEG


@kernel
def vertical_section(
    eye: Eye, body: Body, grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
    azimuth_rad: float, ground_range_m: Floats, height_m: Floats, pd: Singles, ground_m: Floats, lowest_m: Floats,
) -> None:  # fmt: skip
    """Along one azimuth: Pd [height, range] at heights above sea level (NaN under ground), the ground and the lowest
    height in the line of sight, [range]. Ranges are above 0."""
    over = np.empty((eye.share.size, COLUMN))
    nodes = np.zeros(eye.share.size, np.bool_)
    for i in range(ground_range_m.size):
        lat, lon = radial_point(eye.lat_rad, eye.lon_rad, azimuth_rad, ground_range_m[i])
        ground_m[i] = _ground_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat, lon)
        x, y, z = ecef_from_geodetic(lat, lon, ground_m[i])
        lowest_m[i] = inf
        for j in range(eye.share.size):
            azimuth, _, distance, _ = bearing(
                eye, j, x - eye.position_m[j, 0], y - eye.position_m[j, 1], z - eye.position_m[j, 2]
            )
            lowest_m[i] = min(lowest_m[i], lowest_seen_m(eye.lowest_m[j], eye.range_step_m, azimuth, distance))
        lowest_m[i] = max(ground_m[i], lowest_m[i])
        flown = along(lat, lon, body.heading_rad)
        in_view = over_nodes(eye, sin(lat), cos(lat), sin(lon), cos(lon), ground_m[i], flown, over, nodes)
        for k in range(height_m.size):
            if height_m[k] < ground_m[i]:
                pd[k, i] = np.nan
            else:
                pd[k, i] = pd_over(eye, body, over, nodes, height_m[k]) if in_view else 0.0
