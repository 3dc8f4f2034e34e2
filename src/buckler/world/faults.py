"""Why a scenario does not compile: everything that cannot stand, fly or shoot as written, each with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from buckler.documents import Place
from buckler.dtypes import SENSOR
from buckler.errors import InputError
from buckler.scenario.load import Loaded
from buckler.world.compile import asset_place
from buckler.world.place import terrain_named
from buckler.world.sensors import compile_sensor
from buckler.world.threats import fly
from buckler.world.weapons import compile_batteries


def faults(loaded: Loaded) -> Iterator[tuple[Place, str]]:
    """Each entry that `compile_world` would refuse, tried by itself: its place in the scenario and what is wrong with it."""
    scenario = loaded.scenario
    terrain = terrain_named(scenario.environment.terrain)
    for i, sensor in enumerate(scenario.sensors):
        record = np.zeros(1, SENSOR)[0]
        yield from _said(("sensors", i), lambda: compile_sensor(record, sensor, loaded.card(sensor.system), terrain, 0))  # noqa: B023
    commands = {command.name: i for i, command in enumerate(scenario.commands)}
    sensors = {sensor.name: i for i, sensor in enumerate(scenario.sensors)}
    for i, battery in enumerate(scenario.batteries):
        yield from _said(("batteries", i), lambda: compile_batteries(loaded, [battery], commands, sensors, terrain))  # noqa: B023
    assets = {asset.name: asset for asset in scenario.assets}
    for i, entry in enumerate(scenario.raid.entries):
        target = asset_place(assets[entry.target], terrain)
        for k in range(entry.count):
            said = [*_said(("raid", "entries", i), lambda: fly(entry, k, loaded.card(entry.system), target, terrain))]  # noqa: B023
            yield from said
            if said:
                break  # what is wrong with one member is wrong with the others


def _said(place: Place, attempt: Callable[[], object]) -> Iterator[tuple[Place, str]]:
    try:
        attempt()
    except InputError as error:
        yield place, str(error)
