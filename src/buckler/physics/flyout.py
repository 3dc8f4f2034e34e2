"""Interceptor fly-out tables: how long to a point, how fast on arrival, and where it cannot reach.

The flight is that of `buckler.physics.interceptor`. A fan of elevations is flown and laid on a grid of ground range
and height, finer towards the launcher (nodes at squares). Where its paths run through so much
thick air that they arrive slower than the least speed (far targets near the ground), a second fan is laid in: launched at 50 degrees
and turned down again in thin air, by a down-turn k of 1 to 24 instead of the loft law's. In a cell of the grid that the border between
the two runs through, time and speed are in between.
"""

from __future__ import annotations

from math import atan2, cos, hypot, inf, pi, sin, sqrt
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.compiled import borrowing_kernel, inlined_kernel, kernel
from buckler.physics.arguments import Floats
from buckler.physics.drag import g7, standard_air
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.interceptor import INTERCEPTOR as INTERCEPTOR
from buckler.physics.interceptor import (
    STEP_S,
    coast_start,
    coast_step,
    loft_factor,
    powered_speed,
    powered_time,
    straight_line_m,
)
from buckler.physics.interceptor import interceptor as interceptor

RANGE_NODES: Final = 128
"""Nodes of a table along ground range, at max_range (i/127)^2."""
HEIGHT_NODES: Final = 48
"""Nodes of a table along height above sea level, at max_height (k/47)^2."""
ELEVATIONS: Final = 88
"""Lines of the fan."""
PLUNGE_RAD: Final = 5.0 * pi / 18.0
"""Launch elevation of the second fan, 50 degrees: for 48N6E3, GEM-T and PAC-3 MSE a search over all elevations and down-turns finds the
quickest path that reaches a target at 500 m fast enough between 43 and 61 degrees, from 40 km to their greatest range."""
PLUNGES: Final = 56
"""Its lines."""
_STEEPEST_TURN: Final = 24.0
_LOWEST_ELEVATION_RAD: Final = -3.0 * pi / 180.0
_MAX_STEPS: Final = 12_000
_CELLAR_M: Final = 2_000.0
"""Lines go on this far below sea level, so that two neighbours bracket the ground."""
_STEEP: Final = 0.2
"""Tangent of the path angle beyond which neighbouring lines are compared at one height, not over one point of the
ground.
"""
_SPEED_MARGIN: Final = 0.6
"""The fan is flown to this share of the least speed, so that the grid brackets the edge of reach."""


Flags: TypeAlias = npt.NDArray[np.int8]


class Flyout(NamedTuple):
    """A fly-out table. `time_s`, `speed_mps`: [range node, height node]; `clearance_m`: [range cell, height cell]."""

    interceptor: np.void
    time_s: Floats
    speed_mps: Floats
    clearance_m: Floats


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def elevation_rad(index: int) -> float:
    """Launch elevation of a line of the fan, from -3 to 90 degrees, closer together where it is flat."""
    share = index / (ELEVATIONS - 1.0)
    return _LOWEST_ELEVATION_RAD + (0.5 * pi - _LOWEST_ELEVATION_RAD) * share * (0.45 + 0.55 * share)


@kernel
def _node(index: int, count: int, extent: float) -> float:
    share = index / (count - 1.0)
    return extent * share * share


@kernel
def _place(value: float, count: int, extent: float) -> float:
    return (count - 1.0) * sqrt(max(0.0, value) / extent)


@kernel
def _powered_crossings(elevation: float, row: Any, line: Floats, rising: Floats) -> None:
    """Where the straight powered path crosses the grid.

    `line` rows: height, time, speed at each range node; `rising` rows: range, time, speed at each height node; inf
    where it does not cross.
    """
    line[0, :] = inf
    rising[0, :] = inf
    foot = MEAN_RADIUS_M + row.launch_height_m
    sine = sin(elevation)
    cosine = cos(elevation)
    end = row.powered_path_m
    last = atan2(end * cosine, foot + end * sine) * MEAN_RADIUS_M
    for node in range(1, RANGE_NODES):
        across = _node(node, RANGE_NODES, row.max_range_m)
        if across > last:
            break
        angle = across / MEAN_RADIUS_M
        path = foot * sin(angle) / cos(elevation + angle)
        line[0, node] = foot * cosine / cos(elevation + angle) - MEAN_RADIUS_M
        line[1, node] = powered_time(path, row.burn_time_s, row.burnout_speed_mps)
        line[2, node] = powered_speed(path, row.burn_time_s, row.burnout_speed_mps)
    if sine < _STEEP * cosine:
        return
    for node in range(HEIGHT_NODES):
        rise = _node(node, HEIGHT_NODES, row.max_height_m) - row.launch_height_m
        if rise < 0.0:
            continue
        rise *= 2.0 * foot + rise
        path = rise / (foot * sine + sqrt(foot * sine * foot * sine + rise))
        if path > end:
            break
        rising[0, node] = atan2(path * cosine, foot + path * sine) * MEAN_RADIUS_M
        rising[1, node] = powered_time(path, row.burn_time_s, row.burnout_speed_mps)
        rising[2, node] = powered_speed(path, row.burn_time_s, row.burnout_speed_mps)


@kernel
def _fly_line(
    elevation: float,
    loft: float,
    row: Any,
    air: Floats,
    drag: Floats,
    inside: bool,
    before: Floats,
    line: Floats,
    rising: Floats,
    falling: Floats,
) -> bool:
    """Fly one launch elevation; fill its crossings of the grid: `line` over each range node, `rising` and `falling`
    at each height node on the steep parts of the way up and down.

    It ends where it dips under `before`, the next flatter line: what lies beyond has a flatter path to it. Returns
    whether it did; all steeper lines then come down inside too, so they (`inside`) end as soon as they leave the
    grid upwards.
    """
    _powered_crossings(elevation, row, line, rising)
    falling[0, :] = inf
    r, theta, v_r, v_t = coast_start(elevation, row.powered_path_m, row.burnout_speed_mps, row.launch_height_m)
    least = (_SPEED_MARGIN * row.min_speed_mps) ** 2
    top = MEAN_RADIUS_M + row.max_height_m
    stop = 1.1 * row.max_range_m / MEAN_RADIUS_M
    now = powered_time(row.powered_path_m, row.burn_time_s, row.burnout_speed_mps)
    node = int(_place(theta * MEAN_RADIUS_M, RANGE_NODES, row.max_range_m)) + 1
    # The next height node above; past the last one where the burn ends above the grid.
    level = min(int(_place(r - MEAN_RADIUS_M, HEIGHT_NODES, row.max_height_m)) + 1, HEIGHT_NODES)
    for _ in range(_MAX_STEPS):
        if theta > stop or r < MEAN_RADIUS_M - _CELLAR_M or v_r * v_r + v_t * v_t < least:
            return inside
        if v_r <= 0.0 and theta < 1e-9:  # straight up, and about to fall back
            return inside
        if inside and r > top:
            return True
        r_1, theta_1, v_r1, v_t1 = coast_step(r, theta, v_r, v_t, STEP_S, loft, row, air, drag)
        steep = abs(v_r) > _STEEP * v_t
        while level < HEIGHT_NODES and r_1 > r:
            share = (_node(level, HEIGHT_NODES, row.max_height_m) + MEAN_RADIUS_M - r) / (r_1 - r)
            if share > 1.0:
                break
            if steep:
                rising[0, level] = (theta + share * (theta_1 - theta)) * MEAN_RADIUS_M
                rising[1, level] = now + share * STEP_S
                rising[2, level] = hypot(v_r + share * (v_r1 - v_r), v_t + share * (v_t1 - v_t))
            level += 1
        while level > 0 and r_1 < r:
            share = (_node(level - 1, HEIGHT_NODES, row.max_height_m) + MEAN_RADIUS_M - r) / (r_1 - r)
            if share > 1.0:
                break
            if steep:
                falling[0, level - 1] = (theta + share * (theta_1 - theta)) * MEAN_RADIUS_M
                falling[1, level - 1] = now + share * STEP_S
                falling[2, level - 1] = hypot(v_r + share * (v_r1 - v_r), v_t + share * (v_t1 - v_t))
            level -= 1
        while node < RANGE_NODES:
            share = (_node(node, RANGE_NODES, row.max_range_m) / MEAN_RADIUS_M - theta) / (theta_1 - theta)
            if not share <= 1.0:
                break
            height = r + share * (r_1 - r) - MEAN_RADIUS_M
            if before[0, node] < inf and height <= before[0, node]:
                return True
            line[0, node] = height
            line[1, node] = now + share * STEP_S
            line[2, node] = hypot(v_r + share * (v_r1 - v_r), v_t + share * (v_t1 - v_t))
            node += 1
        r, theta, v_r, v_t = r_1, theta_1, v_r1, v_t1
        now += STEP_S
    return inside


@kernel
def _fill_span(
    older: Floats,
    one: Floats,
    two: Floats,
    at: int,
    count: int,
    extent: float,
    column: bool,
    time: Floats,
    speed: Floats,
) -> None:
    """Fill the grid nodes between the crossings of two neighbouring lines, along one range node's column or height
    node's row.

    Lines' rows: place along the span, time, speed. Time and speed are quadratic in the place through this line, the
    next and the one `older` (beside line one) where it is there and in order; else linear.
    """
    x1, x2 = one[0, at], two[0, at]
    if not (x1 < inf and x2 < inf) or x1 == x2:
        return
    near, far = min(x1, x2), max(x1, x2)
    if far < 0.0 or near > extent:
        return
    t1, v1 = one[1, at], one[2, at]
    t_slope = (two[1, at] - t1) / (x2 - x1)
    v_slope = (two[2, at] - v1) / (x2 - x1)
    t_bend = 0.0
    v_bend = 0.0
    x0 = older[0, at]
    if x0 < inf and (x0 - x1) * (x1 - x2) > 0.0:
        t_bend = (t_slope - (t1 - older[1, at]) / (x1 - x0)) / (x2 - x0)
        v_bend = (v_slope - (v1 - older[2, at]) / (x1 - x0)) / (x2 - x0)
    for node in range(int(np.ceil(_place(near - 1e-6, count, extent))), count):
        x = _node(node, count, extent)
        if x > far:
            break
        t = t1 + (x - x1) * (t_slope + (x - x2) * t_bend)
        v = v1 + (x - x1) * (v_slope + (x - x2) * v_bend)
        if column:
            time[at, node] = t
            speed[at, node] = v
        else:
            time[node, at] = t
            speed[node, at] = v


@kernel
def _fan(plunging: bool, row: Any, air: Floats, drag: Floats, time: Floats, speed: Floats) -> None:
    """Fly a fan and lay it on the grid: between neighbours along the height over each range node, and, where both
    are steep, along the range at each height node.
    """
    time[:] = inf
    speed[:] = 0.0
    lines = np.full((3, 3, RANGE_NODES), inf)
    rising = np.full((3, 3, HEIGHT_NODES), inf)
    falling = np.full((3, 3, HEIGHT_NODES), inf)
    inside = False
    for index in range(PLUNGES if plunging else ELEVATIONS):
        elevation = PLUNGE_RAD if plunging else elevation_rad(index)
        loft = _STEEPEST_TURN ** (1.0 - index / (PLUNGES - 1.0)) if plunging else loft_factor(elevation)
        two = index % 3
        one = (index + 2) % 3
        older = (index + 1) % 3
        inside = _fly_line(
            elevation, loft, row, air, drag, inside, lines[one], lines[two], rising[two], falling[two]
        )
        for node in range(1, RANGE_NODES):
            if lines[two, 0, node] > lines[one, 0, node]:
                _fill_span(
                    lines[older], lines[one], lines[two], node, HEIGHT_NODES, row.max_height_m, True, time, speed
                )
        for node in range(HEIGHT_NODES):
            if rising[two, 0, node] < rising[one, 0, node]:
                _fill_span(
                    rising[older], rising[one], rising[two], node, RANGE_NODES, row.max_range_m, False, time, speed
                )
            if falling[two, 0, node] > falling[one, 0, node]:
                _fill_span(
                    falling[older], falling[one], falling[two], node, RANGE_NODES, row.max_range_m, False, time, speed
                )


@kernel
def _fill(row: Any, air: Floats, drag: Floats, time: Floats, speed: Floats, lofted: Flags) -> None:
    """Both fans on the grid; `lofted` becomes 1 at the nodes that the second one gives."""
    _fan(False, row, air, drag, time, speed)
    long = np.empty_like(time)
    swift = np.empty_like(speed)
    _fan(True, row, air, drag, long, swift)
    for i in range(RANGE_NODES):
        for k in range(HEIGHT_NODES):
            lofted[i, k] = 0
            if speed[i, k] < row.min_speed_mps <= swift[i, k]:
                time[i, k] = long[i, k]
                speed[i, k] = swift[i, k]
                lofted[i, k] = 1
            across = _node(i, RANGE_NODES, row.max_range_m)
            path = straight_line_m(across, _node(k, HEIGHT_NODES, row.max_height_m), row.launch_height_m)
            if path <= row.powered_path_m:
                time[i, k] = powered_time(path, row.burn_time_s, row.burnout_speed_mps)
                speed[i, k] = powered_speed(path, row.burn_time_s, row.burnout_speed_mps)
                lofted[i, k] = 0


@kernel
def _cell_kind(i: int, k: int, row: Any, speed: Floats, lofted: Flags) -> int:
    """1: every corner reached with speed enough on paths of one fan; 0: none; -1: an edge runs through the cell, of reach or
    between the fans.
    """
    reached = 0
    high = 0
    for di in range(2):
        for dk in range(2):
            if speed[i + di, k + dk] >= row.min_speed_mps and speed[i + di, k + dk] > 0.0:
                reached += 1
                high += lofted[i + di, k + dk]
    if reached == 4 and (high == 0 or high == 4):
        return 1
    return 0 if reached == 0 else -1


@kernel
def _gradient(row: Any, time: Floats, speed: Floats, lofted: Flags, edges: bool) -> float:
    """The steepest rise of time across any smooth cell outside the powered sphere, and the chord through that
    sphere, s/m; with `edges`, across any cell at all whose corners have times.
    """
    steepest = 1.0 / row.burnout_speed_mps
    if row.powered_path_m > 0.0:
        steepest = powered_time(row.powered_path_m, row.burn_time_s, row.burnout_speed_mps) / row.powered_path_m
    for i in range(RANGE_NODES - 1):
        width = _node(i + 1, RANGE_NODES, row.max_range_m) - _node(i, RANGE_NODES, row.max_range_m)
        for k in range(HEIGHT_NODES - 1):
            right = _node(i + 1, RANGE_NODES, row.max_range_m)
            far = straight_line_m(right, _node(k + 1, HEIGHT_NODES, row.max_height_m), row.launch_height_m)
            if far <= row.powered_path_m or (_cell_kind(i, k, row, speed, lofted) != 1 and not edges):
                continue
            if not max(max(time[i, k], time[i + 1, k]), max(time[i, k + 1], time[i + 1, k + 1])) < inf:
                continue
            tall = _node(k + 1, HEIGHT_NODES, row.max_height_m) - _node(k, HEIGHT_NODES, row.max_height_m)
            along = max(abs(time[i + 1, k] - time[i, k]), abs(time[i + 1, k + 1] - time[i, k + 1])) / width
            up = max(abs(time[i, k + 1] - time[i, k]), abs(time[i + 1, k + 1] - time[i + 1, k])) / tall
            steepest = max(steepest, hypot(along, up))
    return float(steepest)


@kernel
def _clear(row: Any, speed: Floats, lofted: Flags, clearance: Floats) -> None:
    """For every cell a lower bound of the distance, m, from any point in it to the nearest cell with an edge of
    reach.

    City-block distance between the cells' nearest sides, by one sweep forwards and one backwards, over sqrt(2).
    """
    for i in range(RANGE_NODES - 1):
        for k in range(HEIGHT_NODES - 1):
            clearance[i, k] = -1.0 if _cell_kind(i, k, row, speed, lofted) < 0 else inf
    for sweep in range(2):
        for a in range(RANGE_NODES - 1):
            i = a if sweep == 0 else RANGE_NODES - 2 - a
            for b in range(HEIGHT_NODES - 1):
                k = b if sweep == 0 else HEIGHT_NODES - 2 - b
                best = clearance[i, k]
                if best < 0.0:
                    continue
                back = 1 if sweep == 0 else -1
                p = i - back
                if 0 <= p < RANGE_NODES - 1:
                    gap = _node(p + 1, RANGE_NODES, row.max_range_m) - _node(p, RANGE_NODES, row.max_range_m)
                    best = min(best, 0.0 if clearance[p, k] < 0.0 else clearance[p, k] + gap)
                q = k - back
                if 0 <= q < HEIGHT_NODES - 1:
                    gap = _node(q + 1, HEIGHT_NODES, row.max_height_m) - _node(q, HEIGHT_NODES, row.max_height_m)
                    best = min(best, 0.0 if clearance[i, q] < 0.0 else clearance[i, q] + gap)
                clearance[i, k] = best
    for i in range(RANGE_NODES - 1):
        for k in range(HEIGHT_NODES - 1):
            clearance[i, k] = max(0.0, clearance[i, k]) / sqrt(2.0)


@kernel
def build(row: Any, air: Floats, drag: Floats, time: Floats, speed: Floats, clearance: Floats) -> tuple[float, float]:
    """Fill a fly-out table in place; returns the two gradient bounds (s/m), which the caller keeps in the record.

    `row.powered_path_m` must already hold V (t_b/2 + t_sustain).
    """
    lofted = np.zeros((RANGE_NODES, HEIGHT_NODES), np.int8)
    _fill(row, air, drag, time, speed, lofted)
    _clear(row, speed, lofted, clearance)
    return _gradient(row, time, speed, lofted, False), _gradient(row, time, speed, lofted, True)


@kernel
def edges(row: Any, time: Floats, speed: Floats, clearance: Floats) -> tuple[float, float]:
    """`build` for a table that is filled already, all of its paths of one kind: the clearance and the two gradient bounds."""
    lofted = np.zeros((RANGE_NODES, HEIGHT_NODES), np.int8)
    _clear(row, speed, lofted, clearance)
    return _gradient(row, time, speed, lofted, False), _gradient(row, time, speed, lofted, True)


@inlined_kernel
def _bilinear(table: Floats, i: int, k: int, x: float, y: float) -> float:
    near = (1.0 - y) * table[i, k] + y * table[i, k + 1]
    return float((1.0 - x) * near + x * ((1.0 - y) * table[i + 1, k] + y * table[i + 1, k + 1]))


@inlined_kernel
def _cell(value: float, count: int, extent: float) -> tuple[int, float, float]:
    """The cell of the grid that a range or height lies in, its place there from 0 to 1, and the cell's width in metres."""
    value = max(0.0, value)
    i = min(int(_place(value, count, extent)), count - 2)
    # Cell i begins at i^2 and is 2 i + 1 wide, in units of the first one.
    unit = extent * (1.0 / (count - 1.0) ** 2)
    width = unit * (2 * i + 1)
    return i, (value - unit * (i * i)) / width, width


@borrowing_kernel
def _steepest(row: Any, time: Floats, first: int, last: int, low: int, high: int) -> float:
    """A bound on the gradient of the time of flight, s/m, in the cells first to last along range and low to high along height; inf where
    not all of them are reached.

    A bilinear function is nowhere steeper along an axis than along the steeper of its cell's two sides. Along range the sides are
    taken to be as short as the first.
    """
    along = up = 0.0
    for k in range(low, high + 2):
        rise = 0.0
        for j in range(first, last + 2):
            t = time[j, k]
            if not t < inf:
                return inf
            if j > first:
                along = max(along, abs(t - time[j - 1, k]))
            if k > low:
                rise = max(rise, abs(t - time[j, k - 1]))
        if k > low:
            up = max(up, rise / (2 * k - 1))
    along *= (RANGE_NODES - 1.0) ** 2 / (row.max_range_m * (2 * first + 1))
    up *= (HEIGHT_NODES - 1.0) ** 2 / row.max_height_m
    return sqrt(along * along + up * up)


@borrowing_kernel
def still_late(
    row: Any, time: Floats, range_m: float, height_m: float, path: float, gap: float, fastest_mps: float
) -> tuple[float, float]:
    """For how many seconds an interceptor that would be `gap` s late at a point stays late, by the table around the point: `path` is
    the straight line to it, and the target moves at up to `fastest_mps`. And for how many the gap does nothing but fall.

    Looked at is the cell and, where its border comes before the gap's end, all as far as the next along range.
    """
    if path <= row.powered_path_m:
        return 0.0, 0.0
    i, x, width = _cell(range_m, RANGE_NODES, row.max_range_m)
    k, y, height = _cell(height_m, HEIGHT_NODES, row.max_height_m)
    beyond = path - row.powered_path_m
    room_s = min(beyond, min(min(x, 1.0 - x) * width, min(y, 1.0 - y) * height)) / fastest_mps
    slope = _steepest(row, time, i, i, k, k) * fastest_mps
    late_s = gap / (1.0 + slope)
    if late_s <= room_s:
        return late_s, room_s if slope < 1.0 else 0.0
    first = max(0, i - 1) if x < 0.5 else i
    last = min(first + 1, RANGE_NODES - 2)
    room = min(range_m - _node(first, RANGE_NODES, row.max_range_m), _node(last + 1, RANGE_NODES, row.max_range_m) - range_m)
    room = min(beyond, room)
    low, _, _ = _cell(height_m - room, HEIGHT_NODES, row.max_height_m)
    high, _, _ = _cell(height_m + room, HEIGHT_NODES, row.max_height_m)
    slope = _steepest(row, time, first, last, low, high) * fastest_mps
    wide_s = room / fastest_mps
    return max(room_s, min(gap / (1.0 + slope), wide_s)), wide_s if slope < 1.0 else 0.0


@borrowing_kernel
def arrival(row: Any, time: Floats, speed: Floats, range_m: float, height_m: float) -> tuple[float, float]:
    """Time of flight (s) and speed left (m/s) at a ground range and height above sea level; (inf, 0) where it cannot
    intercept.

    Exact on the powered straight line, bilinear in the table beyond; a cell with an unreached corner counts as
    unreached, so the edge of reach is drawn in by less than one cell. Limits of range, height and least speed are
    applied exactly.
    """
    return arrival_along(row, time, speed, range_m, height_m, straight_line_m(range_m, height_m, row.launch_height_m))


@inlined_kernel
def arrival_along(
    row: Any, time: Floats, speed: Floats, range_m: float, height_m: float, path: float
) -> tuple[float, float]:
    """`arrival` where the straight line to the point, `path`, is known: it takes a sine."""
    if range_m > row.max_range_m or height_m < row.min_height_m or height_m > row.max_height_m:
        return inf, 0.0
    if path < row.min_range_m:
        return inf, 0.0
    if path <= row.powered_path_m:
        v = powered_speed(path, row.burn_time_s, row.burnout_speed_mps)
        if v < row.min_speed_mps:
            return inf, 0.0
        return powered_time(path, row.burn_time_s, row.burnout_speed_mps), v
    i, x, _ = _cell(range_m, RANGE_NODES, row.max_range_m)
    k, y, _ = _cell(height_m, HEIGHT_NODES, row.max_height_m)
    t = _bilinear(time, i, k, x, y)
    if not t < inf:
        return inf, 0.0
    v = _bilinear(speed, i, k, x, y)
    if v < row.min_speed_mps:
        return inf, 0.0
    return t, v


@borrowing_kernel
def time_of_flight(row: Any, time: Floats, speed: Floats, range_m: float, height_m: float) -> float:
    """Seconds from launch to a ground range and height above sea level, inf where the interceptor cannot intercept.
    See `arrival`.
    """
    flight: float = arrival(row, time, speed, range_m, height_m)[0]
    return flight


@borrowing_kernel
def speed_left(row: Any, time: Floats, speed: Floats, range_m: float, height_m: float) -> float:
    """Speed on arrival, m/s, at a ground range and height above sea level, 0 where the interceptor cannot intercept.
    See `arrival`.
    """
    left: float = arrival(row, time, speed, range_m, height_m)[1]
    return left


# --- the door ---------------------------------------------------------------------------------------------------------


def flyout_table(row: Any, drag: Floats | None = None) -> Flyout:
    """The fly-out table of an `interceptor(...)`; `drag` a table of `drag.drag_table`, G7's shape when left out."""
    time = np.empty((RANGE_NODES, HEIGHT_NODES))
    speed = np.empty((RANGE_NODES, HEIGHT_NODES))
    clearance = np.empty((RANGE_NODES - 1, HEIGHT_NODES - 1))
    done = row.copy()
    shape = g7() if drag is None else drag
    done["gradient_spm"], done["edge_gradient_spm"] = build(done, standard_air(), shape, time, speed, clearance)
    return Flyout(done, time, speed, clearance)


def range_nodes_m(row: Any) -> Floats:
    """Ground ranges of the table's nodes, metres."""
    return float(row["max_range_m"]) * np.linspace(0.0, 1.0, RANGE_NODES) ** 2


def height_nodes_m(row: Any) -> Floats:
    """Heights above sea level of the table's nodes, metres."""
    return float(row["max_height_m"]) * np.linspace(0.0, 1.0, HEIGHT_NODES) ** 2
