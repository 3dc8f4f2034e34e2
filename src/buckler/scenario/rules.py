"""Rules held against each other: names that they use, who waits for whom, one status for one place and time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import inf
from typing import Any, Final

from buckler.documents import Place
from buckler.errors import nearest
from buckler.scenario.polygons import Point, crossing, overlap
from buckler.schemas import dotted


def rule_mistakes(data: Any) -> Iterator[tuple[Place, str]]:
    """What is wrong with the rules of a document, each with its place; what is not a rule is looked at elsewhere."""
    fighting = [*_listed(data, "batteries"), *_listed(data, "patrols")]
    batteries = {entry["name"]: entry for _, entry in fighting if isinstance(entry.get("name"), str)}
    posts = [entry["name"] for _, entry in _listed(data, "commands") if isinstance(entry.get("name"), str)]
    assets = [entry["name"] for _, entry in _listed(data, "assets") if isinstance(entry.get("name"), str)]
    zones = dict(_zones(data))
    for place, entry in fighting:
        doctrine = entry.get("doctrine")
        if not isinstance(doctrine, dict):
            continue
        yield from _named((*place, "doctrine", "zone"), "zone", doctrine.get("zone"), list(zones))
        for k, name in enumerate(_texts(doctrine.get("yields_to"))):
            yield from _named((*place, "doctrine", "yields_to", k), "battery", name, list(batteries))
        weights = doctrine.get("asset_weights")
        for name in weights if isinstance(weights, dict) else ():
            yield from _named((*place, "doctrine", "asset_weights", name), "asset", name, assets)
        if isinstance(entry.get("name"), str):
            ring = _ring(entry["name"], batteries)
            if ring:
                yield (
                    (*place, "doctrine", "yields_to"),
                    f"{' yields to '.join(ring)}: each would wait for the other; take one of them out",
                )
    orders = list(_listed(data, "control_orders"))
    for place, order in orders:
        yield from _named((*place, "zone"), "zone", order.get("zone"), list(zones))
        for k, name in enumerate(_texts(order.get("nodes"))):
            yield from _named((*place, "nodes", k), "battery or command", name, [*batteries, *posts])
    for (_, one), (place, two) in combinations(orders, 2):
        common = _common_nodes(one, two, batteries)
        if one.get("status") != two.get("status") and common and _at_once(one, two) and _together(one, two, zones):
            yield (
                place,
                f"contradicts {one.get('name')!r}: {one.get('status')} and {two.get('status')} for {common[0]} at one place and time; "
                "part them by nodes, zone or time",
            )


def _listed(data: Any, key: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    found = data.get(key) if isinstance(data, dict) else None
    for i, entry in enumerate(found if isinstance(found, list) else ()):
        if isinstance(entry, dict):
            yield (key, i), entry


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _named(place: Place, kind: str, name: Any, known: list[str]) -> Iterator[tuple[Place, str]]:
    if not isinstance(name, str) or name in known:
        return
    likely = nearest(name, known)
    hint = f"; did you mean {' or '.join(map(repr, likely))}?" if likely else f"; there are {', '.join(known) or 'none'}"
    yield place, f"{dotted(place)}: no {kind} is called {name!r}{hint}"


def _zones(data: Any) -> Iterator[tuple[str, list[Point] | None]]:
    """Every zone's name, with its corners where they make a polygon."""
    for _, zone in _listed(data, "zones"):
        if isinstance(zone.get("name"), str):
            try:
                points = [(float(corner["latitude_deg"]), float(corner["longitude_deg"])) for corner in zone["corners"]]
            except (KeyError, TypeError, ValueError):
                points = []
            yield zone["name"], points if len(points) > 2 and crossing(points) is None else None


def _ring(name: str, batteries: dict[str, Any]) -> list[str]:
    """The shortest way of yields_to from a battery back to itself."""
    ways = [[name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        doctrine = batteries.get(way[-1], {}).get("doctrine")
        for other in _texts(doctrine.get("yields_to")) if isinstance(doctrine, dict) else ():
            if other == name:
                return [*way, name]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def _common_nodes(one: dict[str, Any], two: dict[str, Any], batteries: dict[str, Any]) -> list[str]:
    first = ordered_batteries(_texts(one.get("nodes")) if "nodes" in one else None, batteries)
    second = ordered_batteries(_texts(two.get("nodes")) if "nodes" in two else None, batteries)
    return [name for name in first if name in second]


def ordered_batteries(nodes: list[str] | None, batteries: dict[str, Any]) -> list[str]:
    """The batteries that an order's nodes stand for; `batteries`: each one's entry, for its command."""
    return [
        name
        for name, entry in batteries.items()
        if nodes is None or name in nodes or (isinstance(entry, dict) and entry.get("command") in nodes)
    ]


def _at_once(one: dict[str, Any], two: dict[str, Any]) -> bool:
    def span(order: dict[str, Any]) -> tuple[float, float]:
        begin, end = order.get("from_s", 0.0), order.get("until_s")
        return (
            float(begin) if isinstance(begin, int | float) else 0.0,
            float(end) if isinstance(end, int | float) else inf,
        )

    (begin_one, end_one), (begin_two, end_two) = span(one), span(two)
    return begin_one < end_two and begin_two < end_one


def _together(one: dict[str, Any], two: dict[str, Any], zones: dict[str, list[Point] | None]) -> bool:
    if one.get("zone") is None or two.get("zone") is None:
        return True
    first, second = zones.get(one["zone"]), zones.get(two["zone"])
    return first is not None and second is not None and overlap(first, second)


_RESTRICTS: Final = (
    "policy", "salvo", "salvo_by_class", "salvo_after_look", "engagements_per_target", "classes", "class_weights", "asset_weights",
    "weapon_control", "zone", "minimum_height_m", "maximum_height_m", "minimum_range_m", "maximum_range_m", "minimum_kill_probability",
    "yields_to",
)  # fmt: skip
"""Fields of a doctrine that are rules: without one, the battery fights as if it had not been written."""


def _fighting(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries that have a doctrine."""
    return [*(data.get("batteries") or ()), *(data.get("patrols") or ())]


def rules_of(data: dict[str, Any]) -> list[str]:
    """The names of a scenario's rules: its control orders, and "BATTERY: FIELD" for what a battery's doctrine and reserve say."""
    names = [order["name"] for order in data.get("control_orders") or ()]
    for battery in _fighting(data):
        doctrine = battery.get("doctrine") or {}
        names += [f"{battery['name']}: {field}" for field in _RESTRICTS if doctrine.get(field) not in (None, [], {})]
        names += [f"{battery['name']}: reserve of {weapon['system']}" for weapon in battery["weapons"] if weapon.get("reserve_rounds")]
    return names


def take_rule(data: dict[str, Any], name: str) -> None:
    """Take one of `rules_of` out of a scenario's data."""
    data["control_orders"] = [order for order in data.get("control_orders") or () if order["name"] != name]
    for battery in _fighting(data):
        if not name.startswith(f"{battery['name']}: "):
            continue
        rule = name.removeprefix(f"{battery['name']}: ")
        battery["doctrine"] = {key: value for key, value in (battery.get("doctrine") or {}).items() if key != rule}
        for weapon in battery["weapons"]:
            if rule == f"reserve of {weapon['system']}":
                for key in ("reserve_rounds", "reserve_for", "reserve_until_s"):
                    weapon.pop(key, None)


def forget(data: dict[str, Any]) -> None:
    """Leave no rule that names a battery or post which is gone from a scenario's data."""
    batteries = {battery["name"] for battery in _fighting(data)}
    posts = {command["name"] for command in data["commands"]}
    for battery in _fighting(data):
        doctrine = battery.get("doctrine") or {}
        if doctrine.get("yields_to"):
            doctrine["yields_to"] = [name for name in doctrine["yields_to"] if name in batteries]
    orders = []
    for order in data.get("control_orders") or ():
        nodes = order.get("nodes")
        left = None if nodes is None else [name for name in nodes if name in batteries | posts]
        if left is None or left:
            orders.append({**order, **({} if left is None else {"nodes": left})})
    data["control_orders"] = orders
