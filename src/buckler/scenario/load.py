"""From a scenario file to a checked scenario: every mistake at once, each with file:line:column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from math import degrees, radians
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from buckler.catalog.kinds import BANDS
from buckler.catalog.load import Catalog, load_catalog
from buckler.catalog.schema import Card
from buckler.documents import Document, Place, dump_yaml, load_document, parse_document, problems_at
from buckler.errors import DocumentError, InputError, UnknownNameError, nearest
from buckler.scenario.network import network_mistakes
from buckler.scenario.patrols import derived_names, patrol_mistakes
from buckler.scenario.rules import forget, rule_mistakes, rules_of, take_rule
from buckler.scenario.schema import DEFAULT_SATELLITE, MOST_MEMBERS, Scenario, member_name, store_name
from buckler.schemas import check, dotted

_ENTRIES: Final = (
    "systems", "assets", "commands", "sensors", "batteries", "interference", "zones", "control_orders", "links", "exchanges",
    "patrols", "tankers",
)  # fmt: skip
_LIBRARY: Final = resources.files("buckler.scenario") / "library"


@dataclass(frozen=True)
class Loaded:
    """A checked scenario with its sites resolved, and the card of every system that it names."""

    scenario: Scenario
    cards: dict[str, Card]
    """By the name that the scenario uses."""
    document: Document | None = None
    """Where it was read from, as long as it says the same."""

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
    # Names are looked at in the document as it stands, so that a mistake elsewhere does not hide them.
    own, unreadable = _own_cards(document.data)
    mistakes = [
        *_name_mistakes(document.data),
        *_reference_mistakes(document.data),
        *rule_mistakes(document.data),
        *patrol_mistakes(document.data),
        *_system_mistakes(document.data, load_catalog(), own, unreadable),
        *_fire_control_mistakes(document.data, load_catalog(), own),
        *_interference_mistakes(document.data, load_catalog(), own),
        *network_mistakes(document.data),
    ]
    problems = [*problems, *problems_at(document, mistakes)]
    if problems or scenario is None:
        raise DocumentError(problems)
    catalog = load_catalog()
    cards = {name: own.get(name) or catalog[name] for name in {name for _, name, _, _ in _systems(document.data)}}
    return Loaded(_resolved(scenario, Path(document.file).parent), cards, document)


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
    if isinstance(own.get("traffic"), dict) and isinstance(base, dict) and isinstance(base.get("traffic"), dict):
        merged["traffic"] = {**base["traffic"], **own["traffic"]}
    return replace(document, data=merged)


def _base_document(document: Document, name: str) -> Document:
    """The document of a packaged name, or of a path from the folder of the file that names it."""
    if name in packaged_scenarios():
        return scenario_document(name)
    return scenario_document(Path(document.file).parent / name if Path(name).suffix else name)


def scenario_yaml(scenario: Scenario) -> str:
    """The scenario as YAML, every reference to a site resolved."""
    data = scenario.model_dump(mode="json", exclude_none=True)
    data["systems"] = [
        card.model_dump(mode="json", exclude_unset=True) for card in scenario.systems
    ]  # its nulls say something
    return dump_yaml(_without_empty(data))


def _without_empty(data: Any) -> Any:
    """Empty lists and mappings say nothing: leave them out."""
    if isinstance(data, dict):
        return {key: _without_empty(value) for key, value in data.items() if value not in ([], {}, "")}
    if isinstance(data, list):
        return [_without_empty(item) for item in data]
    return data


def _listed(data: Any, *path: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The mappings in the list at `path`, each with its place; nothing where something else stands there."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    for i, entry in enumerate(data if isinstance(data, list) else ()):
        if isinstance(entry, dict):
            yield (*path, i), entry


def _texts(entries: Iterable[tuple[Place, dict[str, Any]]], key: str) -> Iterator[tuple[Place, str]]:
    """The text under `key` of each entry that has one."""
    for place, entry in entries:
        if isinstance(entry.get(key), str):
            yield (*place, key), entry[key]


def _named(data: Any) -> Iterator[tuple[Place, str]]:
    for kind in ("assets", "commands", "sensors", "batteries", "links", "exchanges", "patrols", "tankers"):
        yield from _texts(_listed(data, kind), "name")
    for place, entry in _listed(data, "patrols"):
        yield from (((*place, "name"), name) for name in derived_names(entry))
    for place, entry in (*_listed(data, "raid", "entries"), *_listed(data, "traffic", "entries")):
        name, count = entry.get("name"), entry.get("count", 1)
        if isinstance(name, str):
            yield (*place, "name"), name
            if isinstance(count, int) and 1 <= count <= MOST_MEMBERS:
                for carrier in {member_name(name, count, k) for k in range(count)}:
                    if carrier != name:
                        yield (*place, "name"), carrier
                    yield from (((*place, "name"), store) for store in _store_names(carrier, entry.get("stores")))


def _store_names(carrier: str, stores: Any) -> Iterator[str]:
    count = stores.get("count", 1) if isinstance(stores, dict) else 0
    if isinstance(count, int) and 1 <= count <= MOST_MEMBERS:
        yield from (store_name(carrier, count, k) for k in range(count))


def _name_mistakes(data: Any) -> Iterator[tuple[Place, str]]:
    separate = ("systems", "interference", "zones", "control_orders")
    for named in (_named(data), *(_texts(_listed(data, kind), "name") for kind in separate)):
        seen: dict[str, Place] = {}
        for place, name in named:
            first = seen.setdefault(name.casefold(), place)
            if first != place:
                yield (
                    place,
                    f"the name {name!r} is taken by {dotted(first[:-1])}: names must differ, whatever their case",
                )


def _one_of(place: Place, kind: str, name: str, known: list[str]) -> Iterator[tuple[Place, str]]:
    if known and name not in known:
        likely = nearest(name, known)
        hint = f"; did you mean {' or '.join(map(repr, likely))}?" if likely else f"; there are {', '.join(known)}"
        yield place, f"no {kind} is called {name!r}{hint}"


def _reference_mistakes(data: Any) -> Iterator[tuple[Place, str]]:
    commands, sensors, assets, batteries = (
        [name for _, name in _texts(_listed(data, kind), "name")]
        for kind in ("commands", "sensors", "assets", "batteries")
    )
    for kind in ("sensors", "batteries"):
        for place, name in _texts(_listed(data, kind), "command"):
            yield from _one_of(place, "command", name, commands)
    for place, battery in _listed(data, "batteries"):
        radars = battery.get("fire_control")
        for k, name in enumerate(radars if isinstance(radars, list) else ()):
            if isinstance(name, str):
                yield from _one_of((*place, "fire_control", k), "sensor", name, sensors)
    targets = _texts([*_listed(data, "raid", "entries"), *_stores(data)], "target")
    for place, name in targets:
        nodes = [*commands, *sensors, *batteries]
        yield from _one_of(place, "asset, sensor, command post or battery", name, [*assets, *nodes])
    for place, site in _texts(_placed(data), "site"):
        yield from _one_of(place, "site", site, sorted(packaged_sites()))
    airways = [name for _, name in _texts(_listed(data, "traffic", "airways"), "name")]
    for place, name in _texts(_listed(data, "traffic", "entries"), "airway"):
        if airways:
            yield from _one_of(place, "airway", name, airways)
        else:
            yield place, f"no airway is called {name!r}: traffic.airways lists none"


_COARSEST_RAD: Final = radians(0.5)
"""Of a radar on whose track a battery may fire: at 100 km it is 0.9 km beside the target, more than any seeker's basket."""


def _fire_control_mistakes(data: Any, catalog: Catalog, own: dict[str, Card]) -> Iterator[tuple[Place, str]]:
    """Batteries that would fire on the track of a radar that sees early but coarsely."""
    systems = {
        entry.get("name"): entry.get("system")
        for _, entry in _listed(data, "sensors")
        if isinstance(entry.get("name"), str)
    }
    for place, battery in _listed(data, "batteries"):
        radars = battery.get("fire_control")
        for k, name in enumerate(radars if isinstance(radars, list) else ()):
            system = systems.get(name) if isinstance(name, str) else None
            if not isinstance(system, str) or not (system in own or system in catalog):
                continue
            card = own.get(system) or catalog[system]
            if card.known("azimuth_accuracy") and (error := card.si("azimuth_accuracy")) > _COARSEST_RAD:
                yield (
                    (*place, "fire_control", k),
                    f"{name!r} sees too coarsely to fire on: its angles err by {degrees(error):.2g} degrees, {100 * error:.1f} km at "
                    "100 km; let it cue a finer radar, and name that one",
                )


def _interference_mistakes(data: Any, catalog: Catalog, own: dict[str, Card]) -> Iterator[tuple[Place, str]]:
    """Sensors that do not exist, and bands in which no sensor works."""
    sensors = [name for _, name in _texts(_listed(data, "sensors"), "name")]
    bands: set[str] = set()
    for _, system in _texts(_listed(data, "sensors"), "system"):
        if system in own or system in catalog:
            card = own.get(system) or catalog[system]
            bands |= {card.text("band")} if card.known("band") else set()
    for place, entry in _listed(data, "interference"):
        named = entry.get("sensors")
        for k, name in enumerate(named if isinstance(named, list) else ()):
            if isinstance(name, str):
                yield from _one_of((*place, "sensors", k), "sensor", name, sensors)
        for at, band in _texts([(place, entry)], "band"):
            if bands and band in BANDS and band not in bands:
                yield at, f"no sensor here works in {band} band; they work in {', '.join(sorted(bands))}"


def _placed(data: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Everything that may name a site."""
    for kind in ("assets", "commands", "sensors", "batteries", "patrols"):
        yield from _listed(data, kind)
    for kind in ("sensors", "batteries"):
        for place, entry in _listed(data, kind):
            for inner, move in _listed(entry, "relocations"):
                if isinstance(move.get("to"), dict):
                    yield (*place, *inner, "to"), move["to"]
    for place, entry in _listed(data, "raid", "entries"):
        if isinstance(entry.get("origin"), dict):
            yield (*place, "origin"), entry["origin"]
        for kind in ("waypoints", "egress"):
            yield from (((*place, *inner), waypoint) for inner, waypoint in _listed(entry, kind))
    for kind, points in (("airways", "points"), ("entries", "waypoints")):
        for place, entry in _listed(data, "traffic", kind):
            yield from (((*place, *inner), waypoint) for inner, waypoint in _listed(entry, points))
    yield from _listed(data, "traffic", "origins")


def _stores(data: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    for place, entry in _listed(data, "raid", "entries"):
        if isinstance(entry.get("stores"), dict):
            yield (*place, "stores"), entry["stores"]


def positions(scenario: Scenario) -> list[tuple[float, float]]:
    """Latitude and longitude, degrees, of everything in a loaded scenario."""
    every = (placed for _, placed in _placed(scenario.model_dump()))
    return [(placed["latitude_deg"], placed["longitude_deg"]) for placed in every if placed["latitude_deg"] is not None]


_RADAR_KINDS: Final = ("radar", "aew-aircraft", "uav", "fighter", "sight")
_BATTERY_KINDS: Final = ("sam-system", "gun", "manpads")
_WEAPON_KINDS: Final = ("interceptor", "gun", "manpads")
_PATROL_KINDS: Final = ("fighter",)
_AIR_WEAPON_KINDS: Final = ("air-to-air-missile",)
_RAID_KINDS: Final = (
    "one-way-attack-drone",
    "cruise-missile",
    "ballistic-missile",
    "fighter",
    "uav",
    "helicopter",
    "aew-aircraft",
)
_STORE_KINDS: Final = ("one-way-attack-drone", "cruise-missile", "uav")
_TRAFFIC_KINDS: Final = ("airliner", "fighter", "helicopter", "uav", "aew-aircraft")
_TRAFFIC_DEFAULTS: Final = {"system": "airliner", "evidence": "identification"}


def _systems(data: Any) -> Iterator[tuple[Place, str, tuple[str, ...], bool]]:
    """Every system named: where, its name, the kinds of card that fit, and whether the entry says hypothetical."""
    for path, kinds in (
        (("sensors",), _RADAR_KINDS),
        (("batteries",), _BATTERY_KINDS),
        (("patrols",), _PATROL_KINDS),
        (("raid", "entries"), _RAID_KINDS),
        (("traffic", "entries"), _TRAFFIC_KINDS),
    ):
        for place, entry in _listed(data, *path):
            hypothetical = entry.get("hypothetical") is True
            yield from ((*at, kinds, hypothetical) for at in _texts([(place, entry)], "system"))
            if path == ("raid", "entries") and isinstance(entry.get("stores"), dict):
                stores = ((*place, "stores"), entry["stores"])
                yield from ((*at, _STORE_KINDS, hypothetical) for at in _texts([stores], "system"))
            rounds = _AIR_WEAPON_KINDS if path == ("patrols",) else _WEAPON_KINDS
            for inner, weapon in _listed(entry, "weapons"):
                yield from ((*at, rounds, hypothetical) for at in _texts([((*place, *inner), weapon)], "system"))
    for place, link in _listed(data, "links"):
        name = link.get("satellite", DEFAULT_SATELLITE)
        if link.get("kind") == "satellite" and isinstance(name, str):
            yield (*place, "satellite"), name, ("satellite",), False
    if isinstance(data, dict) and isinstance(data.get("traffic"), dict):
        yield from _implied_systems(data["traffic"])


def _implied_systems(traffic: dict[str, Any]) -> Iterator[tuple[Place, str, tuple[str, ...], bool]]:
    """The card of the evidence, and those that entries of the traffic mean where they name none."""
    evidence = traffic.get("evidence", _TRAFFIC_DEFAULTS["evidence"])
    if isinstance(evidence, str):
        yield ("traffic", "evidence") if "evidence" in traffic else ("traffic",), evidence, ("identification",), True
    for place, entry in _listed({"traffic": traffic}, "traffic", "entries"):
        if "system" not in entry:
            yield place, _TRAFFIC_DEFAULTS["system"], _TRAFFIC_KINDS, True


def _own_cards(data: Any) -> tuple[dict[str, Card], set[str]]:
    """The scenario's own cards by name, and the names of those with mistakes in them."""
    cards: dict[str, Card] = {}
    unreadable: set[str] = set()
    for place, entry in _listed(data, "systems"):
        for _, name in _texts([(place, entry)], "name"):
            try:
                cards[name] = Card.model_validate(entry)
            except ValidationError:
                unreadable.add(name)
    return cards, unreadable


def _system_mistakes(
    data: Any, catalog: Catalog, own: dict[str, Card], unreadable: set[str]
) -> Iterator[tuple[Place, str]]:
    try:
        day = date.fromisoformat(data["as_of"])
    except (KeyError, TypeError, ValueError):
        day = None
    for place, name, kinds, hypothetical in _systems(data):
        if name in unreadable:
            continue
        try:
            card = own.get(name) or catalog[name]
        except UnknownNameError as error:
            likely = nearest(name, [*own, *error.suggestions])
            yield (
                place,
                str(UnknownNameError("system", name, likely, "`buckler catalog` lists those that are packaged.")),
            )
            continue
        if card.kind not in kinds:
            yield place, f"{name!r} is a {card.kind}, and here stands one of: {', '.join(kinds)}"
        elif "detection_range" not in card.parameters and kinds is _RADAR_KINDS:
            yield place, f"the card of {name!r} says nothing of a radar: name a radar's card"
        elif day is not None and card.in_service_on(day) is False and not hypothetical:
            since = card.in_service.best()
            yield (
                place,
                (
                    f"{name!r} was not in service on {day} (its card says {since if isinstance(since, str) else format(since, 'g')}): "
                    "write hypothetical: true in the entry to ask what if, or a later as_of"
                ),
            )


def _resolved(scenario: Scenario, folder: Path) -> Scenario:
    """The same scenario with every site replaced by its position, and a terrain file by its whole path."""
    data = scenario.model_dump(exclude_unset=True)
    if scenario.environment.terrain.endswith(".npz"):
        data["environment"]["terrain"] = str((folder / scenario.environment.terrain).resolve())
    for _, entry in _listed(data, "traffic", "entries"):
        if entry.get("recording") is not None:
            entry["recording"] = str((folder / entry["recording"]).resolve())
    for _, placed in _placed(data):
        if placed.get("site") is not None:
            site = packaged_sites()[placed.pop("site")]
            placed["latitude_deg"] = float(site["latitude_deg"])
            placed["longitude_deg"] = float(site["longitude_deg"])
    return Scenario.model_validate(data)


_REMOVABLE: Final = ("sensors", "batteries", "commands", "interference", "links", "exchanges", "patrols", "tankers")


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


def parts_of_the_defence(scenario: Scenario) -> list[tuple[str, str]]:
    """(kind, name) of everything of the defence that `without` takes out."""
    data = scenario.model_dump(exclude_unset=True)
    kinds = {"sensors": "sensor", "batteries": "battery", "commands": "command post", "links": "link", "exchanges": "exchange"}
    kinds |= {"patrols": "patrol", "tankers": "tanker"}
    entries = [(kind, entry["name"]) for key, kind in kinds.items() for entry in data.get(key) or ()]
    return [*entries, *(("rule", name) for name in rules_of(data))]


def _suffered(interference: list[dict[str, Any]], sensors: set[str]) -> Iterator[dict[str, Any]]:
    """Interference of the sensors that are left; none of a sensor that is gone."""
    for entry in interference:
        if entry.get("sensors") is None:
            yield entry
        elif left := [name for name in entry["sensors"] if name in sensors]:
            yield {**entry, "sensors": left}
