"""The parts of a defence, and the scenario without one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from buckler.errors import InputError, UnknownNameError
from buckler.scenario.rules import forget, rules_of, take_rule
from buckler.scenario.schema import Scenario

_REMOVABLE: Final = ("sensors", "batteries", "commands", "interference", "links", "exchanges", "patrols", "tankers")


def parts_of_the_defence(scenario: Scenario) -> list[tuple[str, str]]:
    """(kind, name) of everything of the defence that `without` takes out."""
    data = scenario.model_dump(exclude_unset=True)
    kinds = {"sensors": "sensor", "batteries": "battery", "commands": "command post", "links": "link", "exchanges": "exchange"}
    kinds |= {"patrols": "patrol", "tankers": "tanker"}
    entries = [(kind, entry["name"]) for key, kind in kinds.items() for entry in data.get(key) or ()]
    return [*entries, *(("rule", name) for name in rules_of(data))]


def without(scenario: Scenario, name: str) -> Scenario:
    """The scenario with one sensor, battery, patrol, tanker, command post, link, exchange, raid entry or interference taken out, and
    nothing that names it.

    Without its last link a node is cut off, not joined to its post: the link stays as one that never works.
    """
    data = scenario.model_dump(exclude_unset=True)
    for kind in ("batteries", "interference", "links", "exchanges", "status", "patrols", "tankers"):
        data.setdefault(kind, [])
    known = [entry["name"] for kind in _REMOVABLE for entry in data[kind]]
    known += [entry["name"] for entry in data["raid"]["entries"]]
    rules = rules_of(data)
    if name in rules:
        take_rule(data, name)
        return Scenario.model_validate(data)
    known += rules
    if name not in known:
        raise UnknownNameError("sensor, battery, patrol, tanker, command, link, exchange, raid entry, interference or rule", name, known)
    if any(entry["name"] == name for entry in data["links"]):
        data["status"] = [entry for entry in data["status"] if entry["of"] != name]
        data["status"].append({"of": name, "state": "down"})
        for entry in data["links"]:
            if entry["name"] == name:
                entry.pop("outages", None)
        return Scenario.model_validate(data)
    data["exchanges"] = [entry for entry in data["exchanges"] if name != entry["name"] and name not in entry["between"]]
    data["sensors"] = [entry for entry in data["sensors"] if name not in (entry["name"], entry["command"])]
    sensors = {entry["name"] for entry in data["sensors"]}
    batteries = []
    for entry in data["batteries"]:
        radars = [sensor for sensor in entry["fire_control"] if sensor in sensors]
        if name not in (entry["name"], entry["command"]) and radars:
            batteries.append({**entry, "fire_control": radars})
    data["batteries"] = batteries
    data["tankers"] = [entry for entry in data["tankers"] if entry["name"] != name]
    data["patrols"] = [entry for entry in data["patrols"] if name not in (entry["name"], entry["command"])]
    for entry in data["patrols"]:
        entry["fire_control"] = [sensor for sensor in entry.get("fire_control", ()) if sensor in sensors]
        if entry.get("tanker") == name:
            del entry["tanker"]
    data["interference"] = [*_suffered([entry for entry in data["interference"] if entry["name"] != name], sensors)]
    data["commands"] = [entry for entry in data["commands"] if entry["name"] != name]
    for entry in data["commands"]:
        for key in ("superior", "backup", "aboard"):
            if entry.get(key) == name:
                del entry[key]
    gone = {*known} - {entry["name"] for kind in _REMOVABLE for entry in data[kind]} | {name}
    data["links"] = [entry for entry in data["links"] if not gone.intersection(entry["between"])]
    data["status"] = [entry for entry in data["status"] if entry["of"] not in gone]
    data["raid"]["entries"] = [
        entry for entry in data["raid"]["entries"] if entry["name"] != name and entry["target"] not in gone
    ]
    for kind, left in (
        ("sensors", data["sensors"]),
        ("commands", data["commands"]),
        ("raid entries", data["raid"]["entries"]),
    ):
        if not left:
            raise InputError(f"without {name!r} the scenario has no {kind} left: take out something else")
    forget(data)
    return Scenario.model_validate(data)


def _suffered(interference: list[dict[str, Any]], sensors: set[str]) -> Iterator[dict[str, Any]]:
    """Interference of the sensors that are left; none of a sensor that is gone."""
    for entry in interference:
        if entry.get("sensors") is None:
            yield entry
        elif left := [name for name in entry["sensors"] if name in sensors]:
            yield {**entry, "sensors": left}
