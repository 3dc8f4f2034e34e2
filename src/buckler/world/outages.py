"""What is out of order when: as the scenario says, by luck, by moving."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import CHANGE, UPTIME
from buckler.engine.network.outages import AWAY
from buckler.scenario.battery import Battery
from buckler.scenario.command import Command
from buckler.scenario.links import Link
from buckler.scenario.schema import Scenario
from buckler.scenario.sensor import Sensor
from buckler.world.entities import address
from buckler.world.relocations import Move, first_names


def changes_of(scenario: Scenario, things: dict[str, int], moves: list[Move]) -> NDArray[np.void]:
    """What the scenario says, and moves; `things`: nodes and links by name, as CHANGE.thing counts them."""
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


def uptimes_of(scenario: Scenario, things: dict[str, int], moves: list[Move]) -> NDArray[np.void]:
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
