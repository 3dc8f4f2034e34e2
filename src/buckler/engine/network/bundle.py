"""The network of one replication: what has become of each report, way and node."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays, record
from buckler.engine.journal import Agenda, Journal

# What has become of a report of one threat.
NOT_OFFERED: Final = 0
WAITING: Final = 1
UNDER_WAY: Final = 2
DELIVERED: Final = 3

PASSED: Final = record(
    [
    ("status", "i1"),  # NOT_OFFERED, WAITING, UNDER_WAY or DELIVERED
    ("post", "i4"),  # where it was delivered
    ("event", "i4"),  # the event that was reported last; -1 never
    ("sent", "i4"),  # reports sent: part of the address of their draws
    ("due_s", "f8"),  # when the one under way arrives
    ("send_s", "f8"),  # when the track itself leaves next (telling); inf: never
    ("heard_s", "f8"),  # when the one under way arrives; inf: none
    ("told", "i4"),  # how often it has left since the report was sent
]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Network(Bundle):
    """The network of one replication: what it reads of the World and of the posts, and what has become of it."""

    journal: Journal
    agenda: Agenda
    nodes: NDArray[np.void]  # dtypes.NODE
    links: NDArray[np.void]  # dtypes.LINK
    reports: NDArray[np.void]  # dtypes.REPORT
    commands: NDArray[np.void]  # dtypes.COMMAND
    kinds: NDArray[np.int64]  # first command and first sensor in nodes; first command, threat, battery, link in entities.parquet; 1 where
    # posts in full exchange tell one another their tracks themselves (telling)
    held_by: NDArray[np.void]  # state.HELD_BY [command, threat]
    deciding: NDArray[np.int8]  # [command]
    down: NDArray[np.int32]  # [node, then link]: how many reasons it has to be out of order; 0: in order
    post: NDArray[np.int32]  # [node]: the post of the moment; a post's is itself
    cut_s: NDArray[np.float64]  # s, [node]: since when it is without its post; inf: it has it
    way_s: NDArray[np.float64]  # s, [node]: way_to_post_s
    delay_s: NDArray[np.float64]  # s, [command, node]: the quickest way between them; inf: none
    via: NDArray[np.int32]  # [command, node]: the first link of that way from the node; -1 none
    load: NDArray[np.int32]  # [link, then report]: tracks that it carries
    free_s: NDArray[np.float64]  # s, likewise, when it can take the next track; the last: when the waiting are looked at
    waiting: NDArray[np.int32]  # [report]: tracks that wait
    passed: NDArray[np.void]  # PASSED [report, threat]


def new_network(
    world: WorldArrays, journal: Journal, agenda: Agenda, held_by: NDArray[np.void], deciding: NDArray[np.int8],
    down: NDArray[np.int32], post: NDArray[np.int32], way_s: NDArray[np.float64],
) -> Network:  # fmt: skip
    """Room for the network of one replication; what the fight reads of it, and it of the fight, is the state's."""
    c, n, k, r = len(world.commands), len(world.nodes), len(world.links), len(world.reports)
    kinds = [
        world.first_command - world.first_battery, world.first_sensor - world.first_battery, world.first_command,
        world.first_threat, world.first_battery, world.first_link, 1 if world.basket_m > 0.0 else 0,
    ]  # fmt: skip
    return Network(
        journal, agenda, world.nodes, world.links, world.reports, world.commands, np.array(kinds, np.int64), held_by, deciding,
        down=down,
        post=post,
        cut_s=np.full(n, np.inf),
        way_s=way_s,
        delay_s=np.zeros((c, n)),
        via=np.full((c, n), -1, np.int32),
        load=np.zeros(k + r, np.int32),
        free_s=np.zeros(k + r + 1),
        waiting=np.zeros(r, np.int32),
        passed=np.zeros((r, len(world.threats)), PASSED),
    )  # fmt: skip


@borrowing_kernel
def clear_network(net: Network) -> None:
    """Put everything back to the start of a replication."""
    net.down[:] = 0
    net.cut_s[:] = inf
    net.load[:] = 0
    net.free_s[:] = 0.0
    net.free_s[-1] = inf
    net.waiting[:] = 0
    for n in range(len(net.nodes)):
        net.post[n] = net.nodes[n].home
    for r in range(net.passed.shape[0]):
        for i in range(net.passed.shape[1]):
            passed = net.passed[r, i]
            passed.status = NOT_OFFERED
            passed.post = -1
            passed.event = -1
            passed.sent = 0
            passed.due_s = 0.0
            passed.send_s = inf
            passed.heard_s = inf
            passed.told = 0


@borrowing_kernel
def command_node(net: Network, c: int) -> int:
    """The node of a command post."""
    return int(net.kinds[0] + c)


@borrowing_kernel
def is_post(net: Network, n: int) -> bool:
    """Whether a node is a command post."""
    return bool(net.kinds[0] <= n < net.kinds[1])
