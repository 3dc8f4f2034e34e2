"""Batteries and their weapons: channels, times and rounds from the cards, fly-out tables from the published reach."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.dtypes import BATTERY, KILL_CLASSES, WEAPON
from buckler.errors import InputError
from buckler.physics.flyout import HEIGHT_NODES, INTERCEPTOR, Flyout, flyout_table
from buckler.physics.intercept import launch_site
from buckler.physics.terrain import Terrain
from buckler.scenario.battery import Battery
from buckler.scenario.common import KILL_CLASSES as CLASSES
from buckler.scenario.doctrine import Weapon
from buckler.scenario.load import Loaded
from buckler.world import patrols
from buckler.world.arming import weapon_interceptor
from buckler.world.entities import Entity, address
from buckler.world.place import Place, ground_m, require_covered
from buckler.world.rules import STATUS, Supply, compile_rules, refuse_idle, refuse_no_asset

BATTERY_READS: Final = ("fire_channels", "reload_time", "reaction_time", "assessment_time", "salvo_interval")
WEAPON_READS: Final = (
    "max_range", "min_range", "max_altitude", "min_altitude", "burn_time", "burnout_speed", "minimum_intercept_speed",
    "launch_mass", "max_target_speed", "load_factor", "guidance", *(f"kill_probability_{name}" for name in KILL_CLASSES),
    "common_mode", "end_game_speed", "end_game_factor", "effective_range",
)  # fmt: skip
"""The parameters of the cards that this module reads."""

_UNSUPPORTED: Final = ("active", "infrared")
"""Guidance that does not need the battery's radar at the end."""


@dataclass(frozen=True)
class CompiledArms:
    """Batteries in the order of their names; weapons by battery, the shorter reach first."""

    batteries: NDArray[np.void]
    battery_entities: list[Entity]
    sites: NDArray[np.float64]
    fire_control: NDArray[np.int32]
    weapons: NDArray[np.void]
    weapon_entities: list[Entity]
    tables: list[Flyout]
    """One a weapon, within the height rules of its battery."""
    unruled: list[Flyout]
    """The same without those rules."""
    interceptors: NDArray[np.void]
    fly_out_s: NDArray[np.float64]
    fly_out_mps: NDArray[np.float64]
    fly_out_clear_m: NDArray[np.float64]
    launch_m: NDArray[np.float64]
    """Where an aircraft launches, by table and height node; 0 for who stands."""
    asset_weight: NDArray[np.float64]
    """What an asset counts for a weapon, [weapon, asset]."""
    class_weight: NDArray[np.float64]
    """What a class counts for a weapon, [weapon, class]."""
    rules: NDArray[np.void]
    supplies: int


@lru_cache(maxsize=64)
def _flown(row: bytes) -> Flyout:
    """The fly-out table of an INTERCEPTOR record, flown once; nobody may write into it."""
    table = flyout_table(np.frombuffer(row, INTERCEPTOR)[0])
    for array in table[1:]:
        array.flags.writeable = False
    return table


def compile_batteries(
    loaded: Loaded,
    batteries: list[Battery],
    command_index: dict[str, int],
    sensor_index: dict[str, int],
    terrain: Terrain,
    reuse: CompiledArms | None = None,
) -> CompiledArms:
    """Every battery with its weapons; the fly-out tables of `reuse` where they are the same."""
    records = np.zeros(len(batteries), BATTERY)
    weapons = np.zeros(sum(len(battery.weapons) for battery in batteries), WEAPON)
    battery_entities: list[Entity] = []
    weapon_entities: list[Entity] = []
    sites: list[NDArray[np.float64]] = []
    fire_control: list[int] = []
    tables: list[Flyout] = []
    unruled: list[Flyout] = []
    supplies: list[Supply] = []
    launch: list[NDArray[np.float64]] = []
    flown: list[NDArray[np.float64]] = []
    for b, (record, battery) in enumerate(zip(records, batteries, strict=True)):
        place = place_of(battery, terrain)
        site = launch_site(place.lat_deg, place.lon_deg, place.height_m)
        sites.append(site)
        record["first_weapon"], record["weapons"] = len(weapon_entities), len(battery.weapons)
        record["first_sensor"], record["sensors"] = len(fire_control), len(battery.fire_control)
        fire_control += sorted(sensor_index[name] for name in battery.fire_control)
        card = loaded.card(battery.system)
        _fill_battery(record, battery, card, place, command_index[battery.command], b)
        for weapon in sorted(
            battery.weapons, key=lambda weapon: (loaded.card(weapon.system).si("max_range"), weapon.system)
        ):
            round_card = loaded.card(weapon.system)
            w = len(weapon_entities)
            free, ruled, launch_m = _tables(battery, round_card, place)
            unruled.append(free)
            tables.append(ruled)
            launch.append(launch_m)
            weapon_entities.append(_fill_weapon(weapons[w], weapon, battery, card, round_card, place, b, w))
            supplies += [(supply.time_s, w, supply.rounds) for supply in weapon.resupply]
        cards = {weapon.system: loaded.card(weapon.system) for weapon in battery.weapons}
        if isinstance(battery, patrols.Sortie):
            first = len(batteries) + sum(map(len, flown))
            flown.append(patrols.sites_of(record, battery, card, place, first))
        farthest = battery.patrol.commit_range_m if isinstance(battery, patrols.Sortie) else None
        refuse_idle(battery, cards, loaded.scenario.zones, place, farthest)
        refuse_no_asset(battery, [asset.name for asset in loaded.scenario.assets])
        battery_entities.append(
            Entity(
                battery.name,
                battery.name,
                "defence",
                "battery",
                card.name,
                "",
                place.lat_deg,
                place.lon_deg,
                place.height_m,
                battery.command,
                float(
                    max((table.interceptor["max_range_m"] for table in tables[record["first_weapon"] :]), default=0.0)
                ),
                float(record["channels"]),
                battery.hypothetical,
            )
        )
    keys = [entity.key for entity in weapon_entities]
    for key in keys:
        if keys.count(key) > 1:
            raise InputError(
                f"{key.split(':')[0]!r} lists the weapon {key.split(':')[1]!r} twice: write it once, with all its rounds"
            )
    rules = compile_rules(loaded.scenario, batteries, records, supplies)
    doctrines = [batteries[weapon["battery"]].doctrine for weapon in weapons]
    assets = sorted(asset.name for asset in loaded.scenario.assets)
    if reuse is not None and same_tables(tables, reuse.tables):
        stacked = reuse.interceptors, reuse.fly_out_s, reuse.fly_out_mps, reuse.fly_out_clear_m, reuse.launch_m
    else:
        stacked = _stack([table.interceptor for table in tables], weapons), *_arrays(tables), np.array(launch).reshape(-1, HEIGHT_NODES)
    return CompiledArms(
        records, battery_entities, np.concatenate([np.array(sites).reshape(-1, 13), *flown]), np.array(fire_control, np.int32),
        weapons, weapon_entities,
        tables, unruled, *stacked,
        np.array([[doctrine.asset_weights.get(name, 1.0) for name in assets] for doctrine in doctrines]).reshape(-1, len(assets)),
        np.array([[doctrine.class_weights.get(name, 1.0) for name in CLASSES] for doctrine in doctrines]).reshape(-1, len(CLASSES)),
        rules, len(supplies),
    )  # fmt: skip


def same_tables(tables: list[Flyout], others: list[Flyout]) -> bool:
    """Whether two lists hold the same fly-out tables."""
    return len(tables) == len(others) and all(one is other for one, other in zip(tables, others, strict=True))


def place_of(battery: Battery, terrain: Terrain) -> Place:
    """Where the launchers stand; of an aircraft: the middle of its station."""
    if isinstance(battery, patrols.Sortie):
        return patrols.place_of(battery, terrain)
    if battery.latitude_deg is None or battery.longitude_deg is None:
        raise InputError(f"battery {battery.name!r} has no position")
    require_covered(terrain, f"battery {battery.name!r}", battery.latitude_deg, battery.longitude_deg)
    return Place(
        battery.latitude_deg, battery.longitude_deg, ground_m(terrain, battery.latitude_deg, battery.longitude_deg)
    )


def _fill_battery(record: Any, battery: Battery, card: Card, place: Place, command: int, b: int) -> None:
    doctrine = battery.doctrine
    place.fill(record, address(battery.name))
    record["first_site"], record["until_s"] = b, np.inf
    record["command"] = command
    record["channels"] = battery.fire_channels if battery.fire_channels is not None else round(card.si("fire_channels"))
    record["control"] = STATUS[doctrine.weapon_control]
    record["most_engagements"] = doctrine.most_engagements
    record["minimum_kill"] = doctrine.minimum_kill_probability
    record["yields_until_s"] = doctrine.yields_until_s
    record["remote_age_s"] = battery.remote_track.age_s if battery.remote_track is not None else 0.0
    record["remote_error_m"] = battery.remote_track.error_m if battery.remote_track is not None else 0.0
    for field, own, parameter in (
        ("reaction_s", doctrine.reaction_time_s, "reaction_time"),
        ("assessment_s", doctrine.assessment_time_s, "assessment_time"),
        ("salvo_interval_s", doctrine.salvo_interval_s, "salvo_interval"),
    ):
        record[field] = own if own is not None else card.si(parameter)
    record["salvo"] = [doctrine.first_salvo(name) for name in CLASSES]
    record["next_salvo"] = [doctrine.next_salvo(name) for name in CLASSES]
    record["engages"] = [
        (doctrine.classes is None or name in doctrine.classes) and doctrine.class_weights.get(name, 1.0) > 0.0
        for name in CLASSES
    ]
    record["minimum_height_m"] = doctrine.minimum_height_m
    record["maximum_height_m"] = doctrine.maximum_height_m if doctrine.maximum_height_m is not None else np.inf


def _fill_weapon(
    record: Any, weapon: Weapon, battery: Battery, system: Card, card: Card, place: Place, b: int, w: int
) -> Entity:
    key = f"{battery.name}:{card.name}"
    record["key"] = np.uint64(address(key))
    record["battery"] = b
    record["ready"], record["stored"] = weapon.rounds_ready, weapon.rounds_stored
    record["kept"] = [0 if name in weapon.reserve_for else weapon.reserve_rounds for name in KILL_CLASSES]
    record["kept_until_s"] = np.inf if weapon.reserve_until_s is None else weapon.reserve_until_s
    record["reload_s"] = weapon.reload_time_s if weapon.reload_time_s is not None else system.si("reload_time")
    record["kill_probability"] = [
        card.si(f"kill_probability_{name}") if card.known(f"kill_probability_{name}") else 0.0 for name in KILL_CLASSES
    ]
    _fill_lethality(record, card)
    record["needs_support"] = card.text("guidance") not in _UNSUPPORTED
    record["table"] = w
    return Entity(
        key, card.name, "defence", "weapon", card.name, "", place.lat_deg, place.lon_deg, place.height_m, battery.name,
        card.si("max_range"), float(weapon.rounds_ready + weapon.rounds_stored), battery.hypothetical,
    )  # fmt: skip


def _fill_lethality(record: Any, card: Card) -> None:
    """What the shots at a target share, and what the kill probability of each depends on; nothing where the card is silent."""
    record["common_mode"] = card.si("common_mode") if card.known("common_mode") else 1.0
    record["slow_factor"] = card.si("end_game_factor") if card.known("end_game_factor") else 1.0
    record["full_speed_mps"] = card.si("end_game_speed") if card.known("end_game_speed") else 0.0
    record["effective_range_m"] = card.si("effective_range") if card.known("effective_range") else np.inf
    record["steers"] = card.kind != "gun"


def _tables(battery: Battery, card: Card, place: Place) -> tuple[Flyout, Flyout, NDArray[np.float64]]:
    """The fly-out table of a round from this place: as the card has it, and within the battery's height rules; and where an
    aircraft launches."""
    if isinstance(battery, patrols.Sortie):
        dash, within = patrols.tables_of(battery, card)
        return dash.flyout, within.flyout, within.launch_m
    at_once = np.zeros(HEIGHT_NODES)
    row = weapon_interceptor(card, place.height_m)
    free = _flown(row.tobytes())
    low, high = battery.doctrine.minimum_height_m, battery.doctrine.maximum_height_m
    near, far = battery.doctrine.minimum_range_m, battery.doctrine.maximum_range_m
    if (
        low <= row["min_height_m"]
        and (high is None or high >= row["max_height_m"])
        and near <= row["min_range_m"]
        and (far is None or far >= row["max_range_m"])
    ):
        return free, free, at_once
    ruled = row.copy()
    ruled["min_height_m"] = max(low, float(row["min_height_m"]))
    ruled["max_height_m"] = min(np.inf if high is None else high, float(row["max_height_m"]))
    if ruled["min_height_m"] >= ruled["max_height_m"] or ruled["max_height_m"] <= place.height_m:
        raise InputError(
            f"battery {battery.name!r}: its height rules ({low:g} m to {'no limit' if high is None else f'{high:g} m'}) leave {card.name} "
            f"nothing to shoot at: it reaches from {row['min_height_m']:g} m to {row['max_height_m']:g} m above sea level"
        )
    ruled["min_range_m"] = max(near, float(row["min_range_m"]))
    ruled["max_range_m"] = min(np.inf if far is None else far, float(row["max_range_m"]))
    if ruled["min_range_m"] >= ruled["max_range_m"]:
        raise InputError(
            f"battery {battery.name!r}: its range rules ({near:g} m to {'no limit' if far is None else f'{far:g} m'}) leave {card.name} "
            f"nothing to shoot at: it reaches from {row['min_range_m']:g} m to {row['max_range_m']:g} m"
        )
    return free, _flown(ruled.tobytes()), at_once


def _stack(rows: list[Any], weapons: NDArray[np.void]) -> NDArray[np.void]:
    out = np.zeros(len(weapons), INTERCEPTOR)
    for i, row in enumerate(rows):
        out[i] = row
    return out


def _arrays(tables: list[Flyout]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    if not tables:
        empty = np.zeros((0, 2, 2))
        return empty, empty, np.zeros((0, 1, 1))
    return (
        np.stack([table.time_s for table in tables]),
        np.stack([table.speed_mps for table in tables]),
        np.stack([table.clearance_m for table in tables]),
    )


