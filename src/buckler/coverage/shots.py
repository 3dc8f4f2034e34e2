"""Kernels of the engagement maps: straight attacks on a place, who sees them, and how often each battery can shoot.

**Attack.** On a place, from an azimuth, along the great circle: a profile of distance still to go and height, the same for
every place; even steps of time, the last one the arrival.

**Engagement.** Expected times, no draws (the engine's own sequence, `engine.assignment` and `engine.engagement`, with every
delay at its stated or mean value):

    found   = first time that a sensor of the battery's command post has Pd >= limit, + M scans, + latency, + identification
    held    = first time that a radar of its fire control has, + M scans
    order_1 = max(found, held) + half a decision period
    launch  = order + reaction time;  meeting = earliest intercept of any round meant for the class (physics.intercept)
    order_2 = meeting + assessment time, and so on: shoot, look, shoot

A meeting counts if it is before the arrival, within the battery's height rules and, where the round needs support, in view
of its fire control. Fighters on patrol are a battery that starts from where its orbit has it at `launch` (its table holds the
dash), and whose order waits until a sensor of its fire control has the target in view again: a nose looks away on every round.
Fire channels, magazines and other targets are not asked: it is what geometry and time allow one target.
"""

from __future__ import annotations

from math import inf, isnan, pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel, kernel
from buckler.coverage.eye import Body, Eye, weighted_pd
from buckler.engine.reach import site_at
from buckler.physics.earth import ecef_from_geodetic
from buckler.physics.intercept import fastest_ahead, first_intercept
from buckler.physics.terrain import Heights, height_at
from buckler.physics.visibility import radial_point

Floats = NDArray[np.float64]
Seen = NDArray[np.uint8]
MOST_SHOTS: Final = 20
"""More opportunities than this are not counted."""
_DEG: Final = pi / 180.0


@kernel
def fill_attacks(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_deg: Floats, lon_deg: Floats,
    azimuth_rad: Floats, to_go_m: Floats, height_m: Floats, above_ground: bool, path_m: Floats,
) -> None:  # fmt: skip
    """Attack n: on place n // sides, from `azimuth_rad` [place, side]. `path_m` [attack, step, (ECEF x, y, z, height)]."""
    sides = azimuth_rad.shape[1]
    for n in range(path_m.shape[0]):
        here = n // sides
        azimuth = azimuth_rad[here, n % sides]
        for k in range(to_go_m.size):
            lat, lon = radial_point(lat_deg[here] * _DEG, lon_deg[here] * _DEG, azimuth, max(to_go_m[k], 0.1))
            height = height_m[k]
            if above_ground:
                ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat / _DEG, lon / _DEG)
                height += 0.0 if isnan(ground) else ground
            x, y, z = ecef_from_geodetic(lat, lon, height)
            path_m[n, k, 0] = x
            path_m[n, k, 1] = y
            path_m[n, k, 2] = z
            path_m[n, k, 3] = height


@borrowing_kernel
def fill_seen(
    eye: Eye, shares: Floats, body: Body, seen_pd: float, path_m: Floats, only_first: bool, seen: Seen
) -> None:
    """`seen` [attack, step]: 1 where one sensor's single-scan Pd is at least `seen_pd`, by the aspect under which it sees the
    attack; `only_first`: at the first such step. `shares` [step, node]: where it is on its orbit; one row for one that stands."""
    for n in range(seen.shape[0]):
        for k in range(seen.shape[1]):
            seen[n, k] = 0
        for k in range(seen.shape[1]):
            last = max(1, min(k + 1, seen.shape[1] - 1))
            vx = path_m[n, last, 0] - path_m[n, last - 1, 0]
            vy = path_m[n, last, 1] - path_m[n, last - 1, 1]
            vz = path_m[n, last, 2] - path_m[n, last - 1, 2]
            share = shares[min(k, shares.shape[0] - 1)]
            pd = weighted_pd(eye, share, body, 1, path_m[n, k, 0], path_m[n, k, 1], path_m[n, k, 2], path_m[n, k, 3], vx, vy, vz)
            if pd >= seen_pd:
                seen[n, k] = 1
                if only_first:
                    break


@kernel
def _first(seen: Seen) -> int:
    for k in range(seen.size):
        if seen[k] != 0:
            return k
    return -1


@kernel
def _in_view(seen: Seen, first: int, count: int, fire_control: NDArray[np.int32], n: int, k: int) -> bool:
    for f in range(first, first + count):
        if seen[fire_control[f], n, k] != 0:
            return True
    return False


@kernel
def _again_in_view_s(
    seen: Seen, first: int, count: int, fire_control: NDArray[np.int32], n: int, dt_s: float, from_s: float
) -> float:
    """The first time from `from_s` on at which a sensor of the fire control has attack `n` in view; inf for none."""
    k = int(from_s / dt_s)
    if k < seen.shape[2] and _in_view(seen, first, count, fire_control, n, k):
        return from_s
    for later in range(k + 1, seen.shape[2]):
        if _in_view(seen, first, count, fire_control, n, later):
            return later * dt_s
    return inf


@kernel
def count_shots(
    sensors: NDArray[np.void], commands: NDArray[np.void], batteries: NDArray[np.void], weapons: NDArray[np.void],
    fire_control: NDArray[np.int32], sites: Floats, interceptors: NDArray[np.void], fly_out_s: Floats,
    fly_out_mps: Floats, fly_out_clear_m: Floats, active: Seen, kill_class: int, seen: Seen, path_m: Floats,
    to_go_m: Floats, dt_s: float, begun_s: float, shots: NDArray[np.uint8], first_m: Floats,
) -> None:  # fmt: skip
    """For each battery (`active`: 1 where it takes part) and attack: the number of shot opportunities, and how far the
    target still has to go at the first meeting (0: none). `seen` [sensor, attack, step]; those taken out see nothing.
    `begun_s`: when the attacks begin, for what flies."""
    attacks, steps = path_m.shape[0], path_m.shape[1]
    ahead = np.empty(steps)
    found = np.empty(commands.size)
    track = np.empty((attacks, steps, 3))
    for n in range(attacks):
        for k in range(steps):
            for j in range(3):
                track[n, k, j] = path_m[n, k, j]
    for n in range(attacks):
        fastest_ahead(track[n], dt_s, ahead)
        for c in range(commands.size):
            found[c] = inf
        for s in range(sensors.size):
            k = _first(seen[s, n])
            if k >= 0:
                c = sensors[s].command
                known = k * dt_s + sensors[s].hits * sensors[s].scan_period_s
                known += commands[c].latency_s + commands[c].identification_time_s
                found[c] = min(found[c], known)
        for b in range(batteries.size):
            battery = batteries[b]
            shots[b, n] = 0
            first_m[b, n] = 0.0
            if active[b] == 0 or battery.hold != 0 or battery.engages[kill_class] == 0:
                continue
            held = inf
            for f in range(battery.first_sensor, battery.first_sensor + battery.sensors):
                s = fire_control[f]
                k = _first(seen[s, n])
                if k >= 0:
                    held = min(held, k * dt_s + sensors[s].hits * sensors[s].scan_period_s)
            order = max(found[battery.command], held) + 0.5 * commands[battery.command].decision_period_s
            while order < (steps - 1) * dt_s and shots[b, n] < MOST_SHOTS:
                if battery.site_rows > 0:
                    order = _again_in_view_s(
                        seen, battery.first_sensor, battery.sensors, fire_control, n, dt_s, order
                    )
                    if not order < inf:
                        break
                launch = order + battery.reaction_s
                site = sites[site_at(battery, begun_s + launch)]
                best = inf
                for w in range(battery.first_weapon, battery.first_weapon + battery.weapons):
                    if weapons[w].kill_probability[kill_class] <= 0.0:
                        continue
                    t = weapons[w].table
                    meet = first_intercept(
                        track[n], 0.0, dt_s, ahead, site, interceptors[t], fly_out_s[t], fly_out_mps[t],
                        fly_out_clear_m[t], launch, launch,
                    )  # fmt: skip
                    if not meet < (steps - 1) * dt_s:
                        continue
                    k = int(meet / dt_s)
                    height = path_m[n, k, 3]
                    if height < battery.minimum_height_m or height > battery.maximum_height_m:
                        continue
                    if weapons[w].needs_support != 0 and not _in_view(
                        seen, battery.first_sensor, battery.sensors, fire_control, n, k
                    ):
                        continue
                    best = min(best, meet)
                if not best < inf:
                    break
                if shots[b, n] == 0:
                    k = int(best / dt_s)
                    part = best / dt_s - k
                    first_m[b, n] = to_go_m[k] + part * (to_go_m[k + 1] - to_go_m[k])
                shots[b, n] += 1
                order = best + battery.assessment_s
