"""What a radar has of a moving body at an instant, and when it can have anything of it at all."""

from __future__ import annotations

from math import atan2, cos, pi, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel, inlined_kernel
from buckler.physics.aspect import cosine_of_aspect, cross_section_db, ratio_of_db
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.multipath import echo_gain
from buckler.physics.radar import snr_linear
from buckler.physics.series import arctangent
from buckler.physics.slant import path_loss_db
from buckler.physics.visibility import elevation_tangent, lowest_seen_m, visible

LOOKS_S: Final = 1.0
"""Between two looks where it is found out when a body can be in view."""


@inlined_kernel
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
    return _between(path_m, k, part)


@inlined_kernel
def _between(path_m: NDArray[np.float64], k: int, part: float) -> tuple[float, float, float, float]:
    return (
        path_m[k, 0] + part * (path_m[k + 1, 0] - path_m[k, 0]),
        path_m[k, 1] + part * (path_m[k + 1, 1] - path_m[k, 1]),
        path_m[k, 2] + part * (path_m[k + 1, 2] - path_m[k, 2]),
        path_m[k, 3] + part * (path_m[k + 1, 3] - path_m[k, 3]),
    )


@borrowing_kernel
def along_orbit(sensor: Any, time_s: float) -> tuple[int, float]:
    """Where a sensor is on its orbit: the row of World.orbits that it has left, and how much of the way to the next it has made."""
    place = (time_s / sensor.orbit_step_s) % sensor.orbit_rows
    row = min(int(place), sensor.orbit_rows - 1)
    return sensor.first_orbit + row, place - row


@inlined_kernel
def _echo(
    sensor: Any,
    air_db: NDArray[np.float32],
    body: Any,
    path_m: NDArray[np.float64],
    k: int,
    dx: float,
    dy: float,
    dz: float,
    up: float,
    tangent: float,
    range_m: float,
) -> float:
    """Mean single-scan SNR of a body in view: calibrated radar equation, cross-section by aspect, loss to air and rain; `k`: its row."""
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
    return snr_linear(sensor.constant_m2, echo_m2, range_m, 0.0)


@inlined_kernel
def sighting(
    sensor: Any,
    lowest_m: NDArray[np.float32],
    air_db: NDArray[np.float32],
    body: Any,
    path_m: NDArray[np.float64],
    time_s: float,
) -> tuple[float, float, float, float, float]:
    """What a sensor has of a threat: mean single-scan SNR (0 if it is not in view), range (m), azimuth (rad), and how far it is
    above and along the sensor's local horizontal (m), of which a look takes the elevation only if somebody asks.

    In view: within instrumented range and sector, within the elevation limits (of the refracted ray at the antenna), and above
    the lowest height seen in that direction (`lowest_m`: terrain, earth curvature and refraction, compiled once). SNR by the
    calibrated radar equation, with the body's cross-section in the sensor's band as seen from there (physics.aspect), less
    the loss to air and rain (physics.slant, `air_db`) and with the lobes of a surface (physics.multipath).
    The azimuth and elevation are those of the straight line.
    """
    k, part = _row(body, time_s)
    x, y, z, height_m = _between(path_m, k, part)
    dx = x - sensor.position_m[0]
    dy = y - sensor.position_m[1]
    dz = z - sensor.position_m[2]
    squared = dx * dx + dy * dy + dz * dz
    range_m = sqrt(squared)
    if squared > sensor.maximum_range_m * sensor.maximum_range_m:
        return 0.0, range_m, 0.0, 0.0, 1.0
    east = sensor.east[0] * dx + sensor.east[1] * dy + sensor.east[2] * dz
    north = sensor.north[0] * dx + sensor.north[1] * dy + sensor.north[2] * dz
    up = sensor.up[0] * dx + sensor.up[1] * dy + sensor.up[2] * dz
    level = sqrt(east * east + north * north)
    azimuth = atan2(east, north)
    if sensor.sector_half_width_rad < pi:
        off = abs(azimuth - sensor.sector_azimuth_rad)
        if min(off, 2.0 * pi - off) > sensor.sector_half_width_rad:
            return 0.0, range_m, azimuth, up, level
    ground_m = MEAN_RADIUS_M * arctangent(level / (MEAN_RADIUS_M + sensor.antenna_m + up))
    tangent = elevation_tangent(sensor.antenna_m, height_m, ground_m, sensor.effective_radius_m)
    if tangent < sensor.lowest_tangent or tangent > sensor.highest_tangent:
        return 0.0, range_m, azimuth, up, level
    if not visible(lowest_m, sensor.lowest_step_m, azimuth, ground_m, height_m):
        return 0.0, range_m, azimuth, up, level
    snr = _echo(sensor, air_db, body, path_m, k, dx, dy, dz, up, tangent, range_m)
    if sensor.lobes_hz > 0.0:
        snr *= echo_gain(
            sensor.lobes_hz, sensor.surface_m, sensor.permittivity, sensor.conductivity, sensor.vertical > 0,
            sensor.roughness_m, sensor.antenna_m, sensor.effective_radius_m, lowest_m, sensor.lowest_step_m, azimuth, ground_m,
            height_m,
        )  # fmt: skip
    return snr, range_m, azimuth, up, level


@borrowing_kernel
def look(
    sensor: Any,
    lowest_m: NDArray[np.float32],
    air_db: NDArray[np.float32],
    body: Any,
    path_m: NDArray[np.float64],
    time_s: float,
) -> tuple[float, float, float, float]:
    """`sighting` in a radar's own terms: mean single-scan SNR, range (m), azimuth and elevation (rad)."""
    snr, range_m, azimuth, up, level = sighting(sensor, lowest_m, air_db, body, path_m, time_s)
    return snr, range_m, azimuth, atan2(up, level)


@borrowing_kernel
def lowest_from_orbit_m(
    sensor: Any,
    nodes: NDArray[np.float64],
    nodes_lowest_m: NDArray[np.float32],
    place: float,
    dx: float,
    dy: float,
    dz: float,
) -> float:
    """The lowest height seen from an orbit, m above sea level, over a place at (dx, dy, dz) from the sensor (ECEF, m).

    `place`: of the sensor among its nodes, 3.2 between the third and the fourth. The two beside it are asked, and what they
    see is taken linearly between them, for a sensor on the straight line between the two and a target moved as far as that line
    is from the orbit (a thirteenth of a turn's radius at most, nothing on a leg). Over a smooth earth the horizon behind a sensor
    rises as (d - d_h)^2 / (2 k a) with the distance d, so the error is under s^2 / (8 k a) for nodes s apart: 5 m for 18 km
    (world.orbits chooses s by it).
    """
    low = int(place) % sensor.nodes
    weight = place - int(place)
    a = sensor.first_node + low
    b = sensor.first_node + (low + 1) % sensor.nodes
    x = dx + (1.0 - weight) * nodes[a, 0] + weight * nodes[b, 0]
    y = dy + (1.0 - weight) * nodes[a, 1] + weight * nodes[b, 1]
    z = dz + (1.0 - weight) * nodes[a, 2] + weight * nodes[b, 2]
    near = _lowest_from_node_m(sensor, nodes[a], nodes_lowest_m[a], x, y, z)
    far = _lowest_from_node_m(sensor, nodes[b], nodes_lowest_m[b], x, y, z)
    if near == np.inf or far == np.inf:
        return np.inf
    return (1.0 - weight) * near + weight * far


@borrowing_kernel
def _lowest_from_node_m(
    sensor: Any, node: NDArray[np.float64], lowest_m: NDArray[np.float32], x: float, y: float, z: float
) -> float:
    dx = x - node[0]
    dy = y - node[1]
    dz = z - node[2]
    east = node[3] * dx + node[4] * dy + node[5] * dz
    north = node[6] * dx + node[7] * dy + node[8] * dz
    up = node[9] * dx + node[10] * dy + node[11] * dz
    ground_m = MEAN_RADIUS_M * atan2(sqrt(east * east + north * north), MEAN_RADIUS_M + sensor.antenna_m + up)
    return lowest_seen_m(lowest_m, sensor.node_step_m, atan2(east, north), ground_m)


@borrowing_kernel
def look_moving(
    sensor: Any,
    orbits: NDArray[np.float64],
    nodes: NDArray[np.float64],
    nodes_lowest_m: NDArray[np.float32],
    air_db: NDArray[np.float32],
    body: Any,
    path_m: NDArray[np.float64],
    time_s: float,
) -> tuple[float, float, float, float]:
    """`look` from a sensor on an orbit: from where it is at that time; a sector is about its heading, as a nose radar's."""
    row, share = _row(body, time_s)
    x, y, z, height_m = _between(path_m, row, share)
    k, part = along_orbit(sensor, time_s)
    dx = x - (orbits[k, 0] + part * (orbits[k + 1, 0] - orbits[k, 0]))
    dy = y - (orbits[k, 1] + part * (orbits[k + 1, 1] - orbits[k, 1]))
    dz = z - (orbits[k, 2] + part * (orbits[k + 1, 2] - orbits[k, 2]))
    squared = dx * dx + dy * dy + dz * dz
    if squared > sensor.maximum_range_m * sensor.maximum_range_m:
        return 0.0, sqrt(squared), 0.0, 0.0
    range_m = sqrt(squared)
    # The local frame turns by under 1e-4 rad from row to row: the nearer row's is far inside any accuracy of a radar.
    r = k if part < 0.5 else k + 1
    east = orbits[r, 3] * dx + orbits[r, 4] * dy + orbits[r, 5] * dz
    north = orbits[r, 6] * dx + orbits[r, 7] * dy + orbits[r, 8] * dz
    up = orbits[r, 9] * dx + orbits[r, 10] * dy + orbits[r, 11] * dz
    level = sqrt(east * east + north * north)
    azimuth = atan2(east, north)
    elevation = atan2(up, level)
    if sensor.sector_half_width_rad < pi:
        ahead = orbits[k, 12] + part * (orbits[k + 1, 12] - orbits[k, 12])
        beside = orbits[k, 13] + part * (orbits[k + 1, 13] - orbits[k, 13])
        if east * ahead + north * beside < level * cos(sensor.sector_half_width_rad):
            return 0.0, range_m, azimuth, elevation
    ground_m = MEAN_RADIUS_M * atan2(level, MEAN_RADIUS_M + sensor.antenna_m + up)
    tangent = elevation_tangent(sensor.antenna_m, height_m, ground_m, sensor.effective_radius_m)
    if tangent < sensor.lowest_tangent or tangent > sensor.highest_tangent:
        return 0.0, range_m, azimuth, elevation
    place = orbits[k, 14] + part * (orbits[k + 1, 14] - orbits[k, 14])
    if height_m < lowest_from_orbit_m(sensor, nodes, nodes_lowest_m, place, dx, dy, dz):
        return 0.0, range_m, azimuth, elevation
    snr = _echo(sensor, air_db, body, path_m, row, dx, dy, dz, up, tangent, range_m)
    return snr, range_m, azimuth, elevation


@borrowing_kernel
def fill_windows(
    sensors: NDArray[np.void],
    lowest_m: NDArray[np.float32],
    orbits: NDArray[np.float64],
    nodes: NDArray[np.float64],
    nodes_lowest_m: NDArray[np.float32],
    air_db: NDArray[np.float32],
    bodies: NDArray[np.void],
    path_m: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """`out[s, i]` becomes the times (s) between which body i can be in view of sensor s; (inf, -inf) where it never is.

    Looked at are the rows of its path, and between them every LOOKS_S, from where the sensor is at that time: from one look before the
    first that has it in view to one look after the last. What comes into view only between two looks is left out.
    """
    for s in range(len(sensors)):
        sensor = sensors[s]
        for i in range(len(bodies)):
            body = bodies[i]
            first = np.inf
            last = -np.inf
            look_s = min(body.step_s, LOOKS_S)
            for n in range(int((body.points - 1) * body.step_s / look_s) + 1):
                time_s = body.start_s + n * look_s
                if sensor.orbit_rows > 0:
                    snr = look_moving(sensor, orbits, nodes, nodes_lowest_m, air_db[s], body, path_m, time_s)[0]
                else:
                    snr = look(sensor, lowest_m[s], air_db[s], body, path_m, time_s)[0]
                if snr > 0.0:
                    first = min(first, time_s - look_s)
                    last = time_s + look_s
            out[s, i, 0] = first
            out[s, i, 1] = last
