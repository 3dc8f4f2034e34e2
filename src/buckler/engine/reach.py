"""Which weapon can meet which threat, and when: the compiled fly-out tables, looked up."""

from __future__ import annotations

from math import inf
from typing import Any

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.physics.intercept import first_meeting


@borrowing_kernel
def site_at(battery: Any, time_s: float) -> int:
    """The row of World.sites where a battery is at a time: an aircraft at the nearest step of its orbit."""
    if battery.site_rows == 0:
        return int(battery.first_site)
    return int(battery.first_site + int(time_s / battery.site_step_s + 0.5) % battery.site_rows)


@borrowing_kernel
def earliest_meeting(
    world: WorldArrays, w: int, i: int, launch_s: float, guess_s: float, left_s: float,
    on_time_s: float, falls_until_s: float, falls_by: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    """The earliest time at which weapon `w`, fired at `launch_s`, can meet threat `i`, inf if never; and what else is known of it.

    `guess_s`: the answer for an earlier launch, or anything before the answer; `left_s`: when an aircraft leaves its station.
    `on_time_s`, `falls_until_s`, `falls_by`, given and returned: see physics.intercept.first_meeting.
    """
    battery = world.batteries[world.weapons[w].battery]
    body = world.threats[i]
    table = world.weapons[w].table
    rows = slice(body.first, body.first + body.points)
    meet_s, on_time_s, falls_until_s, falls_by = first_meeting(
        world.path_m[rows],
        body.start_s,
        body.step_s,
        world.path_ahead_mps[rows],
        world.sites[site_at(battery, left_s)],
        world.interceptors[table],
        world.fly_out_s[table],
        world.fly_out_mps[table],
        world.fly_out_clear_m[table],
        launch_s,
        guess_s,
        on_time_s,
        falls_until_s,
        falls_by,
    )
    # A path's last row may lie past its end.
    if not (meet_s < body.end_s and meet_s <= battery.until_s):
        meet_s = inf
    return meet_s, on_time_s, falls_until_s, falls_by


@borrowing_kernel
def earliest_intercept(world: WorldArrays, w: int, i: int, launch_s: float, guess_s: float, left_s: float) -> float:
    """`earliest_meeting`, without what else is known of it."""
    return earliest_meeting(world, w, i, launch_s, guess_s, left_s, -inf, -inf, 0.0)[0]
