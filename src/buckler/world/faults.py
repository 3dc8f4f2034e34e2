"""Why a scenario does not compile: everything that cannot stand, fly or shoot as written, each with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from buckler.documents import Place, problems_at
from buckler.dtypes import LINK, SENSOR
from buckler.errors import DocumentError, InputError
from buckler.physics.terrain import Terrain
from buckler.scenario.load import Loaded
from buckler.scenario.patrols import Patrol
from buckler.scenario.sensor import Sensor
from buckler.world.air import new_air_tables
from buckler.world.commands import command_place, own_posts
from buckler.world.compile import World, asset_place, compile_world
from buckler.world.links import compile_link
from buckler.world.motion import Path
from buckler.world.orbits import track_of
from buckler.world.patrols import expanded
from buckler.world.place import terrain_named
from buckler.world.relocations import Mover, places, settled
from buckler.world.sensors import compile_sensor, place_of
from buckler.world.spots import aim_of, spots_of
from buckler.world.stages import fall
from buckler.world.threats import fly, members
from buckler.world.traffic import fly_entry
from buckler.world.weapons import compile_batteries


def compile_scenario(loaded: Loaded) -> World:
    """The World of a checked scenario; DocumentError with everything that keeps it from one, where its document is known."""
    try:
        return compile_world(loaded)
    except InputError as error:
        if loaded.document is None:
            raise
        found = problems_at(loaded.document, faults(loaded)) or [loaded.document.problem((), str(error))]
        raise DocumentError(found) from error


def faults(loaded: Loaded) -> Iterator[tuple[Place, str]]:
    """Each entry that `compile_world` would refuse, tried by itself: its place in the scenario and what is wrong with it."""
    scenario = loaded.scenario
    try:
        terrain = terrain_named(scenario.environment.terrain)
    except InputError as error:
        yield ("environment", "terrain"), str(error)
        return
    for i, sensor in enumerate(scenario.sensors):
        for place, there in _places(("sensors", i), sensor):
            yield from _said(place, lambda: _try_sensor(loaded, there, terrain))  # noqa: B023
    commands = {command.name: i for i, command in enumerate(scenario.commands)}
    sensors = {sensor.name: i for i, sensor in enumerate(scenario.sensors)}
    for i, battery in enumerate(scenario.batteries):
        for place, stands in _places(("batteries", i), battery):
            yield from _said(place, lambda: compile_batteries(loaded, [stands], commands, sensors, terrain))  # noqa: B023
    for i, patrol in enumerate(scenario.patrols):
        yield from _said(("patrols", i), lambda: _try_patrol(loaded, patrol, terrain))  # noqa: B023
    for i, command in enumerate(scenario.commands):
        yield from _said(("commands", i), lambda: command_place(command, loaded, terrain))  # noqa: B023
    yield from _said(("batteries",), lambda: own_posts(scenario))
    posts = sorted(scenario.commands, key=lambda command: command.name)
    try:
        sorties = expanded(loaded)
        everywhere = replace(sorties, scenario=settled(sorties.scenario)[0])
        spots = spots_of(everywhere, posts, terrain)
    except InputError:
        return  # said above
    index = {spot.name: n for n, spot in enumerate(spots)}
    earth = scenario.environment.effective_earth_factor
    written = {link.name: i for i, link in enumerate(scenario.links)}
    for link in everywhere.scenario.links:
        said = [n for name, n in written.items() if link.name == name or link.name.startswith(f"{name} (")]
        record = np.zeros(1, LINK)[0]
        if said:  # else between a sortie and its own radar
            yield from _said(("links", said[0]), lambda: compile_link(record, link, loaded, spots, index, earth, terrain))  # noqa: B023
    assets = {asset.name: asset for asset in scenario.assets}
    entries = {entry.name: i for i, entry in enumerate(scenario.raid.entries)}
    flown: dict[str, Path] = {}
    told: set[str] = set()  # what is wrong with one member is wrong with the others
    for member in members(loaded):
        name = member.entry.name
        if name in told or (member.carrier is not None and member.carrier not in flown):
            continue
        try:
            if member.target in assets:
                target = asset_place(assets[member.target], terrain)
            else:
                target = aim_of(spots[index[member.target]], name)
            flown[member.name] = fly(member, target, terrain, scenario.environment, flown.get(member.carrier or ""))
            if member.entry.spent_stage:
                fall(member, flown[member.name], terrain, scenario.environment)
        except InputError as error:
            told.add(name)
            yield ("raid", "entries", entries[name], *error.place), str(error)
    traffic = scenario.traffic
    if traffic is not None:
        for i, flight in enumerate(traffic.entries):
            yield from _said(("traffic", "entries", i), lambda: fly_entry(loaded, traffic, flight, terrain))  # noqa: B023


def _places(place: Place, entry: Mover) -> Iterator[tuple[Place, Mover]]:
    """An entry at each of its places, and where in the file each of them is written."""
    try:
        found = places(entry)
    except InputError:
        return  # its name is too long: said of the whole
    for k, there in enumerate(found):
        yield (place if k == 0 else (*place, "relocations", k - 1, "to")), there


def _try_sensor(loaded: Loaded, sensor: Sensor, terrain: Terrain) -> None:
    record, card = np.zeros(1, SENSOR)[0], loaded.card(sensor.system)
    compile_sensor(record, sensor, card, terrain, loaded.scenario.environment, 0, new_air_tables(1)[0])
    if sensor.orbit is not None:
        track_of(sensor, sensor.orbit, card, place_of(sensor, card, terrain)[0], float(record["effective_radius_m"]))


def _try_patrol(loaded: Loaded, patrol: Patrol, terrain: Terrain) -> None:
    """Its first sortie and that one's radar."""
    nothing = {"patrols": [patrol], "batteries": [], "links": [], "status": [], "control_orders": []}
    only = expanded(replace(loaded, scenario=loaded.scenario.model_copy(update=nothing)))
    for radar in only.scenario.sensors[len(loaded.scenario.sensors) :][:1]:
        _try_sensor(only, radar, terrain)
    commands = {command.name: i for i, command in enumerate(only.scenario.commands)}
    sensors = {sensor.name: i for i, sensor in enumerate(only.scenario.sensors)}
    compile_batteries(only, only.scenario.batteries[:1], commands, sensors, terrain)


def _said(place: Place, attempt: Callable[[], object]) -> Iterator[tuple[Place, str]]:
    try:
        attempt()
    except InputError as error:
        yield (*place, *error.place), str(error)
