"""Nodes and links that go out of order and come back: as the scenario says, by luck, by moving, by a hit.

A node or link may have several reasons to be out of order; it is in order when it has none. What is lost stays lost; a sensor out of
order loses its tracks; a post out of order decides nothing (consequences).
"""

from __future__ import annotations

from math import hypot, inf, log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.dtypes import SORTIE
from buckler.engine import calendar
from buckler.engine.journal import note, plan
from buckler.engine.network.backups import best_post, mark_cut
from buckler.engine.network.bundle import UNDER_WAY, Network, is_post
from buckler.engine.network.losses import lose
from buckler.engine.network.reports import wait
from buckler.engine.network.ways import find_ways, occupy, report_way_s, room_s
from buckler.log.schema import Kind

AWAY: Final = 1_000
"""A reason to be out of order that counts more than all others but the next: it is not there, so nothing can hit it."""
DESTROYED: Final = 1_000_000
"""More reasons to be out of order than there can be to be in order again."""

# Why a node or link goes out of order or comes back: the value of the event.
BY_FACT: Final = 0
BY_FAILURE: Final = 1
BY_MOVING: Final = 2

_NODE_LOST = int(Kind.NODE_LOST)
_NODE_DOWN = int(Kind.NODE_DOWN)
_NODE_UP = int(Kind.NODE_UP)
_ON_STATION = int(Kind.ON_STATION)
_OFF_STATION = int(Kind.OFF_STATION)
_LINK_DOWN = int(Kind.LINK_DOWN)
_LINK_UP = int(Kind.LINK_UP)


@borrowing_kernel
def begin(net: Network, changes: NDArray[np.void], uptimes: NDArray[np.void], seed: int, replication: int) -> None:
    """The network at the start: what is out of order from the first moment on, satellites in too much rain among it."""
    nodes = len(net.nodes)
    for k in range(len(net.links)):
        link = net.links[k]
        if link.availability < 1.0 and (
            draws.draw(seed, replication, draws.LINK_AVAILABILITY, link.key, link.key, 0) >= link.availability
        ):
            net.down[nodes + k] += DESTROYED
            note(net.journal, -1, 0.0, _LINK_DOWN, net.kinds[5] + k, -1, -1, 0.0, 0)
    for j in range(len(changes)):
        if changes[j].time_s > 0.0:
            plan(net.agenda, changes[j].time_s, calendar.CHANGE, j, 0)
        else:
            put_down(net, changes[j].thing, changes[j].down, 0.0, BY_MOVING if abs(changes[j].down) >= AWAY else BY_FACT)
    for k in range(len(uptimes)):
        if not works_at_first(uptimes[k], seed, replication):
            put_down(net, uptimes[k].thing, 1, 0.0, BY_FAILURE)
        plan_turn(net, uptimes[k], seed, replication, len(changes) + k, 0, 0.0)
    find_ways(net)
    for n in range(nodes):
        # Who is cut off from the first moment on has fallen back before it.
        if not is_post(net, n) and net.down[n] <= 0:
            best = best_post(net, n)
            if best >= 0 and best != net.post[n]:
                net.cut_s[n] = -net.commands[net.nodes[n].home].takeover_s
                plan(net.agenda, 0.0, calendar.TAKE_OVER, n, 0)


@borrowing_kernel
def works_at_first(uptime: Any, seed: int, replication: int) -> bool:
    """Whether luck has a node or link in order at the start."""
    return bool(draws.draw(seed, replication, draws.UPTIME, uptime.key, uptime.key, 0) < uptime.up)


@borrowing_kernel
def works_after(uptime: Any, seed: int, replication: int, turn: int) -> bool:
    """Whether it works after so many turns from in order to out of order or back."""
    return works_at_first(uptime, seed, replication) == (turn % 2 == 0)


@borrowing_kernel
def plan_turn(net: Network, uptime: Any, seed: int, replication: int, number: int, turn: int, now_s: float) -> None:
    """Put into the calendar when it next fails, or is mended, after turn `turn`: an alternating renewal process.

    Both spans are exponential (no wear, no plan of repairs), t = -m ln(1 - u), so that in the steady state it works with
    probability MTBF/(MTBF + MTTR), and what is left of a span at the start is as long as a whole one (D. R. Cox, Renewal Theory,
    Methuen 1962, chapter 7).
    """
    mean_s = uptime.failure_s if works_after(uptime, seed, replication, turn) else uptime.repair_s
    if mean_s < inf:
        luck = draws.draw(seed, replication, draws.UPTIME, uptime.key, uptime.key, turn + 1)
        plan(net.agenda, now_s - mean_s * log(1.0 - luck), calendar.CHANGE, number, turn + 1)


@borrowing_kernel
def put_down(net: Network, thing: int, down: int, now_s: float, why: int) -> bool:
    """One reason more or less for a node or link to be out of order; whether it has gone out of order or come back by it."""
    nodes = len(net.nodes)
    net.down[thing] += down
    reasons = net.down[thing]
    if (down > 0 and reasons != down) or (down < 0 and reasons != 0):
        return False
    if thing < nodes and net.nodes[thing].flown != 0:
        # Who has not come yet need not be said to be away; of the radar that flies with them nothing is said.
        if net.nodes[thing].flown == SORTIE and (now_s > 0.0 or down < 0):
            note(net.journal, -1, now_s, _OFF_STATION if down > 0 else _ON_STATION, net.kinds[4] + thing, -1, -1, float(why), 0)
    elif thing < nodes:
        note(net.journal, -1, now_s, _NODE_DOWN if down > 0 else _NODE_UP, net.kinds[4] + thing, -1, -1, float(why), 0)
    else:
        kind = _LINK_DOWN if down > 0 else _LINK_UP
        note(net.journal, -1, now_s, kind, net.kinds[5] + thing - nodes, -1, -1, float(why), 0)
    return True


@borrowing_kernel
def strike(net: Network, hazards: NDArray[np.void], i: int, cause: int, along_m: float, across_m: float, now_s: float) -> None:
    """Threat `i` comes down at a place beside its aim point: every node within its lethal radius that is there is lost."""
    for h in range(len(hazards)):
        hazard = hazards[h]
        if hazard.threat != i or net.down[hazard.node] >= AWAY:
            continue
        miss_m = hypot(hazard.along_m - along_m, hazard.across_m - across_m)
        if miss_m <= net.journal.threats[i].lethal_radius_m:
            note(
                net.journal, cause, now_s, _NODE_LOST, net.kinds[4] + hazard.node, net.kinds[3] + i, i, miss_m, 0
            )  # fmt: skip
            was = net.down[hazard.node]
            net.down[hazard.node] += DESTROYED
            plan(net.agenda, now_s, calendar.STOP if was <= 0 else calendar.REWIRE, hazard.node, 0)


@borrowing_kernel
def rewire(net: Network, now_s: float) -> None:
    """Something is out of order, or is back: find the ways anew, end what has none, let it wait for one."""
    # What is carried leaves the old ways before they are forgotten, and takes the new ones.
    for turn in range(2):
        for r in range(len(net.reports)):
            for i in range(net.passed.shape[1]):
                if net.passed[r, i].status >= UNDER_WAY:
                    occupy(net, r, 2 * turn - 1, 0.0)
        if turn == 0:
            find_ways(net)
    for r in range(len(net.reports)):
        cut = report_way_s(net, r) == inf
        for i in range(net.passed.shape[1]):
            if net.passed[r, i].status >= UNDER_WAY and (cut or room_s(net, r, now_s, 0) == inf):
                lose(net, r, i)
                wait(net, r, i)
    mark_cut(net, now_s)
    plan(net.agenda, now_s, calendar.CARRY, 1, 0)
