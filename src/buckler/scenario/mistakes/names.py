"""Names that are taken already, and names that nothing has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from buckler.documents import Place
from buckler.scenario.entries import Mistake, listed, names_in, placed_entries, stores_of, strings, texts, unknown
from buckler.scenario.members import MOST_MEMBERS, member_name, store_name
from buckler.scenario.packaged import packaged_sites
from buckler.scenario.sorties import derived_names
from buckler.schemas import dotted


def name_mistakes(data: Any) -> Iterator[Mistake]:
    """Names that two things have."""
    separate = ("systems", "interference", "zones", "control_orders")
    for named in (_named(data), *(texts(listed(data, kind), "name") for kind in separate)):
        seen: dict[str, Place] = {}
        for place, name in named:
            first = seen.setdefault(name.casefold(), place)
            if first != place:
                yield (
                    place,
                    f"the name {name!r} is taken by {dotted(first[:-1])}: names must differ, whatever their case",
                )


def _named(data: Any) -> Iterator[Mistake]:
    for kind in ("assets", "commands", "sensors", "batteries", "links", "exchanges", "patrols", "tankers"):
        yield from texts(listed(data, kind), "name")
    for place, entry in listed(data, "patrols"):
        yield from (((*place, "name"), name) for name in derived_names(entry))
    for place, entry in (*listed(data, "raid", "entries"), *listed(data, "traffic", "entries")):
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


def reference_mistakes(data: Any) -> Iterator[Mistake]:
    """Posts, sensors, targets, sites and airways that entries name and that are not there."""
    commands, sensors, assets, batteries = (names_in(data, kind) for kind in ("commands", "sensors", "assets", "batteries"))
    for kind in ("sensors", "batteries"):
        for place, name in texts(listed(data, kind), "command"):
            yield from _one_of(place, "command", name, commands)
    for place, battery in listed(data, "batteries"):
        for k, name in strings(battery.get("fire_control")):
            yield from _one_of((*place, "fire_control", k), "sensor", name, sensors)
    for place, name in texts([*listed(data, "raid", "entries"), *stores_of(data)], "target"):
        yield from _one_of(place, "asset, sensor, command post or battery", name, [*assets, *commands, *sensors, *batteries])
    for place, site in texts(placed_entries(data), "site"):
        yield from unknown(place, "site", site, packaged_sites())
    for place, name in texts(listed(data, "traffic", "entries"), "airway"):
        yield from unknown(place, "airway", name, names_in(data, "traffic", "airways"))
    for place, entry in listed(data, "interference"):
        for k, name in strings(entry.get("sensors")):
            yield from _one_of((*place, "sensors", k), "sensor", name, sensors)


def _one_of(place: Place, kind: str, name: str, known: list[str]) -> Iterator[Mistake]:
    """Nothing where none has been read: the schema says that there must be one."""
    if known:
        yield from unknown(place, kind, name, known)
