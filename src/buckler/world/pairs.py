"""Which weapon can ever meet which threat."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import HEIGHT_FORBIDDEN, NEVER_REACHED, OPEN, PAIR
from buckler.physics.flyout import Flyout
from buckler.physics.intercept import first_intercept
from buckler.world import patrols
from buckler.world.threats import CompiledRaid
from buckler.world.weapons import CompiledArms, same_tables

_LONG_AGO_S: Final = 1e6


def reachable_pairs(arms: CompiledArms, raid: CompiledRaid) -> NDArray[np.void]:
    """World.pairs: when a round can first meet the threat if it was fired in time; if never, whether only rules forbid it; what
    the threat counts for it."""
    pairs = np.zeros((len(arms.weapons), len(raid.records)), PAIR)
    pairs["stands"], pairs["first_s"] = NEVER_REACHED, np.inf
    # The last column is for whoever flies at nothing (asset -1).
    by_asset = np.column_stack([arms.asset_weight, np.ones(len(arms.weapons))])
    # A node of the defence is no asset: no battery weights it.
    at, assets = raid.records["asset"], by_asset.shape[1]
    pairs["worth"] = np.where(at < assets, by_asset[:, np.minimum(at, assets - 1)], 1.0) * arms.class_weight[:, raid.records["kill_class"]]
    pairs["worth"] *= raid.records["value"]
    for w, weapon in enumerate(arms.weapons):
        site = arms.sites[weapon["battery"]]
        free, ruled = arms.unruled[w], arms.tables[w]
        battery = arms.batteries[weapon["battery"]]
        orbit = arms.sites[battery["first_site"] : battery["first_site"] + battery["site_rows"]]
        for i, threat in enumerate(raid.records):
            if weapon["kill_probability"][threat["kill_class"]] > 0.0:
                first_s = _first_reach_s(ruled, site, orbit, threat, raid)
                if np.isfinite(first_s):
                    pairs["stands"][w, i], pairs["first_s"][w, i] = OPEN, first_s
                elif free is not ruled and np.isfinite(_first_reach_s(free, site, orbit, threat, raid)):
                    pairs["stands"][w, i] = HEIGHT_FORBIDDEN
    return pairs


def same_pairs(arms: CompiledArms, raid: CompiledRaid, arms_0: CompiledArms, raid_0: CompiledRaid) -> bool:
    """Whether `reachable_pairs` would say the same of both: equal places, tables and paths, and weapons meant for the same classes."""
    return (
        raid.path_m is raid_0.path_m
        and same_tables(arms.tables, arms_0.tables)
        and same_tables(arms.unruled, arms_0.unruled)
        and np.array_equal(arms.sites, arms_0.sites)
        and np.array_equal(arms.weapons["battery"], arms_0.weapons["battery"])
        and np.array_equal(arms.weapons["kill_probability"] > 0.0, arms_0.weapons["kill_probability"] > 0.0)
        and np.array_equal(arms.asset_weight, arms_0.asset_weight)
        and np.array_equal(arms.class_weight, arms_0.class_weight)
        and np.array_equal(raid.records["value"], raid_0.records["value"])
    )


def _first_reach_s(
    table: Flyout, site: NDArray[np.float64], orbit: NDArray[np.float64], threat: Any, raid: CompiledRaid
) -> float:
    """When the threat first comes within reach, s; inf if it never does before its end, which its path's last row may lie past. Of who
    flies an `orbit`: not before, wherever on it."""
    rows = slice(int(threat["first"]), int(threat["first"]) + int(threat["points"]))
    start = float(threat["start_s"])
    if len(orbit):
        first_s = patrols.first_near_s(table.interceptor, orbit, raid.path_m[rows], start, float(threat["step_s"]))
    else:
        first_s = first_intercept(
            raid.path_m[rows], start, float(threat["step_s"]), raid.ahead_mps[rows], site, table.interceptor, table.time_s,
            table.speed_mps, table.clearance_m, -_LONG_AGO_S, start,
        )  # fmt: skip
    return first_s if first_s < threat["end_s"] else float(np.inf)
