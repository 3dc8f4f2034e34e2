"""An engagement: the order, its rounds' launches and intercepts, the assessment."""

from __future__ import annotations

from math import isinf

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.aiming import aimed
from buckler.engine.attempts import reached
from buckler.engine.following import met
from buckler.engine.foresight import found
from buckler.engine.identify import open_to_fire, wrongful
from buckler.engine.journal import N_ENGAGEMENTS, N_SHOTS, N_UNFINISHED, OVERFLOWED, Agenda, note, plan
from buckler.engine.lethality import kills, single_shot
from buckler.engine.network.orders import ORDER_TRIES
from buckler.engine.patrol import commit, turn_back
from buckler.engine.posts import guided
from buckler.engine.rules import salvo_at
from buckler.engine.state import FIRED, FLYING, KILLED, NO_LINK, State
from buckler.engine.stocks import send_for_more
from buckler.log.schema import Kind

_HEADED_ELSEWHERE_S = 1.0
"""By so much an aircraft may be early at its launch before it flies on."""
_ASSIGN = int(Kind.ASSIGN)
_ORDER_LOST = int(Kind.ORDER_LOST)
_FIRE = int(Kind.FIRE)
_KILL = int(Kind.KILL)
_MISS = int(Kind.MISS)
_NO_TARGET = int(Kind.NO_TARGET)
_ASSESS = int(Kind.ASSESS)


@borrowing_kernel
def engage(
    world: WorldArrays,
    state: State,
    c: int,
    b: int,
    w: int,
    i: int,
    kill: float,
    because: int,
    way_s: float,
    arrives: bool,
    now_s: float,
) -> None:
    """Give battery `b` the threat: a channel is taken, the rounds are set aside, the launches go into the calendar.

    The order takes `way_s` and `arrives`, or is found lost after that.
    """
    battery = world.batteries[b]
    attempt = state.attempts[b, i]
    rounds = salvo_at(battery, attempt, world.threats[i].kill_class)
    number = state.counts[N_ENGAGEMENTS]
    shot = state.counts[N_SHOTS]
    if number >= len(state.engagements) or shot + rounds > len(state.rounds):
        state.counts[OVERFLOWED] = 1
        return
    state.counts[N_ENGAGEMENTS] = number + 1
    state.counts[N_SHOTS] = shot + rounds
    event = note(state.journal, because, now_s, _ASSIGN, world.first_weapon + w, world.first_threat + i, i, kill, 0)
    state.engagements[number].weapon = w
    state.engagements[number].threat = i
    state.engagements[number].open = rounds
    state.engagements[number].event = event
    state.engagements[number].killed = 0
    state.engagements[number].post = c
    state.engagements[number].waiting = rounds
    state.engagements[number].out = 0
    state.engagements[number].back_s = 0.0
    state.channels[b] -= 1
    state.held_by[c, i].engaged += 1
    attempt.engaged += 1
    attempt.engagements += 1
    state.held_by[c, i].engaged_s = now_s
    state.stocks[w].ready -= rounds
    for k in range(rounds):
        state.rounds[shot + k].weapon = w
        state.rounds[shot + k].threat = i
        state.rounds[shot + k].engagement = number
        state.rounds[shot + k].meet_s = state.aims[w, i].meet_s
        state.rounds[shot + k].ordinal = state.attempts[b, i].fired + k
        state.rounds[shot + k].event = -1
        state.rounds[shot + k].left_s = now_s + way_s + battery.reaction_s
        if arrives:
            launch_s = now_s + way_s + battery.reaction_s + k * battery.salvo_interval_s
            plan(state.agenda, launch_s, calendar.LAUNCH, shot + k, 0)
    state.attempts[b, i].fired += rounds
    if not arrives:
        plan(state.agenda, now_s + way_s, calendar.ORDER_LOST, number, 0)


@borrowing_kernel
def order_lost(world: WorldArrays, state: State, number: int, now_s: float) -> None:
    """No try of an order got through: the post gives it up, and the threat may be given to another."""
    engagement = state.engagements[number]
    w, i = engagement.weapon, engagement.threat
    b = world.weapons[w].battery
    event = note(
        state.journal, engagement.event, now_s, _ORDER_LOST, world.first_weapon + w, world.first_threat + i, i,
        float(ORDER_TRIES), 0,
    )  # fmt: skip
    reached(state.attempts, b, i, NO_LINK, event)
    state.stocks[w].ready += engagement.open
    state.channels[b] += 1
    state.attempts[b, i].engaged -= 1
    engagement.open = 0
    engagement.waiting = 0
    if engagement.post >= 0:
        state.held_by[engagement.post, i].engaged -= 1
        engagement.post = -1


@borrowing_kernel
def launch(world: WorldArrays, state: State, seed: int, replication: int, shot: int, now_s: float) -> None:
    """A round leaves, unless its target is gone, can no longer be reached or may no longer be fired at: then it stays on its launcher.

    An aircraft turns to its target, and its round leaves on the way (see shoot).
    """
    state.rounds[shot].begun_s = now_s
    flies = world.batteries[world.weapons[state.rounds[shot].weapon].battery].dash_mps > 0.0
    meet_s = _still_meets(world, state, shot, now_s, flies)
    if flies and meet_s < np.inf:
        plan(state.agenda, commit(world, state, shot, meet_s, now_s), calendar.SHOOT, shot, 0)
    else:
        _leave(world, state, seed, replication, shot, meet_s, now_s)


@borrowing_kernel
def shoot(world: WorldArrays, state: State, seed: int, replication: int, shot: int, now_s: float) -> None:
    """A round leaves its aircraft, unless its target is gone, can no longer be met or may no longer be fired at."""
    meet_s = _still_meets(world, state, shot, state.rounds[shot].begun_s, False)
    if now_s < meet_s < np.inf and world.basket_m > 0.0:
        leaves_s = commit(world, state, shot, meet_s, now_s)
        if leaves_s > now_s + _HEADED_ELSEWHERE_S:  # the track has changed: the way has become longer
            plan(state.agenda, leaves_s, calendar.SHOOT, shot, 0)
            return
    _leave(world, state, seed, replication, shot, meet_s if meet_s > now_s else np.inf, now_s)


@borrowing_kernel
def _still_meets(world: WorldArrays, state: State, shot: int, launch_s: float, anew: bool) -> float:
    """When a round whose flight counts from `launch_s` meets its target; inf if never, or if it may not be fired any more.

    `anew`: whatever was found before.
    """
    w = state.rounds[shot].weapon
    i = state.rounds[shot].threat
    b = world.weapons[w].battery
    if (
        state.lives[i].life == FLYING
        and state.engagements[state.rounds[shot].engagement].post >= 0
        and state.down[b] <= 0
        and _still_cleared(world, state, b, i)
    ):
        guess_s = world.pairs[w, i].first_s if anew else state.rounds[shot].meet_s
        return aimed(world, state, b, w, i, launch_s, guess_s, state.rounds[shot].left_s)
    return float(np.inf)


@borrowing_kernel
def _leave(world: WorldArrays, state: State, seed: int, replication: int, shot: int, meet_s: float, now_s: float) -> None:
    """A round leaves now, to meet its target at `meet_s`; where that is inf, it stays."""
    w = state.rounds[shot].weapon
    i = state.rounds[shot].threat
    b = world.weapons[w].battery
    number = state.rounds[shot].engagement
    state.engagements[number].waiting -= 1
    if isinf(meet_s):
        state.stocks[w].ready += 1
        _close_shot(
            world.batteries,
            world.weapons,
            state.engagements,
            state.agenda,
            number,
            state.engagements[number].event,
            now_s,
        )
        return
    event = note(
        state.journal,
        state.engagements[number].event,
        now_s,
        _FIRE,
        world.first_weapon + w,
        world.first_threat + i,
        i,
        meet_s - now_s,
        0,
    )
    j = met(state.picture, state.post[b], i) if world.basket_m > 0.0 else i
    if j >= len(world.threats) - world.traffic and world.threats[j].spent == 0 and state.rounds[shot].ordinal == 0:
        wrongful(world, state, seed, replication, w, i, j, event, meet_s, now_s)
    state.rounds[shot].event = event
    state.rounds[shot].meet_s = meet_s
    reached(state.attempts, b, i, FIRED, event)
    plan(state.agenda, meet_s, calendar.RESOLVE, shot, 0)
    send_for_more(world, state, w, now_s)


@borrowing_kernel
def _still_cleared(world: WorldArrays, state: State, b: int, i: int) -> bool:
    """Whether what is known of a target by now still lets battery `b` fire at it."""
    if state.held_by[state.post[b], i].told_apart != 0:
        return False
    return len(world.bodies) == 0 or open_to_fire(state.known_as[state.post[b], i])


@borrowing_kernel
def resolve(world: WorldArrays, state: State, seed: int, replication: int, shot: int, now_s: float) -> None:
    """A round meets its target: the kill draw, at the stated single-shot kill probability times what the end game leaves of it.

    A round that needs its battery's radar to the end misses where that radar has lost the target.
    """
    w = state.rounds[shot].weapon
    i = state.rounds[shot].threat
    weapon = world.weapons[w]
    b = weapon.battery
    number = state.rounds[shot].engagement
    subject = world.first_weapon + w
    if world.basket_m > 0.0:
        i = met(state.picture, state.post[b], i)  # whom its track has led it to
    threat = world.first_threat + i
    if state.lives[i].life != FLYING:
        event = note(state.journal, state.rounds[shot].event, now_s, _NO_TARGET, subject, threat, i, 0.0, 0)
    else:
        chance = single_shot(world, w, i, now_s, state.rounds[shot].left_s)
        if weapon.needs_support != 0 and not (
            guided(world.fire_control, state.seen_by, world.batteries[b], i) and state.down[b] <= 0
        ):
            chance = 0.0
        if world.basket_m > 0.0 and not found(world, state.picture, state.post[b], state.rounds[shot].threat, now_s):
            chance = 0.0
        if kills(world, seed, replication, w, i, state.rounds[shot].ordinal, chance):
            event = note(state.journal, state.rounds[shot].event, now_s, _KILL, subject, threat, i, chance, 0)
            state.engagements[number].killed = 1
            bring_down(world, state, i, now_s)
        else:
            event = note(state.journal, state.rounds[shot].event, now_s, _MISS, subject, threat, i, chance, 0)
            if state.attempts[b, state.rounds[shot].threat].stage == FIRED:
                state.attempts[b, state.rounds[shot].threat].stage_event = event
    _close_shot(world.batteries, world.weapons, state.engagements, state.agenda, number, event, now_s)


@borrowing_kernel
def bring_down(world: WorldArrays, state: State, i: int, now_s: float) -> None:
    """Threat `i` flies no more."""
    state.lives[i].life = KILLED
    if i < len(world.threats) - world.traffic:
        state.counts[N_UNFINISHED] -= 1
    if len(world.reports) > 0:
        plan(state.agenda, now_s, calendar.ENDED, i, 0)


@borrowing_kernel
def _close_shot(
    batteries: NDArray[np.void],
    weapons: NDArray[np.void],
    engagements: NDArray[np.void],
    agenda: Agenda,
    number: int,
    event: int,
    now_s: float,
) -> None:
    """One shot of an engagement is over; after the last, the assessment goes into the calendar."""
    engagement = engagements[number]
    engagement.event = event
    engagement.open -= 1
    if engagement.open == 0:
        b = weapons[engagement.weapon].battery
        plan(agenda, now_s + batteries[b].assessment_s, calendar.ASSESS, number, 0)


@borrowing_kernel
def assess(world: WorldArrays, state: State, number: int, now_s: float) -> None:
    """The engagement is over: its channel is free and its threat, if it still flies, may be given out again."""
    w = state.engagements[number].weapon
    i = state.engagements[number].threat
    b = world.weapons[w].battery
    state.attempts[b, i].engaged -= 1
    post = state.engagements[number].post
    if post >= 0:
        state.held_by[post, i].engaged -= 1
    killed = 1.0 if state.engagements[number].killed != 0 else 0.0
    event = note(
        state.journal,
        state.engagements[number].event,
        now_s,
        _ASSESS,
        world.first_weapon + w,
        world.first_threat + i,
        i,
        killed,
        0,
    )
    if world.batteries[b].dash_mps > 0.0:
        turn_back(world, state, number, event, now_s)
    else:
        state.channels[b] += 1
