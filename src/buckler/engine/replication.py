"""One replication: a compiled function from (World, seed, replication) to events."""

from __future__ import annotations

from math import hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.compiled import borrowing_kernel, pasted_kernel
from buckler.dtypes import NO_CARRIER, WorldArrays
from buckler.engine import calendar
from buckler.engine.assignment import decide
from buckler.engine.engagement import assess, launch, order_lost, resolve, shoot
from buckler.engine.identify import verdict_by_evidence, vetoes
from buckler.engine.journal import N_CALENDAR, N_UNFINISHED, OVERFLOWED, Agenda, note, plan
from buckler.engine.network.bundle import Network, clear_network
from buckler.engine.network.consequences import on_network
from buckler.engine.network.outages import begin, strike
from buckler.engine.patrol import returned
from buckler.engine.posts import plan_decision
from buckler.engine.sensing import scan
from buckler.engine.state import (
    FIRED,
    FLYING,
    GONE,
    HELD,
    NEVER_RELEASED,
    NO_CHANNEL,
    NO_GUIDANCE,
    NO_LINK,
    NO_ROUND,
    NOT_PASSED,
    NOT_REACHED,
    SEEN,
    THROUGH,
    TOO_LATE,
    TRACKED,
    UNSEEN,
    State,
    clear,
)
from buckler.engine.stocks import plan_supplies, reloaded, supplied
from buckler.engine.strays import decide_strays, go_astray
from buckler.log.schema import Kind, Reason

_APPEAR = int(Kind.APPEAR)
_IDENTIFY = int(Kind.IDENTIFY)
_MISIDENTIFY = int(Kind.MISIDENTIFY)
_IMPACT = int(Kind.IMPACT)
_RELEASE = int(Kind.RELEASE)
_LEAVE = int(Kind.LEAVE)
_ASSET_HIT = int(Kind.ASSET_HIT)
_DISCRIMINATE = int(Kind.DISCRIMINATE)

_NOT_SEEN = int(Reason.NOT_SEEN)
_SEEN_TOO_LATE = int(Reason.SEEN_TOO_LATE)
_NOT_IDENTIFIED = int(Reason.NOT_IDENTIFIED)
_HELD_BY_RULES = int(Reason.HELD_BY_RULES)
_OUT_OF_REACH = int(Reason.OUT_OF_REACH)
_NO_FIRE_CONTROL_TRACK = int(Reason.NO_FIRE_CONTROL_TRACK)
_NO_CHANNEL = int(Reason.NO_CHANNEL)
_NO_MISSILE = int(Reason.NO_MISSILE)
_LINK_DOWN = int(Reason.LINK_DOWN)
_MISSED = int(Reason.MISSED)


@pasted_kernel
def replicate(world: WorldArrays, state: State, net: Network, seed: int, replication: int, record: bool) -> bool:
    """Fly one replication; events (and, if `record`, detections) are left in `state`. False if it overflowed its buffers.

    A calendar of events, each at its time: appearances, scans, verdicts, rounds of assignment, launches, intercepts,
    assessments, reloads, impacts. What depends on luck is drawn at an address (see draws.py), so the result is a pure
    function of the arguments.
    """
    clear(world, state)
    state.counts[N_UNFINISHED] = len(world.threats) - world.traffic
    for i in range(len(world.threats)):
        plan(state.agenda, max(world.threats[i].start_s, 0.0), calendar.APPEAR, i, 0)
    networked = len(world.reports) > 0
    if networked:
        clear_network(net)
        begin(net, world.changes, world.uptimes, seed, replication)
    for s in range(len(world.sensors)):
        begin_scanning(world.sensors[s], world.looking_s[s, 0], state.agenda, seed, replication, s)
    if world.supplies > 0:
        plan_supplies(world, state)
    while state.counts[N_CALENDAR] > 0 and state.counts[OVERFLOWED] == 0:
        now_s, what, a, b = calendar.pop(state.agenda.heap, state.counts[N_CALENDAR])
        state.counts[N_CALENDAR] -= 1
        if now_s > world.duration_s:
            break
        if what == calendar.SCAN:
            if state.counts[N_UNFINISHED] > 0 and now_s <= world.looking_s[a, 1]:
                if not networked or state.down[world.first_sensor - world.first_battery + a] <= 0:
                    scan(world, state, net, seed, replication, record, a, b, now_s)
                plan(state.agenda, scan_time(world.sensors[a], seed, replication, b + 1), calendar.SCAN, a, b + 1)
        elif what == calendar.APPEAR:
            appear(world, state, a, now_s)
        elif what == calendar.VERDICT:
            verdict(world, state, seed, replication, a, b, now_s)
        elif what == calendar.DECIDE:
            decide(world, state, net, seed, replication, a, now_s)
            if world.basket_m > 0.0:
                decide_strays(world, state, a, now_s)
            if b == 0:  # else a look between, at a track that is not identified
                state.deciding[a] = 0
            if _has_work(state.lives, state.held_by, a, world.commands[a].free != 0):
                plan_decision(state.agenda, state.deciding, a, now_s + world.commands[a].decision_period_s)
        elif what == calendar.LAUNCH:
            launch(world, state, seed, replication, a, now_s)
        elif what == calendar.RESOLVE:
            resolve(world, state, seed, replication, a, now_s)
        elif what == calendar.ASSESS:
            assess(world, state, a, now_s)
        elif what == calendar.RELOADED and b > 0:
            supplied(world, state, a, b, now_s)
        elif what == calendar.RELOADED:
            reloaded(world, state, a, now_s)
        elif what == calendar.IMPACT:
            if state.lives[a].life == FLYING:
                impact(world, state, net, seed, replication, a, now_s)
        elif what == calendar.SHOOT:
            shoot(world, state, seed, replication, a, now_s)
        elif what == calendar.STRAY:
            go_astray(world, state, seed, replication, a, b, now_s)
        elif what == calendar.RETURN:
            returned(world, state, a, now_s)
        elif what == calendar.ORDER_LOST:
            order_lost(world, state, a, now_s)
        else:
            on_network(world, state, net, seed, replication, record, what, a, b, now_s)
    return bool(state.counts[OVERFLOWED] == 0)


@borrowing_kernel
def appear(world: WorldArrays, state: State, i: int, now_s: float) -> None:
    """Threat `i` begins its flight. What a carrier releases begins only if the carrier still flies at that moment."""
    body = world.threats[i]
    cause = -1
    if body.carrier != NO_CARRIER:
        if state.lives[body.carrier].life != FLYING:
            state.lives[i].life = NEVER_RELEASED
            if body.spent == 0:
                state.counts[N_UNFINISHED] -= 1
            return
        cause = note(
            state.journal, state.lives[body.carrier].appear_event, now_s, _RELEASE, world.first_threat + body.carrier,
            world.first_threat + i, body.carrier, 0.0, 0,
        )  # fmt: skip
    state.lives[i].life = FLYING
    state.lives[i].appear_event = note(
        state.journal, cause, now_s, _APPEAR, world.first_threat + i, body.asset if body.spent == 0 else -1, i, 0.0, 0
    )
    plan(state.agenda, body.end_s, calendar.IMPACT, i, 0)


@borrowing_kernel
def scan_time(sensor: Any, seed: int, replication: int, step: int) -> float:
    """When a sensor's scan number `step` is: (phase + step) periods, the phase by luck."""
    phase = draws.draw(seed, replication, draws.SCAN_PHASE, sensor.key, sensor.key, 0)
    return float((phase + step) * sensor.scan_period_s)


@borrowing_kernel
def begin_scanning(sensor: Any, begin_s: float, agenda: Agenda, seed: int, replication: int, s: int) -> None:
    """Plan the first scan of sensor `s` that can matter."""
    if begin_s < np.inf:
        step = max(0, int(begin_s / sensor.scan_period_s) - 1)
        while scan_time(sensor, seed, replication, step) < begin_s:
            step += 1
        plan(agenda, scan_time(sensor, seed, replication, step), calendar.SCAN, s, step)


@borrowing_kernel
def verdict(world: WorldArrays, state: State, seed: int, replication: int, c: int, i: int, now_s: float) -> None:
    """Command post `c` comes to a verdict on threat `i`: hostile, or (by its stated error rate) not yet."""
    state.held_by[c, i].pending = 0
    if state.lives[i].life != FLYING or state.held_by[c, i].tracks == 0:
        return  # the track is gone, and a new one starts a new identification
    if len(world.reports) > 0 and state.down[world.first_command - world.first_battery + c] > 0:
        return
    if world.threats[i].spent != 0 and tell_apart(world, state, seed, replication, c, i, now_s):
        return
    if state.held_by[c, i].identify_event >= 0 and not (len(world.bodies) > 0 and state.known_as[c, i].told != 0):
        return  # another post has told
    if len(world.bodies) > 0:
        vetoed = vetoes(state.known_as[c, i])
        if verdict_by_evidence(world, state, seed, replication, c, i, now_s):
            plan_decision(state.agenda, state.deciding, c, now_s)
        if len(world.reports) > 0 and state.held_by[c, i].identify_event >= 0:
            plan(state.agenda, now_s, calendar.PASS_ON, c, i)
        if vetoed and not vetoes(state.known_as[c, i]):
            for r in range(len(world.sensors), len(world.reports)):
                if world.reports[r].post == c:
                    plan(state.agenda, now_s, calendar.TELL, r, i)
        return
    command = world.commands[c]
    attempt = state.held_by[c, i].attempts
    state.held_by[c, i].attempts = attempt + 1
    luck = draws.draw(seed, replication, draws.IDENTIFICATION, command.key, world.threats[i].key, attempt)
    kind = _MISIDENTIFY if luck < command.identification_error else _IDENTIFY
    number = note(
        state.journal,
        state.held_by[c, i].track_event,
        now_s,
        kind,
        world.first_command + c,
        world.first_threat + i,
        i,
        attempt + 1.0,
        0,
    )
    if kind == _IDENTIFY:
        state.held_by[c, i].identify_event = number
        plan_decision(state.agenda, state.deciding, c, now_s)
        if len(world.reports) > 0:
            plan(state.agenda, now_s, calendar.PASS_ON, c, i)
    else:
        state.held_by[c, i].pending = 1
        plan(state.agenda, now_s + command.identification_retry_s, calendar.VERDICT, c, i)


@borrowing_kernel
def tell_apart(world: WorldArrays, state: State, seed: int, replication: int, c: int, i: int, now_s: float) -> bool:
    """Whether command post `c` tells the spent stage `i` from a warhead: found out at its first look, once for all.

    One draw a post and stage, as the usual models of discrimination have it (D. A. Wilkening, "A Simple Model for Calculating Ballistic
    Missile Defense Effectiveness", Science & Global Security 8 (1999) 183-215, where an object is taken for a warhead or not).
    """
    held = state.held_by[c, i]
    if held.looked == 0:
        held.looked = 1
        body = world.threats[i]
        if draws.draw(seed, replication, draws.DISCRIMINATION, world.commands[c].key, body.key, 0) < body.told_apart:
            because = held.identify_event if held.identify_event >= 0 else held.track_event
            note(
                state.journal, because, now_s, _DISCRIMINATE, world.first_command + c, world.first_threat + i, i, 0.0, 0
            )
            held.told_apart = 1
            held.identify_event = -1  # whoever else has called it hostile
    return bool(held.told_apart != 0)


@borrowing_kernel
def _has_work(lives: NDArray[np.void], held_by: NDArray[np.void], c: int, free: bool) -> bool:
    """Whether command post `c` has a hostile in the air, or a track if weapons may be `free`."""
    for i in range(len(lives)):
        if lives[i].life == FLYING and (held_by[c, i].identify_event >= 0 or (free and held_by[c, i].tracks > 0)):
            return True
    return False


@borrowing_kernel
def impact(world: WorldArrays, state: State, net: Network, seed: int, replication: int, i: int, now_s: float) -> None:
    """Threat `i` gets through, for one reason; where a hit is modelled, it falls near its aim point by its own scatter.

    Scatter: two independent normal errors of standard deviation CEP/1.1774 each (the circular normal distribution, whose
    median miss is the CEP). What navigation adds to that lies across the track and is drawn apart. A threat that leaves does
    neither.
    """
    if i >= len(world.threats) - world.traffic:
        state.lives[i].life = GONE  # nobody's threat: it has flown on, or is down
        if world.threats[i].spent != 0 and len(world.reports) > 0:
            plan(state.agenda, now_s, calendar.ENDED, i, 0)
        return
    state.counts[N_UNFINISHED] -= 1
    body = world.threats[i]
    if body.leaves != 0:
        state.lives[i].life = GONE
        note(state.journal, state.lives[i].appear_event, now_s, _LEAVE, world.first_threat + i, body.asset, i, 0.0, 0)
        if len(world.reports) > 0:
            plan(state.agenda, now_s, calendar.ENDED, i, 0)
        return
    state.lives[i].life = THROUGH
    reason, because = break_of_chain(world, state, i)
    number = note(state.journal, because, now_s, _IMPACT, world.first_threat + i, body.asset, i, 0.0, reason)
    if len(world.reports) > 0:
        plan(state.agenda, now_s, calendar.ENDED, i, 0)
    if body.lethal_radius_m > 0.0:
        east, north = draws.draw_normal_pair(seed, replication, draws.IMPACT, body.key, body.key, 0)
        along_m, across_m = body.scatter_std_m * north, body.scatter_std_m * east
        if body.aside_std_m > 0.0:
            aside, _ = draws.draw_normal_pair(seed, replication, draws.NAVIGATION, body.key, body.key, 0)
            across_m += body.aside_std_m * aside
        miss_m = hypot(along_m, across_m)
        if miss_m <= body.lethal_radius_m and body.asset < world.first_battery:
            note(state.journal, number, now_s, _ASSET_HIT, world.first_threat + i, body.asset, i, miss_m, 0)
        if len(world.hazards) > 0:
            strike(net, world.hazards, i, number, along_m, across_m, now_s)


@borrowing_kernel
def break_of_chain(world: WorldArrays, state: State, i: int) -> tuple[int, int]:
    """The reason why threat `i` got through, and the event at which the attempt that got furthest broke.

    An attempt is a battery's. Ties go to the earlier event, then to the battery first by name. Where the furthest attempt
    never came to a decision, what its command post had made of the target decides.
    """
    stage = UNSEEN
    because = state.lives[i].appear_event
    for b in range(len(world.batteries)):
        reached = state.attempts[b, i].stage
        event = state.attempts[b, i].stage_event
        if reached == UNSEEN:
            reached, event = _known(world, state, state.post[b], i)
            if reached == TOO_LATE and world.batteries[b].dash_mps > 0.0 and state.down[b] > 0:
                reached = NOT_REACHED  # nobody was on station
        if reached > stage or (reached == stage and stage != UNSEEN and event < because):
            stage = reached
            because = event
    return _reason(stage), because


@borrowing_kernel
def _known(world: WorldArrays, state: State, c: int, i: int) -> tuple[int, int]:
    """How far command post `c` got with threat `i` without any decision, and the event."""
    held = state.held_by[c, i]
    networked = len(world.reports) > 0
    cut_off = networked and state.down[world.first_command - world.first_battery + c] > 0
    if held.identify_event >= 0:
        return NOT_PASSED if cut_off else TOO_LATE, held.identify_event
    if held.track_event >= 0:
        return NOT_PASSED if cut_off else TRACKED, held.track_event
    first = -1
    for s in range(len(world.sensors)):
        mine = state.post[world.first_sensor - world.first_battery + s] == c if networked else world.sensors[s].command == c
        if networked and mine and state.seen_by[s, i].confirm_event >= 0:
            return NOT_PASSED, state.seen_by[s, i].confirm_event
        event = state.seen_by[s, i].detect_event
        if mine and event >= 0 and (first < 0 or event < first):
            first = event
    return (SEEN, first) if first >= 0 else (UNSEEN, -1)


@borrowing_kernel
def _reason(stage: int) -> int:
    if stage == FIRED:
        return _MISSED
    if stage == NO_LINK or stage == NOT_PASSED:
        return _LINK_DOWN
    if stage == NO_ROUND:
        return _NO_MISSILE
    if stage == NO_CHANNEL:
        return _NO_CHANNEL
    if stage == NO_GUIDANCE:
        return _NO_FIRE_CONTROL_TRACK
    if stage == NOT_REACHED:
        return _OUT_OF_REACH
    if stage == HELD:
        return _HELD_BY_RULES
    if stage == TRACKED:
        return _NOT_IDENTIFIED
    if stage == TOO_LATE or stage == SEEN:
        return _SEEN_TOO_LATE
    return _NOT_SEEN
