"""A track carried on: where it will be met, how well that is known, and whether the round finds there what it followed."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any, Final

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine.following import met
from buckler.engine.picture import Picture
from buckler.engine.reach import site_at
from buckler.physics.earth import SEMI_MAJOR_AXIS_M, SEMI_MINOR_AXIS_M
from buckler.physics.gravity import j2_gravitation, rotating_frame_acceleration
from buckler.physics.intercept import first_meeting
from buckler.physics.look import position
from buckler.tracking import models

REVISED_S: Final = 2.0
"""By so much a meeting with a track that has changed a little may be sooner than it was."""
TRACKS_STEP_S: Final = 0.5
TRACKS_TOLERANCE_S: Final = 1.0e-3
"""A meeting with a track is looked for no finer (physics.intercept): it is not known where the target is to a metre."""
BURIED_M: Final = 200.0
"""A track carried on ends so far below the ellipsoid."""
PER_A2: Final = SEMI_MAJOR_AXIS_M**-2
PER_B2: Final = SEMI_MINOR_AXIS_M**-2


@borrowing_kernel
def std_at(picture: Picture, c: int, i: int, time_s: float) -> float:
    """Position standard deviation (m, root of the mean variance of the axes) of a track carried straight on; inf without one.

    Of position and velocity as they are known; what the target may do until then is not in it, for the radars look on.
    """
    belief = picture.held[c, i]
    if belief.plots < 2:
        return inf
    t = time_s - belief.time_s
    variance = 0.0
    for a in range(3):
        P = picture.held_P[c, i]
        variance += P[a, a] + t * (2.0 * P[a, a + 3] + t * P[a + 3, a + 3])
    return sqrt(variance / 3.0)


@borrowing_kernel
def _fall(x: float, y: float, z: float, vx: float, vy: float) -> tuple[float, float, float]:
    """Acceleration in free fall, ECEF, m/s^2 (models, equation 4 without drag)."""
    ax, ay, az = j2_gravitation(x, y, z)
    turned_x, turned_y = rotating_frame_acceleration(x, y, vx, vy)
    return ax + turned_x, ay + turned_y, az


@borrowing_kernel
def carry_on(picture: Picture, motion: Any, c: int, i: int) -> int:
    """Fill `ahead` with the track carried on by its model, to the ground or to its last row; how many rows.

    What falls, by Beeman's steps (D. Beeman 1976, Journal of Computational Physics 20, 130, doi:10.1016/0021-9991(76)90059-0), the
    velocity in the Coriolis force from the step before: one look at gravity a step, where `models.move` takes four, and metres off it.
    Nothing is to do where it holds that track already.
    """
    key = picture.kept
    if key[0] == c and key[1] == i and key[2] == picture.held[c, i].number and key[3] == picture.held[c, i].plots:
        return int(key[4])
    state = picture.held_x[c, i]
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    h = motion.step_s
    falls = motion.kind == models.BALLISTIC
    ax, ay, az = _fall(x, y, z, vx, vy) if falls else (0.0, 0.0, 0.0)
    px, py, pz = ax, ay, az
    fastest = 0.0
    n = 0
    while n < motion.rows:
        picture.ahead[n, 0], picture.ahead[n, 1], picture.ahead[n, 2] = x, y, z
        fastest = max(fastest, sqrt(vx * vx + vy * vy + vz * vz))
        n += 1
        # Nothing is met so far below the ellipsoid: height/a is half of what the left side is less than 1.
        if n > 2 and (x * x + y * y) * PER_A2 + z * z * PER_B2 < 1.0 - 2.0 * BURIED_M / SEMI_MAJOR_AXIS_M:
            break
        x += h * (vx + h * (4.0 * ax - px) / 6.0)
        y += h * (vy + h * (4.0 * ay - py) / 6.0)
        z += h * (vz + h * (4.0 * az - pz) / 6.0)
        if falls:
            bx, by, bz = _fall(x, y, z, vx + 0.5 * h * (3.0 * ax - px), vy + 0.5 * h * (3.0 * ay - py))
            vx += h * (2.0 * bx + 5.0 * ax - px) / 6.0
            vy += h * (2.0 * by + 5.0 * ay - py) / 6.0
            vz += h * (2.0 * bz + 5.0 * az - pz) / 6.0
            px, py, pz, ax, ay, az = ax, ay, az, bx, by, bz
    for k in range(n):
        picture.ahead_mps[k] = 1.05 * fastest
    key[0], key[1], key[2], key[3], key[4] = c, i, picture.held[c, i].number, picture.held[c, i].plots, n
    return n


@borrowing_kernel
def meeting(
    world: WorldArrays, picture: Picture, c: int, w: int, i: int, launch_s: float, guess_s: float, left_s: float
) -> tuple[float, float]:
    """When weapon `w`, fired at `launch_s`, meets what post `c` believes of threat `i`, and its time of flight; inf if never.

    `guess_s`: the answer that the track gave before. It is looked for from a little earlier on, and only where that is too late, or
    finds nothing, from the launch. `left_s`: when an aircraft leaves its station.
    """
    if picture.held[c, i].plots < 2:
        return inf, inf
    motion = picture.motion[picture.held[c, i].kill_class]
    n = carry_on(picture, motion, c, i)
    start_s, step_s = picture.held[c, i].time_s, motion.step_s
    begin_s = max(launch_s, start_s)
    from_s = max(begin_s, guess_s - REVISED_S)
    meet_s, on_time_s = _met_from(world, picture, w, n, start_s, step_s, launch_s, from_s, left_s)
    if from_s > begin_s and (meet_s == from_s or not meet_s < inf):
        rows = min(n, 2 + int((from_s - start_s) / step_s))
        sooner_s, sooner_on_time_s = _met_from(world, picture, w, rows, start_s, step_s, launch_s, begin_s, left_s)
        if sooner_s < meet_s:
            meet_s, on_time_s = sooner_s, sooner_on_time_s
    battery = world.batteries[world.weapons[w].battery]
    if not meet_s < inf or meet_s > battery.until_s:
        return inf, inf
    return meet_s, meet_s - on_time_s


@borrowing_kernel
def _met_from(
    world: WorldArrays, picture: Picture, w: int, n: int, start_s: float, step_s: float, launch_s: float, from_s: float, left_s: float
) -> tuple[float, float]:  # fmt: skip
    """When weapon `w`, fired at `launch_s`, first meets the `n` rows of the track carried on, not before `from_s`, inf if never; and which
    launch would be there neither early nor late."""
    table = world.weapons[w].table
    meet_s, on_time_s, _, _ = first_meeting(
        picture.ahead[:n],
        start_s,
        step_s,
        picture.ahead_mps[:n],
        world.sites[site_at(world.batteries[world.weapons[w].battery], left_s)],
        world.interceptors[table],
        world.fly_out_s[table],
        world.fly_out_mps[table],
        world.fly_out_clear_m[table],
        launch_s,
        from_s,
        -inf,
        -inf,
        0.0,
        TRACKS_STEP_S,
        TRACKS_TOLERANCE_S,
    )
    return meet_s, on_time_s


@borrowing_kernel
def found(world: WorldArrays, picture: Picture, c: int, i: int, now_s: float) -> bool:
    """Whether whom post `c` shoots at as threat `i` is, now, within the basket of where the track, carried on, puts him."""
    if picture.held[c, i].plots < 2:
        return False
    x = picture.vector
    for a in range(6):
        x[a] = picture.held_x[c, i, a]
    models.move(picture.motion[picture.held[c, i].kill_class], x, now_s - picture.held[c, i].time_s)
    tx, ty, tz, _ = position(world.threats[met(picture, c, i)], world.path_m, now_s)
    return bool((tx - x[0]) ** 2 + (ty - x[1]) ** 2 + (tz - x[2]) ** 2 <= world.basket_m * world.basket_m)
