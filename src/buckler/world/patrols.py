"""Patrols as the engine takes them: every sortie a battery whose site moves, its radar a sensor on the same orbit.

A sortie that is not on station is a node out of order; what the scenario says of a patrol (links, orders, status, who yields to whom)
is said of each of its sorties and, where it is about the node, of their radars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.errors import InputError
from buckler.physics.airlaunch import Dash, air_launched, dash_table
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.interceptor import INTERCEPTOR
from buckler.physics.terrain import Terrain
from buckler.scenario.battery import Battery
from buckler.scenario.doctrine import ControlOrder, Doctrine, Weapon
from buckler.scenario.links import Link
from buckler.scenario.load import Loaded
from buckler.scenario.outages import Status
from buckler.scenario.patrols import Patrol
from buckler.scenario.sensor import Sensor
from buckler.scenario.sorties import Turn, radar_names, turns_of, wire_name
from buckler.units import STANDARD_GRAVITY_MPS2
from buckler.world.arming import FASTEST_BODY_MPS
from buckler.world.orbits import track_of
from buckler.world.place import Place, ground_m, require_covered

PATROL_READS: Final = ("on_station_time", "dash_speed", "speed")
"""Parameters of the aircraft's card that this module reads, beside those of a battery and a sensor."""
AIR_LAUNCHED_READS: Final = ("reference_height", "reference_speed")
"""The same of the missile's card, beside those of a weapon."""
_LAST_S: Final = 86_400.0


class Sortie(Battery):
    """One sortie of a patrol, on station from one time until another."""

    patrol: Patrol
    from_s: float
    until_s: float
    dash_mps: float


def expanded(loaded: Loaded) -> Loaded:
    """The scenario with every sortie as a battery, every sortie's radar as a sensor, and no patrols."""
    scenario = loaded.scenario
    if not scenario.patrols:
        return loaded
    endurance = {
        patrol.name: _given(patrol, loaded.card(patrol.system), patrol.time_on_station_s, "on_station_time", "time_on_station_s")
        for patrol in scenario.patrols
    }
    turns = turns_of(scenario.patrols, scenario.tankers, endurance)
    names = {name: [turn.name for turn in found] for name, found in turns.items()}
    sorties = [
        _sortie(patrol, turn, loaded.card(patrol.system), names)
        for patrol in scenario.patrols
        for turn in turns[patrol.name]
    ]
    radars = [radar for sortie in sorties if _has_radar(loaded.card(sortie.system)) for radar in radars_of(sortie)]
    carried: dict[str, list[str]] = {sortie.name: [] for sortie in sorties}
    for sortie in sorties:
        if _has_radar(loaded.card(sortie.system)):
            carried[sortie.name] = [radar.name for radar in radars_of(sortie)]
    aboard = {name: [*found, *(radar for sortie in found for radar in carried[sortie])] for name, found in names.items()}
    return replace(
        loaded,
        scenario=scenario.model_copy(
            update={
                "batteries": [*(_yielding(battery, names) for battery in scenario.batteries), *sorties],
                "sensors": [*scenario.sensors, *radars],
                "links": _links(scenario.links, names, carried),
                "status": [*_status(scenario.status, aboard, scenario.links, names), *_absences(sorties, carried)],
                "control_orders": [_ordered(order, names) for order in scenario.control_orders],
                "patrols": [],
            }
        ),
    )


def _given(patrol: Patrol, card: Card, own: float | None, parameter: str, field: str) -> float:
    if own is not None:
        return own
    if not card.known(parameter):
        raise InputError(f"patrol {patrol.name!r}: the card of {card.name} says nothing of its {parameter}: write {field}")
    return card.si(parameter)


def _has_radar(card: Card) -> bool:
    return card.known("detection_range")


def _sortie(patrol: Patrol, turn: Turn, card: Card, names: dict[str, list[str]]) -> Sortie:
    doctrine = patrol.doctrine
    for parameter in ("reaction_time", "assessment_time", "salvo_interval"):
        _given(patrol, card, getattr(doctrine, f"{parameter}_s"), parameter, f"doctrine.{parameter}_s")
    each = _given(patrol, card, patrol.targets_per_aircraft, "fire_channels", "targets_per_aircraft")
    radars = [*(radar_names(turn.name, patrol.counter_rotating) if _has_radar(card) else []), *patrol.fire_control]
    if not radars:
        raise InputError(
            f"patrol {patrol.name!r}: the card of {card.name} says nothing of a radar: name in fire_control the sensors that guide it"
        )
    return Sortie.model_construct(
        name=turn.name, system=patrol.system, command=patrol.command, latitude_deg=patrol.latitude_deg,
        longitude_deg=patrol.longitude_deg, site=None, fire_control=radars, hypothetical=patrol.hypothetical, cut_off="hold",
        remote_track=None,
        weapons=[
            Weapon(system=weapon.system, rounds_ready=weapon.rounds * patrol.aircraft, reload_time_s=0.0) for weapon in patrol.weapons
        ],
        fire_channels=round(each) * patrol.aircraft,
        doctrine=doctrine.model_copy(update={"yields_to": _all(doctrine.yields_to, names)}),
        patrol=patrol, from_s=turn.from_s, until_s=turn.until_s,
        dash_mps=_given(patrol, card, patrol.dash_speed_mps, "dash_speed", "dash_speed_mps"),
    )  # fmt: skip


def radars_of(sortie: Sortie) -> list[Sensor]:
    """The sortie's own radars, on its orbit, the second one half a round behind."""
    patrol = sortie.patrol
    behind = patrol.orbit.model_copy(update={"begun": (patrol.orbit.begun + 0.5) % 1.0})
    return [
        Sensor.model_construct(
            name=name, system=patrol.system, command=patrol.command, latitude_deg=patrol.latitude_deg,
            longitude_deg=patrol.longitude_deg, altitude_m=patrol.altitude_m, orbit=orbit, hypothetical=patrol.hypothetical,
        )
        for name, orbit in zip(radar_names(sortie.name, patrol.counter_rotating), (patrol.orbit, behind), strict=False)
    ]  # fmt: skip


def _all(named: Sequence[str], names: dict[str, list[str]]) -> list[str]:
    """Names, each patrol's replaced by its sorties'."""
    return [one for name in named for one in names.get(name, [name])]


def _yielding(battery: Battery, names: dict[str, list[str]]) -> Battery:
    doctrine: Doctrine = battery.doctrine
    if not set(doctrine.yields_to) & set(names):
        return battery
    return battery.model_copy(update={"doctrine": doctrine.model_copy(update={"yields_to": _all(doctrine.yields_to, names)})})


def _ordered(order: ControlOrder, names: dict[str, list[str]]) -> ControlOrder:
    return order if order.nodes is None else order.model_copy(update={"nodes": _all(order.nodes, names)})


def _link_names(link: Link, names: dict[str, list[str]]) -> dict[str, list[str]]:
    """The links that one link stands for, by name: each with its two ends."""
    pairs = [[one, two] for one in _all([link.between[0]], names) for two in _all([link.between[1]], names)]
    alone = len(pairs) == 1
    return {link.name if alone else f"{link.name} ({one} <> {two})": [one, two] for one, two in pairs}


def _links(links: Sequence[Link], names: dict[str, list[str]], carried: dict[str, list[str]]) -> list[Link]:
    found = [
        link.model_copy(update={"name": name, "between": ends}) for link in links for name, ends in _link_names(link, names).items()
    ]
    joined = {end for link in found for end in link.between}
    wires = [
        Link.model_construct(name=wire_name(radar), between=[sortie, radar], kind="fibre", latency_s=0.0)
        for sortie in sorted(joined)
        for radar in carried.get(sortie, [])
    ]
    return [*found, *wires]


def _status(
    facts: Sequence[Status], aboard: dict[str, list[str]], links: Sequence[Link], names: dict[str, list[str]]
) -> list[Status]:
    known = {**aboard, **{link.name: [*_link_names(link, names)] for link in links}}
    return [fact.model_copy(update={"of": name}) for fact in facts for name in known.get(fact.of, [fact.of])]


def _absences(sorties: Sequence[Sortie], carried: dict[str, list[str]]) -> list[Status]:
    """When a sortie and its radars are not on station."""
    found = []
    for sortie in sorties:
        for name in (sortie.name, *carried[sortie.name]):
            for from_s, until_s in ((0.0, min(sortie.from_s, _LAST_S)), (sortie.until_s, _LAST_S)):
                if until_s > from_s:
                    found.append(Status(of=name, state="down", from_s=from_s, until_s=until_s))
    return found


# --- what the engine reads ----------------------------------------------------------------------------------------------


def place_of(sortie: Sortie, terrain: Terrain) -> Place:
    """The middle of its station."""
    patrol = sortie.patrol
    assert patrol.latitude_deg is not None  # noqa: S101 (the scenario's sites are resolved)
    assert patrol.longitude_deg is not None  # noqa: S101
    require_covered(terrain, f"patrol {patrol.name!r}", patrol.latitude_deg, patrol.longitude_deg)
    ground = ground_m(terrain, patrol.latitude_deg, patrol.longitude_deg)
    if patrol.altitude_m <= ground:
        raise InputError(f"patrol {patrol.name!r} at {patrol.altitude_m:g} m is under the ground ({ground:.0f} m): raise altitude_m")
    return Place(patrol.latitude_deg, patrol.longitude_deg, patrol.altitude_m)


def sites_of(record: Any, sortie: Sortie, card: Card, place: Place, first: int) -> NDArray[np.float64]:
    """Rows of World.sites along the orbit, one round; the battery's record learns which are its own, and how it flies."""
    track = track_of(radars_of(sortie)[0], sortie.patrol.orbit, card, place, MEAN_RADIUS_M)
    rows = np.column_stack([track.rows[:-1, :12], np.full(len(track.rows) - 1, place.height_m)])
    record["first_site"], record["site_rows"], record["site_step_s"] = first, len(rows), track.step_s
    record["dash_mps"], record["until_s"] = sortie.dash_mps, sortie.until_s
    record["cruise_mps"] = sortie.patrol.orbit.speed_mps or card.si("speed")
    if record["cruise_mps"] > record["dash_mps"]:
        raise InputError(
            f"patrol {sortie.patrol.name!r} dashes at {sortie.dash_mps:g} m/s, slower than it flies on station "
            f"({record['cruise_mps']:g} m/s): raise dash_speed_mps"
        )
    return rows


def tables_of(sortie: Sortie, card: Card) -> tuple[Dash, Dash]:
    """A missile's fly-out with the dash in it: as the card has it, and within the rules of height and range."""
    doctrine, patrol = sortie.doctrine, sortie.patrol
    row = air_missile(card).tobytes()
    if float(card.si("max_altitude")) <= patrol.altitude_m:
        raise InputError(
            f"patrol {patrol.name!r} at {patrol.altitude_m:g} m flies higher than {card.name} reaches ({card.si('max_altitude'):g} m): "
            "lower altitude_m"
        )
    high = np.inf if doctrine.maximum_height_m is None else doctrine.maximum_height_m
    far = np.inf if doctrine.maximum_range_m is None else doctrine.maximum_range_m
    if max(doctrine.minimum_height_m, card.si("min_altitude")) >= min(high, card.si("max_altitude")):
        raise InputError(f"patrol {patrol.name!r}: its height rules leave {card.name} nothing to shoot at")
    if doctrine.minimum_range_m >= min(far, patrol.commit_range_m):
        raise InputError(f"patrol {patrol.name!r}: its range rules leave nothing within commit_range_m ({patrol.commit_range_m:g} m)")
    how = (patrol.altitude_m, sortie.dash_mps, patrol.launch_share)
    free = _dashed(row, *how, patrol.commit_range_m, -500.0, np.inf, 0.0)
    ruled = _dashed(
        row, *how, min(far, patrol.commit_range_m), doctrine.minimum_height_m, float(high), doctrine.minimum_range_m
    )
    same = all(free.flyout.interceptor[name] == ruled.flyout.interceptor[name] for name in INTERCEPTOR.names or ())
    return (free, free) if same else (free, ruled)


@lru_cache(maxsize=128)
def _dashed(
    row: bytes, height_m: float, dash_mps: float, share: float, commit_m: float, low_m: float, high_m: float, near_m: float
) -> Dash:
    """Flown once; nobody may write into it."""
    dash = dash_table(
        np.frombuffer(row, INTERCEPTOR)[0], height_m=height_m, dash_mps=dash_mps, commit_range_m=commit_m, launch_share=share,
        bounds_m=(low_m, high_m, near_m),
    )  # fmt: skip
    for array in (*dash.flyout[1:], dash.launch_m):
        array.flags.writeable = False
    if not np.isfinite(dash.flyout.time_s).any():
        raise InputError("a missile launched there reaches nothing within its rules of height: change the station's altitude_m")
    return dash


def air_missile(card: Card) -> Any:
    """The INTERCEPTOR record of an air-launched missile, by its card."""
    try:
        return air_launched(
            max_range_m=card.si("max_range"),
            max_height_m=card.si("max_altitude"),
            burnout_speed_mps=card.si("burnout_speed"),
            burn_time_s=card.si("burn_time"),
            min_speed_mps=card.si("minimum_intercept_speed"),
            reference_height_m=card.si("reference_height"),
            reference_speed_mps=card.si("reference_speed"),
            min_range_m=card.si("min_range") if card.known("min_range") else 0.0,
            min_height_m=card.si("min_altitude") if card.known("min_altitude") else 0.0,
            max_target_speed_mps=card.si("max_target_speed") if card.known("max_target_speed") else FASTEST_BODY_MPS,
            turn_limit_mps2=card.si("load_factor") if card.known("load_factor") else 20.0 * STANDARD_GRAVITY_MPS2,
        )
    except InputError as error:
        raise InputError(f"{card.name}: {error}") from error


def first_near_s(row: Any, sites: NDArray[np.float64], path_m: NDArray[np.float64], start_s: float, step_s: float) -> float:
    """A time before which no meeting can be, wherever on its orbit the aircraft is; inf where there can be none.

    `row`: its INTERCEPTOR record with the commit range; `sites`: the rows of its orbit; `path_m`: the threat's rows.
    """
    centre = sites[:, :3].mean(axis=0)
    extent_m = float(np.linalg.norm(sites[:, :3] - centre, axis=1).max())
    away_m = np.linalg.norm(path_m[:, :3] - centre, axis=1) - np.abs(path_m[:, 3] - sites[0, 12])
    near = away_m <= extent_m + 1.01 * float(row["max_range_m"]) + 1000.0
    heights = np.stack([path_m[:-1, 3], path_m[1:, 3]])
    inside = (heights.max(axis=0) >= row["min_height_m"]) & (heights.min(axis=0) <= row["max_height_m"])
    slow = np.linalg.norm(np.diff(path_m[:, :3], axis=0), axis=1) <= row["max_target_speed_mps"] * step_s
    able = np.flatnonzero((near[:-1] | near[1:]) & inside & slow)
    return max(start_s, start_s + step_s * (float(able[0]) - 1.0)) if len(able) else float(np.inf)
