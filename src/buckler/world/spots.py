"""Where every node is, and what counts where the raid flies at one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from buckler.errors import InputError
from buckler.physics.terrain import Terrain
from buckler.scenario.command import Command
from buckler.scenario.load import Loaded
from buckler.world import sensors as sensing
from buckler.world.commands import command_place
from buckler.world.patrols import Sortie
from buckler.world.place import Place
from buckler.world.weapons import place_of

NODE_VALUE: Final = 1.0
"""What a node of the defence counts for threat evaluation where the raid flies at it."""


@dataclass(frozen=True)
class Spot:
    """Where a node is: its own place, and the ground under it."""

    name: str
    place: Place | None
    """Of its antenna or launchers; None for a post that has no place."""
    ground_m: float
    airborne: bool


def spots_of(loaded: Loaded, commands: list[Command], terrain: Terrain) -> list[Spot]:
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
