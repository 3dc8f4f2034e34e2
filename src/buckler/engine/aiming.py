"""When a battery's round would meet a threat, and whether an order must go out now: by the truth, or by its post's track."""

from __future__ import annotations

from math import isinf

import numpy as np

from buckler.compiled import borrowing_kernel
from buckler.dtypes import NEVER_REACHED, WorldArrays
from buckler.engine.attempts import known_by, reached
from buckler.engine.foresight import meeting, std_at
from buckler.engine.reach import earliest_intercept, earliest_meeting
from buckler.engine.state import NO_GUIDANCE, NOT_REACHED, State, aim_anew

_TRACK_CHANGES_S = 10.0
"""After so long a track is looked at again, whatever it said of the time to fire,"""
_TRACK_CHANGES = 0.25
"""or, where that is more, after such a share of what it said is left."""


@borrowing_kernel
def lead_of(world: WorldArrays, state: State, b: int) -> float:
    """Seconds from an order to the first round, or to the moment when an aircraft turns to its target."""
    lead_s = float(world.batteries[b].reaction_s)
    return lead_s + state.way_s[b] if state.way_s[b] < np.inf else lead_s


@borrowing_kernel
def in_time(world: WorldArrays, state: State, b: int, w: int, i: int, now_s: float) -> bool:
    """Whether an order given now lets weapon `w` meet threat `i`, and a later one might not do as well.

    Leaves in the aim where they meet, and from when on an order is of use; closes it where none is any more.
    """
    if world.basket_m > 0.0:
        return _in_time_by_track(world, state, b, w, i, now_s)
    aim = state.aims[w, i]
    lead_s = lead_of(world, state, b)
    flies = world.batteries[b].dash_mps > 0.0
    launch_s = now_s + lead_s
    if flies:  # it may be nearer later on: what it said before is no bound
        aim_anew(aim, world.pairs[w, i])
    meet_s, aim.on_time_s, aim.falls_until_s, aim.falls_by = earliest_meeting(
        world, w, i, launch_s, aim.meet_s, launch_s, aim.on_time_s, aim.falls_until_s, aim.falls_by
    )
    if isinf(meet_s):
        if flies:
            aim.open_s = now_s + _TRACK_CHANGES_S
            reached(state.attempts, b, i, NOT_REACHED, known_by(state.held_by[state.post[b], i]))
        else:
            aim.shut = NEVER_REACHED
        return False
    aim.meet_s = meet_s
    period_s = world.commands[state.post[b]].decision_period_s
    latest_s = aim.on_time_s - lead_s - period_s
    if latest_s > now_s:
        aim.open_s = min(latest_s, now_s + _TRACK_CHANGES_S) if flies else latest_s
        return False
    return True


@borrowing_kernel
def _in_time_by_track(world: WorldArrays, state: State, b: int, w: int, i: int, now_s: float) -> bool:
    """`in_time` on what the battery's command post believes; not before the track is known well enough where they are to meet.

    The aim is closed only where the true path can no longer be met: a track may yet show otherwise.
    """
    aim = state.aims[w, i]
    c = state.post[b]
    period_s = world.commands[c].decision_period_s
    lead_s = lead_of(world, state, b)
    launch_s = now_s + lead_s
    meet_s, flight_s = meeting(world, state.picture, c, w, i, launch_s, aim.meet_s, launch_s)
    if isinf(meet_s):
        if world.batteries[b].dash_mps == 0.0 and isinf(
            earliest_intercept(world, w, i, launch_s, world.pairs[w, i].first_s, launch_s)
        ):
            aim.shut = NEVER_REACHED
        aim.open_s = now_s + max(period_s, 0.5 * _TRACK_CHANGES_S)
        return False
    aim.meet_s = meet_s
    order_s = meet_s - flight_s - lead_s
    if order_s > now_s + period_s:
        aim.open_s = min(order_s - period_s, now_s + max(_TRACK_CHANGES_S, _TRACK_CHANGES * (order_s - now_s)))
        return False
    if std_at(state.picture, c, i, meet_s) > world.basket_m:
        reached(state.attempts, b, i, NO_GUIDANCE, known_by(state.held_by[c, i]))
        return False
    return True


@borrowing_kernel
def aimed(
    world: WorldArrays, state: State, b: int, w: int, i: int, launch_s: float, guess_s: float, left_s: float
) -> float:
    """When a round that leaves at `launch_s` meets its target: by the truth, or by the command post's track."""
    if world.basket_m > 0.0:
        return meeting(world, state.picture, state.post[b], w, i, launch_s, guess_s, left_s)[0]
    return earliest_intercept(world, w, i, launch_s, guess_s, left_s)
