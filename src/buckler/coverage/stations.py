"""What flies, on the maps: of a patrol one sortie, as if one were always on station, and the moments of orbits that are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.scenario.patrols import Patrol
from buckler.scenario.sorties import radar_names, sortie_name
from buckler.world.compile import World

MOMENTS: Final = 4
"""Of the longest round, at which everything in the air is when an attack begins; the least of them counts."""


def _sorties(patrol: Patrol) -> Iterator[str]:
    for k in range(patrol.reliefs + 1):
        yield sortie_name(patrol.name, patrol.reliefs, k)


def patrol_of(world: World) -> dict[str, str]:
    """The patrol of every sortie and of every sortie's radar, by name."""
    return {
        name: patrol.name
        for patrol in world.loaded.scenario.patrols
        for sortie in _sorties(patrol)
        for name in (sortie, *radar_names(sortie, patrol.counter_rotating))
    }


def reliefs(world: World) -> frozenset[str]:
    """Sorties but the first of each patrol, and their radars: they are where the first is, at other times."""
    return frozenset(
        name
        for patrol in world.loaded.scenario.patrols
        for sortie in [*_sorties(patrol)][1:]
        for name in (sortie, *radar_names(sortie, patrol.counter_rotating))
    )


def note_on_patrols(world: World) -> str:
    """What a map takes a patrol for; empty where there is none."""
    patrols = world.loaded.scenario.patrols
    if not patrols:
        return ""
    names = ", ".join(patrol.name for patrol in patrols)
    return f"Fighters count as if one sortie of each patrol were always on station: {names}."


def moments_s(world: World) -> NDArray[np.float64]:
    """Times since the scenario's start at which attacks begin: one, if nothing flies an orbit."""
    a: Any = world.arrays
    rounds = [a.sensors["orbit_rows"] * a.sensors["orbit_step_s"], a.batteries["site_rows"] * a.batteries["site_step_s"]]
    longest = float(np.concatenate(rounds).max(initial=0.0))
    return np.arange(MOMENTS) * longest / MOMENTS if longest > 0.0 else np.zeros(1)


def shares_at(record: Any, orbits: NDArray[np.float64], time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """[time, node]: what each node of a sensor's orbit is worth at a time, by a SENSOR record and World.orbits; their sum is 1.

    A sensor that stands has one node. The two nodes beside it count, linearly, as the horizon does in a replication.
    """
    if not record["orbit_rows"]:
        return np.ones((1, 1))
    rows, first, count = int(record["orbit_rows"]), int(record["first_orbit"]), int(record["nodes"])
    along = (time_s / float(record["orbit_step_s"])) % rows
    # the last row is the first again, its node number the count of the nodes
    place = np.interp(along, np.arange(rows + 1.0), orbits[first : first + rows + 1, 14])
    before = place.astype(np.int64)
    share = np.zeros((time_s.size, count))
    steps = np.arange(time_s.size)
    share[steps, before % count] += 1.0 - place % 1.0
    share[steps, (before + 1) % count] += place % 1.0
    return share
