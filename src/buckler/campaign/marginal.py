"""What each part of a defence adds: the scenario flown with it and without it under the same luck.

The marginal value of a link, sensor, battery, post or rule is the change in the probability that nothing gets through when it is
taken away, and beside it the change in the mean number of leakers: both paired by replication, because addressed draws give both
worlds the same luck. The values do not add up: two radars that see the same are each worth little.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.estimates import mean, paired_difference, proportion
from buckler.engine.fly import Flyer
from buckler.errors import InputError
from buckler.log.schema import Kind
from buckler.scenario.load import Loaded
from buckler.scenario.parts import parts_of_the_defence, without
from buckler.world.compile import World, compile_world


def marginal_values(
    loaded: Loaded, *, replications: int, seed: int, workers: int = 1, progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, Any]:
    """The ranked table: each part with what the defence loses without it, the most valuable first.

    "adds": the difference in P(nothing gets through), with it minus without it. "stops": leakers without it minus with it, a
    replication. A part that cannot be taken out (the only command post) says why instead.
    """
    parts = parts_of_the_defence(loaded.scenario)
    whole = compile_world(loaded)
    leakers = flown_leakers(whole, seed, replications)
    content = whole.content_hash()
    done = 0

    def value(part: tuple[str, str]) -> dict[str, Any]:
        nonlocal done
        kind, name = part
        row: dict[str, Any] = {"kind": kind, "name": name}
        try:
            world = compile_world(replace(loaded, scenario=without(loaded.scenario, name)))
        except InputError as error:
            row |= {"adds": None, "stops": None, "why_not": str(error)}
        else:
            same = world.content_hash() == content
            less = leakers if same else flown_leakers(world, seed, replications)
            threats = len(whole.arrays.threats)
            row["adds"] = paired_difference(leakers == 0, less == 0, "probability", same=same).as_dict()
            row["stops"] = paired_difference(less, leakers, "threats", -threats, threats, same).as_dict()
        done += 1
        progress(done, len(parts))
        return row

    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        rows = list(pool.map(value, parts))
    return {
        "scenario": loaded.scenario.name,
        "notional": loaded.scenario.notional,
        "seed": seed,
        "replications": replications,
        "nothing_leaks": proportion(leakers == 0).as_dict(),
        "leakers": mean(leakers, "threats", 0, len(whole.arrays.threats)).as_dict(),
        "parts": sorted(rows, key=_rank),
    }


def flown_leakers(world: World, seed: int, replications: int) -> NDArray[np.int64]:
    """How many threats get through in each replication."""
    flyer = Flyer(world.arrays)
    counts = [np.count_nonzero(events["kind"] == Kind.IMPACT) for _, events in flyer.block(seed, 0, replications)]
    return np.array(counts, np.int64)


def _rank(row: dict[str, Any]) -> tuple[float, float, str]:
    """The most valuable first; what cannot be taken out last; ties by name."""
    if row["adds"] is None:
        return np.inf, np.inf, row["name"]
    return -row["adds"]["value"], -row["stops"]["value"], row["name"]
