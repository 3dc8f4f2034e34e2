"""Fire at tracks beyond the threats' places, under `picture: filtered`: second tracks of a target, and tracks of nothing.

A post does not know them for what they are. One with FIRM plots, as old as the post's identification takes, is fired at like any other:
a second track where the post calls hostile whom it follows (the evidence is his); a false one at once, or, where there is traffic, when
what nobody answers and nothing speaks for comes to hostile (tracking.identification). It takes a channel and a salvo of the
battery that may fire at its class with the best stated kill probability, aimed where the track carried on is met (picture). A round that
arrives meets whom the track has followed last, within the basket, by the same draws as any other; where that is nobody, nobody.

Limits, in the defence's favour: they are given out after the threats' places, so they take channels and rounds that are free, and that
later rounds of assignment would have had. The rounds of a salvo leave together, and each track gets one engagement at a time. Not by
fighters; at false tracks, not by batteries that rules bind (zones, orders, least kill probability). No order is lost on its way.
"""

from __future__ import annotations

from math import inf, isinf
from typing import Any, Final

from buckler.compiled import borrowing_kernel
from buckler.decision.evaluation import salvo_kill_probability
from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.engagement import bring_down
from buckler.engine.following import copy_track
from buckler.engine.foresight import found, meeting, std_at
from buckler.engine.identify import open_to_fire, wrongful
from buckler.engine.journal import N_STRAYS, OVERFLOWED, note, plan
from buckler.engine.lethality import kills, single_shot
from buckler.engine.picture import NOWHERE
from buckler.engine.posts import guided
from buckler.engine.rules import at_hand, permitted
from buckler.engine.state import FLYING, State
from buckler.engine.stocks import send_for_more
from buckler.log.schema import Kind
from buckler.tracking import identification as ident

FIRM: Final = 5
"""Plots from which on such a track is fired at: assumed."""

# What happens to a stray engagement, in this order: the part of its entries in the calendar.
LEAVES: Final = 0
ARRIVES: Final = 1
OVER: Final = 2

_STRAY = int(Kind.STRAY)
_KILL = int(Kind.KILL)
_MISS = int(Kind.MISS)
_NO_TARGET = int(Kind.NO_TARGET)


@borrowing_kernel
def decide_strays(world: WorldArrays, state: State, c: int, now_s: float) -> None:
    """Give out post `c`'s firm tracks beyond the threats' places that nobody engages."""
    picture = state.picture
    if len(world.reports) > 0 and state.down[world.first_command - world.first_battery + c] > 0:
        return
    for k in range(len(world.threats), picture.beliefs.shape[1]):
        belief = picture.beliefs[c, k]
        if belief.plots >= FIRM and _hostile(world, state, c, belief, now_s) and not _engaged(state, c, belief.number):
            _give_out(world, state, c, k, now_s)


@borrowing_kernel
def _hostile(world: WorldArrays, state: State, c: int, belief: Any, now_s: float) -> bool:
    """Whether post `c` takes such a track for hostile."""
    command = world.commands[c]
    age_s = now_s - belief.born_s - command.identification_time_s
    if age_s < 0.0 or now_s - belief.time_s > belief.patience_s:
        return False
    j = belief.follows
    if j >= 0:
        held = state.held_by[c, j]
        return bool(
            state.lives[j].life == FLYING and held.identify_event >= 0 and held.told_apart == 0
            and (len(world.bodies) == 0 or open_to_fire(state.known_as[c, j]))
        )  # fmt: skip
    if len(world.bodies) == 0:
        return True
    asked = 1 + int(age_s / max(command.identification_retry_s, 1.0))
    civil, own, red = ident.posterior(world.evidence, ident.ALL_INDICATORS, 0, asked, 0, world.askers[c].share)
    return bool(ident.identity(civil, own, red) == ident.HOSTILE)


@borrowing_kernel
def _engaged(state: State, c: int, number: int) -> bool:
    for n in range(state.counts[N_STRAYS]):
        stray = state.strays[n]
        if stray.open != 0 and stray.post == c and stray.number == number:
            return True
    return False


@borrowing_kernel
def _hold(state: State, c: int, k: int) -> None:
    """Put the track where fire looks for it, which is another place where posts tell one another theirs."""
    picture = state.picture
    if picture.told.shape[1] > 0:
        picture.kept[0] = -1
        copy_track(
            picture.beliefs[c, k], picture.x[c, k], picture.P[c, k], picture.held[c, k], picture.held_x[c, k], picture.held_P[c, k]
        )  # fmt: skip


@borrowing_kernel
def _give_out(world: WorldArrays, state: State, c: int, k: int, now_s: float) -> None:
    """Give post `c`'s track in place `k` to the best weapon that can meet it, if an order must go out now."""
    picture = state.picture
    belief = picture.beliefs[c, k]
    kill_class, j = belief.kill_class, belief.follows
    _hold(state, c, k)
    best, best_kill = NOWHERE, 0.0
    for b in range(len(world.batteries)):
        battery = world.batteries[b]
        if state.post[b] != c or state.channels[b] == 0 or state.down[b] > 0 or isinf(state.way_s[b]):
            continue
        if battery.dash_mps > 0.0 or battery.hold != 0 or battery.engages[kill_class] == 0:
            continue
        if battery.sensors == 0 or (battery.ruled != 0 and j < 0):
            continue
        if j >= 0 and not guided(world.fire_control, state.seen_by, battery, j):
            continue
        lead_s = battery.reaction_s + state.way_s[b]
        for w in range(battery.first_weapon, battery.first_weapon + battery.weapons):
            kill = salvo_kill_probability(
                world.weapons[w].kill_probability[kill_class], battery.salvo[kill_class], world.weapons[w].common_mode
            )
            if kill <= best_kill or at_hand(world.weapons[w], state.stocks[w], kill_class, now_s) < battery.salvo[kill_class]:
                continue
            launch_s = now_s + lead_s
            meet_s, flight_s = meeting(world, picture, c, w, k, launch_s, launch_s, launch_s)
            if isinf(meet_s) or meet_s - flight_s - lead_s > now_s + world.commands[c].decision_period_s:
                continue
            if std_at(picture, c, k, meet_s) > world.basket_m:
                continue
            if battery.ruled != 0 and not permitted(world, state, b, j, True, meet_s, kill, now_s):
                continue
            best, best_kill = w, kill
    if best == NOWHERE:
        return
    n = state.counts[N_STRAYS]
    if n >= len(state.strays):
        state.counts[OVERFLOWED] = 1
        return
    state.counts[N_STRAYS] = n + 1
    b = world.weapons[best].battery
    stray = state.strays[n]
    stray.weapon, stray.post, stray.number, stray.open = best, c, belief.number, 1
    stray.rounds, stray.event = world.batteries[b].salvo[kill_class], -1
    state.channels[b] -= 1
    state.stocks[best].ready -= stray.rounds
    plan(state.agenda, now_s + world.batteries[b].reaction_s + state.way_s[b], calendar.STRAY, n, LEAVES)


@borrowing_kernel
def _place_of(state: State, c: int, number: int) -> int:
    """Where post `c`'s track of that number is by now; NOWHERE if it is gone."""
    for k in range(state.picture.beliefs.shape[1]):
        belief = state.picture.beliefs[c, k]
        if belief.plots > 0 and belief.number == number:
            return k
    return NOWHERE


@borrowing_kernel
def go_astray(
    world: WorldArrays, state: State, seed: int, replication: int, n: int, part: int, now_s: float
) -> None:
    """What happens next to stray engagement `n`."""
    stray = state.strays[n]
    b = world.weapons[stray.weapon].battery
    if part == LEAVES:
        _leave(world, state, seed, replication, n, now_s)
    elif part == ARRIVES:
        _arrive(world, state, seed, replication, n, now_s)
        plan(state.agenda, now_s + world.batteries[b].assessment_s, calendar.STRAY, n, OVER)
    else:
        stray.open = 0
        state.channels[b] += 1


@borrowing_kernel
def _leave(world: WorldArrays, state: State, seed: int, replication: int, n: int, now_s: float) -> None:
    """The salvo leaves, or stays on its launcher where its track is gone or can no longer be met."""
    stray, picture = state.strays[n], state.picture
    w, c = stray.weapon, stray.post
    k = _place_of(state, c, stray.number)
    meet_s = inf
    if k != NOWHERE and state.down[world.weapons[w].battery] <= 0:
        if k >= len(world.threats):
            _hold(state, c, k)
        meet_s = meeting(world, picture, c, w, k, now_s, now_s, now_s)[0]
    if isinf(meet_s):
        state.stocks[w].ready += stray.rounds
        plan(state.agenda, now_s, calendar.STRAY, n, OVER)
        return
    j = picture.beliefs[c, k].follows
    object_ = world.first_threat + j if j >= 0 else -1
    for _ in range(stray.rounds):
        stray.event = note(state.journal, -1, now_s, _STRAY, world.first_weapon + w, object_, j, meet_s - now_s, 0)
    if j >= len(world.threats) - world.traffic and world.threats[j].spent == 0:
        wrongful(world, state, seed, replication, w, j, j, stray.event, meet_s, now_s)
    plan(state.agenda, meet_s, calendar.STRAY, n, ARRIVES)
    send_for_more(world, state, w, now_s)


@borrowing_kernel
def _arrive(world: WorldArrays, state: State, seed: int, replication: int, n: int, now_s: float) -> None:
    """The salvo meets whom its track has led it to, if anybody."""
    stray, picture = state.strays[n], state.picture
    w, c = stray.weapon, stray.post
    weapon = world.weapons[w]
    b = weapon.battery
    k = _place_of(state, c, stray.number)
    i = int(picture.beliefs[c, k].fed) if k != NOWHERE else -1
    if i < 0:
        return
    if k >= len(world.threats):
        _hold(state, c, k)
    subject, object_ = world.first_weapon + w, world.first_threat + i
    for _ in range(stray.rounds):
        if state.lives[i].life != FLYING:
            note(state.journal, stray.event, now_s, _NO_TARGET, subject, object_, i, 0.0, 0)
            continue
        chance = single_shot(world, w, i, now_s, now_s)
        supported = guided(world.fire_control, state.seen_by, world.batteries[b], i) and state.down[b] <= 0
        if (weapon.needs_support != 0 and not supported) or not found(world, picture, c, k, now_s):
            chance = 0.0
        ordinal = state.attempts[b, i].fired
        state.attempts[b, i].fired = ordinal + 1
        if kills(world, seed, replication, w, i, ordinal, chance):
            note(state.journal, stray.event, now_s, _KILL, subject, object_, i, chance, 0)
            bring_down(world, state, i, now_s)
        else:
            note(state.journal, stray.event, now_s, _MISS, subject, object_, i, chance, 0)
