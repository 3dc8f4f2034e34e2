"""What air and rain take from a radar's echo on its real slant path: two-way decibels, ready to be looked up.

The engine and the coverage maps call one function, `path_loss_db`, with a sensor's record and its part of World.air_db.

**Air.** The loss to gases depends on the sensor (frequency, height of the antenna), on the range r and on the elevation. It is
computed once a sensor, along refracted rays (gases.gaseous_path_db, ITU-R P.676-13 Annex 1), at even steps of r and of

(1)  u = (1 + c) x / (|x| + c),    x = (height above the local horizontal) / r,    c = 0.03

x is the sine of the geometric elevation, so that a look-up needs no trigonometry. Seen from the ground the loss of a path out
of the air goes nearly as 1 / (x + c) (a flat layer's 1 / sin e, kept finite by the earth's curvature), which is linear in u.
Bilinear in between: within 0.05 dB of the integral up to Ku band (tests/physics/test_slant.py).

**Rain.** A uniform rain below one height, ITU-R P.838-3, on the part of the refracted ray that lies below it: exact, no table.
An upper bound on a long path (rain.py says why).

**Counting once.** A published range has been reached through air, and the radar's constant (radar.calibrate) holds that loss.
So a table holds the loss *less* that of the published range in standard air: it is negative on a shorter or steeper path.
"""

from __future__ import annotations

from math import atan, atan2, pi, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import inlined_kernel, kernel
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.gases import attenuation_profile, gaseous_path_db
from buckler.physics.horizon import path_below_m
from buckler.physics.rain import rain_specific
from buckler.physics.visibility import elevation_tangent

AIR_SINES: Final = 65
AIR_RANGES: Final = 97
"""Nodes of a sensor's table: 25 kB each."""
_BEND: Final = 0.03

Table = NDArray[np.float32]


@inlined_kernel
def air_loss_db(table: Table, range_step_m: float, sine: float, range_m: float) -> float:
    """Two-way loss to the gases of the air, dB, as `table` [u, range] has it: bilinear; beyond its end the last range's."""
    sines, ranges = table.shape
    around = 0.5 * (sines - 1) * (1.0 + (1.0 + _BEND) * sine / (abs(sine) + _BEND))
    j = max(0, min(int(around), sines - 2))
    u = around - j
    place = range_m / range_step_m
    i = min(int(place), ranges - 2)
    v = min(place - i, 1.0)
    near = (1.0 - u) * float(table[j, i]) + u * float(table[j + 1, i])
    far = (1.0 - u) * float(table[j, i + 1]) + u * float(table[j + 1, i + 1])
    return float((1.0 - v) * near + v * far)


@inlined_kernel
def path_loss_db(
    table: Table, range_step_m: float, rain_db_per_m: float, rain_top_m: float, antenna_m: float,
    effective_radius_m: float, sine: float, tangent: float, range_m: float,
) -> float:  # fmt: skip
    """Two-way loss to air and rain on the path to a target, dB, beyond what the table leaves out.

    `sine`: of its geometric elevation; `tangent`: of the elevation at which its refracted ray arrives
    (visibility.elevation_tangent); `rain_db_per_m`: one way, 0 where it is dry.
    """
    loss = air_loss_db(table, range_step_m, sine, range_m)
    if rain_db_per_m > 0.0:
        loss += 2.0 * rain_db_per_m * path_below_m(antenna_m, atan(tangent), range_m, rain_top_m, effective_radius_m)
    return loss


@kernel
def _fill(
    profile: NDArray[np.float64], antenna_m: float, effective_radius_m: float, range_step_m: float, out: Table
) -> None:
    sines, ranges = out.shape
    for j in range(sines):
        u = 2.0 * j / (sines - 1) - 1.0
        sine = _BEND * u / (1.0 + _BEND - abs(u))
        for i in range(ranges):
            out[j, i] = 0.0
            if i > 0:
                elevation = arrival_rad(antenna_m, sine, i * range_step_m, effective_radius_m)
                out[j, i] = 2.0 * gaseous_path_db(profile, antenna_m, elevation, i * range_step_m, effective_radius_m)


@kernel
def arrival_rad(antenna_m: float, sine: float, range_m: float, effective_radius_m: float) -> float:
    """The elevation at which the refracted ray from a target at a geometric elevation and range arrives, rad."""
    level = range_m * sqrt(max(0.0, 1.0 - sine * sine))
    if level < 1e-9 * range_m:
        return 0.5 * pi if sine > 0.0 else -0.5 * pi
    start = MEAN_RADIUS_M + antenna_m
    above = start + range_m * sine
    height = sqrt(above * above + level * level) - MEAN_RADIUS_M
    ground = MEAN_RADIUS_M * atan2(level, above)
    return atan(elevation_tangent(antenna_m, height, ground, effective_radius_m))


def air_table(
    freq_hz: float, antenna_m: float, max_range_m: float, effective_radius_m: float, surface_vapour_gm3: float
) -> tuple[Table, float]:
    """A table of two-way loss to gases, dB [u, range], and its step in range, m."""
    table = np.empty((AIR_SINES, AIR_RANGES), np.float32)
    step = max_range_m / (AIR_RANGES - 1)
    _fill(attenuation_profile(freq_hz, surface_vapour_gm3), antenna_m, effective_radius_m, step, table)
    return table, step


def clear_air_db(
    freq_hz: float, antenna_m: float, elevation_rad: float, range_m: float, effective_radius_m: float,
    surface_vapour_gm3: float,
) -> float:  # fmt: skip
    """Two-way loss to gases at the refracted elevation of a ray, dB: the integral itself, without a table."""
    profile = attenuation_profile(freq_hz, surface_vapour_gm3)
    return 2.0 * float(gaseous_path_db(profile, antenna_m, elevation_rad, range_m, effective_radius_m))


def rain_db_per_m(freq_hz: float, rain_mm_per_h: float) -> float:
    """One-way specific attenuation by rain, dB/m: P.838-3 for a level path and circular polarisation."""
    return 1e-3 * float(rain_specific(freq_hz / 1e9, rain_mm_per_h, 0.0, 0.25 * pi))
