"""Command posts: those of the scenario, and those that batteries are on their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from buckler.errors import InputError
from buckler.physics.terrain import Terrain
from buckler.scenario.battery import Battery
from buckler.scenario.command import Command
from buckler.scenario.load import Loaded
from buckler.scenario.schema import Scenario
from buckler.world import sensors as sensing
from buckler.world.entities import Entity, address
from buckler.world.place import Place, ground_m, require_covered


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
