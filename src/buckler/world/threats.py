"""The raid: each threat's path through the air, integrated once, and what radars and batteries need to know of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10, sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.kinds import CROSS_SECTIONS
from buckler.catalog.schema import Card
from buckler.dtypes import BANDS, KILL_CLASSES, NO_CARRIER, THREAT
from buckler.physics.aspect import ASPECTS
from buckler.physics.intercept import speed_bound
from buckler.physics.terrain import Terrain
from buckler.scenario.environment import Environment
from buckler.scenario.load import Loaded
from buckler.scenario.members import member_name, store_name
from buckler.scenario.raid import RaidEntry, Stores
from buckler.world.entities import Entity, address
from buckler.world.motion import READS as MOTION_READS
from buckler.world.motion import Path, ballistic_path, release_moments_s, route_path, store_path, thinned
from buckler.world.place import Place

_NOTHING_M2: Final = 1e-30
"""In the place of a cross-section of nought, which has no decibels."""
CEP_TO_STD: Final = 1.0 / 1.1774100225154747
"""Circular error probable to the standard deviation on each axis: 1/sqrt(2 ln 2), the circular normal distribution."""

READ: Final = (
    *MOTION_READS, *CROSS_SECTIONS, "optical_size", "lethal_radius", "circular_error_probable", "navigation_error", "evasive_acceleration",
)  # fmt: skip
"""The parameters of a card that this module and `motion` read."""


@dataclass(frozen=True)
class Member:
    """One threat: a member of an entry, or a store that such a member releases."""

    name: str
    entry: RaidEntry
    number: int
    """Of the member in its entry."""
    card: Card
    target: str
    carrier: str | None = None
    store: int = 0
    """Of a store: its number among those of its carrier."""


@dataclass(frozen=True)
class CompiledRaid:
    """Threats in the order of their names, and their paths one after another."""

    records: NDArray[np.void]
    path_m: NDArray[np.float64]
    ahead_mps: NDArray[np.float64]
    entities: list[Entity]
    flights: dict[str, tuple[Any, Path]]
    """Of each threat: everything that its path follows from, and the path."""
    pieces: tuple[NDArray[np.float64], ...] = ()
    """Where bodies stand behind others: what `path_m` is put together from."""


class Aim(NamedTuple):
    """What a raid entry flies at: an asset, or a node of the defence."""

    number: int
    """Its index in entities.parquet."""
    place: Place
    value: float


def members(loaded: Loaded) -> Iterator[Member]:
    """Every threat of the raid, carriers before what they release."""
    for entry in loaded.scenario.raid.entries:
        for k in range(entry.count):
            name = member_name(entry.name, entry.count, k)
            yield Member(name, entry, k, loaded.card(entry.system), entry.target)
            if entry.stores is not None:
                card, target = loaded.card(entry.stores.system), entry.stores.target or entry.target
                for n in range(entry.stores.count):
                    yield Member(store_name(name, entry.stores.count, n), entry, k, card, target, name, n)


def compile_raid(
    loaded: Loaded, aims: dict[str, Aim], terrain: Terrain, reuse: CompiledRaid | None = None
) -> CompiledRaid:
    """Every member of every entry, and every store, as one threat each, at its of the `aims`, which have the targets' names;
    the paths of `reuse` where all that they follow from is the same.
    """
    flights: dict[str, tuple[Any, Path]] = {}
    everyone = list(members(loaded))
    same = reuse is not None
    for member in everyone:
        target = aims[member.target].place
        carrier = None if member.carrier is None else flights[member.carrier]
        follows_from = (
            member.entry, member.number, member.store, target, loaded.scenario.environment,
            carrier and carrier[0], *(member.card.parameters.get(name) for name in MOTION_READS),
        )  # fmt: skip
        known = reuse.flights.get(member.name) if reuse is not None else None
        if known is not None and known[0] == follows_from:
            flights[member.name] = known
        else:
            same = False
            environment = loaded.scenario.environment
            flights[member.name] = follows_from, fly(member, target, terrain, environment, carrier and carrier[1])
    everyone.sort(key=lambda member: member.name)
    number = {member.name: i for i, member in enumerate(everyone)}
    records = np.zeros(len(everyone), THREAT)
    entities: list[Entity] = []
    sections: dict[str, NDArray[np.float64]] = {}
    first = 0
    for record, member in zip(records, everyone, strict=True):
        aim = aims[member.target]
        path = flights[member.name][1]
        if member.card.name not in sections:
            sections[member.card.name] = sections_dbsm(member.card)
        _fill(record, member, aim.number, aim.value, path, first, sections[member.card.name])
        if member.carrier is not None:
            record["carrier"] = number[member.carrier]
        first += len(path.rows_m)
        entities.append(
            Entity(
                member.name, member.name, "raid", "threat", member.card.name, member.card.text("kill_class"),
                path.lat_deg, path.lon_deg, float(path.rows_m[0, 3]), member.target, 0.0, aim.value,
                member.entry.hypothetical,
            )
        )  # fmt: skip
    if same and reuse is not None and len(flights) == len(reuse.flights):
        return CompiledRaid(records, reuse.path_m, reuse.ahead_mps, entities, flights)
    rows = [flights[member.name][1].rows_m for member in everyone]
    return CompiledRaid(records, np.concatenate(rows), np.concatenate(_speeds_ahead(records, rows)), entities, flights)


def _speeds_ahead(records: NDArray[np.void], rows: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Each body's greatest speed from every row of its path on."""
    return [speed_bound(path[:, :3], float(record["step_s"])) for record, path in zip(records, rows, strict=True)]


def behind(
    raid: CompiledRaid, records: NDArray[np.void], rows: list[NDArray[np.float64]], entities: list[Entity],
    reuse: CompiledRaid | None = None,
) -> CompiledRaid:  # fmt: skip
    """The raid with more bodies behind it, whose records lack their first row; the arrays of `reuse` where it holds the same paths."""
    first = len(raid.path_m)
    for record, path in zip(records, rows, strict=True):
        record["first"] = first
        first += len(path)
    joined = [raid.path_m, *rows]
    if reuse is not None and len(reuse.pieces) == len(joined) and all(a is b for a, b in zip(joined, reuse.pieces, strict=True)):
        path_m, ahead_mps = reuse.path_m, reuse.ahead_mps
    else:
        path_m = np.concatenate(joined)
        ahead_mps = np.concatenate([raid.ahead_mps, *_speeds_ahead(records, rows)])
    return CompiledRaid(
        np.concatenate([raid.records, records]), path_m, ahead_mps, [*raid.entities, *entities], raid.flights, tuple(joined)
    )


def fly(member: Member, target: Place, terrain: Terrain, air: Environment, carrier: Path | None = None) -> Path:
    """The path of a member; a store's begins on its `carrier`'s."""
    entry, k = member.entry, member.number
    if carrier is not None:
        moment = release_moments_s(entry, carrier)[member.store]
        return thinned(store_path(entry, member.card, target, terrain, air, carrier, moment))
    # Members fly side by side, alternately right and left of the first.
    offset_m = ((k + 1) // 2) * (1 if k % 2 else -1) * entry.lateral_spacing_m
    path = ballistic_path if member.card.text("motion") == "ballistic" else route_path
    return thinned(path(entry, member.card, target, terrain, air, offset_m, entry.start_s + k * entry.spacing_s))


def _fill(record: Any, member: Member, asset: int, value: float, path: Path, first: int, sections: NDArray[np.float64]) -> None:
    entry, card = member.entry, member.card
    record["key"] = np.uint64(address(member.name))
    record["kill_class"] = KILL_CLASSES.index(card.text("kill_class"))
    record["asset"] = asset
    record["start_s"] = path.start_s
    record["end_s"] = path.start_s + path.duration_s
    record["first"] = first
    record["points"] = len(path.rows_m)
    record["step_s"] = path.step_s
    record["rcs_dbsm"] = sections
    record["carrier"] = NO_CARRIER
    leaves = member.carrier is None and (entry.stores is not None or bool(entry.egress))
    record["leaves"] = leaves
    record["lethal_radius_m"] = card.si("lethal_radius") if card.known("lethal_radius") and not leaves else 0.0
    record["scatter_std_m"] = (
        card.si("circular_error_probable") if card.known("circular_error_probable") else 0.0
    ) * CEP_TO_STD
    record["aside_std_m"] = _navigation_error_m(entry.stores if member.carrier is not None else entry, card)
    record["value"] = value
    record["evasion_mps2"] = card.si("evasive_acceleration") if card.known("evasive_acceleration") else 0.0


def _navigation_error_m(entry: RaidEntry | Stores | None, card: Card) -> float:
    if entry is not None and entry.navigation_error_m is not None:
        return entry.navigation_error_m
    return card.si("navigation_error") if card.known("navigation_error") else 0.0


def sections_dbsm(card: Card) -> NDArray[np.float64]:
    """[band, aspect] radar cross-section of a card, dB over 1 m^2."""
    return np.array([[10.0 * log10(max(rcs_m2(card, band, aspect), _NOTHING_M2)) for aspect in ASPECTS] for band in BANDS])


def rcs_m2(card: Card, band: str, aspect: str = "nose") -> float:
    """Radar cross-section in a band and an aspect sector, m2: the card's best value.

    `rcs_x` is that of the nose in X band; `rcs_x_beam` and `rcs_x_tail`, where the card gives them, of the other sectors.
    Cards give five bands: UHF is taken as the geometric mean of VHF and L, Ku as X. What a sight sees is the fourth power of the size
    (physics.sights), in m4; nothing of what has none.
    """
    if band == "visual":
        return card.si("optical_size") ** 4 if card.known("optical_size") else 0.0
    if band == "UHF":
        return sqrt(rcs_m2(card, "VHF", aspect) * rcs_m2(card, "L", aspect))
    name = "rcs_x" if band == "Ku" else f"rcs_{band.lower()}"
    return card.si(f"{name}_{aspect}" if aspect != "nose" and card.known(f"{name}_{aspect}") else name)
