"""Batteries and sensors that move: each place becomes an entry of its own, of which one is there at a time.

A battery at its second place is another entry of the tables, called `NAME (place 2)`; it shares with the first what makes it one
battery: its rounds, which come with it, how often it has fired at each target, and its luck. Links that name the node lead to each of its
places (a radio link must have line of sight to each); facts, orders and fire control that name it mean it wherever it is.
A raid that flies at it flies at its first place: that is what moving is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from buckler.errors import InputError
from buckler.scenario.battery import Battery
from buckler.scenario.schema import Scenario
from buckler.scenario.sensor import Sensor

Mover = TypeVar("Mover", Battery, Sensor)
Names = Callable[[list[str]], list[str]]


@dataclass(frozen=True)
class Move:
    """From one place to the next."""

    old: str
    new: str
    leaves_s: float
    arrives_s: float


def places(entry: Mover) -> list[Mover]:
    """The entry at each of its places, in the order of time, each without relocations."""
    found = [entry.model_copy(update={"relocations": []})]
    for k, move in enumerate(entry.relocations):
        name = f"{entry.name} (place {k + 2})"
        if len(name) > 60:
            raise InputError(f"{entry.name!r} moves: {name!r} is to be its name there: shorten its name")
        there: dict[str, object] = {"name": name, "latitude_deg": move.to.latitude_deg, "longitude_deg": move.to.longitude_deg}
        if isinstance(entry, Sensor) and move.sector_azimuth_deg is not None:
            there["sector_azimuth_deg"] = move.sector_azimuth_deg
        found.append(found[-1].model_copy(update=there))
    if isinstance(entry, Battery):
        return [_supplied(battery, entry, k) for k, battery in enumerate(found)]
    return found


def _supplied(battery: Battery, entry: Battery, k: int) -> Battery:
    """What arrives while it is at a place, or on its way from there, arrives there."""
    begin = entry.relocations[k - 1].arrives_s if k > 0 else -1.0
    end = entry.relocations[k].arrives_s if k < len(entry.relocations) else float("inf")
    weapons = [
        weapon.model_copy(update={"resupply": [supply for supply in weapon.resupply if begin <= supply.time_s < end]})
        for weapon in battery.weapons
    ]
    return battery.model_copy(update={"weapons": weapons})


def settled(scenario: Scenario) -> tuple[Scenario, list[Move]]:
    """The scenario with an entry for each place, and the moves between them; itself where nothing moves."""
    movers: list[Sensor | Battery] = [*scenario.sensors, *scenario.batteries]
    if not any(entry.relocations for entry in movers):
        return scenario, []
    sensors = [places(sensor) for sensor in scenario.sensors]
    batteries = [places(battery) for battery in scenario.batteries]
    names = {group[0].name: [one.name for one in group] for group in sensors}
    names |= {group[0].name: [one.name for one in group] for group in batteries}
    moves = [
        Move(names[entry.name][k], names[entry.name][k + 1], move.at_s, move.arrives_s)
        for entry in movers
        for k, move in enumerate(entry.relocations)
    ]

    def every(known: list[str]) -> list[str]:
        return [place for name in known for place in names.get(name, [name])]

    links, same = [], dict(names)
    for link in scenario.links:
        ends = product(*(names.get(name, [name]) for name in link.between))
        copies = [
            link.model_copy(update={"between": list(pair), "name": link.name if n == 0 else f"{link.name} (place {n + 1})"})
            for n, pair in enumerate(ends)
        ]
        same[link.name] = [copy.name for copy in copies]
        links += copies
    return scenario.model_copy(
        update={
            "sensors": [sensor for group in sensors for sensor in group],
            "batteries": [_naming(battery, every) for group in batteries for battery in group],
            "links": links,
            "status": [fact.model_copy(update={"of": name}) for fact in scenario.status for name in same.get(fact.of, [fact.of])],
            "interference": [
                one if one.sensors is None else one.model_copy(update={"sensors": every(one.sensors)}) for one in scenario.interference
            ],
            "control_orders": [
                one if one.nodes is None else one.model_copy(update={"nodes": every(one.nodes)}) for one in scenario.control_orders
            ],
        }
    ), moves


def _naming(battery: Battery, every: Names) -> Battery:
    doctrine = battery.doctrine.model_copy(update={"yields_to": every(battery.doctrine.yields_to)})
    return battery.model_copy(update={"fire_control": every(battery.fire_control), "doctrine": doctrine})


def first_names(moves: list[Move]) -> Iterator[tuple[str, str]]:
    """(Name at a later place, name at the first) of everything that moves."""
    first: dict[str, str] = {}
    for move in moves:
        first[move.new] = first.get(move.old, move.old)
        yield move.new, first[move.new]
