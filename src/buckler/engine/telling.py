"""What posts tell one another of their tracks, under `picture: filtered`, and what they make of it.

1. Over a full exchange a post tells its own track of a threat: state, covariance, number, as they are when the message leaves, of
   the time of the track's newest plot. The first message is the
   report of the network by which the other post learns of the track; then one leaves every REFRESH_S (ways), or when the one
   before has arrived if that takes longer, and only with news. Each takes the way of that moment (links, and the exchange's
   latency), and is lost by each link's and the exchange's loss; what is lost is not repeated. If the way breaks, what is under way
   is lost.
2. A post never passes on what it was told: nothing comes back to who said it first. Over voice no state is told.
3. The receiver keeps the last told track of each post, as told, and compares it, each carried on by its motion to the later of their
   times, with all of its own: it is one with the nearest by equation (2) of `tracking.intersection` within GATE, of which no other of
   the same teller's is filed, and is filed in its place. One that is none of its own is filed under the threat under which it is
   filed where it comes from, if the receiver has no track there; else it is a second track (TRACK_DOUBLED), and is not used.
4. What it fires at is its own track and the told ones in its place put together, each carried on to the latest of their times, by
   covariance intersection (equation 1 there; consistent whatever they have in common), as long as they are one by (2) and GATE; without
   an own one, that with the latest plot and what goes with it.
5. A told track STALE_S old is forgotten, and one of a target that is no more.

Limits: whether it is one of the receiver's own is asked when it is told, not between two messages.
"""

from __future__ import annotations

from math import inf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.following import copy_track
from buckler.engine.journal import note, plan
from buckler.engine.network.bundle import UNDER_WAY, Network
from buckler.engine.network.reports import kept_by_link
from buckler.engine.network.ways import addressee, report_way_s
from buckler.engine.picture import NOWHERE, STALE_S, Picture
from buckler.engine.rows import keep_held, keep_told
from buckler.engine.state import FLYING, State
from buckler.log.schema import Kind
from buckler.tracking import models
from buckler.tracking.intersection import apart, intersect

GATE: Final = 22.458
"""Chi-square of six components at 0.999."""
NOTED: Final = -2
"""`run` of a told track of which it has been noted that it is a second one."""

_TRACK_DOUBLED = int(Kind.TRACK_DOUBLED)


@borrowing_kernel
def send_track(world: WorldArrays, state: State, net: Network, seed: int, replication: int, r: int, i: int, now_s: float) -> None:
    """The source of exchange `r` tells its track of threat `i`, if it has news, or looks again in a period."""
    passed, picture = net.passed[r, i], state.picture
    if passed.status < UNDER_WAY or passed.send_s != now_s or state.lives[i].life != FLYING:
        return
    report = net.reports[r]
    e, c = r - len(world.sensors), report.source - net.kinds[0]
    own, told = picture.beliefs[c, i], picture.told[0, e, i]
    passed.send_s = now_s + report.period_s
    way_s = report_way_s(net, r)
    if own.plots >= 2 and way_s < inf and (own.time_s > told.time_s or own.number != told.number):
        copy_track(own, picture.x[c, i], picture.P[c, i], told, picture.told_x[0, e, i], picture.told_P[0, e, i])
        passed.told += 1
        if kept_by_link(net, seed, replication, r, i, passed.told):
            passed.heard_s = now_s + way_s
            passed.send_s = max(passed.send_s, passed.heard_s)
            plan(state.agenda, passed.heard_s, calendar.HEAR_TRACK, r, i)
    plan(state.agenda, passed.send_s, calendar.SEND_TRACK, r, i)


@borrowing_kernel
def hear_track(world: WorldArrays, state: State, net: Network, record: bool, r: int, i: int, now_s: float) -> None:
    """What exchange `r` tells of threat `i` is there."""
    passed, picture = net.passed[r, i], state.picture
    c = addressee(net, r)
    if passed.status < UNDER_WAY or passed.heard_s != now_s or net.down[net.kinds[0] + c] > 0:
        return
    e = r - len(world.sensors)
    told = picture.told[1, e, i]
    known = told.plots > 0
    old = told.place if known else NOWHERE
    noted = known and told.run == NOTED and told.number == picture.told[0, e, i].number
    copy_track(
        picture.told[0, e, i], picture.told_x[0, e, i], picture.told_P[0, e, i], told, picture.told_x[1, e, i], picture.told_P[1, e, i]
    )
    told.run = NOTED if noted else 0
    if 0 <= old < len(world.threats) and picture.filed[e, old] == i:
        picture.filed[e, old] = NOWHERE
    place = _recognised(world, state, c, e, i, now_s)
    if place == NOWHERE and picture.filed[e, i] == NOWHERE and not _holds(picture, c, i, now_s):
        place = i
    told.place = place
    if place == NOWHERE and not noted:
        told.run = NOTED
        j = int(told.follows)
        object_ = world.first_threat + j if j >= 0 else -1
        note(state.journal, -1, now_s, _TRACK_DOUBLED, world.first_command + c, object_, j, float(told.number), 0)
    if record:
        hostile = state.held_by[c, i].identify_event >= 0
        keep_told(picture, state.counts, c, int(net.reports[r].source - net.kinds[0]), e, i, hostile, now_s)
    if 0 <= old < len(world.threats) and old != place:
        fuse(world, state, c, old, record, now_s)
    if 0 <= place < len(world.threats):
        picture.filed[e, place] = i
        fuse(world, state, c, place, record, now_s)


@borrowing_kernel
def _holds(picture: Picture, c: int, k: int, now_s: float) -> bool:
    """Whether post `c` has a track of its own in place `k`: one plot says nothing of a velocity, and an old one nothing of anything."""
    own = picture.beliefs[c, k]
    return bool(own.plots >= 2 and now_s - own.time_s <= STALE_S)


@borrowing_kernel
def _recognised(world: WorldArrays, state: State, c: int, e: int, i: int, now_s: float) -> int:
    """The place of post `c`'s own track with which what exchange `e` has told of threat `i` is one: the nearest by equation (2); NOWHERE.

    A place where another track of the same post is filed is not looked at: to who tells them they are two.
    """
    picture = state.picture
    told, y = picture.told[1, e, i], picture.told_x[1, e, i]
    best, nearest = NOWHERE, GATE
    Q = picture.four[2]
    for k in range(picture.beliefs.shape[1]):
        if not _holds(picture, c, k, now_s) or (k < len(world.threats) and picture.filed[e, k] != NOWHERE):
            continue
        own, x, P = picture.spare[0], picture.spare_x[k], picture.spare_P[k]
        copy_track(picture.beliefs[c, k], picture.x[c, k], picture.P[c, k], own, x, P)
        carry_to(picture, own, x, P, told.time_s)
        copy_track(told, y, picture.told_P[1, e, i], picture.spare[1], picture.vector, Q)
        carry_to(picture, picture.spare[1], picture.vector, Q, own.time_s)
        squared, variance = 0.0, 0.0
        for a in range(3):
            squared += (x[a] - picture.vector[a]) ** 2
            variance += P[a, a] + Q[a, a]
        # By position alone, along its worst direction, and more: what this leaves out is out.
        if squared <= nearest * variance:
            d2 = apart(x, P, picture.vector, Q, picture.four)
            if d2 <= nearest:
                best, nearest = k, d2
    return best


@borrowing_kernel
def fuse(world: WorldArrays, state: State, c: int, i: int, record: bool, now_s: float) -> None:
    """What post `c` makes of its own track in the place of threat `i` and of what it has been told that is filed there."""
    picture = state.picture
    own, held, x, P = picture.beliefs[c, i], picture.held[c, i], picture.held_x[c, i], picture.held_P[c, i]
    picture.kept[0] = -1
    latest_s, first = -inf, -1
    for e in range(picture.filed.shape[0]):
        j = picture.filed[e, i]
        if j == NOWHERE or world.reports[len(world.sensors) + e].post != c:
            continue
        told = picture.told[1, e, j]
        if now_s - told.time_s > STALE_S or state.lives[j].life != FLYING:
            told.plots = 0
            picture.filed[e, i] = NOWHERE
        elif told.time_s > latest_s:
            latest_s, first = told.time_s, e
    if _holds(picture, c, i, now_s):
        first = -1
        copy_track(own, picture.x[c, i], picture.P[c, i], held, x, P)
    elif first >= 0:
        j = picture.filed[first, i]
        copy_track(picture.told[1, first, j], picture.told_x[1, first, j], picture.told_P[1, first, j], held, x, P)
    else:
        held.plots = 0
        return
    carry_to(picture, held, x, P, latest_s)
    fused = False
    for e in range(picture.filed.shape[0]):
        j = picture.filed[e, i]
        if j == NOWHERE or world.reports[len(world.sensors) + e].post != c or e == first:
            continue
        told = picture.told[1, e, j]
        y, Q = picture.spare_x[i], picture.spare_P[i]
        copy_track(told, picture.told_x[1, e, j], picture.told_P[1, e, j], picture.spare[0], y, Q)
        carry_to(picture, picture.spare[0], y, Q, held.time_s)
        if apart(x, P, y, Q, picture.four) <= GATE and intersect(x, P, y, Q, picture.four) >= 0.0:
            held.plots = max(held.plots, told.plots)
            fused = True
    if record and fused and state.held_by[c, i].tracks > 0:
        keep_held(picture, state.counts, c, i, state.held_by[c, i].identify_event >= 0, now_s)


@borrowing_kernel
def carry_to(picture: Picture, belief: Any, x: NDArray[np.float64], P: NDArray[np.float64], time_s: float) -> None:
    """A track at a later time, by its motion; nothing where that is no later."""
    if time_s > belief.time_s:
        models.predict(picture.motion[belief.kill_class], x, P, time_s - belief.time_s, picture.work)
        belief.time_s = time_s


@borrowing_kernel
def fuse_after_scan(world: WorldArrays, state: State, c: int, record: bool, now_s: float) -> None:
    """Put together anew what plots that are there now have changed of post `c`'s own tracks."""
    picture = state.picture
    for i in range(len(world.threats)):
        own = picture.beliefs[c, i]
        if (own.plots > 0 and own.known_s == now_s) or (own.plots == 0 and picture.held[c, i].plots > 0):
            fuse(world, state, c, i, record, now_s)
