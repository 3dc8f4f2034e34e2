"""Flying replications from Python: one at a time, in buffers that grow when a replication overflows them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import WorldArrays
from buckler.engine.replication import replicate
from buckler.engine.state import N_EVENTS, N_HITS, State, new_state
from buckler.errors import InputError

_LARGEST_GROWTH = 4096


class Flyer:
    """One worker's buffers."""

    def __init__(self, world: WorldArrays) -> None:
        self.world = world
        self._growth = 1
        self._state: State = new_state(world)

    def _fly(self, seed: int, replication: int, record: bool) -> None:
        while not replicate(self.world, self._state, seed, replication, record):
            self._growth *= 4
            if self._growth > _LARGEST_GROWTH:
                raise InputError(
                    f"replication {replication} writes more events than memory allows: lengthen decision_period_s or "
                    "identification_retry_s, or split the raid"
                )
            self._state = new_state(self.world, self._growth)

    def events(self, seed: int, replication: int) -> NDArray[np.void]:
        """The events of one replication (dtypes.EVENT)."""
        self._fly(seed, replication, False)
        return self._state.events[: self._state.counts[N_EVENTS]].copy()

    def recorded(self, seed: int, replication: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """The events and the detections (dtypes.HIT) of one replication, flown again with recording."""
        self._fly(seed, replication, True)
        return (
            self._state.events[: self._state.counts[N_EVENTS]].copy(),
            self._state.hits[: self._state.counts[N_HITS]].copy(),
        )
