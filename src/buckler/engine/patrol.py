"""Fighters on patrol in the fight: an aircraft commits, launches its missile on the way to the meeting, and comes back.

The meeting itself is found as any battery's: the fly-out table holds the dash (physics.airlaunch), seen from where the aircraft is on
its orbit when it turns. Here is when it launches, and for how long it is away. Rules:
- One engagement takes one fire channel, from the order until the aircraft is back where it left: the way to the launch at its dash
  speed, the missile's flight, the assessment, and the same way back at its cruise speed.
- It launches where its missile has still to fly the launch range of the table's height (equation 4); where its target is gone by then,
  or may no longer be fired at, nothing leaves, and it comes back.
- All rounds of a salvo are launched on one way out; the flight of each counts from the salvo's interval after that of the one before.
- No meeting is later than the end of its time on station.
"""

from __future__ import annotations

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.journal import note, plan
from buckler.engine.reach import site_at
from buckler.engine.state import State
from buckler.log.schema import Kind
from buckler.physics.airlaunch import launch_range
from buckler.physics.intercept import range_and_height, target_at

_COMMIT = int(Kind.COMMIT)
_RETURN = int(Kind.RETURN)


@borrowing_kernel
def _expected(world: WorldArrays, state: State, c: int, i: int, time_s: float) -> tuple[float, float, float]:
    """Where threat `i` will be, ECEF m: truly, or as post `c`'s track was last carried on."""
    if world.basket_m > 0.0:
        rows = state.picture.ahead[: state.picture.kept[4]]
        return target_at(
            rows, state.picture.beliefs[c, i].time_s, state.picture.motion[world.threats[i].kill_class].step_s, time_s
        )
    body = world.threats[i]
    return target_at(world.path_m[body.first : body.first + body.points], body.start_s, body.step_s, time_s)


@borrowing_kernel
def dash_m(world: WorldArrays, state: State, w: int, i: int, left_s: float, meet_s: float) -> float:
    """How far an aircraft that leaves its station at `left_s` flies before it launches weapon `w`."""
    weapon = world.weapons[w]
    x, y, z = _expected(world, state, state.post[weapon.battery], i, meet_s)
    range_m, height_m = range_and_height(world.sites[site_at(world.batteries[weapon.battery], left_s)], x, y, z)
    row = world.interceptors[weapon.table]
    return max(0.0, range_m - launch_range(world.launch_m[weapon.table], row.max_height_m, height_m))


@borrowing_kernel
def commit(world: WorldArrays, state: State, shot: int, meet_s: float, now_s: float) -> float:
    """An aircraft flies at its target, to meet it at `meet_s`; returns when this round leaves. The first round's way is noted."""
    flying = state.rounds[shot]
    w, i = flying.weapon, flying.threat
    battery = world.batteries[world.weapons[w].battery]
    engagement = state.engagements[flying.engagement]
    way_m = dash_m(world, state, w, i, flying.left_s, meet_s)
    flying.meet_s = meet_s
    engagement.back_s = way_m / battery.cruise_mps
    if engagement.out == 0:
        engagement.out = 1
        note(
            state.journal, engagement.event, now_s, _COMMIT, world.first_weapon + w, world.first_threat + i, i, way_m, 0
        )
    return float(flying.begun_s + way_m / battery.dash_mps)


@borrowing_kernel
def turn_back(world: WorldArrays, state: State, number: int, event: int, now_s: float) -> None:
    """The engagement has been assessed by `event`; its aircraft is back later."""
    engagement = state.engagements[number]
    engagement.event = event
    plan(state.agenda, now_s + engagement.back_s, calendar.RETURN, number, 0)


@borrowing_kernel
def returned(world: WorldArrays, state: State, number: int, now_s: float) -> None:
    """An aircraft is on its station again, and may be given another target."""
    engagement = state.engagements[number]
    state.channels[world.weapons[engagement.weapon].battery] += 1
    note(
        state.journal, engagement.event, now_s, _RETURN, world.first_weapon + engagement.weapon,
        world.first_threat + engagement.threat, -1, float(engagement.back_s), 0,
    )  # fmt: skip
