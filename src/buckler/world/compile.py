"""Compile a scenario into the World: arrays in SI that kernels read, checked once, here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import COMMAND, WorldArrays
from buckler.errors import InputError
from buckler.log.schema import SCHEMA_VERSION
from buckler.physics.drag import standard_air
from buckler.physics.look import fill_windows
from buckler.physics.terrain import Terrain
from buckler.scenario.load import Loaded, scenario_yaml
from buckler.scenario.schema import Asset
from buckler.world import sensors as sensing
from buckler.world import stages as staging
from buckler.world import threats as raiding
from buckler.world import traffic as flying
from buckler.world import weapons as arming
from buckler.world.air import new_air_tables
from buckler.world.commands import compile_command, own_posts
from buckler.world.entities import Entity, refuse_collisions
from buckler.world.interference import compile_interference
from buckler.world.network import compile_network
from buckler.world.orbits import compile_orbits
from buckler.world.pairs import reachable_pairs, same_pairs
from buckler.world.patrols import expanded
from buckler.world.place import Place, ground_m, terrain_named
from buckler.world.relocations import first_names, settled
from buckler.world.rules import may_be_free
from buckler.world.spots import NODE_VALUE, Spot, aim_of, spots_of

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class World:
    """The compiled scenario: what kernels read, and what the run folder says of it."""

    arrays: WorldArrays
    entities: list[Entity]
    """In the order of the tables' indices: assets, batteries, commands, sensors, threats, weapons, links, each by name."""
    loaded: Loaded
    terrain: Terrain
    raid: raiding.CompiledRaid
    staged: raiding.CompiledRaid
    """The raid with its spent stages behind it."""
    traffic: flying.CompiledTraffic
    """Everybody: the raid, its stages, the traffic."""
    arms: arming.CompiledArms

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.loaded.scenario.name

    @property
    def scenario_text(self) -> str:
        """The scenario as run, every reference resolved."""
        return scenario_yaml(self.loaded.scenario)

    def content_hash(self) -> str:
        """Of everything that a replication depends on: the arrays themselves, and the names in the tables."""
        digest = hashlib.sha256(f"schema {SCHEMA_VERSION}".encode())
        for entity in self.entities:
            digest.update(repr(entity).encode())
        for field, value in self.arrays:
            digest.update(field.encode())
            digest.update(
                np.ascontiguousarray(value).tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
            )
        return digest.hexdigest()


def _by_name(entries: Sequence[Entry]) -> list[Entry]:
    """The order of the arrays: by name, so that the order in the file does not matter."""
    return sorted(entries, key=lambda entry: getattr(entry, "name"))  # noqa: B009 (a type variable has no attributes)


def compile_world(loaded: Loaded, reuse: World | None = None) -> World:
    """The World of a checked scenario; InputError where something cannot stand, be seen, fly or be reached as written.

    `reuse`: a World of the same scenario, with the same sensors at the same places and instrumented ranges (other values of its cards
    may differ). What each sensor sees over the terrain is then taken from it, and of the rest whatever follows from equal values:
    paths, fly-out tables, when a sensor can see a threat, when a round can meet it.
    """
    asked, loaded = loaded, expanded(loaded)
    scenario, moves = settled(loaded.scenario)
    loaded = replace(loaded, scenario=scenario)
    terrain = terrain_named(scenario.environment.terrain)
    assets, commands = _by_name(scenario.assets), _by_name([*scenario.commands, *own_posts(scenario)])
    sensors, batteries = _by_name(scenario.sensors), _by_name(scenario.batteries)
    command_index = {command.name: i for i, command in enumerate(commands)}
    sensor_index = {sensor.name: i for i, sensor in enumerate(sensors)}

    places = [asset_place(asset, terrain) for asset in assets]
    asset_entities = [
        Entity(
            asset.name, asset.name, "defence", "asset", "", "", p.lat_deg, p.lon_deg, p.height_m, "", 0.0, asset.value
        )
        for asset, p in zip(assets, places, strict=True)
    ]
    command_records = np.zeros(len(commands), COMMAND)
    command_entities = [
        compile_command(record, command, loaded, command_index, terrain)
        for record, command in zip(command_records, commands, strict=True)
    ]

    records, lowest = sensing.new_sensors(len(sensors), terrain)
    air_db = new_air_tables(len(sensors))
    sensor_entities = []
    for i, sensor in enumerate(sensors):
        card = loaded.card(sensor.system)
        sensor_entities.append(
            sensing.compile_sensor(
                records[i], sensor, card, terrain, scenario.environment, command_index[sensor.command], air_db[i]
            )
        )
    if reuse is None:
        swept = sensing.side_by_side([
            partial(sensing.horizon_of, sensor, loaded.card(sensor.system), terrain, scenario.environment) for sensor in sensors
        ])  # fmt: skip
        for i, table in enumerate(swept):
            lowest[i], records[i]["lowest_step_m"] = table.line_m, table.range_step_m
    else:
        lowest, records["lowest_step_m"] = reuse.arrays.lowest_m, reuse.arrays.sensors["lowest_step_m"]

    orbits = compile_orbits(loaded, sensors, records, terrain, None if reuse is None else reuse.arrays)
    disturbances = compile_interference(scenario.interference, sensors, records)
    spots = spots_of(loaded, commands, terrain)
    aims = aims_of(loaded, spots, terrain)
    bare = raiding.compile_raid(loaded, aims, terrain, None if reuse is None else reuse.raid)
    staged = staging.compile_stages(loaded, bare, terrain, None if reuse is None else reuse.staged)
    until_s = float(bare.records["end_s"].max()) + 1.0
    traffic = flying.compile_traffic(loaded, staged, until_s, commands, terrain, None if reuse is None else reuse.traffic)
    raid = traffic.raid
    arms = arming.compile_batteries(
        loaded, batteries, command_index, sensor_index, terrain, None if reuse is None else reuse.arms
    )

    for later, first in first_names(moves):
        same_luck(records, sensor_index, later, first)
        arms = came_along(arms, {battery.name: b for b, battery in enumerate(batteries)}, later, first)
    command_records["free"] = may_be_free(scenario)
    if reuse is not None and raid.path_m is reuse.traffic.raid.path_m and _same_views(records, reuse):
        windows = reuse.arrays.windows_s
    else:
        windows = np.empty((len(sensors), len(raid.records), 2))
        fill_windows(
            records, lowest, orbits.rows, orbits.nodes, orbits.lowest_m, air_db, raid.records, raid.path_m, windows
        )
    if reuse is not None and same_pairs(arms, raid, reuse.arms, reuse.traffic.raid):
        pairs = reuse.arrays.pairs
    else:
        pairs = reachable_pairs(arms, raid)

    first_battery = len(assets)
    first_command = first_battery + len(batteries)
    first_sensor = first_command + len(commands)
    first_threat = first_sensor + len(sensors)
    first_weapon = first_threat + len(raid.records)
    first_link = first_weapon + len(arms.weapons)
    places_of_aims = [aims[entity.parent].place for entity in bare.entities]
    network = compile_network(loaded, commands, spots, bare, places_of_aims, records, terrain, moves)
    ordered = [
        *asset_entities,
        *arms.battery_entities,
        *command_entities,
        *sensor_entities,
        *raid.entities,
        *arms.weapon_entities,
        *network.entities,
    ]
    refuse_collisions(ordered)
    arrays = WorldArrays(
        duration_s=until_s,
        first_battery=first_battery,
        first_command=first_command,
        first_sensor=first_sensor,
        first_threat=first_threat,
        first_weapon=first_weapon,
        first_link=first_link,
        sensors=records,
        threats=raid.records,
        commands=command_records,
        batteries=arms.batteries,
        weapons=arms.weapons,
        fire_control=arms.fire_control,
        path_m=raid.path_m,
        path_ahead_mps=raid.ahead_mps,
        sites=arms.sites,
        lowest_m=lowest,
        orbits=orbits.rows,
        orbit_nodes=orbits.nodes,
        orbit_lowest_m=orbits.lowest_m,
        air_db=air_db,
        disturbances=disturbances,
        windows_s=windows,
        looking_s=looking(records, windows),
        interceptors=arms.interceptors,
        fly_out_s=arms.fly_out_s,
        fly_out_mps=arms.fly_out_mps,
        fly_out_clear_m=arms.fly_out_clear_m,
        launch_m=arms.launch_m,
        pairs=pairs,
        rules=arms.rules,
        supplies=arms.supplies,
        traffic=len(raid.records) - len(bare.records),
        bodies=traffic.bodies,
        askers=traffic.askers,
        evidence=traffic.evidence,
        indicators=traffic.indicators,
        basket_m=scenario.acquisition_basket_m if scenario.picture == "filtered" else 0.0,
        air=standard_air(),
        nodes=network.nodes,
        links=network.links,
        reports=network.reports,
        changes=network.changes,
        uptimes=network.uptimes,
        hazards=network.hazards,
        remote_m=network.remote_m,
    )
    return World(arrays, ordered, asked, terrain, bare, staged, traffic, arms)


_UNSEEN_BY_WINDOWS: Final = (
    "constant_m2", "false_alarm", "swerling", "scan_period_s", "hits", "scans", "tracks", "range_std_m", "angle_std_rad", "command",
)  # fmt: skip
"""Fields of a SENSOR that say how well it sees, not where it looks: when a threat can be in view does not depend on them."""


def _same_views(sensors: NDArray[np.void], reuse: World) -> bool:
    """Whether the sensors look where those of `reuse` do."""
    before = reuse.arrays.sensors
    names = [name for name in sensors.dtype.names or () if name not in _UNSEEN_BY_WINDOWS]
    return (
        len(sensors) == len(before)
        and all(np.array_equal(sensors[name], before[name]) for name in names)
        and np.array_equal(sensors["constant_m2"] > 0.0, before["constant_m2"] > 0.0)
    )


def same_luck(records: NDArray[np.void], index: dict[str, int], later: str, first: str) -> None:
    """What moves has the luck of its first place at the later ones."""
    if later in index:
        records[index[later]]["key"] = records[index[first]]["key"]


def came_along(arms: arming.CompiledArms, index: dict[str, int], later: str, first: str) -> arming.CompiledArms:
    """The same for a battery, whose rounds come along with it."""
    if later not in index:
        return arms
    same_luck(arms.batteries, index, later, first)
    arms.batteries[index[later]]["arrives"] = 1
    return replace(arms, weapon_entities=[replace(e, value=0.0) if e.parent == later else e for e in arms.weapon_entities])


def looking(sensors: NDArray[np.void], windows_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """[sensor, 2]: from when a scan can detect anything, until when one can still change a track."""
    drop = (sensors["scans"] + 1) * sensors["scan_period_s"]
    return np.column_stack([windows_s[:, :, 0].min(axis=1), windows_s[:, :, 1].max(axis=1) + drop])


def aims_of(loaded: Loaded, spots: list[Spot], terrain: Terrain) -> dict[str, raiding.Aim]:
    """What the raid flies at: index in the order of the tables, place on the ground, value."""
    assets = _by_name(loaded.scenario.assets)
    aims = {asset.name: raiding.Aim(i, asset_place(asset, terrain), asset.value) for i, asset in enumerate(assets)}
    index = {spot.name: n for n, spot in enumerate(spots)}
    for member in raiding.members(loaded):
        if member.target not in aims:
            n = index[member.target]
            aims[member.target] = raiding.Aim(len(assets) + n, aim_of(spots[n], member.entry.name), NODE_VALUE)
    return aims


def asset_place(asset: Asset, terrain: Terrain) -> Place:
    """Where an asset stands, on the ground."""
    if asset.latitude_deg is None or asset.longitude_deg is None:
        raise InputError(f"asset {asset.name!r} has no position")
    return Place(asset.latitude_deg, asset.longitude_deg, ground_m(terrain, asset.latitude_deg, asset.longitude_deg))

