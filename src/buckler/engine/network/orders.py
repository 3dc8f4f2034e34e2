"""An order from a post to a battery: one that is lost is repeated after ORDER_REPEAT_S, up to ORDER_TRIES times in all; then the post
gives the attempt up."""

from __future__ import annotations

from typing import Final

from buckler.compiled import borrowing_kernel
from buckler.engine.network.bundle import Network
from buckler.engine.network.ways import passes

ORDER_TRIES: Final = 3
ORDER_REPEAT_S: Final = 2.0
"""Assumptions: nobody publishes how an order is repeated."""


@borrowing_kernel
def order_way(net: Network, seed: int, replication: int, b: int, i: int, ordinal: int) -> tuple[float, bool]:
    """Seconds that an order to battery `b` against threat `i` takes, repetitions included, and whether it gets there at all."""
    c = net.post[b]
    if net.commands[c].own_battery >= 0:
        return 0.0, True
    for attempt in range(ORDER_TRIES):
        if passes(net, seed, replication, c, b, net.nodes[b].key, i, ORDER_TRIES * ordinal + attempt):
            return float(net.delay_s[c, b] + attempt * ORDER_REPEAT_S), True
    return ORDER_TRIES * ORDER_REPEAT_S, False
