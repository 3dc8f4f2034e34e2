"""A post's rounds of assignment: the candidates, and which pair of weapon and threat is ordered."""

from __future__ import annotations

from math import isinf

import numpy as np

from buckler.compiled import borrowing_kernel
from buckler.decision.evaluation import priority, salvo_kill_probability
from buckler.dtypes import FREE, HEIGHT_FORBIDDEN, OPEN, WorldArrays
from buckler.engine import calendar
from buckler.engine.aiming import in_time, lead_of
from buckler.engine.attempts import NOBODYS, OWN, REMOTE, bar, furthest, known_by, reached
from buckler.engine.engagement import engage
from buckler.engine.foresight import std_at
from buckler.engine.identify import open_to_fire
from buckler.engine.journal import N_CANDIDATES, note
from buckler.engine.lethality import single_shot
from buckler.engine.network.bundle import Network
from buckler.engine.network.knowledge import engaged_elsewhere, remote_sensor
from buckler.engine.network.orders import order_way
from buckler.engine.posts import guided
from buckler.engine.rules import at_hand, permitted, salvo_at
from buckler.engine.state import FIRED, FLYING, HELD, NO_CHANNEL, NO_GUIDANCE, NO_ROUND, NOT_REACHED, TOO_LATE, State
from buckler.engine.stocks import largest_salvo
from buckler.engine.swaps import NONE, best_exchange, exchange, first_of, give_back, salvo_of, take
from buckler.log.schema import Kind

_REMOTE = int(Kind.REMOTE)


@borrowing_kernel
def decide(
    world: WorldArrays, state: State, net: Network, seed: int, replication: int, c: int, now_s: float
) -> None:
    """One round of assignment at command post `c`: every threat it holds, calls hostile and has nobody engaging.

    Repeatedly takes the pair of weapon and threat with the greatest marginal return, priority times the salvo's kill
    probability (the greedy rule, optimal for identical weapons: den Broeder, Ellison and Emerling 1959,
    doi:10.1287/opre.7.3.322), until no free channel with enough rounds has a target in reach. What a pair can return at most, with
    the stated kill probability, is known before its geometry: where they meet, and what the end game leaves of it there, is
    asked of the best pairs first and seldom of the others: in a saturated defence few of many are ever asked. Where the post
    swaps, exchanges improve what was so chosen (engine.swaps) before anything is ordered.
    """
    state.counts[N_CANDIDATES] = 0
    networked = len(world.reports) > 0
    if networked and state.down[world.first_command - world.first_battery + c] > 0:
        return
    for i in range(len(world.threats)):
        if (
            state.lives[i].life == FLYING
            and state.held_by[c, i].tracks > 0
            and state.held_by[c, i].engaged == 0
            and state.held_by[c, i].told_apart == 0
            and (
                state.held_by[c, i].identify_event >= 0
                or (world.commands[c].free != 0 and state.held_by[c, i].known_s <= now_s)
            )
        ):
            if networked and engaged_elsewhere(net, c, i, now_s):
                continue
            identified = state.held_by[c, i].identify_event >= 0
            if len(world.bodies) > 0 and not open_to_fire(state.known_as[c, i]):
                continue
            for b in range(len(world.batteries)):
                attempt = state.attempts[b, i]
                if now_s < attempt.look_s or state.post[b] != c:
                    continue
                if attempt.stage >= furthest(world, state, b):
                    continue
                battery = world.batteries[b]
                cut_off = False
                if networked:
                    if state.down[b] > 0:
                        continue
                    cut_off = isinf(state.way_s[b])
                if not identified and battery.control != FREE and battery.orders == 0:
                    continue
                held = OWN if guided(world.fire_control, state.seen_by, battery, i) else NOBODYS
                if networked and held == NOBODYS and battery.remote_age_s > 0.0:
                    held = REMOTE if _remote(world, state, net, b, i, now_s)[0] >= 0 else NOBODYS
                if world.basket_m > 0.0 and state.picture.held[c, i].plots < 2:
                    held = NOBODYS
                kill_class = world.threats[i].kill_class
                rounds = salvo_at(battery, attempt, kill_class)
                barred = bar(
                    world.weapons, state.stocks, battery, rounds, kill_class, held, state.channels[b], cut_off, now_s
                )
                if attempt.stage < barred:
                    _consider(world, state, b, i, held, barred, now_s)
    swaps = world.commands[c].swaps != 0
    chosen = left = 0
    for k in range(state.counts[N_CANDIDATES]):
        left = calendar.push(state.ranked, left, -state.candidates[k].score, 0, k, 0)
    while left > 0:
        _, _, k, _ = calendar.pop(state.ranked, left)
        left -= 1
        candidate = state.candidates[k]
        if candidate.score <= 0.0:
            continue
        if candidate.asked == 0:
            _ask(world, state, c, k, now_s)
            left = calendar.push(state.ranked, left, -candidate.score, 0, k, 0)
            continue
        candidate.score = 0.0
        chosen += 1
        if swaps:
            take(world, state, c, k, chosen)
        else:
            _order(world, state, net, seed, replication, c, k, now_s)
        _rule_out(world, state, c, k, now_s)
    if swaps and chosen > 0:
        chosen = _swap(world, state, c, chosen, now_s)
        for number in range(1, chosen + 1):
            for k in range(state.counts[N_CANDIDATES]):
                if state.candidates[k].taken == number:
                    give_back(world, state, c, k)
                    _order(world, state, net, seed, replication, c, k, now_s)
                    break


@borrowing_kernel
def _stake(world: WorldArrays, state: State, c: int, w: int, i: int, now_s: float) -> float:
    """What is at stake from threat `i` for weapon `w`'s battery: by asset, class, time to impact and certainty."""
    stake = priority(world.pairs[w, i].worth, world.threats[i].end_s - now_s)
    return stake if state.held_by[c, i].identify_event >= 0 else stake * world.commands[c].certainty


@borrowing_kernel
def _remote(world: WorldArrays, state: State, net: Network, b: int, i: int, now_s: float) -> tuple[int, float]:
    """The sensor on whose track battery `b` may fire though it is none of its own (network.remote_sensor), -1 for none.

    By the truth the sensor's errors there and its age on arrival decide; by tracks, those of what its post holds (telling).
    """
    battery = world.batteries[b]
    by_track = world.basket_m > 0.0
    if by_track:
        c, there_s = state.post[b], now_s + net.way_s[b]
        if (
            there_s - state.picture.held[c, i].time_s > battery.remote_age_s
            or std_at(state.picture, c, i, there_s) > battery.remote_error_m
        ):
            return -1, float(np.inf)
    return remote_sensor(net, world.sensors, world.remote_m, battery.remote_age_s, b, i, by_track, now_s)


@borrowing_kernel
def _swap(world: WorldArrays, state: State, c: int, chosen: int, now_s: float) -> int:
    """Make exchanges while any gains, having asked what it would take where they meet; the greatest number given so far."""
    while True:
        x, held, way, y = best_exchange(world, state, c, now_s)
        if x == NONE:
            return chosen
        if state.candidates[x].asked == 0:
            _ask(world, state, c, x, now_s)
        elif y != NONE and state.candidates[y].asked == 0:
            _ask(world, state, c, y, now_s)
        else:
            chosen += 1
            exchange(world, state, c, x, held, way, y, chosen)


@borrowing_kernel
def _ask(world: WorldArrays, state: State, c: int, k: int, now_s: float) -> None:
    """Where candidate `k`'s weapon and threat would meet, and what it would return; nothing if it cannot be or may not be."""
    candidate = state.candidates[k]
    w, i = candidate.weapon, candidate.threat
    b = world.weapons[w].battery
    candidate.asked = 1
    candidate.score = 0.0
    candidate.worth = 0.0
    if not in_time(world, state, b, w, i, now_s):
        return
    rounds = salvo_at(world.batteries[b], state.attempts[b, i], world.threats[i].kill_class)
    single = single_shot(world, w, i, state.aims[w, i].meet_s, now_s + lead_of(world, state, b))
    kill = salvo_kill_probability(single, rounds, world.weapons[w].common_mode)
    if world.batteries[b].ruled == 0 or permitted(
        world, state, b, i, state.held_by[c, i].identify_event >= 0, state.aims[w, i].meet_s, kill, now_s
    ):
        candidate.kill = kill
        candidate.worth = kill * _stake(world, state, c, w, i, now_s)
        candidate.score = candidate.worth
    elif state.held_by[c, i].identify_event >= 0:
        reached(state.attempts, b, i, HELD, state.held_by[c, i].identify_event)
        state.attempts[b, i].ruled = 1


@borrowing_kernel
def _order(
    world: WorldArrays, state: State, net: Network, seed: int, replication: int, c: int, k: int, now_s: float
) -> None:
    """Give the order that candidate `k` stands for, over the network where there is one."""
    w, i = state.candidates[k].weapon, state.candidates[k].threat
    b = world.weapons[w].battery
    because, way_s, arrives = known_by(state.held_by[c, i]), 0.0, True
    if len(world.reports) > 0:
        way_s, arrives = order_way(net, seed, replication, b, i, state.attempts[b, i].fired)
        if not guided(world.fire_control, state.seen_by, world.batteries[b], i):
            s, range_m = _remote(world, state, net, b, i, now_s)
            because = note(
                state.journal, because, now_s, _REMOTE, world.first_sensor + s, world.first_threat + i, i, range_m, 0
            )
    engage(world, state, c, b, w, i, state.candidates[k].kill, because, way_s, arrives, now_s)


@borrowing_kernel
def _rule_out(world: WorldArrays, state: State, c: int, k: int, now_s: float) -> None:
    """Candidate `k` has been chosen: drop the others for its threat, and those that have lost their channel or their rounds to it,
    which is noted where they were in reach.
    """
    i = state.candidates[k].threat
    at = first_of(state, k)
    while at < state.counts[N_CANDIDATES] and state.candidates[at].threat == i:
        state.candidates[at].score = 0.0
        at += 1
    weapon, stock = world.weapons[state.candidates[k].weapon], state.stocks[state.candidates[k].weapon]
    b = weapon.battery
    most = largest_salvo(world.batteries[b])
    short = state.channels[b] == 0
    for kill_class in range(len(weapon.kept)):
        short = short or at_hand(weapon, stock, kill_class, now_s) < most
    if not short:
        return
    for n in range(state.counts[N_CANDIDATES]):
        candidate = state.candidates[n]
        w, i = candidate.weapon, candidate.threat
        if candidate.score <= 0.0 or world.weapons[w].battery != b:
            continue
        lost = FIRED
        if state.channels[b] == 0:
            lost = NO_CHANNEL
        elif at_hand(world.weapons[w], state.stocks[w], world.threats[i].kill_class, now_s) < salvo_of(world, state, n):
            lost = NO_ROUND
        if lost != FIRED:
            candidate.score = 0.0
            if state.attempts[b, i].stage < lost and in_time(world, state, b, w, i, now_s):
                reached(state.attempts, b, i, lost, known_by(state.held_by[c, i]))


@borrowing_kernel
def _consider(world: WorldArrays, state: State, b: int, i: int, held: int, barred: int, now_s: float) -> None:
    """Make battery `b`'s weapons candidates against threat `i`, or note what stands against it.

    `held`: on whose track it may fire (OWN radar's, a REMOTE sensor's, or NOBODYS); `barred`: the stage at which the attempt must
    break now whatever the
    geometry (see bar). Leaves in the attempt the time before which looking again is of no use.
    """
    battery = world.batteries[b]
    kill_class = world.threats[i].kill_class
    because = known_by(state.held_by[state.post[b], i])
    attempt = state.attempts[b, i]
    worth = world.pairs[battery.first_weapon, i].worth
    if battery.hold != 0 or battery.engages[kill_class] == 0 or worth == 0.0:
        reached(state.attempts, b, i, HELD, because)
        attempt.look_s = np.inf
        return
    if battery.most_engagements > 0 and attempt.engagements >= battery.most_engagements:
        attempt.look_s = np.inf
        return
    look_s = np.inf
    ever = False
    forbidden = False
    still = False
    for w in range(battery.first_weapon, battery.first_weapon + battery.weapons):
        single = world.weapons[w].kill_probability[kill_class]
        if single == 0.0:
            continue
        forbidden = forbidden or world.pairs[w, i].stands == HEIGHT_FORBIDDEN
        if world.pairs[w, i].stands != OPEN:
            continue
        ever = True
        aim = state.aims[w, i]
        if aim.shut != OPEN:
            continue
        still = True
        if now_s < aim.open_s:
            look_s = min(look_s, aim.open_s)
            continue
        rounds = salvo_at(battery, attempt, kill_class)
        if held == REMOTE and world.weapons[w].needs_support != 0:
            reached(state.attempts, b, i, NO_GUIDANCE, because)
            look_s = now_s
            continue
        ready = at_hand(world.weapons[w], state.stocks[w], kill_class, now_s)
        if (barred <= FIRED and barred != NO_ROUND) or ready < rounds:
            stage = barred if ready >= rounds else min(barred, NO_ROUND)
            if in_time(world, state, b, w, i, now_s):
                reached(state.attempts, b, i, stage, because)
                look_s = now_s
            else:
                # Where it has just been closed, once more, to say so.
                look_s = min(look_s, aim.open_s) if aim.shut == OPEN else now_s
            continue
        look_s = now_s
        n = state.counts[N_CANDIDATES]
        state.counts[N_CANDIDATES] = n + 1
        kill = salvo_kill_probability(single, rounds, world.weapons[w].common_mode)
        state.candidates[n].weapon = w
        state.candidates[n].threat = i
        state.candidates[n].kill = kill
        state.candidates[n].asked = 0
        state.candidates[n].score = kill * _stake(world, state, state.post[b], w, i, now_s)
        state.candidates[n].worth = state.candidates[n].score
        state.candidates[n].taken = 0
    attempt.look_s = look_s
    if not still:
        ruled = attempt.ruled != 0 or (forbidden and not ever)
        reached(state.attempts, b, i, HELD if ruled else TOO_LATE if ever else NOT_REACHED, because)
