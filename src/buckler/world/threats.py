"""The raid: each threat's path through the air, integrated once, and what radars and batteries need to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.kinds import CROSS_SECTIONS
from buckler.catalog.schema import Card
from buckler.dtypes import BANDS, KILL_CLASSES, THREAT
from buckler.physics.aspect import ASPECTS
from buckler.physics.intercept import speed_bound
from buckler.physics.terrain import Terrain
from buckler.scenario.load import Loaded
from buckler.scenario.schema import Asset, RaidEntry, member_name
from buckler.world.entities import Entity, address
from buckler.world.motion import Path, ballistic_path, route_path
from buckler.world.place import Place

STEP_S: Final = 1.0
"""Between two rows of a path: a ballistic missile's strays 1.2 m from the chord in that time, a turning fighter's 4 m."""
_NOTHING_M2: Final = 1e-30
"""In the place of a cross-section of nought, which has no decibels."""
CEP_TO_STD: Final = 1.0 / 1.1774100225154747
"""Circular error probable to the standard deviation on each axis: 1/sqrt(2 ln 2), the circular normal distribution."""

READ: Final = (
    "kill_class", "motion", "speed", "max_speed", "cruise_height", *CROSS_SECTIONS,
    "lethal_radius", "circular_error_probable", "max_range", "burn_time", "ballistic_coefficient", "separating",
    "evasive_acceleration",
)  # fmt: skip
"""The parameters of a card that this module and `motion` read."""


@dataclass(frozen=True)
class CompiledRaid:
    """Threats in the order of their names, and their paths one after another."""

    records: NDArray[np.void]
    path_m: NDArray[np.float64]
    ahead_mps: NDArray[np.float64]
    entities: list[Entity]


def compile_raid(loaded: Loaded, assets: list[Asset], places: list[Place], terrain: Terrain) -> CompiledRaid:
    """Every member of every entry, as one threat each."""
    index = {asset.name: i for i, asset in enumerate(assets)}
    members = sorted(
        (
            (member_name(entry.name, entry.count, k), entry, k)
            for entry in loaded.scenario.raid.entries
            for k in range(entry.count)
        ),
        key=lambda member: member[0],
    )
    records = np.zeros(len(members), THREAT)
    rows: list[NDArray[np.float64]] = []
    entities: list[Entity] = []
    first = 0
    for record, (name, entry, k) in zip(records, members, strict=True):
        card = loaded.card(entry.system)
        asset = index[entry.target]
        path = fly(entry, k, card, places[asset], terrain)
        _fill(record, name, entry, k, card, asset, assets[asset].value, path, first)
        rows.append(path.rows_m)
        first += len(path.rows_m)
        entities.append(
            Entity(
                name,
                name,
                "raid",
                "threat",
                card.name,
                card.text("kill_class"),
                path.lat_deg,
                path.lon_deg,
                float(path.rows_m[0, 3]),
                entry.target,
                0.0,
                assets[asset].value,
                entry.hypothetical,
            )
        )
    ahead = [speed_bound(np.ascontiguousarray(path[:, :3]), STEP_S) for path in rows]
    return CompiledRaid(records, np.concatenate(rows), np.concatenate(ahead), entities)


def fly(entry: RaidEntry, k: int, card: Card, target: Place, terrain: Terrain) -> Path:
    """The path of the k-th member: members fly side by side, alternately right and left of the first."""
    offset_m = ((k + 1) // 2) * (1 if k % 2 else -1) * entry.lateral_spacing_m
    if card.text("motion") == "ballistic":
        return ballistic_path(entry, card, target, terrain, offset_m, STEP_S)
    return route_path(entry, card, target, terrain, offset_m, STEP_S)


def _fill(
    record: Any, name: str, entry: RaidEntry, k: int, card: Card, asset: int, value: float, path: Path, first: int
) -> None:
    record["key"] = np.uint64(address(name))
    record["kill_class"] = KILL_CLASSES.index(card.text("kill_class"))
    record["asset"] = asset
    record["start_s"] = entry.start_s + k * entry.spacing_s
    record["end_s"] = record["start_s"] + path.duration_s
    record["first"] = first
    record["points"] = len(path.rows_m)
    record["step_s"] = STEP_S
    record["rcs_dbsm"] = [
        [10.0 * log10(max(rcs_m2(card, band, aspect), _NOTHING_M2)) for aspect in ASPECTS] for band in BANDS
    ]
    record["lethal_radius_m"] = card.si("lethal_radius") if card.known("lethal_radius") else 0.0
    record["scatter_std_m"] = (
        card.si("circular_error_probable") if card.known("circular_error_probable") else 0.0
    ) * CEP_TO_STD
    record["value"] = value
    record["evasion_mps2"] = card.si("evasive_acceleration") if card.known("evasive_acceleration") else 0.0


def rcs_m2(card: Card, band: str, aspect: str = "nose") -> float:
    """Radar cross-section in a band and an aspect sector, m2: the card's best value.

    `rcs_x` is that of the nose in X band; `rcs_x_beam` and `rcs_x_tail`, where the card gives them, of the other sectors.
    Cards give five bands: UHF is taken as the geometric mean of VHF and L, Ku as X.
    """
    if band == "UHF":
        return sqrt(rcs_m2(card, "VHF", aspect) * rcs_m2(card, "L", aspect))
    name = "rcs_x" if band == "Ku" else f"rcs_{band.lower()}"
    return card.si(f"{name}_{aspect}" if aspect != "nose" and card.known(f"{name}_{aspect}") else name)
