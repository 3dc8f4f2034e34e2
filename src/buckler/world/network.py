"""The network: nodes, links, who reports to whom, what is out of order when, and what can be hit where."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import CHANGE, HAZARD, LINK, NODE, REPORT, SORTIE, SORTIES_RADAR, UPTIME
from buckler.engine.outages import AWAY
from buckler.engine.ways import REFRESH_S
from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M, ecef_to_geodetic, geodesic_direct, geodesic_inverse
from buckler.physics.satellite import Leg, hop_delay_s, leg
from buckler.physics.terrain import Terrain
from buckler.physics.visibility import elevation_tangent
from buckler.scenario.battery import Battery
from buckler.scenario.command import Command
from buckler.scenario.links import Link
from buckler.scenario.load import Loaded
from buckler.scenario.schema import Scenario
from buckler.scenario.sensor import Sensor
from buckler.scenario.sorties import radar_names
from buckler.units import SPEED_OF_LIGHT_MPS
from buckler.world import sensors as sensing
from buckler.world.entities import Entity, address
from buckler.world.patrols import Sortie
from buckler.world.place import Place, ground_heights_m, ground_m, require_covered
from buckler.world.relocations import Move, first_names
from buckler.world.threats import CompiledRaid
from buckler.world.weapons import place_of

VOICE_LATENCY_S: Final = 20.0
VOICE_LOSS: Final = 0.1
VOICE_TRACKS_PER_S: Final = 0.1
"""What an exchange by voice is where the scenario does not say: a report in ten seconds, understood after twenty, one in ten lost."""
VOICE_PERIOD_S: Final = 60.0
"""How often a track is told again by voice."""
MAST_M: Final = 30.0
UNLIMITED: Final = 2**30
NODE_VALUE: Final = 1.0
"""What a node of the defence counts for threat evaluation where the raid flies at it."""
FARTHEST_STD: Final = 6.0
"""Impacts farther from the aim point than so many standard deviations are not looked for: 1 in 65 million."""
SIGHT_STEP_M: Final = 500.0


@dataclass(frozen=True)
class Spot:
    """Where a node is: its own place, and the ground under it."""

    name: str
    place: Place | None
    """Of its antenna or launchers; None for a post that has no place."""
    ground_m: float
    airborne: bool


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


def own_post_name(battery: Battery) -> str:
    """The name of the post that a battery is when it fights on its own."""
    return f"{battery.name} (own post)"


def own_posts(scenario: Scenario) -> list[Command]:
    """The posts that autonomous batteries are when cut off: as quick and as sure as the post that they have lost."""
    commands = {command.name: command for command in scenario.commands}
    posts = []
    for battery in scenario.batteries:
        if battery.cut_off == "autonomous":
            post = commands[battery.command]
            name = own_post_name(battery)
            if len(name) > 60 or name in commands:
                raise InputError(f"battery {battery.name!r}: {name!r} is to be the name of its own post: shorten the battery's name")
            own = {"name": name, "latency_s": 0.0, "hypothetical": battery.hypothetical}
            nowhere = dict.fromkeys(("latitude_deg", "longitude_deg", "aboard", "superior", "backup"))
            posts.append(post.model_copy(update={**own, **nowhere}))
    return posts


def owner(scenario: Scenario, post: str) -> str | None:
    """The battery whose own post this is; None for a post of the scenario."""
    return next((b.name for b in scenario.batteries if b.cut_off == "autonomous" and own_post_name(b) == post), None)


def compile_command(
    record: Any, command: Command, loaded: Loaded, command_index: dict[str, int], terrain: Terrain
) -> Entity:
    """Fill one COMMAND record."""
    scenario = loaded.scenario
    record["key"] = np.uint64(address(command.name))
    for field in (
        "latency_s", "identification_time_s", "identification_error", "identification_retry_s", "decision_period_s",
    ):  # fmt: skip
        record[field] = getattr(command, field)
    record["certainty"] = command.unidentified_certainty
    backup = command.backup or command.superior
    record["backup"] = command_index[backup] if backup is not None else -1
    record["takeover_s"] = command.takeover_time_s
    record["swaps"] = command.assignment == "swap"
    battery = owner(scenario, command.name)
    batteries = sorted(entry.name for entry in scenario.batteries)
    record["own_battery"] = batteries.index(battery) if battery is not None else -1
    place = command_place(command, loaded, terrain)
    where = (place.lat_deg, place.lon_deg, place.height_m) if place is not None else (np.nan, np.nan, np.nan)
    return Entity(
        command.name, command.name, "defence", "command", "", "", *where, battery or command.superior or "", 0.0, 0.0,
        command.hypothetical,
    )  # fmt: skip


def command_place(command: Command, loaded: Loaded, terrain: Terrain) -> Place | None:
    """Where a command post stands, or the middle of the orbit on which it flies; None where the scenario does not say."""
    if command.aboard is not None:
        sensor = next(sensor for sensor in loaded.scenario.sensors if sensor.name == command.aboard)
        return sensing.place_of(sensor, loaded.card(sensor.system), terrain)[0]
    if command.latitude_deg is None or command.longitude_deg is None:
        return None
    require_covered(terrain, f"command post {command.name!r}", command.latitude_deg, command.longitude_deg)
    return Place(command.latitude_deg, command.longitude_deg, ground_m(terrain, command.latitude_deg, command.longitude_deg))


def spots(loaded: Loaded, commands: list[Command], terrain: Terrain) -> list[Spot]:
    """Where every node is, in the order of World.nodes: batteries, commands, sensors, each by name."""
    scenario = loaded.scenario
    found = []
    for battery in sorted(scenario.batteries, key=lambda entry: entry.name):
        place = place_of(battery, terrain)
        found.append(Spot(battery.name, place, place.height_m, isinstance(battery, Sortie)))
    for command in commands:
        post = command_place(command, loaded, terrain)
        found.append(Spot(command.name, post, post.height_m if post is not None else 0.0, command.aboard is not None))
    for sensor in sorted(scenario.sensors, key=lambda entry: entry.name):
        place, above = sensing.place_of(sensor, loaded.card(sensor.system), terrain)
        found.append(Spot(sensor.name, place, place.height_m - above, sensor.altitude_m is not None or sensor.orbit is not None))
    return found


def aim_of(spot: Spot, entry: str) -> Place:
    """The point at which a raid entry flies where its target is a node of the defence."""
    if spot.airborne:
        raise InputError(f"raid entry {entry!r}: {spot.name!r} flies: name a target that stands on the ground")
    if spot.place is None:
        raise InputError(f"raid entry {entry!r}: {spot.name!r} has no place: write its site, or latitude_deg and longitude_deg")
    return Place(spot.place.lat_deg, spot.place.lon_deg, spot.ground_m)


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
    remote_m = _remote(scenario, sensors)
    remote = any(battery.remote_track is not None for battery in scenario.batteries)
    hazards = _hazards(places, raid, aims)
    things = {**index, **{link.name: len(index) + k for k, link in enumerate(links)}}
    changes = _changes(scenario, things, moves)
    uptimes = _uptimes(scenario, things, moves)
    exchanges = _exchange_reports(scenario, index, post_index)
    declared = bool(
        links or len(exchanges) or len(changes) or len(uptimes) or len(hazards) or remote or (nodes["own_post"] >= 0).any()
    )
    reports = np.concatenate([_sensor_reports(sensors, nodes), exchanges]) if declared else np.zeros(0, REPORT)
    return CompiledNetwork(nodes, link_records, reports, changes, uptimes, hazards, remote_m, entities)


def _sensor_reports(sensors: NDArray[np.void], nodes: NDArray[np.void]) -> NDArray[np.void]:
    reports = np.zeros(len(sensors), REPORT)
    reports["source"] = np.arange(len(nodes) - len(sensors), len(nodes))
    reports["post"] = -1
    reports["slots"] = UNLIMITED
    reports["period_s"] = sensors["scan_period_s"]
    return reports


def _exchange_reports(scenario: Scenario, index: dict[str, int], post_index: dict[str, int]) -> NDArray[np.void]:
    """One report each way between all posts that full exchange joins, directly or through others; and by voice, directly."""
    full: dict[frozenset[str], tuple[float, float, float | None]] = {}
    rows: list[tuple[str, str, str, bool, float, float, float | None]] = []
    for command in scenario.commands:
        if command.superior is not None:
            full[frozenset((command.name, command.superior))] = (0.0, 0.0, None)
    for exchange in scenario.exchanges:
        if exchange.mode == "full":
            full[frozenset(exchange.between)] = (exchange.latency_s or 0.0, exchange.loss or 0.0, exchange.capacity_tracks_per_s)
        elif exchange.mode == "voice":
            said = (
                VOICE_LATENCY_S if exchange.latency_s is None else exchange.latency_s,
                VOICE_LOSS if exchange.loss is None else exchange.loss,
                exchange.capacity_tracks_per_s or VOICE_TRACKS_PER_S,
            )
            one, two = exchange.between
            rows += [(one, two, exchange.name, True, *said), (two, one, exchange.name, True, *said)]
    for one, two, facts in _closure(full):
        rows.append((one, two, "full", False, *facts))
    reports = np.zeros(len(rows), REPORT)
    for record, (source, post, name, voice, delay_s, loss, capacity) in zip(reports, sorted(rows), strict=True):
        record["key"] = np.uint64(address(f"{name}: {source} > {post}"))
        record["source"], record["post"], record["voice"] = index[source], post_index[post], voice
        record["delay_s"], record["loss"] = delay_s, loss
        record["period_s"] = VOICE_PERIOD_S if voice else REFRESH_S
        record["interval_s"] = 1.0 / capacity if capacity is not None else 0.0
        record["slots"] = _slots(capacity, float(record["period_s"]))
    return reports


def _closure(
    full: dict[frozenset[str], tuple[float, float, float | None]],
) -> list[tuple[str, str, tuple[float, float, float | None]]]:
    """Every ordered pair of posts that full exchanges join: the quickest chain's delays added, losses joined, least capacity."""
    posts = sorted({post for pair in full for post in pair})
    found = []
    for start in posts:
        best: dict[str, tuple[float, float, float | None]] = {start: (0.0, 0.0, None)}
        waiting = [start]
        while waiting:
            here = waiting.pop(0)
            for pair, (delay_s, loss, capacity) in sorted(full.items(), key=lambda item: sorted(item[0])):
                if here not in pair:
                    continue
                (there,) = pair - {here}
                so_far = best[here]
                limits = [limit for limit in (so_far[2], capacity) if limit is not None]
                facts = (so_far[0] + delay_s, 1.0 - (1.0 - so_far[1]) * (1.0 - loss), min(limits, default=None))
                if there not in best or facts[0] < best[there][0]:
                    best[there] = facts
                    waiting.append(there)
        found += [(start, post, facts) for post, facts in sorted(best.items()) if post != start]
    return found


def _slots(capacity: float | None, period_s: float) -> int:
    """Tracks that a link of a capacity (tracks/s) can carry at once, each refreshed every `period_s`; one at least."""
    return UNLIMITED if capacity is None else max(1, int(capacity * period_s + 1e-9))


def compile_link(
    record: Any, link: Link, loaded: Loaded, places: list[Spot], index: dict[str, int], earth_factor: float, terrain: Terrain
) -> Entity:  # fmt: skip
    """Fill one LINK record; InputError where the two ends do not see each other, or not the satellite."""
    one, two = (places[index[name]] for name in link.between)
    delay_s, availability = link.latency_s, 1.0
    if link.kind == "satellite":
        legs = satellite_legs(link, loaded, one, two)
        delay_s += hop_delay_s(*legs)
        availability = legs[0].availability * legs[1].availability
    elif link.kind == "radio":
        delay_s += require_sight(link, one, two, earth_factor, terrain) / SPEED_OF_LIGHT_MPS
    record["key"] = np.uint64(address(link.name))
    record["one"], record["two"] = index[link.between[0]], index[link.between[1]]
    record["delay_s"], record["loss"], record["availability"] = delay_s, link.loss, availability
    capacity = link.capacity_tracks_per_s
    record["interval_s"] = 1.0 / capacity if capacity is not None else 0.0
    record["slots"] = _slots(capacity, REFRESH_S)
    system = link.satellite if link.kind == "satellite" else link.kind
    return Entity(
        link.name, link.name, "defence", "link", system, "", np.nan, np.nan, np.nan, " <> ".join(link.between), 0.0, delay_s
    )


def satellite_legs(link: Link, loaded: Loaded, one: Spot, two: Spot) -> tuple[Leg, Leg]:
    """Both ends of a satellite link; InputError where the satellite is under an end's mask."""
    card = loaded.card(link.satellite)
    parameter = card.parameters.get("orbital_slot")
    slot = parameter.best() if parameter is not None else None
    if not isinstance(slot, int | float):
        raise InputError(f"link {link.name!r}: the card of {link.satellite!r} gives no orbital_slot: name a geostationary satellite")
    legs = []
    for spot in (one, two):
        place = spot.place
        if place is None:
            raise InputError(f"link {link.name!r}: {spot.name!r} has no place: write its site, or latitude_deg and longitude_deg")
        end = leg(
            place.lat_deg, place.lon_deg, place.height_m, slot_deg=float(slot), frequency_ghz=link.frequency_ghz,
            margin_db=link.margin_db, rain_rate_mm_h=link.rain_rate_mm_h,
        )  # fmt: skip
        if end.elevation_deg < link.minimum_elevation_deg:
            under = "under the horizon" if end.elevation_deg <= 0.0 else f"under its mask of {link.minimum_elevation_deg:g}"
            raise InputError(
                f"link {link.name!r}: seen from {spot.name!r}, {link.satellite} at {slot:g} E stands at {end.elevation_deg:.1f} degrees, "
                f"{under}: join it another way, or lower minimum_elevation_deg"
            )
        legs.append(end)
    return legs[0], legs[1]


def require_sight(link: Link, one: Spot, two: Spot, earth_factor: float, terrain: Terrain) -> float:
    """The length of a radio link, m; InputError where the ground stands between its antennas."""
    masts = link.mast_heights_m or [MAST_M, MAST_M]
    ends = []
    for spot, mast in zip((one, two), masts, strict=True):
        if spot.place is None:
            raise InputError(f"link {link.name!r}: {spot.name!r} has no place: write its site, or latitude_deg and longitude_deg")
        ends.append((spot.place.lat_deg, spot.place.lon_deg, spot.place.height_m if spot.airborne else spot.ground_m + mast))
    (lat1, lon1, high1), (lat2, lon2, high2) = ends
    length_m, azimuth_deg, _ = geodesic_inverse(lat1, lon1, lat2, lon2)
    distance = np.arange(1, max(2, int(length_m / SIGHT_STEP_M))) * SIGHT_STEP_M
    distance = distance[distance < length_m]
    if not len(distance):
        return float(length_m)
    points = geodesic_direct(np.full(len(distance), lat1), np.full(len(distance), lon1), np.full(len(distance), azimuth_deg), distance)
    ground = ground_heights_m(terrain, np.asarray(points[0]), np.asarray(points[1]))
    radius_m = earth_factor * MEAN_RADIUS_M
    needed = elevation_tangent(high1, high2, float(length_m), radius_m)
    tangents = np.array([elevation_tangent(high1, float(g), float(d), radius_m) for g, d in zip(ground, distance, strict=True)])
    if tangents.max() > needed:
        worst = int(np.argmax(tangents - needed))
        raise InputError(
            f"link {link.name!r}: no line of sight between {one.name!r} and {two.name!r}, {length_m / 1000:.0f} km apart: the "
            f"ground {distance[worst] / 1000:.0f} km from the first ({ground[worst]:.0f} m) stands between; raise mast_heights_m, "
            "or put a relay between"
        )
    return float(length_m)


def _changes(scenario: Scenario, things: dict[str, int], moves: list[Move]) -> NDArray[np.void]:
    """`things`: nodes and links by name, as CHANGE.thing counts them."""
    rows: list[tuple[float, int, int, int]] = []
    for link in scenario.links:
        for outage in link.outages:
            rows += [(outage.from_s, things[link.name], 1, -1), (outage.until_s, things[link.name], -1, -1)]
    for fact in scenario.status:
        if fact.state == "down":
            rows += [(fact.from_s, things[fact.of], 1, -1), (fact.until_s, things[fact.of], -1, -1)]
    for move in moves:
        old, new = things[move.old], things[move.new]
        rows += [(0.0, new, AWAY, -1), (move.leaves_s, old, AWAY, -1), (move.arrives_s, new, -AWAY, old)]
    changes = np.zeros(len(rows), CHANGE)
    for record, row in zip(changes, sorted(rows), strict=True):
        record["time_s"], record["thing"], record["down"], record["follows"] = row
    return changes


def _uptimes(scenario: Scenario, things: dict[str, int], moves: list[Move]) -> NDArray[np.void]:
    """What fails by luck, in the order of names; wherever it is, it has the luck of its first place."""
    first = dict(first_names(moves))
    entries: list[Command | Sensor | Battery | Link] = [
        *scenario.commands, *scenario.sensors, *scenario.batteries, *scenario.links,
    ]  # fmt: skip
    found = sorted(((entry.name, entry.uptime) for entry in entries if entry.uptime is not None), key=lambda one: one[0])
    uptimes = np.zeros(len(found), UPTIME)
    for record, (name, uptime) in zip(uptimes, found, strict=True):
        failure, repair = uptime.mean_time_between_failures_s, uptime.mean_time_to_repair_s
        record["key"] = np.uint64(address(first.get(name, name)))
        record["thing"] = things[name]
        record["failure_s"], record["repair_s"] = failure or inf, repair or inf
        steady = failure / (failure + repair) if failure is not None and repair is not None else 1.0
        record["up"] = steady if uptime.up_probability is None else uptime.up_probability
    return uptimes


def _hazards(places: list[Spot], raid: CompiledRaid, aims: list[Place]) -> NDArray[np.void]:
    """Every node on the ground so near a threat's aim point that the threat's impact can take it out."""
    rows = []
    for i, (threat, aim) in enumerate(zip(raid.records, aims, strict=True)):
        spread_m = float(np.hypot(threat["scatter_std_m"], threat["aside_std_m"]))
        reach_m = float(threat["lethal_radius_m"]) + FARTHEST_STD * spread_m
        if threat["lethal_radius_m"] <= 0.0:
            continue
        for n, spot in enumerate(places):
            if spot.airborne or spot.place is None:
                continue
            if abs(spot.place.lat_deg - aim.lat_deg) * 110_000.0 > reach_m:
                continue
            distance_m, azimuth_deg, _ = geodesic_inverse(aim.lat_deg, aim.lon_deg, spot.place.lat_deg, spot.place.lon_deg)
            if distance_m <= reach_m:
                off = np.radians(azimuth_deg - _course_deg(threat, raid.path_m, aim))
                rows.append((i, n, distance_m * np.cos(off), distance_m * np.sin(off)))
    hazards = np.zeros(len(rows), HAZARD)
    for record, row in zip(hazards, rows, strict=True):
        record["threat"], record["node"], record["along_m"], record["across_m"] = row
    return hazards


def _course_deg(threat: Any, path_m: NDArray[np.float64], aim: Place) -> float:
    """The azimuth over the ground at which a threat comes to its aim point."""
    row = path_m[int(threat["first"]) + max(0, int(threat["points"]) - 3)]
    place = ecef_to_geodetic(row[0], row[1], row[2])
    return float(geodesic_inverse(float(place.lat_deg), float(place.lon_deg), aim.lat_deg, aim.lon_deg)[1])


def _remote(scenario: Scenario, sensors: NDArray[np.void]) -> NDArray[np.float64]:
    """To what range each sensor's track is good enough for each battery to fire on, m; 0 where never."""
    batteries = sorted(scenario.batteries, key=lambda entry: entry.name)
    names = sorted(sensor.name for sensor in scenario.sensors)
    far_m = np.zeros((len(batteries), len(sensors)))
    for b, battery in enumerate(batteries):
        if battery.remote_track is None:
            continue
        error_m = battery.remote_track.error_m
        for s, sensor in enumerate(sensors):
            if sensor["range_std_m"] <= error_m and names[s] not in battery.fire_control:
                across = float(sensor["angle_std_rad"])
                far_m[b, s] = min(float(sensor["maximum_range_m"]), error_m / across if across > 0.0 else inf)
    return far_m
