"""The fight: candidates, assignment by best marginal return, launches, intercepts, assessment, reload."""

from __future__ import annotations

from math import isinf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.decision.evaluation import given_common_mode, priority, salvo_kill_probability
from buckler.dtypes import FREE, HEIGHT_FORBIDDEN, NEVER_REACHED, OPEN, WorldArrays
from buckler.engine import calendar
from buckler.engine.identify import open_to_fire, wrongful
from buckler.engine.journal import N_CANDIDATES, N_ENGAGEMENTS, N_SHOTS, N_UNFINISHED, OVERFLOWED, Agenda, note, plan
from buckler.engine.lethality import single_shot
from buckler.engine.network.bundle import Network
from buckler.engine.network.knowledge import engaged_elsewhere, remote_sensor
from buckler.engine.network.orders import ORDER_TRIES, order_way
from buckler.engine.patrol import commit, turn_back
from buckler.engine.picture import found, meeting, met, std_at
from buckler.engine.posts import guided
from buckler.engine.reach import earliest_intercept, flight_time
from buckler.engine.rules import at_hand, permitted, salvo_at
from buckler.engine.state import (
    FIRED,
    FLYING,
    HELD,
    KILLED,
    NO_CHANNEL,
    NO_GUIDANCE,
    NO_LINK,
    NO_ROUND,
    NOT_REACHED,
    TOO_LATE,
    State,
)
from buckler.engine.swaps import NONE, best_exchange, exchange, first_of, give_back, salvo_of, take
from buckler.log.schema import Kind

_TRACK_CHANGES_S = 10.0
"""After so long a track is looked at again, whatever it said of the time to fire,"""
_TRACK_CHANGES = 0.25
"""or, where that is more, after such a share of what it said is left."""

_HEADED_ELSEWHERE_S = 1.0
"""By so much an aircraft may be early at its launch before it flies on."""

# On whose track a battery may fire.
NOBODYS: Final = 0
REMOTE: Final = 1
OWN: Final = 2

_ASSIGN = int(Kind.ASSIGN)
_REMOTE = int(Kind.REMOTE)
_ORDER_LOST = int(Kind.ORDER_LOST)
_FIRE = int(Kind.FIRE)
_KILL = int(Kind.KILL)
_MISS = int(Kind.MISS)
_NO_TARGET = int(Kind.NO_TARGET)
_ASSESS = int(Kind.ASSESS)
_RELOAD = int(Kind.RELOAD)
_SUPPLY = int(Kind.SUPPLY)


@borrowing_kernel
def reached(attempts: NDArray[np.void], b: int, i: int, stage: int, event: int) -> None:
    """Note how far battery `b` got with threat `i`; an attempt's furthest break stands, the earliest if it recurs."""
    attempt = attempts[b, i]
    if stage > attempt.stage:
        attempt.stage = stage
        attempt.stage_event = event


@borrowing_kernel
def known_by(held: Any) -> int:
    """The event for which a post may act on a threat: its verdict, or under weapons free its track."""
    return int(held.identify_event if held.identify_event >= 0 else held.track_event)


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
def bar(
    weapons: NDArray[np.void],
    stocks: NDArray[np.void],
    battery: Any,
    rounds: int,
    kill_class: int,
    held: int,
    channels: int,
    cut_off: bool,
    now_s: float,
) -> int:
    """The stage at which an attempt must break at this moment, whatever the geometry; past FIRED if nothing bars it.

    An attempt that has got that far before learns nothing from being considered again.
    """
    if held == NOBODYS:
        return NO_GUIDANCE
    guidable = held == OWN
    enough = False
    for w in range(battery.first_weapon, battery.first_weapon + battery.weapons):
        if weapons[w].kill_probability[kill_class] > 0.0 and (held == OWN or weapons[w].needs_support == 0):
            guidable = True
            enough = enough or at_hand(weapons[w], stocks[w], kill_class, now_s) >= rounds
    if not guidable:
        return NO_GUIDANCE
    if channels == 0:
        return NO_CHANNEL
    if not enough:
        return NO_ROUND
    return NO_LINK if cut_off else FIRED + 1


@borrowing_kernel
def _furthest(world: WorldArrays, state: State, b: int) -> int:
    """The stage past which no attempt of a battery gets now, whoever its target is: what `bar` returns at most."""
    if state.channels[b] == 0:
        return NO_CHANNEL
    battery = world.batteries[b]
    for w in range(battery.first_weapon, battery.first_weapon + battery.weapons):
        if state.stocks[w].ready > 0:
            return FIRED + 1
    return NO_ROUND


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
                if attempt.stage >= _furthest(world, state, b):
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
    if not _in_time(world, state, b, w, i, now_s):
        return
    rounds = salvo_at(world.batteries[b], state.attempts[b, i], world.threats[i].kill_class)
    single = single_shot(world, w, i, state.aims[w, i].meet_s, now_s + _lead_s(world, state, b))
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
    _engage(world, state, c, b, w, i, state.candidates[k].kill, because, way_s, arrives, now_s)


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
            if state.attempts[b, i].stage < lost and _in_time(world, state, b, w, i, now_s):
                reached(state.attempts, b, i, lost, known_by(state.held_by[c, i]))


@borrowing_kernel
def _lead_s(world: WorldArrays, state: State, b: int) -> float:
    """Seconds from an order to the first round, or to the moment when an aircraft turns to its target."""
    lead_s = float(world.batteries[b].reaction_s)
    return lead_s + state.way_s[b] if state.way_s[b] < np.inf else lead_s


@borrowing_kernel
def _in_time(world: WorldArrays, state: State, b: int, w: int, i: int, now_s: float) -> bool:
    """Whether an order given now lets weapon `w` meet threat `i`, and a later one might not do as well.

    Leaves in the aim where they meet, and from when on an order is of use; closes it where none is any more.
    """
    if world.basket_m > 0.0:
        return _in_time_by_track(world, state, b, w, i, now_s)
    aim = state.aims[w, i]
    lead_s = _lead_s(world, state, b)
    flies = world.batteries[b].dash_mps > 0.0
    # An aircraft may be nearer later on: what it said before is no bound.
    guess_s = world.pairs[w, i].first_s if flies else aim.meet_s
    meet_s = earliest_intercept(world, w, i, now_s + lead_s, guess_s, now_s + lead_s)
    if isinf(meet_s):
        if flies:
            aim.open_s = now_s + _TRACK_CHANGES_S
            reached(state.attempts, b, i, NOT_REACHED, known_by(state.held_by[state.post[b], i]))
        else:
            aim.shut = NEVER_REACHED
        return False
    aim.meet_s = meet_s
    period_s = world.commands[state.post[b]].decision_period_s
    latest_s = meet_s - flight_time(world, w, i, meet_s, now_s + lead_s) - lead_s
    if latest_s > now_s + period_s:
        aim.open_s = min(latest_s - period_s, now_s + _TRACK_CHANGES_S) if flies else latest_s - period_s
        return False
    return True


@borrowing_kernel
def _in_time_by_track(world: WorldArrays, state: State, b: int, w: int, i: int, now_s: float) -> bool:
    """`_in_time` on what the battery's command post believes; not before the track is known well enough where they are to meet.

    The aim is closed only where the true path can no longer be met: a track may yet show otherwise.
    """
    aim = state.aims[w, i]
    c = state.post[b]
    period_s = world.commands[c].decision_period_s
    lead_s = _lead_s(world, state, b)
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
            if _in_time(world, state, b, w, i, now_s):
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


@borrowing_kernel
def _engage(
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
def largest_salvo(battery: Any) -> int:
    """The most rounds that the battery's doctrine fires at one target."""
    most = 1
    for rounds in battery.salvo:
        most = max(most, rounds)
    for rounds in battery.next_salvo:
        most = max(most, rounds)
    return most


@borrowing_kernel
def _aimed(
    world: WorldArrays, state: State, b: int, w: int, i: int, launch_s: float, guess_s: float, left_s: float
) -> float:
    """When a round that leaves at `launch_s` meets its target: by the truth, or by the command post's track."""
    if world.basket_m > 0.0:
        return meeting(world, state.picture, state.post[b], w, i, launch_s, guess_s, left_s)[0]
    return earliest_intercept(world, w, i, launch_s, guess_s, left_s)


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
        return _aimed(world, state, b, w, i, launch_s, guess_s, state.rounds[shot].left_s)
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
def send_for_more(world: WorldArrays, state: State, w: int, now_s: float) -> None:
    """Fewer rounds than the largest salvo are as good as none: the launchers are sent for more."""
    stock = state.stocks[w]
    if stock.stored > 0 and stock.reloading == 0 and stock.ready < largest_salvo(world.batteries[world.weapons[w].battery]):
        stock.reloading = 1
        plan(state.agenda, now_s + world.weapons[w].reload_s, calendar.RELOADED, w, 0)


@borrowing_kernel
def _still_cleared(world: WorldArrays, state: State, b: int, i: int) -> bool:
    """Whether what is known of a target by now still lets battery `b` fire at it."""
    if state.held_by[state.post[b], i].told_apart != 0:
        return False
    return len(world.bodies) == 0 or open_to_fire(state.known_as[state.post[b], i])


@borrowing_kernel
def resolve(world: WorldArrays, state: State, seed: int, replication: int, shot: int, now_s: float) -> None:
    """A round meets its target: the kill draw, at the stated single-shot kill probability times what the end game leaves of it.

    A kill needs two successes: that of what all shots at the threat share, drawn once a threat (whoever fires, each round against
    its own probability), and that of this shot, drawn for itself. A round that needs its battery's radar to the end misses where
    that radar has lost the target.
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
        luck = draws.draw(
            seed, replication, draws.SHOT, world.batteries[b].key, world.threats[i].key, state.rounds[shot].ordinal
        )
        if luck < given_common_mode(chance, weapon.common_mode) and not shared_failure(
            weapon.common_mode, world.threats[i].key, seed, replication
        ):
            event = note(state.journal, state.rounds[shot].event, now_s, _KILL, subject, threat, i, chance, 0)
            state.lives[i].life = KILLED
            if i < len(world.threats) - world.traffic:
                state.counts[N_UNFINISHED] -= 1
            state.engagements[number].killed = 1
            if len(world.reports) > 0:
                plan(state.agenda, now_s, calendar.ENDED, i, 0)
        else:
            event = note(state.journal, state.rounds[shot].event, now_s, _MISS, subject, threat, i, chance, 0)
            if state.attempts[b, state.rounds[shot].threat].stage == FIRED:
                state.attempts[b, state.rounds[shot].threat].stage_event = event
    _close_shot(world.batteries, world.weapons, state.engagements, state.agenda, number, event, now_s)


@borrowing_kernel
def shared_failure(common_mode: float, threat_key: np.uint64, seed: int, replication: int) -> bool:
    """Whether something failed that all shots at the threat share."""
    if common_mode >= 1.0:
        return False
    return bool(draws.draw(seed, replication, draws.COMMON_MODE, threat_key, threat_key, 0) >= common_mode)


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


@borrowing_kernel
def reloaded(world: WorldArrays, state: State, w: int, now_s: float) -> None:
    """The launchers are full again, or as full as the store allows; unless the battery has moved meanwhile."""
    if state.stocks[w].reloading == 0:
        return
    rounds = min(world.weapons[w].ready - state.stocks[w].ready, state.stocks[w].stored)
    state.stocks[w].ready += rounds
    state.stocks[w].stored -= rounds
    state.stocks[w].reloading = 0
    note(state.journal, -1, now_s, _RELOAD, world.first_weapon + w, -1, -1, float(state.stocks[w].ready), 0)


@borrowing_kernel
def plan_supplies(world: WorldArrays, state: State) -> None:
    """Put every supply of the scenario into the calendar."""
    for row in range(len(world.rules) - world.supplies, len(world.rules)):
        plan(state.agenda, world.rules[row].x, calendar.RELOADED, world.rules[row].a, world.rules[row].b)


@borrowing_kernel
def supplied(world: WorldArrays, state: State, w: int, rounds: int, now_s: float) -> None:
    """Rounds arrive in the store of weapon `w`."""
    state.stocks[w].stored += rounds
    note(state.journal, -1, now_s, _SUPPLY, world.first_weapon + w, -1, -1, float(rounds), 0)
    send_for_more(world, state, w, now_s)
