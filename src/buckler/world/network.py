"""The network: nodes, links, who reports to whom, what is out of order when, and what can be hit where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import LINK, NODE, REPORT, SORTIE, SORTIES_RADAR
from buckler.physics.terrain import Terrain
from buckler.scenario.command import Command
from buckler.scenario.load import Loaded
from buckler.scenario.sorties import radar_names
from buckler.world.commands import own_post_name
from buckler.world.entities import Entity, address
from buckler.world.hazards import hazards_of
from buckler.world.links import compile_link
from buckler.world.outages import changes_of, uptimes_of
from buckler.world.patrols import Sortie
from buckler.world.place import Place
from buckler.world.relocations import Move
from buckler.world.reports import exchange_reports, remote_ranges_m, sensor_reports
from buckler.world.spots import Spot
from buckler.world.threats import CompiledRaid


@dataclass(frozen=True)
class CompiledNetwork:
    """What engine.network reads."""

    nodes: NDArray[np.void]
    links: NDArray[np.void]
    reports: NDArray[np.void]
    changes: NDArray[np.void]
    uptimes: NDArray[np.void]
    hazards: NDArray[np.void]
    remote_m: NDArray[np.float64]
    entities: list[Entity]


def compile_network(
    loaded: Loaded, commands: list[Command], places: list[Spot], raid: CompiledRaid, aims: list[Place],
    sensors: NDArray[np.void], terrain: Terrain, moves: list[Move],
) -> CompiledNetwork:  # fmt: skip
    """The whole network. `aims`: where each threat flies at; `sensors`: the SENSOR records; `moves`: from place to place."""
    scenario = loaded.scenario
    index = {spot.name: n for n, spot in enumerate(places)}
    links = sorted(scenario.links, key=lambda entry: entry.name)
    joined = {name for link in links for name in link.between}
    radars = {
        name
        for battery in scenario.batteries
        if isinstance(battery, Sortie)
        for name in radar_names(battery.name, battery.patrol.counter_rotating)
    }
    nodes = np.zeros(len(places), NODE)
    post_index = {command.name: c for c, command in enumerate(commands)}
    batteries = {battery.name: battery for battery in scenario.batteries}
    homes = {battery.name: battery.command for battery in scenario.batteries}
    homes |= {sensor.name: sensor.command for sensor in scenario.sensors}
    for record, spot in zip(nodes, places, strict=True):
        record["key"] = np.uint64(address(spot.name))
        record["home"] = post_index[homes.get(spot.name, spot.name)]
        battery = batteries.get(spot.name)
        own = own_post_name(battery) if battery is not None and battery.cut_off == "autonomous" else None
        record["own_post"] = post_index[own] if own is not None else -1
        record["linked"] = spot.name in joined
        record["flown"] = SORTIE if isinstance(battery, Sortie) else SORTIES_RADAR if spot.name in radars else 0
    link_records = np.zeros(len(links), LINK)
    entities = [
        compile_link(record, link, loaded, places, index, scenario.environment.effective_earth_factor, terrain)
        for record, link in zip(link_records, links, strict=True)
    ]
    remote_m = remote_ranges_m(scenario, sensors)
    remote = any(battery.remote_track is not None for battery in scenario.batteries)
    hazards = hazards_of(places, raid, aims)
    things = {**index, **{link.name: len(index) + k for k, link in enumerate(links)}}
    changes = changes_of(scenario, things, moves)
    uptimes = uptimes_of(scenario, things, moves)
    exchanges = exchange_reports(scenario, index, post_index)
    declared = bool(
        links or len(exchanges) or len(changes) or len(uptimes) or len(hazards) or remote or (nodes["own_post"] >= 0).any()
    )
    reports = np.concatenate([sensor_reports(sensors, nodes), exchanges]) if declared else np.zeros(0, REPORT)
    return CompiledNetwork(nodes, link_records, reports, changes, uptimes, hazards, remote_m, entities)
