"""Who falls back on whom.

A post, sensor or battery cut off from its post for the post's takeover time falls back on the first post in the line of backups
that it can reach; a battery that reaches none, and may, becomes its own post with the tracks of its fire control sensors.
It goes back when it can, after the same time. What it was doing is kept: engagements under way go into the new post's account
(consequences).
"""

from __future__ import annotations

from math import inf

from buckler.compiled import borrowing_kernel
from buckler.engine import calendar
from buckler.engine.journal import plan
from buckler.engine.network.bundle import Network, command_node, is_post


@borrowing_kernel
def best_post(net: Network, node: int) -> int:
    """The first post in the line of backups that a sensor or battery can reach, else a battery's own; -1 for none."""
    home = net.nodes[node].home
    c = home
    for _ in range(len(net.commands)):
        if net.down[command_node(net, c)] <= 0 and (net.nodes[node].linked == 0 or net.delay_s[c, node] < inf):
            return int(c)
        c = net.commands[c].backup
        if c < 0 or c == home:
            break
    return int(net.nodes[node].own_post)


@borrowing_kernel
def mark_cut(net: Network, now_s: float) -> None:
    """Note who is not with the post with which it should be, and plan its change of posts."""
    for n in range(len(net.nodes)):
        if is_post(net, n) or net.down[n] > 0:
            continue
        best = best_post(net, n)
        if best < 0 or best == net.post[n]:
            net.cut_s[n] = inf
        elif net.cut_s[n] == inf:
            net.cut_s[n] = now_s
            plan(net.agenda, now_s + net.commands[net.nodes[n].home].takeover_s, calendar.TAKE_OVER, n, 0)


@borrowing_kernel
def taker(net: Network, node: int, now_s: float) -> tuple[int, float]:
    """The post that takes a sensor or battery over now, its takeover time being over, and for how long it was cut off; or -1."""
    cut_s = net.cut_s[node]
    if net.down[node] > 0 or now_s < cut_s + net.commands[net.nodes[node].home].takeover_s:
        return -1, 0.0  # it was back in between
    net.cut_s[node] = inf
    best = best_post(net, node)
    return (best if best != net.post[node] else -1), now_s - max(cut_s, 0.0)
