"""Tracks that a post loses: a report ends, and with it all that its post told others because of it."""

from __future__ import annotations

from math import inf

from buckler.compiled import borrowing_kernel
from buckler.engine.journal import N_WAITING
from buckler.engine.network.bundle import DELIVERED, NOT_OFFERED, WAITING, Network, command_node
from buckler.engine.network.reports import look_again
from buckler.engine.network.ways import occupy


@borrowing_kernel
def _take_back(net: Network, r: int, i: int) -> int:
    """Report `r` of threat `i` ends; the post that loses the track by it, -1 for none."""
    passed = net.passed[r, i]
    was = passed.status
    passed.status = NOT_OFFERED
    passed.send_s = inf
    passed.heard_s = inf
    if was == WAITING:
        net.journal.counts[N_WAITING] -= 1
        net.waiting[r] -= 1
    elif was != NOT_OFFERED:
        occupy(net, r, -1, 0.0)
    return int(passed.post) if was == DELIVERED else -1


@borrowing_kernel
def _hush(net: Network, c: int, i: int) -> None:
    """Where post `c` holds threat `i` no longer, but by voice, it ends what it tells of it by voice."""
    if net.held_by[c, i].tracks > net.held_by[c, i].heard:
        return
    here = command_node(net, c)
    for r in range(len(net.nodes) - net.kinds[1], len(net.reports)):
        if net.reports[r].source == here and net.reports[r].voice != 0:
            post = _take_back(net, r, i)
            if post >= 0:
                net.held_by[post, i].tracks -= 1
                net.held_by[post, i].heard -= 1


@borrowing_kernel
def lose(net: Network, r: int, i: int) -> None:
    """Report `r` of threat `i` ends, and with it all that its post told others because of it."""
    c = _take_back(net, r, i)
    if c < 0:
        return
    held, report = net.held_by[c, i], net.reports[r]
    held.tracks -= 1
    if report.voice != 0:
        held.heard -= 1
        return
    if report.post < 0:
        held.own -= 1
        if held.own == 0:
            here = command_node(net, c)
            for q in range(len(net.nodes) - net.kinds[1], len(net.reports)):
                if net.reports[q].source == here and net.reports[q].voice == 0:
                    other = _take_back(net, q, i)
                    if other >= 0:
                        net.held_by[other, i].tracks -= 1
                        _hush(net, other, i)
    _hush(net, c, i)


@borrowing_kernel
def ended(net: Network, i: int, now_s: float) -> None:
    """Threat `i` flies no longer: its tracks leave the links."""
    for r in range(len(net.reports)):
        if net.passed[r, i].status != NOT_OFFERED:
            lose(net, r, i)
    look_again(net, now_s)
