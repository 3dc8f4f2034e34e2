"""Flying replications from Python: a block at a time, in buffers that grow when a replication overflows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.dtypes import EVENT, WorldArrays
from buckler.engine.journal import N_EVENTS, N_HITS, N_TRACKS, OVERFLOWED
from buckler.engine.network.bundle import Network, new_network
from buckler.engine.replication import replicate
from buckler.engine.state import State, new_state
from buckler.errors import InputError

_LARGEST_GROWTH: Final = 4096


@borrowing_kernel
def replicate_block(
    world: WorldArrays,
    state: State,
    net: Network,
    seed: int,
    first: int,
    count: int,
    record: bool,
    events: NDArray[np.void],
    ends: NDArray[np.int64],
) -> int:
    """Fly `count` replications from `first` on, their events one after another in `events`; `ends[k]` is where the k-th ends.

    With `record`, the state keeps the detections of the last one.

    Returns how many were flown: fewer than `count` where a buffer was too small.
    """
    filled = 0
    for k in range(count):
        if not replicate(world, state, net, seed, first + k, record):
            return k
        n = state.counts[N_EVENTS]
        if filled + n > len(events):
            return k
        for j in range(n):
            events[filled + j] = state.journal.events[j]
        filled += n
        ends[k] = filled
    return count


def network_of(world: WorldArrays, state: State) -> Network:
    """The network over a state."""
    return new_network(
        world, state.journal, state.agenda, state.held_by, state.deciding, state.down, state.post, state.way_s
    )


class Flyer:
    """One worker's buffers."""

    def __init__(self, world: WorldArrays) -> None:
        self.world = world
        self._growth = 1
        self._state: State = new_state(world)
        self._net = network_of(world, self._state)
        self._events = np.zeros(8 * len(self._state.journal.events), EVENT)

    def _grow(self, replication: int) -> None:
        self._growth *= 4
        if self._growth > _LARGEST_GROWTH:
            raise InputError(
                f"replication {replication} writes more events than memory allows: lengthen decision_period_s or "
                "identification_retry_s, or split the raid"
            )
        self._state = new_state(self.world, self._growth)
        self._net = network_of(self.world, self._state)

    def block(
        self, seed: int, first: int, count: int, record: bool = False
    ) -> Iterator[tuple[int, NDArray[np.void]]]:
        """(replication, its events) for `count` replications from `first` on (dtypes.EVENT)."""
        ends = np.zeros(count, np.int64)
        done = 0
        while done < count:
            flown = replicate_block(
                self.world, self._state, self._net, seed, first + done, count - done, record, self._events, ends
            )
            starts = np.concatenate([[0], ends[:flown]])
            for k in range(flown):
                yield first + done + k, self._events[starts[k] : starts[k + 1]].copy()
            done += flown
            if done < count:
                if self._state.counts[OVERFLOWED]:
                    self._grow(first + done)
                elif flown == 0 or 2 * self._state.counts[N_EVENTS] > len(self._events):
                    self._events = np.zeros(4 * max(len(self._events), int(self._state.counts[N_EVENTS])), EVENT)

    def events(self, seed: int, replication: int) -> NDArray[np.void]:
        """The events of one replication (dtypes.EVENT)."""
        return next(events for _, events in self.block(seed, replication, 1))

    def tracks(self) -> NDArray[np.void]:
        """What every post believed (picture.TRACK_ROW) in the replication recorded last; nothing where the picture is the truth."""
        return self._state.picture.rows[: self._state.counts[N_TRACKS]].copy()

    def recorded(self, seed: int, replication: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """The events and the detections (dtypes.HIT) of one replication, flown again with recording."""
        [(_, events)] = self.block(seed, replication, 1, record=True)
        return events, self._state.hits[: self._state.counts[N_HITS]].copy()
