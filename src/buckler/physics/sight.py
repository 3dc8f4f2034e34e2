"""What a radar has of a moving body at an instant, and when it can have anything of it at all."""

from __future__ import annotations

from math import atan2, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.physics.aspect import cosine_of_aspect, cross_section_db, ratio_of_db
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.radar import snr_linear
from buckler.physics.slant import path_loss_db
from buckler.physics.visibility import elevation_tangent, visible


@borrowing_kernel
def _row(body: Any, time_s: float) -> tuple[int, float]:
    """The row of its path that a body has left at `time_s`, and how much of the way to the next one it has made."""
    last = body.points - 1
    place = (time_s - body.start_s) / body.step_s
    if place <= 0.0:
        return body.first, 0.0
    if place >= last:
        return body.first + last - 1, 1.0
    row = int(place)
    return body.first + row, place - row


@borrowing_kernel
def position(body: Any, path_m: NDArray[np.float64], time_s: float) -> tuple[float, float, float, float]:
    """ECEF x, y, z and height above the ellipsoid (m) of a threat at `time_s`, linear between the rows of its path.

    `body` is its THREAT record; before its start and after its end it is held where it was.
    """
    k, part = _row(body, time_s)
    return (
        path_m[k, 0] + part * (path_m[k + 1, 0] - path_m[k, 0]),
        path_m[k, 1] + part * (path_m[k + 1, 1] - path_m[k, 1]),
        path_m[k, 2] + part * (path_m[k + 1, 2] - path_m[k, 2]),
        path_m[k, 3] + part * (path_m[k + 1, 3] - path_m[k, 3]),
    )


@borrowing_kernel
def look(
    sensor: Any,
    lowest_m: NDArray[np.float32],
    air_db: NDArray[np.float32],
    body: Any,
    path_m: NDArray[np.float64],
    time_s: float,
) -> tuple[float, float, float, float]:
    """What a sensor has of a threat: mean single-scan SNR (0 if it is not in view), range (m), azimuth, elevation (rad).

    In view: within instrumented range and sector, within the elevation limits (of the refracted ray at the antenna), and above
    the lowest height seen in that direction (`lowest_m`: terrain, earth curvature and refraction, compiled once). SNR by the
    calibrated radar equation, with the body's cross-section in the sensor's band as seen from there (physics.aspect), less
    the loss to air and rain (physics.slant, `air_db`). The azimuth and elevation are those of the straight line.
    """
    x, y, z, height_m = position(body, path_m, time_s)
    dx = x - sensor.position_m[0]
    dy = y - sensor.position_m[1]
    dz = z - sensor.position_m[2]
    squared = dx * dx + dy * dy + dz * dz
    if squared > sensor.maximum_range_m * sensor.maximum_range_m:
        return 0.0, sqrt(squared), 0.0, 0.0
    range_m = sqrt(squared)
    east = sensor.east[0] * dx + sensor.east[1] * dy + sensor.east[2] * dz
    north = sensor.north[0] * dx + sensor.north[1] * dy + sensor.north[2] * dz
    up = sensor.up[0] * dx + sensor.up[1] * dy + sensor.up[2] * dz
    level = sqrt(east * east + north * north)
    azimuth = atan2(east, north)
    elevation = atan2(up, level)
    if sensor.sector_half_width_rad < pi:
        off = abs(azimuth - sensor.sector_azimuth_rad)
        if min(off, 2.0 * pi - off) > sensor.sector_half_width_rad:
            return 0.0, range_m, azimuth, elevation
    ground_m = MEAN_RADIUS_M * atan2(level, MEAN_RADIUS_M + sensor.antenna_m + up)
    tangent = elevation_tangent(sensor.antenna_m, height_m, ground_m, sensor.effective_radius_m)
    if tangent < sensor.lowest_tangent or tangent > sensor.highest_tangent:
        return 0.0, range_m, azimuth, elevation
    if not visible(lowest_m, sensor.lowest_step_m, azimuth, ground_m, height_m):
        return 0.0, range_m, azimuth, elevation
    k, _ = _row(body, time_s)
    cosine = cosine_of_aspect(
        path_m[k + 1, 0] - path_m[k, 0], path_m[k + 1, 1] - path_m[k, 1], path_m[k + 1, 2] - path_m[k, 2], dx, dy, dz
    )
    rcs = body.rcs_dbsm[sensor.band]
    loss_db = path_loss_db(
        air_db,
        sensor.air_step_m,
        sensor.rain_db_per_m,
        sensor.rain_top_m,
        sensor.antenna_m,
        sensor.effective_radius_m,
        up / range_m,
        tangent,
        range_m,
    )
    echo_m2 = ratio_of_db(cross_section_db(rcs[0], rcs[1], rcs[2], cosine) - loss_db)
    return snr_linear(sensor.constant_m2, echo_m2, range_m, 0.0), range_m, azimuth, elevation


@borrowing_kernel
def window(
    sensor: Any, lowest_m: NDArray[np.float32], air_db: NDArray[np.float32], body: Any, path_m: NDArray[np.float64]
) -> tuple[float, float]:
    """The times (s) between which a body can be in view of a sensor; (inf, -inf) where it never is.

    From one row before the first row of its path that is in view to one row after the last. What comes into view only
    between two rows (a second, as a rule) is left out.
    """
    first = np.inf
    last = -np.inf
    for row in range(body.points):
        time_s = body.start_s + row * body.step_s
        if look(sensor, lowest_m, air_db, body, path_m, time_s)[0] > 0.0:
            first = min(first, time_s - body.step_s)
            last = time_s + body.step_s
    return first, last


@borrowing_kernel
def fill_windows(
    sensors: NDArray[np.void],
    lowest_m: NDArray[np.float32],
    air_db: NDArray[np.float32],
    bodies: NDArray[np.void],
    path_m: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """`out[s, i]` becomes the `window` of sensor s and body i: first and last time, s."""
    for s in range(len(sensors)):
        for i in range(len(bodies)):
            first, last = window(sensors[s], lowest_m[s], air_db[s], bodies[i], path_m)
            out[s, i, 0] = first
            out[s, i, 1] = last
