"""One shot of an interceptor at its greatest range: height and speed against time and range.

The flight is that of `buckler.physics.interceptor`: straight under power, then the coast of one launch elevation. The
elevation is the flattest that comes down through the target's height at the wanted ground range, found by false
position; where none gets there, the one that gets furthest.
"""

from __future__ import annotations

from math import atan2, cos, hypot, inf, pi, sin
from typing import Any, Final, NamedTuple

import numpy as np

from buckler.physics.arguments import Floats
from buckler.physics.drag import g7, standard_air
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.interceptor import (
    coast_start,
    coast_step,
    loft_factor,
    powered_speed,
    powered_time,
    straight_line_m,
)

_LINES: Final = 30
_STEEPEST_RAD: Final = pi / 3.0
_SEARCH_STEP_S: Final = 1.0
_CLOSE: Final = 1e-4
"""How near the flight comes to the wanted range, as a share of it."""
_POWERED_ROWS: Final = 40
_MAX_ROWS: Final = 6_000


class Shot(NamedTuple):
    """A flight from the launcher to the target, SI; the last row is the meeting."""

    time_s: Floats
    range_m: Floats
    height_m: Floats
    speed_mps: Floats
    elevation_rad: float
    burnout: int  # the row at which power ends, or the last one


def shot(row: Any, range_m: float, height_m: float, step_s: float = 0.25) -> Shot:
    """Fly to a ground range and height; `row` is an `INTERCEPTOR` record."""
    path = straight_line_m(range_m, height_m, float(row["launch_height_m"]))
    if path <= row["powered_path_m"]:
        return _powered(row, _direct_elevation(row, range_m, height_m), path)
    elevation = _elevation(row, range_m, height_m)
    start = _powered(row, elevation, float(row["powered_path_m"]))
    coast = _coast(row, elevation, height_m, step_s)
    time, across, height, speed = (np.concatenate(pair) for pair in zip(start[:4], coast.T, strict=True))
    return Shot(time, across, height, speed, elevation, len(start.time_s) - 1)


def _direct_elevation(row: Any, range_m: float, height_m: float) -> float:
    foot = MEAN_RADIUS_M + float(row["launch_height_m"])
    angle = range_m / MEAN_RADIUS_M
    end = MEAN_RADIUS_M + height_m
    return atan2(end * cos(angle) - foot, end * sin(angle))


def _powered(row: Any, elevation: float, path_m: float) -> Shot:
    """The straight part, `path_m` long."""
    rows = []
    burn, top, foot = float(row["burn_time_s"]), float(row["burnout_speed_mps"]), float(row["launch_height_m"])
    for share in np.linspace(0.0, 1.0, _POWERED_ROWS):
        s = path_m * share * share
        level, rise = s * cos(elevation), MEAN_RADIUS_M + foot + s * sin(elevation)
        rows.append(
            (
                powered_time(s, burn, top),
                MEAN_RADIUS_M * atan2(level, rise),
                hypot(level, rise) - MEAN_RADIUS_M,
                powered_speed(s, burn, top),
            )
        )
    time, across, height, speed = np.array(rows).T
    return Shot(time, across, height, speed, elevation, len(rows) - 1)


def _coast(row: Any, elevation: float, height_m: float, step_s: float) -> Floats:
    """Rows of time, ground range, height and speed of the coast, down to a height; none where it stays below it."""
    air, drag = standard_air(), g7()
    loft = loft_factor(elevation)
    top = float(row["burnout_speed_mps"])
    now = powered_time(float(row["powered_path_m"]), float(row["burn_time_s"]), top)
    r, theta, v_r, v_t = coast_start(elevation, float(row["powered_path_m"]), top, float(row["launch_height_m"]))
    level = MEAN_RADIUS_M + height_m
    rows = []
    for _ in range(_MAX_ROWS):
        if r < level and v_r < 0.0:
            break
        r_1, theta_1, v_r1, v_t1 = coast_step(r, theta, v_r, v_t, step_s, loft, row, air, drag)
        if r_1 < level <= r:
            w = (r - level) / (r - r_1)
            speed = hypot(v_r + w * (v_r1 - v_r), v_t + w * (v_t1 - v_t))
            rows.append((now + w * step_s, MEAN_RADIUS_M * (theta + w * (theta_1 - theta)), height_m, speed))
            return np.array(rows)
        r, theta, v_r, v_t = r_1, theta_1, v_r1, v_t1
        now += step_s
        rows.append((now, MEAN_RADIUS_M * theta, r - MEAN_RADIUS_M, hypot(v_r, v_t)))
    return np.empty((0, 4))


def _elevation(row: Any, range_m: float, height_m: float) -> float:
    """The flattest launch elevation that comes down at the range, or the one that gets furthest."""

    step = min(_SEARCH_STEP_S, 0.02 * range_m / float(row["burnout_speed_mps"]))

    def beyond(elevation: float) -> float:
        rows = _coast(row, elevation, height_m, step)
        return float(rows[-1, 1]) - range_m if len(rows) else -inf

    best, best_beyond = 0.0, -inf
    for index in range(1, _LINES + 1):
        steeper = _STEEPEST_RAD * index / _LINES
        over = beyond(steeper)
        if over >= 0.0:
            return _root(beyond, best, best_beyond, steeper, over, _CLOSE * range_m) if best_beyond > -inf else steeper
        if over > best_beyond:
            best, best_beyond = steeper, over
    return best


def _root(beyond: Any, a: float, f_a: float, b: float, f_b: float, close: float) -> float:
    """False position (Illinois) between an elevation that falls short and one that does not."""
    x = b
    for _ in range(20):
        x = b - f_b * (b - a) / (f_b - f_a)
        f = beyond(x)
        if abs(f) < close:
            break
        if f < 0.0:
            a, f_a, f_b = x, f, 0.5 * f_b
        else:
            b, f_b, f_a = x, f, 0.5 * f_a
    return x
