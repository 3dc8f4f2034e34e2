"""Spent stages of separating missiles, where a raid entry asks for them: bodies that are seen and shot at, and threaten nothing."""

from __future__ import annotations

from dataclasses import replace
from math import log10
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.kinds import STAGE, STAGE_SECTIONS
from buckler.catalog.schema import Card
from buckler.dtypes import BANDS, KILL_CLASSES, THREAT
from buckler.errors import InputError
from buckler.physics.aspect import ASPECTS
from buckler.physics.earth import ecef_to_geodetic
from buckler.physics.stage import spent_stage
from buckler.physics.terrain import Terrain
from buckler.scenario.environment import Environment
from buckler.scenario.load import Loaded
from buckler.scenario.members import stage_name
from buckler.world.entities import Entity, address
from buckler.world.motion import STEP_S, Path
from buckler.world.place import ground_heights_m, wind_rows_of
from buckler.world.threats import CompiledRaid, Member, behind, members

READ: Final = tuple(STAGE)
"""The parameters of a card that this module reads."""


def compile_stages(loaded: Loaded, raid: CompiledRaid, terrain: Terrain, reuse: CompiledRaid | None = None) -> CompiledRaid:
    """The raid with its spent stages behind it; the raid itself, untouched, where no entry asks for any.

    `reuse`: of the same scenario; paths are taken from it where all that they follow from is the same.
    """
    missiles = sorted((m for m in members(loaded) if m.entry.spent_stage), key=lambda m: stage_name(m.name))
    if not missiles:
        return raid
    number = {entity.key: i for i, entity in enumerate(raid.entities)}
    until_s = float(raid.records["end_s"].max())
    records, entities = np.zeros(len(missiles), THREAT), []
    flights: dict[str, tuple[Any, Path]] = {}
    for record, missile in zip(records, missiles, strict=True):
        name, card = stage_name(missile.name), missile.card
        followed, flown = raid.flights[missile.name]
        follows_from = followed, card.parameters.get("stage_ballistic_coefficient")
        known = reuse.flights.get(name) if reuse is not None else None
        if known is None or known[0] != follows_from:
            known = follows_from, fall(missile, flown, terrain, loaded.scenario.environment)
        flights[name] = known
        i = number[missile.name]
        _fill(record, missile, raid.records[i], i, known[1], until_s)
        entities.append(
            Entity(
                name, name, "raid", "spent stage", card.name, "ballistic", known[1].lat_deg, known[1].lon_deg,
                float(known[1].rows_m[0, 3]), missile.name, 0.0, 0.0, missile.entry.hypothetical,
            )
        )  # fmt: skip
    rows = [path.rows_m for _, path in flights.values()]
    return behind(replace(raid, flights={**raid.flights, **flights}), records, rows, entities, reuse)


def fall(missile: Member, flown: Path, terrain: Terrain, air: Environment) -> Path:
    """The stage's path, from its missile's burnout to the ground."""
    entry, card = missile.entry, missile.card
    if flown.burnout_state is None or flown.duration_s <= flown.burnout_s:
        raise InputError(
            f"raid entry {entry.name!r}: {card.name} is down before its thrust ends and leaves no stage: leave spent_stage out"
        ).at("spent_stage")
    for name in READ:
        if not card.known(name) and not (name == "stage_discrimination" and entry.stage_discrimination is not None):
            raise InputError(
                f"raid entry {entry.name!r}: the card of {card.name} gives no {name}: add it to the card, or leave spent_stage out"
            ).at("spent_stage")
    beta = card.si("stage_ballistic_coefficient")
    fallen = spent_stage(flown.burnout_state, ballistic_coefficient_kgpm2=beta, wind=wind_rows_of(air), dt_s=STEP_S)
    place = ecef_to_geodetic(*fallen.position_m.T)
    lat, lon, height = (np.asarray(column) for column in place)
    rows, end_s = np.column_stack([fallen.position_m, height]), fallen.end_s
    low = np.flatnonzero(height[1:] <= ground_heights_m(terrain, lat[1:], lon[1:])) + 1
    if len(low):  # it meets the ground before the sea's level
        rows, end_s = rows[: low[0] + 1], min(end_s, low[0] * STEP_S)
    return Path(rows, float(lat[0]), float(lon[0]), flown.start_s + flown.burnout_s, end_s)


def _fill(record: Any, missile: Member, threat: Any, carrier: int, path: Path, until_s: float) -> None:
    card, entry = missile.card, missile.entry
    record["key"] = np.uint64(address(stage_name(missile.name)))
    record["kill_class"] = KILL_CLASSES.index("ballistic")
    record["asset"], record["value"] = threat["asset"], threat["value"]  # what it is taken to fly at
    record["start_s"], record["end_s"] = path.start_s, min(path.start_s + path.duration_s, until_s)
    record["points"], record["step_s"] = len(path.rows_m), path.step_s
    record["rcs_dbsm"] = stage_sections_dbsm(card)
    record["carrier"], record["spent"] = carrier, 1
    record["told_apart"] = entry.stage_discrimination if entry.stage_discrimination is not None else card.si("stage_discrimination")


def stage_sections_dbsm(card: Card) -> NDArray[np.float64]:
    """[band, aspect] dB over 1 m^2: it tumbles, so that every aspect is the same. UHF as between VHF and L, Ku as X; eyes see nothing."""
    by_band = {name.removeprefix("stage_rcs_").upper(): 10.0 * log10(card.si(name)) for name in STAGE_SECTIONS}
    by_band |= {"UHF": 0.5 * (by_band["VHF"] + by_band["L"]), "KU": by_band["X"], "VISUAL": -300.0}
    return np.repeat([[by_band[band.upper()]] for band in BANDS], len(ASPECTS), axis=1)
