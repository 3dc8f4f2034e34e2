"""sources.json: every parameter and assumption that a run used, with its source and grade."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from buckler import units
from buckler.catalog.schema import Card, Parameter
from buckler.scenario.battery import Battery
from buckler.scenario.command import Command
from buckler.scenario.interference import Interference
from buckler.scenario.links import Link
from buckler.scenario.sensor import Sensor
from buckler.scenario.traffic import Traffic
from buckler.world.compile import World
from buckler.world.orbits import READ as ORBIT_READS
from buckler.world.patrols import AIR_LAUNCHED_READS, PATROL_READS, Sortie, expanded
from buckler.world.sensors import READ as SENSOR_READS
from buckler.world.stages import READ as STAGE_READS
from buckler.world.threats import READ as THREAT_READS
from buckler.world.traffic import EVIDENCE_READ, held_out
from buckler.world.traffic import READ as TRAFFIC_READS
from buckler.world.weapons import BATTERY_READS, WEAPON_READS


def sources_used(world: World) -> list[dict[str, Any]]:
    """One entry a parameter of each card in use, in the order of the cards' names, then the scenario's own assumptions."""
    scenario = expanded(world.loaded).scenario
    users: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for sensor in scenario.sensors:
        users.setdefault((sensor.system, SENSOR_READS), []).append(sensor.name)
        if sensor.orbit is not None:
            users.setdefault((sensor.system, ORBIT_READS), []).append(sensor.name)
    for battery in scenario.batteries:
        users.setdefault((battery.system, BATTERY_READS), []).append(battery.name)
        if isinstance(battery, Sortie):
            users.setdefault((battery.system, PATROL_READS), []).append(battery.name)
        for weapon in battery.weapons:
            users.setdefault((weapon.system, WEAPON_READS), []).append(battery.name)
            if isinstance(battery, Sortie):
                users.setdefault((weapon.system, AIR_LAUNCHED_READS), []).append(battery.name)
    for entry in scenario.raid.entries:
        users.setdefault((entry.system, THREAT_READS), []).append(entry.name)
        if entry.spent_stage:
            users.setdefault((entry.system, STAGE_READS), []).append(entry.name)
        if entry.stores is not None:
            users.setdefault((entry.stores.system, THREAT_READS), []).append(entry.name)
    if scenario.traffic is not None:
        users[(scenario.traffic.evidence, EVIDENCE_READ)] = [command.name for command in scenario.commands]
        for flight in scenario.traffic.entries:
            users.setdefault((flight.system, TRAFFIC_READS), []).append(flight.name)
    rows = []
    sights = [sensor.name for sensor in scenario.sensors if world.loaded.card(sensor.system).kind == "sight"]
    for (system, reads), names in sorted(users.items()):
        card = world.loaded.card(system)
        rows += [
            _row(card, name, card.parameters[name], sorted(set(names)))
            for name in reads
            if name in card.parameters and (sights or name != "optical_size")
        ]
    rows += [row for command in scenario.commands for row in _command_rows(command)]
    sensors = [sensor.name for sensor in scenario.sensors]
    rows += [row for entry in scenario.interference for row in _interference_rows(entry, sensors)]
    parts: list[Command | Sensor | Battery | Link] = [
        *scenario.commands, *scenario.sensors, *scenario.batteries, *scenario.links,
    ]  # fmt: skip
    rows += [row for entry in parts for row in _facts(entry)]
    if sights:
        air = scenario.environment
        rows.append(_fact(sights, "visibility", air.visibility_m, "m", f"A fact of the scenario: {air.daylight}, and how far an eye sees."))
    return [*rows, *(_held_out_row(scenario.traffic, file, said) for file, said in held_out(scenario.traffic))]


def _row(card: Card, name: str, parameter: Parameter, used_by: list[str]) -> dict[str, Any]:
    physical = parameter.unit is not None and units.is_physical(parameter.unit) and parameter.best() is not None
    return {
        "used_by": used_by,
        "system": card.name,
        "parameter": name,
        "low": parameter.low,
        "nominal": parameter.best(),
        "high": parameter.high,
        "unit": parameter.unit,
        "grade": parameter.grade,
        "kind": parameter.basis,
        "sources": [source.model_dump() for source in parameter.sources],
        "assumption": parameter.assumption,
        "note": parameter.note or None,
        "used_value_si": parameter.si() if physical else None,
        "si_unit": units.si_unit(parameter.unit) if physical and parameter.unit else None,
    }


_COMMAND_REASONS = {
    "latency_s": ("s", "nobody publishes how long a track takes to its command post; seconds for an automated link"),
    "identification_time_s": ("s", "nobody publishes it; seconds with IFF and flight plans at hand"),
    "identification_error": ("probability", "nobody publishes it; stated so that its effect can be asked"),
    "identification_retry_s": ("s", "one more round of interrogation and flight-plan check"),
    "decision_period_s": ("s", "an automated command post evaluates threats about once a second"),
}


def _command_rows(command: Command) -> list[dict[str, Any]]:
    return [
        {
            "used_by": [command.name],
            "system": "scenario",
            "parameter": name,
            "low": None,
            "nominal": getattr(command, name),
            "high": None,
            "unit": unit,
            "grade": None,
            "kind": "assumption",
            "sources": [],
            "assumption": reason,
            "note": None,
            "used_value_si": getattr(command, name),
            "si_unit": units.si_unit(unit),
        }
        for name, (unit, reason) in _COMMAND_REASONS.items()
    ]


def _facts(entry: Command | Sensor | Battery | Link) -> Iterator[dict[str, Any]]:
    """What the scenario assumes of an entry's failures, of how many tracks it holds, and of its moves."""
    uptime = entry.uptime
    if uptime is not None:
        for name, value, unit in (
            ("up_probability", uptime.up_probability, "probability"),
            ("mean_time_between_failures_s", uptime.mean_time_between_failures_s, "s"),
            ("mean_time_to_repair_s", uptime.mean_time_to_repair_s, "s"),
        ):
            if value is not None:
                yield _fact([entry.name], name, value, unit, "Stated by the scenario: nobody publishes it.")
    if isinstance(entry, Sensor) and entry.track_capacity is not None:
        said = "Stated by the scenario: how many tracks it holds at once."
        yield _fact([entry.name], "track_capacity", entry.track_capacity, "tracks", said)
    if isinstance(entry, Sensor | Battery):
        for move in entry.relocations:
            said = f"A fact of the scenario: it leaves at {move.at_s:g} s, and for so long it is out of action."
            yield _fact([entry.name], "relocation", move.takes_s, "s", said)


def _fact(used_by: list[str], parameter: str, value: float, unit: str, said: str) -> dict[str, Any]:
    si = units.si_unit(unit) if units.is_physical(unit) else None
    return {
        "used_by": used_by,
        "system": "scenario",
        "parameter": parameter,
        "low": None,
        "nominal": value,
        "high": None,
        "unit": unit,
        "grade": None,
        "kind": "assumption",
        "sources": [],
        "assumption": said,
        "note": None,
        "used_value_si": value if si is not None else None,
        "si_unit": si,
    }


def _held_out_row(traffic: Traffic | None, file: str, said: str) -> dict[str, Any]:
    """What of a recording is not flown, and why."""
    users = [entry.name for entry in traffic.entries if entry.recording == file] if traffic is not None else []
    return {
        "used_by": users,
        "system": "scenario",
        "parameter": f"recording {Path(file).name}",
        "low": None,
        "nominal": None,
        "high": None,
        "unit": None,
        "grade": None,
        "kind": "assumption",
        "sources": [],
        "assumption": said,
        "note": "held out of the picture: no aircraft can have flown it so",
        "used_value_si": None,
        "si_unit": None,
    }


def _interference_rows(entry: Interference, sensors: list[str]) -> Iterator[dict[str, Any]]:
    """A fact of the scenario that explains why a sensor did not see: how much, from where, from when until when."""
    where = (
        f"azimuth {entry.sector_from_deg:g} to {entry.sector_to_deg:g} degrees, {entry.from_s:g} to {entry.until_s:g} s"
    )
    yield {
        "used_by": entry.sensors if entry.sensors is not None else sensors,
        "system": "scenario",
        "parameter": f"interference {entry.name}",
        "low": None,
        "nominal": entry.noise_increase_db,
        "high": None,
        "unit": "dB",
        "grade": None,
        "kind": "assumption",
        "sources": [],
        "assumption": f"A fact of the scenario: noise raised in {where}. A target there may go unseen because of it.",
        "note": None if entry.band is None else f"sensors that work in {entry.band} band",
        "used_value_si": None,
        "si_unit": None,
        "from_s": entry.from_s,
        "until_s": entry.until_s,
    }
