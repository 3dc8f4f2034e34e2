"""What the network's changes mean for the fight: tracks that end, engagements that go on elsewhere, posts that take over.

Also the hand by which the calendar of a replication works the network: one entry for all, so that it is compiled once.
"""

from __future__ import annotations

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.identify import vetoes
from buckler.engine.journal import N_AUTONOMOUS, N_ENGAGEMENTS, note, plan
from buckler.engine.mail import deliver
from buckler.engine.network.backups import taker
from buckler.engine.network.bundle import DELIVERED, NOT_OFFERED, Network
from buckler.engine.network.losses import ended, lose
from buckler.engine.network.outages import (
    AWAY,
    BY_FACT,
    BY_FAILURE,
    BY_MOVING,
    DESTROYED,
    plan_turn,
    put_down,
    rewire,
    works_after,
)
from buckler.engine.network.reports import arrive, carry, look_again, offer, pass_on, tell, wait
from buckler.engine.posts import gain, guided, plan_decision
from buckler.engine.state import FLYING, State, aim_anew
from buckler.engine.stocks import send_for_more
from buckler.engine.telling import hear_track, send_track
from buckler.log.schema import Kind
from buckler.tracking.identification import HOSTILE

_DROP = int(Kind.DROP)
_HAND_OVER = int(Kind.HAND_OVER)
_TAKE_OVER = int(Kind.TAKE_OVER)


@borrowing_kernel
def on_network(
    world: WorldArrays, state: State, net: Network, seed: int, replication: int, record: bool, what: int, a: int, b: int, now_s: float
) -> None:
    """Whatever the calendar holds of the network."""
    if what == calendar.CONFIRMED or what == calendar.DROPPED:
        if what == calendar.DROPPED:
            lose(net, a, b)
            look_again(net, now_s)
        elif state.lives[b].life == FLYING and state.seen_by[a, b].confirmed != 0:
            offer(net, seed, replication, a, b, state.seen_by[a, b].confirm_event, now_s)
        if state.counts[N_AUTONOMOUS] > 0:
            _own_tracks(world, state, what == calendar.CONFIRMED, a, b, now_s)
    elif what == calendar.DIRECT or what == calendar.ARRIVE or what == calendar.TELL:
        if state.lives[b].life == FLYING:
            vetoed = len(world.bodies) > 0 and world.reports[a].post >= 0 and vetoes(state.known_as[world.reports[a].post, b])
            if what != calendar.TELL:
                arrive(net, a, b, vetoed, now_s)
            elif not vetoed:
                tell(net, a, b, now_s)
            if len(world.bodies) > 0 and world.reports[a].post >= 0 and net.passed[a, b].status == DELIVERED:
                _believe(world, state, net.passed[a, b].post, world.reports[a].source, b)
            if net.passed[a, b].status == DELIVERED:
                pass_on(net, seed, replication, net.passed[a, b].post, b, now_s)
    elif what == calendar.SEND_TRACK:
        send_track(world, state, net, seed, replication, a, b, now_s)
    elif what == calendar.PLOTS:
        deliver(world, state, net, seed, replication, record, a, b, now_s)
    elif what == calendar.HEAR_TRACK:
        hear_track(world, state, net, record, a, b, now_s)
    elif what == calendar.PASS_ON:
        pass_on(net, seed, replication, a, b, now_s)
    elif what == calendar.ENDED:
        ended(net, a, now_s)
    elif what == calendar.CARRY:
        carry(net, seed, replication, now_s)
        if a == 1:  # the ways are new: every post tells again what it holds and has not told
            for c in range(len(world.commands)):
                for i in range(len(world.threats)):
                    if state.held_by[c, i].tracks > 0 and state.lives[i].life == FLYING:
                        plan(state.agenda, now_s, calendar.PASS_ON, c, i)
    elif what == calendar.REWIRE:
        rewire(net, now_s)
        _aim_anew(world, state)
    elif what == calendar.STOP:
        _stop(world, state, a, now_s)
        plan(state.agenda, now_s, calendar.REWIRE, a, 0)
    elif what == calendar.CHANGE:
        thing, down, why = _turn(world, state, net, seed, replication, a, b, now_s)
        if thing >= 0 and put_down(net, thing, down, now_s, why):
            stops = thing < len(world.nodes) and down > 0
            plan(state.agenda, now_s, calendar.STOP if stops else calendar.REWIRE, thing, 0)
    elif what == calendar.TAKE_OVER:
        best, after_s = taker(net, a, now_s)
        if best >= 0:
            _change_post(world, state, net, a, best, now_s, after_s)
            plan(state.agenda, now_s, calendar.REWIRE, a, 0)


@borrowing_kernel
def _turn(
    world: WorldArrays, state: State, net: Network, seed: int, replication: int, number: int, turn: int, now_s: float
) -> tuple[int, int, int]:
    """What goes out of order or comes back, by how many reasons and why: as the scenario says, or by luck; -1 for nothing."""
    k = number - len(world.changes)
    if k >= 0:
        uptime = world.uptimes[k]
        plan_turn(net, uptime, seed, replication, number, turn, now_s)
        return uptime.thing, -1 if works_after(uptime, seed, replication, turn) else 1, BY_FAILURE
    change = world.changes[number]
    if change.follows >= 0:
        if net.down[change.follows] >= DESTROYED:
            return -1, 0, 0  # it was lost at the place that it was to come from
        if change.thing < len(world.batteries):
            _bring(world, state, change.follows, change.thing, now_s)
    return change.thing, change.down, BY_MOVING if abs(change.down) >= AWAY else BY_FACT


@borrowing_kernel
def _bring(world: WorldArrays, state: State, old: int, new: int, now_s: float) -> None:
    """A battery has come to another place: its rounds with it, and what it has done at each target so far.

    A reload under way begins anew. A round whose launch was called off after that stays at the old place: it is lost.
    """
    for k in range(world.batteries[new].weapons):
        there, here = state.stocks[world.batteries[old].first_weapon + k], world.batteries[new].first_weapon + k
        state.stocks[here].ready, state.stocks[here].stored = there.ready, there.stored
        there.ready, there.stored, there.reloading = 0, 0, 0
        send_for_more(world, state, here, now_s)
    for i in range(len(world.threats)):
        state.attempts[new, i].fired = state.attempts[old, i].fired
        state.attempts[new, i].engagements = state.attempts[old, i].engagements


@borrowing_kernel
def _believe(world: WorldArrays, state: State, c: int, source: int, i: int) -> None:
    """What a post has taken over from another as hostile is hostile to it, as long as its own evidence does not forbid that (identify)."""
    theirs, own = state.known_as[source - (world.first_command - world.first_battery), i], state.known_as[c, i]
    if state.held_by[c, i].identify_event >= 0 and theirs.identity == HOSTILE and own.identity != HOSTILE:
        own.identity = HOSTILE
        own.told = 1


@borrowing_kernel
def _own_tracks(world: WorldArrays, state: State, gained: bool, s: int, i: int, now_s: float) -> None:
    """What sensor `s` gains or loses, batteries that are their own posts and fire on its tracks gain or lose with it."""
    for b in range(len(world.batteries)):
        c = state.post[b]
        if world.commands[c].own_battery != b:
            continue
        battery = world.batteries[b]
        for k in range(battery.first_sensor, battery.first_sensor + battery.sensors):
            if world.fire_control[k] == s:
                held = state.held_by[c, i]
                if gained:
                    event = state.seen_by[s, i].confirm_event
                    gain(state.agenda, world.commands[c], held, event, c, i, now_s, world.commands[c].latency_s)
                else:
                    held.tracks -= 1


@borrowing_kernel
def _stop(world: WorldArrays, state: State, node: int, now_s: float) -> None:
    """What a node was doing ends: a sensor's tracks, and what a battery can no longer do, itself or its radars being lost."""
    s = node - (world.first_sensor - world.first_battery)
    if s >= 0:
        for i in range(len(world.threats)):
            seen = state.seen_by[s, i]
            seen.window = 0
            if seen.confirmed != 0:
                seen.confirmed = 0
                threat = world.first_threat + i
                note(state.journal, seen.detect_event, now_s, _DROP, world.first_sensor + s, threat, i, 0.0, 0)
                plan(state.agenda, now_s, calendar.DROPPED, s, i)
    for number in range(state.counts[N_ENGAGEMENTS]):
        engagement = state.engagements[number]
        w, i = engagement.weapon, engagement.threat
        b = world.weapons[w].battery
        if engagement.open == 0 or engagement.post < 0 or (s < 0 and b != node):
            continue
        supported = world.weapons[w].needs_support != 0
        if s < 0:
            over = supported or engagement.waiting > 0  # rounds that find the target themselves fly on
        else:
            over = supported and not guided(world.fire_control, state.seen_by, world.batteries[b], i)
        if over:
            state.held_by[engagement.post, i].engaged -= 1
            note(
                state.journal, engagement.event, now_s, _HAND_OVER, world.first_weapon + w, world.first_threat + i, i,
                float(engagement.waiting), 0,
            )  # fmt: skip
            plan_decision(state.agenda, state.deciding, engagement.post, now_s)
            engagement.post = -1


@borrowing_kernel
def _aim_anew(world: WorldArrays, state: State) -> None:
    """Orders may now be quicker than they were: what was too late with the old way may be in time with the new one."""
    for i in range(len(world.threats)):
        for b in range(len(world.batteries)):
            state.attempts[b, i].look_s = 0.0
        for w in range(len(world.weapons)):
            aim = state.aims[w, i]
            aim_anew(aim, world.pairs[w, i])
            aim.open_s = 0.0
            aim.shut = world.pairs[w, i].stands


@borrowing_kernel
def _change_post(
    world: WorldArrays, state: State, net: Network, node: int, best: int, now_s: float, after_s: float
) -> None:
    """A sensor's tracks wait for the way to its new post; a battery's engagements go into the new post's account."""
    old = net.post[node]
    note(state.journal, -1, now_s, _TAKE_OVER, world.first_command + best, world.first_battery + node, -1, after_s, 0)
    s = node - (world.first_sensor - world.first_battery)
    for i in range(len(world.threats)):
        if s >= 0 and net.passed[s, i].status != NOT_OFFERED:
            lose(net, s, i)
            wait(net, s, i)
    net.post[node] = best
    if s >= 0:
        return
    for number in range(state.counts[N_ENGAGEMENTS]):
        engagement = state.engagements[number]
        if world.weapons[engagement.weapon].battery == node and engagement.open > 0 and engagement.post == old:
            state.held_by[old, engagement.threat].engaged -= 1
            state.held_by[best, engagement.threat].engaged += 1
            engagement.post = best
    if world.commands[old].own_battery >= 0:
        state.counts[N_AUTONOMOUS] -= 1
        for i in range(len(world.threats)):
            state.held_by[old, i].tracks = 0
    if world.commands[best].own_battery >= 0:
        state.counts[N_AUTONOMOUS] += 1
        command, battery = world.commands[best], world.batteries[node]
        for k in range(battery.first_sensor, battery.first_sensor + battery.sensors):
            for i in range(len(world.threats)):
                seen = state.seen_by[world.fire_control[k], i]
                if seen.confirmed != 0 and state.lives[i].life == FLYING:
                    event = seen.confirm_event
                    gain(state.agenda, command, state.held_by[best, i], event, best, i, now_s, command.latency_s)
