"""Which weapon can meet which threat, and when: the compiled fly-out tables, looked up."""

from __future__ import annotations

from math import inf
from typing import Any

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.physics.flyout import arrival
from buckler.physics.intercept import first_intercept, range_and_height, target_at


@borrowing_kernel
def site_at(battery: Any, time_s: float) -> int:
    """The row of World.sites where a battery is at a time: an aircraft at the nearest step of its orbit."""
    if battery.site_rows == 0:
        return int(battery.first_site)
    return int(battery.first_site + int(time_s / battery.site_step_s + 0.5) % battery.site_rows)


@borrowing_kernel
def earliest_intercept(world: WorldArrays, w: int, i: int, launch_s: float, guess_s: float, left_s: float) -> float:
    """The earliest time at which weapon `w`, fired at `launch_s`, can meet threat `i`; inf if never.

    `guess_s`: the answer for an earlier launch, or anything before the answer; `left_s`: when an aircraft leaves its station.
    """
    battery = world.batteries[world.weapons[w].battery]
    body = world.threats[i]
    table = world.weapons[w].table
    rows = slice(body.first, body.first + body.points)
    meet_s = first_intercept(
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
    )
    # A path's last row may lie past its end.
    return meet_s if meet_s < body.end_s and meet_s <= battery.until_s else inf


@borrowing_kernel
def flight_time(world: WorldArrays, w: int, i: int, meet_s: float, left_s: float) -> float:
    """Seconds that weapon `w` flies to where threat `i` is at `meet_s`; inf where it does not reach. `left_s`: as above."""
    body = world.threats[i]
    table = world.weapons[w].table
    x, y, z = target_at(world.path_m[body.first : body.first + body.points], body.start_s, body.step_s, meet_s)
    range_m, height_m = range_and_height(world.sites[site_at(world.batteries[world.weapons[w].battery], left_s)], x, y, z)
    return arrival(world.interceptors[table], world.fly_out_s[table], world.fly_out_mps[table], range_m, height_m)[0]
