"""Where an interceptor meets its target, and what it can still do there.

The meeting: the earliest time tau at which the fly-out time to where the target will be is no longer than the time
since launch,
    T(range(tau), height(tau)) <= tau - t_launch.
Lipschitz stepping (S. A. Piyavskii 1972, doi:10.1016/0041-5553(72)90115-2): while the gap T - (tau - t_launch) is
positive, T cannot fall faster than G V (G the table's steepest gradient, V the target's greatest speed from here
on), so nothing is missed by stepping gap/(1 + G V). Around a point the table is seldom as steep: by the steepest gradient
there the step is longer (flyout.still_late). Where the table gives no reach the step is the distance to the nearest edge
of reach over V. So the answer "none" is a proof, to this resolution: across an edge of reach the step
is at least 0.05 s, and a window of reach shorter than that may be missed.

The target moves in straight lines between the nodes of its trajectory. Range and height come from the straight line
and the local vertical over a sphere of the earth's mean radius, through the launcher: at 400 km the height differs
from the ellipsoid's by about 60 m.
"""

from __future__ import annotations

from math import atan2, inf, sqrt
from typing import Any, Final

import numpy as np

from buckler.compiled import borrowing_kernel, kernel
from buckler.errors import InputError
from buckler.physics.arguments import Floats, finite, latitude, longitude
from buckler.physics.drag import sampled_air
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, enu_basis
from buckler.physics.flyout import HEIGHT_NODES, RANGE_NODES, arrival, arrival_along, still_late
from buckler.physics.interceptor import lateral_acceleration, straight_line_m

EDGE_STEP_S: Final = 0.05
"""Smallest step across an edge of reach."""
TOLERANCE_S: Final = 1e-8
"""The meeting is found to within this: finer than the table warrants, so that it does not depend on the guess."""
NAVIGATION_RATIO: Final = 3.0
"""N' of proportional navigation, the least in use (Zarchan, "Tactical and Strategic Missile Guidance", 6th edition,
chapter 2).
"""


# --- kernels ----------------------------------------------------------------------------------------------------------


@borrowing_kernel
def range_and_height(site: Floats, x_m: float, y_m: float, z_m: float) -> tuple[float, float]:
    """Ground range from the launcher and height above sea level, metres, of an ECEF point; `site` from
    `launch_site`.
    """
    dx = x_m - site[0]
    dy = y_m - site[1]
    dz = z_m - site[2]
    up = site[9] * dx + site[10] * dy + site[11] * dz
    level2 = max(0.0, dx * dx + dy * dy + dz * dz - up * up)
    foot = MEAN_RADIUS_M + site[12]
    rise = foot + up
    radius = sqrt(rise * rise + level2)
    # (rise^2 + level^2 - foot^2)/(radius + foot) is radius - foot without its cancellation.
    height = site[12] + (up * (foot + rise) + level2) / (radius + foot)
    return MEAN_RADIUS_M * atan2(sqrt(level2), rise), height


@borrowing_kernel
def target_at(trajectory: Floats, start_s: float, dt_s: float, time_s: float) -> tuple[float, float, float]:
    """The target's ECEF position, m, at a time within its trajectory (rows `dt_s` apart from `start_s`)."""
    place = (time_s - start_s) / dt_s
    k = max(0, min(int(place), trajectory.shape[0] - 2))
    w = place - k
    return (
        trajectory[k, 0] + w * (trajectory[k + 1, 0] - trajectory[k, 0]),
        trajectory[k, 1] + w * (trajectory[k + 1, 1] - trajectory[k, 1]),
        trajectory[k, 2] + w * (trajectory[k + 1, 2] - trajectory[k, 2]),
    )


@borrowing_kernel
def segment2(trajectory: Floats, k: int) -> float:
    """The square of the way, m^2, that the target makes between rows k and k + 1."""
    dx = trajectory[k + 1, 0] - trajectory[k, 0]
    dy = trajectory[k + 1, 1] - trajectory[k, 1]
    dz = trajectory[k + 1, 2] - trajectory[k, 2]
    return float(dx * dx + dy * dy + dz * dz)


@borrowing_kernel
def segment_speed(trajectory: Floats, dt_s: float, k: int) -> float:
    """Speed, m/s, of the target between rows k and k + 1."""
    return sqrt(segment2(trajectory, k)) / dt_s


@kernel
def fastest_ahead(trajectory: Floats, dt_s: float, out: Floats) -> None:
    """Fill `out[k]` with the target's greatest speed from row k to the end, m/s."""
    last = trajectory.shape[0] - 1
    out[last] = 0.0
    for j in range(last):
        k = last - 1 - j
        out[k] = max(out[k + 1], segment_speed(trajectory, dt_s, k))


@borrowing_kernel
def _clearance(row: Any, clearance: Floats, range_m: float, height_m: float) -> float:
    """Metres that the target can move before an edge of reach: 0 or more."""
    out_r = range_m - row.max_range_m
    out_h = max(height_m - row.max_height_m, max(row.min_height_m, 0.0) - height_m)
    if out_r > 0.0 or out_h > 0.0:
        return sqrt(max(0.0, out_r) ** 2 + max(0.0, out_h) ** 2)
    i = min(int((RANGE_NODES - 1.0) * sqrt(range_m / row.max_range_m)), RANGE_NODES - 2)
    k = min(int((HEIGHT_NODES - 1.0) * sqrt(height_m / row.max_height_m)), HEIGHT_NODES - 2)
    return float(clearance[i, k])


@borrowing_kernel
def _gap(
    trajectory: Floats, start_s: float, dt_s: float, site: Floats, row: Any, time: Floats, speed: Floats,
    launch_s: float, tau: float,
) -> float:  # fmt: skip
    """Seconds by which an interceptor launched at `launch_s` is late where the target is at `tau`; inf out of reach."""
    x, y, z = target_at(trajectory, start_s, dt_s, tau)
    range_m, height_m = range_and_height(site, x, y, z)
    return float(arrival(row, time, speed, range_m, height_m)[0] - (tau - launch_s))


@borrowing_kernel
def _settle(
    trajectory: Floats, start_s: float, dt_s: float, site: Floats, row: Any, time: Floats, speed: Floats,
    launch_s: float, early: float, gap_early: float, late: float, gap_late: float, tolerance_s: float,
) -> tuple[float, float]:  # fmt: skip
    """The meeting in (early, late], between a gap above 0 and one below, and the gap there: by halving across an edge of reach,
    elsewhere by false position with the weight of an end that stays halved (M. Dowell and P. Jarratt 1971, BIT 11, 168,
    doi:10.1007/BF01934364).
    """
    side = 0
    there = gap_late
    for _ in range(60):
        if late - early <= tolerance_s:
            break
        middle = 0.5 * (early + late)
        if gap_early < inf:
            middle = early + (late - early) * gap_early / (gap_early - gap_late)
        gap = _gap(trajectory, start_s, dt_s, site, row, time, speed, launch_s, middle)
        if gap > tolerance_s:
            early, gap_early = middle, gap
            if side == 1:
                gap_late *= 0.5
            side = 1
        else:
            late, gap_late, there = middle, gap, gap
            if gap >= -tolerance_s:
                break
            if side == -1:
                gap_early *= 0.5
            side = -1
    return late, there


@borrowing_kernel
def first_meeting(
    trajectory: Floats,
    start_s: float,
    dt_s: float,
    ahead_mps: Floats,
    site: Floats,
    row: Any,
    time: Floats,
    speed: Floats,
    clearance: Floats,
    launch_s: float,
    guess_s: float,
    on_time_s: float,
    falls_until_s: float,
    falls_by: float,
    edge_step_s: float = EDGE_STEP_S,
    tolerance_s: float = TOLERANCE_S,
) -> tuple[float, float, float, float]:
    """`first_intercept`; the launch that would be there neither early nor late; until when, from there on, the gap only falls,
    whatever the launch; and by about how much a second, 0 where that is not known.

    `on_time_s`, `falls_until_s`, `falls_by`: what came with the answer that `guess_s` is, -inf, -inf and 0 where there was none.
    A later launch by t is t late there, which needs no look; and as far as the gap only falls, one or two looks along the straight line
    from there are enough.
    """
    end = start_s + dt_s * (trajectory.shape[0] - 1)
    tau = max(guess_s, max(launch_s, start_s))
    before = tau
    gap_before = inf
    leapt = False
    late = launch_s - on_time_s
    if late <= tolerance_s:
        return guess_s, on_time_s, falls_until_s, falls_by
    if falls_by > 0.0 and guess_s < end and guess_s + late / falls_by <= falls_until_s:
        before, gap_before = guess_s, late
        tau = min(end, guess_s + late / falls_by)
        leapt = True
    warming = 0.5 * row.burn_time_s * row.min_speed_mps * row.min_speed_mps / row.burnout_speed_mps
    shortest = max(row.min_range_m, warming)
    too_far2 = (row.max_target_speed_mps * dt_s) ** 2
    per_top = 1.0 / row.burnout_speed_mps
    while tau <= end:
        k = max(0, min(int((tau - start_s) / dt_s), trajectory.shape[0] - 2))
        fastest = max(1.0, ahead_mps[k])
        if segment2(trajectory, k) > too_far2:
            row_s = start_s + dt_s * k
            if leapt and before < row_s < tau:  # the leap may have passed a meeting before the target became too fast
                gap = _gap(trajectory, start_s, dt_s, site, row, time, speed, launch_s, row_s)
                if gap < -tolerance_s:
                    tau, gap = _settle(
                        trajectory, start_s, dt_s, site, row, time, speed, launch_s, before, gap_before, row_s, gap, tolerance_s
                    )
                    k = max(0, int((tau - start_s) / dt_s))
                    if segment2(trajectory, k) <= too_far2:
                        return tau, launch_s - gap, falls_until_s, falls_by
            before = tau
            gap_before = inf
            tau = max(tau + 1e-9, start_s + dt_s * (k + 1))
            leapt = False
            continue
        x, y, z = target_at(trajectory, start_s, dt_s, tau)
        range_m, height_m = range_and_height(site, x, y, z)
        path = straight_line_m(range_m, height_m, row.launch_height_m)
        flight, _ = arrival_along(row, time, speed, range_m, height_m, path)
        gap = flight - (tau - launch_s)
        if gap_before < inf:
            falls_by = (gap_before - gap) / (tau - before)
        if gap <= tolerance_s:
            if leapt and gap < -tolerance_s:
                tau, gap = _settle(
                    trajectory, start_s, dt_s, site, row, time, speed, launch_s, before, gap_before, tau, gap, tolerance_s
                )
                k = max(0, min(int((tau - start_s) / dt_s), trajectory.shape[0] - 2))
                if segment2(trajectory, k) > too_far2:  # there it is too fast: not before it is slower
                    before = tau
                    gap_before = inf
                    leapt = False
                    continue
            return tau, launch_s - gap, falls_until_s, falls_by
        # No interceptor is faster than its top speed, reach or no reach.
        step = (path * per_top - (tau - launch_s)) / (1.0 + fastest * per_top)
        if path < shortest:
            room = shortest - path
        else:
            room = _clearance(row, clearance, range_m, height_m)
            if path < row.powered_path_m and flight < inf:
                room = max(room, row.powered_path_m - path)
        clear = room / fastest
        if flight < inf:
            # As far as the nearest edge of reach the table rises no faster than G, beyond it no faster than G'.
            steepest = row.gradient_spm
            edge = row.edge_gradient_spm
            if path < row.powered_path_m:
                steepest = max(steepest, flight / path)
                edge = max(edge, flight / path)
            safe = gap / (1.0 + steepest * fastest)
            if safe > clear:
                safe = max(clear, gap / (1.0 + edge * fastest))
            leapt = safe > clear
            # The straight line through the last two gaps is followed where it ends within the smallest step, or where the gap only
            # falls and no edge is near, so that there is a single meeting.
            ahead = gap / falls_by if falls_by > 0.0 else inf
            if ahead > edge_step_s and tau + ahead > falls_until_s:
                near, falling = still_late(row, time, range_m, height_m, path, gap, fastest)
                falls_until_s = max(falls_until_s, tau + min(falling, clear))
                if near > safe:
                    safe = near
                    leapt = False
            if safe < ahead and (ahead <= edge_step_s or tau + ahead <= falls_until_s):
                safe = ahead
                leapt = True
        else:
            safe = max(clear, edge_step_s)
            leapt = True
            if height_m < row.min_height_m:
                # On a straight line the height is greatest at an end: from below to below there is no reach as far as the next row.
                left = start_s + dt_s * (k + 1) - tau
                if left > safe:
                    _, next_m = range_and_height(site, trajectory[k + 1, 0], trajectory[k + 1, 1], trajectory[k + 1, 2])
                    if next_m < row.min_height_m:
                        safe = left
                        leapt = False
        if step > safe:
            leapt = False
        before = tau
        gap_before = gap
        tau += max(step, safe)
        if leapt and before < end < tau:
            tau = end
    return inf, -inf, -inf, 0.0


@borrowing_kernel
def first_intercept(
    trajectory: Floats,
    start_s: float,
    dt_s: float,
    ahead_mps: Floats,
    site: Floats,
    row: Any,
    time: Floats,
    speed: Floats,
    clearance: Floats,
    launch_s: float,
    guess_s: float,
    edge_step_s: float = EDGE_STEP_S,
    tolerance_s: float = TOLERANCE_S,
) -> float:
    """The earliest time, s, not before `guess_s`, at which an interceptor launched at `launch_s` can meet the
    target; inf if never.

    `trajectory` [n, 3] ECEF m, rows `dt_s` apart from `start_s`; `ahead_mps` from `fastest_ahead`; `site` from
    `launch_site`; `row`, `time`, `speed`, `clearance` a `Flyout`. A good guess is the answer for an earlier launch:
    the answer never comes earlier for a later launch. `edge_step_s`, `tolerance_s`: where the target's path is itself known
    less well, the smallest step across an edge of reach and the error of the meeting can be larger.
    """
    return first_meeting(
        trajectory, start_s, dt_s, ahead_mps, site, row, time, speed, clearance, launch_s, guess_s, -inf, -inf, 0.0,
        edge_step_s, tolerance_s,
    )[0]  # fmt: skip


@borrowing_kernel
def manoeuvre_left(row: Any, air: Floats, speed_mps: float, height_m: float) -> float:
    """Lateral acceleration, m/s^2, that the interceptor can still pull at a speed and height:
    `flyout.lateral_acceleration`.
    """
    density, _ = sampled_air(height_m, air)
    return lateral_acceleration(density, speed_mps, row.turn_loading_kgpm2, row.turn_limit_mps2)


@kernel
def end_game_factor(
    speed_mps: float,
    min_speed_mps: float,
    full_speed_mps: float,
    factor_at_min_speed: float,
    manoeuvre_mps2: float,
    target_manoeuvre_mps2: float,
) -> float:
    """What the stated single-shot kill probability is multiplied by, in [0, 1]: a speed part times a manoeuvre part.

    Speed: 1 from `full_speed_mps` up, falling linearly to `factor_at_min_speed` at the least speed that still
    counts. Nobody publishes this fall: both numbers are stated assumptions, with a range.
    Manoeuvre: proportional navigation of effective ratio N' needs N'/(N' - 2) times the target's acceleration to
    stay on a step manoeuvre (Zarchan, "Tactical and Strategic Missile Guidance", 6th edition, chapter 2); with N' =
    3 that is 3. The part is min(1, available/(3 x the target's)): 1 with the advantage or against a straight flyer,
    less in proportion without it.
    """
    if full_speed_mps <= min_speed_mps:
        swift = 1.0
    else:
        share = min(1.0, max(0.0, (speed_mps - min_speed_mps) / (full_speed_mps - min_speed_mps)))
        swift = factor_at_min_speed + (1.0 - factor_at_min_speed) * share
    needed = NAVIGATION_RATIO / (NAVIGATION_RATIO - 2.0) * target_manoeuvre_mps2
    agile = 1.0 if manoeuvre_mps2 >= needed else manoeuvre_mps2 / needed
    return swift * agile


# --- the door ---------------------------------------------------------------------------------------------------------


def launch_site(lat_deg: float, lon_deg: float, height_m: float) -> Floats:
    """A launcher for the kernels: its ECEF position (3), its east, north and up unit vectors (9) and its height, m
    (1).
    """
    lat = float(np.radians(latitude("lat_deg", lat_deg)))
    lon = float(np.radians(longitude("lon_deg", lon_deg)))
    height = float(finite("height_m", height_m))
    return np.array([*ecef_from_geodetic(lat, lon, height), *enu_basis(lat, lon), height])


def speed_bound(trajectory: Floats, dt_s: float) -> Floats:
    """`ahead_mps` for `first_intercept`: the greatest speed from each row of a trajectory to its end, m/s."""
    if trajectory.ndim != 2 or trajectory.shape[0] < 2 or trajectory.shape[1] != 3:
        raise InputError(f"a trajectory has at least 2 rows of x, y, z; this one has the shape {trajectory.shape}")
    out = np.empty(trajectory.shape[0])
    fastest_ahead(np.ascontiguousarray(trajectory, dtype=np.float64), dt_s, out)
    return out
