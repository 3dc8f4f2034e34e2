"""Ways over the network: how soon a message gets from a node to a post, whether the links can take it, and whether it is lost.

Links join nodes both ways. The way between a post and a node is the quickest one over links and nodes in order (R. Bellman 1958,
Quarterly of Applied Mathematics 16, 87, doi:10.1090/qam/102435), found again whenever a node or link goes out of order or comes
back (outages). A sensor or battery that no link names is joined to its post directly.

A link of capacity C tracks/s carries at most C x REFRESH_S tracks at once, and takes 1/C from one new track to the next.
"""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.engine.network.bundle import Network, command_node, is_post

REFRESH_S: Final = 10.0
"""A track that is older is of no use: how often a link with a capacity must carry each of its tracks again (assumption: a
surveillance radar's scan)."""


@borrowing_kernel
def find_ways(net: Network) -> None:
    """The quickest way from every node to every post, over what is in order."""
    nodes = len(net.nodes)
    for c in range(len(net.commands)):
        here = command_node(net, c)
        post_up = net.down[here] <= 0
        for n in range(nodes):
            # Without a link of its own a sensor or battery is joined to its post, and a post to others without one.
            joined = n == here or (
                net.nodes[n].linked == 0 and (net.nodes[here].linked == 0 if is_post(net, n) else net.post[n] == c)
            )
            net.delay_s[c, n] = 0.0 if post_up and net.down[n] <= 0 and joined else inf
            net.via[c, n] = -1
        changed = post_up and net.nodes[here].linked != 0
        while changed:
            changed = False
            for k in range(len(net.links)):
                one, two = net.links[k].one, net.links[k].two
                if net.down[nodes + k] > 0 or net.down[one] > 0 or net.down[two] > 0:
                    continue
                step_s = net.links[k].delay_s
                if net.delay_s[c, one] < net.delay_s[c, two]:
                    near, far = one, two
                else:
                    near, far = two, one
                if net.delay_s[c, near] + step_s < net.delay_s[c, far]:
                    net.delay_s[c, far] = net.delay_s[c, near] + step_s
                    net.via[c, far] = k
                    changed = True
    for n in range(nodes):
        net.way_s[n] = way_to_post_s(net, n)


@borrowing_kernel
def beyond(links: NDArray[np.void], k: int, node: int) -> int:
    """The other end of link `k`."""
    return int(links[k].two if links[k].one == node else links[k].one)


@borrowing_kernel
def way_to_post_s(net: Network, node: int) -> float:
    """Seconds between a sensor or battery and its post of the moment; inf where it is cut off."""
    c = net.post[node]
    if net.down[node] > 0:
        return inf
    return 0.0 if net.commands[c].own_battery >= 0 else float(net.delay_s[c, node])


@borrowing_kernel
def addressee(net: Network, r: int) -> int:
    """The post that report `r` goes to."""
    post = net.reports[r].post
    return int(post if post >= 0 else net.post[net.reports[r].source])


@borrowing_kernel
def report_way_s(net: Network, r: int) -> float:
    """Seconds that a report takes at the moment, without waiting; inf where there is no way."""
    report = net.reports[r]
    if net.down[report.source] > 0:
        return inf
    return float(net.delay_s[addressee(net, r), report.source] + report.delay_s)


@borrowing_kernel
def room_s(net: Network, r: int, now_s: float, spare: int) -> float:
    """When every limited link of the way can take one more track; inf while one has fewer than `spare` places."""
    links = len(net.links)
    begin_s = now_s
    if net.reports[r].interval_s > 0.0:
        if net.load[links + r] + spare > net.reports[r].slots:
            return inf
        begin_s = max(begin_s, net.free_s[links + r])
    c, node = addressee(net, r), net.reports[r].source
    k = net.via[c, node]
    while k >= 0:
        if net.links[k].interval_s > 0.0:
            if net.load[k] + spare > net.links[k].slots:
                return inf
            begin_s = max(begin_s, net.free_s[k])
        node = beyond(net.links, k, node)
        k = net.via[c, node]
    return float(begin_s)


@borrowing_kernel
def occupy(net: Network, r: int, tracks: int, now_s: float) -> float:
    """More or fewer tracks on every link of the way, the next turn of each taken; the seconds that the slowest takes."""
    slowest_s = net.reports[r].interval_s
    net.load[len(net.links) + r] += tracks
    net.free_s[len(net.links) + r] = max(net.free_s[len(net.links) + r], now_s + slowest_s)
    c, node = addressee(net, r), net.reports[r].source
    k = net.via[c, node]
    while k >= 0:
        net.load[k] += tracks
        net.free_s[k] = max(net.free_s[k], now_s + net.links[k].interval_s)
        slowest_s = max(slowest_s, net.links[k].interval_s)
        node = beyond(net.links, k, node)
        k = net.via[c, node]
    return float(slowest_s)


@borrowing_kernel
def passes(net: Network, seed: int, replication: int, c: int, node: int, salt: np.uint64, i: int, step: int) -> bool:
    """Whether one message about threat `i` is lost on none of the links between `node` and post `c`."""
    k = net.via[c, node]
    while k >= 0:
        link = net.links[k]
        if link.loss > 0.0:
            key = net.journal.threats[i].key
            if draws.draw(seed, replication, draws.LINK_LOSS, link.key ^ salt, key, step) < link.loss:
                return False
        node = beyond(net.links, k, node)
        k = net.via[c, node]
    return True
