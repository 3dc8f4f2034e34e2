"""From a scenario file to a checked scenario: every mistake at once, each with file:line:column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from buckler.catalog.load import Catalog, load_catalog
from buckler.catalog.schema import Card
from buckler.documents import Document, Place, dump_yaml, load_document, parse_document, problems_at
from buckler.errors import DocumentError, InputError, UnknownNameError, nearest
from buckler.scenario.schema import Scenario
from buckler.schemas import check

_ENTRIES: Final = ("systems", "assets", "commands", "sensors", "batteries")
_LIBRARY: Final = resources.files("buckler.scenario") / "library"


@dataclass(frozen=True)
class Loaded:
    """A checked scenario with its sites resolved, and the card of every system that it names."""

    scenario: Scenario
    cards: dict[str, Card]
    """By the name that the scenario uses."""

    def card(self, name: str) -> Card:
        """The card that the scenario means by `name`."""
        return self.cards[name]


def packaged_scenarios() -> list[str]:
    """The names of the packaged scenarios."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _LIBRARY.iterdir() if entry.name.endswith(".yaml"))


@cache
def packaged_sites() -> dict[str, dict[str, Any]]:
    """The packaged sites by name: position, kind, source."""
    text = (resources.files("buckler.scenario") / "sites.yaml").read_text(encoding="utf-8")
    return {site["name"]: site for site in parse_document(text, "sites.yaml").data}


def scenario_document(name: str | Path) -> Document:
    """The document of a packaged scenario's name or of a path."""
    text = str(name)
    if text in packaged_scenarios():
        return parse_document((_LIBRARY / f"{text}.yaml").read_text(encoding="utf-8"), f"{text}.yaml")
    path = Path(name)
    if path.exists() or path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        return load_document(path)
    raise UnknownNameError("scenario", text, packaged_scenarios(), "Write a packaged name or the path of a YAML file.")


def load_scenario(name: str | Path) -> Loaded:
    """A packaged scenario or a file, checked: DocumentError with every mistake in it."""
    return check_scenario(scenario_document(name))


def check_scenario(document: Document) -> Loaded:
    """Hold a document against the schema, then its names against each other and against the catalog."""
    document = _extended(document)
    scenario, problems = check(document, Scenario)
    if scenario is None:
        raise DocumentError(problems)
    catalog = load_catalog()
    own = {card.name: card for card in scenario.systems}
    mistakes = [*_name_mistakes(scenario), *_reference_mistakes(scenario), *_system_mistakes(scenario, catalog, own)]
    problems = [*problems, *problems_at(document, mistakes)]
    if problems:
        raise DocumentError(problems)
    cards = {name: own.get(name) or catalog[name] for name in {name for _, name, _, _ in _systems(scenario)}}
    return Loaded(_resolved(scenario, Path(document.file).parent), cards)


def _extended(document: Document, above: tuple[str, ...] = ()) -> Document:
    """The document with what it takes from the scenario that it extends.

    Its own entries come first in every list, so that the place of each mistake stays its own.
    """
    if not isinstance(document.data, dict) or not isinstance(document.data.get("extends"), str):
        return document
    name: str = document.data["extends"]
    if name in above:
        raise DocumentError(
            [document.problem(("extends",), f"{' extends '.join((*above, name))}: a scenario cannot extend itself")]
        )
    try:
        base = _extended(_base_document(document, name), (*above, name)).data
    except UnknownNameError as error:
        raise DocumentError([document.problem(("extends",), str(error))]) from error
    own = {key: value for key, value in document.data.items() if key != "extends"}
    merged = {**base, **own} if isinstance(base, dict) else own
    for key in _ENTRIES:
        mine, theirs = own.get(key), base.get(key) if isinstance(base, dict) else None
        if isinstance(mine, list) and isinstance(theirs, list):
            taken = {entry.get("name") for entry in mine if isinstance(entry, dict)}
            merged[key] = [*mine, *(entry for entry in theirs if entry["name"] not in taken)]
    return replace(document, data=merged)


def _base_document(document: Document, name: str) -> Document:
    """The document of a packaged name, or of a path from the folder of the file that names it."""
    if name in packaged_scenarios():
        return scenario_document(name)
    return scenario_document(Path(document.file).parent / name if Path(name).suffix else name)


def scenario_yaml(scenario: Scenario) -> str:
    """The scenario as YAML, every reference to a site resolved."""
    return dump_yaml(_without_defaults(scenario.model_dump(mode="json", exclude_none=True, exclude_defaults=False)))


def _without_defaults(data: Any) -> Any:
    """Empty lists and mappings say nothing: leave them out."""
    if isinstance(data, dict):
        return {key: _without_defaults(value) for key, value in data.items() if value not in ([], {}, "")}
    if isinstance(data, list):
        return [_without_defaults(item) for item in data]
    return data


def _named(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    for kind in ("assets", "commands", "sensors", "batteries"):
        for i, entry in enumerate(getattr(scenario, kind)):
            yield (kind, i, "name"), entry.name
    for i, entry in enumerate(scenario.raid.entries):
        yield ("raid", "entries", i, "name"), entry.name


def _name_mistakes(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    seen: dict[str, Place] = {}
    for place, name in _named(scenario):
        if name.casefold() in seen:
            first = ".".join(str(step) for step in seen[name.casefold()][:-1])
            yield place, f"the name {name!r} is taken by {first}: names must differ, whatever their case"
        seen.setdefault(name.casefold(), place)


def _one_of(place: Place, kind: str, name: str, known: list[str]) -> Iterator[tuple[Place, str]]:
    if name not in known:
        likely = nearest(name, known)
        hint = f"; did you mean {' or '.join(map(repr, likely))}?" if likely else f"; there are {', '.join(known)}"
        yield place, f"no {kind} is called {name!r}{hint}"


def _reference_mistakes(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    commands = [command.name for command in scenario.commands]
    sensors = [sensor.name for sensor in scenario.sensors]
    assets = [asset.name for asset in scenario.assets]
    for i, sensor in enumerate(scenario.sensors):
        yield from _one_of(("sensors", i, "command"), "command", sensor.command, commands)
    for i, battery in enumerate(scenario.batteries):
        yield from _one_of(("batteries", i, "command"), "command", battery.command, commands)
        for k, name in enumerate(battery.fire_control):
            yield from _one_of(("batteries", i, "fire_control", k), "sensor", name, sensors)
    for i, entry in enumerate(scenario.raid.entries):
        yield from _one_of(("raid", "entries", i, "target"), "asset", entry.target, assets)
    for place, placed in _places(scenario):
        if placed.site is not None:
            yield from _one_of((*place, "site"), "site", placed.site, sorted(packaged_sites()))


def _places(scenario: Scenario) -> Iterator[tuple[Place, Any]]:
    for kind in ("assets", "sensors", "batteries"):
        for i, entry in enumerate(getattr(scenario, kind)):
            yield (kind, i), entry
    for i, entry in enumerate(scenario.raid.entries):
        yield ("raid", "entries", i, "origin"), entry.origin
        for k, waypoint in enumerate(entry.waypoints):
            yield ("raid", "entries", i, "waypoints", k), waypoint


def positions(scenario: Scenario) -> list[tuple[float, float]]:
    """Latitude and longitude, degrees, of everything in a loaded scenario."""
    return [(placed.latitude_deg, placed.longitude_deg) for _, placed in _places(scenario)]


_RADAR_KINDS: Final = ("radar", "aew-aircraft", "uav", "fighter")
_BATTERY_KINDS: Final = ("sam-system", "gun", "manpads")
_WEAPON_KINDS: Final = ("interceptor", "gun", "manpads")
_RAID_KINDS: Final = (
    "one-way-attack-drone",
    "cruise-missile",
    "ballistic-missile",
    "fighter",
    "uav",
    "helicopter",
    "aew-aircraft",
)


def _systems(scenario: Scenario) -> Iterator[tuple[Place, str, tuple[str, ...], bool]]:
    """Every system named: where, its name, the kinds of card that fit, and whether the entry says hypothetical."""
    for i, sensor in enumerate(scenario.sensors):
        yield ("sensors", i, "system"), sensor.system, _RADAR_KINDS, sensor.hypothetical
    for i, battery in enumerate(scenario.batteries):
        yield ("batteries", i, "system"), battery.system, _BATTERY_KINDS, battery.hypothetical
        for k, weapon in enumerate(battery.weapons):
            yield ("batteries", i, "weapons", k, "system"), weapon.system, _WEAPON_KINDS, battery.hypothetical
    for i, entry in enumerate(scenario.raid.entries):
        yield ("raid", "entries", i, "system"), entry.system, _RAID_KINDS, entry.hypothetical


def _system_mistakes(scenario: Scenario, catalog: Catalog, own: dict[str, Card]) -> Iterator[tuple[Place, str]]:
    day = date.fromisoformat(scenario.as_of)
    for place, name, kinds, hypothetical in _systems(scenario):
        try:
            card = own.get(name) or catalog[name]
        except UnknownNameError as error:
            yield place, str(error)
            continue
        if card.kind not in kinds:
            yield place, f"{name!r} is a {card.kind}, and here stands one of: {', '.join(kinds)}"
        elif "detection_range" not in card.parameters and kinds is _RADAR_KINDS:
            yield place, f"the card of {name!r} says nothing of a radar: name a radar's card"
        elif card.in_service_on(day) is False and not hypothetical:
            since = card.in_service.best()
            yield (
                place,
                (
                    f"{name!r} was not in service on {scenario.as_of} (its card says {since}): "
                    "write hypothetical: true in the entry to ask what if, or a later as_of"
                ),
            )


def _resolved(scenario: Scenario, folder: Path) -> Scenario:
    """The same scenario with every site replaced by its position, and a terrain file by its whole path."""
    data = scenario.model_dump(exclude_none=True)
    if scenario.environment.terrain.endswith(".npz"):
        data["environment"]["terrain"] = str((folder / scenario.environment.terrain).resolve())
    for place, placed in _places(scenario):
        if placed.site is not None:
            target = data
            for step in place:
                target = target[step]  # type: ignore[index]
            site = packaged_sites()[placed.site]
            del target["site"]
            target["latitude_deg"] = float(site["latitude_deg"])
            target["longitude_deg"] = float(site["longitude_deg"])
    return Scenario.model_validate(data)


def without(scenario: Scenario, name: str) -> Scenario:
    """The scenario with one sensor, battery, command post or raid entry taken out, and nothing left that names it."""
    data = scenario.model_dump(exclude_none=True)
    known = [entry["name"] for kind in ("sensors", "batteries", "commands") for entry in data[kind]]
    known += [entry["name"] for entry in data["raid"]["entries"]]
    if name not in known:
        raise UnknownNameError("sensor, battery, command or raid entry", name, known)
    data["sensors"] = [entry for entry in data["sensors"] if name not in (entry["name"], entry["command"])]
    sensors = {entry["name"] for entry in data["sensors"]}
    batteries = []
    for entry in data["batteries"]:
        radars = [sensor for sensor in entry["fire_control"] if sensor in sensors]
        if name not in (entry["name"], entry["command"]) and radars:
            batteries.append({**entry, "fire_control": radars})
    data["batteries"] = batteries
    data["commands"] = [entry for entry in data["commands"] if entry["name"] != name]
    data["raid"]["entries"] = [entry for entry in data["raid"]["entries"] if entry["name"] != name]
    for kind, left in (
        ("sensors", data["sensors"]),
        ("commands", data["commands"]),
        ("raid entries", data["raid"]["entries"]),
    ):
        if not left:
            raise InputError(f"without {name!r} the scenario has no {kind} left: take out something else")
    return Scenario.model_validate(data)
