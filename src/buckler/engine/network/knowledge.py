"""What a post may know of another's engagements and sensors: what the other is engaging, and tracks on which its batteries may fire.

Posts in full exchange do not engage what the other is engaging, as soon as they can know it.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.engine.network.bundle import DELIVERED, Network, command_node
from buckler.engine.network.ways import report_way_s
from buckler.physics.look import position


@borrowing_kernel
def engaged_elsewhere(net: Network, c: int, i: int, now_s: float) -> bool:
    """Whether a post in full exchange with post `c` is engaging threat `i`, and `c` can know it."""
    for r in range(len(net.nodes) - net.kinds[1], len(net.reports)):
        if net.reports[r].post == c and net.reports[r].voice == 0:
            theirs = net.held_by[net.reports[r].source - net.kinds[0], i]
            if theirs.engaged > 0 and now_s >= theirs.engaged_s + report_way_s(net, r):
                return True
    return False


@borrowing_kernel
def remote_sensor(
    net: Network, sensors: NDArray[np.void], remote_m: NDArray[np.float64], age_s: float, b: int, i: int, by_track: bool, now_s: float
) -> tuple[int, float]:
    """The sensor on whose track battery `b` may fire though it is none of its own, and its range (m); -1: there is none.

    Its track must be at the battery's post, directly or by full exchange, be good enough at the range at which the target is,
    and young enough when it arrives: a scan, and the way to the post and on to the battery. `by_track`: whoever asks looks at the track
    itself for that.
    """
    c = net.post[b]
    x, y, z, _ = position(net.journal.threats[i], net.journal.path_m, now_s)
    order_s = net.way_s[b]
    found, nearest_m = -1, inf
    for s in range(len(sensors)):
        if remote_m[b, s] == 0.0 or net.passed[s, i].status != DELIVERED:
            continue
        place = sensors[s].position_m
        range_m = ((x - place[0]) ** 2 + (y - place[1]) ** 2 + (z - place[2]) ** 2) ** 0.5
        if (range_m > remote_m[b, s] and not by_track) or range_m >= nearest_m:
            continue
        way_s = sensors[s].scan_period_s + order_s + report_way_s(net, s)
        at = net.passed[s, i].post
        if at != c:
            way_s += _exchanged_s(net, at, c, i)
        if way_s <= age_s or (by_track and way_s < inf):
            found, nearest_m = s, range_m
    return found, nearest_m


@borrowing_kernel
def _exchanged_s(net: Network, source: int, c: int, i: int) -> float:
    """Seconds from post `source` to post `c` where the track of threat `i` has come that way in full exchange, else inf."""
    here = command_node(net, source)
    for r in range(len(net.nodes) - net.kinds[1], len(net.reports)):
        report = net.reports[r]
        if report.source == here and report.post == c and report.voice == 0 and net.passed[r, i].status == DELIVERED:
            return report_way_s(net, r)
    return inf
